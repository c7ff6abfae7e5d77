"""Step 5, "Send": DICOM objects of the results, to an archive or 3D Slicer's DICOM database."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import slicer

from SpineDCEWidget.desktop import desktop_wording as texts
from SpineDCEWidget.desktop.dicom_database import add_to_database
from SpineDCEWidget.desktop.step_widget import FittedTable, Panel, fill_combo, selected_value
from SpineDCEWidget.shared.archive_search import configured_nodes
from SpineDCEWidget.shared.archive_sending import (
    PREPARING,
    SENDING,
    ArchiveSending,
    SeriesRow,
)

if TYPE_CHECKING:
    from SpineDCEWidget.desktop.module_panel import Workstation

_CHOSEN, _NOT_CHOSEN = "☑", "☐"


class SendPanel(Panel):
    """Part of step 5."""

    def __init__(self, desk: Workstation) -> None:
        super().__init__(desk, "SpineDCESend.ui")
        ui = self.ui
        self._sending: ArchiveSending | None = None
        self._anonymised = False
        self._chosen: set[str] = set()
        self._objects = FittedTable(ui.objectsTable, texts.OBJECT_HEADINGS, wide=[1])
        ui.listButton.toolTip = texts.LIST_OBJECTS
        ui.sendButton.toolTip = ui.databaseButton.toolTip = texts.NEEDS_OBJECT
        self.on(ui.sendBox, "contentsCollapsed(bool)", lambda _closed: self.refresh())
        self.on(ui.listButton, "clicked()", self.prepare)
        self.on(ui.objectsTable, "cellClicked(int,int)", lambda row, _column: self.choose(row))
        self.on(ui.objectsTable, "itemSelectionChanged()", self._show_answers)
        self.on(ui.nodeCombo, "currentIndexChanged(int)", lambda _index: self.refresh())
        self.on(ui.sendButton, "clicked()", self.send)
        self.on(ui.databaseButton, "clicked()", self.add_to_database)

    @property
    def sending(self) -> ArchiveSending:
        """The objects of the present session's results."""
        if self._sending is None or self._sending.session is not self.desk.session:
            self._sending = ArchiveSending(self.desk.session)
        return self._sending

    # -- actions --------------------------------------------------------------------------------

    def prepare(self) -> None:
        """Write the objects of the results, and list them."""
        folder = Path(slicer.app.temporaryPath) / "SpineDCE-to-send"
        shutil.rmtree(folder, ignore_errors=True)
        self.desk.result.compute_outdated()
        anonymise = self.desk.result.anonymised
        job = self.sending.preparation_job(folder, anonymise=anonymise)
        job.finish(self.desk.jobs.run(PREPARING, job.run))
        self._anonymised = anonymise
        self._chosen = {row.uid for row in self.sending.rows("")}
        self.refresh()

    def choose(self, row: int) -> None:
        """Choose the objects of a row, or no longer."""
        self._chosen ^= {self._rows()[row].uid}
        self.refresh()

    def send(self) -> None:
        """Send the chosen objects; ask first, once for each archive and session."""
        node = self._node
        chosen = [row.uid for row in self._rows() if row.uid in self._chosen]
        count = len(self.sending.to_send(node, chosen))
        question = self.sending.question(node, count, anonymise=self._anonymised)
        if question:
            if not slicer.util.confirmOkCancelDisplay(question, windowTitle=texts.TITLE):
                return
            self.sending.agree(node)
        job = self.sending.job(node, chosen)
        job.finish(self.desk.jobs.run(SENDING, job.run))
        self._chosen = {row.uid for row in self._rows() if row.failed}
        self.desk.refresh()

    def add_to_database(self) -> None:
        """Add the chosen objects to 3D Slicer's DICOM database, which keeps copies of them."""
        files = self.sending.files(self._chosen)
        add_to_database(files)
        self.desk.messages.show(texts.IN_DATABASE.format(count=len(files)))

    # -- showing --------------------------------------------------------------------------------

    @property
    def _node(self) -> str:
        return selected_value(self.ui.nodeCombo)

    def _rows(self) -> list[SeriesRow]:
        return self.sending.rows(self._node)

    def fill(self) -> None:
        ui, computed = self.ui, any(visit.maps for visit in self.desk.session.visits)
        ui.sendBox.visible = computed
        if ui.sendBox.collapsed or not computed:
            return
        other = self._anonymised != self.desk.result.anonymised
        if self.sending.is_outdated or other:
            self.sending.forget()
        nodes, without = configured_nodes()
        chosen = self._node
        fill_combo(
            ui.nodeCombo, {n: n for n in nodes}, chosen if chosen in nodes else "".join(nodes[:1])
        )
        rows = self._rows()
        ui.listButton.visible = not rows
        ui.withoutLabel.text = without
        ui.withoutLabel.visible = bool(rows and without)
        for widget in (ui.nodeCombo, ui.nodeComboLabel, ui.sendButton):
            widget.visible = bool(rows and nodes)
        ui.objectsTable.visible = ui.databaseButton.visible = bool(rows)
        self._objects.fill(
            [[_CHOSEN if row.uid in self._chosen else _NOT_CHOSEN, row.title, row.count,
              _state(row)] for row in rows],
            [row.uid for row in rows],
        )  # fmt: skip
        failed = any(row.failed for row in rows)
        ui.sendButton.text = texts.SEND_AGAIN if failed else texts.SEND
        for button, tip in (
            (ui.sendButton, texts.SEND_CHOSEN), (ui.databaseButton, texts.ADD_TO_DATABASE),
        ):  # fmt: skip
            button.enabled = bool(self._chosen)
            button.toolTip = tip if self._chosen else texts.NEEDS_OBJECT
        self._show_answers()

    def _show_answers(self) -> None:
        """Show the archive's answers to the objects of the selected row."""
        rows, number = self._rows(), self._objects.selected
        answers = () if number is None or number >= len(rows) else rows[number].answers
        self.ui.answersLabel.text = "\n".join(answers)
        self.ui.answersLabel.visible = bool(answers)

    def close(self) -> None:
        self._sending, self._chosen = None, set()


def _state(row: SeriesRow) -> str:
    if not row.answers:
        return "–"
    return texts.NOT_STORED if row.failed else texts.STORED
