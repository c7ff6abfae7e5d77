"""Regions carried over to another visit: where they land, and what their check says."""

import numpy as np
import pytest
from muscle_scenes import GEOMETRY, REGIONS
from SpineDCELib.compare.carried_regions import carry_regions, check_carried
from SpineDCELib.compare.registration import Registration, carry_over
from SpineDCELib.errors import InputError

LESION = REGIONS["Lesion"]


def moved_by(mm):
    """A registration after which a region of the first visit lies ``mm`` away, up the body."""
    matrix = np.eye(4)
    matrix[2, 3] = -mm
    return Registration(matrix, 0.9)


def checked(registration):
    moved = carry_over(LESION, GEOMETRY, registration, GEOMETRY)
    return moved, check_carried(LESION, GEOMETRY, moved, GEOMETRY, registration)


def test_a_region_that_stays_inside_has_no_doubts():
    moved, check = checked(moved_by(6.0))
    assert moved.any()
    assert check.inside == 1.0
    assert check.volume_ratio == pytest.approx(1, abs=0.1)
    assert check.doubts == ()


def test_a_region_that_leaves_the_images_is_doubted_by_its_share_inside():
    _, check = checked(moved_by(48.0))  # its upper rows lie above the first row of the images
    assert check.inside == pytest.approx(0.6)
    assert len(check.doubts) == 1


def test_a_poor_match_and_a_lost_volume_are_doubted():
    registration = Registration(np.eye(4), 0.3)
    half = LESION.copy()
    half[:, ::2] = False
    check = check_carried(LESION, GEOMETRY, half, GEOMETRY, registration)
    assert check.volume_ratio < 0.5
    assert len(check.doubts) == 2


def test_without_a_lesion_nothing_is_carried():
    with pytest.raises(InputError) as error:
        carry_regions(None, None, [])
    assert error.value.code == "no_lesion_at_baseline"
