"""Workstation in the browser: one scene, one session, and the panels that show and change it."""

from __future__ import annotations

import asyncio
import logging
import tempfile
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Any

from slicer import vtkMRMLColorLegendDisplayNode, vtkSlicerSequencesLogic
from SpineDCELib.errors import SpineDCEError
from SpineDCELib.vocabulary.quantities import PROBABILITY
from trame.app import get_server
from trame_slicer.core import SlicerApp
from vtkmodules.vtkCommonCore import vtkLogger, vtkOutputWindow

from SpineDCEWidget.browser.arteries_panel import ArteriesPanel
from SpineDCEWidget.browser.autosave import Autosave
from SpineDCEWidget.browser.background_jobs import Activity, Jobs
from SpineDCEWidget.browser.chart_strip import Charts
from SpineDCEWidget.browser.check_controls import CheckControls
from SpineDCEWidget.browser.course_panel import CoursePanel
from SpineDCEWidget.browser.double_clicks import DoubleClicks
from SpineDCEWidget.browser.drawing import Drawing
from SpineDCEWidget.browser.frame_controls import FrameControls
from SpineDCEWidget.browser.maps_panel import MapsPanel
from SpineDCEWidget.browser.models_panel import ModelsPanel
from SpineDCEWidget.browser.page_layout import build_page
from SpineDCEWidget.browser.regions_panel import RegionsPanel
from SpineDCEWidget.browser.result_panel import ResultPanel
from SpineDCEWidget.browser.setting_fields import SettingFields
from SpineDCEWidget.browser.shape_tools import ShapeTools
from SpineDCEWidget.browser.slice_views import Views
from SpineDCEWidget.browser.study_panel import StudyPanel
from SpineDCEWidget.browser.tour import Tour
from SpineDCEWidget.browser.view_bar import ViewBar
from SpineDCEWidget.browser.visit_strip import VisitStrip
from SpineDCEWidget.browser.window_controls import WindowControls
from SpineDCEWidget.shared.session import SHOWN_VISITS, Session
from SpineDCEWidget.shared.steps import state_of, unused_aorta
from SpineDCEWidget.shared.wording import COMPUTING, UNEXPECTED, remedy, said_of_visits

log = logging.getLogger(__name__)
#: Delays from the last change to the computation of what depends on it, and to its saving, s.
_COMPUTE_DELAY, _SAVE_DELAY = 0.7, 1.5
#: Delay from a change of the views to the text about them, s: an image is drawn before.
_POSITION_DELAY = 0.08
#: Steps in the list of what can be undone.
_UNDO_LISTED = 12


