"""Steps between reading and conversion: motion, spikes, background noise, smoothing."""

from SpineDCELib.preprocessing.motion import MotionResult, correct_motion
from SpineDCELib.preprocessing.noise_mask import (
    NoiseMask,
    noise_mask,
    temporal_noise,
)
from SpineDCELib.preprocessing.preprocess import (
    Preprocessed,
    preprocess,
)
from SpineDCELib.preprocessing.smoothing import (
    first_pass,
    remove_spikes,
    smooth_in_space,
    smooth_in_time,
)

__all__ = [
    "MotionResult",
    "NoiseMask",
    "Preprocessed",
    "correct_motion",
    "first_pass",
    "noise_mask",
    "preprocess",
    "remove_spikes",
    "smooth_in_space",
    "smooth_in_time",
    "temporal_noise",
]
