"""The report's text in step 5: findings and impression, status, addenda, and what was done."""

from __future__ import annotations

from typing import Any

from trame.widgets import html
from trame.widgets import vuetify3 as v3

from SpineDCEWidget.browser.disabled_reasons import NO_STUDY, disabled_if, reason_of
from SpineDCEWidget.shared import formatting as shown

_NO_NUMBERS = NO_STUDY | {
    "!report.can_draft": "The numbers are out of date or have not been computed yet."
}
_NO_READER = {"!(reader_name || '').trim()": "Enter the reader's name above."}
_NOT_FINAL = {
    "!(report.impression || '').trim()": "Write an impression above first, or insert a draft.",
    "report.outdated": "The warning above the findings says why, and what to do.",
    **_NO_READER,
}


class ReportPanel:
    """What the reader writes."""

    def __init__(self, station: Any) -> None:
        self._station = station
        self._studies: list[str] = []  #: that the report was about when it was shown last
        station.state.update(
            {
                "report": {"findings": "", "impression": "", "final": False,
                           "status": "", "addenda": [], "outdated": "", "can_draft": False,
                           "edited": False, "plain": "", "actions": []},
                "reader_name": "", "confirming_final": False, "confirming_draft": False,
                "addendum": "",
            }
        )  # fmt: skip
        station.ctrl.trigger("insert_draft")(self.insert_draft)
        station.ctrl.trigger("edit_report")(self.edit)
        station.state.change("reader_name")(lambda reader_name, **_: self.name_reader(reader_name))

    @property
    def _report(self) -> Any:
        return self._station.session.report

    def insert_draft(self) -> None:
        """Replace findings and impression with a draft from the numbers."""
        self._do(self._report.insert_draft)

    def edit(self, findings: str, impression: str) -> None:
        """Take the text of both fields."""
        self._do(lambda: self._report.edit(findings, impression))

    def name_reader(self, name: str) -> None:
        """Take the reader's name as it is typed, for the report and the history."""
        self._report.reader = name or ""

    def make_final(self) -> None:
        """Make the report final."""
        self._do(self._report.make_final)

    def amend(self, text: str) -> None:
        """Add an addendum to the final report."""
        if self._do(lambda: self._report.amend(text)):
            with self._station.state as state:
                state.addendum = ""

    def _do(self, action: Any) -> bool:
        station = self._station
        done = station.attempt(action)
        if done:
            station.save_soon()
        with station.state as state:
            state.confirming_final = state.confirming_draft = False
            self.refresh()
        return bool(done)

    def refresh(self) -> None:
        report = self._report
        text = report.text
        if report.studies != self._studies:
            self._studies = report.studies
            self._station.state.confirming_final = self._station.state.confirming_draft = False
        if (self._station.state.reader_name or "").strip() != report.reader:
            self._station.state.reader_name = report.reader
        self._station.state.report = {
            "findings": text.findings, "impression": text.impression,
            "final": text.is_final, "status": text.status_line,
            "addenda": [
                {"title": one.title, "text": one.text}
                for one in text.addenda
            ],
            "outdated": report.doubt,
            "can_draft": report.draft() is not None, "edited": report.is_edited,
            "plain": report.plain_text() if text else "",
            "actions": shown.action_lines(self._station.session),
        }  # fmt: skip

    def ui(self) -> None:
        with html.Div(classes="stack", v_if="visits.length", id="report-text"):
            html.H3("Report", classes="label")
            html.Div("{{ report.status }}", classes="hint", id="report-status")
            html.Div("{{ report.outdated }}", classes="warn", v_if="report.outdated")
            for name, title in (("findings", "Findings"), ("impression", "Impression")):
                both = ", ".join(
                    "$event.target.value" if name == part else f"report.{part}"
                    for part in ("findings", "impression")
                )
                # Sent when the user leaves the field, also again if it was lost the first time.
                v3.VTextarea(
                    model_value=(f"report.{name}",), label=title, rows=3, auto_grow=True,
                    readonly=("report.final",),
                    density="compact", variant="outlined", hide_details=True, id=name,
                    raw_attrs=[
                        f"@blur=\"$event.target.value !== report.{name} && "
                        f"trigger('edit_report', [{both}])\""
                    ],
                )  # fmt: skip
            v3.VTextField(
                v_model=("reader_name",), label="Reader's name", density="compact",
                variant="outlined", hide_details="auto", id="reader",
                hint="For report and history; it stays when another patient is opened",
                persistent_hint=True,
            )  # fmt: skip
            with html.Div(classes="stack", v_if="confirming_draft && !report.final"):
                html.Div(
                    "The draft replaces findings and impression as you have edited them.",
                    classes="warn",
                )  # fmt: skip
                with html.Div(classes="row"):
                    v3.VBtn("Replace text", size="small", color="primary", id="confirm-draft",
                            click=self.insert_draft)  # fmt: skip
                    v3.VBtn("Keep text", size="small", variant="tonal", id="keep-text",
                            click="confirming_draft = false")  # fmt: skip
            with html.Div(
                classes="row", v_if="!report.final && !confirming_final && !confirming_draft"
            ):
                v3.VBtn(
                    "Insert draft", size="small", variant="tonal", id="insert-draft",
                    click="report.edited ? (confirming_draft = true) : trigger('insert_draft')",
                    **disabled_if(
                        _NO_NUMBERS, "Replace findings and impression with a draft from the numbers"
                    ),
                )  # fmt: skip
                v3.VBtn(
                    "Make final", size="small", variant="tonal", click="confirming_final = true",
                    id="make-final",
                    **disabled_if(
                        _NOT_FINAL, "Lock the text; only addenda can be added afterwards"
                    ),
                )  # fmt: skip
            html.Div(
                f"{{{{ 'Make final is not available yet. ' + ({reason_of(_NOT_FINAL)}) }}}}",
                classes="hint", id="not-yet-final", raw_attrs=['role="status"'],
                v_if=f"!report.final && ({reason_of(_NOT_FINAL)})",
            )  # fmt: skip
            with html.Div(classes="stack", v_if="confirming_final"):
                html.Div("The text cannot be changed afterwards.", classes="warn")
                with html.Div(classes="row"):
                    v3.VBtn("Make final", size="small", color="primary", click=self.make_final,
                            id="confirm-final")  # fmt: skip
                    v3.VBtn("Back", size="small", variant="tonal",
                            click="confirming_final = false", id="not-final")  # fmt: skip
            with html.Div(v_for="(a, i) in report.addenda", key="i", classes="addendum"):
                html.Div("{{ a.title }}", classes="label")
                html.Div("{{ a.text }}", classes="written")
            with html.Div(classes="stack", v_if="report.final"):
                v3.VTextarea(
                    v_model=("addendum",), label="New addendum", rows=2, auto_grow=True,
                    density="compact", variant="outlined", hide_details=True, id="addendum",
                )  # fmt: skip
                v3.VBtn(
                    "Add addendum", size="small", variant="tonal",
                    click=(self.amend, "[addendum]"), id="add-addendum",
                    **disabled_if(
                        _NO_READER | {"!addendum.trim()": "Write the addendum first."},
                        "Add it with the reader's name and the time; it cannot be changed then",
                    ),
                )  # fmt: skip
            v3.VBtn(
                "Copy as text", size="small", variant="tonal", id="copy-report",
                click="utils.copyText(report.plain, 'The report was copied.')",
                **disabled_if({"!report.plain": "The report has no text yet."},
                              "Copy status, findings, impression and addenda"),
            )  # fmt: skip
            with html.Details(classes="folded", id="history", v_if="report.actions.length"):
                html.Summary("What was done", classes="label")
                with html.Div(v_for="(a, i) in report.actions", key="i", classes="hint"):
                    html.Span("{{ a }}")
