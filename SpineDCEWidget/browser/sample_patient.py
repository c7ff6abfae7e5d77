"""Sample patient, computed in a separate process.

``python -m SpineDCEWidget.browser.sample_patient FOLDER SIZE``
"""

from __future__ import annotations

import sys
from pathlib import Path

from SpineDCELib.errors import InputError
from SpineDCELib.progress import Progress

from SpineDCEWidget.browser.subprocess_job import run_apart, work_apart
from SpineDCEWidget.shared.session import FOLDERS


def visit_folders(folder: Path) -> dict[str, Path]:
    """Return visit → its folder in that of the sample patient."""
    return {name: folder / part for name, part in FOLDERS.items()}


def is_complete(folder: Path) -> bool:
    """Return whether both visits are complete."""
    folders = visit_folders(folder).values()
    return all((visit / "truth" / "rois.seg.nrrd").exists() for visit in folders)


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
    from SpineDCELib.phantom import write_sample

    work_apart(lambda progress: write_sample(sys.argv[1], size=sys.argv[2], progress=progress))
