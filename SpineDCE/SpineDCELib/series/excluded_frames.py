"""Frames of a dynamic series that a person leaves out, because of motion or an artefact."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.errors import InputError
from SpineDCELib.series.dynamic_series import DynamicSeries


def kept_frames(frames: int, excluded: Sequence[float] | None) -> NDArray[np.bool_]:
    """Return which frames stay.

    Args:
        frames: of the series.
        excluded: numbers of frames, from 1.

    Raises:
        InputError: a number that is no frame of the series (code "no_such_frame").
    """
    kept = np.ones(frames, bool)
    for number in excluded or ():
        if not (float(number).is_integer() and 1 <= number <= frames):
            raise InputError(
                f"Frame {number:g} cannot be excluded; the series has frames 1 to {frames}.",
                code="no_such_frame",
                fields=["reading.excluded_frames"],
            )
        kept[int(number) - 1] = False
    return kept


def without_frames(series: DynamicSeries, excluded: Sequence[float] | None) -> DynamicSeries:
    """Return the series without some frames; the times of the others stay.

    Raises:
        InputError: see :func:`kept_frames`.
    """
    if not excluded:
        return series
    kept = kept_frames(series.n_frames, excluded)
    numbers = ", ".join(str(i + 1) for i in np.flatnonzero(~kept))
    return replace(
        series,
        signal=series.signal[kept],
        times=series.times[kept],
        phase=None if series.phase is None else series.phase[kept],
        notes=(*series.notes, f"Frames excluded by hand: {numbers}."),
    )
