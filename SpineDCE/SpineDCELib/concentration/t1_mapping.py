"""T1 mapping from spoiled gradient echoes at several flip angles."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from SpineDCELib.errors import InputError
from SpineDCELib.progress import Progress, silent

#: Range of the search for T1, s; a voxel that ends at a bound has no T1.
T1_BOUNDS = (0.01, 10.0)
_CHUNK = 1 << 13
#: Nodes of the scan over ln R1, at most so many steps from the best of them, and the change of
#: ln R1 that ends them.
_NODES, _STEPS, _TOLERANCE = 48, 12, 1e-8


class T1Map(NamedTuple):
    """Result of :func:`variable_flip_angle_T1`; all arrays have the voxels' shape."""

    T1: NDArray[np.float64]  #: s; NaN where the signals do not determine it
    S0: NDArray[np.float64]  #: fully relaxed signal, scanner units
    R2: NDArray[np.float64]  #: share of the signals' variance that the fit explains


def variable_flip_angle_T1(
    signal: NDArray[np.floating],
    *,
    FA: ArrayLike,
    TR: ArrayLike,
    B1: NDArray[np.floating] | None = None,
    mask: NDArray[np.bool_] | None = None,
    progress: Progress = silent,
) -> T1Map:
    """Fit T1 to spoiled gradient echoes over flip angles by least squares.

    For a given R1 the signal is linear in S0, so only R1 is searched: a scan over its whole
    range, then Gauss-Newton steps on the projected residual (variable projection, Golub and
    Pereyra 1973). This is the nonlinear fit, free of the noise bias of the linear form (Fram
    1987, DESPOT1).

    Args:
        signal: ``(angles, …)``, scanner units.
        FA: ``(angles,)``, degrees; at least two that differ.
        TR: repetition time, s; one for all, or ``(angles,)``.
        B1: ``(…)``, actual over prescribed flip angle; 1 where it is right.
        mask: ``(…)``; voxels outside are left NaN.

    Raises:
        InputError: fewer than two different angles, or shapes that do not match.
    """
    angles = np.asarray(FA, float)
    repetition = np.broadcast_to(np.asarray(TR, float), angles.shape)[:, None]
    if not (np.all(repetition > 0) and np.all((angles > 0) & (angles < 180))):
        raise InputError(
            "T1 mapping needs a TR above 0 s and flip angles between 0 and 180 degrees.",
            code="implausible_flip_angle_series",
            fields=["inputs.T1_map", "concentration.T10"],
        )
    if np.unique(angles).size < 2:
        raise InputError(
            "T1 mapping needs at least two different flip angles; the series has "
            f"{angles.tolist()}.",
            code="too_few_flip_angles",
            fields=["inputs.T1_map", "concentration.T10"],
        )
    if signal.shape[0] != angles.size:
        raise InputError(
            f"The series has {signal.shape[0]} images but {angles.size} flip angles; each image "
            "needs one.",
            code="shape_mismatch",
        )
    shape = signal.shape[1:]
    for name, array in (("B1 map", B1), ("mask", mask)):
        if array is not None and array.shape != shape:
            raise InputError(
                f"The {name} has shape {array.shape}, the signals {shape}.",
                code="shape_mismatch",
                about=name,
            )

    y = signal.reshape(angles.size, -1)
    wanted = np.all(np.isfinite(y), axis=0) & (np.max(y, axis=0) > 0)
    if mask is not None:
        wanted &= mask.ravel()
    index = np.flatnonzero(wanted)
    T1, S0, R2 = (np.full(y.shape[1], np.nan) for _ in range(3))
    for start in range(0, index.size, _CHUNK):
        progress(start / index.size, "T1 from flip angles")
        part = index[start : start + _CHUNK]
        scale = np.ones(1) if B1 is None else B1.ravel()[part].astype(float)
        T1[part], S0[part], R2[part] = _fit(
            y[:, part].astype(float), np.deg2rad(angles)[:, None] * scale, repetition
        )
    return T1Map(T1.reshape(shape), S0.reshape(shape), R2.reshape(shape))


