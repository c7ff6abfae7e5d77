"""Whose images a study's files are, for the banner of a window."""

from __future__ import annotations

import contextlib
from datetime import datetime
from pathlib import Path

import pydicom
from SpineDCELib.data import Images
from SpineDCELib.vocabulary.visits import long_date, shown_day

from SpineDCEWidget.shared.wording import _, translated

_TAGS = ("PatientName", "PatientID", "PatientBirthDate")


def patient_of(images: Images) -> str:
    """Return name, ID and birth date in the first DICOM file; "" if no file names a patient."""
    source = images.dynamic.source
    if source.format != "DICOM" or not source.files or not Path(source.files[0]).is_file():
        return ""
    try:
        head = pydicom.dcmread(source.files[0], stop_before_pixels=True, specific_tags=list(_TAGS))
    except (OSError, pydicom.errors.InvalidDicomError):
        return ""
    name, identity, born = (str(head.get(tag) or "").strip() for tag in _TAGS)
    said = [" ".join(name.replace("^", " ").split())]
    if identity and identity != said[0]:
        said.append(f"ID {identity}")
    with contextlib.suppress(ValueError):
        day = long_date(datetime.strptime(born, "%Y%m%d").date())
        said.append(_("born {day}").format(day=translated(day)))
    return ", ".join(part for part in said if part)


def name_and_ID(patient: str) -> tuple[str, str]:
    """Return the two from what :func:`patient_of` returned; a name alone is the ID as well."""
    name, *rest = patient.split(", ")
    return name, next((part.removeprefix("ID ") for part in rest if part.startswith("ID ")), name)


def day_text(date: str) -> str:
    """Return a DICOM date ("20260312") as "12 March 2026"; "" if it is none."""
    shown = shown_day(date)
    return shown if shown != date else ""
