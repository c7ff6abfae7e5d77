"""A dynamic series in pieces: which series continue each other, and their frames as one series."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

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
        proposals = []
        for o in series:
            flip_angle = o.role.startswith("variable flip angle")
            if o is s or s.role != "dynamic" or o.frames == 0 or flip_angle:
                continue
            before, after = parts_of_one(o, s), parts_of_one(s, o)
            frames = "1 frame" if o.frames == 1 else f"{o.frames} frames"
            if before is not None:
                proposals.append(
                    f"Series {o.number} ({frames} of the same matrix, TR and flip angle) ends "
                    f"{before:.3g} s before it begins; the two can be joined."
                )
            elif after is not None:
                proposals.append(
                    f"Series {o.number} ({frames} of the same matrix, TR and flip angle) begins "
                    f"{after:.3g} s after its last frame; the two can be joined."
                )
        out.append(replace(s, proposals=tuple(proposals)))
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
    images = [i for p in parts if p.stack for f in p.stack.frames for i in f]
    stack = stack_images(images)
    if stack.obstacle or len(stack.frames) != sum(p.frames for p in parts):
        raise InputError(
            f"Series {names} cannot be joined: no time tag puts all their frames in order.",
            code="cannot_join",
            about=names,
            fields=["reading.joined"],
        )
    problems = [p for part in parts for p in part.problems if p not in (NO_FRAME_TIMES, FEW_FRAMES)]
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
        stack=stack,
        disk_paths={k: v for p in parts for k, v in p.disk_paths.items()},
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
