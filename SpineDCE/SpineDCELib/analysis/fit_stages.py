"""Stages for the fit at its shift and what is read off it: maps, statistics, curves, measures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.analysis.acquisition_stages import FA, TR, T1_source, check, preprocessed, r1
from SpineDCELib.analysis.aif_stages import aif_findings, arterial_curve, arterial_input
from SpineDCELib.analysis.artery_stages import another_AIF
from SpineDCELib.analysis.concentration_stages import baseline_findings, concentration
from SpineDCELib.analysis.graph import View
from SpineDCELib.analysis.muscle_stages import mode, muscle, signal_mode
from SpineDCELib.analysis.preprocessing_stages import (
    IN_BACKGROUND,
    noise_mask_findings,
    smoothing_findings,
)
from SpineDCELib.analysis.shift_stages import (
    evidence,
    own_shifts,
    shift,
    shift_findings,
    shift_masks,
)
from SpineDCELib.concentration.baseline import stored_step
from SpineDCELib.concentration.conversion import unusable
from SpineDCELib.concentration.muscle import muscle_signal
from SpineDCELib.data import Images, Result
from SpineDCELib.errors import Finding
from SpineDCELib.kinetics.fit_result import FitResult
from SpineDCELib.kinetics.fitting import Fitter, prepare
from SpineDCELib.kinetics.parameters import Bounds, default_bounds
from SpineDCELib.kinetics.signal_noise import SignalNoise
from SpineDCELib.kinetics.standard_errors import standard_errors
from SpineDCELib.measurement import (
    Measures,
    mean_curve,
    measure,
    region_statistics,
    without_exclusions,
)
from SpineDCELib.measurement.blood_voxels import blood_findings
from SpineDCELib.progress import part
from SpineDCELib.vocabulary.conversion_modes import is_per_water
from SpineDCELib.vocabulary.quantities import FITTED_AS

#: T10 of tissue at the spine, from fat to fluid-rich tumour, s, and Hct of patients (chosen).
USUAL_T10, USUAL_HCT = (0.2, 2.5), (0.15, 0.65)
#: Longest frames, s, in which the passage of blood through plasma is seen: its transit takes some
#: seconds (Sourbron and Buckley, Phys Med Biol 2012; the limit is chosen).
LONGEST_EXCHANGE = 3.0


def drawn_background(view: View) -> NDArray[np.intp]:
    """Return the voxels of regions that the noise mask takes for background: they are fitted."""
    tissue = view(preprocessed).tissue
    if tissue is None:
        return np.zeros(0, np.intp)
    drawn = np.any([np.zeros_like(tissue), *view.regions.values()], axis=0)
    return np.flatnonzero(drawn & ~tissue)


def fit_bounds(view: View) -> Bounds:
    """Return the box that parameters stay in."""
    settings = view.settings.fit
    return default_bounds(
        settings.model,
        view(preprocessed).series.times,
        kep_low=settings.kep_low,
        kep_high=settings.kep_high,
        per_water=is_per_water("vp", view(mode)),
    )


def fitter(view: View) -> Fitter:
    """Return the prepared fit, which keeps what does not depend on the shift."""
    found = view(concentration, view.progress)
    baseline_error, rounding = found.hidden_errors
    series = view(preprocessed)
    drawn = np.zeros(series.series.geometry.shape, bool)
    drawn.ravel()[view(drawn_background)] = True
    settings = view.settings.fit
    return prepare(
        found.curves,
        series.series.times,
        view(arterial_curve),
        model=settings.model,
        fit_delay=settings.fit_delay,
        bounds=fit_bounds(view),
        exclude=unusable(
            found,
            Images(series.series, tissue=series.tissue),
            skip_invalid=view.settings.reading.skip_invalid,
            drawn=drawn,
        ),
        baseline_error=baseline_error,
        rounding=rounding,
    )


def fit(view: View) -> FitResult:
    """Return the model's parameters in every voxel at the shift that is set."""
    Ta, own = view(shift, view.progress), view(own_shifts)
    prepared = view(fitter, part(view.progress, 0, 0.6))
    result = prepared.fit(Ta=Ta, progress=part(view.progress, 0.6, 1))
    masks = shift_masks(view) if own else {}
    for name, own_Ta in own.items():
        voxels = np.flatnonzero(masks[name])
        own_fit = prepared.fit(Ta=own_Ta, voxels=voxels, progress=view.checking)
        _put(result, own_fit, voxels)
    return result


