"""Reader of NRRD files: any axis order, MultiVolume, sequences and segmentations.

Format: https://teem.sourceforge.net/nrrd/format.html. ITK's reader folds a list axis into vector
pixels or refuses it, depending on its position; here the list axis may be anywhere.
"""

from __future__ import annotations

import bz2
import math
import os
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.errors import InputError
from SpineDCELib.files.bounded_reading import beside, require_regular
from SpineDCELib.series.dynamic_series import Acquisition, Geometry
from SpineDCELib.series.image_file_info import ImageFile
from SpineDCELib.series.image_header import component_of
from SpineDCELib.series.plausibility import MOST_VALUES, geometry_fault, times_fault

_TYPES = {
    **dict.fromkeys(("signed char", "int8", "int8_t"), "i1"),
    **dict.fromkeys(("uchar", "unsigned char", "uint8", "uint8_t"), "u1"),
    **dict.fromkeys(("short", "short int", "signed short", "int16", "int16_t"), "i2"),
    **dict.fromkeys(("ushort", "unsigned short", "uint16", "uint16_t"), "u2"),
    **dict.fromkeys(("int", "signed int", "int32", "int32_t"), "i4"),
    **dict.fromkeys(("uint", "unsigned int", "uint32", "uint32_t"), "u4"),
    **dict.fromkeys(("longlong", "long long", "int64", "int64_t"), "i8"),
    **dict.fromkeys(("ulonglong", "unsigned long long", "uint64", "uint64_t"), "u8"),
    "float": "f4",
    "double": "f8",
}
#: From the file's space to LPS.
_SPACES = {
    "left-posterior-superior": (1, 1, 1),
    "lps": (1, 1, 1),
    "right-anterior-superior": (-1, -1, 1),
    "ras": (-1, -1, 1),
    "left-anterior-superior": (1, -1, 1),
    "las": (1, -1, 1),
}
_UNITS = {"s": 1.0, "sec": 1.0, "second": 1.0, "seconds": 1.0, "ms": 1e-3, "msec": 1e-3,
          "millisecond": 1e-3, "milliseconds": 1e-3, "us": 1e-6, "min": 60.0}  # fmt: skip
#: Longest header and longest text of data in numbers, bytes.
_LONGEST_HEADER = 1 << 24
_TEXT = ("ascii", "text", "txt")
#: Compressed data may always expand to this many bytes, and beyond that by this factor.
_ALWAYS_ALLOWED, _RATIO = 1 << 28, 200
#: Bytes beyond the declared ones that a stream of compressed data may hold.
_SURPLUS = 1 << 20
_CHUNK = 1 << 20


@dataclass(frozen=True)
class NrrdHeader:
    """Fields (names in lower case), key/value pairs as written, and the offset of the data."""

    path: Path
    fields: dict[str, str]
    keys: dict[str, str]
    data_start: int

    @property
    def sizes(self) -> list[int]:
        return [int(v) for v in self.fields["sizes"].split()]


def read_nrrd_header(path: Path) -> NrrdHeader:
    """Read the header of an NRRD or detached NHDR file.

    Raises:
        InputError: the file is not an NRRD file, or its header is damaged.
    """
    fields: dict[str, str] = {}
    keys: dict[str, str] = {}
    require_regular(path)
    try:
        with open(path, "rb") as stream:
            if not stream.readline(64).startswith(b"NRRD000"):
                raise InputError(f"{path} is not an NRRD file.", code="not_nrrd", about=str(path))
            while (raw := stream.readline(_LONGEST_HEADER)).strip(b"\r\n"):
                if stream.tell() > _LONGEST_HEADER:
                    raise _damaged(path, "it is too long")
                line = raw.decode("utf-8", "replace").rstrip("\r\n")
                if line.startswith("#"):
                    continue
                if ":=" in line:
                    key, _, value = line.partition(":=")
                    keys[key] = value.replace("\\n", "\n").replace("\\\\", "\\")
                elif ": " in line or line.endswith(":"):
                    key, _, value = line.partition(":")
                    fields[key.strip().lower()] = value.strip()
            start = stream.tell()
    except OSError as error:
        raise InputError(
            f"{path} cannot be opened ({error.strerror}).", code="unreadable_file", about=str(path)
        ) from None
    header = NrrdHeader(path, fields, keys, start)
    try:
        sizes = header.sizes
        good = len(sizes) == int(fields["dimension"]) <= 16 and min(sizes) > 0
        good = good and math.prod(sizes) <= MOST_VALUES
    except (KeyError, ValueError):
        good = False
    if not good or fields.get("type", "").lower() not in _TYPES:
        raise _damaged(path, "type, dimension or sizes")
    return header


