"""Protocol: matrices, slices, timing and contrast of each series."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.errors import InputError
from SpineDCELib.phantom.conditions import Slab
from SpineDCELib.series.dynamic_series import Geometry

FLIP_ANGLES = (2.0, 5.0, 10.0, 15.0, 25.0)  #: degrees, of the T1-mapping set


@dataclass(frozen=True)
class Size:
    """Matrix, slices, frames and timing of a study.

    Attributes:
        matrix, sections, thickness: of the dynamic and T1-mapping series (thickness in mm).
        frames: number of dynamic frames, each ``interval`` s long.
        oversample: points along slice, row and column in a dynamic voxel.
        matrix_anatomical, sections_anatomical, thickness_anatomical: of T1, T2 and STIR.
        sections_axial: of the axial T1 after contrast, 4 mm apart.
        field_of_view: in plane, mm; smaller than the patient means centred on the lesion's level.
        fine: spacing of the finely sampled truth, mm.
        complete: whether T1 mapping, anatomical and phase series are made at all.
    """

    matrix: int
    sections: int
    thickness: float
    frames: int
    interval: float
    oversample: tuple[int, int, int]
    matrix_anatomical: int = 0
    sections_anatomical: int = 0
    thickness_anatomical: float = 4.0
    sections_axial: int = 0
    complete: bool = True
    fine: float = 1.0
    field_of_view: float = 320.0


SIZES = {
    "full": Size(256, 12, 5.0, 56, 5.4, (6, 3, 3), 320, 15, 4.0, 24),
    "small": Size(96, 8, 6.0, 46, 5.4, (4, 3, 3), 128, 7, 6.0, 8, fine=2.0),
    "quick": Size(64, 6, 6.0, 40, 6.0, (5, 3, 3), complete=False, field_of_view=200.0),
}


def size_named(name: str) -> Size:
    if name not in SIZES:
        raise InputError(
            f"There is no phantom size {name!r}; the sizes are {', '.join(SIZES)}.",
            code="unknown_choice",
            about=name,
        )
    return SIZES[name]


@dataclass(frozen=True)
class Weighting:
    """A spin-echo contrast: TR, TE and (for STIR) TI in s."""

    name: str
    TR: float
    TE: float
    TI: float | None = None
    sequence: str = "SE"


T1 = Weighting("T1", 0.520, 0.010)
T2 = Weighting("T2", 3.600, 0.100)
STIR = Weighting("STIR", 4.200, 0.055, 0.165, "IR")

SAGITTAL = np.column_stack([[0.0, 1.0, 0.0], [0.0, 0.0, -1.0], [-1.0, 0.0, 0.0]])
AXIAL = np.eye(3)
CORONAL = np.column_stack([[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]])
DIRECTIONS: dict[Slab, NDArray[np.float64]] = {
    "sagittal": SAGITTAL,
    "axial": AXIAL,
    "coronal": CORONAL,
}


def grid(
    direction: NDArray[np.float64],
    shape: tuple[int, int, int],
    spacing: tuple[float, float, float],
    centre: NDArray[np.float64],
    frame_of_reference_uid: str | None = None,
) -> Geometry:
    """Return a grid of ``shape`` around ``centre``; ``spacing`` along column, row, slice, mm."""
    affine = np.eye(4)
    affine[:3, :3] = direction * np.asarray(spacing)
    middle = (np.array(shape[::-1]) - 1) / 2
    affine[:3, 3] = centre - affine[:3, :3] @ middle
    return Geometry(shape, affine, frame_of_reference_uid)


def dynamic_grid(
    size: Size, centre: NDArray[Any], uid: str | None = None, slab: Slab = "sagittal"
) -> Geometry:
    pixel = size.field_of_view / size.matrix
    shape = (size.sections, size.matrix, size.matrix)
    return grid(DIRECTIONS[slab], shape, (pixel, pixel, size.thickness), centre, uid)


def anatomical_grid(size: Size, centre: NDArray[Any], uid: str | None = None) -> Geometry:
    n = size.matrix_anatomical
    pixel = size.field_of_view / n
    shape = (size.sections_anatomical, n, n)
    return grid(SAGITTAL, shape, (pixel, pixel, size.thickness_anatomical), centre, uid)


def axial_grid(size: Size, centre: NDArray[Any], uid: str | None = None) -> Geometry:
    n = size.matrix_anatomical
    pixel = 200.0 / n
    return grid(AXIAL, (size.sections_axial, n, n), (pixel, pixel, 4.0), centre, uid)


def fine_grid(size: Size, centre: NDArray[Any], uid: str | None = None) -> Geometry:
    """Return small isotropic voxels around the column, for truth that no voxel size has blurred."""
    slices, rows, columns = (round(mm / size.fine) for mm in (60, 310, 150))
    return grid(SAGITTAL, (slices, rows, columns), (size.fine,) * 3, centre, uid)


def frame_times(size: Size) -> NDArray[np.floating]:
    """Return the start of each dynamic frame, s."""
    return np.arange(size.frames) * size.interval
