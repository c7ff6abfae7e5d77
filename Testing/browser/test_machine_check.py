"""What is asked of the machine before the workstation starts, and where it may write."""

from __future__ import annotations

import importlib.util
import subprocess
import sys

import pytest
from SpineDCELib.cli import main
from SpineDCELib.errors import InputError
from SpineDCELib.run.study_work import work_folder

from SpineDCEWidget.browser import machine_check as requirements
from SpineDCEWidget.browser import user_folders as folders


def test_missing_packages_are_named_with_the_command_that_installs_them(monkeypatch, capsys):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(requirements, "_has_wheel", lambda: True)
    assert main(["workstation", "--no-browser"]) == 2
    said = capsys.readouterr().err
    assert "pip install 'spinedce[workstation]'" in said
    assert "trame" in said


def test_a_machine_without_wheels_is_told_so(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(requirements.platform, "machine", lambda: "riscv64")
    with pytest.raises(InputError, match=r"no wheel for .* riscv64"):
        requirements.check_packages()


@pytest.mark.skipif(sys.platform != "linux", reason="graphics libraries are checked on Linux")
def test_missing_graphics_are_named_with_the_command_that_installs_them(monkeypatch):
    monkeypatch.setattr(requirements, "_loads", lambda library: False)
    with pytest.raises(InputError, match="apt-get install libegl1 libgl1-mesa-dri"):
        requirements.GraphicsCheck()


@pytest.mark.skipif(sys.platform != "linux", reason="graphics libraries are checked on Linux")
def test_graphics_that_crash_are_found_without_crashing(monkeypatch):
    monkeypatch.setattr(requirements, "_loads", lambda library: True)
    monkeypatch.setattr(requirements, "_DRAW", "import os; os.abort()")
    with pytest.raises(InputError, match="cannot draw"):
        requirements.GraphicsCheck().wait()


@pytest.mark.parametrize("name", ["", ".", "..", "a/../../b", "/etc/passwd", "\\\\host\\x", "C:/x"])
def test_paths_out_of_a_folder_are_refused(tmp_path, name):
    assert folders.safe_path(tmp_path, name) is None


def test_a_link_out_of_a_folder_is_refused(tmp_path):
    inside = tmp_path / "inside"
    inside.mkdir()
    (inside / "out").symlink_to(tmp_path)
    assert folders.safe_path(inside, "out/file") is None
    assert folders.safe_path(inside, "a/b.dcm") == inside / "a" / "b.dcm"


def test_work_goes_to_the_user_and_is_found_where_the_study_is_moved(tmp_path, monkeypatch):
    monkeypatch.setenv("SPINEDCE_HOME", str(tmp_path / "home"))
    study, other = tmp_path / "study", tmp_path / "other"
    for folder, content in ((study, "one"), (other, "two")):
        folder.mkdir()
        (folder / "image.dcm").write_text(content)
    place = work_folder(study)
    assert place.is_relative_to(tmp_path / "home" / "work")
    assert work_folder(other) != place
    moved = study.rename(tmp_path / "moved")
    assert work_folder(moved) == place
    assert [p.name for p in moved.iterdir()] == ["image.dcm"]


def test_the_engine_does_not_need_the_page():
    """Importing the interfaces' package brings neither 3D Slicer's libraries nor trame."""
    code = (
        "import sys, SpineDCEWidget, SpineDCEWidget.browser; "
        "assert not {'slicer', 'trame', 'vtk'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
