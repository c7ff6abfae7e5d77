"""Region statistics against numpy and by hand."""

import numpy as np
import pytest
from SpineDCELib.errors import InputError
from SpineDCELib.measurement import mean_curve, region_statistics
from SpineDCELib.vocabulary.fit_status import Status

NOT_FINITE, SATURATED = Status.NOT_FINITE.reason, Status.SATURATED.reason


def measure(vp, status, regions):
    return region_statistics(
        {"vp": vp},
        regions=regions,
        status=status,
        voxel_volume=2.5,
    )


def test_known_numbers():
    vp = np.array([[[1, 2, 3, 4, 10, np.nan]]])
    status = np.array([[[0, 0, 0, 0, 0, 18]]])
    [region] = measure(vp, status, {"lesion": np.ones(vp.shape, bool)})
    s = region.parameters["vp"]
    assert (region.voxels, region.fitted, region.volume) == (6, 5, 15.0)
    assert region.volume_mL == 0.015
    assert region.unfitted == {SATURATED: 1}
    assert (s.n, s.mean, s.median, s.Q1, s.Q3) == (5, 4.0, 3.0, 2.0, 4.0)
    assert pytest.approx(np.sqrt(12.5)) == s.SD


def test_every_voxel_is_counted_once():
    rng = np.random.default_rng(0)
    status = rng.choice([0, 17, 18], (3, 8, 8))
    vp = np.where(status == 0, rng.random((3, 8, 8)), np.nan)
    mask = rng.random((3, 8, 8)) > 0.5
    [region] = measure(vp, status, {"a": mask})
    assert region.fitted + sum(region.unfitted.values()) == mask.sum()
    assert region.parameters["vp"].n == region.fitted


def test_unfitted_region_has_no_numbers_but_a_reason():
    status = np.full((1, 2, 2), 17)
    [region] = measure(np.full((1, 2, 2), np.nan), status, {"a": status == 17})
    assert np.isnan(region.parameters["vp"].mean)
    assert region.unfitted == {NOT_FINITE: 4}


def test_empty_or_misshapen_region_is_named():
    status = np.zeros((1, 2, 2), int)
    with pytest.raises(InputError, match="'lesion' is empty"):
        measure(np.zeros((1, 2, 2)), status, {"lesion": np.zeros((1, 2, 2), bool)})
    with pytest.raises(InputError, match="'lesion' has the shape"):
        measure(np.zeros((1, 2, 2)), status, {"lesion": np.ones((2, 2, 1), bool)})


def test_mean_curve_leaves_out_unusable_voxels():
    curves = np.arange(6.0).reshape(3, 1, 1, 2)
    curves[1, 0, 0, 1] = np.nan
    np.testing.assert_allclose(mean_curve(curves, mask=np.ones((1, 1, 2), bool)), [0, 2, 4])
