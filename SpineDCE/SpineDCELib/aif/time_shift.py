"""Shift of a curve in time by any fraction of a frame."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from SpineDCELib.errors import InputError
from SpineDCELib.kinetics.convolution import ArterialCurve
from SpineDCELib.settings import Integration


def shift_curve(
    curve: ArrayLike,
    *,
    t: ArrayLike,
    Ta: float,
    at: ArrayLike | None = None,
    integration: Integration = "cubic",
) -> NDArray[np.float64]:
    """Return the curve ``Ta`` seconds later (CAPLEX Q.PH1.007; negative is earlier).

    It is interpolated as in the fit, so that the curve in a chart is the fitted one: 0 before the
    first sample, the last value after the last.

    Args:
        curve: ``(frames,)``.
        t: ``(frames,)`` times of the samples, s, increasing.
        Ta: shift, s.
        at: times to return, s; ``t`` if None.
        integration: "cubic" or "linear" between samples.

    Raises:
        InputError: ``Ta`` is not finite.
    """
    if not np.isfinite(Ta):
        raise InputError(
            "The shift must be a finite number of seconds.",
            code="shift_not_finite",
            fields=("fit.shift",),
        )
    times = np.asarray(t if at is None else at, float)
    return ArterialCurve(t, curve, integration).at(times - Ta)
