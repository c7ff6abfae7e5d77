"""The exponential convolution against closed forms, and its behaviour on any times."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.interpolate import CubicSpline
from SpineDCELib.aif.population import parker
from SpineDCELib.errors import InputError
from SpineDCELib.kinetics.convolution import ArterialCurve, exponential_convolution


def uneven(n, seed=0, end=300.0):
    times = np.sort(np.random.default_rng(seed).uniform(0, end, n - 2))
    return np.concatenate([[0.0], times, [end]])


def test_ramp_is_exact_on_uneven_times():
    t = uneven(40)
    k = np.array([1e-9, 1e-4, 0.01, 0.3, 20.0])
    # ∫ u·exp(-k(t-u)) du = (k·t - 1 + exp(-k·t))/k²
    expected = (k * t[:, None] + np.expm1(-k * t[:, None])) / k**2
    expected[:, 0] = t**2 / 2 - k[0] * t**3 / 6
    found = exponential_convolution(t, t, k)
    np.testing.assert_allclose(found, expected, rtol=1e-11, atol=1e-9)


def test_cubic_is_exact_on_uneven_times():
    t = uneven(25, seed=3, end=20.0)

    def curve(u):
        return 0.2 + u - 0.3 * u**2 + 0.01 * u**3

    for k in (0.0, 0.05, 0.9, 1.1, 7.0):
        found = exponential_convolution(t, curve(t), k, integration="cubic")
        for i in (1, 7, 24):
            whole = quad(lambda u, e=t[i], k=k: curve(u) * np.exp(-k * (e - u)), 0, t[i], epsabs=0)
            assert found[i] == pytest.approx(whole[0], rel=1e-9)


@pytest.mark.parametrize("interval", [2.0, 4.0, 6.0, 8.0, 10.0, 12.0])
def test_a_spline_does_not_ring_where_samples_are_far_apart(interval):
    changed, errors, plain_errors = 0, [], []
    for offset in np.linspace(0, interval, 20, endpoint=False):
        t = np.arange(0, 300, interval) + offset
        c = parker(t, arrival=40.0)
        curve, plain = ArterialCurve(t, c), CubicSpline(t, c)
        times, drawn = curve.drawn()
        np.testing.assert_allclose(curve.at(t), c, atol=1e-12)
        assert drawn.min() > -0.041 * c.max()
        begins = int(np.argmax(c > 0.05 * c.max()))
        if begins > 1:
            assert drawn[times < t[begins - 1]].max() < 0.1 * c.max()
        assert curve.drawn(until=200.0)[0].max() <= 200.0
        assert np.array_equal(curve.drawn(until=200.0)[1], drawn[times <= 200.0])
        changed += not np.array_equal(curve.coefficients[:, :-1], plain.c[::-1])
        truth = parker(times, arrival=40.0)
        errors.append(np.mean((drawn - truth) ** 2))
        plain_errors.append(np.mean((plain(times) - truth) ** 2))
        # What is convolved is the curve that is drawn.
        whole = quad(lambda u, curve=curve: float(curve.at([u])[0]), t[0], t[-1], points=t[1:-1],
                     limit=2000)[0]  # fmt: skip
        assert curve.convolved(t, [0.0])[-1, 0] == pytest.approx(whole, rel=1e-6)
    assert changed == 0 if interval <= 4 else changed >= 8
    assert np.mean(errors) <= np.mean(plain_errors)


@pytest.mark.parametrize(("integration", "order"), [("linear", 2), ("cubic", 4)])
def test_error_shrinks_with_the_step(integration, order):
    # c = exp(-m·t) − exp(-n·t) convolved with exp(-k·t), in closed form.
    m, n, k = 0.05, 0.4, 0.11

    def exact(t):
        return (np.exp(-m * t) - np.exp(-k * t)) / (k - m) - (np.exp(-n * t) - np.exp(-k * t)) / (
            k - n
        )

    errors = []
    for frames in (61, 121, 241):
        t = np.linspace(0, 60, frames)
        c = np.exp(-m * t) - np.exp(-n * t)
        errors.append(
            np.abs(exponential_convolution(t, c, k, integration=integration) - exact(t)).max()
        )
    rates = np.log2(np.array(errors[:-1]) / np.array(errors[1:]))
    assert np.all(rates > order - 0.3)


def test_delay_shifts_the_curve_and_its_convolution_equally():
    t = np.arange(0.0, 120.0, 2.0)
    c = np.exp(-((t - 30) ** 2) / 50)
    curve = ArterialCurve(t, c)
    k = np.array([0.002, 0.1])
    np.testing.assert_allclose(curve.at(t - 4.0)[2:], c[:-2], atol=1e-14)
    np.testing.assert_allclose(curve.convolved(t - 4.0, k)[2:], curve.convolved(t, k)[:-2])
    assert np.all(curve.at([-1.0, -1e-9]) == 0.0)
    assert np.all(curve.convolved([-5.0, -1e-9, 0.0], k) == 0.0)


def test_the_last_value_is_held_after_the_last_sample():
    t = np.linspace(0, 10, 6)
    curve = ArterialCurve(t, np.full(6, 2.0))
    assert curve.at([14.0]) == pytest.approx(2.0)
    assert curve.convolved([14.0], [0.3])[0, 0] == pytest.approx(2 / 0.3 * -np.expm1(-0.3 * 14))


@pytest.mark.parametrize("t", [uneven(30, seed=5), np.arange(30) * 5.0])
def test_a_delay_for_each_rate(t):
    curve = ArterialCurve(t, np.sin(t / 40) ** 2)
    k = np.array([0.01, 0.2, 0.2, 0.03, 0.0, 0.4])
    delay = np.array([0.0, 13.3, -7.0, -700.0, 15.0, 700.0])
    together, samples = curve.convolved(t, k, delay), curve.at(t, delay)
    for j in range(k.size):
        np.testing.assert_allclose(together[:, j], curve.convolved(t - delay[j], k[j])[:, 0])
        np.testing.assert_allclose(samples[:, j], curve.at(t - delay[j]), atol=1e-13)


def test_even_samples_give_what_any_other_samples_give():
    t = np.arange(30) * 5.0
    curve, other = (ArterialCurve(t, np.sin(t / 40) ** 2) for _ in range(2))
    other._step = None
    k = np.array([0.0, 1e-6, 0.01, 0.19, 0.21, 0.4, 7.0])
    delay = np.array([0.0, 13.3, -7.0, -700.0, 15.0, 5.0, 4.99])
    for delays in (delay, None):
        expected = other.convolved(t, k, delays)
        np.testing.assert_allclose(curve.convolved(t, k, delays), expected, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(curve.at(t, delay), other.at(t, delay), rtol=1e-12, atol=1e-13)
    assert curve.convolved(t, []).shape == curve.at(t, []).shape == (30, 0)


@given(
    steps=st.lists(st.floats(0.05, 30.0), min_size=3, max_size=40),
    k=st.floats(0.0, 5.0),
    data=st.data(),
)
def test_never_negative_never_above_the_integral(steps, k, data):
    t = np.cumsum(steps)
    c = np.array(data.draw(st.lists(st.floats(0.0, 20.0), min_size=t.size, max_size=t.size)), float)
    found = exponential_convolution(t, c, k)
    integral = np.concatenate([[0], np.cumsum(np.diff(t) * (c[1:] + c[:-1]) / 2)])
    assert found.shape == t.shape
    assert np.all(found >= -1e-12)
    assert np.all(found <= integral * (1 + 1e-9) + 1e-12)


@pytest.mark.parametrize(
    ("t", "c", "code"),
    [
        ([0, 1, 1], [0, 1, 2], "times_not_rising"),
        ([0, 2, 1], [0, 1, 2], "times_not_rising"),
        ([0, np.nan, 2], [0, 1, 2], "times_not_rising"),
        ([0, 1, 2], [0, np.inf, 2], "aif_not_finite"),
        ([0, 1, 2], [0, 1], "aif_size_mismatch"),
        ([0], [1], "too_few_times"),
    ],
)
def test_unusable_input_has_its_code(t, c, code):
    with pytest.raises(InputError) as caught:
        ArterialCurve(t, c)
    assert caught.value.code == code


def test_unknown_integration_is_refused():
    with pytest.raises(InputError) as caught:
        ArterialCurve([0, 1], [0, 1], "riemann")
    assert caught.value.code == "unknown_integration"
    assert caught.value.fields == ("fit.integration",)
