"""Folders that the workstation writes to: the user's data folder and the work folder of a study."""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path

from SpineDCELib.files.user_data import user_folder

WORK_NAME = ".spinedce"


def sample_folder(size: str) -> Path:
    """Return the folder of the sample patient."""
    return user_folder() / "sample" / size


def work_folder(study: Path) -> Path:
    """Return the folder for the work on a study: inside it, or the user's if it is read-only."""
    folder = study if study.is_dir() else study.parent
    if os.access(folder, os.W_OK):
        return folder / WORK_NAME
    known = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:16]
    return user_folder() / "work" / known


def safe_path(root: Path, name: str) -> Path | None:
    """Return ``root/name`` if it is a relative path inside ``root``, else None."""
    parts = [part for part in re.split(r"[\\/]", name) if part not in ("", ".")]
    absolute = name.startswith(("/", "\\")) or re.match(r"^[A-Za-z]:", name)
    if not parts or absolute or ".." in parts or any("\0" in part for part in parts):
        return None
    path = root.joinpath(*parts)
    return path if path.resolve().is_relative_to(root.resolve()) else None
