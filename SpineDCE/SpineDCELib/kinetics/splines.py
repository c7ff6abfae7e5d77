"""Cubic interpolation of sampled curves.

``scipy.interpolate`` computes the same, and takes a quarter of a second to import.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


def cubic_spline(x: ArrayLike, y: ArrayLike) -> Array:
    """Return the pieces of the cubic spline through samples, with not-a-knot ends.

    Args:
        x: rising, ``(n,)``, at least two. y: ``(n,)``.

    Returns:
        ``(4, n - 1)``, ascending powers of the distance from the sample before.
    """
    x, y = np.asarray(x, float), np.asarray(y, float)
    h = np.diff(x)
    slope = np.diff(y) / h
    if h.size == 1:
        return _pieces(y, np.repeat(slope, 2), h)
    # One row a sample: the neighbours' and the own factor of the derivatives, and the right side.
    below, own, above = np.zeros((3, x.size))
    right = np.zeros(x.size)
    below[1:-1], own[1:-1], above[1:-1] = h[1:], 2 * (h[:-1] + h[1:]), h[:-1]
    right[1:-1] = 3 * (h[1:] * slope[:-1] + h[:-1] * slope[1:])
    if h.size == 2:  # a parabola
        own[[0, -1]] = above[0] = below[-1] = 1.0
        right[[0, -1]] = 2 * slope
    else:
        for end, beside, one, other in ((0, above, 0, 1), (-1, below, -1, -2)):
            both = h[one] + h[other]
            own[end], beside[end] = h[other], both
            right[end] = (
                (h[one] + 2 * both) * h[other] * slope[one] + h[one] ** 2 * slope[other]
            ) / both
    return _pieces(y, _tridiagonal(below, own, above, right), h)


def monotone_at(x: ArrayLike, y: ArrayLike, at: ArrayLike) -> Array:
    """Interpolate samples by cubics that overshoot nowhere (PCHIP).

    Args:
        x: rising, ``(n,)``, at least two. y: ``(n, …)``. at: positions from the first to the last
            x, ``(m,)``.

    Returns:
        ``(m, …)``.

    Source: Fritsch & Butland, SIAM J Sci Stat Comput 1984; 5:300.
    """
    x, y, at = np.asarray(x, float), np.asarray(y, float), np.asarray(at, float)
    h = np.diff(x).reshape(-1, *[1] * (y.ndim - 1))
    slope = np.diff(y, axis=0) / h
    if len(h) == 1:
        derivative = np.concatenate([slope, slope])
    else:
        derivative = np.zeros_like(y)
        one, other = 2 * h[1:] + h[:-1], h[1:] + 2 * h[:-1]
        rising = slope[:-1] * slope[1:] > 0
        with np.errstate(divide="ignore", invalid="ignore"):
            mean = (one + other) / (one / slope[:-1] + other / slope[1:])
        derivative[1:-1] = np.where(rising, mean, 0.0)
        for end, first, second in ((0, 0, 1), (-1, -1, -2)):
            derivative[end] = _at_end(h[first], h[second], slope[first], slope[second])
    piece = np.clip(np.searchsorted(x, at, side="right") - 1, 0, len(h) - 1)
    distance = (at - x[piece]).reshape(-1, *[1] * (y.ndim - 1))
    value, *rest = _pieces(y, derivative, h)[:, piece][::-1]
    for coefficient in rest:
        value = value * distance + coefficient
    return np.asarray(value)


def _pieces(y: Array, derivative: Array, h: Array) -> Array:
    """Return the cubics from sample to sample with given derivatives, ascending."""
    slope = np.diff(y, axis=0) / h
    bend = (derivative[:-1] + derivative[1:] - 2 * slope) / h
    return np.array([y[:-1], derivative[:-1], (slope - derivative[:-1]) / h - bend, bend / h])


def _at_end(h: Array, next_h: Array, slope: Array, next_slope: Array) -> Array:
    """Return the derivative at an end from three samples, of the shape that they have."""
    end = ((2 * h + next_h) * slope - h * next_slope) / (h + next_h)
    steep = (np.sign(slope) != np.sign(next_slope)) & (np.abs(end) > 3 * np.abs(slope))
    end = np.where(steep, 3 * slope, end)
    return np.where(np.sign(end) == np.sign(slope), end, 0.0)


def _tridiagonal(below: Array, own: Array, above: Array, right: Array) -> Array:
    """Solve a tridiagonal system by elimination; splines need no exchange of rows."""
    low, middle, high, result = (v.tolist() for v in (below, own, above, right))
    for i in range(1, len(middle)):
        factor = low[i] / middle[i - 1]
        middle[i] -= factor * high[i - 1]
        result[i] -= factor * result[i - 1]
    result[-1] /= middle[-1]
    for i in range(len(middle) - 2, -1, -1):
        result[i] = (result[i] - high[i] * result[i + 1]) / middle[i]
    return np.array(result)
