"""``spinedce info``: series of a study and their use."""

from __future__ import annotations

import argparse
from typing import Any

from SpineDCELib.cli.options import add_option, given
from SpineDCELib.cli.terminal import existing, shown_progress
from SpineDCELib.series import scan_study, study_report
from SpineDCELib.settings import FORM


def add(commands: Any) -> None:
    """Register the subcommand."""
    parser = commands.add_parser("info", help="list the series of a study and their use")
    parser.add_argument("study", metavar="STUDY", help="folder or file")
    add_option(parser, FORM["reading.frame_interval"])
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the report of the study."""
    with shown_progress() as progress:
        study = scan_study(existing(options.study), progress=progress)
    print(study_report(study, frame_interval=given(options, "reading.frame_interval")))
    return 0
