"""Tables of one arterial curve at one delay for the extended Tofts fit.

With kep fixed the model is linear, y ≈ vp·a + ve·e(kep) with a = Cp(t-Ta) and
e = kep·(Cp ∗ exp(-kep·t)). In the frame (â, q(kep)), where q is the unit vector of the part of e
that is orthogonal to a, it reads y ≈ (vp·|a| + ve·g)·â + ve·s·q, and all that matters of a curve
are its projections y·â and y·q(kep). Everything is smooth in x = ln(1 + kep/KNEE) and is
tabulated on even nodes in x, a few of them beyond either end of the range of kep, so that
polynomials through windows of nodes interpolate it to about 1e-7. A position is counted in nodes.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.errors import InputError
from SpineDCELib.kinetics.convolution import Array, ArterialCurve
from SpineDCELib.kinetics.models import MINUTE
from SpineDCELib.kinetics.parameters import Bounds

Values = NDArray[np.floating]

#: 1/min; nodes are even in kep below it and even in ln(kep) above.
KNEE = 0.1
#: Nodes on the range of kep, and how many more lie beyond either end.
NODES, PAD = 40, 4
WINDOW = 2 * PAD + 1
#: Values in a window of nodes → ascending coefficients in the distance from its middle.
TO_POLYNOMIAL = np.linalg.inv(np.vander(np.arange(-PAD, PAD + 1.0), WINDOW, increasing=True))
#: Points of the fine tables from one node to the next.
FINE = 32


def _to_fine() -> Array:
    """Values at all nodes → value, slope, half the second derivative at the fine points."""
    position = np.arange((NODES - 1) * FINE + 1) / FINE
    middle = np.rint(position).astype(int)
    powers = np.vander(position - middle, WINDOW, increasing=True)
    orders = np.arange(WINDOW)
    weights = np.zeros((3, NODES + 2 * PAD, position.size))
    for derivative, factor in enumerate((1.0 + 0 * orders, orders, orders * (orders - 1) / 2)):
        lowered = np.roll(factor * TO_POLYNOMIAL.T, -derivative, axis=1)
        lowered[:, WINDOW - derivative :] = 0.0
        for k in range(WINDOW):
            weights[derivative, middle + k, np.arange(position.size)] = powers @ lowered[k]
    return weights


_TO_FINE = _to_fine()
#: For each fine point the first node of its window, its place among the points of this window, and
#: the window's weights for the slope, ``(windows, points, weights)``.
_FIRST = np.rint(np.arange((NODES - 1) * FINE + 1) / FINE).astype(np.intp)
_PLACE = np.arange(_FIRST.size) - np.searchsorted(_FIRST, _FIRST)
_SLOPE = np.zeros((NODES, int(_PLACE.max()) + 1, WINDOW))
_SLOPE[_FIRST, _PLACE] = np.take_along_axis(
    _TO_FINE[1], _FIRST + np.arange(WINDOW)[:, None], axis=0
).T


def kep_at(position: Values, bounds: Bounds) -> Values:
    """Return kep, 1/min, at a position."""
    first, step = _nodes(bounds)
    kep: NDArray[np.floating] = (KNEE * np.expm1(first + step * position)).astype(position.dtype)
    return kep


def _nodes(bounds: Bounds) -> tuple[float, float]:
    """Return x of the lowest kep, and its step from node to node."""
    low, high = np.log1p(np.array(bounds.kep) / KNEE)
    return float(low), float(high - low) / (NODES - 1)


class ErrorTables:
    """Tables of the error of ve, at the fine points.

    Args:
        direction: that of the part of the curve from which ve is read, at every node.
        length: that of the part of e in this direction.

    Attributes:
        spread: widening of the error of ve by the search for kep: variance of ve = (1 + spread²)
            times that for a known kep.
        level: effect of a curve too high by 1 in every frame on the signal from which ve is
            computed, with the search for kep.
    """

    def __init__(self, direction: Array, length: Array) -> None:
        turn, self.spread = _turning(direction, length)
        self.level = _level(direction, turn, self.spread)


def _turning(direction: Array, length: Array) -> tuple[Array, Array]:
    """|d direction| per node, and d ln(length) over it, at the fine points."""
    value, slope, _ = length @ _TO_FINE
    # Window by window: a product of whole tables is so small that BLAS would only lose time
    # by sharing it out to threads, most of all on a busy machine.
    products = direction.T @ direction
    windows = np.stack([products[i : i + WINDOW, i : i + WINDOW] for i in range(NODES)])
    turned = np.einsum("wpk,wpk->wp", _SLOPE @ windows, _SLOPE)
    turn = np.sqrt(turned[_FIRST, _PLACE])
    return turn, slope / value / turn


def _level(direction: Array, turn: Array, spread: Array) -> Array:
    """1·direction less what the turning direction takes of a constant 1, at the fine points."""
    value, slope, _ = direction.sum(axis=0) @ _TO_FINE
    rest: NDArray[np.float64] = value - spread * slope / turn
    return rest


def nearest_fine(position: Values) -> tuple[NDArray[np.intp], Values]:
    """Return the nearest fine point, and the distance from it in nodes."""
    fine = position * FINE
    nearest = np.rint(fine)
    return nearest.astype(np.intp), (fine - nearest) / FINE


class KepTables:
    """Tables of one curve, read at ``times`` (the frame times less the delay, s).

    Attributes:
        projector: ``(T, 2 + NODES + 2·PAD)``: â, the constant 1/√T, q at every node.
        a: |a|.
        g_nodes, s_nodes: g and s at the nodes on the range of kep.
        wall_a, wall_q: ê = e/|e| in the frame, at every node. length: |e| there.
        patlak_projector, patlak_g, patlak_s: the same for kep → 0 and Ktrans in place of ve.
    """

    def __init__(self, curve: ArterialCurve, times: Array, bounds: Bounds, dtype: np.dtype) -> None:
        first, step = _nodes(bounds)
        kep = KNEE * np.expm1(first + step * np.arange(-PAD, NODES + PAD))
        arterial = curve.at(times)
        self.a = float(np.linalg.norm(arterial))
        unit = arterial / self.a
        # Without the factor kep, the direction is smooth through kep = 0.
        convolved = curve.convolved(times, np.append(kep, 0.0) / MINUTE) / MINUTE
        extravascular, integral = convolved[:, :-1], convolved[:, -1]
        along = unit @ extravascular
        across = extravascular - np.outer(unit, along)
        height = np.linalg.norm(across, axis=0)
        if not height.min() > 1e-9 * np.linalg.norm(extravascular, axis=0).max():
            raise InputError(
                "The AIF has too few samples above zero to separate vp from Ktrans.",
                code="aif_too_short",
                fields=("fit.shift", "aif.source"),
            )
        q = across / height
        constant = np.full((times.size, 1), times.size**-0.5)
        self.projector = np.hstack([unit[:, None], constant, q]).astype(dtype)
        g, s = kep * along, kep * height
        inner = slice(PAD, PAD + NODES)
        self.g_nodes, self.s_nodes = g[inner].astype(dtype), s[inner].astype(dtype)
        # At the fine points value, slope and half the second derivative, each of g and s.
        fine = np.stack([g @ _TO_FINE, s @ _TO_FINE], axis=1)
        self._fine = fine.reshape(6, -1).astype(dtype)
        length = np.hypot(along, height)
        self.wall_a, self.wall_q = (along / length).astype(dtype), (height / length).astype(dtype)
        self.length = (kep * length).astype(dtype)
        self._directions = (q, s), (extravascular / length, kep * length)
        self.patlak_g = float(unit @ integral)
        rest = integral - self.patlak_g * unit
        self.patlak_s = float(np.linalg.norm(rest))
        self.patlak_projector = np.hstack(
            [unit[:, None], constant, rest[:, None] / self.patlak_s]
        ).astype(dtype)

    @cached_property
    def error(self) -> ErrorTables:
        """Return what the error of ve depends on where vp is free."""
        return ErrorTables(*self._directions[0])

    @cached_property
    def error_wall(self) -> ErrorTables:
        """Return what the error of ve depends on where vp is at a bound."""
        return ErrorTables(*self._directions[1])

    def frame(self, position: Values) -> tuple[Values, Values, Values, Values]:
        """Return g, s and their derivatives per node at a position."""
        nearest, beside = nearest_fine(position)
        value, slope, bend = self._fine.take(nearest, axis=1).reshape(3, 2, -1)
        bend = beside * bend
        (g, s), (dg, ds) = value + beside * (slope + bend), slope + 2 * bend
        return g, s, dg, ds
