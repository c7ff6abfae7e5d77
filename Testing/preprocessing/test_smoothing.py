"""Noise goes down; edges, means and the first pass stay."""

import numpy as np
import pytest
from SpineDCELib.errors import InputError
from SpineDCELib.preprocessing import remove_spikes, smooth_in_space, smooth_in_time
from SpineDCELib.series import Geometry
from SpineDCELib.settings import SpatialSmoothingSettings, SpikeSettings, TemporalSmoothingSettings

GRID = Geometry((3, 40, 36), np.diag([1.5, 2.0, 5.0, 1.0]))
TIMES = np.cumsum(np.r_[0, np.full(29, 5.4), np.full(20, 8.0)])
SIGMA = 4.0


def curve(height, delay=0.0, width=5.0):
    """A bolus that peaks in a frame or two and leaves the blood enhanced."""
    t = TIMES - 45 - delay
    return 100 + height * (np.exp(-0.5 * (t / width) ** 2) + 0.35 / (1 + np.exp(-t / 3)))


def phantom(seed=0, noise=SIGMA):
    """Marrow, whose first pass is lower than the noise, with an artery and a lesion in it."""
    truth = np.empty((len(TIMES), *GRID.shape))
    truth[:] = curve(3.0, delay=5.0)[:, None, None, None]
    truth[:, :, 10:14] = curve(400.0)[:, None, None, None]
    truth[:, :, 22:32, 10:24] = curve(60.0, delay=4.0)[:, None, None, None]
    return truth + np.random.default_rng(seed).normal(0, noise, truth.shape), truth


def test_gaussian_has_its_width_in_mm():
    point = np.zeros((1, *GRID.shape))
    point[0, 1, 20, 18] = 1.0
    found = smooth_in_space(point, GRID, SpatialSmoothingSettings("gaussian", 6.0))
    half = found[0, 1, 20, 18] / 2
    # Full width at half maximum along the row and along the column, in mm.
    for line, step in ((found[0, 1, 20], 1.5), (found[0, 1, :, 18], 2.0)):
        fine = np.interp(np.arange(0, len(line) - 1, 0.01), np.arange(len(line)), line)
        assert (fine > half).sum() * 0.01 * step == pytest.approx(6.0, rel=0.08)
    assert found[0, 0].sum() == 0
    through = SpatialSmoothingSettings("gaussian", 6.0, through_plane=True)
    assert smooth_in_space(point, GRID, through)[0, 0].sum() > 0
    assert found.sum() == pytest.approx(1.0, rel=1e-3)


@pytest.mark.parametrize("method", ["gaussian", "edge_preserving"])
def test_masked_and_nan_voxels_do_not_spread(method):
    signal, _ = phantom()
    signal[:, :, :, 30:] = 0
    mask = np.ones(GRID.shape, bool)
    mask[:, :, 30:] = False
    signal[4, 1, 5, 5] = np.nan
    found = smooth_in_space(signal, GRID, SpatialSmoothingSettings(method, 5.0), mask=mask)
    assert np.isnan(found).sum() == 1
    assert (found[:, :, :, 30:] == 0).all()
    edge = found[:, :, :8, 29].mean()
    assert edge == pytest.approx(np.nanmean(signal[:, :, :8, 15:25]), rel=0.02)


def test_edge_preserving_keeps_an_artery_that_gaussian_blunts():
    signal, truth = phantom()
    edge = smooth_in_space(signal, GRID, SpatialSmoothingSettings("edge_preserving", 6.0))
    gauss = smooth_in_space(signal, GRID, SpatialSmoothingSettings("gaussian", 6.0))
    border = np.s_[:, :, 10]  # the artery's outermost row
    wrong = [np.abs(s[border].mean(axis=(1, 2)) - truth[border][:, 0, 0]).max()
             for s in (edge, gauss)]  # fmt: skip
    assert wrong[0] < 4.0
    assert wrong[1] > 50.0
    marrow = np.s_[:, :, :8]
    assert np.std(edge[marrow] - truth[marrow]) < 0.5 * SIGMA


def test_smoothing_in_time_does_not_change_any_first_pass():
    signal, truth = phantom()
    found = smooth_in_time(signal, TIMES, TemporalSmoothingSettings(on=True))
    window = (TIMES > 30) & (TIMES < 75)
    np.testing.assert_array_equal(found[window], signal[window])
    late = TIMES > 120
    assert np.std((found - truth)[late]) < 0.65 * SIGMA
    clean = smooth_in_time(truth, TIMES, TemporalSmoothingSettings(on=True))
    assert np.abs(clean - truth).max() < 0.5


def test_spikes_are_removed_and_the_bolus_is_kept():
    signal, truth = phantom()
    rng = np.random.default_rng(3)
    spiked = signal.copy()
    # Frames in which the curves are at rest, far enough apart.
    frames, where = rng.choice([3, 30, 36, 42, 46], 60), rng.integers(0, 8, 60)
    column = rng.permutation(36 * 3)[:60]
    spiked[frames, column // 36, where, column % 36] += 60.0 * rng.choice([-1, 1], 60)
    found, count = remove_spikes(spiked, SpikeSettings(on=True))
    left = np.abs(found - truth)[frames, column // 36, where, column % 36]
    assert np.mean(left < 5 * SIGMA) > 0.95
    assert 55 <= count <= 60 + 0.0005 * signal.size
    artery = np.s_[:, :, 10:14]
    changed = np.abs(found[artery] - signal[artery]) > 5 * SIGMA
    assert changed.sum() == 0


def test_a_bolus_is_never_a_spike_wherever_its_peak_is_between_frames():
    delays, widths = np.arange(0, 5.4, 0.3), np.arange(4.0, 16.0, 0.5)
    boluses = np.array([[curve(1500.0, d, w) for w in widths] for d in delays])
    signal = np.moveaxis(boluses, -1, 0)
    signal = signal + np.random.default_rng(0).normal(0, SIGMA, signal.shape)
    found, _ = remove_spikes(signal, SpikeSettings(on=True))
    pass_ = (TIMES > 25) & (TIMES < 100)
    np.testing.assert_array_equal(found[pass_], signal[pass_])


def test_steps_that_are_off_return_the_same_array():
    signal, _ = phantom()
    assert smooth_in_space(signal, GRID, SpatialSmoothingSettings()) is signal
    assert smooth_in_time(signal, TIMES, TemporalSmoothingSettings()) is signal
    assert remove_spikes(signal, SpikeSettings())[0] is signal


def test_bad_settings_are_refused():
    signal, _ = phantom()
    with pytest.raises(InputError) as caught:
        smooth_in_space(signal, GRID, SpatialSmoothingSettings("gaussian", 0.0))
    assert caught.value.code == "out_of_range"
    assert caught.value.fields == ("preprocessing.space.width",)
    with pytest.raises(InputError) as caught:
        smooth_in_space(signal, GRID, SpatialSmoothingSettings("median"))
    assert caught.value.code == "unknown_choice"
    with pytest.raises(InputError) as caught:
        smooth_in_space(
            signal, GRID, SpatialSmoothingSettings("gaussian"), mask=np.ones((1, 2, 3), bool)
        )
    assert caught.value.code == "shape_mismatch"
    with pytest.raises(InputError) as caught:
        smooth_in_time(signal, TIMES, TemporalSmoothingSettings(on=True, contrast=0))
    assert caught.value.code == "out_of_range"
    assert "preprocessing.time.contrast" in caught.value.fields
