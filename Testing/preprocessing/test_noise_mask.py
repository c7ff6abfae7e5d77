"""The background goes, the dark vertebrae stay."""

import numpy as np
import pytest
from SpineDCELib.errors import InputError
from SpineDCELib.preprocessing import noise_mask, temporal_noise
from SpineDCELib.series import Geometry
from SpineDCELib.settings import NoiseMaskSettings

GRID = Geometry((3, 80, 70), np.diag([2.0, 2.0, 5.0, 1.0]))


def body(seed=0, sigma=10.0, dark=0.0, frames=20, offset=0.0):
    """A body with two vertebrae darker than noise, one cut by the image's edge; Rician noise."""
    rng = np.random.default_rng(seed)
    truth = np.zeros(GRID.shape)
    truth[:, :, 12:58] = 150.0
    truth[:, 30:40, 30:40] = dark
    truth[:, 70:80, 30:40] = dark
    noise = rng.normal(0, sigma, (2, frames, *GRID.shape))
    return np.hypot(truth + noise[0], noise[1]) + offset, truth


@pytest.mark.parametrize("sigma", [3.0, 10.0, 30.0])
@pytest.mark.parametrize("dark", [0.0, 40.0])
def test_background_is_removed_and_dark_vertebrae_are_kept(sigma, dark):
    signal, _ = body(sigma=sigma, dark=dark)
    found = noise_mask(signal, GRID).mask
    inside = np.zeros(GRID.shape, bool)
    inside[:, :, 12:58] = True
    assert found[inside].mean() > 0.99
    assert found[:, 30:40, 30:40].all()
    assert found[:, 72:79, 31:39].all()
    assert found[~inside].mean() < 0.03


@pytest.mark.parametrize("gain", [1e-4, 1.0, 1e4])
def test_mask_does_not_depend_on_the_gain(gain):
    signal, _ = body()
    np.testing.assert_array_equal(
        noise_mask(signal * gain, GRID).mask, noise_mask(signal, GRID).mask
    )


def test_background_set_to_zero_by_the_scanner():
    signal, truth = body(sigma=5.0, dark=60.0)
    signal[:, truth == 0] = 0
    np.testing.assert_array_equal(noise_mask(signal, GRID).mask[:, 5:-5], (truth > 0)[:, 5:-5])


def test_image_full_of_tissue_is_kept_with_a_note():
    signal = np.random.default_rng(1).normal(100, 3, (12, *GRID.shape))
    found = noise_mask(signal, GRID)
    assert found.mask.all()
    assert "nothing is removed" in found.notes[0]


def test_a_higher_level_removes_more():
    signal, _ = body(dark=60.0)
    sizes = [noise_mask(signal, GRID, NoiseMaskSettings(level=v)).mask.sum() for v in (1, 4, 9)]
    assert sizes[0] > sizes[-1]


def test_temporal_noise_is_not_affected_by_the_bolus():
    t = np.arange(50) * 5.0
    bolus = 300 * np.exp(-0.5 * ((t - 60) / 6) ** 2) + 80 / (1 + np.exp(-(t - 60) / 5))
    signal = bolus[:, None] + np.random.default_rng(2).normal(0, 7, (50, 4000))
    # A bolus of forty times the noise raises it by less than a quarter.
    assert 0.95 * 7 < np.median(temporal_noise(signal)) < 1.25 * 7


def test_bad_settings_and_shapes_are_refused():
    signal, _ = body()
    with pytest.raises(InputError) as caught:
        noise_mask(signal[:2], GRID)
    assert caught.value.code == "too_few_frames"
    with pytest.raises(InputError) as caught:
        noise_mask(signal, GRID, NoiseMaskSettings(level=0))
    assert caught.value.code == "out_of_range"
    assert "preprocessing.noise_mask.level" in caught.value.fields
    signal[3, 1, 2, 3] = np.nan
    assert noise_mask(signal, GRID).mask.any()


def test_a_few_bright_voxels_that_flicker_are_not_taken_for_air():
    rng = np.random.default_rng(2)
    signal = rng.normal(100, 3, (20, *GRID.shape))
    signal[:, :, :4, :30] = np.where(rng.random((20, 3, 4, 30)) < 0.5, 0.0, 12345.0)
    found = noise_mask(signal, GRID)
    assert found.mask[:, 10:].all()


def test_flickering_voxels_in_a_body_with_air_do_not_move_the_threshold():
    signal, _ = body(dark=40.0)
    plain = noise_mask(signal, GRID)
    rng = np.random.default_rng(2)
    signal[:, :, 20:24, 20:30] = np.where(rng.random((20, 3, 4, 10)) < 0.5, 0.0, 12345.0)
    found = noise_mask(signal, GRID)
    assert found.threshold == pytest.approx(plain.threshold, rel=0.02)
    assert (found.mask == plain.mask).mean() > 0.99
