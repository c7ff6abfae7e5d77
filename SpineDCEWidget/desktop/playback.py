"""The dynamic frames as a film."""

from __future__ import annotations

from typing import TYPE_CHECKING

import qt

if TYPE_CHECKING:
    from SpineDCEWidget.desktop.module_panel import Workstation

#: ms from frame to frame.
PACE = 150


class Playback:
    """Steps through the frames of every visit that has a study."""

    def __init__(self, desk: Workstation) -> None:
        self._desk = desk
        self.index = 0
        self._timer = qt.QTimer()
        self._timer.setInterval(PACE)
        self._timer.connect("timeout()", self.next)

    @property
    def playing(self) -> bool:
        return bool(self._timer.isActive())

    @property
    def count(self) -> int:
        """Frames of the visit in hand."""
        analysis = self._desk.visit.analysis
        return 0 if analysis is None else analysis.study.dynamic.n_frames

    def toggle(self) -> None:
        """Play or pause."""
        if self.playing:
            self.stop()
        elif self.count:
            self._timer.start()
            self._desk.panels["maps"].refresh()

    def stop(self) -> None:
        if self.playing:
            self._timer.stop()
            self._desk.panels["maps"].refresh()

    def next(self) -> None:
        if self.count:
            self.show((self.index + 1) % self.count)

    def show(self, index: int) -> None:
        """Show one frame of every visit (its last where it has fewer)."""
        self.index = index
        for visit in self._desk.visits:
            visit.show_frame(min(index, visit.analysis.study.dynamic.n_frames - 1))
        self._desk.maps.show_frame_number()
