"""Studies that were sent to this program, on the page: their list, and opening without waiting."""

import os
import shutil
import time
from unittest import mock

import numpy as np
import pydicom
import pytest
import SimpleITK as sitk
from browser.page import Page, Program, skip_without_browser
from network.tiny_study import write_tiny_study
from sample_patients import sample_visit
from SpineDCELib.network.arrived_studies import ArrivedStudies, ArrivedStudy

pytest.importorskip("trame_slicer", reason="trame-slicer is not installed")

from browser.test_control_audit import CONTROLS, Audit, close
from SpineDCELib.network.prepared_study import prepare

pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]


class ReceivedAudit(Audit):
    """An audit of the list of received studies."""

    def note(self):
        shown = CONTROLS.replace("'body *'", "'#received *, .unreviewed *'")
        self.seen |= set(self.page.js(shown))


def receive(studies, folder, **state):
    """Put a study where the reception would, and return its UID."""
    head = pydicom.dcmread(next(folder.rglob("*.dcm")), stop_before_pixels=True)
    uid = str(head.StudyInstanceUID)
    shutil.copytree(folder, studies.images(uid))
    studies.save(
        ArrivedStudy(
            uid, patient=str(head.PatientID), description=str(head.StudyDescription),
            date=str(head.StudyDate), **state,
        )
    )  # fmt: skip
    return uid


@pytest.fixture(scope="module")
def received(tmp_path_factory):
    """Return the page, the studies, and the UIDs of a ready one and one without an artery."""
    skip_without_browser()
    home = tmp_path_factory.mktemp("home")
    before, sample = (sample_visit(tmp_path_factory, "A", n, "quick") for n in ("before", "after"))
    with mock.patch.dict(os.environ, {"SPINEDCE_HOME": str(home)}):
        studies = ArrivedStudies(home / "received")
        ready = receive(studies, sample / "dicom", state="analysing")
        without = write_tiny_study(home / "tiny", patient="P2", frames=30).folder
        failed = receive(studies, without, state="analysing")
        prepare(studies, ready)
        prepare(studies, failed)
        shutil.copytree(before / "dicom", home / "fetched" / "one")
        earlier = {"uid": "1.2.3", "date": "20210302", "description": "",
                   "images": str(home / "fetched" / "one"), "message": ""}  # fmt: skip
        other = earlier | {"uid": "1.2.4", "date": "20200302", "message": "Its series are missing."}
        studies.change(ready, earlier=[other, earlier])
    program = Program(home, module="browser.switchable_program")
    page = Page(program.address)
    page.driver.set_script_timeout(60)
    (home / "sample").mkdir()
    sample_patient = home / "sample" / "small"
    for part in ("before", "after"):
        shutil.copytree(sample, sample_patient / part)
    yield ReceivedAudit(page, home, home), studies, ready, failed
    troubles = page.troubles() + program.troubles()
    page.quit()
    program.stop()
    assert troubles == []


def rows(audit):
    return {row["uid"]: row for row in audit.page.state("received")}


def test_the_list_says_how_far_each_study_is_and_follows(received):
    audit, studies, ready, failed = received
    page = audit.page
    page.wait(lambda: len(rows(audit)) == 2, 10)
    listed = rows(audit)
    assert listed[ready]["state"] == "Ready"
    assert listed[ready]["unreviewed"]
    assert listed[ready]["message"].startswith("Usable; limited by:")
    assert listed[failed]["state"] == "Cannot be analysed"
    assert "No artery was found" in listed[failed]["message"]
    checks = page.js(
        "return [...document.querySelectorAll('.protocol > summary')].map((e) => e.innerText)"
    )
    assert len(checks) == 2
    place = list(listed).index(failed) + 1
    check = f".received-study:nth-child({place}) .protocol"
    audit.row("fold PROTOCOL CHECK", lambda: audit.click(f"{check} > summary"),
              lambda: page.element(f"{check} table").is_displayed(), page_only=True)  # fmt: skip
    shown = page.element(check).text
    points = studies.study(failed).points
    assert {p["name"] for p in points} >= {"frame time", "flip angle", "artery", "T1", "motion"}
    for point in points:
        assert all(point[key] in shown for key in ("name", "found", "asked", "source")), point
    assert "cannot be analysed" in shown
    page.picture(audit.folder / "list.png")
    time.sleep(2.5)
    assert page.element(f"{check} table").is_displayed(), "it stays open while the list is followed"
    studies.place("1.2.3").mkdir()
    studies.save(ArrivedStudy("1.2.3", patient="P3", objects=2))
    page.wait(lambda: rows(audit).get("1.2.3", {}).get("state") == "Arriving", 10)
    shutil.rmtree(studies.place("1.2.3"))
    page.wait(lambda: "1.2.3" not in rows(audit), 10)


def test_a_ready_study_opens_with_everything_computed_and_not_reviewed(received):
    audit, studies, ready, _failed = received
    page = audit.page
    place = list(rows(audit)).index(ready) + 1
    began = time.monotonic()
    audit.row(
        "open-received", lambda: audit.click(f".received-study:nth-child({place}) .open-received"),
        lambda: page.state("ready_to_export") and page.state("has_curves"),
    )  # fmt: skip
    print(f"opened in {time.monotonic() - began:.2f} s")
    page.settled()
    page.picture(audit.folder / "opened.png")
    assert "NOT REVIEWED" in page.element(".whose").text
    assert ready not in rows(audit), "what is open is not offered"
    stored = sitk.GetArrayFromImage(sitk.ReadImage(studies.place(ready) / "results" / "vp.nrrd"))
    mean = float(np.nanmean(stored))
    assert audit.visit("baseline")["numbers"]["mean of vp"] == pytest.approx(mean, rel=1e-5)
    assert audit.failed() == {}


def test_a_person_marks_it_as_reviewed(received):
    audit, studies, ready, _failed = received
    page = audit.page
    audit.row("mark-reviewed", lambda: audit.click(".mark-reviewed"),
              lambda: studies.study(ready).reviewed)  # fmt: skip
    page.wait(lambda: "NOT REVIEWED" not in page.element(".whose").text, 10)
    assert not page.driver.find_elements("css selector", ".unreviewed")
    assert audit.failed() == {}


def test_the_earlier_visits_of_the_patient_are_opened_before_it(received):
    audit, studies, ready, _failed = received
    page = audit.page
    close(audit)
    page.wait(lambda: ready in rows(audit), 10)
    listed = rows(audit)[ready]
    assert listed["earlier"] == ["2 March 2020: Its series are missing.", "2 March 2021"]
    place = list(rows(audit)).index(ready) + 1
    card = f".received-study:nth-child({place})"
    assert "Open with 1 earlier visit" in page.element(card).text
    page.picture(audit.folder / "earlier.png")
    audit.row("open-course", lambda: audit.click(f"{card} .open-course"),
              lambda: len(page.state("visits")) == 2, seconds=60)  # fmt: skip
    page.opened()
    paths = [visit["study"] for visit in audit.facts()["visits"].values()]
    assert paths == [str(audit.home / "fetched" / "one"), str(studies.images(ready))]
    assert "Baseline, 2 March 2021" in page.state("titles")["baseline"]
    assert audit.failed() == {}


def test_every_control_of_the_list_has_a_row(received):
    """Runs last, after all others."""
    audit = received[0]
    assert sorted(audit.seen - set(audit.tried)) == [], "controls without a row"
    assert audit.weak == set(), "rows that hold without their handler"
