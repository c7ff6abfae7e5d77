"""A real archive: search, retrieval three ways, sending; what arrives is what was sent."""

import json
import shutil
from pathlib import Path

import pydicom
import pytest
from network.tiny_study import write_tiny_study
from SpineDCELib.cli import main
from SpineDCELib.errors import Cancelled, InputError
from SpineDCELib.files.digests import fingerprint
from SpineDCELib.network.archive import Archive
from SpineDCELib.network.sent_objects import sendable
from SpineDCELib.network.stored_objects import arriving
from SpineDCELib.network.study_query import Query

pytestmark = pytest.mark.slow  # the archive takes seconds to start and to end

WAYS = ("move", "get", "web")


def pixels(folder: Path) -> dict[str, bytes]:
    """Return the pixels of every object in a folder by its UID."""
    files = [pydicom.dcmread(file) for file in folder.rglob("*.dcm")]
    return {file.SOPInstanceUID: file.PixelData for file in files}


@pytest.mark.parametrize("way", WAYS)
def test_the_archive_answers_and_finds_studies_by_patient_date_and_description(nodes, tiny, way):
    archive = Archive.named(way)
    archive.echo()
    both = archive.find(Query(patient="TINY-1"))
    assert [study.date for study in both] == ["20260620", "20260312"]
    assert both[1].uid == tiny.uid
    assert both[1].patient_id == "TINY-1"
    assert {s.description for s in both[1].series} == {"dce sag perfusion", "t1 tse sag"}
    assert [s.perhaps_dynamic for s in sorted(both[1].series, key=lambda s: s.number)] == [
        False, True,
    ]  # fmt: skip
    assert len(archive.find(Query(patient="Test"))) == 3, "by a part of the name"
    assert len(archive.find(Query(date="2026-06-01-2026-06-30"))) == 2
    assert len(archive.find(Query(description="perf", date="20260312"))) == 1
    assert archive.find(Query(patient="nobody")) == []


@pytest.mark.parametrize("way", WAYS)
def test_a_study_comes_back_as_it_was_and_nothing_else_with_it(nodes, tiny, way, tmp_path):
    steps = []
    out = tmp_path / "study"
    number = Archive.named(way).retrieve(tiny.uid, out, lambda f, m: steps.append(f))
    assert number == tiny.objects
    assert pixels(out) == pixels(tiny.folder)
    assert steps[-1] == 1
    assert steps == sorted(steps)
    assert not list((nodes / "arriving").rglob("*.dcm"))
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".")] == []


@pytest.mark.parametrize("way", WAYS)
def test_a_broken_retrieval_leaves_no_folder_and_fetches_only_the_rest(nodes, tiny, way, tmp_path):
    archive = Archive.named(way)

    def broken(fraction, message):
        if fraction > 0.3:
            raise Cancelled

    with pytest.raises(Cancelled):
        archive.retrieve(tiny.uid, tmp_path / "study", broken)
    assert not (tmp_path / "study").exists()
    kept = arriving(archive.node, tiny.uid)
    before = {f.name: f.stat().st_mtime_ns for f in kept.folder.rglob("*.dcm")}
    assert 0 < len(before) < tiny.objects
    assert all(pydicom.dcmread(f).PixelData for f in kept.folder.rglob("*.dcm")), "all whole"
    archive.retrieve(tiny.uid, tmp_path / "study")
    after = {f.name: f.stat().st_mtime_ns for f in (tmp_path / "study").rglob("*.dcm")}
    assert {name: after[name] for name in before} == before, "these were not fetched again"
    assert pixels(tmp_path / "study") == pixels(tiny.folder)


@pytest.mark.parametrize("way", WAYS)
def test_a_study_that_does_not_exist_or_a_full_folder_is_an_error(nodes, tiny, way, tmp_path):
    with pytest.raises(InputError) as error:
        Archive.named(way).retrieve("1.2.3.4", tmp_path / "study")
    assert error.value.code == "no_such_study"
    (tmp_path / "used").mkdir()
    (tmp_path / "used" / "file").touch()
    with pytest.raises(InputError) as error:
        Archive.named(way).retrieve(tiny.uid, tmp_path / "used")
    assert error.value.code == "folder_not_empty"


@pytest.mark.parametrize("way", ["get", "web"])
def test_objects_are_sent_and_each_has_an_answer(nodes, archive, tiny, way, tmp_path):
    for number, file in enumerate(sorted(tiny.folder.rglob("*.dcm"))[:3]):
        new = pydicom.dcmread(file)
        new.SOPInstanceUID = new.file_meta.MediaStorageSOPInstanceUID = pydicom.uid.generate_uid()
        new.StudyInstanceUID = f"1.2.3.{WAYS.index(way)}"
        new.PatientID = "SENT"
        new.save_as(tmp_path / f"{number}.dcm")
    (tmp_path / "note.txt").write_text("no DICOM file")
    answers = Archive.named(way).send(sendable([tmp_path]))
    assert [one.stored for one in answers] == [True] * 3
    assert {one.sop_instance for one in answers} <= set(archive.instances())


