"""Known motion is found and undone; enhancement alone is not taken for motion."""

import numpy as np
import pytest
from scipy import ndimage
from SpineDCELib.errors import Cancelled, InputError
from SpineDCELib.preprocessing import correct_motion, preprocess
from SpineDCELib.series import Acquisition, DynamicSeries, Geometry
from SpineDCELib.settings import MotionSettings, PreprocessingSettings

FRAMES, SHAPE = 14, (5, 56, 48)
#: Sagittal: columns run to the back, rows to the feet, slices to the right.
AFFINE = np.array([[0, 0, -5.0, 0], [1.5, 0, 0, 0], [0, -1.5, 0, 0], [0, 0, 0, 1.0]])
GRID = Geometry(SHAPE, AFFINE)
TIMES = np.arange(FRAMES) * 6.0
WHOLE = np.ones(SHAPE, bool)
WHOLE[:, :4] = WHOLE[:, -4:] = WHOLE[:, :, :4] = WHOLE[:, :, -4:] = False


def still(seed=0):
    """Vertebrae and discs with a vessel and a lesion that enhance strongly."""
    rng = np.random.default_rng(seed)
    k, j, i = np.indices(SHAPE)
    column = (i > 16) & (i < 30)
    anatomy = 90.0 + 70 * ((j % 14) < 10) * column + 60 * (i >= 36) + 25 * ((j // 7) % 2) * (i < 12)
    anatomy = ndimage.gaussian_filter(anatomy, (0, 0.7, 0.7))
    vessel = ndimage.gaussian_filter(((i > 12) & (i < 16)).astype(float), (0, 0.7, 0.7))
    lesion = ndimage.gaussian_filter(
        ((j > 28) & (j < 38) & column & (k > 1)).astype(float), (0, 0.7, 0.7)
    )
    t = TIMES - 30
    bolus = np.exp(-0.5 * (t / 6) ** 2) + 0.3 / (1 + np.exp(-t / 2))
    uptake = 1 / (1 + np.exp(-(t - 8) / 5))
    clean = anatomy + bolus[:, None, None, None] * 250 * vessel
    clean = clean + uptake[:, None, None, None] * 60 * lesion
    return np.hypot(clean + rng.normal(0, 4, clean.shape), rng.normal(0, 4, clean.shape))


def moved(signal, shifts, degrees):
    """Content shifted by ``shifts`` (column, row; mm) and turned in the plane."""
    out = np.empty_like(signal)
    j, i = np.mgrid[: SHAPE[1], : SHAPE[2]].astype(float)
    cj, ci = (SHAPE[1] - 1) / 2, (SHAPE[2] - 1) / 2
    for f, ((right, down), angle) in enumerate(zip(shifts, np.deg2rad(degrees), strict=True)):
        u, v = i - ci - right / 1.5, j - cj - down / 1.5
        where = [cj - np.sin(angle) * u + np.cos(angle) * v,
                 ci + np.cos(angle) * u + np.sin(angle) * v]  # fmt: skip
        for k in range(SHAPE[0]):
            out[f, k] = ndimage.map_coordinates(signal[f, k], where, order=3, mode="nearest")
    return out


@pytest.fixture(scope="module")
def walk():
    rng = np.random.default_rng(5)
    shifts = np.r_[np.zeros((3, 2)), rng.uniform(-3, 3, (FRAMES - 3, 2))]
    degrees = np.r_[np.zeros(3), rng.uniform(-2, 2, FRAMES - 3)]
    return shifts, degrees


@pytest.mark.slow
def test_known_motion_is_found_and_corrected(walk):
    signal = still()
    shifts, degrees = walk
    before = moved(signal, shifts, degrees)
    found = correct_motion(before, TIMES, GRID, MotionSettings(on=True), regions=[WHOLE])
    # Columns point to +y (posterior), rows to −z (feet).
    np.testing.assert_allclose(found.displacement[0, :, 1], shifts[:, 0], atol=0.25)
    np.testing.assert_allclose(found.displacement[0, :, 2], -shifts[:, 1], atol=0.25)
    np.testing.assert_allclose(found.displacement[0, :, 0], 0, atol=1e-6)
    np.testing.assert_allclose(found.rotation[0], np.abs(degrees), atol=0.25)
    inner = np.s_[:, :, 8:-8, 8:-8]
    error = np.sqrt(np.mean((found.signal - signal)[inner] ** 2))
    without = np.sqrt(np.mean((before - signal)[inner] ** 2))
    assert error < 0.25 * without
    assert not found.moved[:3].any()
    assert found.moved[3:].sum() >= FRAMES - 5


@pytest.mark.slow
def test_enhancement_is_not_mistaken_for_motion():
    signal = still(1)
    found = correct_motion(signal, TIMES, GRID, MotionSettings(on=True), regions=[WHOLE])
    assert not found.moved.any()
    np.testing.assert_array_equal(found.signal, signal)


@pytest.mark.slow
def test_regions_move_independently(walk):
    signal = still(2)
    shifts, _ = walk
    upper, lower = WHOLE.copy(), WHOLE.copy()
    upper[:, 28:], lower[:, :28] = False, False
    other = moved(signal, shifts, np.zeros(FRAMES))
    mixed = np.where(np.arange(SHAPE[1])[:, None] < 28, signal, other)
    found = correct_motion(mixed, TIMES, GRID, MotionSettings(on=True), regions=[upper, lower])
    assert np.abs(found.displacement[0]).max() < 0.4
    np.testing.assert_allclose(found.displacement[1, :, 1], shifts[:, 0], atol=0.5)
    far = np.s_[:, :, 44:50, 8:-8]
    error = np.sqrt(np.mean((found.signal - signal)[far] ** 2))
    assert error < 0.5 * np.sqrt(np.mean((mixed - signal)[far] ** 2))


@pytest.mark.slow
def test_series_keeps_times_and_metadata_and_notes_the_correction(walk):
    before = moved(still(), *walk)
    series = DynamicSeries(before, TIMES, GRID, Acquisition(TR=0.0045, FA=25), "given")
    untouched = preprocess(series, PreprocessingSettings())
    assert untouched.series.signal is before
    done = preprocess(
        series, PreprocessingSettings(motion=MotionSettings(on=True)), regions=(WHOLE,)
    )
    assert done.series.times is TIMES
    assert done.series.acquisition == series.acquisition
    assert done.series.geometry is GRID
    assert done.motion.displacement.shape == (1, FRAMES, 3)
    assert "frames were corrected" in done.series.notes[-1]


def test_cancelling_changes_nothing(walk):
    before = moved(still(), *walk)
    copy = before.copy()

    def stop(fraction, message):
        if fraction > 0.3:
            raise Cancelled

    with pytest.raises(Cancelled):
        correct_motion(before, TIMES, GRID, MotionSettings(on=True), regions=[WHOLE], progress=stop)
    np.testing.assert_array_equal(before, copy)


@pytest.mark.slow
def test_without_regions_the_back_of_the_body_is_registered(walk):
    before = moved(still(3), *walk)
    found = correct_motion(before, TIMES, GRID, MotionSettings(on=True))
    assert np.abs(found.displacement[0, :, 2] + walk[0][:, 1]).max() < 1.0


def test_unusable_regions_are_refused():
    signal = still()
    for region, code in (
        (np.ones((1, 2, 3), bool), "shape_mismatch"),
        (~WHOLE[:] & False, "region_too_small"),
    ):
        with pytest.raises(InputError) as caught:
            correct_motion(signal, TIMES, GRID, MotionSettings(on=True), regions=[region])
        assert caught.value.code == code
