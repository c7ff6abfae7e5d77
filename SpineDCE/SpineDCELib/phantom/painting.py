"""Voxels from shapes: labels painted on a finer grid and counted in every voxel."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from SpineDCELib.phantom.shapes import Field, Shape
from SpineDCELib.series.dynamic_series import Geometry

#: Cells that are painted together, and points at which a distance is computed at a time: few
#: enough for the processor's cache.
_CELLS, _POINTS = 200_000, 50_000


@dataclass(frozen=True)
class Paint:
    """Fill ``shape`` with ``tissue``.

    Names in ``only`` and ``spare`` are beginnings of tissue names: nothing but those in ``only``
    (when given) is covered, and none of those in ``spare``.
    """

    shape: Shape
    tissue: str
    only: tuple[str, ...] = ()
    spare: tuple[str, ...] = ()


class _Grid(NamedTuple):
    """Cells, and the points in them: voxels, or equal parts of thick ones along the slice.

    Attributes:
        axes: along slice, row and column, the index of each point in voxels: ``(points, cells)``.
        parts: of a voxel.
        to_patient: 4×4, index → patient mm.
        reach: from the middle of a cell to its outermost point, mm.
    """

    axes: tuple[Field, ...]
    parts: int
    to_patient: Field
    reach: float

    def position(self, k: Any, j: Any, i: Any) -> Iterator[Field]:
        """Return x, y and z of indices that broadcast against each other, mm."""
        m = self.to_patient
        return ((m[a, 2] * k + m[a, 3]) + m[a, 1] * j + m[a, 0] * i for a in range(3))


class _Job(NamedTuple):
    """One paint on the grid.

    Attributes:
        coverable: per label whether it is covered; None when all are.
        window: along slice, row and column, the first point in the shape's box and the one after
            the last, ``(3, 2)``.
        touched, held: the same in cells: those with any, and those with all points in the box.
    """

    shape: Shape
    label: int
    coverable: NDArray[np.bool_] | None
    window: NDArray[np.intp]
    touched: NDArray[np.intp]
    held: NDArray[np.intp]


def fractions(
    paints: Sequence[Paint],
    names: Sequence[str],
    geometry: Geometry,
    *,
    pose: NDArray[np.float64],
    oversample: tuple[int, int, int],
) -> sparse.csr_matrix:
    """Compute the fraction of each tissue in every voxel.

    Args:
        paints: in painting order. names: tissue names; the position is the label, 0 is air.
        geometry: the grid in scanner LPS mm. pose: 4×4, patient mm → scanner mm.
        oversample: points along slice, row and column inside a voxel.

    Returns:
        ``(slices·rows·columns, K)`` float32; every row sums to 1.
    """
    labels_of = {name: label for label, name in enumerate(names)}
    to_patient = np.linalg.inv(pose) @ geometry.affine
    to_index = np.linalg.inv(to_patient)
    # Slices are thicker than pixels are wide; parts of them come closer to a surface.
    parts = oversample[0] // 2 if oversample[0] % 2 == 0 else 1
    axes = tuple(
        (np.arange(n)[:, None] + (np.arange(o) + 0.5) / o - 0.5)
        .astype(np.float32)
        .reshape(-1, each)
        .T
        for n, o, each in zip(
            geometry.shape, oversample, (oversample[0] // parts, *oversample[1:]), strict=True
        )
    )
    over = np.array([len(axis) for axis in axes])
    sides = np.linalg.norm(to_patient[:3, 2::-1], axis=0) / [parts, 1, 1]
    reach = float(np.linalg.norm(sides * (over - 1) / (2 * over)))
    grid = _Grid(axes, parts, to_patient.astype(np.float32), reach)
    jobs = []
    for paint, window in zip(paints, _windows(paints, to_index, axes), strict=True):
        first, end = window.T
        touched = np.stack([first // over, -(-end // over)], axis=1)
        held = np.stack([-(-first // over), end // over], axis=1)
        coverable = _coverable(paint, names)
        jobs.append(_Job(paint.shape, labels_of[paint.tissue], coverable, window, touched, held))
    slices, rows, columns = geometry.shape
    thick = max(1, _CELLS // (rows * columns * parts))
    blocks = [
        _block_fractions(jobs, len(names), grid, (k * parts, min(k + thick, slices) * parts))
        for k in range(0, slices, thick)
    ]
    return sparse.vstack(blocks, format="csr", dtype=np.float32)


def _coverable(paint: Paint, names: Sequence[str]) -> NDArray[np.bool_] | None:
    """Per label whether the paint covers it; None when it covers all."""
    if not (paint.only or paint.spare):
        return None
    return np.array(
        [
            (not paint.only or n.startswith(paint.only))
            and not (paint.spare and n.startswith(paint.spare))
            for n in names
        ]
    )


def _windows(
    paints: Sequence[Paint], to_index: NDArray[Any], axes: Sequence[Field]
) -> NDArray[np.intp]:
    """Return the points along each axis that the shapes' boxes touch, ``(paints, 3, 2)``."""
    boxes = np.array([[paint.shape.low, paint.shape.high] for paint in paints])
    corners = np.ones((len(paints), 8, 4))
    for n, (x, y, z) in enumerate(np.ndindex(2, 2, 2)):
        corners[:, n, :3] = np.stack([boxes[:, x, 0], boxes[:, y, 1], boxes[:, z, 2]], axis=1)
    index = (corners @ to_index.T)[..., 2::-1]
    low, high = index.min(axis=1), index.max(axis=1)
    windows = [
        (np.searchsorted(along, low[:, a]), np.searchsorted(along, high[:, a], side="right"))
        for a, along in enumerate(axis.T.ravel() for axis in axes)
    ]
    return np.moveaxis(np.array(windows), 2, 0)


