"""True size of a lesion, from its shape and not from voxels."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import ConvexHull
from scipy.spatial.distance import pdist, squareform

from SpineDCELib.phantom import protocol
from SpineDCELib.phantom.scanner import positions
from SpineDCELib.phantom.shapes import Shape
from SpineDCELib.series.dynamic_series import Geometry

STEP = 0.3  #: mm, of the points that probe the shape at its full size
OUTLINE_STEP = 0.5  #: mm, of the voxels that the outline is drawn on


def outline(
    lesion: Shape, bone: Shape, *, pose: NDArray[np.floating], frame_of_reference_uid: str | None
) -> tuple[dict[str, NDArray[np.bool_]], Geometry]:
    """The lesion's true edge where the scanner sees it, on small axial voxels around it.

    Args:
        pose: from the patient's coordinates to the scanner's, 4×4, mm.

    Returns:
        Name → mask, and their grid: the whole lesion and, where there is one, the part outside
        ``bone``.
    """
    box = np.array([lesion.low, lesion.high])
    corners = np.stack(np.meshgrid(*box.T, [1.0]), axis=-1).reshape(-1, 4)
    seen = (corners @ pose.T)[:, :3]
    low, high = seen.min(axis=0), seen.max(axis=0)
    columns, rows, slices = (int(n) for n in np.ceil((high - low) / OUTLINE_STEP) + 1)
    grid = protocol.grid(
        protocol.AXIAL,
        (slices, rows, columns),
        (OUTLINE_STEP,) * 3,
        (low + high) / 2,
        frame_of_reference_uid,
    )
    points = positions(Geometry(grid.shape, np.linalg.inv(pose) @ grid.affine))
    x, y, z = (np.broadcast_to(p, grid.shape).astype(np.float32) for p in points)
    inside = lesion.distance(x, y, z) < 0
    masks = {"Lesion": inside, "Extraosseous part": inside & (bone.distance(x, y, z) > 0)}
    return {name: mask for name, mask in masks.items() if mask.any()}, grid


def describe(
    lesion: Shape, bone: Shape, *, anchor: ArrayLike, scale: float = 1.0
) -> dict[str, Any]:
    """Bidimensional size, volume and extraosseous part, mm.

    The axial plane is the patient's own (constant z), and the one with the largest product of the
    longest diameter and the longest perpendicular to it counts. The probing points scale with the
    lesion about ``anchor``, the point it shrinks to, so that a lesion ``scale`` times as large
    measures exactly so. What lies outside ``bone`` is extraosseous.
    """
    step = STEP * scale
    axes, inside = _probe(lesion, step, np.asarray(anchor, float))
    best = max(
        (_bidimensional(section, step) for section in inside if section.any()),
        key=lambda pair: pair[0] * pair[1],
    )
    outside = inside.copy()
    k, j, i = np.nonzero(inside)
    outside[inside] = bone.distance(axes[0][i], axes[1][j], axes[2][k]) > 0
    extent = [
        np.ptp(np.flatnonzero(outside.any(axis=tuple({0, 1, 2} - {axis}))) * step) + step
        if outside.any()
        else 0.0
        for axis in (2, 1, 0)
    ]
    return {
        "longest_mm": round(best[0], 4),
        "perpendicular_mm": round(best[1], 4),
        "area_product_mm2": round(best[0] * best[1], 4),
        "volume_mm3": round(float(inside.sum() * step**3), 3),
        "extraosseous": {
            "volume_mm3": round(float(outside.sum() * step**3), 3),
            "left_right_mm": round(float(extent[0]), 3),
            "anterior_posterior_mm": round(float(extent[1]), 3),
            "superior_inferior_mm": round(float(extent[2]), 3),
        },
    }


def _probe(
    shape: Shape, step: float, anchor: NDArray[np.float64]
) -> tuple[list[NDArray[Any]], NDArray[np.bool_]]:
    first = np.floor((shape.low - anchor) / step).astype(int)
    last = np.ceil((shape.high - anchor) / step).astype(int)
    axes = [
        (a + np.arange(lo, hi + 1) * step).astype(np.float32)
        for a, lo, hi in zip(anchor, first, last, strict=True)
    ]
    return axes, _distance(shape, axes) < 0


def _distance(shape: Shape, axes: list[NDArray[Any]]) -> NDArray[Any]:
    x, y, z = axes
    z, y, x = np.meshgrid(z, y, x, indexing="ij")
    return shape.distance(x, y, z)


def _bidimensional(section: NDArray[np.bool_], step: float) -> tuple[float, float]:
    """Longest diameter and the longest chord perpendicular to it, mm."""
    points = np.argwhere(section) * step
    if len(points) < 10:
        return 0.0, 0.0
    hull = points[ConvexHull(points).vertices]
    distances = squareform(pdist(hull))
    a, b = np.unravel_index(distances.argmax(), distances.shape)
    along = (hull[b] - hull[a]) / distances[a, b]
    across = points @ [-along[1], along[0]]
    bins = np.round(points @ along / (2 * step)).astype(int)
    bins -= bins.min()
    low, high = np.full(bins.max() + 1, np.inf), np.full(bins.max() + 1, -np.inf)
    np.minimum.at(low, bins, across)
    np.maximum.at(high, bins, across)
    return float(distances[a, b] + step), float((high - low).max() + step)
