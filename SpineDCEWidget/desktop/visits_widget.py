"""Strip of the visits of a course above the panels: which are open, and which two are shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import qt
import slicer

from SpineDCEWidget.desktop import desktop_wording as texts
from SpineDCEWidget.desktop.step_widget import Panel, fill_table, fit_table
from SpineDCEWidget.shared.session import SHOWN_VISITS as ROWS
from SpineDCEWidget.shared.steps import visit_state
from SpineDCEWidget.shared.visit_thumbnails import PIXELS, thumbnail

if TYPE_CHECKING:
    from SpineDCEWidget.desktop.module_panel import Workstation


class VisitsPanel(Panel):
    """One row per visit, in the order of their dates; shown while more than two are open."""

    def __init__(self, desk: Workstation) -> None:
        super().__init__(desk, "SpineDCEVisits.ui")
        ui = self.ui
        self._items: list[Any] = []
        self._names: list[str] = []
        self.on(ui.visitsTable, "cellClicked(int,int)", lambda row, _column: self.show(row))
        for row, button in zip(ROWS, (ui.upperButton, ui.lowerButton), strict=True):
            self.on(
                button, "clicked()", lambda row=row: self.show(ui.visitsTable.currentRow(), row)
            )
        self.on(ui.closeVisitButton, "clicked()", self.ask_to_close)

    def show(self, index: int, row: str = "") -> None:
        """Show a visit of the table in a row of the views; see :meth:`Workstation.show_visit`."""
        if 0 <= index < len(self._names):
            self.desk.show_visit(self._names[index], row)

    def ask_to_close(self) -> None:
        """Close the selected visit if the user confirms it."""
        index = self.ui.visitsTable.currentRow()
        if not 0 <= index < len(self._names):
            return
        visit = self.desk.session.visit(self._names[index])
        text = texts.CLOSE_VISIT_QUESTION.format(visit=visit.shown_title)
        if slicer.util.confirmOkCancelDisplay(text, windowTitle=texts.TITLE):
            self.desk.close_visit(visit)

    def fill(self) -> None:
        session, table = self.desk.session, self.ui.visitsTable
        self.widget.visible = session.several
        visits = session.in_order if session.several else []
        self._names = [visit.name for visit in visits]
        shown = dict(zip(("", *ROWS), ("", texts.UPPER, texts.LOWER), strict=True))
        rows = []
        for visit in visits:
            mark, state = visit_state(session, visit)
            rows.append([f"{visit.shown_title} {mark}", state, shown[session.row_of(visit.name)]])
        self._items = fill_table(table, [texts.VISIT, texts.STATE, texts.ROW], rows)
        for row, visit in enumerate(visits):
            if picture := thumbnail(visit):
                pixmap = qt.QPixmap()
                pixmap.loadFromData(qt.QByteArray(picture))
                self._items[row * 3].setIcon(qt.QIcon(pixmap))
        table.setIconSize(qt.QSize(PIXELS, PIXELS))
        fit_table(table)
        selected = self.desk.visit.name
        if selected in self._names:
            table.selectRow(self._names.index(selected))
