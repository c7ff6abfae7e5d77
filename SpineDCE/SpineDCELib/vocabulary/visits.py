"""Visits of a patient: roles, and how a visit is named in a sentence, a heading and a file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date as Date
from datetime import datetime
from typing import Literal

VisitRole = Literal["baseline", "follow-up"]

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip


@dataclass(frozen=True)
class VisitWords:
    """What a visit is called.

    Attributes:
        title: in a heading or a menu: "Baseline".
        key: in names of folders, files and columns of tables.
    """

    title: str
    key: str


@dataclass(frozen=True)
class VisitLabel:
    """One of a patient's visits, which are an ordered list.

    Attributes:
        label: what people call it.
        date: day of the study as DICOM writes it ("20260312"); "" if it is not known.
        role: baseline or follow-up.
    """

    label: str
    date: str = ""
    role: VisitRole = "baseline"


#: Words for the two visits of a comparison. Further follow-ups are told apart by their dates.
VISITS: dict[VisitRole, VisitWords] = {
    "baseline": VisitWords("Baseline", "before"),
    "follow-up": VisitWords("Follow-up", "after"),
}


def shown_day(text: str) -> str:
    """Format a DICOM date, "20260312", as "12 March 2026"; what is none stays as it is."""
    try:
        return long_date(datetime.strptime(text[:8], "%Y%m%d").date())
    except ValueError:
        return text


def long_date(date: Date) -> str:
    """Format a date as "12 March 2026", independently of the system's language."""
    return f"{date.day} {_MONTHS[date.month - 1]} {date.year}"
