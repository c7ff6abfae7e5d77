"""Cubic interpolation through samples: the spline of an arterial curve, and one without overshoot.

They equal ``CubicSpline`` and ``PchipInterpolator`` of ``scipy.interpolate``, whose import takes
longer than reading a study.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.linalg import solve_banded

Array = NDArray[np.float64]


def spline_pieces(t: Array, values: Array) -> Array:
    """Return the natural pieces of the not-a-knot cubic spline, ``(powers, samples - 1)``.

    Ascending powers of the time since the sample before; a straight line or a parabola through two
    or three samples.

    Args:
        t: ``(n,)``, rising. values: ``(n,)``.

    Source: de Boor, A Practical Guide to Splines, 1978, ch. IV.
    """
    dt = np.diff(t)
    slope = np.diff(values) / dt
    if t.size == 2:
        return _pieces(dt, values, slope, np.repeat(slope, 2))
    if t.size == 3:
        bend = (slope[1] - slope[0]) / (t[2] - t[0])
        at = np.array([slope[0] - bend * dt[0], slope[0] + bend * dt[0], slope[1] + bend * dt[1]])
        return _pieces(dt, values, slope, at)
    matrix, right = np.zeros((3, t.size)), np.empty(t.size)
    matrix[0, 2:], matrix[1, 1:-1], matrix[2, :-2] = dt[:-1], 2 * (dt[:-1] + dt[1:]), dt[1:]
    right[1:-1] = 3 * (dt[1:] * slope[:-1] + dt[:-1] * slope[1:])
    first, last = t[2] - t[0], t[-1] - t[-3]
    matrix[1, 0], matrix[0, 1] = dt[1], first
    matrix[1, -1], matrix[2, -2] = dt[-2], last
    right[0] = ((dt[0] + 2 * first) * dt[1] * slope[0] + dt[0] ** 2 * slope[1]) / first
    right[-1] = (dt[-1] ** 2 * slope[-2] + (2 * last + dt[-1]) * dt[-2] * slope[-1]) / last
    return _pieces(dt, values, slope, solve_banded((1, 1), matrix, right))


def without_overshoot(t: ArrayLike, values: ArrayLike, at: ArrayLike) -> Array:
    """Interpolate with pieces that rise and fall only where the samples do.

    Args:
        t: ``(n,)``, rising. values: ``(n, ...)``. at: ``(m,)``, between the first and the last
            sample.

    Returns:
        ``(m, ...)``.

    Source: Fritsch & Butland, SIAM J Sci Stat Comput 1984; 5:300.
    """
    times, samples = np.asarray(t, np.float64), np.asarray(values, np.float64)
    wide = (slice(None), *(None,) * (samples.ndim - 1))
    dt = np.diff(times)[wide]
    slope = np.diff(samples, axis=0) / dt
    if times.size == 2:
        slopes = np.concatenate([slope, slope])
    else:
        before, after = slope[:-1], slope[1:]
        turning = (np.sign(before) != np.sign(after)) | (before == 0) | (after == 0)
        one, other = 2 * dt[1:] + dt[:-1], dt[1:] + 2 * dt[:-1]
        with np.errstate(divide="ignore", invalid="ignore"):
            mean = (one / before + other / after) / (one + other)
            inner = np.where(turning, 0.0, 1.0 / mean)
        slopes = np.concatenate([
            _end(dt[0], dt[1], slope[0], slope[1])[None], inner,
            _end(dt[-1], dt[-2], slope[-1], slope[-2])[None],
        ])  # fmt: skip
    pieces = _pieces(dt, samples, slope, slopes)
    wanted = np.asarray(at, np.float64)
    piece = np.clip(np.searchsorted(times, wanted, side="right") - 1, 0, times.size - 2)
    since = (wanted - times[piece])[wide]
    result: Array = pieces[3, piece]
    for coefficient in pieces[2::-1]:
        result = result * since + coefficient[piece]
    return result


def _end(own: Array, next_one: Array, slope: Array, next_slope: Array) -> Array:
    """Return the slope at an end, from the last two pieces."""
    found = ((2 * own + next_one) * slope - own * next_slope) / (own + next_one)
    opposed = np.sign(slope) != np.sign(next_slope)
    steep = opposed & (np.abs(found) > 3 * np.abs(slope))
    result: Array = np.where(
        np.sign(found) != np.sign(slope), 0.0, np.where(steep, 3 * slope, found)
    )
    return result


def _pieces(dt: Array, values: Array, slope: Array, slopes: Array) -> Array:
    """Return the cubic pieces with given slopes at the samples, by ascending powers."""
    bend = (slopes[:-1] + slopes[1:] - 2 * slope) / dt
    return np.array([values[:-1], slopes[:-1], (slope - slopes[:-1]) / dt - bend, bend / dt])
