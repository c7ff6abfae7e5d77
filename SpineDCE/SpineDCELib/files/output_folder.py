"""An output folder holds one run: its files change together or not at all, and a record lists them.

The files of a run are written beside the earlier ones. When all are complete, one rename decides
that they replace those: what is interrupted before is undone at the next start, what is interrupted
after is finished. Only files that the record of an earlier run lists are ever removed.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import sys
import tempfile
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

from SpineDCELib.errors import InputError
from SpineDCELib.files.atomic_folder import writing
from SpineDCELib.files.bounded_reading import read_json
from SpineDCELib.files.digests import file_digest

#: Record of the files of a run, each with its digest.
RECORD = "spinedce-files.json"
_LOCK = ".spinedce-lock"
_STAGE = ".writing-"
#: Complete files of a run that are about to replace those of the earlier one.
DECIDED = ".spinedce-new"
_FIELDS = ("inputs.out",)
#: Folders to which this process has written a complete run, in order.
written: list[Path] = []


@contextlib.contextmanager
def claimed(folder: str | Path, *, keep_other_files: bool = False) -> Iterator[None]:
    """Keep other programs from an output folder while a run is computed and written.

    Args:
        keep_other_files: also accept a folder with files that no run has written; they stay.

    Raises:
        InputError: the folder holds other files (code "folder_not_ours"), another program writes to
            it (code "folder_in_use"), or it cannot be written.
    """
    target = Path(folder)
    with locked(target):
        _finish(target)
        if not keep_other_files:
            _require_ours(target)
        yield


@contextlib.contextmanager
def new_run(folder: str | Path) -> Iterator[Path]:
    """Yield a folder to write a run into; its files replace those of the earlier run in ``folder``.

    ``folder`` must be :func:`claimed`. After an error, in the block or while writing, the earlier
    run is unchanged.

    Raises:
        InputError: it cannot be written; see :func:`SpineDCELib.files.atomic_folder.staged`.
    """
    target = Path(folder)
    with writing(target):
        stage = Path(tempfile.mkdtemp(prefix=_STAGE, dir=target))
        try:
            yield stage
            _follow_umask(stage)
            write_record(stage)
            with undisturbed():
                os.replace(stage, target / DECIDED)
                _apply(target)
                written.append(target)
        finally:
            shutil.rmtree(stage, ignore_errors=True)


@contextlib.contextmanager
def run_folder(folder: str | Path, *, keep_other_files: bool = False) -> Iterator[Path]:
    """Claim a folder and write a run into it; see :func:`claimed` and :func:`new_run`."""
    with claimed(folder, keep_other_files=keep_other_files), new_run(folder) as stage:
        yield stage


def write_record(folder: Path) -> None:
    """Write the record of all files in a folder, last."""
    files = {
        path.relative_to(folder).as_posix(): file_digest(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != RECORD
    }
    text = json.dumps({"program": "SpineDCE", "format": 1, "files": files}, indent=1)
    (folder / RECORD).write_text(text + "\n", encoding="utf-8")


def read_record(folder: Path) -> dict[str, str] | None:
    """Return the files of the run in a folder, relative path → digest; None if it has no record.

    A name that leads out of the folder is left out.
    """
    try:
        record = read_json(folder / RECORD)
        if record["program"] != "SpineDCE":
            return None
        files = dict(record["files"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return {
        name: str(digest)
        for name, digest in files.items()
        if not os.path.isabs(name) and ".." not in Path(name).parts and "\0" not in name
    }


def changed_files(folder: Path) -> list[str]:
    """Return the files of a run that are missing or differ from its record."""
    return [
        name
        for name, digest in (read_record(folder) or {}).items()
        if not (folder / name).is_file() or file_digest(folder / name) != digest
    ]


def require_complete(folder: Path) -> None:
    """Refuse a folder in which the writing of a run was interrupted.

    Raises:
        InputError: it, or a folder around it, is such a folder (code "folder_incomplete").
    """
    for place in (folder, *folder.parents[:2]):
        if (place / DECIDED).is_dir():
            raise InputError(
                f"The writing of results to {place} was interrupted. Run the command that writes "
                "to it again.",
                code="folder_incomplete",
                about=str(place),
            )


def finish_interrupted(folder: Path) -> None:
    """Finish or undo what an interrupted program has left in a folder.

    Raises:
        InputError: another program writes to it (code "folder_in_use").
    """
    if folder.is_dir():
        with locked(folder):
            _finish(folder)


def _finish(folder: Path) -> None:
    with writing(folder):
        if (folder / DECIDED).is_dir():
            with undisturbed():
                _apply(folder)
        for stage in folder.glob(f"{_STAGE}*"):
            shutil.rmtree(stage, ignore_errors=True)


def _apply(target: Path) -> None:
    """Move the decided files into place; may be repeated after any interruption."""
    new = target / DECIDED
    record = read_record(new)
    if record is not None:
        listed = {name for name, _ in _listed(target)} - set(record)
        for name in record:
            if (new / name).is_file():
                final = target / name
                final.parent.mkdir(parents=True, exist_ok=True)
                os.replace(new / name, final)
        for name in sorted(listed, key=len, reverse=True):
            with contextlib.suppress(FileNotFoundError, NotADirectoryError, IsADirectoryError):
                (target / name).unlink()
            _remove_empty((target / name).parent, target)
        os.replace(new / RECORD, target / RECORD)
    shutil.rmtree(new, ignore_errors=True)


def _listed(target: Path) -> Iterator[tuple[str, str]]:
    """Yield the files of earlier runs in a folder and in the folders in it."""
    for place in (target, *(p for p in target.iterdir() if p.is_dir() and not p.is_symlink())):
        if place.name == DECIDED or place.name.startswith(_STAGE):
            continue
        own = read_record(place)
        for name, digest in (own or {}).items():
            yield (place / name).relative_to(target).as_posix(), digest
        if own is not None and place != target:
            yield (place / RECORD).relative_to(target).as_posix(), ""


def _remove_empty(folder: Path, root: Path) -> None:
    while folder != root and folder.is_relative_to(root):
        try:
            folder.rmdir()
        except OSError:
            return
        folder = folder.parent


def _require_ours(target: Path) -> None:
    """Refuse a folder with files and no record.

    Raises:
        InputError: code "folder_not_ours".
    """
    names = [p.name for p in target.iterdir() if not p.name.startswith(".")]
    if names and not any(True for _ in _listed(target)):
        raise InputError(
            f"{target} holds files that SpineDCE did not write ({', '.join(sorted(names)[:3])}).",
            code="folder_not_ours",
            about=str(target),
            fields=(*_FIELDS, "out.keep_other_files"),
        )


def _follow_umask(stage: Path) -> None:
    """Give the files the permissions that the user's umask gives; a temporary folder is private."""
    if os.name != "posix":
        return
    mask = os.umask(0)
    os.umask(mask)
    for path in (stage, *stage.rglob("*")):
        if not path.is_symlink():
            path.chmod((0o777 if path.is_dir() else 0o666) & ~mask)


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep other programs from writing to a folder, which is created.

    Raises:
        InputError: another program writes to it (code "folder_in_use"; names the process), or it
            cannot be created (code "folder_not_writable").
    """
    path = folder / _LOCK
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = _acquire(path)
    except OSError as error:
        raise InputError(
            f"Results cannot be written to {folder} ({error.strerror}).",
            code="folder_not_writable",
            about=str(folder),
            fields=_FIELDS,
        ) from None
    if handle is None:
        with contextlib.suppress(OSError):
            holder = path.read_text(encoding="utf-8", errors="replace").strip()[:200]
            raise InputError(
                f"{folder} is in use by {holder or 'another program'}.",
                code="folder_in_use",
                about=str(folder),
                fields=_FIELDS,
            )
        raise InputError(f"{folder} is in use.", code="folder_in_use", about=str(folder))
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            path.unlink()  # while it is held: nobody else can have acquired it
        os.close(handle)
        with contextlib.suppress(OSError):
            folder.rmdir()  # nothing was written


def _acquire(path: Path) -> int | None:
    """Return the handle of a lock file that this process holds now, None if another holds it."""
    for _ in range(20):
        handle = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o644)
        if not _lock(handle):
            os.close(handle)
            return None
        # It may have been removed by its last holder between the two calls.
        with contextlib.suppress(OSError):
            if os.path.samestat(os.fstat(handle), os.stat(path)):
                program = Path(sys.argv[0]).name or "Python"
                os.truncate(handle, 0)
                os.write(handle, f"process {os.getpid()} ({program})\n".encode())
                return handle
        os.close(handle)
    return None


def _lock(handle: int) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


@contextlib.contextmanager
def undisturbed() -> Iterator[None]:
    """Put off Ctrl-C and a request to end until the files of a run are in place."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    asked: list[tuple[int, FrameType | None]] = []
    names = (signal.SIGINT, signal.SIGTERM)
    before: dict[int, Any] = {}
    for name in names:
        before[name] = signal.signal(name, lambda number, frame: asked.append((number, frame)))
    try:
        yield
    finally:
        for name in names:
            signal.signal(name, before[name] if before[name] is not None else signal.SIG_DFL)
    for number, _ in asked:
        signal.raise_signal(number)


def all_files(folder: Path, names: Iterable[str] | None = None) -> tuple[str, ...]:
    """Return the files of a run for users, without the record and hidden files."""
    known = read_record(folder) if names is None else names
    return tuple(sorted(name for name in known or () if not name.startswith(".")))
