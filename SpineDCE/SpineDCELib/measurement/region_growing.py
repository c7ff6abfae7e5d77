"""Region grown from a seed, within a range of the image's values and a distance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import SimpleITK as sitk
from numpy.typing import NDArray
from scipy import ndimage

from SpineDCELib.errors import InputError
from SpineDCELib.series import Geometry


@dataclass(frozen=True)
class Grown:
    """Voxels that are connected with a seed.

    Attributes:
        mask: ``(slices, rows, columns)``.
        low: lowest value that belongs to it.
        high: highest value that belongs to it.
        stopped: whether it would go on beyond the distance, so that no edge ends it there.
        at_edge: whether it reaches the edge of the image in its slices.
    """

    mask: NDArray[np.bool_]
    low: float
    high: float
    stopped: bool
    at_edge: bool


def grow(
    image: NDArray[np.floating],
    geometry: Geometry,
    seed: tuple[int, int, int],
    *,
    tolerance: float,
    distance: float,
) -> Grown:
    """Return the voxels that share a side with the seed or with each other, within limits.

    Args:
        image: ``(slices, rows, columns)``; NaN is in no range.
        seed: index of a voxel, (slice, row, column).
        tolerance: half width of the range as a fraction of the value at the seed, which is the
            median of the 3 × 3 voxels of the slice around it, or the voxel's own value if it
            differs by more.
        distance: from the centre of the seed, mm.

    Raises:
        InputError: the image has no value at the seed (code "no_value_here").
    """
    own = float(image[seed])
    if not np.isfinite(own):
        raise InputError(
            "The image has no value at this voxel. Click where it has one.", code="no_value_here"
        )
    low, high = _range(_around(image, seed), tolerance)
    if not low <= own <= high:
        low, high = _range(own, tolerance)
    part = _box(geometry, seed, distance)
    with np.errstate(invalid="ignore"):
        fits = (image[part] >= low) & (image[part] <= high)
    place = tuple(index - one.start for index, one in zip(seed, part, strict=True))
    near = _distances(fits.shape, geometry, place) <= distance
    allowed = sitk.GetImageFromArray((fits & near).astype(np.uint8))
    found = sitk.ConnectedThreshold(allowed, [place[::-1]], 1, 1)
    inside: NDArray[np.bool_] = sitk.GetArrayFromImage(found) > 0
    mask = np.zeros(image.shape, bool)
    mask[part] = inside
    beyond = ndimage.binary_dilation(inside) & fits & ~near
    at_edge = mask[:, [0, -1]].any() or mask[:, :, [0, -1]].any()
    return Grown(mask, low, high, bool(beyond.any()), bool(at_edge))


def _range(value: float, tolerance: float) -> tuple[float, float]:
    half = abs(value) * tolerance
    return value - half, value + half


def _around(image: NDArray[np.floating], seed: tuple[int, int, int]) -> float:
    k, j, i = seed
    values = image[k, max(j - 1, 0) : j + 2, max(i - 1, 0) : i + 2]
    return float(np.nanmedian(values))


def _box(
    geometry: Geometry, seed: tuple[int, int, int], distance: float
) -> tuple[slice, slice, slice]:
    """Return the part of the grid within a distance of the seed, and one voxel around it."""
    reach = [int(distance // size) + 1 for size in geometry.spacing[::-1]]
    first, second, third = (
        slice(max(at - by, 0), min(at + by + 1, size))
        for at, by, size in zip(seed, reach, geometry.shape, strict=True)
    )
    return first, second, third


def _distances(
    shape: tuple[int, ...], geometry: Geometry, place: tuple[int, ...]
) -> NDArray[np.float64]:
    """Return the distance of each voxel of a grid from one of them, mm."""
    axes = zip(np.ogrid[tuple(map(slice, shape))], place, geometry.spacing[::-1], strict=True)
    squares = [((along - at) * size) ** 2 for along, at, size in axes]
    result: NDArray[np.float64] = np.sqrt(sum(squares))
    return result
