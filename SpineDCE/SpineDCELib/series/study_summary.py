"""Text summary of a study: the dynamic series, what it needs, and every series in a line."""

from __future__ import annotations

import contextlib
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.errors import InputError
from SpineDCELib.series.frame_times import SPACING, evenness, frame_list
from SpineDCELib.series.joining import dynamic_choices, join_series
from SpineDCELib.series.study_contents import (
    GIVE_AS_REGIONS,
    LEAST_COVERED,
    SeriesDescription,
    Study,
)
from SpineDCELib.series.study_context import AFTER_CONTRAST

#: Most lines of the short summary.
MOST_LINES = 60
#: Most lines of what is left out of the dynamic series, or of the study.
_PROBLEMS = 7
#: Most characters of a series' name in a line.
_NAME = 32
#: Most characters of what differs from the other kinds of its series, within its name.
_KIND = 18
#: Most flip angles that are listed with their series.
_ANGLES = 10
#: Least number of series of one kind that share a line.
_ALIKE = 3
#: Roles of series that are no images of a contrast.
_NO_SIGNAL = ("T1 map", "B1 map", "mask", "segmentation")


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
    option: Callable[[str], str] = lambda path: "",
    longer: str = "",
) -> str:
    """Return the text of ``spinedce info``.

    The short one has at most ``MOST_LINES`` lines: which series is dynamic with its times and
    sequence, where T10 can come from, what is left out, every series in one line with its use and
    the reason, and what to do next.

    Args:
        frame_interval: frame interval that is set, s; None uses the times in the files.
        verbose: one paragraph per series, with every note, in place of the line.
        command: returns how a shell does the next step; "" if it cannot.
        option: returns how a shell sets a field, such as "--roi FILE"; "" if it does not.
        longer: how a shell asks for what the short text leaves out, such as "--verbose".
    """
    chosen, doubt = _dynamic(study)
    following = _following(study, chosen, frame_interval, command, option)
    uses = _uses(study, chosen)
    several = len(study.patients) > 1
    lines = [f"{study.path}", _counts(study)]
    lines += [
        "Lines with ! name what is missing, left out or not read; lines with - are notes.",
        "",
    ]
    if chosen is None:
        lines.append(f"Dynamic series: none is chosen. {doubt}")
        lines += [f"  - {p}" for s in study.with_role("dynamic") for p in s.proposals]
    else:
        T10 = _T10(study, chosen, option)
        first, *more = _series(chosen, uses[chosen.number], several, frame_interval, T10=T10)
        lines += [f"Dynamic series: {first}", *more]
    rest = f"; {longer} lists all" if longer else ""
    lines += _other_files(study, option, rest, verbose=verbose)
    if study.series and verbose:
        lines += ["", _heading(option)]
        for s in study.series:
            lines += ["", *_series(s, uses[s.number], several, frame_interval, verbose=True)]
    elif study.series:
        room = MOST_LINES - len(lines) - len(following) - 1
        lines += ["", *_table(study.series, uses, room, option, rest)]
    return "\n".join([*lines, *following])


def _following(
    study: Study,
    chosen: SeriesDescription | None,
    frame_interval: float | None,
    command: Callable[[NextStep], str],
    option: Callable[[str], str],
) -> list[str]:
    """Return the lines on what to do next, with the commands."""
    lines = [""]
    for n, step in enumerate(next_steps(study, chosen, frame_interval)):
        lines.append(f"{'Or' if n else 'Next'}: {step.text}")
        lines += [f"  {line}" for line in [command(step)] if line]
    if chosen is not None and chosen.stack is not None and chosen.stack.displaced:
        same, resample = (
            f" ({words})" if (words := option(f"reading.displaced={how}")) else ""
            for how in ("same_slice", "resample")
        )
        lines.append(
            "Displaced frames are left out. They can be taken at the same slice, if their "
            f"positions are wrong{same}, or resampled, if their positions are right{resample}."
        )
    return lines


