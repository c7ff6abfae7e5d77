"""The ``spinedce`` command: one module per subcommand, and shared options and messages."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence

# NumPy reads these when it is imported, so they are set first. More threads do not speed up a fit
# and slow down the drawing of the page; with one, results do not depend on the number of cores.
for _name in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

from SpineDCELib.cli.remedies import with_remedy  # noqa: E402
from SpineDCELib.errors import Cancelled, SpineDCEError  # noqa: E402
from SpineDCELib.version import __version__  # noqa: E402

#: Command → what it does, in the order of the help. Each is a module here, with ``add`` and
#: ``run``. Only that of the command in use is imported, and it imports the engine only to run.
COMMANDS = {
    "info": "list the series of a study and their use",
    "aif": "show the candidates for the artery, the AIF and the evidence for its shift",
    "analyse": "compute maps and measurements of a study",
    "compare": "compare two visits: change, response call, report",
    "rerun": "repeat an analysis and compare every number",
    "batch": "analyse many studies; an interrupted batch can be resumed",
    "cohort": "compute statistics and figures of many patients",
    "paper": "reproduce the table and figures of Behar et al. 2023 on 98 digital studies",
    "phantom": "write studies of a digital spine with known truth, as DICOM",
    "workstation": "open the user interface in a browser",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command, and return its exit status; print an error as one line on stderr."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    options = _parser(given[0] if given else "").parse_args(given)
    try:
        return int(options.run(options) or 0)
    except SpineDCEError as error:
        print(f"spinedce: {with_remedy(error, options.known_options)}", file=sys.stderr)
        return 2
    except (KeyboardInterrupt, Cancelled):
        print("spinedce: Stopped. Earlier results are unchanged.", file=sys.stderr)
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except MemoryError:
        print("spinedce: There is not enough memory for this study.", file=sys.stderr)
        return 3
    except Exception as error:
        if os.environ.get("SPINEDCE_DEBUG"):
            raise
        print(
            f"spinedce: Unexpected error ({type(error).__name__}: {error}). Earlier results are "
            "unchanged. Set SPINEDCE_DEBUG=1 and run the command again for details.",
            file=sys.stderr,
        )
        return 3


def _parser(command: str) -> argparse.ArgumentParser:
    """Return the parser of all commands, with the options of one of them."""
    parser = argparse.ArgumentParser(
        prog="spinedce",
        description="T1-weighted DCE-MR perfusion of the spine. Not a medical device.",
    )
    parser.add_argument("--version", action="version", version=f"spinedce {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for name, words in COMMANDS.items():
        own = commands.add_parser(name, help=words)
        if name == command:
            module = importlib.import_module(f"SpineDCELib.cli.{name}")
            module.add(own)
            # A remedy names only options that the command has.
            known = frozenset(own._option_string_actions)
            own.set_defaults(run=module.run, known_options=known)
    return parser
