"""Stage for the concentration in every voxel."""

from __future__ import annotations

from dataclasses import replace

from SpineDCELib.analysis.acquisition_stages import (
    FA,
    TR,
    T1_source,
    agent,
    check,
    field_strength,
    preprocessed,
    r1,
)
from SpineDCELib.analysis.artery_stages import baseline_frames
from SpineDCELib.analysis.graph import View
from SpineDCELib.analysis.muscle_stages import muscle, muscle_T10, signal_mode
from SpineDCELib.concentration.conversion import Conversion, convert
from SpineDCELib.data import Concentration, Images
from SpineDCELib.errors import Finding, InputError
from SpineDCELib.settings import MUSCLE_T10, at_field
from SpineDCELib.settings.contrast_agents import USUAL_AGENT, r1_log_SD

#: Below this number of frames before the bolus a finding says so (chosen).
FEW_BASELINE_FRAMES = 3


def baseline_findings(view: View) -> list[Finding]:
    """Return that so few frames precede the bolus that a fault of one would go unnoticed."""
    n0 = view(baseline_frames, view.progress)
    if n0 >= FEW_BASELINE_FRAMES:
        return []
    said = (
        "Only one frame precedes the bolus. Its noise is in every curve, which the intervals "
        "include, but a fault of this frame would go unnoticed."
        if n0 == 1
        else f"Only {n0} frames precede the bolus. Their noise is in every curve, which the "
        "intervals include, but a fault of one of them could go unnoticed."
    )
    return [Finding("few_baseline_frames", said, fields=("concentration.baseline_frames",))]


def concentration(view: View) -> Concentration:
    """Return the concentration (or relative or absolute signal change) in every voxel."""
    view(check)  # also where an evidence or a curve is asked for before the result
    settings = view.settings.concentration
    n0, signal = view(baseline_frames, view.progress), view(signal_mode)
    notes: list[str] = []
    if settings.baseline_frames is None:
        known = view.settings.aif.source in ("auto", "mask")
        notes.append(
            f"{n0} {'frame precedes' if n0 == 1 else 'frames precede'} the bolus in "
            f"{'the artery' if known else 'the most enhancing voxels'}."
        )
    absolute = signal == "absolute"
    if not absolute and settings.signal == "absolute":
        notes.append(
            "There is no T1 map, and no muscle was found that could replace it: the relative "
            "signal is fitted. Its change also contains changes of T10."
        )
    how = view(conversion)
    source = how.T1_source
    images = Images(
        view(preprocessed).series,
        flip_angles=view.whole(view.study.flip_angles) if source == "vfa" else None,
        T1_map=view.whole(view.study.T1_map) if source == "map" else None,
    )
    found = convert(images, how, baseline_frames=n0, progress=view.progress)
    if source == "muscle":
        origin = "drawn" if view.regions_with("muscle") else "found in the images"
        if view.whole(view.study.T1_map) is not None or view.whole(view.study.flip_angles):
            notes.append("The study's own T1 is not used: T10 comes from muscle, as set.")
        notes.append(f"Muscle {origin}; its T10 is {_muscle_T10_words(view)}.")
    if absolute:
        notes.append(_r1_words(view))
    return replace(found, notes=(*notes, *found.notes))


def conversion(view: View) -> Conversion:
    """Return how signal is converted.

    Raises:
        InputError: T10 is to come from muscle, but there is none (code "no_muscle").
    """
    settings, signal = view.settings.concentration, view(signal_mode)
    absolute = signal == "absolute"
    source = view(T1_source) if absolute else None
    tissue = view(muscle) if source == "muscle" else None
    if source == "muscle" and tissue is None:
        raise InputError(
            "T10 is to come from muscle, but no muscle was found in the images. Draw muscle, or "
            "choose another way to the concentration.",
            code="no_muscle",
            fields=[
                "inputs.roi",
                "inputs.T1_map",
                "concentration.T10",
                "concentration.signal=relative",
            ],
        )
    return Conversion(
        mode=signal,
        TR=view(TR) if absolute else None,
        FA=view(FA) if absolute else None,
        r1=view(r1) if absolute else 1.0,
        T1_source=source,
        T10=settings.T10 if source == "fixed" else None,
        muscle=tissue,
        muscle_T10=view(muscle_T10) if source == "muscle" else None,
        skip_invalid=view.settings.reading.skip_invalid,
    )


def _r1_words(view: View) -> str:
    said = f"Relaxivity r1 {view(r1):g} /s/mM"
    if view.settings.concentration.r1 is not None:
        return f"{said} (as given)."
    known = view(agent)
    name = known or USUAL_AGENT
    spread = 100 * r1_log_SD(name, view(field_strength))
    said += f" of {name} in whole blood, ± {spread:.0f} % (Shen 2015)"
    return f"{said}." if known else f"{said}; the files do not name a contrast agent."


def _muscle_T10_words(view: View) -> str:
    value = f"{view(muscle_T10) * 1000:.0f} ms"
    if view.settings.concentration.muscle_T10 is not None:
        return f"{value} (as given)"
    return f"{value} (at {at_field(MUSCLE_T10, view(field_strength))[1]:g} T, Stanisz 2005)"
