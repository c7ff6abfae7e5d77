"""Step 1, "From PACS" and "Received studies": visits from an archive (PACS)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from SpineDCELib.errors import InputError

from SpineDCEWidget.desktop import desktop_wording as texts
from SpineDCEWidget.desktop.step_widget import FittedTable, Panel, fill_combo, selected_value
from SpineDCEWidget.shared.archive_search import (
    FETCHING,
    SEARCHING,
    ArchiveSearch,
    configured_nodes,
)
from SpineDCEWidget.shared.received_studies import ReceivedRow, received_rows

if TYPE_CHECKING:
    from SpineDCEWidget.desktop.module_panel import Workstation

#: ms between two looks at the studies that were received, while step 1 is open.
_LOOK = 2000


class ArchivePanel(Panel):
    """Part of step 1: search of an archive, and what was sent to this computer.

    Args:
        open_study: opens a folder as the visit of a name.
    """

    def __init__(self, desk: Workstation, open_study: Callable[[str, Path], None]) -> None:
        super().__init__(desk, "SpineDCEArchive.ui")
        self._open_study = open_study
        ui = self.ui
        self.search = ArchiveSearch()
        self._studies = FittedTable(ui.studiesTable, texts.STUDY_HEADINGS)
        self._received_table = FittedTable(ui.receivedTable, texts.RECEIVED_HEADINGS)
        self._received: list[ReceivedRow] = []
        ui.openButton.toolTip = texts.NEEDS_STUDY
        self._look = desk.timer(_LOOK, self._look_again)
        self.on(ui.archiveBox, "contentsCollapsed(bool)", lambda _closed: self.refresh())
        self.on(ui.searchButton, "clicked()", self.find)
        for edit in (ui.patientEdit, ui.firstEdit, ui.lastEdit, ui.descriptionEdit):
            self.on(edit, "returnPressed()", self.find)
        self.on(ui.studiesTable, "cellClicked(int,int)", lambda row, _column: self.choose(row))
        self.on(ui.openButton, "clicked()", self.open)
        self.on(ui.receivedTable, "itemSelectionChanged()", self._fill_selected)
        self.on(ui.openReceivedButton, "clicked()", self.open_received)
        self.on(ui.openCourseButton, "clicked()", self.open_course)

    # -- actions --------------------------------------------------------------------------------

    def find(self) -> None:
        """List the studies of the archive that match the fields."""
        ui = self.ui
        node = selected_value(ui.nodeCombo)
        if not node:
            return
        job = self.search.search_job(
            node, patient=ui.patientEdit.text, first=ui.firstEdit.text.strip(),
            last=ui.lastEdit.text.strip(), description=ui.descriptionEdit.text,
        )  # fmt: skip
        job.finish(self.desk.jobs.run(SEARCHING, job.run))
        self.refresh()

    def choose(self, row: int) -> None:
        """Choose the study of a row, or no longer."""
        self.search.toggle(self.search.studies[row].uid)
        self.refresh()

    def open(self) -> None:
        """Fetch the chosen studies, and open them as visits in the order of their dates."""
        folders = self.desk.jobs.run(FETCHING, self.search.retrieval_job().run)
        self.ui.archiveBox.collapsed = True
        self.open_as_visits(folders)

    def open_received(self) -> None:
        """Open the selected study that was received as the next visit."""
        if (row := self._selected) is not None:
            self.open_as_visits([Path(row.images)])

    def open_course(self) -> None:
        """Open the selected study after the patient's earlier visits."""
        if (row := self._selected) is not None:
            self.open_as_visits([Path(folder) for folder in row.course])

    @property
    def _selected(self) -> ReceivedRow | None:
        """The received study that is selected."""
        number = self._received_table.selected
        return None if number is None else self._received[number]

    def open_as_visits(self, folders: list[Path]) -> None:
        """Open studies after the visits that are open; all that can be read.

        Raises:
            InputError: the first that could not be read or computed.
        """
        problems = []
        names = self.desk.session.free_names(len(folders))
        with self.desk.session.opening(len(folders)):
            for name, folder in zip(names, folders, strict=True):
                try:
                    self._open_study(name, folder)
                except InputError as error:  # the other visits may be readable
                    problems.append(error)
        self.desk.refresh()
        if problems:
            raise problems[0]

    # -- showing --------------------------------------------------------------------------------

    def fill(self) -> None:
        if not self.ui.archiveBox.collapsed:
            self._fill_search()
        self._fill_received()

    def _fill_search(self) -> None:
        ui = self.ui
        nodes, without = configured_nodes()
        ui.withoutLabel.text = without
        ui.withoutLabel.visible = bool(without)
        chosen = selected_value(ui.nodeCombo)
        fill_combo(
            ui.nodeCombo, {n: n for n in nodes}, chosen if chosen in nodes else "".join(nodes[:1])
        )
        for widget in (ui.nodeCombo, ui.patientEdit, ui.firstEdit, ui.lastEdit,
                       ui.descriptionEdit, ui.searchButton):  # fmt: skip
            widget.enabled = bool(nodes)
        rows = self.search.rows(len(self.desk.session.visits))
        ui.saidLabel.text = self.search.summary
        ui.saidLabel.visible = bool(self.search.summary)
        ui.studiesTable.visible = ui.openButton.visible = bool(rows)
        self._studies.fill(
            [[one.patient, one.visit or "–", one.day,
              f"{one.description}: {one.dynamic or texts.NOT_DYNAMIC}"] for one in rows],
            [one.uid for one in rows],
        )  # fmt: skip
        count = sum(bool(one.visit) for one in rows)
        ui.openButton.enabled = count > 0
        ui.openButton.text = (
            texts.FETCH_SEVERAL.format(count=count) if count > 1 else texts.FETCH_ONE
        )
        ui.openButton.toolTip = texts.FETCH if count else texts.NEEDS_STUDY

    def _fill_received(self) -> None:
        ui = self.ui
        opened = {str(visit.study_path) for visit in self.desk.session.visits}
        try:
            rows = [row for row in received_rows() if row.images not in opened]
        except (InputError, OSError):  # "From PACS" says what is wrong
            rows = []
        ui.receivedBox.visible = bool(rows)
        self._received = rows
        self._received_table.fill(
            [[f"{row.state}\n{texts.NOT_REVIEWED}" if row.unreviewed else row.state, row.title]
             for row in rows],
            [row.uid for row in rows],
        )  # fmt: skip
        self._fill_selected()

    def _fill_selected(self) -> None:
        """Show what is known of the selected study, and whether it can be opened."""
        ui, row = self.ui, self._selected
        ui.checkLabel.text = "" if row is None else _about(row)
        ui.checkLabel.visible = bool(ui.checkLabel.text)
        course = row is not None and row.ready and len(row.course) > 1 and not self.desk.visits
        ui.openCourseButton.visible = course
        ui.openCourseButton.toolTip = texts.OPEN_COURSE
        ready = row is not None and (row.ready or row.usable is False)
        ui.openReceivedButton.enabled = ready
        if ready:
            ui.openReceivedButton.toolTip = texts.OPEN_RECEIVED
        else:
            ui.openReceivedButton.toolTip = texts.NEEDS_RECEIVED if row is None else row.state

    def _look_again(self) -> None:
        if not self.desk.jobs.busy:
            self.refresh()
        self._look.start()

    def enter(self) -> None:
        self._look.start()

    def leave(self) -> None:
        self._look.stop()

    def close(self) -> None:
        self._look.stop()
        self.search = ArchiveSearch()


def _about(row: ReceivedRow) -> str:
    """Return what the program found in a study, line by line."""
    lines = [row.message] if row.message else []
    lines += [
        texts.CHECKED.format(
            name=point["name"], found=point["found"], asked=point["asked"],
            verdict=point["verdict"],
        )
        for point in row.points
    ]  # fmt: skip
    if row.earlier:
        lines += [texts.EARLIER_VISITS, *row.earlier]
    return "\n".join(lines)
