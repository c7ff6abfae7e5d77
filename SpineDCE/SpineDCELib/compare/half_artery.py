"""The blood curve of half of the artery's voxels: how much the choice of voxels matters."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.analysis import Analysis


class ArteryHalves:
    """Blood curves with a random half of the artery's voxels, which are looked up once."""

    def __init__(self, analysis: Analysis) -> None:
        self._analysis, self._signal = analysis, analysis.aif().signal
        artery = analysis.artery
        self._voxels = None
        if artery is not None and self._signal is not None:
            self._voxels = analysis.images.dynamic.signal[:, artery].astype(float)
            self._whole = self._voxels.mean(axis=1)

    def curve(self, rng: np.random.Generator) -> NDArray[np.float64] | None:
        """Return whole-blood concentration at the frames, mM, with a random half of the voxels.

        Only the relative change that the half makes is applied to the artery's signal, which need
        not be a plain mean. None where the AIF is not measured in the images.

        Raises:
            InputError: the signal of the half gives no concentration.
        """
        if self._voxels is None or self._signal is None:
            return None
        count, whole = self._voxels.shape[1], self._whole
        half = rng.permutation(count)[: max(count // 2, 1)]
        changed = np.divide(
            self._voxels[:, half].mean(axis=1), whole, out=np.ones_like(whole), where=whole > 0
        )
        return self._analysis.blood_of(self._signal * changed)
