"""Reader of MetaImage files (``.mha``, ``.mhd``).

ITK's own reader prints to the terminal what it meets in a damaged header, and looks for the pixels
wherever the header says.
"""

from __future__ import annotations

import math
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.errors import InputError
from SpineDCELib.files.bounded_reading import beside, require_regular
from SpineDCELib.series.dynamic_series import Geometry
from SpineDCELib.series.image_file_info import ImageFile
from SpineDCELib.series.nifti_reader import image_file, read_sidecar
from SpineDCELib.series.plausibility import geometry_fault

_TYPES = {
    "MET_CHAR": "i1", "MET_UCHAR": "u1", "MET_SHORT": "i2", "MET_USHORT": "u2", "MET_INT": "i4",
    "MET_UINT": "u4", "MET_LONG": "i4", "MET_ULONG": "u4", "MET_LONG_LONG": "i8",
    "MET_ULONG_LONG": "u8", "MET_FLOAT": "f4", "MET_DOUBLE": "f8",
}  # fmt: skip
#: Longest header, bytes.
_LONGEST_HEADER = 1 << 20
#: Compressed data may always expand to this many bytes, and beyond that by this factor.
_ALWAYS_ALLOWED, _RATIO = 1 << 28, 200
_CHUNK = 1 << 20


@dataclass(frozen=True)
class _Pixels:
    """Where the pixels lie and how they are stored."""

    file: Path
    start: int
    dtype: np.dtype[np.generic]
    compressed: bool
    needed: int  #: bytes, expanded


def open_metaimage(path: Path, name: str) -> ImageFile:
    """Read the header of a MetaImage; ``load()`` reads the pixels.

    Raises:
        InputError: the file is damaged or not a spatial image, or its pixels do not lie in it or
            in one file beside it (code "data_file_refused"); it cannot hold them (code
            "truncated_file"), or only as a compression without bounds (code "expands_too_much").
    """
    notes: list[str] = []
    try:
        fields, start = _read_header(path)
        sizes = [int(word) for word in fields["DimSize"].split()]
        channels = int(fields.get("ElementNumberOfChannels", "1"))
        if not len(sizes) == int(fields["NDims"]) <= 10 or min(sizes) <= 0 or channels <= 0:
            raise ValueError("sizes")
        if not 2 <= len(sizes) <= 4 or channels != 1:
            raise InputError(
                f"{path} has {len(sizes)} axes and {channels} values per voxel; an image has 3 or "
                "4 axes and one value per voxel.",
                code="not_an_image",
                about=str(path),
            )
        pixels = _pixels(path, fields, start, math.prod(sizes))
        geometry = _geometry(fields, sizes, notes)
    except InputError:  # which is a ValueError
        raise
    except (KeyError, ValueError, OverflowError):
        raise _unreadable(path) from None
    except OSError as error:
        raise InputError(
            f"{path} cannot be opened ({error.strerror}).", code="unreadable_file", about=str(path)
        ) from None
    if fault := geometry_fault(geometry.affine):
        raise InputError(
            f"The header of {path} cannot be right: {fault}.",
            code="implausible_geometry",
            about=str(path),
        )
    frames = sizes[3] if len(sizes) > 3 else 1
    shape = (frames, *geometry.shape)
    parts = (path,) if pixels.file == path else (path, pixels.file)
    return image_file(
        path, name, "MetaImage", geometry, frames, lambda: _load(path, pixels, shape),
        read_sidecar(path, notes), {}, notes, parts,
    )  # fmt: skip


def _unreadable(path: Path) -> InputError:
    return InputError(
        f"{path} is not a readable MetaImage file.", code="unreadable_metaimage", about=str(path)
    )


def _read_header(path: Path) -> tuple[dict[str, str], int]:
    """Return the fields of a header, and the offset of what follows it."""
    fields: dict[str, str] = {}
    require_regular(path)
    with path.open("rb") as stream:
        while stream.tell() < _LONGEST_HEADER:
            line = stream.readline(_LONGEST_HEADER)
            key, equals, value = line.decode("utf-8", "replace").partition("=")
            if not equals:
                raise _unreadable(path)
            fields[key.strip()] = value.strip()
            if key.strip() == "ElementDataFile":
                return fields, stream.tell()
    raise _unreadable(path)


def _is_true(fields: dict[str, str], *names: str, default: bool = False) -> bool:
    for name in names:
        if name in fields:
            return fields[name].strip().lower() in ("true", "1")
    return default


