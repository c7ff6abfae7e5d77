"""Stages for the artery in the images: search, voxels, signal, baseline, blood concentration."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from SpineDCELib import aif
from SpineDCELib.aif.blood_curve import BloodCurve
from SpineDCELib.aif.candidates import Detection, Verdict, VesselEvidence
from SpineDCELib.aif.detection import LARGEST_DRAWN_SHARE
from SpineDCELib.aif.phase_aif import PhaseCurve
from SpineDCELib.analysis.acquisition_stages import (
    FA,
    TR,
    agent,
    before_smoothing_in_time,
    field_strength,
    preprocessed,
    r1,
)
from SpineDCELib.analysis.graph import View
from SpineDCELib.analysis.muscle_stages import signal_mode
from SpineDCELib.concentration import relative_enhancement, signal_difference
from SpineDCELib.errors import InputError
from SpineDCELib.settings import BLOOD_T10, at_field
from SpineDCELib.settings.contrast_agents import USUAL_AGENT, agent_r2
from SpineDCELib.vocabulary.region_roles import Role, words_of


class Artery(NamedTuple):
    """Voxels that the AIF is measured in, and their mean signal ``(frames,)``."""

    mask: NDArray[np.bool_]
    signal: NDArray[np.float64]


def blood_T10(view: View) -> float:
    """Return T1 of blood before contrast, s."""
    given = view.settings.aif.blood_T10
    return at_field(BLOOD_T10, view(field_strength))[0] if given is None else given


#: T10 of tissue, s, and relaxivity, 1/s/mM, with which the search converts signal: only shapes are
#: compared, so neither has to be right, and no setting of the user changes the choice.
SEARCH_TISSUE_T10, SEARCH_R1 = 1.0, 4.6
#: T10 of blood in the search, s, by field in T: in the upper half of what is published, because a
#: longer one keeps the first pass off saturation.
SEARCH_BLOOD_T10 = {1.5: 1.65, 3.0: 1.95}


#: Roles of regions that an artery cannot lie in: tissue, and what is not to be measured.
TISSUE: tuple[Role, ...] = ("lesion", "reference", "muscle", "bone", "extraosseous", "exclusion")


def undisturbed_search(view: View) -> Detection:
    """Return what the automatic search finds from the images alone."""
    return _search(view, None)


def artery_in_tissue(view: View) -> NDArray[np.bool_] | None:
    """Return all drawn tissue if the undisturbed search took some of it for a vessel that matters.

    That is the best one, or any where no artery can be trusted. So a stroke that does not cover the
    artery leaves it, and all that follows from it, as it was.
    """
    found = view(undisturbed_search, view.progress)
    drawn = view.regions_with(*TISSUE)
    if not drawn:
        return None
    tissue: NDArray[np.bool_] = np.logical_or.reduce(list(drawn.values()))
    if _lies_in(tissue, found):
        return tissue
    if found.doubt and any(
        tissue[found.vessels == vessel.vessel].mean() > LARGEST_DRAWN_SHARE
        for vessel in found.evidence
    ):
        return tissue
    return None


def artery_search(view: View) -> Detection:
    """Return what the automatic search finds, before any change by hand.

    What a person drew as tissue is not taken for the artery.
    """
    first, tissue = view(undisturbed_search, view.progress), view(artery_in_tissue, view.progress)
    if tissue is None:
        return first
    found = _search(view, tissue)
    if not _lies_in(tissue, first):
        return found
    best, drawn = _best_voxels(first), view.regions_with(*TISSUE)
    name = max(drawn, key=lambda n: np.count_nonzero(drawn[n] & best))
    role = words_of(view.roles[name]).title
    why = f"the vessel that fits an artery best lies in the region '{name}' ({role})"
    if found.doubt:
        return replace(found, doubt=f"{why}. Among the others, {found.doubt}")
    told = f"{why[0].upper()}{why[1:]}; the artery is another vessel."
    return replace(found, warnings=(*found.warnings, told))


def _lies_in(tissue: NDArray[np.bool_], found: Detection) -> bool:
    """Return whether most of the best candidate, or of its vessel, lies in drawn tissue.

    The voxels that are averaged may be few, and lie beside an outline that is a little off.
    """
    best = _best_voxels(found)
    if not best.any():
        return False
    vessel = found.vessels == np.bincount(found.vessels[best]).argmax()
    return bool(max(tissue[best].mean(), tissue[vessel].mean()) > 0.5)


def _best_voxels(found: Detection) -> NDArray[np.bool_]:
    """Return the voxels of the best candidate, whether it can be trusted or not."""
    return np.isin(found.verdicts, (Verdict.ACCEPTED, Verdict.DOUBTED))


def _search(view: View, tissue: NDArray[np.bool_] | None) -> Detection:
    blood_T10 = at_field(SEARCH_BLOOD_T10, view(field_strength))[0]
    blood, to_tissue = (
        aif.blood_contrast(TR=view(TR), FA=view(FA), T10=T10, r1=SEARCH_R1)
        for T10 in (blood_T10, SEARCH_TISSUE_T10)
    )
    # Smoothing in time would hide the noise that the search compares misfits with.
    smooth = view.settings.preprocessing.time.on
    done = view(before_smoothing_in_time) if smooth else view(preprocessed)
    return aif.detect(
        done.series,
        to_contrast=blood[0],
        tissue_contrast=to_tissue[0],
        unit=blood[1],
        region=view.aif_region,
        tissue=tissue,
        progress=view.progress,
    )


def detection(view: View) -> Detection:
    """Return the artery as the automatic search finds it, with changes by hand applied."""
    found = view(artery_search, view.progress)
    series, selection = view(preprocessed).series, view.aif_selection
    if selection is not None:
        found = aif.apply_selection(selection, found, series)
    contrast, unit = aif.blood_contrast(TR=view(TR), FA=view(FA), T10=view(blood_T10), r1=view(r1))
    return aif.in_units(found, contrast, unit, series.times)


class Alternative(NamedTuple):
    """Another vessel that explains the tissue as well as the artery.

    Attributes:
        evidence: of the vessel. mask: its voxels with the most contrast agent. signal: their mean,
            ``(frames,)``. blood: whole-blood concentration.
        normalised: lesion → log of its normalised vp with this vessel over that with the artery,
            each region with its own delay; empty without regions.
    """

    evidence: VesselEvidence
    mask: NDArray[np.bool_]
    signal: NDArray[np.float64]
    blood: BloodCurve
    normalised: dict[str, float]


def aif_alternatives(view: View) -> tuple[Alternative, ...]:
    """Return the other vessels that explain the tissue as well as the artery in use.

    Empty where the AIF does not come from the search, or no other vessel does.
    """
    if view.settings.aif.source != "auto":
        return ()
    found, series = view(detection), view(preprocessed).series
    if not found.alternatives:
        return ()
    n0, t = view(baseline_frames), series.times
    curves = _region_means(view)
    own = view(blood).Cb
    alternatives = []
    for evidence in found.alternatives:
        mask = found.vessels == evidence.vessel
        signal = series.signal[:, mask].astype(float)
        rise = signal.max(axis=0) / np.maximum(signal[:n0].mean(axis=0), 1e-9)
        best = rise >= np.median(rise)
        voxels = mask.copy()
        voxels[mask] = best
        power = np.square(signal[:, best]).mean(axis=1) - 2 * found.noise**2
        mean: NDArray[np.float64] = np.sqrt(np.maximum(power, 0.0))
        curve = blood_curve(view, mean, n0, partial(_phase, view, voxels, n0))
        if not np.all(np.isfinite(curve.Cb)):
            continue
        ratios = _normalised(curve.Cb, own, curves, view, t, n0)
        alternatives.append(Alternative(evidence, voxels, mean, curve, ratios))
    return tuple(alternatives)


def _region_means(view: View) -> dict[str, NDArray[np.float64]]:
    """Return the mean signal change of lesions and references over their baseline."""
    series, n0 = view(preprocessed).series, view(baseline_frames)
    means = {}
    for name, mask in view.regions.items():
        if view.roles[name] in ("lesion", "reference") and mask.any():
            signal = series.signal[:, mask].mean(axis=1, dtype=float)
            means[name] = signal - signal[:n0].mean()
    return means


def _normalised(
    other: NDArray[np.float64],
    own: NDArray[np.float64],
    curves: dict[str, NDArray[np.float64]],
    view: View,
    t: NDArray[np.float64],
    n0: int,
) -> dict[str, float]:
    """Return the log ratio of normalised vp with another blood curve to that with the artery's."""
    references = [n for n in curves if view.roles[n] == "reference"]
    if not references:
        return {}
    names = list(curves)
    tissue = aif.as_tissue(np.stack([curves[n] for n in names], axis=1))
    first, second = (aif.explain(c - c[:n0].mean(), t, tissue).vp for c in (own, other))
    r = names.index(references[0])
    return {
        name: float(np.log(second[i] / second[r]) - np.log(first[i] / first[r]))
        for i, name in enumerate(names)
        if view.roles[name] == "lesion" and min(first[i], second[i], first[r], second[r]) > 0
    }


