"""Orientation of a slice on screen and in figures."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.series import Geometry


def display_slice(
    array: NDArray[Any], *, geometry: Geometry, index: int
) -> tuple[NDArray[Any], tuple[float, float], dict[str, str]]:
    """Turn a slice as radiologists view it: head up, anterior left, patient's right on the left.

    Args:
        array: ``(slices, rows, columns)``.

    Returns:
        The 2D image, its pixel spacing (down, across) in mm, and the letters at its edges.
    """
    image = array[index]
    axes = [geometry.direction[:, 1], geometry.direction[:, 0]]  # down, across, in LPS
    spacing = [geometry.spacing[1], geometry.spacing[0]]
    main = [int(np.argmax(np.abs(axis))) for axis in axes]
    if main[0] < main[1]:  # z runs down rather than y, and y rather than x
        image, axes, spacing, main = image.T, axes[::-1], spacing[::-1], main[::-1]
    # LPS: x grows to the left, y to the back, z to the head, which belongs at the top.
    down_is_plus = main[0] != 2
    if (axes[0][main[0]] > 0) != down_is_plus:
        image = image[::-1]
    if axes[1][main[1]] < 0:
        image = image[:, ::-1]
    letters = (("R", "L"), ("A", "P"), ("I", "S"))
    top, bottom = letters[main[0]] if down_is_plus else letters[main[0]][::-1]
    left, right = letters[main[1]]
    edges = {"top": top, "bottom": bottom, "left": left, "right": right}
    return image, (spacing[0], spacing[1]), edges