def _pixels(path: Path, fields: dict[str, str], start: int, values: int) -> _Pixels:
    """Find the pixels, and compare their number with the bytes that are there.

    Raises:
        InputError: see :func:`open_metaimage`.
    """
    named = fields["ElementDataFile"]
    if named.upper().split()[:1] == ["LIST"] or "%" in named:
        raise InputError(
            f"{path} takes its pixels from several files. Save it as one file.",
            code="several_data_files",
            about=str(path),
        )
    if not _is_true(fields, "BinaryData", default=True):
        raise InputError(
            f"{path} holds its pixels as text. Save it as a binary file.",
            code="pixels_as_text",
            about=str(path),
        )
    inside = named.upper() == "LOCAL"
    file = path if inside else beside(path, named)
    begin = start if inside else int(fields.get("HeaderSize", "0"))
    if begin < 0:
        raise ValueError("HeaderSize")
    order = ">" if _is_true(fields, "BinaryDataByteOrderMSB", "ElementByteOrderMSB") else "<"
    dtype = np.dtype(order + _TYPES[fields["ElementType"]])
    compressed = _is_true(fields, "CompressedData")
    pixels = _Pixels(file, begin, dtype, compressed, values * dtype.itemsize)
    held = max(file.stat().st_size - begin, 0)
    if compressed:
        if pixels.needed > max(_ALWAYS_ALLOWED, _RATIO * held):
            raise InputError(
                f"{path} declares far more pixels than a file of its size can hold.",
                code="expands_too_much",
                about=str(path),
            )
        held = sum(len(piece) for piece in _expanded(pixels))
    if pixels.needed > held:
        raise InputError(
            f"{path} is truncated: its header needs {pixels.needed} bytes of pixels, and the file "
            f"has {held}.",
            code="truncated_file",
            about=str(path),
        )
    return pixels


def _expanded(pixels: _Pixels) -> list[bytes]:
    """Return what compressed pixels expand to, at most the bytes that are needed."""
    engine, pieces, left = zlib.decompressobj(), [], pixels.needed
    with pixels.file.open("rb") as stream:
        stream.seek(pixels.start)
        try:
            while left > 0 and not engine.eof:
                packed = engine.unconsumed_tail or stream.read(_CHUNK)
                if not packed:
                    break
                pieces.append(engine.decompress(packed, min(_CHUNK, left)))
                left -= len(pieces[-1])
        except zlib.error:
            pass  # what was expanded so far counts
    return pieces


def _numbers(fields: dict[str, str], count: int, *names: str) -> NDArray[np.float64] | None:
    """Return the numbers of the first of some fields that is there."""
    for name in names:
        if name in fields:
            values = np.array([float(word) for word in fields[name].split()])
            if values.size != count:
                raise ValueError(name)
            return values
    return None


def _geometry(fields: dict[str, str], sizes: list[int], notes: list[str]) -> Geometry:
    """Return the grid; the rows of the matrix in the file are the directions of the axes."""
    n = len(sizes)
    spacing = _numbers(fields, n, "ElementSpacing", "ElementSize")
    origin = _numbers(fields, n, "Offset", "Position", "Origin")
    matrix = _numbers(fields, n * n, "TransformMatrix", "Rotation", "Orientation")
    direction = np.eye(3)
    if matrix is not None:
        direction[:n, :n] = matrix.reshape(n, n).T[:3, :3]
    steps, start = np.ones(3), np.zeros(3)
    if spacing is None:
        notes.append("The header has no voxel size; 1 mm is taken.")
    else:
        steps[:n] = spacing[:3]
    if origin is not None:
        start[:n] = origin[:3]
    if n == 2:
        notes.append("A two-dimensional image is read as one slice of 1 mm.")
    k = sizes[2] if n > 2 else 1
    x, y, z = (float(v) for v in steps)
    return Geometry.from_parts(
        (k, sizes[1], sizes[0]), (x, y, z), (start[0], start[1], start[2]), direction
    )


def _load(path: Path, pixels: _Pixels, shape: tuple[int, ...]) -> NDArray[np.generic]:
    try:
        if pixels.compressed:
            values = np.frombuffer(b"".join(_expanded(pixels)), pixels.dtype)
        else:
            values = np.fromfile(
                pixels.file, pixels.dtype, count=math.prod(shape), offset=pixels.start
            )
        result: NDArray[np.generic] = values.reshape(shape)
    except (OSError, ValueError):
        raise InputError(
            f"The pixels of {path} cannot be read; the file is damaged.",
            code="unreadable_pixels",
            about=str(path),
        ) from None
    return result
