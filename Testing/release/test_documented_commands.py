"""Commands of README.md and docs/: each is understood, and those of the tutorial run as shown."""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from sample_patients import sample_visit
from SpineDCELib.cli import full_parser

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", ROOT / "release" / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
#: Commands that need an archive, the user's shell or hours, or wait for a user; other tests run
#: them.
NOT_RUN = ("pacs", "paper", "workstation", "completion", "pip", "make", "cmake", "ctest")


def blocks(page: Path, language: str) -> list[str]:
    """Return the code blocks of a page in one language; "" for commands."""
    text = page.read_text(encoding="utf-8")
    found = re.findall(rf"^( *)```{language}\n(.*?)^ *```$", text, re.S | re.M)
    return [re.sub(rf"^{indent}", "", block, flags=re.M) for indent, block in found]


def command_lines(page: Path) -> list[str]:
    """Return the lines of the blocks of commands, without comments."""
    text = "\n".join(blocks(page, "")).replace("\\\n", " ")
    lines = (re.sub(r"\s+#.*", "", line).strip() for line in text.splitlines())
    return [line for line in lines if re.match(r"(spinedce|pip|make|cmake|ctest|eval) ", line)]


def shown_commands(page: Path) -> list[str]:
    """Return every command line of a page, in blocks and within the text."""
    text = page.read_text(encoding="utf-8")
    within = [" ".join(one.split()) for one in re.findall(r"`(spinedce [^`]+)`", text)]
    return [line for line in (*command_lines(page), *within) if line.startswith("spinedce ")]


PARSER = full_parser()
COMMANDS = sorted({(page.name, line) for page in PAGES for line in shown_commands(page)})


@pytest.mark.parametrize(("page", "line"), COMMANDS)
def test_a_command_is_one_that_the_program_understands(page, line):
    # Without what stands for something else: alternatives, what may be left out, pipes.
    line = re.sub(r"\[[^]]*\]|…| \| .*| > .*", " ", line)
    stands_for = {"COMMAND": "analyse", "N": "3"}
    words = [stands_for.get(word, word.strip("<>")) for word in shlex.split(line)[1:]]
    with contextlib.redirect_stderr(io.StringIO()) as said, contextlib.suppress(SystemExit):
        PARSER.parse_args(words)
    # What is wanted in addition is not shown where a command is only named.
    assert not re.search("error: .*(unrecognized|invalid)", said.getvalue()), said.getvalue()


def test_every_option_of_the_pages_exists():
    known = {"--tls-ca-file", "--tls-cert", "--tls-key"}  # of Dask
    known |= {"--no-deps", "--no-index"}  # of pip

    def collect(one):
        for action in one._actions:
            known.update(action.option_strings)
            if isinstance(action.choices, dict):  # subcommands
                for inner in action.choices.values():
                    collect(inner)

    collect(PARSER)
    for page in PAGES:
        text = re.sub(r"^ *```.*?^ *```$", "", page.read_text(encoding="utf-8"), flags=re.S | re.M)
        for code in re.findall(r"`([^`]+)`", text):
            if code.startswith("--"):
                unknown = set(re.findall(r"--[a-z][\w-]*\w(?![-\w*…])", code)) - known
                assert not unknown, page.name


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """A folder with what the pages call STUDY, BASELINE, FOLLOW_UP and the files beside them."""
    folder = tmp_path_factory.mktemp("desk")
    for name, visit in (("BASELINE", "before"), ("FOLLOW_UP", "after")):
        source = sample_visit(tmp_path_factory, "A", visit, "quick")
        (source / "dicom").rename(folder / name)
        stem = {"before": "baseline", "after": "follow_up"}[visit]
        shutil.copy(source / "truth" / "rois.seg.nrrd", folder / f"{stem}.seg.nrrd")
        shutil.copy(source / "truth" / "aif.csv", folder / f"{stem}.csv")
    (folder / "STUDY").symlink_to("BASELINE")
    shutil.copy(folder / "baseline.seg.nrrd", folder / "regions.seg.nrrd")
    (folder / "bin").mkdir()
    for name, command in (("spinedce", "-m SpineDCELib.cli"), ("python", "")):
        program = folder / "bin" / name
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}" {command} "$@"\n')
        program.chmod(0o755)
    return folder


def run(desk: Path, line: str, out: Path) -> str:
    """Run a command line in the folder, as a user types it."""
    line = re.sub(r"\bOUT\b", str(out), line)
    done = subprocess.run(
        ["bash", "-ec", f"set -o pipefail; {line}"], cwd=desk, text=True, capture_output=True,
        env={**os.environ, "PATH": f"{desk / 'bin'}{os.pathsep}{os.environ['PATH']}",
             "PYTHONPATH": os.pathsep.join(sys.path)}, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"{line}: {done.stderr[-2000:]}"
    return done.stdout


#: Pages whose commands run.
TUTORIAL = ("README.md", "command-line.md", "inputs.md")
LINES = sorted({
    (page.name, line) for page in PAGES for line in command_lines(page)
    if page.name in TUTORIAL
    and not any(word in NOT_RUN for word in re.split(r"[\s\"$()]+", line)[:3])
})  # fmt: skip


@pytest.mark.long
@pytest.mark.parametrize(("page", "line"), LINES)
def test_a_command_of_a_page_runs(desk, tmp_path, page, line):
    run(desk, line, tmp_path / "OUT")
