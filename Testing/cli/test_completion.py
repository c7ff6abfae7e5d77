"""Completion of the command line, exit statuses, versions and manual page."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from SpineDCELib import cli
from SpineDCELib.cli.installed_versions import PACKAGES

pytest.importorskip("argcomplete")


def completed(line, tmp_path):
    """Return what the program offers for a line, as a shell asks for it."""
    out = tmp_path / "completions"
    environment = os.environ | {
        "_ARGCOMPLETE": "1", "COMP_LINE": line, "COMP_POINT": str(len(line)), "COMP_TYPE": "9",
        "_ARGCOMPLETE_STDOUT_FILENAME": str(out), "_ARGCOMPLETE_IFS": "\n",
    }  # fmt: skip
    program = "from SpineDCELib.cli import main; import sys; sys.argv = ['spinedce']; main()"
    subprocess.run([sys.executable, "-c", program], env=environment, check=False)
    return [word.strip() for word in out.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("spinedce an", {"analyse"}),
        ("spinedce analyse s --t10", {"--t10"}),
        ("spinedce analyse s --model tw", {"two_compartment_exchange"}),
        ("spinedce phantom o --size ", {"full", "small", "quick"}),
        ("spinedce completion ", {"bash", "zsh", "fish"}),
    ],
)
def test_commands_options_and_choices_are_completed(line, expected, tmp_path):
    assert expected <= set(completed(line, tmp_path))


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_every_shell_gets_its_code(shell, capsys):
    assert cli.main(["completion", shell]) == 0
    assert "spinedce" in capsys.readouterr().out


def test_completion_says_what_it_lacks(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "argcomplete", None)
    assert cli.main(["completion", "bash"]) == 2
    assert "spinedce[cli]" in capsys.readouterr().err


def test_the_versions_that_matter_are_shown(capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main(["--version"])
    assert ended.value.code == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["spinedce", "Python", *PACKAGES]
    assert all(re.search(r"\d+\.\d|not installed", line) for line in lines)


def test_a_reader_of_the_first_line_breaks_no_pipe(monkeypatch):
    writes = []
    monkeypatch.setattr(sys.stdout, "write", writes.append)
    with pytest.raises(SystemExit):
        cli.main(["--version"])
    assert len(writes) == 1


def test_help_names_every_exit_status(capsys):
    with pytest.raises(SystemExit):
        cli.main(["--help"])
    text = " ".join(capsys.readouterr().out.split())
    for status, words in cli.EXIT_STATUS.items():
        assert f"{status} {words}" in text


def test_the_manual_page_names_every_command_option_and_exit_status():
    """`make man` writes it; the package installs it."""
    page = Path(__file__).resolve().parents[2] / "release" / "spinedce.1"
    text = page.read_text(encoding="utf-8").replace("\\-", "-")
    [commands] = cli.full_parser()._subparsers._group_actions
    for name, command in commands.choices.items():
        for option in set(command._option_string_actions) - {"-h", "--help"}:
            assert option in text, f"{name} {option}: run `make man`"
        assert f"COMMAND \\fI\\,'spinedce {name}'" in text, name
    for status in cli.EXIT_STATUS:
        assert f"\\fB{status}\\fR" in text
