"""The pictures of docs/pacs.md: ``python -m browser.make_archive_pictures docs/images``.

The page is used by mouse and keyboard beside an Orthanc that holds the sample patient.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import tempfile
import time
from pathlib import Path

import pydicom
from browser.make_pictures import shrink
from browser.page import VISITS, Page, Program
from network.orthanc import TITLE, Orthanc, running
from SpineDCELib.network.arrived_studies import ArrivedStudies, ArrivedStudy
from SpineDCELib.network.prepared_study import prepare
from SpineDCELib.phantom import write_study
from SpineDCELib.phantom.patients import VISITS as PARTS


class Walk:
    """The steps of docs/pacs.md on the sample patient."""

    def __init__(self, page: Page, sample: Path, folder: Path) -> None:
        self.page, self.sample, self.folder = page, sample, folder

    def shot(self, name: str, after: float = 1.0) -> None:
        time.sleep(after)
        path = self.folder / f"pacs-{name}.png"
        self.page.picture(path)
        shrink(path)
        print(path, f"{path.stat().st_size / 1000:.0f} kB", flush=True)

    def run(self) -> None:
        page = self.page
        page.wait(lambda: len(page.state("received")) == 2, 20)
        page.click(".received-study:first-child .protocol > summary")
        self.shot("received")
        page.click(".open-received")
        page.opened(1)
        self.shot("not-reviewed")
        page.click(".mark-reviewed")
        page.click("#close-study")
        page.wait(lambda: not page.state("visits"))
        page.click("#from-pacs")
        page.click("#pacs-patient")
        page.element("#pacs-patient").send_keys("Anna\ue007")
        page.wait(lambda: page.state("pacs")["rows"], 30)
        page.idle()
        self.shot("search")
        page.click("#pacs-open")
        page.wait(lambda: page.state("busy_share") > 20, 60)
        self.shot("fetch", 0)
        self.opened()
        self.regions()
        page.click("#step-5")
        page.click("#list-objects")
        page.wait(lambda: page.state("send")["rows"], 200)
        page.idle()
        page.click("#send")
        page.wait(lambda: page.state("send")["question"])
        self.show("#send-question")
        self.shot("question")
        page.click("#confirm-send")
        page.wait(lambda: all(row["answers"] for row in page.state("send")["rows"]), 200)
        page.idle()
        self.show("#send-part")
        self.shot("sent")
        page.click("#step-1")
        page.click("#close-study")
        page.wait(lambda: not page.state("visits"))
        page.click("#from-pacs")
        page.click("#pacs-open")
        self.opened()
        page.click("#step-3")
        page.wait(lambda: page.state("stored"), 60)
        self.show("#stored")
        self.shot("regions")

    def opened(self) -> None:
        self.page.wait(lambda: len(self.page.state("visits")) == 2, 600, "the visits")
        self.page.wait(lambda: not self.page.state("busy"), 600, "the maps")
        self.page.opened()

    def regions(self) -> None:
        """Load the true regions into both visits."""
        page = self.page
        page.click("#step-3")
        for visit, part in VISITS.items():
            page.click(f"#select-{visit}")
            page.wait(lambda visit=visit: page.state("visit") == visit)
            truth = self.sample / part / "truth" / "rois.seg.nrrd"
            page.element("#upload-regions").send_keys(str(truth))
            page.wait(lambda: page.state("regions"), 60)
            page.settled()

    def show(self, selector: str) -> None:
        script = "document.querySelector(arguments[0]).scrollIntoView({block: 'end'})"
        self.page.js(script, selector)


def receive(studies: ArrivedStudies, images: Path) -> None:
    """Let a study be one that was received, and analyse it."""
    head = pydicom.dcmread(next(images.rglob("*.dcm")), stop_before_pixels=True)
    uid = str(head.StudyInstanceUID)
    shutil.copytree(images, studies.images(uid))
    studies.save(
        ArrivedStudy(
            uid, "analysing", str(head.PatientID), str(head.StudyDescription), str(head.StudyDate),
            attempts=1, objects=studies.count(uid),
        )
    )  # fmt: skip
    prepare(studies, uid)


def _fill(home: Path, archive: Orthanc, size: str) -> Path:
    """Fill archive and received studies, and return the folder of the sample patient."""
    sample = home / "patient"
    for part in PARTS:
        write_study(sample / part, patient="A", visit=part, size=size)
        archive.fill(sample / part / "dicom")
    os.environ["SPINEDCE_HOME"] = str(home)
    studies = ArrivedStudies(home / "received")
    anatomy = home / "anatomy"
    for number, one in enumerate(sorted((sample / "after" / "dicom").rglob("*.dcm"))[-6:]):
        image = pydicom.dcmread(one)
        image.StudyInstanceUID, image.PatientID = "1.2.826.0.1.3680043.8.498.1", "ANOTHER"
        anatomy.mkdir(exist_ok=True)
        image.save_as(anatomy / f"{number}.dcm")
    receive(studies, anatomy)
    receive(studies, sample / "before" / "dicom")
    dimse = {"host": "127.0.0.1", "port": archive.dicom, "ae_title": TITLE, "retrieve": "get"}
    (home / "pacs.json").write_text(json.dumps({"nodes": {"hospital": dimse}}))
    return sample


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--size", default="quick")
    options = parser.parse_args()
    home = Path(tempfile.mkdtemp())
    with running(home / "orthanc") as archive:
        sample = _fill(home, archive, options.size)
        program = Program(home)
        page = Page(program.address, home / "downloads")
        try:
            Walk(page, sample, options.folder).run()
            print(program.troubles(), page.troubles())
        finally:
            page.quit()
            program.stop()


if __name__ == "__main__":
    main()
