"""Strip of the visits of a course above the views: which are open, and which two are shown."""

from __future__ import annotations

import base64
from typing import Any

from trame.widgets import html

from SpineDCEWidget.browser.disabled_reasons import BUSY, disabled_if
from SpineDCEWidget.shared.patient_identity import day_text
from SpineDCEWidget.shared.session import SHOWN_VISITS as ROWS
from SpineDCEWidget.shared.steps import visit_state
from SpineDCEWidget.shared.visit_thumbnails import thumbnail


class VisitStrip:
    """One item per visit, in the order of their dates; a click shows it."""

    def __init__(self, station: Any) -> None:
        self._station = station
        station.state.update({"strip": [], "adding": False})

    def show(self, name: str, row: str = "") -> None:
        """Show a visit in a row; without a row, in the lower one unless it is shown already."""
        station = self._station
        visit = station.session.visit(name)
        if visit.analysis is None:
            return
        station.show_visit(visit, row or station.session.row_of(name) or ROWS[1])

    def close(self, name: str) -> None:
        """Save the work on one visit of the course, and close it."""
        self._station.study.close_visit(name)

    def refresh(self) -> None:
        """Show the visits with their dates and states."""
        session = self._station.session
        items = []
        for visit in session.in_order if session.several else ():
            mark, state = visit_state(session, visit)
            items.append(
                {
                    "name": visit.name, "label": visit.shown_label, "mark": mark, "state": state,
                    "day": day_text(visit.date) or "date not known",
                    "row": session.row_of(visit.name), "picture": _source(thumbnail(visit)),
                }
            )  # fmt: skip
        self._station.state.strip = items

    def ui(self) -> None:
        """Build the strip."""
        with (
            html.Div(classes="visit-strip", v_if="strip.length", id="visit-strip"),
            html.Div(
                v_for="s in strip", key="s.name", classes="strip-item",
                raw_attrs=[
                    ":class=\"{above: s.row === 'baseline', below: s.row === 'follow-up'}\""
                ],
            ),
        ):  # fmt: skip
            with html.Button(
                classes="strip-visit", click=(self.show, "[s.name]"),
                title=("s.label + ', ' + s.day + '. ' + s.state",),
                raw_attrs=[":aria-label=\"'Show ' + s.label\""],
            ):  # fmt: skip
                html.Img(
                    src=("s.picture",), v_if="s.picture", classes="strip-picture",
                    raw_attrs=[":alt=\"'Vp of ' + s.label\""],
                )  # fmt: skip
                html.B("{{ s.label }}")
                html.Span("{{ s.mark }}", classes="step-mark", raw_attrs=[':data-mark="s.mark"'])
                html.Div("{{ s.day }}", classes="hint")
                html.Div("{{ s.state }}", classes="strip-state")
            with html.Div(classes="strip-rows"):
                for row, icon, where in (
                    (ROWS[0], "mdi-arrow-up", "upper"), (ROWS[1], "mdi-arrow-down", "lower")
                ):  # fmt: skip
                    html.Button(
                        classes=f"strip-{where} mdi {icon}",
                        click=(self.show, f"[s.name, '{row}']"),
                        raw_attrs=[
                            f":title=\"'Show ' + s.label + ' in the {where} row'\"",
                            f":aria-label=\"'Show ' + s.label + ' in the {where} row'\"",
                            f":aria-pressed=\"s.row === '{row}'\"",
                        ],
                    )  # fmt: skip
                html.Button(
                    classes="strip-close mdi mdi-close", click=(self.close, "[s.name]"),
                    raw_attrs=[":aria-label=\"'Close ' + s.label\""],
                    **disabled_if(BUSY, "Save the work on this visit and close it"),
                )  # fmt: skip


def _source(picture: bytes) -> str:
    """Return a picture as the address of an image element; "" without one."""
    return "data:image/png;base64," + base64.b64encode(picture).decode() if picture else ""
