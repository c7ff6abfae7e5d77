"""Text summary of a study: its series, their roles and problems."""

from __future__ import annotations

from SpineDCELib.series.study_contents import SeriesDescription, Study


def study_report(study: Study, *, frame_interval: float | None = None) -> str:
    """Return the text of ``spinedce info``: one paragraph per series, with its problems.

    Args:
        frame_interval: frame interval that is set, s; None uses the times in the files.
    """
    lines = [f"{study.path}", _counts(study)]
    lines += [f"  ! {p}" for p in study.problems]
    for series in study.series:
        lines += ["", *_series(series, len(study.patients) > 1, frame_interval)]
    return "\n".join(lines)


def _counts(study: Study) -> str:
    files = sum(len(s.files) for s in study.series)
    others = f", {study.not_images} other files" if study.not_images else ""
    return f"{len(study.series)} series in {files} files{others}"


def _series(s: SeriesDescription, several: bool, frame_interval: float | None) -> list[str]:
    own = "" if s.series_number is None else f"  (scanner's series {s.series_number})"
    title = f"{s.number}. {s.description or '(no description)'}{own}"
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
    lines += [f"    ! {p}" for p in s.problems]
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