def _damaged(path: Path, what: str) -> InputError:
    return InputError(
        f"{path} has a damaged NRRD header ({what}).", code="damaged_header", about=str(path)
    )


def _unreadable(path: Path, reason: object) -> InputError:
    return InputError(
        f"The pixels of {path} cannot be read ({reason}).",
        code="unreadable_pixels",
        about=str(path),
    )


def data_files(header: NrrdHeader) -> list[tuple[Path, int]]:
    """Return the files that hold the pixels, each with the offset of its data.

    None is opened. They lie beside the header: a file that names others could read any file of the
    user's, wait for a pipe or never end.

    Raises:
        InputError: a file is not beside the header, is no regular file or does not exist.
    """
    fields, path = header.fields, header.path
    named = fields.get("data file", fields.get("datafile", ""))
    if not named:
        return [(path, header.data_start)]
    if named.upper().startswith("LIST"):
        with open(path, "rb") as stream:
            lines = stream.read(_LONGEST_HEADER).decode("utf-8", "replace").splitlines()
        at = next((i for i, v in enumerate(lines) if re.match(r"(?i)data ?file: *list", v)), None)
        names = [] if at is None else [v.strip() for v in lines[at + 1 :] if v.strip()]
    elif len(words := named.split()) >= 4 and "%" in words[0]:
        names = _numbered(header, words)
    else:
        names = [named]
    if not names:
        raise _damaged(path, "data file")
    return [(beside(path, name), 0) for name in names]


def _numbered(header: NrrdHeader, words: list[str]) -> list[str]:
    """Return the names of files that are counted, from a pattern as printf has it."""
    pattern = re.fullmatch(r"([^%]*)%(0?)(\d?)d([^%]*)", words[0])
    try:
        first, last, step = (int(w) for w in words[1:4])
        count = range(first, last + (1 if step > 0 else -1), step)
    except ValueError:
        raise _damaged(header.path, "data file") from None
    if pattern is None or not 0 < len(count) <= max(header.sizes) * len(header.sizes):
        raise _damaged(header.path, "data file")
    start, zero, width, end = pattern.groups()
    return [f"{start}{n:{zero}{width}d}{end}" for n in count]


def check_amount(header: NrrdHeader) -> None:
    """Compare the number of pixels in a header with the bytes of its files.

    Raises:
        InputError: the files cannot hold them (code "truncated_file"), or hold them only as a
            compression without bounds; or see :func:`data_files`.
    """
    parts = data_files(header)
    held = sum(max(os.stat(file).st_size - start, 0) for file, start in parts)
    count = math.prod(header.sizes)
    size = count * _dtype(header).itemsize
    encoding = _encoding(header)
    if encoding in _COMPRESSED:
        if size > max(_ALWAYS_ALLOWED, _RATIO * held):
            raise _unreadable(header.path, f"{size / 1e9:.3g} GB in a file of {held} bytes")
        return
    least = {"hex": 2 * size, "raw": size}.get(encoding, 2 * count - 1)
    if held < least:
        found = count * held // least
        raise InputError(
            f"{header.path} is truncated: it holds {found} of {count} pixels.",
            code="truncated_file",
            about=str(header.path),
        )


def _dtype(header: NrrdHeader) -> np.dtype[Any]:
    order = ">" if header.fields.get("endian", "little").lower() == "big" else "<"
    return np.dtype(order + _TYPES[header.fields["type"].lower()])


def _encoding(header: NrrdHeader) -> str:
    return header.fields.get("encoding", "raw").lower()


