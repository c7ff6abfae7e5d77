"""Search criteria and answers of an archive, alike for DIMSE and DICOMweb."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from SpineDCELib.errors import InputError
from SpineDCELib.series.series_roles import MIN_DYNAMIC, has_word

#: Most studies in one answer.
MOST = 200
#: Words in the name of a dynamic series.
_DYNAMIC_WORDS = ("dce", "dyn", "dynamic", "perf", "perfusion", "twist", "tricks", "ktrans")
#: Images of an MR series that is taken for dynamic whatever its name: ten frames of ten slices.
_MANY_IMAGES = 10 * MIN_DYNAMIC

STUDY_KEYS = (
    "StudyInstanceUID", "PatientID", "PatientName", "StudyDate", "StudyDescription",
    "ModalitiesInStudy", "NumberOfStudyRelatedInstances",
)  # fmt: skip
SERIES_KEYS = (
    "SeriesInstanceUID", "Modality", "SeriesDescription", "SeriesNumber",
    "NumberOfSeriesRelatedInstances",
)  # fmt: skip


@dataclass(frozen=True)
class Query:
    """What to search for; "" for anything.

    Attributes:
        patient: ID or part of a name. date: "20260312", or a range such as "20260101-20260312".
        description: part of the description of the study.
    """

    patient: str = ""
    date: str = ""
    description: str = ""

    def alternatives(self) -> list[dict[str, str]]:
        """Return criteria; a study that meets one of these is meant.

        Raises:
            InputError: the date is none (code "invalid_date").
        """
        common = {"StudyDate": _date(self.date)} if self.date else {}
        if self.description:
            common["StudyDescription"] = f"*{_plain(self.description)}*"
        if not self.patient:
            return [common]
        patient = _plain(self.patient)
        return [
            common | {"PatientID": patient},
            common | {"PatientName": f"*{patient}*"},
        ]


def _plain(text: str) -> str:
    """Return a text without what separates values in DICOM."""
    return text.strip().replace("\\", "")


def _date(text: str) -> str:
    """Return a day or range as DICOM writes it; days may be written with hyphens."""
    days = re.findall(r"\d{4}-?\d{2}-?\d{2}", text)
    plain = [day.replace("-", "") for day in days]
    rest = text
    for day in days:
        rest = rest.replace(day, "", 1)
    if len(days) == 1 and rest in ("", "-"):
        return plain[0] if not rest else (f"-{plain[0]}" if text[0] == "-" else f"{plain[0]}-")
    if len(days) == 2 and rest == "-":
        return "-".join(plain)
    raise InputError(
        f"'{text}' is no date. Write 2026-03-12, 2026-01-01-2026-03-12 or 2026-01-01-.",
        code="invalid_date",
        about=text,
    )


@dataclass(frozen=True)
class SeriesEntry:
    """A series in an archive."""

    uid: str
    modality: str
    description: str
    number: str
    images: int | None

    @property
    def perhaps_dynamic(self) -> bool:
        """Return whether its name or number of images is that of a dynamic series."""
        named = has_word(self.description, *_DYNAMIC_WORDS)
        return self.modality == "MR" and (named or (self.images or 0) >= _MANY_IMAGES)


@dataclass(frozen=True)
class StudyEntry:
    """A study in an archive; ``series`` are those that were asked for."""

    uid: str
    patient_id: str
    patient_name: str
    date: str
    description: str
    modalities: tuple[str, ...]
    images: int | None
    series: tuple[SeriesEntry, ...] = ()

    @property
    def perhaps_dynamic(self) -> bool:
        """Return whether one of its series may be dynamic."""
        return any(series.perhaps_dynamic for series in self.series)

    def with_series(self, series: Iterable[SeriesEntry]) -> StudyEntry:
        """Return the same with its series."""
        return replace(self, series=tuple(series))


def study_entry(answer: Any) -> StudyEntry:
    """Return the study that an answer describes."""
    kinds = answer.get("ModalitiesInStudy") or ()
    return StudyEntry(
        uid=_text(answer, "StudyInstanceUID"),
        patient_id=_text(answer, "PatientID"),
        patient_name=_text(answer, "PatientName"),
        date=_text(answer, "StudyDate"),
        description=_text(answer, "StudyDescription"),
        modalities=(kinds,) if isinstance(kinds, str) else tuple(str(kind) for kind in kinds),
        images=_count(answer, "NumberOfStudyRelatedInstances"),
    )


def series_entry(answer: Any) -> SeriesEntry:
    """Return the series that an answer describes."""
    return SeriesEntry(
        uid=_text(answer, "SeriesInstanceUID"),
        modality=_text(answer, "Modality"),
        description=_text(answer, "SeriesDescription"),
        number=_text(answer, "SeriesNumber"),
        images=_count(answer, "NumberOfSeriesRelatedInstances"),
    )


def _text(answer: Any, keyword: str) -> str:
    value = answer.get(keyword)
    return "" if value is None else str(value).strip()


def _count(answer: Any, keyword: str) -> int | None:
    try:
        return int(answer.get(keyword))
    except (TypeError, ValueError):
        return None
