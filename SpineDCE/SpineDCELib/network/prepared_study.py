"""Worker process that analyses one study that was received, as far as no hand is needed."""

from __future__ import annotations

import os
import sys
import threading
import time
from pathlib import Path

from SpineDCELib.analysis import Analysis
from SpineDCELib.errors import SpineDCEError
from SpineDCELib.network.arrived_studies import RESULTS, ArrivedStudies
from SpineDCELib.run.analyse import analyse
from SpineDCELib.run.inputs import Inputs, read_images
from SpineDCELib.run.protocol_check import Point, ProtocolCheck, check_protocol
from SpineDCELib.run.study_work import mark_unreviewed
from SpineDCELib.settings import Settings


def prepare(studies: ArrivedStudies, uid: str) -> None:
    """Check the protocol of a study, write that to its state, and then analyse it.

    Series, motion, T1, artery, delay and maps are those of the automatic settings. The lesion is
    left to draw, and the study is marked as not reviewed.
    """
    images, settings = studies.images(uid), Settings()
    try:
        check = _checked(images, settings)
        studies.change(uid, message=check.summary, usable=check.usable)
        if not check.usable:
            studies.change(uid, state="failed")
            return
        analyse(Inputs(str(images)), settings, studies.place(uid) / RESULTS, keep_other_files=True)
        mark_unreviewed(images, check.summary)
    except SpineDCEError as error:
        studies.change(uid, state="failed", message=str(error))
    else:
        studies.change(uid, state="ready")


def _checked(images: Path, settings: Settings) -> ProtocolCheck:
    try:
        read = read_images(images, settings)
    except SpineDCEError as error:
        return ProtocolCheck((Point("dynamic series", "failed", str(error)),))
    return check_protocol(Analysis(read, settings))


def _end_with(parent: int) -> None:
    """End this process when the one that started it has ended, however it did."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)


def main() -> None:
    """Prepare the study that the command line names: FOLDER UID."""
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    folder, uid = sys.argv[1:]
    prepare(ArrivedStudies(Path(folder)), uid)


if __name__ == "__main__":
    main()
