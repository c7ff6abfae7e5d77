"""Digests of arrays, files and folders, and short keys derived from them."""

from __future__ import annotations

import hashlib
import json
import os
import zlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


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


def file_checksum(path: str | Path) -> int:
    """Return the CRC-32 of a file's bytes.

    Every damage of up to 32 bits in a row changes it, and one in 4 billion of all others does not.
    It takes a third of the time of SHA-256; whoever can change the file can change it too.
    """
    checksum = 0
    with Path(path).open("rb") as file:
        while block := file.read(1 << 20):
            checksum = zlib.crc32(block, checksum)
    return checksum


@cache
def code_digest() -> str:
    """Return the SHA-256 of the engine's source files, hex.

    What was computed by other code is not used, even if its version has the same number.
    """
    root, digest = Path(__file__).resolve().parents[1], hashlib.sha256()
    for file in sorted(root.rglob("*.py")):
        digest.update(f"{file.relative_to(root).as_posix()}\0".encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()


def key_of(*parts: Any) -> str:
    """Return a short key of JSON-able parts and the program's code."""
    text = json.dumps([code_digest(), *parts], sort_keys=True, default=str)
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
