"""A patient whose artery the search does not trust at the baseline visit: opened, said once."""

import os
import tempfile
from pathlib import Path

import qt
import slicer
from desk import DeskTest, settle
from hands import press


class Untrusted(DeskTest):
    def patient(self):
        """Folder of a patient with drawn conditions, written once, with the images only."""
        from SpineDCELib.cli import main

        root = Path(tempfile.gettempdir()) / "SpineDCE-test-untrusted"
        if not (root / "visits").exists():
            main(["phantom", str(root), "--patient", "B", "--drawn", "3720", "--seed", "3720",
                  "--size", "small"])  # fmt: skip
            (root / "new").mkdir()
            for part in ("before", "after"):
                os.rename(root / part / "dicom", root / "new" / part)
            (root / "new").rename(root / "visits")
        return root / "visits"

    def opened(self):
        """The patient, opened as by the button; the artery of the baseline visit is doubted."""
        study = self.desk.panels["study"]
        choose = study._ask_for_folder
        study._ask_for_folder = lambda _title: str(self.patient())
        try:
            self.press(self.ui("study").patientButton)
        finally:
            study._ask_for_folder = choose
        self.wait(lambda: not self.desk.jobs.busy)
        [said] = self.popups
        self.popups.clear()
        assert said.startswith("Baseline: No trustworthy AIF"), said
        assert "Include a candidate in step 2, or draw the aorta" in said
        return self.logic.session

    def cell(self, row):
        """Press the check mark of a candidate."""
        table = self.ui("arteries").candidatesTable
        table.scrollToItem(table.item(row, 0))
        settle()
        press(table.viewport(), at=table.visualItemRect(table.item(row, 0)).center())

    def test_an_artery_that_is_not_trusted_keeps_no_other_visit_from_being_opened(self):
        session = self.opened()
        baseline, follow_up = session.visits
        assert baseline.problem
        assert baseline.result is None
        assert follow_up.is_current, "the other visit is computed"

    def test_the_doubt_is_said_once_and_no_advice_is_given_while_maps_are_computed(self):
        self.opened()
        self.desk.select_visit("baseline")
        self.step(2)
        doubt = self.desk.visit.problem[:60]
        labels = slicer.util.findChildren(self.desk.widget, className="QLabel")
        said = [one.text for one in labels if one.visible and doubt in one.text]
        assert len(said) == 1, said
        ui, hints = self.desk.ui, []
        timer = qt.QTimer()
        timer.connect(
            "timeout()",
            lambda: hints.append(ui.hintLabel.text) if self.desk.jobs.blocking else None,
        )
        timer.start(5)
        found = self.desk.visit.analysis.detection()
        row = next(i for i, c in enumerate(found.candidates) if "best candidate" in c.reason)
        self.cell(row)
        self.wait(lambda: self.desk.visit.is_current and not self.desk.jobs.busy)
        timer.stop()
        assert hints
        assert not any("Compute them" in one for one in hints), set(hints)
        assert self.desk.visit.analysis.detection().candidates[row].reason.startswith("chosen by")
        right = self.desk.views.plot_node("right")
        assert right.GetPlotChartNodeID() is not None
        self.press(self.ui("arteries").resetButton)
        self.wait(lambda: bool(self.desk.visit.problem) and not self.desk.jobs.busy)
        settle(0.5)
        assert right.GetPlotChartNodeID() is None, "a shift of no AIF is not in use"
        self.popups.clear()
