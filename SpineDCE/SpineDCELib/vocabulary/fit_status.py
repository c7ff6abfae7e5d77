"""Fit status of each voxel, with the reason where the fit failed."""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray


class Status(IntEnum):
    """Status codes; voxels with codes below 16 are fitted, the others have NaN parameters.

    If several remarks apply to a fitted voxel, it has the highest of their codes, because that
    remark matters most for the parameters.
    """

    FITTED = 0
    VP_ZERO = 1
    VP_AT_UPPER_BOUND = 2
    VE_AT_UPPER_BOUND = 3
    AT_BOUND = 4
    KEP_AT_UPPER_BOUND = 5
    VE_NOT_DETERMINED = 6
    NO_LEAK = 7
    NO_ENHANCEMENT = 8
    NOT_IN_MASK = 16
    NOT_FINITE = 17
    SATURATED = 18
    NO_SIGNAL = 19
    NOT_CONVERGED = 20
    NO_T10 = 21
    NO_BASELINE = 22

    @property
    def reason(self) -> str:
        """Return the meaning of the code."""
        return _REASONS[self]

    def reason_in(self, model: str) -> str:
        """Return the meaning of the code in terms of a model's own parameters."""
        return _IN_MODEL.get(model, {}).get(self, self.reason)

    @property
    def fitted(self) -> bool:
        """Return whether the voxel has parameters."""
        return self < FIRST_UNFITTED


FIRST_UNFITTED = 16

_REASONS = {
    Status.FITTED: "fitted",
    Status.VP_ZERO: "fitted; vp is at its lower bound, 0",
    Status.VP_AT_UPPER_BOUND: "fitted; vp is at its upper bound",
    Status.VE_AT_UPPER_BOUND: "fitted; ve is at its upper bound",
    Status.AT_BOUND: "fitted; a parameter is at its bound",
    Status.KEP_AT_UPPER_BOUND: "fitted; kep is at its upper bound",
    Status.VE_NOT_DETERMINED: "fitted; ve and kep are not determined",
    Status.NO_LEAK: "fitted; nothing leaks out of the vessels",
    Status.NO_ENHANCEMENT: "fitted; no enhancement follows the AIF",
    Status.NOT_IN_MASK: "not fitted: outside the mask",
    Status.NOT_FINITE: "not fitted: the curve has values that are not finite",
    Status.SATURATED: "not fitted: the signal is saturated in at least one frame",
    Status.NO_SIGNAL: "not fitted: the curve is zero in every frame",
    Status.NOT_CONVERGED: "not fitted: the iteration did not converge",
    Status.NO_T10: "not fitted: no T10 in this voxel",
    Status.NO_BASELINE: "not fitted: no signal before contrast",
}

#: Meanings that name the parameters of one model.
_IN_MODEL = {
    "tofts": {
        Status.KEP_AT_UPPER_BOUND: (
            "fitted; kep is at its upper bound: Ktrans may be higher than this"
        ),
        Status.NO_ENHANCEMENT: "fitted; Ktrans is 0: no enhancement follows the AIF",
    },
    "extended_tofts": {
        Status.KEP_AT_UPPER_BOUND: (
            "fitted; kep is at its upper bound: vp and ve cannot be separated"
        ),
        Status.NO_LEAK: "fitted; Ktrans is 0, so kep is not defined",
        Status.NO_ENHANCEMENT: "fitted; vp and Ktrans are 0: no enhancement follows the AIF",
    },
    "patlak": {
        Status.NO_LEAK: "fitted; Ktrans is 0",
        Status.NO_ENHANCEMENT: "fitted; vp and Ktrans are 0: no enhancement follows the AIF",
    },
    "two_compartment_exchange": {
        Status.VP_ZERO: "fitted; vp is at its lower bound, 0.0001",
        Status.VE_NOT_DETERMINED: "fitted; ve and PS are not determined",
        Status.NO_LEAK: "fitted; PS is 0",
        Status.NO_ENHANCEMENT: "fitted; vp and PS are 0: no enhancement follows the AIF",
    },
}


def legend(model: str = "") -> dict[int, str]:
    """Return every code with its meaning, in terms of a model if one is named."""
    return {int(status): status.reason_in(model) for status in Status}


def is_fitted(status: NDArray[np.integer]) -> NDArray[np.bool_]:
    """Return which voxels are fitted."""
    return np.asarray(status) < FIRST_UNFITTED
