"""Reader of NIfTI and Analyze files and of the JSON sidecars of dcm2niix and BIDS."""

from __future__ import annotations

import gzip
import math
import os
import re
import struct
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import SimpleITK as sitk
from numpy.typing import NDArray

from SpineDCELib.errors import InputError
from SpineDCELib.files.bounded_reading import beside, read_json, require_regular
from SpineDCELib.series.dynamic_series import Acquisition, Geometry
from SpineDCELib.series.image_file_info import ImageFile
from SpineDCELib.series.image_header import component_of
from SpineDCELib.series.plausibility import MOST_VALUES, geometry_fault, times_fault
from SpineDCELib.series.view_sharing import sharing_notes
from SpineDCELib.settings.contrast_agents import recognised

#: Names of the pulse sequence in a sidecar.
_SEQUENCE_NAMES = ("SequenceName", "PulseSequenceName", "PulseSequenceDetails")
_TIME_UNITS = {8: 1.0, 16: 1e-3, 24: 1e-6}


def open_nifti(path: Path, name: str) -> ImageFile:
    """Read the header of a NIfTI or Analyze 7.5 file; ``load()`` reads the pixels.

    Args:
        path: the file, or the header (``.hdr``) of a pair.

    Raises:
        InputError: the file is damaged or not a spatial image.
    """
    notes: list[str] = []
    parts = check_amount(path)
    reader, affine = _information(path, notes)
    size, n = reader.GetSize(), reader.GetDimension()
    axes = [a for a in range(n) if a < 3 or size[a] > 1]
    if n < 2 or len(axes) > 4 or reader.GetNumberOfComponents() != 1:
        raise InputError(
            f"{path} has {n} axes and {reader.GetNumberOfComponents()} values per voxel; an image "
            "has 3 or 4 axes and one value per voxel.",
            code="not_an_image",
            about=str(path),
        )
    geometry = geometry_of(reader, notes) if affine is None else _rounded(reader, affine)
    if fault := geometry_fault(geometry.affine):
        raise InputError(
            f"The header of {path} cannot be right: {fault}.",
            code="implausible_geometry",
            about=str(path),
        )
    frames = math.prod(size[3:]) if n > 3 else 1
    kind = "NIfTI"
    if len(parts) > 1 and _is_analyze(path):
        kind = "Analyze"
        notes.append(
            "Analyze files hold no orientation: columns are taken to run to the left, rows to the "
            "back and slices to the head. Regions must come from the same file; check the sides."
        )
    side = read_sidecar(path, notes)
    return image_file(
        path, name, kind, geometry, frames,
        lambda: _load(path, (frames, *geometry.shape)),
        side, _meta(reader), notes, parts,
    )  # fmt: skip


def image_file(
    path: Path,
    name: str,
    kind: str,
    geometry: Geometry,
    frames: int,
    load: Callable[[], NDArray[np.generic]],
    side: dict[str, Any],
    meta: dict[str, float],
    notes: list[str],
    parts: tuple[Path, ...],
) -> ImageFile:
    """Describe an image with what its sidecar says.

    Args:
        meta: "step" and "xyzt_units" of the axis of frames; empty if the format has none.
        parts: the files that hold header and pixels.
    """
    times, origin, problems = _times(side, meta, frames, notes)
    shared: str | None = None
    if frames > 1:
        sequence = [str(side.get(k) or "") for k in _SEQUENCE_NAMES]
        names = f"{side.get('SeriesDescription', '')} {side.get('ProtocolName', '')} {path.stem}"
        shared, said = sharing_notes(" ".join(sequence), names, None)
        notes += said
    if side:
        parts = (*parts, _sidecar_of(path))
    image_type = tuple(str(t).upper() for t in _as_list(side.get("ImageType")))
    return ImageFile(
        path=path,
        name=name,
        format=kind,
        geometry=geometry,
        frames=frames,
        load=load,
        times=times,
        time_origin=origin,
        acquisition=Acquisition(
            TR=_number(side, "RepetitionTimeExcitation", "RepetitionTime"),
            TE=_number(side, "EchoTime"),
            FA=_number(side, "FlipAngle"),
            field_strength=_number(side, "MagneticFieldStrength"),
            manufacturer=side.get("Manufacturer") if isinstance(side, dict) else None,
            description=str(side.get("SeriesDescription") or "") or None,
            agent=_agent(side),
            view_shared=shared,
        ),
        component=component_of(*image_type[2:])
        or ("phase" if re.search(r"_(ph|phase)(_|\.)", path.name.lower()) else "magnitude"),
        image_type=image_type,
        contrast=bool(side.get("ContrastBolusIngredient") or side.get("ContrastBolusAgent")),
        description=str(side.get("SeriesDescription") or _stem(path)),
        notes=notes,
        problems=problems,
        parts=parts,
    )


def _is_analyze(path: Path) -> bool:
    """Whether a header is that of Analyze 7.5, which has no mark of NIfTI."""
    with path.open("rb") as stream:
        return stream.read(348)[344:347] not in (b"ni1", b"n+1", b"ni2", b"n+2")


