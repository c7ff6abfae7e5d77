"""Course of treatment on the page: events, cutoff, trend charts and calls of three or more visits.

The rules are those of the engine (``SpineDCELib.course``); this shows them.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from SpineDCELib.errors import InputError
from SpineDCELib.vocabulary.colour_maps import ISODOSE_COLOURS
from SpineDCELib.vocabulary.quantities import percent
from trame.widgets import html
from trame.widgets import vuetify3 as v3

from SpineDCEWidget.browser import trend_figures
from SpineDCEWidget.browser.disabled_reasons import BUSY, disabled_if
from SpineDCEWidget.browser.file_uploads import upload_ui, uploaded_file
from SpineDCEWidget.browser.plot_element import plot
from SpineDCEWidget.shared import formatting as shown
from SpineDCEWidget.shared.course_session import CUTOFFS
from SpineDCEWidget.shared.trend_points import SIDE_PANELS
from SpineDCEWidget.shared.wording import COMPARING, remedy

_NOTHING: dict[str, Any] = {"data": [], "layout": {}, "shift": 0.0}
#: Kind of an event → its title in the menu.
_KINDS = {
    "radiation": "Radiation therapy", "surgery": "Surgery", "systemic": "Systemic therapy",
    "other": "Other event",
}  # fmt: skip
_OBSTACLE = {"!!course_obstacle": "See the sentence below."}


class CoursePanel:
    """Part of step 5 that is shown with three or more visits, and the charts of the trend."""

    def __init__(self, station: Any) -> None:
        self._station = station
        station.state.update(
            {
                "several": False, "course_current": False, "course_obstacle": "",
                "trend_lesions": [], "trend_lesion": 0, "trend_panel": "reference",
                "trend_panels": [
                    {"title": title, "value": name}
                    for name, title in SIDE_PANELS.items()
                ],
                "trend_figure": _NOTHING, "trend_side": _NOTHING, "has_trend": False,
                "course": {"calls": [], "visits": [], "warnings": [], "doses": []},
                "events": [], "event_date": "", "event_kind": "radiation", "event_details": "",
                "doses": [], "isodoses": [],
                "event_kinds": [{"title": t, "value": v} for v, t in _KINDS.items()],
                "cutoff": next(iter(CUTOFFS)),
                "cutoffs": [
                    {"title": f"{percent(one.cutoff or 0.0)}, {one.source}", "value": name}
                    for name, one in CUTOFFS.items()
                ],
            }
        )  # fmt: skip
        for name in ("trend_lesion", "trend_panel", "dark"):
            station.state.change(name)(lambda **_: self.refresh())
        station.state.change("cutoff")(lambda **_: self._cutoff_chosen())

    # -- actions ----------------------------------------------------------------------------------

    async def follow(self) -> None:
        """Follow every lesion over all visits."""
        station = self._station
        jobs: list[Any] = []
        if not station.attempt(lambda: jobs.append(station.session.course.job())):
            return
        done, course = await station.jobs.run(COMPARING, jobs[0].run)
        if done:
            jobs[0].finish(course)
            station.views.fill()
            if station.visit is not None:
                station.follow_registration()
            station.save_soon()
        station.refresh()

    def add_event(self, date: str, kind: str, details: str) -> None:
        """Add a treatment with its date.

        Args:
            date, kind, details: as the fields show them at the click.
        """
        text = f"{date}={kind}" + (f": {details}" if details.strip() else "")
        station = self._station
        if station.attempt(lambda: station.session.course.add_event(text)):
            with station.state as state:
                state.event_date = state.event_details = ""
            station.save_soon()
        with station.state:
            self.refresh()

    def remove_event(self, index: int) -> None:
        """Remove a treatment."""
        self._station.session.course.remove_event(int(index))
        self._station.save_soon()
        with self._station.state:
            self.refresh()

    def _cutoff_chosen(self) -> None:
        station, course = self._station, self._station.session.course
        if station.state.cutoff != course.cutoff and station.attempt(
            lambda: course.choose_cutoff(station.state.cutoff)
        ):
            station.save_soon()
            station.refresh()

    def uploaded(self, folder: Path) -> None:
        """Add the radiation dose of a file that was uploaded, and keep it with the uploads."""
        station = self._station
        with station.state as state:
            state.uploading = ""
        path = uploaded_file(folder)

        def add() -> None:
            try:
                station.session.course.add_dose(str(path))
            except InputError as error:
                # The path is that of the upload, which the user has never seen.
                message = str(error).replace(str(path), path.name)
                raise InputError(message, code=error.code, about=path.name) from None

        if station.attempt(add):
            station.show_note("The dose was read. Follow the course to show it.")
            station.save_soon()
        else:
            shutil.rmtree(folder, ignore_errors=True)
        with station.state:
            station.refresh()

    def remove_doses(self) -> None:
        """Follow the course without a dose."""
        self._station.session.course.remove_doses()
        self._station.views.fill()
        self._station.save_soon()
        with self._station.state:
            self._station.refresh()

    def open_point(self, event: dict[str, Any]) -> None:
        """Show the visit of a point of the trend that was clicked."""
        trend, course = self._trend(), self._station.session.course
        place = event.get("point")
        if trend is None or event.get("meta") != trend_figures.POINTS or place is None:
            return
        visit = course.visits[trend.points[int(place)].visit]
        self._station.strip.show(visit.name)

    # -- showing ----------------------------------------------------------------------------------

    def _trend(self) -> Any:
        course = self._station.session.course
        if course.result is None or not course.is_current:
            return None
        trends = course.result.trends
        return trends[min(int(self._station.state.trend_lesion or 0), len(trends) - 1)]

    def refresh(self) -> None:
        """Show the course, its charts and what it lacks."""
        state, session = self._station.state, self._station.session
        course, trend = session.course, self._trend()
        state.several = session.several
        state.cutoff = course.cutoff
        state.events = [event.title for event in course.events]
        state.doses = [Path(path).name for path in course.doses]
        levels = course.isodoses() if course.is_current else ()
        state.isodoses = [
            {"text": f"{level:g} Gy", "colour": colour}
            for level, colour in zip(levels, ISODOSE_COLOURS, strict=False)
        ]
        obstacle: InputError | None = course.obstacle() if session.several else None
        state.course_obstacle = "" if obstacle is None else remedy(obstacle)
        state.course_current = session.several and trend is not None
        state.has_trend = state.course_current and state.step == 5
        if trend is None or not session.several:
            state.trend_figure = state.trend_side = _NOTHING
            return
        found = course.result
        state.trend_lesions = [
            {"title": one.name, "value": number} for number, one in enumerate(found.trends)
        ]
        state.course = {
            "calls": shown.course_calls(session),
            "visits": [
                {"title": found.name_of(place), "facts": facts}
                for place, facts in reversed(shown.course_facts(found, trend).items())
            ],
            "warnings": list(found.warnings),
            "doses": [
                [found.name_of(one.visit), one.region, f"{one.mean:.1f} ({one.low:.1f} to "
                 f"{one.high:.1f}) Gy"]
                for one in found.doses
            ],
        }  # fmt: skip
        places = [course.visits.index(visit) for visit in session.shown if visit in course.visits]
        state.trend_figure = trend_figures.value_figure(found, trend, dark=state.dark, shown=places)
        state.trend_side = trend_figures.side_figure(
            found, trend, state.trend_panel, dark=state.dark
        )

    def charts_ui(self) -> None:
        """Build the charts of the trend, which take the place of the curves in step 5."""
        with html.Div(classes="curves", v_show="has_trend", id="trend"):
            with html.Div(classes="curve-box wide"):
                plot(
                    self._station, "trend_figure", "trend-plot", pick=self.open_point,
                    label="Trend of the lesions over the visits",
                )  # fmt: skip
            with html.Div(classes="curve-box"):
                with html.Div(classes="row trend-head"):
                    v3.VSelect(
                        v_model=("trend_lesion",), items=("trend_lesions",), id="trend-lesion",
                        label="Lesion", density="compact", hide_details=True, variant="outlined",
                        v_if="trend_lesions.length > 1",
                    )  # fmt: skip
                    v3.VSelect(
                        v_model=("trend_panel",), items=("trend_panels",), id="trend-panel",
                        label="Shown beside", density="compact", hide_details=True,
                        variant="outlined",
                    )  # fmt: skip
                plot(
                    self._station, "trend_side", "trend-side-plot", pick=self.open_point,
                    label="Control of the trend",
                )  # fmt: skip

    def ui(self) -> None:
        """Build the part of step 5."""
        with html.Div(v_if="several", classes="stack", id="course"):
            v3.VBtn(
                "Follow the course", color="primary", block=True, classes="action",
                click=self._station.as_action(self.follow), id="follow-course",
                v_if="!course_current",
                **disabled_if(
                    BUSY | _OBSTACLE, "Compute trend and call of every lesion at each visit"
                ),
            )  # fmt: skip
            html.Div("{{ course_obstacle }}", classes="hint", v_if="course_obstacle")
            with html.Div(v_if="course_current", classes="stack"):
                with html.Div(
                    v_for="c in course.calls", key="c", classes="call current course-call"
                ):
                    html.Span("{{ c }}")
                with html.Div(classes="warn", v_for="w in course.warnings", key="w"):
                    html.Span("{{ w }}")
                with html.Div(v_for="v in course.visits", key="v.title", classes="card at-visit"):
                    html.B("{{ v.title }}")
                    with html.Table(classes="facts"), html.Tbody(), html.Tr(
                        v_for="f in v.facts", key="f[0]"
                    ):  # fmt: skip
                        html.Td("{{ cell }}", v_for="(cell, i) in f", key="i")
                with (
                    html.Table(classes="list", v_if="course.doses.length", id="dose-table"),
                    html.Tbody(), html.Tr(v_for="(r, i) in course.doses", key="i"),
                ):  # fmt: skip
                    html.Td("{{ c }}", v_for="(c, j) in r", key="j")
            v3.VSelect(
                v_model=("cutoff",), items=("cutoffs",), label="Published cutoff", id="cutoff",
                density="compact", hide_details=True, variant="outlined",
            )  # fmt: skip
            html.H3("Events", classes="label")
            with html.Div(v_for="(e, i) in events", key="i", classes="row event"):
                html.Span("{{ e }}", classes="grow")
                html.Button(
                    classes="remove-event mdi mdi-close", click=(self.remove_event, "[i]"),
                    title="Remove this event", raw_attrs=['aria-label="Remove this event"'],
                )  # fmt: skip
            with html.Div(classes="row"):
                v3.VTextField(
                    v_model=("event_date",), label="Date", placeholder="2026-03-12",
                    density="compact", hide_details=True, variant="outlined", id="event-date",
                )  # fmt: skip
                v3.VSelect(
                    v_model=("event_kind",), items=("event_kinds",), label="Kind",
                    density="compact", hide_details=True, variant="outlined", id="event-kind",
                )  # fmt: skip
            with html.Div(classes="row"):
                v3.VTextField(
                    v_model=("event_details",), label="Details, such as the dose",
                    density="compact", hide_details=True, variant="outlined", id="event-details",
                )  # fmt: skip
                v3.VBtn(
                    "Add event", size="small", variant="tonal", id="add-event",
                    click=(self.add_event, "[event_date, event_kind, event_details]"),
                    **disabled_if(
                        {"!event_date": "Enter the date first."}, "Show this event in the trend"
                    ),
                )  # fmt: skip
            html.H3("Radiation dose", classes="label")
            with (
                html.Div(classes="row", v_if="isodoses.length", id="isodoses"),
                html.Span(v_for="d in isodoses", key="d.text", classes="isodose"),
            ):
                html.Span(classes="swatch", raw_attrs=[':style="{background: d.colour}"'])
                html.Span("{{ d.text }}")
            with html.Div(classes="row", v_if="doses.length"):
                html.Span("{{ doses.join(', ') }}", classes="hint grow")
                v3.VBtn("Remove", size="x-small", variant="text", click=self.remove_doses,
                        id="remove-doses",
                        title="Follow the course without a dose")  # fmt: skip
            upload_ui(
                "dose", "a dose", "Dose of a plan on the images of a visit (DICOM RT Dose)",
                of_visit=False,
            )  # fmt: skip
