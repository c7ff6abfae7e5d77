"""Visits of one patient, found in a folder and sorted by date."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from SpineDCELib.course.treatment_events import TreatmentEvent, parse_date, recorded_events
from SpineDCELib.errors import InputError
from SpineDCELib.progress import Progress, part, silent
from SpineDCELib.run.inputs import Inputs
from SpineDCELib.run.visit_analyses import Given, given_visit
from SpineDCELib.series import scan_study
from SpineDCELib.series.study_contents import SeriesDescription
from SpineDCELib.settings import Settings, with_value


@dataclass(frozen=True)
class FoundVisit:
    """One visit.

    Attributes:
        name: of its folder, or of its study where several lie in one folder.
        date: as DICOM writes it.
        started: time of day, s, where it is known; visits of one day are sorted by it.
        patient: ID of the patient; "" where the files have none.
    """

    name: str
    date: str
    given: Given
    started: float = 0.0
    patient: str = ""


def inputs_of_folder(visit: Path) -> Inputs:
    """Return the input files in the folder of a visit.

    The ``*.seg.nrrd`` are its regions; if the name begins with ``size``, its outlines for size.
    Images may be in ``dicom``.
    """
    drawn = sorted(visit.rglob("*.seg.nrrd"))
    is_size = {path: path.name.lower().startswith("size") for path in drawn}
    images = visit / "dicom"
    return Inputs(
        study=str(images if images.is_dir() else visit),
        roi=tuple(str(p) for p in drawn if not is_size[p]),
        size=tuple(str(p) for p in drawn if is_size[p]),
    )


def treatments_of_patient(folder: Path) -> list[TreatmentEvent]:
    """Return the radiation in the RT Plans and Treatment Records of a patient's folder."""
    return recorded_events(file for file in sorted(folder.rglob("*")) if _is_own(file, folder))


def _is_own(file: Path, folder: Path) -> bool:
    """Return whether a file may be DICOM by its name, is not hidden, and no link."""
    hidden = any(part.startswith(".") for part in file.relative_to(folder).parts)
    ending = file.suffix.lower()
    # Many programs name DICOM files by their UIDs, whose last number looks like an ending.
    named = ending in ("", ".dcm", ".ima") or ending[1:].isdigit()
    return named and not hidden and not file.is_symlink()


def subfolders(folder: Path) -> list[Path]:
    """Return the folders in a folder, without hidden ones, sorted by name."""
    return sorted(p for p in folder.iterdir() if p.is_dir() and not p.name.startswith("."))


def visits_of_patient(
    folder: Path,
    settings: Settings,
    *,
    dates: Mapping[str, str] | None = None,
    one_patient: bool = False,
    progress: Progress = silent,
) -> list[FoundVisit]:
    """Find the visits of a patient, in the order of their dates.

    Every folder in ``folder`` that holds a dynamic series, or the results of an analysis, is a
    visit; where there are not two such folders, every DICOM study with a dynamic series is.

    Args:
        settings: those of a visit that is one of several studies in one folder, with its series.
        dates: name of a visit → its date, in place of that of its files.
        one_patient: refuse visits whose files name several patients.

    Raises:
        InputError: there are fewer than two visits (code "one_visit"), they are of several patients
            (code "several_patients"), the date of one is not known (code "no_date"), or a date is
            for no visit (code "no_such_visit").
    """
    places = subfolders(folder)
    found = []
    for number, place in enumerate(places):
        share = part(progress, number / len(places), (number + 1) / len(places))
        if (one := _of_folder(place, share)) is not None:
            found.append(one)
    if len(found) < 2:
        found = _of_studies(folder, settings, progress)
    if len(found) < 2:
        raise InputError(
            f"{folder} holds only one visit with a dynamic series. Choose a folder that holds at "
            "least two visits of a patient."
            if found
            else f"{folder} holds no visit with a dynamic series. Choose a folder that holds at "
            "least two visits of a patient.",
            code="one_visit",
            about=str(folder),
            fields=["inputs.study"],
        )
    patients = {one.patient for one in found} - {""}
    if one_patient and len(patients) > 1:
        raise InputError(
            f"{folder} holds studies of {len(patients)} patients. Choose the folder of one "
            "patient. If all are of the same one, open each study by itself.",
            code="several_patients",
            about=str(folder),
            fields=["inputs.study"],
        )
    given = dict(dates or {})
    named = {one.name for one in found}
    for name in given:
        if name not in named:
            raise InputError(
                f"There is no visit '{name}' in {folder}; the visits are "
                f"{', '.join(sorted(named))}.",
                code="no_such_visit",
                about=name,
                fields=["course.date"],
            )
    found = [replace(one, date=given.get(one.name, one.date)) for one in found]
    for one in found:
        if not parse_date(one.date):
            raise InputError(
                f"The date of the visit '{one.name}' is not known.",
                code="no_date",
                about=one.name,
                fields=["course.date"],
            )
    return sorted(found, key=lambda one: (one.date, one.started))


def _of_folder(place: Path, progress: Progress) -> FoundVisit | None:
    """Return the visit in a folder; None if it holds no dynamic series or several studies."""
    if (place / "provenance.json").is_file():
        given = given_visit(place, Inputs(study=""))
        images = Path(given.inputs.study)
    else:
        given = Given(inputs_of_folder(place))
        images = Path(given.inputs.study)
    try:
        series = scan_study(images, progress=progress).with_role("dynamic")
    except InputError:
        return None
    if not series or len({one.study_uid for one in series}) > 1:
        return None
    return FoundVisit(place.name, series[0].study_date or _date_in(place.name), given,
                      series[0].started or 0.0, series[0].patient)  # fmt: skip


def _of_studies(folder: Path, settings: Settings, progress: Progress) -> list[FoundVisit]:
    """Return every DICOM study of a folder that has one dynamic series."""
    by_study: dict[str, list[SeriesDescription]] = {}
    for one in scan_study(folder, progress=progress).with_role("dynamic"):
        by_study.setdefault(one.study_uid or "", []).append(one)
    found = []
    for series in by_study.values():
        if len(series) > 1:
            listed = "; ".join(one.line() for one in series)
            raise InputError(
                f"A study in {folder} holds {len(series)} dynamic series ({listed}). Put each "
                "visit into its own folder.",
                code="several_dynamic_series",
                about=str(folder),
            )
        [one] = series
        own = with_value(settings, "reading.series", one.number)
        given = Given(Inputs(study=str(folder)), own)
        name = f"{one.study_date or 'study'}-{one.number}"
        found.append(FoundVisit(name, one.study_date, given, one.started or 0.0, one.patient))
    return found


def _date_in(name: str) -> str:
    """Return the date in the name of a folder, such as "2026-03-12 MR"; "" if there is none."""
    found = re.search(r"(?<!\d)(\d{4})[-_.]?(\d{2})[-_.]?(\d{2})(?!\d)", name)
    return parse_date("".join(found.groups())) if found else ""
