"""Worker process that analyses one study that was received, as far as no hand is needed."""

from __future__ import annotations

import os
import sys
import threading
import time
from pathlib import Path

from SpineDCELib.analysis import Analysis
from SpineDCELib.analysis.mapped_images import map_images
from SpineDCELib.data import Images
from SpineDCELib.errors import SpineDCEError
from SpineDCELib.files.output_folder import claimed, new_run
from SpineDCELib.network.arrived_studies import PREPARED, RESULTS, ArrivedStudies
from SpineDCELib.network.earlier_studies import look_for_earlier
from SpineDCELib.progress import silent
from SpineDCELib.run.analyse import Computed
from SpineDCELib.run.inputs import Inputs, read_images
from SpineDCELib.run.prepared_analysis import keep_prepared, key_of_study, study_keys
from SpineDCELib.run.protocol_check import Point, ProtocolCheck, check_protocol
from SpineDCELib.run.study_work import has_work, mark_unreviewed
from SpineDCELib.run.visit_computation import compute_snapshot
from SpineDCELib.settings import Settings, with_value

#: Settings with which a window begins: it takes the shift that the curves propose.
SETTINGS = with_value(Settings(), "fit.shift", "auto")


def prepare(studies: ArrivedStudies, uid: str, archive: str = "") -> None:
    """Check the protocol of a study, write that to its state, and then analyse it.

    Series, motion, T1, artery, delay and maps are those of the automatic settings. The lesion is
    left to draw, and the study is marked as not reviewed. What a window shows is kept, so that it
    computes nothing when the study is opened.

    Args:
        archive: node in which earlier visits of the patient are looked for; "" for none.
    """
    images, place = studies.images(uid), studies.place(uid)
    try:
        read = _read(images)
        if isinstance(read, ProtocolCheck):
            said = {"message": read.summary, "points": read.record()["points"]}
            studies.change(uid, state="failed", usable=False, **said)
            return
        analysis = Analysis(read, SETTINGS, study_keys=study_keys(key_of_study(images)))
        check = check_protocol(analysis)
        said = {"message": check.summary, "points": check.record()["points"]}
        studies.change(uid, usable=check.usable, **said)
        if not check.usable:
            studies.change(uid, state="failed")
            return
        compute_snapshot(analysis, True, silent)
        computed = Computed(Inputs(str(images)), analysis, analysis.result(), {})
        with claimed(place / RESULTS, keep_other_files=True), new_run(place / RESULTS) as stage:
            computed.write(stage, formats=(), anonymise=False)
        mark_unreviewed(images, check.summary, _kept(images, analysis, place / PREPARED))
    except SpineDCEError as error:
        studies.change(uid, state="failed", message=str(error))
    else:
        studies.change(uid, state="ready", reviewed=False)
        if archive:
            look_for_earlier(studies, uid, archive, prepare_earlier)


def prepare_earlier(images: Path, folder: Path) -> str:
    """Analyse an earlier visit like a received study, unless somebody has worked on it.

    Args:
        folder: for what is computed.

    Returns:
        Why it cannot be analysed; "" if it can.
    """
    if has_work(images):
        return ""
    read = _read(images)
    if isinstance(read, ProtocolCheck):
        return read.summary
    analysis = Analysis(read, SETTINGS, study_keys=study_keys(key_of_study(images)))
    check = check_protocol(analysis)
    if check.usable:
        compute_snapshot(analysis, True, silent)
        folder.parent.mkdir(parents=True, exist_ok=True)
        mark_unreviewed(images, check.summary, _kept(images, analysis, folder))
    return "" if check.usable else check.summary


def _kept(images: Path, analysis: Analysis, folder: Path) -> Path | None:
    """Keep what was computed, and return the folder; None on a full disk: it is computed again."""
    try:
        keep_prepared(images, analysis, folder)
    except OSError:
        return None
    return folder


def _read(images: Path) -> Images | ProtocolCheck:
    """Return the images, or a check that says why they cannot be read."""
    try:
        return map_images(read_images(images, SETTINGS))
    except SpineDCEError as error:
        # Whoever reads the list knows the study, not its folder.
        said = str(error).replace(str(images), "The study")
        return ProtocolCheck((Point("dynamic series", "failed", said),))


def _end_with(parent: int) -> None:
    """End this process when the one that started it has ended, however it did."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)


def main() -> None:
    """Prepare the study that the command line names: FOLDER UID [ARCHIVE]."""
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    folder, uid, *archive = sys.argv[1:]
    prepare(ArrivedStudies(Path(folder)), uid, *archive)


if __name__ == "__main__":
    main()