def _other_files(
    study: Study, option: Callable[[str], str], rest: str, *, verbose: bool
) -> list[str]:
    """Return the lines on files that belong to no series, and on the study as a whole."""
    regions = option("inputs.roi")
    as_regions = f"{GIVE_AS_REGIONS} ({regions})" if regions else GIVE_AS_REGIONS
    problems = [f"  ! {p.replace(GIVE_AS_REGIONS, as_regions)}" for p in study.problems]
    if study.unknown:
        names = ", ".join(study.unknown if verbose else study.unknown[:3])
        more = "" if verbose or len(study.unknown) <= 3 else " …"
        what = "is not an image" if len(study.unknown) == 1 else "are not images"
        problems.append(f"  ! {names}{more} {what}.")
    if not problems:
        return []
    if not verbose and len(problems) > _PROBLEMS:
        left = len(problems) - _PROBLEMS + 1
        problems = [*problems[: _PROBLEMS - 1], f"  … {left} more lines{rest}"]
    return ["", "Files that are ignored, and other problems of the study:", *problems]


def _dynamic(study: Study) -> tuple[SeriesDescription | None, str]:
    try:
        return study.dynamic(), ""
    except InputError as error:
        return None, str(error)


# ---------------------------------------------------------------------------- uses and the table


def _uses(study: Study, chosen: SeriesDescription | None) -> dict[int, str]:
    """Return what the analysis does with each series and why: number → words."""
    angles = {s.number for s in study.flip_angle_set(chosen)}
    anatomy = study.anatomical_T1(chosen)
    uses = {}
    for s in study.series:
        words = f"{s.role}: {s.reason}"
        if s.role == "other":
            words = f"not used: {s.reason}"
        elif s.role == "variable flip angle":
            words = f"flip angle for T10: {s.reason}"
            if s.number not in angles:
                words = f"not used: flip angle {s.reason}, of another set"
        elif s.role == AFTER_CONTRAST:
            words = f"not used: flip angle {s.reason}"
        elif s.role == "T1" and anatomy is not None and s.number == anatomy.number:
            words = f"T1-weighted anatomy: {s.reason}"
        elif s.role == "T1" and chosen and study.share_covered(s, chosen) < LEAST_COVERED:
            share = 100 * study.share_covered(s, chosen)
            words = f"not used: T1, covers only {share:.0f} % of the dynamic images"
        elif s.role == "dynamic" and chosen is not None and s.number != chosen.number:
            words = f"not used: another dynamic series, {s.reason}"
        elif not s.role.startswith("dynamic") and not (s.role == "B1 map" and angles):
            words = f"not used: {s.role}, {s.reason}"
            if s.role in ("mask", "segmentation"):
                words += f"; {GIVE_AS_REGIONS}"
        uses[s.number] = words
    return uses


def _heading(option: Callable[[str], str]) -> str:
    given = option("reading.series").partition(" ")[0]
    taken = f", as {given} takes them" if given else ""
    return f"Series. Numbers are those of this list{taken}, not the scanner's."


#: Uses of series, the most important first; all others follow.
_IMPORTANT = ("dynamic", "variable flip angle", "T1 map", "B1 map", "T1", AFTER_CONTRAST)


def _table(
    series: Sequence[SeriesDescription],
    uses: Mapping[int, str],
    room: int,
    option: Callable[[str], str],
    rest_words: str,
) -> list[str]:
    """Return a line per series, or per run of series of one kind, below two of headings.

    If they are too many, the rest is counted.
    """
    runs = list(_runs(series, uses))
    rest: list[list[SeriesDescription]] = []
    if len(runs) > room - 2:
        order = {role: n for n, role in enumerate(_IMPORTANT)}
        runs.sort(key=lambda run: (order.get(run[0].role, len(order)), run[0].number))
        runs, rest = runs[: room - 3], runs[room - 3 :]
        runs.sort(key=lambda run: run[0].number)
    rows = [_row(run, uses[run[0].number]) for run in runs]
    headings = ("No.", "scanner's", "name", "size*", "use")
    widths = [max(len(row[n]) for row in (headings, *rows)) for n in range(4)]
    lines = [f"{_heading(option)} *frames × slices × rows × columns"]
    for number, own, name, size, use in (headings, *rows):
        lines.append(
            f"  {number:>{widths[0]}} {own:>{widths[1]}}  {name:{widths[2]}}  "
            f"{size:>{widths[3]}}  {use}"
        )
    left = [s for run in rest for s in run]
    if left:
        kinds = Counter("not used" if s.role == "other" else s.role for s in left)
        counted = ", ".join(f"{count} {kind}" for kind, count in kinds.most_common())
        lines.append(f"  … {len(left)} more series ({counted}){rest_words}")
    return lines


