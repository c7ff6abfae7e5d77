"""Step 2: the artery that the AIF is measured in, and the shift of the AIF."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import qt
import slicer
from SpineDCELib.errors import Cancelled, InputError
from SpineDCELib.mrml.result_display import show_candidates
from SpineDCELib.settings import FORM, value_at

from SpineDCEWidget.desktop import desktop_wording as texts
from SpineDCEWidget.desktop.chart_updates import mark_shift
from SpineDCEWidget.desktop.plot_clicks import PlotClicks
from SpineDCEWidget.desktop.step_widget import Panel, fill_combo, fill_table, selected_value
from SpineDCEWidget.shared import formatting as shown
from SpineDCEWidget.shared import wording as words
from SpineDCEWidget.shared.artery_marks import (
    ArteryMarks,
    place_of,
    toggle_vessel,
    toggle_voxel,
)
from SpineDCEWidget.shared.setting_scopes import is_of_a_visit

if TYPE_CHECKING:
    from SpineDCEWidget.desktop.module_panel import Workstation

#: Combo box → setting.
_CHOICES = {"sourceCombo": "aif.source", "peakCombo": "aif.peak"}
#: Column of the regions' delays that can be edited.
_IN_USE = 2
#: Steps of the slider per second of shift.
_PER_SECOND = 10
#: Number of outlines that are drawn in one turn of the main loop.
_OUTLINES = 2
#: Delay from the last change to the computation of the whole volume, ms.
_DELAY = 400


class ArteriesPanel(Panel):
    """Panel of step 2."""

    def __init__(self, desk: Workstation) -> None:
        super().__init__(desk, "SpineDCEArteries.ui")
        ui = self.ui
        self._items: list[Any] = []
        self._marks = ArteryMarks()
        # Outlines take time: the window answers between them.
        self._mark_next = desk.timer(0, self._mark_vessels)
        self._delay_items: list[Any] = []
        self._listed: tuple[Any, Any] = ([], [])
        # The reasons take several lines where the panel is narrow. Rows that follow their contents
        # by themselves would all be measured again with each cell that is filled.
        ui.candidatesTable.horizontalHeader().setStretchLastSection(True)
        self._fit_rows = desk.timer(0, ui.candidatesTable.resizeRowsToContents)
        self._plot: Any = None
        self._evidence = PlotClicks(self._click_evidence)
        self._timer = desk.timer(_DELAY, self.compute_moved)
        for combo, path in _CHOICES.items():
            self.describe_setting(combo, path)
            if not is_of_a_visit(path):
                label = words.setting_label(path)
                getattr(ui, f"{combo}Label").text = texts.OF_ALL_VISITS.format(label=label)
            self.on(
                getattr(ui, combo), "currentIndexChanged(int)",
                lambda _index, combo=combo, path=path: self.choose(
                    path, selected_value(getattr(ui, combo))
                ),
            )  # fmt: skip
        self.on(ui.fileButton, "clicked()", self.choose_file)
        self.on(ui.drawButton, "clicked()", self.draw)
        self.on(ui.candidatesTable, "cellClicked(int,int)", self.click_row)
        self.on(ui.sliceButton, "clicked()", self.toggle_slice)
        self.on(ui.vesselButton, "clicked()", lambda: self.take_at_crosshair(toggle_vessel))
        self.on(ui.voxelButton, "clicked()", lambda: self.take_at_crosshair(toggle_voxel))
        self.on(ui.resetButton, "clicked()", self.reset)
        self.on(ui.shiftSlider, "valueChanged(int)", self.slide, popup=False)
        self.on(ui.shiftSpin, "valueChanged(double)", self.shift, popup=False)
        ui.shiftBox.title = words.setting_label("fit.shift")
        ui.shiftSpin.suffix = f" {FORM['fit.shift'].unit}"
        for widget in (ui.shiftSlider, ui.shiftSpin):
            widget.toolTip = words.EXPLAINED["shift"]
        ui.proposalLabel.toolTip = words.EXPLAINED["evidence"]
        self.on(ui.useProposalButton, "clicked()", self.use_proposal)
        self.on(ui.delaysTable, "itemChanged(QTableWidgetItem*)", self.set_delay)
        # The arrow keys move the slider by 0.1 s; with Shift they move it by 1 s.
        for key, step in (("Left", -1), ("Down", -1), ("Right", 1), ("Up", 1)):
            shortcut = qt.QShortcut(qt.QKeySequence(f"Shift+{key}"), ui.shiftBox)
            shortcut.setContext(qt.Qt.WidgetWithChildrenShortcut)
            shortcut.connect("activated()", lambda step=step: self.nudge(step))

    # -- the artery -----------------------------------------------------------------------------

    def choose(self, path: str, value: Any) -> None:
        """Change a setting and compute what depends on it."""
        self.desk.jobs.interrupt()
        visits = self.desk.session.choose(self.visit, {path: value})
        self.desk.compute(visits)

    def choose_file(self) -> None:
        """Ask for a file with an AIF and use it."""
        path = qt.QFileDialog.getOpenFileName(
            slicer.util.mainWindow(), texts.CHOOSE_CURVE, "", "*.csv *.txt *.json *.tsv"
        )
        if path:
            self.read_file(path)

    def read_file(self, path: str) -> None:
        """Take the AIF of the selected visit from a file."""
        self.desk.compute(self.desk.session.read_aif_file(self.visit, path))

    def draw(self) -> None:
        """Start drawing the aorta, and measure the AIF of the selected visit in it."""
        self.desk.session.choose(self.visit, {"aif.source": "mask"})
        self.desk.go_to_step("regions")
        self.desk.regions.arm("aorta")

    # -- candidates -----------------------------------------------------------------------------

    def click_row(self, row: int, column: int) -> None:
        """Show a candidate; include or exclude it if the click is on its check mark."""
        place = place_of(self.visit, row)
        self.desk.views.jump(self.visit.name, place)
        self.desk.links.mark(self.visit, place)
        if column == 0:
            self.toggle(row)

    def toggle(self, row: int) -> None:
        """Include or exclude one candidate."""
        self.desk.jobs.interrupt()
        self.desk.session.toggle_candidate(self.visit, row)
        self._follow()

    def toggle_slice(self) -> None:
        """Include or exclude the slice in view."""
        ras = self.desk.views.shown_ras(self.visit.name)
        index = None if ras is None else self.visit.slice_of(ras)
        if index is not None:
            self.desk.jobs.interrupt()
            self.desk.session.toggle_slice(self.visit, index)
            self._follow()

    def take_at_crosshair(self, take: Callable[..., Any]) -> None:
        """Include or exclude what lies at the cross-hair.

        Args:
            take: for a session, a visit and a RAS point, mm.
        """
        node = slicer.mrmlScene.GetFirstNodeByClass("vtkMRMLCrosshairNode")
        self.desk.jobs.interrupt()
        take(self.desk.session, self.visit, node.GetCrosshairRAS())
        self._follow()

    def reset(self) -> None:
        """Undo all changes by hand to the artery that was found."""
        self.desk.jobs.interrupt()
        self.desk.session.reset_artery(self.visit)
        self._follow()

    def _follow(self) -> None:
        """Show a change by hand at once, and compute the maps when no other one follows.

        A change that leaves no artery is undone.
        """
        try:
            found = self.visit.needed().detection()
            if found.emptied:
                raise InputError(texts.NO_VOXEL_LEFT, code="aif_selection_empty")
        except InputError:
            self.desk.session.undo()
            raise
        finally:
            self.desk.refresh()
        self._timer.start()

    def pick_series(self, series_ids: Any, _points: Any) -> None:
        """Include or exclude the candidate whose curve was clicked."""
        if self.visit.analysis is None or not series_ids.GetNumberOfValues():
            return
        series = slicer.mrmlScene.GetNodeByID(series_ids.GetValue(0))
        names = [candidate.name for candidate in self.visit.analysis.detection().candidates]
        if series is not None and series.GetName() in names:
            self.toggle(names.index(series.GetName()))

    # -- shift ----------------------------------------------------------------------------------

    def slide(self, tenths: int) -> None:
        """Shift the AIF to a position of the slider."""
        self.shift(tenths / _PER_SECOND)

    def nudge(self, seconds: float) -> None:
        """Move the shift by some seconds."""
        self.ui.shiftSpin.value = self.ui.shiftSpin.value + seconds

    def shift(self, seconds: float) -> None:
        """Shift the AIF; update the slice in view at once, the rest when the slider stops."""
        visit = self.visit
        if visit.analysis is None:
            return
        self.desk.jobs.interrupt()
        ras = self.desk.views.shown_ras(visit.name)
        index = None if ras is None else visit.slice_of(ras)
        self.desk.session.move_shift(visit, seconds, slices=None if index is None else [index])
        mark_shift(visit, seconds)
        self.desk.show_undo()
        self.desk.show_step_marks()
        self._show_shift(seconds)
        self._timer.start()

    def _click_evidence(self, seconds: float) -> None:
        """Shift the AIF to a place that was clicked in the evidence."""
        with self.desk.messages.errors_shown(popup=False):
            spin = self.ui.shiftSpin
            spin.value = min(max(round(seconds, 1), spin.minimum), spin.maximum)

    def compute_moved(self) -> None:
        """Compute the whole volume and all numbers after the last of several changes."""
        if self.desk.jobs.busy:
            self._timer.start()
        elif not self.visit.is_current:
            # The first maps need nodes, and a computation that adds some cannot be interrupted.
            with suppress(Cancelled):  # another change restarts the timer
                self.desk.compute([self.visit], interruptible=self.visit.result is not None)

    def use_proposal(self) -> None:
        """Use the proposed shift."""
        self.desk.compute(self.desk.session.use_proposal(self.visit))

    def set_delay(self, item: Any) -> None:
        """Set the shift of one region as it was typed; an empty cell resets it."""
        if item.column() != _IN_USE:
            self.desk.refresh()  # the others are not to be edited
            return
        name, text = list(self.visit.delays())[item.row()], item.text().strip()
        try:
            seconds = float(text.replace(",", ".").removesuffix("s")) if text else None
        except ValueError:
            self.desk.refresh()
            raise InputError(texts.NO_SHIFT, code="not_a_number") from None
        self.desk.compute(self.desk.session.set_delay(self.visit, name, seconds))

    # -- showing --------------------------------------------------------------------------------

    def fill(self) -> None:
        for one in self.desk.visits:
            if one.take_attempt():
                show_candidates(one.nodes, one.needed())
        self._mark_vessels()
        ui, visit = self.ui, self.visit
        opened = visit.analysis is not None
        for box in (ui.sourceBox, ui.candidatesBox, ui.shiftBox):
            box.enabled = opened
            box.toolTip = "" if opened else words.OPEN_FIRST
        if not opened:
            self._fill_candidates([], [])
            ui.proposalLabel.text = ""
            return
        settings = visit.settings
        for combo, path in _CHOICES.items():
            choices = words.setting_choices(path)
            fill_combo(getattr(ui, combo), choices, value_at(settings, path))
        ui.peakCombo.enabled = visit.analysis.study.dynamic.phase is not None
        tip = words.setting_help("aif.peak")
        ui.peakCombo.toolTip = tip if ui.peakCombo.enabled else texts.NO_PHASE
        automatic = settings.aif.source == "auto"
        ui.candidatesBox.visible = automatic
        if automatic:
            self._fill_candidates(*shown.candidate_rows(visit))
        ui.resetButton.enabled = visit.selection is not None
        known = not isinstance(settings.fit.shift, str)
        for control in (ui.shiftSlider, ui.shiftSpin):  # they would show another visit's shift
            control.visible = known
        if known:
            self._show_shift(settings.fit.shift, visit.shift_limits)
        ui.proposalLabel.text = shown.proposal(visit)
        if ui.proposalLabel.text and visit.outdated in ("maps", "results"):
            ui.proposalLabel.text = texts.OUTDATED_TEXT.format(text=ui.proposalLabel.text)
        ui.useProposalButton.enabled = visit.evidence is not None and not visit.evidence.doubt
        headings, rows = shown.delay_rows(visit)
        self._delay_items = fill_table(ui.delaysTable, headings, rows)
        ui.delaysTable.visible = bool(rows)
        ui.shiftBox.enabled = bool(visit.maps) and not visit.problem  # else there is no AIF

    def _mark_vessels(self) -> None:
        """Outline a few vessels, and the next ones in a moment."""
        session, views = self.desk.session, self.desk.views
        with views.drawn_once():  # all views show a new node, until it is confined
            changed = self._marks.follow(session.visits, self.desk.visits, at_most=_OUTLINES)
            views.confine_regions()
        if changed:
            self._mark_next.start()

    def _fill_candidates(self, headings: Any, rows: Any) -> None:
        """List the candidates where they have changed."""
        if (headings, rows) != self._listed:
            self._listed = headings, rows
            self._items = fill_table(self.ui.candidatesTable, headings, rows)
            self._fit_rows.start()  # once the layout has given the columns their widths

    def _show_shift(self, seconds: float, limits: tuple[float, float] | None = None) -> None:
        filling, self._filling = self._filling, True
        if limits is not None:
            slider, spin = self.ui.shiftSlider, self.ui.shiftSpin
            slider.minimum, slider.maximum = (round(_PER_SECOND * end) for end in limits)
            spin.minimum, spin.maximum = limits
        self.ui.shiftSlider.value = round(seconds * _PER_SECOND)
        if abs(self.ui.shiftSpin.value - seconds) > 1e-9:
            self.ui.shiftSpin.value = seconds
        self._filling = filling

    def enter(self) -> None:
        qt.QTimer.singleShot(0, self._watch_plot)

    def _watch_plot(self) -> None:
        """Connect clicks on curves to :meth:`pick_series`."""
        self._forget_plot()
        view = self.desk.views.plot_view("left")
        if view is not None:
            self._plot = view
            view.connect("dataSelected(vtkStringArray*,vtkCollection*)", self._picked)
        self._evidence.watch(self.desk.views.plot_view("right"))

    def _picked(self, series_ids: Any, points: Any) -> None:
        if not self._filling and not self.desk.jobs.blocking:
            with self.desk.messages.errors_shown():
                self.pick_series(series_ids, points)

    def _forget_plot(self) -> None:
        if self._plot is not None:
            with suppress(ValueError):  # the view no longer exists
                self._plot.disconnect("dataSelected(vtkStringArray*,vtkCollection*)", self._picked)
            self._plot = None
        self._evidence.stop()

    def leave(self) -> None:
        self._mark_next.stop()
        self._marks.follow(self.desk.session.visits, [])
        self._timer.stop()
        self._forget_plot()
        self.desk.links.unmark()
