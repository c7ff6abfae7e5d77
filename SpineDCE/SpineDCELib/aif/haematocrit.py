"""Conversion of whole-blood to plasma concentration, and of blood signal to concentration."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from SpineDCELib.concentration.spgr import relative_enhancement, signal_to_concentration
from SpineDCELib.errors import InputError


def blood_to_plasma(Cb: ArrayLike, *, Hct: float) -> NDArray[np.float64]:
    """Return the plasma concentration ``Cp = Cb/(1 − Hct)``, mM.

    Contrast agent does not enter the red cells.

    Args:
        Cb: whole-blood concentration, mM.
        Hct: haematocrit, a fraction (CAPLEX Q.PH1.012).

    Raises:
        InputError: ``Hct`` is not a fraction below 0.9 (45 % is 0.45).
    """
    if not 0 <= Hct < 0.9:
        raise InputError(
            f"The haematocrit must be a fraction below 0.9 (45 % is 0.45), not {Hct:g}.",
            code="haematocrit_out_of_range",
            fields=("aif.Hct",),
        )
    return np.asarray(Cb, float) / (1 - Hct)


def blood_contrast(
    *, TR: float | None, FA: float | None, T10: float, r1: float
) -> tuple[Callable[..., NDArray[np.floating]], str]:
    """Return a function that converts signal to contrast agent as in blood, and its unit.

    Args:
        TR: s. FA: degrees; without either, the function returns relative enhancement.
        T10: of blood, s. r1: 1/s/mM.

    Returns:
        A function of signal ``(frames, voxels)`` and baseline ``(voxels,)``, and "mM" or
        "(S-S0)/S0".
    """
    if TR is None or FA is None:
        return lambda signal, baseline: relative_enhancement(signal, baseline=baseline), "(S-S0)/S0"
    return lambda signal, baseline: signal_to_concentration(
        signal, baseline=baseline, R10=1 / T10, TR=TR, FA=FA, r1=r1
    ), "mM"
