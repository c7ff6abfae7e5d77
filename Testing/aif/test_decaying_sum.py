"""Sums of samples that decay, for many rates at once, against SciPy's filter of one rate."""

import numpy as np
from scipy.signal import lfilter
from SpineDCELib.aif.tissue_explanation import _decaying_sum


def test_it_equals_the_filter_of_each_rate():
    x, decay = np.random.default_rng(3).normal(size=700), np.array([1.0, 0.99, 0.3])
    filtered = [lfilter([1], [1, -each], x) for each in decay]
    np.testing.assert_allclose(_decaying_sum(x, decay[:, None]), filtered, atol=1e-12)
