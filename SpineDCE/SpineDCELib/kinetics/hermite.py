"""Cubic Hermite interpolation between nodes at whole numbers, in one or two variables."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.kinetics.convolution import Array

Indices = NDArray[np.intp]


def cell_of(position: Array, nodes: int) -> tuple[Indices, Array]:
    """Return the node below a position, and the distance from it, 0 to 1."""
    node = np.clip(position.astype(np.intp), 0, nodes - 2)
    return node, position - node


def basis(distance: Array) -> Array:
    """Return the polynomials' values, slopes and second derivatives, ``(3, 4, n)``.

    They belong to the value at the node below, its slope, the value at the node above, its slope.
    """
    x = distance
    x2 = x * x
    x3 = x2 * x
    up, slope, up_slope = 3 * x2 - 2 * x3, x3 - 2 * x2 + x, x3 - x2
    rise = 6 * (x - x2)
    bend = 6 - 12 * x
    return np.array([
        [1 - up, slope, up, up_slope],
        [-rise, 3 * x2 - 4 * x + 1, rise, 3 * x2 - 2 * x],
        [-bend, 6 * x - 4, bend, 6 * x - 2],
    ])  # fmt: skip


def surface(patch: Array, along: Array, across: Array) -> tuple[Array, ...]:
    """Return value, both slopes and the three second derivatives of a polynomial of two variables.

    Args:
        patch: ``(4, 4, n)``, of the first and the second variable in the order of :func:`basis`.
        along, across: :func:`basis` of the first and the second variable.
    """
    rows = np.einsum("abn,oan->obn", patch, along)
    pairs = ((0, 0), (1, 0), (0, 1), (2, 0), (1, 1), (0, 2))
    return tuple(np.einsum("bn,bn->n", rows[i], across[j]) for i, j in pairs)


def patch_of(table: Array, first: Indices, second: Indices) -> Array:
    """Return the coefficients of a cell for :func:`surface`, ``(4, 4, n)``.

    Args:
        table: ``(nodes of the second, of the first, 4)``: value, slope in the first, slope in the
            second, mixed second derivative.
        first, second: the nodes below, ``(n,)``.
    """
    result = np.empty((4, 4, first.size))
    nodes, at_node = table.shape[1], table.reshape(-1, 4)
    corner = second * nodes + first
    for i in (0, 1):
        for j in (0, 1):
            at = at_node.take(corner + (j * nodes + i), axis=0)
            result[2 * i, 2 * j], result[2 * i + 1, 2 * j] = at[:, 0], at[:, 1]
            result[2 * i, 2 * j + 1], result[2 * i + 1, 2 * j + 1] = at[:, 2], at[:, 3]
    return result
