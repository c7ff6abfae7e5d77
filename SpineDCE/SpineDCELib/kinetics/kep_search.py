"""The search for each voxel's kep: every local optimum on the nodes, then a root inside.

For a given kep the best (vp, ve) in the box has a closed form (:func:`best_in_box`), so the squared
error is a function of kep alone, with a continuous slope. Where vp and ve stay inside the box, it
falls where y·q rises, and Newton's method finds the top; elsewhere a bracketed root of the slope
does, whatever faces of the box lie on the way.

Rows of arrays are voxels: projections ``P`` are ``(n, nodes)``. An optimum is an array ``(5, n)``:
position of kep, ve, plasma = vp·|a|, y·q there, and the excess of the squared error over that of
the best unbounded (vp, ve) at this kep.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.kinetics.kep_tables import NODES, PAD, TO_POLYNOMIAL, WINDOW, KepTables, Values

Indices = NDArray[np.intp]
POSITION, VE, PLASMA, Q, EXCESS = range(5)
_INNER = slice(PAD, PAD + NODES)
_NEWTON_STEPS = 4
_ROOT_STEPS = 60
_TINY = 1e-30
#: Of a position, in nodes, by the precision of the curves.
_TOLERANCE = {"f": 1e-5, "d": 1e-10}


def best_in_box(
    y_a: Values,
    y_q: Values,
    g: Values | float,
    s: Values | float,
    plasma_bound: float,
    ve_bound: float,
) -> tuple[Values, Values, Values]:
    """The best ve and plasma = vp·|a| in the box for given kep, and the excess squared error.

    First ve alone, with vp free. If vp then lies outside it is held at that bound, and ve moves to
    the best on that face; by convexity that is the optimum.
    """
    ve = np.clip(y_q / s, 0.0, ve_bound)
    plasma = np.clip(y_a - ve * g, 0.0, plasma_bound)
    ve = np.clip((g * (y_a - plasma) + s * y_q) / (g * g + s * s), 0.0, ve_bound)
    return ve, plasma, (y_a - plasma - ve * g) ** 2 + (y_q - ve * s) ** 2


def search(projections: Values, tables: KepTables, plasma_bound: float, ve_bound: float) -> Values:
    """The global least-squares optimum in the box, ``(5, n)``.

    Args:
        projections: ``(n, 2 + nodes)``, finite: the curves times ``tables.projector``.
        plasma_bound, ve_bound: upper bounds of vp·|a| (0 leaves vp out) and of ve.
    """
    y_a, P = projections[:, 0].copy(), projections[:, 2:]
    if plasma_bound <= 0:
        return _search_box(y_a, P, tables, 0.0, ve_bound)
    found = _search_free(y_a, P, tables)
    ve, plasma = found[VE], found[PLASMA]
    outside = np.flatnonzero((ve < 0) | (ve > ve_bound) | (plasma < 0) | (plasma > plasma_bound))
    if outside.size:
        boxed = _search_box(y_a[outside], P[outside], tables, plasma_bound, ve_bound)
        found[:, outside] = boxed
    return found


def _search_free(y_a: Values, P: Values, tables: KepTables) -> Values:
    """The optimum without the box: the highest y·q (where that is negative there is none)."""
    rows, nodes = _peaks(P[:, _INNER])
    score = _windows(P, rows, nodes)
    distance, q = _climb(score, nodes)
    best = _best_of_row(rows, q)
    position, q = (nodes + distance)[best], q[best]
    ve = q / tables.s(position)
    return np.array([position, ve, y_a - ve * tables.g(position), q, np.zeros_like(q)])


def _search_box(
    y_a: Values, P: Values, tables: KepTables, plasma_bound: float, ve_bound: float
) -> Values:
    """The optimum in the box, whatever face it is on."""
    inner = P[:, _INNER]
    excess = best_in_box(
        y_a[:, None], inner, tables.g_nodes, tables.s_nodes, plasma_bound, ve_bound
    )[2]
    rows, nodes = _peaks(inner * inner - excess)
    y_a, windows = y_a[rows], _windows(P, rows, nodes)

    coefficients = _coefficients(windows)
    slopes = _slopes(coefficients)

    def solve(some: Indices, distance: Values) -> tuple[Values, Values, Values, Values, Values]:
        position = nodes[some] + distance
        y_q = _polynomial(coefficients[:, some], distance) * distance + windows[PAD, some]
        g, s = tables.g(position), tables.s(position)
        return position, y_q, *best_in_box(y_a[some], y_q, g, s, plasma_bound, ve_bound)

    def slope(some: Indices, distance: Values) -> Values:
        """The residual's projection on de: the squared error falls where it is positive."""
        position, y_q, ve, plasma, _ = solve(some, distance)
        (g, dg), (s, ds) = tables.g.with_slope(position), tables.s.with_slope(position)
        turning = _polynomial(slopes[:, some], distance)
        return (y_a[some] - plasma - ve * g) * dg + (y_q - ve * s) * ds + s * turning

    low, high = _reach(nodes, y_a.dtype)
    every = np.arange(rows.size)
    distance = _root(slope, low, high)
    position, y_q, ve, plasma, excess = solve(every, distance)
    found = np.array([position, ve, plasma, y_q, excess])
    return found[:, _best_of_row(rows, _gain(found))]


