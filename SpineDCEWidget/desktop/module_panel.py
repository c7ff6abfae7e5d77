"""The module's panel: five steps, the visit in hand, one job at a time, and the views."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import qt
import slicer
from SpineDCELib.errors import InputError
from SpineDCELib.export.report.report_tables import measurement_rows

from SpineDCEWidget.desktop import desktop_wording as texts
from SpineDCEWidget.desktop.arteries_widget import ArteriesPanel
from SpineDCEWidget.desktop.chart_updates import show_regions, show_rows
from SpineDCEWidget.desktop.error_display import Messages, guarded
from SpineDCEWidget.desktop.main_loop_jobs import Jobs
from SpineDCEWidget.desktop.map_display import Display
from SpineDCEWidget.desktop.maps_widget import MapsPanel
from SpineDCEWidget.desktop.playback import Playback
from SpineDCEWidget.desktop.regions_widget import RegionsPanel
from SpineDCEWidget.desktop.result_widget import ResultPanel
from SpineDCEWidget.desktop.shortcuts import Shortcuts
from SpineDCEWidget.desktop.step_widget import Panel
from SpineDCEWidget.desktop.study_widget import StudyPanel
from SpineDCEWidget.desktop.view_manager import Views
from SpineDCEWidget.shared.session import SHOWN_VISITS
from SpineDCEWidget.shared.steps import STEPS, state_of
from SpineDCEWidget.shared.study_opening import open_images, reading_settings


class Workstation:
    """Everything between 3D Slicer's module widget and the panels.

    Args:
        layout: of the module's widget. logic: ``SpineDCELogic``. resource: path of a resource.
    """

    def __init__(self, layout: Any, logic: Any, resource: Callable[[str], str]) -> None:
        self.logic, self.resource = logic, resource
        self.widget = slicer.util.loadUI(resource("UI/SpineDCE.ui"))
        self.ui = slicer.util.childWidgetVariables(self.widget)
        layout.addWidget(self.widget)
        self.messages = Messages(self._show_message)
        self.jobs = Jobs(slicer.app.processEvents, self._show_busy)
        self.views, self.display = Views(), Display(self)
        self.playback = Playback(self)
        self.shortcuts = Shortcuts(self)
        self.parameters: Any = None
        self._tags: list[int] = []
        self._entered = False
        self._step_buttons = [getattr(self.ui, f"step{i}Button") for i in range(1, 6)]
        self.regions, self.maps = RegionsPanel(self), MapsPanel(self)
        self.panels: dict[str, Panel] = {
            "study": StudyPanel(self),
            "arteries": ArteriesPanel(self),
            "regions": self.regions,
            "maps": self.maps,
            "result": ResultPanel(self),
        }
        for panel in self.panels.values():
            self.ui.panels.layout().addWidget(panel.widget)
        self._connect()
        self._show_message("")
        self._show_busy("", None, True)

    def _connect(self) -> None:
        for step, button in zip(STEPS, self._step_buttons, strict=True):
            button.connect("clicked()", guarded(self.messages, lambda key=step.key: self.go(key)))
        for name, button in self._visit_buttons.items():
            button.connect("clicked()", guarded(self.messages, lambda name=name: self.take(name)))
        self.ui.undoButton.connect("clicked()", guarded(self.messages, self.undo))
        self.ui.redoButton.connect("clicked()", guarded(self.messages, self.redo))
        self.ui.cancelButton.connect("clicked()", self.jobs.cancel)
        self.ui.messageCloseButton.connect("clicked()", self.messages.clear)

    # -- state ----------------------------------------------------------------------------------

    @property
    def session(self) -> Any:
        """The session on 3D Slicer's scene; every action goes through it."""
        return self.logic.session

    @property
    def visit(self) -> Any:
        """The visit in hand."""
        name = SHOWN_VISITS[0] if self.parameters is None else self.parameters.visit
        return self.session.visit(name)

    @property
    def _visit_buttons(self) -> dict[str, Any]:
        return dict(
            zip(SHOWN_VISITS, (self.ui.baselineButton, self.ui.followUpButton), strict=True)
        )

    @property
    def step(self) -> str:
        return "study" if self.parameters is None else self.parameters.step

    @property
    def visits(self) -> list[Any]:
        """The shown visits that have a study."""
        return [visit for visit in self.session.visits if visit.name in SHOWN_VISITS]

    def bind(self, parameters: Any) -> None:
        """Work with this parameter node (None: with none, as the scene is going)."""
        if parameters is self.parameters:
            return
        if self.parameters is not None:
            for tag in self._tags:
                self.parameters.disconnectGui(tag)
        self._tags = []
        self.parameters = parameters
        if parameters is not None:
            self._tags = [parameters.connectGui(p.widget) for p in self.panels.values()]
            self.display.name_choices()
            self.refresh()

    # -- what the user does ---------------------------------------------------------------------

    def go(self, step: str) -> None:
        """Take up a step."""
        if self.parameters is None:
            return
        if step != self.step:
            self.panels[self.step].leave()
            self.parameters.step = step
            if self._entered:
                self.panels[step].enter()
        self.refresh()
        outdated = [visit for visit in self.visits if not visit.is_current and not visit.problem]
        if step == "maps":  # a loaded scene has maps already
            outdated = [visit for visit in outdated if visit.result]
        if step in ("maps", "result") and outdated:
            self.compute(outdated)

    def take(self, visit: str) -> None:
        """Take up the other visit."""
        if self.parameters is None or self.parameters.visit == visit:
            self.refresh()
            return
        panel = self.panels[self.step]
        panel.leave()
        self.parameters.visit = visit
        if self._entered:
            panel.enter()
        self.refresh()

    def open(self, studies: dict[str, Path]) -> None:
        """Read studies (in a thread), show them, and compute what needs no hand.

        Args:
            studies: name of the visit → folder or file.
        """
        read = {}
        for name, path in studies.items():
            title = texts.READING.format(visit=name)
            read[name] = self.jobs.run(title, partial(open_images, path, reading_settings()))
        self.opened(
            [self.session.open(name, images, study=studies[name]) for name, images in read.items()]
        )

    def opened(self, visits: list[Any]) -> None:
        """Show visits that have just got a study, and compute what needs no hand."""
        self.views.forget()
        self.parameters.visit = visits[0].name
        self.refresh()
        self.compute(visits)

    def compute(self, visits: list[Any] | None = None, *, gives_way: bool = False) -> None:
        """Compute AIF, shift, maps and measurements of these visits (all), as far as possible.

        Args:
            gives_way: to whatever else the user does.
        """
        self.jobs.give_way()
        problems = []
        try:
            for visit in visits or self.visits:
                try:
                    self._compute(visit, gives_way)
                except InputError as error:  # the other visit may do better
                    problems.append(error)
        finally:
            if not gives_way:
                self.display.rescale()
            self.refresh()
        if problems:
            raise problems[0]

    def _compute(self, visit: Any, gives_way: bool) -> None:
        with self.messages.shown(popup=False):  # rulers that measure nothing only give a message
            self.session.rulers_changed(visit)
        job = self.session.computation(visit)
        title = texts.ANALYSING.format(visit=visit.name)
        computed = self.jobs.run(title, job.run, gives_way=gives_way)
        if job.finish(computed) and visit.analysis.regions:
            title = texts.MEASUREMENTS.format(visit=visit.label)
            show_rows(visit, "measurements", title, *measurement_rows(visit.result))
            show_regions(visit, visit.region_numbers())

    # -- undo -----------------------------------------------------------------------------------

    def undo(self) -> None:
        """Undo the last change of anything."""
        self._step(self.session.undo)

    def redo(self) -> None:
        """Redo what was undone last."""
        self._step(self.session.redo)

    def _step(self, action: Callable[[], list[Any]]) -> None:
        self.jobs.give_way()
        visits = action()
        self.refresh()
        outdated = [visit for visit in visits if visit.result and not visit.is_current]
        if outdated:
            self.compute(outdated)

    def clear(self) -> None:
        """Take everything of the module out of the scene."""
        for panel in self.panels.values():
            panel.leave()
            panel.close()
        self.session.close()
        self.views.leave()
        self.go("study")
        self.refresh()

    # -- showing --------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Show the state everywhere."""
        if self.parameters is None:
            return
        key = self.step
        self.mark_steps()
        self.ui.hintLabel.text = next(step.hint for step in STEPS if step.key == key)
        several = len(self.visits) > 1
        self.ui.visitFrame.visible = several
        if not several and self.visits and self.visits[0].name != self.parameters.visit:
            self.parameters.visit = self.visits[0].name
        for name, button in self._visit_buttons.items():
            button.text = self.session.visit(name).title
            button.checked = self.parameters.visit == name
        self.show_undo()
        for name, panel in self.panels.items():
            panel.widget.visible = name == key
        self.panels[key].refresh()
        self.show_views()

    def mark_steps(self) -> None:
        """Show on the steps' buttons what is done."""
        for state, button in zip(state_of(self.session), self._step_buttons, strict=True):
            step = state.step
            button.text = f"{step.number} {step.title} {state.mark}".rstrip()
            button.toolTip = state.reason or step.hint
            button.checked = step.key == self.step

    def show_undo(self) -> None:
        """Name what the undo and redo buttons would do."""
        history = self.session.history
        for button, text, words in (
            (self.ui.undoButton, history.undo_text, texts.UNDO),
            (self.ui.redoButton, history.redo_text, texts.REDO),
        ):
            button.enabled = bool(text)
            button.toolTip = words.format(text=text) if text else texts.NOTHING

    def show_views(self) -> None:
        """Layout, volumes and charts as the step and the choices say."""
        if not self._entered or self.parameters is None:
            return
        if not self.visits:
            self.views.leave()
            return
        choices = self.parameters
        self.views.show(self.visits, choice=choices.layout, linked=choices.linked)
        moved = self.views.fill(
            self.visits,
            step=self.step,
            quantity=choices.quantity,
            opacity=choices.opacity / 100,
        )
        self.display.apply(moved=moved)
        self.views.plot(self.visit.charts, step=self.step)

    def _show_message(self, sentence: str) -> None:
        self.ui.messageLabel.text = sentence
        self.ui.messageFrame.visible = bool(sentence)

    def _show_busy(self, said: str, fraction: float | None, free: bool) -> None:
        """Progress and cancel; what cannot be done meanwhile is disabled."""
        ui, busy = self.ui, fraction is not None
        for widget in (ui.panels, ui.visitFrame, ui.undoFrame, *self._step_buttons):
            if widget.enabled != free:
                widget.enabled = free
        if ui.busyFrame.visible != busy:
            ui.busyFrame.visible = busy
        if fraction is not None:
            ui.busyLabel.text = said
            ui.busyBar.value = int(1000 * fraction)

    # -- coming and going -----------------------------------------------------------------------

    def enter(self, parameters: Any) -> None:
        """The module was opened."""
        self._entered = True
        self.bind(parameters)
        self.shortcuts.on()
        self.panels[self.step].enter()
        self.refresh()

    def exit(self) -> None:
        """Another module was opened: nothing of this one is left on."""
        self._entered = False
        self.playback.stop()
        self.shortcuts.off()
        self.panels[self.step].leave()
        self.views.leave()

    def scene_goes(self) -> None:
        """The scene is about to be closed."""
        self.jobs.cancel()
        self.playback.stop()
        for panel in self.panels.values():
            panel.leave()
            panel.close()
        self.bind(None)
        self.views.forget()

    def close(self) -> None:
        """The module goes."""
        self.exit()
        self.scene_goes()
        self.widget.hide()
        self.widget.deleteLater()

    def later(self, milliseconds: int, action: Callable[[], Any]) -> Any:
        """A timer that does something once after its last start."""
        timer = qt.QTimer(self.widget)
        timer.setSingleShot(True)
        timer.setInterval(milliseconds)
        timer.connect("timeout()", guarded(self.messages, action, popup=False))
        return timer
