"""Fit of any of the four models in one call."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike

from SpineDCELib.errors import InputError
from SpineDCELib.kinetics.convolution import ArterialCurve
from SpineDCELib.kinetics.extended_tofts_fit import ExtendedToftsFitter
from SpineDCELib.kinetics.fit_result import FitResult
from SpineDCELib.kinetics.general_fit import GeneralFitter
from SpineDCELib.kinetics.parameters import Bounds
from SpineDCELib.kinetics.tissue_curves import Voxels
from SpineDCELib.progress import Progress, silent
from SpineDCELib.settings import MODELS, Integration, Model
from SpineDCELib.vocabulary.fit_status import Status


class Fitter(Protocol):
    """Curves prepared for repeated fits at one delay after another."""

    def fit(
        self,
        Ta: float = 0.0,
        voxels: Voxels = None,
        progress: Progress = silent,
        *,
        with_status: bool = True,
    ) -> FitResult: ...


def prepare(
    Ct: ArrayLike,
    t: ArrayLike,
    Cp: ArrayLike | ArterialCurve,
    *,
    model: Model,
    integration: Integration = "cubic",
    bounds: Bounds | None = None,
    fit_delay: bool = False,
    mask: ArrayLike | None = None,
    exclude: ArrayLike | None = None,
    baseline_error: ArrayLike | None = None,
    rounding: ArrayLike | None = None,
) -> Fitter:
    """Prepare curves for bounded least-squares fits of a model.

    Args:
        Ct: tissue concentration, mM, ``(T, ...)``, frames first; not copied.
        t: frame times, s, ``(T,)``, rising, spacing may be uneven.
        Cp: arterial plasma concentration at ``t``, mM, ``(T,)``, or a curve with its own times.
        model: one of :data:`MODELS`.
        fit_delay: search every voxel's own delay about the one that is fitted at.
        bounds: the box; :func:`~SpineDCELib.kinetics.parameters.default_bounds` if None.
        mask: True where a voxel is to be fitted; the others are ``Status.NOT_IN_MASK``.
        exclude: status codes of voxels that are not to be fitted for a reason already known
            (``Status.SATURATED``); 0 elsewhere.
        baseline_error, rounding: errors that residuals do not show, mM; see
            :class:`ExtendedToftsFitter`. They count for standard errors; the exchange model and
            fits of a delay do not use them to tell whether ve is determined.

    Raises:
        InputError: an argument cannot be used; the message names it.
    """
    if model not in MODELS:
        raise InputError(
            f"The model must be one of {', '.join(MODELS)}, not {model!r}.",
            code="unknown_model",
            fields=("fit.model",),
        )
    if mask is not None:
        outside = np.where(np.asarray(mask, bool), 0, int(Status.NOT_IN_MASK))
        exclude = outside if exclude is None else np.maximum(outside, exclude)
    if fit_delay or model == "two_compartment_exchange":
        return GeneralFitter(
            Ct,
            t,
            Cp,
            model=model,
            fit_delay=fit_delay,
            integration=integration,
            bounds=bounds,
            exclude=exclude,
            baseline_error=baseline_error,
            rounding=rounding,
        )
    return ExtendedToftsFitter(
        Ct,
        t,
        Cp,
        model=model,
        integration=integration,
        bounds=bounds,
        exclude=exclude,
        baseline_error=baseline_error,
        rounding=rounding,
    )


def fit(
    Ct: ArrayLike,
    t: ArrayLike,
    Cp: ArrayLike | ArterialCurve,
    *,
    model: Model,
    Ta: float = 0.0,
    progress: Progress = silent,
    **options: Any,
) -> FitResult:
    """Fit curves once, at the delay ``Ta`` (s, > 0 is later).

    All other arguments are those of :func:`prepare`.

    Returns:
        A :class:`~SpineDCELib.kinetics.fit_result.FitResult` with arrays of the voxels' shape.

    Example:
        >>> import numpy as np
        >>> from SpineDCELib import fit, parker
        >>> from SpineDCELib.kinetics.models import extended_tofts
        >>> t = np.arange(0, 300, 5.0)
        >>> Cp = parker(t, arrival=30) / (1 - 0.42)
        >>> Ct = extended_tofts(t, Cp, vp=0.05, Ktrans=0.08, ve=0.2)
        >>> found = fit(Ct, t, Cp, model="extended_tofts")
        >>> round(float(found["vp"]), 4), round(float(found["Ktrans"]), 4)
        (0.05, 0.08)
    """
    return prepare(Ct, t, Cp, model=model, **options).fit(Ta, progress=progress)
