"""Search for each voxel's optimum of the two-compartment exchange model on tables.

The model's curve is the sum of two exponentials' convolutions. Its squared error follows from the
projections of the voxel's curve on c(k) = (k + KNEE)·(Cp ∗ exp(-k·t)) and from the products
c(k₁)·c(k₂), which are the same for all voxels. Both are cubic Hermite polynomials between nodes of
the rate, so that Levenberg-Marquardt in the logarithms of vp, ve, Fp and kep = PS/ve needs no
curve.

The best pair of exponentials with amplitudes ≥ 0 is found first, by variable projection. Where it
is one of the model's in the box, it is the optimum. Elsewhere the search goes on in the box, from
that pair, from the optima of two limits of the model, and from the best curve of a grid.

Positions u are counted in nodes of x = ln(1 + k/KNEE).
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.kinetics.convolution import Array, ArterialCurve
from SpineDCELib.kinetics.hermite import basis, cell_of, patch_of, surface
from SpineDCELib.kinetics.kep_search import PLASMA, POSITION, VE, best_of_voxel, search
from SpineDCELib.kinetics.kep_tables import KNEE, KepTables, kep_at
from SpineDCELib.kinetics.models import MINUTE, two_compartment_exchange
from SpineDCELib.kinetics.parameters import SMALLEST_VOLUME, Bounds
from SpineDCELib.kinetics.variable_projection import projected, refine

Values = NDArray[np.floating]
Indices = NDArray[np.intp]
Table = NDArray[np.complex128]
NODES = 384
#: Lowest rate of the tables, 1/min: a curve cannot tell it from 0.
_SLOWEST = 1e-4
#: Lowest Fp, 1/min: less is no enhancement.
_SMALLEST_FLOW = 1e-6
#: Pairs of exponentials that are looked at first: step in nodes, also where a curve hardly shows
#: the rate, and bands of the faster rate, 1/min. The best pair of every band is a start; after some
#: steps only the best one goes on.
_COARSE, _COARSER = 4, 24
_BANDS = (0.02, 2.0, 15.0, 100.0, 600.0, np.inf)
_PAIR_TRIED = 8
#: Longest step of a pair, in nodes: the fast one goes far where the curve does not show it.
_PAIR_REACH = 30.0
#: Grid of shapes in the box: Fp/vp and kep, 1/min, and ve/vp.
_TRANSIT = np.geomspace(0.3, 600.0, 9)
_KEP = np.geomspace(0.01, 15.0, 7)
_RATIO = np.geomspace(0.05, 200.0, 7)
#: Most steps in the box, the longest one, in logarithms, and the share of what is explained that a
#: step gains at least.
_STEPS, _REACH, _GAIN = 60, 2.0, 1e-9
#: Steps after which only the better one of fast flow and grid goes on.
_TRIED = 4
#: Below this share of the curve's sum of squares the error of the tables shows in the residuals.
_PRECISE = 0.003
#: Steps without tables, while one gains so large a share of the squared error.
_EXACT_STEPS, _EXACT_GAIN = 20, 1e-7
#: Damping of the first step in the box, and of the first one without tables.
_DAMPING, _EXACT_DAMPING = 1e-2, 1e-8
#: Share of vp below which there is no other space.
_ALONE = 0.01
#: A curve that still gains more than this share at the last step has not converged.
_CREEP = 1e-4
#: Curves whose grid is worked on at once: it stays in the processor's cache.
_PART = 128
_TINY = 1e-30
_RATE_DIFFERENCE = 1e-4  # relative
#: The same for differences to one side.
_RATE_STEP = 1e-6
_VP, _VE, _FP = range(3)


class ExchangeSearch:
    """Search at one delay of one arterial curve.

    Args:
        curve: the arterial curve.
        moved: frame times less the delay, s, ``(T,)``.
    """

    def __init__(self, curve: ArterialCurve, moved: Array, bounds: Bounds) -> None:
        self._curve, self._moved = curve, moved
        self._bounds = bounds
        self._tofts = KepTables(curve, moved, bounds, np.dtype(np.float64))
        least = SMALLEST_VOLUME
        self._low = np.log([[least], [least], [_SMALLEST_FLOW], [bounds.kep[0]]])
        self._high = np.log([[bounds.vp], [bounds.ve], [bounds.Fp], [bounds.kep[1]]])
        fastest = (bounds.Fp + bounds.ve * bounds.kep[1]) / least + bounds.kep[1]
        x = np.linspace(np.log1p(_SLOWEST / KNEE), np.log1p(fastest / KNEE), NODES)
        self._first, self._dx = float(x[0]), float(x[1] - x[0])
        e, e_u = self._columns_at(KNEE * np.expm1(x))
        # One complex number holds value and slope.
        self._columns = np.stack([e, e_u], axis=2).reshape(moved.size, -1)
        self._products = np.stack([e.T @ e, e.T @ e_u, e_u.T @ e, e_u.T @ e_u], axis=2)
        same = self._products[np.arange(NODES), np.arange(NODES)]
        self._squares = same[:, 0] + 2j * same[:, 1]
        self._turning = same[:, 3].copy()
        self._set_pairs(x, e)
        ratios = (v.ravel() for v in np.meshgrid(_TRANSIT, _KEP, _RATIO, indexing="ij"))
        transit, kep, ratio = ratios
        self._shapes = np.log([np.ones_like(transit), ratio, transit, kep])
        shapes = two_compartment_exchange(
            moved, curve, vp=1.0, ve=ratio, Fp=transit, PS=ratio * kep
        )  # fmt: skip
        length = np.sqrt(np.maximum((shapes * shapes).sum(axis=0), _TINY))
        self._grid_columns = shapes / length
        # The amplitude is in the box where that of every parameter but kep is.
        low, high = (v[:3] - self._shapes[:3] for v in (self._low, self._high))
        self._amplitudes = np.exp(low.max(axis=0)) * length, np.exp(high.min(axis=0)) * length
        self._length = length

    def _set_pairs(self, x: Array, e: Array) -> None:
        """Set the pairs that are looked at first, by the faster rate."""
        seen = int(np.searchsorted(x, np.log1p(_BANDS[-2] / KNEE)))
        nodes = np.r_[0:seen:_COARSE, seen:NODES:_COARSER]
        unit = e[:, nodes] / np.sqrt(np.maximum((e[:, nodes] ** 2).sum(axis=0), _TINY))
        fast, slow = np.tril_indices(nodes.size, -1)
        self._pairs = np.array([nodes[slow], nodes[fast]], np.float64)
        edges = np.searchsorted(x[nodes[fast]], np.log1p(np.array(_BANDS) / KNEE))
        self._bands = [slice(int(a), int(b)) for a, b in pairwise(edges) if b > a]
        # In the frame of the slower one and what of the faster one is orthogonal to it.
        along = (unit[:, slow] * unit[:, fast]).sum(axis=0)
        across = np.sqrt(np.maximum(1 - along**2, 1e-12))
        self._pair_columns = unit, (unit[:, fast] - along * unit[:, slow]) / across
        self._slower, self._lean = slow, along / across

    def _columns_at(self, rates: Array) -> tuple[Array, Array]:
        """Return c and its slope per node, ``(T, n)``; rates in 1/min."""

        d = _RATE_DIFFERENCE * rates
        slope = (self._column(rates + d) - self._column(rates - d)) / (2 * d)
        return self._column(rates), slope * (rates + KNEE) * self._dx

    def _column(self, rates: Array) -> Array:
        """Return c, ``(T, n)``; rates in 1/min."""
        found: Array = self._curve.convolved(self._moved, rates / MINUTE)
        return (rates + KNEE) / MINUTE * found

    def find(
        self, y: Values, check: Callable[[], object] = bool
    ) -> tuple[Array, Array, NDArray[np.bool_]]:
        """Return vp, ve, Fp, kep (1/min), ``(4, n)``, squared errors, and what converged.

        Args:
            y: finite curves, ``(T, n)``.
            check: called before every step; may raise to stop.
        """
        self._check = check
        # In single precision the rounding would move optima in flat valleys.
        exact = y.astype(np.float64)
        projections = (exact.T @ self._columns).view(np.complex128)
        place, inside = self._free(y, projections)
        # Those whose best pair of exponentials is none of the model's in the box.
        rest = np.flatnonzero(~inside)
        if rest.size:
            parts = (y[:, rest[i : i + _PART]] for i in range(0, rest.size, _PART))
            shapes = np.concatenate([self._best_shape(part) for part in parts], axis=1)
            # The pair leads to the optimum nearly always, and so do well mixed spaces elsewhere.
            fast, mixed = self._limits(exact[:, rest])
            starts = np.stack([fast, shapes], axis=2).reshape(4, -1)
            begun, _ = self._best(projections, np.repeat(rest, 2), starts, _TRIED)
            starts = np.stack([place[:, rest], mixed, begun], axis=2).reshape(4, -1)
            found, error = self._best(projections, np.repeat(rest, 3), starts)
            # No enhancement explains some noise better than any local optimum.
            place[:, rest] = np.where(error < 0, found, self._low)
        values, rss, converged = self._settled(exact, projections, place)
        rows, begun = self._further(values, converged)
        if rows.size:
            place, _ = self._best(projections, rows, begun)
            rows = np.unique(rows)
            others = self._settled(exact[:, rows], projections[rows], place)
            better = others[1] < rss[rows]
            for one, other in zip((values, rss, converged), others, strict=True):
                one[..., rows[better]] = other[..., better]
        return values, rss, converged

    def _further(self, values: Array, converged: NDArray[np.bool_]) -> tuple[Indices, Array]:
        """Return curves, in rising order, and starts of which one may lead to a better optimum."""
        creeping = np.flatnonzero(~converged)
        alone = np.flatnonzero(values[_VE] < _ALONE * values[_VP])
        vp, ve, Fp, kep = values[:, creeping]
        v, _, flow, _ = values[:, alone]
        least, (slowest, fastest) = SMALLEST_VOLUME, self._bounds.kep
        starts: list[tuple[Indices, list[Any]]] = [
            # What creeps along a flat valley goes to fast flow or slow exchange.
            (creeping, [vp, ve, self._bounds.Fp, kep]),
            (creeping, [vp, ve, Fp, slowest]),
            # One space alone may be either of both, or both with little between them.
            (alone, [v, least, flow, slowest]),
            (alone, [least, v, flow, fastest]),
            (alone, [0.4 * v, 0.6 * v, flow, 8 * flow / v]),
        ]
        rows = np.concatenate([some for some, _ in starts])
        order = np.argsort(rows, kind="stable")
        begun = np.concatenate([np.array(np.broadcast_arrays(*b)) for _, b in starts], axis=1)
        return rows[order], np.clip(np.log(begun[:, order]), self._low, self._high)

    def _best(
        self, projections: Table, rows: Indices, starts: Array, steps: int = _STEPS
    ) -> tuple[Array, Array]:
        """Return places and errors of the best optimum of each curve that starts lead to.

        Args:
            rows: curve of each start, in rising order.
            starts: ``(4, n)``.
        """
        found, error, _ = self._refine(
            lambda some, place: self._error(projections, rows[some], place), starts, steps
        )
        best = best_of_voxel(rows, -error)
        return found[:, best], error[best]

    def _limits(self, y: Array) -> tuple[Array, Array]:
        """Return the logarithms of the best parameters in two limits that have a global search.

        With the highest flow the model is nearly the extended Tofts model. Well mixed, plasma and
        extravascular space are one: a Tofts model, in which the flow takes the place of Ktrans.
        """
        bounds, tables = self._bounds, self._tofts
        projections = tables.projector.T @ y
        found = search(projections, tables, bounds.vp * tables.a, bounds.ve)
        flow = np.full(found.shape[1], bounds.Fp)
        fast = [found[PLASMA] / tables.a, found[VE], flow, kep_at(found[POSITION], bounds)]
        found = search(projections, tables, 0.0, bounds.vp + bounds.ve)
        volume = found[VE]
        share = np.where(volume > bounds.vp, 0.5, 0.0)
        flow = volume * kep_at(found[POSITION], bounds)
        mixed = [(1 - share) * volume, share * volume, flow, share * bounds.kep[1]]
        logarithms = np.log(np.maximum([fast, mixed], _TINY))
        one, other = np.clip(logarithms, self._low, self._high)
        return one, other

    def _free(self, y: Values, projections: Table) -> tuple[Array, NDArray[np.bool_]]:
        """Return the best pair of exponentials with amplitudes ≥ 0 of each curve.

        Returns:
            Logarithms of the parameters, clipped to the box, and whether they are in the box.
        """
        parts = [self._best_pairs(y[:, i : i + _PART]) for i in range(0, y.shape[1], _PART)]
        pairs = np.concatenate(parts, axis=1).reshape(2, -1)
        rows = np.repeat(np.arange(y.shape[1]), len(self._bands))
        none = np.zeros(1)

        def evaluate(own: Indices, place: Array) -> tuple[Any, ...]:
            u, w = place
            i, x = cell_of(u, NODES)
            j, z = cell_of(w, NODES)
            along, across = basis(x), basis(z)
            e, e_u, e_uu = np.einsum("bn,obn->on", _beside(projections, own, i), along)
            ee, ee_u, ee_uu = np.einsum("bn,obn->on", _beside(self._squares, 0, i), along)
            a = np.einsum("bn,obn->on", _beside(projections, own, j), across)
            aa = np.einsum("bn,obn->on", _beside(self._squares, 0, j), across)
            ae = surface(patch_of(self._products, i, j), along, across)
            return projected(
                tuple(a),
                (e, e_u, none, e_uu, none, none),
                (tuple(aa), ae, (ee, ee_u, none, ee_uu, none, none)),
                np.inf,
                np.inf,
            )

        limits = np.array([[[0.0], [0.0]], [[NODES - 1.0], [NODES - 1.0]]])
        found = refine(
            lambda some, place: evaluate(rows[some], place), pairs, limits, self._check,
            _PAIR_REACH, _PAIR_TRIED,
        )  # fmt: skip
        best = found[:2, best_of_voxel(rows, -found[4])]
        u, w, a, e, _, converged = refine(evaluate, best, limits, self._check, _PAIR_REACH)[:6]
        rates = KNEE * np.expm1(self._first + self._dx * np.array([u, w]))
        amplitudes = np.array([e, a]) * (rates + KNEE)
        fast = rates[0] > rates[1]
        slow_rate, fast_rate = rates.min(axis=0), rates.max(axis=0)
        from_fast = np.where(fast, amplitudes[0], amplitudes[1])
        from_slow = np.where(fast, amplitudes[1], amplitudes[0])
        values = _exchange_of_pair(slow_rate, fast_rate, from_slow, from_fast)
        with np.errstate(divide="ignore", invalid="ignore"):
            place = np.log(values)
        inside = (place > self._low).all(axis=0) & (place < self._high).all(axis=0)
        inside &= (from_fast > 0) & (from_slow > 0) & (converged > 0)
        place = np.clip(np.nan_to_num(place, nan=0.0, neginf=-50.0), self._low, self._high)
        return place, inside

    def _best_pairs(self, y: Values) -> Array:
        """Return the nodes of the best pair of every band, ``(2, n, bands)``."""
        unit, beside = (v.astype(y.dtype) for v in self._pair_columns)
        slower = (y.T @ unit).take(self._slower, axis=1)
        across = y.T @ beside
        both = (across > 0) & (slower > across * self._lean.astype(y.dtype))
        explained = np.where(both, slower * slower + across * across, 0)
        best = [band.start + explained[:, band].argmax(axis=1) for band in self._bands]
        return self._pairs[:, np.stack(best, axis=1)]

    def _best_shape(self, y: Values) -> Array:
        """Return the logarithms of the best shape and amplitude of the grid, ``(4, n)``."""
        along = y.T @ self._grid_columns.astype(y.dtype)
        low, high = (v.astype(y.dtype) for v in self._amplitudes)
        amplitude = np.clip(along, low, high)
        shape = (amplitude * (2 * along - amplitude)).argmax(axis=1)
        start = self._shapes[:, shape].copy()
        start[:3] += np.log(amplitude[np.arange(shape.size), shape] / self._length[shape])
        clipped: Array = np.clip(start, self._low, self._high)
        return clipped

    def _error(self, projections: Table, rows: Indices, place: Array) -> tuple[Array, Array, Array]:
        """Return the squared error less |y|², its gradient and half of its Hessian.

        The Hessian leaves out what the residuals add (Gauss-Newton).
        """
        a, u, J = _amplitudes(place, self._first, self._dx)
        node, beside = cell_of(np.clip(u, 0.0, NODES - 1.0), NODES)
        weight = [basis(each) for each in beside]
        edges = [
            (_beside(projections, rows, n), _beside(self._squares, 0, n)) for n in node
        ]  # fmt: skip
        b, b_u = _pair(edges[0][0], edges[1][0], weight)
        square, square_u = _pair(edges[0][1], edges[1][1], weight)
        turning = [
            self._turning[n] * w[0, 0] + self._turning[n + 1] * w[0, 2]
            for n, w in zip(node, weight, strict=True)
        ]
        cross, cross_1, cross_2, _, cross_12, _ = surface(
            patch_of(self._products, node[0], node[1]), *weight
        )
        a1, a2 = a
        error = (
            a1 * (a1 * square[0] - 2 * b[0])
            + a2 * (a2 * square[1] - 2 * b[1])
            + 2 * a1 * a2 * cross
        )
        slope = np.array([
            2 * (a1 * square[0] + a2 * cross - b[0]),
            2 * (a2 * square[1] + a1 * cross - b[1]),
            a1 * (a1 * square_u[0] + 2 * (a2 * cross_1 - b_u[0])),
            a2 * (a2 * square_u[1] + 2 * (a1 * cross_2 - b_u[1])),
        ])  # fmt: skip
        M = np.empty((4, 4, rows.size))
        M[0, 0], M[1, 1], M[0, 1] = square[0], square[1], cross
        M[0, 2], M[1, 3] = a1 * square_u[0] / 2, a2 * square_u[1] / 2
        M[0, 3], M[1, 2] = a2 * cross_2, a1 * cross_1
        M[2, 2], M[3, 3] = a1 * a1 * turning[0], a2 * a2 * turning[1]
        M[2, 3] = a1 * a2 * cross_12
        for i in range(4):
            for j in range(i):
                M[i, j] = M[j, i]
        gradient = np.einsum("ikn,kn->in", J, slope)
        hessian = np.einsum("ikn,kjn->ijn", J, np.einsum("kln,jln->kjn", M, J))
        return error, gradient, hessian

    def _refine(
        self,
        evaluate: Callable[[Indices, Array], tuple[Array, Array, Array]],
        place: Array,
        steps: int = _STEPS,
        least_gain: float = _GAIN,
        first_damping: float = _DAMPING,
    ) -> tuple[Array, Array, Array]:
        """Return places and errors of the optimum that each start leads to, and the last gains.

        Args:
            evaluate: result of :meth:`_error` for some of the starts at places ``(4, m)``.
            place: the starts, ``(4, n)``.
        """
        active = np.arange(place.shape[1])
        error, gradient, hessian = evaluate(active, place)
        damping, last = np.full(active.size, first_damping), np.zeros(active.size)
        for _ in range(steps):
            self._check()
            here, slope = place[:, active], gradient[:, active]
            step = self._step(here, slope, hessian[:, :, active], damping[active])
            tried = np.clip(here + np.clip(step, -_REACH, _REACH), self._low, self._high)
            new = evaluate(active, tried)
            step = tried - here
            gain = error[active] - new[0]
            better = gain > 0
            # The residuals may add to the curvature; then steps go too far, and are damped.
            beyond = (new[1] * step).sum(axis=0) / np.maximum(-(slope * step).sum(axis=0), _TINY)
            damping[active] *= np.select(
                [~better, beyond > 0.4, beyond > 0.2], [5.0, 10.0, 1.0], 0.2
            )
            last[active] = gain
            taken = active[better]
            place[:, taken] = tried[:, better]
            error[taken], gradient[:, taken], hessian[:, :, taken] = (v[..., better] for v in new)
            still = np.abs(step).max(axis=0) < 1e-6
            still |= better & (gain < least_gain * np.abs(new[0]))
            active = active[~still]
            if not active.size:
                break
        return place, error, last

    def _step(self, here: Array, gradient: Array, hessian: Array, damping: Array) -> Array:
        """Return a step of Levenberg and Marquardt; what pushes against a bound is held."""
        held = ((here <= self._low) & (gradient > 0)) | ((here >= self._high) & (gradient < 0))
        free = (~held).astype(float)
        matrix = hessian * free[:, None] * free[None]
        for i in range(4):
            matrix[i, i] = matrix[i, i] * (1 + damping) + 1e-12 * hessian[i, i] + held[i] + _TINY
        return -_solve(matrix, gradient * free / 2)

    def _settled(
        self, y: Array, projections: Table, place: Array
    ) -> tuple[Array, Array, NDArray[np.bool_]]:
        """Return parameters and squared errors, exact after some steps, and what converged."""
        whole = (y * y).sum(axis=0)
        last = np.zeros(whole.size)
        rss = whole + self._error(projections, np.arange(whole.size), place)[0]
        some, others = (
            np.flatnonzero(rss < _PRECISE * whole),
            np.flatnonzero(rss >= _PRECISE * whole),
        )
        rest, _ = self._rest(y[:, others], place[:, others])
        rss[others] = (rest * rest).sum(axis=0)
        if some.size:
            place[:, some], rss[some], last[some] = self._refine(
                lambda own, here: self._exact_error(y, projections, some[own], here),
                place[:, some], _EXACT_STEPS, _EXACT_GAIN, _EXACT_DAMPING,
            )  # fmt: skip
        values = np.exp(place)
        # Bounds are given back as they are.
        low, high = np.exp(self._low), np.exp(self._high)
        values = np.where(place <= self._low, low, np.where(place >= self._high, high, values))
        return values, rss, last <= _CREEP * rss

    def _exact_error(
        self, y: Array, projections: Table, rows: Indices, place: Array
    ) -> tuple[Array, Array, Array]:
        """Return the squared error and its gradient without tables, and half of its Hessian."""
        a, u, J = _amplitudes(place, self._first, self._dx)
        rest, columns = self._rest(y[:, rows], place)
        slopes = [(rest * c).sum(axis=0) for c in columns]
        rates = KNEE * np.expm1(self._first + self._dx * u)
        for amplitude, rate, column in zip(a, rates, columns, strict=True):
            d = _RATE_STEP * rate
            along = (rest * (self._column(rate + d) - column)).sum(axis=0)
            slopes.append(amplitude * (rate + KNEE) * self._dx / d * along)
        gradient = -2 * np.einsum("ikn,kn->in", J, np.array(slopes))
        return (rest * rest).sum(axis=0), gradient, self._error(projections, rows, place)[2]

    def _rest(self, y: Array, place: Array) -> tuple[Array, list[Array]]:
        """Return the residuals, and the two columns c."""
        a, u, _ = _amplitudes(place, self._first, self._dx)
        rates = KNEE * np.expm1(self._first + self._dx * u)
        columns = [self._column(k) for k in rates]
        return y - a[0] * columns[0] - a[1] * columns[1], columns


def _beside(table: Table, rows: Indices | int, node: Indices) -> Array:
    """Return values and slopes at the nodes around positions, in the order of :func:`basis`.

    Args:
        table: ``(m, NODES)`` or ``(NODES,)``: value and slope in one complex number.
    """
    at = rows * NODES + node
    both = np.array([table.take(at), table.take(at + 1)]).view(np.float64)
    beside: Array = both.reshape(2, -1, 2).transpose(0, 2, 1).reshape(4, -1)
    return beside


def _pair(one: Array, other: Array, weight: list[Array]) -> tuple[list[Array], list[Array]]:
    """Return values and slopes of two functions at their positions."""
    both = [np.einsum("bn,obn->on", e, w[:2]) for e, w in zip((one, other), weight, strict=True)]
    return [v[0] for v in both], [v[1] for v in both]


def _amplitudes(place: Array, first: float, dx: float) -> tuple[Array, Array, Array]:
    """Return amplitudes and positions of the two exponentials, ``(2, n)``, fast one first.

    Also their slopes with the logarithms of the parameters, ``(4, 4, n)``: parameters first, then
    both amplitudes and both positions.
    """
    vp, ve, Fp, kep = np.exp(place)
    transit, exchange = Fp / vp, kep * ve / vp
    total = transit + exchange + kep
    root = np.sqrt((transit + exchange - kep) ** 2 + 4 * exchange * kep)
    root = np.maximum(root, 1e-6 * total)
    fast = (total + root) / 2
    slow = transit * kep / fast
    beyond = fast - exchange - kep
    A = Fp * beyond / root
    none = np.zeros_like(vp)
    # By ln vp, ln ve, ln Fp, ln kep.
    d_total = np.array([-transit - exchange, exchange, transit, exchange + kep])
    d_product = transit * kep * np.array([-1.0, 0.0, 1.0, 1.0])[:, None]
    d_zero = np.array([-exchange, exchange, none, exchange + kep])
    d_fast = (fast * d_total - d_product) / root
    d_slow = d_total - d_fast
    d_A = Fp * ((d_fast - d_zero) - beyond * (d_fast - d_slow) / root) / root
    d_A[_FP] += A
    d_B = -d_A
    d_B[_FP] += Fp
    rates, wide = np.array([fast, slow]), np.array([fast + KNEE, slow + KNEE])
    a = np.array([A, Fp - A]) / wide
    J = np.empty((4, 4, vp.size))
    for i, (d_amplitude, d_rate) in enumerate(((d_A, d_fast), (d_B, d_slow))):
        J[:, i] = (d_amplitude - a[i] * d_rate) / wide[i]
        J[:, 2 + i] = d_rate / wide[i] / dx
    return a, (np.log1p(rates / KNEE) - first) / dx, J


def _solve(matrix: Array, right: Array) -> Array:
    """Solve symmetric positive definite systems, ``(p, p, n)`` and ``(p, n)``, by Cholesky."""
    size = len(matrix)
    L = np.zeros_like(matrix)
    for j in range(size):
        rest = matrix[j, j] - (L[j, :j] ** 2).sum(axis=0)
        L[j, j] = np.sqrt(np.maximum(rest, 1e-14 * np.abs(matrix[j, j]) + _TINY))
        for i in range(j + 1, size):
            L[i, j] = (matrix[i, j] - (L[i, :j] * L[j, :j]).sum(axis=0)) / L[j, j]
    x: Array = right.copy()
    for i in range(size):
        x[i] = (x[i] - (L[i, :i] * x[:i]).sum(axis=0)) / L[i, i]
    for i in reversed(range(size)):
        x[i] = (x[i] - (L[i + 1 :, i] * x[i + 1 :]).sum(axis=0)) / L[i, i]
    return x


def _exchange_of_pair(slow: Array, fast: Array, from_slow: Array, from_fast: Array) -> Array:
    """Return vp, ve, Fp and PS/ve of a bi-exponential: :func:`models.bi_exponential` inverted."""
    Fp = np.maximum(from_slow + from_fast, 1e-9)
    zero = (from_fast * slow + from_slow * fast) / Fp
    vp = Fp / np.maximum(slow + fast - zero, 1e-9)
    ve = from_slow / np.maximum(slow, 1e-9) + from_fast / np.maximum(fast, 1e-9) - vp
    with np.errstate(divide="ignore"):
        found: Array = np.array([vp, np.maximum(ve, 1e-9), Fp, vp * slow * fast / Fp])
    return found