def _runs(
    series: Sequence[SeriesDescription], uses: Mapping[int, str]
) -> Iterator[list[SeriesDescription]]:
    """Yield series that follow each other and differ only in the numbers in their names."""

    def kind(s: SeriesDescription) -> tuple[object, ...]:
        return re.sub(r"\d+", "#", s.title), s.dimensions, uses[s.number], bool(_marks(s))

    for _, found in groupby(series, kind):
        run = list(found)
        if len(run) < _ALIKE or run[0].role in ("dynamic", "variable flip angle"):
            yield from ([s] for s in run)
        else:
            yield run


def _marks(s: SeriesDescription) -> str:
    return " !" if s.problems or s.obstacle else ""


def _row(run: Sequence[SeriesDescription], use: str) -> tuple[str, str, str, str, str]:
    s, last = run[0], run[-1]
    name = s.description or "(no description)"
    if len(run) > 1 and last.description != s.description:
        name = f"{name} to {last.description.rpartition(' ')[2]}"
    if s.kind:
        kind = s.kind[:_KIND]
        name = f"{name[: _NAME - len(kind) - 3]} [{kind}]"
    own = [n.series_number for n in (s, last) if n.series_number is not None]
    count = f"; {len(run)} series" if len(run) > 1 else ""
    return (
        _range(s.number, last.number),
        _range(own[0], own[-1]) if own else "",
        name[:_NAME],
        "not known" if s.obstacle else "×".join(str(n) for n in s.dimensions),
        f"{use}{count}{_marks(s)}",
    )


def _range(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}–{last}"


# ---------------------------------------------------------------------------- T10


def _T10(study: Study, chosen: SeriesDescription, option: Callable[[str], str]) -> list[str]:
    """Return where T10 comes from by default, and what is not used for it."""
    angles = study.flip_angle_set(chosen)
    late = [s.number for s in study.with_role(AFTER_CONTRAST) if s.patient == chosen.patient]
    maps = study.with_role("T1 map")
    if len(angles) > _ANGLES:
        low, high = (s.acquisition.FA or 0.0 for s in (angles[0], angles[-1]))
        lines = [f"from {len(angles)} flip angles ({low:g}° to {high:g}°)"]
    elif angles:
        listed = ", ".join(f"{s.acquisition.FA:g}° (series {s.number})" for s in angles)
        lines = [f"from the flip angles {listed}"]
    else:
        lines = ["from the signal of muscle, because there are no flip angles"]
        lines[0] += "" if maps else " and no T1 map"
    for s in maps:
        given = option("inputs.T1_map").partition(" ")[0]
        how = f"; to use it, give its file ({given} {s.files[0]})" if given and s.files else ""
        lines.append(f"series {s.number} is a T1 map and is not used{how}")
    if late:
        listed = ", ".join(str(n) for n in late)
        began = "acquired after the dynamic series began"
        lines.append(f"without the flip angles of series {listed}, {began}")
    if both := [s.number for s in angles if s.number in chosen.parts]:
        listed = ", ".join(str(n) for n in both)
        lines.append(f"series {listed} stays one of the flip angles if it is joined")
    return lines


# ---------------------------------------------------------------------------- next steps


