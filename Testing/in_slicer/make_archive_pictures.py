"""The pictures of 3D Slicer in docs/pacs.md: ``make_archive_pictures.py <Slicer> [folder]``.

An Orthanc holds the sample patient; ``spinedce pacs serve`` receives the follow-up visit and a
study that is not dynamic from DCMTK's ``storescu``, and finds the baseline visit in the archive.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pydicom
import start
from network.orthanc import TITLE, free_port, running
from SpineDCELib.network.arrived_studies import ArrivedStudies
from SpineDCELib.phantom import write_study
from SpineDCELib.phantom.patients import VISITS

SIZE = "quick"


def images_of_another(folder, images):
    """Write a few images of another patient, which hold no dynamic series."""
    folder.mkdir()
    for number, one in enumerate(sorted(images.rglob("*.dcm"))[-6:]):
        image = pydicom.dcmread(one)
        image.StudyInstanceUID, image.PatientID = "1.2.826.0.1.3680043.8.498.1", "ANOTHER"
        image.save_as(folder / f"{number}.dcm")
    return folder


def receive(home, port, folders):
    """Let the program receive folders, and wait until it has analysed what it can."""
    command = [sys.executable, "-m", "SpineDCELib.cli", "pacs", "serve"]
    serve = subprocess.Popen(command)
    try:
        time.sleep(5)
        for folder in folders:
            subprocess.run(
                ["storescu", "+sd", "+r", "-aet", "SCANNER", "-aec", "SPINEDCE",
                 "127.0.0.1", str(port), str(folder)], check=True,
            )  # fmt: skip
        studies = ArrivedStudies(home / "received")
        while not _done(studies):
            assert serve.poll() is None
            time.sleep(2)
    finally:
        serve.terminate()
        serve.wait(60)


def _done(studies):
    found = list(studies)
    print([(study.state, len(study.earlier)) for study in found], flush=True)
    ended = [study for study in found if study.state in ("ready", "failed")]
    return len(ended) == 2 and any(study.earlier for study in ended)


def main(slicer, home=None):
    home = Path(home or tempfile.mkdtemp())
    os.environ["SPINEDCE_HOME"] = str(home)
    sample = home / "patient"
    with running(home / "orthanc") as archive:
        for part in VISITS:
            if not (sample / part).is_dir():
                write_study(sample / part, patient="A", visit=part, size=SIZE)
            archive.fill(sample / part / "dicom")
        dimse = {"host": "127.0.0.1", "port": archive.dicom, "ae_title": TITLE, "retrieve": "get"}
        port = free_port()
        serve = {"port": port, "callers": {"SCANNER": "127.0.0.1"}, "quiet": 3,
                 "archive": "hospital"}  # fmt: skip
        (home / "pacs.json").write_text(json.dumps({"nodes": {"hospital": dimse}, "serve": serve}))
        if not (home / "received").is_dir():  # else a folder that was given has it all
            follow_up = sample / "after" / "dicom"
            receive(home, port, [images_of_another(home / "another", follow_up), follow_up])
        os.environ["SPINEDCE_ARCHIVE"] = str(home)
        return start.main(slicer, "ArchivePictures")


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
