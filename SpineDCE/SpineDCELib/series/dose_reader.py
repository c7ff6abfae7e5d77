"""Dose of a radiation therapy plan: DICOM RT Dose."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pydicom
from numpy.typing import NDArray
from scipy import ndimage

from SpineDCELib.errors import InputError
from SpineDCELib.files.bounded_reading import require_regular
from SpineDCELib.series.dynamic_series import Geometry
from SpineDCELib.series.image_header import read_headers

_STORAGE = "1.2.840.10008.5.1.4.1.1.481.2"
#: Doses of whole plans; those of a beam or a fraction are a part of one.
_WHOLE = ("PLAN", "MULTI_PLAN", "PLAN_OVERVIEW")
#: Distances of the planes may differ by so much of their mean.
_UNEVEN = 0.01


@dataclass(frozen=True, eq=False)
class Dose:
    """Dose of one plan, or of several.

    Attributes:
        array: Gy, ``(planes, rows, columns)``.
        geometry: with the frame of reference of the planning images.
    """

    array: NDArray[np.float64]
    geometry: Geometry

    def at(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the dose at ``(n, 3)`` positions in LPS mm, Gy; NaN outside the dose grid."""
        back = np.linalg.inv(self.geometry.affine)
        x, y, z = (points @ back[:3, :3].T + back[:3, 3]).T
        values: NDArray[np.float64] = ndimage.map_coordinates(
            self.array, [z, y, x], order=1, mode="constant", cval=np.nan
        )
        return values


def read_dose(file: str | Path) -> Dose:
    """Read a DICOM RT Dose of a whole plan.

    Raises:
        InputError: the file is no RT Dose or damaged (code "unreadable_dose"), its dose is relative
            (code "relative_dose") or of a part of a plan (code "dose_of_part"), or its planes are
            not evenly spaced (code "uneven_dose_planes"); it is no regular file, or declares far
            more pixels than it holds.
    """
    require_regular(file)
    read_headers(str(file))  # refuses one that declares far more pixels than it holds
    try:
        data = pydicom.dcmread(file)
        if str(data.get("SOPClassUID", "")) != _STORAGE:
            raise ValueError("it is no RT Dose")
        units, kind = str(data.DoseUnits).upper(), str(data.DoseSummationType).upper()
        pixels = data.pixel_array.reshape(-1, int(data.Rows), int(data.Columns))
        array = pixels * float(data.DoseGridScaling)
        row, column = np.array(data.ImageOrientationPatient, float).reshape(2, 3)
        origin = np.array(data.ImagePositionPatient, float)
        down, right = (float(mm) for mm in data.PixelSpacing)
        offsets = np.array(data.get("GridFrameOffsetVector") or [0.0], float)
        if offsets.size != array.shape[0]:
            raise ValueError(f"it has {array.shape[0]} planes and {offsets.size} positions")
        if not all(np.isfinite(values).all() for values in (row, column, origin, offsets, array)):
            raise ValueError("a dose or a position is no number")
        frame = str(data.get("FrameOfReferenceUID") or "") or None
    except Exception as error:
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise InputError(
            f"The radiation dose {file} cannot be read: {reason[:200].rstrip('.')}.",
            code="unreadable_dose",
            about=str(file),
            fields=["course.dose"],
        ) from None
    if units != "GY":
        raise InputError(
            f"The dose in {file} is relative, not in Gy.", code="relative_dose", about=str(file)
        )
    if kind not in _WHOLE:
        raise InputError(
            f"{file} holds the dose of a part of the plan ({kind.lower()}). Export the dose of the "
            "whole plan.",
            code="dose_of_part",
            about=str(file),
        )
    steps = np.diff(offsets)
    step = float(steps.mean()) if steps.size else 1.0
    if step == 0 or (steps.size and np.abs(steps - step).max() > _UNEVEN * abs(step)):
        raise InputError(
            f"The planes of the dose in {file} are not evenly spaced.",
            code="uneven_dose_planes",
            about=str(file),
        )
    affine = np.eye(4)
    affine[:3, 0], affine[:3, 1] = right * row, down * column
    # The offsets count from the first plane, or are positions along the patient (C.8.8.3.2).
    affine[:3, 2] = step * np.cross(row, column)
    affine[:3, 3] = origin
    planes, rows, columns = array.shape
    return Dose(array, Geometry((planes, rows, columns), affine, frame))
