"""Large arrays in anonymous memory-mapped files.

A study takes a gigabyte, but only one slice is displayed at a time: the system may drop the other
pages and read them again. The system deletes the files when the program ends, even by a crash.
"""

from __future__ import annotations

import contextlib
import ctypes
import mmap
import pickle
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

#: Smaller arrays stay in memory, bytes.
SMALLEST = 1 << 25


def mapped(array: NDArray[np.floating], smallest: int | None = None) -> NDArray[np.floating]:
    """Return the array mapped from a file; the array itself if it is small or the disk is full.

    Args:
        smallest: bytes from which on it is mapped; :data:`SMALLEST` if None.
    """
    least = SMALLEST if smallest is None else smallest
    if array.nbytes < least or sys.platform == "win32" or _file_of(array) is not None:
        return array
    try:
        with tempfile.TemporaryFile(prefix="spinedce-") as file:
            array.tofile(file)
            file.flush()
            return np.memmap(file, array.dtype, mode="c", shape=array.shape)
    except OSError:
        return array


def release(*arrays: NDArray[np.floating] | None) -> None:
    """Release cached pages of memory-mapped arrays."""
    for array in arrays:
        file = _file_of(array)
        if file is not None and hasattr(file, "madvise"):
            file.madvise(mmap.MADV_DONTNEED)


def return_free_memory() -> None:
    """Return memory that was freed to the system; the C library of Linux would keep it."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):  # another C library than glibc
            ctypes.CDLL(None).malloc_trim(0)


def hand_over(value: Any, folder: Path) -> None:
    """Write a value for another process of this program, each large array in its own file."""
    large: list[pickle.PickleBuffer] = []

    def is_small(buffer: pickle.PickleBuffer) -> bool:
        is_large = buffer.raw().nbytes >= SMALLEST
        if is_large:
            large.append(buffer)
        return not is_large

    with (folder / "record").open("wb") as file:
        _Writer(file, protocol=5, buffer_callback=is_small).dump(value)
    for i, buffer in enumerate(large):
        (folder / f"{i}.array").write_bytes(buffer.raw())


class _Writer(pickle.Pickler):
    """Writer that takes mapped arrays like all others; pickle would put them into the record."""

    def reducer_override(self, value: Any) -> Any:
        if type(value) is np.memmap:
            return np.asarray(value).__reduce_ex__(5)
        return NotImplemented


def take_over(folder: Path) -> Any:
    """Read what :func:`hand_over` wrote. The folder may be deleted at once."""
    files = sorted(folder.glob("*.array"), key=lambda file: int(file.stem))
    record = (folder / "record").read_bytes()
    return pickle.loads(record, buffers=[np.memmap(file, mode="c") for file in files])


def _file_of(array: NDArray[np.floating] | None) -> mmap.mmap | None:
    """Return the file that an array is mapped from, or None."""
    base: object = array
    while isinstance(base, (np.ndarray, memoryview)):
        base = base.base if isinstance(base, np.ndarray) else base.obj
    return base if isinstance(base, mmap.mmap) else None
