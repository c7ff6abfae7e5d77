"""Standard errors against the scatter of repeated fits, and against linear least squares."""

import numpy as np
import pytest
from kinetics.curves_for_tests import bolus
from SpineDCELib.kinetics import models
from SpineDCELib.kinetics.fitting import fit
from SpineDCELib.kinetics.standard_errors import standard_errors

T = np.arange(60) * 5.5
CP = bolus(T)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("model", "truth"),
    [
        ("tofts", {"Ktrans": 0.15, "ve": 0.3}),
        ("extended_tofts", {"vp": 0.06, "Ktrans": 0.15, "ve": 0.3}),
        ("patlak", {"vp": 0.06, "Ktrans": 0.02}),
        ("two_compartment_exchange", {"vp": 0.08, "ve": 0.2, "Fp": 0.4, "PS": 0.12}),
    ],
)
@pytest.mark.parametrize("fit_delay", [False, True])
def test_standard_errors_equal_the_scatter_of_repeated_fits(model, truth, fit_delay):
    n = 400
    clean = getattr(models, model)(T, CP, **truth)[:, None]
    noise = np.random.default_rng(7).normal(size=(T.size, n))
    found = fit(clean + 0.005 * noise, T, CP, model=model, fit_delay=fit_delay)
    errors = standard_errors(found)
    assert set(errors) == set(found)
    for name in found:
        scatter = np.std(found[name])
        assert np.nanmedian(errors[name]) == pytest.approx(scatter, rel=0.2), name


def test_standard_errors_of_patlak_have_a_closed_form():
    rng = np.random.default_rng(1)
    curve = models.patlak(T, CP, vp=0.1, Ktrans=0.05) + 0.02 * rng.normal(size=T.size)
    found = fit(curve, T, CP, model="patlak")
    columns = np.column_stack(
        [models.patlak(T, CP, vp=1.0, Ktrans=0.0), models.patlak(T, CP, vp=0.0, Ktrans=1.0)]
    )
    solution, rss, *_ = np.linalg.lstsq(columns, curve, rcond=None)
    expected = np.sqrt(np.diag(np.linalg.inv(columns.T @ columns)) * rss[0] / (T.size - 2))
    errors = standard_errors(found)
    np.testing.assert_allclose([found.vp, found.Ktrans], solution, rtol=1e-9)
    np.testing.assert_allclose([errors["vp"], errors["Ktrans"]], expected, rtol=1e-6)


def test_a_bound_leaves_the_standard_error_and_a_curve_without_a_fit_has_none():
    curves = np.zeros((60, 2, 2))
    noise = 0.01 * np.random.default_rng(2).normal(size=60)
    curves[:, 0, 0] = models.extended_tofts(T, CP, vp=0.0, Ktrans=0.2, ve=0.4) - 0.02 * CP + noise
    curves[:, 0, 1] = np.nan
    curves[:, 1, 0] = -CP
    curves[:, 1, 1] = models.extended_tofts(T, CP, vp=0.1, Ktrans=0.2, ve=0.4) + noise
    found = fit(curves, T, CP, model="extended_tofts")
    errors = standard_errors(found)
    assert found.vp[0, 0] == 0
    assert errors["vp"][0, 0] > 0
    assert errors["Ktrans"][0, 0] > 0
    assert np.isnan(errors["kep"][1, 0])
    for name in found:
        assert np.isnan(errors[name][0, 1])
        assert errors[name][1, 1] > 0
