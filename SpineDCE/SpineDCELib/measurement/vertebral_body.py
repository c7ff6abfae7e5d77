"""Proposal for a whole vertebral body from one point in it, to be corrected by hand.

The strongest edges around the point separate marrow from discs, cortical bone and canal: a
watershed of the gradient in each slice of a sagittal or coronal series (Meyer, Signal Processing
1994;38:113; SimpleITK).
"""

from __future__ import annotations

import numpy as np
import SimpleITK as sitk
from numpy.typing import NDArray
from scipy import ndimage

from SpineDCELib.errors import InputError
from SpineDCELib.series import Geometry

#: Radius around the point that is marrow in any body, mm.
CORE = 4.0
#: Half depth and half height beyond which no body reaches from its middle, mm (adults, T8 to L5).
REACH = 24.0
#: Slices on either side in which the body is followed, mm: half of the width of a body.
HALF_WIDTH = 20.0
#: A slice whose proposal overlaps that beside it less (Dice) is no part of the body.
LEAST_OVERLAP = 0.6
#: The border of a body is steeper than its inside by this factor (chosen).
LEAST_EDGE = 1.5
#: Width of the gradient, mm.
_SMOOTH = 1.0
#: Opening that cuts bridges through a gap in the cortical bone, mm.
_OPENING = 2.0


def propose_body(
    image: NDArray[np.floating], geometry: Geometry, seed: tuple[int, int, int]
) -> NDArray[np.bool_]:
    """Return the vertebral body around a voxel.

    Args:
        image: ``(slices, rows, columns)``, before contrast agent.
        seed: index of the voxel, (slice, row, column).

    Raises:
        InputError: no body stands out from what surrounds the voxel (code "no_body_here").
    """
    found = np.zeros(image.shape, bool)
    middle = _in_slice(image[seed[0]], geometry, seed[1:])
    if not middle.any():
        raise InputError(
            "No vertebral body can be distinguished from its surroundings here. Click into the "
            "middle of the body, or draw it.",
            code="no_body_here",
        )
    found[seed[0]] = middle
    reach = int(HALF_WIDTH // geometry.spacing[2])
    for step in (-1, 1):
        beside = middle
        for k in range(seed[0] + step, seed[0] + step * (reach + 1), step):
            if not 0 <= k < len(image):
                break
            place = np.argwhere(beside).mean(axis=0)
            here = _in_slice(image[k], geometry, (int(place[0]), int(place[1])))
            total = int(here.sum() + beside.sum())
            if not here.any() or 2 * int((here & beside).sum()) < LEAST_OVERLAP * total:
                break
            found[k] = beside = here
    return found


def _in_slice(
    plane: NDArray[np.floating], geometry: Geometry, seed: tuple[int, ...]
) -> NDArray[np.bool_]:
    """Return the body around a pixel of one slice; empty if there is none."""
    across, down = geometry.spacing[:2]
    row, column = np.indices(plane.shape)
    distance = np.hypot((row - seed[0]) * down, (column - seed[1]) * across)
    markers = np.zeros(plane.shape, np.uint8)
    markers[distance > REACH] = 2
    markers[distance <= CORE] = 1
    one = sitk.GetImageFromArray(np.asarray(plane, np.float32))
    one.SetSpacing((float(across), float(down)))
    edges = sitk.GradientMagnitudeRecursiveGaussian(one, _SMOOTH)
    labels = sitk.GetImageFromArray(markers)
    labels.CopyInformation(one)
    parts = sitk.MorphologicalWatershedFromMarkers(edges, labels, False, False)
    radius = [max(round(_OPENING / size), 1) for size in (across, down)]
    opened = sitk.BinaryMorphologicalOpening(parts == 1, radius)
    pieces = sitk.GetArrayFromImage(sitk.ConnectedComponent(opened))
    piece = pieces[tuple(seed)]
    inside: NDArray[np.bool_] = np.asarray(pieces == piece) & (piece != 0)
    border = inside & ~ndimage.binary_erosion(inside)
    steep = sitk.GetArrayViewFromImage(edges)
    if not inside.any() or steep[border].mean() < LEAST_EDGE * np.median(steep[inside & ~border]):
        return np.zeros(plane.shape, bool)
    return inside
