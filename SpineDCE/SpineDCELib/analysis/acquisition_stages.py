"""Stages for what a study gives: sequence parameters, preprocessed series, checks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from SpineDCELib.analysis.graph import View
from SpineDCELib.concentration import check_sequence
from SpineDCELib.concentration.conversion import check_signal
from SpineDCELib.data import PreprocessedSeries
from SpineDCELib.errors import InputError
from SpineDCELib.preprocessing import Preprocessed, preprocess
from SpineDCELib.series import MIN_FRAMES
from SpineDCELib.series.excluded_frames import kept_frames, without_frames
from SpineDCELib.series.plausibility import FRAME_INTERVALS
from SpineDCELib.settings import PreprocessingSettings
from SpineDCELib.settings.contrast_agents import (
    CONTRAST_AGENTS,
    DOSES,
    RATES,
    USUAL_AGENT,
    agent_r1,
    injected_dose,
)

#: What a dynamic series of the spine can have: repetition time, s (up to a 2D multi-slice sequence,
#: whose TR is the frame interval); voxel sizes, mm.
REPETITION_TIMES = (5e-4, 10.0)
FLIP_ANGLES = (0.5, 180.0)
VOXEL_SIZES = (0.1, 50.0)


def TR(view: View) -> float | None:
    """Return the repetition time in use, s."""
    given = view.settings.reading.TR
    return view.study.dynamic.acquisition.TR if given is None else given


def FA(view: View) -> float | None:
    """Return the flip angle in use, degrees."""
    given = view.settings.reading.FA
    return view.study.dynamic.acquisition.FA if given is None else given


def footprint(view: View) -> float | None:
    """Return the time over which the data of one frame were acquired, s; None if not shared."""
    given = view.settings.reading.footprint
    return view.study.dynamic.acquisition.footprint if given is None else given


def field_strength(view: View) -> float | None:
    """Return the field strength, T; None where the files do not say."""
    return view.study.dynamic.acquisition.field_strength


def agent(view: View) -> str | None:
    """Return the contrast agent as set, else as the files say; None where it is not known."""
    given = view.settings.contrast.agent or view.study.dynamic.acquisition.agent
    return given if given in CONTRAST_AGENTS else None


def dose(view: View) -> float | None:
    """Return the dose, mmol/kg: as set, else of the files' volume; None where it is not known."""
    given, contrast = view.settings.contrast.dose, view.settings.contrast
    if given is not None:
        return given
    acquisition = view.study.dynamic.acquisition
    volume, weight, name = acquisition.contrast_volume, acquisition.weight, view(agent)
    concentration = contrast.concentration
    if concentration is None and name is not None:
        concentration = CONTRAST_AGENTS[name].concentration
    if volume is None or weight is None or concentration is None:
        return None
    found = injected_dose(volume, concentration, weight)
    return found if DOSES[0] <= found <= DOSES[1] else None


def injection_rate(view: View) -> float | None:
    """Return the rate of the injection, mL/s: as set, else as the files say."""
    given = view.settings.contrast.rate
    if given is not None:
        return given
    found = view.study.dynamic.acquisition.injection_rate
    return found if found is not None and RATES[0] <= found <= RATES[1] else None


def r1(view: View) -> float:
    """Return the relaxivity in use, 1/s/mM."""
    given = view.settings.concentration.r1
    return agent_r1(view(agent) or USUAL_AGENT, view(field_strength)) if given is None else given


def T1_source(view: View) -> str:
    """Return where T10 comes from: as set, else what the study has, else muscle."""
    concentration = view.settings.concentration
    if concentration.T1_source is not None:
        return concentration.T1_source
    if concentration.T10 is not None:
        return "fixed"
    if view.whole(view.study.T1_map) is not None:
        return "map"
    return "vfa" if view.whole(view.study.flip_angles) is not None else "muscle"


def before_smoothing_in_time(view: View) -> Preprocessed:
    """Return the dynamic series without excluded frames, after every step but the last."""
    dynamic = without_frames(view.whole(view.study.dynamic), view.settings.reading.excluded_frames)
    settings = PreprocessingSettings(
        motion=view.whole(view.settings.preprocessing.motion),
        spikes=view.whole(view.settings.preprocessing.spikes),
        noise_mask=view.whole(view.settings.preprocessing.noise_mask),
        space=view.whole(view.settings.preprocessing.space),
    )
    return preprocess(dynamic, settings, progress=view.progress)


