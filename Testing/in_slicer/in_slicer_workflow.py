"""The paper's workflow by the panel's own buttons gives the command line's numbers."""

import csv
from pathlib import Path

from desk import DeskTest, settle


class Workflow(DeskTest):
    """Open, check the artery, shift, draw, look, compare, export."""

    def draw(self, visit):
        """Lesion and reference with the brush, over what the digital spine knows."""
        panel, ui = self.desk.panels["regions"], self.ui("regions")
        regions = self.truth_regions(visit)
        for role, word in (("lesion", "esion"), ("reference", "eference")):
            mask = next(m for name, m in regions.items() if word in name)
            self.press(getattr(ui, f"{role}Button"))
            assert panel.editor.activeEffect().name == "Paint"
            self.paint(visit, mask)
            settle()
            assert "voxel" in getattr(ui, f"{role}Number").text or any(
                c.isdigit() for c in getattr(ui, f"{role}Number").text
            )
        panel.disarm()

    def test_numbers_equal_those_of_the_command_line(self):
        session = self.sample()
        for visit in session.visits:
            assert visit.maps, visit.problem
        self.step(2)
        candidates = self.ui("arteries").candidatesTable
        assert candidates.rowCount > 0
        self.step(3)
        self.draw(session.visit("baseline"))
        self.press(self.desk.ui.followUpButton)
        self.draw(session.visit("follow-up"))
        self.step(2)
        for button in (self.desk.ui.followUpButton, self.desk.ui.baselineButton):
            self.press(button)
            self.press(self.ui("arteries").useProposalButton)
        ui = self.ui("arteries")
        ui.shiftSlider.value = ui.shiftSlider.value + 7
        settle(0.6)
        self.step(5)
        self.press(self.ui("result").compareButton)
        comparison = session.comparison
        assert comparison is not None
        assert comparison.lesions[0].call.verdict in self.ui("result").callLabel.text

        folder = Path(self.folder.name) / "results"
        self.ui("result").folderEdit.currentPath = str(folder)
        self.press(self.ui("result").exportButton)
        self.compare_with_command_line(folder)

    def compare_with_command_line(self, folder):
        """Analyse the same studies with what was exported, as ``spinedce analyse`` does."""
        from SpineDCELib.cli import main

        from SpineDCEWidget.shared.session import FOLDERS

        for visit in self.logic.session.visits:
            there, out = folder / FOLDERS[visit.name], folder.parent / f"line-{visit.name}"
            command = ["analyse", str(visit.study_path), "-o", str(out), "--no-cache"]
            command += ["--settings", str(there / "settings.json")]
            command += ["--roi", str(there / "regions.seg.nrrd")]
            if (there / "aif_selection.json").is_file():
                command += ["--aif-selection", str(there / "aif_selection.json")]
            assert main(command) == 0
            ours, theirs = (rows(f / "measurements.csv") for f in (there, out))
            assert len(ours) > 1
            assert ours == theirs


def rows(path):
    """A table's rows, with numbers to six digits."""

    def cell(text):
        try:
            return f"{float(text):.6g}"
        except ValueError:
            return text

    with path.open(newline="", encoding="utf-8") as stream:
        return [[cell(text) for text in row] for row in csv.reader(stream)]
