"""A region grows over connected voxels of like value, and says where no edge has ended it."""

import numpy as np
import pytest
from measurement.oblique_grids import OBLIQUE, PLAIN
from SpineDCELib.errors import InputError
from SpineDCELib.measurement.region_growing import grow


def _ball(geometry, seed, radius):
    """Voxels whose centres lie within a distance of one of them, in the patient's space."""
    indices = np.moveaxis(np.indices(geometry.shape)[::-1], 0, -1)
    places = indices @ geometry.affine[:3, :3].T
    return np.linalg.norm(places - places[seed], axis=-1) <= radius


SEED = (3, 30, 40)


@pytest.mark.parametrize("geometry", [PLAIN, OBLIQUE])
def test_a_ball_is_found_whole_and_its_edge_ends_it(geometry):
    ball = _ball(geometry, SEED, 9.0)
    image = np.where(ball, 100.0, 30.0) + np.random.default_rng(0).normal(0, 3, geometry.shape)
    found = grow(image, geometry, SEED, tolerance=0.3, distance=25.0)
    np.testing.assert_array_equal(found.mask, ball)
    assert not found.stopped
    assert not found.at_edge
    assert found.low < 70 + 4
    assert found.high > 130 - 4


@pytest.mark.parametrize("geometry", [PLAIN, OBLIQUE])
def test_without_an_edge_it_ends_at_the_distance_and_says_so(geometry):
    found = grow(np.full(geometry.shape, 50.0), geometry, SEED, tolerance=0.1, distance=10.0)
    np.testing.assert_array_equal(found.mask, _ball(geometry, SEED, 10.0))
    assert found.stopped


def test_an_edge_exactly_at_the_distance_is_an_edge():
    ball = _ball(PLAIN, SEED, 10.0)
    found = grow(np.where(ball, 100.0, 0.0), PLAIN, SEED, tolerance=0.2, distance=10.0)
    np.testing.assert_array_equal(found.mask, ball)
    assert not found.stopped


def test_a_like_piece_that_is_not_connected_is_left_out():
    image = np.zeros(PLAIN.shape)
    image[2:4, 20:40, 30:50] = 80
    image[2:4, 20:40, 52:60] = 80
    image[2, 40, 50] = 80  # touches at a corner only
    found = grow(image, PLAIN, SEED, tolerance=0.2, distance=60.0)
    expected = np.zeros(PLAIN.shape, bool)
    expected[2:4, 20:40, 30:50] = True
    np.testing.assert_array_equal(found.mask, expected)


def test_a_path_outside_the_distance_connects_nothing():
    image = np.zeros(PLAIN.shape)
    image[3, 30, 40:70] = image[3, 30:36, 69] = image[3, 35, 40:70] = 80  # there and back
    found = grow(image, PLAIN, SEED, tolerance=0.2, distance=10.0)
    assert found.mask[3, 30, 40:52].all()
    assert not found.mask[3, 35].any()
    assert found.stopped


@pytest.mark.parametrize("corner", [(0, 0, 0), (5, 69, 89), (0, 69, 0)])
def test_a_seed_in_a_corner_of_the_images_grows(corner):
    found = grow(np.ones(PLAIN.shape), PLAIN, corner, tolerance=0.1, distance=6.0)
    np.testing.assert_array_equal(found.mask, _ball(PLAIN, corner, 6.0))
    assert found.at_edge
    assert found.stopped


@pytest.mark.parametrize("value", [-40.0, 0.0, 40.0])
def test_the_range_is_around_any_value(value):
    image = np.full(PLAIN.shape, 300.0)
    image[3, 28:34, 38:44] = value
    found = grow(image, PLAIN, SEED, tolerance=0.5, distance=30.0)
    assert found.mask.sum() == 36
    assert found.low <= value <= found.high


def test_a_voxel_that_differs_from_its_neighbours_counts_itself():
    image = np.full(PLAIN.shape, 100.0)
    image[SEED] = 300.0
    found = grow(image, PLAIN, SEED, tolerance=0.2, distance=20.0)
    assert found.mask.sum() == 1
    assert found.mask[SEED]


def test_voxels_without_a_value_are_left_out():
    image = np.full(PLAIN.shape, 100.0)
    image[3, :30] = image[2] = image[4] = np.nan
    found = grow(image, PLAIN, SEED, tolerance=0.2, distance=5.0)
    assert found.mask.any(axis=(1, 2)).nonzero()[0].tolist() == [3]
    assert not found.mask[3, :30].any()
    with pytest.raises(InputError) as error:
        grow(image, PLAIN, (3, 10, 40), tolerance=0.2, distance=5.0)
    assert error.value.code == "no_value_here"


def test_a_distance_less_than_a_voxel_is_the_seed_alone():
    found = grow(np.ones(PLAIN.shape), PLAIN, SEED, tolerance=0.1, distance=0.5)
    assert found.mask.sum() == 1
    assert found.stopped