def _gain(optimum: Values) -> Values:
    """How much the squared error falls through the extravascular term."""
    return optimum[Q] ** 2 - optimum[EXCESS]


def _peaks(score: Values) -> tuple[Indices, Indices]:
    """Row and node of every local maximum; at least one a row (of a plateau, its last)."""
    peak = np.ones(score.shape, bool)
    rising = score[:, 1:] >= score[:, :-1]
    peak[:, 1:] = rising
    peak[:, :-1] &= ~rising
    return np.divmod(np.flatnonzero(peak), score.shape[1])


def _windows(P: Values, rows: Indices, nodes: Indices) -> Values:
    """``(WINDOW, candidates)``: the values at the nodes around each candidate."""
    return np.lib.stride_tricks.sliding_window_view(P, WINDOW, axis=1)[rows, nodes].T.copy()


def _coefficients(score: Values) -> Values:
    """Ascending coefficients of (score - its value at the middle)/distance."""
    return TO_POLYNOMIAL[1:].astype(score.dtype) @ (score - score[PAD])


def _slopes(coefficients: Values) -> Values:
    """Those of the derivative of distance times the polynomial with these coefficients."""
    return coefficients * np.arange(1, len(coefficients) + 1, dtype=coefficients.dtype)[:, None]


def _polynomial(coefficients: Values, x: Values) -> Values:
    """Ascending coefficients, by Horner's rule."""
    value = coefficients[-1] * x
    for coefficient in coefficients[-2:0:-1]:
        value += coefficient
        value *= x
    value += coefficients[0]
    return value


def _reach(nodes: Indices, dtype: np.dtype) -> tuple[Values, Values]:
    """How far an optimum may be from its node: one node, but not beyond the range of kep."""
    return (
        np.maximum(-nodes, -1).astype(dtype),
        np.minimum(NODES - 1 - nodes, 1).astype(dtype),
    )


def _climb(score: Values, nodes: Indices) -> tuple[Values, Values]:
    """From each node to the score's maximum within reach: its distance and value."""
    low, high = _reach(nodes, score.dtype)
    coefficients = _coefficients(score)
    slopes = _slopes(coefficients)
    bends = slopes[1:] * np.arange(1, WINDOW - 1, dtype=score.dtype)[:, None]
    distance = np.zeros_like(score[PAD])
    step = distance
    for _ in range(_NEWTON_STEPS):
        bend = np.minimum(_polynomial(bends, distance), -_TINY)
        step = distance
        distance = distance - _polynomial(slopes, distance) / bend
        np.clip(distance, low, high, out=distance)
        step = step - distance
    stuck = np.flatnonzero(np.abs(step) > 1e-3)
    if stuck.size:
        hard = slopes[:, stuck]
        distance[stuck] = _root(
            lambda some, x: _polynomial(hard[:, some], x), low[stuck], high[stuck]
        )
    return distance, score[PAD] + _polynomial(coefficients, distance) * distance


def _root(slope: Callable[[Indices, Values], Values], low: Values, high: Values) -> Values:
    """Where a slope that is known at any distance falls through 0, in reach of a node's optimum.

    False position after Anderson & Björck (BIT 1973; 13:253), from the node towards where its slope
    points; at the end of the range of kep it may have to stay.
    """
    tolerance = _TOLERANCE[low.dtype.char]
    active = np.arange(low.size)
    new = np.zeros_like(low)
    at_new = slope(active, new)
    old = np.where(at_new > 0, high, low)
    at_old = slope(active, old)
    result = new.copy()
    for _ in range(_ROOT_STEPS):
        share = np.where(at_new * at_old <= 0, at_new / (at_new - at_old + _TINY), 0.5)
        next_ = new + np.clip(share, 0.0, 1.0) * (old - new)
        at_next = slope(active, next_)
        crossed = at_next * at_new < 0
        with np.errstate(divide="ignore", invalid="ignore"):
            shrink = 1.0 - at_next / at_new
        at_old = np.where(crossed, at_new, at_old * np.where(shrink > 0, shrink, 0.5))
        old = np.where(crossed, new, old)
        moved = np.abs(next_ - new)
        new, at_new = next_, at_next
        result[active] = new
        going = np.flatnonzero((moved > tolerance) & (at_new != 0))
        if not going.size:
            break
        if going.size < 0.7 * active.size:
            active, new, old = active[going], new[going], old[going]
            at_new, at_old = at_new[going], at_old[going]
    return result


def _best_of_row(rows: Indices, score: Values) -> Indices:
    """The candidate with the highest score of each row; rows are in rising order."""
    first = np.flatnonzero(np.r_[True, rows[1:] != rows[:-1]])
    if first.size == rows.size:
        return first
    count = np.diff(np.r_[first, rows.size])
    highest = np.flatnonzero(score == np.repeat(np.maximum.reduceat(score, first), count))
    return highest[np.r_[True, rows[highest][1:] != rows[highest][:-1]]]
