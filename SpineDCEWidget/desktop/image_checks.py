"""Subtraction of frames and checks by eye in the views, while a step shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import qt

from SpineDCEWidget.shared.frame_subtraction import (
    IN_VIEW,
    USUAL,
    Term,
    show_subtraction,
    subtraction_text,
)
from SpineDCEWidget.shared.frame_subtraction import USE as SUBTRACTION
from SpineDCEWidget.shared.visual_checks import (
    IN_TURNS,
    MOTION,
    OF_OTHER,
    OFF,
    follow_windows,
    forget_checks,
    motion_text,
    obstacle,
    other_text,
    show_corrected,
    show_other,
)

if TYPE_CHECKING:
    from SpineDCEWidget.desktop.module_panel import Workstation

#: Time for which each of two images is shown, ms: slow enough for everybody.
_TURN = 1000


class ImageChecks:
    """What the views show beside images and maps.

    3D Slicer composes it: the other image is in the foreground of a view, or takes the place of
    the background in turns.

    Attributes:
        check: one of the checks by eye. turn: which of two images a check in turns shows, 0 or 1.
        subtracts: whether the middle views show a subtraction. terms: what minus what.
    """

    def __init__(self, desk: Workstation) -> None:
        self._desk = desk
        self.check, self.turn = OFF, 0
        self.subtracts = False
        self.terms: tuple[Term, Term] = USUAL
        self._timer = qt.QTimer()
        self._timer.setInterval(_TURN)
        self._timer.connect("timeout()", self.switch)

    def choose(self, check: str) -> None:
        """Show another check; the images of one in turns change every second."""
        self._timer.stop()
        self.check, self.turn = check, 0
        if check == OFF:
            forget_checks(self._desk.session.visits)
        if check in IN_TURNS:
            self._timer.start()

    def subtract(self, terms: tuple[Term, Term], *, shown: bool) -> None:
        """Show one term minus another in the middle views, or what they showed before."""
        self.terms, self.subtracts = terms, shown

    def stop(self) -> None:
        """Show no check and no subtraction, because another step or module was chosen."""
        self.choose(OFF)
        self.subtracts = False
        for visit in self._desk.session.visits:
            visit.nodes.remove(SUBTRACTION)

    def switch(self) -> None:
        """Show the other one of two images."""
        if not self._desk.jobs.changing_nodes:
            self.turn = 1 - self.turn
            self._desk.show_views()
            self._desk.maps.show_texts()

    # -- images ---------------------------------------------------------------------------------

    def prepare(self) -> None:
        """Fill what the views show; end a check that is not possible any more."""
        session = self._desk.session
        if self.check != OFF and obstacle(session, self.check):
            self.choose(OFF)
        for visit in self._desk.visits:
            self._prepare(visit)

    def _prepare(self, visit: Any) -> None:
        if self.subtracts:
            show_subtraction(visit, self.terms, self._desk.playback.index)
        if self.check == MOTION:
            show_corrected(visit, visit.frame_in_view(self._desk.playback.index)[0])
        elif self.check in OF_OTHER and (other := self._other(visit)) is not None:
            show_other(self._desk.session, visit, other, self.check)
            follow_windows(visit, other)

    def follow_frame(self) -> None:
        """Follow the frame in view."""
        if (self.subtracts and IN_VIEW in self.terms) or self.check == MOTION:
            self.prepare()
            self._desk.maps.show_texts()

    # -- words ----------------------------------------------------------------------------------

    def texts(self) -> list[str]:
        """Return what the views of each visit show, one line each."""
        lines = []
        for visit in self._desk.visits:
            said = [self._check_text(visit)]
            if self.subtracts:
                said.append(subtraction_text(visit, self.terms, self._desk.playback.index))
            lines += [f"{visit.shown_label}: {one}" for one in said if one]
        return lines

    def _check_text(self, visit: Any) -> str:
        if self.check == MOTION:
            index = visit.frame_in_view(self._desk.playback.index)[0]
            return motion_text(visit, index, corrected=self.turn == 1)
        other = self._other(visit)
        if self.check == OFF or other is None or (self.check in IN_TURNS and self.turn == 0):
            return ""
        return other_text(self._desk.session, visit, other, self.check)

    def _other(self, visit: Any) -> Any:
        return next((one for one in self._desk.visits if one is not visit), None)
