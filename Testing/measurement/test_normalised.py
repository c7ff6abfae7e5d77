"""Normalised values and their intervals: by hand, and by how often they hold the truth."""

import numpy as np
import pytest
from scipy import ndimage, stats
from SpineDCELib.measurement.normalised_ratio import (
    Normalised,
    change,
    normalise,
    normalised,
    percent_change,
    region_mean,
)

SPACING = (1.25, 1.25, 5.0)


def test_ratio_and_change_of_the_worked_examples():
    def visit(value):
        return Normalised("lesion", "reference", "vp", value, np.nan, np.nan, 0.05, 50.0)

    assert change(visit(9.26), visit(1.13)).percent == pytest.approx(-87.797, abs=1e-3)
    assert change(visit(5.48), visit(9.03)).percent == pytest.approx(64.781, abs=1e-3)


def test_one_function_divides_numbers_curves_and_maps():
    assert normalise(0.0926, 0.01) == pytest.approx(9.26)
    assert np.isnan(normalise(0.05, 0.0))
    assert np.isnan(normalise(0.05, -0.01))
    curve = normalise(np.array([0.02, 0.04, 0.06]), np.array([0.01, 0.0, 0.02]))
    np.testing.assert_allclose(curve, [2.0, np.nan, 3.0])
    array = np.full((2, 3, 4), 0.03, np.float32)
    assert normalise(array, 0.01).dtype == np.float32
    np.testing.assert_allclose(normalise(array, 0.01), 3.0, rtol=1e-6)
    assert np.isnan(normalise(array, float("nan"))).all()
    assert percent_change(2.0, 1.0) == -50.0
    assert np.isnan(percent_change(0.0, 1.0))


def test_a_single_value_has_no_spread():
    mean = region_mean(np.full((2, 5, 5), 0.04), mask=np.ones((2, 5, 5), bool), spacing=SPACING)
    assert mean.mean == pytest.approx(0.04)
    assert pytest.approx(0, abs=1e-12) == mean.SE


def test_independent_voxels_give_the_textbook_error():
    rng = np.random.default_rng(1)
    values = rng.normal(1, 0.3, (6, 20, 20))
    mean = region_mean(values, mask=np.ones(values.shape, bool), spacing=SPACING)
    textbook = values.std(ddof=1) / np.sqrt(values.size)
    assert textbook * 0.999 <= mean.SE < 1.6 * textbook


def test_errors_of_the_fit_count_where_they_exceed_the_spread():
    rng = np.random.default_rng(2)
    values = rng.normal(1, 0.01, (2, 8, 8))
    mask = np.ones(values.shape, bool)
    alone = region_mean(values, mask=mask, spacing=SPACING)
    with_errors = region_mean(values, mask=mask, spacing=SPACING, errors=np.full(values.shape, 0.1))
    assert pytest.approx(alone.SE * 0.1 / values.std(ddof=1), rel=1e-6) == with_errors.SE


@pytest.mark.slow
@pytest.mark.parametrize("blur", [0.0, 0.7])
def test_the_interval_contains_the_truth_at_its_nominal_rate(blur):
    rng = np.random.default_rng(3)
    mask = np.zeros((6, 24, 24), bool)
    k, j, i = np.indices(mask.shape)
    mask[((k - 2.5) / 3) ** 2 + ((j - 12) / 9) ** 2 + ((i - 12) / 7) ** 2 < 1] = True
    held = 0
    naive = 0
    runs = 300
    for _ in range(runs):
        both = []
        plain = []
        for truth, relative in ((0.05, 0.25), (0.01, 0.2)):
            noise = rng.normal(size=mask.shape)
            if blur:
                noise = ndimage.gaussian_filter(noise, (0, blur, blur), mode="wrap")
                noise /= noise.std()
            values = truth * (1 + relative * noise)
            both.append(("x", region_mean(values, mask=mask, spacing=SPACING)))
            plain.append((values[mask].std(ddof=1) / values[mask].mean()) ** 2 / mask.sum())
        one = normalised("vp", lesion=both[0], reference=both[1])
        held += one.low <= 5.0 <= one.high
        naive += abs(np.log(one.value / 5.0)) <= stats.norm.ppf(0.975) * np.sqrt(sum(plain))
    assert held / runs > 0.88
    if blur:
        assert naive / runs < 0.75  # what counting every voxel as independent would claim


def test_probability_above_the_cutoff():
    before = Normalised("l", "r", "vp", 10.0, 9, 11, 0.1, 1e6)
    exactly = change(before, Normalised("l", "r", "vp", 6.0, 5, 7, 0.1, 1e6))
    assert exactly.percent == pytest.approx(-40)
    assert exactly.probability_above(-40) == pytest.approx(0.5)
    far = change(before, Normalised("l", "r", "vp", 1.0, 0.9, 1.1, 0.1, 1e6))
    assert far.probability_above(-40) < 1e-6
    assert far.low < far.percent < far.high < -40


def test_a_ratio_to_zero_is_nan():
    zero = region_mean(np.zeros((1, 5, 5)), mask=np.ones((1, 5, 5), bool), spacing=SPACING)
    some = region_mean(np.ones((1, 5, 5)), mask=np.ones((1, 5, 5), bool), spacing=SPACING)
    assert np.isnan(normalised("vp", lesion=("l", some), reference=("r", zero)).value)