def test_the_command_line_fetches_and_says_so_in_json(nodes, tiny, tmp_path, capsys):
    assert main(["pacs", "echo", "get", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["answers"] is True
    assert main(["pacs", "find", "get", "--patient", "TINY-1", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [study["perhaps_dynamic"] for study in found["studies"]] == [True, True]
    assert main(["pacs", "get", "get", tiny.uid, "-o", str(tmp_path / "s"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["objects"] == tiny.objects
    one = next((tmp_path / "s").rglob("*.dcm"))
    assert main(["pacs", "send", "get", str(one), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["objects"][0]["stored"]
    assert main(["pacs", "nodes"]) == 0
    assert "ARCHIVE" in capsys.readouterr().out
    assert main(["pacs", "echo", "nowhere"]) == 2


def test_a_study_in_the_archive_is_analysed_as_its_folder_is(nodes, tiny, tmp_path):
    options = ["--t10", "800", "--aif-mask", str(tiny.artery), "--roi", str(tiny.regions)]
    assert main(["analyse", str(tiny.folder), "-o", str(tmp_path / "folder"), *options]) == 0
    address = f"pacs:get/{tiny.uid}"
    assert main(["analyse", address, "-o", str(tmp_path / "archive"), *options]) == 0
    for name in ("measurements.csv", "curves.csv", "normalised.csv"):
        texts = [(tmp_path / way / name) for way in ("folder", "archive")]
        if texts[0].exists():
            assert texts[0].read_bytes() == texts[1].read_bytes(), name
    # A second analysis needs no archive.
    shutil.rmtree(tmp_path / "archive")
    (nodes / "pacs.json").write_text((nodes / "pacs.json").read_text().replace("127.0.0.1", "no"))
    assert main(["analyse", address, "-o", str(tmp_path / "archive"), *options]) == 0


@pytest.mark.parametrize("way", WAYS)
def test_regions_that_the_archive_got_later_are_fetched_beside_the_study(
    nodes, archive, way, tmp_path
):
    study = write_tiny_study(tmp_path / "own", patient=f"LATER-{way}", frames=4, words=(way,))
    archive.fill(study.folder)
    folder = tmp_path / "fetched"
    Archive.named(way).retrieve(study.uid, folder)
    assert Archive.named(way).fetch_drawings(study.uid, folder) == 0
    before = fingerprint(folder)
    report = pydicom.dcmread(next(folder.rglob("*.dcm")), stop_before_pixels=True)
    report.SOPClassUID = report.file_meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.88.33"
    report.SOPInstanceUID = report.file_meta.MediaStorageSOPInstanceUID = pydicom.uid.generate_uid()
    report.SeriesInstanceUID, report.Modality = pydicom.uid.generate_uid(), "SR"
    report.save_as(tmp_path / "sr.dcm")
    archive.rest("/instances", (tmp_path / "sr.dcm").read_bytes())
    assert Archive.named(way).fetch_drawings(study.uid, folder) == 1
    assert f"{report.SOPInstanceUID}.dcm" in {file.name for file in folder.rglob("*.dcm")}
    assert fingerprint(folder) == before, "the study and the work on it are the same"
    assert Archive.named(way).fetch_drawings(study.uid, folder) == 0


@pytest.mark.long
def test_regions_and_results_come_back_from_the_archive(nodes, archive, tiny, tmp_path, capsys):
    """What is stored in the study does not change its analysis, and its regions are the same."""
    pytest.importorskip("highdicom")
    study = write_tiny_study(tmp_path / "own", patient="BACK", words=("regions",))
    archive.fill(study.folder)
    options = ["--t10", "800", "--aif-mask", str(study.artery)]
    first, second = tmp_path / "first", tmp_path / "second"
    regions = ["--roi", str(study.regions), "--export", "dicom"]
    assert main(["analyse", str(study.folder), "-o", str(first), *options, *regions]) == 0
    assert main(["pacs", "send", "get", str(first / "dicom")]) == 0
    fetched = tmp_path / "fetched"
    assert main(["pacs", "get", "move", study.uid, "-o", str(fetched)]) == 0
    assert len(list(fetched.rglob("*.dcm"))) == study.objects + len(
        list((first / "dicom").glob("*.dcm"))
    )
    capsys.readouterr()
    assert main(["info", str(fetched), "--json"]) == 0
    [found] = [
        one
        for one in json.loads(capsys.readouterr().out)["series"]
        if one["role"] == "segmentation"
    ]
    assert found["modality"] == "SEG"
    [segmentation] = [
        file for file in fetched.rglob("*.dcm")
        if pydicom.dcmread(file, stop_before_pixels=True).Modality == "SEG"
    ]  # fmt: skip
    regions = ["--roi", str(segmentation)]
    assert main(["analyse", str(fetched), "-o", str(second), *options, *regions]) == 0
    texts = [(place / "measurements.csv").read_text() for place in (first, second)]
    assert texts[0] == texts[1]
