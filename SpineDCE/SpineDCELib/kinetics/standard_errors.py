"""Standard errors of fitted parameters, from the slopes of the model at the optimum."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.kinetics.bounded_least_squares import jacobian
from SpineDCELib.kinetics.convolution import Array
from SpineDCELib.kinetics.fit_result import FitResult
from SpineDCELib.kinetics.parameters import Setup
from SpineDCELib.progress import Progress, silent
from SpineDCELib.vocabulary.fit_status import is_fitted

_BLOCK = 2048


def standard_errors(
    result: FitResult, progress: Progress = silent
) -> dict[str, NDArray[np.floating]]:
    """Compute the standard error of every parameter, in its unit, of the voxels' shape.

    The noise is taken to be the same in all frames, with the residuals' variance. A parameter at
    its bound is held there: it has no standard error (NaN), and the others have theirs with it
    held. NaN too where a voxel was not fitted or its curve does not determine the parameter.

    Source: Seber & Wild, Nonlinear Regression, 1989, ch. 5: s²·(JᵀJ)⁻¹.
    """
    setup = result.setup
    names = setup.parameters
    shape = result.status.shape
    searched = setup.sought(result.parameters).reshape(len(setup.searched), -1)
    searched = np.where(np.isnan(searched), setup.box()[0], searched)
    rss = result.rss.ravel().astype(np.float64)
    errors = np.full((len(names), rss.size), np.nan)
    places = np.flatnonzero(is_fitted(result.status))
    for start in range(0, places.size, _BLOCK):
        progress(start / places.size, "Standard errors")
        place = places[start : start + _BLOCK]
        errors[:, place] = errors_at(setup, searched[:, place], rss[place])
    progress(1.0, "Standard errors")
    dtype = result.rss.dtype
    return {name: errors[i].reshape(shape).astype(dtype) for i, name in enumerate(names)}


def errors_at(setup: Setup, searched: Array, rss: Array) -> Array:
    """Compute the standard errors of the shown parameters, ``(shown, n)``, at a block's optima."""
    lower, upper, size = setup.box()

    def model(x: Array) -> Array:
        return setup.curves(setup.shown(x))

    J = jacobian(model, searched, model(searched), upper, size) * size.T[:, :, None]
    slack = 1e-6 * size
    held = ((searched <= lower + slack) | (searched >= upper - slack)).T
    # Without an extravascular term kep moves nothing.
    held |= np.einsum("npt,npt->np", J, J) == 0
    J[held] = 0.0
    normal = J @ J.swapaxes(1, 2)
    diagonal = np.einsum("npp->np", normal)
    diagonal[held] = 1.0
    variance = rss / (setup.t.size - (~held).sum(axis=1))
    solvable = np.linalg.cond(normal) < 1e13
    covariance = np.full(normal.shape, np.nan)
    covariance[solvable] = np.linalg.inv(normal[solvable]) * variance[solvable, None, None]
    # What a held parameter contributes is nothing; what it is itself is unknown.
    covariance *= ~held[:, :, None] & ~held[:, None, :]
    covariance *= size * size.T
    index = {name: i for i, name in enumerate(setup.searched)}
    result = []
    for name in setup.parameters:
        gradient = np.zeros_like(searched)
        if name in index:
            gradient[index[name]] = 1.0
            known = ~held[:, index[name]]
        else:  # Ktrans or PS, ve·kep
            ve, kep = index["ve"], index["kep"]
            gradient[ve], gradient[kep] = searched[kep], searched[ve]
            known = ~(held[:, ve] & held[:, kep])
        spread = np.einsum("pn,npq,qn->n", gradient, covariance, gradient)
        result.append(np.where(known, np.sqrt(np.maximum(spread, 0.0)), np.nan))
    return np.array(result)
