"""The module's tests in a real 3D Slicer, where there is one."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SLICER = os.environ.get("SLICER", "")


@pytest.mark.skipif(
    not SLICER, reason="no 3D Slicer: give its executable with SLICER=…, or make slicer-test"
)
@pytest.mark.timeout(3600)
def test_everything_in_3d_slicer():
    command = [sys.executable, str(ROOT / "Testing/in_slicer/start.py"), SLICER]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stdout[-10_000:] + done.stderr[-3_000:]