def preprocessed(view: View) -> PreprocessedSeries:
    """Return the dynamic series without excluded frames, after motion, mask and smoothing."""
    done = view(before_smoothing_in_time, view.progress)
    if view.settings.preprocessing.time.on:
        only_time = PreprocessingSettings(time=view.whole(view.settings.preprocessing.time))
        done = replace(done, series=preprocess(done.series, only_time).series)
    return PreprocessedSeries(
        done.series,
        tissue=None if done.mask is None else done.mask.mask,
        displacement=None if done.motion is None else done.motion.displacement,
        rotation=None if done.motion is None else done.motion.rotation,
        excluded=tuple(int(n) for n in view.settings.reading.excluded_frames or ()),
    )


def check(view: View) -> bool:
    """Refuse what no later stage could use, before any long work.

    Raises:
        InputError: too few frames; no TR, flip angle or chosen T10; no AIF; unusable signal.
    """
    kept = kept_frames(view.study.dynamic.n_frames, view.settings.reading.excluded_frames)
    frames = int(kept.sum())
    if frames < MIN_FRAMES:
        left = "" if kept.all() else f" without the {int((~kept).sum())} that are excluded"
        displaced = view.study.choices.displaced
        left += f" ({displaced})" if displaced else ""
        raise InputError(
            f"The dynamic series has {frames} frames{left}; a fit needs at least {MIN_FRAMES}.",
            code="too_few_frames",
            fields=[
                "reading.series",
                "reading.joined",
                "reading.excluded_frames",
                *(["reading.displaced"] if displaced else []),
            ],
        )
    if not view.settings.reading.accept_implausible:
        _check_plausible(view)
    source = view.settings.aif.source
    if source == "mask":
        if view.aif_mask is None:
            raise InputError(
                "The AIF is to come from a drawn artery, but none is given.",
                code="no_aif_mask",
                fields=["inputs.aif_mask", "aif.source"],
            )
        if not view.aif_mask.any():
            raise InputError(
                "The mask of the artery holds no voxel. Draw the artery.",
                code="empty_aif_mask",
                fields=["inputs.aif_mask"],
            )
    if source == "file" and view.aif_file is None:
        raise InputError(
            "The AIF is to come from a file, but none is given.",
            code="no_aif_file",
            fields=["inputs.aif_file", "aif.source"],
        )
    if view.settings.concentration.signal == "absolute":
        check_sequence(TR=view(TR), FA=view(FA))
        _check_T10(view)
    if not view.settings.reading.skip_invalid:
        check_signal(view.study.dynamic.signal, kept)
    return True


def _check_plausible(view: View) -> None:
    """Refuse values that no study has, unless they are accepted."""
    dynamic = view.whole(view.study.dynamic)
    interval = float(np.median(np.diff(dynamic.times)))
    spacing = dynamic.geometry.spacing
    for name, value, (low, high), unit, fields in (
        ("frame interval", interval, FRAME_INTERVALS, "s",
         ["reading.frame_interval", "reading.frame_times"]),
        ("repetition time", view(TR), REPETITION_TIMES, "s", ["reading.TR"]),
        ("flip angle", view(FA), FLIP_ANGLES, "degrees", ["reading.FA"]),
        ("smallest distance of voxels", min(spacing), VOXEL_SIZES, "mm", []),
        ("largest distance of voxels", max(spacing), VOXEL_SIZES, "mm", []),
    ):  # fmt: skip
        if value is not None and not low <= value <= high:
            raise InputError(
                f"The {name} is {value:.4g} {unit}; a dynamic series has {low:g} to {high:g} "
                f"{unit}. Check the files.",
                code="implausible",
                about=name,
                fields=[*fields, "reading.accept_implausible"],
            )


def _check_T10(view: View) -> None:
    """Refuse absolute concentration where T10 of the tissue is not known."""
    source = view(T1_source)
    if source == "fixed" and view.settings.concentration.T10 is None:
        raise InputError(
            "T10 is to be one fixed value, but no value is given.",
            code="no_fixed_T10",
            fields=["concentration.T10"],
        )
    if source == "vfa" and view.whole(view.study.flip_angles) is None:
        raise InputError(
            "T10 is to come from several flip angles, but the study has no such series.",
            code="no_flip_angles",
            fields=["concentration.T10", "inputs.T1_map"],
        )
    if source == "map" and view.whole(view.study.T1_map) is None:
        raise InputError(
            "T10 is to come from a T1 map, but none is given.",
            code="no_T1_map",
            fields=["inputs.T1_map"],
        )
