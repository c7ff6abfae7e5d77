"""Step 2: the arterial input function, curve by curve, and its shift."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import qt
import slicer
from SpineDCELib.errors import Cancelled

from SpineDCEWidget.desktop import desktop_wording as texts
from SpineDCEWidget.desktop.step_widget import Panel, chosen, fill_combo, fill_table
from SpineDCEWidget.shared import formatting as shown
from SpineDCEWidget.shared import wording as words

if TYPE_CHECKING:
    from SpineDCEWidget.desktop.module_panel import Workstation

#: Steps of the slider in 1 s.
_PER_SECOND = 10
#: ms after the last move until the whole volume follows.
_REST = 400


class ArteriesPanel(Panel):
    """Source, candidates, shift."""

    def __init__(self, desk: Workstation) -> None:
        super().__init__(desk, "SpineDCEArteries.ui")
        ui = self.ui
        self._items: list[Any] = []
        self._plot: Any = None
        self._rest = desk.later(_REST, self.settle)
        self.on(ui.sourceCombo, "currentIndexChanged(int)", self.set_source)
        self.on(ui.peakCombo, "currentIndexChanged(int)", self.set_peak)
        self.on(ui.fileButton, "clicked()", self.choose_file)
        self.on(ui.drawButton, "clicked()", self.draw)
        self.on(ui.candidatesTable, "cellClicked(int,int)", self.click_row)
        self.on(ui.sliceButton, "clicked()", self.toggle_slice_in_view)
        self.on(ui.resetButton, "clicked()", self.reset)
        self.on(ui.shiftSlider, "valueChanged(int)", self.slide, popup=False)
        self.on(ui.shiftSpin, "valueChanged(double)", self.shift, popup=False)
        for widget in (ui.shiftSlider, ui.shiftSpin):
            widget.toolTip = words.EXPLAINED["shift"]
        ui.proposalLabel.toolTip = words.EXPLAINED["evidence"]
        ui.sourceCombo.toolTip = words.EXPLAINED["AIF"]
        self.on(ui.proposeButton, "clicked()", self.propose)
        # The slider's own arrow keys go 0.1 s; with Shift they go 1 s.
        for key, step in (("Left", -1), ("Down", -1), ("Right", 1), ("Up", 1)):
            shortcut = qt.QShortcut(qt.QKeySequence(f"Shift+{key}"), ui.shiftBox)
            shortcut.setContext(qt.Qt.WidgetWithChildrenShortcut)
            shortcut.connect("activated()", lambda step=step: self.nudge(step))

    # -- the artery -----------------------------------------------------------------------------

    def set_source(self, _index: int) -> None:
        """Take the AIF of the visit in hand from elsewhere."""
        self._choose("aif.source", chosen(self.ui.sourceCombo))

    def set_peak(self, _index: int) -> None:
        """Take the first pass from the magnitude or the phase images, in all visits."""
        self._choose("aif.peak", chosen(self.ui.peakCombo))

    def _choose(self, path: str, value: Any) -> None:
        self.desk.jobs.give_way()
        visits = self.desk.session.choose(self.visit, {path: value})
        self.desk.compute(visits)

    def choose_file(self) -> None:
        """Ask for a curve and take it."""
        path = qt.QFileDialog.getOpenFileName(
            slicer.util.mainWindow(), texts.CHOOSE_CURVE, "", "*.csv *.txt *.json *.tsv"
        )
        if path:
            self.read_file(path)

    def read_file(self, path: str) -> None:
        """Take the AIF from a file, for the visit in hand."""
        self.desk.compute(self.desk.session.read_aif_file(self.visit, path))

    def draw(self) -> None:
        """Draw the aorta, and take the AIF of this visit from it."""
        self.desk.session.choose(self.visit, {"aif.source": "mask"})
        self.desk.go("regions")
        self.desk.regions.arm("aorta")

    # -- candidates -----------------------------------------------------------------------------

    def click_row(self, row: int, column: int) -> None:
        """Show a candidate; a click on its mark takes it in or out."""
        found = self.visit.analysis.detection()
        x, y, z = found.candidates[row].position
        self.desk.views.jump((-x, -y, z))
        if column == 0:
            self.toggle(row)

    def toggle(self, row: int) -> None:
        """Take one candidate in or out."""
        self._follow(self.desk.session.toggle_candidate(self.visit, row))

    def toggle_slice_in_view(self) -> None:
        """Take the slice that is shown in or out."""
        ras = self.desk.views.shown_ras(self.visit.name)
        index = None if ras is None else self.visit.slice_of(ras)
        if index is not None:
            self._follow(self.desk.session.toggle_slice(self.visit, index))

    def reset(self) -> None:
        """Reset the artery to the one that was found."""
        self._follow(self.desk.session.reset_artery(self.visit))

    def _follow(self, visits: list[Any]) -> None:
        """Compute what follows from a change by hand; undo one that leaves no artery."""
        try:
            self.desk.compute(visits)
        except BaseException:
            self.desk.session.undo()
            self.desk.refresh()
            raise

    def pick_series(self, series_ids: Any, _points: Any) -> None:
        """A curve in the plot was clicked."""
        if self.visit.analysis is None or not series_ids.GetNumberOfValues():
            return
        series = slicer.mrmlScene.GetNodeByID(series_ids.GetValue(0))
        names = [candidate.name for candidate in self.visit.analysis.detection().candidates]
        if series is not None and series.GetName() in names:
            self.toggle(names.index(series.GetName()))

    # -- shift ----------------------------------------------------------------------------------

    def slide(self, tenths: int) -> None:
        self.shift(tenths / _PER_SECOND)

    def nudge(self, seconds: float) -> None:
        self.ui.shiftSpin.value = self.ui.shiftSpin.value + seconds

    def shift(self, seconds: float) -> None:
        """Shift the AIF; the shown slice follows at once, the rest when the slider rests."""
        visit = self.visit
        if visit.analysis is None:
            return
        self.desk.jobs.give_way()
        ras = self.desk.views.shown_ras(visit.name)
        index = None if ras is None else visit.slice_of(ras)
        self.desk.session.move_shift(visit, seconds, slices=None if index is None else [index])
        self.desk.show_undo()
        self._show_shift(seconds)
        self._rest.start()

    def settle(self) -> None:
        """The whole volume and all numbers, after the slider has come to rest."""
        if self.desk.jobs.busy:
            self._rest.start()
        elif self.visit.result is not None and not self.visit.is_current:
            with suppress(Cancelled):  # the slider moved on: another rest will come
                self.desk.compute([self.visit], gives_way=True)

    def propose(self) -> None:
        """Take the proposed shift."""
        self.desk.compute(self.desk.session.choose(self.visit, {"fit.shift": "auto"}))

    # -- showing --------------------------------------------------------------------------------

    def fill(self) -> None:
        ui, visit = self.ui, self.visit
        opened = visit.analysis is not None
        for box in (ui.sourceBox, ui.candidatesBox, ui.shiftBox):
            box.enabled = opened
            box.toolTip = "" if opened else texts.OPEN_FIRST
        if not opened:
            return
        settings = visit.settings
        fill_combo(ui.sourceCombo, words.SOURCES, settings.aif.source)
        fill_combo(ui.peakCombo, texts.PEAKS, settings.aif.peak)
        ui.peakCombo.enabled = visit.analysis.study.dynamic.phase is not None
        ui.peakCombo.toolTip = "" if ui.peakCombo.enabled else texts.NO_PHASE
        ui.sourceLabel.text = visit.problem
        ui.sourceLabel.visible = bool(visit.problem)
        automatic = settings.aif.source == "auto"
        ui.candidatesBox.visible = automatic
        if automatic:
            headings, rows = shown.candidate_rows(visit)
            self._items = fill_table(ui.candidatesTable, headings, rows)
        ui.resetButton.enabled = visit.selection is not None
        if not isinstance(settings.fit.shift, str):
            self._show_shift(settings.fit.shift)
        ui.proposalLabel.text = shown.proposal(visit)
        ui.shiftBox.enabled = bool(visit.maps)

    def _show_shift(self, seconds: float) -> None:
        filling, self._filling = self._filling, True
        self.ui.shiftSlider.value = round(seconds * _PER_SECOND)
        if abs(self.ui.shiftSpin.value - seconds) > 1e-9:
            self.ui.shiftSpin.value = seconds
        self._filling = filling

    def enter(self) -> None:
        qt.QTimer.singleShot(0, self._watch_plot)

    def _watch_plot(self) -> None:
        """Listen to clicks on curves."""
        self._forget_plot()
        view = self.desk.views.plot_view("left")
        if view is not None:
            self._plot = view
            view.connect("dataSelected(vtkStringArray*,vtkCollection*)", self._picked)

    def _picked(self, series_ids: Any, points: Any) -> None:
        if not self._filling and not self.desk.jobs.busy:
            with self.desk.messages.shown():
                self.pick_series(series_ids, points)

    def _forget_plot(self) -> None:
        if self._plot is not None:
            with suppress(ValueError):  # the view is gone already
                self._plot.disconnect("dataSelected(vtkStringArray*,vtkCollection*)", self._picked)
            self._plot = None

    def leave(self) -> None:
        self._rest.stop()
        self._forget_plot()
