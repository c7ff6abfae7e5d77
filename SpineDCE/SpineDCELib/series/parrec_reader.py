"""Reader of Philips' PAR/REC pairs; nibabel reads the header and its geometry.

The pixels are converted as those of Philips' DICOM files are: to the floating-point values of the
reconstruction, (pixel · rescale slope + rescale intercept) / (rescale slope · scale slope), so that
images with different scales compare (Chenevert 2014, doi:10.1593/tlo.13811).
"""

from __future__ import annotations

import warnings
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.errors import InputError
from SpineDCELib.files.bounded_reading import beside, require_regular
from SpineDCELib.series.dynamic_series import Acquisition, Geometry
from SpineDCELib.series.image_file_info import ImageFile
from SpineDCELib.series.plausibility import MOST_VALUES, geometry_fault, times_fault

#: Largest header, bytes; a line describes one image.
_LARGEST_HEADER = 1 << 26
_COMPONENTS = {0: "magnitude", 1: "real", 2: "imaginary", 3: "phase"}
_TO_LPS = np.diag([-1.0, -1.0, 1.0, 1.0])


def open_parrec(path: Path, name: str) -> list[ImageFile]:
    """Read the header of a PAR/REC pair: one image over time for each component and echo.

    Raises:
        InputError: nibabel is not installed (code "no_nibabel"), the pair is incomplete or
            damaged.
    """
    require_regular(path)
    data = beside(path, path.stem + (".REC" if path.suffix.isupper() else ".rec"))
    if path.stat().st_size > _LARGEST_HEADER:
        raise _unreadable(path, "it is too large")
    header = _header(path)
    try:
        return _images(path, name, data, header)
    except InputError:
        raise
    except Exception as error:  # nibabel raises what it meets
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise _unreadable(path, reason[:200]) from None


def _unreadable(path: Path, reason: object) -> InputError:
    return InputError(
        f"{path} is not a readable PAR header ({reason}).",
        code="unreadable_parrec",
        about=str(path),
    )


def _header(path: Path) -> Any:
    try:
        from nibabel import parrec
    except ImportError:
        raise InputError(
            f"{path} is a PAR/REC file of Philips, which needs nibabel, and nibabel is not "
            "installed. Install it (pip install nibabel), or export DICOM instead.",
            code="no_nibabel",
            about=str(path),
        ) from None
    try:
        with path.open(encoding="latin-1") as stream, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return parrec.PARRECHeader.from_fileobj(stream, permit_truncated=True, strict_sort=True)
    except Exception as error:  # nibabel raises what its parsing meets
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise _unreadable(path, reason[:200]) from None


def _images(path: Path, name: str, data: Path, header: Any) -> list[ImageFile]:
    rows, general = header.image_defs, header.general_info
    columns, lines = (int(v) for v in rows["recon resolution"][0])
    bits = {int(v) for v in rows["image pixel size"]}
    if not 0 < columns * lines < MOST_VALUES or not bits <= {8, 16}:
        raise _unreadable(path, "pixel size or resolution")
    if np.any(rows["recon resolution"] != rows["recon resolution"][0]) or len(bits) != 1:
        raise _unreadable(path, "its images have several sizes")
    plane = columns * lines * bits.pop() // 8
    last = int(rows["index in REC file"].max())
    if rows["index in REC file"].min() < 0 or (last + 1) * plane > data.stat().st_size:
        raise InputError(
            f"{path} is truncated: its header needs {(last + 1) * plane} bytes of pixels, and "
            f"{data.name} has {data.stat().st_size}.",
            code="truncated_file",
            about=str(path),
        )
    affine = _TO_LPS @ header.get_affine(origin="scanner")
    slices = sorted({int(v) for v in rows["slice number"]})
    geometry = Geometry((len(slices), lines, columns), affine)
    if fault := geometry_fault(affine):
        raise InputError(
            f"The header of {path} cannot be right: {fault}.",
            code="implausible_geometry",
            about=str(path),
        )
    kinds: dict[tuple[int, ...], list[Any]] = defaultdict(list)
    for row in rows:
        kinds[(int(row["image_type_mr"]), int(row["echo number"]),
               int(row["scanning sequence"]))].append(row)  # fmt: skip
    several = len({kind[1] for kind in kinds}) > 1
    return [
        _kind(path, name, data, general, members, slices, geometry, plane, several)
        for members in kinds.values()
    ]


