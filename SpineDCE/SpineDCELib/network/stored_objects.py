"""Objects of a study as they arrive, each file whole, until the study is complete."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from SpineDCELib.errors import InputError
from SpineDCELib.files.atomic_folder import replaced, writing
from SpineDCELib.files.user_data import private_folder
from SpineDCELib.network.nodes import Node, is_uid

#: Folder of studies that have not arrived completely, in the user's data folder.
ARRIVING = "arriving"
#: Folder of studies that were fetched to be analysed, in the user's data folder.
FETCHED = "fetched"
#: Hidden folder of a fetched study with what the archive got later.
LATER = ".later"
#: s after which a study that was never completed is removed.
_KEPT_FOR = 7 * 86400.0


class ForeignObject(ValueError):
    """An object that does not belong to the expected study."""


class StoredObjects:
    """Objects of one study in a folder, ``<series UID>/<SOP instance UID>.dcm``.

    Args:
        study_uid: only objects of this study are taken.
    """

    def __init__(self, folder: Path, study_uid: str) -> None:
        self.folder, self.study_uid = folder, study_uid

    def uids(self) -> set[str]:
        """Return the SOP instance UIDs of what has arrived."""
        return {file.stem for file in self.folder.glob("*/*.dcm")}

    def take(self, encoded: bytes, about: Any) -> str:
        """Write one object; return its UID.

        Args:
            encoded: the file; about: a dataset with its UIDs.

        Raises:
            ForeignObject: it is of another study, or its UIDs are not valid.
            OSError: it cannot be written.
        """
        study, series, instance = (
            str(about.get(name) or "")
            for name in ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID")
        )
        if study != self.study_uid or not is_uid(series) or not is_uid(instance):
            raise ForeignObject(instance)
        place = self.folder / series
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        with replaced(place / f"{instance}.dcm") as draft:
            draft.write_bytes(encoded)
        return instance

    def missing(self, expected: Mapping[str, Iterable[str]]) -> dict[str, list[str]]:
        """Return series → SOP instance UIDs of what has not arrived."""
        here = self.uids()
        left = {series: [u for u in uids if u not in here] for series, uids in expected.items()}
        return {series: uids for series, uids in left.items() if uids}

    def remove(self) -> None:
        """Remove everything."""
        shutil.rmtree(self.folder, ignore_errors=True)


def arriving(node: Node, study_uid: str) -> StoredObjects:
    """Return what has arrived of a study; a broken retrieval continues there."""
    parent = private_folder(ARRIVING, node.name)
    for old in parent.iterdir():
        if time.time() - old.stat().st_mtime > _KEPT_FOR:
            shutil.rmtree(old, ignore_errors=True)
    return StoredObjects(private_folder(ARRIVING, node.name, study_uid), study_uid)


def fetched_folder(node: Node, study_uid: str) -> Path:
    """Return the folder of a study that is fetched to be analysed; it need not exist."""
    return private_folder(FETCHED, node.name) / study_uid


def require_free(folder: Path) -> None:
    """Check that a study can be written to a folder.

    Raises:
        InputError: it holds files (code "folder_not_empty"), or is no folder.
    """
    if folder.is_dir():
        if not any(folder.iterdir()):
            return
        problem = "already holds files"
    elif folder.exists() or folder.is_symlink():
        problem = "is no folder"
    else:
        return
    raise InputError(
        f"{folder} {problem}. Choose a new folder for the study.",
        code="folder_not_empty",
        about=str(folder),
        fields=["inputs.out"],
    )


def deliver(stored: StoredObjects, folder: Path) -> None:
    """Move a complete study to a folder: all of it or nothing.

    Raises:
        InputError: it cannot be written (code "writing_failed").
    """
    folder = Path(os.path.abspath(folder))
    draft = folder.with_name(f".{folder.name}.{os.getpid()}.part")
    with writing(folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
        try:
            shutil.copytree(stored.folder, draft)
            if folder.is_dir():
                folder.rmdir()  # empty, as was checked
            os.replace(draft, folder)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    stored.remove()
