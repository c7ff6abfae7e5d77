"""Keys that work while the module is open."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import qt
import slicer

from SpineDCEWidget.desktop.error_display import guarded
from SpineDCEWidget.shared.steps import STEPS

if TYPE_CHECKING:
    from SpineDCEWidget.desktop.module_panel import Workstation


class Shortcuts:
    """Space plays, 1 to 5 are the steps, [ and ] the brush, Ctrl+Z and Ctrl+Y undo and redo.

    Fields that one types into keep these keys for themselves: Qt asks them first.
    """

    def __init__(self, desk: Workstation) -> None:
        self._desk = desk
        self._made: list[Any] = []

    def on(self) -> None:
        """Begin to listen."""
        if self._made:
            return
        desk, regions = self._desk, self._desk.regions
        keys: dict[str, Callable[[], Any]] = {
            "Space": self._space,
            "[": lambda: regions.scale_brush(1 / 1.25),
            "]": lambda: regions.scale_brush(1.25),
            "Ctrl+Z": desk.undo,
            "Ctrl+Y": desk.redo,
        }
        for step in STEPS:
            keys[str(step.number)] = partial(desk.go, step.key)
        for key, action in keys.items():
            shortcut = qt.QShortcut(qt.QKeySequence(key), slicer.util.mainWindow())
            shortcut.connect("activated()", guarded(desk.messages, action))
            self._made.append(shortcut)

    def off(self) -> None:
        """Give the keys back."""
        for shortcut in self._made:
            shortcut.setEnabled(False)
            shortcut.setParent(None)
            shortcut.deleteLater()
        self._made = []

    def _space(self) -> None:
        """Play; but a button that has the focus is pressed, as everywhere."""
        focused = slicer.app.focusWidget()
        if focused is not None and hasattr(focused, "animateClick"):
            focused.animateClick()
        else:
            self._desk.playback.toggle()
