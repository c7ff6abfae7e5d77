"""A full disk, a limit, a read-only or vanishing folder, no memory, a request to end, kills.

Each ends with a message, and the earlier results are whole.
"""

import contextlib
import os
import resource
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from SpineDCELib.cli import main
from SpineDCELib.export import analysis_files
from SpineDCELib.files import output_folder

from Testing.security.killed_writers import Work, content, forked, run, whole

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="forks, and mounts a small disk"),
    pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning"),
]


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    made = Work(tmp_path_factory.mktemp("faults"))
    whole(made.prepare)
    return made


@pytest.fixture
def small_disk(tmp_path):
    """Return a disk of 4 MB."""
    place = tmp_path / "disk"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(place)]
    if not shutil.which("mount") or subprocess.run(command, capture_output=True).returncode:
        pytest.skip("a small disk cannot be mounted here")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=False)


def command(work, way, version, out):
    """Run the command of a way of writing, and end with its exit status."""
    given = []
    real = main

    def told(arguments):
        given.append(real(arguments))
        return 0

    Work.analyse.__globals__["main"] = told
    work.ways[way](version, out)
    os._exit(given[0])


#: Memory that a process holds so that it has no more.
_held = []


def struck(work, way, out, fault, log):
    """Run a command with a fault in its own process; return its exit status and message."""

    def action():
        sys.stderr = log.open("w", buffering=1)
        os.dup2(sys.stderr.fileno(), 2)
        fault()
        command(work, way, 1, out)

    status = os.waitstatus_to_exitcode(os.waitpid(forked(action), 0)[1])
    return status, log.read_text(errors="replace")


def none():
    """No fault within the process."""


def file_limit():
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, resource.RLIM_INFINITY))


def no_memory():
    """Leave 4 MB of memory, also of what the process has freed before."""
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used, resource.RLIM_INFINITY))
    with contextlib.suppress(MemoryError):
        while True:
            _held.append(bytearray(1 << 16))
    del _held[-64:]


def vanishing(out):
    """Remove the folder as soon as results are written to it."""

    def fault():
        real = analysis_files.write_map

        def write_map(*arguments, **options):
            shutil.rmtree(out, ignore_errors=True)
            real(*arguments, **options)

        analysis_files.write_map = write_map

    return fault


def ended(number):
    """Ask the process to end as soon as results are written."""

    def fault():
        real = analysis_files.write_map

        def write_map(*arguments, **options):
            os.kill(os.getpid(), number)
            real(*arguments, **options)

        analysis_files.write_map = write_map

    return fault


def check(work, way, out, fault, log, statuses, earlier):
    status, told = struck(work, way, out, fault, log)
    assert status in statuses, told
    lines = [line for line in told.splitlines() if line.startswith("spinedce: ")]
    assert len(lines) == 1, told
    assert "Traceback" not in told
    assert "Unexpected" not in told
    assert content(out) == earlier
    assert not [p for p in out.rglob("*") if p.name.startswith((".writing", ".spinedce"))]
    return lines[0]


@pytest.mark.parametrize("way", ["analyse", "compare"])
def test_a_full_disk_is_a_message_and_earlier_results_are_whole(way, work, small_disk, tmp_path):
    out = small_disk / "out"
    whole(lambda: work.ways[way](0, out))
    earlier = content(out)
    free = os.statvfs(small_disk)
    (small_disk / "ballast").write_bytes(bytes(free.f_bavail * free.f_frsize - 60_000))
    told = check(work, way, out, none, tmp_path / "log", (2,), earlier)
    assert str(out) in told
    (small_disk / "ballast").unlink()
    whole(lambda: work.ways[way](1, out))
    assert content(out) != earlier
    earlier = content(out)
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    told = check(work, way, out, none, tmp_path / "log", (2,), earlier)
    assert str(out) in told


@pytest.mark.parametrize(
    ("fault", "statuses"),
    [(file_limit, (2,)), (no_memory, (2, 3)), (ended(signal.SIGTERM), (143,)),
     pytest.param(ended(signal.SIGHUP), (143,), marks=pytest.mark.long),
     pytest.param(ended(signal.SIGINT), (130,), marks=pytest.mark.long)],
    ids=["limit of a file", "memory", "SIGTERM", "SIGHUP", "Ctrl-C"],
)  # fmt: skip
def test_a_fault_is_a_message_and_earlier_results_are_whole(
    fault, statuses, work, tmp_path, monkeypatch
):
    monkeypatch.setattr(output_folder, "written", [Path("of an earlier command")])
    out = tmp_path / "out"
    whole(lambda: work.analyse(0, out))
    told = check(work, "analyse", out, fault, tmp_path / "log", statuses, content(out))
    if statuses[0] > 100:
        assert "Stopped. Earlier results are unchanged." in told


def test_a_vanishing_folder_is_a_message(work, tmp_path):
    out = tmp_path / "out"
    status, told = struck(work, "analyse", out, vanishing(out), tmp_path / "log")
    assert status == 2, told
    assert "Traceback" not in told


@pytest.mark.long
def test_kills_at_random_moments_lose_and_mix_nothing(tmp_path):
    """``python -m security.killed_writers`` kills as often as is asked for."""
    ways = [*Work(tmp_path).ways]
    kills = int(os.environ.get("SPINEDCE_KILLS", "0")) or len(ways)
    counts = run(tmp_path, kills=kills, seed=kills, ways=ways)
    assert sum(counts[f"{way}: killed"] for way in ways) == kills
