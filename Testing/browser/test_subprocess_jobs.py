"""Work in a separate process: its progress, its reasons, and that it stops when asked."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from pathlib import Path

import pytest
from mrml.scenes import new_scene
from SpineDCELib.errors import Cancelled, InputError
from SpineDCELib.progress import silent

from SpineDCEWidget.browser.scene_reader import read_scene
from SpineDCEWidget.browser.subprocess_job import run_apart

_WORK = """
import sys, time
from SpineDCELib.errors import InputError
from SpineDCEWidget.browser.subprocess_job import work_apart

def work(progress):
    import pathlib, tempfile
    pathlib.Path(tempfile.mkdtemp(prefix="unfinished-"), "images").write_text("of a patient")
    print("3 warnings of a library")
    progress(0.25, "first step")
    time.sleep(0.3)
    if sys.argv[1] == "input": raise InputError("The file x cannot be read;\\nsave it again.")
    if sys.argv[1] == "fault": raise KeyError("key")
    if sys.argv[1] == "dies": import os; os._exit(3)
    if sys.argv[1] == "long": time.sleep(60)
    progress(1, "done")

work_apart(work)
"""


@pytest.fixture
def work(tmp_path, monkeypatch):
    (tmp_path / "made_up_work.py").write_text(_WORK)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=os.pathsep)
    (tmp_path / "scratch").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "scratch"))
    return "made_up_work"


def test_progress_is_told_and_what_libraries_print_is_not(work):
    told = []
    run_apart(work, "well", progress=lambda share, words: told.append((share, words)))
    assert (0.25, "first step") in told
    assert {words for _, words in told} <= {"", "first step", "done"}


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        ("input", r"^The file x cannot be read; save it again\.$"),
        ("fault", "unexpected KeyError: 'key'"),
        ("dies", "exited unexpectedly"),
    ],
)
def test_a_failure_says_why(work, how, reason):
    with pytest.raises(InputError, match=reason):
        run_apart(work, how, progress=silent)


def test_work_that_is_cancelled_ends_at_once(work):
    def stop(share, words):
        if words:
            raise Cancelled

    start = time.monotonic()
    with pytest.raises(Cancelled):
        run_apart(work, "long", progress=stop)
    assert time.monotonic() - start < 30
    left = subprocess.run(["pgrep", "-f", f"-m {work} long"], capture_output=True, check=False)
    assert not left.stdout
    assert not list(Path(tempfile.gettempdir()).iterdir())


@pytest.mark.slow
def test_a_scene_that_cannot_be_read_is_refused_with_the_reason(tmp_path):
    assert new_scene(tmp_path / "cache").WriteToMRB(str(tmp_path / "empty.mrb"))
    with pytest.raises(InputError, match="no study of SpineDCE"):
        read_scene(tmp_path / "empty.mrb", silent)
