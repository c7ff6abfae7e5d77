"""Errors that residuals do not show: the baseline's scatter, and steps that noise does not blur."""

import numpy as np
import pytest
from SpineDCELib.concentration import signal_errors


def test_standard_error_of_a_noisy_baseline():
    rng = np.random.default_rng(0)
    signal = 100 + rng.normal(0, 4, (40, 5000))
    errors = signal_errors(signal, frames=16)
    assert errors.baseline.mean() == pytest.approx(1.0, rel=0.03)
    assert np.all(errors.rounding == 0)


@pytest.mark.parametrize("step", [1.0, 0.25, 3.0])
def test_rounding_error_of_whole_numbers_without_noise(step):
    t = np.arange(40.0)
    truth = 20 + 6 * np.maximum(t - 10, 0)[:, None] / 30 + np.linspace(0, 1, 50)
    errors = signal_errors(np.rint(truth / step) * step, frames=10)
    np.testing.assert_allclose(errors.rounding, step / 2)
    np.testing.assert_allclose(errors.baseline, 0)


def test_no_rounding_error_where_noise_exceeds_the_step():
    rng = np.random.default_rng(1)
    signal = np.rint(100 + rng.normal(0, 3, (40, 200))).astype(np.float32)
    assert np.all(signal_errors(signal, frames=12).rounding == 0)
