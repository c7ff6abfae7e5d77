"""3D Slicer's own DICOM database: results are added to it, and its studies opened as visits."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

import slicer
from SpineDCELib.errors import InputError

from SpineDCEWidget.desktop import desktop_wording as texts

#: Part of 3D Slicer's cache that holds links to the files of studies.
_FOLDER = "SpineDCEStudies"


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
    series = database.seriesForStudy(database.studyForSeries(database.seriesForFile(file)))
    return [one for uid in series for one in database.filesForSeries(uid)] or [file]


def linked_study(files: Sequence[str]) -> Path:
    """Return a folder that holds links to the files of one study and nothing else.

    Files of a database may lie in many folders, and with those of other studies.
    """
    database = slicer.dicomDatabase
    study = database.studyForSeries(database.seriesForFile(files[0])) if files else ""
    folder = Path(slicer.app.cachePath) / _FOLDER / (study or "study")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for number, file in enumerate(sorted(files)):
        _link(Path(file), folder / f"{number:05d}.dcm")
    return folder


def _link(file: Path, link: Path) -> None:
    for make in (os.link, os.symlink, shutil.copyfile):
        try:
            make(file, link)
        except OSError:  # another disk, or a system that lets only administrators link
            continue
        return
    raise InputError(texts.NOT_READABLE.format(file=file), code="not_readable", about=str(file))
