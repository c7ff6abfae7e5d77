"""Implicit shapes: a box to look in, and a distance that is negative inside, in patient mm (LPS).

Distances need only be right near the surface and have the right sign everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Field = NDArray[np.float32]
Distance = Callable[[Field, Field, Field], Field]


@dataclass(frozen=True)
class Shape:
    """Where it is (corners of a box, mm) and how far a point lies from its surface, mm.

    Attributes:
        steepness: a point with the distance d has no surface nearer than d / steepness, out
            to some mm.
    """

    low: NDArray[np.float64]
    high: NDArray[np.float64]
    distance: Distance
    steepness: float = 1.2

    def grown(self, by: float) -> Shape:
        """The shape with its surface moved out (in, when negative) by ``by`` mm."""
        d = self.distance
        return Shape(
            self.low - by,
            self.high + by,
            lambda x, y, z: d(x, y, z) - np.float32(by),
            self.steepness,
        )


@dataclass(frozen=True)
class Frame:
    """A local frame: ``origin`` and the unit vectors left, posterior, up of a vertebra."""

    origin: NDArray[np.float64]
    axes: NDArray[np.float64]  #: rows: left, posterior, up

    def to_patient(self, local: ArrayLike) -> NDArray[np.float64]:
        return self.origin + np.asarray(local, float) @ self.axes

    def to_local(self, x: Field, y: Field, z: Field) -> tuple[Field, Field, Field]:
        o, m = self.origin.astype(np.float32), self.axes.astype(np.float32)
        dx, dy, dz = x - o[0], y - o[1], z - o[2]
        w, v, u = (row[0] * dx + row[1] * dy + row[2] * dz for row in m)
        return w, v, u

    def place(self, half: ArrayLike, distance: Distance, centre: ArrayLike = (0, 0, 0)) -> Shape:
        """A shape given in local coordinates, inside the box ``centre`` ± ``half``."""
        signs = np.array(np.meshgrid([-1, 1], [-1, 1], [-1, 1])).reshape(3, -1).T
        corners = self.to_patient(np.asarray(centre, float) + signs * np.asarray(half, float))
        return Shape(
            corners.min(0), corners.max(0), lambda x, y, z: distance(*self.to_local(x, y, z))
        )


def ellipsoid(centre: ArrayLike, radii: ArrayLike, frame: Frame | None = None) -> Shape:
    """Return an ellipsoid; ``centre`` and ``radii`` (mm) are local where a frame is given."""
    frame = frame or Frame(np.zeros(3), np.eye(3))
    c, r = np.asarray(centre, np.float32), np.asarray(radii, np.float32)
    size = r.min()

    def distance(w: Field, v: Field, u: Field) -> Field:
        q = ((w - c[0]) / r[0]) ** 2 + ((v - c[1]) / r[1]) ** 2 + ((u - c[2]) / r[2]) ** 2
        values: Field = (np.sqrt(q) - 1) * size
        return values

    return frame.place(r + 1, distance, c)


def capsule(a: ArrayLike, b: ArrayLike, radius: float, frame: Frame | None = None) -> Shape:
    """Return all points within ``radius`` mm of the line from ``a`` to ``b``."""
    if frame is not None:
        a, b = frame.to_patient(a), frame.to_patient(b)
    p, q = np.asarray(a, np.float32), np.asarray(b, np.float32)
    along = q - p
    length2 = np.float32(along @ along)
    r = np.float32(radius)

    def distance(x: Field, y: Field, z: Field) -> Field:
        dx, dy, dz = x - p[0], y - p[1], z - p[2]
        s = np.clip((dx * along[0] + dy * along[1] + dz * along[2]) / length2, 0, 1)
        values: Field = (
            np.sqrt((dx - s * along[0]) ** 2 + (dy - s * along[1]) ** 2 + (dz - s * along[2]) ** 2)
            - r
        )
        return values

    low, high = np.minimum(p, q) - radius - 1, np.maximum(p, q) + radius + 1
    return Shape(low.astype(float), high.astype(float), distance)


def tube(path: ArrayLike, radii: ArrayLike) -> Shape:
    """Return a tube around ``path`` (n, 3), rising in z; ``radii`` (n,) or (n, 2) along x, y."""
    points = np.asarray(path, float)
    r = np.asarray(radii, float)
    r = np.column_stack([r, r]) if r.ndim == 1 else r
    order = np.argsort(points[:, 2])
    points, r = points[order], r[order]
    knots = points[:, 2]

    def distance(x: Field, y: Field, z: Field) -> Field:
        cx, cy, rx, ry = (
            np.interp(z, knots, column).astype(np.float32)
            for column in (points[:, 0], points[:, 1], r[:, 0], r[:, 1])
        )
        across = (np.sqrt(((x - cx) / rx) ** 2 + ((y - cy) / ry) ** 2) - 1) * np.minimum(rx, ry)
        ends = np.maximum(np.float32(knots[0]) - z, z - np.float32(knots[-1]))
        values: Field = np.maximum(across, ends)
        return values

    margin = np.array([r[:, 0].max(), r[:, 1].max(), 0.0]) + 1
    return Shape(points.min(0) - margin, points.max(0) + margin, distance, steepness=1.6)


def blended(shapes: Sequence[Shape], softness: float) -> Shape:
    """The union of shapes with seams rounded over about ``softness`` mm (polynomial minimum)."""
    k = np.float32(softness)

    def distance(x: Field, y: Field, z: Field) -> Field:
        d = shapes[0].distance(x, y, z)
        for shape in shapes[1:]:
            other = shape.distance(x, y, z)
            h = np.clip(k - np.abs(d - other), 0, None)
            d = np.minimum(d, other) - h * h / (4 * k)
        return d

    low = np.min([s.low for s in shapes], axis=0) - softness
    high = np.max([s.high for s in shapes], axis=0) + softness
    return Shape(low, high, distance, max(s.steepness for s in shapes))


def common(a: Shape, b: Shape) -> Shape:
    """What two shapes share."""
    return Shape(
        np.maximum(a.low, b.low),
        np.minimum(a.high, b.high),
        lambda x, y, z: np.maximum(a.distance(x, y, z), b.distance(x, y, z)),
        max(a.steepness, b.steepness),
    )
