"""Files and folders at URLs (``s3://…``, ``gs://…``), which fsspec lists and copies."""

from __future__ import annotations

import importlib
from pathlib import Path, PurePosixPath
from typing import Any

from SpineDCELib.errors import InputError

#: What tells two versions of an object apart; each storage has some of these.
_VERSION = (
    "etag",
    "ETag",
    "md5Hash",
    "mtime",
    "LastModified",
    "last_modified",
    "updated",
    "created",
)


def is_url(path: str | Path) -> bool:
    """Return whether a path is a URL."""
    return "://" in str(path)


def joined(folder: str, path: str) -> str:
    """Return a path that starts at a folder or URL, unless it is absolute or a URL itself."""
    if is_url(path):
        return path
    if is_url(folder) and not Path(path).is_absolute():
        return f"{folder.rstrip('/')}/{path}"
    return str(Path(folder) / path)


def require_storage(url: str) -> None:
    """Check that fsspec can open a kind of storage.

    Raises:
        InputError: fsspec or its package for this storage is missing (codes "no_fsspec",
            "no_storage").
    """
    _opened(url)


def listed(url: str) -> dict[str, list[str]]:
    """Return the files at a URL: path below it ("" for a single file) → size and version.

    Raises:
        InputError: fsspec or its package for this storage is missing (codes "no_fsspec",
            "no_storage"), or the storage cannot be read (code "storage_unreadable").
    """
    storage, root = _opened(url)
    try:
        found = storage.find(root, detail=True)
    except Exception as error:  # every storage raises its own kinds
        raise _unreadable(url, error) from None
    return {
        PurePosixPath(name).relative_to(root).as_posix().removeprefix("."): [
            str(facts.get("size")),
            next((str(facts[key]) for key in _VERSION if facts.get(key)), ""),
        ]
        for name, facts in sorted(found.items())
    }


def fetch(url: str, folder: Path) -> Path:
    """Copy the file or folder at a URL into a folder, and return the copy.

    Raises:
        InputError: nothing is there (code "not_found"), or an object's name leads out of the
            folder (code "unsafe_name"); see also :func:`listed`.
    """
    names = listed(url)
    if not names:
        raise InputError(f"There are no files at {url}.", code="not_found", about=url)
    storage, root = _opened(url)
    copy = folder / (PurePosixPath(root).name or "files")
    for name in names:
        if ".." in PurePosixPath(name).parts or "\\" in name:
            raise InputError(
                f"The name {name} at {url} leads out of its folder.", code="unsafe_name", about=url
            )
    targets = {name: copy / name for name in names}
    for target in targets.values():
        target.parent.mkdir(parents=True, exist_ok=True)
    try:
        storage.get([f"{root}/{name}" if name else root for name in targets],
                    [str(target) for target in targets.values()])  # fmt: skip
    except Exception as error:
        raise _unreadable(url, error) from None
    return copy


def _opened(url: str) -> tuple[Any, str]:
    """Return the storage of a URL and its path there."""
    try:
        core = importlib.import_module("fsspec.core")
    except ImportError:
        raise InputError(
            f"Reading {url} needs fsspec, which is not installed. Install it with: "
            "pip install 'spinedce[cohort]'.",
            code="no_fsspec",
            about="fsspec",
        ) from None
    try:
        storage, root = core.url_to_fs(url)
    except (ImportError, ValueError) as error:
        raise InputError(
            f"fsspec cannot open {url}: {error}.", code="no_storage", about=url
        ) from None
    except Exception as error:
        raise _unreadable(url, error) from None
    return storage, str(root).rstrip("/")


def _unreadable(url: str, error: Exception) -> InputError:
    reason = str(error).strip() or type(error).__name__
    return InputError(f"{url} could not be read: {reason}.", code="storage_unreadable", about=url)