def next_steps(
    study: Study, chosen: SeriesDescription | None, frame_interval: float | None = None
) -> list[NextStep]:
    """Return what can be done with a study, of which this series is the dynamic one."""
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
        return [NextStep(text, {**known, **missing})]
    if joining := _joining(study, chosen, known, frame_interval):
        alone = NextStep(
            f"analyse series {chosen.number} alone ({_used_frames(chosen)}).",
            {**known, "reading.series": chosen.number},
        )
        return [alone, joining]
    if chosen.acquisition.view_shared and chosen.acquisition.footprint is None:
        return [
            NextStep(
                "analyse it, with the AIF from the images; for another AIF, find out and give "
                "the temporal footprint of a frame.",
                known,
            )
        ]
    return [
        NextStep(
            "analyse it, with the regions of lesion and reference vertebra if they are drawn.",
            {**known, "inputs.roi": None},
        )
    ]


def _joining(
    study: Study,
    chosen: SeriesDescription,
    known: Mapping[str, Any],
    frame_interval: float | None,
) -> NextStep | None:
    """Return how to analyse a series with its other parts; None if it has none."""
    whole = None
    if chosen.parts:
        with contextlib.suppress(InputError):  # no tag puts their frames in order
            whole = join_series(study, chosen, chosen.parts)
    if whole is None or whole.stack is None:
        return None
    parts = [chosen, *(study.by_number(n) for n in chosen.parts)]
    uid = whole.stack.frames[0][0].header.series_uid
    first = next((p for p in parts if uid in p.series_uids), chosen)
    listed = ", ".join(str(n) for n in chosen.parts)
    text = f"join it with series {listed}, if they are parts of one acquisition"
    text += f" (together {_count(whole.frames, 'frame')}"
    if first is not chosen:
        text += f"; time 0 is then the first frame of series {first.number}"
        begins = [i.header.series_uid in chosen.series_uids for (i, *_) in whole.stack.frames]
        if whole.times is not None and frame_interval is None and any(begins):
            start = whole.times[begins.index(True)]
            text += f", and series {chosen.number} begins at {start:.4g} s"
    settings = {"reading.series": chosen.number, "reading.joined": chosen.parts}
    return NextStep(f"{text}).", {**known, **settings})


def _choose(study: Study) -> list[NextStep]:
    """Return what to do where no series is taken for the dynamic one."""
    joined = [c for c in dynamic_choices(study) if c.joined]
    if joined:
        best = max(joined, key=lambda c: c.dimensions[0])
        numbers = " and ".join(str(n) for n in sorted((best.series, *best.joined)))
        return [
            NextStep("choose one of them.", {"reading.series": None}),
            NextStep(
                f"join series {numbers} ({best.dimensions[0]} frames), if they are parts of one "
                "acquisition.",
                {"reading.series": best.series, "reading.joined": best.joined},
            ),
        ]
    if any(s.obstacle for s in study.series) and not study.with_role("dynamic"):
        text = "export the images again as the reason above says, or choose another folder."
        return [NextStep(text, analyse=False)]
    if study.series and max(s.frames for s in study.series) > 1:
        text = "choose the dynamic series by its number in the list."
        return [NextStep(text, {"reading.series": None})]
    return [NextStep("choose the folder with the dynamic series.", analyse=False)]


# ---------------------------------------------------------------------------- one series


def _counts(study: Study) -> str:
    used = {file for s in study.series for file in s.files}
    known = len(used) + study.not_images
    found = known if study.file_set is None else len(study.file_set.files)
    left = found - known
    counted = [f"{len(used)} in {len(study.series)} series"]
    if found == len(used):
        return f"{_count(found, 'file')} in {len(study.series)} series"
    if left:
        # The series from which they are left out name them as problems.
        of = [str(s.number) for s in study.series if set(s.disk_paths) - used]
        counted.append(f"{left} left out" + (f" of series {', '.join(of)}" if of else ""))
    if study.not_images:
        counted.append(f"{study.not_images} ignored")
    return f"{_count(found, 'file')}: {', '.join(counted)}"


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def _used_frames(s: SeriesDescription) -> str:
    left = len(s.stack.displaced) if s.stack is not None else 0
    return f"{s.frames} of its {s.frames + left} frames" if left else _count(s.frames, "frame")


