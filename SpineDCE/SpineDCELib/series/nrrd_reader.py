"""Reader of NRRD files: any axis order, MultiVolume, sequences and segmentations.

Format: https://teem.sourceforge.net/nrrd/format.html. ITK's reader folds a list axis into vector
pixels or refuses it, depending on its position; here the list axis may be anywhere.
"""

from __future__ import annotations

import bz2
import gzip
import os
import re
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.errors import InputError
from SpineDCELib.series.dynamic_series import Acquisition, Geometry
from SpineDCELib.series.image_file_info import ImageFile
from SpineDCELib.series.image_header import component_of

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
    try:
        with open(path, "rb") as stream:
            if not stream.readline(64).startswith(b"NRRD000"):
                raise InputError(f"{path} is not an NRRD file.", code="not_nrrd", about=str(path))
            while (raw := stream.readline(1 << 24)).strip(b"\r\n"):
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
        good = len(sizes) == int(fields["dimension"]) and min(sizes) > 0
    except (KeyError, ValueError):
        good = False
    if not good or fields.get("type", "").lower() not in _TYPES:
        raise InputError(
            f"{path} has a damaged NRRD header (type, dimension or sizes).",
            code="damaged_header",
            about=str(path),
        )
    return header


def read_nrrd_data(header: NrrdHeader) -> NDArray[np.generic]:
    """Read the array, axes in the reverse of the header's order (the last is the fastest).

    Raises:
        InputError: the data are missing, truncated or in an unknown encoding.
    """
    fields, path = header.fields, header.path
    order = ">" if fields.get("endian", "little").lower() == "big" else "<"
    dtype = np.dtype(order + _TYPES[fields["type"].lower()])
    count = int(np.prod(header.sizes, dtype=np.int64))
    encoding = fields.get("encoding", "raw").lower()
    named = fields.get("data file", fields.get("datafile", ""))
    try:
        if not named:
            parts = [(path, header.data_start)]
        elif named.upper().startswith("LIST"):
            lines = path.read_bytes().decode("utf-8", "replace").splitlines()
            at = next(i for i, v in enumerate(lines) if re.match(r"(?i)data ?file: *list", v))
            parts = [(path.parent / v.strip(), 0) for v in lines[at + 1 :] if v.strip()]
        elif len(words := named.split()) >= 4 and "%" in words[0]:
            first, last, step = (int(w) for w in words[1:4])
            parts = [(path.parent / (words[0] % n), 0) for n in range(first, last + 1, step)]
        else:
            parts = [(path.parent / named, 0)]
        blobs = []
        for file, start in parts:
            with open(file, "rb") as stream:
                for _ in range(int(fields.get("line skip", fields.get("lineskip", 0)))):
                    stream.readline()
                stream.seek(start, os.SEEK_CUR if not start else os.SEEK_SET)
                blobs.append(_decode(stream.read(), encoding, fields, count * dtype.itemsize))
        if encoding in ("ascii", "text", "txt"):
            values = np.array(b" ".join(blobs).split(), dtype=dtype.newbyteorder("="))
        else:
            values = np.frombuffer(b"".join(blobs) if len(blobs) > 1 else blobs[0], np.uint8)
            values = values[: count * dtype.itemsize].view(dtype)
    except (OSError, EOFError, zlib.error, ValueError, StopIteration, TypeError) as error:
        raise InputError(
            f"The pixels of {path} cannot be read ({error}).",
            code="unreadable_pixels",
            about=str(path),
        ) from None
    if values.size < count:
        raise InputError(
            f"{path} is truncated: it holds {values.size} of {count} pixels.",
            code="truncated_file",
            about=str(path),
        )
    return values[:count].reshape(header.sizes[::-1])


def _decode(blob: bytes, encoding: str, fields: dict[str, str], size: int) -> bytes:
    if encoding in ("gzip", "gz"):
        blob = gzip.decompress(blob)
    elif encoding in ("bzip2", "bz2"):
        blob = bz2.decompress(blob)
    elif encoding == "hex":
        blob = bytes.fromhex(blob.decode("ascii"))
    elif encoding not in ("raw", "ascii", "text", "txt"):
        raise ValueError(f"encoding {encoding} is not known")
    skip = int(fields.get("byte skip", fields.get("byteskip", 0)))
    return blob[-size:] if skip == -1 else blob[skip:]


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
        raise InputError(
            f"{header.path} has a damaged NRRD header (space directions).",
            code="damaged_header",
            about=str(header.path),
        ) from None
    if len(axes) != 3 or not np.isfinite(affine).all() or abs(np.linalg.det(affine)) < 1e-12:
        raise InputError(
            f"{header.path} does not span three directions of space.",
            code="not_an_image",
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
    axes, affine, notes = space_axes(header)
    sizes = header.sizes
    spatial = [1 if a == -1 else sizes[a] for a in axes]
    frames = int(np.prod([s for a, s in enumerate(sizes) if a not in axes], dtype=np.int64))
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
        if times.size != frames or not np.isfinite(times).all() or np.any(np.diff(times) <= 0):
            problems.append(f"{name} does not hold {frames} increasing times, one per frame.")
        elif scale is None:
            problems.append(f"{name} has no time unit.")
        else:
            shown = next(u for u, s in _UNITS.items() if s == scale)
            return (times - times[0]) * scale, f"{name} ({shown})", problems
    return None, "not found", problems
