"""Contents of a study as plain values, for programs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from SpineDCELib.errors import InputError
from SpineDCELib.series.study_contents import SeriesDescription, Study
from SpineDCELib.series.study_summary import NextStep, next_steps


def study_record(
    study: Study,
    *,
    frame_interval: float | None = None,
    command: Callable[[NextStep], str] = lambda step: "",
) -> dict[str, Any]:
    """Return which series is dynamic, every series with its role, and what to do next.

    Patients and files are left out: the record says what is in the study, not whose it is.

    Args:
        frame_interval: frame interval that is set, s; None uses the times in the files.
        command: returns how a shell does the next step; "" if it cannot.
    """
    try:
        chosen, doubt = study.dynamic(), None
    except InputError as error:
        chosen, doubt = None, {"code": error.code, "message": str(error)}
    return {
        "path": study.path,
        "dynamic series": None if chosen is None else chosen.number,
        "no dynamic series": doubt,
        "patients": len(study.patients),
        "problems": list(study.problems),
        "files that are not images": study.not_images,
        "series": [_series(one) for one in study.series],
        "next": [
            {
                "text": step.text,
                "settings": dict(step.settings),
                "analyse": step.analyse,
                "command": command(step) or None,
            }
            for step in next_steps(study, chosen, frame_interval)
        ],
    }


def _series(one: SeriesDescription) -> dict[str, Any]:
    frames, slices, rows, columns = one.dimensions
    acquisition = one.acquisition
    return {
        "number": one.number,
        "scanner's number": one.series_number,
        "description": one.title,
        "format": one.format,
        "modality": one.modality,
        "role": one.role,
        "reason": one.reason,
        "frames": frames,
        "slices": slices,
        "rows": rows,
        "columns": columns,
        "spacing [mm]": None if one.geometry is None else list(map(float, one.geometry.spacing)),
        "times [s]": None if one.times is None else one.times.tolist(),
        "times from": one.time_origin,
        "TR [s]": acquisition.TR,
        "TE [s]": acquisition.TE,
        "flip angle [degrees]": acquisition.FA,
        "field strength [T]": acquisition.field_strength,
        "notes": list(one.notes),
        "problems": list(one.problems),
        "cannot be read because": one.obstacle or None,
    }
