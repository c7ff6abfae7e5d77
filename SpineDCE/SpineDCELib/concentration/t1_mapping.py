"""T1 mapping from spoiled gradient echoes at several flip angles."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from SpineDCELib.errors import InputError
from SpineDCELib.progress import Progress, silent

#: Range of the search for T1, s; a voxel that ends at a bound has no T1.
T1_BOUNDS = (0.01, 10.0)
_CHUNK = 1 << 16


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


def _fit(
    y: NDArray[Any], alpha: NDArray[Any], TR: NDArray[Any]
) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Fit T1, S0, R² per column of ``y`` (angles, voxels); ``alpha`` in rad, ``TR`` (angles, 1)."""
    sin, cos = np.sin(alpha), np.cos(alpha)

    def shape_of(x: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return the signal per unit S0 and its derivative, over x = ln R1."""
        R1 = np.exp(x)
        E = np.exp(-TR * R1)
        b = sin * (1 - E) / (1 - cos * E)
        db = sin * (1 - cos) / (1 - cos * E) ** 2 * (TR * R1 * E)
        return b, db

    bounds = -np.log(T1_BOUNDS[1]), -np.log(T1_BOUNDS[0])
    nodes = np.linspace(*bounds, 48)
    best, x = np.full(y.shape[1], -1.0), np.empty(y.shape[1])
    for node in nodes:
        b, _ = shape_of(np.array([node]))
        projection = (y * b).sum(axis=0)
        gain = np.where(projection > 0, projection**2 / (b * b).sum(axis=0), -1.0)
        better = gain > best
        best[better], x[better] = gain[better], node
    low, high = x - (nodes[1] - nodes[0]), x + (nodes[1] - nodes[0])
    for _ in range(12):
        b, db = shape_of(x)
        bb = (b * b).sum(axis=0)
        S0 = (y * b).sum(axis=0) / bb
        d = S0 * (db - b * ((b * db).sum(axis=0) / bb))
        step = (d * (y - S0 * b)).sum(axis=0) / np.maximum((d * d).sum(axis=0), 1e-300)
        x = np.clip(x + step, low, high)
    b, _ = shape_of(x)
    S0 = (y * b).sum(axis=0) / (b * b).sum(axis=0)
    spread = ((y - y.mean(axis=0)) ** 2).sum(axis=0)
    R2 = 1 - ((y - S0 * b) ** 2).sum(axis=0) / np.maximum(spread, 1e-300)
    lost = (best < 0) | (x <= bounds[0]) | (x >= bounds[1]) | ~np.isfinite(x)
    T1 = np.where(lost, np.nan, np.exp(-x))
    return T1, np.where(lost, np.nan, S0), np.where(lost, np.nan, R2)
