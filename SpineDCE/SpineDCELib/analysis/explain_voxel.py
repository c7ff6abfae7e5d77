"""Numbers of a region and of a voxel, for a reader who points at them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.analysis import Analysis
from SpineDCELib.kinetics.standard_errors import standard_errors
from SpineDCELib.measurement import without_exclusions
from SpineDCELib.measurement.blood_voxels import blood_doubt
from SpineDCELib.vocabulary.fit_status import Status
from SpineDCELib.vocabulary.quantities import CURVE_UNITS, QUANTITIES


@dataclass(frozen=True, eq=False)
class RegionNumbers:
    """Numbers of one region as it is drawn now.

    Attributes:
        volume: mL. means: parameter → mean of the fitted voxels, in the shown unit.
        curve: ``(frames,)``, mean of what is fitted (mM, or relative signal).
        band: ``(2, frames)``, between which half of the voxels' curves lie.
        normalised_vp: of a lesion; NaN without a reference vertebra.
    """

    name: str
    role: str
    voxels: int
    volume: float
    means: dict[str, float]
    curve: NDArray[np.float64]
    band: NDArray[np.float64]
    normalised_vp: float = float("nan")


@dataclass(frozen=True, eq=False)
class VoxelExplanation:
    """Curve, fit and parameters of one voxel, and what became of its fit.

    Attributes:
        voxel: slice, row, column of the dynamic grid.
        t: frame times, s. curve, fit: ``(frames,)``, in ``unit``; the fit is NaN where it
            failed.
        values: parameter, its value and standard error in the shown unit (NaN if not determined).
        status: of the fit, in words. R2: of the fit.
        doubt: why its Vp is not that of tissue; "" if it may be. mode: of the conversion.
    """

    voxel: tuple[int, int, int]
    t: NDArray[np.float64]
    curve: NDArray[np.floating]
    fit: NDArray[np.floating]
    unit: str
    values: tuple[tuple[str, float, float], ...]
    R2: float
    status: str
    doubt: str = ""
    mode: str = ""

    @property
    def residual(self) -> NDArray[np.floating]:
        """Measured curve minus fit, ``(frames,)``."""
        return self.curve - self.fit


def explain_voxel(analysis: Analysis, voxel: tuple[int, int, int]) -> VoxelExplanation:
    """Fit one voxel at the shift in use there: its region's or slice's own, else the study's.

    The errors contain that of a region's own delay.

    Raises:
        InputError: the study cannot be analysed as it is set.
    """
    shape = analysis.study.dynamic.geometry.shape
    curves = analysis.concentration().curves
    index = np.array([np.ravel_multi_index(voxel, shape)])
    Ta, delay_SE = delay_at(analysis, voxel)
    result = analysis.fitter().fit(Ta=Ta, voxels=index)
    errors = standard_errors(result, analysis.signal_noise(index), delay_SE=delay_SE)
    values = tuple(
        (name, QUANTITIES[name].shown(float(v[0])), QUANTITIES[name].shown(float(errors[name][0])))
        for name, v in result.parameters.items()
    )
    status = Status(int(result.status[0]))
    slice_index, row, column = voxel
    curve = np.asarray(curves[:, slice_index, row, column], float)
    fit = result.curves()[:, 0] if status.fitted else np.full_like(curve, np.nan)
    vp = float(result.parameters["vp"][0]) if "vp" in result.parameters else np.nan
    absolute = analysis.signal_mode == "absolute"
    return VoxelExplanation(
        voxel,
        analysis.images.dynamic.times,
        curve,
        fit,
        CURVE_UNITS[analysis.signal_mode],
        values,
        float(result.R2[0]),
        status.reason_in(result.model),
        blood_doubt(vp, analysis.settings.aif.Hct) if absolute else "",
        analysis.mode,
    )


def delay_at(analysis: Analysis, voxel: tuple[int, int, int]) -> tuple[float, float]:
    """Return the shift in use in a voxel and its standard error where a region has one, s."""
    own, by = analysis.own_shifts(), analysis.settings.fit.shift_by
    found = analysis.shift(), 0.0
    if by == "slice":
        return own.get(f"slice {voxel[0] + 1}", found[0]), 0.0
    delays = analysis.delays()
    for name, mask in without_exclusions(analysis.regions, analysis.roles).items():
        if mask[voxel] and name in own:
            found = own[name], delays[name].SE if name in delays else 0.0
    return found
