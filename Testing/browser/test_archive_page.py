"""The page and a real archive: search, retrieval, and what is sent back.

Every control of the panels for archives has a row here, as in ``test_control_audit``.
"""

from pathlib import Path

import pydicom
import pytest
from browser.page import Page, Program, sample_home
from network.orthanc import configure, free_port, running
from network.tiny_study import write_tiny_study

pytest.importorskip("trame_slicer", reason="trame-slicer is not installed")
pytest.importorskip("pynetdicom")

from browser.test_control_audit import CONTROLS, Audit, close
from pydicom.uid import UID
from pynetdicom import AE, AllStoragePresentationContexts, evt
from series.length_reports import in_image, length, write_report
from SpineDCELib.network.associations import SYNTAXES
from SpineDCELib.run.stored_drawings import stored_drawings
from SpineDCELib.series import read_segmentation

pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]

#: Controls of the panels for archives, which must have a row here.
OF_ARCHIVES = CONTROLS.replace("'body *'", "'#pacs *, #send-part *, #stored *'")
ANNA, BOTH = "SPINEDCE-A", ("18 May 2021", "2 March 2021")


class ArchiveAudit(Audit):
    """An audit of the panels for archives."""

    def note(self):
        self.seen |= set(self.page.js(OF_ARCHIVES))


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    with running(tmp_path_factory.mktemp("orthanc")) as archive:
        yield archive


@pytest.fixture(scope="module")
def audit(tmp_path_factory, archive):
    """The page on a computer without a configured archive.

    The archive has both visits of the sample patient, and a study of another patient.
    """
    folder, home = tmp_path_factory.mktemp("audit"), sample_home(tmp_path_factory, "quick")
    for part in ("before", "after"):
        archive.fill(home / "sample" / "small" / part / "dicom")
    other = write_tiny_study(folder / "other", patient="OTHER", name="Roe^Jane", frames=12)
    archive.fill(other.folder)
    program = Program(home, module="browser.switchable_program")
    page = Page(program.address, folder / "downloads")
    page.driver.set_script_timeout(60)
    yield ArchiveAudit(page, home, folder)
    troubles = page.troubles() + program.troubles()
    log = program.log.read_text(errors="replace")
    page.quit()
    program.stop()
    assert troubles == []
    assert not {ANNA, "Anna", "Roe"} & set(log.replace(",", " ").split()), "it names a patient"


def rows(audit, key="day"):
    return [row[key] for row in audit.page.state("pacs")["rows"]]


def searched(audit, *days):
    """Return a condition: a search has found the studies of these days."""
    return lambda: tuple(rows(audit)) == days and not audit.page.state("busy")


def text(audit, selector):
    """Return the text of an element; "" while there is none."""
    return audit.page.js("return document.querySelector(arguments[0])?.innerText ?? ''", selector)


def picture(audit, name):
    audit.page.picture(audit.folder / f"{name}.png")


def test_without_a_configured_archive_there_is_only_how_to_configure_one(audit):
    audit.row("from-pacs", lambda: audit.click("#from-pacs"),
              lambda: str(audit.home / "pacs.json") in text(audit, "#no-archive"))  # fmt: skip
    assert not audit.page.driver.find_elements("css selector", "#pacs-search")
    picture(audit, "no-archive")
    assert audit.failed() == {}


def test_studies_are_found_by_patient_date_and_description(audit, archive):
    page, all_of_them = audit.page, ("12 March 2026", *BOTH)
    configure(audit.home, archive)
    audit.click("#from-pacs")
    audit.click("#from-pacs")
    page.wait(lambda: page.state("pacs_node") == "move")
    audit.row("pacs-search", lambda: audit.click("#pacs-search"), searched(audit, *all_of_them))
    assert rows(audit, "visit") == ["", "", ""], "two patients: nobody is proposed"
    audit.row("pacs-node", lambda: audit.choose("pacs-node", "get"),
              lambda: page.state("pacs_node") == "get")  # fmt: skip
    audit.row("pacs-patient", lambda: audit.type("#pacs-patient", "Roe"),
              searched(audit, "12 March 2026"))  # fmt: skip
    picture(audit, "other")
    audit.type("#pacs-patient", "")
    page.wait(searched(audit, *all_of_them))
    audit.row("pacs-description", lambda: audit.type("#pacs-description", "digital"),
              searched(audit, *BOTH))  # fmt: skip
    assert rows(audit, "visit") == ["Follow-up", "Baseline"], "all of one patient are proposed"
    picture(audit, "found")
    audit.type("#pacs-description", "")
    page.wait(searched(audit, *all_of_them))
    audit.row("pacs-first", lambda: page.element("#pacs-first").send_keys("05012021\ue007"),
              searched(audit, *all_of_them[:2]))  # fmt: skip
    audit.row("pacs-last", lambda: page.element("#pacs-last").send_keys("12312021\ue007"),
              searched(audit, BOTH[0]))  # fmt: skip
    for field in ("first", "last"):
        page.element(f"#pacs-{field}").send_keys("\ue003\ue007")
    page.wait(searched(audit, *all_of_them))
    assert audit.failed() == {}


