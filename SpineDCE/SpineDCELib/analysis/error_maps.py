"""Maps of the standard errors of fitted parameters."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.analysis import Analysis
from SpineDCELib.analysis.live_refit import shift_of_voxels
from SpineDCELib.kinetics.standard_errors import standard_errors
from SpineDCELib.measurement import without_exclusions
from SpineDCELib.progress import Progress, silent
from SpineDCELib.vocabulary.fit_status import is_fitted
from SpineDCELib.vocabulary.quantities import ERROR_OF


def error_maps(analysis: Analysis, progress: Progress = silent) -> dict[str, NDArray[np.float32]]:
    """Compute the maps of :data:`ERROR_OF`, ``(slices, rows, columns)``, in the parameters' units.

    They are those of :func:`~SpineDCELib.analysis.explain_voxel.explain_voxel`: from the noise of
    the voxel's own curve, and in a region with its own delay from the error of that. Errors that
    all voxels share, as that of the AIF, are not in them. NaN where a voxel was not fitted or its
    curve does not determine the parameter.

    Raises:
        InputError: the study cannot be analysed as it is set.
    """
    analysis.check()
    fitted = analysis.fit().status
    shifts = np.where(is_fitted(fitted), shift_of_voxels(analysis), np.nan)
    delay_SE = np.zeros(fitted.shape)
    own, delays = analysis.own_shifts(), analysis.delays()
    if analysis.settings.fit.shift_by != "slice":
        for name, mask in without_exclusions(analysis.regions, analysis.roles).items():
            if name in own and name in delays:
                delay_SE[mask] = delays[name].SE
    found = {
        name: np.full(fitted.shape, np.nan, np.float32)
        for name, parameter in ERROR_OF.items()
        if parameter in analysis.fit().parameters
    }
    count = fitted.shape[0]
    for index in range(count):
        progress(index / count, "Standard errors")
        inside = shifts[index].ravel()
        for Ta in np.unique(inside[np.isfinite(inside)]):
            voxels = index * inside.size + np.flatnonzero(inside == Ta)
            fit = analysis.fitter().fit(Ta=float(Ta), voxels=voxels)
            errors = standard_errors(
                fit, analysis.signal_noise(voxels), delay_SE=delay_SE.ravel()[voxels]
            )
            for name, whole in found.items():
                whole.ravel()[voxels] = errors[ERROR_OF[name]]
    return found
