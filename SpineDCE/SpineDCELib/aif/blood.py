"""Whole blood and plasma: contrast agent stays out of the red cells."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from SpineDCELib.errors import InputError


def blood_to_plasma(Cb: ArrayLike, *, Hct: float) -> NDArray[np.float64]:
    """Plasma concentration ``Cp = Cb/(1 − Hct)``, mM.

    Args:
        Cb: whole-blood concentration, mM.
        Hct: haematocrit, a fraction (CAPLEX Q.PH1.012).

    Raises:
        InputError: ``Hct`` is not a fraction below 1 (45 % is 0.45).
    """
    if not 0 <= Hct < 0.9:
        raise InputError(
            f"Haematocrit is a fraction between 0 and 0.9 (45 % is 0.45); got {Hct:g}."
        )
    return np.asarray(Cb, float) / (1 - Hct)
