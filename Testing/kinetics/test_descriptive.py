"""Model-free descriptors against hand-made curves whose answers are plain."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from SpineDCELib.errors import InputError
from SpineDCELib.kinetics.descriptive import UNITS, describe


def tent(t, arrival=30.0, top=50.0, height=2.0, end=None):
    """0 until arrival, straight up to the top, then straight down by height/200 per s."""
    rise = np.interp(t, [arrival, top], [0.0, height])
    return rise - np.maximum(t - top, 0) * height / 200


T = np.arange(0.0, 200.0, 5.0)


def test_descriptors_of_a_tent():
    found = describe(tent(T), T)
    assert pytest.approx(30.0) == found.BAT
    assert pytest.approx(20.0) == found.TTP
    assert found.peak == pytest.approx(2.0)
    assert found.max_slope == pytest.approx(0.1)
    assert found.washout == pytest.approx(-0.01)
    # 20 s of ramp to 2 mM, then 40 s (70 s) falling by 0.01 mM/s.
    assert pytest.approx(20 + 40 * 2 - 0.01 * 40**2 / 2) == found.IAUC60
    assert pytest.approx(20 + 70 * 2 - 0.01 * 70**2 / 2) == found.IAUC90


def test_uneven_times_and_an_arrival_between_frames():
    t = np.concatenate([np.arange(0, 60, 2.0), np.arange(60, 300, 7.0)])
    found = describe(tent(t, arrival=30.0, top=50.0), t, BAT=31.0)
    whole = 20 + 41 * 2 - 0.01 * 41**2 / 2
    assert pytest.approx(whole - 0.1 / 2, rel=1e-3) == found.IAUC60
    assert pytest.approx(19.0) == found.TTP


def test_shapes_and_curves_without_a_result():
    curves = np.zeros((T.size, 2, 3), np.float32)
    curves[:, 0, 0] = tent(T)
    curves[:, 0, 1] = tent(T)
    curves[9, 0, 1] = np.nan
    curves[:, 0, 2] = np.random.default_rng(0).normal(size=T.size) * 0.1 - T / 100
    curves[:, 1, 1] = tent(T, arrival=150.0, top=170.0)
    found = describe(curves, T)
    for name in UNITS:
        array = getattr(found, name)
        assert array.shape == (2, 3)
        assert array.dtype == np.float32
        assert np.isnan(array[0, 1])
        assert np.isnan(array[1, 0])
    assert found.BAT[0, 0] == pytest.approx(30.0)
    assert found.BAT[1, 1] == pytest.approx(150.0)
    assert np.isnan(found.IAUC60[1, 1])


def test_arrival_under_noise():
    rng = np.random.default_rng(3)
    curves = tent(T)[:, None] + 0.1 * rng.normal(size=(T.size, 200))
    BAT = describe(curves, T).BAT
    assert np.median(BAT) == pytest.approx(30.0, abs=5.0)
    assert np.mean(np.abs(BAT - 30) <= 10) > 0.9


@given(
    steps=st.lists(st.floats(0.5, 10.0), min_size=10, max_size=40),
    shape=st.sampled_from([(), (2,), (0,), (1, 3)]),
    seed=st.integers(0, 1000),
)
def test_any_times_and_shapes(steps, shape, seed):
    t = np.cumsum(steps)
    curves = np.random.default_rng(seed).normal(size=(t.size, *shape))
    found = describe(curves, t)
    known = np.isfinite(found.BAT)
    assert found.BAT.shape == shape
    assert np.all(found.TTP[known] >= 0)
    assert np.all(
        np.abs(found.IAUC60[np.isfinite(found.IAUC60)]) <= 60 * np.abs(curves).max(initial=0)
    )


def test_bad_input_is_named():
    with pytest.raises(InputError, match="BAT"):
        describe(tent(T), T, BAT=1e3)
    with pytest.raises(InputError, match="frame times"):
        describe(tent(T)[:-1], T)
