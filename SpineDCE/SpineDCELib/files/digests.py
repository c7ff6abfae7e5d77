"""Digests of arrays, files and folders, and short keys derived from them."""

from __future__ import annotations

import hashlib
import io
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.version import __version__


def array_digest(array: NDArray[Any]) -> str:
    """Return the SHA-256 of an array's type, shape and bytes, hex. NaN compares equal to NaN."""
    digest = hashlib.sha256(f"{array.dtype.str}{array.shape}".encode())
    digest.update(np.ascontiguousarray(array).view(np.uint8).data)
    return digest.hexdigest()


def file_digest(path: str | Path) -> str:
    """Return the SHA-256 of a file's bytes, hex."""
    digest = hashlib.sha256()
    with Path(path).open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def save_with_digest(path: str | Path, array: NDArray[Any]) -> str:
    """Write an array as ``np.save`` does, and return the SHA-256 of the file's bytes, hex.

    Its bytes are not read again for the digest.
    """
    array = np.asarray(array, order="C")
    header = io.BytesIO()
    fields = np.lib.format.header_data_from_array_1_0(array)
    np.lib.format.write_array_header_1_0(header, fields)
    digest = hashlib.sha256()
    with Path(path).open("wb") as file:
        for block in (header.getvalue(), array.reshape(-1).view(np.uint8).data):
            digest.update(block)
            file.write(block)
    return digest.hexdigest()


def key_of(*parts: Any) -> str:
    """Return a short key of JSON-able parts and the program's version."""
    text = json.dumps([__version__, *parts], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def fingerprint(
    path: str | Path, *, skip: Callable[[Path], bool] = lambda folder: False
) -> list[tuple[str, int, int]]:
    """List name, size and modification time of a file, or of every file below a folder.

    Args:
        skip: returns True for folders and files to leave out; hidden ones are always left out.
    """
    root = Path(path)
    files = [root] if root.is_file() else []
    skip(root)
    for place, folders, names in os.walk(root):
        here = Path(place)
        folders[:] = [f for f in folders if not f.startswith(".") and not skip(here / f)]
        files += [here / f for f in names if not f.startswith(".") and not skip(here / f)]
    return [
        (str(file.relative_to(root)), status.st_size, status.st_mtime_ns)
        for file in sorted(files)
        for status in [_status(file)]
    ]


def _status(file: Path) -> os.stat_result:
    try:
        return file.stat()
    except OSError:
        return file.lstat()  # a link to nothing
