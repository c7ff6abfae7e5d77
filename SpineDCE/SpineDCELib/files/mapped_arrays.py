"""Arrays in files without a name: read like any other, but memory is not filled with them.

Of a study's gigabyte a reader looks at one section at a time; the system may drop the rest and
read it again. The files vanish with the program, whatever ends it.
"""

from __future__ import annotations

import mmap
import pickle
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.data import Images

#: Smaller arrays are not worth a file, bytes.
_WORTH = 1 << 25


def on_disk(array: NDArray[np.floating]) -> NDArray[np.floating]:
    """The same numbers in a file; the array itself where it is small or the disk is full."""
    if array.nbytes < _WORTH or sys.platform == "win32" or _file_of(array) is not None:
        return array
    try:
        with tempfile.TemporaryFile(prefix="spinedce-") as file:
            array.tofile(file)
            file.flush()
            return np.memmap(file, array.dtype, mode="c", shape=array.shape)
    except OSError:
        return array


def images_on_disk(images: Images) -> Images:
    """A study with its dynamic series and phase in files."""
    dynamic = images.dynamic
    phase = None if dynamic.phase is None else on_disk(dynamic.phase)
    return replace(images, dynamic=replace(dynamic, signal=on_disk(dynamic.signal), phase=phase))


def let_go(*arrays: NDArray[np.floating] | None) -> None:
    """Give memory back that only mirrors files; what is looked at next is read again."""
    for array in arrays:
        file = _file_of(array)
        if file is not None and hasattr(file, "madvise"):
            file.madvise(mmap.MADV_DONTNEED)


def let_images_go(images: Images) -> None:
    """:func:`let_go` of what :func:`images_on_disk` put into files."""
    let_go(images.dynamic.signal, images.dynamic.phase)


def hand_over(value: Any, folder: Path) -> None:
    """Leave a value for another process of this program; large arrays in files of their own."""
    large: list[pickle.PickleBuffer] = []

    def is_small(buffer: pickle.PickleBuffer) -> bool:
        worth = buffer.raw().nbytes >= _WORTH
        if worth:
            large.append(buffer)
        return not worth

    record = pickle.dumps(value, protocol=5, buffer_callback=is_small)
    for i, buffer in enumerate(large):
        (folder / f"{i}.array").write_bytes(buffer.raw())
    (folder / "record").write_bytes(record)


def take_over(folder: Path) -> Any:
    """What :func:`hand_over` left there. The folder may go at once: what is mapped stays."""
    files = sorted(folder.glob("*.array"), key=lambda file: int(file.stem))
    record = (folder / "record").read_bytes()
    return pickle.loads(record, buffers=[np.memmap(file, mode="c") for file in files])


def _file_of(array: NDArray[np.floating] | None) -> mmap.mmap | None:
    """The file that an array mirrors, or None."""
    base: object = array
    while isinstance(base, (np.ndarray, memoryview)):
        base = base.base if isinstance(base, np.ndarray) else base.obj
    return base if isinstance(base, mmap.mmap) else None
