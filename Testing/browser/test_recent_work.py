"""The list of earlier work says whose it is, and has each pair of studies once."""

import shutil
from types import SimpleNamespace

import pytest

pytest.importorskip("trame_slicer", reason="trame-slicer is not installed")

import numpy as np
from SpineDCELib.run.saved_session import SavedVisit, write_session
from SpineDCELib.series import Geometry

from SpineDCEWidget.browser.autosave import Autosave, read_recent, recent_rows, work_as_any_visit


@pytest.fixture
def studies(tmp_path, monkeypatch):
    monkeypatch.setenv("SPINEDCE_HOME", str(tmp_path / "home"))
    folders = [tmp_path / "patient" / name for name in ("first", "second")]
    for folder in folders:
        folder.mkdir(parents=True)
        (folder / "image").write_text(folder.name)  # the work of a study is found by its files
    return folders


def _session(*paths):
    labels = ("Baseline, 2 March 2021", "Follow-up, 18 May 2021")
    visits = [
        SimpleNamespace(
            name=name, study_path=path, patient="Phantom Anna, ID A, born 17 April 1959",
            title=title,
        )
        for name, path, title in zip(("baseline", "follow-up"), paths, labels, strict=False)
    ]  # fmt: skip
    return SimpleNamespace(visits=visits, save=lambda folder: None)


def test_an_entry_names_patient_and_visits(studies):
    Autosave(_session(*studies)).save()
    (entry,) = read_recent()
    assert entry["patient"].startswith("Phantom Anna")
    assert entry["dated"] == ["Baseline, 2 March 2021", "Follow-up, 18 May 2021"]


def test_the_same_studies_are_listed_once_although_the_visits_were_swapped(studies):
    Autosave(_session(*studies)).save()
    Autosave(_session(*reversed(studies))).save()
    (entry,) = read_recent()
    assert entry["visits"]["baseline"] == str(studies[1])


def test_a_study_alone_is_another_entry_than_the_pair(studies):
    Autosave(_session(studies[0])).save()
    Autosave(_session(studies[1], studies[0])).save()
    assert len(read_recent()) == 2


def test_entries_of_one_patient_are_told_apart(studies):
    for paths in (studies[1:], studies):
        Autosave(_session(*paths)).save()
    copies = [path.parent.parent / "copy" / path.name for path in studies]
    for path, copy in zip(studies, copies, strict=True):
        shutil.copytree(path, copy)
        (copy / "image").write_text(f"{path.name} of another day")
    Autosave(_session(*copies)).save()
    rows = recent_rows()
    assert [row["title"].rpartition(" · ")[2] for row in rows] == [
        "Baseline and follow-up", "Baseline and follow-up", "Baseline",
    ]  # fmt: skip
    assert [row["where"] for row in rows] == [
        "copy/first, copy/second", "patient/first, patient/second", "patient/second",
    ]  # fmt: skip
    assert all(row["time"].startswith("Worked on ") for row in rows)


def test_entries_that_would_look_alike_show_their_whole_paths(studies):
    nested = []
    for path in studies:
        (path / "dicom").mkdir()
        (path / "dicom" / "image").write_text(f"{path.name} in its own folder")
        nested.append(path / "dicom")
    for paths in (studies, nested):
        Autosave(_session(*paths)).save()
    assert [row["where"] for row in recent_rows()] == [
        ", ".join(map(str, nested)), ", ".join(map(str, studies)),
    ]  # fmt: skip


def _drawn(name, study, regions):
    geometry = Geometry((1, 2, 3), np.eye(4))
    masks = {region: np.ones(geometry.shape, bool) for region in regions}
    roles = dict.fromkeys(regions, "lesion")
    return SavedVisit(name, str(study), {"settings": {}}, masks, roles, geometry)


def test_regions_of_a_study_are_found_whichever_visit_it_was(studies):
    session = _session(*studies)
    drawn = [_drawn("baseline", studies[0], ["A"]), _drawn("follow-up", studies[1], ["B"])]
    session.save = lambda folder: write_session(folder, drawn)
    Autosave(session).save()
    notes = []
    for study, name, region in zip(studies, ("baseline", "follow-up"), "AB", strict=True):
        found = work_as_any_visit(study, notes.append)
        assert (found.name, list(found.masks)) == (name, [region])
    other = studies[0].parent / "third"
    other.mkdir()
    assert work_as_any_visit(other, notes.append) is None
    assert notes == []
