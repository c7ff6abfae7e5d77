"""Scores of curves that identify arterial voxels, for many voxels at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter1d

from SpineDCELib.aif.arrival import baseline_frames, most_enhancing
from SpineDCELib.errors import InputError

Array = NDArray[np.float64]
#: ``(frames, voxels)`` of signal and ``(voxels,)`` of baseline → contrast agent, as in blood.
ToContrast = Callable[[Array, Array], NDArray[np.floating]]

#: Curves sampled more finely than this are smoothed to it before they are scored, s: a first pass
#: at half height lasts about 8 s.
SCORED_STEP = 2.5
#: Voxels that are sampled for noise and baseline frames; more take longer and change neither.
NOISE_SAMPLE = 60_000
#: Least rise of a voxel that enhances, in SDs of a frame's noise, as ``Criteria.rise_over_noise``.
LEAST_RISE = 10.0
#: Least level of tissue, in SDs of the first guess of the noise: at 5 the noise floor raises a
#: magnitude by 2 % only (Gudbjartsson and Patz, Magn Reson Med 1995;34:910).
LEAST_TISSUE_LEVEL = 5.0
#: SD of the rounding to whole numbers, 1/√12.
ROUNDING = 0.29
#: Seconds before and after the arrival within which the middle of the first pass is sought.
PASS_WINDOW = (15.0, 30.0)
#: Scatter after the first pass is counted from this many frames and seconds after the peak: the
#: first pass itself is curved and lasts about 20 s.
FRAMES_AFTER_PEAK, SECONDS_AFTER_PEAK = 3, 30.0
#: Voxels that are scored at once: larger intermediate arrays cost more memory and time.
_BLOCK = 4096


@dataclass(frozen=True, eq=False)
class Scores:
    """Scores of many voxels, one array ``(voxels,)`` each.

    C is concentration as if the voxel were blood, mM, or (S - S0)/S0 where the sequence is not
    known. The signal itself is unsuitable: it saturates, so that a first pass looks wide and low.

    Attributes:
        baseline: mean signal before contrast, scanner units.
        SNR: baseline over its noise in one frame.
        arrival: s, when the curve first reaches half of its peak; more robust than the foot of
            the curve, which noise hides.
        onset: s, when it first reaches a fifth of its peak.
        rise: s, from a fifth to nine tenths of the peak.
        middle: s, centre of the area of the first pass above the late level.
        peak: largest C.
        width: s, duration of the first pass above half of its height over the late level; infinite
            if it never falls.
        late: mean C over the last third of the series.
        area: mean C from the arrival on.
        roughness: scatter about a smooth curve after the peak, as a share of the peak.
        dip: largest fall of the signal below the baseline before the peak, in SDs of the noise.
        saturated: number of frames with signal above that of any blood concentration.
    """

    baseline: Array
    SNR: Array
    arrival: Array
    onset: Array
    rise: Array
    middle: Array
    peak: Array
    width: Array
    late: Array
    area: Array
    roughness: Array
    dip: Array
    saturated: NDArray[np.int64]


def estimate_baseline(signal: NDArray[np.floating], *, t: Array) -> tuple[int, float]:
    """Count the frames before the first contrast agent anywhere, and estimate a frame's noise.

    Args:
        signal: ``(frames, …)``, scanner units. t: ``(frames,)``, s.

    Raises:
        InputError: no voxel enhances.
    """
    some = _sample(signal)
    if not some.size or not np.ptp(some):
        raise InputError(
            "The dynamic series has the same value everywhere.",
            code="constant_series",
            fields=("reading.series",),
        )
    noise = estimate_noise(some)
    smooth = smoothed(some, t=t)
    start = max(min(3, len(t) // 4), 1)
    rise = smooth.max(axis=0) - smooth[:start].mean(axis=0)
    bright = rise > LEAST_RISE * noise
    if bright.sum() < 3:
        raise InputError(
            "No voxel of the dynamic series enhances above the noise.",
            code="no_enhancement",
            fields=("reading.series",),
        )
    best = np.flatnonzero(bright)[np.argsort(rise[bright])[::-1]][: max(bright.sum() // 20, 3)]
    chosen = smooth[:, best]
    half = time_of_share(chosen - chosen[:start].mean(axis=0), t=t, share=0.5)
    early = half <= np.nanquantile(half, 0.25)
    curve = chosen[:, early].mean(axis=1)
    return baseline_frames(curve if early.any() else most_enhancing(some), t=t), noise


def series_noise(signal: NDArray[np.floating]) -> float:
    """Estimate the SD of one frame's noise, scanner units; see :func:`estimate_noise`."""
    return estimate_noise(_sample(signal))


