"""Margin, smoothing, islands and filled slices are measured in mm, and nothing vanishes unsaid."""

import contextlib

import numpy as np
import pytest
from measurement.oblique_grids import OBLIQUE, PLAIN
from scipy import ndimage
from SpineDCELib.errors import InputError
from SpineDCELib.measurement.region_edits import (
    close_gaps,
    fill_between_slices,
    largest_island,
    margin,
    smooth_median,
    without_small_islands,
)
from SpineDCELib.series import Geometry

EMPTY = np.zeros(PLAIN.shape, bool)
EVERY = [
    lambda m: margin(m, PLAIN, 2.0), lambda m: margin(m, PLAIN, -2.0),
    lambda m: smooth_median(m, PLAIN, 3.0), lambda m: close_gaps(m, PLAIN, 4.0),
    largest_island, lambda m: without_small_islands(m, PLAIN, 10.0),
    lambda m: fill_between_slices(m, PLAIN),
]  # fmt: skip


def _block(slices=(2, 4), rows=(20, 45), columns=(30, 60)):
    mask = EMPTY.copy()
    mask[slice(*slices), slice(*rows), slice(*columns)] = True
    return mask


def _centres(geometry):
    indices = np.moveaxis(np.indices(geometry.shape)[::-1], 0, -1)
    return indices @ geometry.affine[:3, :3].T


@pytest.mark.parametrize("change", EVERY)
def test_an_empty_region_is_refused(change):
    with pytest.raises(InputError) as error:
        change(EMPTY)
    assert error.value.code == "region_empty"


@pytest.mark.parametrize("change", EVERY)
def test_the_given_region_stays_as_it_is(change):
    mask = _block()
    mask[2, 5, 5] = mask[5, 20:30, 30:40] = True
    before = mask.copy()
    with contextlib.suppress(InputError):
        change(mask)
    np.testing.assert_array_equal(mask, before)


@pytest.mark.parametrize("geometry", [PLAIN, OBLIQUE])
@pytest.mark.parametrize("by", [0.9, 2.0, 4.5, 6.0])
def test_a_margin_holds_what_lies_within_mm_of_the_region(geometry, by):
    mask, places = EMPTY.copy(), _centres(geometry)
    mask[2, 30, 40] = mask[3, 33, 45] = True
    near = [np.linalg.norm(places - places[at], axis=-1) for at in ((2, 30, 40), (3, 33, 45))]
    expected = np.minimum(*near) <= by + 1e-6
    np.testing.assert_array_equal(margin(mask, geometry, by), expected)


@pytest.mark.parametrize("by", [0.9, 2.0, 4.5])
def test_what_is_taken_off_is_what_the_outside_would_gain(by):
    mask = _block((1, 5))
    mask[2, 30:33, 40] = False
    np.testing.assert_array_equal(margin(mask, PLAIN, -by), ~margin(~mask, PLAIN, by))


def test_nothing_is_taken_off_at_the_edge_of_the_images():
    mask = _block((0, 6), (0, 30), (0, 90))
    found = margin(mask, PLAIN, -2.3)
    np.testing.assert_array_equal(found, _block((0, 6), (0, 28), (0, 90)))


def test_slices_are_added_only_by_a_margin_that_reaches_them():
    mask = _block()
    for by, slices in ((4.4, [2, 3]), (4.5, [1, 2, 3, 4])):
        assert margin(mask, PLAIN, by).any(axis=(1, 2)).nonzero()[0].tolist() == slices


@pytest.mark.parametrize(
    ("change", "code"),
    [(lambda m: margin(m, PLAIN, 0.7), "nothing_changes"),
     (lambda m: margin(m, PLAIN, -0.7), "nothing_changes"),
     (lambda m: margin(m, PLAIN, -20.0), "nothing_left"),
     (lambda m: smooth_median(m, PLAIN, 0.5), "nothing_changes"),
     (lambda m: close_gaps(m, PLAIN, 3.0), "nothing_changes"),
     (largest_island, "nothing_changes"),
     (lambda m: without_small_islands(m, PLAIN, 10.0), "nothing_changes"),
     (lambda m: without_small_islands(m, PLAIN, 1e6), "nothing_left"),
     (lambda m: fill_between_slices(m, PLAIN), "nothing_changes")],
)  # fmt: skip
def test_what_changes_nothing_or_leaves_nothing_is_refused(change, code):
    with pytest.raises(InputError) as error:
        change(_block())
    assert error.value.code == code


