"""Population AIFs against their papers' numbers and OSIPI's reference curve."""

import numpy as np
import pytest
from reference_data import osipi_rows
from scipy.stats import gamma
from SpineDCELib.aif import POPULATION, georgiou, parker, weinmann


def test_parker_equals_osipi_rows():
    rows = osipi_rows("ParkerAIF_ref.csv")
    t = np.array([float(row["time"]) for row in rows]) * 60
    Cb = np.array([float(row["Cb"]) for row in rows])
    np.testing.assert_allclose(parker(t), Cb, rtol=1e-6, atol=1e-9)


def test_georgiou_has_the_published_first_pass():
    t = np.arange(0, 300, 0.1)
    Cb = georgiou(t)
    # Georgiou 2019: first peak 8.6 mM at 7.5 s; about 0.9 mM after one minute.
    assert Cb.max() == pytest.approx(8.65, rel=0.02)
    assert t[Cb.argmax()] == pytest.approx(7.5, abs=0.5)
    assert np.interp(60, t, Cb) == pytest.approx(1.1, abs=0.25)
    assert np.all(np.diff(Cb[t > 120]) < 0.02)


def test_georgiou_needs_more_digits_than_the_table_prints():
    t = np.arange(0, 300, 0.1)
    minutes = t / 60
    rounded = sum(
        a * np.exp(-m * minutes)
        for a, m in zip((0.37, 0.33, 10.06), (0.11, 1.17, 16.02), strict=True)
    ) * sum(gamma.pdf(minutes - k * 0.129, (k + 1) * 6.26, scale=0.032) for k in range(40))
    # The published curve and the one of the rounded table differ by up to 0.082 mM.
    assert np.abs(georgiou(t) - rounded).max() == pytest.approx(0.082, abs=0.003)


def test_weinmann_is_converted_from_plasma_to_blood():
    # Cp(0) = 0.1·(3.99 + 4.78) mM.
    assert weinmann(0.0, Hct=0.0) == pytest.approx(0.877)
    assert weinmann(0.0, Hct=0.45) == pytest.approx(0.877 * 0.55)


@pytest.mark.parametrize("name", POPULATION)
def test_arrival_moves_the_curve_and_leaves_zero_before(name):
    t = np.arange(0, 240, 0.5)
    moved = POPULATION[name](t, arrival=20.0)
    assert np.all(moved[t < 20] == 0)
    np.testing.assert_allclose(moved[t >= 20], POPULATION[name](t[t >= 20] - 20))
