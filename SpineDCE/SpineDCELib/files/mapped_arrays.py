"""Large arrays in memory-mapped files.

A study takes a gigabyte, but only one slice is displayed at a time: the system may drop the other
pages and read them again. The files have no name, so that the system deletes them when the program
ends, even by a crash; those of a cache have one.
"""

from __future__ import annotations

import contextlib
import ctypes
import io
import mmap
import os
import pickle
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, TypeVar, cast

import numpy as np
from numpy.typing import DTypeLike, NDArray

T = TypeVar("T")
#: Smaller arrays stay in memory, bytes.
SMALLEST = 1 << 25
#: Where :func:`new_array` creates files, and whether they keep their names; None: nowhere.
_place: ContextVar[tuple[Path, bool] | None] = ContextVar("_place", default=None)


@contextlib.contextmanager
def arrays_in(folder: Path | None) -> Iterator[None]:
    """Let :func:`new_array` create large arrays in files, which stay mapped when this ends.

    Args:
        folder: created if it does not exist; :func:`keep_file` moves a file from there. Without
            one the files have no name.
    """
    own = None
    with contextlib.suppress(OSError):
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
            own = Path(tempfile.mkdtemp(prefix=".new-", dir=folder))
    before = _place.set((own or Path(tempfile.gettempdir()), own is not None))
    try:
        yield
    finally:
        _place.reset(before)
        if own is not None:
            shutil.rmtree(own, ignore_errors=True)


def new_array(shape: tuple[int, ...], dtype: DTypeLike) -> NDArray[Any]:
    """Return an array to fill: inside :func:`arrays_in`, a large one is mapped from a file.

    It is in memory where the disk is full, or where the system cannot reserve space on it.
    """
    place, kind = _place.get(), np.dtype(dtype)
    size = int(np.prod(shape)) * kind.itemsize
    if place is None or size < SMALLEST or not hasattr(os, "posix_fallocate"):
        return np.empty(shape, kind)
    folder, named = place
    try:
        handle, name = tempfile.mkstemp(prefix="spinedce-", suffix=".npy", dir=folder)
    except OSError:
        return np.empty(shape, kind)
    array: NDArray[Any]
    try:
        with os.fdopen(handle, "wb") as file:
            header = {"descr": kind.str, "fortran_order": False, "shape": shape}
            np.lib.format.write_array_header_1_0(file, header)
            file.flush()
            # Where the disk is full, writing to a mapped file would end the program.
            os.posix_fallocate(handle, file.tell(), size)
        array = np.load(name, mmap_mode="r+")
    except OSError:
        named, array = False, np.empty(shape, kind)
    if not named:
        os.unlink(name)
    return array


def keep_file(array: NDArray[Any], path: Path) -> bool:
    """Move the file of a :func:`new_array`, in the format of NumPy, and let nobody change it.

    Returns:
        False where the array has no such file, or is a part of one; nothing is done then.
    """
    place = _place.get()
    if place is None or not isinstance(array, np.memmap) or array.filename is None:
        return False
    file = Path(array.filename)
    if (file.parent, True) != place or array.offset + array.nbytes != file.stat().st_size:
        return False
    os.replace(file, path)
    array.flags.writeable = False
    return True


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


def with_mapped_arrays(value: T, smallest: int, shared: Iterable[object] = ()) -> T:
    """Return a copy of a value with its large arrays mapped from files.

    The value itself is returned if its dataclasses, mappings and sequences hold none, or if the
    disk is full. Arrays that are mapped already are shared with the copy.

    Args:
        smallest: bytes from which on an array is mapped.
        shared: objects of which the value may hold references, and that are not copied.
    """
    unmapped = (array for array in _arrays_of(value) if _file_of(array) is None)
    if sys.platform == "win32" or not any(array.nbytes >= smallest for array in unmapped):
        return value
    record, large = io.BytesIO(), list[pickle.PickleBuffer]()
    writer = _SharingWriter(record, protocol=5, buffer_callback=_larger_than(smallest, large))
    writer.keep = {id(one): one for one in shared}
    writer.dump(value)
    try:
        files = []
        for buffer in large:
            with tempfile.TemporaryFile(prefix="spinedce-") as file:
                file.write(buffer.raw())
                file.flush()
                files.append(np.memmap(file, mode="c"))
    except OSError:
        return value
    record.seek(0)
    reader = _SharingReader(record, buffers=files)
    reader.keep = writer.keep
    return cast(T, reader.load())


def mapped_arrays_of(value: object) -> list[NDArray[Any]]:
    """Return the mapped arrays that a value of dataclasses, mappings and sequences holds."""
    return [array for array in _arrays_of(value) if _file_of(array) is not None]


def _arrays_of(value: object) -> Iterator[NDArray[Any]]:
    parts: Iterable[object] = ()
    if isinstance(value, np.ndarray):
        yield value
    elif is_dataclass(value):
        parts = [getattr(value, one.name, None) for one in fields(value)]
    elif isinstance(value, Mapping):
        parts = value.values()
    elif isinstance(value, (tuple, list)):
        parts = value
    for part in parts:
        yield from _arrays_of(part)


def release(*arrays: NDArray[Any] | None) -> None:
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
    with (folder / "record").open("wb") as file:
        _Writer(file, protocol=5, buffer_callback=_larger_than(SMALLEST, large)).dump(value)
    for i, buffer in enumerate(large):
        (folder / f"{i}.array").write_bytes(buffer.raw())


def _larger_than(
    smallest: int, large: list[pickle.PickleBuffer]
) -> Callable[[pickle.PickleBuffer], bool]:
    """Return what pickle asks whether a buffer is a part of its record; others go to ``large``."""

    def is_small(buffer: pickle.PickleBuffer) -> bool:
        is_large = buffer.raw().nbytes >= smallest
        if is_large:
            large.append(buffer)
        return not is_large

    return is_small


class _Writer(pickle.Pickler):
    """Writer that takes mapped arrays like all others; pickle would put them into the record."""

    def reducer_override(self, value: Any) -> Any:
        if type(value) is np.memmap:
            return np.asarray(value).__reduce_ex__(5)
        return NotImplemented


class _SharingWriter(pickle.Pickler):
    """Writer that refers to mapped arrays, and to the objects to keep, by their identity."""

    keep: dict[int, object]

    def persistent_id(self, value: Any) -> int | None:
        if isinstance(value, np.ndarray) and _file_of(value) is not None:
            self.keep[id(value)] = value
        return id(value) if id(value) in self.keep else None


class _SharingReader(pickle.Unpickler):
    """Reader of what :class:`_SharingWriter` wrote, in the same process."""

    keep: dict[int, object]

    def persistent_load(self, name: int) -> object:
        return self.keep[name]


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