def _dot(a: NDArray[Any], b: NDArray[Any]) -> NDArray[Any]:
    """Return the sum over angles of a·b."""
    product: NDArray[Any] = np.einsum("ij,ij->j", a, b)
    return product


def _scan(
    y: NDArray[Any], nodes: NDArray[Any], signal_at: Callable[[NDArray[Any]], NDArray[Any]]
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the best projection on the signal of a node, −1 if none is positive; and the node."""
    shapes = [signal_at(nodes[i : i + 1]) for i in range(nodes.size)]
    units = [b / np.sqrt((b * b).sum(axis=0)) for b in shapes]
    if units[0].shape[1] == 1:
        # Single precision is enough to find a node.
        projections = np.concatenate(units, axis=1).T.astype(np.float32) @ y.astype(np.float32)
    else:
        projections = np.stack([_dot(y, unit) for unit in units])
    best = projections.max(axis=0)
    # The first node that has it, in a tenth of the time of argmax.
    backwards = np.arange(nodes.size, 0, -1, dtype=np.uint8)[:, None]
    which = nodes.size - ((projections == best) * backwards).max(axis=0)
    return np.where(best > 0, best, -1.0), nodes[which]


def _fit(
    y: NDArray[Any], alpha: NDArray[Any], TR: NDArray[Any]
) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Fit T1, S0, R² per column of ``y`` (angles, voxels); ``alpha`` in rad, ``TR`` (angles, 1)."""
    sin, cos = np.sin(alpha), np.cos(alpha)
    if (TR[0] == TR).all():
        TR = TR[:1]

    def shape_of(
        x: NDArray[Any], sin: NDArray[Any], cos: NDArray[Any]
    ) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return the signal per unit S0 and its derivative, over x = ln R1."""
        rate = TR * np.exp(x)
        E = np.exp(-rate)
        inverse = 1 / (1 - cos * E)
        b = sin * (1 - E) * inverse
        db = sin * (1 - cos) * inverse * inverse * (rate * E)
        return b, db

    bounds = -np.log(T1_BOUNDS[1]), -np.log(T1_BOUNDS[0])
    nodes = np.linspace(*bounds, _NODES)
    best, x = _scan(y, nodes, lambda node: shape_of(node, sin, cos)[0])
    step = nodes[1] - nodes[0]
    low, high = x - step, x + step
    # Most voxels need a few steps; only those that still move take another.
    moving, signals = slice(None), y
    angles = (sin, cos)
    for _ in range(_STEPS):
        b, db = shape_of(x[moving], *angles)
        bb = _dot(b, b)
        S0 = _dot(signals, b) / bb
        d = S0 * (db - b * (_dot(b, db) / bb))
        change = _dot(d, signals - S0 * b) / np.maximum(_dot(d, d), 1e-300)
        new = np.clip(x[moving] + change, low[moving], high[moving])
        change = np.abs(new - x[moving])
        x[moving] = new
        going = change > _TOLERANCE
        index = np.arange(x.size) if isinstance(moving, slice) else moving
        if not going.any():
            break
        if going.mean() < 0.7:
            moving, signals = index[going], signals[:, going]
            angles = tuple(a if a.shape[1] == 1 else a[:, going] for a in angles)
    b, _ = shape_of(x, sin, cos)
    S0 = _dot(y, b) / _dot(b, b)
    spread = _dot(y, y) - len(y) * y.mean(axis=0) ** 2
    rest = y - S0 * b
    R2 = 1 - _dot(rest, rest) / np.maximum(spread, 1e-300)
    lost = (best < 0) | (x <= bounds[0]) | (x >= bounds[1]) | ~np.isfinite(x)
    T1 = np.where(lost, np.nan, np.exp(-x))
    return T1, np.where(lost, np.nan, S0), np.where(lost, np.nan, R2)
