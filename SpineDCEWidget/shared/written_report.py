"""The report that a reader writes in a session: text, status, addenda and history."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from SpineDCELib.errors import InputError
from SpineDCELib.export.report.written_text import (
    doubt_of,
    draft_of_comparison,
    draft_of_visit,
    plain_text,
    studies_of,
)
from SpineDCELib.vocabulary.report_text import (
    ReportText,
    digest_of,
    text_from_dict,
    text_to_dict,
)

from SpineDCEWidget.shared.action_history import Action, actions_of
from SpineDCEWidget.shared.wording import _, translated

if TYPE_CHECKING:
    from SpineDCEWidget.shared.session import Session

#: Key of a visit's kept reports.
KEPT = "reports"


class WrittenReport:
    """The text about the studies that the windows show together.

    It is kept with each of them, and shown again where the same studies are shown together.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._inserted = ("", "")  #: findings and impression of the draft that was inserted last

    @property
    def reader(self) -> str:
        """Name that the reader entered."""
        return self._session.actions.person

    @reader.setter
    def reader(self, name: str) -> None:
        self._session.actions.person = name.strip()

    @property
    def text(self) -> ReportText:
        """The report's text; empty while nothing was written about these studies."""
        for visit in self._session.shown:
            for kept in visit.nodes.value(KEPT) or []:
                # A scene may hold anything.
                with contextlib.suppress(KeyError, TypeError, ValueError):
                    if kept["studies"] == self.studies:
                        return text_from_dict(kept["text"])
        return ReportText()

    def draft(self) -> tuple[str, str] | None:
        """Return findings and impression of the present numbers; None while there are none."""
        session = self._session
        if session.comparison is not None and session.is_comparison_current:
            return draft_of_comparison(session.comparison)
        done = [visit for visit in session.visits if visit.is_current]
        if len(session.visits) == 1 and done and done[0].result is not None:
            return draft_of_visit(done[0].result)
        return None

    @property
    def is_edited(self) -> bool:
        """Whether the text is not just the draft that was inserted, so a draft would lose it."""
        text = self.text
        if not (text.findings.strip() or text.impression.strip()):
            return False
        return self._inserted != (text.findings, text.impression) and (
            text.numbers != digest_of(text.findings, text.impression)
        )

    def insert_draft(self) -> None:
        """Replace the text by what the numbers give.

        Raises:
            InputError: the report is final.
        """
        draft = self.draft()
        if draft is not None:
            findings, impression = (
                "\n".join(translated(line) for line in part.splitlines()) for part in draft
            )
            new = self.text.edited(findings, impression)
            self._inserted = (findings, impression)
            self._edited(
                replace(new, numbers=digest_of(*draft)), _("Insert the draft of the report")
            )

    def edit(self, findings: str, impression: str) -> None:
        """Take the text as it was written, about the present numbers if it was drafted from some.

        Raises:
            InputError: the report is final.
        """
        old = self.text
        if (findings, impression) != (old.findings, old.impression):
            new = old.edited(findings, impression)
            draft = self.draft()
            if not (findings.strip() or impression.strip()):
                new = replace(new, numbers="")
            elif old.numbers and draft is not None:
                new = replace(new, numbers=digest_of(*draft))
            self._edited(new, _("Edit the text of the report"), key="report")

    def make_final(self) -> None:
        """Make the report final.

        Raises:
            InputError: it has no impression, no reader was entered, it is final already, or it was
                drafted from other numbers than the present ones (code "text_of_other_numbers").
        """
        draft = self.draft()
        if not self.text.is_final and (doubt := doubt_of(self.text, draft)):
            raise InputError(doubt, code="text_of_other_numbers", about="report")
        numbers = "" if draft is None else digest_of(*draft)
        new = self.text.finalised(self.reader, datetime.now().astimezone(), numbers)
        self._keep(new, _("Make the report final"))

    def amend(self, text: str) -> None:
        """Add an addendum to the final report.

        Raises:
            InputError: the report is not final, the text is empty, or no reader was entered.
        """
        new = self.text.amended(text, self.reader, datetime.now().astimezone())
        self._keep(new, _("Add an addendum to the report"))

    @property
    def doubt(self) -> str:
        """Why the text may not fit the present numbers; "" if it is about them."""
        return translated(doubt_of(self.text, self.draft()))

    def plain_text(self) -> str:
        """Return the report as text, for the clipboard."""
        studies = studies_of({visit.word: visit.needed() for visit in self._session.shown})
        return plain_text(self.text, self.draft(), studies)

    def actions(self) -> list[Action]:
        """Return what was done to the open studies, the oldest first."""
        return actions_of(self._session.visits)

    def history_rows(self) -> list[list[str]]:
        """Return time, person, visits and action of everything that was done."""
        return [[one.time, one.person, ", ".join(one.visits), one.text] for one in self.actions()]

    @property
    def studies(self) -> list[str]:
        """Return the checksums of the studies that the report is about."""
        return [v.needed().study.dynamic.source.checksum for v in self._session.shown]

    def _edited(self, text: ReportText, action: str, *, key: str = "") -> None:
        if text != self.text:
            self._keep(text, action, key=key)

    def _keep(self, text: ReportText, action: str, *, key: str = "") -> None:
        studies = self.studies
        entry: dict[str, Any] = {"studies": studies, "text": text_to_dict(text)}
        for visit in self._session.shown:
            others = [r for r in visit.nodes.value(KEPT) or [] if r.get("studies") != studies]
            visit.nodes.keep(KEPT, [*others, entry])
        self._session.actions.add(self._session.shown, action, key=key)
