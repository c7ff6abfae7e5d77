"""Comparison of the kinetic models on one curve: which of them the data support.

The corrected Akaike information criterion (AICc) weighs the residuals against the number of
parameters. A model whose AICc lies within 2 of the lowest has substantial support, one that lies
more than 10 above it has none (Burnham & Anderson, Model Selection and Multimodel Inference, 2nd
ed. 2002, ch. 2.6; AICc: Hurvich & Tsai, Biometrika 1989; 76:297). It takes the noise of the frames
to be independent and alike.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from SpineDCELib.kinetics.convolution import ArterialCurve
from SpineDCELib.kinetics.fit_result import FitResult
from SpineDCELib.kinetics.fitting import fit
from SpineDCELib.kinetics.parameters import Bounds
from SpineDCELib.kinetics.signal_noise import SignalNoise
from SpineDCELib.kinetics.standard_errors import standard_errors
from SpineDCELib.settings import MODELS, Model
from SpineDCELib.vocabulary.fit_status import Status
from SpineDCELib.vocabulary.kinetic_models import MODEL_TITLES
from SpineDCELib.vocabulary.quantities import number

#: AICc above the lowest up to which a model has substantial support.
SUPPORTED = 2.0
#: Residuals smaller than this share of the curve are those of rounding.
_EXACT = 1e-7
#: Share of a bound within which a parameter is at it.
_AT_BOUND = 1e-3
#: Models that a model contains, if only as the limit of its parameters.
CONTAINED: dict[Model, tuple[Model, ...]] = {
    "extended_tofts": ("tofts", "patlak"),
    "two_compartment_exchange": ("tofts", "patlak", "extended_tofts"),
}
#: AICc by which a fit may be worse than that of a contained model with as many parameters, because
#: a limit is approached but not reached (chosen).
_LIMIT = 0.5


@dataclass(frozen=True, eq=False)
class ModelFit:
    """Fit of one model to a curve.

    Attributes:
        parameters, errors: name → value and standard error, in the engine's units; NaN where not
            fitted or not determined.
        curve: ``(T,)``, NaN where the fit failed. residual: measured minus fitted.
        searched: number of fitted parameters. AICc: NaN where the fit failed or too few frames are
            left. above: AICc above the lowest of all models. weight: Akaike weight, 0 to 1.
        at_bound: parameters that are at a bound other than 0, so that neither value nor error is
            that of the curve.
        worse_than: contained model that fits better, so that this fit did not reach its optimum
            and has no AICc; "" if there is none.
    """

    model: Model
    parameters: Mapping[str, float]
    errors: Mapping[str, float]
    curve: NDArray[np.float64]
    residual: NDArray[np.float64]
    R2: float
    status: Status
    searched: int
    AICc: float
    at_bound: tuple[str, ...] = ()
    worse_than: Model | Literal[""] = ""
    above: float = math.nan
    weight: float = math.nan

    @property
    def title(self) -> str:
        """Name of the model for people."""
        return MODEL_TITLES[self.model]

    @property
    def is_supported(self) -> bool:
        """Return whether the data support this model about as well as the best one."""
        return self.above < SUPPORTED


def AICc(rss: float, frames: int, searched: int) -> float:
    """Return the corrected Akaike information criterion of a least-squares fit.

    The level of the noise counts as a parameter. NaN with too few frames.
    """
    k = searched + 1
    if frames - k - 1 <= 0 or not rss > 0:
        return math.nan
    return frames * math.log(rss / frames) + 2 * k + 2 * k * (k + 1) / (frames - k - 1)


def compare_models(
    Ct: ArrayLike,
    t: ArrayLike,
    Cp: ArrayLike | ArterialCurve,
    *,
    Ta: float = 0.0,
    bounds: Mapping[str, Bounds] | None = None,
    noise: SignalNoise | None = None,
    delay_SE: float = 0.0,
    **options: Any,
) -> tuple[ModelFit, ...]:
    """Fit every model to one curve.

    Args:
        Ct: ``(T,)``, mM. t: frame times, s. Cp, options: see
            :func:`~SpineDCELib.kinetics.fitting.prepare`.
        Ta: delay, s. delay_SE: its standard error, s.
        bounds: model → its box; the default one where it is missing.
        noise: of the curve, for the standard errors.

    Returns:
        The models in the order of :data:`~SpineDCELib.settings.MODELS`.

    Raises:
        InputError: an argument cannot be used.
    """
    curve = np.asarray(Ct, float)
    found = []
    for model in MODELS:
        box = (bounds or {}).get(model)
        result = fit(curve[:, None], t, Cp, model=model, Ta=Ta, bounds=box, **options)
        status = Status(int(result.status[0]))
        errors = standard_errors(result, noise, delay_SE=delay_SE)
        fitted = result.curves()[:, 0] if status.fitted else np.full_like(curve, np.nan)
        searched = len(result.setup.searched)
        rss = max(float(((curve - fitted) ** 2).sum()), _EXACT**2 * float((curve**2).sum()))
        found.append(
            ModelFit(
                model,
                {name: float(value[0]) for name, value in result.parameters.items()},
                {name: float(errors[name][0]) for name in result.parameters},
                fitted,
                curve - fitted,
                float(result.R2[0]),
                status,
                searched,
                AICc(rss, curve.size, searched) if status.fitted else math.nan,
                _at_bound(result) if status.fitted else (),
            )
        )
    return _weighed(_at_optimum(found))


def _at_bound(result: FitResult) -> tuple[str, ...]:
    """Return the parameters of the first voxel that are at a bound other than 0."""
    setup = result.setup
    lower, upper, _size = (edge[:, 0] for edge in setup.box())
    sought = setup.sought({name: values[:1] for name, values in result.parameters.items()})[:, 0]
    found = []
    for name, value, low, high in zip(setup.searched, sought, lower, upper, strict=True):
        if value >= high - _AT_BOUND * abs(high) or (
            low != 0 and value <= low + abs(low * _AT_BOUND)
        ):
            # kep of the exchange model is shown as PS.
            found.append(name if name in setup.parameters else setup.product)
    return tuple(found)


def _at_optimum(fits: Sequence[ModelFit]) -> list[ModelFit]:
    """Take the AICc from every fit that is worse than that of a model that it contains."""
    by_model = {one.model: one for one in fits if math.isfinite(one.AICc)}
    found = []
    for one in fits:
        contained = [by_model[m] for m in CONTAINED.get(one.model, ()) if m in by_model]
        best = min(contained, key=_rss, default=None)
        if one.model in by_model and best is not None:
            excess = math.log(max(_rss(one), 1e-300) / max(_rss(best), 1e-300))
            visible = _rss(one) > _EXACT**2 * float(((one.curve + one.residual) ** 2).sum())
            if visible and one.curve.size * excess > _LIMIT:
                one = replace(one, AICc=math.nan, worse_than=best.model)
        found.append(one)
    return found


def _rss(one: ModelFit) -> float:
    return float((one.residual**2).sum())


def _weighed(fits: Sequence[ModelFit]) -> tuple[ModelFit, ...]:
    """Set how far each AICc lies above the lowest one, and the Akaike weights."""
    known = [one.AICc for one in fits if math.isfinite(one.AICc)]
    if not known:
        return tuple(fits)
    lowest = min(known)
    total = sum(math.exp(-(value - lowest) / 2) for value in known)
    return tuple(
        replace(
            one,
            above=one.AICc - lowest,
            weight=math.exp(-(one.AICc - lowest) / 2) / total if math.isfinite(one.AICc) else 0.0,
        )
        for one in fits
    )


def support(fits: Sequence[ModelFit], used: str = "") -> str:
    """Return a sentence on which models the data support.

    Args:
        used: model of the analysis, which is named if the data do not support it.
    """
    ranked = sorted((one for one in fits if math.isfinite(one.above)), key=lambda one: one.above)
    if not ranked:
        return "No model could be fitted to this curve."
    stuck = "".join(
        f" The fit of the {one.title} model did not reach its optimum within its bounds: it is "
        f"worse than that of the {MODEL_TITLES[one.worse_than]} model, which it contains. "
        "It is left out."
        for one in fits
        if one.worse_than
    )
    good = [one for one in ranked if one.is_supported]
    rest = ranked[len(good) :]
    if len(good) == 1:
        text = f"The data support the {good[0].title} model."
        if rest:
            above = number(rest[0].above, 1)
            text = (
                f"The data support the {good[0].title} model: the AICc of the next one, "
                f"{rest[0].title}, is {above} higher."
            )
    else:
        names = " and ".join((", ".join(one.title for one in good[:-1]), good[-1].title))
        text = f"The data cannot separate the models {names}: their AICc differ by less than 2."
        few = min(good, key=lambda one: one.searched)
        if sum(one.searched == few.searched for one in good) == 1:
            text += f" The {few.title} model has the fewest parameters."
    mine = next((one for one in ranked if one.model == used), None)
    if mine is not None and not mine.is_supported:
        text += f" The AICc of the model in use, {mine.title}, is {number(mine.above, 1)} higher."
    return text + stuck
