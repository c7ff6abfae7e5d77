"""``spinedce workstation``: the user interface in a browser, without 3D Slicer."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from importlib.metadata import entry_points
from typing import cast

from SpineDCELib.errors import InputError

#: Group of entry points in which the package of the page registers its functions.
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
    try:
        serve = entry_point("serve")
    except ImportError as error:
        raise InputError(
            f"The workstation is not part of this installation: {error.name} is missing. {advice}",
            code="no_workstation",
        ) from None
    if serve is None:
        raise InputError(
            f"The workstation is not part of this installation. {advice}", code="no_workstation"
        )
    serve(options.study, port=options.port, browser=not options.no_browser)
    return 0


def entry_point(name: str) -> Callable[..., None] | None:
    """Return a function of the package of the page; None if the package is not installed.

    Raises:
        ImportError: a package that it needs is missing.
    """
    found = [*entry_points(group=ENTRY_POINTS, name=name)]
    return None if not found else cast("Callable[..., None]", found[0].load())
