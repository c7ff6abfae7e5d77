"""Text summary of a study: the dynamic series, what it needs, and every series in a line."""

from __future__ import annotations

from SpineDCELib.errors import InputError
from SpineDCELib.series.study_contents import NO_FRAME_TIMES, SeriesDescription, Study
from SpineDCELib.series.study_context import AFTER_CONTRAST

#: Most lines of the short summary.
MOST_LINES = 60
#: Most characters of a series' name and of the reason for its use in a line.
_NAME, _REASON = 32, 70
#: Most characters of what differs from the other kinds of its series, within its name.
_KIND = 18


def study_report(
    study: Study, *, frame_interval: float | None = None, verbose: bool = False
) -> str:
    """Return the text of ``spinedce info``.

    The short one has at most ``MOST_LINES`` lines: which series is dynamic with its times and
    sequence, where T10 can come from, every series in one line with its use and the reason, and
    what to do next.

    Args:
        frame_interval: frame interval that is set, s; None uses the times in the files.
        verbose: one paragraph per series, with every note.
    """
    head = [f"{study.path}", _counts(study)]
    if verbose:
        lines = [*head, *(f"  ! {p}" for p in study.problems)]
        for series in study.series:
            lines += ["", *_series(series, len(study.patients) > 1, frame_interval)]
        return "\n".join(lines)
    problems = _short_list([f"  ! {p}" for p in study.problems], 6, "problems")
    chosen, doubt = _dynamic(study)
    lines = [*head, *problems, ""]
    if chosen is None:
        lines.append(f"No dynamic series is chosen: {doubt}")
        for s in study.with_role("dynamic"):
            lines += [f"  - series {s.number}: {p}" for p in (*s.proposals, *s.problems)]
    else:
        lines += _series(chosen, len(study.patients) > 1, frame_interval)
        lines.append(f"    T10        {_T10(study, chosen)}")
    following = ["", *_next(study, chosen, frame_interval)]
    if study.series:
        lines += ["", "Series (number, scanner's number):"]
        room = MOST_LINES - len(lines) - len(following)
        lines += _short_list([_line(s) for s in study.series], room, "series")
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


def _line(s: SeriesDescription) -> str:
    own = "–" if s.series_number is None else str(s.series_number)
    name = s.description or "(no description)"
    if s.kind:
        kind = s.kind[:_KIND]
        name = f"{name[: _NAME - len(kind) - 3]} [{kind}]"
    frames, slices, rows, columns = s.dimensions
    size = f"{frames}×{slices}×{rows}×{columns}"
    marks = "" if not (s.problems or s.obstacle) else " !"
    reason = s.reason if len(s.reason) <= _REASON else s.reason[: _REASON - 1] + "…"
    use = s.role if s.role != "other" else "not used"
    return f"{s.number:4d} {own:>5}  {name[:_NAME]:{_NAME}}  {size:>15}  {use}: {reason}{marks}"


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


def _next(
    study: Study, chosen: SeriesDescription | None, frame_interval: float | None
) -> list[str]:
    """What to do next, as the program's settings are named; the shells word the options."""
    if chosen is None:
        if any(s.obstacle for s in study.series) and not study.with_role("dynamic"):
            return ["Next: export the images again as the reason above says, or choose another."]
        if study.series and max(s.frames for s in study.series) > 1:
            return ["Next: choose the dynamic series by its number in the list."]
        return ["Next: choose the folder with the dynamic series."]
    missing = []
    if chosen.times is None and frame_interval is None:
        missing.append("the frame interval or the frame times")
    if chosen.acquisition.TR is None:
        missing.append("TR")
    if chosen.acquisition.FA is None:
        missing.append("the flip angle")
    if missing:
        return [f"Next: find out {', '.join(missing)}, and give them with the analysis."]
    if chosen.acquisition.view_shared and chosen.acquisition.footprint is None:
        return [
            "Next: analyse it, with the AIF from the images; for another AIF, find out and give "
            "the temporal footprint of a frame."
        ]
    return [
        "Next: analyse it, with the regions of lesion and reference vertebra if they are drawn."
    ]


def _counts(study: Study) -> str:
    files = sum(len(s.files) for s in study.series)
    others = f", {study.not_images} other files" if study.not_images else ""
    return f"{len(study.series)} series in {files} files{others}"


def _series(s: SeriesDescription, several: bool, frame_interval: float | None) -> list[str]:
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