def read_nrrd_data(header: NrrdHeader) -> NDArray[np.generic]:
    """Read the array, axes in the reverse of the header's order (the last is the fastest).

    Raises:
        InputError: the data are missing, truncated or in an unknown encoding; or see
            :func:`data_files` and :func:`check_amount`.
    """
    path, dtype = header.path, _dtype(header)
    count = math.prod(header.sizes)
    size = count * dtype.itemsize
    try:
        check_amount(header)
        blobs: list[bytes | bytearray] = []
        for file, start in data_files(header):
            with open(file, "rb") as stream:
                stream.seek(start)
                blobs.append(_decode(stream, header, size - sum(map(len, blobs))))
        blob = b"".join(blobs) if len(blobs) > 1 else blobs[0]
        if _encoding(header) in _TEXT:
            values = _numbers(blob, dtype)
        else:
            values = np.frombuffer(blob, np.uint8)
            values = values[: len(values) // dtype.itemsize * dtype.itemsize][:size].view(dtype)
    except (OSError, EOFError, zlib.error, ValueError, TypeError, OverflowError) as error:
        if isinstance(error, InputError):
            raise
        raise _unreadable(path, error) from None
    if values.size < count:
        raise InputError(
            f"{path} is truncated: it holds {values.size} of {count} pixels.",
            code="truncated_file",
            about=str(path),
        )
    return values[:count].reshape(header.sizes[::-1])


def _numbers(text: bytes | bytearray, dtype: np.dtype[Any]) -> NDArray[Any]:
    """Return the numbers of a text; one that the type cannot hold is an error."""
    own = dtype.newbyteorder("=")
    if own.kind == "f":
        return np.array(text.split(), dtype=own)
    values = np.array([int(word) for word in text.split()], dtype=np.int64 if own.str != "<u8"
                      else np.uint64)  # fmt: skip
    limits = np.iinfo(own)
    if values.size and not (limits.min <= values.min() and values.max() <= limits.max):
        raise ValueError(f"a number is outside of {limits.min} to {limits.max}")
    return values.astype(own)


def _decode(stream: Any, header: NrrdHeader, size: int) -> bytes | bytearray:
    """Return the next ``size`` bytes of pixels, or what there is of them.

    Memory is taken only for bytes that the file really gives.
    """
    fields, encoding = header.fields, _encoding(header)
    length = os.fstat(stream.fileno()).st_size
    lines = int(fields.get("line skip", fields.get("lineskip", 0)))
    skip = int(fields.get("byte skip", fields.get("byteskip", 0)))
    if not 0 <= lines <= length or not -1 <= skip <= max(length, _SURPLUS):
        raise ValueError("it skips more than the file holds")
    for _ in range(lines):
        if not stream.readline(_LONGEST_HEADER):
            break
    left = length - stream.tell()
    if encoding in _TEXT:
        blob: bytes | bytearray = stream.read()
        return blob[max(skip, 0) :]
    if encoding == "hex":
        blob = bytes.fromhex(stream.read().decode("ascii"))
    elif encoding == "raw":
        stream.seek(left - size if skip == -1 and left > size else max(skip, 0), os.SEEK_CUR)
        return bytes(stream.read(size))
    elif encoding in _COMPRESSED:
        blob = _expand(stream, encoding, size + max(skip, 0))
    else:
        raise ValueError(f"encoding {encoding} is not known")
    return blob[-size:] if skip == -1 else blob[skip:]


_COMPRESSED = ("gzip", "gz", "bzip2", "bz2")


def _expand(stream: Any, encoding: str, size: int) -> bytearray:
    """Return what compressed data expand to.

    Raises:
        ValueError: more than ``size`` bytes and some.
        OSError, EOFError, zlib.error: the data are damaged or cut off.
    """
    out = bytearray()
    for piece in _pieces(stream, encoding):
        out += piece
        if len(out) > size + _SURPLUS:
            raise ValueError("it expands to more than its header says")
    return out


def _pieces(stream: Any, encoding: str) -> Iterator[bytes]:
    """Yield what compressed data expand to, in bounded pieces; several streams may follow."""
    gzip = encoding in ("gzip", "gz")
    rest: bytes = stream.read(_CHUNK)
    while rest:
        engine: Any = zlib.decompressobj(wbits=31) if gzip else bz2.BZ2Decompressor()
        while not engine.eof:
            yield engine.decompress(rest, _CHUNK)
            rest = engine.unconsumed_tail if gzip else b""
            if not rest and not engine.eof and (gzip or engine.needs_input):
                rest = stream.read(_CHUNK)
                if not rest:
                    raise EOFError("the compressed data are cut off")
        rest = engine.unused_data or stream.read(_CHUNK)
        if not rest.strip(b"\0"):
            return  # padding


def space_axes(header: NrrdHeader) -> tuple[list[int], NDArray[np.float64], list[str]]:
    """Return the three spatial axes in the header's order, their affine (LPS), and notes.

    Raises:
        InputError: there are not three spatial axes, or they do not span a volume.
    """
    fields, sizes = header.fields, header.sizes
    notes: list[str] = []
    flip = np.array(_SPACES.get(fields.get("space", "lps").lower(), (0, 0, 0)), float)
    if not flip.any():
        flip = np.ones(3)
        notes.append(f"The unknown space {fields['space']} is taken as left-posterior-superior.")
    words = re.findall(r"none|\([^)]*\)", fields.get("space directions", ""))
    kinds = fields.get("kinds", "").lower().split()
    affine = np.eye(4)
    try:
        if words:
            given = {
                a: np.array([float(v) for v in w[1:-1].split(",")])
                for a, w in enumerate(words)
                if w != "none"
            }
            if len({v.size for v in given.values()}) > 1:
                raise ValueError("directions of different lengths")
            # SimpleITK writes time as a fourth direction, which has no part in space.
            axes = [a for a, v in given.items() if v.size < 4 or v[:3].any()]
            for a in sorted(set(given) - set(axes)):
                notes.append(
                    f"Axis {a + 1} steps by {np.abs(given[a]).max():g} without a unit; it counts "
                    "the frames."
                )
            vectors = [given[a][:3] for a in axes]
        else:
            other = {"list", "time", "vector", "rgb-color", "rgba-color"}
            axes = [a for a, k in enumerate(kinds) if k not in other and k != "???"]
            axes = axes if len(axes) == 3 else list(range(min(3, len(sizes))))
            steps = [float(v) for v in fields.get("spacings", "").split()] or [1.0] * len(sizes)
            steps = [v if np.isfinite(v) and v > 0 else 1.0 for v in steps]
            vectors = [np.eye(3)[n] * steps[a] for n, a in enumerate(axes)]
            notes.append(
                "The file has no space directions; its position in the patient is unknown."
            )
        if len(axes) == 2:
            notes.append("A two-dimensional image is read as one slice of 1 mm.")
            plane = [np.pad(v, (0, 3 - v.size)) for v in vectors]
            vectors = [*plane, np.cross(*(v / np.linalg.norm(v) for v in plane))]
            axes = [*axes, -1]
        origin = fields.get("space origin", "(0,0,0)").strip("() ").split(",")
        affine[:3, :3] = np.array(vectors).T * flip[:, None]
        affine[:3, 3] = np.array([float(v) for v in origin[:3]]) * flip
    except (ValueError, IndexError):
        raise _damaged(header.path, "space directions") from None
    if len(axes) != 3:
        raise InputError(
            f"{header.path} does not span three directions of space.",
            code="not_an_image",
            about=str(header.path),
        )
    if fault := geometry_fault(affine):
        raise InputError(
            f"The header of {header.path} cannot be right: {fault}.",
            code="implausible_geometry",
            about=str(header.path),
        )
    return axes, affine, notes


def to_frames(array: NDArray[np.generic], axes: list[int], n_axes: int) -> NDArray[np.generic]:
    """Reorder an NRRD array to ``(frames, slices, rows, columns)``; other axes become frames."""
    if axes[-1] == -1:
        array, n_axes, axes = array[None], n_axes + 1, [*axes[:2], n_axes]
    space = [n_axes - 1 - a for a in reversed(axes)]
    rest = [n for n in range(n_axes) if n not in space]
    array = array.transpose(*rest, *space)
    return array.reshape(-1, *array.shape[len(rest) :])


def open_nrrd(path: Path, name: str) -> ImageFile:
    """Read the header of an NRRD image; ``load()`` reads the pixels.

    Raises:
        InputError: the file is damaged or not a spatial image.
    """
    header = read_nrrd_header(path)
    check_amount(header)
    axes, affine, notes = space_axes(header)
    sizes = header.sizes
    spatial = [1 if a == -1 else sizes[a] for a in axes]
    frames = math.prod(s for a, s in enumerate(sizes) if a not in axes)
    kinds = header.fields.get("kinds", "").lower().split()
    if any(k.startswith(("rgb", "vector", "covariant", "3d", "2d")) for k in kinds):
        raise InputError(
            f"{path} holds colours or vectors, not one signal per voxel.",
            code="not_an_image",
            about=str(path),
        )
    times, origin, problems = _times(header, frames)
    keys = header.keys
    return ImageFile(
        path=path,
        name=name,
        format="NRRD",
        geometry=Geometry((spatial[2], spatial[1], spatial[0]), affine),
        frames=frames,
        load=lambda: to_frames(read_nrrd_data(header), axes, len(sizes)),
        times=times,
        time_origin=origin,
        acquisition=Acquisition(
            TR=_key(keys, "RepetitionTime", 1e-3),
            TE=_key(keys, "EchoTime", 1e-3),
            FA=_key(keys, "FlipAngle", 1.0),
            field_strength=_key(keys, "MagneticFieldStrength", 1.0),
            manufacturer=keys.get("MultiVolume.DICOM.Manufacturer"),
        ),
        component=component_of(keys.get("MultiVolume.DICOM.ComplexImageComponent", ""))
        or "magnitude",
        description=_stem(path),
        notes=notes,
        problems=problems,
        fields=header.keys,
        parts=(path, *(file for file, _ in data_files(header) if file != path)),
    )


def _stem(path: Path) -> str:
    return re.sub(r"(\.seq|\.seg)?\.(nrrd|nhdr)$", "", path.name, flags=re.IGNORECASE)


def _key(keys: dict[str, str], tag: str, scale: float) -> float | None:
    for key in (f"MultiVolume.DICOM.{tag}", f"DICOM.{tag}", tag):
        try:
            value = float(keys[key])
        except (KeyError, ValueError):
            continue
        if np.isfinite(value) and value > 0:
            return value * scale
    return None


def _times(header: NrrdHeader, frames: int) -> tuple[NDArray[np.float64] | None, str, list[str]]:
    """Return the frame times from MultiVolume's labels or a sequence's index values."""
    keys = header.keys
    if frames < 2:
        return None, "not found", []
    found: list[tuple[str, str, float | None]] = []
    if labels := keys.get("MultiVolume.FrameLabels"):
        unit = keys.get("MultiVolume.FrameIdentifyingDICOMTagUnits", "").strip().lower()
        found.append(("MultiVolume.FrameLabels", labels.replace(",", " "), _UNITS.get(unit)))
    for key, value in keys.items():
        if match := re.fullmatch(r"axis (\d+) index values", key):
            units = re.findall(r'"([^"]*)"', header.fields.get("units", ""))
            axis = int(match.group(1))
            unit = units[axis].strip().lower() if axis < len(units) else ""
            found.append((key, value, _UNITS.get(unit)))
    problems = []
    for name, value, scale in found:
        try:
            times = np.array([float(v) for v in value.split()])
        except ValueError:
            problems.append(f"{name} holds no numbers.")
            continue
        # Without a unit, the numbers can still be those of milliseconds.
        if fault := times_fault(times * (1e-3 if scale is None else scale), frames):
            problems.append(f"{name} {fault}.")
        elif scale is None:
            problems.append(f"{name} has no time unit.")
        else:
            shown = next(u for u, s in _UNITS.items() if s == scale)
            return (times - times[0]) * scale, f"{name} ({shown})", problems
    return None, "not found", problems
