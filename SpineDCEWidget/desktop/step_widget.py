"""Base class of the five steps' panels, and helpers that fill their widgets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

import qt
import slicer
from SpineDCELib.settings import FORM, Field

from SpineDCEWidget.desktop.error_display import guarded
from SpineDCEWidget.shared.wording import control_label, setting_help, setting_label

if TYPE_CHECKING:
    from SpineDCEWidget.desktop.module_panel import Workstation


#: Property of a table whose height follows its rows.
_FITTED = "SpineDCE.fitted"
#: Largest number that a box takes, over that of its field.
_WIDER = 100


class Panel:
    """Panel of one step: shows the state and passes actions on; holds no results.

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
        """The selected visit."""
        return self.desk.visit

    def refresh(self) -> None:
        """Show the state; the widgets that are filled here trigger no action."""
        if self._filling or self.desk.parameters is None:
            return
        self._filling = True
        try:
            self.fill()
        finally:
            self._filling = False

    def fill(self) -> None:
        """Fill the widgets with the state."""

    def enter(self) -> None:
        """Start what runs while the step is open."""

    def leave(self) -> None:
        """Stop what runs while the step is open, because another step or module was chosen."""

    def close(self) -> None:
        """Release all nodes, because the scene or the module closes."""

    def close_visit(self) -> None:
        """Release the nodes of the selected visit, because one of several visits is closed."""

    def on(
        self, widget: Any, signal: str, action: Callable[..., Any], *, popup: bool = True
    ) -> None:
        """Connect a signal to an action whose errors are shown; ignore it while filling."""
        slot = guarded(self.desk.messages, action, popup=popup)
        widget.connect(signal, lambda *values: None if self._filling else slot(*values))

    # -- settings -------------------------------------------------------------------------------

    def describe_setting(self, name: str, path: str) -> None:
        """Give a setting's control the label, tooltip and range of the form description.

        An optional number is left to the program at :func:`left_out`, where the box shows its
        special text. The box takes larger numbers than the field, which says what is wrong with
        them: a box that refused the last digit of a number would keep another number.
        """
        widget, field = getattr(self.ui, name), FORM[path]
        widget.toolTip = setting_help(path)
        if field.kind == "switch":
            widget.text = setting_label(path)
            return
        self.label_setting(name, path)
        if field.low is not None and field.high is not None:
            widget.minimum = left_out(field) if field.optional else field.to_shown(field.low)
            widget.maximum = _WIDER * field.to_shown(field.high)

    def label_setting(self, name: str, path: str) -> None:
        """Give the label beside a setting's control its text."""
        getattr(self.ui, f"{name}Label").text = f"{control_label(path)}:"


def left_out(field: Field) -> float:
    """Return the number of a box that leaves an optional setting to the program.

    That is 0, or −1 where 0 is a value.
    """
    return -1.0 if field.low == 0 else 0.0


def node_selector(name: str, holder: Any, kinds: Sequence[str]) -> Any:
    """Return a node selector, placed in its holder from the Designer file."""
    selector = slicer.qMRMLNodeComboBox()
    selector.nodeTypes = [kind for kind in kinds if hasattr(slicer, kind)]
    selector.showChildNodeTypes = False  # label maps are scalar volumes too
    selector.noneEnabled = True
    selector.addEnabled = selector.removeEnabled = selector.renameEnabled = False
    selector.setMRMLScene(slicer.mrmlScene)
    selector.toolTip = holder.toolTip
    selector.objectName = name
    holder.layout().addWidget(selector)
    return selector


def fill_table(table: Any, headings: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[Any]:
    """Show rows of text in a ``QTableWidget``; return its items, which Python must keep."""
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


def fit_table(table: Any, wide: Sequence[int] | None = None) -> None:
    """Let a table show all of its text at any width: what is too long takes several lines.

    Args:
        wide: columns that share the width that the others leave; the first and last if None.
    """
    header, count = table.horizontalHeader(), int(table.columnCount)
    header.setSectionResizeMode(qt.QHeaderView.Stretch)
    for column in set(range(count)) - {*((0, count - 1) if wide is None else wide)}:
        header.setSectionResizeMode(column, qt.QHeaderView.ResizeToContents)
    rows = table.verticalHeader()
    rows.setSectionResizeMode(qt.QHeaderView.ResizeToContents)
    if not table.property(_FITTED):
        table.setProperty(_FITTED, True)
        # Rows get their height while the layout gives the table its width; it takes no other then.
        fit = partial(qt.QTimer.singleShot, 0, lambda: _fit_height(table))
        rows.connect("sectionResized(int,int,int)", lambda *_: fit())
    _fit_height(table)


def _fit_height(table: Any) -> None:
    with suppress(ValueError):  # the panel is being closed
        heights = table.horizontalHeader().sizeHint.height(), table.verticalHeader().length()
        table.minimumHeight = sum(heights) + 2 * table.frameWidth


class FittedTable:
    """Rows of text in a ``QTableWidget``, fitted to its width; the selected row stays selected.

    Args:
        headings: of the columns. wide: see :func:`fit_table`.
    """

    def __init__(
        self, table: Any, headings: Sequence[str], *, wide: Sequence[int] | None = None
    ) -> None:
        self._table, self._headings, self._wide = table, headings, wide
        self._rows: list[list[Any]] = []
        self._keys: list[Any] = []
        self._items: list[Any] = []

    @property
    def selected(self) -> int | None:
        """Place of the selected row."""
        row = self._table.currentRow()
        return row if 0 <= row < len(self._keys) else None

    def fill(self, rows: Sequence[Sequence[Any]], keys: Sequence[Any] | None = None) -> None:
        """Show rows.

        Args:
            keys: what tells which of them was selected before; their places if None.
        """
        shown, known = [list(row) for row in rows], list(range(len(rows)) if keys is None else keys)
        if (shown, known) == (self._rows, self._keys):
            return
        row = self.selected
        key = None if row is None else self._keys[row]
        self._rows, self._keys = shown, known
        self._items = fill_table(self._table, self._headings, shown)
        fit_table(self._table, self._wide)
        if row is not None and key in known:
            self._table.selectRow(known.index(key))
        else:
            self._table.clearSelection()
            self._table.setCurrentCell(-1, -1)


def fill_combo(combo: Any, choices: dict[str, str], value: Any) -> None:
    """Show the labels of choices, with their values as data, and select one value."""
    values = list(choices)
    shown = {combo.itemData(i): combo.itemText(i) for i in range(combo.count)}
    if list(shown.items()) != list(choices.items()):
        combo.clear()
        for one, label in choices.items():
            combo.addItem(label, one)
    selected = value or ""
    combo.currentIndex = values.index(selected) if selected in values else -1


def selected_value(combo: Any) -> str:
    """Return the value of the selected item; "" if none is."""
    selected = combo.count and combo.currentIndex >= 0
    return str(combo.itemData(combo.currentIndex)) if selected else ""
