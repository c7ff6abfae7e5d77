"""Panel of the module: the five steps, the selected visit, long work, undo, and the views."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import Any

import qt
import slicer
from SpineDCELib.errors import Cancelled, InputError
from SpineDCELib.files.mapped_arrays import return_free_memory
from SpineDCELib.mrml.scene_turns import take_turn

from SpineDCEWidget.desktop import desktop_wording as texts
from SpineDCEWidget.desktop.arteries_widget import ArteriesPanel
from SpineDCEWidget.desktop.chart_updates import show_regions, show_rows
from SpineDCEWidget.desktop.error_display import Messages, guarded
from SpineDCEWidget.desktop.image_checks import ImageChecks
from SpineDCEWidget.desktop.linked_views import LinkedViews
from SpineDCEWidget.desktop.main_loop_jobs import UNKNOWN, Jobs
from SpineDCEWidget.desktop.map_display import Display
from SpineDCEWidget.desktop.maps_widget import MapsPanel
from SpineDCEWidget.desktop.node_watch import NodeWatch
from SpineDCEWidget.desktop.panel_height import PanelHolder
from SpineDCEWidget.desktop.playback import Playback
from SpineDCEWidget.desktop.regions_widget import RegionsPanel
from SpineDCEWidget.desktop.result_widget import ResultPanel
from SpineDCEWidget.desktop.shortcuts import Shortcuts
from SpineDCEWidget.desktop.step_widget import Panel
from SpineDCEWidget.desktop.study_widget import StudyPanel
from SpineDCEWidget.desktop.view_manager import Views
from SpineDCEWidget.desktop.visits_widget import VisitsPanel
from SpineDCEWidget.shared import formatting as shown
from SpineDCEWidget.shared import wording as words
from SpineDCEWidget.shared.session import SHOWN_VISITS
from SpineDCEWidget.shared.steps import NEXT, STEPS, WRONG, state_of
from SpineDCEWidget.shared.study_opening import read_study, reading_settings


class Workstation:
    """Link between 3D Slicer's module widget, the session, the panels of the steps and the views.

    Args:
        layout: of the module's widget.
        logic: ``SpineDCELogic``.
        resource: returns the path of a resource by its name.
    """

    def __init__(self, layout: Any, logic: Any, resource: Callable[[str], str]) -> None:
        self.logic, self.resource = logic, resource
        self.widget = slicer.util.loadUI(resource("UI/SpineDCE.ui"))
        self.ui = slicer.util.childWidgetVariables(self.widget)
        self._holder = PanelHolder(self.widget)
        layout.addWidget(self._holder.widget)
        self.messages = Messages(self._show_message, lambda: bool(self.visits))
        self.jobs = Jobs(slicer.app.processEvents, self._show_busy)
        self.views, self.display = Views(lambda: self.session), Display(self)
        self.links, self.playback = LinkedViews(self), Playback(self)
        self.checks = ImageChecks(self)
        self.watch = NodeWatch(self)
        self.shortcuts = Shortcuts(self)
        # Maps are recomputed when the module is shown, not while 3D Slicer changes to it.
        self._catch_up = self.timer(0, self.catch_up)
        self._shown: list[Any] = []
        self.parameters: Any = None
        self._tags: list[int] = []
        self._entered = False
        self._step_buttons = [getattr(self.ui, f"step{i}Button") for i in range(1, 6)]
        self.regions, self.maps = RegionsPanel(self), MapsPanel(self)
        self.result = ResultPanel(self)
        self.panels: dict[str, Panel] = {
            "study": StudyPanel(self),
            "arteries": ArteriesPanel(self),
            "regions": self.regions,
            "maps": self.maps,
            "result": self.result,
        }
        for panel in self.panels.values():
            self.ui.panels.layout().addWidget(panel.widget)
        self._width = 0  # of the widest step so far
        self._status = ""  # what the status bar says of a job
        self._hint = "", ""  # of the open step, and what it lacks
        self.strip = VisitsPanel(self)
        self.ui.visitsHolder.layout().addWidget(self.strip.widget)
        self._connect()
        self._show_message("")
        self._show_busy("", None, True)

    def _connect(self) -> None:
        for step, button in zip(STEPS, self._step_buttons, strict=True):
            button.connect(
                "clicked()", guarded(self.messages, lambda key=step.key: self.go_to_step(key))
            )
        for row, button in self._visit_buttons.items():
            button.connect(
                "clicked()",
                guarded(
                    self.messages,
                    lambda row=row: self.select_visit(self.session.in_row(row).name),
                ),
            )
        self.ui.undoButton.connect("clicked()", guarded(self.messages, self.undo))
        self.ui.redoButton.connect("clicked()", guarded(self.messages, self.redo))
        self.ui.cancelButton.connect("clicked()", self.jobs.cancel)
        self.ui.messageCloseButton.connect("clicked()", self.messages.clear)

    # -- state ----------------------------------------------------------------------------------

    @property
    def session(self) -> Any:
        """The session on 3D Slicer's scene, which does every action."""
        return self.logic.session

    @property
    def visit(self) -> Any:
        """The selected visit."""
        row = SHOWN_VISITS[0] if self.parameters is None else self.parameters.visit
        return self.session.in_row(row)

    @property
    def _visit_buttons(self) -> dict[str, Any]:
        """Row of the views → the button that selects its visit."""
        return dict(
            zip(SHOWN_VISITS, (self.ui.baselineButton, self.ui.followUpButton), strict=True)
        )

    @property
    def step(self) -> str:
        """Key of the open step."""
        return "study" if self.parameters is None else self.parameters.step

    @property
    def visits(self) -> list[Any]:
        """The shown visits that have a study."""
        shown: list[Any] = self.session.shown
        return shown

    def bind(self, parameters: Any) -> None:
        """Connect the panels to a parameter node; None disconnects them before the scene closes."""
        if parameters is self.parameters:
            return
        if self.parameters is not None:
            for tag in self._tags:
                self.parameters.disconnectGui(tag)
        self._tags = []
        self.parameters = parameters
        if parameters is not None:
            self._tags = [parameters.connectGui(p.widget) for p in self.panels.values()]
            self.display.label_choices()
            self.refresh()

    # -- actions --------------------------------------------------------------------------------

    def go_to_step(self, step: str) -> None:
        """Open a step, and recompute maps that are out of date if it shows them."""
        if self.parameters is None or self.jobs.changing_nodes:
            return
        if step != self.step:
            self.panels[self.step].leave()
            self.parameters.step = step
            if self._entered:
                self.panels[step].enter()
        self.refresh()
        outdated = [visit for visit in self.visits if not visit.is_current and not visit.problem]
        if step == "maps":  # the maps of a loaded scene are shown as they are
            outdated = [visit for visit in outdated if visit.result or not visit.maps]
        if step in ("maps", "result") and outdated:
            self.compute(outdated)

    def select_visit(self, visit: str) -> None:
        """Select the visit that the panels show and change; it is one of those in the views."""
        row = self.session.row_of(visit)
        if self.parameters is None or self.parameters.visit == row:
            self.refresh()
            return
        with self._other_visit():
            self.parameters.visit = row
        self.refresh()

    def show_visit(self, name: str, row: str = "") -> None:
        """Show a visit of a course in a row of the views, and select it.

        Args:
            row: "baseline" for the upper row, "follow-up" for the lower one; if "", the visit stays
                in its row, and one that is not shown comes into the lower row.
        """
        visit = self.session.visit(name)
        if visit.analysis is None:
            return
        self.jobs.interrupt()
        with self._other_visit():
            self.session.show(visit, row or self.session.row_of(name) or SHOWN_VISITS[1])
            self.parameters.visit = self.session.row_of(name)
        for one in self.session.visits:
            one.release_memory()
        self.refresh()

    def close_visit(self, visit: Any) -> None:
        """Close one visit of a course."""
        self.jobs.interrupt()
        with self._other_visit():
            for panel in self.panels.values():
                panel.close_visit()
            with self.changing(texts.CLOSING):
                self.session.close_visit(visit)
            if self.visits:
                self.parameters.visit = self.session.row_of(self.visits[0].name)
        self.refresh()

    @contextmanager
    def _other_visit(self) -> Iterator[None]:
        """Let the open panel leave one visit before a change, and enter another one after it."""
        panel = self.panels[self.step]
        panel.leave()
        yield
        if self._entered:
            panel.enter()

    def open(self, studies: dict[str, Path], reading: Mapping[str, Any] | None = None) -> None:
        """Read studies in a thread, show them, and compute their maps.

        Args:
            studies: name of the visit → folder or file.
            reading: what was chosen of the way in which they are read: path → value.
        """
        read, settings = {}, reading_settings(reading)
        for name, path in studies.items():
            title = words.READING.format(visit=words.translated(name))
            read[name] = self.jobs.run(title, partial(read_study, path, settings))
        session = self.session
        with self.opening(list(read)):
            for name, one in read.items():
                title = words.READING.format(visit=words.translated(name))
                with self.changing(title, cancellable=True):
                    session.open(
                        name,
                        one.images,
                        study=studies[name],
                        reading=reading,
                        prepared=one.prepared,
                    )

    @contextmanager
    def opening(self, names: list[str]) -> Iterator[None]:
        """Show the visits of these names, whose studies are opened inside, and compute their maps.

        If the user cancels it, or one cannot be opened, the others are shown and not computed.
        """
        session = self.session
        before = {name: session.visit(name).analysis for name in names}
        stopped: Exception | None = None
        try:
            yield
        except (Cancelled, InputError) as error:
            if self.session is not session:  # the scene was closed
                raise
            stopped = error
        visits = [session.visit(name) for name in names]
        opened = [visit for visit in visits if visit.analysis is not before[visit.name]]
        if opened and stopped is None:
            self.opened(opened)
        elif opened:
            self._show_opened(opened)
        if stopped is not None:
            raise stopped

    def opened(self, visits: list[Any]) -> None:
        """Show visits whose study was just opened, and compute their maps."""
        self._show_opened(visits)
        self.compute(visits)

    def _show_opened(self, visits: list[Any]) -> None:
        self.views.reset_orientations()
        self.result.opened()
        with self._other_visit():
            name = visits[0].name
            if not self.session.row_of(name):  # one more visit of a course
                self.session.show(visits[0], SHOWN_VISITS[1])
            self.parameters.visit = self.session.row_of(name)
        self.refresh()

    def swap_visits(self) -> None:
        """Take each study as the other visit."""
        names = [visit.name for visit in self.session.pair]
        with self.opening(names), self.changing(texts.SWAPPING, cancellable=True):
            self.session.swap_visits()

    @contextmanager
    def changing(self, title: str, *, cancellable: bool = False) -> Iterator[None]:
        """Let the window answer while many nodes are changed; see :meth:`Jobs.changes`."""
        with self.views.drawn_once(), self.jobs.changes(title, cancellable=cancellable):
            yield

    def compute(self, visits: list[Any] | None = None, *, interruptible: bool = False) -> None:
        """Compute AIF, shift, maps and measurements of these visits, of all if None.

        Args:
            interruptible: any other action of the user cancels the computation.
        """
        self.jobs.interrupt()
        problems: list[tuple[Any, InputError]] = []
        try:
            for visit in visits or self.session.visits:
                try:
                    self._compute(visit, interruptible)
                except InputError as error:  # the other visit may still be computed
                    problems.append((visit, error))
                else:
                    if not interruptible:  # maps from before keep their scale
                        self.display.forget_scales()
        finally:
            self.refresh()
        if len(problems) == 1 and len(self.session.visits) == 1:
            raise problems[0][1]
        if problems:
            raise words.of_visits(problems)

    def _compute(self, visit: Any, interruptible: bool) -> None:
        with self.messages.errors_shown(popup=False):  # invalid rulers only cause a message
            self.session.rulers_changed(visit)
        job = self.session.computation(visit)
        title = words.COMPUTING.format(visit=words.translated(visit.name))
        computed = self.jobs.run(title, job.run, interruptible=interruptible)
        # What may be interrupted replaces the maps of nodes that are there.
        with nullcontext() if interruptible else self.changing(title):
            taken = job.finish(computed)
        if taken and visit.analysis.regions:
            title = texts.MEASUREMENTS.format(visit=visit.shown_label)
            rows = shown.measurements(visit.result, visit.analysis)
            show_rows(visit, "measurements", title, *rows)
            self.fit_regions(visit, title, interruptible=interruptible)

    def fit_regions(self, visit: Any, title: str, *, interruptible: bool = False) -> None:
        """Show the regions' curves of a visit; fit them first in a thread where they are not."""
        if not visit.has_numbers:
            job = self.session.numbers_job(visit)
            job.finish(self.jobs.run(title, job.run, interruptible=interruptible))
        if visit.has_numbers:
            show_regions(visit, visit.region_numbers())

    def catch_up(self) -> None:
        """Compute what the open step needs after the module or a scene was opened."""
        if self.jobs.changing_nodes:  # their end shows everything
            return
        self.reopen()
        self.go_to_step(self.step)

    def scene_changed(self) -> None:
        """Show what others changed in the nodes or the session."""
        self.watch.update()
        if not self._entered:
            return
        if self._shown != self._facts():
            self.refresh()
        if self.step == "regions":
            self.regions.update_numbers()
        if self.session.notices:
            self.messages.show(" ".join(self.session.notices))
            self.session.notices.clear()

    # -- undo -----------------------------------------------------------------------------------

    def undo(self) -> None:
        """Undo the last change."""
        self._step(self.session.undo)

    def redo(self) -> None:
        """Redo the change that was undone last."""
        self._step(self.session.redo)

    def _step(self, action: Callable[[], list[Any]]) -> None:
        self.jobs.interrupt()
        visits = action()
        self.refresh()
        if self.step == "regions":  # as after a stroke: the numbers now, the maps with step 4
            self.regions.update_numbers()
            return
        outdated = [visit for visit in visits if visit.result and not visit.is_current]
        if outdated:
            self.compute(outdated)
            return
        for visit in visits:  # a visit whose maps were kept may have lost its curves meanwhile
            if visit.is_current and visit.analysis.regions:
                title = texts.MEASUREMENTS.format(visit=visit.shown_label)
                self.fit_regions(visit, title, interruptible=True)
        self.refresh()

    def clear(self) -> None:
        """Close all visits and remove everything of the module from the scene."""
        self.jobs.interrupt()
        for panel in self.panels.values():
            panel.leave()
            panel.close()
        self.playback.rewind()
        self.links.stop()
        with self.changing(texts.CLOSING):
            self.views.restore_layout()
            take_turn()
            self.session.close()
        self.display.forget_scales()
        self.parameters.tops = {}
        self.go_to_step("study")
        self.refresh()
        return_free_memory()

    # -- showing --------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Show the state in the panels and the views."""
        if self.parameters is None or self.jobs.changing_nodes:
            return
        key = self.step
        self.show_step_marks()
        self.ui.bannerLabel.text = shown.banner(self.visits)
        self.ui.bannerLabel.visible = bool(self.visits)
        self.ui.visitFrame.visible = len(self.visits) > 1
        if len(self.visits) == 1:
            self.parameters.visit = self.session.row_of(self.visits[0].name)
        for row, button in self._visit_buttons.items():
            button.text = self.session.in_row(row).shown_title
            button.checked = self.parameters.visit == row
        self.show_undo()
        self.watch.update()
        self._shown = self._facts()
        for name, panel in self.panels.items():
            panel.widget.visible = name == key
        self.strip.refresh()
        self.panels[key].refresh()
        self._keep_width()
        self.show_views()

    def _keep_width(self) -> None:
        """Keep the panel as wide as its widest step, so that the views keep their size."""
        widgets = [self.widget, *(panel.widget for panel in self.panels.values())]
        widest = max(int(widget.minimumSizeHint.width()) for widget in widgets)
        if widest > self._width:
            self._width = widest
            self._holder.keep_width(widest)

    def show_step_marks(self) -> None:
        """Show the state of each step on its button."""
        for state, button in zip(state_of(self.session), self._step_buttons, strict=True):
            step = state.step
            button.text = f"{step.number} {step.title} {state.mark}".rstrip()
            button.toolTip = state.reason or state.hint
            button.checked = step.key == self.step
            if step.key == self.step:
                reason = state.reason if state.mark in (WRONG, NEXT) else ""
                self._hint = state.hint, reason
        self._show_hint()

    def _show_hint(self) -> None:
        """Show what the step is for, and what it lacks; not the latter while it is computed."""
        hint, reason = self._hint
        lines = (hint, "" if self.jobs.blocking else reason.replace(" · ", "\n"))
        self.ui.hintLabel.text = "\n".join(text for text in lines if text)

    def show_undo(self) -> None:
        """Show in the tooltips what the undo and redo buttons would do."""
        history = self.session.history
        for button, text, tip, nothing in (
            (self.ui.undoButton, history.undo_text, texts.UNDO, texts.NOTHING_TO_UNDO),
            (self.ui.redoButton, history.redo_text, texts.REDO, texts.NOTHING_TO_REDO),
        ):
            button.enabled = bool(text)
            button.toolTip = tip.format(text=text) if text else nothing

    def show_views(self) -> None:
        """Arrange and fill the views for the open step and the display choices."""
        if not self._entered or self.parameters is None or self.jobs.changing_nodes:
            return
        choice = self.parameters.layout
        if not self.jobs.busy and self.views.lacks(self.visits, choice=choice):
            with self.jobs.changes(texts.ARRANGING):
                self.views.create(self.visits, self._fill_views, choice=choice)
        with self.views.drawn_once():
            self._show_views()

    def _fill_views(self) -> bool:
        """Show the volumes of the open step; return whether any view changed its volume."""
        choices = self.parameters
        with self.links.alone():
            return self.views.fill(
                self.visits,
                step=self.step,
                quantity=choices.quantity,
                opacity=choices.opacity / 100,
                frames=self.playback.in_view,
                series=self.maps.series_shown,
                checks=self.checks,
            )

    def _show_views(self) -> None:
        if not self.visits:
            self.links.stop()
            self.views.restore_layout()
            return
        choices = self.parameters
        with self.links.alone():
            self.views.show(self.visits, choice=choices.layout, linked=choices.linked)
            changed = self._fill_views()
        self.links.update(linked=choices.linked)
        self.display.apply(views_changed=changed)
        trend = self.result.course.charts() if self.step == "result" else []
        self.views.plot(self.visit, step=self.step, trend=trend)

    def _facts(self) -> list[Any]:
        """Return by what :meth:`scene_changed` sees whether the panel is out of date."""
        session = self.session
        visits = [(v.name, v.analysis, v.result, v.is_current) for v in session.visits]
        followed = (session.is_comparison_current, session.course.is_current)
        return [session, session.history.present, followed, *visits]

    def reopen(self) -> None:
        """Compute what a loaded scene shows again, because a file holds maps but no results."""
        visits = self.session.visits
        loaded = [v for v in visits if v.maps and v.result is None and not v.problem]
        if not loaded:
            return
        self.maps.ask_for_map()
        self.compute(loaded)
        was_compared = self.session.pair[1].nodes.get("table.comparison") is not None
        if was_compared and self.session.obstacle() is None:
            self.result.compare()
        if self.result.course.was_followed():
            self.result.course.follow()

    def _show_message(self, message: str) -> None:
        self.ui.messageLabel.text = message
        self.ui.messageFrame.visible = bool(message)

    def _show_busy(self, status: str, fraction: float | None, interruptible: bool) -> None:
        """Show the progress of long work, and disable what would disturb it.

        The status bar always shows it, because the panel may be scrolled. Work that other actions
        may interrupt is shown there alone: a frame that comes and goes would move the buttons away
        from under the mouse.
        """
        ui, busy = self.ui, fraction is not None
        for widget in (
            ui.panels, ui.visitsHolder, ui.visitFrame, ui.undoFrame, *self._step_buttons
        ):  # fmt: skip
            if widget.enabled != interruptible:
                widget.enabled = interruptible
        blocking = busy and not interruptible
        if busy:  # what was cancelled is being done again, or something else
            self.messages.remove(texts.CANCELLED)
        self._show_hint()
        ui.busyFrame.visible = blocking  # "visible" reads as False while the panel is not shown
        self._show_status(words.translated(status) if busy else "")
        if fraction is not None:
            ui.busyLabel.text = words.translated(status)
            ui.cancelButton.enabled = self.jobs.cancellable
            ui.busyBar.maximum = 0 if fraction == UNKNOWN else 1000
            ui.busyBar.value = int(1000 * max(0.0, fraction))

    def _show_status(self, text: str) -> None:
        """Show in the status bar what is being done; "" removes it."""
        window = slicer.util.mainWindow()
        if text != self._status and window is not None:
            self._status = text
            window.statusBar().showMessage(text)

    # -- opening and closing the module ---------------------------------------------------------

    def enter(self, parameters: Any) -> None:
        """Show the panel and the views, because the module was opened."""
        self._entered = True
        self.bind(parameters)
        self.shortcuts.enable()
        self.watch.follow()  # what was changed while another module was open
        self.panels[self.step].enter()
        self.refresh()
        self._catch_up.start()

    def exit(self) -> None:
        """Stop everything that runs, because another module was opened."""
        self._entered = False
        self.links.stop()
        self.playback.stop()
        self.shortcuts.disable()
        self.panels[self.step].leave()
        self.views.restore_layout()

    def scene_closing(self) -> None:
        """Release all nodes, because the scene is about to close."""
        self.jobs.abandon()
        self.playback.rewind()
        self.messages.clear()
        self.watch.stop()
        self.links.stop()
        self._catch_up.stop()
        for panel in self.panels.values():
            panel.leave()
            panel.close()
        self.bind(None)
        self.views.reset_orientations()

    def close(self) -> None:
        """Delete the panel, because the module closes."""
        self.exit()
        self.scene_closing()
        self.jobs.close()
        self._holder.widget.hide()
        self._holder.widget.deleteLater()

    def timer(self, milliseconds: int, action: Callable[[], Any]) -> Any:
        """Return a timer that runs an action once, some time after its last start."""
        timer = qt.QTimer(self.widget)
        timer.setSingleShot(True)
        timer.setInterval(milliseconds)
        timer.connect("timeout()", guarded(self.messages, action, popup=False))
        return timer