def _kind(
    path: Path,
    name: str,
    data: Path,
    general: Any,
    members: list[Any],
    slices: list[int],
    geometry: Geometry,
    plane: int,
    several_echoes: bool,
) -> ImageFile:
    """Describe the images of one component and echo, sorted into whole frames."""
    frames: dict[tuple[int, int], dict[int, Any]] = defaultdict(dict)
    notes: list[str] = []
    doubled = 0
    for row in members:
        frame = frames[(int(row["dynamic scan number"]), int(row["cardiac phase number"]))]
        doubled += int(row["slice number"]) in frame
        frame[int(row["slice number"])] = row
    order = [key for key in sorted(frames) if len(frames[key]) == len(slices)]
    missing = [key[0] for key in sorted(frames) if len(frames[key]) < len(slices)]
    if missing:
        listed = ", ".join(map(str, missing))
        notes.append(f"Dynamic scans {listed} lack slices and are left out.")
    if doubled:
        notes.append(f"{doubled} images are there twice; the last of each is used.")
    if not order:
        raise _unreadable(path, "no dynamic scan has all slices")
    used = [[frames[key][s] for s in slices] for key in order]
    first = used[0][0]
    problems: list[str] = []
    times = np.array([float(frame[0]["dyn_scan_begin_time"]) for frame in used])
    fault = times_fault(times, len(used)) if len(used) > 1 else "is not needed"
    if fault and len(used) > 1:
        problems.append(f"The begin time of the dynamic scans {fault}.")
    TR = np.atleast_1d(np.asarray(general["repetition_time"], float))[0] / 1000
    component = _COMPONENTS.get(int(first["image_type_mr"]), "derived")
    echo = f", echo {int(first['echo number'])}" if several_echoes else ""
    if component == "derived":
        notes.append(f"Its image type {int(first['image_type_mr'])} is that of derived images.")
    protocol = str(general.get("protocol_name") or path.stem)
    return ImageFile(
        path=path,
        name=name,
        format="PAR/REC",
        geometry=geometry,
        frames=len(used),
        load=lambda: _load(data, used, geometry, plane),
        times=None if fault else times - times[0],
        time_origin="not found" if fault else "begin time of the dynamic scans",
        acquisition=Acquisition(
            TR=_positive(TR),
            TE=_positive(float(first["echo_time"]) / 1000),
            FA=_positive(float(first["image_flip_angle"])),
            manufacturer="Philips",
            description=protocol,
        ),
        component=component,
        image_type=("DERIVED",) if component == "derived" else (),
        description=protocol + echo,
        notes=notes,
        problems=problems,
        parts=(path, data),
    )


def _positive(value: float) -> float | None:
    return value if np.isfinite(value) and value > 0 else None


def _load(
    data: Path, frames: list[list[Any]], geometry: Geometry, plane: int
) -> NDArray[np.generic]:
    slices, lines, columns = geometry.shape
    kind = np.dtype("<u2" if plane == 2 * lines * columns else "u1")
    out = np.empty((len(frames), slices, lines, columns), np.float32)
    for f, frame in enumerate(frames):
        for k, row in enumerate(frame):
            at = int(row["index in REC file"]) * plane
            try:
                stored = np.fromfile(data, kind, count=lines * columns, offset=at)
                stored = stored.reshape(lines, columns)
            except (OSError, ValueError) as error:
                raise InputError(
                    f"The pixels of {data} cannot be read ({error}).",
                    code="unreadable_pixels",
                    about=str(data),
                ) from None
            slope, intercept, scale = (
                float(row[key]) for key in ("rescale slope", "rescale intercept", "scale slope")
            )
            factor = slope * scale if slope * scale else 1.0
            out[f, k] = (stored * slope + intercept) / factor
    return out
