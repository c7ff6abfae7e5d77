"""Descriptive quantities of curves without a model: arrival, peak, area, slopes.

All functions take curves ``(T, ...)``, frames first (concentration in mM, or any enhancement), and
frame times ``t`` in s, ``(T,)``, rising, spacing may be uneven. A curve with values that are not
finite gives NaN, and so does one without a bolus arrival.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.ndimage import uniform_filter1d

from SpineDCELib.errors import InputError
from SpineDCELib.kinetics.convolution import Array, checked_times
from SpineDCELib.kinetics.tissue_curves import Curves

#: A rise counts as arrival when it is this many times the scatter of the frames.
ARRIVAL_SCATTER = 3.0
#: A curve that turns from a fast rise into a slow one has its knee at least this share of its
#: height above the straight line from its start to its top, at least this many frames and seconds
#: before the top. Chosen: a first pass, whose top is rounded, has no such knee.
KNEE_HEIGHT, KNEE_FRAMES, KNEE_SECONDS = 0.15, 3, 15.0
_BLOCK = 16384


@dataclass(frozen=True, eq=False)
class Descriptors:
    """Arrays of the voxels' shape.

    Attributes:
        BAT: bolus arrival time, s (CAPLEX Q.BA1.001).
        TTP: time of the highest value, s after arrival (Q.CD1.010).
        peak: the highest value after arrival.
        IAUC60, IAUC90: area under the curve in the first 60 and 90 s after arrival, mM·s (DICOM
            126321, 126322); NaN where the curve ends earlier.
        max_slope: steepest rise from one frame to the next, in the curve's unit per s (126375).
        washout: slope of the straight line through the last half of what follows the peak, in
            the curve's unit per s; < 0 where contrast leaves; NaN with fewer than 3 frames.
    """

    BAT: NDArray[np.floating]
    TTP: NDArray[np.floating]
    peak: NDArray[np.floating]
    IAUC60: NDArray[np.floating]
    IAUC90: NDArray[np.floating]
    max_slope: NDArray[np.floating]
    washout: NDArray[np.floating]


UNITS = {
    "BAT": "s",
    "TTP": "s",
    "peak": "mM",
    "IAUC60": "mM·s",
    "IAUC90": "mM·s",
    "max_slope": "mM/s",
    "washout": "mM/s",
}


def describe(Ct: ArrayLike, t: ArrayLike, *, BAT: float | None = None) -> Descriptors:
    """Compute all descriptors of every voxel.

    Args:
        Ct: ``(T, ...)``, mM.
        t: frame times, s.
        BAT: arrival for all voxels, s (the AIF's, say); found voxel by voxel where None.

    Raises:
        InputError: shapes that do not match, times that do not rise, an arrival out of range.
    """
    times = checked_times(t, "The frame times")
    curves = Curves(Ct, times)
    if BAT is not None and not times[0] <= BAT < times[-1]:
        raise InputError(
            f"The bolus arrival time (BAT) of {BAT:g} s does not lie between the first and the "
            "last frame.",
            code="arrival_out_of_range",
        )
    n = curves.array.shape[1]
    result = {name: np.full(n, np.nan, curves.array.dtype) for name in UNITS}
    indices, status = curves.chosen(None)
    for place, block in curves.blocks(indices, status, _BLOCK):
        y = block.astype(np.float64)
        usable = np.isfinite(y).all(axis=0)
        arrival = (
            bolus_arrival(y[:, usable], times)
            if BAT is None
            else np.full(int(usable.sum()), float(BAT))
        )
        seen = np.isfinite(arrival)
        into = place[usable][seen]
        if into.size:
            found = _described(y[:, usable][:, seen], times, arrival[seen])
            for name, value in found.items():
                result[name][into] = value
    return Descriptors(**{name: array.reshape(curves.shape) for name, array in result.items()})


def bolus_arrival(y: Array, t: Array) -> Array:
    """Return when each curve ``(T, n)`` leaves its baseline, s; NaN where it never does.

    A level line joined to a straight rise is fitted to the frames up to the end of the rise (90 %
    of the peak, or the knee where the curve turns into a slow rise), with the joint at every frame
    in turn; the best one is taken, so it is good to a frame.
    Source: Cheong, Koh, Hou, Phys Med Biol 2003; 48:N83 (linear-linear).
    """
    frames, n = y.shape
    peak = y.argmax(axis=0)
    last = (y >= 0.9 * y[peak, np.arange(n)]).argmax(axis=0)
    last = knee_of_rise(y, t, last)
    upto = np.arange(frames)[:, None] <= last
    count = upto.sum(axis=0)
    best, arrival = np.full(n, np.inf), np.full(n, np.nan)
    for corner in range(frames - 1):
        ramp = np.maximum(t - t[corner], 0.0)[:, None] * upto
        centred = (ramp - ramp.sum(axis=0) / count) * upto
        onto = (centred * y).sum(axis=0)
        with np.errstate(divide="ignore", invalid="ignore"):
            error = -(onto**2) / (centred**2).sum(axis=0)
        better = (error < best) & (onto > 0) & (corner < last)
        best[better], arrival[better] = error[better], t[corner]
    # Scatter from second differences: blind to slow enhancement, robust against the first pass.
    rough = np.abs(np.diff(y, n=2, axis=0))
    scatter = np.median(rough, axis=0) / (0.6745 * np.sqrt(6.0))
    height = y[peak, np.arange(n)] - np.where(
        np.isfinite(arrival), _before(y, t, np.nan_to_num(arrival, nan=t[0])), np.inf
    )
    return np.where(height > ARRIVAL_SCATTER * scatter, arrival, np.nan)


def knee_of_rise(y: Array, t: Array, last: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return the frame in which the fast rise of each curve ends, at most ``last``.

    In tissue that takes contrast up for minutes, the top lies far behind the arrival. The rise
    starts where the curve lies lowest below the straight line from the first frame to the top; the
    knee is where it lies highest above the line from there to the top. The search is repeated up to
    the knee, because noise moves it along the slow part.

    Args:
        y: ``(T, n)``. t: ``(T,)``, s. last: ``(n,)``, the frame at the top of each rise.
    """
    frames, n = y.shape
    each, frame = np.arange(n), np.arange(frames)[:, None]
    smooth = uniform_filter1d(y, 3, axis=0, mode="nearest")
    end = np.asarray(last, np.intp)
    for _ in range(3):
        start = np.where(frame <= end, _above_line(smooth, t, 0 * end, end), np.inf).argmin(axis=0)
        above = _above_line(smooth, t, start, end)
        above = np.where((frame > start) & (frame < end), above, -np.inf)
        knee = above.argmax(axis=0)
        height = smooth[end, each] - smooth[start, each]
        clear = (above[knee, each] > KNEE_HEIGHT * height) & (knee <= end - KNEE_FRAMES)
        clear &= (t[knee] <= t[end] - KNEE_SECONDS) & (knee > start)
        end = np.where(clear, knee, end)
    return end


def _above_line(y: Array, t: Array, start: NDArray[np.intp], end: NDArray[np.intp]) -> Array:
    """Return curves ``(T, n)`` less the straight line between two of their frames."""
    each = np.arange(y.shape[1])
    slope = (y[end, each] - y[start, each]) / np.maximum(t[end] - t[start], 1e-9)
    return y - (y[start, each] + slope * (t[:, None] - t[start]))


def _before(y: Array, t: Array, arrival: Array) -> Array:
    """Return the mean of each curve up to its arrival."""
    early = t[:, None] <= arrival
    mean: NDArray[np.float64] = (y * early).sum(axis=0) / early.sum(axis=0)
    return mean


def _described(y: Array, t: Array, arrival: Array) -> dict[str, Array]:
    """Compute the descriptors of curves ``(T, n)`` with known arrivals."""
    after = t[:, None] >= arrival
    peak_frame = np.where(after, y, -np.inf).argmax(axis=0)
    peak = y[peak_frame, np.arange(y.shape[1])]
    rises = np.diff(y, axis=0) / np.diff(t)[:, None]
    rises = np.where(t[1:, None] > arrival, rises, -np.inf)
    start = (t[peak_frame] + t[-1]) / 2
    late = (t[:, None] >= start) & (t[:, None] > t[peak_frame])
    count = late.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        centred = (t[:, None] - (t[:, None] * late).sum(axis=0) / count) * late
        washout = (centred * y).sum(axis=0) / (centred**2).sum(axis=0)
    return {
        "BAT": arrival,
        "TTP": t[peak_frame] - arrival,
        "peak": peak,
        "IAUC60": area_after(y, t, arrival, 60.0),
        "IAUC90": area_after(y, t, arrival, 90.0),
        "max_slope": rises.max(axis=0),
        "washout": np.where(count >= 3, washout, np.nan),
    }


def area_after(y: Array, t: Array, arrival: Array, duration: float) -> Array:
    """Integrate curves ``(T, n)`` from arrival for ``duration`` s; NaN where they end earlier.

    The integral is exact for straight lines between frames.
    """
    area = _integral_to(y, t, arrival + duration) - _integral_to(y, t, arrival)
    return np.where(arrival + duration <= t[-1], area, np.nan)


def _integral_to(y: Array, t: Array, end: Array) -> Array:
    """Integrate each curve from the first frame to its ``end``."""
    steps = np.diff(t)[:, None]
    running = np.vstack([np.zeros(y.shape[1]), np.cumsum(steps * (y[1:] + y[:-1]) / 2, axis=0)])
    frame = np.clip(np.searchsorted(t, end, side="right") - 1, 0, t.size - 2)
    each = np.arange(y.shape[1])
    since = np.clip(end, t[0], t[-1]) - t[frame]
    slope = (y[frame + 1, each] - y[frame, each]) / (t[frame + 1] - t[frame])
    return running[frame, each] + since * (y[frame, each] + since * slope / 2)
