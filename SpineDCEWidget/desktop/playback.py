"""Playback of the dynamic frames."""

from __future__ import annotations

from typing import TYPE_CHECKING

import qt

from SpineDCEWidget.shared.frame_playback import USUAL_RATE, PlayedRange

if TYPE_CHECKING:
    from SpineDCEWidget.desktop.module_panel import Workstation


class Playback:
    """Playback of the frames of both visits at once."""

    def __init__(self, desk: Workstation) -> None:
        self._desk = desk
        self.index = 0
        #: Whether the middle views show frames although the step shows maps.
        self.in_view = False
        #: Frames that are played, and how many a second.
        self.range, self.rate = PlayedRange(), USUAL_RATE
        self._timer = qt.QTimer()
        self.set_rate(USUAL_RATE)
        self._timer.connect("timeout()", self.next)

    @property
    def playing(self) -> bool:
        return bool(self._timer.isActive())

    @property
    def count(self) -> int:
        """Number of frames of the selected visit."""
        analysis = self._desk.visit.analysis
        return 0 if analysis is None else analysis.study.dynamic.n_frames

    def toggle(self) -> None:
        """Start or stop the playback."""
        if self.playing:
            self.stop()
        elif self.count:
            self._timer.start()
            self._desk.panels["maps"].refresh()

    def set_rate(self, rate: int) -> None:
        """Play so many frames a second."""
        self.rate = rate
        self._timer.setInterval(round(1000 / rate))

    def stop(self) -> None:
        if self.playing:
            self._timer.stop()
            self._desk.panels["maps"].refresh()

    def rewind(self) -> None:
        """Stop at the first frame, because the studies were closed."""
        self.stop()
        self.index, self.in_view, self.range = 0, False, PlayedRange()

    def next(self) -> None:
        if self.count and not self._desk.jobs.changing_nodes:
            self.show(self.range.after(self.index, self.count))

    def show(self, index: int) -> None:
        """Show one frame of every visit; the last one of a visit with fewer frames."""
        self.index = index
        for visit in self._desk.visits:
            visit.show_frame(min(index, visit.analysis.study.dynamic.n_frames - 1))
        if not self.in_view:
            self.in_view = True
            self._desk.show_views()
        self._desk.checks.follow_frame()
        self._desk.maps.show_frame_number()

    def show_maps(self) -> None:
        """Show the maps again in the views of the steps that have them."""
        self.in_view = False
