"""What the program keeps is private, is removed when it is not needed, and can be removed."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from SpineDCELib.files.user_data import private_folder
from SpineDCELib.run.saved_session import VISIT, SavedVisit, write_session

from SpineDCEWidget.browser import kept_data as kept

pytestmark = pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("SPINEDCE_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_the_data_folder_is_private_whatever_the_umask(home):
    before = os.umask(0)
    try:
        home.mkdir(0o777)
        folder = private_folder("uploads", "batch")
    finally:
        os.umask(before)
    for place in (home, folder.parent, folder):
        assert place.stat().st_mode & 0o777 == 0o700


def test_uploads_are_removed_unless_work_refers_to_them(home):
    drawn, listed, unused = (kept.uploads_folder() / name for name in ("drawn", "listed", "unused"))
    for batch in (drawn, listed, unused):
        batch.mkdir()
        (batch / "image.dcm").write_bytes(b"x")
    work = home / "work" / "study"
    write_session(work, [SavedVisit("baseline", str(drawn), {})])
    entry = {"folder": "f", "visits": {"baseline": str(listed / "image.dcm")}, "time": 0}
    (home / kept.RECENT).write_text(json.dumps([entry]))
    visit = work / "baseline" / VISIT
    sound = visit.read_bytes()
    # Where work cannot be read, nobody knows what it refers to.
    for path, damaged in ((visit, sound[:20]), (home / kept.RECENT, b"{")):
        whole = path.read_bytes()
        path.write_bytes(damaged)
        kept.remove_unused_uploads()
        assert drawn.exists() and listed.exists() and unused.exists()  # noqa: PT018
        path.write_bytes(whole)
    kept.remove_unused_uploads()
    assert drawn.exists()
    assert listed.exists()
    assert not unused.exists()
    shutil.rmtree(work)
    (home / kept.RECENT).unlink()
    kept.remove_unused_uploads()
    assert not drawn.exists()
    assert not listed.exists()


def test_everything_kept_is_listed_and_removed_except_open_studies(home, tmp_path):
    for name in kept.KEPT:
        (private_folder(name) / "one").mkdir()
        (private_folder(name) / "one" / "file").write_bytes(b"x" * 1000)
    (home / "recent.json").write_text("[]")
    victim = tmp_path / "victim"
    victim.mkdir()
    (victim / "mine").write_text("mine")
    (home / "cache" / "link").symlink_to(victim)
    rows = kept.kept_data()
    assert {row["where"] for row in rows} == {str(home / name) for name in kept.KEPT}
    kept.remove_kept([home / "uploads" / "one" / "file"])
    assert (home / "uploads" / "one" / "file").exists()
    assert (victim / "mine").exists()  # links are not followed
    assert [p.name for p in home.rglob("file")] == ["file"]
    assert not (home / "recent.json").exists()
    assert all(not row["size"].startswith("0") for row in rows), "what is there has a size"


@pytest.mark.slow
def test_temporary_files_of_a_killed_program_are_removed_at_the_next_start(tmp_path, monkeypatch):
    code = (
        "import time\n"
        "from SpineDCEWidget.browser.kept_data import TemporaryFolder\n"
        "folder = TemporaryFolder()\n"
        "(folder.path / 'patient').write_text('x')\n"
        "print(folder.path, flush=True)\n"
        "time.sleep(60)\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "TMPDIR": str(tmp_path)}
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, env=environment
    ) as p:
        left = Path(p.stdout.readline().decode().strip())
        assert left.stat().st_mode & 0o077 == 0
        mine = kept.TemporaryFolder()
        assert (left / "patient").exists()  # the program lives
        assert Path(tempfile.mkdtemp()).parent == mine.path
        mine.remove()
        p.kill()
    assert (left / "patient").exists()
    mine = kept.TemporaryFolder()
    try:
        assert not left.exists()
    finally:
        mine.remove()
    assert not mine.path.exists()
