"""Signal and concentration: closed forms, OSIPI's reference rows, and the edges."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reference_data import osipi_cases
from SpineDCELib.concentration import (
    relative_enhancement,
    signal_difference,
    signal_to_concentration,
    spgr_signal,
)
from SpineDCELib.errors import InputError


def test_signal_is_ernst_formula_at_known_points():
    # 90°: S = S0·(1 − E); TR → ∞: S = S0·sin α; R1·TR = ln 2: E = 1/2.
    assert spgr_signal(np.log(2) / 0.005, S0=100, TR=0.005, FA=90) == pytest.approx(50)
    assert spgr_signal(1e6, S0=100, TR=0.005, FA=30) == pytest.approx(50)
    cos = np.cos(np.deg2rad(25))
    expected = 100 * np.sin(np.deg2rad(25)) * 0.5 / (1 - 0.5 * cos)
    assert spgr_signal(np.log(2) / 0.005, S0=100, TR=0.005, FA=25) == pytest.approx(expected)


@given(
    T10=st.floats(0.2, 3),
    C=st.floats(-0.1, 20),
    TR=st.floats(0.002, 0.01),
    FA=st.floats(8, 60),
    r1=st.floats(3, 6),
)
def test_concentration_inverts_the_signal(T10, C, TR, FA, r1):
    R10 = 1 / T10
    S = spgr_signal(np.array([R10, R10 + r1 * C]), S0=1000, TR=TR, FA=FA)[:, None]
    found = signal_to_concentration(S, baseline=S[0], R10=R10, TR=TR, FA=FA, r1=r1)
    assert found[:, 0] == pytest.approx([0, C], abs=1e-6)


@pytest.mark.parametrize("row", osipi_cases("SI2Conc_data.csv"))
def test_osipi_signal_to_concentration(row):
    S = np.array(row["s"].split(), float)
    expected = np.array(row["conc"].split(), float)
    # OSIPI leaves the first frame out of the baseline.
    baseline = S[1 : int(row["numbaselinepts"])].mean()
    found = signal_to_concentration(
        S,
        baseline=np.asarray(baseline),
        R10=1 / float(row["T1base"]),
        TR=float(row["TR"]),
        FA=float(row["FA"]),
        r1=float(row["r1"]),
    )
    np.testing.assert_allclose(found, expected, atol=1e-9)


def test_only_saturated_samples_are_nan():
    limit = spgr_signal(1e9, S0=1000, TR=0.0045, FA=25)
    baseline = spgr_signal(1.0, S0=1000, TR=0.0045, FA=25)
    S = np.array([baseline, 0.99 * limit, limit, 1.5 * limit])
    C = signal_to_concentration(S, baseline=baseline, R10=1.0, TR=0.0045, FA=25, r1=4.6)
    assert np.isfinite(C[:2]).all()
    assert np.isnan(C[2:]).all()


def test_no_value_without_a_baseline():
    S, zero = np.array([[0.0, 10.0]]), np.array([0.0, 10.0])
    for array in (
        signal_to_concentration(S, baseline=zero, R10=1.0, TR=0.005, FA=25, r1=4.6),
        relative_enhancement(S, baseline=zero),
        signal_difference(S, baseline=zero),
    ):
        assert np.isnan(array[0, 0])
        assert array[0, 1] == pytest.approx(0)


def test_missing_parameters_and_wrong_units_are_refused():
    S = np.ones(3)
    with pytest.raises(InputError) as caught:
        signal_to_concentration(S, baseline=S[0], R10=1.0, TR=4.5, FA=25, r1=4.6)
    assert caught.value.code == "implausible_TR"
    with pytest.raises(InputError) as caught:
        signal_to_concentration(S, baseline=S[0], R10=1.0, TR=None, FA=25, r1=4.6)
    assert caught.value.code == "no_TR"
    assert caught.value.fields == ("reading.TR",)
    with pytest.raises(InputError) as caught:
        signal_to_concentration(S, baseline=S[0], R10=1.0, TR=0.0045, FA=None, r1=4.6)
    assert caught.value.code == "no_FA"
    assert caught.value.fields == ("reading.FA",)


def test_relative_enhancement_depends_on_T10_as_published():
    # At TR 4.5 ms, 25°, r1 4.6: 2.13 per mM for T10 515 ms, 4.31 for 1000 ms (at 0.1 mM).
    for T10, slope in ((0.515, 2.13), (1.0, 4.31)):
        S = spgr_signal(1 / T10 + 4.6 * np.array([0, 0.1]), S0=1, TR=0.0045, FA=25)
        rise = relative_enhancement(S, baseline=S[0])[1] / 0.1
        assert rise == pytest.approx(slope, abs=0.01)


def test_float32_stays_float32():
    S = np.full((4, 2), 100, np.float32)
    C = signal_to_concentration(S, baseline=S[0], R10=1.0, TR=0.0045, FA=25, r1=4.6)
    assert C.dtype == np.float32
