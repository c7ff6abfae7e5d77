"""Sample patient, computed in a separate process.

``python -m SpineDCEWidget.browser.sample_patient FOLDER SIZE``
"""

from __future__ import annotations

import sys
from pathlib import Path

from SpineDCELib.errors import InputError
from SpineDCELib.phantom import VISITS, write_sample
from SpineDCELib.progress import Progress

from SpineDCEWidget.browser.subprocess_job import run_apart, work_apart


def is_complete(folder: Path) -> bool:
    """Return whether both visits are complete."""
    return all((folder / name / "truth" / "rois.seg.nrrd").exists() for name in VISITS)


def compute_sample(folder: Path, size: str, progress: Progress) -> None:
    """Compute both visits and write them to ``folder``.

    Raises:
        InputError: they could not be written.
    """
    try:
        run_apart(__name__, folder, size, progress=progress)
    except InputError as error:
        raise InputError(f"The sample patient could not be written to {folder}: {error}") from None


if __name__ == "__main__":
    work_apart(lambda progress: write_sample(sys.argv[1], size=sys.argv[2], progress=progress))
