"""Reader of MetaImage files (``.mha``, ``.mhd``), whose pixels ITK reads."""

from __future__ import annotations

import math
import zlib
from pathlib import Path

import numpy as np
import SimpleITK as sitk
from numpy.typing import NDArray

from SpineDCELib.errors import InputError
from SpineDCELib.files.bounded_reading import beside, require_regular
from SpineDCELib.series.image_file_info import ImageFile
from SpineDCELib.series.nifti_reader import geometry_of, image_file, read_sidecar
from SpineDCELib.series.plausibility import geometry_fault

_BYTES = {
    "MET_CHAR": 1, "MET_UCHAR": 1, "MET_SHORT": 2, "MET_USHORT": 2, "MET_INT": 4, "MET_UINT": 4,
    "MET_LONG": 4, "MET_ULONG": 4, "MET_LONG_LONG": 8, "MET_ULONG_LONG": 8, "MET_FLOAT": 4,
    "MET_DOUBLE": 8,
}  # fmt: skip
#: Longest header, bytes.
_LONGEST_HEADER = 1 << 20
#: Compressed data may always expand to this many bytes, and beyond that by this factor.
_ALWAYS_ALLOWED, _RATIO = 1 << 28, 200
_CHUNK = 1 << 20


def open_metaimage(path: Path, name: str) -> ImageFile:
    """Read the header of a MetaImage; ``load()`` reads the pixels.

    Raises:
        InputError: the file is damaged or not a spatial image, or its pixels do not lie in it or
            in one file beside it.
    """
    notes: list[str] = []
    parts = check_amount(path)
    reader = sitk.ImageFileReader()
    reader.SetFileName(str(path))
    try:
        reader.SetImageIO("MetaImageIO")
        reader.ReadImageInformation()
        size, n = reader.GetSize(), reader.GetDimension()
        components = reader.GetNumberOfComponents()
    except RuntimeError:
        raise _unreadable(path) from None
    if not 2 <= n <= 4 or components != 1:
        raise InputError(
            f"{path} has {n} axes and {components} values per voxel; an image has 3 or 4 axes and "
            "one value per voxel.",
            code="not_an_image",
            about=str(path),
        )
    geometry = geometry_of(reader, notes)
    if fault := geometry_fault(geometry.affine):
        raise InputError(
            f"The header of {path} cannot be right: {fault}.",
            code="implausible_geometry",
            about=str(path),
        )
    frames = int(size[3]) if n > 3 else 1
    shape = (frames, *geometry.shape)
    return image_file(
        path, name, "MetaImage", geometry, frames, lambda: _load(path, shape),
        read_sidecar(path, notes), {}, notes, parts,
    )  # fmt: skip


def _unreadable(path: Path) -> InputError:
    return InputError(
        f"{path} is not a readable MetaImage file.", code="unreadable_metaimage", about=str(path)
    )


def _load(path: Path, shape: tuple[int, ...]) -> NDArray[np.generic]:
    try:
        array = sitk.GetArrayFromImage(sitk.ReadImage(str(path), imageIO="MetaImageIO"))
        values: NDArray[np.generic] = array.reshape(shape)
    except (RuntimeError, ValueError):
        raise InputError(
            f"The pixels of {path} cannot be read; the file is damaged.",
            code="unreadable_pixels",
            about=str(path),
        ) from None
    return values


def _read_header(path: Path) -> tuple[dict[str, str], int]:
    """Return the fields of a header, names in lower case, and the offset of what follows it."""
    fields: dict[str, str] = {}
    require_regular(path)
    with path.open("rb") as stream:
        while stream.tell() < _LONGEST_HEADER:
            line = stream.readline(_LONGEST_HEADER)
            key, equals, value = line.decode("utf-8", "replace").partition("=")
            if not equals:
                raise _unreadable(path)
            fields[key.strip().lower()] = value.strip()
            if key.strip().lower() == "elementdatafile":
                return fields, stream.tell()
    raise _unreadable(path)


def check_amount(path: Path) -> tuple[Path, ...]:
    """Compare the number of pixels in the header with the bytes of the file, before ITK reads it.

    Returns:
        The file, or header and file of pixels, which lie beside each other.

    Raises:
        InputError: it cannot hold them (code "truncated_file"), or holds them only as a
            compression without bounds (code "expands_too_much"); the pixels lie elsewhere.
    """
    try:
        fields, start = _read_header(path)
        sizes = [int(word) for word in fields["dimsize"].split()]
        channels = int(fields.get("elementnumberofchannels", "1"))
        bytes_each = _BYTES[fields["elementtype"].upper()]
        if not len(sizes) == int(fields["ndims"]) <= 10 or min(sizes) <= 0 or channels <= 0:
            raise ValueError("sizes")
    except (KeyError, ValueError):
        raise _unreadable(path) from None
    except OSError as error:
        raise InputError(
            f"{path} cannot be opened ({error.strerror}).", code="unreadable_file", about=str(path)
        ) from None
    values = math.prod(sizes) * channels
    named = fields["elementdatafile"]
    if named.upper().split()[:1] == ["LIST"] or "%" in named:
        raise InputError(
            f"{path} takes its pixels from several files. Save it as one file.",
            code="several_data_files",
            about=str(path),
        )
    inside = named.upper() == "LOCAL"
    data = path if inside else beside(path, named)
    held = data.stat().st_size - (start if inside else 0)
    needed = values * (bytes_each if fields.get("binarydata", "true").lower() == "true" else 1)
    if fields.get("compresseddata", "false").lower() == "true":
        held = _expanded(data, start if inside else 0, needed, path)
    if needed > held:
        raise InputError(
            f"{path} is truncated: its header needs {needed} bytes of pixels, and the file has "
            f"{held}.",
            code="truncated_file",
            about=str(path),
        )
    return (path,) if inside else (path, data)


def _expanded(data: Path, start: int, needed: int, path: Path) -> int:
    """Return how many bytes the compressed data expand to, at most those that are needed."""
    if needed > max(_ALWAYS_ALLOWED, _RATIO * data.stat().st_size):
        raise InputError(
            f"{path} declares far more pixels than a file of its size can hold.",
            code="expands_too_much",
            about=str(path),
        )
    engine, found = zlib.decompressobj(), 0
    with data.open("rb") as stream:
        stream.seek(start)
        try:
            while found < needed and not engine.eof:
                packed = engine.unconsumed_tail or stream.read(_CHUNK)
                if not packed:
                    break
                found += len(engine.decompress(packed, _CHUNK))
        except zlib.error:
            pass  # what was expanded so far counts
    return found
