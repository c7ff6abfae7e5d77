"""Studies of a batch at URLs, with the file systems of fsspec that need no server."""

import json
import os
import subprocess
import sys

import pytest
from SpineDCELib.cli import main
from SpineDCELib.cohort.batch_studies import read_studies
from SpineDCELib.errors import InputError
from SpineDCELib.files import object_storage
from SpineDCELib.files.object_storage import fetch, joined, listed
from SpineDCELib.phantom import write_study
from SpineDCELib.run.analyse import rerun

fsspec = pytest.importorskip("fsspec")
QUICK = ["--signal", "relative", "--shift", "5", "--export", "none"]


@pytest.fixture(scope="module")
def visit(tmp_path_factory):
    place = tmp_path_factory.mktemp("visit") / "visit"
    write_study(place, size="quick")
    return place


@pytest.fixture
def storage(visit):
    """A visit in memory, below memory://trial, with a table of it and of one that is not there."""
    memory = fsspec.filesystem("memory")
    memory.put(str(visit), "/trial/P01", recursive=True)
    table = "patient,study,roi\nP01,P01/dicom,memory://trial/P01/truth/rois.seg.nrrd\n"
    memory.pipe("/trial/studies.csv", table.encode())
    yield memory
    memory.rm("/trial", recursive=True)


@pytest.mark.slow
def test_a_batch_at_urls_gives_the_numbers_of_one_on_disk(storage, visit, tmp_path, capsys):
    at_url, on_disk = tmp_path / "url", tmp_path / "disk"
    command = ["batch", "memory://trial/studies.csv", "-o", str(at_url), "--workers", "0", *QUICK]
    assert main(command) == 0
    table = tmp_path / "studies.csv"
    table.write_text(f"patient,study,roi\nP01,{visit}/dicom,{visit}/truth/rois.seg.nrrd\n")
    assert main(["batch", str(table), "-o", str(on_disk), "--workers", "0", *QUICK]) == 0
    own, other = (place / "results" / "P01" for place in (at_url, on_disk))
    for name in ("measurements.csv", "curves.csv", "normalised.csv"):
        assert (own / name).read_bytes() == (other / name).read_bytes(), name
    record, expected = (json.loads((p / "provenance.json").read_text()) for p in (own, other))
    assert record["results"] == expected["results"]
    assert record["inputs"]["study"] == "memory://trial/P01/dicom"
    assert record["inputs"]["roi"] == ["memory://trial/P01/truth/rois.seg.nrrd"]
    assert list(record["input digests"]) == record["inputs"]["roi"]
    assert not (at_url / ".work").exists()
    for file in at_url.rglob("*"):
        assert file.is_dir() or b".work" not in file.read_bytes(), file
    with pytest.raises(InputError) as caught:
        rerun(own / "provenance.json", tmp_path / "again")
    assert caught.value.code == "input_at_url"

    capsys.readouterr()
    assert main(command) == 0
    assert "1 kept from an earlier run" in capsys.readouterr().out
    first = next(iter(storage.find("/trial/P01/dicom")))
    storage.pipe(first, storage.cat(first))  # a new version
    assert main(command) == 0
    assert "1 patients: 1 done" in capsys.readouterr().out


@pytest.mark.slow
def test_a_missing_study_is_named_by_its_url_and_the_others_are_done(storage, tmp_path, capsys):
    rows = "P02,nowhere,\nP03,memory://trial/P01/truth,\n"
    storage.pipe("/trial/studies.csv", storage.cat("/trial/studies.csv") + rows.encode())
    command = ["batch", "memory://trial/studies.csv", "-o", str(tmp_path), "--workers", "0"]
    assert main([*command, *QUICK]) == 1
    said = capsys.readouterr().out
    assert "1 done, 2 failed" in said
    assert "memory://trial/nowhere" in said
    assert "memory://trial/P01/truth" in said
    assert ".work" not in said


@pytest.mark.long
def test_worker_processes_read_urls(visit, tmp_path):
    table = tmp_path / "studies.csv"
    table.write_text(f"patient,study\nP01,file://{visit.as_posix()}/dicom\n")
    command = [sys.executable, "-m", "SpineDCELib.cli", "batch", str(table), "-o"]
    out = tmp_path / "out"
    done = subprocess.run(
        [*command, str(out), "--workers", "1", *QUICK], check=False, env=os.environ
    )
    assert done.returncode == 0
    assert (out / "results" / "P01" / "vp.nrrd").is_file()


def test_paths_start_at_the_folder_or_url_of_the_table():
    assert joined("s3://trial/all", "P01/a") == "s3://trial/all/P01/a"
    assert joined("s3://trial/all", "gs://other/a") == "gs://other/a"
    assert joined("/data", "s3://trial/a") == "s3://trial/a"
    assert joined("/data", "P01") == os.path.join("/data", "P01")


def test_files_are_listed_with_their_version(storage):
    assert list(listed("memory://trial/studies.csv")) == [""]
    names = listed("memory://trial/P01/truth/")
    assert {"rois.seg.nrrd", "truth.json"} <= set(names)
    assert all(int(size) > 0 and version for size, version in names.values())


def test_a_name_that_leads_out_of_the_folder_is_refused(storage, tmp_path, monkeypatch):
    monkeypatch.setattr(object_storage, "listed", lambda url: {"../outside": ["1", ""]})
    with pytest.raises(InputError) as caught:
        fetch("memory://trial/P01", tmp_path)
    assert caught.value.code == "unsafe_name"
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("url", ["memory://trial/none.csv", "memory://trial/P01"])
def test_a_folder_of_patients_at_a_url_is_refused(storage, url):
    with pytest.raises(InputError) as caught:
        read_studies(url)
    assert caught.value.code == "folder_at_url"


def test_a_course_at_a_url_is_refused(tmp_path):
    table = tmp_path / "t.csv"
    table.write_text("patient,course\nA,s3://trial/A\n")
    with pytest.raises(InputError) as caught:
        read_studies(table)
    assert caught.value.code == "folder_at_url"


@pytest.mark.parametrize(
    ("missing", "url", "code"),
    [("s3fs", "s3://trial/A", "no_storage"), ("", "nothing://trial/A", "no_storage"),
     ("fsspec.core", "memory://trial/A", "no_fsspec")],
)  # fmt: skip
def test_a_missing_package_is_named_before_anything_runs(missing, url, code, tmp_path, monkeypatch):
    if missing:
        monkeypatch.setitem(sys.modules, missing, None)
    table = tmp_path / "t.csv"
    table.write_text(f"patient,study\nA,{url}\n")
    with pytest.raises(InputError) as caught:
        read_studies(table)
    assert caught.value.code == code