def _sample(signal: NDArray[np.floating]) -> Array:
    """Return a sample of curves from the whole image, ``(frames, voxels)``."""
    flat = signal.reshape(signal.shape[0], -1)
    step = max(flat.shape[1] // NOISE_SAMPLE, 1)
    # An odd step does not stay within one row or column of a power-of-two matrix.
    some = flat[:, :: step | 1].astype(np.float64)
    return some[:, np.isfinite(some).all(axis=0)]


def estimate_noise(curves: Array) -> float:
    """Estimate the SD of one frame's noise, scanner units.

    The estimate uses second differences in the last half of the series. Voxels of air scatter less
    (Rayleigh), so only those above ``LEAST_TISSUE_LEVEL`` times the first guess count. Whole
    numbers without noise still have their rounding error.
    """
    tail = curves[curves.shape[0] // 2 :]
    d2 = tail[2:] - 2 * tail[1:-1] + tail[:-2]
    each = np.sqrt((d2**2).mean(axis=0) / 6)
    level = tail.mean(axis=0)
    lit = each[level > 0]
    noise = float(np.median(lit)) if lit.size else 0.0
    bright = each[level > max(LEAST_TISSUE_LEVEL * noise, float(np.median(level)))]
    noise = float(np.median(bright)) if bright.size else noise
    whole = np.array_equal(tail[:, :100], np.round(tail[:, :100]))
    return max(noise, ROUNDING if whole else 1e-6 * float(np.abs(curves).max()))


def smoothed(curves: Array, *, t: Array) -> Array:
    """Return running means over about ``SCORED_STEP`` s, or the curves where frames are longer."""
    width = int(SCORED_STEP / np.median(np.diff(t))) // 2 * 2 + 1
    return uniform_filter1d(curves, width, axis=0, mode="nearest") if width > 1 else curves


def time_of_share(curves: Array, *, t: Array, share: float) -> Array:
    """Return the time when each curve first reaches a share of its maximum, s, interpolated.

    Args:
        curves: ``(frames, voxels)``. t: ``(frames,)``, s. share: 0 to 1.
    """
    level = share * curves.max(axis=0)
    after = np.argmax(curves >= level, axis=0)
    before = np.maximum(after - 1, 0)
    column = np.arange(curves.shape[1])
    low, high = curves[before, column], curves[after, column]
    with np.errstate(invalid="ignore", divide="ignore"):
        part = np.where(high > low, (level - low) / (high - low), 0.0)
    return np.asarray(t[before] + np.clip(part, 0, 1) * (t[after] - t[before]))


def _area(C: Array, t: Array, arrival: Array) -> Array:
    """Return the mean of each curve from its arrival on, weighted by the frame intervals."""
    weights = np.gradient(t)[:, None] * (t[:, None] >= arrival)
    return np.asarray((C * weights).sum(axis=0) / np.maximum(weights.sum(axis=0), 1e-9))


def _middle(C: Array, t: Array, arrival: Array, late: Array) -> Array:
    """Return the centre of each first pass above the late level, s."""
    near = (t[:, None] > arrival - PASS_WINDOW[0]) & (t[:, None] < arrival + PASS_WINDOW[1])
    weights = np.gradient(t)[:, None] * np.maximum(C - late, 0) * near
    return np.asarray((weights * t[:, None]).sum(axis=0) / np.maximum(weights.sum(axis=0), 1e-12))


def area_under_curve(signal: Array, *, t: Array, before: int, to_contrast: ToContrast) -> Array:
    """Return :attr:`Scores.area` of curves that are nearly free of noise.

    Args:
        signal: ``(frames, n)``, scanner units. before: frames before contrast.
    """
    C = np.asarray(to_contrast(signal, signal[:before].mean(axis=0)), float)
    C = np.where(np.isnan(C), np.nanmax(C, initial=1.0), C)
    return _area(C, t, time_of_share(C, t=t, share=0.5))


def voxel_scores(
    curves: NDArray[np.floating],
    *,
    t: Array,
    baseline: Array,
    SNR: Array,
    noise: float,
    to_contrast: ToContrast,
) -> Scores:
    """Compute the scores of every curve, in blocks that stay in the processor's cache.

    Args:
        curves: ``(frames, voxels)``, signal in scanner units.
        t: ``(frames,)``, s. noise: SD of a frame, scanner units.
        baseline, SNR: ``(voxels,)``, signal before contrast and its ratio to the noise.
        to_contrast: signal and baseline → C, NaN where saturated.
    """
    S0 = np.asarray(baseline, float)
    voxels = np.array_split(np.arange(S0.size), -(-S0.size // _BLOCK) or 1)
    blocks = [slice(v[0], v[-1] + 1) for v in voxels if v.size] or [slice(0, 0)]

    ratio = np.asarray(SNR, float)

    def smooth_and_contrast(block: slice) -> tuple[Array, Array]:
        smooth = smoothed(np.asarray(curves[:, block], np.float64), t=t)
        return smooth, np.asarray(to_contrast(smooth, S0[block]), float)

    # Saturated frames get the highest known concentration, so that they remain the peak.
    highest, scores, saturated = 1.0, dict[int, Scores](), list[int]()
    for n, block in enumerate(blocks):
        smooth, C = smooth_and_contrast(block)
        highest = max(highest, float(np.nanmax(C, initial=1.0)))
        if np.isnan(C).any():
            saturated.append(n)
        else:
            scores[n] = _scores(smooth, C, t, S0[block], ratio[block], noise, highest)
    for n in saturated:
        block = blocks[n]
        scores[n] = _scores(*smooth_and_contrast(block), t, S0[block], ratio[block], noise, highest)
    ordered = [scores[n] for n in range(len(blocks))]
    names = [one.name for one in fields(Scores)]
    return Scores(*(np.concatenate([getattr(s, name) for s in ordered]) for name in names))


def _scores(
    smooth: Array, C: Array, t: Array, S0: Array, SNR: Array, noise: float, highest: float
) -> Scores:
    """Compute the scores of a block of smoothed curves; ``highest`` replaces C that is NaN."""
    saturated = np.isnan(C)
    if saturated.any():
        C = np.where(saturated, highest, C)
    top = C.argmax(axis=0)
    column = np.arange(S0.size)
    peak = C[top, column]
    late = C[-max(t.size // 3, 1) :].mean(axis=0)
    # Long frames lower the peak: its half may be below what recirculates.
    half = 0.5 * (peak + np.maximum(late, 0))
    past = np.arange(t.size)[:, None] >= top
    below = past & (half > C)
    falls = below.any(axis=0)
    after = np.where(falls, below.argmax(axis=0), t.size - 1)
    before = np.maximum(after - 1, 0)
    high, low = C[before, column], C[after, column]
    with np.errstate(invalid="ignore", divide="ignore"):
        part = np.where(high > low, (high - half) / (high - low), 0.0)
    arrival = time_of_share(C, t=t, share=0.5)
    down = t[before] + np.clip(part, 0, 1) * (t[after] - t[before])
    onset = time_of_share(C, t=t, share=0.2)

    d2 = C[2:] - 2 * C[1:-1] + C[:-2]
    judged = (np.arange(1, t.size - 1)[:, None] > top + FRAMES_AFTER_PEAK) & (
        t[1:-1, None] > t[top] + SECONDS_AFTER_PEAK
    )
    counted = np.maximum(judged.sum(axis=0), 1)
    rough = np.sqrt(np.where(judged, d2**2, 0).sum(axis=0) / counted / 6)
    early = np.arange(t.size)[:, None] < np.maximum(top, 1)
    lowest = np.where(early, smooth, np.inf).min(axis=0) - S0
    return Scores(
        baseline=S0,
        SNR=SNR,
        arrival=arrival,
        onset=onset,
        rise=time_of_share(C, t=t, share=0.9) - onset,
        middle=_middle(C, t, arrival, late),
        peak=peak,
        width=np.where(falls, down - arrival, np.inf),
        late=late,
        area=_area(C, t, arrival),
        roughness=rough / np.maximum(peak, 1e-9),
        dip=-lowest / noise,
        saturated=saturated.sum(axis=0),
    )
