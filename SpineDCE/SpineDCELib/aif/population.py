"""Population arterial input functions: whole-blood concentration after bolus arrival."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaln, xlogy


def parker(t: ArrayLike, *, arrival: float = 0.0) -> NDArray[np.float64]:
    """Evaluate the AIF of Parker: two Gaussians and a sigmoid-cut exponential.

    Parker et al., Magn Reson Med 2006;56:993.

    Args:
        t: times, s.
        arrival: time 0 of the function, s.

    Returns:
        Whole-blood concentration, mM, for 0.1 mmol/kg; 0 before ``arrival``.

    Example:
        >>> from SpineDCELib import parker
        >>> parker([0, 30, 40, 60], arrival=30).round(2).tolist()
        [0.0, 0.08, 6.04, 1.22]
    """
    minutes = (np.asarray(t, float) - arrival) / 60
    A, T, sigma = (0.809, 0.330), (0.17046, 0.365), (0.0563, 0.132)
    alpha, beta, s, tau = 1.050, 0.1685, 38.078, 0.483
    Cb = sum(
        a / (sg * np.sqrt(2 * np.pi)) * np.exp(-((minutes - m) ** 2) / (2 * sg**2))
        for a, m, sg in zip(A, T, sigma, strict=True)
    )
    after = np.maximum(minutes, 0)  # the exponential would overflow long before the bolus
    Cb = Cb + alpha * np.exp(-beta * after) / (1 + np.exp(-s * (after - tau)))
    return np.where(minutes >= 0, Cb, 0.0)


def weinmann(
    t: ArrayLike, *, arrival: float = 0.0, dose: float = 0.1, Hct: float = 0.45
) -> NDArray[np.float64]:
    """Evaluate the AIF of Weinmann et al. 1984 as Tofts and Kermode use it.

    Tofts and Kermode, Magn Reson Med 1991;17:357.

    Published for plasma: ``Cp = D·(3.99·exp(−0.144·t) + 4.78·exp(−0.0111·t))``, D in mmol/kg,
    t in min, Cp in mM. Multiplied by ``1 − Hct`` so that every function here gives whole blood.
    It has no first pass.
    """
    minutes = (np.asarray(t, float) - arrival) / 60
    after = np.maximum(minutes, 0)
    Cp = dose * (3.99 * np.exp(-0.144 * after) + 4.78 * np.exp(-0.0111 * after))
    return np.where(minutes >= 0, Cp * (1 - Hct), 0.0)


def gamma_density(x: ArrayLike, shape: float, scale: float) -> NDArray[np.float64]:
    """Return the density of the gamma distribution, 0 below 0; its integral is 1.

    Args:
        x: ``(…)``. shape: at least 1. scale: in the unit of ``x``.
    """
    # SciPy's own lies in a package that takes a second to import.
    z = np.asarray(x, float) / scale
    inside = np.maximum(z, 0.0)
    density = np.exp(xlogy(shape - 1, inside) - inside - gammaln(shape)) / scale
    return np.where(z < 0, 0.0, density)


def georgiou(t: ArrayLike, *, arrival: float = 0.0) -> NDArray[np.float64]:
    """Evaluate the AIF of Georgiou in Horsfield's functional form.

    Georgiou et al., Magn Reson Med 2019;81:1197. The parameters are those of Table 3 with more
    digits, fitted to the curve that the paper gives beside it: the rounded ones of the table miss
    that curve by up to 3 % on the upslope, these by less than 0.001 mM.

    A tri-exponential that is eliminated, times the sum over circulations ``k`` of gamma
    distributions with shape ``(k+1)·(α+1)`` and scale β, each a circulation time τ later
    (Horsfield et al., Phys Med Biol 2009;54:2933).

    Args:
        t: times, s.
        arrival: time 0 of the function, s.

    Returns:
        Whole-blood concentration, mM, for 0.1 mmol/kg; 0 before ``arrival``.
    """
    A, m = (0.37432, 0.33118, 10.06123), (0.1127, 1.17465, 16.01996)
    alpha, beta, tau = 5.26699, 0.03208, 0.12856
    minutes = (np.asarray(t, float) - arrival) / 60
    after = np.maximum(minutes, 0)
    eliminated = sum(a * np.exp(-r * after) for a, r in zip(A, m, strict=True))
    circulations = int(np.max(after, initial=0) / tau) + 1
    passes = sum(
        gamma_density(after - k * tau, (k + 1) * (alpha + 1), beta) for k in range(circulations)
    )
    return np.where(minutes >= 0, eliminated * passes, 0.0)


#: Population AIFs by the name that settings use.
POPULATION: dict[str, Callable[..., NDArray[np.float64]]] = {
    "parker": parker,
    "georgiou": georgiou,
    "weinmann": weinmann,
}
