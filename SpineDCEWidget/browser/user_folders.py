"""Where the workstation may write: the user's data folder, and a study's own work folder."""

from __future__ import annotations

import hashlib
import os
import re
import sys
from pathlib import Path

WORK_NAME = ".spinedce"


def user_folder() -> Path:
    """The program's own folder in the user's home; ``SPINEDCE_HOME`` replaces it."""
    if given := os.environ.get("SPINEDCE_HOME"):
        return Path(given)
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "SpineDCE"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "spinedce"


def sample_folder(size: str) -> Path:
    """Where the digital spine is written."""
    return user_folder() / "sample" / size


def work_folder(study: Path) -> Path:
    """Where the work on a study is kept: inside it, or in the user's folder if it is read-only."""
    folder = study if study.is_dir() else study.parent
    if os.access(folder, os.W_OK):
        return folder / WORK_NAME
    known = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:16]
    return user_folder() / "work" / known


def safe_path(root: Path, name: str) -> Path | None:
    """``root/name`` if that is inside ``root`` and a plain path; None if it is anything else."""
    parts = [part for part in re.split(r"[\\/]", name) if part not in ("", ".")]
    absolute = name.startswith(("/", "\\")) or re.match(r"^[A-Za-z]:", name)
    if not parts or absolute or ".." in parts or any("\0" in part for part in parts):
        return None
    path = root.joinpath(*parts)
    return path if path.resolve().is_relative_to(root.resolve()) else None
