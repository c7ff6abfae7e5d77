"""Regions that an expert would draw: lesion, reference, aorta, exclusions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from SpineDCELib.errors import InputError
from SpineDCELib.phantom.anatomy import Anatomy
from SpineDCELib.phantom.scanner import positions
from SpineDCELib.phantom.shapes import Shape, tube
from SpineDCELib.phantom.vasculature import aorta_path
from SpineDCELib.series.dynamic_series import Geometry

#: The expert stays this far inside the outline, so that a moving edge does not enter, mm.
MARGIN = 1.0

#: Seen in bone but no part of lesion or reference.
EXCLUDED = ("haemangioma", "fracture", "basivertebral vein", "epidural vein")


@dataclass(frozen=True)
class Rois:
    """A label map on the dynamic grid: 0 nothing, else 1 + the position of a name."""

    labels: NDArray[np.uint8]
    names: tuple[str, ...] = ("lesion", "reference", "aorta", "exclusion")

    def mask(self, name: str) -> NDArray[np.bool_]:
        mask: NDArray[np.bool_] = self.labels == self.names.index(name) + 1
        return mask


def draw(
    anatomy: Anatomy, geometry: Geometry, pose: NDArray[np.float64], shares: sparse.csr_matrix
) -> Rois:
    """Draw the expert ROIs: voxels that hold one structure only, a little inside its outline."""
    to_patient = np.linalg.inv(pose) @ geometry.affine
    patient = Geometry(geometry.shape, to_patient)
    points = tuple(
        np.broadcast_to(p, geometry.shape).astype(np.float32) for p in positions(patient)
    )
    inset = 0.5 * geometry.spacing[0] + MARGIN

    def inside(shape: Shape) -> NDArray[np.bool_]:
        return shape.distance(*points) < -inset

    def share(*starts: str) -> NDArray[np.float32]:
        columns = anatomy.index(*starts)
        return np.asarray(shares[:, columns].sum(axis=1)).reshape(geometry.shape)

    def pure(*starts: str) -> NDArray[np.bool_]:
        return share(*starts) > 0.999

    vertebra = anatomy.vertebrae[anatomy.plan.reference]
    path = aorta_path(anatomy.vertebrae)
    lumen = tube(path[:, :3], path[:, 3])
    # Well below the inflow, well above the bifurcation.
    top, bottom = (anatomy.vertebrae[v].frame.origin[2] for v in ("T11", "L3"))
    height = (points[2] < top) & (points[2] > bottom)
    labels = np.zeros(geometry.shape, np.uint8)
    labels[share(*EXCLUDED) > 0.3] = 4
    labels[pure("aorta") & inside(lumen) & height] = 3
    labels[pure(f"marrow {anatomy.plan.reference}") & inside(vertebra.body())] = 2
    labels[pure("lesion ") & inside(anatomy.lesion)] = 1
    drawn = Rois(labels)
    for name in drawn.names[:3]:
        if not drawn.mask(name).any():
            raise InputError(
                f"The grid of this phantom is too coarse to draw the {name}. Choose a larger size.",
                code="grid_too_coarse",
                about=name,
            )
    return drawn
