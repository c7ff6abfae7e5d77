"""Folders of links to the studies of 3D Slicer's DICOM database."""

import types

import pytest

slicer = pytest.importorskip("slicer", reason="slicer-core has no wheel for this platform")


class Database:
    """Study → files, as the database of 3D Slicer answers; a series has the name of its study."""

    def __init__(self, folder, **studies):
        self.studies = {}
        for study, count in studies.items():
            paths = [folder / study / str(n) / "image" for n in range(count)]
            for path in paths:
                path.parent.mkdir(parents=True)
                path.write_text(f"{study} {path}")
            self.studies[study] = [str(path) for path in paths]

    def patients(self):
        return ("1",)

    def studiesForPatient(self, _patient):
        return tuple(self.studies)

    def seriesForFile(self, file):
        return next(study for study, files in self.studies.items() if file in files)

    def studyForSeries(self, series):
        return series


@pytest.fixture
def links(monkeypatch, tmp_path):
    monkeypatch.setenv("SPINEDCE_HOME", str(tmp_path / "home"))
    stand_in = pytest.importorskip("desktop.stand_in")
    stand_in.install(monkeypatch, slicer)
    monkeypatch.delitem(__import__("sys").modules, "SpineDCEWidget.desktop.dicom_database", False)
    from SpineDCEWidget.desktop.dicom_database import linked_study

    database = Database(tmp_path, one=3, two=2)
    monkeypatch.setattr(slicer, "dicomDatabase", database, raising=False)
    return types.SimpleNamespace(database=database, of=linked_study)


def texts(folder):
    return [path.read_text() for path in sorted(folder.iterdir())]


def test_the_links_of_a_study_stay_as_long_as_its_files_are_the_same(links):
    files = links.database.studies["one"]
    folder = links.of(files)
    assert len(texts(folder)) == 3
    assert all(text.startswith("one") for text in texts(folder))
    assert folder.parent.stat().st_mode & 0o077 == 0
    (first, *_) = sorted(folder.iterdir())
    first.rename(folder / "moved")
    (folder / "moved").rename(first)
    changed = folder.stat().st_ctime_ns
    assert links.of(files) == folder
    assert folder.stat().st_ctime_ns == changed, "nothing was linked again"
    links.database.studies["one"] = files[:2]
    assert links.of(files[:2]) == folder
    assert len(texts(folder)) == 2


def test_links_to_a_study_that_has_left_the_database_go_unless_it_is_open(links):
    first, second = (links.of(links.database.studies[name]) for name in ("one", "two"))
    del links.database.studies["one"]
    links.of(links.database.studies["two"], opened=[first])
    assert first.is_dir()
    links.of(links.database.studies["two"])
    assert not first.exists()
    assert len(texts(second)) == 2


def test_a_file_that_is_gone_is_an_error_with_its_name(links):
    from pathlib import Path

    from SpineDCELib.errors import InputError

    files = links.database.studies["one"]
    Path(files[1]).unlink()
    with pytest.raises(InputError) as error:
        links.of(files)
    assert (error.value.code, error.value.about) == ("not_readable", files[1])


def test_the_uid_of_a_study_names_no_other_folder(links, tmp_path):
    kept = tmp_path / "home" / "work"
    kept.mkdir(parents=True)
    links.database.studies["../work"] = links.database.studies.pop("one")
    folder = links.of(links.database.studies["../work"])
    assert kept.is_dir()
    assert folder.parent == tmp_path / "home" / "database"
