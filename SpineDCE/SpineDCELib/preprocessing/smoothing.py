"""Smoothing that keeps edges in space and the first pass in time.

Settings are in mm and s, so that they mean the same on every scanner. NaN stays NaN and does not
spread.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from SpineDCELib.errors import InputError
from SpineDCELib.preprocessing.noise_mask import temporal_noise
from SpineDCELib.progress import Progress, silent
from SpineDCELib.series.dynamic_series import Geometry
from SpineDCELib.settings import SpatialSmoothingSettings, SpikeSettings, TemporalSmoothingSettings


def _sigmas(width: float, geometry: Geometry, through_plane: bool) -> tuple[float, float, float]:
    """Return the Gaussian sigma along slice, row and column, in voxels."""
    if not (np.isfinite(width) and width > 0):
        raise InputError(
            f"The width of smoothing in space must be above 0 mm; it is {width:g} mm.",
            code="out_of_range",
            fields=["preprocessing.space.width"],
        )
    sigma = width / np.sqrt(8 * np.log(2))
    column, row, slice_step = geometry.spacing
    return (sigma / slice_step if through_plane else 0.0), sigma / row, sigma / column


def smooth_in_space(
    signal: NDArray[np.floating],
    geometry: Geometry,
    settings: SpatialSmoothingSettings,
    *,
    mask: NDArray[np.bool_] | None = None,
    progress: Progress = silent,
) -> NDArray[np.floating]:
    """Smooth every frame with the same weights.

    "gaussian" weights neighbours by distance. "edge_preserving" also weights them by the similarity
    of their curves (time-intensity-profile similarity: Mendrik et al., Phys Med Biol 2011;56:2857),
    so that a vessel or a lesion is not mixed with the marrow around it.

    Args:
        signal: (frames, slices, rows, columns).
        mask: (slices, rows, columns); voxels outside are neither used nor changed.

    Raises:
        InputError: the width is not above 0 mm, or the mask has another shape.
    """
    if settings.method == "off":
        return signal
    sigmas = _sigmas(settings.width, geometry, settings.through_plane)
    inside = np.isfinite(signal).all(axis=0)
    if mask is not None:
        if mask.shape != signal.shape[1:]:
            raise InputError(
                f"The mask for smoothing has {mask.shape} voxels, the frames {signal.shape[1:]}.",
                code="shape_mismatch",
            )
        inside &= mask
    if settings.method == "gaussian":
        return _gaussian(signal, sigmas, inside, progress)
    if settings.method == "edge_preserving":
        return _edge_preserving(signal, sigmas, settings.contrast, inside, progress)
    raise InputError(
        f"There is no smoothing method {settings.method!r}; the methods are off, gaussian and "
        "edge_preserving.",
        code="unknown_choice",
        fields=["preprocessing.space.method"],
    )


def _gaussian(
    signal: NDArray[np.floating],
    sigmas: tuple[float, float, float],
    inside: NDArray[np.bool_],
    progress: Progress,
) -> NDArray[np.floating]:
    weight = ndimage.gaussian_filter(inside.astype(np.float32), sigmas)
    weight = np.where(inside, np.maximum(weight, 1e-6), 1.0)
    out = np.array(signal, copy=True)
    for f, frame in enumerate(signal):
        progress(f / len(signal), "Smoothing in space")
        blurred = ndimage.gaussian_filter(np.where(inside, frame, 0.0), sigmas) / weight
        out[f][inside] = blurred[inside]
    progress(1.0, "Smoothed in space")
    return out


def _edge_preserving(
    signal: NDArray[np.floating],
    sigmas: tuple[float, float, float],
    contrast: float,
    inside: NDArray[np.bool_],
    progress: Progress,
) -> NDArray[np.floating]:
    if not contrast > 0:
        raise InputError(
            f"The edge contrast of smoothing in space must be above 0; it is {contrast:g}.",
            code="out_of_range",
            fields=["preprocessing.space.contrast"],
        )
    reach = [int(np.ceil(2 * s)) if s else 0 for s in sigmas]
    offsets = [
        (k, j, i)
        for k in range(-reach[0], reach[0] + 1)
        for j in range(-reach[1], reach[1] + 1)
        for i in range(-reach[2], reach[2] + 1)
    ]
    data = np.where(inside, signal, 0).astype(np.float32, copy=False)
    noise = temporal_noise(data)
    typical = float(np.median(noise[inside])) if inside.any() else 0.0
    # Two curves of one tissue differ by 2 σ² per frame on average.
    scale = 2.0 * max(typical, float(np.finfo(np.float32).tiny)) ** 2 * len(data)
    total = np.zeros_like(data)
    weights = np.zeros(inside.shape, np.float32)
    shape = inside.shape
    for n, offset in enumerate(offsets):
        progress(n / len(offsets), "Smoothing in space")
        here = tuple(slice(max(0, -o), s - max(0, o)) for o, s in zip(offset, shape, strict=True))
        there = tuple(slice(max(0, o), s - max(0, -o)) for o, s in zip(offset, shape, strict=True))
        if any(s.start >= s.stop for s in here):
            continue
        far = sum((o / s) ** 2 for o, s in zip(offset, sigmas, strict=True) if s)
        every = (slice(None),)
        unlike = np.square(data[every + here] - data[every + there]).sum(axis=0) / scale
        # Differences within the noise do not lower the weight.
        weight = np.exp(-0.5 * far - np.maximum(unlike - 1.0, 0.0) / contrast**2)
        weight *= inside[there]
        total[every + here] += weight * data[every + there]
        weights[here] += weight
    out = np.array(signal, copy=True)
    out[:, inside] = total[:, inside] / weights[inside]
    progress(1.0, "Smoothed in space")
    return out


def first_pass(
    signal: NDArray[np.floating], times: NDArray[np.floating], after: float
) -> NDArray[np.bool_]:
    """Find the frames of the bolus: from one before its arrival to ``after`` s past its peak.

    The curve is the mean of the one per cent of voxels that rise most, which is blood.

    Args:
        signal: (frames, ...); times: (frames,), s.
    """
    curves = signal.reshape(len(signal), -1)
    rise = curves.max(axis=0) - curves[: max(2, len(times) // 20)].mean(axis=0)
    rise = np.nan_to_num(rise, nan=-np.inf)
    most = np.argsort(rise)[-max(1, rise.size // 100) :]
    blood = curves[:, most].mean(axis=1)
    peak = int(np.argmax(blood))
    start = blood[: max(1, peak)].min()
    high = np.flatnonzero(blood[: peak + 1] > start + 0.1 * (blood[peak] - start))
    arrival = max(int(high[0]) - 1, 0) if high.size else 0
    mask: NDArray[np.bool_] = (times >= times[arrival]) & (times <= times[peak] + after)
    return mask


def smooth_in_time(
    signal: NDArray[np.floating],
    times: NDArray[np.floating],
    settings: TemporalSmoothingSettings,
    *,
    progress: Progress = silent,
) -> NDArray[np.floating]:
    """Smooth each curve before and after the first pass, which stays as it is.

    This is a bilateral filter in time (Tomasi and Manduchi, ICCV 1998:839) for uneven frames:
    neighbours are weighted by distance in time and by similarity relative to the noise. Frames of
    the first pass are neither changed nor used, because in normal marrow it is no higher than the
    noise and any filter would blunt it.

    Args:
        signal: (frames, ...); times: (frames,), s.

    Raises:
        InputError: the width or the contrast is not above 0.
    """
    if not settings.on:
        return signal
    if not (settings.width > 0 and settings.contrast > 0):
        raise InputError(
            "Smoothing in time needs a width above 0 s and a contrast above 0.",
            code="out_of_range",
            fields=["preprocessing.time.width", "preprocessing.time.contrast"],
        )
    sigma = settings.width / np.sqrt(8 * np.log(2))
    noise = temporal_noise(signal)
    reach = 1.0 / (np.sqrt(2.0) * settings.contrast * np.maximum(noise, 1e-30))
    quiet = ~first_pass(signal, times, settings.first_pass)
    side = np.cumsum(~quiet)
    out = np.array(signal, copy=True)
    for f in np.flatnonzero(quiet):
        time = times[f]
        progress(f / len(times), "Smoothing in time")
        near = np.flatnonzero((np.abs(times - time) <= 2.5 * sigma) & quiet & (side == side[f]))
        total = np.zeros_like(signal[f])
        weights = np.zeros_like(signal[f])
        for g in near:
            unlike = np.square((signal[g] - signal[f]) * reach)
            weight = np.exp(-0.5 * ((times[g] - time) / sigma) ** 2 - unlike)
            total += weight * signal[g]
            weights += weight
        out[f] = total / weights
    progress(1.0, "Smoothed in time")
    return out


def remove_spikes(
    signal: NDArray[np.floating], settings: SpikeSettings
) -> tuple[NDArray[np.floating], int]:
    """Replace single samples that stick out of their curve by the mean of their neighbours.

    A spike rises from a curve at rest and returns to the same level. A bolus does not: after its
    peak the blood stays enhanced, so the frames before and after the peak differ, or the curve
    already rises before the peak and still falls after it.

    Args:
        signal: (frames, ...).

    Returns:
        The signal, and the number of replaced samples.
    """
    if not settings.on or len(signal) < 5:
        return signal, 0
    if not settings.height > 0:
        raise InputError(
            f"The spike height must be above 0; it is {settings.height:g}.",
            code="out_of_range",
            fields=["preprocessing.spikes.height"],
        )
    noise = temporal_noise(signal)
    middle, before, after = signal[1:-1], signal[:-2], signal[2:]
    neighbours = (before + after) / 2
    height = np.abs(middle - neighbours)
    limit = settings.height * np.sqrt(1.5) * np.maximum(noise, 1e-30)
    spike = (height > limit) & (np.abs(before - after) < 0.2 * height)
    steps = np.abs(np.diff(signal, axis=0))
    spike[1:] &= steps[:-2] < 0.5 * height[1:]
    spike[:-1] &= steps[2:] < 0.5 * height[:-1]
    # Where the neighbour is the higher spike, this sample only looks like one.
    spike[1:] &= ~(spike[:-1] & (height[:-1] > height[1:]))
    spike[:-1] &= ~(spike[1:] & (height[1:] > height[:-1]))
    out = np.array(signal, copy=True)
    out[1:-1][spike] = neighbours[spike]
    return out, int(spike.sum())