def test_the_visits_of_a_patient_are_fetched_and_opened(audit, archive):
    page = audit.page

    def study(number):
        return lambda: audit.click(f".pacs-study:nth-child({number})")

    audit.row("pacs-study", study(2), lambda: rows(audit, "visit") == ["", "Follow-up", "Baseline"])
    study(3)()
    page.wait(lambda: rows(audit, "visit") == ["", "Baseline", ""])
    study(1)()
    page.wait(lambda: rows(audit, "visit") == ["Baseline", "", ""])
    study(3)()
    page.wait(lambda: rows(audit, "visit") == ["", "Follow-up", "Baseline"])
    with archive.paused():  # so that there is time to cancel
        audit.row("pacs-open", lambda: audit.click("#pacs-open"),
                  lambda: "Fetching" in page.state("busy_title"))  # fmt: skip
        picture(audit, "fetching")
        audit.row("cancel", lambda: audit.click("#cancel"), lambda: not page.state("busy"))
    assert page.state("visits") == []
    numbers = {len(list(one.rglob("*.dcm"))) for one in (audit.home / "fetched" / "get").glob("*")}
    whole = len(list((audit.sample / "before" / "dicom").rglob("*.dcm")))
    assert numbers <= {whole}, "a study is fetched as a whole or not at all"
    audit.click("#pacs-open")
    page.opened()
    paths = {name: Path(visit["study"]) for name, visit in audit.facts()["visits"].items()}
    assert {path.parent for path in paths.values()} == {audit.home / "fetched" / "get"}
    days = {
        name: pydicom.dcmread(next(path.rglob("*.dcm"))).StudyDate for name, path in paths.items()
    }
    assert days == {"baseline": "20210302", "follow-up": "20210518"}
    picture(audit, "opened")
    assert audit.failed() == {}


class Picky:
    """An archive that is full where secondary captures are stored, until it is no longer."""

    def __init__(self):
        self.full, self.asked, self.stored = True, [], []

    def store(self, event):
        uid = str(event.request.AffectedSOPInstanceUID)
        self.asked.append(uid)
        if self.full and "Secondary Capture" in UID(event.request.AffectedSOPClassUID).name:
            return 0xA700
        self.stored.append(uid)
        return 0x0000


@pytest.fixture
def picky():
    found, entity = Picky(), AE(ae_title="PICKY")
    for context in AllStoragePresentationContexts:
        entity.add_supported_context(context.abstract_syntax, list(SYNTAXES))
    handlers = [(evt.EVT_C_STORE, found.store)]
    server = entity.start_server(("127.0.0.1", 0), block=False, evt_handlers=handlers)
    found.node = {"host": "127.0.0.1", "port": server.server_address[1], "ae_title": "PICKY"}
    yield found
    server.shutdown()


def sent(audit):
    """Return the number of objects that the list says are stored, and of those that are not."""
    answers = [a for row in audit.page.state("send")["rows"] for a in row["answers"]]
    failed = sum("not stored" in answer for answer in answers)
    return len(answers) - failed, failed


def test_results_are_sent_after_a_question_and_each_object_has_its_answer(audit, archive):
    page = audit.page
    configure(audit.home, archive)
    audit.ready()
    audit.step(5)
    audit.quiet()
    before = set(archive.instances())
    audit.row("list-objects", lambda: audit.click("#list-objects"),
              lambda: page.state("send")["rows"], seconds=90)  # fmt: skip
    page.idle()
    audit.note()
    counts = [row["count"] for row in page.state("send")["rows"]]
    every = sum(counts)
    fewer = len(counts) - 1
    audit.row("send-choice", lambda: audit.click(".send-choice"),
              lambda: len(page.state("send_chosen")) == fewer, page_only=True)  # fmt: skip
    audit.row("send-node", lambda: audit.choose("send-node", "get"),
              lambda: page.state("send_node") == "get")  # fmt: skip
    audit.row("send", lambda: audit.click("#send"),
              lambda: f"port {archive.dicom}" in text(audit, "#send-question"))  # fmt: skip
    page.js("document.querySelector('#send-question').scrollIntoView()")
    picture(audit, "question")
    audit.row("do-not-send", lambda: audit.click("#do-not-send"),
              lambda: not text(audit, "#send-question"))  # fmt: skip
    assert set(archive.instances()) == before, "nothing was sent without an answer"
    audit.click("#send")
    audit.row("confirm-send", lambda: audit.click("#confirm-send"),
              lambda: sent(audit) == (every - counts[0], 0), seconds=90)  # fmt: skip
    page.idle()
    assert audit.failed() == {}
    assert len(set(archive.instances()) - before) == every - counts[0]
    picture(audit, "sent")
    page.js("document.querySelector('.send-choice').scrollIntoView({block: 'center'})")
    audit.click(".send-choice")
    page.wait(lambda: len(page.state("send_chosen")) == 1)
    audit.click("#send")
    page.wait(lambda: sent(audit) == (every, 0), 90, "the rest, without another question")
    assert len(set(archive.instances()) - before) == every
    assert audit.failed() == {}


