"""Spoiled gradient echo: signal from relaxation, and concentration from signal."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike, NDArray

from SpineDCELib.errors import InputError
from SpineDCELib.files.mapped_arrays import new_array

#: Number of values that are converted at once.
_BLOCK = 1 << 18


def spgr_signal(R1: ArrayLike, *, S0: ArrayLike, TR: float, FA: ArrayLike) -> NDArray[np.floating]:
    """Compute the steady-state signal of a spoiled gradient echo (CAPLEX M.SM2.002).

    ``S = S0·sin α·(1−E)/(1−cos α·E)``, ``E = exp(−TR·R1)``. The CAPLEX page prints the exponent
    with the wrong sign; this is Ernst and Anderson's (1966).

    Args:
        R1: relaxation rate, 1/s.
        S0: fully relaxed signal, scanner units.
        TR: repetition time, s.
        FA: flip angle, degrees; broadcasts with ``R1``.
    """
    alpha = np.deg2rad(FA)
    E = np.exp(-TR * np.asarray(R1))
    values: NDArray[np.floating] = (
        np.asarray(S0) * np.sin(alpha) * (1 - E) / (1 - np.cos(alpha) * E)
    )
    return values


def signal_to_concentration(
    signal: NDArray[np.floating],
    *,
    baseline: NDArray[np.floating],
    R10: ArrayLike,
    TR: float,
    FA: ArrayLike,
    r1: float,
) -> NDArray[np.floating]:
    """Convert spoiled gradient echo signal to concentration (CAPLEX M.MS3.002).

    With ``E10 = exp(−TR·R10)`` and ``a = (S/baseline)·(1−E10)/(1−E10·cos α)``:
    ``E = (1−a)/(1−a·cos α)``, ``R1 = −ln E/TR``, ``C = (R1−R10)/r1``.

    Args:
        signal: ``(frames, …)``, scanner units.
        baseline: ``(…)``, mean signal before contrast.
        R10: relaxation rate before contrast, 1/s; scalar or ``(…)``.
        TR: repetition time, s.
        FA: flip angle, degrees; scalar or ``(…)`` where a B1 map scales it.
        r1: relaxivity, 1/s/mM (CAPLEX Q.EL1.015).

    Returns:
        ``(frames, …)``, mM, in the signal's float type. NaN, never a clamped value, where the
        signal is above that of any relaxation rate (``a ≥ 1``, saturation), where the baseline is
        not positive, and where ``R10`` is NaN.
    """
    check_sequence(TR=TR, FA=FA)
    if not r1 > 0:
        raise InputError(
            f"The relaxivity r1 must be above 0 /s/mM; it is {r1:g}.",
            code="out_of_range",
            fields=["concentration.r1"],
        )
    dtype = np.result_type(signal.dtype, np.float32)
    cos_alpha = np.cos(np.deg2rad(FA))
    R10 = np.asarray(R10, float)
    E10 = np.exp(-TR * R10)
    concentration = new_array(signal.shape, dtype)
    with np.errstate(all="ignore"):
        scale = np.where(baseline > 0, (1 - E10) / (1 - E10 * cos_alpha) / baseline, np.nan)
        scale, cos_alpha = scale.astype(dtype), np.asarray(cos_alpha, dtype)
        intrinsic = np.asarray(R10 / r1, dtype)
        for frames in _blocks(signal):
            a = signal[frames] * scale
            # a < 1 keeps E > 0; a·cos α may pass 1 only where a has passed 1.
            np.copyto(a, np.nan, where=a >= 1)
            E = concentration[frames]
            np.subtract(1, a, out=E)
            a *= cos_alpha
            np.subtract(1, a, out=a)
            E /= a
            np.log(E, out=E)
            E /= np.asarray(-TR * r1, dtype)
            E -= intrinsic
    return concentration


def _blocks(signal: NDArray[np.floating]) -> Iterator[slice]:
    """Return ranges of frames that are small enough for intermediate arrays to stay in cache."""
    step = max(_BLOCK // max(signal[0].size, 1), 1)
    return (slice(i, i + step) for i in range(0, len(signal), step))


def relative_enhancement(
    signal: NDArray[np.floating], *, baseline: NDArray[np.floating]
) -> NDArray[np.floating]:
    """Compute ``(S − baseline)/baseline`` (CAPLEX M.MS3.003); NaN without a baseline.

    Commercial packages fit this quantity without a T1 map. It increases with the tissue's T10, so
    maps computed from it can be compared only with maps computed in the same way.
    """
    dtype = np.result_type(signal.dtype, np.float32)
    with np.errstate(all="ignore"):
        inverse = np.where(baseline > 0, 1 / np.asarray(baseline, float), np.nan).astype(dtype)
        enhancement: NDArray[np.floating] = signal * inverse
    enhancement -= 1
    return enhancement


def signal_difference(
    signal: NDArray[np.floating], *, baseline: NDArray[np.floating]
) -> NDArray[np.floating]:
    """Compute ``S − baseline``, scanner units; NaN without a positive baseline."""
    dtype = np.result_type(signal.dtype, np.float32)
    values: NDArray[np.floating] = signal - np.where(baseline > 0, baseline, np.nan).astype(dtype)
    return values


def check_sequence(*, TR: float | None, FA: ArrayLike | None) -> None:
    """Refuse a TR or flip angle that is missing or implausible, such as a TR in ms."""
    if TR is None:
        raise InputError(
            "The repetition time (TR) is not in the files.", code="no_TR", fields=["reading.TR"]
        )
    if FA is None:
        raise InputError("The flip angle is not in the files.", code="no_FA", fields=["reading.FA"])
    if not 2e-4 <= TR <= 0.5:
        raise InputError(
            f"TR is {TR * 1000:g} ms; a dynamic gradient echo has 0.2 to 500 ms.",
            code="implausible_TR",
            fields=["reading.TR"],
        )
    angle = np.asarray(FA, float)
    if not np.all((angle > 0) & (angle < 180) | np.isnan(angle)):
        raise InputError(
            "The flip angle must lie between 0 and 180 degrees.",
            code="implausible_FA",
            fields=["reading.FA"],
        )
