"""Other series of a study, to be looked at beside or under its maps: T2, STIR, after contrast."""

from __future__ import annotations

from pathlib import Path

from SpineDCELib.progress import Progress, silent
from SpineDCELib.series import SeriesDescription, scan_study
from SpineDCELib.series.study_context import AFTER_CONTRAST

#: Roles of series that nobody reads.
_NOT_LOOKED_AT = ("variable flip angle", AFTER_CONTRAST)


def other_series(
    study: Path, dynamic: int | None = None, progress: Progress = silent
) -> dict[str, SeriesDescription]:
    """Return the single volumes of a study of the same patient and day, by title.

    The T1-weighted series that the windows show anyway is left out, and so are the flip angles of a
    T1 map and what cannot be read.
    Two series of one title are told apart by the scanner's numbers.

    Args:
        dynamic: number of the dynamic series in use; None for the one that the program chooses.

    Raises:
        InputError: the study is gone, or holds no dynamic series.
    """
    found = scan_study(study, progress)
    used = found.dynamic(dynamic)
    shown = found.anatomical_T1(used)
    volumes = [
        one
        for one in found.series
        if one.frames == 1
        and one.geometry is not None
        and not one.obstacle
        and one.component == "magnitude"
        and one is not shown
        and one.role not in _NOT_LOOKED_AT
        and (one.patient, one.study_date) == (used.patient, used.study_date)
    ]
    numbers = [one.number if one.series_number is None else one.series_number for one in volumes]
    titles = [one.title or f"Series {number}" for one, number in zip(volumes, numbers, strict=True)]
    return {
        f"{title} ({number})" if titles.count(title) > 1 else title: one
        for title, number, one in zip(titles, numbers, volumes, strict=True)
    }
