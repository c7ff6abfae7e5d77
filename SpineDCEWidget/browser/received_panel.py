"""Step 1, "Received studies": what was sent to ``spinedce pacs serve``, and how far it is."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import asdict
from pathlib import Path
from typing import Any

from SpineDCELib.errors import InputError
from trame.widgets import html
from trame.widgets import vuetify3 as v3

from SpineDCEWidget.browser.disabled_reasons import BUSY, disabled_if
from SpineDCEWidget.shared.received_studies import received_rows, review, unreviewed_visits

#: s between two looks at the list, while it is shown.
_LOOK = 2.0


class ReceivedPanel:
    """Part of step 1."""

    def __init__(self, station: Any) -> None:
        self._station = station
        self._watching: asyncio.Task[None] | None = None
        station.state.update({"received": [], "unreviewed": []})

    def watch(self) -> None:
        """Follow the list from now on."""
        if self._watching is None:
            self._watching = asyncio.get_running_loop().create_task(self._follow())

    async def _follow(self) -> None:
        while True:
            self._show_list()
            await asyncio.sleep(_LOOK)

    def _show_list(self) -> None:
        state = self._station.state
        if len(state.visits) > 1 and not state.adding:
            return  # the list is hidden
        rows: list[dict[str, Any]] = []
        with contextlib.suppress(InputError, OSError):  # "From PACS" says what is wrong
            opened = {str(visit.study_path) for visit in self._station.session.visits}
            rows = [asdict(row) for row in received_rows() if row.images not in opened]
        if rows != state.received:
            with state:
                state.received = rows

    async def open(self, folder: str, course: bool = False) -> None:
        """Open a received study as the next visit.

        Args:
            folder: of its images, as the list has it.
            course: open the earlier visits of the patient before it.
        """
        station = self._station
        row = next((row for row in station.state.received if row["images"] == folder), None)
        if row is None:
            return
        folders = row["course"] if course else [folder]
        names = station.session.free_names(len(folders))
        with station.state as state:
            state.adding = False
        await station.study.open({n: Path(f) for n, f in zip(names, folders, strict=True)})

    def review(self, name: str) -> None:
        """Record that a person has reviewed a visit."""
        station = self._station
        review(station.session, station.session.visit(name))
        station.save_soon()
        with station.state:
            station.refresh()

    def refresh(self) -> None:
        """Show which visits nobody has reviewed."""
        self._show_list()
        self._station.state.unreviewed = [
            {"name": visit.name, "label": visit.label, "title": visit.word}
            for visit in unreviewed_visits(self._station.session)
        ]

    def ui(self) -> None:
        """Build the list."""
        with html.Div(
            classes="stack", id="received",
            v_if="received.length && (visits.length < 2 || adding) && !pacs_open",
        ):  # fmt: skip
            html.H3("Received studies", classes="label")
            with html.Div(classes="stack pacs-list"), html.Div(
                v_for="r in received", key="r.uid", classes="card received-study"
            ):  # fmt: skip
                with html.Div(classes="row"):
                    html.B("{{ r.state }}", raw_attrs=[':class="{warn: r.usable === false}"'])
                    html.Span("Not reviewed", v_if="r.unreviewed", classes="not-reviewed")
                    html.Div("", classes="grow")
                    v3.VBtn(
                        "Open", size="x-small", variant="tonal", classes="action open-received",
                        click=(self._station.as_action(self.open), "[r.images]"),
                        v_if="r.ready || r.usable === false",
                        **disabled_if(
                            BUSY, "Open this study as a visit; its lesion is left to draw"
                        ),
                    )  # fmt: skip
                html.Div("{{ r.title }}")
                html.Div("{{ r.message }}", v_if="r.message", classes="hint plain")
                self._check_ui()
                with html.Div(v_if="r.earlier.length", classes="stack"):
                    html.Div("Earlier visits in the archive", classes="label")
                    html.Div("{{ e }}", v_for="e in r.earlier", key="e", classes="hint plain")
                    v3.VBtn(
                        text=(
                            "`Open with ${r.course.length - 1} earlier ` "
                            "+ (r.course.length > 2 ? 'visits' : 'visit')",
                        ),
                        size="x-small", variant="tonal", classes="action open-course",
                        click=(self._station.as_action(self.open), "[r.images, true]"),
                        v_if="r.ready && r.course.length > 1 && !visits.length",
                        **disabled_if(
                            BUSY, "Open the earlier visits and this one, in the order of dates"
                        ),
                    )  # fmt: skip

    @staticmethod
    def _check_ui() -> None:
        """Build the protocol check of a study, which a click shows."""
        with html.Details(v_if="r.points.length", classes="folded protocol"):
            html.Summary("Protocol check", classes="label")
            with html.Table(classes="list"):
                with html.Thead(), html.Tr():
                    for heading in ("", "found", "asked for"):
                        html.Th(heading)
                with html.Tbody(), html.Tr(v_for="p in r.points", key="p.name"):
                    with html.Td():
                        html.Div("{{ p.name }}")
                        html.Div(
                            "{{ p.verdict }}", raw_attrs=[":class=\"p.good ? 'hint' : 'warn'\""]
                        )
                    html.Td("{{ p.found }}")
                    with html.Td():
                        html.Div("{{ p.asked }}")
                        html.Div("{{ p.source }}", classes="hint plain")

    def review_ui(self) -> None:
        """Build what says that a visit was not reviewed."""
        with html.Div(v_for="u in unreviewed", key="u.name", classes="stack card unreviewed"):
            html.Div(
                "Not reviewed: the {{ u.title }} visit was received and analysed automatically.",
                classes="warn",
            )
            v3.VBtn(
                "Mark as reviewed", size="small", variant="tonal", classes="mark-reviewed",
                click=(self.review, "[u.name]"),
                **disabled_if(BUSY, "Record that you have checked the artery, the shift and the "
                                    "maps of this visit"),
            )  # fmt: skip
