"""Step 4: display of the maps, playback of the frames, explanation of a voxel."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import slicer
from SpineDCELib.errors import Cancelled, InputError
from SpineDCELib.vocabulary.conversion_modes import unit_title
from SpineDCELib.vocabulary.quantities import FURTHER, QUANTITIES

from SpineDCEWidget.desktop import desktop_wording as texts
from SpineDCEWidget.desktop.chart_updates import forget_voxel, show_voxel
from SpineDCEWidget.desktop.step_widget import Panel, fill_combo, selected_value
from SpineDCEWidget.shared import formatting as shown
from SpineDCEWidget.shared import wording as words
from SpineDCEWidget.shared.frame_playback import RATES
from SpineDCEWidget.shared.frame_subtraction import USUAL
from SpineDCEWidget.shared.shown_series import OtherSeries
from SpineDCEWidget.shared.visual_checks import OFF, TITLES, obstacle
from SpineDCEWidget.shared.wording import remedy

if TYPE_CHECKING:
    from SpineDCEWidget.desktop.module_panel import Workstation

#: Delay from the last move of the crosshair to the explanation of its voxel, ms.
_DELAY = 40
#: Delay until the other series of the study are looked for, ms.
_LATER = 300
#: Role of the data of a combo box that says whether an item can be chosen (Qt.UserRole - 1), and
#: its value if so (Qt.ItemIsSelectable | Qt.ItemIsEnabled).
_FLAGS, _ENABLED = 255, 33
#: Role of the tooltip of an item (Qt.ToolTipRole).
_TIP = 3


class MapsPanel(Panel):
    """Panel of step 4."""

    def __init__(self, desk: Workstation) -> None:
        super().__init__(desk, "SpineDCEMaps.ui")
        ui = self.ui
        self._crosshair: tuple[Any, int] | None = None
        #: Visit and maps that the explanation belongs to.
        self._explained: tuple[Any, Any] = (None, None)
        self._timer = desk.timer(_DELAY, self.explain)
        self._others: OtherSeries | None = None
        #: Title of the series that is shown in the place of the T1 image; "" for that image.
        self.series_shown = ""
        self._series_timer = desk.timer(_LATER, self.find_series)
        self.on(ui.underCombo, "currentIndexChanged(int)",
                lambda _index: self.show_series(selected_value(ui.underCombo)))  # fmt: skip
        # These wait until the parameter node holds the new value.
        for combo in (ui.quantityCombo, ui.coloursCombo, ui.layoutCombo):
            self.on(combo, "currentIndexChanged(int)", lambda _i: self._views_timer.start())
        for slider in (ui.opacitySlider, ui.thresholdSlider):
            self.on(slider, "valueChanged(double)", lambda _v: self._views_timer.start())
        self._views_timer = desk.timer(0, self._show)
        self.on(ui.linkCheck, "toggled(bool)", lambda _on: self._views_timer.start())
        self.on(ui.topSpin, "valueChanged(double)", self.set_top)
        self.on(ui.playButton, "clicked()", desk.playback.toggle)
        self.on(ui.frameSlider, "valueChanged(int)", desk.playback.show)
        self.on(ui.rateCombo, "currentIndexChanged(int)", self.set_rate)
        self.on(ui.firstSpin, "valueChanged(int)", self.begin_at)
        self.on(ui.lastSpin, "valueChanged(int)", self.end_at)
        self.on(ui.subtractCheck, "toggled(bool)", lambda _on: self.subtract())
        for combo in (ui.minuendCombo, ui.subtrahendCombo):
            self.on(combo, "currentIndexChanged(int)", lambda _index: self.subtract())
        self.on(ui.checkCombo, "currentIndexChanged(int)",
                lambda _index: self.choose_check(selected_value(ui.checkCombo)))  # fmt: skip
        self.on(ui.explainCheck, "toggled(bool)", self.set_explaining)

    def ask_for_map(self) -> bool:
        """Let computations include the chosen map; return whether they did not until now."""
        session, chosen = self.desk.session, self.desk.parameters.quantity
        groups = {group for group, names in FURTHER.items() if chosen in names}
        new = groups - session.further
        session.further |= groups
        return bool(new)

    def _show(self) -> None:
        computed = [visit for visit in self.desk.visits if visit.maps]
        if self.ask_for_map() and computed:
            self.desk.compute(computed)
        self.desk.playback.show_maps()  # a map was chosen
        self.desk.show_views()
        self.refresh()

    def set_top(self, value: float) -> None:
        """Set the top of the scale; 0 is automatic."""
        parameters = self.desk.parameters
        parameters.tops = {**parameters.tops, parameters.quantity: value}
        self._show()

    # -- frames ---------------------------------------------------------------------------------

    def set_rate(self, _index: int) -> None:
        """Play at the chosen speed."""
        self.desk.playback.set_rate(int(selected_value(self.ui.rateCombo)))

    def begin_at(self, number: int) -> None:
        """Play from a frame on, counted from 1."""
        playback = self.desk.playback
        playback.range = playback.range.beginning(number - 1, playback.count)
        self.refresh()

    def end_at(self, number: int) -> None:
        """Play up to a frame, counted from 1."""
        playback = self.desk.playback
        playback.range = playback.range.ending(number - 1, playback.count)
        self.refresh()

    def subtract(self) -> None:
        """Show one frame minus another in the middle views, or what they showed before."""
        ui = self.ui
        # A frame that another study does not have is not selected in its lists.
        combos = (ui.minuendCombo, ui.subtrahendCombo)
        chosen = [selected_value(c) or term for c, term in zip(combos, USUAL, strict=True)]
        upper, lower = (one if one in texts.TERMS else int(one) for one in chosen)
        self.desk.checks.subtract((upper, lower), shown=ui.subtractCheck.checked)
        self._show_checks()

    def choose_check(self, check: str) -> None:
        """Show a check by eye in the views."""
        self.desk.checks.choose(check)
        self._show_checks()

    def _show_checks(self) -> None:
        self.desk.checks.prepare()
        self.desk.show_views()
        self.refresh()

    # -- other series ---------------------------------------------------------------------------

    @property
    def _series(self) -> OtherSeries:
        if self._others is None or self._others.session is not self.desk.session:
            self._others = OtherSeries(self.desk.session)
        return self._others

    def find_series(self) -> None:
        """Look for the other series of the visits, once for each study."""
        if self.desk.jobs.busy:
            self._series_timer.start()  # again when the job may have ended
            return
        for visit in self.desk.visits:
            job = self._series.search_job(visit)
            if job is None:
                continue
            with suppress(Cancelled, InputError):  # another action; or the study is gone
                job.finish(
                    self.desk.jobs.run(texts.LOOKING_FOR_SERIES, job.run, interruptible=True)
                )
        self.refresh()

    def show_series(self, title: str) -> None:
        """Show another series of the studies under the map; "" shows the T1 image again."""
        for visit in self._series.to_read(title):
            job = self._series.reading_job(visit, title)
            job.finish(self.desk.jobs.run(texts.READING_SERIES, job.run))
        self.series_shown = title
        self._show()

    # -- voxels ---------------------------------------------------------------------------------

    def set_explaining(self, on: bool) -> None:
        """Start or stop explaining the voxel at the crosshair."""
        self._unwatch()
        node = slicer.mrmlScene.GetFirstNodeByClass("vtkMRMLCrosshairNode")
        if on and node is not None:
            tag = node.AddObserver("ModifiedEvent", lambda *_: self._timer.start())
            self._crosshair = (node, tag)
            self._timer.start()  # after the views of this step are shown

    def _unwatch(self) -> None:
        if self._crosshair is not None:
            node, tag = self._crosshair
            node.RemoveObserver(tag)
        self._crosshair = None
        self.desk.links.unmark()
        self._timer.stop()

    def explain(self) -> None:
        """Show the curve, the fit and the status of the voxel at the crosshair.

        It is that of the visit whose view is under the mouse, else of the selected visit.
        """
        visit = self.desk.session.visit(self.desk.views.visit_at_cursor() or self.visit.name)
        if self._crosshair is None or visit.analysis is None:
            return
        if self.desk.jobs.busy:
            self._timer.start()
            return
        outdated = self.desk.session.outdated(visit)
        self._explained = (visit, None if outdated else visit.shown)
        if outdated is not None:
            self._explain_nothing(visit, str(outdated))
            return
        ras = self._crosshair[0].GetCrosshairRAS()
        self.desk.links.mark(visit, ras)
        try:
            voxel = visit.explain(ras)
        except InputError as error:
            self._explain_nothing(visit, remedy(error))
            return
        if voxel is None:
            self._explain_nothing(visit, texts.OUTSIDE)
            return
        self.ui.voxelLabel.text = f"{visit.shown_label}: {shown.voxel_text(voxel)}"
        show_voxel(visit, voxel)
        self.desk.views.plot(visit, step=self.desk.step)
        self.desk.views.fit_plots()

    def _explain_nothing(self, visit: Any, why: str) -> None:
        self.ui.voxelLabel.text = why
        forget_voxel(visit)
        self.desk.views.plot(visit, step=self.desk.step)

    def _is_explanation_outdated(self) -> bool:
        """Return whether the maps of the explained visit were computed again or are out of date."""
        visit, maps = self._explained
        return visit is not None and maps is not (visit.shown if visit.is_current else None)

    # -- showing --------------------------------------------------------------------------------

    def fill(self) -> None:
        ui, visit, parameters = self.ui, self.visit, self.desk.parameters
        computed = bool(visit.maps)
        ui.mapBox.enabled = computed
        ui.mapBox.toolTip = "" if computed else visit.problem or words.OPEN_FIRST
        quantity = parameters.quantity
        mode = visit.result.measures.mode if visit.result is not None else ""
        ui.unitLabel.text = unit_title(quantity, mode)
        ui.quantityLabel.text = shown.map_note(self.desk.session, quantity)
        ui.quantityLabel.visible = bool(ui.quantityLabel.text)
        ui.quantityCombo.toolTip = words.explained(
            quantity,
            visit.settings.fit.model if visit.analysis is not None else "",
            mode,
        )
        self._offer_maps()
        ui.topSpin.value = self.desk.display.manual_top(quantity)
        ui.topSpin.enabled = ui.coloursCombo.enabled = quantity != "status"
        if self._crosshair is not None and self._is_explanation_outdated():
            self._timer.start()
        self._fill_series()
        opened = visit.analysis is not None
        for box in (ui.frameBox, ui.voxelBox, ui.viewBox):
            box.enabled = opened
        ui.playButton.checked = self.desk.playback.playing
        ui.playButton.text = texts.PAUSE if self.desk.playback.playing else texts.PLAY
        if opened:
            ui.frameSlider.maximum = self.desk.playback.count - 1
            self._frame_number()
            self._fill_frames()
        else:
            ui.frameLabel.text = ui.voxelLabel.text = ui.checkLabel.text = ""

    def _fill_frames(self) -> None:
        """Offer speeds, frames and checks, and show which are chosen."""
        ui, playback, checks = self.ui, self.desk.playback, self.desk.checks
        rates = {str(rate): texts.RATE.format(rate=rate) for rate in RATES}
        fill_combo(ui.rateCombo, rates, str(playback.rate))
        first, last = playback.range.within(playback.count)
        for spin, value in ((ui.firstSpin, first), (ui.lastSpin, last)):
            spin.maximum = playback.count
            spin.value = value + 1
        times = self.visit.analysis.study.dynamic.times
        frames = {
            str(i): texts.FRAME.format(number=i + 1, count=times.size, time=f"{time:.1f} s")
            for i, time in enumerate(times)
        }
        for combo, term in zip((ui.minuendCombo, ui.subtrahendCombo), checks.terms, strict=True):
            fill_combo(combo, {**texts.TERMS, **frames}, str(term))
        ui.subtractCheck.checked = checks.subtracts
        fill_combo(ui.checkCombo, TITLES, checks.check)
        for i, check in enumerate(TITLES):
            why = "" if check == OFF else obstacle(self.desk.session, check)
            ui.checkCombo.setItemData(i, 0 if why else _ENABLED, _FLAGS)
            ui.checkCombo.setItemData(i, why, _TIP)
        self.show_texts()

    def show_texts(self) -> None:
        """Show what the views show beside images and maps."""
        text = "\n".join(self.desk.checks.texts())
        self.ui.checkLabel.text = text
        self.ui.checkLabel.visible = bool(text)

    def _offer_maps(self) -> None:
        """Offer the maps that are there, and those that are computed when they are chosen."""
        offered = {name for names in FURTHER.values() for name in names}
        offered.update(*(visit.maps for visit in self.desk.visits))
        combo = self.ui.quantityCombo
        for i, name in enumerate(QUANTITIES):
            combo.setItemData(i, _ENABLED if name in offered else 0, _FLAGS)

    def _fill_series(self) -> None:
        titles = self._series.titles()
        if self.series_shown not in titles:  # it was closed with its visit
            self.series_shown = ""
        opened = [visit for visit in self.desk.visits if visit.analysis is not None]
        without = bool(opened) and all(visit.anatomy is None for visit in opened)
        usual = texts.NO_T1_VIEW if without else texts.T1_VIEW
        choices = {"": usual, **{title: title for title in titles}}
        fill_combo(self.ui.underCombo, choices, self.series_shown)
        self.ui.underCombo.enabled = bool(titles)
        known = titles or any(visit.study_path is not None for visit in self.desk.visits)
        self.ui.underCombo.toolTip = texts.UNDER if known else texts.NO_SERIES_IN_SCENE

    def show_frame_number(self) -> None:
        """Show the number and the time of the frame in view."""
        filling, self._filling = self._filling, True
        self._frame_number()
        self._filling = filling

    def _frame_number(self) -> None:
        playback, times = self.desk.playback, self.visit.analysis.study.dynamic.times
        index = min(playback.index, times.size - 1)
        self.ui.frameSlider.value = index
        self.ui.frameLabel.text = texts.FRAME.format(
            number=index + 1, count=times.size, time=f"{times[index]:.1f} s"
        )

    def enter(self) -> None:
        self.set_explaining(self.ui.explainCheck.checked)
        self._series_timer.start()

    def leave(self) -> None:
        self.desk.playback.stop()
        self.desk.playback.show_maps()
        self.desk.checks.stop()
        self._unwatch()
        self._series_timer.stop()

    def close(self) -> None:
        self.series_shown = ""