def _series(
    s: SeriesDescription,
    use: str,
    several: bool,
    frame_interval: float | None,
    *,
    T10: Sequence[str] = (),
    verbose: bool = False,
) -> list[str]:
    own = "" if s.series_number is None else f" (the scanner's {s.series_number})"
    frames, slices, rows, columns = s.dimensions
    lines = [f"{s.number}{own}. {s.title or '(no description)'}", f"    use        {use}"]
    if several:
        lines.append(f"    patient    {s.patient}, {s.study_date}")
    words = (s.format,) if s.role in _NO_SIGNAL else (s.format, s.modality, s.component)
    kind = " ".join(v for v in words if v)
    size = "size not known" if s.obstacle else f"{frames} × {slices} × {rows} × {columns}"
    said = "" if s.obstacle else "frames × slices × rows × columns; "
    lines.append(f"    images     {size} ({said}{kind})")
    if s.geometry is not None and not s.obstacle:
        x, y, z = s.geometry.spacing
        lines.append(f"    voxel      {x:.4g} × {y:.4g} × {z:.4g} mm")
    interval = frame_interval if s.role == "dynamic" else None
    if frames > 1:
        lines.append(f"    times      {_times(s, interval)}")
        if verbose and s.times is not None:
            times = s.times if interval is None else _positions(s) * interval
            lines.append(f"    all times  {', '.join(f'{t:.5g}' for t in times)} s")
    if s.role not in _NO_SIGNAL:
        lines.append(f"    sequence   {_sequence(s)}")
    if T10:
        lines.append(f"    T10        {T10[0]}")
        lines += [f"               {line}" for line in T10[1:]]
    notes, problems = [*s.notes], [*s.problems]
    if interval is not None:
        notes, problems = ([x for x in xs if x not in s.about_times] for xs in (notes, problems))
    # The line of times says how they are spaced.
    lines += [f"    - {n}" for n in (*notes, *s.proposals) if not n.startswith(SPACING)]
    lines += [f"    ! {p}" for p in problems]
    if s.obstacle:
        lines.append(f"    ! cannot be read: {s.obstacle}")
    return lines


def _positions(s: SeriesDescription) -> NDArray[np.int_]:
    """Return the place of each frame in the acquisition, from 0; frames that are missing count."""
    if s.stack is None or len(s.stack.numbers) != s.frames:
        return np.arange(s.frames)
    positions: NDArray[np.int_] = s.stack.numbers - s.stack.numbers[0]
    return positions


def _times(s: SeriesDescription, frame_interval: float | None) -> str:
    if frame_interval is not None:
        said = "the files hold no times" if s.times is None else f"the files say {_times(s, None)}"
        last = _positions(s)[-1] * frame_interval
        return f"0 to {last:.5g} s, every {frame_interval:g} s, as set ({said})"
    if s.times is None or s.interval is None:
        return "not found"
    positions = _positions(s)
    steps, gaps = np.diff(s.times), np.diff(positions) > 1
    usual = steps[~gaps] if np.any(~gaps) else steps
    spacing = evenness(np.concatenate(([0.0], np.cumsum(usual))))
    middle = f"{np.median(usual):.4g} s"
    words = f"every {middle}" if spacing == "even" else f"{spacing}, in the median {middle}"
    if np.any(gaps) and np.any(~gaps):
        absent = sorted(set(range(int(positions[-1]))) - {int(n) for n in positions})
        low, high = steps[gaps].min(), steps[gaps].max()
        long = f"{low:.4g} s" if high - low < 0.01 else f"{low:.4g} to {high:.4g} s"
        verb = "is" if len(absent) == 1 else "are"
        words += f"; {long} across {frame_list([n + 1 for n in absent])}, which {verb} not used"
    return f"0 to {s.times[-1]:.5g} s, {words}; from {s.time_origin}"


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
