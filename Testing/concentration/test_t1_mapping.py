"""T1 from flip angles: exact on clean signals, OSIPI's rows, B1, bad input."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reference_data import osipi_cases
from SpineDCELib.concentration import spgr_signal, variable_flip_angle_T1
from SpineDCELib.errors import InputError

FA = np.array([3, 6, 9, 15, 24, 35.0])


@given(T1=st.floats(0.02, 5), S0=st.floats(1, 1e6), TR=st.floats(0.003, 0.02))
def test_noise_free_signals_give_the_true_T1(T1, S0, TR):
    S = spgr_signal(1 / T1, S0=S0, TR=TR, FA=FA[:, None])
    found = variable_flip_angle_T1(S, FA=FA, TR=TR)
    assert found.T1[0] == pytest.approx(T1, rel=1e-6)
    assert found.S0[0] == pytest.approx(S0, rel=1e-6)


@pytest.mark.parametrize("row", osipi_cases("t1_quiba_data.csv"))
def test_osipi_quiba(row):
    S = np.array(row["s"].split(), float)[:, None]
    found = variable_flip_angle_T1(
        S, FA=np.array(row["FA"].split(), float), TR=np.array(row["TR"].split(), float)
    )
    R1 = float(row["R1"]) * 1000  # the file has 1/ms
    assert 1 / found.T1[0] == pytest.approx(R1, rel=0.05, abs=0.05)
    assert found.S0[0] == pytest.approx(float(row["s0"]), rel=0.05)


def test_B1_map_scales_the_angles():
    T1, B1 = np.array([0.5, 1.0, 1.4]), np.array([0.8, 1.0, 1.15])
    S = spgr_signal(1 / T1, S0=1000, TR=0.005, FA=FA[:, None] * B1)
    np.testing.assert_allclose(variable_flip_angle_T1(S, FA=FA, TR=0.005, B1=B1).T1, T1, rtol=1e-6)
    wrong = variable_flip_angle_T1(S, FA=FA, TR=0.005).T1
    # The apparent T1 scales about with B1².
    np.testing.assert_allclose(wrong / T1, B1**2, rtol=0.05)


def test_noise_bias_is_small_and_no_worse_than_the_linear_form():
    rng = np.random.default_rng(1)
    S = spgr_signal(1 / 0.55, S0=1000, TR=0.0045, FA=FA[:, None]) + rng.normal(0, 2, (6, 20000))
    found = variable_flip_angle_T1(S, FA=FA, TR=0.0045).T1
    x, y = S / np.tan(np.deg2rad(FA))[:, None], S / np.sin(np.deg2rad(FA))[:, None]
    slope = ((x - x.mean(0)) * (y - y.mean(0))).sum(0) / ((x - x.mean(0)) ** 2).sum(0)
    linear = -0.0045 / np.log(slope)
    assert abs(np.nanmedian(found) - 0.55) < 0.005
    assert abs(np.nanmedian(found) - 0.55) <= abs(np.nanmedian(linear) - 0.55) + 1e-3


def test_undetermined_voxels_are_nan_not_a_bound():
    S = np.zeros((6, 4))
    S[:, 1] = np.nan
    S[:, 2] = np.sin(np.deg2rad(FA))  # infinitely fast relaxation
    S[:, 3] = spgr_signal(1.0, S0=1, TR=0.005, FA=FA)
    T1 = variable_flip_angle_T1(S, FA=FA, TR=0.005).T1
    assert np.isnan(T1[:3]).all()
    assert T1[3] == pytest.approx(1.0)


def test_bad_input_is_named():
    S = np.ones((2, 3))
    with pytest.raises(InputError) as caught:
        variable_flip_angle_T1(S, FA=[15, 15], TR=0.005)
    assert caught.value.code == "too_few_flip_angles"
    with pytest.raises(InputError) as caught:
        variable_flip_angle_T1(S, FA=[5, 15, 25], TR=0.005)
    assert caught.value.code == "shape_mismatch"
    with pytest.raises(InputError) as caught:
        variable_flip_angle_T1(S, FA=[5, 15], TR=0.005, B1=np.ones(2))
    assert caught.value.code == "shape_mismatch"
    assert caught.value.about == "B1 map"
