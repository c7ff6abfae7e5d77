"""Step 5: the change, its call, and the export."""

from __future__ import annotations

import html
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import qt
import slicer
from SpineDCELib.errors import Finding, InputError
from SpineDCELib.export.report.pdf_printing import find_browser
from SpineDCELib.settings.constants import STOPS

from SpineDCEWidget.desktop import desktop_wording as texts
from SpineDCEWidget.desktop.chart_updates import show_rows
from SpineDCEWidget.desktop.course_widget import CoursePanel
from SpineDCEWidget.desktop.report_widget import ReportPanel
from SpineDCEWidget.desktop.send_widget import SendPanel
from SpineDCEWidget.desktop.step_widget import Panel, fill_table, fit_table
from SpineDCEWidget.shared import formatting as shown
from SpineDCEWidget.shared import wording as words
from SpineDCEWidget.shared.maps_figure import figure_job

if TYPE_CHECKING:
    from SpineDCEWidget.desktop.module_panel import Workstation


class ResultPanel(Panel):
    """Panel of step 5."""

    def __init__(self, desk: Workstation) -> None:
        super().__init__(desk, "SpineDCEResult.ui")
        ui = self.ui
        self._items: list[Any] = []
        self._patients: set[str] = set()
        #: Folder of the last export, and what was written there.
        self._exported: tuple[Path, list[Any]] | None = None
        self.course, self.written, self.sent = CoursePanel(desk), ReportPanel(desk), SendPanel(desk)
        ui.courseHolder.layout().addWidget(self.course.widget)
        ui.reportHolder.layout().addWidget(self.written.widget)
        ui.sendHolder.layout().addWidget(self.sent.widget)
        self.on(ui.compareButton, "clicked()", self.compare)
        self.on(ui.exportButton, "clicked()", self.export)
        self.on(ui.anonymiseCheck, "toggled(bool)", lambda _on: self.sent.refresh())
        self.on(ui.reportButton, "clicked()", self.open_report)
        self.on(ui.figureButton, "clicked()", self.save_figure)
        ui.exportLabel.text = ""
        ui.compareButton.toolTip = texts.COMPARE
        self.label_setting("folderEdit", "inputs.out")
        for name, title in words.FORMAT_TITLES.items():
            getattr(ui, f"{name}Check").text = title
        if find_browser() is None:
            ui.pdfCheck.enabled, ui.pdfCheck.toolTip = False, texts.NO_BROWSER
        # The tooltips that the buttons have while they are enabled.
        self._tips = [
            (button, button.toolTip)
            for button in (ui.exportButton, ui.reportButton, ui.figureButton)
        ]
        ui.researchLabel.text = words.NOT_A_MEDICAL_DEVICE
        ui.resultTable.toolTip = f"{words.EXPLAINED['normalised']}\n{words.EXPLAINED['change']}"

    def compare(self) -> None:
        """Compare the visits; recompute maps that are out of date first."""
        session = self.desk.session
        if not self.prepare():
            return
        job = session.comparison_job()
        job.finish(self.desk.jobs.run(words.COMPARING, job.run))
        self.desk.links.align()  # now through the registration
        rows = shown.result_rows(session)
        show_rows(session.pair[1], "comparison", texts.COMPARISON, *rows)
        self.desk.refresh()

    def prepare(self) -> bool:
        """Ask about what stops a comparison, and recompute maps that are out of date.

        Returns:
            Whether nothing stops it any more.
        """
        while (question := self.desk.session.question()) is not None:
            if not self._answer(question):
                return False
        self.compute_outdated()
        return True

    def _answer(self, question: Finding) -> bool:
        """Ask about a finding that stops the comparison; return whether it is settled."""
        session = self.desk.session

        def agrees(text: str) -> bool:
            return bool(
                slicer.util.confirmOkCancelDisplay(
                    text.format(finding=words.translated(question.message)), windowTitle=texts.TITLE
                )
            )

        reversed_pair = question.code == "reversed_dates" and not session.several
        if reversed_pair and agrees(texts.SWAP_QUESTION):
            self.desk.swap_visits()
            return True
        if agrees(texts.ACCEPT_QUESTION):
            session.accept(question.code)
            return True
        return False

    def compute_outdated(self) -> None:
        """Recompute maps that are out of date."""
        outdated = [visit for visit in self.desk.session.visits if not visit.is_current]
        if outdated:
            self.desk.compute(outdated)

    @property
    def anonymised(self) -> bool:
        """Whether what is written is to name no patient."""
        return bool(self.ui.anonymiseCheck.checked)

    @property
    def formats(self) -> list[str]:
        """The selected export formats."""
        checks = {name: getattr(self.ui, f"{name}Check") for name in words.FORMAT_TITLES}
        return [name for name, check in checks.items() if check.checked and check.enabled]

    def export(self) -> list[str]:
        """Write the results to the output folder; ask for it if none was chosen."""
        folder = self._output_folder()
        return self.write(folder, self.formats) if folder else []

    def _output_folder(self) -> Path | None:
        """Return the output folder; ask for it if none was chosen."""
        folder = self.ui.folderEdit.currentPath
        if not folder:
            folder = qt.QFileDialog.getExistingDirectory(None, texts.CHOOSE_OUTPUT_FOLDER, "")
            self.ui.folderEdit.currentPath = folder
        return Path(folder) if folder else None

    def save_figure(self) -> None:
        """Draw the maps as a figure in the output folder."""
        folder = self._output_folder()
        if folder is None:
            return
        self.compute_outdated()
        job = figure_job(self.desk.session, folder)
        path = self.desk.jobs.run(texts.DRAWING, job.run)
        self._exported = None
        self.ui.exportLabel.text = texts.DRAWN.format(
            url=qt.QUrl.fromLocalFile(str(path)).toString(), path=html.escape(str(path))
        )

    def write(self, folder: Path, formats: list[str]) -> list[str]:
        """Write the results to a folder and return the files."""
        self.compute_outdated()
        job = self.desk.session.export_job(folder, formats=formats, anonymise=self.anonymised)
        files: list[str] = self.desk.jobs.run(texts.EXPORTING, job.run)
        job.finish(files)
        self._exported = folder, self._results()
        self._name_folder(texts.EXPORTED, folder)
        if left_out := self.desk.session.not_written:
            self.ui.exportLabel.text += f" {texts.LEFT_OUT.format(names=', '.join(left_out))}"
        self.desk.refresh()  # the warnings name them
        return files

    def _results(self) -> list[Any]:
        """Return the results that an export writes, and whether they are current."""
        session = self.desk.session
        held = [(visit.result, visit.is_current) for visit in session.visits]
        return [session.comparison, session.is_comparison_current, *chain.from_iterable(held)]

    def _name_folder(self, text: str, folder: Path) -> None:
        url = qt.QUrl.fromLocalFile(str(folder)).toString()
        self.ui.exportLabel.text = text.format(url=url, folder=html.escape(str(folder)))

    def _compare_with_export(self) -> None:
        """Say that the files of the last export are older than what the window shows."""
        if self._exported is None:
            return
        (folder, written), now = self._exported, self._results()
        if len(now) != len(written) or any(a is not b for a, b in zip(now, written, strict=True)):
            self._exported = None
            self._name_folder(texts.EXPORTED_EARLIER, folder)

    def open_report(self) -> None:
        """Write the results with a report and open it in the web browser."""
        folder = self.ui.folderEdit.currentPath
        if not folder:
            raise InputError(texts.NEEDS_OUTPUT_FOLDER)
        files = self.write(Path(folder), ["report"])
        report = next((f for f in files if f.endswith("report.html")), None)
        if report is not None:
            qt.QDesktopServices.openUrl(qt.QUrl.fromLocalFile(str(Path(folder) / report)))

    def opened(self) -> None:
        """Forget the output folder if the patient is another one.

        An export would replace the files of the patient before.
        """
        patients = {visit.patient for visit in self.desk.session.visits}
        if self._patients and patients != self._patients:
            self.close()
        self._patients = patients

    def close(self) -> None:
        self.course.close()
        self.written.close()
        self.sent.close()
        self._patients = set()
        self._exported = None
        self.ui.exportLabel.text = ""
        self.ui.folderEdit.currentPath = ""

    def fill(self) -> None:
        ui, session = self.ui, self.desk.session
        headings, rows = shown.result_rows(session)
        # A title of a visit takes two lines: its name, and its date.
        headings = [heading.replace(", ", ",\n") for heading in headings]
        self._items = fill_table(ui.resultTable, headings, rows)
        fit_table(ui.resultTable, range(len(headings)))
        self._compare_with_export()
        ui.callLabel.text = shown.call(session)
        ui.warningsLabel.text = "\n".join(shown.warnings(session))
        obstacle = session.obstacle()
        # compare() recomputes maps that are out of date, and asks about what stops.
        ui.compareButton.enabled = obstacle is None or obstacle.code in (
            "out_of_date", "not_computed", *STOPS
        )  # fmt: skip
        ui.compareButton.text = texts.COMPARE_SHOWN if session.several else texts.COMPARE_VISITS
        ui.compareButton.toolTip = texts.COMPARE if obstacle is None else words.remedy(obstacle)
        self.course.refresh()
        self.written.refresh()
        self.sent.refresh()
        computed = any(visit.maps for visit in session.visits)
        for button, tip in self._tips:
            button.enabled = computed
            button.toolTip = tip if computed else texts.NEEDS_MAPS

    def enter(self) -> None:
        self.course.enter()

    def leave(self) -> None:
        self.course.leave()
