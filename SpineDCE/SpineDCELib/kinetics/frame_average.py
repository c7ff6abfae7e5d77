"""Average of a curve over the time in which the data of a frame were acquired."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


def frame_average(
    t: ArrayLike, C: ArrayLike, *, footprint: float, step: float = 0.25
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Average a curve over a window around every time.

    The tissue of a frame that takes a while is the average of its concentration over this time.
    Convolution and averaging may be exchanged, so the model of the averaged tissue is that of the
    averaged arterial curve.

    Args:
        t: times, ``(K,)``, s, rising.
        C: concentrations ``(K,)``, joined by straight lines; the first and last are extended.
        footprint: width of the window, s.
        step: longest time between two samples of the result, s.

    Returns:
        Times and averages; all of ``t`` is among the times.
    """
    times, values = np.asarray(t, float), np.asarray(C, float)
    span = times[-1] - times[0]
    fine = np.union1d(times, np.linspace(times[0], times[-1], int(np.ceil(span / step)) + 1))
    half = footprint / 2
    return fine, (_integral(times, values, fine + half) - _integral(times, values, fine - half)) / (
        footprint
    )


def _integral(
    t: NDArray[np.float64], C: NDArray[np.float64], at: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the integral from the first time to ``at`` of straight lines through samples."""
    whole = np.concatenate([[0.0], np.cumsum(np.diff(t) * (C[1:] + C[:-1]) / 2)])
    n = np.clip(np.searchsorted(t, at, side="right") - 1, 0, t.size - 2)
    inside = np.clip(at, t[0], t[-1])
    first, part = C[n], inside - t[n]
    slope = (C[n + 1] - C[n]) / (t[n + 1] - t[n])
    before, after = np.minimum(at - t[0], 0.0), np.maximum(at - t[-1], 0.0)
    result: NDArray[np.float64] = (
        whole[n] + part * (first + slope * part / 2) + before * C[0] + after * C[-1]
    )
    return result
