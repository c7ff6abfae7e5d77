"""Frames before the bolus and in its first pass, for looking at a series before any analysis."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.aif.arrival import baseline_frames, most_enhancing
from SpineDCELib.errors import InputError
from SpineDCELib.preprocessing.smoothing import first_pass

#: Pixels along rows and columns of which one is looked at: vessels are wider.
_STEP = 4
#: Smallest slice that is looked at in steps, pixels along its shorter side.
_LARGE = 64


class BolusFrames(NamedTuple):
    """Frames before the bolus, and the last frame of its first pass, from 0."""

    before: tuple[int, ...]
    last: int


def bolus_frames(
    signal: NDArray[np.floating[Any]], times: NDArray[np.floating[Any]], after: float
) -> BolusFrames:
    """Find the bolus by the voxels that enhance most.

    Args:
        signal: ``(frames, slices, rows, columns)``; times: ``(frames,)``, s.
        after: end of the first pass after the peak in blood, s.
    """
    step = _STEP if min(signal.shape[2:]) >= _LARGE else 1
    sample = np.ascontiguousarray(signal[:, :, ::step, ::step])
    passing = np.flatnonzero(first_pass(sample, times, after))
    try:
        count = baseline_frames(most_enhancing(sample), t=times)
    except InputError:  # contrast agent is there from the first frame on
        count = 1
    return BolusFrames(tuple(range(count)), int(passing[-1]))
