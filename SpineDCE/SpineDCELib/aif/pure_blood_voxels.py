"""Selection of the voxels of an artery that hold nothing but blood in a steady state.

Near saturation an error of 1 % of the baseline is 2 % of the peak concentration. A little fat in a
voxel, or fresh blood that has seen too few pulses, therefore spoils the curve long before it is
visible in one noisy voxel. It is visible in the mean of many: inflow in all voxels at one position
along the vessel, because it fades along it; other tissue in all voxels at similar positions in the
cross-section.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from SpineDCELib.aif.vessel_labelling import along_axis
from SpineDCELib.series.dynamic_series import Geometry

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

#: Change of area in % per 1 % of baseline: 1.5 to 1.7 for spoiled gradient echo at first passes of
#: 3 to 7 mM.
GAIN = 1.6
#: SDs by which a mean must be low: of a stretch, which would end the steady part of the vessel (one
#: of many would do), and of voxels at similar positions, which alone would be left out.
CUT, LEAVE_OUT = 2.5, 2.0


@dataclass(frozen=True, eq=False)
class LumenVoxels:
    """Classification of the voxels of a vessel, in the order of the mask's voxels.

    Attributes:
        area: area under the curve of steady blood, in the unit of the scores.
        rim: fewer than five of the eight neighbours in the slice belong to the vessel.
        fresh: blood at this position along the vessel enhances too little: inflow.
        mixed: voxels at similar positions in the cross-section enhance too little: other tissue.
    """

    area: float
    rim: Flags
    fresh: Flags
    mixed: Flags


def classify_lumen(
    mask: NDArray[np.bool_],
    geometry: Geometry,
    *,
    power: Array,
    area_of: Callable[[Array], Array],
    before: int,
    noise: float,
    uniform: float,
) -> LumenVoxels:
    """Classify the voxels of a vessel by the means of voxels at similar positions.

    The steady stretch starts as the half of the vessel with the largest area and extends both ways
    as long as the mean of the next voxels is not lower. Within it, as many voxels at similar
    positions are averaged as the noise requires to detect a deficit of ``uniform``.

    Args:
        mask: ``(slices, rows, columns)``, the vessel.
        power: ``(frames, voxels)``, squared signal, in the order of the mask's voxels.
        area_of: signal ``(frames, n)`` → area ``(n,)``.
        before: frames before contrast. noise: SD of a frame.
        uniform: share by which a mean's area may be below that of steady blood.
    """
    place = np.argwhere(mask)
    kernel = np.ones((1, 3, 3), np.int8)
    around = ndimage.convolve(mask.astype(np.int8), kernel, mode="nearest")[mask] - 1
    rim, inner = around < 5, around == 8
    deep = inner & ndimage.minimum_filter1d(mask, 3, axis=0, mode="nearest")[mask]
    deep = next((d for d in (deep, inner, ~rim) if d.mean() > 0.1), np.ones_like(rim))
    along = along_axis(place, geometry)
    floor = np.median(power[:before].mean(axis=0)) / noise**2 - 2
    SNR = np.sqrt(max(floor, 0.25))
    # The power of a magnitude scatters more than its amplitude where the SNR is low.
    voxel_error = GAIN * np.sqrt((1 + SNR**-2) / before) / SNR

    def enough(share: float, sure: float) -> float:
        """Return the number of voxels whose mean reveals a deficit of a share."""
        return float((sure * voxel_error / share) ** 2)

    def area(members: NDArray[np.intp]) -> float:
        """Return the area under the mean curve of some voxels."""
        mean = power[:, members].mean(axis=1, keepdims=True) - 2 * noise**2
        return float(area_of(np.sqrt(np.maximum(mean, 0)))[0])

    def too_low(members: NDArray[np.intp], steady: float, n: int, sure: float) -> Flags:
        """Return whether running means over n of the voxels are below steady blood."""
        mean = ndimage.uniform_filter1d(power[:, members], n, axis=1, mode="nearest")
        level = area_of(np.sqrt(np.maximum(mean - 2 * noise**2, 0)))
        return np.asarray(level < steady * (1 - max(uniform, sure * voxel_error / np.sqrt(n))))

    order = np.argsort(along, kind="stable")
    line = order[deep[order]]
    half = (line.size + 1) // 2
    starts = np.arange(0, line.size - half + 1, max(half // 10, 1))
    first = int(max(starts, key=lambda a: area(line[a : a + half])))
    last = first + half
    window = int(np.clip(enough(2 * uniform, CUT), line.size // 10, line.size // 5)) or 1
    # The best half is slightly too high and extends too little; a second pass corrects this.
    for _ in range(2):
        steady = area(line[first:last])
        low = np.flatnonzero(too_low(line, steady, window, CUT))
        first = int(low[low < first].max(initial=-1)) + 1
        last = int(low[low >= last].min(initial=line.size))
    steady = area(line[first:last])
    fresh = (along < along[line[first]]) | (along > along[line[last - 1]])
    mixed = np.zeros_like(rim)
    position = 2 * place[:, 0] + inner
    for similar in np.unique(position):
        members = order[(position == similar)[order] & ~(fresh | rim)[order]]
        if members.size:
            n = int(np.clip(enough(uniform, LEAVE_OUT), 1, (members.size + 1) // 2))
            mixed[members] = too_low(members, steady, n, LEAVE_OUT)
    return LumenVoxels(steady, rim, fresh, mixed)
