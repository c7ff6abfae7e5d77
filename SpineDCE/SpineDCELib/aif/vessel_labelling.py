"""Grouping of voxels into vessels that are connected in space and fill at the same time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from SpineDCELib.series.dynamic_series import Geometry

Array = NDArray[np.float64]

#: Neighbours within one vessel differ by less than this in arrival, s, and by less than this
#: factor in peak. Blood runs 250 mm/s: along a vessel arrival changes slowly; to another organ or
#: to a chamber of the heart it jumps.
SAME_ARRIVAL = 1.0
SAME_PEAK = 1.5
#: Height of the pieces in which a vessel's cross-section is measured, mm: thick enough for
#: several voxels, thin enough to separate a branch from its vessel.
SLAB = 10.0


@dataclass(frozen=True)
class VesselShape:
    """Shape of a group of voxels, mm.

    Attributes:
        volume: mm³. thickness: twice the largest distance to the outside within a slice.
        length: extent along its longest axis. elongation: spread along that axis over the next.
    """

    volume: float
    thickness: float
    length: float
    elongation: float


def label_vessels(
    voxels: NDArray[np.intp], arrival: Array, peak: Array, shape: tuple[int, int, int]
) -> NDArray[np.intp]:
    """Label voxels that are connected (26 neighbours) and alike in arrival and peak.

    Args:
        voxels: flat indices into ``shape``, increasing. arrival: s. peak: any unit.

    Returns:
        Labels from 0, the largest group first.
    """
    number = np.full(shape, -1, np.intp)
    number.flat[voxels] = np.arange(voxels.size)
    pairs = []
    for dk, dj, di in np.ndindex(2, 3, 3):
        offset = (dk, dj - 1, di - 1)
        if offset <= (0, 0, 0):
            continue
        here, there = (
            number[tuple(_window(sign * d, n) for d, n in zip(offset, shape, strict=True))]
            for sign in (1, -1)
        )
        both = (here >= 0) & (there >= 0)
        a, b = here[both], there[both]
        ratio = peak[a] / peak[b]
        alike = (np.abs(arrival[a] - arrival[b]) <= SAME_ARRIVAL) & (
            np.maximum(ratio, 1 / ratio) <= SAME_PEAK
        )
        pairs.append((a[alike], b[alike]))
    a, b = (np.concatenate(side) for side in zip(*pairs, strict=True))
    labels = connected(a, b, voxels.size)
    order = np.argsort(-np.bincount(labels), kind="stable")
    rank = np.empty_like(order)
    rank[order] = np.arange(order.size)
    return np.asarray(rank[labels])


def connected(a: NDArray[np.intp], b: NDArray[np.intp], count: int) -> NDArray[np.intp]:
    """Return the part that each of ``count`` things belongs to, where a[i] and b[i] are linked."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components  # takes long to import

    graph = coo_matrix((np.ones(a.size, bool), (a, b)), shape=(count, count))
    return np.asarray(connected_components(graph, directed=False)[1], np.intp)


def _window(d: int, n: int) -> slice:
    return slice(0, n - d) if d >= 0 else slice(-d, n)


def depth_in_slice(mask: NDArray[np.bool_], geometry: Geometry) -> NDArray[np.float32]:
    """Return the distance of every voxel to the outside of the mask within its slice, mm.

    The edge of the image does not count as outside.
    """
    across, down, _ = geometry.spacing
    found = np.zeros(mask.shape, np.float32)
    box = surroundings(mask)
    for inside, depth in zip(mask[box], found[box], strict=True):
        if inside.any():
            depth[:] = ndimage.distance_transform_edt(inside, sampling=(down, across))
    return found


def surroundings(mask: NDArray[np.bool_]) -> tuple[slice, ...]:
    """Return the box of a mask and the voxels next to it; an empty one for an empty mask."""
    box = []
    for axis in range(mask.ndim):
        places = np.flatnonzero(mask.any(axis=tuple({*range(mask.ndim)} - {axis})))
        if not places.size:
            return (slice(0, 0),) * mask.ndim
        box.append(slice(max(int(places[0]) - 1, 0), int(places[-1]) + 2))
    return tuple(box)


def along_axis(voxels: NDArray[np.intp], geometry: Geometry) -> Array:
    """Return positions of voxels ``(n, 3)`` (slice, row, column) along their longest axis, mm."""
    points = voxels[:, ::-1] @ geometry.affine[:3, :3].T
    points = points - points.mean(axis=0)
    axis = np.linalg.eigh(points.T @ points)[1][:, -1]
    return np.asarray(points @ axis, np.float64)


def thin_parts(mask: NDArray[np.bool_], geometry: Geometry, *, thinner: float) -> NDArray[np.bool_]:
    """Return the parts of a vessel with less than ``thinner`` times its median cross-section.

    The vessel is cut across its long axis into slabs. Voxels that are not connected within a slab
    are separate parts, each with the cross-section volume over height.
    """
    voxels = np.argwhere(mask)
    along = along_axis(voxels, geometry)
    slab = np.floor((along - along.min()) / max(SLAB, *(2 * x for x in geometry.spacing[:2])))
    part = np.zeros(len(voxels), np.intp)
    count = 0
    for number in np.unique(slab):
        here = voxels[slab == number]
        low, high = here.min(axis=0), here.max(axis=0) + 1
        box = np.zeros(high - low, bool)
        box[tuple((here - low).T)] = True
        labels, n = ndimage.label(box, np.ones((3, 3, 3)))
        part[slab == number] = labels[tuple((here - low).T)] + count
        count += n
    size = np.bincount(part)[part]
    found = np.zeros(mask.shape, bool)
    found[mask] = size < thinner * np.median(size)
    return found


def measure_shape(mask: NDArray[np.bool_], geometry: Geometry) -> VesselShape:
    """Measure the shape of one group."""
    box = surroundings(mask)
    k, j, i = (p + b.start for p, b in zip(np.nonzero(mask[box]), box, strict=True))
    points = np.column_stack([i, j, k]) @ geometry.affine[:3, :3].T
    points -= points.mean(axis=0)
    # A voxel is a box, not a point, so even a single layer has a spread.
    own = (geometry.affine[:3, :3] ** 2).sum(axis=1) / 12
    covariance = points.T @ points / len(points) + np.diag(own)
    values, axes = np.linalg.eigh(covariance)
    along = points @ axes[:, -1]
    return VesselShape(
        volume=len(points) * geometry.voxel_volume,
        thickness=2 * float(depth_in_slice(mask, geometry).max()),
        length=float(np.ptp(along)) + float(max(geometry.spacing[:2])),
        elongation=float(np.sqrt(values[-1] / values[-2])),
    )
