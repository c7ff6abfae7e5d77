"""Stages for the shift of the AIF: evidence, proposal, shifts of single regions or slices."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from SpineDCELib import aif
from SpineDCELib.aif.candidates import Verdict
from SpineDCELib.aif.region_delay import Delay
from SpineDCELib.aif.shift_evidence import ALL_TISSUE, NORMAL, Evidence
from SpineDCELib.analysis.acquisition_stages import preprocessed
from SpineDCELib.analysis.aif_stages import arterial_curve
from SpineDCELib.analysis.artery_stages import another_AIF, artery, artery_search, detection
from SpineDCELib.analysis.concentration_stages import concentration
from SpineDCELib.analysis.graph import View
from SpineDCELib.errors import Finding, InputError
from SpineDCELib.measurement import without_exclusions
from SpineDCELib.vocabulary.quantities import number

Masks = Mapping[str, NDArray[np.bool_]]
#: Code of the finding that a shift, of the study or of the region that it is about, is not among
#: those that its curves show.
SHIFT_OUTSIDE = "shift_outside_evidence"
#: A voxel of a slice and those beside it.
_BESIDE = np.ones((1, 3, 3), bool)
#: Verdicts of the artery search on voxels of tissue.
_TISSUE = (Verdict.NOT_ENHANCING, Verdict.WEAK, Verdict.LESION)


def evidence(view: View) -> Evidence:
    """Return the evidence for a shift: from lesions and references, or all tissue without them."""
    curves = view(concentration).curves
    masks, roles = without_exclusions(view.regions, view.roles), view.roles
    lesions = [name for name in masks if roles[name] == "lesion"]
    references = [name for name in masks if roles[name] == "reference"]
    chosen = [*lesions, *references]
    if not chosen:
        chosen = [n for n in masks if roles[n] in ("bone", "extraosseous", "other")]
    fed = {n: masks[n] for n in chosen} or {ALL_TISSUE: view(enhancing_tissue)}
    return aif.gather_evidence(
        {name: curves[:, mask] for name, mask in fed.items()},
        view(preprocessed).series.times,
        view(arterial_curve),
        model=view.settings.fit.model,
        lesions=tuple(lesions),
        reference=next(iter(references), None),
        own_delays=view.settings.fit.shift_by == "region",
        progress=view.progress,
    )


def enhancing_tissue(view: View) -> NDArray[np.bool_]:
    """Return the voxels that enhance more than noise and are no vessel.

    Those beside a vessel, and those that could be one, are left out if others remain.
    """
    found = view(concentration)
    curves, n0 = found.curves, found.baseline_frames
    with np.errstate(invalid="ignore"):
        late = curves[-max(len(curves) // 3, 1) :]
        noise = np.sqrt(((late[2:] - 2 * late[1:-1] + late[:-2]) ** 2).mean(axis=0) / 6)
        rises = curves[n0:].mean(axis=0) > 3 * noise
    vessels = detection if view.settings.aif.source == "auto" else artery_search
    verdicts = view(vessels, view.progress).verdicts
    could_be_blood = ~np.isin(verdicts, _TISSUE)
    if (source := view(artery)) is not None:
        rises &= ~source.mask
        could_be_blood |= source.mask
    # Blood fills earlier than tissue, or later, and so does what holds a share of it.
    tissue: NDArray[np.bool_] = rises & ~ndimage.binary_dilation(could_be_blood, _BESIDE)
    if not tissue.any():
        tissue = rises & ((verdicts < Verdict.LATE) | (verdicts == Verdict.LESION))
    return tissue


def shift(view: View) -> float:
    """Return the shift in use, s: as set, or as the evidence proposes.

    Raises:
        InputError: it is to be proposed, but the regions do not determine it.
    """
    given = view.settings.fit.shift
    if not isinstance(given, str):
        return given
    found = view(evidence, view.progress)
    if found.doubt:
        raise InputError(
            f"No trustworthy shift: {found.doubt}", code="no_shift", fields=["fit.shift"]
        )
    return found.proposal


def delays(view: View) -> dict[str, Delay]:
    """Return the delay of every lesion and reference: as its curves show it, and as it is in use.

    With a shift for each region, the region's own delay is in use, moved by the same seconds by
    which the study's shift differs from the study's proposal; a shift given for the region replaces
    it. Where the curves do not determine a delay, and where regions share a shift, the study's is
    in use.
    """
    masks, roles = without_exclusions(view.regions, view.roles), view.roles
    names = [name for name in masks if roles[name] in ("lesion", "reference")]
    if not names:
        return {}
    study = view(shift, view.progress)
    try:
        found = view(evidence, view.progress)
    except InputError:  # no region has a curve that can be fitted
        return {}
    by_region = view.settings.fit.shift_by == "region"
    given = view.settings.fit.shifts if by_region else {}
    moved = study - found.proposal
    result = {}
    for region in found.regions:
        if region.name not in names:
            continue
        own = by_region and region.determined and not found.doubt
        # The proposal of all regions has an error that is no larger than that of one region.
        distance = abs(region.proposal - found.proposal)
        value = given.get(region.name, region.proposal + moved if own else study)
        result[region.name] = Delay(
            value=round(value, 3),
            low=region.low,
            high=region.high,
            SE=region.SE,
            determined=region.determined and not found.doubt,
            disagrees=region.determined and distance > NORMAL * region.SE,
            proposal=region.proposal,
        )
    return result


def own_shifts(view: View) -> dict[str, float]:
    """Return the shifts of the regions or slices that do not use the study's, s."""
    by = view.settings.fit.shift_by
    if by == "study":
        return {}
    masks, given = shift_masks(view), view.settings.fit.shifts
    unknown = sorted(set(given) - set(masks))
    if unknown:
        raise InputError(
            f"A shift is given for '{unknown[0]}', but the {_PLURAL[by]} are {', '.join(masks)}.",
            code="unknown_shift_name",
            about=unknown[0],
            fields=["fit.shifts"],
        )
    if by == "region":
        found = {name: one.value for name, one in view(delays).items() if one.determined}
    elif view.settings.fit.shift == "auto":
        found = {r.name: r.proposal for r in view(slice_evidence).regions if r.determined}
    else:
        found = {}
    return {name: found[name] for name in masks if name in found} | given


