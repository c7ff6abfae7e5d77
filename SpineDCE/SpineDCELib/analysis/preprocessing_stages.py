"""Stages for what preprocessing does to the numbers: tissue lost, and the effect of smoothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from SpineDCELib.analysis.acquisition_stages import T1_source, check, preprocessed
from SpineDCELib.analysis.aif_stages import arterial_curve
from SpineDCELib.analysis.concentration_stages import concentration, conversion
from SpineDCELib.analysis.graph import View
from SpineDCELib.analysis.shift_stages import own_shifts, shift
from SpineDCELib.concentration.conversion import convert
from SpineDCELib.data import Images
from SpineDCELib.errors import Finding
from SpineDCELib.kinetics.fitting import prepare
from SpineDCELib.measurement import normalise, without_exclusions
from SpineDCELib.preprocessing import preprocess
from SpineDCELib.series.excluded_frames import without_frames
from SpineDCELib.vocabulary.quantities import percent

#: Share of a region, or of the artery, outside the tissue above which it is worth a warning, and
#: share of the images that must be tissue. Chosen: the thinnest body fills more of its images.
MOST_REMOVED = 0.2
LEAST_TISSUE = 0.03
#: Code of the finding that a region lies in the background.
IN_BACKGROUND = "noise_mask_removes"
#: Smoothing that lowers normalised Vp by less than this is not worth a warning.
LEAST_CHANGE = 0.02


def noise_mask_findings(view: View) -> tuple[Finding, ...]:
    """Return what the noise mask removes although it was drawn, or nearly everything."""
    tissue = view(preprocessed).tissue
    if tissue is None:
        return ()
    fields = ("preprocessing.noise_mask.on", "preprocessing.noise_mask.level")
    found = []
    share = float(tissue.mean())
    if share < LEAST_TISSUE:
        message = (
            f"The noise mask takes {100 * (1 - share):.0f} % of the images for background. Those "
            "voxels are not fitted."
        )
        found.append(Finding("noise_mask_removes_most", message, fields=fields))
    drawn = dict(view.regions)
    if view.settings.aif.source == "mask" and view.aif_mask is not None:
        drawn.setdefault("the artery", view.aif_mask)
    for name, mask in drawn.items():
        removed = 1 - float(tissue[mask].mean()) if mask.any() else 0.0
        if removed > MOST_REMOVED:
            message = (
                f"The noise mask takes {100 * removed:.0f} % of {name} for background: there is "
                "hardly any signal, as outside the body. What was drawn is used all the same; the "
                "tissue around it is not fitted."
            )
            found.append(Finding(IN_BACKGROUND, message, about=name, fields=fields))
    return tuple(found)


def smoothing_findings(view: View) -> tuple[Finding, ...]:
    """Return by how much smoothing in space lowers normalised Vp: the regions fitted without it."""
    settings = view.whole(view.settings.preprocessing)
    if settings.space.method == "off" or "vp" not in _parameters(view):
        return ()
    masks, roles = without_exclusions(view.regions, view.roles), view.roles
    lesions = [name for name in masks if roles[name] == "lesion"]
    references = [name for name in masks if roles[name] == "reference"]
    if not (lesions and references):
        return ()
    view(check)
    series = without_frames(view.whole(view.study.dynamic), view.settings.reading.excluded_frames)
    plain = preprocess(series, replace(settings, space=replace(settings.space, method="off")))
    source = view(T1_source)
    images = Images(
        plain.series,
        flip_angles=view.whole(view.study.flip_angles) if source == "vfa" else None,
        T1_map=view.whole(view.study.T1_map) if source == "map" else None,
    )
    smoothed = view(concentration)
    sharp = convert(images, view(conversion), baseline_frames=smoothed.baseline_frames)
    own = view(own_shifts)
    ratios = []
    for curves in (sharp.curves, smoothed.curves):
        means = {}
        for name in (*lesions, *references):
            inside = curves[:, masks[name]]
            fitter = prepare(
                inside[:, np.isfinite(inside).all(axis=0)],
                plain.series.times,
                view(arterial_curve),
                model=view.settings.fit.model,
            )
            vp = fitter.fit(own.get(name, view(shift))).parameters["vp"]
            means[name] = float(np.nanmean(vp)) if vp.size else np.nan
        ratios.append({name: normalise(means[name], means[references[0]]) for name in lesions})
    found = []
    for name in lesions:
        change = ratios[1][name] / ratios[0][name] - 1
        if change < -LEAST_CHANGE:
            message = (
                f"Smoothing in space lowers normalised Vp of {name} by {percent(-100 * change)}: "
                "it mixes the lesion with the tissue around it."
            ).replace("+", "")
            found.append(
                Finding(
                    "smoothing_lowers", message, about=name,
                    fields=("preprocessing.space.method", "preprocessing.space.width"),
                )
            )  # fmt: skip
    return tuple(found)


def _parameters(view: View) -> tuple[str, ...]:
    return () if view.settings.fit.model == "tofts" else ("vp",)
