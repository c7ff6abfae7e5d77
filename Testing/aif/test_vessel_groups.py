"""Grouping of voxels into vessels: what is split in two, and what is joined."""

import numpy as np
from SpineDCELib.aif.detection import _is_mix
from SpineDCELib.aif.vessel_groups import join_pieces, split_groups
from SpineDCELib.series import Geometry

GEOMETRY = Geometry((6, 30, 12), np.diag([3.0, 3.0, 7.0, 1.0]))
T = np.arange(0.0, 200.0, 5.0)


def blood(arrival, width):
    """Return a first pass and a tail, ``(frames,)``."""
    after = np.clip(T - arrival, 0, None)
    return after / width * np.exp(1 - after / width) + 0.3 * (after > 0)


def block(slices, rows, columns):
    """Return flat positions of a box."""
    mask = np.zeros(GEOMETRY.shape, bool)
    mask[slices, rows, columns] = True
    return np.flatnonzero(mask)


def split(one, other, middles, *, interval=6.0):
    """Return the number of groups that a group of two halves with these curves is split into."""
    voxels = block(slice(2, 4), slice(0, 20), slice(4, 7))
    half = voxels.size // 2
    middle = np.repeat(middles, [half, voxels.size - half]).astype(float)
    middle += np.random.default_rng(0).normal(0, 0.1, voxels.size)
    new = split_groups(
        np.zeros(voxels.size, np.intp), voxels, middle, GEOMETRY, interval,
        lambda own: one if np.median(own) < half else other,
    )  # fmt: skip
    return int(new.max()) + 1


def test_vessels_that_fill_nearly_together_are_split_by_the_shape_of_their_curves():
    assert split(blood(20, 4), blood(21, 12), (30, 31.5)) == 2


def test_a_vessel_is_not_split_where_its_curves_have_one_shape():
    assert split(blood(20, 6), 1.4 * blood(20, 6), (30, 31.5)) == 1


def test_vessels_that_fill_apart_are_split_whatever_their_shape():
    assert split(blood(20, 6), blood(20, 6), (30, 35)) == 2


def pieces(gap, *, arrivals=(20.0, 20.2, 20.1), peaks=(1.0, 1.1, 0.9), rows=5):
    """Return the number of groups after joining three pieces that lie ``gap`` rows apart."""
    boxes = [
        block(k, slice(k * (rows + gap), k * (rows + gap) + rows), slice(4, 6)) for k in range(3)
    ]
    labels = np.repeat(np.arange(3), [box.size for box in boxes])
    new = join_pieces(
        labels, np.concatenate(boxes), np.array(arrivals)[labels], np.array(arrivals)[labels] + 10,
        np.array(peaks)[labels], GEOMETRY, 5.0,
    )  # fmt: skip
    return np.unique(new).size


def test_pieces_of_an_oblique_vessel_are_joined():
    assert pieces(3) == 1


def test_pieces_far_from_each_other_are_not_joined():
    assert pieces(9, rows=1) == 3


def test_pieces_that_fill_at_other_times_or_higher_are_not_joined():
    assert pieces(3, arrivals=(20.0, 24.0, 20.1)) == 3
    assert pieces(3, peaks=(1.0, 3.0, 1.0)) == 3


def test_a_group_between_two_vessels_is_their_border_if_it_is_a_sum_of_both():
    artery, vein = blood(20, 4), blood(28, 12)
    noise = np.random.default_rng(0).normal(0, 0.005, T.size)
    assert _is_mix(0.5 * artery + 0.5 * vein + noise, artery, vein)
    assert not _is_mix(0.7 * artery + noise, artery, vein)
    assert not _is_mix(blood(23, 6), artery, vein)
