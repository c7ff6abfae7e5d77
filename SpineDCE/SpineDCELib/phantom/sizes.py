"""How large a lesion is, from its shape and not from voxels."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import ConvexHull
from scipy.spatial.distance import pdist, squareform

from SpineDCELib.phantom.shapes import Shape

STEP = 0.3  #: mm, of the points that probe the shape at its full size


def describe(lesion: Shape, bone: Shape, *, anchor: ArrayLike, scale: float = 1.0) -> dict:
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
) -> tuple[list[NDArray], NDArray[np.bool_]]:
    first = np.floor((shape.low - anchor) / step).astype(int)
    last = np.ceil((shape.high - anchor) / step).astype(int)
    axes = [
        (a + np.arange(lo, hi + 1) * step).astype(np.float32)
        for a, lo, hi in zip(anchor, first, last, strict=True)
    ]
    return axes, _distance(shape, axes) < 0


def _distance(shape: Shape, axes: list[NDArray]) -> NDArray:
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
