"""The sample patient, made in a process of its own: the page stays free, and can stop it at once.

``python -m SpineDCEWidget.browser.sample FOLDER SIZE`` prints its progress, a share and words a
line.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from SpineDCELib.errors import InputError
from SpineDCELib.phantom import VISITS, write_sample
from SpineDCELib.progress import Progress


def is_made(folder: Path) -> bool:
    """Whether both visits are there, whole."""
    return all((folder / name / "truth" / "rois.seg.nrrd").exists() for name in VISITS)


def make_sample(folder: Path, size: str, progress: Progress) -> None:
    """Write both visits to ``folder``.

    Raises:
        InputError: they could not be written.
    """
    command = [sys.executable, "-m", "SpineDCEWidget.browser.sample", str(folder), size]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        for line in process.stdout:
            share, _, words = line.rstrip().partition(" ")
            progress(float(share), words)
        if process.wait() != 0:
            said = process.stderr.read().strip().splitlines() or ["no reason given"]
            raise InputError(f"The sample patient could not be made in {folder}: {said[-1]}")
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
        process.stderr.close()


def _tell(share: float, words: str) -> None:
    print(f"{share:.4f} {words}", flush=True)


if __name__ == "__main__":
    write_sample(sys.argv[1], size=sys.argv[2], progress=_tell)
