"""Step 5: the values of the visits, their change, the call, and the export."""

from __future__ import annotations

import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from SpineDCELib.export.report import html_page as page
from SpineDCELib.export.report.html_page import NOTICE
from SpineDCELib.export.report.pdf_printing import find_browser
from trame.widgets import html
from trame.widgets import vuetify3 as v3

from SpineDCEWidget.browser.disabled_reasons import BUSY, NOT_READY, disabled_if
from SpineDCEWidget.browser.report_panel import ReportPanel
from SpineDCEWidget.browser.send_panel import SendPanel
from SpineDCEWidget.shared import formatting as shown
from SpineDCEWidget.shared.maps_figure import figure_job
from SpineDCEWidget.shared.wording import COMPARING, FORMAT_TITLES, remedy


def _disabled(kind: str) -> dict[str, Any]:
    """Return properties of a format's item: disabled with the reason if it cannot be written."""
    if kind != "pdf" or find_browser() is not None:
        return {}
    return {"disabled": True, "subtitle": "Needs Chromium, Chrome or Edge; none was found."}


def written_report(folder: Path, served: Path) -> list[dict[str, str]]:
    """Return the choice that shows what the reader wrote, if a report was written with a text.

    Args:
        folder: of the report. served: folder whose files the page can show.
    """
    text = folder / "report.txt"
    if not text.is_file():
        return []
    lines = text.read_text(encoding="utf-8").splitlines()
    body = [page.paragraph(line) for line in lines if line.strip() and line != NOTICE]
    shown_page = folder / "written-report.html"
    shown_page.write_text(page.page("Written report", "", body), encoding="utf-8")
    place = shown_page.relative_to(served).as_posix()
    return [{"title": "Written report", "value": f"files/{place}"}]


