"""Noise of the signal as it appears in the curves that are fitted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


class Slopes(NamedTuple):
    """Signal along a curve, and how the curve changes with it, each ``(T, n)``."""

    signal: Array  #: in units of the baseline signal
    frame: Array  #: change of the curve in a frame per change of the signal in it
    baseline: Array  #: fall of the curve in a frame per rise of the mean signal before contrast


@dataclass(frozen=True, eq=False)
class SignalNoise:
    """Propagation of signal noise into curves: one noise level in all frames, one baseline.

    The conversion amplifies noise where the signal is high, and the error of the baseline signal is
    common to all frames.

    Attributes:
        mode: "absolute", "relative" or "difference".
        baseline_frames: number of frames before contrast whose mean is the baseline.
        TR: s. FA: degrees. r1: 1/s/mM. They may be None except in absolute mode.
        R10: 1/s, ``(n,)``; None except in absolute mode.
        T10_from_baseline: T10 was computed from the baseline signal itself, as with muscle.
        step: step of stored values in units of the baseline signal, ``(n,)``; 0 if unknown.
    """

    mode: str
    baseline_frames: int
    TR: float | None = None
    FA: float | None = None
    r1: float | None = None
    R10: Array | None = None
    T10_from_baseline: bool = False
    step: Array | float = 0.0

    def slopes(self, curves: Array, voxels: NDArray[np.intp]) -> Slopes:
        """Return the slopes along curves of some voxels, ``(T, n)``."""
        one = np.ones_like(curves)
        if self.mode == "relative":
            return Slopes(1 + curves, one, 1 + curves)
        if self.mode == "difference":
            return Slopes(one, one, one)
        TR, r1 = self.TR, self.r1
        assert TR is not None
        assert r1 is not None
        assert self.FA is not None
        assert self.R10 is not None
        R10, cos_alpha = self.R10[voxels], np.cos(np.deg2rad(self.FA))

        def of(R1: Array) -> tuple[Array, Array]:
            """Return the signal over its fully relaxed value, and dC over its change."""
            E = np.exp(-TR * R1)
            a = (1 - E) / (1 - E * cos_alpha)
            return a, (1 - cos_alpha) / (TR * r1 * E * (1 - a * cos_alpha) ** 2)

        before, slope_before = of(R10)
        during, slope = of(R10 + r1 * curves)
        signal = during / before
        by_baseline = before * (slope_before * one if self.T10_from_baseline else slope * signal)
        return Slopes(signal, before * slope, by_baseline)

    def steps(self, voxels: NDArray[np.intp]) -> Array:
        """Return the step of stored values in some voxels, ``(n,)``."""
        if np.ndim(self.step) == 0:
            return np.full(voxels.size, self.step)
        step: Array = np.asarray(self.step)[voxels]
        return step