def another_AIF(view: View) -> tuple[str, ...]:
    """Return the fields with which a person who doubts the AIF in use can give another.

    An aorta that is drawn already need not be drawn: it can be chosen, or is in use.
    """
    if view.aif_mask is None:
        return ("inputs.aif_mask", "aif.source")
    return ("aif.source",) if view.settings.aif.source == "mask" else ("aif.source=mask",)


def drawn_against_evidence(view: View) -> str:
    """Return why a vessel that was drawn is not the artery by the evidence; empty if it is."""
    mask = view.aif_mask
    if view.settings.aif.source != "mask" or mask is None or not mask.any():
        return ""
    found = view(artery_search, view.progress)
    return aif.against_evidence(found, mask) if found.evidence else ""


def artery(view: View) -> Artery | None:
    """Return the artery that the AIF comes from; None where it does not come from the images.

    Raises:
        InputError: the search finds no artery that can be trusted.
    """
    source = view.settings.aif.source
    if source == "auto":
        return _found_artery(view)
    if source != "mask":
        return None
    drawn = _drawn_artery(view)
    if drawn is None:
        raise InputError(
            "The AIF is to come from a drawn artery, but none is given.",
            code="no_aif_mask",
            fields=["inputs.aif_mask", "aif.source"],
        )
    return drawn


