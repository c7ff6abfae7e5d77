"""The fits as a user meets them: recovery, bounds, statuses, shapes, shifts, bad input."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kinetics.curves_for_tests import bolus, hard_voxels, response
from SpineDCELib.errors import Cancelled, InputError
from SpineDCELib.kinetics import models
from SpineDCELib.kinetics.extended_tofts_fit import ExtendedToftsFitter
from SpineDCELib.kinetics.fitting import fit, prepare
from SpineDCELib.kinetics.parameters import Bounds, default_bounds
from SpineDCELib.settings import MODELS
from SpineDCELib.vocabulary.fit_status import Status, legend

T = np.arange(60) * 5.5
CP = bolus(T)
RNG = np.random.default_rng(5)
N = 40
TRUTH = {
    "vp": RNG.uniform(0.01, 0.3, N),
    "Ktrans": RNG.uniform(0.03, 0.4, N),
    "ve": RNG.uniform(0.1, 0.6, N),
    "Fp": RNG.uniform(0.2, 0.8, N),
    "PS": RNG.uniform(0.03, 0.2, N),
}
NEEDED = {
    "tofts": ("Ktrans", "ve"),
    "extended_tofts": ("vp", "Ktrans", "ve"),
    "patlak": ("vp", "Ktrans"),
    "two_compartment_exchange": ("vp", "ve", "Fp", "PS"),
}


def made(model, Ta=0.0, t=T):
    truth = {name: TRUTH[name] for name in NEEDED[model]}
    return getattr(models, model)(t, bolus(t), **truth, Ta=Ta), truth


@pytest.mark.parametrize("model", MODELS)
def test_noise_free_curves_give_the_true_parameters(model):
    t = np.arange(150) * 2.0 if model == "two_compartment_exchange" else T
    curves, truth = made(model, Ta=3.0, t=t)
    found = fit(curves, t, bolus(t), model=model, Ta=3.0)
    loose = 100 if model == "two_compartment_exchange" else 1
    for name, value in truth.items():
        np.testing.assert_allclose(found[name], value, rtol=2e-4 * loose, atol=2e-6 * loose)
    assert np.all(found.R2 > 1 - 1e-6)
    np.testing.assert_allclose(found.curves(), curves, atol=1e-3)


@pytest.mark.parametrize("model", ["tofts", "extended_tofts", "patlak"])
def test_delay_is_fitted_in_each_voxel(model):
    Ta = np.linspace(-4, 14, N)
    curves, truth = made(model, Ta=Ta)
    found = fit(curves, T, CP, model=model, fit_delay=True)
    np.testing.assert_allclose(found.Ta, Ta, atol=0.01)
    for name, value in truth.items():
        np.testing.assert_allclose(found[name], value, rtol=0.01)


def test_cubic_integration_is_better_than_linear_on_independent_curves():
    # Truth on a fine grid, sampled every 5.5 s: what is left is the interpolation of the AIF.
    errors = {}
    for integration in ("cubic", "linear"):
        errors[integration] = []
        for arrival in 30 + np.arange(8) * 0.7:
            plasma = bolus(T, arrival)
            curve = 0.05 * plasma[:, None] + 0.1 * response(T, [0.1 / 0.3], arrival)
            found = fit(curve, T, plasma, model="extended_tofts", integration=integration)
            errors[integration].append((found.vp[0] - 0.05, found.Ktrans[0] - 0.1))
    cubic, linear = (np.array(errors[name]) for name in ("cubic", "linear"))
    assert np.abs(cubic.mean(axis=0)).max() < 1e-4
    assert np.abs(cubic.mean(axis=0)).sum() < np.abs(linear.mean(axis=0)).sum()
    assert np.abs(cubic).max() < 1.5e-3


@pytest.mark.slow
def test_recovery_under_noise_is_unbiased():
    curves, truth = hard_voxels(4000, T, seed=2, lowest_snr=20, highest_snr=40)
    found = fit(curves.astype(np.float32), T, CP, model="extended_tofts")
    usable = (found.status == Status.FITTED) & (truth["vp"] > 0.03)
    assert usable.sum() > 1500
    for name, limit in (("vp", 0.003), ("Ktrans", 0.004), ("ve", 0.003)):
        difference = (found[name] - truth[name])[usable]
        assert abs(np.median(difference)) < limit
        assert np.median(np.abs(difference)) < 0.012


def test_status_gives_the_reason():
    curves = np.zeros((60, 8), np.float32)
    curves[:, 1] = CP * 0.1 - 0.001 * response(T, [0.5])[:, 0]
    curves[:, 2] = -CP * 0.1
    curves[:, 3] = CP * 0.1
    curves[12, 3] = np.nan
    curves[:, 4] = models.extended_tofts(T, CP, vp=0.0, Ktrans=0.2, ve=0.4)
    curves[:, 5] = np.inf
    curves[:, 6] = models.patlak(T, CP, vp=0.05, Ktrans=0.004)
    curves[:, 7] = models.extended_tofts(T, CP, vp=0.05, Ktrans=0.2, ve=0.4)
    exclude = np.zeros(8, np.uint8)
    exclude[7] = Status.SATURATED
    found = fit(curves, T, CP, model="extended_tofts", exclude=exclude)
    expected = [
        Status.NO_SIGNAL,
        Status.NO_LEAK,
        Status.NO_ENHANCEMENT,
        Status.NOT_FINITE,
        Status.VP_ZERO,
        Status.NOT_FINITE,
        Status.VE_NOT_DETERMINED,
        Status.SATURATED,
    ]
    # Whether vp = 0 comes out as 0 or as a rounding above it is the noise's affair.
    assert found.status[4] in (Status.VP_ZERO, Status.FITTED)
    assert [s for i, s in enumerate(found.status) if i != 4] == [
        int(s) for i, s in enumerate(expected) if i != 4
    ]
    for name, array in found.items():
        assert np.isnan(array[[0, 3, 5, 7]]).all(), name
    assert found.vp[1] == pytest.approx(0.1, rel=0.01)
    assert found.Ktrans[1] == 0
    assert np.isnan(found.kep[1])
    assert found.vp[2] == 0
    assert found.Ktrans[2] == 0
    assert found.Ktrans[6] == pytest.approx(0.004, rel=0.05)
    assert set(legend()) == {int(code) for code in Status}


@pytest.mark.slow
@pytest.mark.parametrize("model", MODELS)
def test_shapes_masks_and_chosen_voxels(model):
    curves, _ = made(model)
    curves = curves.reshape(60, 2, 4, 5)
    mask = np.ones((2, 4, 5), bool)
    mask[0, 1] = False
    found = fit(curves, T, CP, model=model, mask=mask)
    assert found.status.shape == (2, 4, 5)
    assert np.all((found.status == Status.NOT_IN_MASK) == ~mask)
    assert np.all(np.isnan(found.R2) == ~mask)
    whole = prepare(curves, T, CP, model=model).fit()
    part = prepare(curves, T, CP, model=model).fit(voxels=slice(10, 20))
    some = prepare(curves, T, CP, model=model).fit(voxels=np.array([17, 3]))
    for name in whole:
        np.testing.assert_allclose(part[name], whole[name].ravel()[10:20], rtol=1e-5)
        np.testing.assert_allclose(some[name], whole[name].ravel()[[17, 3]], rtol=1e-5)
        np.testing.assert_allclose(found[name][mask], whole[name][mask], rtol=1e-5)


def test_a_refit_after_a_shift_equals_the_fit_at_that_shift():
    curves, _ = hard_voxels(500, T, seed=4)
    fitter = ExtendedToftsFitter(curves, T, CP)
    fitter.fit(0.0)
    again, fresh = fitter.fit(4.3), fit(curves, T, CP, model="extended_tofts", Ta=4.3)
    for name in fresh:
        np.testing.assert_array_equal(again[name], fresh[name])


def test_shift_by_whole_frames_equals_the_shifted_curve():
    curves, _ = hard_voxels(200, T, seed=6)
    later = np.concatenate([np.zeros(2), CP[:-2]])
    one = fit(curves, T, CP, model="extended_tofts", Ta=11.0, integration="linear")
    two = fit(curves, T, later, model="extended_tofts", integration="linear")
    for name in ("vp", "Ktrans", "ve"):
        np.testing.assert_allclose(one[name], two[name], atol=1e-8)


def test_bounds_are_kept_and_reported():
    curves, _ = hard_voxels(2000, T, seed=8)
    bounds = Bounds(vp=0.1, ve=0.2, kep=(0.05, 3.0))
    found = fit(curves, T, CP, model="extended_tofts", bounds=bounds)
    fine = found.status < 16
    assert fine.all()
    assert found.vp.max() <= 0.1
    assert found.vp.min() >= 0
    assert found.ve.max() <= 0.2
    assert np.nanmax(found.kep) <= 3.0 + 1e-9
    assert np.nanmin(found.kep) >= 0.05 - 1e-9
    assert np.any(found.status == Status.VP_AT_UPPER_BOUND)
    assert np.any(found.status == Status.VE_AT_UPPER_BOUND)
    assert np.any(found.status == Status.KEP_AT_UPPER_BOUND)


def test_float32_and_float64_agree():
    curves, _ = hard_voxels(500, T, seed=9, lowest_snr=10)
    single, double = (
        fit(curves.astype(dtype), T, CP, model="extended_tofts") for dtype in ("f4", "f8")
    )
    assert single.vp.dtype == np.float32
    sure = (double.status <= Status.VP_ZERO) & (single.status <= Status.VP_ZERO)
    for name in ("vp", "Ktrans", "ve"):
        np.testing.assert_allclose(single[name][sure], double[name][sure], atol=2e-4)


def test_progress_can_cancel():
    def stop(fraction, message):
        raise Cancelled

    for model in MODELS:
        with pytest.raises(Cancelled):
            fit(made(model)[0], T, CP, model=model, progress=stop)


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(
    steps=st.lists(st.floats(0.5, 12.0), min_size=15, max_size=50),
    shape=st.sampled_from([(), (1,), (3,), (2, 1, 2), (0,), (2, 0)]),
    model=st.sampled_from(MODELS),
    integration=st.sampled_from(["cubic", "linear"]),
    values=st.data(),
)
def test_any_times_shapes_and_values(steps, shape, model, integration, values):
    t = np.cumsum(steps)
    plasma = bolus(t, arrival=t[3])
    seed = values.draw(st.integers(0, 2**31))
    rng = np.random.default_rng(seed)
    scale = values.draw(st.sampled_from([1e-3, 1.0, 50.0]))
    curves = scale * rng.normal(size=(t.size, *shape))
    bad = values.draw(st.sampled_from([None, np.nan, np.inf, -np.inf]))
    if bad is not None and curves.size:
        curves[t.size // 2] = bad
    found = fit(curves, t, plasma, model=model, integration=integration)
    fitted = found.status < 16
    assert found.status.shape == shape
    if bad is not None:
        assert not fitted.any()
    for name, upper in (("vp", 1.0), ("ve", 1.0)):
        if name in found:
            assert np.all(np.isnan(found[name]) == ~fitted)
            assert np.all((found[name][fitted] >= 0) & (found[name][fitted] <= upper))
    # The exchange model's flow is above 0, so its least curve is, too.
    least = 0.0
    if model == "two_compartment_exchange":
        least = 1e-6 / 60 * float(np.cumsum(np.maximum(plasma, 0) * steps).max())
    largest = ((np.abs(curves) + least) ** 2).sum(axis=0)[fitted]
    assert np.all(found.rss[fitted] <= largest * (1 + 1e-9))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"model": "toft"}, "unknown_model"),
        ({"t": T[::-1]}, "times_not_rising"),
        ({"t": T[:-1], "Cp": CP[:-1]}, "frame_count_mismatch"),
        ({"Cp": CP[:-1]}, "aif_size_mismatch"),
        ({"Ct": 1.0}, "frame_count_mismatch"),
        ({"t": T[:3], "Cp": CP[:3], "Ct": np.ones((3, 2))}, "too_few_frames"),
        ({"Cp": np.zeros(60)}, "aif_zero_at_every_frame"),
        ({"Cp": np.where(T > 100, np.nan, CP)}, "aif_not_finite"),
        ({"mask": np.ones(7, bool)}, "shape_mismatch"),
        ({"Ta": np.nan}, "shift_not_finite"),
        ({"Ta": 1e4}, "aif_zero_at_every_frame"),
        ({"integration": "riemann"}, "unknown_integration"),
    ],
)
@pytest.mark.parametrize("model", ["extended_tofts", "two_compartment_exchange"])
def test_unusable_input_has_its_code(change, code, model):
    arguments = {"Ct": np.ones((60, 3)), "t": T, "Cp": CP, "model": model} | change
    with pytest.raises(InputError) as caught:
        fit(**arguments)
    assert caught.value.code == code
    assert "\n" not in str(caught.value)


def test_bounds_out_of_order_are_refused():
    for bounds in ({"vp": 0.0}, {"ve": -1.0}, {"kep": (2.0, 1.0)}, {"Ta": (5.0, 5.0)}):
        with pytest.raises(InputError) as caught:
            Bounds(**bounds)
        assert caught.value.code == "bounds_out_of_order"


def test_tofts_reaches_the_high_kep_of_a_small_ve():
    t = np.arange(0, 300, 1.0)
    plasma = bolus(t)
    curve = models.tofts(t, plasma, Ktrans=[0.35], ve=[0.01])
    found = fit(curve, t, plasma, model="tofts")
    assert found.status[0] == Status.FITTED
    assert found.Ktrans[0] == pytest.approx(0.35, rel=1e-3)
    assert found.ve[0] == pytest.approx(0.01, rel=1e-3)
    low = fit(curve, t, plasma, model="tofts", bounds=Bounds(kep=(1e-3, 20.0)))
    assert low.status[0] == Status.KEP_AT_UPPER_BOUND


@pytest.mark.parametrize("interval", [1.0, 2.0, 6.0, 12.0])
def test_the_highest_kep_follows_the_frame_interval(interval):
    t = np.arange(0, 240, interval)
    assert default_bounds("tofts", t).kep == (1e-3, 100.0)
    assert default_bounds("extended_tofts", t).kep[1] == pytest.approx(min(120 / interval, 100))
    assert default_bounds("tofts", t, kep_low=0.1, kep_high=9.0).kep == (0.1, 9.0)


def test_words_of_a_status_name_the_models_own_parameters():
    assert "vp" not in " ".join(
        Status(s).reason_in("tofts")
        for s in (Status.KEP_AT_UPPER_BOUND, Status.NO_LEAK, Status.NO_ENHANCEMENT)
    )
    assert "PS" in Status.NO_LEAK.reason_in("two_compartment_exchange")
    assert "kep" not in Status.NO_LEAK.reason_in("patlak")
    for model in MODELS:
        assert set(legend(model)) == {int(code) for code in Status}


@pytest.mark.parametrize("options", [{}, {"model": "extended_tofts", "fit_delay": True}])
def test_a_long_fit_can_be_cancelled_within_a_block(options):
    """One block may take seconds, so it asks at every step."""
    curves = made("two_compartment_exchange")[0] + RNG.normal(0, 0.02, (T.size, N))
    model = {"model": "two_compartment_exchange"} | options
    asked = []
    fit(curves, T, CP, progress=lambda *said: asked.append(said), **model)
    assert len(asked) > 10

    def stop(*said):
        asked.append(said)
        if len(asked) == 10:
            raise Cancelled

    asked.clear()
    with pytest.raises(Cancelled):
        fit(curves, T, CP, progress=stop, **model)
    assert len(asked) == 10


@pytest.mark.parametrize("fit_delay", [False, True])
@pytest.mark.parametrize("model", MODELS)
def test_without_status_the_values_are_the_same(model, fit_delay):
    curves = np.hstack([made(model)[0].reshape(T.size, -1), np.zeros((T.size, 1))])
    fit_delay = fit_delay and model != "two_compartment_exchange"
    fitter = prepare(curves, T, CP, model=model, fit_delay=fit_delay)
    whole, bare = fitter.fit(0.3), fitter.fit(0.3, with_status=False)
    for name in (*whole.parameters, "rss", "R2"):
        one, other = (
            getattr(v, name) if name in ("rss", "R2") else v[name] for v in (whole, bare)
        )  # fmt: skip
        np.testing.assert_array_equal(one, other)
    assert np.all((bare.status == Status.NO_SIGNAL) == (whole.status == Status.NO_SIGNAL))
