"""Changes of a whole region: margin, smoothing, islands, and slices between those drawn.

All of them measure in mm, so that voxels need not be cubes, and all of them leave the region that
they are given as it is. The edge of the images is no edge of a region: nothing is taken off there.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np
import SimpleITK as sitk
from numpy.typing import NDArray
from scipy import ndimage

from SpineDCELib.errors import InputError
from SpineDCELib.series import Geometry

Mask = NDArray[np.bool_]
#: Part of a mm by which distances may be rounded.
_ROUNDING = 1e-4


def margin(mask: Mask, geometry: Geometry, millimetres: float) -> Mask:
    """Return a region with a margin added, or taken off if it is negative.

    A voxel is added if its centre lies within the margin from that of a voxel of the region; it is
    taken off if its centre lies within the margin from that of a voxel outside (signed distance
    map, Maurer et al., IEEE TPAMI 2003;25:265).

    Raises:
        InputError: the region is empty, does not change, or nothing of it is left (codes
            "region_empty", "nothing_changes", "nothing_left").
    """
    by = abs(millimetres)

    def changed(part: Mask) -> Mask:
        return _grown(part, geometry, by) if millimetres > 0 else _shrunk(part, geometry, by)

    return _checked(mask, geometry, millimetres, _near(mask, geometry, by, changed))


def smooth_median(mask: Mask, geometry: Geometry, millimetres: float) -> Mask:
    """Return a region whose small corners, gaps and spikes are gone.

    Each voxel is what most voxels are in a box around it.

    Args:
        millimetres: width of the box; along an axis whose voxels are as large, nothing is smoothed.

    Raises:
        InputError: as for :func:`margin`.
    """
    radius = [
        max(round((millimetres / size + 1) / 2 + _ROUNDING) - 1, 0) for size in geometry.spacing
    ]

    def changed(part: Mask) -> Mask:
        return _array(sitk.Median(_image(part, geometry), radius))

    return _checked(mask, geometry, millimetres, _near(mask, geometry, millimetres, changed))


def close_gaps(mask: Mask, geometry: Geometry, millimetres: float) -> Mask:
    """Return a region whose gaps, holes and notches are closed, up to a width.

    It is grown by half of the width and shrunk again (closing); nothing is taken off.

    Raises:
        InputError: as for :func:`margin`.
    """
    by = millimetres / 2
    pad = [(n, n) for n in _voxels(geometry, by)]
    part, box = (
        np.pad(mask, pad),
        [slice(a, a + n) for (a, _b), n in zip(pad, mask.shape, strict=True)],
    )
    found = _near(
        part, geometry, by, lambda one: _shrunk(_grown(one, geometry, by), geometry, by)
    )  # fmt: skip
    return _checked(mask, geometry, millimetres, found[tuple(box)] | mask)


def largest_island(mask: Mask) -> Mask:
    """Return the largest of the pieces of a region that share no side of a voxel.

    Raises:
        InputError: the region is empty or one piece (codes "region_empty", "nothing_changes").
    """
    pieces = _pieces(mask)
    if pieces.max() < 2:
        raise InputError("The region is one piece.", code="nothing_changes")
    return np.asarray(pieces == 1, bool)


def without_small_islands(mask: Mask, geometry: Geometry, volume: float) -> Mask:
    """Return a region without its pieces that are smaller than a volume, mm³.

    Raises:
        InputError: the region is empty, has no such piece, or no other (codes "region_empty",
            "nothing_changes", "nothing_left").
    """
    pieces = _pieces(mask)
    volumes = np.bincount(pieces.ravel()) * geometry.voxel_volume
    small = volumes < volume * (1 - _ROUNDING)
    small[0] = False
    if not small.any():
        raise InputError(
            f"No piece of the region is smaller than {volume:g} mm³.", code="nothing_changes"
        )
    if small[1:].all():
        raise InputError(
            f"Every piece of the region is smaller than {volume:g} mm³.", code="nothing_left"
        )
    kept: Mask = mask & ~np.asarray(small[pieces], bool)
    return kept


def fill_between_slices(mask: Mask, geometry: Geometry) -> Mask:
    """Return a region with the empty slices between two that are drawn filled in.

    The distance from the border goes from one drawn slice to the next in equal steps (Raya and
    Udupa, IEEE Transactions on Medical Imaging 1990;9:32).

    Raises:
        InputError: the region is empty, or nothing is filled (codes "region_empty",
            "nothing_changes").
    """
    if not mask.any():
        raise _empty()
    found: Mask = mask.copy()
    across = geometry.spacing[1::-1]
    drawn = np.flatnonzero(mask.any(axis=(1, 2)))
    for first, last in itertools.pairwise(drawn):
        ends = [_signed(mask[k], across) for k in (first, last)] if last > first + 1 else []
        for k in range(first + 1, last):
            share = (k - first) / (last - first)
            found[k] = (1 - share) * ends[0] + share * ends[1] >= 0
    if np.array_equal(found, mask):
        raise InputError(
            "There is nothing to fill: no empty slice lies between two drawn ones, or their "
            "outlines do not overlap.",
            code="nothing_changes",
        )
    return found


def _signed(plane: Mask, spacing: tuple[float, ...]) -> NDArray[np.float64]:
    """Return the distance from the border of an area, mm, positive inside."""
    padded = np.pad(plane, 1)  # a slice that is filled whole has a border too
    inside = ndimage.distance_transform_edt(padded, sampling=spacing)[1:-1, 1:-1]
    outside = ndimage.distance_transform_edt(~plane, sampling=spacing)
    signed: NDArray[np.float64] = inside - outside
    return signed


def _near(
    mask: Mask, geometry: Geometry, millimetres: float, change: Callable[[Mask], Mask]
) -> Mask:
    """Return a region with a change that reaches so far, computed around the region only."""
    if not mask.any():
        raise _empty()
    box = tuple(
        slice(max(int(found.min()) - by, 0), int(found.max()) + by + 1)
        for found, by in zip(np.nonzero(mask), _voxels(geometry, millimetres), strict=True)
    )
    whole = np.zeros_like(mask)
    whole[box] = change(mask[box])
    return whole


def _voxels(geometry: Geometry, millimetres: float) -> list[int]:
    """Return how many slices, rows and columns hold a distance and the voxel after it."""
    return [int(np.ceil(millimetres / size)) + 1 for size in geometry.spacing[::-1]]


def _grown(mask: Mask, geometry: Geometry, by: float) -> Mask:
    distance = sitk.SignedMaurerDistanceMap(
        _image(mask, geometry), squaredDistance=False, useImageSpacing=True
    )
    return np.asarray(mask | (sitk.GetArrayFromImage(distance) <= by + _ROUNDING), bool)


def _shrunk(mask: Mask, geometry: Geometry, by: float) -> Mask:
    return mask if mask.all() else np.logical_not(_grown(~mask, geometry, by))


def _pieces(mask: Mask) -> NDArray[np.integer]:
    """Return the number of the piece of each voxel, 1 for the largest; 0 outside."""
    if not mask.any():
        raise _empty()
    pieces = sitk.ConnectedComponent(sitk.GetImageFromArray(mask.astype(np.uint8)), False)
    numbers: NDArray[np.integer] = sitk.GetArrayFromImage(sitk.RelabelComponent(pieces))
    return numbers


def _checked(mask: Mask, geometry: Geometry, millimetres: float, new: Mask) -> Mask:
    """Return the changed region, if it is one.

    Raises:
        InputError: see :func:`margin`.
    """
    by = f"{abs(millimetres):g}"
    if not new.any():
        raise InputError(f"With {by} mm, nothing of the region would be left.", code="nothing_left")
    if np.array_equal(new, mask):
        voxel = " × ".join(f"{size:.3g}" for size in geometry.spacing)
        raise InputError(
            f"With {by} mm, the region stays as it is. A voxel measures {voxel} mm.",
            code="nothing_changes",
        )
    return new


def _empty() -> InputError:
    return InputError("The region is empty. Draw it first.", code="region_empty")


def _image(mask: Mask, geometry: Geometry) -> sitk.Image:
    image = sitk.GetImageFromArray(mask.astype(np.uint8))
    image.SetSpacing(geometry.spacing)
    return image


def _array(image: sitk.Image) -> Mask:
    return np.asarray(sitk.GetArrayFromImage(image) > 0)
