"""Checks of the audit for the controls of archives, received studies, and what a study holds.

The archive is one in memory: Testing/desktop has the same panels beside a real one.
"""

import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

import pydicom
import qt
import slicer
from desk import settle
from hands import choose, press, type_into

_PICKED, _LEFT = "☑", "☐"


class MemoryArchive:
    """An archive that holds both visits of the sample patient."""

    def __init__(self, folders):
        self.folders = {}
        for folder in folders:
            head = pydicom.dcmread(next(folder.rglob("*.dcm")), stop_before_pixels=True)
            self.folders[str(head.StudyInstanceUID)] = folder, head
        self.asked, self.sent = [], []

    def find(self, query, _progress=None):
        from SpineDCELib.network.study_query import SeriesEntry, StudyEntry

        self.asked.append(query)
        series = (SeriesEntry("1", "MR", "DCE sag", "1", 500),)
        found = [
            StudyEntry(uid, str(h.PatientID), str(h.PatientName), str(h.StudyDate), "spine", (),
                       None, series)
            for uid, (_folder, h) in self.folders.items()
        ]  # fmt: skip
        return sorted(found, key=lambda one: one.date, reverse=True)

    def send(self, files, _progress=None):
        from SpineDCELib.network.sent_objects import Sent

        self.sent += files
        return [Sent(one.path, one.sop_instance, stored=True) for one in files]

    @contextmanager
    def in_use(self, home):
        """Let the panels find this archive, and nothing of the user's."""
        node = {"host": "127.0.0.1", "port": 104, "ae_title": "ARCHIVE"}
        home.mkdir(parents=True, exist_ok=True)
        (home / "pacs.json").write_text(
            '{"own": {"ae_title": "ME", "port": 11112}, "nodes": {"first": %s, "second": %s}}'
            % ((str(node).replace("'", '"'),) * 2)
        )
        module = "SpineDCEWidget.shared.archive_search"
        with (
            mock.patch.dict(os.environ, {"SPINEDCE_HOME": str(home)}),
            mock.patch(f"{module}.Archive.named", return_value=self),
            mock.patch(f"{module}._fetched", lambda _node, uid, _share: self.folders[uid][0]),
        ):
            yield self


def receive(home, folder, *, earlier):
    """Let the follow-up visit of the sample patient be one that was received and is ready."""
    from SpineDCELib.network.arrived_studies import ArrivedStudies, ArrivedStudy

    studies = ArrivedStudies(home / "received")
    before = {"images": str(folder / "before/dicom"), "date": "20210302", "message": ""}
    shutil.copytree(folder / "after/dicom", studies.images("1.2.3"))
    study = ArrivedStudy(
        "1.2.3", state="ready", patient="P", date="20210518", usable=True,
        message="Usable.", earlier=[{"uid": "1.2", **before}] if earlier else [],
    )  # fmt: skip
    studies.save(study)
    return studies