def image_artery(view: View) -> Artery:
    """Return the artery in the images whatever the AIF comes from: as drawn, else as found.

    Raises:
        InputError: the search finds no artery that can be trusted.
    """
    return _drawn_artery(view) or _found_artery(view)


def _found_artery(view: View) -> Artery:
    found = view(detection, view.progress)
    if found.doubt:
        # Read only here, so that drawing does not outdate other results.
        drawn, tissue = view.aif_mask is not None, bool(view.regions_with(*TISSUE))
        found.trusted(drawn=drawn, tissue=tissue)
    found.trusted()
    assert found.signal is not None
    return Artery(found.mask, found.signal)


def _drawn_artery(view: View) -> Artery | None:
    mask = view.aif_mask
    if mask is None:
        return None
    return Artery(mask, view(preprocessed).series.signal[:, mask].mean(axis=1, dtype=float))


def baseline_frames(view: View) -> int:
    """Return the number of frames before the bolus: as set, else from the artery or the tissue."""
    return _baseline_frames(view, None if _given_baseline(view) else view(artery))


def _given_baseline(view: View) -> bool:
    return view.settings.concentration.baseline_frames is not None


def _baseline_frames(view: View, source: Artery | None) -> int:
    dynamic = view(preprocessed).series
    n0 = view.settings.concentration.baseline_frames
    if n0 is None:
        curve = aif.most_enhancing(dynamic.signal) if source is None else source.signal
        n0 = int(aif.baseline_frames(curve, t=dynamic.times))
    if n0 >= dynamic.n_frames:
        raise InputError(
            f"A baseline of {n0} frames leaves none after the bolus.",
            code="no_frames_after_baseline",
            fields=["concentration.baseline_frames"],
        )
    return n0


