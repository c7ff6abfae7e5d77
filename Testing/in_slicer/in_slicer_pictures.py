"""Photographs of every panel, for the documents and for eyes that look at them."""

import os
import unittest
from pathlib import Path
from unittest import mock

import numpy as np
import slicer
from desk import IMAGES, DeskTest, settle
from hands import choose, press, type_into
from in_slicer_dicom import DYNAMIC, VISIT, BrowserTest

SIZE = os.environ.get("SPINEDCE_PICTURES", "")
#: Folder with the sample patient, and the user's data with an archive that holds it.
ARCHIVE = os.environ.get("SPINEDCE_ARCHIVE", "")


@unittest.skipUnless(SIZE, "pictures are made on demand: SPINEDCE_PICTURES=full")
class Pictures(DeskTest):
    size = SIZE or "small"

    def test_every_step(self):
        session = self.sample()
        for visit in session.visits:
            regions = self.truth_regions(visit)
            lesion = next(mask for name, mask in regions.items() if "esion" in name)
            index = int(np.argmax(lesion.sum(axis=(1, 2))))
            self.show_slice(visit, index)
        self.step(1)
        self.photograph("1-study")
        self.step(2)
        self.photograph("2-arteries")
        self.step(3)
        for visit, button in zip(
            session.visits, (self.desk.ui.baselineButton, self.desk.ui.followUpButton), strict=True
        ):
            self.press(button)
            self.desk.panels["regions"].read_file(self.truth[visit.name] / "rois.seg.nrrd")
            settle(0.4)
        self.press(self.desk.ui.baselineButton)
        self.press(self.ui("regions").lesionButton)
        self.photograph("3-regions")
        self.desk.panels["regions"].disarm()
        self.desk.compute()
        self.step(4)
        self.look_at_the_lesion(session.visit("baseline"))
        self.photograph("4-maps")
        self.step(5)
        self.press(self.ui("result").compareButton)
        self.photograph("5-result")
        session.close_visit(session.visit("follow-up"))
        self.desk.views.reset_orientations()
        self.step(4)
        self.look_at_the_lesion(session.visit("baseline"))
        self.photograph("4-one-visit")

    def look_at_the_lesion(self, visit):
        from SpineDCELib.mrml.volume_nodes import ras_of

        name = next(n for n, role in visit.analysis.roles.items() if role == "lesion")
        places = np.argwhere(visit.analysis.regions[name])
        ras = ras_of(tuple(places[len(places) // 2]), visit.analysis.study.dynamic.geometry)
        self.desk.views.jump(visit.name, ras)
        slicer.mrmlScene.GetFirstNodeByClass("vtkMRMLCrosshairNode").SetCrosshairRAS(*ras)
        settle(0.5)

    def test_the_course_and_another_series(self):
        session = self.sample()
        session.choose(self.desk.visit, {"aif.peak": "phase"})  # its magnitude is too low
        self.desk.compute()
        self.step(4)
        combo = self.ui("maps").underCombo
        self.wait(lambda: combo.count > 1)
        titles = [combo.itemText(index) for index in range(combo.count)]
        choose(combo, next(n for n, title in enumerate(titles) if "STIR" in title))
        settle(1.0)
        self.photograph("slicer-under", folder=IMAGES, at=combo)
        self.desk.clear()
        self.desk.panels["study"].open_patient(self.course_patient())
        self.quick_calls()
        session = self.logic.session
        self.step(5)
        self.press(self.desk.result.course.ui.followButton)
        assert session.course.is_current
        self.photograph("slicer-course", folder=IMAGES)


@unittest.skipUnless(SIZE, "pictures are made on demand: SPINEDCE_PICTURES=full")
class BrowserPictures(BrowserTest):
    size = SIZE or "small"

    def test_the_dicom_browser(self):
        folders = self.sample_folders()
        with self.database(folders["before"]):
            self.select_series(DYNAMIC)
            offered = self.examine()
            assert any(reader == VISIT for _name, reader, _checked in offered), offered
            table = self.browser.loadableTable
            table.setColumnWidth(0, table.width // 2)
            self.photograph("slicer-browser", folder=IMAGES)


@unittest.skipUnless(ARCHIVE, "they need an archive: Testing/in_slicer/make_archive_pictures.py")
class ArchivePictures(DeskTest):
    """Received studies, search, and sending, beside a real archive."""

    def test_the_archive(self):
        slicer.util.mainWindow().resize(1150, 1000)
        study = self.desk.panels["study"].archive
        self.step(1)
        self.wait(lambda: study.ui.receivedTable.rowCount == 2)
        ready = next(n for n, row in enumerate(study._received) if row.ready)
        study.ui.receivedTable.selectRow(ready)
        self.photograph("slicer-received", folder=IMAGES, at=study.ui.receivedBox)
        study.ui.archiveBox.collapsed = False
        settle(0.2)
        type_into(study.ui.patientEdit, "Anna")
        self.wait(lambda: study.ui.studiesTable.rowCount == 2)
        self.photograph("slicer-search", folder=IMAGES, at=study.ui.openButton)
        press(study.ui.openButton)
        session = self.logic.session
        self.wait(lambda: len(session.visits) == 2 and all(v.is_current for v in session.visits))
        for visit in session.visits:  # both were analysed when they were received
            self.desk.select_visit(visit.name)
            if self.ui("study").reviewButton.visible:
                self.press(self.ui("study").reviewButton)
        self.step(3)
        for visit, part in zip(session.visits, ("before", "after"), strict=True):
            self.desk.select_visit(visit.name)
            regions = Path(ARCHIVE) / "patient" / part / "truth" / "rois.seg.nrrd"
            self.desk.regions.read_file(regions)
        self.desk.compute()
        self.step(5)
        sent = self.desk.result.sent.ui
        sent.sendBox.collapsed = False
        settle(0.2)
        press(sent.listButton)
        self.wait(lambda: sent.objectsTable.rowCount > 2)
        questions = []
        with mock.patch.object(
            slicer.util, "confirmOkCancelDisplay", lambda text, **_: questions.append(text) or True
        ):
            press(sent.sendButton)
        assert len(questions) == 1
        assert not self.popups
        table = sent.objectsTable
        self.wait(lambda: all(table.item(n, 3).text() == "stored" for n in range(table.rowCount)))
        table.selectRow(0)
        self.photograph("slicer-sent", folder=IMAGES, at=sent.sendBox)
