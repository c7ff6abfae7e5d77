"""Text summary of a study: the dynamic series, what it needs, and every series in a line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from SpineDCELib.errors import InputError
from SpineDCELib.series.joining import dynamic_choices
from SpineDCELib.series.study_contents import NO_FRAME_TIMES, SeriesDescription, Study
from SpineDCELib.series.study_context import AFTER_CONTRAST

#: Most lines of the short summary.
MOST_LINES = 60
#: Most lines of what is left out of the dynamic series, or of the study.
_PROBLEMS = 6
#: Most characters of a series' name and of the reason for its use in a line.
_NAME, _REASON = 32, 70
#: Most characters of what differs from the other kinds of its series, within its name.
_KIND = 18


@dataclass(frozen=True)
class NextStep:
    """What to do with a study.

    Attributes:
        text: a sentence that names no option and no control.
        settings: path → value to analyse it with; None is to be found out.
        analyse: whether the study can be analysed so.
    """

    text: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    analyse: bool = True


def study_report(
    study: Study,
    *,
    frame_interval: float | None = None,
    verbose: bool = False,
    command: Callable[[NextStep], str] = lambda step: "",
) -> str:
    """Return the text of ``spinedce info``.

    The short one has at most ``MOST_LINES`` lines: which series is dynamic with its times and
    sequence, where T10 can come from, what is left out, every series in one line with its use and
    the reason, and what to do next.

    Args:
        frame_interval: frame interval that is set, s; None uses the times in the files.
        verbose: one paragraph per series, with every note.
        command: returns how a shell does the next step; "" if it cannot.
    """
    chosen, doubt = _dynamic(study)
    step = next_step(study, chosen, frame_interval)
    following = ["", f"Next: {step.text}", *(f"  {line}" for line in [command(step)] if line)]
    lines = [f"{study.path}", _counts(study)]
    if verbose:
        lines += [f"  ! {p}" for p in study.problems]
        for series in study.series:
            lines += ["", *_series(series, len(study.patients) > 1, frame_interval)]
        return "\n".join([*lines, *following])
    lines.append("")
    if chosen is None:
        lines.append(f"Dynamic series: none is chosen. {doubt}")
        lines += [f"  - {p}" for s in study.with_role("dynamic") for p in s.proposals]
    else:
        several = len(study.patients) > 1
        first, *more = _series(chosen, several, frame_interval, T10=_T10(study, chosen))
        lines += [f"Dynamic series: {first}", *more]
    if study.problems:
        lines += ["", "Files that are not images of these series:"]
        lines += _short_list([f"  ! {p}" for p in study.problems], _PROBLEMS, "problems")
    if study.series:
        room = MOST_LINES - len(lines) - len(following) - 2
        lines += ["", *_table(study.series, room)]
    return "\n".join([*lines, *following])


def _short_list(lines: list[str], room: int, what: str) -> list[str]:
    if len(lines) <= room:
        return lines
    return [*lines[: room - 1], f"  … {len(lines) - room + 1} more {what}; see the long list"]


def _dynamic(study: Study) -> tuple[SeriesDescription | None, str]:
    try:
        return study.dynamic(), ""
    except InputError as error:
        return None, str(error)


#: Uses of series, the most important first; all others follow.
_IMPORTANT = ("dynamic", "variable flip angle", "T1 map", "B1 map", "T1", AFTER_CONTRAST)


def _table(series: tuple[SeriesDescription, ...], room: int) -> list[str]:
    """Return one line per series below a line of headings; if they are too many, count the rest."""
    listed, rest = list(series), []
    if len(series) > room - 1:
        order = {role: n for n, role in enumerate(_IMPORTANT)}
        ranked = sorted(series, key=lambda s: (order.get(s.role, len(order)), s.number))
        listed, rest = ranked[: room - 2], ranked[room - 2 :]
        listed.sort(key=lambda s: s.number)
    rows = [_row(s) for s in listed]
    headings = ("No.", "scanner's", "name", "frames × slices × rows × columns", "used as")
    # The heading of the size may be wider than all sizes: it is shortened instead.
    size = max(len(row[3]) for row in rows)
    headings = (*headings[:3], "size"[: max(size, 4)], headings[4])
    widths = [max(len(row[n]) for row in (headings, *rows)) for n in range(4)]
    lines = ["Series (size: frames × slices × rows × columns):"]
    for number, own, name, what, use in (headings, *rows):
        lines.append(
            f"  {number:>{widths[0]}}  {own:>{widths[1]}}  {name:{widths[2]}}  "
            f"{what:>{widths[3]}}  {use}"
        )
    if rest:
        kinds = Counter("not used" if s.role == "other" else s.role for s in rest)
        counted = ", ".join(f"{count} {kind}" for kind, count in kinds.most_common())
        lines.append(f"  … {len(rest)} more series ({counted}); see the long list")
    return lines


def _row(s: SeriesDescription) -> tuple[str, str, str, str, str]:
    name = s.description or "(no description)"
    if s.kind:
        kind = s.kind[:_KIND]
        name = f"{name[: _NAME - len(kind) - 3]} [{kind}]"
    marks = "" if not (s.problems or s.obstacle) else " !"
    reason = s.reason if len(s.reason) <= _REASON else s.reason[: _REASON - 1] + "…"
    use = s.role if s.role != "other" else "not used"
    return (
        str(s.number),
        "–" if s.series_number is None else str(s.series_number),
        name[:_NAME],
        "×".join(str(n) for n in s.dimensions),
        f"{use}: {reason}{marks}",
    )


def _T10(study: Study, chosen: SeriesDescription) -> str:
    angles = study.flip_angle_set(chosen)
    late = study.with_role(AFTER_CONTRAST)
    said = f"; {len(late)} series after the injection are left out" if late else ""
    if angles:
        words = ", ".join(f"{s.acquisition.FA:g}°" for s in angles)
        return f"from the flip angles {words}{said}"
    if maps := study.with_role("T1 map"):
        numbers = ", ".join(str(s.number) for s in maps)
        return f"series {numbers} is a T1 map, which has to be given by its file{said}"
    return f"no flip angles and no T1 map: calibrated on muscle{said}"


def next_step(
    study: Study, chosen: SeriesDescription | None, frame_interval: float | None = None
) -> NextStep:
    """Return what to do with a study, of which this series is the dynamic one."""
    if chosen is None:
        return _choose(study)
    known: dict[str, Any] = {}
    if frame_interval is not None:
        known["reading.frame_interval"] = frame_interval
    missing: dict[str, Any] = {}
    words = []
    if chosen.times is None and frame_interval is None:
        missing["reading.frame_interval"] = None
        words.append("the frame interval or the frame times")
    if chosen.acquisition.TR is None:
        missing["reading.TR"] = None
        words.append("TR")
    if chosen.acquisition.FA is None:
        missing["reading.FA"] = None
        words.append("the flip angle")
    if words:
        text = f"find out {', '.join(words)}, and give them with the analysis."
        return NextStep(text, {**known, **missing})
    if chosen.parts:
        listed = ", ".join(str(n) for n in chosen.parts)
        return NextStep(
            f"analyse it, joined with series {listed} if they are parts of one acquisition.",
            {**known, "reading.series": chosen.number, "reading.joined": chosen.parts},
        )
    if chosen.stack is not None and chosen.stack.displaced:
        return NextStep(
            "analyse it without the displaced frames, take them at the same slice (if their "
            "positions are wrong), or resample them (if the positions are right).",
            {**known, "reading.displaced": None},
        )
    if chosen.acquisition.view_shared and chosen.acquisition.footprint is None:
        return NextStep(
            "analyse it, with the AIF from the images; for another AIF, find out and give "
            "the temporal footprint of a frame.",
            known,
        )
    return NextStep(
        "analyse it, with the regions of lesion and reference vertebra if they are drawn.",
        {**known, "inputs.roi": None},
    )


def _choose(study: Study) -> NextStep:
    """Return what to do where no series is taken for the dynamic one."""
    joined = [c for c in dynamic_choices(study) if c.joined]
    if joined:
        best = max(joined, key=lambda c: c.dimensions[0])
        numbers = " and ".join(str(n) for n in sorted((best.series, *best.joined)))
        return NextStep(
            f"join series {numbers} ({best.dimensions[0]} frames) if they are parts of one "
            "acquisition, or choose one of them.",
            {"reading.series": best.series, "reading.joined": best.joined},
        )
    if any(s.obstacle for s in study.series) and not study.with_role("dynamic"):
        return NextStep(
            "export the images again as the reason above says, or choose another folder.",
            analyse=False,
        )
    if study.series and max(s.frames for s in study.series) > 1:
        return NextStep(
            "choose the dynamic series by its number in the list.", {"reading.series": None}
        )
    return NextStep("choose the folder with the dynamic series.", analyse=False)


def _counts(study: Study) -> str:
    used = len({file for s in study.series for file in s.files})
    found = used + study.not_images if study.file_set is None else len(study.file_set.files)
    left = found - used - study.not_images
    counted = [f"{len(study.series)} series in {_count(used, 'file')}"]
    counted += [f"{_count(left, 'file')} left out of them"] if left else []
    counted += [_count(study.not_images, "other file")] if study.not_images else []
    return ", ".join(counted)


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def _series(
    s: SeriesDescription, several: bool, frame_interval: float | None, T10: str = ""
) -> list[str]:
    own = "" if s.series_number is None else f"  (scanner's series {s.series_number})"
    title = f"{s.number}. {s.title or '(no description)'}{own}"
    frames, slices, rows, columns = s.dimensions
    lines = [title, f"    used as    {s.role}: {s.reason}"]
    if several:
        lines.append(f"    patient    {s.patient}, {s.study_date}")
    kind = " ".join(v for v in (s.format, s.modality, s.component) if v)
    lines.append(f"    images     {frames} × {slices} × {rows} × {columns} ({kind})")
    if s.geometry is not None:
        x, y, z = s.geometry.spacing
        lines.append(f"    voxel      {x:.4g} × {y:.4g} × {z:.4g} mm")
    if frames > 1:
        times = f"every {frame_interval:g} s, as set" if frame_interval else _times(s)
        lines.append(f"    times      {times}")
    lines.append(f"    sequence   {_sequence(s)}")
    lines += [f"    T10        {T10}"] if T10 else []
    lines += [f"    - {n}" for n in (*s.notes, *s.proposals)]
    lines += [f"    ! {p}" for p in s.problems if p != NO_FRAME_TIMES or frame_interval is None]
    if s.obstacle:
        lines.append(f"    ! cannot be read: {s.obstacle}")
    return lines


def _times(s: SeriesDescription) -> str:
    if s.times is None or s.interval is None:
        return "not found"
    return (
        f"first {s.times[0]:.4g} s, then every {s.interval:.4g} s to {s.times[-1]:.5g} s, "
        f"{s.evenness}; from {s.time_origin}"
    )


def _sequence(s: SeriesDescription) -> str:
    a = s.acquisition
    parts = [
        f"TR {a.TR * 1e3:.4g} ms" if a.TR else "TR missing",
        f"TE {a.TE * 1e3:.4g} ms" if a.TE else "TE missing",
        f"flip angle {a.FA:g}°" if a.FA else "flip angle missing",
        f"{a.field_strength:g} T" if a.field_strength else "field strength missing",
    ]
    if a.manufacturer:
        parts.append(a.manufacturer)
    return ", ".join(parts)
