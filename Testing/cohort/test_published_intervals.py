"""Which method explains the intervals that the paper prints? (docs/paper.md says it.)

The single values of the paper are not published, so the lists of the digital cohort stand in for
them; they have the paper's areas under the curve and counts.
"""

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.stats import norm
from SpineDCELib.cohort import roc_of
from SpineDCELib.phantom.phantom_cohort import CHANGE_AREA, CHANGE_VP

#: Printed: interval of the area under the curve; of the sensitivity at the cutoff; false
#: positives there.
PRINTED = {
    "vp": (CHANGE_VP, (0.717, 1.0), (0.82, 0.97), 5 / 38),
    "area": (CHANGE_AREA, (0.505, 0.846), (0.67, 0.90), 20 / 38),
}


def categories(positive, negative):
    """Counts in each run of one class along the sorted values (LABROC; Metz et al. 1998)."""
    values = sorted([(x, 1) for x in positive] + [(x, 0) for x in negative])
    runs, last = [], None
    for _value, kind in values:
        if kind != last:
            runs.append([0, 0])
        runs[-1][kind] += 1
        last = kind
    return np.array(runs).T


def binormal(positive, negative):
    """Maximum-likelihood binormal curve: a, b and their covariance (Dorfman and Alf 1969)."""
    counts_n, counts_p = categories(positive, negative)
    n_cuts = counts_n.size - 1

    def unpack(x):
        return x[0], np.exp(x[1]), np.cumsum(np.concatenate([x[2:3], np.exp(x[3:])]))

    def loss(x):
        a, b, cuts = unpack(x)
        shares_n = np.diff(norm.cdf(cuts), prepend=0, append=1)
        shares_p = np.diff(norm.cdf(b * cuts - a), prepend=0, append=1)
        logs = counts_n * np.log(shares_n + 1e-12) + counts_p * np.log(shares_p + 1e-12)
        return -logs.sum()

    x = np.concatenate([[1.0, 0.0, -2.0], np.full(n_cuts - 1, np.log(4 / n_cuts))])
    for _ in range(4):
        x = minimize(loss, x, method="BFGS").x
    a, b, _cuts = unpack(x)
    step, steps = 1e-3, np.eye(x.size) * 1e-3
    hessian = [
        [
            (loss(x + i + j) - loss(x + i - j) - loss(x - i + j) + loss(x - i - j)) / (4 * step**2)
            for j in steps
        ]
        for i in steps
    ]
    to_b = np.diag([1.0, b])
    return a, b, to_b @ np.linalg.pinv(np.array(hessian))[:2, :2] @ to_b


@pytest.mark.parametrize("name", PRINTED)
def test_area_intervals_are_delongs_and_not_those_of_a_binormal_curve(name):
    changes, printed, _sensitivity, _false = PRINTED[name]
    positive, negative = changes["persistent"], changes["response"]
    own = roc_of(positive, negative, resamples=0).interval
    np.testing.assert_allclose(own, printed, atol=0.011)
    a, b, covariance = binormal(positive, negative)
    root = np.sqrt(1 + b**2)
    slope = norm.pdf(a / root) * np.array([1 / root, -a * b / root**3])
    half = 1.96 * np.sqrt(slope @ covariance @ slope)
    ends = norm.cdf(a / root) + np.array([-half, half])
    assert np.abs(ends - printed).max() > 0.015


@pytest.mark.parametrize("name", PRINTED)
def test_intervals_of_sensitivity_are_narrower_than_a_binormal_curve_gives(name):
    changes, _area, printed, false_positive = PRINTED[name]
    a, b, covariance = binormal(changes["persistent"], changes["response"])
    z = norm.ppf(false_positive)
    half = 1.96 * np.sqrt(np.array([1, z]) @ covariance @ np.array([1, z]))
    low, high = norm.cdf(a + b * z + np.array([-half, half]))
    assert high - low > 1.5 * (printed[1] - printed[0])
