"""Stages for the calibration on muscle, and for the mode in which signal is converted."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from SpineDCELib import aif
from SpineDCELib.analysis.acquisition_stages import T1_source, field_strength, preprocessed
from SpineDCELib.analysis.graph import View
from SpineDCELib.concentration.muscle import find_muscle
from SpineDCELib.settings import MUSCLE_T10, at_field


def muscle_T10(view: View) -> float:
    """Return T1 of muscle before contrast, s."""
    given = view.settings.concentration.muscle_T10
    return at_field(MUSCLE_T10, view(field_strength))[0] if given is None else given


def muscle(view: View) -> NDArray[np.bool_] | None:
    """Return the muscle that calibrates the signal: as drawn, else as found in the images."""
    drawn = view.regions_with("muscle")
    series = view(preprocessed, view.progress)
    if drawn:
        union: NDArray[np.bool_] = np.any(list(drawn.values()), axis=0)
        return union
    signal, times = series.series.signal, series.series.times
    n0 = view.settings.concentration.baseline_frames
    if n0 is None:
        n0 = int(aif.baseline_frames(aif.most_enhancing(signal), t=times))
    return find_muscle(
        signal, baseline_frames=n0, geometry=series.series.geometry, tissue=series.tissue
    )


def signal_mode(view: View) -> str:
    """Return what is fitted: "absolute", "relative" or "difference".

    Where T10 is to come from muscle because nothing else was given, but there is no muscle, the
    relative signal is fitted, because any T10 would be invented.
    """
    settings = view.settings.concentration
    if settings.signal != "absolute" or view(T1_source) != "muscle":
        return settings.signal
    if settings.T1_source is None and view(muscle, view.progress) is None:
        return "relative"
    return settings.signal


def mode(view: View) -> str:
    """Return the source of T10 where concentration is fitted, else the kind of signal.

    Normalised values of different modes are different quantities.
    """
    signal = view(signal_mode)
    return view(T1_source) if signal == "absolute" else signal
