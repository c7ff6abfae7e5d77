"""Between reading and conversion: motion, spikes, background noise, smoothing."""

from SpineDCELib.preprocessing.motion import MotionResult, MotionSettings, correct_motion
from SpineDCELib.preprocessing.noise_mask import (
    NoiseMask,
    NoiseMaskSettings,
    noise_mask,
    temporal_noise,
)
from SpineDCELib.preprocessing.preprocess import (
    Preprocessed,
    PreprocessingSettings,
    preprocess,
)
from SpineDCELib.preprocessing.smoothing import (
    SpatialSmoothingSettings,
    SpikeSettings,
    TemporalSmoothingSettings,
    first_pass,
    remove_spikes,
    smooth_in_space,
    smooth_in_time,
)

__all__ = [
    "MotionResult",
    "MotionSettings",
    "NoiseMask",
    "NoiseMaskSettings",
    "Preprocessed",
    "PreprocessingSettings",
    "SpatialSmoothingSettings",
    "SpikeSettings",
    "TemporalSmoothingSettings",
    "correct_motion",
    "first_pass",
    "noise_mask",
    "preprocess",
    "remove_spikes",
    "smooth_in_space",
    "smooth_in_time",
    "temporal_noise",
]
