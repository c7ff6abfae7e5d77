"""Treatments of a patient between the visits, each with its date."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date as Date
from pathlib import Path
from typing import Literal, get_args

from SpineDCELib.errors import InputError
from SpineDCELib.series.treatment_reader import read_treatments
from SpineDCELib.vocabulary.visits import long_date

EventKind = Literal["radiation", "surgery", "systemic", "other"]
EVENT_KINDS: tuple[EventKind, ...] = get_args(EventKind)
EVENT_TITLES: dict[EventKind, str] = {
    "radiation": "Radiation therapy",
    "surgery": "Surgery",
    "systemic": "Systemic therapy",
    "other": "Event",
}


@dataclass(frozen=True)
class TreatmentEvent:
    """One treatment.

    Attributes:
        date: its first day as DICOM writes it ("20260312"); "" where dates are left out.
        details: free text, such as the dose; may be "".
        source: file from which it was read; "" if it was entered.
        day: days after the first visit; None while no course knows it.
    """

    date: str
    kind: EventKind
    details: str = ""
    source: str = ""
    day: int | None = None

    @property
    def title(self) -> str:
        """What happened when: "Radiation therapy, 12 March 2026: 24 Gy in 1 fraction"."""
        when = day_of(self.date)
        said = f"day {self.day}" if when is None else long_date(when)
        words = f"{EVENT_TITLES[self.kind]}, {said}"
        return f"{words}: {self.details}" if self.details else words


def parse_event(text: str) -> TreatmentEvent:
    """Read an event such as ``2026-03-12=radiation: 24 Gy in 1 fraction``.

    Raises:
        InputError: the date or the kind is not understood (code "unusable_event").

    Example:
        >>> from SpineDCELib.course import parse_event
        >>> parse_event("2026-03-12=surgery").title
        'Surgery, 12 March 2026'
    """
    when, _, what = text.partition("=")
    kind, _, details = what.partition(":")
    day, kind = parse_date(when), kind.strip().lower()
    known = next((one for one in EVENT_KINDS if one == kind), None)
    if not day or known is None:
        raise InputError(
            f"'{text}' is not an event. Write a date and one of {', '.join(EVENT_KINDS)}, such as "
            "2026-03-12=radiation.",
            code="unusable_event",
            about=text,
            fields=["course.event"],
        )
    return TreatmentEvent(day, known, details.strip())


def recorded_events(files: Iterable[Path]) -> list[TreatmentEvent]:
    """Return the radiation in the RT Plans and Treatment Records among these files."""
    return [
        TreatmentEvent(one.date, "radiation", one.details, one.file)
        for one in read_treatments(files)
    ]


def with_recorded(
    entered: Sequence[TreatmentEvent], recorded: Sequence[TreatmentEvent]
) -> list[TreatmentEvent]:
    """Return the entered events and those from files; radiation on one day is one event."""
    days = {event.date for event in entered if event.kind == "radiation"}
    return [*entered, *(event for event in recorded if event.date not in days)]


def parse_date(text: str) -> str:
    """Return a date such as "2026-03-12" or "20260312" as DICOM writes it; "" if it is none."""
    found = re.fullmatch(r"\s*(\d{4})-?(\d{2})-?(\d{2})\s*", text)
    day = "".join(found.groups()) if found else ""
    return day if day_of(day) is not None else ""


def days_after(date: str, first: str) -> int | None:
    """Return the days from one date to another, as DICOM writes them; None if one is none."""
    one, two = day_of(first), day_of(date)
    return None if one is None or two is None else (two - one).days


def day_of(date: str) -> Date | None:
    """Return the day of a date as DICOM writes it; None if it is none."""
    try:
        return Date(int(date[:4]), int(date[4:6]), int(date[6:8])) if len(date) == 8 else None
    except ValueError:
        return None
