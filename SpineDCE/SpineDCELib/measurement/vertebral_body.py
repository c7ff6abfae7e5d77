"""Proposal for a whole vertebral body from one point in it, to be corrected by hand.

The strongest edges around the point separate marrow from discs, cortical bone and canal: a
watershed of the gradient in each slice of a sagittal or coronal series (Meyer, Signal Processing
1994;38:113; SimpleITK). Where an edge is weak, as beside a disc in thick slices, the watershed runs
over it; so a body holds only values like those around the point, and what they enclose.
"""

from __future__ import annotations

from dataclasses import dataclass

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
#: Slices on either side in which the body is followed, mm: half of the width of the widest body.
HALF_WIDTH = 26.0
#: A slice whose proposal overlaps that beside it less (Dice) is no part of the body.
LEAST_OVERLAP = 0.7
#: Nor is one with a smaller share of the area at the point (chosen).
LEAST_AREA = 0.5
#: The border of a body is steeper than its inside by this factor (chosen).
LEAST_EDGE = 1.5
#: Values of marrow lie within so many standard deviations of the middle one around the point, but
#: within these fractions of it (chosen): its texture, not its noise alone, is to lie inside.
LIKE_SD, LIKE = 4.0, (0.18, 0.35)
#: From slice to slice the middle value changes less than by this share of that range (chosen).
LEVEL_STEP = 0.75
#: How far the outline moves from slice to slice at most, mm (chosen).
_STEP = 3.0
#: Width of the gradient, mm.
_SMOOTH = 1.0
#: Opening that cuts bridges through a gap in the cortical bone, mm.
_OPENING = 2.0
#: Area in the slice of the point, mm², volume, mm³, and width across the slices, mm, that the
#: proposal for a whole body of an adult has, T8 to L5; marrow alone is a little smaller.
AREA, LEAST_VOLUME, LEAST_WIDTH = (230.0, 1200.0), 5000.0, 20.0
#: Share of its convex hull that a body fills in the slice of the point (chosen).
LEAST_SOLID = 0.85
#: Spread of a body along its shorter axis in that slice, over that along its longer one (chosen).
LEAST_SPREAD = 0.53


@dataclass(frozen=True)
class Body:
    """A proposed vertebral body.

    Attributes:
        mask: ``(slices, rows, columns)``.
        doubt: why it may not be the whole body, or more than it, as sentences; "" if nothing is
            against it.
    """

    mask: NDArray[np.bool_]
    doubt: str = ""


def propose_body(
    image: NDArray[np.floating], geometry: Geometry, seed: tuple[int, int, int]
) -> Body:
    """Return the vertebral body around a voxel.

    Args:
        image: ``(slices, rows, columns)``, before contrast agent.
        seed: index of the voxel, (slice, row, column).

    Raises:
        InputError: no body stands out from what surrounds the voxel (code "no_body_here").
    """
    found = np.zeros(image.shape, bool)
    plane = image[seed[0]]
    core = plane[_distance(plane.shape, geometry, seed[1:]) <= CORE]
    level = float(np.median(core))
    SD = 1.4826 * float(np.median(np.abs(core - level)))
    like = float(np.clip(LIKE_SD * SD / level, *LIKE)) if level > 0 else LIKE[1]
    middle = _in_slice(plane, geometry, seed[1:], level, like)
    if not middle.any():
        raise InputError(
            "No vertebral body can be distinguished from its surroundings here. Click into the "
            "middle of the body, or draw it.",
            code="no_body_here",
        )
    found[seed[0]] = middle
    for step in (-1, 1):
        _follow(image, geometry, found, seed[0], step, (level, like))
    return Body(found, _doubt(found, geometry, seed[0]))


