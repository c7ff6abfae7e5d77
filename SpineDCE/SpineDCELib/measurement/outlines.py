"""Ellipses and polygons in one slice, and the voxels whose centres they contain.

Points are (x, y) in mm from the centre of the first voxel of the slice: x along its rows, y down
its columns. Oblique slices and voxels that are not square need nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.errors import InputError
from SpineDCELib.series import Geometry

Point = tuple[float, float]


@dataclass(frozen=True)
class Ellipse:
    """Ellipse whose axes are those of the slice.

    Attributes:
        centre: mm.
        radii: along x and y, mm.
    """

    centre: Point
    radii: Point

    @property
    def area(self) -> float:
        """Return the area, mm²."""
        return float(np.pi * self.radii[0] * self.radii[1])

    def points(self, count: int = 72) -> list[Point]:
        """Return points on the ellipse."""
        angles = np.linspace(0, 2 * np.pi, count, endpoint=False)
        (x, y), (a, b) = self.centre, self.radii
        return [(x + a * float(np.cos(t)), y + b * float(np.sin(t))) for t in angles]


def ellipse_between(
    start: Point, end: Point, *, circle: bool = False, from_centre: bool = False
) -> Ellipse:
    """Return the ellipse that a drag from one point to another describes.

    Args:
        start: corner of the rectangle around the ellipse, mm.
        end: opposite corner, mm.
        circle: the longer side of the rectangle counts for both.
        from_centre: ``start`` is the centre instead of a corner.
    """
    across, down = end[0] - start[0], end[1] - start[1]
    if circle:
        side = max(abs(across), abs(down))
        across, down = float(np.copysign(side, across)), float(np.copysign(side, down))
    if from_centre:
        return Ellipse(start, (abs(across), abs(down)))
    centre = start[0] + across / 2, start[1] + down / 2
    return Ellipse(centre, (abs(across) / 2, abs(down) / 2))


def ellipse_mask(geometry: Geometry, slice_index: int, ellipse: Ellipse) -> NDArray[np.bool_]:
    """Return the voxels of a slice whose centres lie in an ellipse.

    Raises:
        InputError: there is none (code "outline_without_voxel").
    """
    x, y = _centres(geometry)
    inside = np.zeros(geometry.shape[1:], bool)
    if min(ellipse.radii) > 0:
        across = (x - ellipse.centre[0]) / ellipse.radii[0]
        down = (y - ellipse.centre[1]) / ellipse.radii[1]
        inside = across**2 + down**2 <= 1
    return _in_slice(geometry, slice_index, inside)


def polygon_mask(
    geometry: Geometry, slice_index: int, points: Sequence[Point]
) -> NDArray[np.bool_]:
    """Return the voxels of a slice whose centres lie in a polygon.

    Raises:
        InputError: it has less than three points (code "polygon_of_few_points"), crosses itself
            ("polygon_crosses_itself"), or contains no centre ("outline_without_voxel").
    """
    if len(points) < 3:
        raise InputError("A polygon needs at least three points.", code="polygon_of_few_points")
    if crosses_itself(points):
        raise InputError(
            "The polygon crosses itself. Move or remove a point.", code="polygon_crosses_itself"
        )
    x, y = _centres(geometry)
    inside = np.zeros(geometry.shape[1:], bool)
    for (x0, y0), (x1, y1) in zip(points, [*points[1:], points[0]], strict=True):
        if y0 == y1:
            continue
        # A centre lies inside if a line from it to the right crosses the border an odd number of
        # times (Shimrat, Communications of the ACM 1962;5:434).
        level = (y0 <= y) != (y1 <= y)
        inside ^= level & (x < x0 + (y - y0) * (x1 - x0) / (y1 - y0))
    return _in_slice(geometry, slice_index, inside)


def polygon_area(points: Sequence[Point]) -> float:
    """Return the area of a polygon that does not cross itself, mm²."""
    x, y = np.array(points, float).reshape(-1, 2).T
    return float(abs(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2)


def crosses_itself(points: Sequence[Point]) -> bool:
    """Return whether two sides of a polygon cross."""
    count = len(points)
    sides = [(points[i], points[(i + 1) % count]) for i in range(count)]
    return any(
        _cross(*sides[i], *sides[j])
        for i in range(count)
        for j in range(i + 2, count)
        if (i, j) != (0, count - 1)  # neighbours share a point
    )


def nearest_side(points: Sequence[Point], point: Point) -> tuple[int, float]:
    """Return the side of a polygon that is nearest to a point, and its distance, mm.

    Side ``i`` goes from point ``i`` to the next one; the last one closes the polygon.
    """
    start = np.array(points, float)
    way = np.roll(start, -1, axis=0) - start
    length = np.maximum((way**2).sum(axis=1), 1e-12)
    share = np.clip(((np.asarray(point) - start) * way).sum(axis=1) / length, 0, 1)
    distances = np.linalg.norm(start + share[:, None] * way - point, axis=1)
    side = int(np.argmin(distances))
    return side, float(distances[side])


def _cross(a: Point, b: Point, c: Point, d: Point) -> bool:
    """Return whether the segments from a to b and from c to d cross each other's inside."""
    return _turn(a, b, c) * _turn(a, b, d) < 0 and _turn(c, d, a) * _turn(c, d, b) < 0


def _turn(a: Point, b: Point, c: Point) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _centres(geometry: Geometry) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
    _slices, rows, columns = geometry.shape
    across, down, _between = geometry.spacing
    return np.arange(columns)[None, :] * across, np.arange(rows)[:, None] * down


def _in_slice(geometry: Geometry, slice_index: int, inside: NDArray[np.bool_]) -> NDArray[np.bool_]:
    mask = np.zeros(geometry.shape, bool)
    if not 0 <= slice_index < len(mask) or not inside.any():
        raise InputError(
            "The shape contains the centre of no voxel: it lies beside the image, or is too small.",
            code="outline_without_voxel",
        )
    mask[slice_index] = inside
    return mask