def result(view: View) -> Result:
    """Return maps, status, statistics of the regions and their curves."""
    view(check)
    fitted = view(fit, view.progress)
    maps = {**per_tissue(fitted.parameters, view(water_share)), "R2": fitted.R2}
    measured = without_exclusions(view.regions, view.roles)
    regions = measured or {"all voxels": np.ones(fitted.status.shape, bool)}
    series = view(preprocessed).series
    statistics = region_statistics(
        maps,
        regions=regions,
        status=fitted.status,
        voxel_volume=series.geometry.voxel_volume,
    )
    found = view(concentration)
    curves = {name: mean_curve(found.curves, mask=mask) for name, mask in measured.items()}
    own = view(own_shifts)
    fits = {
        name: _fitted_curve(view, curve, own.get(name, view(shift)))
        for name, curve in curves.items()
    }
    notes = (
        *series.notes,
        *found.notes,
        *_water_notes(view),
        *view(arterial_input).notes,
        *([view(evidence).summary()] if view.settings.fit.shift == "auto" else []),
        *(f"Shift of {name}: {own_shift:g} s." for name, own_shift in own.items()),
    )
    measures = _measures(view, maps, measured)
    measures = replace(
        measures,
        findings=(
            *_unusual_settings(view),
            *_model_findings(view),
            *baseline_findings(view),
            *view(aif_findings),
            *view(shift_findings),
            *view(noise_mask_findings),
            *view(smoothing_findings),
            *measures.findings,
            *_blood_findings(view, maps, measured),
        ),
    )
    return Result(maps, fitted.status, statistics, curves, fits, notes, measures)


def _unusual_settings(view: View) -> list[Finding]:
    """Return the numbers that were set although no tissue or patient has them."""
    if view(signal_mode) != "absolute":
        return []
    found = []
    T10, Hct = view.settings.concentration.T10, view.settings.aif.Hct
    fixed = view(T1_source) == "fixed"
    if fixed and T10 is not None and not USUAL_T10[0] <= T10 <= USUAL_T10[1]:
        low, high = (1000 * end for end in USUAL_T10)
        said = (
            f"T10 is set to {1000 * T10:.0f} ms, but tissue at the spine has {low:.0f} to "
            f"{high:.0f} ms."
        )
        found.append(Finding("unusual_T10", said, fields=("concentration.T10",)))
    if not USUAL_HCT[0] <= Hct <= USUAL_HCT[1]:
        said = (
            f"Hct is set to {Hct:g}, but that of patients is {USUAL_HCT[0]:g} to {USUAL_HCT[1]:g}."
        )
        found.append(Finding("unusual_Hct", said, fields=("aif.Hct",)))
    return found


def _model_findings(view: View) -> list[Finding]:
    """Return that the frames are too long for the model, if they are."""
    interval = view.study.dynamic.frame_interval
    if view.settings.fit.model != "two_compartment_exchange" or interval <= LONGEST_EXCHANGE:
        return []
    said = (
        f"Frames of {interval:.1f} s are too long for the two-compartment exchange model: it tells "
        f"plasma volume from flow by the passage of blood, which needs {LONGEST_EXCHANGE:g} s or "
        "less. Its Vp can be far off."
    )
    return [Finding("frames_too_long_for_model", said, fields=("fit.model",))]


def _blood_findings(
    view: View, maps: dict[str, NDArray[np.floating]], regions: dict[str, NDArray[np.bool_]]
) -> list[Finding]:
    """Return the regions that contain voxels of vessels, where the scale of Vp is absolute.

    What lies in the background is named by another finding.
    """
    if "vp" not in maps or view(signal_mode) != "absolute":
        return []
    empty = {one.about for one in view(noise_mask_findings) if one.code == IN_BACKGROUND}
    drawn = {name: mask for name, mask in regions.items() if name not in empty}
    Hct = view.settings.aif.Hct
    return blood_findings(maps["vp"], drawn, view.roles, Hct, another_AIF(view))


def signal_noise(view: View, voxels: NDArray[np.intp]) -> SignalNoise:
    """Return how noise of the signal appears in the curves of some voxels (flat indices)."""
    found, kind = view(concentration), view(signal_mode)
    if kind != "absolute":
        return SignalNoise(kind, found.baseline_frames)
    assert found.T10 is not None
    level = np.asarray(found.baseline, float).ravel()[voxels]
    with np.errstate(divide="ignore", invalid="ignore"):
        step = np.where(level > 0, stored_step(view(preprocessed).series.signal) / level, 0.0)
        R10 = 1 / np.asarray(found.T10, float).ravel()[voxels]
    return SignalNoise(
        kind,
        found.baseline_frames,
        view(TR),
        view(FA),
        view(r1),
        R10,
        T10_from_baseline=view(mode) == "muscle",
        step=step,
    )


