"""The steps between reading and conversion, in their order, each off until it is asked for."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.preprocessing.motion import MotionResult, correct_motion
from SpineDCELib.preprocessing.noise_mask import NoiseMask, noise_mask
from SpineDCELib.preprocessing.smoothing import (
    remove_spikes,
    smooth_in_space,
    smooth_in_time,
)
from SpineDCELib.progress import Progress, part, silent
from SpineDCELib.series.dynamic_series import DynamicSeries
from SpineDCELib.settings import PreprocessingSettings


@dataclass(frozen=True, eq=False)
class Preprocessed:
    """The series afterwards, and what each step found.

    Attributes:
        series: times, geometry and acquisition as before; what was done is in its notes.
        mask: where there is tissue, or None where no mask was asked for.
        motion: displacement curves, or None.
    """

    series: DynamicSeries
    mask: NoiseMask | None = None
    motion: MotionResult | None = None


def preprocess(
    series: DynamicSeries,
    settings: PreprocessingSettings,
    *,
    regions: tuple[NDArray[np.bool_], ...] = (),
    progress: Progress = silent,
) -> Preprocessed:
    """Motion, spikes, noise mask, smoothing in space, smoothing in time.

    The mask leaves the signal as it is; smoothing does not mix across it. The phase is not
    changed: it is averaged over a vessel later.

    Args:
        regions: see :func:`correct_motion`.

    Raises:
        InputError: a setting out of range, or a region that does not fit.
    """
    signal, notes = series.signal, list(series.notes)
    motion = mask = None
    if settings.motion.on:
        motion = correct_motion(
            signal,
            series.times,
            series.geometry,
            settings.motion,
            regions=regions,
            progress=part(progress, 0.0, 0.8),
        )
        signal = motion.signal
        most = float(np.linalg.norm(motion.displacement, axis=2).max())
        notes.append(
            f"Motion: up to {most:.2g} mm; {int(motion.moved.sum())} of {len(signal)} frames "
            "were moved back."
        )
    if settings.spikes.on:
        signal, count = remove_spikes(signal, settings.spikes)
        notes.append(f"Spikes: {count} samples were replaced by their neighbours.")
    if settings.noise_mask.on:
        mask = noise_mask(signal, series.geometry, settings.noise_mask)
        notes += [
            f"Noise mask: signal above {mask.threshold:.4g}, {mask.mask.mean():.0%} of the voxels.",
            *mask.notes,
        ]
    if settings.space.method != "off":
        signal = smooth_in_space(
            signal,
            series.geometry,
            settings.space,
            mask=None if mask is None else mask.mask,
            progress=part(progress, 0.8, 0.9),
        )
        notes.append(f"Smoothed in space: {settings.space.method}, {settings.space.width:g} mm.")
    if settings.time.on:
        signal = smooth_in_time(
            signal, series.times, settings.time, progress=part(progress, 0.9, 1.0)
        )
        notes.append(f"Smoothed in time outside the first pass: {settings.time.width:g} s.")
    progress(1.0, "Preprocessed")
    return Preprocessed(replace(series, signal=signal, notes=tuple(notes)), mask, motion)
