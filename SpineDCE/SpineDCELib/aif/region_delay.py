"""Delay of a region after the AIF: the shift of the smallest fit residual, and its uncertainty."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

Array = NDArray[np.float64]

CONFIDENCE = 0.95
#: Standard deviation that dispersion of the bolus on its way to the tissue adds to a delay, s, and
#: that frames of 10 s add; the latter grows with the third power of the frame interval. Measured on
#: digital studies with frames of 2.5, 5.4 and 10 s, with and without a dispersion of 2 s.
DISPERSION, SAMPLING_10_S = 0.17, 1.0
#: Standard deviation of an error that all regions of a study share, s: of the time of the AIF,
#: which saturation, inflow and long frames change. With short frames, and what frames of 10 s add;
#: the latter grows with the square of the frame interval. From digital studies of another author.
AIF_TIME, AIF_TIME_10_S = 0.25, 1.4
#: A delay is determined if its 95 % interval is narrower than this, s: an interval as wide as all
#: delays between aorta and spine says nothing about one of them.
WIDEST = 8.0
#: Shifts that are tried about the best one of the grid, in steps of the grid.
_FINER = np.linspace(-1.2, 1.2, 13)


@dataclass(frozen=True)
class DelayEstimate:
    """Delay of a region as its curves show it, s.

    Attributes:
        value: shift of the smallest residual of the mean curve.
        low, high: 95 % interval.
        SE: standard error of what the region does not share with the others of the study.
        determined: the residual has a minimum inside the range, and that error is small.
    """

    value: float
    low: float
    high: float
    SE: float
    determined: bool


@dataclass(frozen=True)
class Delay:
    """Delay of a lesion or reference in an analysis, s.

    Attributes:
        value: in use.
        low, high: 95 % interval of the delay that the region's curves show.
        SE: standard error of what it does not share with the other regions.
        determined: the curves determine it.
        disagrees: it differs from the study's by more than this error.
        proposal: the delay that the curves show.
    """

    value: float
    low: float
    high: float
    SE: float
    determined: bool
    disagrees: bool
    proposal: float

    @property
    def contradicted(self) -> bool:
        """Whether the delay in use lies outside its evidence."""
        return self.determined and not self.low <= self.value <= self.high


def estimate_delay(
    rss_at: Callable[[float], Array], shifts: Array, rss: Array, frame_times: Array
) -> DelayEstimate:
    """Estimate a region's delay from the fits at a grid of shifts.

    The interval is that of the profile of the residual sum of squares, or of the scatter of the
    parts of the region where that is wider, and contains the effect of frame sampling and
    dispersion.

    Source: Bates & Watts, Nonlinear Regression Analysis, 1988, ch. 6 (profile intervals).

    Args:
        rss_at: residual sums of squares at a shift, s, of the region's mean curve and of the mean
            curves of its parts.
        shifts: s, evenly spaced. rss: ``(shifts, 1 + parts)``, of the fits.
        frame_times: s.
    """
    frames = frame_times.size
    freedom = max(frames - 4, 1)
    quantile = float(stdtrit(freedom, 0.5 + CONFIDENCE / 2))
    whole = rss[:, 0]
    middle = int(np.nanargmin(whole))
    inside = 0 < middle < shifts.size - 1
    step = float(shifts[1] - shifts[0])
    finer = shifts[middle] + step * _FINER
    close = np.array([rss_at(float(shift)) for shift in finer])
    value = lowest(finer, close[:, 0]) if inside else float(shifts[middle])
    least = float(min(close[:, 0].min(), whole[middle]))
    at = np.concatenate([shifts, finer])
    order = np.argsort(at)
    at, profile = at[order], np.concatenate([whole, close[:, 0]])[order]
    limit = least * (1 + quantile**2 / freedom)
    low, low_found = _crossing(at[::-1], profile[::-1], limit, value)
    high, high_found = _crossing(at, profile, limit, value)
    interval = np.array([value - low, high - value])

    edge = np.argmin(close, axis=0)
    usable = [k for k in range(1, close.shape[1]) if np.isfinite(close[:, k]).all()]
    parts = [
        lowest(finer, close[:, k]) if 0 < edge[k] < finer.size - 1 else lowest(shifts, rss[:, k])
        for k in usable
    ]
    if len(parts) > 1:
        scatter = float(np.std(parts, ddof=1)) / np.sqrt(len(parts))
        # The scatter of very different parts, such as of necrosis, is no error of their mean.
        interval = np.maximum(interval, quantile * min(scatter, step * shifts.size / 8))
    sampling = np.hypot(DISPERSION, SAMPLING_10_S * (_interval(frame_times) / 10) ** 3)
    interval = np.hypot(interval, quantile * sampling)
    determined = bool(inside and low_found and high_found and interval.sum() < WIDEST)
    low, high = np.hypot(interval, quantile * time_error(frame_times))
    return DelayEstimate(
        round(value, 2),
        float(value - low),
        float(value + high),
        float(interval.sum() / 2 / quantile),
        determined,
    )


def time_error(frame_times: Array) -> float:
    """Return the standard deviation of the error of the AIF's time, s, which all regions share."""
    return float(np.hypot(AIF_TIME, AIF_TIME_10_S * (_interval(frame_times) / 10) ** 2))


def _interval(frame_times: Array) -> float:
    """Return the median time between two frames, s."""
    return float(np.median(np.diff(frame_times)))


def lowest(shifts: Array, curve: Array) -> float:
    """Return the shift at the minimum of a curve, interpolated by a parabola."""
    i = int(np.argmin(curve))
    if i in (0, curve.size - 1):
        return float(shifts[i])
    left, middle, right = curve[i - 1 : i + 2]
    bend = left - 2 * middle + right
    part = 0.5 * (left - right) / bend if bend > 0 else 0.0
    return float(shifts[i] + part * (shifts[i + 1] - shifts[i]))


def _crossing(shifts: Array, profile: Array, limit: float, start: float) -> tuple[float, bool]:
    """Return the last shift on one side from which the profile stays above the limit.

    The shifts run towards that side. False where the profile is below the limit at its end.
    """
    below = np.flatnonzero(profile <= limit)
    last = int(below[-1]) if below.size else int(np.argmin(np.abs(shifts - start)))
    if last == shifts.size - 1:
        return float(shifts[-1]), False
    a, b = profile[last], profile[last + 1]
    part = (limit - a) / (b - a) if b > a else 0.0
    return float(shifts[last] + np.clip(part, 0, 1) * (shifts[last + 1] - shifts[last])), True
