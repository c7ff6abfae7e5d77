"""Orientation of displayed slices: as a radiologist expects, for every storage order."""

import itertools

import numpy as np
import pytest
from SpineDCELib.export.slice_orientation import display_slice
from SpineDCELib.series import Geometry

AXES = {
    "sagittal": (np.array([0, 1, 0]), np.array([0, 0, -1])),  # across, down: P, F
    "axial": (np.array([1, 0, 0]), np.array([0, 1, 0])),  # L, P
    "coronal": (np.array([1, 0, 0]), np.array([0, 0, -1])),  # L, F
}
STORED = list(itertools.product((1, -1), (1, -1), (0, 1)))
EDGES = {
    "sagittal": {"top": "S", "bottom": "I", "left": "A", "right": "P"},
    "axial": {"top": "A", "bottom": "P", "left": "R", "right": "L"},
    "coronal": {"top": "S", "bottom": "I", "left": "R", "right": "L"},
}


@pytest.mark.parametrize("plane", AXES)
@pytest.mark.parametrize(
    ("flip_a", "flip_d", "swap"), list(itertools.product((1, -1), (1, -1), (0, 1)))
)
def test_every_storage_order_gives_the_same_picture(plane, flip_a, flip_d, swap):
    across, down = AXES[plane]
    # A picture of 5 rows × 3 columns with pixels of 1 mm × 2 mm, stored in eight ways.
    picture = np.arange(15.0).reshape(5, 3)
    stored = picture[::flip_d, ::flip_a]
    row_axis, column_axis = down * flip_d * 1.0, across * flip_a * 2.0
    if swap:
        stored, row_axis, column_axis = stored.T, column_axis, row_axis
    affine = np.eye(4)
    affine[:3, 0], affine[:3, 1] = column_axis, row_axis
    affine[:3, 2] = np.cross(across, down) * 5.0
    geometry = Geometry((1, *stored.shape), affine)
    shown, spacing, edges = display_slice(stored[None], geometry=geometry, index=0)
    np.testing.assert_array_equal(shown, picture)
    assert spacing == (1.0, 2.0)
    assert edges == EDGES[plane]


def test_oblique_slices_have_the_head_at_the_top():
    angle = np.deg2rad(25)
    across = np.array([0, np.cos(angle), np.sin(angle)])
    down = np.array([0, np.sin(angle), -np.cos(angle)])
    affine = np.eye(4)
    affine[:3, 0], affine[:3, 1], affine[:3, 2] = across, down, [1, 0, 0]
    picture = np.arange(12.0).reshape(4, 3)
    shown, _, edges = display_slice(picture[None], geometry=Geometry((1, 4, 3), affine), index=0)
    np.testing.assert_array_equal(shown, picture)
    assert edges["top"] == "S"
    assert edges["left"] == "A"
