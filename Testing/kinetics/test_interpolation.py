"""Own interpolation against that of SciPy, which takes long to import."""

import numpy as np
import pytest
from scipy.interpolate import CubicSpline, PchipInterpolator
from scipy.signal import fftconvolve, lfilter
from SpineDCELib.aif.tissue_explanation import _decaying_sum
from SpineDCELib.kinetics.interpolation import spline_pieces, without_overshoot
from SpineDCELib.measurement.reference_vertebra import _convolved

RNG = np.random.default_rng(3)


@pytest.mark.parametrize("n", [2, 3, 4, 5, 60, 400])
def test_interpolation_equals_that_of_scipy(n):
    t = np.cumsum(RNG.uniform(0.5, 9, n))
    values = RNG.normal(size=(n, 3))
    values[n // 2 : n // 2 + 2] = 0  # a plateau
    spline = CubicSpline(t, values[:, 0]).c[::-1]
    pieces = spline_pieces(t, values[:, 0])
    np.testing.assert_allclose(pieces[: len(spline)], spline, rtol=1e-12, atol=1e-14)
    assert not pieces[len(spline) :].any()
    at = np.concatenate([t, RNG.uniform(t[0], t[-1], 200)])
    for given in (values, values[:, 0]):
        expected = PchipInterpolator(t, given)(at)
        np.testing.assert_allclose(without_overshoot(t, given, at), expected, atol=1e-13)


def test_sums_and_convolutions_equal_those_of_scipy():
    x, decay = RNG.normal(size=700), np.array([1.0, 0.99, 0.3])
    filtered = [lfilter([1], [1, -each], x) for each in decay]
    np.testing.assert_allclose(_decaying_sum(x, decay[:, None]), filtered, atol=1e-12)
    image, kernel = RNG.normal(size=(40, 33)), RNG.normal(size=(7, 12))
    expected = fftconvolve(image, kernel, mode="valid")
    np.testing.assert_allclose(_convolved(image, kernel), expected, atol=1e-12)
