"""``spinedce rerun``: make an analysis again from its record."""

from __future__ import annotations

import argparse
from typing import Any

from SpineDCELib.cli.terminal import existing, shown_progress
from SpineDCELib.run.analyse import rerun


def add(commands: Any) -> None:
    """Register the subcommand."""
    parser = commands.add_parser("rerun", help="make an analysis again and compare every number")
    parser.add_argument("provenance", metavar="PROVENANCE", help="provenance.json of an analysis")
    parser.add_argument("-o", "--out", metavar="OUT", help="default: <old folder>-rerun")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Run again; exit 1 if a number differs."""
    with shown_progress() as progress:
        outcome = rerun(existing(options.provenance), options.out, progress=progress)
    print(f"Results in {outcome.folder}")
    if outcome.differing:
        print(
            "Other numbers than before in " + ", ".join(outcome.differing) + ": another version "
            "of SpineDCE or of its libraries made them (see 'environment' in both records)."
        )
        return 1
    print("Every number is the same as before.")
    return 0
