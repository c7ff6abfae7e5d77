"""One curve from many voxels: moved to one arrival, and free of the noise floor."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator

from SpineDCELib.aif.arrival import baseline_frames

Array = NDArray[np.float64]

#: Voxels whose arrivals differ by less are averaged as they are, s.
BIN = 0.5


def aligned_mean(
    curves: NDArray[np.floating], *, t: Array, arrival: Array, noise: float = 0.0
) -> Array:
    """Mean signal of voxels after each is moved to the median arrival, ``(frames,)``.

    Power is averaged and twice the noise's taken off: a magnitude's square is on average the
    signal's square plus ``2·noise²`` (Gudbjartsson, Magn Reson Med 1995;34:910), so that a weak
    baseline is not raised by noise.

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
        if late:  # an interpolant that does not ring: the foot of the curve is a corner
            moved = PchipInterpolator(t, mean)(np.clip(t + late * BIN, t[0], t[-1]))
            mean = np.concatenate([mean[:before], moved[before:]])
        total += chosen.shape[1] * mean
    return total / curves.shape[1]