def test_the_median_removes_spikes_and_fills_pinholes_in_the_slice():
    mask, rough = _block(), _block()
    rough[2, 30, 40] = False  # a pinhole
    rough[2, 19, 45] = True  # a spike
    found = smooth_median(rough, PLAIN, 3.0)
    corners = mask & ~found
    assert found[2, 30, 40]
    assert not found[2, 19, 45]
    assert corners.sum() == 8  # two slices with four corners
    assert not (found & ~mask).any()


def test_the_median_is_as_wide_in_mm_along_each_axis():
    mask = _block((2, 3), columns=(30, 32))  # 1.6 mm wide
    mask[2, 20:45, 40:46] = True  # 4.8 mm
    found = smooth_median(mask, PLAIN, 4.0)
    assert not found[2, :, 25:36].any()
    assert found[2, 30, 41:45].all()
    with pytest.raises(InputError) as error:
        smooth_median(_block((2, 3)), PLAIN, 15.0)  # across slices, of which there is one
    assert error.value.code == "nothing_left"


@pytest.mark.parametrize("geometry", [PLAIN, OBLIQUE])
def test_closing_fills_gaps_up_to_its_width_and_takes_nothing_off(geometry):
    mask = _block()
    mask[:, :, 40:43] = False  # a gap of 2.4 mm
    mask[:, :, 50:56] = False  # one of 4.8 mm
    found = close_gaps(mask, geometry, 4.0)
    assert (found | ~mask).all()
    assert found[2:4, 20:45, 40:43].all()
    assert not found[2:4, 30:35, 52:54].any()
    assert not found[[0, 1, 4, 5]].any()


def test_closing_is_that_of_a_ball_in_mm():
    cube = Geometry.from_parts((20, 20, 20), (1.0, 1.0, 1.0), (0, 0, 0), np.eye(3))
    mask = np.random.default_rng(3).random(cube.shape) < 0.02
    grid = np.indices((7, 7, 7)) - 3
    ball = (grid**2).sum(0) <= 9
    padded = np.pad(mask, 5)
    expected = ndimage.binary_closing(padded, ball)[5:-5, 5:-5, 5:-5]
    np.testing.assert_array_equal(close_gaps(mask, cube, 6.0), expected)


@pytest.mark.parametrize("place", [(0, 5), (65, 70)])
def test_closing_reaches_the_edge_of_the_images_and_adds_nothing_there(place):
    mask = _block((0, 2), place)
    mask[:, :, 40:42] = False
    found = close_gaps(mask, PLAIN, 3.0)
    np.testing.assert_array_equal(found, _block((0, 2), place))


def test_the_largest_island_is_kept():
    mask = _block()
    mask[4, 45, 60] = True  # touches at a corner only
    mask[0, :4, :4] = True
    np.testing.assert_array_equal(largest_island(mask), _block())


def test_islands_smaller_than_a_volume_are_removed():
    volume = PLAIN.voxel_volume
    mask, small = _block(), EMPTY.copy()
    small[0, 0, :3] = True
    kept = EMPTY.copy()
    kept[0, 60, :4] = True
    found = without_small_islands(mask | small | kept, PLAIN, 4 * volume)
    np.testing.assert_array_equal(found, mask | kept)


def test_slices_between_two_drawn_ones_are_filled():
    mask = _block((1, 2), (20, 40), (30, 50)) | _block((4, 5), (24, 36), (34, 46))
    found = fill_between_slices(mask, PLAIN)
    np.testing.assert_array_equal(found[[1, 4]], mask[[1, 4]])
    assert not found[[0, 5]].any()
    sizes = found.sum(axis=(1, 2))
    assert sizes[1] > sizes[2] > sizes[3] > sizes[4]
    np.testing.assert_array_equal(
        fill_between_slices(mask[::-1], PLAIN), found[::-1]
    )  # from either end


def test_slices_whose_outlines_do_not_overlap_are_not_joined():
    mask = _block((1, 2), (5, 15), (5, 15)) | _block((3, 4), (45, 55), (60, 70))
    with pytest.raises(InputError) as error:
        fill_between_slices(mask, PLAIN)
    assert error.value.code == "nothing_changes"


def test_a_slice_that_is_filled_whole_is_joined_with_a_smaller_one():
    mask = _block((1, 2), (0, 70), (0, 90)) | _block((3, 4))
    found = fill_between_slices(mask, PLAIN)
    assert found[3].sum() < found[2].sum() < found[1].sum()
