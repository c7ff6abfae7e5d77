"""The list of earlier work says whose it is, and has each pair of studies once."""

from types import SimpleNamespace

import pytest

pytest.importorskip("trame_slicer", reason="trame-slicer is not installed")

from SpineDCEWidget.browser.autosave import Autosave, read_recent


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
