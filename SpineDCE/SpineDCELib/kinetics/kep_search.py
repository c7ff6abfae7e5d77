"""Search for each voxel's kep: every local optimum on the nodes, then a root inside.

For a given kep the best (vp, ve) in the box has a closed form (:func:`best_in_box`), so the squared
error is a function of kep alone, with a continuous slope. Where vp and ve stay inside the box, it
falls where y·q rises, and Newton's method finds the top; elsewhere a bracketed root of the slope
does, whichever faces of the box are on the way.

The last axis of arrays is that of the voxels: projections ``P`` are ``(nodes, n)``. An optimum is
an array ``(5, n)``: position of kep, ve, plasma = vp·|a|, y·q there, and the excess of the squared
error over that of the best unbounded (vp, ve) at this kep. Candidates are local optima on the
nodes, sorted by voxel.
"""

from __future__ import annotations

from collections.abc import Callable
from types import EllipsisType

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.kinetics.kep_tables import NODES, PAD, TO_POLYNOMIAL, WINDOW, KepTables, Values

Indices = NDArray[np.intp]
#: Index of some voxels, of the last axis.
Part = tuple[EllipsisType, slice]
POSITION, VE, PLASMA, Q, EXCESS = range(5)
_INNER = slice(PAD, PAD + NODES)
_NEWTON_STEPS = 4
#: Faces of the box that an optimum is searched on by Newton's method.
_FACES = 2
#: Voxels whose nodes are worked on at once: they stay in the processor's cache.
_PART = 2048
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
        projections: ``(2 + nodes, n)``, finite: ``tables.projector`` transposed times the curves.
        plasma_bound, ve_bound: upper bounds of vp·|a| (0 leaves vp out) and of ve.
    """
    y_a, P = projections[0], projections[2:]
    if plasma_bound <= 0:
        return _search_box(y_a, P, tables, 0.0, ve_bound)
    found = _search_free(y_a, P, tables)
    ve, plasma = found[VE], found[PLASMA]
    outside = np.flatnonzero((ve < 0) | (ve > ve_bound) | (plasma < 0) | (plasma > plasma_bound))
    if outside.size:
        boxed = P.take(outside, axis=1)
        found[:, outside] = _search_box(y_a[outside], boxed, tables, plasma_bound, ve_bound)
    return found


def _search_free(y_a: Values, P: Values, tables: KepTables) -> Values:
    """Find the optimum without the box: the highest y·q (no optimum where that is negative)."""
    voxels, nodes, score = _candidates(P, lambda part: P[_INNER][part])
    distance, q = _climb(score, nodes)
    best = best_of_voxel(voxels, q)
    position, q = (nodes + distance)[best], q[best]
    g, s, _, _ = tables.frame(position)
    ve = q / s
    return np.array([position, ve, y_a - ve * g, q, np.zeros_like(q)])


def _search_box(
    y_a: Values, P: Values, tables: KepTables, plasma_bound: float, ve_bound: float
) -> Values:
    """Find the optimum in the box, whatever face it is on."""
    inner = P[_INNER]
    g_nodes, s_nodes = tables.g_nodes[:, None], tables.s_nodes[:, None]

    def gain_at_nodes(part: Part) -> Values:
        q = inner[part]
        excess = best_in_box(y_a[part], q, g_nodes, s_nodes, plasma_bound, ve_bound)[2]
        gain: Values = q * q - excess
        return gain

    voxels, nodes, windows = _candidates(P, gain_at_nodes)
    y_a = y_a[voxels]

    coefficients = _coefficients(windows)

    def solve(some: Indices, distance: Values) -> Values:
        """Return the best vp and ve in the box at given distances, as an optimum."""
        position = nodes[some] + distance
        y_q = _polynomial(coefficients.take(some, axis=1), distance)
        y_q = y_q * distance + windows[PAD, some]
        g, s, _, _ = tables.frame(position)
        ve, plasma, excess = best_in_box(y_a[some], y_q, g, s, plasma_bound, ve_bound)
        return np.array([position, ve, plasma, y_q, excess])

    def slope(some: Indices, distance: Values) -> Values:
        """Return the residual's projection on de: where positive, the squared error falls."""
        position, ve, plasma, y_q, _ = solve(some, distance)
        turning = _polynomial(_slopes(coefficients.take(some, axis=1)), distance)
        g, s, dg, ds = tables.frame(position)
        towards: Values = (y_a[some] - plasma - ve * g) * dg + (y_q - ve * s) * ds + s * turning
        return towards

    # On a face of the box the score is smooth. Most optima are on the face of their node, and most
    # others where the bounds met on the way there hold too.
    ve, plasma, _ = best_in_box(
        y_a, windows[PAD], tables.g_nodes[nodes], tables.s_nodes[nodes], plasma_bound, ve_bound
    )
    sides = np.array([_side(ve, ve_bound), _side(plasma, plasma_bound)])
    found, some = np.empty((5, voxels.size), P.dtype), np.arange(voxels.size)
    for _ in range(_FACES):
        score = _on_face(
            windows.take(some, axis=1), y_a[some] - plasma, nodes[some], sides, tables, ve_bound
        )
        distance, _ = _climb(score, nodes[some])
        optimum = found[:, some] = solve(some, distance)
        reached = np.array([_side(optimum[VE], ve_bound), _side(optimum[PLASMA], plasma_bound)])
        left = np.flatnonzero((reached != sides).any(axis=0))
        sides, reached = sides[:, left], reached[:, left]
        inside = reached == 1
        plasma = np.where(inside[1], plasma[left], optimum[PLASMA, left])
        sides, some = np.where(inside, sides, reached), some[left]
    if some.size:
        low, high = _reach(nodes[some], y_a.dtype)
        distance = _root(lambda part, x: slope(some[part], x), low, high)
        found[:, some] = solve(some, distance)
    return found[:, best_of_voxel(voxels, _gain(found))]


