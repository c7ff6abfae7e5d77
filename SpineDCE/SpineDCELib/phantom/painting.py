"""Voxels from shapes: labels painted on a finer grid and counted in every voxel."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from SpineDCELib.phantom.shapes import Distance, Shape
from SpineDCELib.series.dynamic_series import Geometry

#: Shape, label, which labels it may cover (None: all), and its extent, in the order of painting.
_Jobs = Sequence[tuple[Shape, int, NDArray[np.bool_] | None, NDArray[np.float64]]]

#: Shapes whose distances are remembered, for those that are grown from them.
_KNOWN = 3


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


def fractions(
    paints: Sequence[Paint],
    names: Sequence[str],
    geometry: Geometry,
    *,
    pose: NDArray[np.float64],
    oversample: tuple[int, int, int],
    workers: int = 2,
) -> sparse.csr_matrix:
    """Compute the fraction of each tissue in every voxel.

    Args:
        paints: in painting order. names: tissue names; the position is the label, 0 is air.
        geometry: the grid in scanner LPS mm. pose: 4×4, patient mm → scanner mm.
        oversample: points along slice, row and column inside a voxel.
        workers: threads; the result does not depend on it.

    Returns:
        ``(slices·rows·columns, K)`` float32; every row sums to 1.
    """
    labels_of = {name: label for label, name in enumerate(names)}
    to_patient = np.linalg.inv(pose) @ geometry.affine
    to_index = np.linalg.inv(to_patient)
    jobs = [
        (
            paint.shape,
            labels_of[paint.tissue],
            _coverable(paint, names),
            _extent(paint.shape, to_index),
        )
        for paint in paints
    ]
    with ThreadPoolExecutor(workers) as pool:
        blocks = pool.map(
            lambda k: _slice_fractions(jobs, len(names), geometry, to_patient, oversample, k),
            range(geometry.shape[0]),
        )
        return sparse.vstack(list(blocks), format="csr", dtype=np.float32)


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


def _slice_fractions(
    jobs: _Jobs,
    n_labels: int,
    geometry: Geometry,
    to_patient: NDArray[Any],
    oversample: tuple[int, int, int],
    k: int,
) -> sparse.csr_matrix:
    _, rows, columns = geometry.shape
    ok, oj, oi = oversample
    labels = paint_labels(jobs, to_patient, (k, k + 1), (rows, columns), oversample)
    samples = (
        labels.reshape(ok, rows, oj, columns, oi)
        .transpose(1, 3, 0, 2, 4)
        .reshape(rows * columns, ok * oj * oi)
    )
    mixed = np.flatnonzero((samples != samples[:, :1]).any(axis=1))
    pure = np.setdiff1d(np.arange(rows * columns), mixed, assume_unique=True)
    keys = mixed[:, None] * n_labels + samples[mixed]
    found, counts = np.unique(keys, return_counts=True)
    r = np.concatenate([pure, found // n_labels])
    c = np.concatenate([samples[pure, 0].astype(np.int64), found % n_labels])
    share = np.concatenate([np.ones(pure.size), counts / samples.shape[1]])
    return sparse.csr_matrix((share.astype(np.float32), (r, c)), shape=(rows * columns, n_labels))


def paint_labels(
    jobs: _Jobs,
    to_patient: NDArray[Any],
    slices: tuple[int, int],
    in_plane: tuple[int, int],
    oversample: tuple[int, int, int],
) -> NDArray[np.uint8]:
    """Labels of the points that divide the voxels of ``slices`` (from, to) evenly."""
    counts = (slices[1] - slices[0], *in_plane)
    starts = (slices[0], 0, 0)
    axes = [
        (start + (np.arange(count * over) + 0.5) / over - 0.5).astype(np.float32)
        for start, count, over in zip(starts, counts, oversample, strict=True)
    ]
    k, j, i = axes
    m = to_patient.astype(np.float32)
    labels = np.zeros((k.size, j.size, i.size), np.uint8)
    known: dict[Distance, tuple[tuple[slice, ...], NDArray[np.float32]]] = {}
    for shape, label, coverable, extent in jobs:
        window = _window(extent, axes)
        if window is None:
            continue
        wk, wj, wi = window
        original = shape.original or shape.distance
        place, distance = known.get(original, (window, None))
        if distance is None or not _holds(place, window):
            x, y, z = (
                (m[a, 2] * k[wk] + m[a, 3])[:, None, None]
                + (m[a, 1] * j[wj])[None, :, None]
                + (m[a, 0] * i[wi])[None, None, :]
                for a in range(3)
            )
            place, distance = window, original(x, y, z)
            if len(known) >= _KNOWN:
                del known[next(iter(known))]
            known[original] = place, distance
        part = tuple(
            slice(w.start - p.start, w.stop - p.start) for w, p in zip(window, place, strict=True)
        )
        inside = distance[part] < shape.growth
        view = labels[wk, wj, wi]
        if coverable is not None:
            inside &= coverable[view]
        view[inside] = label
    return labels


def _extent(shape: Shape, to_index: NDArray[Any]) -> NDArray[np.float64]:
    """Return the lowest and highest index of a shape's box along slice, row, column, ``(3, 2)``."""
    corners = np.array(
        [
            [x, y, z, 1.0]
            for x in (shape.low[0], shape.high[0])
            for y in (shape.low[1], shape.high[1])
            for z in (shape.low[2], shape.high[2])
        ]
    )
    index = (corners @ to_index.T)[:, 2::-1]
    return np.stack([index.min(axis=0), index.max(axis=0)], axis=1)


def _holds(outer: tuple[slice, ...], inner: tuple[slice, ...]) -> bool:
    """Return whether a window lies in another."""
    return all(o.start <= i.start and i.stop <= o.stop for o, i in zip(outer, inner, strict=True))


def _window(extent: NDArray[np.float64], axes: Sequence[NDArray[Any]]) -> tuple[slice, ...] | None:
    """Return the slices of the label array that an extent touches, or None."""
    window = []
    for axis, (lowest, highest) in zip(axes, extent, strict=True):
        if highest < axis[0] or lowest > axis[-1]:
            return None
        low = np.searchsorted(axis, lowest)
        high = np.searchsorted(axis, highest, side="right")
        if high <= low:
            return None
        window.append(slice(int(low), int(high)))
    return tuple(window)
