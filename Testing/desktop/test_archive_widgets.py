"""The panel in 3D Slicer and a real archive: search, visits, results, received studies."""

import os
import shutil
from pathlib import Path
from unittest import mock

import pydicom
import pytest
from network.orthanc import configure, running
from network.tiny_study import write_tiny_study
from series.length_reports import COMPREHENSIVE_3D, in_space, length, write_report
from SpineDCELib.mrml.region_nodes import rulers_in
from SpineDCELib.network.arrived_studies import ArrivedStudies, ArrivedStudy

slicer = pytest.importorskip("slicer", reason="slicer-core has no wheel for this platform")
pytest.importorskip("pynetdicom")
pytest.importorskip("highdicom")

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture
def home(monkeypatch, tmp_path):
    monkeypatch.setenv("SPINEDCE_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture(scope="module")
def archive(tmp_path_factory, sample):
    with running(tmp_path_factory.mktemp("orthanc")) as archive:
        for paths in sample.values():
            archive.fill(paths.dicom)
        other = write_tiny_study(
            tmp_path_factory.mktemp("other"), patient="OTHER", name="Roe^Jane", frames=12
        )
        archive.fill(other.folder)
        yield archive


def opened_search(desk):
    """Return the panel of the archive with its search open."""
    panel = desk.panels["study"].archive
    panel.ui.archiveBox.collapsed = False
    panel.ui.archiveBox.emit("contentsCollapsed(bool)", False)
    return panel


def column(table, number):
    return [table.cells[row, number] for row in range(table.rowCount)]


def test_without_a_configured_archive_there_is_only_how_to_configure_one(desk, home):
    panel = opened_search(desk)
    assert str(home / "pacs.json") in panel.ui.withoutLabel.text
    assert not panel.ui.searchButton.enabled
    assert not panel.ui.openButton.visible
    assert not panel.ui.receivedBox.visible
    assert not desk.said


def test_the_visits_of_a_patient_are_found_fetched_and_opened(desk, home, archive):
    configure(home, archive)
    panel = opened_search(desk)
    ui = panel.ui
    assert [text for text, _ in ui.nodeCombo.items] == ["move", "get", "web"]
    ui.nodeCombo.currentIndex = 1
    ui.searchButton.click()
    assert column(ui.studiesTable, 2) == ["12 March 2026", "18 May 2021", "2 March 2021"]
    assert column(ui.studiesTable, 1) == ["–", "–", "–"], "two patients: nobody is proposed"
    assert not ui.openButton.enabled
    ui.firstEdit.text = "next Monday"
    ui.firstEdit.emit("returnPressed()")
    assert desk.said
    assert ui.studiesTable.rowCount == 3, "what was found stays"
    desk.said.clear()
    ui.firstEdit.text = ""
    ui.descriptionEdit.text = "digital"
    ui.descriptionEdit.emit("returnPressed()")
    assert column(ui.studiesTable, 1) == ["Follow-up", "Baseline"]
    ui.studiesTable.emit("cellClicked(int,int)", 0, 1)
    assert column(ui.studiesTable, 1) == ["–", "Baseline"]
    assert ui.openButton.text == "Fetch and open"
    ui.studiesTable.emit("cellClicked(int,int)", 0, 1)
    assert ui.openButton.text == "Fetch and open 2 visits"
    ui.openButton.click()
    assert not desk.said
    baseline, follow_up = desk.visits
    assert (baseline.date, follow_up.date) == ("20210302", "20210518")
    assert baseline.study_path.parent == home / "fetched" / "get"
    assert all(visit.is_current for visit in desk.visits)


def test_results_are_sent_after_a_question_and_kept_in_the_database(
    one, home, archive, monkeypatch, tmp_path
):
    monkeypatch.setattr(slicer.app, "temporaryPath", str(tmp_path), raising=False)
    questions, answers = [], [False, True]
    monkeypatch.setattr(
        slicer.util, "confirmOkCancelDisplay",
        lambda text, **_: questions.append(text) or answers.pop(0),
    )  # fmt: skip
    configure(home, archive)
    one.ui.step5Button.click()
    panel = one.panels["result"].sent
    ui = panel.ui
    ui.sendBox.collapsed = False
    ui.sendBox.emit("contentsCollapsed(bool)", False)
    assert not ui.objectsTable.visible
    ui.listButton.click()
    assert not one.said
    count = sum(int(text) for text in column(ui.objectsTable, 2))
    assert set(column(ui.objectsTable, 0)) == {"☑"}
    before = set(archive.instances())
    ui.sendButton.click()
    assert f"port {archive.dicom}" in questions[0]
    assert set(archive.instances()) == before, "nothing was sent without an answer"
    ui.objectsTable.emit("cellClicked(int,int)", 0, 0)
    first = int(ui.objectsTable.cells[0, 2])
    assert ui.objectsTable.cells[0, 0] == "☐"
    ui.sendButton.click()
    assert not one.said
    assert len(set(archive.instances()) - before) == count - first
    assert column(ui.objectsTable, 3) == ["–"] + ["stored"] * (ui.objectsTable.rowCount - 1)
    assert not ui.sendButton.enabled, "nothing is chosen any more"
    ui.objectsTable.emit("cellClicked(int,int)", 0, 0)
    ui.sendButton.click()
    assert len(questions) == 2, "asked once for each archive"
    assert len(set(archive.instances()) - before) == count
    ui.objectsTable.emit("cellClicked(int,int)", 0, 0)
    added = []
    monkeypatch.setattr("SpineDCEWidget.desktop.send_widget.add_to_database", added.extend)
    ui.databaseButton.click()
    assert len(added) == first
    assert all(pydicom.dcmread(file).PatientID for file in added)
    one.panels["result"].ui.anonymiseCheck.checked = True
    assert not ui.objectsTable.visible, "they name the patient"
    assert not one.said


def test_a_received_study_opens_at_once_and_is_marked_as_not_reviewed(desk, home, sample):
    from SpineDCELib.network.prepared_study import prepare

    studies = ArrivedStudies(home / "received")
    head = pydicom.dcmread(next(sample["before"].dicom.rglob("*.dcm")), stop_before_pixels=True)
    uid = str(head.StudyInstanceUID)
    shutil.copytree(sample["before"].dicom, studies.images(uid))
    studies.save(ArrivedStudy(uid, patient=str(head.PatientID), state="analysing"))
    with mock.patch.dict(os.environ, {"SPINEDCE_HOME": str(home)}):
        prepare(studies, uid)
    panel = desk.panels["study"].archive
    assert not panel.ui.receivedBox.visible
    panel._look.fire()
    ui = panel.ui
    assert column(ui.receivedTable, 0) == ["Ready\nNot reviewed"]
    assert not ui.openReceivedButton.enabled
    ui.receivedTable.selectRow(0)
    ui.receivedTable.emit("itemSelectionChanged()")
    assert ui.checkLabel.text.startswith("Usable")
    assert "asked for" in ui.checkLabel.text
    assert not ui.openCourseButton.visible, "there is no earlier visit"
    prepared = []
    with mock.patch(
        "SpineDCELib.analysis.artery_stages._search",
        side_effect=lambda *_: prepared.append("the artery is searched again"),
    ):
        ui.openReceivedButton.click()
    assert not prepared
    assert not desk.said
    [visit] = desk.visits
    assert visit.is_current
    assert Path(visit.study_path) == studies.images(uid)
    state = desk.panels["study"].ui
    assert "Not reviewed" in state.reviewLabel.text
    state.reviewButton.click()
    assert not state.reviewFrame.visible
    assert studies.study(uid).reviewed


def test_lengths_that_lie_in_the_study_are_offered(desk, home, sample, tmp_path):
    folder = tmp_path / "study"
    shutil.copytree(sample["before"].dicom, folder)
    lines = [in_space([0, 0, 0, 3, 4, 0]), in_space([0, 0, 0, 0, 0, 4])]
    lengths = [length("Length", line) for line in lines]
    write_report(folder / "sr.dcm", {"Lesion": lengths}, COMPREHENSIVE_3D)
    desk.panels["study"].open_folder("baseline", folder)
    desk.ui.step3Button.click()
    panel = desk.panels["regions"]
    ui = panel.ui
    assert not ui.storedFrame.visible
    panel._timer.fire()
    assert ui.storedFrame.visible
    assert column(ui.storedTable, 0) == ["Lengths: 5.0 mm, 4.0 mm, Measurements"]
    assert not ui.loadStoredButton.enabled
    ui.storedTable.selectRow(0)
    ui.storedTable.emit("itemSelectionChanged()")
    ui.loadStoredButton.click()
    assert not desk.said
    assert [ruler.length for ruler in rulers_in(desk.visit.nodes)] == [5.0, 4.0]
    ui.loadStoredButton.click()
    assert len(rulers_in(desk.visit.nodes)) == 2, "they are there already"


def test_a_package_that_is_missing_is_installed_after_a_question(desk, monkeypatch):
    from SpineDCELib.errors import InputError

    installed, answers = [], [False, True]
    monkeypatch.setattr(slicer.util, "pip_install", installed.append, raising=False)
    monkeypatch.setattr(slicer.util, "confirmOkCancelDisplay", lambda *_, **__: answers.pop(0))
    for expected in ([], ["pynetdicom"]):
        with desk.messages.errors_shown():
            raise InputError("It needs pynetdicom.", code="no_pynetdicom", about="pynetdicom")
        assert installed == expected
    assert desk.ui.messageLabel.text == "pynetdicom was installed. Try again."
