"""Folders of the workstation: the sample patient, and safe places for uploads."""

from __future__ import annotations

import re
from pathlib import Path

from SpineDCELib.files.user_data import user_folder


def sample_folder(size: str) -> Path:
    """Return the folder of the sample patient."""
    return user_folder() / "sample" / size


def safe_path(root: Path, name: str) -> Path | None:
    """Return ``root/name`` if it is a relative path inside ``root``, else None."""
    parts = [part for part in re.split(r"[\\/]", name) if part not in ("", ".")]
    absolute = name.startswith(("/", "\\")) or re.match(r"^[A-Za-z]:", name)
    if not parts or absolute or ".." in parts or any("\0" in part for part in parts):
        return None
    path = root.joinpath(*parts)
    return path if path.resolve().is_relative_to(root.resolve()) else None
