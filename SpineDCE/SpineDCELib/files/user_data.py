"""The user's data folder, which nobody else can read: cache, key and what the page keeps."""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import sys
import tempfile
from pathlib import Path

from SpineDCELib.errors import InputError

#: Largest cache, bytes; beyond it the entries that were used least recently are removed.
_LARGEST_CACHE = 20 << 30


def user_folder() -> Path:
    """Return the data folder in the user's home; ``SPINEDCE_HOME`` replaces it."""
    if given := os.environ.get("SPINEDCE_HOME"):
        return Path(given)
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "SpineDCE"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "spinedce"


def private_folder(*parts: str) -> Path:
    """Create a folder in the user's data folder that nobody else can read, and return it.

    Raises:
        OSError: it cannot be created.
    """
    folder = user_folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _make_private(folder)
    for part in parts:
        folder = folder / part
        folder.mkdir(mode=0o700, exist_ok=True)
        _make_private(folder)
    return folder


def _make_private(folder: Path) -> None:
    if os.name == "posix" and folder.stat().st_mode & 0o077:
        folder.chmod(0o700)


def cache_folder(out: Path) -> Path | None:
    """Return the folder of the cache of an output folder; None if there can be none."""
    name = hashlib.sha256(os.fsencode(out.resolve())).hexdigest()[:32]
    try:
        caches = private_folder("cache")
        _prune(caches, keep=name)
        return private_folder("cache", name)
    except OSError:
        return None


def _prune(caches: Path, keep: str) -> None:
    """Remove the entries that were used least recently, until the rest is small enough."""
    entries = []
    for entry in caches.iterdir():
        files = [file.stat() for file in entry.rglob("*") if file.is_file()]
        if entry.name != keep:
            used = max((file.st_atime for file in files), default=0.0)
            entries.append((used, sum(file.st_size for file in files), entry))
    total = sum(size for _, size, _ in entries)
    for _, size, entry in sorted(entries, key=lambda e: e[0]):
        if total <= _LARGEST_CACHE:
            break
        shutil.rmtree(entry, ignore_errors=True)
        total -= size


def secret_key() -> bytes:
    """Return a key that only this user has; it is created when it is first needed.

    Raises:
        InputError: it cannot be created or read (code "no_secret_key").
    """
    try:
        path = private_folder() / "anonymisation.key"
        if not path.exists():
            draft, name = tempfile.mkstemp(dir=path.parent)  # private from the start
            with os.fdopen(draft, "wb") as file:
                file.write(secrets.token_bytes(32))
            try:
                os.link(name, path)  # the first of several programs wins
            except FileExistsError:
                pass
            finally:
                os.unlink(name)
        key = path.read_bytes()
    except OSError as error:
        raise InputError(
            f"The key for anonymised files cannot be kept in {user_folder()} ({error.strerror}).",
            code="no_secret_key",
            about=str(user_folder()),
        ) from None
    if len(key) != 32:
        raise InputError(
            f"The key for anonymised files, {path}, is damaged. Move it away to start a new one; "
            "later exports then no longer fit earlier ones.",
            code="no_secret_key",
            about=str(path),
        )
    return key
