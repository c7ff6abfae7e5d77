"""Size of a lesion: diameters on the axial plane, outline volume, part outside the bone."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import ndimage

from SpineDCELib.errors import InputError
from SpineDCELib.series import Geometry

#: Distance between the points at which a smooth outline is measured, mm.
STEP = 0.5
#: Outlines are interpolated between slices that are this many times thicker than their pixels.
THICK = 1.5

Point = tuple[float, float, float]


@dataclass(frozen=True)
class Bidimensional:
    """Largest diameter and the longest chord perpendicular to it on one axial plane, mm.

    Attributes:
        z: height of the plane, LPS mm.
        ends: end points of the diameter, then of the perpendicular, LPS mm.
    """

    longest: float
    perpendicular: float
    z: float
    ends: tuple[Point, Point, Point, Point] | None = None

    @property
    def product(self) -> float:
        """Area product, mm²."""
        return self.longest * self.perpendicular


@dataclass(frozen=True)
class Extent:
    """Extent in three dimensions: volume within the outline in mm³, spans along LPS axes in mm."""

    volume: float
    left_right: float
    anterior_posterior: float
    superior_inferior: float


#: Source of a size whose diameters a person measured.
TWO_RULERS = "two rulers"


@dataclass(frozen=True)
class Size:
    """Size of one lesion; ``source`` names what was measured."""

    axial: Bidimensional
    whole: Extent
    extraosseous: Extent | None = None
    source: str = ""

    @property
    def way(self) -> str:
        """Return in which way the diameters were measured: by rulers, an outline or the region."""
        if self.source == TWO_RULERS:
            return "rulers"
        return "outline" if self.source.startswith("outline") else "region"


class Outline:
    """Smooth outline of a mask, as a signed distance at any point.

    Between thick slices the outline is interpolated by its signed distance in each slice (Raya &
    Udupa, IEEE Trans Med Imaging 1990;9:32). It ends, on average, half a slice beyond the last
    one drawn. The volume that it encloses therefore differs from voxels times voxel volume.

    Args:
        mask: ``(slices, rows, columns)``, not empty.

    Raises:
        InputError: the mask is empty.
    """

    def __init__(self, mask: NDArray[np.bool_], geometry: Geometry) -> None:
        if not mask.any():
            raise InputError(
                "An empty region has no size. Draw it.", code="region_empty", fields=["inputs.roi"]
            )
        places = np.nonzero(mask)
        low = np.array([axis.min() - 2 for axis in places])
        high = np.array([axis.max() + 3 for axis in places])
        shape = high - low
        cut = np.zeros(shape, bool)
        cut[tuple(axis - start for axis, start in zip(places, low, strict=True))] = True
        self._affine = geometry.affine.copy()
        self._affine[:3, 3] = (geometry.affine @ [*low[::-1], 1])[:3]
        spacing = np.array(geometry.spacing[::-1])
        thick = int(np.argmax(spacing))
        if spacing[thick] > THICK * np.sort(spacing)[1]:
            distance, factor = _between_slices(cut, spacing, thick)
            column = 2 - thick
            self._affine[:3, column] /= factor
        else:
            distance = _signed_distance(cut, spacing)
        self._distance = distance

    @cached_property
    def axes(self) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Return points along x, y and z (LPS, mm) of a box around the outline."""
        k, j, i = np.nonzero(self._distance > -self._distance.max())
        corners = np.array(
            [[x, y, z, 1.0] for x in (i.min(), i.max()) for y in (j.min(), j.max())
             for z in (k.min(), k.max())]
        )  # fmt: skip
        points = (corners @ self._affine.T)[:, :3]
        low, high = points.min(axis=0) - STEP, points.max(axis=0) + STEP
        x, y, z = (np.arange(a, b + STEP, STEP) for a, b in zip(low, high, strict=True))
        return x, y, z

    @cached_property
    def inside(self) -> NDArray[np.bool_]:
        """Return which points of :attr:`axes` lie inside, ``(z, y, x)``."""
        x, y, z = self.axes
        back = np.linalg.inv(self._affine)
        # From (z, y, x) steps to (slice, row, column).
        matrix = (back[:3, :3] * STEP)[::-1, ::-1]
        start = (back @ [x[0], y[0], z[0], 1])[:3][::-1]
        distance = ndimage.affine_transform(
            self._distance,
            matrix,
            start,
            output_shape=(z.size, y.size, x.size),
            order=1,
            mode="nearest",
        )
        return np.asarray(distance > 0)


