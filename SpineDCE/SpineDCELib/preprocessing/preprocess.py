"""Preprocessing of a dynamic series: its steps in order, each off by default."""

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
    """Preprocessed series, and the findings of its steps.

    Attributes:
        series: times, geometry and acquisition are unchanged; the notes list what was done.
        mask: mask of the tissue, or None where the step is off.
        motion: displacement curves, or None where the step is off.
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
    """Correct motion, remove spikes, mask noise, and smooth in space and time.

    The mask does not change the signal; smoothing does not mix across its edge. The phase is not
    changed, because it is averaged over a vessel later.

    Args:
        regions: see :func:`correct_motion`.

    Raises:
        InputError: a setting is out of range, or a region has another shape.
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
            "were corrected."
        )
    if settings.spikes.on:
        signal, count = remove_spikes(signal, settings.spikes)
        notes.append(f"Spikes: {count} samples were replaced by the mean of their neighbours.")
    if settings.noise_mask.on:
        mask = noise_mask(signal, series.geometry, settings.noise_mask)
        notes += mask.notes or [
            f"Noise mask: tissue is where the mean signal is above {mask.threshold:.4g}, without "
            f"specks and with gaps and holes filled ({100 * mask.mask.mean():.0f} % of the voxels)."
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
