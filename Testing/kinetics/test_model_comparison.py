"""Which model the data support: closed form of AICc, and curves whose model is known."""

import math
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from kinetics.curves_for_tests import bolus, response
from SpineDCELib.analysis.explain_voxel import RegionNumbers
from SpineDCELib.analysis.model_choice import ModelChoice
from SpineDCELib.kinetics.model_comparison import AICc, compare_models, support
from SpineDCELib.kinetics.models import two_compartment_exchange
from SpineDCELib.kinetics.parameters import Bounds
from SpineDCELib.settings import MODELS, Settings
from SpineDCELib.settings.values import changed

from SpineDCEWidget.shared.formatting import curve_text, model_rows, region_text

T = np.arange(0.0, 300.0, 5.0)
CP = bolus(T)
#: mM; a signal-to-noise ratio of about 30 to 100.
NOISE = 0.002


def _curve(model):
    if model == "tofts":
        return 0.08 * response(T, [0.4])[:, 0]
    if model == "extended_tofts":
        return 0.05 * CP + 0.08 * response(T, [0.4])[:, 0]
    if model == "patlak":
        return 0.05 * CP + 0.04 * response(T, [0.0])[:, 0]
    return two_compartment_exchange(T, CP, vp=0.08, ve=0.2, Fp=0.25, PS=0.1)


def _compared(model, noise=NOISE, seed=1):
    curve = _curve(model)
    curve = curve + np.random.default_rng(seed).normal(0, noise, curve.size)
    return {one.model: one for one in compare_models(curve, T, CP)}


def test_AICc_is_that_of_its_definition():
    # n ln(rss/n) + 2k + 2k(k+1)/(n−k−1), k = 3 parameters and the noise.
    assert AICc(0.5, 60, 3) == pytest.approx(60 * math.log(0.5 / 60) + 8 + 40 / 55)
    assert math.isnan(AICc(0.5, 5, 3))
    assert math.isnan(AICc(0.0, 60, 3))


@pytest.mark.parametrize("model", MODELS)
def test_the_data_support_the_model_that_they_were_made_with(model):
    found = _compared(model)
    assert list(found) == list(MODELS)
    assert found[model].is_supported
    assert sum(one.weight for one in found.values()) == pytest.approx(1)
    # A model that has not the terms of the curve fits it visibly worse.
    lacking = {"tofts": "patlak", "extended_tofts": "tofts", "patlak": "tofts"}
    worse = lacking.get(model, "patlak")
    assert found[worse].above > 10
    assert worse not in support(list(found.values()))


def test_parameters_are_recovered_with_errors_and_residuals():
    found = _compared("extended_tofts")["extended_tofts"]
    for name, truth in {"vp": 0.05, "Ktrans": 0.08, "ve": 0.2}.items():
        assert abs(found.parameters[name] - truth) < 4 * found.errors[name]
    assert np.std(found.residual) == pytest.approx(NOISE, rel=0.3)
    np.testing.assert_allclose(found.curve + found.residual, _compared_curve(), atol=1e-12)


def _compared_curve():
    curve = _curve("extended_tofts")
    return curve + np.random.default_rng(1).normal(0, NOISE, curve.size)


def test_the_sentence_names_what_is_supported_and_the_model_in_use():
    found = list(_compared("extended_tofts").values())
    text = support(found, used="tofts")
    assert "extended Tofts" in text
    assert "The AICc of the model in use, Tofts, is" in text
    assert "in use" not in support(found, used="extended_tofts")


def test_models_that_the_data_cannot_separate_are_named_together():
    found = [
        replace(one, above=above)
        for one, above in zip(_compared("tofts").values(), (0.0, 1.9, 30.0, 2.1), strict=True)
    ]
    assert [one.is_supported for one in found] == [True, True, False, False]
    assert support(found, used="patlak") == (
        "The data cannot separate the models Tofts and extended Tofts: their AICc differ by less "
        "than 2. The Tofts model has the fewest parameters. The AICc of the model in use, Patlak, "
        "is 30.0 higher."
    )


