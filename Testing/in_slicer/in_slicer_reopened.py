"""A patient that is closed and opened again after work in the same process is computed again.

``SPINEDCE_REOPEN=<times>`` repeats it.
"""

import os

import slicer
from desk import DeskTest, settle
from hands import choose

TIMES = int(os.environ.get("SPINEDCE_REOPEN", "1"))


class Reopened(DeskTest):
    def work(self, session):
        """Regions, a stroke, a shift, another model and a comparison, as by hand."""
        for visit in session.visits:
            self.desk.select_visit(visit.name)
            self.desk.regions.read_file(self.truth[visit.name] / "rois.seg.nrrd")
        self.step(3)
        visit = session.visits[0]
        self.desk.select_visit(visit.name)
        self.desk.regions.arm("lesion")
        self.paint(visit, self.truth_regions(visit)["Lesion"])
        self.step(2)
        self.ui("arteries").shiftSpin.value += 0.5
        self.step(1)
        combo = self.ui("study").modelCombo
        for model in ("patlak", "extended_tofts"):
            choose(combo, combo.findData(model))
            self.desk.compute()
            self.wait(lambda: not self.desk.jobs.busy)
            assert visit.settings.fit.model == model
        self.step(5)
        self.press(self.ui("result").compareButton)
        self.wait(lambda: not self.desk.jobs.busy)
        assert session.is_comparison_current

    def test_a_patient_that_is_opened_again_is_computed_again(self):
        for time in range(TIMES):
            self.work(self.sample())
            self.step(1)
            asked = slicer.util.confirmOkCancelDisplay
            slicer.util.confirmOkCancelDisplay = lambda *_, **__: True
            try:
                self.press(self.ui("study").clearButton)
            finally:
                slicer.util.confirmOkCancelDisplay = asked
            session = self.sample()
            self.wait(lambda: not self.desk.jobs.busy)
            settle(0.5)
            assert len(session.visits) == 2
            for visit in session.visits:
                assert session.outdated(visit) is None, (time, visit.name, visit.problem)
            print(f"opened again: {time + 1} of {TIMES}")
            self.step(1)
            slicer.util.confirmOkCancelDisplay = lambda *_, **__: True
            try:
                self.press(self.ui("study").clearButton)
            finally:
                slicer.util.confirmOkCancelDisplay = asked
