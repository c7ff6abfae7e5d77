"""Height of the panel: what its texts need at the width that 3D Slicer gives it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import qt


class PanelHolder:
    """Widget around the panel that asks for a plain height, not for one that depends on its width.

    When a module is opened again, 3D Slicer puts its widget into the window again, and from then on
    Qt keeps the height that belonged to a width once: what has become taller would cover what
    follows it.

    Args:
        panel: widget with a layout.
    """

    def __init__(self, panel: Any) -> None:
        self.widget, self._panel = qt.QWidget(), panel
        # Or 3D Slicer makes the panel as wide as its longest text, and draws all views again.
        self.widget.setSizePolicy(qt.QSizePolicy.Ignored, qt.QSizePolicy.Preferred)
        panel.setParent(self.widget)
        panel.show()
        self._filter = _LayoutFilter(self.widget)
        self._filter.fit = self._fit
        self.widget.installEventFilter(self._filter)

    def keep_width(self, width: int) -> None:
        """Never become narrower than this, in pixels."""
        self.widget.minimumWidth = width

    def _fit(self) -> None:
        width = self.widget.width
        height = self._panel.layout().totalHeightForWidth(width)
        if self.widget.minimumHeight != height:
            self.widget.minimumHeight = height
        self._panel.setGeometry(0, 0, width, max(height, self.widget.height))


class _LayoutFilter(qt.QObject):
    """Event filter that tells when the panel or the place for it changes."""

    fit: Callable[[], None]

    def eventFilter(self, _watched: Any, event: Any) -> bool:
        if event.type() in (qt.QEvent.LayoutRequest, qt.QEvent.Resize, qt.QEvent.Show):
            self.fit()
        return False
