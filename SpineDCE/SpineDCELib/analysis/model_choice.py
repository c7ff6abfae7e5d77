"""All models side by side for one voxel or region of an analysis."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.analysis import Analysis
from SpineDCELib.analysis.explain_voxel import delay_at
from SpineDCELib.errors import InputError
from SpineDCELib.kinetics.model_comparison import ModelFit, compare_models, support
from SpineDCELib.kinetics.parameters import Bounds, default_bounds
from SpineDCELib.kinetics.signal_noise import SignalNoise
from SpineDCELib.measurement import mean_curve, without_exclusions
from SpineDCELib.settings import MODELS
from SpineDCELib.vocabulary.conversion_modes import is_per_water
from SpineDCELib.vocabulary.quantities import CURVE_UNITS


@dataclass(frozen=True, eq=False)
class ModelChoice:
    """Fits of all models to one curve.

    Attributes:
        name: of the region, or "" of a voxel.
        t: frame times, s. curve: ``(frames,)``, in ``unit``.
        fits: one per model. sentence: which of them the data support.
        Ta: delay of the AIF that is in use for this curve, s.
    """

    name: str
    t: NDArray[np.float64]
    curve: NDArray[np.float64]
    unit: str
    fits: tuple[ModelFit, ...]
    sentence: str
    Ta: float = 0.0


def models_of_voxel(analysis: Analysis, voxel: tuple[int, int, int]) -> ModelChoice:
    """Fit every model to a voxel at the delay in use there.

    Args:
        voxel: slice, row and column.

    Raises:
        InputError: the study cannot be analysed as it is set.
    """
    analysis.check()
    slice_index, row, column = voxel
    curves = analysis.concentration().curves
    curve = np.asarray(curves[:, slice_index, row, column], float)
    index = np.array([np.ravel_multi_index(voxel, analysis.study.dynamic.geometry.shape)])
    Ta, SE = delay_at(analysis, voxel)
    return _compared(analysis, "", curve, Ta, SE, analysis.signal_noise(index))


def models_of_region(analysis: Analysis, name: str) -> ModelChoice:
    """Fit every model to the mean curve of a region, without its exclusions.

    Raises:
        InputError: there is no such region, or the study cannot be analysed as it is set.
    """
    analysis.check()
    masks = without_exclusions(analysis.regions, analysis.roles)
    if name not in masks or not masks[name].any():
        raise InputError(
            f"There is no region {name!r} with voxels.", code="unknown_region", about=name
        )
    own, delays = analysis.own_shifts(), analysis.delays()
    Ta = own.get(name, analysis.shift())
    SE = delays[name].SE if name in own and name in delays else 0.0
    curve = np.asarray(mean_curve(analysis.concentration().curves, mask=masks[name]), float)
    return _compared(analysis, name, curve, Ta, SE, None)


def _compared(
    analysis: Analysis,
    name: str,
    curve: NDArray[np.float64],
    Ta: float,
    SE: float,
    noise: SignalNoise | None,
) -> ModelChoice:
    settings, t = analysis.settings.fit, analysis.images.dynamic.times
    bounds: dict[str, Bounds] = {
        model: default_bounds(
            model, t, kep_low=settings.kep_low, kep_high=settings.kep_high,
            per_water=is_per_water("vp", analysis.mode),
        )
        for model in MODELS
    }  # fmt: skip
    fits = compare_models(
        curve, t, analysis.arterial_curve(), Ta=Ta, bounds=bounds, noise=noise, delay_SE=SE
    )
    unit = CURVE_UNITS[analysis.signal_mode]
    return ModelChoice(name, t, curve, unit, fits, support(fits, settings.model), Ta)
