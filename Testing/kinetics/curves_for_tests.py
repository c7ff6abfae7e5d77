"""Synthetic curves for the tests, made without the program."""

import numpy as np
from scipy.special import expit


def bolus(t, arrival=30.0):
    """A plasma curve in mM with a first pass and a wash-out; t in s. Parker 2006, Hct 0.45."""
    m = (np.asarray(t, float) - arrival) / 60
    passes = sum(
        a / (s * np.sqrt(2 * np.pi)) * np.exp(-((m - c) ** 2) / (2 * s**2))
        for a, c, s in ((0.809, 0.17046, 0.0563), (0.330, 0.365, 0.132))
    )
    return np.where(m > 0, passes + 1.05 * np.exp(-0.1685 * m) * expit(38.078 * (m - 0.483)), 0) / (
        1 - 0.45
    )


def response(t, kep, arrival=30.0, step=0.02):
    """∫ Cp(u)·exp(-kep·(t-u)) du on a fine even grid (trapezia), mM·min; kep in 1/min, (n,)."""
    fine = np.arange(0, t[-1] + step, step)
    c = bolus(fine, arrival)
    result = np.zeros((t.size, len(kep)))
    for j, rate in enumerate(np.asarray(kep) / 60):
        grown = c * np.exp(rate * (fine - fine[-1]))
        integral = np.concatenate([[0], np.cumsum((grown[1:] + grown[:-1]) / 2) * step])
        result[:, j] = np.interp(t, fine, integral * np.exp(-rate * (fine - fine[-1]))) / 60
    return result


def hard_voxels(n, t, seed, lowest_snr=0.0, highest_snr=30.0):
    """Extended Tofts curves with noise: 40 % have vp = 0; SNR in dB; and their truth."""
    rng = np.random.default_rng(seed)
    vp = rng.uniform(0, 0.3, n) * (rng.random(n) >= 0.4)
    Ktrans, ve = rng.uniform(0, 0.5, n), rng.uniform(0.02, 0.6, n)
    clean = vp * bolus(t)[:, None] + Ktrans * response(t, Ktrans / ve)
    level = np.sqrt((clean**2).mean(axis=0)) * 10 ** (-rng.uniform(lowest_snr, highest_snr, n) / 20)
    return clean + level * rng.normal(size=clean.shape), {"vp": vp, "Ktrans": Ktrans, "ve": ve}