def test_what_an_archive_did_not_store_is_sent_again(audit, archive, picky):
    page = audit.page
    configure(audit.home, archive, picky=picky.node)
    audit.click("#step-4")
    audit.click("#step-5")
    page.wait(lambda: "picky" in page.state("send")["nodes"])
    audit.choose("send-node", "picky")
    for box in page.driver.find_elements("css selector", ".send-choice"):
        if not box.is_selected():
            box.click()
    every = sum(row["count"] for row in page.state("send")["rows"])
    audit.click("#send")
    page.wait(lambda: "PICKY" in text(audit, "#send-question"), 10, "a question for each archive")
    audit.click("#confirm-send")
    page.wait(lambda: sum(sent(audit)) == every, 90, "the answers")
    page.idle()
    stored, failed = sent(audit)
    assert stored == len(picky.stored)
    assert failed == every - stored > 0
    assert text(audit, "#send").upper() == "SEND AGAIN"
    page.js("document.querySelector('.answer.warn').scrollIntoView({block: 'center'})")
    picture(audit, "full")
    picky.full = False
    audit.click("#send")
    page.wait(lambda: sent(audit) == (every, 0), 90, "the second sending")
    assert len(picky.stored) == len(set(picky.stored)) == every, "what was stored is not sent again"
    assert len(picky.asked) == every + failed
    audit.click("label[for=anonymise]")
    page.wait(lambda: page.state("send")["rows"] == [], 10, "the objects name the patient")
    audit.click("label[for=anonymise]")


def test_regions_and_lengths_in_the_archive_are_offered_and_loaded(audit, archive):
    """What was sent comes back in a new copy of the study, and so do another program's lengths."""
    page = audit.page
    configure(audit.home, archive)
    close(audit)
    images = sorted((audit.sample / "before" / "dicom").rglob("*.dcm"))
    image = pydicom.dcmread(images[0], stop_before_pixels=True)
    lines = [length("Long Axis", in_image((10, 10, 20, 10), image)),
             length("Short Axis", in_image((15, 6, 15, 14), image))]  # fmt: skip
    report = audit.folder / "lengths.dcm"
    write_report(report, {"Lesion": lines})
    stored = pydicom.dcmread(report)
    stored.StudyInstanceUID, stored.PatientID = image.StudyInstanceUID, image.PatientID
    stored.save_as(report)
    archive.rest("/instances", report.read_bytes())
    page.wait(lambda: page.driver.find_elements("css selector", "#from-pacs"))
    if not page.state("pacs_open"):
        audit.click("#from-pacs")
    audit.choose("pacs-node", "move")
    audit.type("#pacs-patient", ANNA)
    page.wait(searched(audit, *BOTH))
    audit.click("#pacs-open")
    page.opened()
    audit.step(3)
    audit.select("baseline")
    assert audit.visit()["voxels"] == {}, "it is another copy, on which nobody has worked"
    titles = page.wait(lambda: [row["title"] for row in page.state("stored")], 60)
    regions = next(n for n, title in enumerate(titles, 1) if title.startswith("Regions"))
    lengths = next(n for n, title in enumerate(titles, 1) if title.startswith("Lengths"))
    picture(audit, "stored")
    files = stored_drawings(Path(audit.visit()["study"]))
    drawn = read_segmentation(next(one.path for one in files if one.kind == "regions")).masks
    assert len(drawn) > 1
    audit.row(
        "load-stored", lambda: audit.click(f"#stored .row:nth-child({regions + 1}) .load-stored"),
        lambda: set(drawn) <= set(audit.visit()["voxels"]), seconds=60,
    )  # fmt: skip
    audit.quiet()
    found = audit.visit()["voxels"]
    assert {name: found[name] for name in drawn} == {n: int(m.sum()) for n, m in drawn.items()}
    audit.click(f"#stored .row:nth-child({lengths + 1}) .load-stored")
    page.wait(lambda: audit.visit()["rulers"] == 2, 20, "the rulers")
    audit.quiet()
    picture(audit, "loaded")
    assert audit.failed() == {}


def test_an_archive_that_cannot_be_reached_is_a_message(audit, archive):
    page = audit.page
    close(audit)
    down = {"host": "127.0.0.1", "port": free_port(), "ae_title": "DOWN", "timeout": 5}
    configure(audit.home, archive, down=down)
    if page.state("pacs_open"):
        audit.click("#from-pacs")
    audit.click("#from-pacs")
    page.wait(lambda: "down" in page.state("pacs")["nodes"])
    listed = rows(audit)
    audit.choose("pacs-node", "down")
    audit.click("#pacs-search")
    page.wait(lambda: "cannot be reached" in page.state("error"), 30)
    picture(audit, "down")
    assert rows(audit) == listed, "what was found before is still there"
    audit.click("#close-error")


def test_every_control_of_these_panels_has_a_row(audit):
    """Runs last, after all others."""
    assert sorted(audit.seen - set(audit.tried)) == [], "controls without a row"
    assert audit.weak == set(), "rows that hold without their handler"
