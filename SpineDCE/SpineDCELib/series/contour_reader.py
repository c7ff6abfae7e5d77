"""Regions drawn as contours: DICOM RT Structure Sets, filled on the grid of a series."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pydicom
from numpy.typing import NDArray

from SpineDCELib.errors import InputError
from SpineDCELib.series.dynamic_series import Geometry
from SpineDCELib.series.image_header import sop_class_of

#: SOP class: RT Structure Set Storage.
STRUCTURE_SET = "1.2.840.10008.5.1.4.1.1.481.3"
#: Closed contours in one plane; points and open lines enclose nothing.
_CLOSED = ("CLOSED_PLANAR", "CLOSEDPLANAR_XOR")
#: A contour may lie this far off its slice, as a share of the slice distance.
_OFF_SLICE = 0.1


@dataclass(frozen=True, eq=False)
class Contours:
    """Closed contours of one region: points ``(n, 3)`` in LPS, mm."""

    name: str
    outlines: tuple[NDArray[np.float64], ...]


def is_structure_set(file: Path) -> bool:
    """Return whether a file is a DICOM RT Structure Set."""
    return sop_class_of(file) == STRUCTURE_SET


def read_structure_set(file: Path) -> tuple[list[Contours], list[str]]:
    """Read the regions of an RT Structure Set that have closed contours, and notes on the others.

    Raises:
        InputError: the file is damaged, or no region has a closed contour.
    """
    try:
        data = pydicom.dcmread(file)
        names = {
            int(item.ROINumber): str(item.get("ROIName") or "").strip()
            for item in data.get("StructureSetROISequence") or ()
        }
        found: list[Contours] = []
        notes: list[str] = []
        for item in data.get("ROIContourSequence") or ():
            number = int(item.ReferencedROINumber)
            name = names.get(number) or f"ROI {number}"
            drawn = list(item.get("ContourSequence") or ())
            outlines = [
                np.array(one.ContourData, float).reshape(-1, 3)
                for one in drawn
                if str(one.get("ContourGeometricType", "")) in _CLOSED
            ]
            if any(not np.isfinite(points).all() for points in outlines):
                raise ValueError(f"a contour of {name} has positions that are no numbers")
            if outlines:
                found.append(Contours(name, tuple(outlines)))
            if len(outlines) < len(drawn):
                notes.append(
                    f"{len(drawn) - len(outlines)} points or open lines of {name} enclose nothing "
                    "and are left out."
                )
    except Exception as error:
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise InputError(
            f"The DICOM structure set {file} cannot be read: {reason[:200].rstrip('.')}.",
            code="unreadable_segmentation",
            about=str(file),
        ) from None
    if not found:
        raise InputError(
            f"{file} is a DICOM structure set without a closed contour.",
            code="no_labels",
            about=str(file),
        )
    return found, notes


def filled(
    contours: Sequence[NDArray[np.float64]],
    geometry: Geometry,
    *,
    name: str,
    resample: bool = False,
) -> NDArray[np.bool_]:
    """Return the voxels whose centres lie inside the contours, by the even-odd rule in each slice.

    A contour inside another one is a hole.

    Args:
        contours: points ``(n, 3)`` in LPS, mm.
        name: of the region in errors.
        resample: take the nearest slice for contours off the slices, and leave out what lies
            outside the series; otherwise both are errors.

    Raises:
        InputError: a contour runs across slices (code "tilted_planes"), lies off them (code
            "contour_off_slices") or outside the series (code "region_reaches_outside_series").
    """
    mask = np.zeros(geometry.shape, bool)
    back = np.linalg.inv(geometry.affine)
    distance = geometry.spacing[2]
    seen: set[bytes] = set()
    for points in contours:
        if points.tobytes() in seen:  # doubled; a hole would have other points
            continue
        seen.add(points.tobytes())
        x, y, z = (points @ back[:3, :3].T + back[:3, 3]).T
        if np.ptp(z) > _OFF_SLICE:
            raise InputError(
                f"{name} was drawn on images of another orientation: a contour runs across "
                f"{np.ptp(z) * distance:.1f} mm of the slices of the series.",
                code="tilted_planes",
                about=name,
            )
        place = float(z.mean())
        slice_index = round(place)
        off = abs(place - slice_index)
        if off > _OFF_SLICE and geometry.shape[0] > 1 and not resample:
            raise InputError(
                f"{name} was drawn on other images: a contour lies {off * distance:.1f} mm from "
                f"the nearest slice of the series, whose slices are {distance:.1f} mm apart.",
                code="contour_off_slices",
                about=name,
                fields=["reading.resample_regions"],
            )
        k, rows, columns = geometry.shape
        outside = not 0 <= slice_index < k
        beyond = min(x.min(), y.min()) < -0.5 or x.max() > columns - 0.5 or y.max() > rows - 0.5
        if (outside or beyond) and not resample:
            raise InputError(
                f"{name} extends beyond the series: a contour lies "
                + ("above or below its slices." if outside else "across the edge of its images."),
                code="region_reaches_outside_series",
                about=name,
                fields=["reading.resample_regions"],
            )
        if not outside:
            mask[slice_index] ^= _inside(x, y, rows, columns)
    return mask


def _inside(
    x: NDArray[np.float64], y: NDArray[np.float64], rows: int, columns: int
) -> NDArray[np.bool_]:
    """Return the pixels whose centres lie inside one polygon, by the even-odd rule."""
    inside = np.zeros((rows, columns), bool)
    x_end, y_end = np.roll(x, -1), np.roll(y, -1)
    centres = np.arange(columns)
    for row in range(max(int(np.ceil(y.min())), 0), min(int(np.floor(y.max())) + 1, rows)):
        crossing = (y <= row) != (y_end <= row)
        if not crossing.any():
            continue
        share = (row - y[crossing]) / (y_end[crossing] - y[crossing])
        at = np.sort(x[crossing] + share * (x_end[crossing] - x[crossing]))
        inside[row] = np.searchsorted(at, centres, side="right") % 2 == 1
    return inside
