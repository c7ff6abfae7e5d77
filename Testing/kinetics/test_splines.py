"""Cubic interpolation against scipy's."""

import numpy as np
import pytest
from scipy.interpolate import CubicSpline, PchipInterpolator
from SpineDCELib.kinetics.splines import cubic_spline, monotone_at


@pytest.mark.parametrize("samples", [2, 3, 4, 5, 60, 1000])
def test_the_pieces_are_those_of_scipy(samples):
    rng = np.random.default_rng(samples)
    x = np.cumsum(rng.uniform(0.2, 9.0, samples))
    y = rng.normal(size=samples)
    found, expected = cubic_spline(x, y), CubicSpline(x, y).c[::-1]
    # scipy gives two samples a line and three a parabola, as cubics.
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9 * np.abs(expected).max())


@pytest.mark.parametrize("samples", [2, 3, 4, 40])
@pytest.mark.parametrize("more", [(), (3, 2)])
def test_monotone_values_are_those_of_scipy(samples, more):
    rng = np.random.default_rng(samples)
    x = np.cumsum(rng.uniform(0.2, 9.0, samples))
    y = np.round(rng.normal(size=(samples, *more)), 1)
    y[:2] = y[0]  # a level part
    at = np.concatenate([x, rng.uniform(x[0], x[-1], 200)])
    expected = PchipInterpolator(x, y, axis=0)(at)
    np.testing.assert_allclose(monotone_at(x, y, at), expected, rtol=1e-12, atol=1e-13)
