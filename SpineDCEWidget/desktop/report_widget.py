"""The report's text in step 5: findings and impression, status, addenda, and what was done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import slicer

from SpineDCEWidget.desktop import desktop_wording as texts
from SpineDCEWidget.desktop.step_widget import Panel
from SpineDCEWidget.shared import formatting as shown
from SpineDCEWidget.shared import wording as words

if TYPE_CHECKING:
    from SpineDCEWidget.desktop.module_panel import Workstation


class ReportPanel(Panel):
    """What the reader writes."""

    def __init__(self, desk: Workstation) -> None:
        super().__init__(desk, "SpineDCEReport.ui")
        ui = self.ui
        for edit in (ui.findingsEdit, ui.impressionEdit):
            self.on(edit, "textChanged()", self.take_text, popup=False)
        self.on(ui.addendumEdit, "textChanged()", self._enable)
        self.on(ui.readerEdit, "textChanged(QString)", self.name_reader)
        self._tips = []
        for button, tip, action in (
            (ui.draftButton, texts.DRAFT, self.insert_draft),
            (ui.finalButton, texts.FINAL, self.make_final),
            (ui.copyButton, texts.COPY, self.copy),
            (ui.addendumButton, texts.ADDENDUM, self.amend),
        ):
            button.toolTip = tip
            self.on(button, "clicked()", action)
            self._tips.append((button, tip))
        self.on(ui.historyBox, "contentsCollapsed(bool)", lambda _closed: self.refresh())

    @property
    def _report(self) -> Any:
        return self.desk.session.report

    # -- actions --------------------------------------------------------------------------------

    def take_text(self) -> None:
        """Take findings and impression as they are typed."""
        self._report.edit(self.ui.findingsEdit.plainText, self.ui.impressionEdit.plainText)
        self.refresh()

    def name_reader(self, name: str) -> None:
        """Take the reader's name, for the report and the history."""
        self._report.reader = name
        self._enable()

    def insert_draft(self) -> None:
        """Replace findings and impression with a draft; ask first if text would be lost."""
        if self._report.is_edited and not slicer.util.confirmOkCancelDisplay(
            texts.DRAFT_QUESTION, windowTitle=texts.TITLE
        ):
            return
        self._report.insert_draft()
        self.refresh()

    def make_final(self) -> None:
        """Make the report final if the user confirms it."""
        if slicer.util.confirmOkCancelDisplay(texts.FINAL_QUESTION, windowTitle=texts.TITLE):
            self._report.make_final()
            self.refresh()

    def amend(self) -> None:
        """Add an addendum to the final report."""
        self._report.amend(self.ui.addendumEdit.plainText)
        self.ui.addendumEdit.plainText = ""
        self.refresh()

    def copy(self) -> None:
        """Copy the report as text to the clipboard."""
        slicer.app.clipboard().setText(self._report.plain_text())
        slicer.util.showStatusMessage(texts.REPORT_COPIED, 5000)

    def close(self) -> None:
        self.ui.addendumEdit.plainText = ""

    # -- showing --------------------------------------------------------------------------------

    def fill(self) -> None:
        ui, report = self.ui, self._report
        self.widget.visible = bool(self.desk.visits)
        text = report.text
        ui.statusLabel.text = words.translated(text.status_line)
        ui.outdatedLabel.text = report.doubt
        ui.outdatedLabel.visible = bool(report.doubt)
        for edit, written in (
            (ui.findingsEdit, text.findings),
            (ui.impressionEdit, text.impression),
        ):
            edit.readOnly = text.is_final
            if edit.plainText != written:  # else the cursor would jump
                edit.plainText = written
        if ui.readerEdit.text.strip() != report.reader:
            ui.readerEdit.text = report.reader
        for widget in (ui.draftButton, ui.finalButton):
            widget.visible = not text.is_final
        for widget in (ui.addendumEdit, ui.addendumButton):
            widget.visible = text.is_final
        ui.addendaLabel.text = "\n\n".join(
            f"{words.translated(one.title)}:\n{one.text}" for one in text.addenda
        )
        ui.addendaLabel.visible = bool(text.addenda)
        self._enable()
        if not ui.historyBox.collapsed:
            ui.historyText.plainText = "\n".join(shown.action_lines(self.desk.session))

    def _enable(self) -> None:
        """Enable what can be done now, with the reason as the tooltip of what cannot."""
        report = self._report
        no_reader = "" if report.reader else texts.NEEDS_READER
        written = report.text.impression.strip()
        lacking = (
            "" if report.draft() else texts.NEEDS_NUMBERS,
            no_reader or (report.doubt if written else texts.NEEDS_IMPRESSION),
            "" if report.text else texts.NEEDS_TEXT,
            no_reader or ("" if self.ui.addendumEdit.plainText.strip() else texts.NEEDS_ADDENDUM),
        )
        for (button, tip), reason in zip(self._tips, lacking, strict=True):
            button.enabled, button.toolTip = not reason, reason or tip
