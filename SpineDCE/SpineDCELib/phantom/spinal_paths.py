"""Paths along the column, from which vessels, canal and muscles are built."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator

from SpineDCELib.phantom.vertebra import Vertebra

Column = dict[str, Vertebra]


def along(column: Column, values: dict[str, tuple[float, ...]]) -> NDArray[np.float64]:
    """Offsets from the body's centre given at some levels → positions and sizes, by rising z."""
    rows = []
    for level, (dx, dy, *rest) in values.items():
        v = column[level]
        x, y, z = v.frame.origin
        rows.append([x + dx, y - v.half_depth + dy, z, *rest])
    table = np.array(rows)
    return table[np.argsort(table[:, 2])]


def smooth(path: NDArray[Any], extend: float = 45.0, n: int = 80) -> NDArray[np.float64]:
    """The same path with rounded corners, prolonged beyond its ends by ``extend`` mm."""
    z = np.linspace(path[0, 2] - extend, path[-1, 2] + extend, n)
    inside = np.clip(z, path[0, 2], path[-1, 2])
    out: NDArray[np.float64] = PchipInterpolator(path[:, 2], path)(inside)
    out[:, 2] = z
    return out
