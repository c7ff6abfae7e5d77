"""A dynamic series in pieces: which series continue each other, and their frames as one series."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.errors import InputError
from SpineDCELib.series.dynamic_series import MIN_FRAMES
from SpineDCELib.series.stack import stack_images, with_displaced
from SpineDCELib.series.study_contents import (
    FEW_FRAMES,
    NO_FRAME_TIMES,
    SeriesDescription,
    Study,
    grid_key,
)

#: Longest pause between two parts of one dynamic series, s.
LONGEST_PAUSE = 600.0


def parts_of_one(one: SeriesDescription, other: SeriesDescription) -> float | None:
    """Return the pause between two series that may be parts of one dynamic, s; None if not.

    They have the same patient, study, matrix, TR, TE, flip angle and component; the second begins
    after the first has ended.
    """
    if one.stack is None or other.stack is None or one.started is None or other.started is None:
        return None
    if _kind(one) != _kind(other) or one.geometry is None:
        return None
    length = 0.0 if one.times is None else float(one.times[-1])
    pause = other.started - one.started - length
    return pause if 0 < pause <= LONGEST_PAUSE else None


def _kind(series: SeriesDescription) -> tuple[object, ...]:
    a = series.acquisition
    numbers = tuple(None if x is None else round(x, 5) for x in (a.TR, a.TE, a.FA))
    return (
        series.patient, series.study_uid, series.component, grid_key(series.geometry), *numbers
    )  # fmt: skip


def propose_joining(series: list[SeriesDescription]) -> list[SeriesDescription]:
    """Note at each dynamic series which others may be parts of it; nothing is joined."""
    out = []
    for s in series:
        proposals, parts = [], []
        for o in series:
            # A set of flip angles may hold that of the dynamic series.
            flip_angle = o.role.startswith("variable flip angle") and o.description != s.description
            if o is s or s.role != "dynamic" or o.frames == 0 or flip_angle:
                continue
            before, after = parts_of_one(o, s), parts_of_one(s, o)
            frames = "1 frame" if o.frames == 1 else f"{o.frames} frames"
            also = (
                " It is also one of the flip angles for T10."
                if o.role == "variable flip angle"
                else ""
            )
            if before is not None or after is not None:
                parts.append(o.number)
            if before is not None:
                proposals.append(
                    f"The last frame of series {o.number} ({frames} of the same matrix, TR and "
                    f"flip angle) is {before:.3g} s before the first of series {s.number}; the "
                    f"two can be joined.{also}"
                )
            elif after is not None:
                proposals.append(
                    f"Series {o.number} ({frames} of the same matrix, TR and flip angle) begins "
                    f"{after:.3g} s after the last frame of series {s.number}; the two can be "
                    f"joined.{also}"
                )
        out.append(replace(s, proposals=tuple(proposals), parts=tuple(parts)))
    return out


def join_series(
    study: Study, chosen: SeriesDescription, numbers: Sequence[int]
) -> SeriesDescription:
    """Return one dynamic series of the frames of several, with their true times.

    Args:
        numbers: of the other series, as the study lists them or the scanner numbers them.

    Raises:
        InputError: the series are not DICOM, or differ in matrix, TR, TE, flip angle or component
            (code "cannot_join").
    """
    parts = [chosen, *(study.by_number(int(n)) for n in numbers)]
    parts = list({p.number: p for p in parts}.values())
    names = ", ".join(p.line() for p in parts)
    problem = ""
    if any(p.stack is None or not p.stack.frames for p in parts):
        problem = "only series of DICOM images can be joined"
    elif len({_kind(p) for p in parts}) > 1:
        problem = "they differ in patient, study, matrix, TR, TE, flip angle or component"
    if problem:
        raise InputError(
            f"Series {names} cannot be joined: {problem}.",
            code="cannot_join",
            about=names,
            fields=["reading.joined"],
        )
    stacks = [p.stack for p in parts if p.stack]
    images = [i for s in stacks for f in (*s.frames, *s.displaced) for i in f]
    stack = stack_images(images)
    if stack.obstacle or len(stack.frames) != sum(p.frames for p in parts):
        raise InputError(
            f"Series {names} cannot be joined: no time tag puts all their frames in order.",
            code="cannot_join",
            about=names,
            fields=["reading.joined"],
        )
    replaced = (NO_FRAME_TIMES, FEW_FRAMES, *(s.displaced_problem for s in stacks))
    problems = [p for part in parts for p in part.problems if p not in replaced]
    problems += [*stack.problems, *stack.timing.problems]
    if len(stack.frames) < MIN_FRAMES:
        problems.append(FEW_FRAMES)
    note = f"Its {len(stack.frames)} frames are those of series " + ", ".join(
        str(p.number) for p in parts
    )
    return replace(
        chosen,
        dimensions=(len(stack.frames), *chosen.dimensions[1:]),
        times=stack.timing.times,
        time_origin=stack.timing.origin,
        series_uids=tuple(dict.fromkeys(u for p in parts for u in p.series_uids)),
        files=tuple(dict.fromkeys(f for p in parts for f in p.files)),
        notes=(*chosen.notes, f"{note}, in order of time.", *stack.timing.notes),
        problems=tuple(dict.fromkeys(problems)),
        proposals=(),
        parts=(),
        stack=stack,
        disk_paths={k: v for p in parts for k, v in p.disk_paths.items()},
    )


@dataclass(frozen=True, eq=False)
class DynamicChoice:
    """One way to read the dynamic series of a study: a series, alone or joined with others.

    Attributes:
        series: its number in the listing.
        joined: numbers of the series that are further parts of it.
        dimensions: ``(frames, slices, rows, columns)`` of all parts together.
        times: s after the first frame; None if the files do not hold them.
        patient: the patient's name. date: the day of the study, as DICOM writes it.
        own_number: the scanner's number of the series; None if the files do not hold it.
    """

    series: int
    joined: tuple[int, ...]
    title: str
    dimensions: tuple[int, int, int, int]
    times: NDArray[np.float64] | None
    patient: str = ""
    date: str = ""
    own_number: int | None = None


@dataclass(frozen=True)
class ReadingChoices:
    """What a person can choose of the way in which a study is read.

    Attributes:
        dynamic: every way to read the dynamic series.
        used: the one that was chosen; None if it is none of them.
        displaced: which frames are displaced and by how far; "" if none is.
    """

    dynamic: tuple[DynamicChoice, ...] = ()
    used: DynamicChoice | None = None
    displaced: str = ""


def dynamic_choices(study: Study) -> tuple[DynamicChoice, ...]:
    """Return every dynamic series alone, then what it can be joined with."""
    single = study.with_role("dynamic")
    joined: dict[frozenset[int], DynamicChoice] = {}
    for s in sorted(single, key=lambda s: -s.frames):
        together = frozenset({s.number, *s.parts})
        if len(together) > 1 and together not in joined:
            with contextlib.suppress(InputError):  # no tag puts their frames in order
                joined[together] = _choice(join_series(study, s, s.parts), s.parts)
    return (*(_choice(s) for s in single), *joined.values())


def reading_choices(
    study: Study, chosen: SeriesDescription, joined: Sequence[int] = ()
) -> ReadingChoices:
    """Return what a person can choose of the way in which a dynamic series is read."""
    whole = join_series(study, chosen, joined) if joined else chosen
    numbers = {chosen.number, *(study.by_number(n).number for n in joined)}
    found = dynamic_choices(study)
    used = next((c for c in found if {c.series, *c.joined} == numbers), None)
    displaced = "" if whole.stack is None else whole.stack.displaced_by
    return ReadingChoices(found, used, displaced)


def _choice(s: SeriesDescription, joined: tuple[int, ...] = ()) -> DynamicChoice:
    return DynamicChoice(
        s.number, joined, s.title, s.dimensions, s.times, s.patient, s.study_date, s.series_number
    )


def take_displaced(series: SeriesDescription) -> SeriesDescription:
    """Return the series with its displaced frames, each at the same slice index as the others."""
    if series.stack is None or not series.stack.displaced:
        return series
    stack = with_displaced(series.stack)
    return replace(
        series,
        dimensions=(len(stack.frames), *series.dimensions[1:]),
        times=stack.timing.times,
        time_origin=stack.timing.origin,
        notes=(*series.notes, *stack.timing.notes),
        problems=tuple(p for p in series.problems if p != series.stack.displaced_problem),
        files=tuple(dict.fromkeys(i.header.file for f in stack.frames for i in f)),
        stack=stack,
    )


def displacements(series: SeriesDescription) -> np.ndarray:
    """Return by how many slices each frame lies off the first slice of most, ``(frames,)``."""
    assert series.stack is not None
    assert series.geometry is not None
    firsts = np.array([f[0].position for f in series.stack.frames], float)
    step = series.geometry.affine[:3, 2]
    origin = series.geometry.affine[:3, 3]
    off: np.ndarray = (firsts - origin) @ step / (step @ step)
    return off
