"""Checks of the machine: each ticks what works and names what does not."""

import json
import os
import sys
from collections import namedtuple

import pytest
from SpineDCELib.cli import machine_checks, main
from SpineDCELib.errors import InputError
from SpineDCELib.export.report import pdf_printing

Version = namedtuple("Version", "major minor micro releaselevel serial")


@pytest.fixture(autouse=True)
def _without_drawing(monkeypatch):
    """The test drawing of the workstation takes seconds; its own tests try it."""
    monkeypatch.setattr(machine_checks, "entry_point", lambda name: lambda: None)


def check(name):
    [found] = [one for one in machine_checks.check_machine() if one.name == name]
    return found


def test_a_machine_with_everything_passes(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(pdf_printing, "find_browser", lambda: "/usr/bin/chromium")
    monkeypatch.setattr(machine_checks, "_is_met", lambda requirement: True)
    monkeypatch.setattr(machine_checks, "_terminal", lambda: machine_checks.Check("T", True, ""))
    assert main(["doctor"]) == 0
    out = capsys.readouterr().out
    assert "NOT" not in out
    assert len(out.splitlines()) == len(machine_checks.check_machine())


@pytest.mark.parametrize("version", [(3, 9), (3, 14)])
def test_another_python_is_told(version, monkeypatch):
    assert check("Python").ok
    monkeypatch.setattr(sys, "version_info", Version(*version, 0, "final", 0))
    assert not check("Python").ok


def test_a_package_that_cannot_be_imported_is_told(monkeypatch):
    assert check("Engine").ok
    monkeypatch.setitem(sys.modules, "pydicom", None)
    assert not check("Engine").ok
    assert "pydicom" in check("Engine").found


def test_an_extra_lists_what_is_absent_or_too_old(monkeypatch):
    asked = [
        "numpy>=1.26",
        'matplotlib>=3.8; extra == "cli"',
        'tqdm>=999; extra == "cli"',
        'nosuchpackage>=1; extra == "cli"',
        'other; extra == "cohort"',
    ]
    monkeypatch.setattr(machine_checks.metadata, "requires", lambda name: asked)
    assert check("Extra cli").found == "lacks tqdm>=999, nosuchpackage>=1"
    assert "spinedce[cli]" in check("Extra cli").remedy
    monkeypatch.setattr(machine_checks.metadata, "requires", lambda name: asked[:2])
    assert check("Extra cli").ok


def test_a_program_that_is_no_package_is_told(monkeypatch):
    def absent(name):
        raise machine_checks.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(machine_checks.metadata, "requires", absent)
    assert not check("Extra cli").ok


def test_the_reason_why_the_workstation_cannot_start_is_told(monkeypatch):
    assert check("Workstation").ok

    def cannot_draw():
        raise InputError("It cannot draw. Install libegl1.", code="no_graphics")

    monkeypatch.setattr(machine_checks, "entry_point", lambda name: cannot_draw)
    assert not check("Workstation").ok
    assert "libegl1" in check("Workstation").remedy
    monkeypatch.setattr(machine_checks, "entry_point", lambda name: None)
    assert "spinedce[workstation]" in check("Workstation").remedy


def test_a_missing_browser_is_told(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not check("Browser for PDF reports").ok
    browser = tmp_path / ("chromium.exe" if os.name == "nt" else "chromium")
    browser.write_text("")
    browser.chmod(0o755)
    assert check("Browser for PDF reports").ok


def test_every_configured_archive_is_asked(monkeypatch, tmp_path):
    from SpineDCELib.network.archive import Archive

    monkeypatch.setenv("SPINEDCE_HOME", str(tmp_path))
    assert check("Archives").found == "none is configured"
    nodes = {name: {"host": "127.0.0.1", "port": 104, "ae_title": "A"} for name in ("one", "two")}
    (tmp_path / "pacs.json").write_text(json.dumps({"nodes": nodes}))
    monkeypatch.setattr(Archive, "echo", lambda self: None)
    assert check("Archives").ok

    def echo(self):
        if self.node.name == "two":
            raise InputError("It does not answer.", code="no_answer")

    monkeypatch.setattr(Archive, "echo", echo)
    assert not check("Archives").ok
    assert check("Archives").found == "two: It does not answer."
    (tmp_path / "pacs.json").write_text("{")
    assert not check("Archives").ok


def test_a_data_folder_that_cannot_be_created_is_told(monkeypatch, tmp_path):
    monkeypatch.setenv("SPINEDCE_HOME", str(tmp_path / "home"))
    assert check("User's data folder").ok
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("SPINEDCE_HOME", str(tmp_path / "file" / "home"))
    assert not check("User's data folder").ok


def test_a_temporary_folder_that_cannot_be_written_is_told(monkeypatch, tmp_path):
    monkeypatch.setattr(machine_checks.tempfile, "tempdir", str(tmp_path))
    assert check("Temporary folder").ok
    monkeypatch.setattr(machine_checks.tempfile, "tempdir", str(tmp_path / "none"))
    assert not check("Temporary folder").ok


def test_a_full_disk_is_told(monkeypatch, tmp_path):
    monkeypatch.setenv("SPINEDCE_HOME", str(tmp_path))
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(machine_checks.shutil, "disk_usage", lambda _: usage(9, 9, 1.9e9))
    assert not check("User's data folder").ok
    assert "1.9 GB" in check("User's data folder").found


@pytest.mark.skipif(not hasattr(os, "sysconf"), reason="this system does not tell its memory")
def test_a_small_memory_is_told(monkeypatch):
    monkeypatch.setattr(os, "sysconf", {"SC_PHYS_PAGES": 1000, "SC_PAGE_SIZE": 4096}.get)
    assert not check("Memory").ok
    monkeypatch.delattr(os, "sysconf")
    assert "not known" in check("Memory").found


def test_a_terminal_without_utf8_is_told(monkeypatch):
    monkeypatch.setattr(sys, "stdout", namedtuple("stream", "encoding")("ANSI_X3.4-1968"))
    assert not check("Terminal").ok


def test_a_check_that_breaks_is_a_failed_check(monkeypatch):
    def broken():
        raise RuntimeError("no idea")

    monkeypatch.setattr(machine_checks, "_memory", broken)
    assert "no idea" in check("Memory").found
    assert not check("Memory").ok


def test_programs_read_the_checks_as_json(monkeypatch, capsys):
    monkeypatch.setattr(sys, "version_info", Version(3, 9, 0, "final", 0))
    assert main(["doctor", "--json"]) == 1
    checks = json.loads(capsys.readouterr().out)["checks"]
    assert [one["ok"] for one in checks if one["name"] == "Python"] == [False]
    assert all(set(one) == {"name", "ok", "found", "remedy"} for one in checks)
