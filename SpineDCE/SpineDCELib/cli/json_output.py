"""Output for programs: one JSON object on stdout, in place of the text for people."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from typing import Any

from SpineDCELib.errors import SpineDCEError
from SpineDCELib.version import __version__


def add_json_option(parser: argparse.ArgumentParser) -> None:
    """Add the option that replaces the text by a JSON object."""
    parser.add_argument(
        "--json", action="store_true", help="print one JSON object instead of the text"
    )


def show_json(record: Mapping[str, Any]) -> None:
    """Print an object in ASCII: names from files of others cannot move a terminal's cursor.

    NaN and infinity are null.
    """
    from SpineDCELib.export.csv_tables import plain

    print(json.dumps(plain({"spinedce": __version__, **record}), indent=1, allow_nan=False))


def show_error(error: SpineDCEError, remedy: str) -> None:
    """Print what went wrong, with the code that programs may rely on, and the remedy."""
    about = {"code": error.code, "message": remedy, "about": error.about}
    print(json.dumps({"spinedce": __version__, "error": about}, indent=1))
