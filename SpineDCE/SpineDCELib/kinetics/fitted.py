"""From a fit's parameters back to the curves that they mean."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from SpineDCELib.kinetics import models
from SpineDCELib.kinetics.convolution import Integration
from SpineDCELib.kinetics.result import FitResult

_FORWARD: dict[str, tuple[Callable[..., NDArray[np.float64]], tuple[str, ...]]] = {
    "tofts": (models.tofts, ("Ktrans", "ve")),
    "extended_tofts": (models.extended_tofts, ("vp", "Ktrans", "ve")),
    "patlak": (models.patlak, ("vp", "Ktrans")),
    "two_compartment_exchange": (models.two_compartment_exchange, ("vp", "ve", "Fp", "PS")),
}


def fitted_curves(
    fit: FitResult,
    t: ArrayLike,
    Cp: ArrayLike,
    *,
    Ta: float = 0.0,
    integration: Integration = "cubic",
) -> NDArray[np.float64]:
    """The model's curves at the fitted parameters, mM, ``(T, *voxels)``; NaN where unfitted.

    Args:
        t: frame times, s.
        Cp: the arterial plasma curve that was fitted with, mM.
        Ta: the shift that was fitted at, s; a delay fitted per voxel replaces it.
    """
    forward, names = _FORWARD[fit.model]
    parameters = {name: fit[name] for name in names}
    return forward(t, Cp, **parameters, Ta=fit.parameters.get("Ta", Ta), integration=integration)
