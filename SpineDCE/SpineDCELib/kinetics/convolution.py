"""Exact convolution of an arterial curve with exponentials, on uneven times and at any delay.

The curve is a piecewise polynomial through its samples: straight lines (``"linear"``) or a cubic
spline (``"cubic"``). Either is convolved with ``exp(-k·t)`` in closed form, piece by piece, so the
only error is the interpolation's own. Riemann sums would bias vp by about -Ktrans·Δt/2.

Before its first sample the curve is 0 (a first sample that is not 0 is a step there); after its
last sample it keeps the last value, which only matters when it is moved to earlier times.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from SpineDCELib.errors import InputError
from SpineDCELib.settings import Integration

Array = NDArray[np.float64]
#: Times that differ by less than this share of a step are one time.
_EVEN = 1e-9


def checked_times(t: ArrayLike, name: str = "t") -> Array:
    """Return times as a float64 vector.

    Raises:
        InputError: fewer than two times, or times that are not finite and strictly rising.
    """
    times = np.asarray(t, np.float64)
    if times.ndim != 1 or times.size < 2:
        raise InputError(
            f"{name} must be a list of at least two times, not of shape {times.shape}.",
            code="too_few_times",
            about=name,
        )
    if not np.all(np.isfinite(times)) or np.any(np.diff(times) <= 0):
        raise InputError(
            f"{name} must be finite and strictly rising.", code="times_not_rising", about=name
        )
    return times


#: Parts of an interval between samples in which a chart shows how the curve runs between them.
DRAWN_PARTS = 8
#: A curve of more samples is drawn from sample to sample.
MOST_DRAWN = 500
#: Share of the highest sample from which on a sample belongs to the first pass, and by which a
#: spline may leave its samples elsewhere (chosen).
FIRST_PASS_SHARE, RINGING_SHARE = 0.05, 0.04


class ArterialCurve:
    """A concentration curve that can be evaluated and convolved at any time.

    Args:
        t: sample times, ``(K,)``, rising, spacing may be uneven; any unit of time.
        c: concentration at ``t``, ``(K,)``, mM.
        integration: ``"cubic"`` (a spline; what sampled first passes need; where the samples are
            too far apart for one, it keeps to them before the first pass and above 0) or
            ``"linear"``.

    Raises:
        InputError: times not rising, another number of samples than times, values not finite.
    """

    def __init__(self, t: ArrayLike, c: ArrayLike, integration: Integration = "cubic") -> None:
        self.t = checked_times(t, "The times of the AIF")
        values = np.asarray(c, np.float64)
        if values.shape != self.t.shape:
            raise InputError(
                f"The AIF has {values.size} values but {self.t.size} times.",
                code="aif_size_mismatch",
                fields=("inputs.aif_file",),
            )
        if not np.all(np.isfinite(values)):
            raise InputError(
                "The AIF has values that are not finite.",
                code="aif_not_finite",
                fields=("inputs.aif_file", "aif.source"),
            )
        if integration == "linear":
            pieces = np.array([values[:-1], np.diff(values) / np.diff(self.t)])
        elif integration == "cubic":
            pieces = _calm_spline(self.t, values)
        else:
            raise InputError(
                f"The interpolation of the AIF must be 'cubic' or 'linear', not {integration!r}.",
                code="unknown_integration",
                fields=("fit.integration",),
            )
        self.c, self.integration = values, integration
        steps = np.diff(self.t)
        # The step from sample to sample where it is the same everywhere.
        self._step = float(steps.mean()) if np.ptp(steps) <= _EVEN * steps.mean() else None
        hold = np.zeros((len(pieces), 1))
        hold[0] = values[-1]
        #: Ascending powers of the time since knot i, one column a knot; the last one holds.
        self.coefficients: Array = np.hstack([pieces, hold])
        # The last rates and their convolutions at the samples: a delay changes neither.
        self._knots: tuple[Array, Array] | None = None

    def drawn(self, until: float = math.inf) -> tuple[Array, Array]:
        """Return times and values, ``(N,)`` each, that show the curve between its samples too.

        Args:
            until: time of the last one that is wanted, such as that of the images.
        """
        if self.integration == "linear" or self.t.size > MOST_DRAWN:
            times, values = self.t, self.c
        else:
            parts = np.arange(DRAWN_PARTS) / DRAWN_PARTS
            between = self.t[:-1, None] + np.diff(self.t)[:, None] * parts
            times = np.append(between.ravel(), self.t[-1])
            values = self.at(times)
        return times[times <= until], values[times <= until]

    def _locate(self, times: Array) -> tuple[NDArray[np.intp], Array, NDArray[np.bool_]]:
        """Return the piece, the time since its knot, and whether the curve has begun."""
        piece = np.searchsorted(self.t, times, side="right") - 1
        begun = piece >= 0
        piece = np.maximum(piece, 0)
        return piece, np.where(begun, times - self.t[piece], 0.0), begun

    def _in_step(self, times: Array, delays: Array) -> tuple[NDArray[np.intp], Array] | None:
        """Return the piece of the first frame, and its distance from the sample before it.

        None where the times, ``(T,)``, do not go from sample to sample. Of the shape of ``delays``.
        """
        if self._step is None or times.ndim != 1 or not times.size or not delays.size:
            return None
        lag = times - (self.t[0] + self._step * np.arange(times.size))
        if np.ptp(lag) > _EVEN * self._step:
            return None
        since = lag[0] - delays
        first = np.floor(since / self._step + _EVEN)
        return first.astype(np.intp), np.maximum(since - first * self._step, 0.0)

    def _pieces(self, count: int) -> Array:
        """Return the coefficients of so many pieces, the last one repeated, ``(powers, count)``."""
        more = max(count - self.t.size, 0)
        return np.hstack([self.coefficients, np.repeat(self.coefficients[:, -1:], more, axis=1)])

    def at(self, times: ArrayLike, delays: ArrayLike | None = None) -> Array:
        """Return the concentration at ``times`` (any shape), mM.

        With ``delays``, ``(n,)``: at ``times``, ``(T,)``, less each of them, ``(T, n)``.
        """
        wanted = np.asarray(times, np.float64)
        if delays is not None:
            later = np.asarray(delays, np.float64)
            found = self._in_step(wanted, later)
            if found is not None:
                return _ordered(self._at_in_step, wanted.size, *found)
            wanted = wanted[:, None] - later
        piece, since, begun = self._locate(wanted)
        value = np.zeros(since.shape)
        for coefficient in self.coefficients[::-1]:
            value = value * since + coefficient[piece]
        return np.where(begun, value, 0.0)

    def _at_in_step(self, frames: int, first: NDArray[np.intp], since: Array) -> Array:
        """Return what :meth:`at` does where times go from sample to sample, by rising piece."""
        pieces = self._pieces(frames + int(first[-1]))
        powers = since ** np.arange(len(pieces))[:, None]
        result = np.zeros((frames, first.size))
        for columns, rows, part in _groups(first, frames):
            result[rows, columns] = pieces[:, part].T @ powers[:, columns]
        return result

    def checked_delay(self, times: Array, delays: ArrayLike) -> Array:
        """Return the delays at which the curve is not 0 at all times, ``(n,)``.

        Raises:
            InputError: no such delay, or a delay that is not finite.
        """
        wanted = np.atleast_1d(np.asarray(delays, np.float64))
        if not np.all(np.isfinite(wanted)):
            raise InputError(
                "The AIF shift must be a finite number of seconds.",
                code="shift_not_finite",
                fields=("fit.shift",),
            )
        seen = wanted[np.any(self.at(times, wanted), axis=0)]
        if not seen.size:
            raise InputError(
                "The AIF is zero at every frame.",
                code="aif_zero_at_every_frame",
                fields=("fit.shift", "aif.source"),
            )
        return seen

    def convolved(self, times: ArrayLike, k: ArrayLike, delays: ArrayLike | None = None) -> Array:
        """Integrate c(u)·exp(-k·(time-u)) du from the first sample to each time, exactly.

        Args:
            times: ``(T,)``.
            k: rates, ``(n,)``, ≥ 0, in the reciprocal of the unit of ``times``.
            delays: what is taken from the times of each rate, ``(n,)``.

        Returns:
            ``(T, n)``, mM times the unit of time. k = 0 gives the running integral.
        """
        rates = np.atleast_1d(np.asarray(k, np.float64))
        wanted = np.asarray(times, np.float64)
        later = np.zeros(1) if delays is None else np.asarray(delays, np.float64)
        found = self._in_step(wanted, later)
        if found is not None and rates.size:
            first = np.broadcast_to(found[0], rates.shape)
            since = np.broadcast_to(found[1], rates.shape)
            return _ordered(self._convolved_in_step, wanted.size, first, since, rates)
        piece, since, begun = self._locate(wanted[:, None] - later)
        start = self._at_knots(rates, self.t.size)[piece, np.arange(rates.size)]
        result = start * np.exp(-rates * since)
        result += _within_piece(self.coefficients[:, piece], since, rates)
        return np.where(begun, result, 0.0)

    def _convolved_in_step(
        self, frames: int, first: NDArray[np.intp], since: Array, rates: Array
    ) -> Array:
        """Return what :meth:`convolved` does where times go from sample to sample.

        The columns are by rising piece.
        """
        count = max(frames + int(first[-1]), self.t.size)
        at_knots, pieces = self._at_knots(rates, count), self._pieces(count)
        decay, gained = np.exp(-rates * since), _gained(since, rates, len(pieces))
        result = np.zeros((frames, rates.size))
        for columns, rows, part in _groups(first, frames):
            here = at_knots[part, columns] * decay[columns]
            np.add(here, pieces[:, part].T @ gained[:, columns], out=result[rows, columns])
        return result

    def _at_knots(self, rates: Array, count: int) -> Array:
        """Return the convolutions at the samples, ``(count, n)``, exact from one to the next.

        More than the curve has continue it by the same step.
        """
        kept = self._knots  # read once, because another thread may replace it
        if kept is not None and np.array_equal(kept[0], rates) and len(kept[1]) >= count:
            return kept[1][:count]
        result = np.zeros((count, rates.size))
        if self._step is None:
            steps = np.diff(self.t)[:, None]
            result[1:] = _within_piece(self.coefficients[:, :-1, None], steps, rates)
            decay = np.exp(-rates * steps)
        else:
            pieces, step = self._pieces(count)[:, : count - 1], np.array(self._step)
            np.matmul(pieces.T, _gained(step, rates, len(pieces)), out=result[1:])
            decay = np.broadcast_to(np.exp(-rates * step), (count - 1, rates.size))
        left = np.empty_like(rates)
        for i in range(1, count - 1):
            np.multiply(decay[i], result[i], out=left)
            result[i + 1] += left
        self._knots = rates, result
        return result


def _calm_spline(t: Array, values: Array) -> Array:
    """Return the pieces of a cubic spline, ascending powers, without its ringing.

    Before a rise that is steep for the distance of the samples, a spline swings to both sides of
    them, and after it below them, where no blood has such a curve. The slopes there are those of
    the monotone interpolation (Fritsch and Carlson, SIAM J Numer Anal 1980). A peak between
    samples stays.
    """
    # They take long to import.
    from scipy.interpolate import CubicHermiteSpline, CubicSpline, PchipInterpolator

    spline = CubicSpline(t, values)
    lowest, top = float(values.min()), float(values.max())
    if top <= 0 or lowest < -RINGING_SHARE * top or not 4 <= t.size <= MOST_DRAWN:
        return np.asarray(spline.c[::-1])
    parts = np.arange(1, DRAWN_PARTS) / DRAWN_PARTS
    inside = spline(t[:-1, None] + np.diff(t)[:, None] * parts)
    begins = int(np.argmax(values > FIRST_PASS_SHARE * top))
    before = np.arange(t.size - 1) < begins - 1
    over = inside.max(axis=1) - np.maximum(values[:-1], values[1:])
    under = min(lowest, 0.0) - inside.min(axis=1)
    rings = (under > RINGING_SHARE * top) | (before & (over > RINGING_SHARE * top))
    if not rings.any():
        return np.asarray(spline.c[::-1])
    calm = np.append(rings, False) | np.append(False, rings)
    if rings[:begins].any():
        calm[:begins] = True
    slopes = np.where(calm, PchipInterpolator(t, values).derivative()(t), spline.derivative()(t))
    return np.asarray(CubicHermiteSpline(t, values, slopes).c[::-1])


def _ordered(
    compute: Callable[..., Array], frames: int, first: NDArray[np.intp], *columns: Array
) -> Array:
    """Return what a function computes of columns, which it gets by rising first piece."""
    if np.all(first == first[0]):
        return compute(frames, first, *columns)
    order = np.argsort(first, kind="stable")
    place = np.empty_like(order)
    place[order] = np.arange(order.size)
    found = compute(frames, first[order], *(v[order] for v in columns))
    return found.take(place, axis=1)


def _groups(first: NDArray[np.intp], frames: int) -> Iterator[tuple[slice, slice, slice]]:
    """Yield columns with the same first piece, their frames since the curve began, the pieces.

    Pieces beyond the last sample are counted on.
    """
    edges = np.flatnonzero(np.diff(first)) + 1
    for start, end in pairwise([0, *edges.tolist(), first.size]):
        piece = int(first[start])
        begun = min(max(-piece, 0), frames)
        yield slice(start, end), slice(begun, frames), slice(piece + begun, piece + frames)


def _gained(length: Array, rates: Array, powers: int) -> Array:
    """Integrate 0..length uⁿ·exp(-rate·(length-u)) du for n = 0 … powers - 1; first axis n."""
    return _moments(length * rates, powers - 1) * length ** np.arange(1, powers + 1)[:, None]


def _within_piece(coefficients: Array, length: Array, rates: Array) -> Array:
    """Integrate 0..length Σ cₙuⁿ·exp(-rate·(length-u)) du; coefficients[n] belongs to uⁿ."""
    moments = _moments(length * rates, len(coefficients) - 1)
    result = np.zeros(np.broadcast_shapes(moments.shape[1:], coefficients.shape[1:]))
    for n in range(len(coefficients) - 1, -1, -1):
        result = (result + coefficients[n] * moments[n]) * length
    return result


def _moments(x: Array, degree: int) -> Array:
    """Compute Mₙ(x) = ∫0..1 sⁿ·exp(-x·(1-s)) ds for n = 0 … degree; first axis n.

    Mₙ = (1 - n·Mₙ₋₁)/x is stable upwards for x ≥ 1 and downwards, from a series, below.
    """
    small = np.minimum(x, 1.0)
    series = np.ones_like(small)
    for n in range(degree + 18, degree + 1, -1):
        series = 1.0 - small * series / n
    down = [series / (degree + 1)]
    for n in range(degree, 0, -1):
        down.append((1.0 - small * down[-1]) / n)
    moments = np.array(down[::-1])
    large = x > 1.0
    if large.any():
        big = x[large]
        moments[0, large] = -np.expm1(-big) / big
        for n in range(1, degree + 1):
            moments[n, large] = (1.0 - n * moments[n - 1, large]) / big
    return moments


def exponential_convolution(
    t: ArrayLike, c: ArrayLike, k: ArrayLike, *, integration: Integration = "linear"
) -> Array:
    """Compute ∫ c(u)·exp(-k·(t-u)) du at the sample times, exact for the interpolated curve.

    Args:
        t: times, ``(T,)``, rising, spacing may be uneven.
        c: curve at ``t``, ``(T,)``.
        k: one rate or ``(n,)`` rates, in the reciprocal of the unit of ``t``.

    Returns:
        ``(T,)`` for one rate, ``(T, n)`` for several; not divided by the time constant.

    Source: Flouri, Lesnic, Sourbron, Magn Reson Med 2016; 76:998 (exact for linear pieces).
    """
    curve = ArterialCurve(t, c, integration)
    result = curve.convolved(curve.t, k)
    return result[:, 0] if np.ndim(k) == 0 else result


def arterial_curve(
    t: ArrayLike, Cp: ArrayLike | ArterialCurve, integration: Integration = "cubic"
) -> ArterialCurve:
    """Return ``Cp`` as a curve: sampled at the frame times ``t``, or with its own samples."""
    return Cp if isinstance(Cp, ArterialCurve) else ArterialCurve(t, Cp, integration)
