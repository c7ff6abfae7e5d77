"""Search for each voxel's kep: every local optimum on the nodes, then a root inside.

For a given kep the best (vp, ve) in the box has a closed form (:func:`best_in_box`), so the squared
error is a function of kep alone, with a continuous slope. Where vp and ve stay inside the box, it
falls where y·q rises, and Newton's method finds the top; elsewhere a bracketed root of the slope
does, whichever faces of the box are on the way.

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
_TINY = 1e-30
#: Of a position, in nodes, by the precision of the curves.
_TOLERANCE = {"f": 1e-5, "d": 1e-9}


def best_in_box(
    y_a: Values,
    y_q: Values,
    g: Values | float,
    s: Values | float,
    plasma_bound: Values | float,
    ve_bound: float,
) -> tuple[Values, Values, Values]:
    """Return the best ve and plasma = vp·|a| in the box at a kep, and the excess squared error.

    ve is optimised first, with vp free. If vp is then out of bounds, it is fixed at that bound and
    ve is optimised again; by convexity the result is the optimum.
    """
    ve = _between(y_q / s, ve_bound)
    plasma = _between(y_a - ve * g, plasma_bound)
    ve = _between((g * (y_a - plasma) + s * y_q) / (g * g + s * s), ve_bound)
    return ve, plasma, (y_a - plasma - ve * g) ** 2 + (y_q - ve * s) ** 2


def _between(values: Values, bound: Values | float) -> Values:
    """Clip values, which it changes, to 0 and a bound; for few values faster than np.clip."""
    np.maximum(values, 0.0, out=values)
    return np.minimum(values, bound, out=values)


def search(projections: Values, tables: KepTables, plasma_bound: float, ve_bound: float) -> Values:
    """Find the global least-squares optimum in the box, ``(5, n)``.

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
    """Find the optimum without the box: the highest y·q (no optimum where that is negative)."""
    rows, nodes = _peaks(P[:, _INNER])
    score = _windows(P, rows, nodes)
    distance, q = _climb(score, nodes)
    best = best_of_row(rows, q)
    position, q = (nodes + distance)[best], q[best]
    g, s, _, _ = tables.frame(position)
    ve = q / s
    return np.array([position, ve, y_a - ve * g, q, np.zeros_like(q)])


def _search_box(
    y_a: Values, P: Values, tables: KepTables, plasma_bound: float, ve_bound: float
) -> Values:
    """Find the optimum in the box, whatever face it is on."""
    inner = P[:, _INNER]
    excess = best_in_box(
        y_a[:, None], inner, tables.g_nodes, tables.s_nodes, plasma_bound, ve_bound
    )[2]
    rows, nodes = _peaks(inner * inner - excess)
    y_a, windows = y_a[rows], _windows(P, rows, nodes)

    coefficients = _coefficients(windows)
    slopes = _slopes(coefficients)

    def solve(some: Indices, distance: Values) -> tuple[Values, Values]:
        """The optimum at given distances, and the residual's projection on de: where that is
        positive, the squared error falls."""
        position, a = nodes[some] + distance, y_a[some]
        y_q = _polynomial(coefficients[:, some], distance) * distance + windows[PAD, some]
        g, s, dg, ds = tables.frame(position)
        ve, plasma, excess = best_in_box(a, y_q, g, s, plasma_bound, ve_bound)
        turning = _polynomial(slopes[:, some], distance)
        slope = (a - plasma - ve * g) * dg + (y_q - ve * s) * ds + s * turning
        return np.array([position, ve, plasma, y_q, excess]), slope

    def face(ve: Values, plasma: Values) -> tuple[NDArray[np.integer], NDArray[np.integer]]:
        return _side(ve, ve_bound), _side(plasma, plasma_bound)

    # Most optima are on the same face of the box as at their node, and there the score is smooth.
    ve, plasma, _ = best_in_box(
        y_a, windows[PAD], tables.g_nodes[nodes], tables.s_nodes[nodes], plasma_bound, ve_bound
    )
    begun = face(ve, plasma)
    score = _on_face(windows, y_a - plasma, nodes, begun, tables, ve_bound)
    distance, _ = _climb(score, nodes)
    found, _ = solve(np.arange(rows.size), distance)
    others = np.flatnonzero(np.not_equal(face(found[VE], found[PLASMA]), begun).any(axis=0))
    if others.size:
        low, high = _reach(nodes[others], y_a.dtype)
        distance = _root(lambda some, x: solve(others[some], x)[1], low, high)
        found[:, others] = solve(others, distance)[0]
    return found[:, best_of_row(rows, _gain(found))]


def _side(values: Values, bound: float) -> NDArray[np.integer]:
    """Return the side of the box: 1 between 0 and the bound, 0 or 3 at one, 2 if both are 0."""
    return (values > 0).astype(np.int8) + 2 * (values >= bound)