def _agent(side: Any) -> str | None:
    """Return the contrast agent of a sidecar: a known one, or as it is written."""
    written = str(side.get("ContrastBolusAgent") or side.get("ContrastBolusIngredient") or "")
    return recognised(written) or written or None


#: Compressed data may always expand to this many bytes, and beyond that by this factor.
_ALWAYS_ALLOWED, _RATIO = 1 << 28, 200


def check_amount(path: Path) -> tuple[Path, ...]:
    """Compare the number of pixels in the header with the bytes of the file, before ITK reads it.

    Returns:
        The file; or header and pixels of a pair, which lie beside each other.

    Raises:
        InputError: it cannot hold them (code "truncated_file"), or is not a NIfTI file.
    """
    require_regular(path)
    parts: tuple[Path, ...] = (path,)
    if path.suffix.lower() == ".hdr":
        upper = path.suffix.isupper()
        parts = (path, beside(path, path.stem + (".IMG" if upper else ".img")))
    try:
        with open(path, "rb") as stream:
            packed = stream.read(2) == b"\x1f\x8b"
        held = parts[-1].stat().st_size
        with gzip.open(path, "rb") if packed else open(path, "rb") as stream:
            head = stream.read(540)
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(
            f"{path} is not a readable NIfTI file ({error}).", code="unreadable_nifti",
            about=str(path),
        ) from None  # fmt: skip
    size = _declared_size(head)
    if size is None:
        raise InputError(
            f"{path} is not a readable NIfTI file.", code="unreadable_nifti", about=str(path)
        )
    most = max(_ALWAYS_ALLOWED, _RATIO * held) if packed else held
    if size > most:
        raise InputError(
            f"{path} is truncated: its header needs {size} bytes, and the file has {held}.",
            code="truncated_file",
            about=str(path),
        )
    return parts


def _declared_size(head: bytes) -> int | None:
    """Return the bytes of a file from its header, NIfTI-1 or NIfTI-2; None if it has none."""
    for order in "<>":
        if len(head) >= 348 and struct.unpack_from(f"{order}i", head)[0] == 348:
            axes = struct.unpack_from(f"{order}8h", head, 40)
            bits = struct.unpack_from(f"{order}h", head, 72)[0]
            offset = struct.unpack_from(f"{order}f", head, 108)[0]
        elif len(head) >= 540 and struct.unpack_from(f"{order}i", head)[0] == 540:
            bits = struct.unpack_from(f"{order}h", head, 14)[0]
            axes = struct.unpack_from(f"{order}8q", head, 16)
            offset = struct.unpack_from(f"{order}q", head, 168)[0]
        else:
            continue
        if not 1 <= axes[0] <= 7 or not 0 <= bits <= 2048 or not 0 <= offset < 1 << 40:
            return None
        values = math.prod(max(int(a), 1) for a in axes[1 : axes[0] + 1])
        return int(offset) + values * bits // 8 if values <= MOST_VALUES else None
    return None


def _information(path: Path, notes: list[str]) -> tuple[Any, NDArray[np.float64] | None]:
    """Read the header, and the position matrix of a file whose axes are not quite at right angles.

    ITK refuses the rounding errors of other programs, except in its permissive mode, which gives
    the directions transposed, so the matrix itself is taken.
    """
    for permissive in (False, True):
        reader = sitk.ImageFileReader()
        reader.SetFileName(str(path))
        try:
            with _permissive(permissive):
                reader.SetImageIO("NiftiImageIO")
                reader.ReadImageInformation()
        except RuntimeError as error:
            if not permissive and "rthonormal" in str(error):
                continue
            break
        if not permissive:
            return reader, None
        rows = [[float(v) for v in reader.GetMetaData(f"srow_{a}").split()] for a in "xyz"]
        notes.append("The directions of its axes are not quite at right angles; rounded.")
        return reader, np.array(rows)
    raise InputError(
        f"{path} is not a readable NIfTI file.", code="unreadable_nifti", about=str(path)
    )


@contextmanager
def _permissive(on: bool) -> Iterator[None]:
    """ITK's switch for NIfTI positions; it is read whenever a reader is made."""
    name = "ITK_NIFTI_SFORM_PERMISSIVE"
    before = os.environ.pop(name, None)
    warned = sitk.ProcessObject.GetGlobalWarningDisplay()
    sitk.ProcessObject.SetGlobalWarningDisplay(False)  # it would print to the terminal
    if on:
        os.environ[name] = "1"
    try:
        yield
    finally:
        sitk.ProcessObject.SetGlobalWarningDisplay(warned)
        os.environ.pop(name, None)
        if before is not None:
            os.environ[name] = before


