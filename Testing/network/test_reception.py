"""Reception of studies: complete ones are analysed once each, whatever breaks in between."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np
import pydicom
import pytest
import SimpleITK as sitk
from network.orthanc import configure, free_port, running
from network.tiny_study import write_tiny_study
from pydicom.uid import generate_uid
from sample_patients import VISITS, sample_visit
from small_study import SHAPE
from SpineDCELib.cli import main
from SpineDCELib.errors import InputError
from SpineDCELib.network.arrived_studies import LOOKING, ArrivedStudies, ArrivedStudy
from SpineDCELib.network.earlier_studies import earlier_studies, look_for_earlier
from SpineDCELib.network.nodes import Network, Serve
from SpineDCELib.network.prepared_study import prepare, prepare_earlier
from SpineDCELib.network.reception import Reception
from SpineDCELib.network.study_query import SeriesEntry, StudyEntry, study_entry
from SpineDCELib.run.prepared_analysis import prepared_analysis
from SpineDCELib.run.study_work import mark_reviewed, unreviewed

pytest.importorskip("pynetdicom")

CALLERS = {"SCANNER": "127.0.0.1"}


def serve(port=0, **more):
    return Network(serve=Serve(port=port, callers=CALLERS, quiet=0.3, **more))


def storescu(port, folder, *, title="SCANNER", wait=True):
    if shutil.which("storescu") is None:
        pytest.skip("DCMTK is not installed")
    command = [
        "storescu", "-aet", title, "-aec", "SPINEDCE", "+sd", "+r", "-nh", "127.0.0.1", str(port),
        str(folder),
    ]  # fmt: skip
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if not wait:
        return process
    told = process.communicate(timeout=60)[0]
    return process.returncode, told


def image(study="1.2.3", number=1, text="x" * 100):
    made = pydicom.Dataset()
    made.StudyInstanceUID, made.SeriesInstanceUID = study, f"{study}.1"
    made.SOPInstanceUID, made.PatientID = f"{study}.1.{number}", "P"
    made.ImageComments = text
    return made


def wait_for(condition, seconds=60.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)


def test_states_outlive_a_kill(tmp_path):
    studies = ArrivedStudies(tmp_path)
    for number in (1, 2):
        studies.take(b"content", image(number=number))
    studies.take(b"another", image(number=2))  # a duplicate: the first one counts
    assert studies.study("1.2.3").objects == 2
    assert {f.read_bytes() for f in tmp_path.rglob("*.dcm")} == {b"content"}
    studies.change("1.2.3", state="analysing")
    # An image without its record, and half of one.
    shutil.copy(next(tmp_path.rglob("*.dcm")), next(tmp_path.rglob("*.dcm")).with_name("1.2.9.dcm"))
    half = next(tmp_path.rglob("*.dcm")).with_name(".1.2.8.dcm.77.part")
    half.write_bytes(b"con")
    again = ArrivedStudies(tmp_path)
    again.recover()
    assert not half.exists()
    assert again.study("1.2.3") == replace(
        studies.study("1.2.3"), state="arriving", objects=3, changed=again.study("1.2.3").changed
    )
    again.change("1.2.3", state="analysing")
    again.recover()
    assert again.study("1.2.3").state == "waiting"
    assert [study.uid for study in again] == ["1.2.3"]


def test_a_study_that_gets_new_images_arrives_again_but_not_for_duplicates(tmp_path):
    studies = ArrivedStudies(tmp_path)
    studies.take(b"content", image())
    studies.change("1.2.3", state="ready")
    studies.take(b"content", image())
    assert studies.study("1.2.3").state == "ready"
    studies.take(b"content", image(number=2))
    assert studies.study("1.2.3").state == "arriving"


def test_the_limit_of_the_disk_refuses_images_and_keeps_those_that_are_there(tmp_path):
    studies = ArrivedStudies(tmp_path, most=1000)
    studies.take(b"x" * 600, image())
    with pytest.raises(OSError, match="limit"):
        studies.take(b"x" * 600, image(number=2))
    assert studies.study("1.2.3").objects == 1
    with pytest.raises(ValueError, match="etc"):
        studies.take(b"x", image(study="../../etc"))


def test_reception_needs_callers(home):
    with pytest.raises(InputError) as error:
        Reception(Network())
    assert error.value.code == "no_callers"


def test_others_may_not_send_and_one_folder_has_one_reception(home, tiny):
    reception = Reception(serve())
    with reception.running() as port:
        status, _ = storescu(port, tiny.folder / "t1", title="OTHER")
        assert status != 0
        assert list(reception.studies) == []
        with pytest.raises(InputError) as error, Reception(serve()).running():
            pass
        assert error.value.code == "folder_in_use"


@pytest.mark.slow
def test_a_study_is_complete_when_nothing_more_comes(home, tiny, monkeypatch):
    reception = Reception(serve())
    begun = []
    monkeypatch.setattr(reception, "_begin", lambda study: begun.append(study.uid))
    with reception.running() as port:
        assert storescu(port, tiny.folder / "t1")[0] == 0
        reception.step()
        assert reception.studies.study(tiny.uid).state == "arriving"
        time.sleep(0.4)
        reception.step()
        assert begun == [tiny.uid]
        assert storescu(port, tiny.folder / "dynamic")[0] == 0  # late images
        assert reception.studies.study(tiny.uid).state == "arriving"
        assert reception.studies.study(tiny.uid).objects == tiny.objects


def test_a_worker_that_dies_is_tried_again_and_then_given_up(home, tiny, monkeypatch):
    reception = Reception(serve(retries=1))
    reception.studies.take(b"content", image())
    reception.studies.change("1.2.3", state="waiting")
    monkeypatch.setattr(sys, "executable", "false")
    for _ in range(2):
        reception.step()
        wait_for(lambda: reception._worker is None or reception._worker.poll() is not None)
        reception._look_at_worker()
    failed = reception.studies.study("1.2.3")
    assert (failed.state, failed.attempts) == ("failed", 2)
    assert failed.message


def test_a_study_that_cannot_be_analysed_says_why(home, tmp_path, tiny):
    studies = ArrivedStudies(tmp_path)
    place = studies.images(tiny.uid)
    shutil.copytree(tiny.folder / "t1", place / "1.2.3")
    studies.save(ArrivedStudy(tiny.uid, "analysing"))
    prepare(studies, tiny.uid)
    failed = studies.study(tiny.uid)
    assert failed.state == "failed"
    assert failed.usable is False
    assert "The study holds no dynamic series" in failed.message
    assert [(p["name"], p["verdict"]) for p in failed.points] == [("dynamic series", "failed")]
    assert unreviewed(place) is None


@pytest.mark.long
def test_a_study_is_analysed_without_a_hand_and_marked_as_not_reviewed(
    home, tmp_path_factory, capsys
):
    sample = sample_visit(tmp_path_factory, "A", "before", "quick") / "dicom"
    uid = str(pydicom.dcmread(next(sample.rglob("*.dcm"))).StudyInstanceUID)
    home.mkdir(parents=True)
    studies = ArrivedStudies(home / "received")
    shutil.copytree(sample, studies.images(uid))
    studies.save(ArrivedStudy(uid, "analysing"))
    prepare(studies, uid)
    assert studies.study(uid).state == "ready"
    results = studies.place(uid) / "results"
    assert {"vp.nrrd", "overview.png", "aif_mask.nrrd"} <= {f.name for f in results.iterdir()}
    assert unreviewed(studies.images(uid)).startswith("Usable; limited by:")
    assert main(["pacs", "status"]) == 0
    assert "NOT REVIEWED" in capsys.readouterr().out
    assert main(["pacs", "reviewed", uid]) == 0
    assert unreviewed(studies.images(uid)) is None
    assert main(["pacs", "status"]) == 0
    assert "NOT REVIEWED" not in capsys.readouterr().out


def entry(uid, patient="P1", date="20260101", images=400):
    series = (SeriesEntry("1.2", "MR", "dce", "5", images),)
    return StudyEntry(uid, patient, "Roe^Jane", date, "MR spine", ("MR",), images, series)


def test_earlier_visits_are_those_of_the_same_patient_that_may_be_dynamic():
    study = ArrivedStudy("1.2.9", patient="P1", date="20260312")
    still = replace(entry("1.2.7"), series=(SeriesEntry("1.2", "MR", "t1", "2", 12),))
    found = [
        entry("1.2.2", date="20250601"), entry("1.2.1", date="20240601"), study_entry({}), still,
        entry("1.2.3", patient="P10"), entry("1.2.4", date="20260312"), entry("1.2.9"),
        entry("1.2.5", date=""), entry("../../etc"), entry("1.2.6", date="20260401"),
    ]  # fmt: skip
    asked = []
    archive = SimpleNamespace(find=lambda query: asked.append(query) or found)
    assert [one.uid for one in earlier_studies(archive, study)] == ["1.2.1", "1.2.2"]
    assert [query.patient for query in asked] == ["P1"]


def test_a_search_that_was_broken_off_is_said_and_one_without_an_identity_is_not_begun(tmp_path):
    studies = ArrivedStudies(tmp_path)
    studies.take(b"content", image())
    studies.change("1.2.3", state="ready", earlier_message=LOOKING)
    studies.recover()
    assert studies.study("1.2.3").state == "ready"
    assert "broken off" in studies.study("1.2.3").earlier_message
    look_for_earlier(studies, "1.2.3", "nowhere", lambda *_: pytest.fail("there is no date"))
    assert "no patient ID or no date" in studies.study("1.2.3").earlier_message


@pytest.mark.long
def test_earlier_visits_of_the_patient_are_fetched_and_analysed(
    home, tmp_path, tmp_path_factory, capsys
):
    """A real archive holds an earlier visit, and a study of another patient."""
    visits = {n: sample_visit(tmp_path_factory, "A", n, "quick") / "dicom" for n in VISITS}
    uids = {
        n: str(pydicom.dcmread(next(folder.rglob("*.dcm"))).StudyInstanceUID)
        for n, folder in visits.items()
    }
    home.mkdir(parents=True, exist_ok=True)
    studies = ArrivedStudies(home / "received")
    shutil.copytree(visits["after"], studies.images(uids["after"]))
    arrived = ArrivedStudy(uids["after"], "analysing", patient="SPINEDCE-A", date="20210518")
    studies.save(arrived)
    with running(tmp_path / "orthanc") as archive:
        archive.fill(visits["before"])
        archive.fill(write_tiny_study(tmp_path / "other", day="2020-01-01").folder)
        configure(home, archive)
        prepare(studies, uids["after"], "get")
        sent = set(archive.instances())
    study = studies.study(uids["after"])
    assert (study.state, study.earlier_message) == ("ready", "")
    (earlier,) = study.earlier
    assert (earlier["uid"], earlier["date"], earlier["message"]) == (uids["before"], "20210302", "")
    images = Path(earlier["images"])
    count = len(list(visits["before"].rglob("*.dcm")))
    assert len(list(images.rglob("*.dcm"))) == count
    assert unreviewed(images).startswith("Usable")
    assert prepared_analysis(images) is not None, "it opens without a computation"
    assert len(sent) == count + 42 * SHAPE[0] - SHAPE[0], "nothing was sent"
    assert main(["pacs", "status"]) == 0
    assert "earlier visit: 20210302" in capsys.readouterr().out
    # An archive that is gone leaves the study ready; what a person has worked on stays as it is.
    mark_reviewed(images)
    prepare(studies, uids["after"], "get")
    gone = studies.study(uids["after"])
    assert gone.state == "ready"
    assert gone.earlier_message.startswith("Earlier visits could not be looked for.")
    assert prepare_earlier(images, tmp_path / "again") == ""
    assert not (tmp_path / "again").exists()
    assert unreviewed(images) is None


class Patient(NamedTuple):
    identity: str
    uid: str
    folder: Path
    objects: int


def many_patients(source, folder, number):
    """Write copies of a study, each of another patient and with its own UIDs."""
    images = [pydicom.dcmread(file) for file in sorted(source.rglob("*.dcm"))]
    own = {"StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID", "FrameOfReferenceUID"}
    uids = [{keyword: one[keyword].value for keyword in own} for one in images]
    patients = []
    for n in range(number):
        place = folder / f"patient-{n}"
        place.mkdir(parents=True)
        for count, (image, old) in enumerate(zip(images, uids, strict=True)):
            for keyword, uid in old.items():
                setattr(image, keyword, generate_uid(entropy_srcs=[uid, str(n)]))
            image.file_meta.MediaStorageSOPInstanceUID = image.SOPInstanceUID
            image.PatientID, image.PatientName = f"P{n}", f"Patient^{n}"
            image.save_as(place / f"{count}.dcm")
        study = generate_uid(entropy_srcs=[uids[0]["StudyInstanceUID"], str(n)])
        patients.append(Patient(f"P{n}", str(study), place, len(images)))
    return patients


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_many_studies_a_broken_association_a_duplicate_and_a_kill(home, tmp_path, tmp_path_factory):
    """40 studies, four at a time; each is analysed once, and none are mixed."""
    sample = sample_visit(tmp_path_factory, "A", "before", "quick") / "dicom"
    sent = many_patients(sample, tmp_path / "sent", 40)
    home.mkdir(parents=True)
    port = free_port()
    settings = {"serve": {"port": port, "callers": CALLERS, "quiet": 1.0}}
    (home / "pacs.json").write_text(json.dumps(settings))

    def start():
        process = subprocess.Popen(
            [sys.executable, "-m", "SpineDCELib.cli", "pacs", "serve", "--json"],
            stdout=subprocess.PIPE, env={**os.environ, "SPINEDCE_HOME": str(home)}, text=True,
        )  # fmt: skip
        assert process.stdout.readline().startswith("{")
        return process

    def states():
        return [study.state for study in studies]

    studies = ArrivedStudies(home / "received")
    server = start()
    try:
        for first in range(0, 40, 4):
            four = sent[first : first + 4]
            senders = [storescu(port, one.folder, wait=False) for one in four]
            if first == 4:
                wait_for(lambda: getattr(studies.study(sent[4].uid), "objects", 0) >= 3)
                senders[0].kill()  # a broken association
                assert senders[0].wait() == -signal.SIGKILL, "it had sent everything"
                senders[0] = storescu(port, sent[4].folder, wait=False)
            for sender in senders:
                sender.communicate(timeout=300)
                assert sender.returncode == 0
        assert storescu(port, sent[0].folder)[0] == 0  # a duplicate
        wait_for(lambda: "analysing" in states(), 300)
        os.kill(server.pid, signal.SIGKILL)
        server.wait()
        server = start()
        wait_for(lambda: {"ready", "failed"} >= set(states()), 3000)
    finally:
        server.terminate()
        server.wait(30)
    found = {study.uid: study for study in studies}
    assert set(found) == {one.uid for one in sent}
    assert sum(study.attempts for study in found.values()) <= 41, "only the killed one began again"
    first_map = None
    for one in sent:
        study = found[one.uid]
        assert (study.state, study.objects) == ("ready", one.objects), study.message
        assert study.patient == one.identity
        heads = [pydicom.dcmread(f) for f in studies.images(one.uid).rglob("*.dcm")]
        assert {head.PatientID for head in heads} == {one.identity}
        results = studies.place(one.uid) / "results"
        record = json.loads((results / "provenance.json").read_text())
        assert str(studies.images(one.uid)) in json.dumps(record["inputs"])
        vp = sitk.GetArrayFromImage(sitk.ReadImage(results / "vp.nrrd"))
        first_map = vp if first_map is None else first_map
        np.testing.assert_array_equal(vp, first_map)
    assert main(["pacs", "status"]) == 0
