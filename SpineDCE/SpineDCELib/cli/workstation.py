"""``spinedce workstation``: the whole job in a browser, without 3D Slicer."""

from __future__ import annotations

import argparse
from typing import Any

from SpineDCELib.errors import InputError


def add(commands: Any) -> None:
    """Register the subcommand."""
    parser = commands.add_parser(
        "workstation", help="the whole job in a browser: open, draw, shift, read, export"
    )
    parser.add_argument("study", nargs="?", metavar="STUDY", help="folder or file to open at once")
    parser.add_argument("--port", type=int, default=0, help="on this machine; any free one if 0")
    parser.add_argument("--no-browser", action="store_true", help="only print the address")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Serve the page until it is stopped."""
    try:
        from SpineDCEWidget.browser.start import run as serve
    except ImportError as error:
        raise InputError(
            f"The workstation is not part of this installation ({error.name} is missing); "
            "install it with: pip install 'spinedce[workstation]'"
        ) from None
    serve(options.study, port=options.port, browser=not options.no_browser)
    return 0
