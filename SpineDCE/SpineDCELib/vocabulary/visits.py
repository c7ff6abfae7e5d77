"""Visits of a patient: roles, and how a visit is named in a sentence, a heading and a file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date as Date
from typing import Literal, get_args

VisitRole = Literal["baseline", "follow-up"]
VISIT_ROLES: tuple[VisitRole, ...] = get_args(VisitRole)

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip


@dataclass(frozen=True)
class VisitWords:
    """What a visit is called.

    Attributes:
        title: in a heading or a menu: "Baseline".
        phrase: in a sentence: "the baseline visit".
        key: in names of folders, files and columns of tables.
    """

    title: str
    phrase: str
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
    "baseline": VisitWords("Baseline", "the baseline visit", "before"),
    "follow-up": VisitWords("Follow-up", "the follow-up visit", "after"),
}


def role_of_key(key: str) -> VisitRole:
    """Return the role of the visit that a folder or column called ``key`` holds.

    Raises:
        KeyError: no visit has that key.
    """
    return {words.key: role for role, words in VISITS.items()}[key]


def visit_phrase(role: VisitRole, date: Date | None = None) -> str:
    """Name a visit in a sentence: "the follow-up visit of 12 March 2026"."""
    phrase = VISITS[role].phrase
    return phrase if date is None else f"{phrase} of {long_date(date)}"


def long_date(date: Date) -> str:
    """Format a date as "12 March 2026", independently of the system's language."""
    return f"{date.day} {_MONTHS[date.month - 1]} {date.year}"
