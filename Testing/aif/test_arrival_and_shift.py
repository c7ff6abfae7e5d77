"""Bolus arrival, baseline frames, shift, blood and plasma."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from SpineDCELib.aif import (
    baseline_frames,
    blood_to_plasma,
    bolus_arrival,
    from_population,
    most_enhancing,
    parker,
    shift_curve,
)
from SpineDCELib.errors import InputError
from SpineDCELib.kinetics.descriptive import describe


@given(arrival=st.floats(15, 60), interval=st.floats(1.5, 6), seed=st.integers(0, 99))
def test_arrival_is_found_within_a_frame(arrival, interval, seed):
    t = np.arange(0, 300, interval)
    rng = np.random.default_rng(seed)
    # Parker's curve rises visibly about 2 s after its own time 0.
    curve = 100 + 50 * parker(t, arrival=arrival) + rng.normal(0, 2, t.size)
    assert abs(bolus_arrival(curve, t=t) - (arrival + 2)) < interval + 1.5
    n0 = baseline_frames(curve, t=t)
    assert t[n0 - 1] <= arrival + 3
    assert n0 >= 0.6 * np.count_nonzero(t < arrival)


def test_baseline_of_a_step_ends_at_the_step():
    t = np.arange(20) * 5.0
    curve = np.where(t >= 30, 10.0, 1.0)
    assert baseline_frames(curve, t=t) == 6


@pytest.mark.parametrize("arrival", [12.0, 40.0, 60.0, 95.0, 150.0])
@pytest.mark.parametrize("rise", [10.0, 20.0, 40.0, 80.0])
def test_arrival_of_a_curve_that_rises_for_minutes(arrival, rise):
    t = np.arange(0, 300, 5.0)
    fast = np.clip((t - arrival) / rise, 0, 1)
    slow = np.clip((t - arrival - rise) / (300 - arrival - rise), 0, 1)
    exact = 100 + 80 * fast + 20 * slow
    for seed in range(3):
        noise = np.random.default_rng(seed).normal(0, 1, t.size)
        curve = exact + noise
        assert abs(bolus_arrival(curve, t=t) - arrival) < 7
        n0 = baseline_frames(curve, t=t)
        assert 0.6 * np.count_nonzero(t <= arrival) <= n0 <= np.count_nonzero(t <= arrival) + 1
        BAT = describe(curve - 100, t).BAT
        assert abs(float(BAT) - arrival) <= 8
        start = from_population("parker", curve, t=t)
        assert abs(start.t[np.argmax(start.C > 0)] - arrival) < 8


def test_curve_without_baseline_is_refused():
    t = np.arange(20) * 5.0
    with pytest.raises(InputError) as caught:
        bolus_arrival(100 - t, t=t)
    assert caught.value.code == "no_baseline"


def test_most_enhancing_ignores_the_rest():
    t = np.arange(30) * 5.0
    signal = np.full((30, 2, 10, 10), 50.0)
    signal[:, 0, 3, 4] += 200 * (t > 40)
    signal[:, 1, 3, 4] += 200 * (t > 40)
    curve = most_enhancing(signal, share=0.01)
    np.testing.assert_allclose(curve, 50 + 200 * (t > 40))


@given(Ta=st.floats(-20, 20))
def test_shift_of_a_smooth_curve_equals_the_later_curve(Ta):
    t = np.arange(0, 200, 2.0)
    bump = np.exp(-((t - 80) ** 2) / (2 * 15**2))
    exact = np.exp(-((t - Ta - 80) ** 2) / (2 * 15**2))
    np.testing.assert_allclose(shift_curve(bump, t=t, Ta=Ta), exact, atol=2e-4)


def test_shift_by_whole_frames_and_by_zero():
    t = np.arange(12) * 5.0
    curve = np.array([0, 0, 0, 4, 9, 5, 3, 2, 2, 1.5, 1.2, 1.0])
    np.testing.assert_allclose(shift_curve(curve, t=t, Ta=0), curve, atol=1e-12)
    np.testing.assert_allclose(shift_curve(curve, t=t, Ta=5)[1:], curve[:-1], atol=1e-12)
    assert shift_curve(curve, t=t, Ta=5)[0] == 0


def test_blood_to_plasma_and_its_units():
    assert blood_to_plasma(3.0, Hct=0.4) == pytest.approx(5.0)
    with pytest.raises(InputError) as caught:
        blood_to_plasma(3.0, Hct=45)
    assert caught.value.code == "haematocrit_out_of_range"
    assert caught.value.fields == ("aif.Hct",)