def _follow(
    image: NDArray[np.floating],
    geometry: Geometry,
    found: NDArray[np.bool_],
    first: int,
    step: int,
    values: tuple[float, float],
) -> None:
    """Add the body in the slices on one side of the first one, until it ends.

    Args:
        values: middle value of the first slice, and the fraction by which others differ from it.
    """
    (level, like), beside = values, found[first]
    least = LEAST_AREA * int(beside.sum())
    moves = max(round(_STEP / geometry.spacing[0]), 1)
    last = first + step * int(HALF_WIDTH // geometry.spacing[2])
    for k in range(first + step, last + step, step):
        if not 0 <= k < len(image):
            return
        inner = ndimage.binary_erosion(beside)
        here_level = float(np.median(image[k][inner if inner.any() else beside]))
        if abs(here_level - level) > LEVEL_STEP * like * level:
            return
        row, column = np.argwhere(beside).mean(axis=0)
        place = round(float(row)), round(float(column))
        here = _in_slice(image[k], geometry, place, here_level, like)
        here &= ndimage.binary_dilation(beside, iterations=moves)
        size = int(here.sum())
        overlap = 2 * int((here & beside).sum())
        if size < max(least, 1) or overlap < LEAST_OVERLAP * (size + int(beside.sum())):
            return
        found[k] = beside = here
        level = here_level


def _distance(
    shape: tuple[int, ...], geometry: Geometry, seed: tuple[int, ...]
) -> NDArray[np.float64]:
    """Return the distance of every pixel of a slice from one of them, mm."""
    across, down = geometry.spacing[:2]
    row, column = np.indices(shape)
    distance: NDArray[np.float64] = np.hypot((row - seed[0]) * down, (column - seed[1]) * across)
    return distance


def _in_slice(
    plane: NDArray[np.floating],
    geometry: Geometry,
    seed: tuple[int, ...],
    level: float,
    like: float,
) -> NDArray[np.bool_]:
    """Return the body around a pixel of one slice; empty if there is none.

    Args:
        level: middle value of marrow. like: fraction of it by which other marrow differs.
    """
    across, down = geometry.spacing[:2]
    distance = _distance(plane.shape, geometry, seed)
    markers = np.zeros(plane.shape, np.uint8)
    markers[distance > REACH] = 2
    markers[distance <= CORE] = 1
    one = sitk.GetImageFromArray(np.asarray(plane, np.float32))
    one.SetSpacing((float(across), float(down)))
    edges = sitk.GradientMagnitudeRecursiveGaussian(one, _SMOOTH)
    labels = sitk.GetImageFromArray(markers)
    labels.CopyInformation(one)
    parts = sitk.MorphologicalWatershedFromMarkers(edges, labels, False, False)
    marrow = (np.abs(plane - level) <= like * level) | (distance <= CORE)
    # What marrow encloses, as a vein or a small lesion, is part of the body.
    whole = ndimage.binary_fill_holes(marrow & (sitk.GetArrayViewFromImage(parts) == 1))
    radius = [max(round(_OPENING / size), 1) for size in (across, down)]
    opened = sitk.BinaryMorphologicalOpening(sitk.GetImageFromArray(whole.astype(np.uint8)), radius)
    pieces = sitk.GetArrayFromImage(sitk.ConnectedComponent(opened))
    piece = pieces[tuple(seed)]
    inside: NDArray[np.bool_] = np.asarray(pieces == piece) & (piece != 0)
    border = inside & ~ndimage.binary_erosion(inside)
    steep = sitk.GetArrayViewFromImage(edges)
    if not inside.any() or steep[border].mean() < LEAST_EDGE * np.median(steep[inside & ~border]):
        return np.zeros(plane.shape, bool)
    return inside


def _doubt(found: NDArray[np.bool_], geometry: Geometry, index: int) -> str:
    """Return what a proposal has that a vertebral body of an adult has not; "" if nothing."""
    across, down, between = geometry.spacing
    area = float(found[index].sum()) * across * down
    width = int(found.any(axis=(1, 2)).sum()) * between
    volume = float(found.sum()) * geometry.voxel_volume
    said = []
    small = volume < LEAST_VOLUME or width < LEAST_WIDTH
    if small and area >= AREA[0]:
        said.append(
            f"It covers {area / 100:.1f} cm² in this slice, but reaches only {width:.0f} mm across "
            f"the slices ({volume / 1000:.1f} mL), less than a vertebral body of an adult. Discs "
            "may belong to it in this slice, and the body may be missing in others."
        )
    elif small or area < AREA[0]:
        said.append(
            f"It is smaller than a vertebral body of an adult ({area / 100:.1f} cm² in this slice, "
            f"{volume / 1000:.1f} mL). Where a lesion or a fracture changes the signal, it may be "
            "a part of the body."
        )
    if area > AREA[1]:
        said.append(
            f"It is larger than a vertebral body of an adult ({area / 100:.1f} cm² in this slice)."
        )
    places = np.argwhere(found[index]) * (down, across)
    short, long = np.linalg.eigvalsh(np.cov(places.T))
    if short < LEAST_SPREAD**2 * long:
        said.append("It is flatter than a vertebral body in this slice.")
    if _solidity(found[index]) < LEAST_SOLID:
        said.append("Its outline in this slice has a bay or a spur.")
    return " ".join(said)


def _solidity(mask: NDArray[np.bool_]) -> float:
    """Return the share of its convex hull that a region of one slice fills."""
    from scipy.spatial import ConvexHull, QhullError

    rows, columns = np.nonzero(mask & ~ndimage.binary_erosion(mask))
    corners = [(r + dr, c + dc) for r, c in zip(rows, columns, strict=True)
               for dr in (-0.5, 0.5) for dc in (-0.5, 0.5)]  # fmt: skip
    try:
        return float(mask.sum() / ConvexHull(np.array(corners)).volume)
    except (QhullError, ValueError):
        return 1.0
