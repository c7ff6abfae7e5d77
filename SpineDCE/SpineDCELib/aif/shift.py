"""Moving a curve in time by any fraction of a frame."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.interpolate import PchipInterpolator

from SpineDCELib.errors import InputError


def shift_curve(
    curve: ArrayLike, *, t: ArrayLike, Ta: float, at: ArrayLike | None = None
) -> NDArray[np.float64]:
    """The curve ``Ta`` seconds later (CAPLEX Q.PH1.007; negative is earlier).

    Between samples a monotone cubic is used, which does not overshoot the peak. Before the first
    sample the curve is taken to be 0 if it starts at 0 and otherwise its first value; after the
    last sample it keeps its last value.

    Args:
        curve: ``(frames,)``.
        t: ``(frames,)`` times of the samples, s, rising.
        Ta: shift, s.
        at: times to return, s; ``t`` if None.
    """
    values, times = np.asarray(curve, float), np.asarray(t, float)
    if values.shape != times.shape or values.size < 2:
        raise InputError(f"A curve of {values.size} samples does not fit {times.size} times.")
    if not np.isfinite(Ta):
        raise InputError("The shift must be a number of seconds.")
    query = (times if at is None else np.asarray(at, float)) - Ta
    return PchipInterpolator(times, values)(np.clip(query, times[0], times[-1]))
