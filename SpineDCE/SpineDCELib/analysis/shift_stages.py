"""Stages for the shift of the AIF: evidence, proposal, shifts of single regions or slices."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from SpineDCELib import aif
from SpineDCELib.aif.candidates import Verdict
from SpineDCELib.aif.shift_evidence import Evidence
from SpineDCELib.analysis.acquisition_stages import preprocessed
from SpineDCELib.analysis.aif_stages import arterial_curve
from SpineDCELib.analysis.artery_stages import artery, detection
from SpineDCELib.analysis.concentration_stages import concentration
from SpineDCELib.analysis.graph import View
from SpineDCELib.errors import InputError
from SpineDCELib.measurement import without_exclusions

Masks = Mapping[str, NDArray[np.bool_]]


def evidence(view: View) -> Evidence:
    """Return the evidence for a shift: from lesions and references, or all tissue without them."""
    curves = view(concentration).curves
    masks, roles = without_exclusions(view.regions, view.roles), view.roles
    lesions = [name for name in masks if roles[name] == "lesion"]
    references = [name for name in masks if roles[name] == "reference"]
    chosen = [*lesions, *references]
    if not chosen:
        chosen = [n for n in masks if roles[n] in ("bone", "extraosseous", "other")]
    fed = {n: masks[n] for n in chosen} or {"all tissue": view(enhancing_tissue)}
    return aif.gather_evidence(
        {name: curves[:, mask] for name, mask in fed.items()},
        view(preprocessed).series.times,
        view(arterial_curve),
        model=view.settings.fit.model,
        lesions=tuple(lesions),
        reference=next(iter(references), None),
        progress=view.progress,
    )


def enhancing_tissue(view: View) -> NDArray[np.bool_]:
    """Return the voxels that enhance more than noise but are no vessels."""
    found = view(concentration)
    curves, n0 = found.curves, found.baseline_frames
    with np.errstate(invalid="ignore"):
        late = curves[-max(len(curves) // 3, 1) :]
        noise = np.sqrt(((late[2:] - 2 * late[1:-1] + late[:-2]) ** 2).mean(axis=0) / 6)
        rises = curves[n0:].mean(axis=0) > 3 * noise
    source = view(artery)
    if source is not None:
        rises &= ~source.mask
    if view.settings.aif.source == "auto":
        rises &= view(detection).verdicts < Verdict.LATE
    tissue: NDArray[np.bool_] = rises
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


def own_shifts(view: View) -> dict[str, float]:
    """Return the shifts of the regions or slices that do not use the study's, s."""
    by = view.settings.fit.shift_by
    if by == "study":
        return {}
    masks, given = shift_masks(view), view.settings.fit.shifts
    found: dict[str, float] = {}
    if view.settings.fit.shift == "auto":
        chosen = view(evidence) if by == "region" else view(slice_evidence)
        found = {r.name: r.proposal for r in chosen.regions}
    unknown = sorted(set(given) - set(masks))
    if unknown:
        raise InputError(
            f"A shift is given for '{unknown[0]}', but the {_PLURAL[by]} are {', '.join(masks)}.",
            code="unknown_shift_name",
            about=unknown[0],
            fields=["fit.shifts"],
        )
    return {name: found[name] for name in masks if name in found} | given


_PLURAL = {"slice": "slices", "region": "regions"}


def shift_masks(view: View) -> Masks:
    """Return what can have a shift of its own: regions, or whole slices."""
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
    )
