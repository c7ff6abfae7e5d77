"""T1 mapping and conversion of signal to contrast agent concentration."""

from SpineDCELib.concentration.baseline import SignalErrors, signal_errors
from SpineDCELib.concentration.spgr import (
    check_sequence,
    relative_enhancement,
    signal_difference,
    signal_to_concentration,
    spgr_signal,
)
from SpineDCELib.concentration.t1_mapping import T1Map, variable_flip_angle_T1

__all__ = [
    "SignalErrors",
    "T1Map",
    "check_sequence",
    "relative_enhancement",
    "signal_difference",
    "signal_errors",
    "signal_to_concentration",
    "spgr_signal",
    "variable_flip_angle_T1",
]
