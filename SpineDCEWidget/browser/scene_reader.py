"""Reading of a scene in a separate process, because MRML needs seconds and 1 GB and cannot stop.

``python -m SpineDCEWidget.browser.scene_reader SCENE FOLDER [FILE …]``
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from SpineDCELib.files.mapped_arrays import hand_over, take_over
from SpineDCELib.mrml.scene_bundles import BundledVisit, read_bundle
from SpineDCELib.progress import Progress

from SpineDCEWidget.browser.subprocess_job import run_apart, work_apart


def read_scene(path: Path, progress: Progress, allowed: Sequence[Path] = ()) -> list[BundledVisit]:
    """Read a scene like :func:`read_bundle`, with the large arrays in files."""
    with tempfile.TemporaryDirectory(prefix="spinedce-scene-") as folder:
        run_apart(__name__, path, folder, *allowed, progress=progress)
        found: list[BundledVisit] = take_over(Path(folder))
        return found


def _read(progress: Progress) -> None:
    path, folder, *allowed = map(Path, sys.argv[1:])
    progress(0.1, path.name)
    found = read_bundle(path, allowed)
    progress(0.9, path.name)
    hand_over(found, folder)


if __name__ == "__main__":
    work_apart(_read)
