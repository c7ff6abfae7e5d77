"""Forward model: from a bolus to the signal of each frame.

Written apart from the fit, on purpose: nothing here knows :mod:`SpineDCELib.kinetics`. Transport is
an ordinary differential equation, integrated by Runge-Kutta of fourth order in steps of at most
0.1 s; the signal is formed at every step and only then averaged over the time in which a frame was
acquired, as the scanner does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]

#: Relaxivity of gadobutrol in whole blood at 1.5 T, 1/s/mM (Shen 2015), and r2 in plasma at 1.5 T
#: (Rohrer 2005), which stands for r2*.
R1_RELAXIVITY = 4.6
R2_RELAXIVITY = 6.1

GAMMA = 2.675221874e8  #: gyromagnetic ratio of the proton, rad/s/T
CHI_MOLAR = 0.34e-6  #: molar susceptibility of gadolinium chelates, 1/mM


@dataclass(frozen=True)
class Bolus:
    """Whole-blood concentration at the entrance of the descending aorta.

    A gamma-variate first pass, its recirculation, and a slow biexponential wash-out. The shape
    follows population curves measured after 0.1 mmol/kg at 2-3 mL/s (Parker 2006).

    Attributes:
        arrival: when the first contrast agent arrives, s.
        peak: height of the first pass, mM.
        time_to_peak: s after the arrival.
        sharpness: exponent of the gamma variate; larger is narrower.
        recirculation: share of the first pass that comes again, later and wider.
        plateau: concentration to which the wash-out extrapolates at the arrival, mM.
    """

    arrival: float = 28.0
    peak: float = 6.0
    time_to_peak: float = 8.0
    sharpness: float = 3.0
    recirculation: float = 0.17
    plateau: float = 1.15

    def __call__(self, t: Array) -> Array:
        """Return the concentration at times ``t`` (s, any shape), mM."""
        s = np.asarray(t, float) - self.arrival
        first = self.peak * _gamma_variate(s, self.time_to_peak, self.sharpness)
        again = _gamma_variate(s - 15.0, 1.7 * self.time_to_peak, self.sharpness)
        late = np.clip(s, 0.0, None)
        wash_out = 0.6 * np.exp(-late / 110.0) + 0.4 * np.exp(-late / 1500.0)
        mixing = 1 - np.exp(-((late / 14.0) ** 2))
        return first + self.recirculation * self.peak * again + self.plateau * mixing * wash_out


def _gamma_variate(s: Array, time_to_peak: float, sharpness: float) -> Array:
    """Return the gamma variate: 1 at ``time_to_peak``, 0 before the arrival (Madsen 1992)."""
    x = np.clip(s, 0.0, None) / time_to_peak
    values: Array = x**sharpness * np.exp(sharpness * (1 - x))
    return values


@dataclass(frozen=True)
class Transport:
    """What happens to the bolus on its way, one value a tissue: arrays of shape ``(K,)``.

    Attributes:
        vp, ve: fractions. Ktrans: 1/min.
        delay: pure shift after the bolus at the aorta's entrance, s.
        arterial_dispersion, tissue_dispersion: time constants of two mixing chambers in a row, s.
    """

    vp: Array
    Ktrans: Array
    ve: Array
    delay: Array
    arterial_dispersion: Array
    tissue_dispersion: Array


def integrate(
    bolus: Bolus, transport: Transport, *, duration: float, hct: float, step: float = 0.1
) -> tuple[Array, Array, Array]:
    """Compute plasma and tissue concentration of every tissue on a fine time axis.

    Solved are ``dA/dt = (Cb(t - delay) - A)/tau_a``, ``dD/dt = (A - D)/tau_t`` and
    ``ve dCe/dt = Ktrans (Cp - Ce)`` with ``Cp = D/(1 - hct)``; then ``Ct = vp Cp + ve Ce``
    (extended Tofts, CAPLEX M.IC1.005).

    Args:
        duration: s; the fine axis runs from 0 to at least here.
        hct: haematocrit of the large vessels, fraction.
        step: s, at most 0.1.

    Returns:
        ``t`` (n,), s; ``Cp`` and ``Ct``, both (K, n), mM.
    """
    if step > 0.1:
        raise ValueError(f"The forward model steps by 0.1 s at most; got {step} s.")
    n = round(duration / step) + 1
    t = np.arange(n) * step
    # Runge-Kutta looks at the middle of each step, too: tabulate the input at half steps.
    half = np.arange(2 * n - 1) * (step / 2)
    source = bolus(half[None, :] - transport.delay[:, None])
    rate_a = 1.0 / np.maximum(transport.arterial_dispersion, 0.2)
    rate_t = 1.0 / np.maximum(transport.tissue_dispersion, 0.2)
    ve = np.where(transport.ve > 0, transport.ve, 1.0)
    kep = transport.Ktrans / 60.0 / ve

    def slope(state: Array, cb: Array) -> Array:
        a, d, ce = state
        return np.stack([(cb - a) * rate_a, (a - d) * rate_t, kep * (d / (1 - hct) - ce)])

    state = np.zeros((3, transport.vp.size))
    Cp = np.zeros((transport.vp.size, n))
    Ct = np.zeros_like(Cp)
    for i in range(n - 1):
        begin, middle, end = source[:, 2 * i], source[:, 2 * i + 1], source[:, 2 * i + 2]
        k1 = slope(state, begin)
        k2 = slope(state + step / 2 * k1, middle)
        k3 = slope(state + step / 2 * k2, middle)
        k4 = slope(state + step * k3, end)
        state = state + step / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        Cp[:, i + 1] = state[1] / (1 - hct)
        Ct[:, i + 1] = transport.vp * Cp[:, i + 1] + transport.ve * state[2]
    return t, Cp, Ct


def spgr(
    C: Array,
    *,
    T10: Array,
    TR: float,
    TE: float,
    FA: float,
    pulses: Array | None = None,
    r1: Array | float = R1_RELAXIVITY,
    r2: float = R2_RELAXIVITY,
    r2_square: float = 0.0,
) -> Array:
    """Compute spoiled gradient echo signal per unit of proton density (CAPLEX M.SM2.002).

    Args:
        C: concentration (K, n), mM.
        T10: (K,), s. TR, TE: s. FA: degrees.
        pulses: (K,), how many pulses the spins have seen; infinite (steady state) when None. Fresh
            blood near the edge of the transmit coil has seen few and is bright.
        r1: 1/s/mM, (K, 1) or one for all. r2, r2_square: of r2*, 1/s/mM and 1/s/mM².

    Returns:
        (K, n), with the decay by r2* during TE.
    """
    alpha = np.deg2rad(FA)
    E = np.exp(-TR * (1.0 / T10[:, None] + r1 * C))
    Mz = (1 - E) / (1 - np.cos(alpha) * E)
    if pulses is not None:
        Mz = Mz + (1 - Mz) * (E * np.cos(alpha)) ** pulses[:, None]
    decay = r2 * C if r2_square == 0 else r2 * C + r2_square * C**2
    values: Array = np.sin(alpha) * Mz * np.exp(-TE * decay)
    return values


def vessel_phase(C: Array, *, angle: Array, B0: float, TE: float) -> Array:
    """Compute the phase, rad, of a long vessel at ``angle`` (rad) to B0; ``C`` in mM."""
    values: Array = GAMMA * B0 * TE * CHI_MOLAR * C * (3 * np.cos(angle)[:, None] ** 2 - 1) / 6
    return values


def frame_mean(t: Array, values: NDArray[Any], *, starts: Array, length: float) -> NDArray[Any]:
    """Average ``values`` (K, n) over the acquisition of each frame: (K, frames).

    The trapezoidal mean from each of ``starts`` over ``length`` s, exact for what lies between the
    fine samples as straight lines.
    """
    step = t[1] - t[0]
    running = np.zeros(values.shape, values.dtype)
    np.cumsum((values[:, 1:] + values[:, :-1]) * (step / 2), axis=1, out=running[:, 1:])

    def at(when: Array) -> NDArray[Any]:
        i = np.clip((when / step).astype(int), 0, t.size - 2)
        w = when / step - i
        inside = values[:, i] + (values[:, i + 1] - values[:, i]) * (w / 2)
        result: NDArray[Any] = running[:, i] + inside * (w * step)
        return result

    result: NDArray[Any] = (at(starts + length) - at(starts)) / length
    return result
