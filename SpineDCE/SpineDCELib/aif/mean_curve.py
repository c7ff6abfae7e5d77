"""Mean curve of many voxels, aligned in arrival and without the noise floor."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.aif.arrival import baseline_frames

Array = NDArray[np.float64]

#: Width of the arrival bins whose voxels are averaged without alignment, s: a tenth of a usual
#: frame interval.
BIN = 0.5


def aligned_mean(
    curves: NDArray[np.floating], *, t: Array, arrival: Array, noise: float = 0.0
) -> Array:
    """Return the mean signal of voxels, each moved to the median arrival, ``(frames,)``.

    Power is averaged, and twice the noise power is subtracted: the square of a magnitude is on
    average the signal's square plus ``2·noise²`` (Gudbjartsson, Magn Reson Med 1995;34:910).
    Without the subtraction, noise would raise a weak baseline.

    Args:
        curves: ``(frames, voxels)``, magnitude signal. arrival: ``(voxels,)``, s.
        noise: SD of a frame's real and imaginary part.
    """
    before = baseline_frames(curves.mean(axis=1, dtype=float), t=t)
    delay = np.round((arrival - np.median(arrival)) / BIN).astype(int)
    total = np.zeros(t.size)
    for late in np.unique(delay):
        chosen = curves[:, delay == late].astype(np.float64)
        power = (chosen**2).mean(axis=1) - 2 * noise**2
        mean = np.sqrt(np.maximum(power, 0.0))
        if late:
            # The foot of the curve is a corner, at which the interpolant must not overshoot.
            from scipy.interpolate import PchipInterpolator  # takes long to import

            moved = PchipInterpolator(t, mean)(np.clip(t + late * BIN, t[0], t[-1]))
            mean = np.concatenate([mean[:before], moved[before:]])
        total += chosen.shape[1] * mean
    return np.asarray(total / curves.shape[1])
