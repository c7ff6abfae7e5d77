"""All models for a voxel and a region of an analysis, at the delay in use there."""

import numpy as np
import pytest
from analysis.test_delays import REGIONS, visit
from SpineDCELib.analysis.explain_voxel import explain_voxel
from SpineDCELib.analysis.model_choice import models_of_region, models_of_voxel
from SpineDCELib.errors import InputError
from SpineDCELib.vocabulary.quantities import QUANTITIES

VOXEL = (1, 4, 6)


@pytest.fixture(scope="module")
def analysis():
    return visit(0.05, {"Lesion": 0.0, "Reference": 0.0})


def test_the_model_in_use_has_the_numbers_of_the_analysis(analysis):
    found = models_of_voxel(analysis, VOXEL)
    mine = next(one for one in found.fits if one.model == analysis.settings.fit.model)
    for name, shown, error in explain_voxel(analysis, VOXEL).values:
        factor = QUANTITIES[name].factor
        assert mine.parameters[name] * factor == pytest.approx(shown, rel=1e-4)
        assert mine.errors[name] * factor == pytest.approx(error, rel=1e-3)


def test_the_curve_of_a_region_is_its_mean_and_the_models_follow_its_delay(analysis):
    found = models_of_region(analysis, "Lesion")
    curves = analysis.concentration().curves[:, REGIONS["Lesion"]]
    np.testing.assert_allclose(found.curve, curves.mean(axis=1), rtol=1e-5)
    mine = next(one for one in found.fits if one.model == "extended_tofts")
    assert mine.is_supported
    assert mine.parameters["vp"] == pytest.approx(0.05, rel=0.1)
    np.testing.assert_allclose(
        mine.curve, analysis.result().fits["Lesion"], atol=1e-3 * curves.max()
    )
    assert mine.title in found.sentence


def test_a_region_without_voxels_is_an_error_that_names_it(analysis):
    with pytest.raises(InputError) as caught:
        models_of_region(analysis, "Metastasis")
    assert (caught.value.code, caught.value.about) == ("unknown_region", "Metastasis")