def _block_fractions(
    jobs: Sequence[_Job], n_labels: int, grid: _Grid, slices: tuple[int, int]
) -> sparse.csr_matrix:
    """Compute the fractions in the slices of cells from the first to the one before the last."""
    labels, mixed, points = _paint(jobs, grid, slices)
    pure, divided = np.flatnonzero(~mixed), np.flatnonzero(mixed)
    keys = np.arange(divided.size) * n_labels + points[:, divided]
    counts = np.bincount(keys.ravel(), minlength=divided.size * n_labels)
    found = np.flatnonzero(counts)
    cells = np.concatenate([pure, divided[found // n_labels]])
    c = np.concatenate([labels[pure], found % n_labels])
    counted = np.concatenate([np.full(pure.size, len(points)), counts[found]]).astype(float)
    plane = grid.axes[1].shape[1] * grid.axes[2].shape[1]
    r = cells // (plane * grid.parts) * plane + cells % plane
    shares = sparse.csr_matrix((counted, (r, c)), shape=(mixed.size // grid.parts, n_labels))
    shares.data /= len(points) * grid.parts
    return shares


def _paint(
    jobs: Sequence[_Job], grid: _Grid, slices: tuple[int, int]
) -> tuple[NDArray[np.uint8], NDArray[np.bool_], NDArray[np.uint8]]:
    """Paint slices; look at the points of a cell only if a surface may pass between them.

    Returns:
        Label of each cell; whether its points may differ; and the labels of the points, which
        hold only then, ``(points, cells)``.
    """
    shape = (slices[1] - slices[0], *(axis.shape[1] for axis in grid.axes[1:]))
    number = np.arange(np.prod(shape)).reshape(shape)
    labels, mixed = np.zeros(number.size, np.uint8), np.zeros(number.size, bool)
    points = np.empty((np.prod([len(axis) for axis in grid.axes]), number.size), np.uint8)
    middle = [axis.mean(axis=0, dtype=np.float32) for axis in grid.axes]
    step = max(1, _POINTS // len(points))
    for job in jobs:
        low, high = job.touched.T.copy()
        low[0], high[0] = max(low[0], slices[0]), min(high[0], slices[1])
        if (low >= high).any():
            continue
        middles = (m[a:b] for m, a, b in zip(middle, low, high, strict=True))
        distance = job.shape.distance(*grid.position(*np.ix_(*middles)))
        reach = grid.reach * job.shape.steepness
        held = tuple(slice(max(a - o, 0), b - o) for (a, b), o in zip(job.held, low, strict=True))
        whole = np.zeros(distance.shape, bool)
        whole[held] = distance[held] < -reach
        low[0], high[0] = low[0] - slices[0], high[0] - slices[0]
        view = number[tuple(map(slice, low, high))]
        _cover(job, view[whole], labels, mixed, points)
        near = view[(distance < reach) & ~whole]
        for start in range(0, near.size, step):
            some = near[start : start + step]
            k, j, i = np.unravel_index(some, shape)
            inside = _inside(job, grid, (k + slices[0], j, i))
            _divide(job, some, inside, labels, mixed, points)
    return labels, mixed, points


def _cover(
    job: _Job,
    cells: NDArray[np.intp],
    labels: NDArray[np.uint8],
    mixed: NDArray[np.bool_],
    points: NDArray[np.uint8],
) -> None:
    """Paint cells that lie in the shape."""
    if job.coverable is None:
        labels[cells] = job.label
        mixed[cells] = False
        return
    divided = cells[mixed[cells]]
    labels[cells[job.coverable[labels[cells]]]] = job.label
    held = points[:, divided]
    held[job.coverable[held]] = job.label
    points[:, divided] = held


def _divide(
    job: _Job,
    cells: NDArray[np.intp],
    inside: NDArray[np.bool_],
    labels: NDArray[np.uint8],
    mixed: NDArray[np.bool_],
    points: NDArray[np.uint8],
) -> None:
    """Paint the points of cells that lie ``inside`` the shape, ``(points, cells)``."""
    touched = inside.any(axis=0)
    cells, inside = cells[touched], inside[:, touched]
    held = np.where(mixed[cells], points[:, cells], labels[cells])
    held[inside if job.coverable is None else inside & job.coverable[held]] = job.label
    points[:, cells] = held
    mixed[cells] = True


def _inside(job: _Job, grid: _Grid, cells: tuple[NDArray[np.intp], ...]) -> NDArray[np.bool_]:
    """Return which points of cells lie in the shape and its box, ``(points, cells)``."""
    indices, boxed = [], np.array(True)
    for axis, (values, of) in enumerate(zip(grid.axes, cells, strict=True)):
        along = [len(values) if a == axis else 1 for a in range(3)] + [-1]
        indices.append(values[:, of].reshape(along))
        first, end = job.held[axis]
        if of.min() < first or of.max() >= end:
            point = of * len(values) + np.arange(len(values))[:, None]
            first, end = job.window[axis]
            boxed = boxed & ((first <= point) & (point < end)).reshape(along)
    inside: NDArray[np.bool_] = (job.shape.distance(*grid.position(*indices)) < 0) & boxed
    return inside.reshape(-1, cells[0].size)
