"""Search for each voxel's optimum of the two-compartment exchange model on tables.

The model's curve is the sum of two exponentials' convolutions. Its squared error follows from the
projections of the voxel's curve on c(k) = (k + KNEE)·(Cp ∗ exp(-k·t)) and from the products
c(k₁)·c(k₂), which are the same for all voxels. Both are cubic Hermite polynomials between nodes of
the rate, so that Levenberg-Marquardt in the logarithms of vp, ve, Fp and kep = PS/ve needs no
curve.

The best pair of exponentials with amplitudes ≥ 0 is found first, by variable projection. Where it
is one of the model's in the box, it is the optimum. Elsewhere the search goes on in the box, from
that pair, from one exponential, and from the best curve of a grid.

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
from SpineDCELib.kinetics.kep_search import best_of_row
from SpineDCELib.kinetics.kep_tables import KNEE
from SpineDCELib.kinetics.models import MINUTE, two_compartment_exchange
from SpineDCELib.kinetics.parameters import SMALLEST_VOLUME, Bounds
from SpineDCELib.kinetics.variable_projection import projected, refine

Values = NDArray[np.floating]
Indices = NDArray[np.intp]
NODES = 256
#: Lowest rate of the tables, 1/min: a curve cannot tell it from 0.
_SLOWEST = 1e-4
#: Lowest Fp, 1/min: less is no enhancement.
_SMALLEST_FLOW = 1e-6
#: Pairs of exponentials that are looked at first: step in nodes, and bands of the faster rate,
#: 1/min. The best pair of every band is a start.
_COARSE = 8
_BANDS = (0.02, 2.0, 15.0, 100.0, 600.0)
#: Longest step of a pair, in nodes: the fast one goes far where the curve does not show it.
_PAIR_REACH = 30.0
#: Grid of shapes in the box: Fp/vp and kep, 1/min, and ve/vp.
_TRANSIT = np.geomspace(0.3, 600.0, 9)
_KEP = np.geomspace(0.01, 15.0, 7)
_RATIO = np.geomspace(0.05, 200.0, 7)
#: Most steps in the box, the longest one, in logarithms, and the share of what is explained that a
#: step gains at least.
_STEPS, _REACH, _GAIN = 60, 2.0, 1e-9
#: Steps after which only the best of the other starts goes on.
_TRIED = 6
#: Below this share of the curve's sum of squares the error of the tables shows in the residuals.
_PRECISE = 0.5
#: Steps without tables, while one gains so large a share of the squared error.
_EXACT_STEPS, _EXACT_GAIN = 10, 1e-7
#: Damping of the first of them.
_DAMPING = 1e-3
#: A curve that still gains more than this share at the last step has not converged.
_CREEP = 1e-4
#: Curves whose grid is worked on at once: it stays in the processor's cache.
_PART = 512
_TINY = 1e-30
_RATE_DIFFERENCE = 1e-4  # relative
#: The same for differences to one side.
_RATE_STEP = 1e-6
_VP, _VE, _FP, _KEP_ROW = range(4)


class ExchangeSearch:
    """Search at one delay of one arterial curve.

    Args:
        curve: the arterial curve.
        moved: frame times less the delay, s, ``(T,)``.
    """

    def __init__(self, curve: ArterialCurve, moved: Array, bounds: Bounds) -> None:
        self._curve, self._moved = curve, moved
        least = SMALLEST_VOLUME
        self._low = np.log([[least], [least], [_SMALLEST_FLOW], [bounds.kep[0]]])
        self._high = np.log([[bounds.vp], [bounds.ve], [bounds.Fp], [bounds.kep[1]]])
        fastest = (bounds.Fp + bounds.ve * bounds.kep[1]) / least + bounds.kep[1]
        x = np.linspace(np.log1p(_SLOWEST / KNEE), np.log1p(fastest / KNEE), NODES)
        self._first, self._dx = float(x[0]), float(x[1] - x[0])
        e, e_u = self._columns_at(KNEE * np.expm1(x))
        self._columns = np.hstack([e, e_u])
        self._products = np.stack([e.T @ e, e.T @ e_u, e_u.T @ e, e_u.T @ e_u], axis=2)
        same = self._products[np.arange(NODES), np.arange(NODES)]
        self._squares = np.concatenate([same[:, 0], 2 * same[:, 1]])[None]
        self._turning = same[:, 3].copy()
        self._coarse = np.flatnonzero(x < np.log1p(_BANDS[-1] / KNEE))[::_COARSE]
        edges = np.searchsorted(x[self._coarse], np.log1p(np.array(_BANDS) / KNEE))
        self._bands = [slice(int(a), int(b)) for a, b in pairwise(edges)]
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
        projections = exact.T @ self._columns
        place, inside = self._free(projections)
        # Those whose best pair of exponentials is none of the model's in the box.
        rest = np.flatnonzero(~inside)
        if rest.size:
            shapes = [
                self._best_shapes(y[:, rest[i : i + _PART]]) for i in range(0, rest.size, _PART)
            ]
            one = place[:, rest].copy()  # without an extravascular space
            one[[_VE, _KEP_ROW]] = self._low[[_VE, _KEP_ROW]]
            others = np.concatenate([one[:, :, None], np.concatenate(shapes, axis=1)], axis=2)
            own = np.repeat(np.arange(rest.size), others.shape[2])
            begun, error = self._refine(projections, rest[own], others.reshape(4, -1), _TRIED)
            # The pair leads to the optimum nearly always, so only the best of the others goes on.
            best = begun[:, best_of_row(own, -error)]
            both = np.stack([place[:, rest], best], axis=2).reshape(4, -1)
            own = np.repeat(np.arange(rest.size), 2)
            found, error = self._refine(projections, rest[own], both)
            place[:, rest] = found[:, best_of_row(own, -error)]
        values, rss, converged = self._settled(exact, projections, place)
        # What creeps along a flat valley goes to fast flow or slow exchange, and is met from there.
        for row, end in ((_FP, self._high), (_KEP_ROW, self._low)):
            slow = np.flatnonzero(~converged)
            if not slow.size:
                break
            begun = np.log(values[:, slow])
            begun[row] = end[row]
            place, _ = self._refine(projections, slow, begun)
            other, other_rss, stopped = self._settled(exact[:, slow], projections[slow], place)
            better = other_rss < rss[slow]
            into = slow[better]
            values[:, into], rss[into] = other[:, better], other_rss[better]
            converged[into] = stopped[better]
        return values, rss, converged

    def _free(self, projections: Values) -> tuple[Array, NDArray[np.bool_]]:
        """Return the best pair of exponentials with amplitudes ≥ 0 of each curve.

        Returns:
            Logarithms of the parameters, clipped to the box, and whether they are in the box.
        """
        rows, pairs = self._pairs(projections)
        none = np.zeros(1)

        def evaluate(some: Indices, place: Array) -> tuple[Any, ...]:
            u, w = place
            i, x = cell_of(u, NODES)
            j, z = cell_of(w, NODES)
            along, across = basis(x), basis(z)
            own = rows[some]
            e, e_u, e_uu = np.einsum("bn,obn->on", _at_nodes(projections, own, i), along)
            ee, ee_u, ee_uu = np.einsum("bn,obn->on", _at_nodes(self._squares, 0, i), along)
            a = np.einsum("bn,obn->on", _at_nodes(projections, own, j), across)
            aa = np.einsum("bn,obn->on", _at_nodes(self._squares, 0, j), across)
            ae = surface(patch_of(self._products, i, j), along, across)
            return projected(
                tuple(a),
                (e, e_u, none, e_uu, none, none),
                (tuple(aa), ae, (ee, ee_u, none, ee_uu, none, none)),
                np.inf,
                np.inf,
            )

        limits = np.array([[[0.0], [0.0]], [[NODES - 1.0], [NODES - 1.0]]])
        found = refine(evaluate, pairs, limits, self._check, _PAIR_REACH)
        u, w, a, e, _, converged = found[:6, best_of_row(rows, -found[4])]
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

    def _pairs(self, projections: Values) -> tuple[Indices, Array]:
        """Return rows and nodes of the local optima of all pairs of coarse nodes, ``(2, n)``."""
        nodes = self._coarse
        b = projections[:, nodes].astype(np.float64)
        gram = self._products[..., 0][np.ix_(nodes, nodes)]
        length = np.sqrt(np.diag(gram))
        b, gram = b / length, gram / np.outer(length, length)
        one, other, g = b[:, :, None], b[:, None, :], gram
        rest = 1 - g * g + np.eye(nodes.size)
        first, second = (one - g * other) / rest, (other - g * one) / rest
        explained = np.where(
            (first > 0) & (second > 0),
            first * one + second * other,
            np.maximum(np.maximum(one, other), 0.0) ** 2,
        )
        low = np.tril_indices(nodes.size)
        explained[:, low[0], low[1]] = -1.0
        n = np.arange(len(b))
        found = []
        for band in self._bands:
            part = explained[:, :, band].reshape(len(b), -1)
            best = part.argmax(axis=1)
            i, j = np.divmod(best, band.stop - band.start)
            found.append((n, nodes[i], nodes[band.start + j]))
        rows, i, j = (np.concatenate(v) for v in zip(*found, strict=True))
        order = np.argsort(rows, kind="stable")
        rows, i, j = rows[order], i[order], j[order]
        return rows, np.array([i, j], np.float64)

    def _best_shapes(self, y: Values) -> Array:
        """Return the logarithms of the best shapes and amplitudes of the grid, ``(4, n, 3)``.

        One of each third of the grid, by Fp/vp.
        """
        along = y.T @ self._grid_columns.astype(y.dtype)
        low, high = (v.astype(y.dtype) for v in self._amplitudes)
        amplitude = np.clip(along, low, high)
        explained = (amplitude * (2 * along - amplitude)).reshape(len(along), 3, -1)
        third = explained.shape[2]
        shape = explained.argmax(axis=2) + third * np.arange(3)
        start = self._shapes[:, shape].copy()
        start[:3] += np.log(np.take_along_axis(amplitude, shape, axis=1) / self._length[shape])
        clipped: Array = np.clip(start, self._low[:, :, None], self._high[:, :, None])
        return clipped

    def _error(
        self, projections: Values, rows: Indices, place: Array
    ) -> tuple[Array, Array, Array]:
        """Return the squared error less |y|², its gradient and half of its Hessian.

        The Hessian leaves out what the residuals add (Gauss-Newton).
        """
        a, u, J = _amplitudes(place, self._first, self._dx)
        node, beside = cell_of(np.clip(u, 0.0, NODES - 1.0), NODES)
        weight = [basis(each) for each in beside]
        edges = [
            (_at_nodes(projections, rows, n), _at_nodes(self._squares, 0, n)) for n in node
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
        self, projections: Values, rows: Indices, place: Array, steps: int = _STEPS
    ) -> tuple[Array, Array]:
        """Return places and errors of the optimum that each start leads to."""
        error, gradient, hessian = self._error(projections, rows, place)
        damping = np.full(rows.size, 1e-2)
        active = np.arange(rows.size)
        for _ in range(steps):
            self._check()
            here = place[:, active]
            step = self._step(here, gradient[:, active], hessian[:, :, active], damping[active])
            tried = np.clip(here + np.clip(step, -_REACH, _REACH), self._low, self._high)
            new = self._error(projections, rows[active], tried)
            gain = error[active] - new[0]
            better = gain > 0
            taken = active[better]
            place[:, taken] = tried[:, better]
            error[taken], gradient[:, taken], hessian[:, :, taken] = (v[..., better] for v in new)
            still = np.abs(tried - here).max(axis=0) < 1e-6
            still |= better & (gain < _GAIN * np.abs(new[0]))
            damping[active] *= np.where(better, 0.2, 5.0)
            active = active[~still]
            if not active.size:
                break
        return place, error

    def _step(self, here: Array, gradient: Array, hessian: Array, damping: Array) -> Array:
        """Return a step of Levenberg and Marquardt; what pushes against a bound is held."""
        held = ((here <= self._low) & (gradient > 0)) | ((here >= self._high) & (gradient < 0))
        free = (~held).astype(float)
        matrix = hessian * free[:, None] * free[None]
        for i in range(4):
            matrix[i, i] = matrix[i, i] * (1 + damping) + 1e-12 * hessian[i, i] + held[i] + _TINY
        return -_solve(matrix, gradient * free / 2)

    def _settled(
        self, y: Array, projections: Values, place: Array
    ) -> tuple[Array, Array, NDArray[np.bool_]]:
        """Return parameters and squared errors, exact after some steps, and what converged."""
        rest, columns = self._rest(y, place)
        rss = (rest * rest).sum(axis=0)
        some = np.flatnonzero(rss < _PRECISE * (y * y).sum(axis=0))
        last, damping = np.zeros(rss.size), np.full(rss.size, _DAMPING)
        for _ in range(_EXACT_STEPS):
            if not some.size:
                break
            here = place[:, some]
            _, _, hessian = self._error(projections, some, here)
            a, u, J = _amplitudes(here, self._first, self._dx)
            rates = KNEE * np.expm1(self._first + self._dx * u)
            slopes = []
            for i in (0, 1):
                d = _RATE_STEP * rates[i]
                e_u = (self._column(rates[i] + d) - columns[i][:, some]) / d
                slope = a[i] * (rates[i] + KNEE) * self._dx
                slopes.append(slope * (rest[:, some] * e_u).sum(axis=0))
            along = [(rest[:, some] * c[:, some]).sum(axis=0) for c in columns]
            gradient = -2 * np.einsum("ikn,kn->in", J, np.array([*along, *slopes]))
            step = self._step(here, gradient, hessian, damping[some])
            tried = np.clip(here + np.clip(step, -_REACH, _REACH), self._low, self._high)
            new, new_columns = self._rest(y[:, some], tried)
            new_rss = (new * new).sum(axis=0)
            gain = rss[some] - new_rss
            last[some] = gain
            into = some[gain > 0]
            place[:, into], rss[into] = tried[:, gain > 0], new_rss[gain > 0]
            rest[:, into] = new[:, gain > 0]
            for column, changed in zip(columns, new_columns, strict=True):
                column[:, into] = changed[:, gain > 0]
            damping[some] *= np.where(gain > 0, 0.1, 10.0)
            some = some[np.abs(gain) > _EXACT_GAIN * rss[some]]
        values = np.exp(place)
        # Bounds are given back as they are.
        low, high = np.exp(self._low), np.exp(self._high)
        values = np.where(place <= self._low, low, np.where(place >= self._high, high, values))
        return values, rss, last <= _CREEP * rss

    def _rest(self, y: Array, place: Array) -> tuple[Array, list[Array]]:
        """Return the residuals, and the two columns c."""
        a, u, _ = _amplitudes(place, self._first, self._dx)
        rates = KNEE * np.expm1(self._first + self._dx * u)
        columns = [self._column(k) for k in rates]
        return y - a[0] * columns[0] - a[1] * columns[1], columns


def _at_nodes(table: Values, rows: Indices | int, node: Indices) -> Array:
    """Return values and slopes at the nodes around positions, in the order of :func:`basis`.

    Args:
        table: ``(m, 2·NODES)``: the values at all nodes, then the slopes.
    """
    places = (node, NODES + node, node + 1, NODES + node + 1)
    return np.array([table[rows, place] for place in places], np.float64)


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