def _on_face(
    windows: Values,
    rest: Values,
    nodes: Indices,
    face: tuple[NDArray[np.integer], NDArray[np.integer]],
    tables: KepTables,
    ve_bound: float,
) -> Values:
    """Return a score that is highest where the squared error is lowest on a face.

    It has the shape of ``windows``.

    With ve free it is the curve's projection on e, less what the held plasma takes of it; where
    ve = 0 its sign shows whether ve can rise. With ve at its upper bound it is the error itself.

    Args:
        rest: y·â less plasma, which counts where plasma is held at a bound.
    """
    ve_side, plasma_side = face
    around = nodes + np.arange(WINDOW)[:, None]
    walled = plasma_side != 1
    along, across = tables.wall_a[around] * walled, tables.wall_q[around]
    projection = along * rest + across * windows
    score = np.where(walled, projection, windows)
    full = ve_side == 3
    length, along, across = tables.length[around[:, full]], along[:, full], across[:, full]
    size2 = length**2 * (along**2 + across**2)
    score[:, full] = 2 * length * projection[:, full] - ve_bound * size2
    return score


def _gain(optimum: Values) -> Values:
    """Return the reduction of the squared error by the extravascular term."""
    gain: Values = optimum[Q] ** 2 - optimum[EXCESS]
    return gain


def _peaks(score: Values) -> tuple[Indices, Indices]:
    """Return row and node of every local maximum; at least one a row (of a plateau, its last)."""
    peak = np.ones(score.shape, bool)
    rising = score[:, 1:] >= score[:, :-1]
    peak[:, 1:] = rising
    peak[:, :-1] &= ~rising
    return np.divmod(np.flatnonzero(peak), score.shape[1])


def _windows(P: Values, rows: Indices, nodes: Indices) -> Values:
    """``(WINDOW, candidates)``: the values at the nodes around each candidate."""
    around: Values = np.lib.stride_tricks.sliding_window_view(P, WINDOW, axis=1)[
        rows, nodes
    ].T.copy()
    return around


def _coefficients(score: Values) -> Values:
    """Return ascending coefficients of (score - its value at the middle)/distance."""
    ascending: Values = TO_POLYNOMIAL[1:].astype(score.dtype) @ (score - score[PAD])
    return ascending


def _slopes(coefficients: Values) -> Values:
    """Return the coefficients of the derivative of distance times this polynomial."""
    return coefficients * np.arange(1, len(coefficients) + 1, dtype=coefficients.dtype)[:, None]


def _polynomial(coefficients: Values, x: Values) -> Values:
    """Evaluate a polynomial with ascending coefficients by Horner's rule."""
    value: Values = coefficients[-1] * x
    for coefficient in coefficients[-2:0:-1]:
        value += coefficient
        value *= x
    value += coefficients[0]
    return value


def _reach(nodes: Indices, dtype: np.dtype) -> tuple[Values, Values]:
    """Return the range of an optimum about its node: one node, within the range of kep."""
    return (
        np.maximum(-nodes, -1).astype(dtype),
        np.minimum(NODES - 1 - nodes, 1).astype(dtype),
    )


def _climb(score: Values, nodes: Indices) -> tuple[Values, Values]:
    """Return distance and value of the score's maximum within reach of each node."""
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

    From the node towards where its slope points (at the end of the range of kep there may be
    nowhere to go). Inverse quadratic interpolation where it is safe and bisection elsewhere, which
    the sharp bends at the faces of the box need: Chandrupatla, Adv Eng Softw 1997; 28:145.
    """
    tolerance = _TOLERANCE[low.dtype.char]
    active = np.arange(low.size)
    x1 = np.zeros_like(low)
    f1 = slope(active, x1)
    x2 = np.where(f1 > 0, high, low)
    f2 = slope(active, x2)
    result: Values = x1.copy()
    share = np.full_like(x1, 0.5)
    while active.size:
        x = x1 + share * (x2 - x1)
        f = slope(active, x)
        same = np.signbit(f) == np.signbit(f1)
        x3, f3 = np.where(same, x1, x2), np.where(same, f1, f2)
        x2, f2 = np.where(same, x2, x1), np.where(same, f2, f1)
        x1, f1 = x, f
        result[active] = np.where(np.abs(f1) < np.abs(f2), x1, x2)
        width = np.abs(x2 - x1)
        going = np.flatnonzero((width > tolerance) & (f1 != 0))
        active = active[going]
        x1, x2, x3, width = x1[going], x2[going], x3[going], width[going]
        f1, f2, f3 = f1[going], f2[going], f3[going]
        with np.errstate(divide="ignore", invalid="ignore"):
            xi, phi = (x1 - x2) / (x3 - x2), (f1 - f2) / (f3 - f2)
            smooth = (1 - np.sqrt(1 - xi) < phi) & (phi < np.sqrt(xi))
            smooth &= np.signbit(f1) != np.signbit(f2)
            share = f1 / (f1 - f2) * f3 / (f3 - f2)
            share -= (x3 - x1) / (x2 - x1) * f1 / (f3 - f1) * f2 / (f2 - f3)
            margin = 0.5 * tolerance / np.maximum(width, tolerance)
            share = np.clip(np.where(smooth, share, 0.5), margin, 1 - margin)
    return result


def best_of_row(rows: Indices, score: Values) -> Indices:
    """Return the candidate with the highest score of each row; rows are in rising order."""
    first = np.flatnonzero(np.r_[True, rows[1:] != rows[:-1]])
    if first.size == rows.size:
        return first
    count = np.diff(np.r_[first, rows.size])
    highest = np.flatnonzero(score == np.repeat(np.maximum.reduceat(score, first), count))
    return highest[np.r_[True, rows[highest][1:] != rows[highest][:-1]]]
