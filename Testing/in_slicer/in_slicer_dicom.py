"""The plugin in 3D Slicer's own DICOM browser: a study is offered there, and opened from there."""

import os
import tempfile
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

import qt
import slicer
from desk import DeskTest, settle
from hands import press, tick

#: What the sample patient's dynamic series is called, and what a visit is called in the list.
DYNAMIC, VISIT = "DCE sag perfusion", "Spine DCE visit"


class BrowserTest(DeskTest):
    """Everything is pressed in the browser's own widgets."""

    @contextmanager
    def database(self, folder):
        """3D Slicer's DICOM module with a separate database that holds the files of a folder."""
        from DICOMLib import DICOMUtils

        slicer.util.selectModule("DICOM")
        settle(0.5)
        home = {"SPINEDCE_HOME": str(Path(self.folder.name) / "home")}
        with mock.patch.dict(os.environ, home), DICOMUtils.TemporaryDICOMDatabase() as database:
            self.browser.setDatabaseDirectory(database.databaseDirectory)
            assert DICOMUtils.importDicom(str(folder), database)
            settle(1.0)
            try:
                yield database
            finally:
                self.desk.clear()

    @property
    def browser(self):
        return slicer.modules.DICOMInstance.browserWidget

    def click_row(self, table, row=0):
        view = table.tableView()
        shown = next(n for n in range(view.model().columnCount()) if not view.isColumnHidden(n))
        index = view.model().index(row, shown)
        view.scrollTo(index)
        settle(0.1)
        press(view.viewport(), at=view.visualRect(index).center())
        settle(0.3)
        assert [one.row() for one in view.selectionModel().selectedRows()] == [row]

    def select_series(self, wanted=""):
        """Select the series of a description in the table, or all."""
        tables = self.browser.dicomBrowser.dicomTableManager()
        self.click_row(tables.patientsTable())
        self.click_row(tables.studiesTable())
        view = tables.seriesTable().tableView()
        model = view.model()
        texts = [
            [str(model.data(model.index(row, column))) for column in range(model.columnCount())]
            for row in range(model.rowCount())
        ]
        if wanted:
            row = next(number for number, cells in enumerate(texts) if wanted in cells)
            self.click_row(tables.seriesTable(), row)
        else:
            view.selectAll()
        settle(0.5)

    def examine(self):
        """Tick "Advanced", press "Examine", and return what the list offers."""
        if not self.browser.advancedViewButton.checked:
            tick(self.browser.advancedViewButton)
        settle(0.2)
        assert self.browser.examineButton.visible
        press(self.browser.examineButton)
        settle(0.5)
        table = self.browser.loadableTable
        return [
            (table.item(row, 0).text(), table.item(row, 1).text(),
             table.item(row, 0).checkState() == qt.Qt.Checked)
            for row in range(table.rowCount)
        ]  # fmt: skip

    def sample_folders(self):
        folder = Path(tempfile.gettempdir()) / f"SpineDCE-test-sample-{self.size}"
        return self.logic.make_sample(size=self.size, folder=folder)


class DicomBrowser(BrowserTest):
    def test_a_study_is_offered_and_opened_and_its_results_come_back(self):
        folders = self.sample_folders()
        with self.database(folders["before"]) as database:
            self.select_series()
            everything = self.examine()
            proposed = [row for row in everything if row[2]]
            assert sum(reader == VISIT for _name, reader, _checked in everything) == 1, everything
            own = [row for row in proposed if DYNAMIC in row[0] and "phase" not in row[0]]
            assert {reader for _name, reader, _checked in own} == {VISIT}, proposed
            self.select_series(DYNAMIC)
            [proposed] = [row for row in self.examine() if row[2]]
            assert proposed[1] == VISIT, proposed
            press(self.browser.loadButton)
            self.wait(lambda: self.desk.visits and self.desk.visits[0].is_current)
            assert slicer.util.selectedModule() == "SpineDCE"
            assert [visit.name for visit in self.desk.visits] == ["baseline"]
            self.results_are_added(database)

    def results_are_added(self, database):
        """Press "Add to 3D Slicer's DICOM database" in step 5, and find the series there."""
        count = len(self.series_of_all(database))
        self.desk.go_to_step("result")
        ui = self.desk.result.sent.ui
        ui.sendBox.collapsed = False
        self.desk.refresh()
        press(ui.listButton)
        self.wait(lambda: ui.objectsTable.rowCount > 0)
        listed = ui.objectsTable.rowCount
        press(ui.databaseButton)
        settle(0.5)
        assert len(self.series_of_all(database)) == count + listed

    def series_of_all(self, database):
        studies = [s for who in database.patients() for s in database.studiesForPatient(who)]
        return [series for study in studies for series in database.seriesForStudy(study)]
