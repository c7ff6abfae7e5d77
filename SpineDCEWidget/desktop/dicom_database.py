"""3D Slicer's own DICOM database: results are added to it, and its studies opened as visits."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Collection, Sequence
from pathlib import Path

import slicer
from SpineDCELib.errors import InputError
from SpineDCELib.files.user_data import private_folder

from SpineDCEWidget.desktop import desktop_wording as texts

#: Part of the user's data folder that holds links to the files of studies.
_FOLDER = "database"


def add_to_database(files: Sequence[Path]) -> None:
    """Add DICOM files to the database, which keeps copies of them.

    Raises:
        InputError: this 3D Slicer has no DICOM module, or its database is not open.
    """
    database = getattr(slicer, "dicomDatabase", None)
    if database is None or not database.isOpen:
        raise InputError(texts.NO_DATABASE, code="no_dicom_database")
    from DICOMLib import DICOMUtils

    with tempfile.TemporaryDirectory() as folder:
        for number, file in enumerate(files):
            shutil.copy(file, Path(folder) / f"{number:05d}.dcm")
        DICOMUtils.importDicom(folder, copyFiles=True)


def files_of_study(file: str) -> list[str]:
    """Return all files in the database of the study that a file belongs to."""
    database = slicer.dicomDatabase
    series = database.seriesForStudy(_study_of(file))
    return [one for uid in series for one in database.filesForSeries(uid)] or [file]


def linked_study(files: Sequence[str], *, opened: Collection[Path] = ()) -> Path:
    """Return a folder that holds links to the files of one study and nothing else.

    Files of a database may lie in many folders, and with those of other studies. The folder stays,
    because results refer to it, until its study has left the database.

    Args:
        opened: folders of the studies that are open, which stay as well.
    """
    study = _study_of(files[0]) if files else ""
    folder = private_folder(_FOLDER, _name(study))
    _remove_old_links(folder.parent, {folder, *opened})
    links = [(Path(file), folder / f"{n:05d}.dcm") for n, file in enumerate(sorted(files))]
    if {link for _file, link in links} != set(folder.iterdir()) or not all(map(_same, links)):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700)
        for file, link in links:
            _link(file, link)
    return folder


def _study_of(file: str) -> str:
    database = slicer.dicomDatabase
    return str(database.studyForSeries(database.seriesForFile(file)))


def _name(study: str) -> str:
    """Return the name of a study's folder; its UID comes from a file, and may be no name at all."""
    return hashlib.sha256(study.encode()).hexdigest()[:32]


def _remove_old_links(folder: Path, kept: Collection[Path]) -> None:
    """Remove links to studies that the database no longer holds; they would keep their files."""
    database = slicer.dicomDatabase
    studies = [one for who in database.patients() for one in database.studiesForPatient(who)]
    for old in {*folder.iterdir()} - {*kept, *(folder / _name(study) for study in studies)}:
        shutil.rmtree(old, ignore_errors=True)


def _same(pair: tuple[Path, Path]) -> bool:
    """Return whether a file and its link or copy are the same, as far as their dates tell."""
    try:
        one, other = (path.stat() for path in pair)
    except OSError:
        return False
    return (one.st_size, int(one.st_mtime)) == (other.st_size, int(other.st_mtime))


def _link(file: Path, link: Path) -> None:
    for make in (os.link, os.symlink, shutil.copy2) if file.is_file() else ():
        try:
            make(file, link)
        except OSError:  # another disk, or a system that lets only administrators link
            continue
        return
    raise InputError(texts.NOT_READABLE.format(file=file), code="not_readable", about=str(file))
