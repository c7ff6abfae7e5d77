"""Ellipses and polygons take the voxels whose centres they contain, in the slice's own mm."""

import numpy as np
import pytest
from measurement.oblique_grids import OBLIQUE, PLAIN
from SpineDCELib.errors import InputError
from SpineDCELib.measurement.outlines import (
    crosses_itself,
    ellipse_between,
    ellipse_mask,
    nearest_side,
    polygon_area,
    polygon_mask,
)


def _area(mask, geometry):
    return mask.sum() * geometry.spacing[0] * geometry.spacing[1]


@pytest.mark.parametrize("geometry", [PLAIN, OBLIQUE])
def test_an_ellipse_has_its_area_in_mm_in_one_slice(geometry):
    ellipse = ellipse_between((20.0, 12.0), (58.0, 40.0))
    mask = ellipse_mask(geometry, 2, ellipse)
    assert mask.any(axis=(1, 2)).nonzero()[0].tolist() == [2]
    assert ellipse.area == pytest.approx(np.pi * 19 * 14)
    assert _area(mask, geometry) == pytest.approx(ellipse.area, rel=0.03)
    rows, columns = np.nonzero(mask[2])
    across, down, _ = geometry.spacing
    assert columns.mean() * across == pytest.approx(39.0, abs=0.3)
    assert rows.mean() * down == pytest.approx(26.0, abs=0.3)


def test_a_drag_in_any_direction_is_the_same_ellipse():
    ellipses = {
        ellipse_between(a, b)
        for a, b in (((2, 3), (10, 7)), ((10, 7), (2, 3)), ((2, 7), (10, 3)), ((10, 3), (2, 7)))
    }
    assert ellipses == {ellipse_between((2, 3), (10, 7))}


@pytest.mark.parametrize("end", [(14.0, 7.0), (14.0, 13.0), (6.0, 7.0), (6.0, 13.0)])
def test_a_circle_is_as_wide_as_the_longer_side_and_keeps_its_corner(end):
    circle = ellipse_between((10.0, 10.0), end, circle=True)
    assert circle.radii == (2.0, 2.0)
    assert circle.centre == tuple(10 + 2 * np.sign(v - 10) for v in end)
    around = ellipse_between((10.0, 10.0), end, circle=True, from_centre=True)
    assert (around.centre, around.radii) == ((10.0, 10.0), (4.0, 4.0))


@pytest.mark.parametrize("geometry", [PLAIN, OBLIQUE])
def test_a_circle_in_mm_is_one_although_voxels_are_not_square(geometry):
    circle = ellipse_between((30.0, 30.0), (40.0, 30.0), circle=True, from_centre=True)
    rows, columns = np.nonzero(ellipse_mask(geometry, 0, circle)[0])
    across, down, _ = geometry.spacing
    assert np.ptp(columns) * across == pytest.approx(20.0, abs=2.1 * across)
    assert np.ptp(rows) * down == pytest.approx(20.0, abs=2.1 * down)


@pytest.mark.parametrize(
    ("start", "end"), [((10.0, 10.0), (10.0, 10.0)), ((10.0, 10.0), (10.0, 30.0)),
                   ((-30.0, -30.0), (-5.0, -5.0)), ((10.2, 10.2), (10.6, 10.6))],
)  # fmt: skip
def test_an_outline_without_a_centre_is_refused(start, end):
    with pytest.raises(InputError) as error:
        ellipse_mask(PLAIN, 1, ellipse_between(start, end))
    assert error.value.code == "outline_without_voxel"


def test_what_lies_beside_the_image_is_left_out():
    mask = ellipse_mask(PLAIN, 1, ellipse_between((-20.0, -20.0), (20.0, 20.0)))
    assert mask[1, 0, 0]
    assert _area(mask, PLAIN) == pytest.approx(np.pi * 20**2 / 4, rel=0.1)


@pytest.mark.parametrize("slice_index", [-1, PLAIN.shape[0]])
def test_no_slice_beside_the_series_is_filled(slice_index):
    with pytest.raises(InputError) as error:
        ellipse_mask(PLAIN, slice_index, ellipse_between((5.0, 5.0), (25.0, 25.0)))
    assert error.value.code == "outline_without_voxel"


@pytest.mark.parametrize("geometry", [PLAIN, OBLIQUE])
@pytest.mark.parametrize("turned", [False, True])
def test_a_concave_polygon_has_its_area(geometry, turned):
    points = [(10.0, 10.0), (50.0, 10.0), (50.0, 50.0), (30.0, 22.0), (10.0, 50.0)]
    mask = polygon_mask(geometry, 3, points[::-1] if turned else points)
    assert polygon_area(points) == pytest.approx(40 * 40 - 0.5 * 40 * 28)
    assert _area(mask, geometry) == pytest.approx(polygon_area(points), rel=0.03)
    across, down, _ = geometry.spacing
    assert not mask[3, round(45 / down), round(30 / across)]  # in the notch


def test_polygons_that_share_a_side_share_no_voxel_and_leave_none_out():
    left = polygon_mask(PLAIN, 0, [(0.0, 0.0), (20.0, 0.0), (20.0, 30.0), (0.0, 30.0)])
    right = polygon_mask(PLAIN, 0, [(20.0, 0.0), (40.0, 0.0), (40.0, 30.0), (20.0, 30.0)])
    both = polygon_mask(PLAIN, 0, [(0.0, 0.0), (40.0, 0.0), (40.0, 30.0), (0.0, 30.0)])
    assert not (left & right).any()
    np.testing.assert_array_equal(left | right, both)


@pytest.mark.parametrize(
    ("points", "code"),
    [([(0, 0), (9, 9)], "polygon_of_few_points"), ([], "polygon_of_few_points"),
     ([(0, 0), (9, 9), (9, 0), (0, 9)], "polygon_crosses_itself"),
     ([(3, 3), (9, 3), (15, 3)], "outline_without_voxel"),
     ([(5, 5), (5, 5), (5, 5)], "outline_without_voxel")],
)  # fmt: skip
def test_what_is_no_polygon_is_refused(points, code):
    with pytest.raises(InputError) as error:
        polygon_mask(PLAIN, 0, points)
    assert error.value.code == code


def test_a_polygon_whose_sides_only_touch_does_not_cross_itself():
    assert not crosses_itself([(0, 0), (10, 0), (5, 0.001), (5, 10)])
    assert not crosses_itself([(0, 0), (10, 0), (10, 10)])
    assert crosses_itself([(0, 0), (10, 10), (10, 0), (0, 10)])


def test_the_side_nearest_to_a_point_is_found():
    square = [(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0)]
    for side, point in enumerate([(5.0, 1.0), (9.0, 5.0), (5.0, 12.0), (-1.0, 5.0)]):
        assert nearest_side(square, point) == (side, pytest.approx([1, 1, 2, 1][side]))