def blood(view: View) -> BloodCurve:
    """Return blood concentration in the artery that the AIF comes from, checked by its phase.

    Raises:
        InputError: the AIF does not come from the images, or their artery has no usable signal.
    """
    source = view(artery)
    if source is None:
        raise InputError(
            f"The AIF '{view.settings.aif.source}' is not measured in the images.",
            code="aif_not_measured",
            fields=["aif.source"],
        )
    return blood_curve(view, source.signal, view(baseline_frames), lambda: view(artery_phase))


def image_blood(view: View) -> BloodCurve:
    """Return blood concentration in the artery in the images, whatever the AIF comes from."""
    source = view(image_artery)
    n0 = _baseline_frames(view, source)
    return blood_curve(view, source.signal, n0, lambda: view(image_artery_phase))


def artery_phase(view: View) -> PhaseCurve | str | None:
    """Return blood concentration from the phase in the artery that the AIF comes from.

    A sentence says why phase images are not used; None without phase images.
    """
    source = view(artery)
    return None if source is None else _phase(view, source.mask, view(baseline_frames))


def image_artery_phase(view: View) -> PhaseCurve | str | None:
    """Return the same for the artery in the images, whatever the AIF comes from."""
    source = view(image_artery)
    return _phase(view, source.mask, _baseline_frames(view, source))


def blood_curve(
    view: View,
    signal: NDArray[np.float64],
    n0: int,
    phase_of: Callable[[], PhaseCurve | str | None],
    *,
    with_notes: bool = True,
) -> BloodCurve:
    """Return blood concentration from an artery's mean signal, ``(frames,)``.

    Args:
        n0: number of baseline frames.
        phase_of: gives the concentration from the artery's phase; not called for relative signal.
        with_notes: False leaves out notes that cost time.
    """
    mode = view(signal_mode)
    baseline = np.asarray(signal[:n0].mean())
    if not (np.all(np.isfinite(signal)) and baseline > 0):
        raise InputError(
            "The artery has no usable signal. Draw it elsewhere.",
            code="no_artery_signal",
            fields=["inputs.aif_mask"],
        )
    if mode != "absolute":
        change = relative_enhancement if mode == "relative" else signal_difference
        Cb = np.asarray(change(signal, baseline=baseline), float)
        return BloodCurve(Cb, signal, None, 0.0, (f"AIF from the artery's {mode} signal.",))
    T10 = view(blood_T10)
    contrast, _unit = aif.blood_contrast(TR=view(TR), FA=view(FA), T10=T10, r1=view(r1))
    phase, notes = phase_of(), [_blood_T10_note(view, T10)]
    if isinstance(phase, str):
        notes.append(phase)
        phase = None
    curve = aif.blood_curve(
        signal,
        lambda values: contrast(values, baseline),
        TE=view.study.dynamic.acquisition.TE,
        r2=view.settings.aif.r2,
        literature_r2=agent_r2(view(agent) or USUAL_AGENT, view(field_strength)),
        phase=phase,
        peak=view.settings.aif.peak,
        with_notes=with_notes,
    )
    return replace(curve, notes=(*notes, *curve.notes))


def _blood_T10_note(view: View, T10: float) -> str:
    if view.settings.aif.blood_T10 is not None:
        return f"Blood T10 {T10 * 1000:.0f} ms (as given)."
    field = at_field(BLOOD_T10, view(field_strength))[1]
    return f"Blood T10 {T10 * 1000:.0f} ms (of blood at {field:g} T, Stanisz 2005)."


def _phase(view: View, mask: NDArray[np.bool_], n0: int) -> PhaseCurve | str | None:
    """Blood concentration from phase images, why there is none, or None without phase images."""
    dynamic = view(preprocessed).series
    if dynamic.phase is None:
        return None
    TE, field = view.study.dynamic.acquisition.TE, view(field_strength)
    if TE is None or field is None:
        return "Phase images not used: the files do not say TE and field strength."
    try:
        return aif.phase_curve(
            dynamic.signal,
            dynamic.phase,
            mask=mask,
            geometry=dynamic.geometry,
            baseline_frames=n0,
            noise=aif.series_noise(dynamic.signal),
            field_strength=field,
            TE=TE,
        )
    except InputError as error:
        return f"Phase images not used. {error}"
