"""Folders that the workstation writes to: the user's data folder and the work folder of a study."""

from __future__ import annotations

import contextlib
import hashlib
import re
from functools import lru_cache
from pathlib import Path

from SpineDCELib.files.digests import fingerprint
from SpineDCELib.files.user_data import private_folder, user_folder

#: Files whose beginnings are read, and how many bytes: enough for the header of a DICOM image.
_SAMPLED, _BEGINNING = 8, 1 << 16


def sample_folder(size: str) -> Path:
    """Return the folder of the sample patient."""
    return user_folder() / "sample" / size


@lru_cache(maxsize=64)
def work_folder(study: Path) -> Path:
    """Return the folder for the work on a study, in the user's data folder.

    It is named by the study's files, their sizes, and the beginnings of some: visits have the same
    names and sizes, but not the same headers. The study itself is never written to, and the work is
    found again where the study was moved or copied.
    """
    known, files = hashlib.sha256(), fingerprint(study)
    for name, size, _changed in files:
        known.update(f"{name}\0{size}\n".encode(errors="surrogateescape"))
    for name, *_ in files[:: max(len(files) // _SAMPLED, 1)]:
        # What is no regular file, or cannot be read, has a name and a size only.
        with contextlib.suppress(OSError):
            if (path := study / name).is_file():
                with path.open("rb") as file:
                    known.update(file.read(_BEGINNING))
    return private_folder("work") / known.hexdigest()[:32]


def safe_path(root: Path, name: str) -> Path | None:
    """Return ``root/name`` if it is a relative path inside ``root``, else None."""
    parts = [part for part in re.split(r"[\\/]", name) if part not in ("", ".")]
    absolute = name.startswith(("/", "\\")) or re.match(r"^[A-Za-z]:", name)
    if not parts or absolute or ".." in parts or any("\0" in part for part in parts):
        return None
    path = root.joinpath(*parts)
    return path if path.resolve().is_relative_to(root.resolve()) else None
