"""Bolus arrival and the number of baseline frames."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from SpineDCELib.errors import InputError
from SpineDCELib.kinetics.descriptive import knee_of_rise

#: Share of the height of the rise at which the line that is fitted to it ends. Chosen: the last
#: tenth is rounded by dispersion and would bend the line.
RISE_END = 0.9
#: Steps per frame interval in which the arrival is searched: finer than its own uncertainty.
STEPS_PER_FRAME = 10
#: SD of a normal distribution over its median absolute deviation (Rousseeuw and Croux, J Am Stat
#: Assoc 1993;88:1273).
SD_PER_MAD = 1.4826


def bolus_arrival(curve: ArrayLike, *, t: ArrayLike) -> float:
    """Return the bolus arrival time (CAPLEX Q.BA1.001), s, finer than a frame.

    A constant joined to a straight line is fitted by least squares to the curve up to the end of
    its rise; the joint is the arrival. This needs neither a threshold nor the number of baseline
    frames (Cheong et al., Phys Med Biol 2003;48:N83).

    Args:
        curve: ``(frames,)``, concentration or signal that rises with contrast.
        t: ``(frames,)``, s.

    Raises:
        InputError: the curve does not rise above its own scatter.
    """
    c, times = np.asarray(curve, float), np.asarray(t, float)
    if c.shape != times.shape or not np.all(np.isfinite(c)):
        raise InputError(
            "The bolus arrival needs a curve with one finite value per frame.",
            code="curve_not_finite",
        )
    peak = int(np.argmax(c))
    if peak == 0:
        raise InputError(
            "The curve is highest in its first frame, so there is no baseline before the bolus.",
            code="no_baseline",
        )
    # The rise ends where the curve first comes near its peak; the rest would bend the line.
    floor = np.median(c[: max(peak // 2, 1)])
    near = np.flatnonzero(c[: peak + 1] >= floor + RISE_END * (c[peak] - floor))
    last = int(near[0])
    # Where tissue takes contrast up for minutes, the fast rise ends long before the peak.
    last = max(int(knee_of_rise(c[:, None], times, np.array([last]))[0]), 1)
    x, y = times[: last + 1], c[: last + 1]
    tried = np.concatenate(
        [np.linspace(x[i], x[i + 1], STEPS_PER_FRAME + 1)[:-1] for i in range(last)]
    )
    ramps = np.maximum(x - tried[:, None], 0)
    ramps -= ramps.mean(axis=1, keepdims=True)
    rises = ramps @ (y - y.mean()) / (ramps**2).sum(axis=1)
    residuals = ((y - y.mean() - rises[:, None] * ramps) ** 2).sum(axis=1)
    # Of arrivals that fit equally well, the first.
    least = 1e-12 * float((y**2).sum())
    best, found = np.inf, float(x[-2])
    for arrival, rise, residual in zip(tried, rises, residuals, strict=True):
        if rise > 0 and residual < best - least:
            best, found = float(residual), float(arrival)
    return found


def baseline_frames(curve: ArrayLike, *, t: ArrayLike) -> int:
    """Count the frames before the bolus: at least one.

    The frame in which the bolus arrives does not count, nor does the curved foot of the rise.

    Args:
        curve: ``(frames,)``, mean signal of the artery, or of the most enhancing voxels.
        t: ``(frames,)``, s.

    Raises:
        InputError: contrast agent is present from the first frame on.
    """
    times, values = np.asarray(t, float), np.asarray(curve, float)
    arrival = bolus_arrival(values, t=times)
    before = values[: int(np.searchsorted(times, arrival, side="right"))]
    # The foot of the rise is curved, so the straight line meets the baseline a little late. Frames
    # that are already above the scatter are therefore left out.
    middle = np.median(before)
    scatter = SD_PER_MAD * np.median(np.abs(before - middle))
    return int(np.flatnonzero(before <= middle + scatter)[-1]) + 1


def most_enhancing(signal: NDArray[np.floating], *, share: float = 0.01) -> NDArray[np.float64]:
    """Return the mean curve of the most enhancing voxels, used where no artery is known.

    Args:
        signal: ``(frames, …)``, scanner units.
        share: share of the voxels that is averaged.

    Returns:
        ``(frames,)``.
    """
    flat = signal.reshape(signal.shape[0], -1)
    rise = flat.max(axis=0) - flat[: max(flat.shape[0] // 10, 1)].mean(axis=0)
    count = max(int(share * rise.size), 1)
    chosen = np.argpartition(-np.nan_to_num(rise, nan=-np.inf), count - 1)[:count]
    return np.asarray(flat[:, chosen].mean(axis=1, dtype=float), np.float64)
