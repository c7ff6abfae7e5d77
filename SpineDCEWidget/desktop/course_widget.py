"""Course of treatment in step 5: calls, trend, treatments and dose of three or more visits.

The rules are those of the engine (``SpineDCELib.course``); this shows them.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import qt
import slicer
from SpineDCELib.course.treatment_events import EVENT_TITLES
from SpineDCELib.mrml.chart_nodes import keep_chart
from SpineDCELib.settings.constants import STOPS
from SpineDCELib.vocabulary.quantities import percent

from SpineDCEWidget.desktop import desktop_wording as texts
from SpineDCEWidget.desktop.plot_clicks import PlotClicks
from SpineDCEWidget.desktop.step_widget import (
    Panel,
    fill_combo,
    fill_table,
    fit_table,
    selected_value,
)
from SpineDCEWidget.shared import formatting as shown
from SpineDCEWidget.shared import wording as words
from SpineDCEWidget.shared.course_session import CUTOFFS
from SpineDCEWidget.shared.trend_points import (
    SIDE_PANELS,
    positions,
    side_chart,
    trend_caption,
    trend_chart,
)

if TYPE_CHECKING:
    from SpineDCEWidget.desktop.module_panel import Workstation

#: Largest distance of a click from a visit, as a share of the time between first and last.
_NEAR = 0.04
#: Charts of the trend among those of the first visit.
_CHARTS = ("trend", "trend.side")


class CoursePanel(Panel):
    """Part of step 5 that is shown with three or more visits."""

    def __init__(self, desk: Workstation) -> None:
        super().__init__(desk, "SpineDCECourse.ui")
        ui = self.ui
        self._items: list[Any] = []
        self._event_items: list[Any] = []
        self._lesion, self._side = 0, next(iter(SIDE_PANELS))
        #: What the charts show.
        self._charted: tuple[Any, ...] = ()
        self._clicks = [PlotClicks(self._click_trend) for _place in _CHARTS]
        self.on(ui.followButton, "clicked()", self.follow)
        self.on(ui.lesionCombo, "currentIndexChanged(int)", lambda index: self.choose(lesion=index))
        self.on(
            ui.panelCombo, "currentIndexChanged(int)",
            lambda _index: self.choose(side=selected_value(ui.panelCombo)),
        )  # fmt: skip
        self.on(ui.courseTable, "cellClicked(int,int)", lambda row, _column: self.show_row(row))
        self.on(
            ui.cutoffCombo, "currentIndexChanged(int)",
            lambda _index: self.choose_cutoff(selected_value(ui.cutoffCombo)),
        )  # fmt: skip
        self.on(ui.addEventButton, "clicked()", self.add_event)
        self.on(ui.removeEventButton, "clicked()", self.remove_event)
        self.on(ui.dateEdit, "textChanged(QString)", lambda _text: self.refresh())
        self.on(ui.eventsTable, "itemSelectionChanged()", self.refresh)
        self.on(ui.addDoseButton, "clicked()", self.choose_dose)
        self.on(ui.removeDosesButton, "clicked()", self.remove_doses)
        ui.followButton.toolTip = texts.FOLLOW
        ui.addEventButton.toolTip = texts.ADD_EVENT
        ui.removeEventButton.toolTip = texts.REMOVE_EVENT

    @property
    def _course(self) -> Any:
        return self.desk.session.course

    # -- actions --------------------------------------------------------------------------------

    def follow(self) -> None:
        """Follow every lesion over all visits; recompute maps that are out of date first."""
        if not self.desk.result.prepare():
            return
        job = self._course.job()
        job.finish(self.desk.jobs.run(words.COMPARING, job.run))
        self.desk.links.align()  # now through the registration
        self.desk.refresh()

    def choose(self, *, lesion: int | None = None, side: str | None = None) -> None:
        """Choose the lesion whose trend is shown, or what is shown beside it."""
        if lesion is not None:
            self._lesion = lesion
        if side is not None:
            self._side = side
        self.desk.refresh()

    def choose_cutoff(self, name: str) -> None:
        """Choose the published cutoff of the calls."""
        self._course.choose_cutoff(name)
        self.desk.refresh()

    def add_event(self) -> None:
        """Add the treatment that the fields describe."""
        ui = self.ui
        details = ui.detailsEdit.text.strip()
        text = f"{ui.dateEdit.text.strip()}={selected_value(ui.kindCombo)}"
        self._course.add_event(f"{text}: {details}" if details else text)
        self._empty_fields()
        self.desk.refresh()

    def remove_event(self) -> None:
        """Remove the treatment that is selected."""
        row = self.ui.eventsTable.currentRow()
        if 0 <= row < len(self._course.events):
            self._course.remove_event(row)
            self.desk.refresh()

    def choose_dose(self) -> None:
        """Ask for a file with the dose of a plan and take it."""
        path = qt.QFileDialog.getOpenFileName(
            slicer.util.mainWindow(), texts.CHOOSE_DOSE, "", "*.dcm *"
        )
        if path:
            self._course.add_dose(path)
            self.desk.refresh()

    def remove_doses(self) -> None:
        """Follow the course without a dose."""
        self._course.remove_doses()
        self.desk.refresh()

    def show_row(self, row: int) -> None:
        """Show the visit of a row of the table, and what is known of it."""
        self.desk.show_visit(self._course.visits[self._places()[row]].name)

    def _click_trend(self, at: float) -> None:
        """Show the visit whose point in the trend was clicked."""
        trend = self._trend()
        if trend is None or self._filling:
            return
        places = positions(self._course.result, trend)
        near = min(range(len(places)), key=lambda n: abs(places[n] - at))
        if abs(places[near] - at) <= _NEAR * (max(places) - min(places)):
            with self.desk.messages.errors_shown(popup=False):
                self.desk.show_visit(self._course.visits[trend.points[near].visit].name)

    # -- showing --------------------------------------------------------------------------------

    def _trend(self) -> Any:
        """Return the trend that is shown; None while the course is not followed."""
        course = self._course
        if not self.desk.session.several or course.result is None or not course.is_current:
            return None
        trends = course.result.trends
        return trends[min(max(self._lesion, 0), len(trends) - 1)]

    def _places(self) -> list[int]:
        """Return the place in the course of each row of the table."""
        trend = self._trend()
        return [] if trend is None else [point.visit for point in trend.points]

    def charts(self) -> list[Any]:
        """Return the charts of the trend, for the left and the right view; none without one."""
        trend, course = self._trend(), self._course
        if trend is None:
            return []
        nodes = course.visits[0].nodes
        wanted = (nodes, course.result, self._lesion, self._side)
        if wanted != self._charted:
            keep_chart(nodes, _CHARTS[0], trend_chart(course.result, trend))
            keep_chart(nodes, _CHARTS[1], side_chart(course.result, trend, self._side))
            self._charted = wanted
        return [nodes.get(f"chart.{name}") for name in _CHARTS]

    def was_followed(self) -> bool:
        """Return whether a loaded scene holds the trend of a course that can be followed again."""
        session = self.desk.session
        if not session.several or session.course.result is not None:
            return False
        kept = session.in_order[0].nodes.get(f"chart.{_CHARTS[0]}")
        return kept is not None and session.course.obstacle() is None

    def fill(self) -> None:
        ui, session, course = self.ui, self.desk.session, self._course
        self.widget.visible = session.several
        if not session.several:
            return
        trend, obstacle = self._trend(), course.obstacle()
        # follow() recomputes maps that are out of date, and asks about what stops.
        ui.followButton.enabled = obstacle is None or obstacle.code in (
            "out_of_date", "not_computed", *STOPS
        )  # fmt: skip
        ui.followButton.visible = trend is None
        ui.obstacleLabel.text = "" if obstacle is None else words.remedy(obstacle)
        ui.obstacleLabel.visible = obstacle is not None
        for widget in (
            ui.callsLabel, ui.warningsLabel, ui.lesionCombo, ui.lesionComboLabel, ui.panelCombo,
            ui.panelComboLabel, ui.courseTable, ui.factsLabel, ui.captionLabel,
        ):  # fmt: skip
            widget.visible = trend is not None
        if trend is not None:
            self._fill_trend(trend)
        cutoffs = {
            name: f"{percent(one.cutoff or 0.0)}, {one.source}" for name, one in CUTOFFS.items()
        }
        fill_combo(ui.cutoffCombo, cutoffs, course.cutoff)
        kinds = {str(kind): words.translated(title) for kind, title in EVENT_TITLES.items()}
        fill_combo(ui.kindCombo, kinds, selected_value(ui.kindCombo) if ui.kindCombo.count else
                   next(iter(kinds)))  # fmt: skip
        self._fill_events()

    def _fill_trend(self, trend: Any) -> None:
        ui, session, course = self.ui, self.desk.session, self._course
        found = course.result
        ui.callsLabel.text = "\n".join(shown.course_calls(session))
        ui.warningsLabel.text = "\n".join(map(words.translated, found.warnings))
        ui.warningsLabel.visible = bool(found.warnings)
        fill_combo(
            ui.lesionCombo, {str(n): one.name for n, one in enumerate(found.trends)},
            str(found.trends.index(trend)),
        )  # fmt: skip
        fill_combo(ui.panelCombo, SIDE_PANELS, self._side)
        ui.captionLabel.text = trend_caption(found, trend)
        headings, rows = shown.course_rows(session, trend)
        # Long headings take several lines, so that all columns fit beside one another.
        headings = [heading.replace(" (", "\n(").replace(", ", ",\n") for heading in headings]
        self._items = fill_table(ui.courseTable, headings, rows)
        fit_table(ui.courseTable)
        places, visit = self._places(), self.desk.visit
        place = course.visits.index(visit) if visit in course.visits else -1
        if place in places:
            ui.courseTable.selectRow(places.index(place))
        facts = shown.course_facts(found, trend).get(place, [])
        lines = [f"{name}: {text}" for name, text in facts]
        ui.factsLabel.text = "\n".join([f"{visit.shown_title}:", *lines]) if lines else ""

    def _fill_events(self) -> None:
        ui, course = self.ui, self._course
        rows = [[words.translated(event.title)] for event in course.events]
        row = ui.eventsTable.currentRow()
        self._event_items = fill_table(ui.eventsTable, [texts.TREATMENTS], rows)
        if 0 <= row < len(rows):
            ui.eventsTable.selectRow(row)
        for button, tip, lacking in (
            (
                ui.addEventButton, texts.ADD_EVENT,
                "" if ui.dateEdit.text.strip() else texts.NEEDS_DATE,
            ),
            (
                ui.removeEventButton, texts.REMOVE_EVENT,
                "" if 0 <= row < len(rows) else texts.NEEDS_EVENT,
            ),
        ):  # fmt: skip
            button.enabled, button.toolTip = not lacking, lacking or tip
        names = ", ".join(Path(path).name for path in course.doses)
        levels = course.isodoses() if course.is_current else ()
        lines = ", ".join(f"{level:g} Gy" for level in levels)
        ui.doseLabel.text = texts.DOSES.format(names=names) + (
            f"\n{texts.ISODOSES.format(levels=lines)}" if lines else ""
        )
        ui.doseLabel.visible = ui.removeDosesButton.enabled = bool(course.doses)

    def _empty_fields(self) -> None:
        filling, self._filling = self._filling, True
        self.ui.dateEdit.text = self.ui.detailsEdit.text = ""
        self._filling = filling

    def enter(self) -> None:
        qt.QTimer.singleShot(0, self._watch_plots)

    def _watch_plots(self) -> None:
        """Connect clicks in the charts to :meth:`_click_trend`."""
        for clicks, place in zip(self._clicks, ("left", "right"), strict=True):
            clicks.watch(self.desk.views.plot_view(place))

    def leave(self) -> None:
        for clicks in self._clicks:
            clicks.stop()

    def close(self) -> None:
        self._charted = ()
        self._lesion = 0
        self._empty_fields()
