"""Text that a reader writes into the report: findings and impression, preliminary or final."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Literal

from SpineDCELib.errors import InputError

ReportStatus = Literal["preliminary", "final"]


@dataclass(frozen=True)
class Addendum:
    """What was added after the report became final.

    Attributes:
        time: date and time with the offset from UTC (ISO 8601).
    """

    text: str
    reader: str
    time: str

    @property
    def title(self) -> str:
        return f"Addendum, {self.reader}, {shown_time(self.time)}"


@dataclass(frozen=True)
class ReportText:
    """Findings and impression; once final they stay as they are, and addenda follow.

    Attributes:
        reader: who made the report final.
        time: when, with the offset from UTC (ISO 8601).
        numbers: digest of the numbers at that moment, see :func:`digest_of`; before, of those that
            the text was drafted from, and "" if it was written without a draft.
    """

    findings: str = ""
    impression: str = ""
    status: ReportStatus = "preliminary"
    reader: str = ""
    time: str = ""
    numbers: str = ""
    addenda: tuple[Addendum, ...] = ()

    def __bool__(self) -> bool:
        """Whether there is any text."""
        return bool(self.findings.strip() or self.impression.strip() or self.addenda)

    @property
    def is_final(self) -> bool:
        return self.status == "final"

    def edited(self, findings: str, impression: str) -> ReportText:
        """Return the report with other text.

        Raises:
            InputError: the report is final (code "report_is_final").
        """
        if self.is_final:
            raise InputError(
                "The report is final. Its text cannot be changed; write an addendum.",
                code="report_is_final",
                about="report",
            )
        return replace(self, findings=findings, impression=impression)

    def finalised(self, reader: str, now: datetime, numbers: str) -> ReportText:
        """Return the final report.

        Args:
            now: with its time zone.
            numbers: digest of the numbers that the text is about.

        Raises:
            InputError: it is final already, the impression is empty (code "no_impression"), or no
                name was given (code "no_reader").
        """
        self.edited(self.findings, self.impression)
        if not self.impression.strip():
            raise InputError(
                "A final report needs an impression. Write it, or insert a draft.",
                code="no_impression",
                about="report",
            )
        return replace(
            self, status="final", reader=_named(reader), time=_stamp(now), numbers=numbers
        )

    def amended(self, text: str, reader: str, now: datetime) -> ReportText:
        """Return the final report with one more addendum.

        Raises:
            InputError: the report is not final (code "report_not_final"), the text is empty (code
                "empty_addendum"), or no name was given (code "no_reader").
        """
        if not self.is_final:
            raise InputError(
                "The report is preliminary. Change its text instead of writing an addendum.",
                code="report_not_final",
                about="report",
            )
        if not text.strip():
            raise InputError("The addendum is empty.", code="empty_addendum", about="report")
        added = Addendum(text.strip(), _named(reader), _stamp(now))
        return replace(self, addenda=(*self.addenda, added))

    def is_outdated(self, numbers: str) -> bool:
        """Return whether the numbers have changed since the report became final or was drafted."""
        return (self.is_final or bool(self.numbers)) and self.numbers != numbers

    @property
    def status_line(self) -> str:
        """Who made the report final and when, or that it is preliminary."""
        if not self.is_final:
            return "Preliminary report"
        return f"Final report, {self.reader}, {shown_time(self.time)}"

    def paragraphs(self) -> list[tuple[str, list[str]]]:
        """Return heading and lines of each part that has text."""
        parts = [("Findings", self.findings), ("Impression", self.impression)]
        parts += [(one.title, one.text) for one in self.addenda]
        return [(title, text.strip().splitlines()) for title, text in parts if text.strip()]


def digest_of(findings: str, impression: str) -> str:
    """Return the digest of the numbers, by which a later change of them is noticed.

    Args:
        findings, impression: as they are drafted from the numbers.
    """
    return hashlib.sha256(f"{findings}\n\n{impression}".encode()).hexdigest()


def text_to_dict(text: ReportText) -> dict[str, Any]:
    """Return plain values for a file."""
    return asdict(text)


def text_from_dict(values: Mapping[str, Any]) -> ReportText:
    """Return the report's text of plain values.

    Raises:
        KeyError, TypeError, ValueError: they are not those of :func:`text_to_dict`.
    """
    known = {
        name: str(values[name]) for name in ReportText.__dataclass_fields__ if name != "addenda"
    }
    if known["status"] not in ("preliminary", "final"):
        raise ValueError(known["status"])
    addenda = [
        Addendum(str(a["text"]), str(a["reader"]), str(a["time"])) for a in values["addenda"]
    ]
    for time in [known["time"], *(one.time for one in addenda)] if known["time"] else []:
        datetime.fromisoformat(time)
    return ReportText(**known, addenda=tuple(addenda))  # type: ignore[arg-type]


def shown_time(time: str) -> str:
    """Return a time as in "2026-03-12 14:05 +0100"."""
    return datetime.fromisoformat(time).strftime("%Y-%m-%d %H:%M %z")


def _stamp(now: datetime) -> str:
    return now.isoformat(timespec="seconds")


def _named(reader: str) -> str:
    if not reader.strip():
        raise InputError("Enter the reader's name.", code="no_reader", about="report")
    return reader.strip()