def water_share(view: View) -> NDArray[np.float64] | None:
    """Return the share of every voxel that is water, relative to muscle.

    Without muscle it is relative to the median of all tissue, so that only its ratios hold.

    Returns:
        ``(slices, rows, columns)``; None where no T1 is measured.
    """
    M0 = view(concentration).M0
    if M0 is None:
        return None
    tissue, series = view(muscle), view(preprocessed)
    scale: Any
    if tissue is not None:
        own = muscle_signal(np.nan_to_num(M0), mask=tissue, geometry=series.series.geometry)
        scale = own.signal
    else:
        known = np.isfinite(M0) & (M0 > 0)
        if series.tissue is not None:
            known &= series.tissue
        scale = np.median(M0[known]) if known.any() else np.nan
    share: NDArray[np.float64] = M0 / scale
    return share


def per_tissue(
    parameters: Mapping[str, NDArray[np.floating]], water: NDArray[np.floating] | None
) -> dict[str, NDArray[np.floating]]:
    """Return parameters with those per volume of tissue beside them.

    With a known T1, a fitted vp is a fraction of the water, because contrast agent is in the water
    alone.

    Args:
        water: of the parameters' shape; None where there is nothing to add.
    """
    found = dict(parameters)
    if water is not None:
        found |= {name: found[own] * water for name, own in FITTED_AS.items() if own in found}
    return found


def _water_notes(view: View) -> list[str]:
    if view(water_share) is None:
        return []
    scale = "muscle"
    if view(muscle) is None:
        scale = "the median of all tissue, because no muscle was found: compare only ratios"
    return [f"Water content from T10 and the baseline signal, relative to {scale}."]


def _measures(
    view: View,
    maps: Mapping[str, NDArray[np.floating]],
    regions: Mapping[str, NDArray[np.bool_]],
) -> Measures:
    """Lesions over references, with the fit's standard errors where they are needed."""
    found, geometry = view(concentration), view(preprocessed).series.geometry
    roles, water = view.roles, view(water_share)
    wanted = [m for n, m in regions.items() if roles[n] in ("lesion", "reference")]
    errors: dict[str, NDArray[np.floating]] = {}
    own = view(own_shifts)
    shifts = np.full(geometry.shape, view(shift))
    for name, mask in (shift_masks(view) if own else {}).items():
        shifts[mask] = own.get(name, view(shift))
    chosen = np.any(wanted, axis=0) if wanted else np.zeros(geometry.shape, bool)
    for Ta in np.unique(shifts[chosen]):
        voxels = np.flatnonzero(chosen & (shifts == Ta))
        fitted = view(fitter).fit(Ta=float(Ta), voxels=voxels, progress=view.checking)
        found_errors = standard_errors(fitted, signal_noise(view, voxels))
        for name, values in per_tissue(found_errors, _at(water, voxels)).items():
            whole = errors.setdefault(name, np.full(geometry.shape, np.nan))
            whole.ravel()[voxels] = values
    return measure(
        maps,
        regions=regions,
        roles=roles,
        geometry=geometry,
        errors=errors,
        T10=found.T10 if view(T1_source) != "fixed" else None,
        image=found.baseline,
        absolute=view(signal_mode) == "absolute",
        sizes=view.sizes,
        mode=view(mode),
    )


def _fitted_curve(view: View, curve: NDArray[np.float64], Ta: float) -> NDArray[np.float64]:
    """The model's curve of the fit to one mean curve, ``(frames,)``; NaN if there is none."""
    if not np.all(np.isfinite(curve)):
        return np.full_like(curve, np.nan)
    fitted = prepare(
        curve[:, None],
        view(preprocessed).series.times,
        view(arterial_curve),
        model=view.settings.fit.model,
        fit_delay=view.settings.fit.fit_delay,
        bounds=fit_bounds(view),
    ).fit(Ta, progress=view.checking)
    return fitted.setup.curves(fitted.parameters)[:, 0]


def _at(
    array: NDArray[np.floating] | None, voxels: NDArray[np.intp]
) -> NDArray[np.floating] | None:
    return None if array is None else array.ravel()[voxels]


def _put(whole: FitResult, part: FitResult, voxels: NDArray[np.intp]) -> None:
    """Set some voxels of a result to those of another."""
    for name, array in part.parameters.items():
        whole.parameters[name].ravel()[voxels] = array
    for target, source in (
        (whole.rss, part.rss), (whole.R2, part.R2), (whole.status, part.status)
    ):  # fmt: skip
        target.ravel()[voxels] = source
