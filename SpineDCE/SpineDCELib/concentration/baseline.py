"""Uncertainty of the baseline signal: its scatter and the step in which it is stored."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

#: Number of values from which the step between stored values is estimated.
_SAMPLE = 200_000


class SignalErrors(NamedTuple):
    """Errors that the residuals of a fit do not show; scanner units, ``(…)``."""

    baseline: NDArray[np.float64]  #: standard error of the mean signal before contrast
    rounding: NDArray[np.float64]  #: half the step of stored values, 0 where scatter exceeds it


def signal_errors(signal: NDArray[np.floating], *, frames: int) -> SignalErrors:
    """Estimate the errors of a signal whose first frames are its baseline.

    Where the signal scatters by less than half of the step between stored values, rounding errors
    do not average out over frames: the stored curve is a staircase that deviates from the true one.

    Args:
        signal: ``(T, …)``.
        frames: number of baseline frames.
    """
    step = stored_step(signal)
    if frames < 2:  # the scatter is unknown
        return SignalErrors(np.zeros(signal.shape[1:]), np.full(signal.shape[1:], step / 2))
    scatter = signal[:frames].std(axis=0, ddof=1, dtype=np.float64)
    return SignalErrors(scatter / np.sqrt(frames), np.where(scatter < step / 2, step / 2, 0.0))


def stored_step(signal: NDArray[np.floating]) -> float:
    """Return the step between stored values; 0 if they are not multiples of a step."""
    flat = signal.reshape(-1)
    values = np.unique(flat[:: max(flat.size // _SAMPLE, 1)])
    values = values[np.isfinite(values)].astype(np.float64)
    if values.size < 2:
        return 0.0
    step = float(np.diff(values).min())
    multiples = (values - values[0]) / step
    return step if np.allclose(multiples, np.rint(multiples), atol=1e-3) else 0.0