def geometry_of(reader: Any, notes: list[str]) -> Geometry:
    """Return the grid of an image from its header as ITK read it."""
    size, n = reader.GetSize(), reader.GetDimension()
    if n == 2:
        notes.append("A two-dimensional image is read as one slice of 1 mm.")
        direction = np.eye(3)
        direction[:2, :2] = np.reshape(reader.GetDirection(), (2, 2))
        return Geometry.from_parts(
            (1, size[1], size[0]),
            (*reader.GetSpacing(), 1.0),
            (*reader.GetOrigin(), 0.0),
            direction,
        )
    direction = np.reshape(reader.GetDirection(), (n, n))[:3, :3]
    return Geometry.from_parts(
        (size[2], size[1], size[0]), reader.GetSpacing()[:3], reader.GetOrigin()[:3], direction
    )


def _rounded(reader: Any, affine: NDArray[np.float64]) -> Geometry:
    """Return the grid of a position matrix ``(3, 4)`` in RAS, its axes put at right angles."""
    lps = np.diag([-1.0, -1.0, 1.0]) @ affine
    steps = np.linalg.norm(lps[:, :3], axis=0)
    left, _, right = np.linalg.svd(lps[:, :3] / steps)
    size = reader.GetSize()
    matrix = np.eye(4)
    matrix[:3, :3] = (left @ right) * steps
    matrix[:3, 3] = lps[:, 3]
    return Geometry((size[2], size[1], size[0]), matrix)


def _load(path: Path, shape: tuple[int, ...]) -> NDArray[np.generic]:
    try:
        with _permissive(True):
            array = sitk.GetArrayFromImage(sitk.ReadImage(str(path), imageIO="NiftiImageIO"))
        values: NDArray[np.generic] = array.reshape(shape)
    except (RuntimeError, ValueError):
        raise InputError(
            f"The pixels of {path} cannot be read; the file is damaged.",
            code="unreadable_pixels",
            about=str(path),
        ) from None
    return values


def _stem(path: Path) -> str:
    return re.sub(r"\.(nii|nii\.gz|hdr|mha|mhd|par)$", "", path.name, flags=re.IGNORECASE)


def _sidecar_of(path: Path) -> Path:
    return path.with_name(_stem(path) + ".json")


def read_sidecar(path: Path, notes: list[str]) -> dict[str, Any]:
    """Return what the JSON file of the same name says; {} if there is none that can be read."""
    file = _sidecar_of(path)
    if not file.exists():
        return {}
    try:
        found = read_json(file, encoding="utf-8-sig")
    except (OSError, ValueError):
        notes.append(f"The sidecar {file.name} is not readable JSON and is ignored.")
        return {}
    return found if isinstance(found, dict) else {}


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _number(side: dict[str, Any], *names: str) -> float | None:
    for name in names:
        value = side.get(name)
        if isinstance(value, int | float) and np.isfinite(value) and value > 0:
            return float(value)
    return None


def _meta(reader: Any) -> dict[str, float]:
    """Return the step of the axis that counts the frames as "step", and the code of the units."""
    found = {}
    size = reader.GetSize()
    axis = next((a for a in range(3, len(size)) if size[a] > 1), 3) + 1
    for name, key in (("step", f"pixdim[{axis}]"), ("xyzt_units", "xyzt_units")):
        try:
            found[name] = float(reader.GetMetaData(key))
        except (RuntimeError, ValueError):
            continue
    return found


def _times(
    side: dict[str, Any], meta: dict[str, float], frames: int, notes: list[str]
) -> tuple[NDArray[np.float64] | None, str, list[str]]:
    """Return the frame times from the sidecar, else from an interval that is not just TR."""
    if frames < 2:
        return None, "not found", []
    problems: list[str] = []
    for name in ("VolumeTiming", "FrameTimesStart"):
        if name in side:
            try:
                times = np.array(side[name], float)
            except (TypeError, ValueError, OverflowError):
                times = np.zeros(0)
            fault = times_fault(times, frames)
            if not fault:
                return times - times[0], f"{name} (sidecar)", problems
            problems.append(f"{name} {fault}.")
    code = int(meta.get("xyzt_units", 0)) & 0x38
    step = meta.get("step", 0.0) * _TIME_UNITS.get(code, 1.0)
    if not np.isfinite(step) or step <= 0:
        return None, "not found", problems
    duration, TR = _number(side, "AcquisitionDuration"), _number(side, "RepetitionTime")
    confirmed = duration is not None and abs(duration / frames - step) < 0.02 * step
    slices = [t for t in _as_list(side.get("SliceTiming")) if isinstance(t, int | float)]
    # In a 2D series TR is the time of one whole volume, and its slices fill it.
    confirmed |= bool(slices) and max(slices) < step and side.get("MRAcquisitionType") == "2D"
    if not confirmed:
        if TR is not None and abs(step - TR) < 0.01 * TR:
            problems.append(f"pixdim[4] is {step:.4g} s, which is TR and not the frame interval.")
            return None, "not found", problems
        if code not in _TIME_UNITS or step == 1.0 or step < 0.1:
            problems.append(f"pixdim[4] is {step:.4g}, a common placeholder, and is not used.")
            return None, "not found", problems
        notes.append(f"The frame interval of {step:.4g} s is read from pixdim[4]; check it.")
    return np.arange(frames, dtype=float) * step, "pixdim[4]", problems