def _side(values: Values, bound: float) -> NDArray[np.integer]:
    """Return the side of the box: 1 between 0 and the bound, 0 or 3 at one, 2 if both are 0."""
    return (values > 0).astype(np.int8) + 2 * (values >= bound)


def _on_face(
    windows: Values,
    rest: Values,
    nodes: Indices,
    sides: NDArray[np.integer],
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
    ve_side, plasma_side = sides
    around = nodes + np.arange(WINDOW)[:, None]
    walled = plasma_side != 1
    along, across = tables.wall_a.take(around) * walled, tables.wall_q.take(around)
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


def _candidates(
    P: Values, gain_at_nodes: Callable[[Part], Values]
) -> tuple[Indices, Indices, Values]:
    """Return voxel, node and window of every local maximum of a gain, by rising voxel."""
    found = []
    for start in range(0, P.shape[1], _PART):
        voxels, nodes = _peaks(gain_at_nodes(np.s_[..., start : start + _PART]))
        voxels += start
        found.append((voxels, nodes, _windows(P, voxels, nodes)))
    voxels, nodes, windows = (np.concatenate(parts, axis=-1) for parts in zip(*found, strict=True))
    return voxels, nodes, windows


def _peaks(score: Values) -> tuple[Indices, Indices]:
    """Return voxel and node of every local maximum; each voxel has one (of a plateau, its last)."""
    peak = np.ones(score.shape, bool)
    rising = np.greater_equal(score[1:], score[:-1], out=peak[1:])
    peak[:-1] &= ~rising
    ones = peak.view(np.uint8)
    count = np.add.reduce(ones, axis=0, dtype=np.uint8)
    numbers = np.arange(len(score), dtype=np.uint8)[:, None]
    # Most voxels have one maximum, whose node is the sum of all nodes that are one.
    nodes = np.add.reduce(ones * numbers, axis=0, dtype=np.uint8).astype(np.intp)
    several = np.flatnonzero(count > 1)
    if not several.size:
        return np.arange(nodes.size), nodes
    voxels = np.repeat(np.arange(nodes.size), count)
    nodes = np.repeat(nodes, count)
    nodes[np.repeat(count > 1, count)] = np.nonzero(peak[:, several].T)[1]
    return voxels, nodes


def _windows(P: Values, voxels: Indices, nodes: Indices) -> Values:
    """``(WINDOW, candidates)``: the values at the nodes around each candidate."""
    around = np.empty((WINDOW, voxels.size), P.dtype)
    first, values = nodes * P.shape[1] + voxels, P.ravel()
    for k, row in enumerate(around):
        values[k * P.shape[1] :].take(first, out=row, mode="clip")
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
    # Rows: distance and slope there. The root is between one and two; one is the newest.
    start = np.zeros_like(low)
    one = np.array([start, slope(active, start)])
    end = np.where(one[1] > 0, high, low)
    two = np.array([end, slope(active, end)])
    result: Values = start.copy()
    x = start + 0.5 * (end - start)
    with np.errstate(divide="ignore", invalid="ignore"):
        while active.size:
            new = np.array([x, slope(active, x)])
            same = np.signbit(new[1]) == np.signbit(one[1])
            one, two, three = new, np.where(same, two, one), np.where(same, one, two)
            result[active] = np.where(np.abs(one[1]) < np.abs(two[1]), one[0], two[0])
            width = np.abs(two[0] - one[0])
            going = np.flatnonzero((width > tolerance) & (one[1] != 0))
            if going.size < active.size:
                active, width = active[going], width[going]
                one, two, three = (points.take(going, axis=1) for points in (one, two, three))
            (x1, f1), (x2, f2), (x3, f3) = one, two, three
            xi, phi = (one - two) / (three - two)
            smooth = (1 - np.sqrt(1 - xi) < phi) & (phi < np.sqrt(xi))
            smooth &= np.signbit(f1) != np.signbit(f2)
            share = f1 / (f1 - f2) * f3 / (f3 - f2)
            share -= (x3 - x1) / (x2 - x1) * f1 / (f3 - f1) * f2 / (f2 - f3)
            margin = 0.5 * tolerance / np.maximum(width, tolerance)
            share = np.where(smooth, share, 0.5)
            x = x1 + np.minimum(np.maximum(share, margin), 1 - margin) * (x2 - x1)
    return result


def best_of_voxel(voxels: Indices, score: Values) -> Indices:
    """Return the candidate with the highest score of each voxel; voxels are in rising order."""
    first = np.flatnonzero(np.r_[True, voxels[1:] != voxels[:-1]])
    if first.size == voxels.size:
        return first
    count = np.diff(np.r_[first, voxels.size])
    highest = np.flatnonzero(score == np.repeat(np.maximum.reduceat(score, first), count))
    return highest[np.r_[True, voxels[highest][1:] != voxels[highest][:-1]]]