class ArchiveChecks:
    """Part of the audit; each check opens what it needs."""

    # -- search ---------------------------------------------------------------------------------

    @property
    def found_ui(self):
        return self.desk.panels["study"].archive.ui

    @contextmanager
    def archive(self):
        """The archive in use, with its search open."""
        folder = self.truth["baseline"].parents[1]
        shelf = MemoryArchive([folder / "before/dicom", folder / "after/dicom"])
        with tempfile.TemporaryDirectory() as home, shelf.in_use(Path(home)):
            self.desk.go_to_step("study")
            self.found_ui.archiveBox.collapsed = False
            self.desk.refresh()
            settle(0.1)
            try:
                yield shelf
            finally:
                self.found_ui.archiveBox.collapsed = True

    def check_study_archiveBox(self, box):
        press(box, at=qt.QPoint(30, 8))
        settle(0.2)
        try:
            assert not box.collapsed
            assert self.found_ui.withoutLabel.text or self.found_ui.nodeCombo.count
        finally:
            box.collapsed = True

    def check_study_receivedBox(self, box):
        self.check_collapsible(box)

    def check_study_nodeCombo(self, combo):
        with self.archive():
            choose(combo, 1)
            named = []
            with mock.patch(
                "SpineDCEWidget.shared.archive_search.Archive.named",
                side_effect=lambda name: named.append(name) or MemoryArchive([]),
            ):
                press(self.found_ui.searchButton)
            assert named == ["second"]

    def asked(self, edit, text, part):
        """Type into a field and press Enter; return that part of the question."""
        with self.archive() as shelf:
            type_into(edit, text)
            settle(0.2)
            question = shelf.asked[-1] if shelf.asked else None
            edit.text = ""
        assert question is not None, "nothing was searched"
        return getattr(question, part)

    def check_study_patientEdit(self, edit):
        assert self.asked(edit, "Anna", "patient") == "Anna"

    def check_study_firstEdit(self, edit):
        assert "2021-03-01" in self.asked(edit, "2021-03-01", "date")

    def check_study_lastEdit(self, edit):
        assert "2021-06-01" in self.asked(edit, "2021-06-01", "date")

    def check_study_descriptionEdit(self, edit):
        assert self.asked(edit, "spine", "description") == "spine"

    def check_study_searchButton(self, button):
        with self.archive():
            press(button)
            settle(0.2)
            assert self.found_ui.studiesTable.rowCount == 2
            assert "2 studies" in self.found_ui.saidLabel.text

    def search(self):
        self.desk.panels["study"].archive.find()
        settle(0.1)

    def check_study_studiesTable(self, table):
        with self.archive():
            self.search()
            before = [table.item(row, 1).text() for row in range(2)]
            rect = table.visualItemRect(table.item(0, 1))
            press(table.viewport(), at=rect.center())
            settle(0.1)
            after = [table.item(row, 1).text() for row in range(2)]
            assert before != after
            assert after[0] == "–"

    def check_study_openButton(self, button):
        with self.archive():
            if self.session.visits:
                self.desk.clear()
            self.desk.go_to_step("study")
            self.search()
            press(button)
            settle(0.3)
            assert [visit.name for visit in self.session.visits] == ["baseline", "follow-up"]
            assert all(visit.is_current for visit in self.session.visits)
            assert self.session.visits[0].date < self.session.visits[1].date

    # -- received studies -----------------------------------------------------------------------

    @contextmanager
    def received(self, *, earlier=False):
        """A study that was received and is ready, selected in the list."""
        if self.session.visits:
            self.desk.clear()
        folder = self.truth["baseline"].parents[1]
        with self.archive():
            studies = receive(Path(os.environ["SPINEDCE_HOME"]), folder, earlier=earlier)
            self.desk.refresh()
            self.found_ui.receivedTable.selectRow(0)
            settle(0.1)
            yield studies
            self.desk.clear()

    def check_study_receivedTable(self, table):
        with self.received():
            table.setCurrentCell(-1, -1)
            table.clearSelection()
            settle(0.1)
            assert not self.found_ui.openReceivedButton.enabled
            rect = table.visualItemRect(table.item(0, 1))
            press(table.viewport(), at=rect.center())
            settle(0.1)
            assert self.found_ui.openReceivedButton.enabled
            assert "Usable" in self.found_ui.checkLabel.text

    def check_study_openReceivedButton(self, button):
        with self.received():
            press(button)
            settle(0.3)
            assert [visit.date for visit in self.session.visits] == ["20210518"]

    def check_study_openCourseButton(self, button):
        with self.received(earlier=True):
            press(button)
            settle(0.3)
            assert [visit.date for visit in self.session.visits] == ["20210302", "20210518"]

    def check_study_reviewButton(self, button):
        from SpineDCELib.run.study_work import mark_unreviewed, unreviewed

        with self.received():
            self.desk.panels["study"].archive.open_received()
            visit = self.session.visits[0]
            mark_unreviewed(visit.study_path, "Usable.")
            self.desk.refresh()
            assert "Not reviewed" in self.ui("study").reviewLabel.text
            press(button)
            assert unreviewed(visit.study_path) is None
            assert not self.ui("study").reviewFrame.visible

    # -- what a study holds ---------------------------------------------------------------------

    @contextmanager
    def study_copy(self):
        """A copy of the baseline study, to add files to; nothing is open."""
        if self.session.visits:
            self.desk.clear()
        with tempfile.TemporaryDirectory() as place:
            study = Path(place) / "study"
            shutil.copytree(self.truth["baseline"].parents[1] / "before/dicom", study)
            yield study
            self.desk.clear()

    @contextmanager
    def with_lengths_inside(self):
        """A visit whose folder holds a report with lengths beside the images."""
        from series.length_reports import COMPREHENSIVE_3D, in_space, length, write_report

        with self.study_copy() as study:
            lines = [in_space([0, 0, 0, 3, 4, 0]), in_space([0, 0, 0, 0, 0, 4])]
            lengths = [length("Length", line) for line in lines]
            write_report(study / "lengths.dcm", {"Lesion": lengths}, COMPREHENSIVE_3D)
            self.desk.panels["study"].open_folder("baseline", study)
            self.desk.go_to_step("regions")
            ui = self.ui("regions")
            self.wait(lambda: ui.storedFrame.visible and ui.storedTable.rowCount, 120)
            settle(0.5)
            yield

    def check_regions_storedTable(self, table):
        with self.with_lengths_inside():
            assert not self.ui("regions").loadStoredButton.enabled
            settle(1.0)  # until the frame, which has just appeared, is laid out
            rect = table.visualItemRect(table.item(0, 0))
            press(table.viewport(), at=rect.center())
            settle(0.1)
            assert self.ui("regions").loadStoredButton.enabled

    def check_regions_loadStoredButton(self, button):
        with self.with_lengths_inside():
            self.ui("regions").storedTable.selectRow(0)
            settle(0.1)
            press(button)
            settle(0.3)
            found = [round(ruler.length, 3) for ruler in self.session.visits[0].rulers]
            assert found == [5.0, 4.0], found

    def check_maps_underCombo(self, combo):
        from series.extra_series import add_series

        with self.study_copy() as study:
            add_series(study, 77, "Extra series", like=next(study.rglob("*.dcm")))
            self.desk.panels["study"].open_folder("baseline", study)
            self.desk.go_to_step("maps")
            self.wait(lambda: combo.count > 1, 120)  # until the study was searched
            widget = self.desk.views.slice_widget("baseline", "fused")
            before = widget.mrmlSliceCompositeNode().GetBackgroundVolumeID()
            titles = [combo.itemText(i) for i in range(combo.count)]
            choose(combo, titles.index("Extra series"))
            settle(0.2)
            after = widget.mrmlSliceCompositeNode().GetBackgroundVolumeID()
            assert slicer.mrmlScene.GetNodeByID(after).GetName().startswith("Extra series")
            assert after != before

    # -- sending --------------------------------------------------------------------------------

    @property
    def send_ui(self):
        return self.desk.result.sent.ui

    @contextmanager
    def listed(self):
        """Both visits with their objects listed."""
        if len(self.session.visits) != 2 or not all(v.is_current for v in self.session.visits):
            self.desk.clear()
            self.sample()
        with self.archive() as shelf:
            self.desk.go_to_step("result")
            self.send_ui.sendBox.collapsed = False
            self.desk.result.sent.close()
            self.desk.refresh()
            if self.desk.result.sent.ui.listButton.visible:
                self.desk.result.sent.prepare()
            settle(0.1)
            yield shelf
            self.send_ui.sendBox.collapsed = True

    def check_result_sendBox(self, box):
        self.check_collapsible(box)

    def check_result_listButton(self, button):
        with self.listed():
            self.desk.result.sent.close()
            self.desk.refresh()
            assert not self.send_ui.objectsTable.visible
            press(button)
            settle(0.3)
            assert self.send_ui.objectsTable.rowCount > 2

    def check_result_objectsTable(self, table):
        with self.listed():
            assert table.item(0, 0).text() == _PICKED
            assert table.horizontalScrollBar().maximum == 0, "the answers cannot be seen"
            rect = table.visualItemRect(table.item(0, 1))
            press(table.viewport(), at=rect.center())
            settle(0.1)
            assert table.item(0, 0).text() == _LEFT

    def check_result_nodeCombo(self, combo):
        with self.listed():
            choose(combo, 1)
            asked = []
            with mock.patch.object(
                slicer.util, "confirmOkCancelDisplay", lambda text, **_: asked.append(text)
            ):
                press(self.send_ui.sendButton)
            choose(combo, 0)
            assert "'second'" in asked[0]

    def check_result_sendButton(self, button):
        with self.listed() as shelf:
            with mock.patch.object(slicer.util, "confirmOkCancelDisplay", return_value=False):
                press(button)
            assert not shelf.sent
            with mock.patch.object(slicer.util, "confirmOkCancelDisplay", return_value=True):
                press(button)
            settle(0.2)
            table = self.send_ui.objectsTable
            count = sum(int(table.item(row, 2).text()) for row in range(table.rowCount))
            assert len(shelf.sent) == count
            assert {table.item(row, 3).text() for row in range(table.rowCount)} == {"stored"}

    def check_result_databaseButton(self, button):
        with self.listed():
            added = []
            with mock.patch("SpineDCEWidget.desktop.send_widget.add_to_database", added.extend):
                press(button)
            assert added
            assert all(Path(file).is_file() for file in added)
