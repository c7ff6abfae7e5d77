"""Residual tumour or noise: rims are found, homogeneous treated lesions stay clean."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import ndimage
from SpineDCELib.compare.residual_tumour import noise_of, residual_tumour
from SpineDCELib.series import Geometry

SHAPE = (5, 16, 16)
GEOMETRY = Geometry.from_parts(SHAPE, (2.5, 2.5, 5.0), (0, 0, 0), np.eye(3))


def ellipsoid(rng):
    """Return a lesion of 15 to 30 mm."""
    k, j, i = np.indices(SHAPE)
    rows, columns = rng.uniform(3, 6, 2)
    return ((k - 2) / rng.uniform(1.2, 2.4)) ** 2 + ((j - 7.5) / rows) ** 2 + (
        (i - 7.5) / columns
    ) ** 2 <= 1


def noise(rng, width):
    """Return noise of standard deviation 1 that neighbours share over ``width`` voxels."""
    field = ndimage.gaussian_filter(rng.standard_normal(SHAPE), (0, width, width), mode="wrap")
    return field / field.std()


@pytest.mark.long
@pytest.mark.parametrize(
    ("width", "level"),
    [(0.6, 0.9)]
    + [
        pytest.param(width, level, marks=pytest.mark.long)
        for width in (0.0, 0.6, 1.0)
        for level in (0.6, 0.9, 1.0)
        if (width, level) != (0.6, 0.9)
    ],
)
def test_a_homogeneous_treated_lesion_has_no_island(width, level):
    """In 200 lesions with a voxel CV of 0.2 and a true value at a level of the threshold."""
    rng = np.random.default_rng(11)
    islands = 0
    for number in range(200):
        lesion = ellipsoid(rng)
        vp = 1 + 0.2 * noise(rng, width)
        found = residual_tumour(
            vp, lesion=lesion, threshold=1 / level, geometry=GEOMETRY, seed=number
        )
        islands += bool(found.mask.any())
    assert islands <= 10  # 5 %


@pytest.mark.slow
@pytest.mark.parametrize("rim_value", [1.5, 3.0])
def test_a_rim_in_noise_is_found(rim_value):
    rng = np.random.default_rng(5)
    overlaps = []
    for number in range(20):
        lesion = ellipsoid(rng)
        middle = ndimage.binary_erosion(lesion, np.ones((1, 3, 3)))
        rim = lesion & ~middle & (np.indices(SHAPE)[2] > 7)
        vp = np.where(rim, rim_value, 0.4) + 0.1 * noise(rng, 0.0)
        found = residual_tumour(vp, lesion=lesion, threshold=1.0, geometry=GEOMETRY, seed=number)
        overlaps.append(2 * (found.mask & rim).sum() / (found.mask.sum() + rim.sum()))
    assert min(overlaps) > 0.8


def test_a_lesion_that_is_wholly_viable_is_residual_as_a_whole():
    rng = np.random.default_rng(6)
    lesion = ellipsoid(rng)
    vp = 2 + 0.2 * noise(rng, 0.6)
    found = residual_tumour(vp, lesion=lesion, threshold=1.0, geometry=GEOMETRY)
    assert found.share > 0.95


def test_a_voxels_probability_follows_its_distance_from_the_threshold():
    lesion = np.zeros(SHAPE, bool)
    lesion[1:4, 3:13, 3:13] = True
    vp = 1 + 0.2 * noise(np.random.default_rng(7), 0.0)
    found = residual_tumour(vp, lesion=lesion, threshold=1.2, geometry=GEOMETRY)
    inside = found.probability[lesion]
    assert np.isnan(found.probability[~lesion]).all()
    assert found.noise == pytest.approx(0.2, rel=0.25)
    order = np.argsort(vp[lesion])
    assert np.all(np.diff(inside[order]) >= 0)
    assert ((inside > 0.5) == (vp[lesion] > 1.2)).all()


def test_errors_of_the_fit_count_where_they_are_larger_than_the_spread():
    lesion = np.zeros(SHAPE, bool)
    lesion[1:4, 3:13, 3:13] = True
    vp = np.where(lesion, 1.5, 0.0)
    clear = residual_tumour(vp, lesion=lesion, threshold=1.2, geometry=GEOMETRY)
    assert clear.share == 1
    # All of a lesion has no place in it.
    assert clear.sentence.endswith("has a normalised Vp above 1.2× at follow-up.")
    part = residual_tumour(
        np.where(np.arange(SHAPE[1])[:, None] < 7, vp, 0.0), lesion=lesion, threshold=1.2,
        geometry=GEOMETRY,
    )  # fmt: skip
    assert 0 < part.share < 0.5
    assert f"at follow-up, {part.place}." in part.sentence
    doubtful = residual_tumour(
        vp, lesion=lesion, threshold=1.2, geometry=GEOMETRY, errors=np.full(SHAPE, 0.4)
    )
    assert doubtful.share == 0
    assert doubtful.noise == pytest.approx(0.4)
    # What noise may hide is not said to be absent.
    assert doubtful.sentence.startswith(">99 % of the lesion's voxels are above 1.2×")
    assert "too noisy to say which of them truly are." in doubtful.sentence
    least = f"at least {doubtful.least} touching voxels that are each above it with a probability"
    assert least in doubtful.sentence
    assert f"voxel is taken to be ± {doubtful.noise:.1f}" in doubtful.sentence
    assert "or the error of their fits where that is larger" in doubtful.sentence
    for one in (clear, doubtful):
        told = replace(one, origin="40 % below the 2.0× at baseline").sentence
        assert "above 1.2× (40 % below the 2.0× at baseline) at follow-up" in told
    none = residual_tumour(vp, lesion=lesion, threshold=1.7, geometry=GEOMETRY)
    assert none.sentence == "No voxel of the lesion is above 1.7× at follow-up."
    shared = residual_tumour(
        vp, lesion=lesion, threshold=1.2, geometry=GEOMETRY, reference_error=0.3
    )
    assert shared.share == 0


def test_noise_is_that_within_the_parts_of_a_lesion():
    rng = np.random.default_rng(8)
    inside = np.ones((3, 24, 24), bool)
    for share in (6, 12, 18):
        values = 0.1 * rng.standard_normal(inside.shape)
        values[:, :, :share] += 3.0
        assert noise_of(values, inside) == pytest.approx(0.1, rel=0.6)