def test_a_fit_that_is_worse_than_that_of_a_contained_model_is_left_out():
    curve = _curve("tofts") + np.random.default_rng(1).normal(0, NOISE, T.size)
    # The extended Tofts model cannot get near the curve's ve of 0.2.
    found = {
        one.model: one
        for one in compare_models(curve, T, CP, bounds={"extended_tofts": Bounds(ve=0.05)})
    }
    stuck = found["extended_tofts"]
    assert stuck.worse_than == "tofts"
    assert math.isnan(stuck.AICc)
    assert not stuck.is_supported
    assert sum(one.weight for one in found.values()) == pytest.approx(1)
    text = support(list(found.values()), used="extended_tofts")
    assert "The fit of the extended Tofts model did not reach its optimum" in text
    assert "the AICc of the next one, extended Tofts" not in text
    assert not any(one.worse_than for one in _compared("tofts").values())


def test_parameters_at_a_bound_are_known():
    found = {
        one.model: one
        for one in compare_models(
            _curve("extended_tofts"), T, CP,
            bounds={"two_compartment_exchange": Bounds(Fp=0.05), "tofts": Bounds(ve=0.1)},
        )
    }  # fmt: skip
    assert "Fp" in found["two_compartment_exchange"].at_bound
    assert "ve" in found["tofts"].at_bound
    assert found["extended_tofts"].at_bound == ()
    choice = ModelChoice("Lesion", T, _curve("extended_tofts"), "mM", tuple(found.values()), "")
    headings, rows = model_rows(choice, _analysis("tofts"))
    cells = {row["model"]: row["cells"] for row in rows}["two_compartment_exchange"]
    at = next(k for k, heading in enumerate(headings) if heading.startswith("Fp"))
    assert "at its bound" in cells[at]
    assert "±" not in cells[at]


def _analysis(model, mode="muscle", **roles):
    return SimpleNamespace(
        settings=changed(Settings(), fit={"model": model}, aif={"Hct": 0.42}), roles=roles,
        mode=mode, signal_mode="absolute",
    )  # fmt: skip


def test_the_table_of_models_says_of_which_curve_its_Vp_is_and_marks_an_impossible_one():
    curve = 0.9 * CP + 0.08 * response(T, [0.4])[:, 0]
    fits = tuple(compare_models(curve, T, CP))

    def shown(name, **more):
        choice = ModelChoice(name, T, curve, "mM", fits, "")
        headings, rows = model_rows(choice, _analysis("patlak", **more))
        return headings, next(row["cells"] for row in rows if row["model"] == "patlak")

    headings, cells = shown("Lesion", Lesion="lesion")
    at = headings.index("Vp of the mean curve [mL/100 mL]")
    assert cells[at].endswith(", impossible: above that of blood, 58.00 mL/100 mL")
    assert "impossible" not in shown("Aorta", Aorta="aorta")[1][at]
    headings, cells = shown("", mode="vfa")
    at = headings.index("Vp per volume of water [mL/100 mL]")
    assert "impossible" in cells[at]


def test_the_numbers_of_the_panel_and_of_the_models_are_told_apart():
    choice = ModelChoice("Lesion", T, _curve("patlak"), "mM", (), "", 8.7)
    row = RegionNumbers("Lesion", "lesion", 9, 1.0, {"vp": 54.98, "vp_voxel": 57.18}, T, T)
    text = curve_text(choice, [row], "vfa")
    assert "mean curve of Lesion, at a delay of 8.70 s" in text
    assert "Vp per volume of water 54.98 mL/100 mL, Vp per volume of tissue 57.18" in text
    assert "Vp per volume of tissue, mean of its voxels: 57.18 mL/100 mL" in region_text(row)


def test_a_curve_that_no_model_fits_says_so():
    found = compare_models(np.full_like(T, np.nan), T, CP)
    assert all(not one.status.fitted and math.isnan(one.AICc) for one in found)
    assert support(found) == "No model could be fitted to this curve."
