"""Comparison of two visits: change, response call, its robustness, residual tumour."""

from SpineDCELib.compare.call import Call, make_call
from SpineDCELib.compare.registration import Registration, carry_over, register
from SpineDCELib.compare.residual_tumour import Residual, residual_tumour
from SpineDCELib.compare.robustness import Flip, flip_analysis
from SpineDCELib.compare.visit_differences import Difference, differences
from SpineDCELib.settings.constants import CUTOFF

__all__ = [
    "CUTOFF",
    "Call",
    "Difference",
    "Flip",
    "Registration",
    "Residual",
    "carry_over",
    "differences",
    "flip_analysis",
    "make_call",
    "register",
    "residual_tumour",
]
