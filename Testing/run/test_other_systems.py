"""An analysis without what Windows and macOS lack: calls of POSIX, /proc, removal of files in use.

Windows and macOS themselves have not been tried.
"""

import subprocess
import sys
import textwrap
from pathlib import Path

import matplotlib
import pytest
from small_study import write_small_study

ROOT = Path(__file__).parents[2]
#: What Windows lacks of the standard library.
MODULES = ("fcntl", "grp", "posix", "pwd", "resource", "termios")
CALLS = (
    "fork", "forkpty", "getuid", "geteuid", "getgid", "getpgid", "killpg", "kill", "chown",
    "lchown", "fchown", "fchmod", "mkfifo", "nice", "sysconf", "statvfs", "setsid",
    "posix_fadvise", "posix_fallocate", "posix_spawn", "sched_getaffinity", "pathconf",
    "getloadavg", "uname",
)  # fmt: skip
#: What macOS lacks, which is a POSIX system.
ONLY_LINUX = ("posix_fadvise", "posix_fallocate", "sched_getaffinity")
SIGNALS = ("SIGKILL", "SIGHUP", "SIGALRM", "SIGUSR1", "SIGUSR2", "SIGQUIT", "SIGCHLD", "SIGPIPE")

RESTRICTIONS = """
import builtins, mmap, os, signal, sys, types, warnings

# Other packages choose what they do for this system when they are imported.
import matplotlib.pyplot, multiprocessing, pydicom, scipy.ndimage, scipy.special, SimpleITK
import asyncio, subprocess, tempfile, threading

warnings.filterwarnings("error", category=EncodingWarning, module="SpineDCE")


def of_the_program():
    frame = sys._getframe(2)
    while frame is not None:
        if "SpineDCELib" in frame.f_code.co_filename:
            return True
        frame = frame.f_back
    return False


def in_use(path):
    '''Whether this process has a file open or mapped.'''
    path = os.path.realpath(path)
    with real_open("/proc/self/maps", encoding="utf-8") as maps:
        if any(line.rstrip().endswith(path) for line in maps):
            return True
    for number in os.listdir("/proc/self/fd"):
        try:
            if os.readlink(f"/proc/self/fd/{number}") == path:
                return True
        except OSError:
            pass
    return False


def refusing(action):
    def refuse(path, *others, **options):
        for one in (path, *others):
            if isinstance(one, (str, os.PathLike)) and os.path.isfile(one) and in_use(one):
                raise PermissionError(13, "The file is used by this process", os.fspath(one))
        return action(path, *others, **options)

    return refuse


def no_proc(path, *arguments, **options):
    if isinstance(path, (str, os.PathLike)) and os.fspath(path).startswith("/proc"):
        if of_the_program():
            raise FileNotFoundError(2, "no /proc", os.fspath(path))
    return real_open(path, *arguments, **options)


real_open = builtins.open
if REFUSES_FILES_IN_USE:
    for name in ("unlink", "remove", "rename", "replace"):
        setattr(os, name, refusing(getattr(os, name)))
builtins.open = no_proc
for name in MODULES:
    sys.modules[name] = None
for name in CALLS:
    if hasattr(os, name):
        delattr(os, name)
for name in SIGNALS:
    if hasattr(signal, name):
        delattr(signal, name)
if SYSTEM == "win32":
    msvcrt = types.ModuleType("msvcrt")
    msvcrt.LK_NBLCK, msvcrt.LK_UNLCK = 2, 0
    msvcrt.locking = lambda handle, mode, count: None
    sys.modules["msvcrt"] = msvcrt
sys.platform = SYSTEM

from SpineDCELib.cli import main
"""


def run(system: str, body: str, tmp_path: Path) -> None:
    """Run a program where only that is left which the system has."""
    lacks = (MODULES, CALLS, SIGNALS) if system == "win32" else ((), ONLY_LINUX, ())
    names = f"MODULES, CALLS, SIGNALS, SYSTEM = {(*lacks, system)!r}\n"
    names += f"REFUSES_FILES_IN_USE = {system == 'win32'}\n"
    script = tmp_path / "restricted.py"
    script.write_text(names + RESTRICTIONS + textwrap.dedent(body), encoding="utf-8")
    environment = {
        "PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "LC_ALL": "C.UTF-8", "PYTHONUTF8": "0",
        "PYTHONPATH": f"{ROOT / 'SpineDCE'}:{ROOT}", "MPLBACKEND": "agg",
        "MPLCONFIGDIR": matplotlib.get_cachedir(),
        "SPINEDCE_HOME": str(tmp_path / "home"), "PYTHONWARNDEFAULTENCODING": "1",
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, script], cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout[-1500:] + done.stderr[-3000:]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="takes away what Linux has")
@pytest.mark.parametrize("system", ["win32", pytest.param("darwin", marks=pytest.mark.long)])
def test_a_study_is_analysed_again_and_reproduced_without_what_a_system_lacks(system, tmp_path):
    study = write_small_study(tmp_path / "Ärzte und Räume")
    files = {"study": str(study.series), "roi": str(study.regions), "mask": str(study.artery)}
    body = f"""
    from SpineDCELib.files import mapped_arrays

    mapped_arrays.SMALLEST = 0  # the arrays of a real study lie in files
    files = {files!r}
    analyse = ["analyse", files["study"], "--roi", files["roi"], "--aif-mask", files["mask"],
               "--t10", "800", "-o", "Ergebnisse für alle"]
    for more in ([], ["--shift", "1"]):  # the second run replaces the first, and uses the cache
        assert main(analyse + more) == 0
    assert main(["rerun", "Ergebnisse für alle/provenance.json", "-o", "again"]) == 0
    """
    run(system, body, tmp_path)
