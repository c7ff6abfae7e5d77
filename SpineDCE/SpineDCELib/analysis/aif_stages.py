"""Stages for the arterial input function before any shift, from whichever source is set."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from SpineDCELib import aif
from SpineDCELib.aif.candidates import Detection
from SpineDCELib.analysis.acquisition_stages import T1_source, footprint, preprocessed
from SpineDCELib.analysis.artery_stages import (
    another_AIF,
    artery,
    blood,
    detection,
    drawn_against_evidence,
    image_blood,
)
from SpineDCELib.analysis.concentration_stages import concentration
from SpineDCELib.analysis.graph import View
from SpineDCELib.analysis.muscle_stages import signal_mode
from SpineDCELib.data import ArterialInput
from SpineDCELib.errors import Finding, InputError
from SpineDCELib.kinetics.convolution import ArterialCurve
from SpineDCELib.kinetics.frame_average import frame_average
from SpineDCELib.settings import Settings
from SpineDCELib.vocabulary.quantities import CURVE_UNITS

#: Codes of findings: the evidence does not confirm the artery that a person chose or drew; its
#: curve is unusual for blood; its magnitude and phase differ.
ARTERY_DOUBTED, AIF_UNUSUAL, AIF_DIFFERS = (
    "artery_not_confirmed", "unusual_aif", "aif_differs_from_phase"
)  # fmt: skip
#: The AIF is a population's.
AIF_OF_POPULATION = "population_aif"
#: All of them.
AIF_FINDINGS = frozenset([ARTERY_DOUBTED, AIF_UNUSUAL, AIF_DIFFERS, AIF_OF_POPULATION])


def arterial_input(view: View) -> ArterialInput:
    """Return the arterial input function before any shift.

    Raises:
        InputError: it has no sample that is finite and positive.
    """
    settings, mode = view.settings.aif, view(signal_mode)
    times = view(preprocessed, view.progress).series.times
    source = view(artery, view.progress)
    notes: list[str] = []
    t: NDArray[np.float64] = times
    medium = "blood"
    if source is not None:
        curve = view(blood)
        Cb = curve.Cb
        notes += curve.notes
        if mode == "absolute" and view(T1_source) in ("map", "vfa"):
            T10 = view(concentration, view.progress).T10
            assert T10 is not None
            inside = float(np.nanmedian(T10[source.mask]))
            notes.append(f"The T1 map has {inside * 1000:.0f} ms in the artery, not used.")
        if settings.source == "auto":
            chosen = view.aif_selection
            by_hand = chosen is not None and chosen.changes
            notes += _found_notes(view(detection), by_hand=by_hand)
    else:
        given = _external(view, times)
        t, Cb, medium = given.t, given.C, given.medium
        notes += given.notes
        width = view(footprint)
        if width is not None:
            t, Cb = frame_average(t, Cb, footprint=width)
        if mode != "absolute":
            notes.append(
                f"An AIF in mM beside {mode} signal: the parameters have no absolute scale; "
                "only ratios between regions mean something."
            )
    notes += _footprint_notes(view, measured=source is not None)
    if not np.all(np.isfinite(Cb)) or np.max(Cb) <= 0:
        raise InputError(
            "The AIF does not rise, or its signal is saturated in some frame.",
            code="unusable_aif",
            fields=[
                *another_AIF(view),
                "inputs.aif_file",
                "reading.FA",
                "aif.blood_T10",
                "concentration.signal=relative",
            ],
        )
    if medium == "plasma":
        Cp, Cb = Cb, Cb * (1 - settings.Hct)
    else:
        Cp = aif.blood_to_plasma(Cb, Hct=settings.Hct)
    return ArterialInput(
        Cb=np.interp(times, t, Cb),
        Cp=np.interp(times, t, Cp),
        unit=CURVE_UNITS[mode],
        t=t,
        samples=Cp,
        signal=None if source is None else source.signal,
        notes=tuple(notes),
    )


def aif_findings(view: View) -> tuple[Finding, ...]:
    """Return why the artery, or the scale of its curve, is not to be trusted."""
    source = view(artery)
    if source is None:
        return _population_findings(view)
    if view.settings.aif.source == "auto":
        found = view(detection)
        doubt = found.against_evidence and (
            "The evidence does not confirm the artery that was chosen by hand. "
            f"{found.against_evidence}"
        )
        unusual: Iterable[str] = found.warnings
        if view(signal_mode) == "absolute":  # of the curve in use, which phase or T2* may correct
            times = view(preprocessed).series.times
            unusual = [one for one in found.warnings if one not in found.of_scale]
            unusual += aif.scale_warnings(view(blood).Cb, found, times)
    else:
        against = view(drawn_against_evidence)
        doubt = against and f"The evidence does not confirm the drawn artery. {against}"
        voxels, absolute = int(source.mask.sum()), view(signal_mode) == "absolute"
        times = view(preprocessed).series.times
        unusual = aif.unusual_blood(view(blood).Cb, times, voxels=voxels) if absolute else ()
    by_hand = another_AIF(view)
    found_out = [Finding(ARTERY_DOUBTED, doubt, fields=by_hand)] if doubt else []
    found_out += [Finding(AIF_UNUSUAL, said) for said in unusual]
    width = aif.artery_width(source.mask, view(preprocessed).series.geometry)
    if width > aif.WIDEST_ARTERY:
        said = (
            f"The artery is {width:.0f} mm wide, as the heart is, whose muscle and right side can "
            "lower and widen its curve."
        )
        found_out.append(Finding(AIF_UNUSUAL, said, fields=by_hand))
    if differs := view(blood).doubt:
        # Of its two choices, one that was made is no remedy.
        other = () if view.settings.aif.peak != Settings().aif.peak else ("aif.peak",)
        # The magnitude of a drawn artery differs from its phase in the same way.
        found_out.append(Finding(AIF_DIFFERS, differs, fields=(*other, "aif.source")))
    return tuple(found_out)


def _population_findings(view: View) -> tuple[Finding, ...]:
    """Return that the AIF is a population's, if it is, and not fitted to this patient's artery."""
    settings = view.settings.aif
    if settings.source == "file" or settings.fitted:
        return ()
    said = (
        "The AIF is a population's, not this patient's: dose, injection and heart differ, so Vp "
        "and Ktrans can be far off, and so can their ratios to the reference. The intervals do not "
        "include this error."
    )
    # The search may have found no artery, so going back to it alone is no remedy.
    return (Finding(AIF_OF_POPULATION, said, fields=another_AIF(view)),)


def _footprint_notes(view: View, *, measured: bool) -> list[str]:
    """Return what the shared data of frames mean for the AIF."""
    width, technique = view(footprint), view.study.dynamic.acquisition.view_shared
    if width is None and technique is None:
        return []
    time = "a longer time than that between frames" if width is None else f"{width:.3g} s"
    if measured:
        return [
            f"The data of a frame were acquired over {time}. AIF and tissue are blurred alike, "
            "which cancels in the fit as far as signal follows concentration; the AIF's own peak "
            "is too low, and it arrives too early."
        ]
    if width is None:
        return [
            "The data of a frame were acquired over a time that is not known, and the AIF is not "
            "averaged over it: parameters of the first pass, such as vp, are less certain. Set the "
            "temporal footprint."
        ]
    return [
        f"The AIF is averaged over the {time} in which the data of a frame were acquired, around "
        "each frame's time."
    ]


def _found_notes(found: Detection, *, by_hand: bool) -> list[str]:
    """Return what to know about the artery that was found, or chosen by hand."""
    slices = ", ".join(str(k + 1) for k in found.slices)
    count = int(found.mask.sum())
    if len(found.slices) == 1:
        first = (
            f"Artery chosen by hand: {count} voxels, slice {slices}."
            if by_hand
            else f"Artery found: {count} voxels, slice {slices}."
        )
    else:
        first = (
            f"Artery chosen by hand: {count} voxels, slices {slices}."
            if by_hand
            else f"Artery found: {count} voxels, slices {slices}."
        )
    # By how much is not said: the search compares curves before corrections of the AIF.
    others = [
        f"Vessel {e.vessel} explains the tissue as well as the artery. With its curve, Vp would be "
        "higher everywhere, but normalised Vp about the same where no Vp reaches 100 mL/100 mL."
        if e.vp_factor > 1
        else f"Vessel {e.vessel} explains the tissue as well as the artery. With its curve, Vp "
        "would be lower everywhere, but normalised Vp about the same where no Vp reaches 100 "
        "mL/100 mL."
        # They were compared with the first vessel, the artery of the search.
        for e in (found.alternatives if found.artery and found.artery.vessel == 1 else ())
    ]
    return [first, *others]


def _external(view: View, times: NDArray[np.float64]) -> aif.ExternalCurve:
    """AIF that is not measured in the images: a file's or a population's."""
    settings = view.settings.aif
    if settings.source == "file":
        curve = view.aif_file
        if curve is None:
            raise InputError(
                "The AIF is to come from a file, but none is given.",
                code="no_aif_file",
                fields=["inputs.aif_file", "aif.source"],
            )
        return aif.from_file(
            curve,
            t=times,
            medium=settings.medium,
            accepted=view.settings.reading.accept_implausible,
        )
    if settings.fitted:
        return aif.from_population_fit(settings.source, view(image_blood).Cb, t=times)
    tissue = aif.most_enhancing(view(preprocessed).series.signal)
    return aif.from_population(settings.source, tissue, t=times)


def arterial_curve(view: View) -> ArterialCurve:
    """Return the plasma curve that is fitted with, before any shift."""
    arterial = view(arterial_input)
    return ArterialCurve(arterial.t, arterial.samples, view.settings.fit.integration)
