"""The blood curve of half of the artery's voxels: how much the choice of voxels matters."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.analysis import Analysis


def half_artery(analysis: Analysis, rng: np.random.Generator) -> NDArray[np.float64] | None:
    """Return whole-blood concentration at the frames, mM, with a random half of the voxels.

    Only the relative change that the half makes is applied to the artery's signal, which need not
    be a plain mean. None where the AIF is not measured in the images.

    Raises:
        InputError: the signal of the half gives no concentration.
    """
    artery, signal = analysis.artery, analysis.aif().signal
    if artery is None or signal is None:
        return None
    voxels = analysis.images.dynamic.signal[:, artery].astype(float)
    count = voxels.shape[1]
    half, whole = rng.permutation(count)[: max(count // 2, 1)], voxels.mean(axis=1)
    changed = np.divide(
        voxels[:, half].mean(axis=1), whole, out=np.ones_like(whole), where=whole > 0
    )
    return np.asarray(analysis.blood_of(signal * changed).Cb, np.float64)
