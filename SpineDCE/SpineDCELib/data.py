"""Data that the stages of an analysis pass on."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.measurement import Measures, RegionStatistics
from SpineDCELib.series import DynamicSeries, FlipAngleSet, ReadingChoices, Volume
from SpineDCELib.vocabulary.report_text import ReportText


@dataclass(frozen=True, eq=False)
class Images:
    """What a study gives to an analysis."""

    dynamic: DynamicSeries
    flip_angles: FlipAngleSet | None = None
    anatomy: Volume | None = None
    T1_map: Volume | None = None  #: s, on the dynamic grid
    tissue: NDArray[np.bool_] | None = None  #: False where there is only noise
    displacement: NDArray[np.float64] | None = None  #: ``(regions, frames, 3)``, LPS mm
    rotation: NDArray[np.float64] | None = None  #: ``(regions, frames)``, degrees
    choices: ReadingChoices = field(default_factory=ReadingChoices)  #: none without files


@dataclass(frozen=True, eq=False)
class PreprocessedSeries:
    """The dynamic series after preprocessing, with what was found on the way."""

    series: DynamicSeries
    tissue: NDArray[np.bool_] | None = None  #: False where there is only noise
    displacement: NDArray[np.float64] | None = None  #: ``(regions, frames, 3)``, LPS mm
    rotation: NDArray[np.float64] | None = None  #: ``(regions, frames)``, degrees
    excluded: tuple[int, ...] = ()  #: numbers, from 1, of the frames that were left out


@dataclass(frozen=True, eq=False)
class Concentration:
    """Contrast agent in every voxel, or what stands for it."""

    curves: NDArray[np.floating]  #: ``(frames, slices, rows, columns)``, in ``unit``
    unit: str
    baseline_frames: int
    baseline: NDArray[np.floating]  #: mean signal before contrast
    T10: NDArray[np.floating] | None  #: s; None in relative and difference mode
    hidden_errors: NDArray[np.floating]  #: ``(2, …)``, of the baseline and of rounding, in ``unit``
    notes: tuple[str, ...] = ()
    M0: NDArray[np.floating] | None = None  #: fully relaxed signal, where T1 is measured


@dataclass(frozen=True, eq=False)
class ArterialInput:
    """The arterial input function, before any shift."""

    Cb: NDArray[np.float64]  #: whole blood, ``(frames,)``
    Cp: NDArray[np.float64]  #: plasma
    unit: str
    t: NDArray[np.float64]  #: times of the curve's own samples, s: the frames' if it was measured
    samples: NDArray[np.float64]  #: plasma at ``t``; what is fitted with
    signal: NDArray[np.float64] | None = None  #: mean signal of the artery
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Result:
    """Everything that an analysis says."""

    maps: dict[str, NDArray[np.floating]]  #: name → ``(slices, rows, columns)``, NaN if unfitted
    status: NDArray[np.uint8]  #: codes of :class:`SpineDCELib.vocabulary.fit_status.Status`
    regions: list[RegionStatistics]
    curves: dict[str, NDArray[np.float64]]  #: region → mean curve
    fits: dict[str, NDArray[np.float64]]  #: region → model curve of the fit to the mean curve
    notes: tuple[str, ...] = field(default=())
    measures: Measures = field(default_factory=Measures)
    text: ReportText | None = None  #: what a reader wrote about it