def shift_findings(view: View) -> tuple[Finding, ...]:
    """Return what the evidence says against the shifts in use."""
    found = view(delays)
    if not found:
        return ()
    study, evident = view(shift), view(evidence)
    by_region = view.settings.fit.shift_by == "region"
    result = []
    if not evident.doubt and not evident.low <= study <= evident.high:
        used, low, high = apart(study, evident.low, evident.high)
        message = (
            f"The shift of {used} s does not fit the curves of the regions, which show {low} to "
            f"{high} s."
        )
        result.append(Finding(SHIFT_OUTSIDE, message, fields=("fit.shift=auto",)))
    for name, one in found.items():
        if one.determined and one.high < 0:
            message = (
                f"{name} fills {number(-one.high, 1)} to {number(-one.low, 1)} s before the curve "
                "in use as its artery, so that curve does not come from the artery that feeds it: "
                "it may come from a vein or from farther along the circulation. Check the artery."
            )
            result.append(Finding("region_before_artery", message, name, another_AIF(view)))
        code, message, path = "", "", "fit.shifts"
        if by_region and name in view.settings.fit.shifts:
            if one.contradicted:
                code = SHIFT_OUTSIDE
                used, low, high = apart(one.value, one.low, one.high)
                message = (
                    f"The shift of {name}, {used} s, does not fit its curves, which show {low} to "
                    f"{high} s."
                )
        elif not one.determined and by_region:
            code = "delay_not_determined"
            message = f"The curves of {name} do not determine its delay; the study's shift is used."
        elif one.determined and one.disagrees:
            code, path = "delays_differ", "fit.shift_by"
            shared = number(evident.proposal, 1)
            distance, half = abs(one.proposal - evident.proposal), NORMAL * one.SE
            _same, low, high = apart(0.0, distance - half, distance + half)
            gap = number(distance, 1)
            shows = (
                f"its curves show a delay that is {gap} s longer (95 %: {low} to {high} s)."
                if one.proposal > evident.proposal
                else f"its curves show a delay that is {gap} s shorter (95 %: {low} to {high} s)."
            )
            message = (
                f"{name} does not share the delay of {shared} s that all regions together show: "
                f"{shows} "
            ) + _shift_of_region(study - evident.proposal, by_region=by_region)
        if code:
            result.append(Finding(code, message, name, (path,)))
    return tuple(result)


def _shift_of_region(moved: float, *, by_region: bool) -> str:
    """Return which shift a region has, where the study's is so far from the proposed one, s."""
    if not by_region:
        return "The study's shift is used for it."
    if abs(moved) < 0.05:
        return "Its own delay is used."
    way = "later" if moved > 0 else "earlier"
    return f"Its own delay, moved {number(abs(moved), 1)} s {way} with the study's shift, is used."


def apart(value: float, low: float, high: float) -> tuple[str, str, str]:
    """Format a value and an interval that it lies outside of, with digits that show so."""
    # A shift that was set to hundredths is not rounded.
    for digits in (1 if abs(round(value, 1) - value) < 1e-6 else 2, 3):
        shown, first, last = (round(one, digits) for one in (value, low, high))
        if not first <= shown <= last:
            break
    return number(value, digits), number(low, digits), number(high, digits)


_PLURAL = {"slice": "slices", "region": "regions"}


def shift_masks(view: View) -> Masks:
    """Return what can have its own shift: regions, or whole slices."""
    if view.settings.fit.shift_by == "region":
        return without_exclusions(view.regions, view.roles)
    shape = view(preprocessed).series.geometry.shape
    numbers = np.broadcast_to(np.arange(shape[0])[:, None, None], shape)
    return {f"slice {k + 1}": numbers == k for k in range(shape[0])}


def slice_evidence(view: View) -> Evidence:
    """Return the evidence slice by slice, from the voxels of lesions and references in it."""
    curves = view(concentration).curves
    masks = without_exclusions(view.regions, view.roles)
    fed = [m for n, m in masks.items() if view.roles[n] in ("lesion", "reference")]
    tissue = np.any(fed, axis=0) if fed else view(enhancing_tissue)
    return aif.gather_evidence(
        {name: curves[:, m & tissue] for name, m in shift_masks(view).items()},
        view(preprocessed).series.times,
        view(arterial_curve),
        model=view.settings.fit.model,
        progress=view.progress,
    )
