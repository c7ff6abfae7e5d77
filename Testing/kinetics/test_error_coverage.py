"""Intervals of 95 % hold the truth in 93 to 97 of 100 voxels, with noise added to the signal."""

import numpy as np
import pytest
from kinetics.curves_for_tests import bolus
from scipy.stats import t as student
from SpineDCELib.concentration import (
    relative_enhancement,
    signal_to_concentration,
    spgr_signal,
)
from SpineDCELib.kinetics import models
from SpineDCELib.kinetics.fitting import fit
from SpineDCELib.kinetics.signal_noise import SignalNoise
from SpineDCELib.kinetics.standard_errors import standard_errors

T = np.arange(55) * 5.5
TR, FA, R1 = 0.0045, 25.0, 4.6
TISSUES = {
    "lesion": ({"vp": 0.06, "Ktrans": 0.08, "ve": 0.16}, 1.0),
    "treated": ({"vp": 0.012, "Ktrans": 0.03, "ve": 0.15}, 1.0),
    "marrow": ({"vp": 0.01, "Ktrans": 0.02, "ve": 0.10}, 0.55),
}
QUANTILE = student.ppf(0.975, T.size - 3)
VOXELS = 1500


def signals(tissue, *, SNR, baseline_frames, counts=None, seed=3):
    """Noisy signals of one tissue with a baseline of 1, or rounded with one of ``counts``."""
    truth, T10 = TISSUES[tissue]
    Cp = bolus(T, arrival=(baseline_frames - 0.5) * 5.5)
    C = models.extended_tofts(T, Cp, **truth)
    clean = spgr_signal(1 / T10 + R1 * C, S0=1.0, TR=TR, FA=FA)
    rng = np.random.default_rng(seed)
    level = np.ones(VOXELS) if counts is None else counts + rng.uniform(0, 1, VOXELS)
    noisy = (clean / clean[0])[:, None] + rng.normal(0, 1 / SNR, (T.size, VOXELS))
    return Cp, noisy if counts is None else np.rint(noisy * level)


def fitted(tissue, *, SNR, baseline_frames, counts=None):
    """Return the fit of such signals and how their noise appears in it."""
    T10 = TISSUES[tissue][1]
    Cp, signal = signals(tissue, SNR=SNR, baseline_frames=baseline_frames, counts=counts)
    baseline = signal[:baseline_frames].mean(axis=0)
    curves = signal_to_concentration(signal, baseline=baseline, R10=1 / T10, TR=TR, FA=FA, r1=R1)
    noise = SignalNoise(
        "absolute",
        baseline_frames,
        TR,
        FA,
        R1,
        np.full(VOXELS, 1 / T10),
        step=0.0 if counts is None else 1 / baseline,
    )
    return fit(curves, T, Cp, model="extended_tofts"), noise


def coverage(found, errors, truth):
    return {
        name: float(np.mean(np.abs(found[name] - truth[name]) <= QUANTILE * errors[name]))
        for name in truth
    }


@pytest.mark.slow
@pytest.mark.parametrize("baseline_frames", [3, 6, 10])
@pytest.mark.parametrize("SNR", [15, 30, 60])
@pytest.mark.parametrize("tissue", TISSUES)
def test_intervals_hold_the_truth(tissue, SNR, baseline_frames):
    found, noise = fitted(tissue, SNR=SNR, baseline_frames=baseline_frames)
    held = coverage(found, standard_errors(found, noise), TISSUES[tissue][0])
    # 1500 voxels leave a standard error of 0.6 %; ve is skewed in marrow at the lowest SNR.
    for name, share in held.items():
        low, high = (0.915, 0.985) if name == "ve" and SNR == 15 else (0.93, 0.975)
        assert low <= share <= high, (name, held)


@pytest.mark.slow
@pytest.mark.parametrize("counts", [10, 20, 60])
@pytest.mark.parametrize("SNR", [30, 60])
def test_intervals_hold_the_truth_where_rounding_is_no_noise(SNR, counts):
    found, noise = fitted("lesion", SNR=SNR, baseline_frames=5, counts=counts)
    held = coverage(found, standard_errors(found, noise), TISSUES["lesion"][0])
    assert min(held.values()) >= 0.93, held


def test_the_error_of_the_baseline_is_part_of_every_error():
    found, noise = fitted("lesion", SNR=30, baseline_frames=3)
    plain, whole = standard_errors(found), standard_errors(found, noise)
    for name in ("vp", "Ktrans", "ve"):
        assert np.median(whole[name]) > 1.3 * np.median(plain[name])


def test_an_error_of_the_level_that_the_fit_is_given_counts():
    truth = TISSUES["lesion"][0]
    Cp = bolus(T)
    rng = np.random.default_rng(0)
    level = 0.02 * rng.normal(size=800)
    curves = models.extended_tofts(T, Cp, **truth)[:, None] + level
    curves += rng.normal(0, 0.02, curves.shape)
    found = fit(curves, T, Cp, model="extended_tofts", baseline_error=np.full(800, 0.02))
    for name, share in coverage(found, standard_errors(found), truth).items():
        assert 0.93 <= share <= 0.975, name


def test_errors_of_relative_signal_hold():
    truth, _ = TISSUES["lesion"]
    Cp = bolus(T)
    rng = np.random.default_rng(5)
    signal = 1 + models.extended_tofts(T, Cp, **truth)[:, None] + rng.normal(0, 0.03, (55, 800))
    curves = relative_enhancement(signal, baseline=signal[:5].mean(axis=0))
    found = fit(curves, T, Cp, model="extended_tofts")
    held = coverage(found, standard_errors(found, SignalNoise("relative", 5)), truth)
    assert all(0.93 <= share <= 0.975 for share in held.values()), held


def test_the_error_of_the_delay_widens_the_errors():
    truth = TISSUES["lesion"][0]
    Cp = bolus(T)
    rng = np.random.default_rng(6)
    delays = rng.normal(0, 0.5, 400)
    curves = models.extended_tofts(T, Cp, **{k: np.full(400, v) for k, v in truth.items()},
                                   Ta=delays) + rng.normal(0, 0.01, (55, 400))  # fmt: skip
    found = fit(curves, T, Cp, model="extended_tofts")
    held = coverage(found, standard_errors(found, delay_SE=0.5), truth)
    assert min(held.values()) >= 0.92, held
    assert coverage(found, standard_errors(found), truth)["vp"] < 0.9
