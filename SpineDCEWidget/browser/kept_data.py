"""What the program keeps on this computer: uploads, cache, work, samples; and its removal."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import IO

from SpineDCELib.files.bounded_reading import read_json
from SpineDCELib.files.user_data import private_folder, user_folder
from SpineDCELib.run.saved_session import VISIT

#: Folders in the user's data folder → what they hold, for the page.
KEPT = {
    "uploads": "uploaded files",
    "cache": "images as read, for the next run",
    "work": "saved work: regions, settings and choices",
    "sample": "sample patient",
    "fetched": "studies fetched from archives",
    "arriving": "studies that an archive did not send completely",
    "received": "studies that were sent to this program, with their results",
}
#: List of recent work, in the user's data folder.
RECENT = "recent.json"
_PREFIX = "spinedce-run-"
_LOCK = ".lock"


def kept_data() -> list[dict[str, str]]:
    """Return what is kept, where and how much, for the page."""
    rows = []
    for name, what in KEPT.items():
        folder = user_folder() / name
        size = _size(folder)
        if size:
            rows.append({"what": what, "where": str(folder), "size": _size_text(size)})
    return rows


def remove_kept(open_studies: Iterable[Path]) -> None:
    """Remove what is kept, except what belongs to open studies; the list of recent work too."""
    opened = [path.resolve() for path in open_studies]
    for name in KEPT:
        folder = user_folder() / name
        for entry in [*folder.iterdir()] if folder.is_dir() else []:
            # A lock is held by a program that is running.
            if entry.name != ".lock" and not any(
                path.is_relative_to(entry.resolve()) for path in opened
            ):
                _remove(entry)
    with suppress(OSError):
        (user_folder() / RECENT).unlink()


def remove_unused_uploads() -> None:
    """Remove uploads to which no saved work refers; none if some saved work cannot be read."""
    try:
        needed = [path.resolve() for path in _used_files()]
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return
    folder = user_folder() / "uploads"
    for batch in [*folder.iterdir()] if folder.is_dir() else []:
        if not any(path.is_relative_to(batch.resolve()) for path in needed):
            _remove(batch)


def _used_files() -> list[Path]:
    """Return the studies and scenes to which saved work refers.

    Raises:
        OSError, ValueError, LookupError, TypeError: some saved work cannot be read.
    """
    work, listed = user_folder() / "work", user_folder() / RECENT
    entries = read_json(listed) if listed.exists() else []
    found = [path for entry in entries for path in entry["visits"].values()]
    found += [read_json(file)["study"] for file in work.glob(f"*/**/{VISIT}")]
    return [Path(path) for path in found if path is not None]


def _remove(entry: Path) -> None:
    if entry.is_dir() and not entry.is_symlink():
        shutil.rmtree(entry, ignore_errors=True)
    else:
        with suppress(OSError):
            entry.unlink()


class TemporaryFolder:
    """Private folder for all temporary files of this program; gone with it, or at the next start.

    A program that was killed leaves its folder. It holds a lock as long as it lives, so that the
    next start can tell the folders of the dead from those of the living.
    """

    def __init__(self) -> None:
        _remove_left_behind(Path(tempfile.gettempdir()))
        self.path = Path(tempfile.mkdtemp(prefix=_PREFIX))
        self._lock: IO[str] = (self.path / _LOCK).open("w")
        _try_lock(self._lock)
        self._before = tempfile.tempdir, os.environ.get("TMPDIR")
        tempfile.tempdir = os.environ["TMPDIR"] = str(self.path)

    def remove(self) -> None:
        """Remove the folder."""
        tempfile.tempdir, environment = self._before
        if environment is None:
            os.environ.pop("TMPDIR", None)
        else:
            os.environ["TMPDIR"] = environment
        self._lock.close()
        shutil.rmtree(self.path, ignore_errors=True)


def _remove_left_behind(parent: Path) -> None:
    for folder in parent.glob(f"{_PREFIX}*"):
        with suppress(OSError):
            status = folder.lstat()
            if os.name != "posix" or status.st_uid != os.getuid() or folder.is_symlink():
                continue
            with (folder / _LOCK).open("r+") as lock:
                if not _try_lock(lock):
                    continue
                shutil.rmtree(folder, ignore_errors=True)


def _try_lock(file: IO[str]) -> bool:
    try:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (ImportError, OSError):
        return False
    return True


def uploads_folder() -> Path:
    """Return the folder of uploads, which nobody else can read."""
    return private_folder("uploads")


def _size(folder: Path) -> int:
    """Return the bytes of the files in a folder and its subfolders."""
    with suppress(OSError), os.scandir(folder) as entries:
        return sum(
            _size(Path(entry)) if entry.is_dir(follow_symlinks=False)
            else entry.stat(follow_symlinks=False).st_size
            for entry in entries
        )  # fmt: skip
    return 0


def _size_text(size: float) -> str:
    """Format a size in bytes: "1.2 MB", and what is smaller than a tenth of that in kB."""
    return f"{size / 1e6:.1f} MB" if size >= 1e5 else f"{max(size / 1e3, 1):.0f} kB"
