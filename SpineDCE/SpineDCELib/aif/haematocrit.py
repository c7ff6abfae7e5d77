"""Whole blood and plasma: contrast agent stays out of the red cells."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from SpineDCELib.concentration.spgr import relative_enhancement, signal_to_concentration
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


def blood_contrast(
    *, TR: float | None, FA: float | None, T10: float, r1: float
) -> tuple[Callable[..., NDArray[np.floating]], str]:
    """How much contrast agent a signal would mean if the voxel were blood, and its unit.

    Args:
        TR: s. FA: degrees; without either, relative enhancement has to do.
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
