"""The map of the standard error of Vp, against the error that is shown for a voxel."""

import numpy as np
import pytest
from analysis.test_delays import REGIONS, visit
from SpineDCELib.analysis.error_maps import error_maps
from SpineDCELib.analysis.explain_voxel import explain_voxel
from SpineDCELib.settings import changed
from SpineDCELib.vocabulary.quantities import QUANTITIES


@pytest.fixture(scope="module")
def analysis():
    return visit(0.05, {"Lesion": 0.0, "Reference": 0.0})


def shown_error(analysis, voxel):
    values = {name: error for name, _value, error in explain_voxel(analysis, voxel).values}
    return values["vp"]


@pytest.mark.parametrize("voxel", [(1, 4, 6), (0, 2, 2), (1, 7, 9)])
def test_it_is_the_error_that_the_voxel_shows(analysis, voxel):
    found = error_maps(analysis)["vp_SE"]
    assert QUANTITIES["vp_SE"].shown(float(found[voxel])) == pytest.approx(
        shown_error(analysis, voxel), rel=2e-3
    )


def test_it_has_a_value_only_where_vp_has_one(analysis):
    found, vp = error_maps(analysis)["vp_SE"], analysis.result().maps["vp"]
    assert np.isfinite(vp[np.isfinite(found)]).all()
    assert (found[np.isfinite(vp)] > 0).mean() > 0.9


def test_a_region_with_its_own_shift_has_the_error_there(analysis):
    other = analysis.snapshot()
    shifts = {"Lesion": other.shift() + 4.0}
    other.update(settings=changed(other.settings, fit={"shifts": shifts}))
    first, second = error_maps(analysis)["vp_SE"], error_maps(other)["vp_SE"]
    lesion, reference = REGIONS["Lesion"], REGIONS["Reference"]
    assert not np.allclose(first[lesion], second[lesion], rtol=1e-3)
    np.testing.assert_allclose(first[reference], second[reference])


def test_a_model_without_vp_has_no_such_map(analysis):
    other = analysis.snapshot()
    other.update(settings=changed(other.settings, fit={"model": "tofts"}))
    assert error_maps(other) == {}
