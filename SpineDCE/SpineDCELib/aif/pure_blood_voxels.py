"""Selection of the voxels of an artery that hold nothing but blood in a steady state.

Near saturation 1 % of baseline is 2 % of peak concentration, so that a little fat in the voxel, or
fresh blood that has seen too few pulses, spoils the curve long before it shows in one noisy voxel.
It shows in the mean of many: fresh blood in all voxels of one height, because it fades along the
vessel; other tissue in all voxels that lie alike in the cross-section.
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
#: By how many SDs the mean of a stretch must be lower, where any of many stretches would cut the
#: vessel short, and that of voxels that lie alike, where only they are lost.
CUT, LEAVE_OUT = 2.5, 2.0


@dataclass(frozen=True, eq=False)
class Lumen:
    """Judgement of every voxel of a vessel, in the order of the mask's voxels.

    Attributes:
        area: area under the curve of steady blood, in the unit of the scores.
        rim: less than five of the eight neighbours in the slice belong to the vessel.
        fresh: at this height blood enhances too little: it flows in.
        mixed: voxels that lie alike in the cross-section enhance too little: other tissue.
    """

    area: float
    rim: Flags
    fresh: Flags
    mixed: Flags


def lumen(
    mask: NDArray[np.bool_],
    geometry: Geometry,
    *,
    power: Array,
    area_of: Callable[[Array], Array],
    before: int,
    noise: float,
    uniform: float,
) -> Lumen:
    """Judge the voxels of a vessel by the means of voxels that lie alike.

    Steady is the stretch of the vessel that begins as its best half and goes on both ways for as
    long as the mean of the next voxels is not lower. In it as many voxels that lie alike are
    averaged as noise asks for to see ``uniform``.

    Args:
        mask: ``(slices, rows, columns)``, the vessel.
        power: ``(frames, voxels)``, squared signal, in the order of the mask's voxels.
        area_of: signal ``(frames, n)`` → area ``(n,)``.
        before: frames before contrast. noise: SD of a frame.
        uniform: how far a mean's area may lie below that of steady blood, a share.
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
    # A magnitude's power scatters more than its amplitude where noise comes near it.
    one = GAIN * np.sqrt((1 + SNR**-2) / before) / SNR

    def enough(share: float, sure: float) -> float:
        """Return the number of voxels whose mean shows that it is lower by a share."""
        return (sure * one / share) ** 2

    def area(likes: NDArray[np.intp]) -> float:
        """Return the area under the mean curve of some voxels."""
        mean = power[:, likes].mean(axis=1, keepdims=True) - 2 * noise**2
        return float(area_of(np.sqrt(np.maximum(mean, 0)))[0])

    def too_low(likes: NDArray[np.intp], steady: float, n: int, sure: float) -> Flags:
        """Return whether running means over n of the voxels lie below steady blood."""
        mean = ndimage.uniform_filter1d(power[:, likes], n, axis=1, mode="nearest")
        level = area_of(np.sqrt(np.maximum(mean - 2 * noise**2, 0)))
        return np.asarray(level < steady * (1 - max(uniform, sure * one / np.sqrt(n))))

    order = np.argsort(along, kind="stable")
    line = order[deep[order]]
    half = (line.size + 1) // 2
    starts = np.arange(0, line.size - half + 1, max(half // 10, 1))
    first = int(max(starts, key=lambda a: area(line[a : a + half])))
    last = first + half
    window = int(np.clip(enough(2 * uniform, CUT), line.size // 10, line.size // 5)) or 1
    # The best half is a little too high and so reaches less far: a second pass corrects it.
    for _ in range(2):
        steady = area(line[first:last])
        low = np.flatnonzero(too_low(line, steady, window, CUT))
        first = int(low[low < first].max(initial=-1)) + 1
        last = int(low[low >= last].min(initial=line.size))
    steady = area(line[first:last])
    fresh = (along < along[line[first]]) | (along > along[line[last - 1]])
    mixed = np.zeros_like(rim)
    kind = 2 * place[:, 0] + inner
    for one_kind in np.unique(kind):
        likes = order[(kind == one_kind)[order] & ~(fresh | rim)[order]]
        if likes.size:
            n = int(np.clip(enough(uniform, LEAVE_OUT), 1, (likes.size + 1) // 2))
            mixed[likes] = too_low(likes, steady, n, LEAVE_OUT)
    return Lumen(steady, rim, fresh, mixed)
