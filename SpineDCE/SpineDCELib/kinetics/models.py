"""Forward tissue models: from an arterial plasma curve to a tissue curve.

Every function takes frame times ``t`` in s, ``(T,)``, spacing may be uneven, the arterial plasma
concentration ``Cp`` in mM at those times, ``(T,)``, and keyword parameters that are numbers or
arrays of one (broadcast) shape; it returns tissue concentration in mM, ``(T, *shape)``. ``Ta`` in
s (> 0 moves the AIF later; CAPLEX Q.PH1.007) may differ per voxel. See
:mod:`~SpineDCELib.kinetics.convolution` for what ``integration`` means and for what the curve is
taken to be before its first sample (0) and after its last one (held).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from SpineDCELib.errors import InputError
from SpineDCELib.kinetics.convolution import Array, ArterialCurve, arterial_curve, checked_times
from SpineDCELib.settings import Integration

MINUTE = 60.0


def tofts(
    t: ArrayLike,
    Cp: ArrayLike | ArterialCurve,
    *,
    Ktrans: ArrayLike,
    ve: ArrayLike,
    Ta: ArrayLike = 0.0,
    integration: Integration = "cubic",
) -> Array:
    """Evaluate the Tofts model (CAPLEX M.IC1.004), which has no plasma term.

    Ktrans·Cp ∗ exp(-kep·t), kep = Ktrans/ve; Ktrans in 1/min; ve as a fraction.
    Source: Tofts & Kermode, Magn Reson Med 1991; 17:357.
    """
    return extended_tofts(t, Cp, vp=0.0, Ktrans=Ktrans, ve=ve, Ta=Ta, integration=integration)


def extended_tofts(
    t: ArrayLike,
    Cp: ArrayLike | ArterialCurve,
    *,
    vp: ArrayLike,
    Ktrans: ArrayLike,
    ve: ArrayLike,
    Ta: ArrayLike = 0.0,
    integration: Integration = "cubic",
) -> Array:
    """Evaluate the extended Tofts model (CAPLEX M.IC1.005).

    vp·Cp + Ktrans·Cp ∗ exp(-kep·t), kep = Ktrans/ve; Ktrans in 1/min; vp, ve as fractions.
    Where Ktrans is 0 there is no second term, whatever ve.
    Source: Tofts, J Magn Reson Imaging 1997; 7:91.
    """
    vp, Ktrans, ve, Ta = _same_shape(vp, Ktrans, ve, Ta)
    leak = Ktrans != 0
    with np.errstate(divide="ignore", invalid="ignore"):
        kep = np.where(leak, Ktrans / ve, 0.0)
    curve, times, delays = _arterial(t, Cp, Ta, integration)
    result = Ktrans.ravel() / MINUTE * curve.convolved(times, kep.ravel() / MINUTE, delays)
    result += vp.ravel() * _samples(curve, times, delays)
    return result.reshape(-1, *vp.shape)


def patlak(
    t: ArrayLike,
    Cp: ArrayLike | ArterialCurve,
    *,
    vp: ArrayLike,
    Ktrans: ArrayLike,
    Ta: ArrayLike = 0.0,
    integration: Integration = "cubic",
) -> Array:
    """Evaluate the Patlak model (M.IC1.006): vp·Cp + Ktrans·∫Cp; Ktrans in 1/min, also called PS.

    Source: Patlak, Blasberg, Fenstermacher, J Cereb Blood Flow Metab 1983; 3:1.
    """
    vp, Ktrans, Ta = _same_shape(vp, Ktrans, Ta)
    curve, times, delays = _arterial(t, Cp, Ta, integration)
    result = Ktrans.ravel() / MINUTE * curve.convolved(times, np.zeros(vp.size), delays)
    result += vp.ravel() * _samples(curve, times, delays)
    return result.reshape(-1, *vp.shape)


def two_compartment_exchange(
    t: ArrayLike,
    Cp: ArrayLike | ArterialCurve,
    *,
    vp: ArrayLike,
    ve: ArrayLike,
    Fp: ArrayLike,
    PS: ArrayLike,
    Ta: ArrayLike = 0.0,
    integration: Integration = "cubic",
) -> Array:
    """Evaluate the two-compartment exchange model (M.IC1.009): Cp convolved with a bi-exponential.

    Fp and PS in 1/min (mL of plasma per minute and mL of tissue; times 100 for mL/100 mL/min);
    vp, ve > 0 as fractions. Source: Brix et al., Magn Reson Med 2004; 52:420; Sourbron &
    Buckley, Phys Med Biol 2012; 57:R1.
    """
    vp, ve, Fp, PS, Ta = _same_shape(vp, ve, Fp, PS, Ta)
    fast, slow, from_fast, from_slow = bi_exponential(vp=vp, ve=ve, Fp=Fp, PS=PS)
    curve, times, delays = _arterial(t, Cp, Ta, integration)
    both = [
        amplitude.ravel() / MINUTE * curve.convolved(times, rate.ravel() / MINUTE, delays)
        for rate, amplitude in ((fast, from_fast), (slow, from_slow))
    ]
    return (both[0] + both[1]).reshape(-1, *vp.shape)


def bi_exponential(
    *, vp: Array, ve: Array, Fp: Array, PS: Array
) -> tuple[Array, Array, Array, Array]:
    """Return the rates of the 2CXM (fast, slow) and their amplitudes, which add to Fp; all 1/min.

    The rates are the roots of s² - Σs + Π with Σ = (Fp+PS)/vp + PS/ve and Π = Fp·PS/(vp·ve).
    """
    total = (Fp + PS) / vp + PS / ve
    product = Fp * PS / (vp * ve)
    # (Fp+PS)/vp - PS/ve and 4·PS²/(vp·ve) keep the root real where Σ² - 4Π would cancel.
    root = np.sqrt(((Fp + PS) / vp - PS / ve) ** 2 + 4.0 * PS**2 / (vp * ve))
    fast = (total + root) / 2.0
    zero = (vp + ve) * PS / (vp * ve)
    with np.errstate(divide="ignore", invalid="ignore"):
        slow = np.where(fast > 0, product / fast, 0.0)
        from_fast = np.where(root > 0, Fp * (fast - zero) / root, Fp)
    return fast, slow, from_fast, Fp - from_fast


def _same_shape(*parameters: ArrayLike) -> list[Array]:
    try:
        return [
            np.array(p) for p in np.broadcast_arrays(*(np.asarray(p, float) for p in parameters))
        ]
    except ValueError as error:
        raise InputError(
            "The parameters of a model must be numbers or arrays of one shape.",
            code="shape_mismatch",
        ) from error


def _arterial(
    t: ArrayLike, Cp: ArrayLike | ArterialCurve, Ta: Array, integration: Integration
) -> tuple[ArterialCurve, Array, Array | None]:
    """Return the curve, and times to read it at; less delays, ``(n,)``, where these differ."""
    times, delays = checked_times(t), Ta.ravel()
    curve = arterial_curve(times, Cp, integration)
    if delays.size and np.all(delays == delays[0]):
        return curve, times - delays[0], None
    return curve, times, delays


def _samples(curve: ArterialCurve, times: Array, delays: Array | None) -> Array:
    """Return the curve at times less delays, ``(T, n)``, or ``(T, 1)`` where there are none."""
    samples = curve.at(times, delays)
    return samples[:, None] if delays is None else samples
