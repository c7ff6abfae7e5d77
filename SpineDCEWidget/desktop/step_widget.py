"""What the panels of the five steps have in common."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import qt
import slicer

from SpineDCEWidget.desktop.error_display import guarded

if TYPE_CHECKING:
    from SpineDCEWidget.desktop.module_panel import Workstation


class Panel:
    """One step: shows the state, hands what the user does to the logic, keeps nothing itself.

    Args:
        desk: the workstation that the panel belongs to. file: its Designer file.
    """

    def __init__(self, desk: Workstation, file: str) -> None:
        self.desk = desk
        self.widget = slicer.util.loadUI(desk.resource(f"UI/{file}"))
        self.ui = slicer.util.childWidgetVariables(self.widget)
        self._filling = False

    @property
    def visit(self) -> Any:
        """The visit in hand."""
        return self.desk.visit

    def refresh(self) -> None:
        """Show the state; widgets that are filled here call nothing."""
        if self._filling or self.desk.parameters is None:
            return
        self._filling = True
        try:
            self.fill()
        finally:
            self._filling = False

    def fill(self) -> None:
        """Put the state into the widgets."""

    def enter(self) -> None:
        """The step was chosen."""

    def leave(self) -> None:
        """Another step was chosen, or the module was left."""

    def close(self) -> None:
        """The scene or the module goes: hold on to nothing of it."""

    def on(
        self, widget: Any, signal: str, action: Callable[..., Any], *, popup: bool = True
    ) -> None:
        """Connect a signal; not while the panel fills its widgets, and with errors shown."""
        slot = guarded(self.desk.messages, action, popup=popup)
        widget.connect(signal, lambda *values: None if self._filling else slot(*values))


def node_selector(holder: Any, kinds: Sequence[str]) -> Any:
    """A selector of nodes in its holder of the Designer file."""
    selector = slicer.qMRMLNodeComboBox()
    selector.nodeTypes = [kind for kind in kinds if hasattr(slicer, kind)]
    selector.noneEnabled = True
    selector.addEnabled = selector.removeEnabled = selector.renameEnabled = False
    selector.setMRMLScene(slicer.mrmlScene)
    selector.toolTip = holder.toolTip
    holder.layout().addWidget(selector)
    return selector


def fill_table(table: Any, headings: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[Any]:
    """Show rows of text in a ``QTableWidget``; returns its items, which Python has to keep."""
    table.clearContents()
    table.setColumnCount(len(headings))
    table.setRowCount(len(rows))
    table.setHorizontalHeaderLabels([str(heading) for heading in headings])
    table.verticalHeader().setVisible(False)
    items = []
    for r, row in enumerate(rows):
        for c, value in enumerate(row):
            item = qt.QTableWidgetItem(str(value))
            table.setItem(r, c, item)
            items.append(item)
    table.resizeColumnsToContents()
    return items


def fill_combo(combo: Any, choices: dict[Any, str], chosen: Any) -> None:
    """Show choices by their words, with their keys as data."""
    keys = [str(key) for key in choices]
    if [combo.itemData(i) for i in range(combo.count)] != keys:
        combo.clear()
        for key, text in choices.items():
            combo.addItem(text, str(key))
    combo.currentIndex = keys.index(str(chosen)) if str(chosen) in keys else -1


def chosen(combo: Any) -> str:
    """The key of the chosen item."""
    return str(combo.itemData(combo.currentIndex))