def _signed_distance(mask: NDArray[np.bool_], spacing: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return the distance to the edge between voxels, mm, positive inside."""
    half = 0.5 * float(np.min(spacing))
    inner = ndimage.distance_transform_edt(mask, sampling=spacing)
    outer = ndimage.distance_transform_edt(~mask, sampling=spacing)
    return np.asarray(np.where(mask, inner - half, half - outer))


def _between_slices(
    mask: NDArray[np.bool_], spacing: NDArray[np.floating], thick: int
) -> tuple[NDArray[np.float64], int]:
    """Return the signed distance with slices interpolated, and the number of steps per slice."""
    planes = np.moveaxis(mask, thick, 0)
    own = np.delete(spacing, thick)
    distance = np.stack(
        [
            _signed_distance(plane, own) if plane.any() else np.full(plane.shape, np.nan)
            for plane in planes
        ]
    )
    drawn = np.flatnonzero(planes.any(axis=(1, 2)))
    for index in range(len(planes)):
        if planes[index].any():
            continue
        # A slice without outline between others is taken as intended: both neighbours end.
        near = [*drawn[drawn < index][-1:], *drawn[drawn > index][:1]]
        distance[index] = np.min(
            [_beyond(distance, drawn, n, abs(n - index)) for n in near], axis=0
        )
    factor = max(int(np.ceil(spacing[thick] / own.min())), 1)
    fine = np.linspace(0, len(planes) - 1, (len(planes) - 1) * factor + 1)
    from scipy.interpolate import PchipInterpolator  # takes long to import

    smooth = PchipInterpolator(np.arange(len(planes)), distance, axis=0)(fine)
    for last, outward in ((drawn[0], -1), (drawn[-1], 1)):
        # The curve would carry an outline that is not closing beyond the edge of the slice.
        for step in range(factor // 2 + factor % 2, factor + 1):
            edge, mirrored = (last * factor + outward * n for n in (step, factor - step))
            smooth[edge] = np.minimum(smooth[edge], -smooth[mirrored])
    return np.moveaxis(smooth, 0, thick), factor


def _beyond(
    distance: NDArray[np.floating], drawn: NDArray[np.int_], last: int, away: int
) -> NDArray[np.float64]:
    """Return the signed distance ``away`` slices after the ``last`` one drawn.

    Its deepest point ends half a slice further, or sooner if the outline is already closing.
    """
    depth = float(distance[last].max())
    inward = [n for n in (last - 1, last + 1) if n in drawn]
    closing = max((float(distance[n].max()) - depth for n in inward), default=0.0)
    return np.asarray(distance[last] - away * max(2 * depth, closing))


def bidimensional(outline: Outline) -> Bidimensional:
    """Measure on the axial plane where diameter times perpendicular is largest."""
    x, y, z = outline.axes
    best = Bidimensional(0.0, 0.0, float("nan"))
    for height, plane in zip(z, outline.inside, strict=True):
        found = _in_plane(plane, x, y, float(height))
        if found is not None and found.product > best.product:
            best = found
    return best


def _in_plane(
    plane: NDArray[np.bool_], x: NDArray[np.floating], y: NDArray[np.floating], z: float
) -> Bidimensional | None:
    from scipy.spatial import ConvexHull, QhullError  # takes long to import
    from scipy.spatial.distance import pdist, squareform

    rows, columns = np.nonzero(plane)
    points = np.column_stack([x[columns], y[rows]])
    if len(points) < 10:
        return None
    try:
        hull = points[ConvexHull(points).vertices]
    except QhullError:
        return None
    distances = squareform(pdist(hull))
    first, second = np.unravel_index(distances.argmax(), distances.shape)
    a, b = hull[first], hull[second]
    along = (b - a) / distances[first, second]
    across = np.array([-along[1], along[0]])
    position, height = points @ along, points @ across
    bins = np.round((position - position.min()) / (2 * STEP)).astype(int)
    low, high = np.full(bins.max() + 1, np.inf), np.full(bins.max() + 1, -np.inf)
    np.minimum.at(low, bins, height)
    np.maximum.at(high, bins, height)
    chord = int(np.argmax(high - low))
    middle = position.min() + chord * 2 * STEP
    ends = [a, b, *(middle * along + h * across for h in (low[chord], high[chord]))]
    return Bidimensional(
        float(distances[first, second] + STEP),
        float(high[chord] - low[chord] + STEP),
        z,
        tuple((float(p[0]), float(p[1]), z) for p in ends),  # type: ignore[arg-type]
    )


def extent(inside: NDArray[np.bool_]) -> Extent:
    """Measure volume and spans of points ``(z, y, x)`` that are :data:`STEP` apart."""
    spans = [
        np.ptp(np.flatnonzero(inside.any(axis=tuple({0, 1, 2} - {axis})))) * STEP + STEP
        if inside.any()
        else 0.0
        for axis in (2, 1, 0)
    ]
    return Extent(float(inside.sum() * STEP**3), *(float(span) for span in spans))


def beyond_line(
    outline: Outline, start: ArrayLike, end: ArrayLike, *, bone: ArrayLike | None = None
) -> NDArray[np.bool_]:
    """Return the part of a lesion outside the bone, ``(z, y, x)`` as :attr:`Outline.inside`.

    The line joins bone and tumour at the margins (Behar et al., AJNR 2023); the plane through it
    and the body's long axis divides the lesion.

    Args:
        start, end: of the line, LPS mm.
        bone: a point on the bone's side, LPS mm; if None, the larger part is in the bone.

    Raises:
        InputError: the line has no length on the axial plane.
    """
    a, b = np.asarray(start, float)[:2], np.asarray(end, float)[:2]
    if np.linalg.norm(b - a) < 1:
        raise InputError(
            "The line between bone and tumour has no length on the axial plane.",
            code="line_without_length",
            fields=["inputs.size"],
        )
    normal = np.array([-(b - a)[1], (b - a)[0]])
    x, y, _ = outline.axes
    side = (x[None, :] - a[0]) * normal[0] + (y[:, None] - a[1]) * normal[1] > 0
    one: NDArray[np.bool_] = outline.inside & side
    other: NDArray[np.bool_] = outline.inside & ~side
    if bone is not None:
        on_side = (np.asarray(bone, float)[:2] - a) @ normal > 0
        return other if on_side else one
    return one if one.sum() <= other.sum() else other


def measure_size(
    mask: NDArray[np.bool_],
    geometry: Geometry,
    *,
    bone: NDArray[np.bool_] | None = None,
    extraosseous: NDArray[np.bool_] | None = None,
    line: tuple[ArrayLike, ArrayLike] | None = None,
    source: str = "region",
) -> Size:
    """Measure the size of a lesion from its mask.

    The extraosseous part is, in this order, the region drawn as such, the part beyond the line
    from bone to tumour, or the part outside the region of the bone; None if none of them exists.

    Args:
        mask, bone, extraosseous: ``(slices, rows, columns)`` on ``geometry``.
        line: two points, LPS mm.
    """
    outline = Outline(mask, geometry)
    outside = None
    if extraosseous is not None and extraosseous.any():
        outside = extent(Outline(extraosseous, geometry).inside)
    elif line is not None:
        outside = extent(beyond_line(outline, *line))
    elif bone is not None and bone.any():
        part = mask & ~bone
        outside = extent(Outline(part, geometry).inside) if part.any() else Extent(0, 0, 0, 0)
    return Size(bidimensional(outline), extent(outline.inside), outside, source)
