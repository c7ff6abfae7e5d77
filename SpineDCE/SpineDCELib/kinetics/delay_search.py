"""Search for each voxel's kep and delay together, by variable projection on tables.

For a given kep and delay the best (vp, ve) in the box has a closed form, so the squared error is a
function of two variables. It is looked at on a grid first; from every local optimum of the grid
that could be the best one, Newton's method finds the optimum between the nodes. There the
projections of the curves, and the products of the columns with one another, are cubic Hermite
polynomials in both variables, with exact slopes at the nodes: the slope of
e = kep·(Cp ∗ exp(-kep·t)) with the delay is kep·(e - a), a = Cp(t - Ta).

Positions are counted in nodes, u of kep and w of the delay.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.kinetics.convolution import Array, ArterialCurve
from SpineDCELib.kinetics.hermite import basis, cell_of, patch_of, surface
from SpineDCELib.kinetics.kep_search import best_in_box, best_of_voxel
from SpineDCELib.kinetics.kep_tables import KNEE
from SpineDCELib.kinetics.models import MINUTE
from SpineDCELib.kinetics.parameters import SEARCHED, Bounds
from SpineDCELib.kinetics.variable_projection import newton_step, projected, refine

Values = NDArray[np.floating]
Indices = NDArray[np.intp]
#: Largest step of the delay from node to node, s: finer than any first pass is wide.
DELAY_STEP = 0.7
#: Largest step of kep from node to node, in x = ln(1 + kep/KNEE).
KEP_STEP = 0.17
#: Step of kep on the grid that is looked at first, in nodes; 1 where there is no vp to search.
_COARSE = 2
#: A local optimum of the grid explains at least this share of what the best one explains, or the
#: optimum beside it cannot be the best one.
_NEARLY = 0.9
#: Where vp takes a smaller share of what is explained, another optimum is searched so many nodes
#: later.
_NO_PLASMA, _LATER = 1e-3, 2.0
#: The same with a larger share, and so many nodes earlier.
_LITTLE, _EARLIER = 0.02, 3.0
#: Share of the upper bound of ve above which the optimum may be where ve reaches it.
_NEARLY_FULL = 0.9
#: Below this share of the curve's sum of squares the error of the tables shows in the residuals.
_PRECISE = 0.5
#: Curves whose grid is worked on at once: it stays in the processor's cache.
_PART = 128
#: Steps without tables, while one gains so large a share of the squared error.
_EXACT_STEPS, _EXACT_GAIN = 3, 1e-7
_TINY = 1e-30
_TIME_DIFFERENCE = 1e-4  # s
_RATE_DIFFERENCE = 1e-4  # relative
#: The same for differences to one side.
_TIME_STEP, _RATE_STEP = 1e-6, 1e-6


class DelaySearch:
    """Search in a range of delays of one arterial curve.

    Args:
        curve: the arterial curve.
        times: frame times, s, ``(T,)``.
        delays: lowest and highest delay, s.
        model: ``"extended_tofts"``, ``"tofts"`` or ``"patlak"``. For the Patlak model kep is 0
            and ve stands for Ktrans over the upper bound of kep.
    """

    def __init__(
        self,
        curve: ArterialCurve,
        times: Array,
        delays: tuple[float, float],
        bounds: Bounds,
        model: str,
    ) -> None:
        self._bounds, self._plasma = bounds, model != "tofts"
        self._curve, self._times, self._limits = curve, times, delays
        self._model, self._patlak = model, model == "patlak"
        w_low, w_high = self._set_delays(curve, times, delays)
        kep_low, kep_high = bounds.kep
        span = np.log1p(kep_high / KNEE) - np.log1p(kep_low / KNEE)
        count = 2 * int(np.ceil(span / (2 * KEP_STEP))) + 1
        self._first, self._dx = float(np.log1p(kep_low / KNEE)), float(span) / (count - 1)
        x = self._first + self._dx * np.arange(count)
        kep = KNEE * np.expm1(x) / MINUTE
        a = curve.at(times, self._delays)
        ahead, behind = (
            curve.at(times, self._delays - d) for d in (_TIME_DIFFERENCE, -_TIME_DIFFERENCE)
        )
        a_w = -self._step * (ahead - behind) / (2 * _TIME_DIFFERENCE)

        def convolved(rates: Array) -> Array:
            every = np.repeat(self._delays, rates.size)
            found = curve.convolved(times, np.tile(rates, self._delays.size), every)
            return found.reshape(*a.shape, rates.size)

        # The slope of e with the delay is decay·e - inflow·a.
        if model == "patlak":
            scale = np.full(2, kep_high / MINUTE)
            e = convolved(np.zeros(2)) * scale
            e_u = np.zeros_like(e)
            decay = decay_u = inflow_u = np.zeros(2)
            self._share = 0.0
            inflow = self._step * scale
        else:
            knee = KNEE / MINUTE
            self._share = 1.0
            rates = np.stack([kep, kep * (1 + _RATE_DIFFERENCE), kep * (1 - _RATE_DIFFERENCE)])
            e, above, below = ((k + knee) * convolved(k) for k in rates)
            kep_u = (kep + knee) * self._dx
            e_u = kep_u * (above - below) / (rates[1] - rates[2])
            decay, inflow = self._step * kep, self._step * (kep + knee)
            decay_u = inflow_u = self._step * kep_u
        self._rates = decay, decay_u, inflow, inflow_u
        self._nodes = e.shape[2]
        self._range = np.array([[[0.0], [w_low]], [[self._nodes - 1.0], [w_high]]])
        self._tables(a, a_w, e, e_u)

    def _set_delays(
        self, curve: ArterialCurve, times: Array, delays: tuple[float, float]
    ) -> tuple[float, float]:
        """Set the delay's nodes, where pieces of the curve begin at frames if they can.

        Returns:
            The positions of the lowest and the highest delay.
        """
        interval = float(np.median(np.diff(times)))
        if interval > DELAY_STEP:
            self._step = interval / np.ceil(interval / DELAY_STEP)
        else:
            self._step = interval * np.floor(DELAY_STEP / interval)
        start = times[0] - curve.t[0]
        first, last = (np.array(delays) - start) / self._step
        nodes = np.arange(np.floor(first), max(np.ceil(last), np.floor(first) + 1) + 1)
        self._delays = start + self._step * nodes
        return float(first - nodes[0]), float(last - nodes[0])

    def _kep(self, u: Array) -> Array:
        """Return kep, 1/min; the bounds exactly."""
        low, high = self._bounds.kep
        last = self._nodes - 1
        kep = KNEE * np.expm1(self._first + self._dx * u)
        return np.where(u <= 0, low, np.where(u >= last, high, kep))

    def _delay(self, w: Array) -> Array:
        """Return the delay, s; the bounds exactly."""
        low, high = self._range[:, 1, 0]
        delay = self._delays[0] + self._step * w
        return np.where(w <= low, self._limits[0], np.where(w >= high, self._limits[1], delay))

    def _extravascular(self, delay: Array, kep: Array) -> Array:
        """Return e, ``(T, n)``; kep in 1/min."""
        if self._patlak:
            scale, kep = np.full_like(kep, self._bounds.kep[1]), np.zeros_like(kep)
        else:
            scale = kep
        return scale / MINUTE * self._curve.convolved(self._times, kep / MINUTE, delay)

    def _moved(self, a: Array, a_u: Array, e: Array, e_u: Array) -> tuple[Array, Array]:
        """Return the slope of e (of products with e) with the delay, and its slope with kep."""
        decay, decay_u, inflow, inflow_u = self._rates
        return decay * e - inflow * a, decay_u * e + decay * e_u - inflow_u * a - inflow * a_u

    def _tables(self, a: Array, a_w: Array, e: Array, e_u: Array) -> None:
        """Tabulate the columns, and the products of the columns with one another."""
        e_w, e_uw = self._moved(a[:, :, None], np.zeros(1), e, e_u)

        def product(one: Array, other: Array) -> Array:
            result: Array = (one * other).sum(axis=0)
            return result

        b, b_w = a[:, :, None], a_w[:, :, None]
        self._aa = np.stack([product(a, a), 2 * product(a, a_w)], axis=1)
        self._ae = np.stack([
            product(b, e), product(b, e_u), product(b_w, e) + product(b, e_w),
            product(b_w, e_u) + product(b, e_uw),
        ], axis=2)  # fmt: skip
        self._ee = np.stack([
            product(e, e), 2 * product(e, e_u), 2 * product(e, e_w),
            2 * (product(e_u, e_w) + product(e, e_uw)),
        ], axis=2)  # fmt: skip
        frames = len(a)
        self._columns = np.hstack([v.reshape(frames, -1) for v in (a, a_w, e, e_u)])
        self._kept: Values = np.empty((0, 0))
        # The grid that is looked at first, in the frame of a and what of e is orthogonal to it.
        share = 1 - self._share * np.exp(-self._first - self._dx * np.arange(self._nodes))
        e = share * e
        length = np.sqrt(np.maximum(self._aa[:, 0], _TINY))
        unit = a / length
        if self._plasma:
            e = e[:, :, ::_COARSE]
        else:
            unit = np.zeros_like(unit)
        g = product(unit[:, :, None], e)
        rest = e - unit[:, :, None] * g
        s = np.sqrt(np.maximum(product(rest, rest), _TINY))
        self._grid = length, g, s
        self._grid_columns = np.hstack([unit, (rest / s).reshape(frames, -1)])

    def find(
        self, y: Values, check: Callable[[], object] = bool
    ) -> tuple[Array, Array, NDArray[np.bool_]]:
        """Return the searched parameters, ``(p, n)``, squared errors, and what has converged.

        Args:
            y: finite curves, ``(T, n)``.
            check: called before every step; may raise to stop.
        """
        self._check = check
        parts = [self._candidates(y[:, i : i + _PART]) for i in range(0, y.shape[1], _PART)]
        rows = np.concatenate([part[0] + i * _PART for i, part in enumerate(parts)])
        u = np.concatenate([part[1] for part in parts])
        w = np.concatenate([part[2] for part in parts])
        projections = self._projected(y)
        found = self._refine(projections, rows, u, w)
        found = found[:, best_of_voxel(rows, -found[4])]
        if self._plasma:
            # Where vp is 0 a second optimum, with a later delay and some vp, may lie close by, and
            # where vp is small one without vp and with an earlier delay.
            node = np.rint(found[1]).astype(np.intp)
            share = found[2] ** 2 * self._aa[node, 0] / np.maximum(-found[4], _TINY)
            near = np.array([share < _NO_PLASMA, (share > 0) & (share < _LITTLE)])
            beside, which = np.nonzero(near.T)
            moved = found[1, beside] + np.array([_LATER, -_EARLIER])[which]
            moved = np.clip(moved, *self._range[:, 1, 0])
            self._replace(found, beside, projections, found[0, beside], moved)
        # Where ve reaches its bound the squared error bends sharply.
        w, ve = found[1], found[3]
        bent = np.flatnonzero((found[5] == 0) | (ve > _NEARLY_FULL * self._bounds.ve))
        self._replace(found, bent, projections, found[0, bent], w[bent], full=True)
        u, w, converged = found[0], found[1], found[5]
        vp, ve, rss = self._settled(y.astype(np.float64), u, w, found[6:])
        rows_of = {"vp": vp, "ve": ve, "kep": self._kep(u), "Ktrans": ve * self._bounds.kep[1]}
        searched = [rows_of[name] for name in SEARCHED[self._model]]
        return np.array([*searched, self._delay(w)]), rss, converged > 0

    def _projected(self, y: Values) -> Values:
        """Return the curves' projections on the columns, ``(n, columns)``, until the next call."""
        wanted = y.shape[1], self._columns.shape[1]
        if self._kept.shape[0] < wanted[0] or self._kept.dtype != y.dtype:
            self._kept = np.empty(wanted, y.dtype)  # memory that is new costs time
        return np.matmul(y.T, self._columns.astype(y.dtype), out=self._kept[: wanted[0]])

    def _replace(
        self,
        found: Array,
        rows: Indices,
        projections: Values,
        u: Array,
        w: Array,
        *,
        full: bool = False,
    ) -> None:
        """Replace optima by those that other starts lead to, where they are better.

        Rows are in rising order.
        """
        if rows.size:
            again = self._refine(projections, rows, u, w, full=full)
            best = best_of_voxel(rows, -again[4])
            rows, again = rows[best], again[:, best]
            better = again[4] < found[4, rows]
            found[:, rows[better]] = again[:, better]

    def _at(self, y: Array, u: Array, w: Array) -> tuple[Any, ...]:
        """Return vp, ve, the squared error, the columns a and e, and the residuals at positions."""
        kep, delay = self._kep(u), self._delay(w)
        a, e = self._curve.at(self._times, delay), self._extravascular(delay, kep)
        length = np.sqrt(np.maximum((a * a).sum(axis=0), _TINY))
        g = (a * e).sum(axis=0) / length
        s = np.sqrt(np.maximum((e * e).sum(axis=0) - g * g, _TINY))
        y_a = (a * y).sum(axis=0) / length
        y_q = ((e * y).sum(axis=0) - g * y_a) / s
        bound = self._bounds.vp * length * self._plasma
        ve, plasma, _ = best_in_box(y_a, y_q, g, s, bound, self._bounds.ve)
        vp = np.where(plasma >= bound, self._bounds.vp * self._plasma, plasma / length)
        rest = y - vp * a - ve * e
        return vp, ve, (rest * rest).sum(axis=0), a, e, rest

    def _settled(self, y: Array, u: Array, w: Array, hessian: Array) -> tuple[Array, Array, Array]:
        """Return vp, ve and squared error, exact, after some steps without tables.

        It moves u and w.
        """
        vp, ve, rss, a, e, rest = self._at(y, u, w)
        # Only where little noise is left does the error of the tables show.
        some = np.flatnonzero(rss < _PRECISE * (y * y).sum(axis=0))
        for _ in range(_EXACT_STEPS):
            if not some.size:
                break
            kep = self._kep(u[some])
            kep_u = (kep + KNEE) * self._dx
            delay = self._delay(w[some])
            earlier = self._curve.at(self._times, delay + _TIME_STEP)
            a_w = self._step * (earlier - a[:, some]) / _TIME_STEP
            decay = np.zeros_like(kep) if self._patlak else kep
            inflow = np.full_like(kep, self._bounds.kep[1]) if self._patlak else kep
            e_w = self._step / MINUTE * (decay * e[:, some] - inflow * a[:, some])
            d = _RATE_STEP * kep
            e_u = kep_u * (self._extravascular(delay, kep + d) - e[:, some]) / d
            r = rest[:, some]
            gradient = np.array([
                -2 * ve[some] * (r * e_u).sum(axis=0),
                -2 * (vp[some] * (r * a_w).sum(axis=0) + ve[some] * (r * e_w).sum(axis=0)),
            ])  # fmt: skip
            here = np.array([u[some], w[some]])
            low, high = self._range
            held = ((here <= low) & (gradient > 0)) | ((here >= high) & (gradient < 0))
            step = newton_step(gradient, hessian[:, some], held, np.zeros(some.size))
            tried = np.clip(here + np.clip(step, -1, 1), low, high)
            new = self._at(y[:, some], *tried)
            better = new[2] < rss[some]
            gain = rss[some] - new[2]
            into = some[better]
            u[into], w[into] = tried[:, better]
            vp[into], ve[into], rss[into] = (v[better] for v in new[:3])
            for old, changed in zip((a, e, rest), new[3:], strict=True):
                old[:, into] = changed[:, better]
            some = some[better & (gain > _EXACT_GAIN * rss[some])]
        return vp, ve, rss

    def _candidates(self, y: Values) -> tuple[Indices, Array, Array]:
        """Return rows and positions of the local optima of the grid that could be the best."""
        length, g, s = (v.astype(y.dtype) for v in self._grid)
        found = y.T @ self._grid_columns.astype(y.dtype)
        y_a = found[:, : length.size, None]
        y_q = found[:, length.size :].reshape(len(found), *g.shape)
        if self._plasma:
            bound = (self._bounds.vp * length)[:, None]
            excess = best_in_box(y_a, y_q, g, s, bound, self._bounds.ve)[2]
            explained = y_a**2 + y_q**2 - excess
        else:
            along = np.clip(y_q, 0, self._bounds.ve * s)
            explained = along * (2 * y_q - along)
        best = explained.reshape(len(found), -1).max(axis=1)[:, None, None]
        chosen = explained >= _NEARLY * best
        for axis in (1, 2):
            before: list[slice] = [slice(None)] * 3
            after = before.copy()
            before[axis], after[axis] = slice(None, -1), slice(1, None)
            rising = explained[tuple(after)] >= explained[tuple(before)]
            chosen[tuple(after)] &= rising
            chosen[tuple(before)] &= ~rising
        rows, delays, nodes = np.unravel_index(np.flatnonzero(chosen), chosen.shape)
        low, high = self._range[:, 1, 0]
        w = np.clip(delays.astype(np.float64), low, high)
        u = nodes.astype(np.float64) * (_COARSE if self._plasma else 1)
        return rows, np.minimum(u, self._nodes - 1), w

    def _error(
        self, projections: Values, rows: Indices, place: Array, full: bool
    ) -> tuple[Any, ...]:
        """Return the result of :func:`projected` at places ``(2, n)``."""
        u, w = place
        D, X = self._delays.size, self._nodes
        i, x = cell_of(u, X)
        j, z = cell_of(w, D)
        along, across = basis(x), basis(z)
        Pa, Pa_w = projections[:, :D], projections[:, D : 2 * D]
        Pe, Pe_u = (projections[:, k : k + D * X] for k in (2 * D, 2 * D + D * X))
        patch = np.empty((4, 4, rows.size))
        edge = np.empty((4, rows.size))
        for dj in (0, 1):
            a = Pa[rows, j + dj]
            edge[2 * dj], edge[2 * dj + 1] = a, Pa_w[rows, j + dj]
            for di in (0, 1):
                at = (j + dj) * X + i + di
                e, e_u = Pe[rows, at], Pe_u[rows, at]
                decay, decay_u, inflow, inflow_u = (v[i + di] for v in self._rates)
                patch[2 * di, 2 * dj], patch[2 * di + 1, 2 * dj] = e, e_u
                patch[2 * di, 2 * dj + 1] = decay * e - inflow * a
                patch[2 * di + 1, 2 * dj + 1] = decay_u * e + decay * e_u - inflow_u * a
        less = self._share * np.exp(-self._first - self._dx * u)
        f, f_u, f_uu = 1 - less, self._dx * less, -(self._dx**2) * less
        e = _times(surface(patch, along, across), f, f_u, f_uu)
        a, a_w, a_ww = np.einsum("bn,obn->on", edge, across)
        ee = _times(
            surface(patch_of(self._ee, i, j), along, across),
            f * f, 2 * f * f_u, 2 * (f_u * f_u + f * f_uu),
        )  # fmt: skip
        ae = _times(surface(patch_of(self._ae, i, j), along, across), f, f_u, f_uu)
        edge = self._aa[j + np.array([[0], [1]])].transpose(0, 2, 1).reshape(4, -1)
        aa, aa_w, aa_ww = np.einsum("bn,obn->on", edge, across)

        vp_bound = self._bounds.vp if self._plasma else 0.0
        return projected(
            (a, a_w, a_ww), e, ((aa, aa_w, aa_ww), ae, ee), vp_bound, self._bounds.ve, full=full
        )

    def _refine(
        self, projections: Values, rows: Indices, u: Array, w: Array, *, full: bool = False
    ) -> Array:
        """Return the optimum that each start leads to, ``(9, n)``.

        Its rows are u, w, vp, ve, error, 1 where it converged, and the Hessian.

        Args:
            full: hold ve at its upper bound.
        """
        return refine(
            lambda some, place: self._error(projections, rows[some], place, full),
            np.array([u, w]),
            self._range,
            self._check,
        )


def _times(
    values: tuple[Array, ...], factor: Array, factor_u: Array, factor_uu: Array
) -> tuple[Array, ...]:
    """Multiply a function by one of u, with slopes and second derivatives (:func:`surface`)."""
    v, v_u, v_w, v_uu, v_uw, v_ww = values
    return (
        factor * v,
        factor * v_u + factor_u * v,
        factor * v_w,
        factor * v_uu + 2 * factor_u * v_u + factor_uu * v,
        factor * v_uw + factor_u * v_w,
        factor * v_ww,
    )