class ResultPanel:
    """Panel of step 5."""

    def __init__(self, station: Any) -> None:
        self._station = station
        self._written, self._sending = ReportPanel(station), SendPanel(station)
        station.state.update(
            {
                "result": {"headings": [], "rows": [], "outdated": [], "call": "", "warnings": [],
                           "sizes": []},
                "obstacle": "", "question": {"text": "", "swap": False, "pair": True},
                "compared": False, "formats": ["report"], "anonymise": False,
                "report_url": "", "reports": [], "download": None, "ready_to_export": False,
                "format_items": [
                    {"title": title, "value": value, "props": _disabled(value)}
                    for value, title in FORMAT_TITLES.items()
                ],
            }
        )  # fmt: skip

    async def compare(self, *, again: bool = False) -> None:
        """Compute the change and the call of every lesion, and the robustness of the call.

        Args:
            again: it restores earlier work.
        """
        station = self._station
        jobs: list[Any] = []
        if not station.attempt(lambda: jobs.append(station.session.comparison_job(again=again))):
            return
        done, comparison = await station.jobs.run(COMPARING, jobs[0].run)
        if done:
            jobs[0].finish(comparison)
            station.follow_registration()
            station.save_soon()
        station.refresh()

    async def swap_visits(self) -> None:
        """Take the baseline study as the follow-up visit and the other way round."""
        station = self._station
        if not station.attempt(station.session.swap_visits):
            return
        for visit in station.session.visits:
            station.study_opened(visit)
        station.autosave.scene = None
        for visit in station.session.visits:
            if not await station.analyse(visit):
                break
        station.save_soon()
        station.refresh()

    def accept(self) -> None:
        """Compare the visits in spite of what was found."""
        session = self._station.session
        if (question := session.question()) is not None:
            session.accept(question.code)
        with self._station.state:
            self._station.refresh()

    async def _write(
        self, folder: Path, formats: Sequence[str], anonymise: bool, *, preview: bool = False
    ) -> bool:
        station = self._station
        shutil.rmtree(folder, ignore_errors=True)
        jobs: list[Any] = []
        if not station.attempt(
            lambda: jobs.append(
                station.session.export_job(
                    folder, formats=formats, anonymise=anonymise, preview=preview
                )
            )
        ):
            return False
        done, files = await station.jobs.run("Writing the results", jobs[0].run)
        if done:
            jobs[0].finish(files)
            station.refresh()
        return bool(done)

    async def export(self, formats: Sequence[str], anonymise: bool) -> None:
        """Write the results to one zip file, which the browser downloads.

        Args:
            formats, anonymise: as the controls show them at the click.
        """
        station = self._station
        folder = station.files / "spinedce-results"
        if not await self._write(folder, list(formats), anonymise):
            return
        done, archive = await station.jobs.run(
            "Packing the results",
            lambda _progress: shutil.make_archive(str(folder), "zip", folder),
        )
        if done:
            with station.state as state:
                state.download = {"url": f"files/{Path(archive).name}?save=1", "at": time.time()}
            missing = len(station.session.not_written)
            what = (
                "1 part, which the warnings of step 5 name"
                if missing == 1
                else (f"{missing} parts, which the warnings of step 5 name")
            )
            left_out = f", without {what}" if missing else ""
            station.show_note(f"The results are in your downloads folder{left_out}.")

    async def save_figure(self) -> None:
        """Draw the maps as a figure, which the browser downloads."""
        station, jobs = self._station, list[Any]()
        if not station.attempt(lambda: jobs.append(figure_job(station.session, station.files))):
            return
        done, path = await station.jobs.run("Drawing the figure", jobs[0].run)
        if done:
            with station.state as state:
                state.download = {"url": f"files/{path.name}?save=1", "at": time.time()}
            station.show_note("The figure is in your downloads folder.")

    async def preview(self, anonymise: bool) -> None:
        """Write the report and show it over the page."""
        station = self._station
        folder = station.files / "preview"
        if await self._write(folder, ["report"], anonymise, preview=True):
            session = station.session
            titles = {session.folder_of(v): v.label for v in session.in_order}
            whole = "Course" if session.several and session.course.is_current else "Both visits"
            place = {name: n for n, name in enumerate(titles)}
            pages = sorted(
                folder.rglob("*.html"),
                key=lambda p: (len(p.parts), place.get(p.parent.name, len(place))),
            )
            with station.state as state:
                state.reports = [
                    {"title": whole if p.parent == folder
                     else titles.get(p.parent.name, f"Change, {titles.get(p.parent.parent.name)}"),
                     "value": f"files/{p.relative_to(station.files).as_posix()}"}
                    for p in pages
                ]  # fmt: skip
                in_page = len(titles) == 1 or session.is_comparison_current
                if whole == "Course" or not in_page:
                    state.reports = [*written_report(folder, station.files), *state.reports]
                state.report_url = state.reports[0]["value"] if state.reports else ""

    def refresh(self) -> None:
        state, session = self._station.state, self._station.session
        headings, rows, outdated = shown.result_table(session)
        state.result = {
            "headings": headings, "rows": rows, "outdated": outdated, "call": shown.call(session),
            "warnings": shown.warnings(session),
            "sizes": [f"{v.label}: {text}" for v in session.visits if (text := shown.sizes(v))],
        }  # fmt: skip
        obstacle = session.obstacle() if state.two else None
        state.obstacle = "" if obstacle is None else remedy(obstacle)
        question = session.question() if state.two else None
        state.question = {
            "text": "" if question is None else question.message,
            "swap": question is not None and question.code == "reversed_dates",
            "pair": not session.several,
        }
        state.compared = state.two and session.is_comparison_current
        computed = [v for v in session.visits if v.result is not None]
        state.ready_to_export = bool(computed) and all(v.is_current for v in computed)
        self._written.refresh()
        self._sending.refresh()

    def ui(self) -> None:
        with html.Div(classes="stack"):
            self._station.course.ui()
            with html.Div(v_if="two && !compared", classes="stack"):
                v3.VBtn(
                    text=("several ? 'Compare the two visits shown' : 'Compare visits'",),
                    color=("several ? undefined : 'primary'",), block=True,
                    click=self._station.as_action(self.compare), classes="action",
                    disabled=("busy || !!obstacle",), id="compare",
                    title=("obstacle || 'Compute the change and the call of every lesion'",),
                )  # fmt: skip
            with html.Div(v_if="question.text && !compared", classes="stack", id="question"):
                html.Div("{{ question.text }}", classes="warn")
                self._station.study.answers_ui()
                v3.VBtn(
                    "Compare anyway", size="small", variant="tonal",
                    click=self.accept, id="accept-finding",
                    **disabled_if(BUSY, "Accept this finding for these two visits"),
                )  # fmt: skip
            html.Div(
                "{{ result.call }}", classes="call", v_if="result.call", id="call",
                raw_attrs=[':class="{current: compared}"'],
            )  # fmt: skip
            with html.Div(classes="warn", v_for="w in result.warnings", key="w"):
                html.Span("{{ w }}")
            with html.Table(classes="list numbers", v_if="result.rows.length", id="result-table"):
                with html.Thead(), html.Tr():
                    html.Th("{{ h }}", v_for="(h, i) in result.headings", key="i")
                with html.Tbody(), html.Tr(
                    v_for="(r, i) in result.rows", key="i",
                    raw_attrs=[':class="{outdated: result.outdated[i]}"'],
                ):  # fmt: skip
                    html.Td("{{ c }}", v_for="(c, j) in r", key="j")
            html.Div("{{ s }}", v_for="s in result.sizes", key="s", classes="hint")
            self._written.ui()
            html.H3("Export", classes="label")
            v3.VSelect(
                v_model=("formats",), items=("format_items",), multiple=True, chips=True,
                label="Formats, besides maps, tables and regions", density="compact",
                hide_details=True, variant="outlined", id="formats",
            )  # fmt: skip
            v3.VCheckbox(
                v_model=("anonymise",), label="Remove identifying data", id="anonymise",
                density="compact", hide_details=True,
            )  # fmt: skip
            with html.Div(classes="row"):
                v3.VBtn(
                    "Export", color="primary", prepend_icon="mdi-download",
                    click=(self._station.as_action(self.export), "[formats, anonymise]"),
                    classes="action",
                    id="export",
                    **disabled_if(BUSY | NOT_READY, "Download the results as one zip file"),
                )  # fmt: skip
                v3.VBtn(
                    "Show report", variant="tonal", prepend_icon="mdi-file-document-outline",
                    click=(self._station.as_action(self.preview), "[anonymise]"), classes="action",
                    id="report",
                    **disabled_if(BUSY | NOT_READY, "Show the report that is exported"),
                )  # fmt: skip
            self._sending.ui()

    def report_ui(self) -> None:
        """Build the report that covers the page until it is closed."""
        with html.Div(classes="report", v_if="report_url"):
            with html.Div(classes="report-head"):
                with v3.VBtnToggle(
                    v_model=("report_url",), mandatory=True, density="compact", divided=True,
                    variant="outlined", v_if="reports.length > 1",
                ):  # fmt: skip
                    v3.VBtn("{{ r.title }}", v_for="r in reports", key="r.value",
                            value=("r.value",), size="small", classes="report-choice")  # fmt: skip
                html.Div("", classes="grow")
                v3.VBtn("Close", size="small", variant="tonal", click="report_url = ''",
                        id="close-report")  # fmt: skip
            html.Iframe(src=("report_url",), title="Report")
