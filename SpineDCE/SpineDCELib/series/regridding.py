"""Transfer of arrays between grids: exact, or by the nearest voxel on request."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.errors import InputError
from SpineDCELib.series.dynamic_series import Geometry

#: Grids closer than this share of a voxel everywhere are the same grid.
TOLERANCE = 0.05


def describe_grid(geometry: Geometry) -> str:
    """Describe a grid by its size, spacing and first voxel."""
    k, j, i = geometry.shape
    x, y, z = geometry.spacing
    place = ", ".join(f"{v:.4g}" for v in geometry.origin)
    return f"{i}×{j}×{k} voxels of {x:.4g}×{y:.4g}×{z:.4g} mm from ({place})"


def index_map(source: Geometry, target: Geometry) -> NDArray[np.float64]:
    """Return the 4×4 matrix from (column, row, slice) index in ``source`` to that in ``target``."""
    affine = source.affine.copy()
    if source.shape[0] == 1 and target.shape[0] == 1:
        # A single slice has no slice spacing, so it takes the target's.
        affine[:3, 2] = target.affine[:3, 2]
    return np.linalg.solve(target.affine, affine)


def put_on_grid(
    array: NDArray[Any],
    source: Geometry,
    target: Geometry,
    *,
    fill: Any = 0,
    resample: bool = False,
    name: str = "The image",
) -> NDArray[Any]:
    """Return ``array`` on the ``target`` grid.

    Flips, swaps of axes and crops are exact. Other differences are errors, unless ``resample``
    allows the nearest voxel.

    Args:
        array: ``(slices, rows, columns)`` on ``source``.
        fill: value of the voxels of ``target`` outside ``source``.
        name: name of the array in errors.

    Raises:
        InputError: the grids differ by more than a reindexing; the message describes both.
    """
    if array.shape != source.shape:
        raise InputError(
            f"{name} has {array.shape} voxels, its grid {source.shape}.",
            code="shape_mismatch",
            about=name,
        )
    mapping = index_map(source, target)
    turn, shift = mapping[:3, :3], mapping[:3, 3]
    whole = np.round(turn)
    extent = np.array(source.shape[::-1]) - 1
    off = np.abs(turn - whole) @ np.maximum(extent, 1) + np.abs(shift - np.round(shift))
    aligned = np.array_equal(np.abs(whole).sum(0), [1, 1, 1]) and np.array_equal(
        np.abs(whole).sum(1), [1, 1, 1]
    )
    if aligned and off.max() <= TOLERANCE:
        return _reindex(array, whole.astype(int), np.round(shift).astype(int), target, fill)
    if not resample:
        raise InputError(
            f"{name} has a different grid ({describe_grid(source)}) from the series "
            f"({describe_grid(target)}). Draw it on the series or resample it.",
            code="different_grid",
            about=name,
            fields=["reading.resample_regions"],
        )
    return _nearest(array, mapping, target, fill)


def _reindex(
    array: NDArray[Any],
    turn: NDArray[np.int_],
    shift: NDArray[np.int_],
    target: Geometry,
    fill: Any,
) -> NDArray[Any]:
    size = np.array(array.shape[::-1])
    # Column, row, slice order for the index arithmetic; arrays are the other way round.
    moved = array.transpose(2, 1, 0).transpose([int(np.argmax(np.abs(turn[r]))) for r in range(3)])
    start = np.empty(3, int)
    flips: list[slice] = []
    for axis in range(3):
        own = int(np.argmax(np.abs(turn[axis])))
        backwards = turn[axis, own] < 0
        flips.append(slice(None, None, -1 if backwards else None))
        start[axis] = shift[axis] - (size[own] - 1 if backwards else 0)
    moved = moved[tuple(flips)]
    shape = np.array(target.shape[::-1])
    if not start.any() and moved.shape == tuple(shape):
        return np.ascontiguousarray(moved.transpose(2, 1, 0))
    out = np.full(tuple(shape), fill, array.dtype)
    low, high = np.maximum(start, 0), np.minimum(start + moved.shape, shape)
    if np.all(high > low):
        into = tuple(slice(a, b) for a, b in zip(low, high, strict=True))
        take = tuple(slice(a, b) for a, b in zip(low - start, high - start, strict=True))
        out[into] = moved[take]
    return np.ascontiguousarray(out.transpose(2, 1, 0))


def _nearest(
    array: NDArray[Any], mapping: NDArray[np.float64], target: Geometry, fill: Any
) -> NDArray[Any]:
    from scipy import ndimage

    back = np.linalg.inv(mapping)
    # scipy's index order is (slice, row, column).
    matrix, offset = back[:3, :3][::-1, ::-1], back[:3, 3][::-1]
    stored = array.astype(np.uint8) if array.dtype == bool else array
    out = ndimage.affine_transform(
        stored, matrix, offset, output_shape=target.shape, order=0, mode="grid-constant", cval=fill
    )
    values: NDArray[Any] = out.astype(array.dtype)
    return values
