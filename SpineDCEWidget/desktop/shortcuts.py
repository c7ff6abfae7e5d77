"""Keyboard shortcuts that work while the module is open."""

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
    """Shortcuts: space for playback, 1 to 5 for the steps, [ and ] for the brush, undo and redo.

    They do not disturb typing, because Qt offers a key to the field that has the focus first.
    """

    def __init__(self, desk: Workstation) -> None:
        self._desk = desk
        self._shortcuts: list[Any] = []

    def enable(self) -> None:
        """Create the shortcuts."""
        if self._shortcuts:
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
            keys[str(step.number)] = partial(desk.go_to_step, step.key)
        for key, action in keys.items():
            shortcut = qt.QShortcut(qt.QKeySequence(key), slicer.util.mainWindow())
            shortcut.connect("activated()", guarded(desk.messages, action))
            self._shortcuts.append(shortcut)

    def disable(self) -> None:
        """Delete the shortcuts, so that other modules can use the keys."""
        for shortcut in self._shortcuts:
            shortcut.setEnabled(False)
            shortcut.setParent(None)
            shortcut.deleteLater()
        self._shortcuts = []

    def _space(self) -> None:
        """Start or stop the playback, or press the button that has the focus."""
        focused = slicer.app.focusWidget()
        if focused is not None and hasattr(focused, "animateClick"):
            focused.animateClick()
        else:
            self._desk.playback.toggle()
