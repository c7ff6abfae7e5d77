"""``spinedce info``: what a study holds."""

from __future__ import annotations

import argparse
from typing import Any

from SpineDCELib.cli.terminal import INTERVAL_HELP, existing, shown_progress
from SpineDCELib.series import scan_study, study_report


def add(commands: Any) -> None:
    """Register the subcommand."""
    parser = commands.add_parser("info", help="what a study holds and what it would be used for")
    parser.add_argument("study", metavar="STUDY", help="folder or file")
    parser.add_argument("--frame-interval", type=float, metavar="SECONDS", help=INTERVAL_HELP)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print what was found."""
    with shown_progress() as progress:
        study = scan_study(existing(options.study), progress=progress)
    print(study_report(study, frame_interval=options.frame_interval))
    return 0
