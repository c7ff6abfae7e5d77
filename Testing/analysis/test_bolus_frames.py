"""Frames before the bolus and in its first pass, of series whose arrival is known."""

from __future__ import annotations

import numpy as np
import pytest
from small_study import signal as small_signal
from SpineDCELib.analysis.bolus_frames import bolus_frames


@pytest.mark.parametrize("noise", [0.0, 20.0])
def test_the_bolus_is_found_where_the_artery_has_it(noise):
    times = np.arange(0, 240, 4.0)
    array, _vp = small_signal(times, noise=noise)  # the bolus arrives at 30 s
    found = bolus_frames(array, times, 30.0)
    assert found.before == tuple(range(len(found.before)))
    assert 16 <= times[found.before[-1]] <= 32
    peak = times[int(np.argmax(array[:, :, :, 0].mean(axis=(1, 2))))]
    assert times[found.last] == pytest.approx(peak + 30.0, abs=4.0)


def test_a_large_series_is_looked_at_in_steps_and_gives_the_same():
    times = np.arange(0, 240, 4.0)
    array, _vp = small_signal(times)
    large = np.repeat(np.repeat(array, 12, axis=2), 12, axis=3)
    assert min(large.shape[2:]) >= 64
    assert bolus_frames(large, times, 30.0) == bolus_frames(array, times, 30.0)


def test_contrast_agent_from_the_first_frame_on_leaves_the_first_frame():
    times = np.arange(0, 120, 4.0)
    falling = np.exp(-times / 20.0)[:, None, None, None] * np.full((1, 1, 4, 4), 100.0)
    assert bolus_frames(falling, times, 30.0).before == (0,)
