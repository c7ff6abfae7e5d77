"""Corrections to the groups of voxels that touch: two vessels in one, or one vessel in pieces."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from SpineDCELib.aif.vessel_labelling import (
    SAME_ARRIVAL,
    SAME_PEAK,
    Array,
    connected,
    surroundings,
)
from SpineDCELib.series.dynamic_series import Geometry

# None of these constants has a published source; each was chosen for the reason given with it.
#: Least voxels of either part of a group that is split, and of an artery.
ENOUGH = 8
#: Least volume of a vessel as a share of the largest: smaller groups are fragments.
LEAST_VOLUME_SHARE = 0.02
#: A group is split in two if the middles of their first passes differ by this many seconds, by
#: this share of the frame interval, and by this many SDs within each.
SPLIT, SPLIT_PER_INTERVAL, SPLIT_SDS = 2.5, 0.4, 3.0
#: ... or by this many SDs within each, if their mean curves, after scaling, differ by this share of
#: the peak in some frame. Those within one vessel differ by a few per cent.
APART_SDS, APART_SHAPE = 5.0, 0.25
#: Pieces of a vessel with fewer voxels than SMALL_PIECE, or less than the least volume, are joined
#: if they lie within PIECE_GAP, mm, and if their arrivals and the middles of their first passes
#: differ by less than SAME_ARRIVAL, or this share of the frame interval. MOST_PIECES are looked at.
LEAST_PIECE, SMALL_PIECE, MOST_PIECES = 3, 16, 200
PIECE_GAP, SAME_PER_INTERVAL = 20.0, 0.1


def split_groups(
    labels: NDArray[np.intp],
    voxels: NDArray[np.intp],
    middle: Array,
    geometry: Geometry,
    interval: float,
    contrast_of: Callable[[NDArray[np.intp]], Array],
) -> NDArray[np.intp]:
    """Split groups whose voxels fill at two clearly different times; return new labels.

    Voxels between two vessels hold some of both, so that neighbours differ little all the way.

    Args:
        labels: of the voxels' groups, from 0. voxels: flat indices into ``geometry.shape``.
        middle: of the first pass, s. interval: between frames, s.
        contrast_of: positions in ``voxels`` → contrast agent in the mean curve, ``(frames,)``.
    """
    new = labels.copy()
    count = int(labels.max()) + 1
    for label in np.flatnonzero(np.bincount(labels) >= 2 * ENOUGH):
        own = np.flatnonzero(labels == label)
        m = middle[own]
        order = np.sort(m)
        sums, n = np.cumsum(order), np.arange(1, order.size)
        low = sums[:-1] / n
        high = (sums[-1] - sums[:-1]) / (order.size - n)
        between = n * (order.size - n) * (high - low) ** 2
        k = int(between.argmax())
        gap = high[k] - low[k]
        inside = np.sqrt(max(np.var(order) - between[k] / order.size**2, 0.0))
        late = m > (low[k] + high[k]) / 2
        if min(late.sum(), (~late).sum()) < ENOUGH:
            continue
        if gap < max(SPLIT, SPLIT_PER_INTERVAL * interval, SPLIT_SDS * inside) and (
            gap < APART_SDS * inside or _alike(contrast_of(own[late]), contrast_of(own[~late]))
        ):
            continue
        for part in (late, ~late):
            mask = np.zeros(geometry.shape, bool)
            mask.flat[voxels[own[part]]] = True
            box = surroundings(mask)
            pieces, found = ndimage.label(mask[box], np.ones((3, 3, 3)))
            new[own[part]] = count + pieces[mask[box]] - 1
            count += found
    return np.asarray(np.unique(new, return_inverse=True)[1].reshape(-1), np.intp)


def join_pieces(
    labels: NDArray[np.intp],
    voxels: NDArray[np.intp],
    arrival: Array,
    middle: Array,
    peak: Array,
    geometry: Geometry,
    interval: float,
) -> NDArray[np.intp]:
    """Join small pieces of one vessel that lie near each other; return new labels.

    An oblique vessel passes from slice to slice in voxels that are partly outside it, which have
    lower peaks or none. Its pieces fill at the same time and to the same height.

    Args:
        labels: of the voxels' groups, from 0. voxels: flat indices into ``geometry.shape``.
        arrival, middle: of the first pass, s. peak: any unit. interval: between frames, s.
    """
    counts = np.bincount(labels)
    small = (counts < SMALL_PIECE) | (counts < LEAST_VOLUME_SHARE * counts.max())
    pieces = np.flatnonzero((counts >= LEAST_PIECE) & small)
    pieces = pieces[np.argsort(-counts[pieces], kind="stable")][:MOST_PIECES]
    if pieces.size < 2:
        return labels
    members = [np.flatnonzero(labels == piece) for piece in pieces]
    scores = np.array([[np.median(x[m]) for x in (arrival, middle, np.log(peak))] for m in members])
    same = max(SAME_ARRIVAL, SAME_PER_INTERVAL * interval)
    limits = np.array([same, same, np.log(SAME_PEAK)])
    alike = (np.abs(scores[:, None] - scores) < limits).all(axis=-1)
    from scipy.spatial import cKDTree  # takes long to import

    places = [np.array(np.unravel_index(voxels[m], geometry.shape))[::-1].T for m in members]
    trees = [cKDTree(place @ geometry.affine[:3, :3].T) for place in places]
    pairs = [
        (pieces[a], pieces[b])
        for a, b in zip(*np.nonzero(np.triu(alike, 1)), strict=True)
        if trees[a].count_neighbors(trees[b], PIECE_GAP)
    ]
    if not pairs:
        return labels
    a, b = np.array(pairs).T
    return connected(a, b, counts.size)[labels]


def _alike(one: Array, other: Array) -> bool:
    """Return whether two curves differ by less than ``APART_SHAPE`` of the peak after scaling."""
    scaled = other * (float(one @ other) / max(float(other @ other), 1e-12))
    return float(np.abs(one - scaled).max()) < APART_SHAPE * float(max(one.max(), scaled.max()))
