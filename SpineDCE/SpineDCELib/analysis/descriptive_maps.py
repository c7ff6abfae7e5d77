"""Maps that describe the curves without a model: enhancement, slopes, time to peak, areas."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.aif.arrival import bolus_arrival
from SpineDCELib.analysis import Analysis
from SpineDCELib.analysis.live_refit import shift_of_voxels
from SpineDCELib.kinetics.descriptive import describe
from SpineDCELib.progress import Progress, silent
from SpineDCELib.vocabulary.fit_status import Status
from SpineDCELib.vocabulary.quantities import DESCRIPTIVE


def descriptive_maps(
    analysis: Analysis, progress: Progress = silent
) -> dict[str, NDArray[np.float32]]:
    """Compute the maps of :data:`DESCRIPTIVE`, ``(slices, rows, columns)`` in the engine's units.

    Contrast arrives in a voxel when it arrives in the artery, later by the delay in use there. NaN
    where the voxel has no curve, and in the background, which is not fitted either. Slopes and
    areas are concentrations, so without the conversion to mM only enhancement and time to peak are
    returned.

    Raises:
        InputError: the study cannot be analysed as it is set, or the AIF shows no arrival.
    """
    analysis.check()
    dynamic, found = analysis.images.dynamic, analysis.concentration()
    aif, t = analysis.aif(), dynamic.times
    first = bolus_arrival(aif.samples, t=aif.t)
    shifts = shift_of_voxels(analysis)
    names = DESCRIPTIVE if analysis.signal_mode == "absolute" else ("PE", "TTP")
    shape = dynamic.geometry.shape
    maps = {name: np.full(shape, np.nan, np.float32) for name in names}
    before = slice(0, analysis.baseline_frames())
    background = analysis.result().status == Status.NOT_IN_MASK
    for index in range(shape[0]):
        progress(index / shape[0], "Descriptive maps")
        for shift in np.unique(shifts[index]):
            here = shifts[index] == shift
            arrival = float(np.clip(first + shift, t[0], t[-2]))
            curves = np.asarray(found.curves[:, index][:, here])
            described = describe(curves, t, BAT=arrival)
            signal = np.asarray(dynamic.signal[:, index][:, here], float)
            values = {
                "PE": _enhancement(signal, before, t >= arrival, curves),
                "wash_in": described.max_slope, "TTP": described.TTP,
                "washout": -described.washout,
                "IAUC60": described.IAUC60, "IAUC90": described.IAUC90,
            }  # fmt: skip
            for name in names:
                maps[name][index][here] = values[name]
    for array in maps.values():
        array[background] = np.nan
    return maps


def _enhancement(
    signal: NDArray[np.float64],
    before: slice,
    after: NDArray[np.bool_],
    curves: NDArray[np.floating],
) -> NDArray[np.float64]:
    """Return the highest signal ``(T, n)`` after arrival relative to that before, in %."""
    start = signal[before].mean(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        percent: NDArray[np.float64] = 100 * (signal[after].max(axis=0) / start - 1)
    usable = np.isfinite(percent) & np.isfinite(curves).all(axis=0)
    return np.where(usable, percent, np.nan)