class Workstation:
    """Page of the workstation. Panels show :attr:`session` in trame's state, and call it."""

    def __init__(self, study: Path | None = None) -> None:
        self.server = get_server(client_type="vue3")
        self.state, self.ctrl = self.server.state, self.server.controller
        self.app = SlicerApp()
        # VTK warns once per view about calls of trame-slicer, so only its errors are logged.
        vtkOutputWindow.GetInstance().SetDisplayModeToNever()
        vtkLogger.SetStderrVerbosity(vtkLogger.VERBOSITY_ERROR)
        self.app.scene.RegisterNodeClass(vtkMRMLColorLegendDisplayNode())
        self.app.register_module_logic(vtkSlicerSequencesLogic())
        self.session = Session(self.app.scene)
        self.files = Path(tempfile.mkdtemp(prefix="spinedce-"))
        self.state.update(
            {
                "trame__title": "SpineDCE", "trame__favicon": None, "dark": True, "step": 1,
                "visit": SHOWN_VISITS[0], "visits": [], "two": False, "steps": [], "error": "",
                "outdated": {}, "map_outdated": {},
                "titles": {}, "undo_text": "", "redo_text": "", "undo_list": [], "note": "",
                "can_undo": False, "can_redo": False,
                "maximised": "",
                "trame__vue_use": ["spinedce_widgets"],
            }
        )  # fmt: skip
        self.activity = Activity(self.state)
        self.jobs = Jobs(self.state, self.activity, self.show_error, self.forget_error)
        self.views = Views(
            self.app,
            self.server,
            self.session,
            clicked=self._clicked,
            released=lambda: self.regions.follow_rulers(),
            pointed=self._pointed,
            pressed=lambda row: self.regions.pressed(self.session.in_row(row)),
            dragged=lambda row, ras: self.regions.begin_ruler(self.session.in_row(row), ras),
            hovered=lambda: self.bar.show_cursor(),
            moved=self.show_position_soon,
            resized=lambda: self.after_pause("resize", 0.15, self._follow_size),
        )
        self.drawing = Drawing(
            self.app,
            self.session,
            confine=self.views.confine,
            changed=self._drawn,
        )
        self.shapes = ShapeTools(self)
        self.autosave = Autosave(self.session)
        self.charts = Charts(self)
        self.windows = WindowControls(self)
        self.frames, self.checks = FrameControls(self), CheckControls(self)
        self.bar = ViewBar(self)
        self.strip = VisitStrip(self)
        self.course = CoursePanel(self)
        self.models = ModelsPanel(self)
        self.settings = SettingFields(self)
        self.tour = Tour(self)
        self.study = StudyPanel(self, study)
        self.arteries = ArteriesPanel(self)
        self.regions = RegionsPanel(self)
        self.maps = MapsPanel(self)
        self.result = ResultPanel(self)
        self.panels = (self.study, self.arteries, self.regions, self.maps, self.result)
        self._timers: dict[str, asyncio.Task[None]] = {}
        self._outdated: set[str] = set()
        self._double_clicks = DoubleClicks()
        self._problem = ""  #: message of the last computation that failed
        self._tasks: set[asyncio.Task[None]] = set()
        self._bind()
        build_page(self)
        self.refresh()

    # -- state ----------------------------------------------------------------------------------

    @property
    def visit(self) -> Any:
        """The visit in the selected row; None if it has no study."""
        chosen = self.session.in_row(self.state.visit)
        return chosen if chosen.analysis is not None else None

    def show_error(self, message: str) -> None:
        """Show an error on the page until the user closes it."""
        with self.state as state:
            state.error = message

    def show_note(self, message: str) -> None:
        """Show for a few seconds that something was done."""
        with self.state as state:
            state.note = message

    def attempt(self, action: Callable[[], Any]) -> bool:
        """Run an action, show its error, and return whether it succeeded.

        After a success, an earlier error is no longer shown.
        """
        try:
            action()
        except SpineDCEError as error:
            self.show_error(remedy(error))
            return False
        self.forget_error()
        return True

    def forget_error(self) -> None:
        """Close the message of an earlier action; that of a failed computation stays."""
        if self.state.error and self.state.error != self._problem:
            with self.state as state:
                state.error = ""

    def uploaded(self, folder: Path) -> None:
        """Open a complete upload; the name of its folder begins with the kind of the files."""
        kinds: dict[str, Any] = {
            "regions": self.regions, "aif": self.arteries, "T1map": self.maps, "dose": self.course,
        }  # fmt: skip
        kinds.get(folder.name.partition("-")[0], self.study).uploaded(folder)

    def refresh(self) -> None:
        """Show the state of the session in every panel."""
        with self.state as state:
            if state.error and state.error == self._problem != self._problems():
                state.error = self._problem = self._problems()  # that of a visit is gone
            state.visits = self.open_rows()
            state.titles = {row: self.session.in_row(row).title for row in state.visits}
            self.show_undo()
            state.two = len(state.visits) == 2
            self.show_steps()
            self.show_outdated()
            self.bar.refresh()
            self.strip.refresh()
            self.charts.refresh()
            self.course.refresh()
            self.models.refresh()
            self.settings.refresh()
            for panel in self.panels:
                panel.refresh()

    def show_steps(self) -> None:
        """Show the state of every step."""
        self.state.steps = [
            {"number": s.step.number, "title": s.step.title, "hint": s.hint,
             "mark": s.mark, "reason": s.reason}
            for s in state_of(self.session)
        ]  # fmt: skip

    def show_currency(self) -> None:
        """Show whether maps and results are up to date, wherever the page says so."""
        self.show_steps()
        self.show_outdated()
        self.strip.refresh()
        self.course.refresh()
        self.result.refresh()

    def show_outdated(self) -> None:
        """Show which rows hold results that are out of date, and what of them is."""
        parts = {row: self.session.in_row(row).outdated for row in self.open_rows()}
        self.state.outdated = {row: part for row, part in parts.items() if part}
        self.state.map_outdated = {row: self._is_map_outdated(row) for row in self.open_rows()}

    def _is_map_outdated(self, row: str) -> bool:
        """Return whether the map in view is not that of the settings, regions and comparison."""
        visit, name = self.session.in_row(row), self.state.map_name
        if name not in visit.maps:
            return False
        if name == PROBABILITY:
            return not self.session.is_comparison_current
        follows = visit.follows_shift(name) and not visit.problem
        return row in self.state.outdated and not follows

    def open_rows(self) -> list[str]:
        """Return the rows of the views that have a visit with a study."""
        return [row for row in SHOWN_VISITS if self.session.in_row(row).analysis is not None]

    def _bind(self) -> None:
        trigger = self.ctrl.trigger
        for name, action in {
            "go_to_step": self.go_to_step, "play": self.frames.toggle,
            "step_slice": self.bar.step_slice, "undo": self.undo,
            "redo": self.redo, "close_top": self.close_top,
            "accept": self.shapes.accept, "remove_point": self.shapes.remove_point,
            "maximise": self.maximise_pointed, "check_switch": self.checks.switch,
            "brush_smaller": lambda: self.regions.change_brush(1 / 1.25),
            "brush_bigger": lambda: self.regions.change_brush(1.25),
            "shift_by": self.arteries.shift_by, "pointed": self._pointed,
            "mouse_corners": self.views.corners,
            "upload_failed": self.show_error, "upload_progress": self.study.upload_progress,
            "node_count": lambda: self.app.scene.GetNumberOfNodes(),
        }.items():  # fmt: skip
            trigger(name)(action)

    # -- steps, visits and mouse ----------------------------------------------------------------

    def go_to_step(self, number: int) -> None:
        """Open a step; put the tool down when the regions step is left."""
        if self.state.step == 3 and number != 3:
            self.escape()
        self.forget_error()
        self.state.artery_tool = ""
        self.state.step = int(number)
        self.bar.arrange_for_step(self.state.step)
        self.refresh()

    def escape(self) -> None:
        """Put the tool down, and close the explanation of a voxel."""
        self._put_down()
        self.charts.forget_voxel()
        self.views.unmark()
        self.arteries.forget_candidate()

    def _put_down(self) -> None:
        if self.drawing.visit is not None:
            self.regions.stop_ruler()
            self.drawing.put_down()
            self.regions.refresh()

    def close_top(self) -> None:
        """Close what is on top: report, models, tour, outline, tool, voxel, error, single view."""
        state = self.state
        if state.report_url:
            state.report_url = ""
        elif state.models_open:
            self.models.close()
        elif state.tour:
            self.tour.close()
        elif self.shapes.cancel():
            pass
        elif self.drawing.tool != "look" or self.drawing.role or self.regions.placing:
            self._put_down()
        elif state.artery_tool:
            state.artery_tool = ""
        elif state.voxel_card or self.views.crosshairs:
            self.escape()
        elif state.error:
            state.error = ""
        elif state.maximised:
            self.maximise("")

    def maximise(self, name: str) -> None:
        """Show one view alone; all of them for its own name or ""."""
        maximised = "" if name == self.state.maximised else name
        self.state.maximised = maximised
        self.views.set_rows(self.views.rows, maximised)

    def maximise_pointed(self) -> None:
        """Maximise the view under the mouse, or show all views again."""
        cursor = self.views.cursor
        self.maximise(self.state.maximised or (cursor[0].name if cursor else ""))

    def double_clicked(self, name: str) -> None:
        """Maximise a view, or show all views again; with a tool the clicks draw."""
        if self.drawing.tool == "look" and not self.regions.placing and self.session.visits:
            # Its clicks are no wish for an explanation; the views may report them later.
            self._double_clicks.double_clicked(name[:-1])
            self.charts.forget_voxel()
            self.views.unmark()
            self.maximise(name)

    def select(self, row: str) -> None:
        """Select the visit in a row; it reaches the page together with what belongs to it."""
        if row != self.state.visit:
            self.arteries.forget_candidate()
        self.state.visit = row
        if self.visit is not None:
            self.drawing.activate(self.visit)
        alone = self.state.maximised
        if alone and not alone.startswith(row):
            self.maximise(row + alone[-1])  # the same column of this visit
        self.refresh()

    def _pointed(self, row: str) -> None:
        """Select the row that the mouse points at while a tool or ruler is in use."""
        self.views.enter()
        visit = self.session.in_row(row)
        if visit.analysis is None or self.drawing.visit is visit:
            return
        if self.regions.placing:
            self.drawing.move_ruler_to(visit)
        if self.shapes.polygon is not None:
            return  # it says itself where it is
        if (self.drawing.tool != "look" or self.drawing.visit is visit) and (
            self.state.visit != row
        ):
            self.select(row)

    def _clicked(self, row: str, ras: tuple[float, float, float]) -> None:
        visit = self.session.in_row(row)
        if self._double_clicks.claims(row):
            return
        if visit is self.drawing.visit and self.drawing.tool == "body":
            with self.state:
                self.regions.propose_body(ras)
        if visit is self.drawing.visit and self.drawing.tool == "grow":
            with self.state:
                self.regions.grow(ras)
        if self.state.artery_tool:
            with self.state:
                self.arteries.take_at(visit, ras)
            return
        if self.drawing.tool == "look" and not self.regions.placing and visit.analysis is not None:
            with self.state:
                self.views.mark(visit, ras)
                self.views.meet_at(row, ras)
                self.attempt(lambda: self.charts.explain(visit, ras))

    def mouse_left(self) -> None:
        """Forget the mouse, and its brush, because it has left the views."""
        self.drawing.hide_brush()
        self.views.leave()

    def show_position_soon(self) -> None:
        """Show place and values soon: the images, which are waited for, are drawn first."""

        async def show() -> None:
            with self.state:
                self.bar.show_position()

        if "position" not in self._timers:
            self.after_pause("position", _POSITION_DELAY, show)

    def as_task(self, action: Callable[..., Awaitable[Any]]) -> Callable[..., None]:
        """Return a callback that starts an action as a task and returns at once.

        The server answers the page only after a callback has returned.
        """

        def start(*arguments: Any) -> None:
            self._start(self._guarded(action, *arguments))

        return start

    def as_action(self, action: Callable[..., Awaitable[Any]]) -> Callable[..., None]:
        """Return a callback like :meth:`as_task`, for actions of which one runs at a time.

        The page is busy from the answer to the click on; a second start does nothing.
        """

        def start(*arguments: Any) -> None:
            if not self.activity["busy"]:
                self.activity.follow("busy", self._start(self._guarded(action, *arguments)))
            self.activity.answer()

        return start

    async def _guarded(self, action: Callable[..., Awaitable[Any]], *arguments: Any) -> None:
        """Run an action; show and log what no action should raise."""
        try:
            await action(*arguments)
        except Exception as error:
            log.exception("%s failed", getattr(action, "__name__", "an action"))
            self.show_error(UNEXPECTED.format(error=error))

    def _start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def choose(self, values: dict[str, Any]) -> list[Any]:
        """Change settings by their paths, and compute soon what depends on them.

        Returns:
            The visits whose settings have changed.
        """
        visits: list[Any] = []
        if self.visit is not None and self.attempt(
            lambda: visits.extend(self.session.choose(self.visit, values))
        ):
            self.changed(*visits)
            self.refresh()
        return visits

    # -- undo -----------------------------------------------------------------------------------

    def undo(self, steps: int = 1) -> None:
        """Undo the last change, or several."""
        self._restored(self.session.undo(int(steps)))

    def redo(self) -> None:
        """Redo the change that was undone last."""
        self._restored(self.session.redo())

    def _restored(self, visits: list[Any]) -> None:
        if not visits:
            self.show_undo()
            return
        self.forget_error()
        self.regions.follow_undo()
        with self.state:
            self.refresh()
        self.changed(*visits)

    def show_undo(self) -> None:
        """Show what the undo and redo buttons would do."""
        history, state = self.session.history, self.state
        state.undo_text, state.redo_text = history.undo_text, history.redo_text
        state.undo_list = history.undo_texts[:_UNDO_LISTED]
        state.can_undo, state.can_redo = bool(history.undo_text), bool(history.redo_text)

    # -- recomputation --------------------------------------------------------------------------

    def after_pause(
        self, name: str, seconds: float, action: Callable[[], Awaitable[None]]
    ) -> asyncio.Task[None]:
        """Run an action some time after the last call with its name."""
        if (earlier := self._timers.get(name)) is not None:
            earlier.cancel()

        async def wait() -> None:
            await asyncio.sleep(seconds)
            # A running action must not be cancelled by the next call.
            self._timers.pop(name, None)
            try:
                await action()
            except Exception:
                log.exception("%s failed", name)

        task = self._timers[name] = asyncio.get_running_loop().create_task(wait())
        return task

    def _drawn(self, visit: Any, *, text: str = "") -> None:
        """Show the numbers of the regions that were drawn, and compute the maps soon."""
        if not self.session.regions_changed(visit, text=text):
            return
        self.forget_error()
        # First, so that no new number stands beside a tick.
        self.changed(visit)
        self.take_drawn_aorta(visit)
        with self.state:
            self.charts.show_main()
            self.regions.show_drawn()

    def take_drawn_aorta(self, visit: Any) -> None:
        """Use a drawn aorta where none was found, and say whether it is used."""
        if self.session.take_drawn_aorta(visit):
            self.show_note(f"The AIF of the {visit.word} visit is measured in the drawn aorta.")
            self.refresh()
        elif self.drawing.role == "aorta" and visit.is_ready() and (said := unused_aorta(visit)):
            self.show_note(said)

    def changed(self, *visits: Any) -> None:
        """Save soon what was changed, and compute soon what depends on it.

        Steps and results say at once that it is out of date.
        """
        with self.state:
            self.show_undo()
            self.show_currency()
        self._outdated.update(visit.name for visit in visits)
        self.save_soon()
        computing = self.after_pause("compute", _COMPUTE_DELAY, self._compute_outdated)
        self.activity.follow("updating", computing)

    def save_soon(self) -> None:
        """Save the work when nothing has changed for a while."""

        async def save() -> None:
            self.autosave.save()
            with self.state as state:
                state.save_problem = self.autosave.problem

        self.after_pause("save", _SAVE_DELAY, save)

    async def _compute_outdated(self) -> None:
        while self._outdated:
            visit = self.session.visit(self._outdated.pop())
            if visit.analysis is not None and not visit.is_current:
                await self.analyse(visit, quiet=True)
            else:
                self.refresh()  # a change was taken back; the steps say so

    async def analyse(self, visit: Any, *, quiet: bool = False) -> bool:
        """Compute and show a visit's maps and measurements; return whether the work was completed.

        Args:
            quiet: do not lock the page.
        """
        before, job = set(visit.maps), self.session.computation(visit)
        done, computed = await self.jobs.run(
            COMPUTING.format(visit=visit.word), job.run, quiet=quiet
        )
        if done and job.finish(computed):
            for name in visit.maps.keys() - before:  # the scale of others is the user's
                self.session.scale_new_map(name, **self.maps.style())
            self.views.fill()
            self.save_soon()
        elif done:
            self.changed(visit)  # a setting or region changed during the computation
        if visit.problem:
            self._problem = self._problems()
            self.show_error(self._problem)
        self.refresh()
        return done

    def _problems(self) -> str:
        """Return which visits could not be computed and why; "" if all could."""
        refused = [visit for visit in self.session.visits if visit.problem]
        return said_of_visits([(visit.label, visit.problem) for visit in refused])

    # -- studies --------------------------------------------------------------------------------

    def study_opened(self, visit: Any) -> None:
        """Show the images of a visit before anything is computed."""
        with self.state as state:
            # In the middle of the series, contrast agent is in the tissue.
            state.frame = visit.analysis.study.dynamic.n_frames // 2
            self._put_in_view(visit)
            self.regions.show_opacity()
        self._fit_new(visit)

    def show_visit(self, visit: Any, row: str) -> None:
        """Show a visit of a course in a row of the views, and select it."""
        with self.state:
            self.session.show(visit, row)
            self._put_in_view(visit)
        for other in self.session.visits:
            other.release_memory()
        self._fit_new(visit)

    def _fit_new(self, visit: Any) -> None:
        """Fit a visit that was not in view until now; the other row stays as the user left it."""
        row = self.session.row_of(visit.name)
        self.views.fit(new=row or "all")
        self.views.follow_other(row)
        self.after_pause("fit", 0.4, self._follow_size)

    def follow_registration(self) -> None:
        """Let linked views follow the registration of the vertebrae, which is new; say so."""
        if self.visit is not None and self.views.align(self.visit.name):
            self.show_note(
                "The views of the other visit have moved: linked views now show the same vertebra, "
                "which was found by registration."
            )

    def _put_in_view(self, visit: Any) -> None:
        """Show the rows as the session says, and select the row of a visit that is shown."""
        with self.state as state:
            if row := self.session.row_of(visit.name):
                state.visit = row
            state.maximised = ""
            self.views.set_rows(self.open_rows())
            self.drawing.forget()
            self.drawing.activate(self.visit)
            self.charts.forget_voxel()
            self.views.unmark()
            self.frames.prepare()
            self.views.fill()
            self.bar.show_frame()
            self.refresh()

    async def _follow_size(self) -> None:
        """Follow a new size of the views, with the same zoom, pan and slices."""
        with self.state:
            self.views.fit(keep=True)
