"""The ``spinedce`` command: one module per subcommand, and shared options and messages."""

from __future__ import annotations

import argparse
import contextlib
import importlib
import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

# NumPy reads these when it is imported, so they are set first. More threads do not speed up a fit
# and slow down the drawing of the page; with one, results do not depend on the number of cores.
for _name in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

from SpineDCELib.cli.installed_versions import ShowVersions  # noqa: E402
from SpineDCELib.cli.json_output import show_error  # noqa: E402
from SpineDCELib.cli.remedies import with_remedy  # noqa: E402
from SpineDCELib.errors import Cancelled, SpineDCEError, printable  # noqa: E402

#: Commands that compute and end, so that memory that they free may wait for its next use.
ENDS_SOON = ("aif", "analyse", "compare", "course", "phantom", "rerun")
#: Parameters of mallopt(3) of glibc.
_MMAP_MAX, _TRIM_THRESHOLD = -4, -1
#: Command → what it does, in the order of the help. Each is a module here, with ``add`` and
#: ``run``. Only that of the command in use is imported, and it imports the engine only to run.
COMMANDS = {
    "info": "list the series of a study and their use",
    "check": "say whether a study can be analysed, and what about its protocol limits it",
    "aif": "show the candidates for the artery, the AIF and the evidence for its shift",
    "analyse": "compute maps and measurements of a study",
    "compare": "compare two visits: change, response call, report",
    "course": "follow a patient over any number of visits: trend, status at each visit, report",
    "rerun": "repeat an analysis and compare every number",
    "batch": "analyse many studies; an interrupted batch can be resumed",
    "cohort": "compute statistics and figures of many patients",
    "survival": "relate the time to recurrence to a change: Kaplan-Meier, Cox, ROC over time",
    "trend": "fit the trend of many patients over time by mixed-effects models",
    "agreement": "compute repeatability and agreement of readers or repeated scans",
    "paper": "reproduce the table and figures of Behar et al. 2023 on 98 digital studies",
    "pacs": "search an archive, fetch studies, send results; receive and analyse studies",
    "phantom": "write studies of a digital spine with known truth, as DICOM",
    "workstation": "open the user interface in a browser",
    "doctor": "check this machine, and say what to install",
    "completion": "print the code that completes commands and options in a shell",
}

#: Exit status → meaning; a signal ends the program with 128 plus its number.
EXIT_STATUS = {
    0: "everything was done",
    1: "done, except what is listed: a file not written, a study that failed, numbers that differ",
    2: "an input or option cannot be used; earlier results are unchanged",
    3: "unexpected error, or not enough memory",
    130: "stopped by Ctrl-C",
    143: "stopped by the system (SIGTERM)",
}


class _Terminated(KeyboardInterrupt):
    """A request of the system to end, which ends the program as Ctrl-C does."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command, and return its exit status; print an error as one line on stderr."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    _print_anything()
    parser = _parser(given[0] if given else _completed_command())
    if "_ARGCOMPLETE" in os.environ:
        import argcomplete

        argcomplete.autocomplete(parser)
    options = parser.parse_args(given)
    if arguments is None and given and given[0] in ENDS_SOON:
        _keep_memory()
    _written().clear()
    try:
        with _ended_as_by_ctrl_c():
            status = int(options.run(options) or 0)
        sys.stdout.flush()
        return status
    except SpineDCEError as error:
        remedy = with_remedy(error, options.known_options)
        if getattr(options, "json", False):
            show_error(error, remedy)
        _complain(remedy)
        return 2
    except (KeyboardInterrupt, Cancelled) as error:
        _complain(f"Stopped. {_kept()}")
        return 128 + (signal.SIGTERM if isinstance(error, _Terminated) else signal.SIGINT)
    except BrokenPipeError:
        with contextlib.suppress(OSError, ValueError):  # the reader of the output has gone
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except MemoryError:
        _complain("There is not enough memory for this study.")
        return 3
    except Exception as error:
        if os.environ.get("SPINEDCE_DEBUG"):
            raise
        _complain(
            f"Unexpected error ({type(error).__name__}: {error}). {_kept()} "
            "Set SPINEDCE_DEBUG=1 and run the command again for details."
        )
        return 3


def _keep_memory() -> None:
    """Let the C library keep freed memory for the next array, and NumPy ask for no huge pages.

    The system fills every new page with zeros, which takes up to a tenth of the time of an
    analysis.
    """
    os.environ.setdefault("NUMPY_MADVISE_HUGEPAGE", "0")  # read when NumPy is imported
    if sys.platform == "linux":
        import ctypes

        with contextlib.suppress(OSError, AttributeError):  # another C library than glibc
            mallopt = ctypes.CDLL(None).mallopt
            mallopt(_MMAP_MAX, 0)
            mallopt(_TRIM_THRESHOLD, 2**31 - 1)


@contextlib.contextmanager
def _ended_as_by_ctrl_c() -> Iterator[None]:
    """Let a request to end, or a terminal that is closed, tidy up as Ctrl-C does."""

    def end(_number: int, _frame: object) -> None:
        raise _Terminated

    numbers = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    if threading.current_thread() is not threading.main_thread():
        numbers = []
    before = {number: signal.getsignal(number) for number in numbers}
    for number, handler in before.items():
        if handler != signal.SIG_IGN:  # as under nohup
            signal.signal(number, end)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler if handler is not None else signal.SIG_DFL)


def _print_anything() -> None:
    """Let a terminal that lacks a character, or a name that is not UTF-8, not stop the program."""
    for stream in (sys.stdout, sys.stderr):
        utf = (getattr(stream, "encoding", "") or "").lower().startswith("utf")
        with contextlib.suppress(AttributeError, OSError, ValueError):
            stream.reconfigure(errors="backslashreplace" if utf else "replace")  # type: ignore[union-attr]


def _completed_command() -> str:
    """Return the command of the line that a shell completes; "" if none is."""
    words = os.environ.get("COMP_LINE", "").split()
    return words[1] if len(words) > 1 else ""


def _written() -> list[Path]:
    """Return the folders of complete results, if the module that writes them was needed."""
    return getattr(sys.modules.get("SpineDCELib.files.output_folder"), "written", [])


def _kept() -> str:
    """Return what a command that did not come to its end has left on the disk."""
    folders = list(dict.fromkeys(map(str, _written())))
    if not folders:
        return "Earlier results are unchanged."
    return f"Complete results are in {', '.join(folders)}; all others are unchanged."


def _complain(message: str) -> None:
    """Print a message on stderr, if somebody reads it."""
    with contextlib.suppress(OSError, ValueError):
        print(f"spinedce: {printable(message)}", file=sys.stderr, flush=True)


def full_parser() -> argparse.ArgumentParser:
    """Return the parser of all commands with all their options."""
    return _parser(*COMMANDS)


def _parser(*loaded: str) -> argparse.ArgumentParser:
    """Return the parser of all commands, with the options of some of them."""
    parser = argparse.ArgumentParser(
        prog="spinedce",
        description="T1-weighted DCE-MR perfusion of the spine. Not a medical device.",
        epilog="exit status: " + "; ".join(f"{n} {words}" for n, words in EXIT_STATUS.items()),
    )
    parser.add_argument("--version", action=ShowVersions, help="show the versions that matter")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for name, words in COMMANDS.items():
        own = commands.add_parser(name, help=words)
        if name in loaded:
            module = importlib.import_module(f"SpineDCELib.cli.{name}")
            module.add(own)
            # A remedy names only options that the command has.
            known = frozenset(own._option_string_actions)
            own.set_defaults(run=module.run, known_options=known)
    return parser
