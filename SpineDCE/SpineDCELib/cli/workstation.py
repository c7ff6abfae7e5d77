"""``spinedce workstation``: the user interface in a browser, without 3D Slicer."""

from __future__ import annotations

import argparse
from importlib.metadata import entry_points

from SpineDCELib.errors import InputError

#: Group of entry points in which the package of the page registers its function.
ENTRY_POINTS = "spinedce.workstation"


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument("study", nargs="?", metavar="STUDY", help="folder or file to open at once")
    parser.add_argument(
        "--port", type=int, default=0, help="port on this machine (default: any free one)"
    )
    parser.add_argument(
        "--no-browser",
        action="store_true",
        help="print the address and the code, but open no browser",
    )


def run(options: argparse.Namespace) -> int:
    """Serve the page until it is stopped.

    The page is in another package, which the engine finds by its entry point.
    """
    advice = "Install it with: pip install 'spinedce[workstation]'."
    entries = [*entry_points(group=ENTRY_POINTS)]
    if not entries:
        raise InputError(
            f"The workstation is not part of this installation. {advice}", code="no_workstation"
        )
    try:
        serve = entries[0].load()
    except ImportError as error:
        raise InputError(
            f"The workstation is not part of this installation: {error.name} is missing. {advice}",
            code="no_workstation",
        ) from None
    serve(options.study, port=options.port, browser=not options.no_browser)
    return 0
