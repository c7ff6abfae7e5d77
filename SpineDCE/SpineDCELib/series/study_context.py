"""Roles of series that depend on the other series of a study, and numbers in the listing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable
from dataclasses import replace

from SpineDCELib.series.series_roles import NAMES_AGENT
from SpineDCELib.series.study_contents import SeriesDescription, grid_key


def resolve_roles(series: list[SeriesDescription]) -> list[SeriesDescription]:
    """Resolve the roles that depend on other series; return the numbered listing."""
    settled = after_contrast(settle_doubts(complex_pairs(series)))
    return numbered(late_flip_angles(flip_angle_sets(settled)))


#: Role of a flip angle that was acquired when contrast agent was in the tissue.
AFTER_CONTRAST = "variable flip angle after contrast"


def late_flip_angles(series: list[SeriesDescription]) -> list[SeriesDescription]:
    """Give flip angles that were acquired after a dynamic series of that day began their role."""
    began: dict[Hashable, float] = {}
    for s in series:
        if s.role == "dynamic" and s.started is not None:
            day = (s.patient, s.study_date)
            began[day] = max(began.get(day, s.started), s.started)
    out = []
    for s in series:
        start = began.get((s.patient, s.study_date))
        if (
            s.role == "variable flip angle"
            and s.started is not None
            and start is not None
            and s.started > start
        ):
            s = replace(
                s,
                role=AFTER_CONTRAST,
                reason=f"{s.acquisition.FA:g}°, acquired after the dynamic series began",
            )
        out.append(s)
    return out


def settle_doubts(series: list[SeriesDescription]) -> list[SeriesDescription]:
    """Put a dynamic series with a doubtful name aside where another one of the patient has none.

    A doubtful name alone is a note.
    """
    sure = {s.patient for s in series if s.role == "dynamic" and not s.doubt}
    out = []
    for s in series:
        if s.role == "dynamic" and s.doubt:
            if s.patient in sure:
                s = replace(
                    s,
                    role="other",
                    reason=f"{s.reason}, but named as {s.doubt}, and another series is dynamic",
                )
            else:
                note = (
                    f"Its name suggests {s.doubt}, but it has {s.frames} frames, and its files do "
                    "not say that they were computed from others."
                )
                s = replace(s, notes=(*s.notes, note))
        out.append(s)
    return out


def complex_pairs(series: list[SeriesDescription]) -> list[SeriesDescription]:
    """Use a real series with an imaginary but no magnitude partner as the dynamic series."""
    out = []
    for s in series:
        if s.role == "dynamic real":
            same = [o for o in series if o.patient == s.patient and o.dimensions == s.dimensions]
            if any(o.role == "dynamic imaginary" for o in same) and not any(
                o.role == "dynamic" for o in same
            ):
                s = replace(s, role="dynamic", reason=f"{s.frames} frames, real and imaginary")
        out.append(s)
    return out


def after_contrast(series: list[SeriesDescription]) -> list[SeriesDescription]:
    """Decide by its time whether a T1 series was acquired after the injection.

    One that began after the dynamic series was. One that began before it was not, even if its files
    name a contrast agent, which scanners do for a whole exam; a name that says so is believed.
    """
    out = []
    for s in series:
        tagged = s.role == "T1 after contrast" and s.reason.endswith(NAMES_AGENT)
        start = s.started
        if (s.role == "T1" or tagged) and start is not None:
            began = [
                d.started
                for d in series
                if d.role == "dynamic"
                and d.started is not None
                and (d.patient, d.study_date) == (s.patient, s.study_date)
            ]
            if began and start > max(began):
                reason = f"{s.reason}, after the dynamic series"
                s = replace(s, role="T1 after contrast", reason=reason)
            elif began and tagged and start < min(began):
                reason = f"{s.reason}, but it began before the dynamic series"
                s = replace(s, role="T1", reason=reason)
        out.append(s)
    return out


def flip_angle_sets(series: list[SeriesDescription]) -> list[SeriesDescription]:
    """Mark single volumes that differ only in flip angle as a variable-flip-angle set."""
    sets: dict[Hashable, list[int]] = defaultdict(list)
    for n, s in enumerate(series):
        TR = s.acquisition.TR
        usable = s.frames == 1 and s.component == "magnitude" and s.acquisition.FA is not None
        if usable and s.role in ("T1", "other", "T1 map") and (TR is None or TR < 0.1):
            te = None if s.acquisition.TE is None else round(s.acquisition.TE, 4)
            tr = None if TR is None else round(TR, 4)
            # Some scanners store each flip angle as a separate study, so the date must identify it.
            sets[(s.patient, s.study_date, tr, te, grid_key(s.geometry))].append(n)
    out = list(series)
    for members in sets.values():
        angles = sorted({series[n].acquisition.FA or 0.0 for n in members})
        if len(angles) < 2:
            continue
        words = ", ".join(f"{a:g}°" for a in angles)
        for n in members:
            own = f"{out[n].acquisition.FA:g}°, one of {words}"
            out[n] = replace(out[n], role="variable flip angle", reason=own)
    return out


def numbered(series: list[SeriesDescription]) -> list[SeriesDescription]:
    """Return the series in the order of the listing, numbered from 1."""
    ordered = sorted(
        series,
        key=lambda s: (
            s.patient,
            s.study_date,
            s.series_number is None,
            s.series_number or 0,
            s.files[:1],
        ),
    )
    return [replace(s, number=n) for n, s in enumerate(ordered, start=1)]
