"""A whole examination: what the scanner sends, and the truth beside it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from SpineDCELib.errors import InputError
from SpineDCELib.files.atomic_folder import staged
from SpineDCELib.phantom import ground_truth as truth
from SpineDCELib.phantom import protocol, scanner
from SpineDCELib.phantom.acquisition import Session
from SpineDCELib.phantom.conditions import Conditions
from SpineDCELib.phantom.dicom_writer import Examination
from SpineDCELib.phantom.patient_grid import make_scene
from SpineDCELib.phantom.patients import VISITS, Patient, patient_named
from SpineDCELib.progress import Progress, part, silent


@dataclass(frozen=True)
class StudyPaths:
    """Where a study was written."""

    dicom: Path  #: what the scanner sent: point a reader here
    truth: Path  #: what nobody knows in life


def write_study(
    out: Path | str,
    *,
    patient: str | Patient = "A",
    visit: str = "before",
    size: str = "full",
    seed: int = 2023,
    motion: bool | float = True,
    noise: bool = True,
    conditions: Conditions | None = None,
    progress: Progress = silent,
) -> StudyPaths:
    """Write one visit of one patient: DICOM as a scanner sends it, and the truth beside it.

    Args:
        out: folder; ``out/dicom`` gets the images, ``out/truth`` what is true of them.
        patient: ``"A"``, ``"B"`` or a :class:`Patient`. visit: ``"before"`` or ``"after"``, or
            another of its :attr:`Patient.visits`.
        size: ``"full"`` (256×256×12, 56 frames), ``"small"`` (for tests) or ``"quick"`` (for
            cohorts: the dynamic magnitude alone).
        seed: the same seed gives the same pixels and UIDs.
        motion, noise: switch them off to see what they do; a number above 1 makes the patient
            drift and twitch so many times as much. Only a patient in a sagittal slab moves.
        conditions: agent, blood, delays, T10, B1 and protocol; None takes those of the visit.
            :func:`SpineDCELib.phantom.conditions.draw_pair` draws them from published spreads.

    Raises:
        InputError: unknown patient, visit or size; a study is there already; the disk is full.
    """
    who = patient if isinstance(patient, Patient) else patient_named(patient)
    when, spec = who.visit(visit), protocol.size_named(size)
    if conditions is not None:
        when = replace(when, conditions=conditions)
        if conditions.Hct is not None:
            when = replace(when, hct=conditions.Hct)
        if conditions.interval is not None:
            frames = round(spec.frames * spec.interval / conditions.interval)
            spec = replace(spec, interval=conditions.interval, frames=max(frames, 24))
    out = Path(out)
    if any((out / name).exists() for name in ("dicom", "truth")):
        raise InputError(
            f"{out} already holds a study. Choose a new folder or remove the old one.",
            code="study_exists",
            about=str(out),
        )
    exam = Examination(
        who.name,
        f"SPINEDCE-{who.key}",
        who.sex,
        who.born,
        who.weight,
        when.when,
        "MR spine perfusion (digital phantom)",
        ("SpineDCE", who.key, visit, size, str(seed)),
        when.conditions.field_strength,
        when.conditions.agent.capitalize(),
    )
    progress(0.0, "painting the anatomy")
    scene = make_scene(when, spec, exam.frame_of_reference_uid)
    with staged(out) as stage:
        streams = (seed, *who.key.encode(), list(who.visits).index(visit))
        session = Session(scene, exam, stage / "dicom", streams, noise)
        if spec.complete:
            session.before_contrast(part(progress, 0.05, 0.3))
        moved = None
        if motion and when.conditions.slab == "sagittal":
            moved = scanner.Motion.drawn(spec.frames, session.rng("motion"), float(motion))
        sections = session.dynamic(moved, part(progress, 0.3, 0.75))
        if spec.complete:
            session.after_contrast(part(progress, 0.75, 0.85))
        progress(0.85, "writing the truth")
        truth.write(stage / "truth", scene, who, visit, exam, sections)
    progress(1.0, "done")
    return StudyPaths(out / "dicom", out / "truth")


def write_sample(
    out: Path | str,
    *,
    patient: str = "A",
    size: str = "full",
    seed: int = 2023,
    motion: bool | float = True,
    noise: bool = True,
    progress: Progress = silent,
) -> dict[str, StudyPaths]:
    """Both visits of one patient, in ``out/before`` and ``out/after``."""
    return {
        visit: write_study(
            Path(out) / visit,
            patient=patient,
            visit=visit,
            size=size,
            seed=seed,
            motion=motion,
            noise=noise,
            progress=part(progress, i / 2, (i + 1) / 2),
        )
        for i, visit in enumerate(VISITS)
    }
