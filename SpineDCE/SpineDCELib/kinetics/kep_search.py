"""The search for each voxel's kep: every local optimum on the nodes, then Newton inside.

For a given kep the best (vp, ve) in the box has a closed form (:func:`best_in_box`), so the squared
error is a smooth function of kep alone. On each face of the box it falls where a *score* that is
linear in the curve rises: score = α·(y·â - o) + β·(y·q) + γ with tables α, β, γ of the position
and o the plasma term that is held at its bound:

==== ============================= ===== ===== ============
face held                          α     β     γ
==== ============================= ===== ===== ============
0    nothing                       0     1     0
1, 2 vp at 0, vp at its bound      g/|e| s/|e| 0
3    ve at its bound b             0     s     -b·s²/2
4, 5 both (vp as in 1, 2)          g     s     -b·(g²+s²)/2
==== ============================= ===== ===== ============

Rows of arrays are voxels: projections ``P`` are ``(n, nodes)``. An optimum is an array ``(5, n)``:
position of kep, ve, plasma = vp·|a|, y·q there, and the excess of the squared error over that of
the best unbounded (vp, ve) at this kep.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.kinetics.kep_tables import NODES, PAD, TO_POLYNOMIAL, WINDOW, KepTables, Values

Indices = NDArray[np.intp]
POSITION, VE, PLASMA, Q, EXCESS = range(5)
_INNER = slice(PAD, PAD + NODES)
_NEWTON_STEPS = 3
_FACE_CHANGES = 4
_TINY = 1e-30


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

    def at(some: Indices, distance: Values) -> Values:
        position = nodes[some] + distance
        y_q = _polynomial(_coefficients(windows[:, some]), distance) + windows[PAD, some]
        box = best_in_box(
            y_a[some], y_q, tables.g(position), tables.s(position), plasma_bound, ve_bound
        )
        return np.array([position, box[0], box[1], y_q, box[2]])

    active = np.arange(rows.size)
    found = at(active, np.zeros_like(y_a))
    face = _face(found, plasma_bound, ve_bound)
    for _ in range(_FACE_CHANGES):
        on, where = face[active], nodes[active]
        window = where + np.arange(WINDOW)[:, None]
        alpha, beta, gamma = (tables.faces[on, i, window] for i in range(3))
        held = np.where((on == 2) | (on == 5), plasma_bound, 0.0).astype(y_a.dtype)
        score = alpha * (y_a[active] - held) + beta * windows[:, active] + gamma
        tried = at(active, _climb(score, where)[0])
        better = _gain(tried) >= _gain(found[:, active])
        found[:, active[better]] = tried[:, better]
        new = _face(tried, plasma_bound, ve_bound)
        face[active] = new
        active = active[new != on]
        if not active.size:
            break
    return found[:, _best_of_row(rows, _gain(found))]


def _gain(optimum: Values) -> Values:
    """How much the squared error falls through the extravascular term."""
    return optimum[Q] ** 2 - optimum[EXCESS]


def _face(optimum: Values, plasma_bound: float, ve_bound: float) -> Indices:
    """The face (see the module) that an optimum is on."""
    plasma = optimum[PLASMA]
    wall = np.where(plasma <= 0, 1, np.where(plasma >= plasma_bound, 2, 0))
    return np.where(optimum[VE] >= ve_bound, wall + 3, wall)


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
    """Ascending coefficients from the first power on, relative to the window's middle."""
    return TO_POLYNOMIAL[1:].astype(score.dtype) @ (score - score[PAD])


def _polynomial(coefficients: Values, distance: Values) -> Values:
    value = coefficients[-1] * distance
    for coefficient in coefficients[-2::-1]:
        value += coefficient
        value *= distance
    return value


def _climb(score: Values, nodes: Indices) -> tuple[Values, Values]:
    """From each node to the score's maximum at most one node away; its distance and value."""
    low = np.maximum(-nodes, -1).astype(score.dtype)
    high = np.minimum(NODES - 1 - nodes, 1).astype(score.dtype)
    coefficients = _coefficients(score)
    orders = np.arange(1, WINDOW, dtype=score.dtype)
    slopes = coefficients * orders[:, None]
    bends = slopes[1:] * orders[:-1, None]
    distance = np.zeros_like(score[PAD])
    for _ in range(1 + _NEWTON_STEPS):
        slope = slopes[-1] * distance
        for coefficient in slopes[-2:0:-1]:
            slope += coefficient
            slope *= distance
        slope += slopes[0]
        bend = bends[-1] * distance
        for coefficient in bends[-2:0:-1]:
            bend += coefficient
            bend *= distance
        bend += bends[0]
        np.minimum(bend, -_TINY, out=bend)
        distance -= slope / bend
        np.clip(distance, low, high, out=distance)
    gain = _polynomial(coefficients, distance)
    distance[gain < 0] = 0.0
    return distance, score[PAD] + np.maximum(gain, 0.0)


def _best_of_row(rows: Indices, score: Values) -> Indices:
    """The candidate with the highest score of each row; rows are in rising order."""
    first = np.flatnonzero(np.r_[True, rows[1:] != rows[:-1]])
    if first.size == rows.size:
        return first
    count = np.diff(np.r_[first, rows.size])
    highest = np.flatnonzero(score == np.repeat(np.maximum.reduceat(score, first), count))
    return highest[np.r_[True, rows[highest][1:] != rows[highest][:-1]]]
