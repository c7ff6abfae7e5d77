"""The ``spinedce`` command: one module per subcommand, and shared options and messages."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

# NumPy reads these when it is imported, so they are set first. More threads do not speed up a fit
# and slow down the drawing of the page; with one, results do not depend on the number of cores.
for _name in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

from SpineDCELib.cli import (  # noqa: E402
    aif,
    analyse,
    batch,
    cohort,
    compare,
    info,
    paper,
    phantom,
    rerun,
    workstation,
)
from SpineDCELib.cli.remedies import with_remedy  # noqa: E402
from SpineDCELib.errors import Cancelled, SpineDCEError  # noqa: E402
from SpineDCELib.version import __version__  # noqa: E402

#: In the order of the help; each has ``add(commands)``.
COMMANDS = (info, aif, analyse, compare, rerun, batch, cohort, paper, phantom, workstation)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command, and return its exit status; print an error as one line on stderr."""
    options = _parser().parse_args(arguments)
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


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="spinedce",
        description="T1-weighted DCE-MR perfusion of the spine. Not a medical device.",
    )
    parser.add_argument("--version", action="version", version=f"spinedce {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for command in COMMANDS:
        command.add(commands)
    for command_parser in commands.choices.values():
        # A remedy names only options that the command has.
        known = frozenset(command_parser._option_string_actions)
        command_parser.set_defaults(known_options=known)
    return parser
