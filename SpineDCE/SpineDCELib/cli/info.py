"""``spinedce info``: series of a study and their use."""

from __future__ import annotations

import argparse

from SpineDCELib.cli.options import add_option, given
from SpineDCELib.cli.terminal import existing, show, shown_progress
from SpineDCELib.settings import FORM


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument("study", metavar="STUDY", help="folder or file")
    add_option(parser, FORM["reading.frame_interval"])
    parser.add_argument(
        "--verbose", action="store_true", help="list every series with all its notes"
    )


def run(options: argparse.Namespace) -> int:
    """Print the report of the study."""
    from SpineDCELib.series import scan_study, study_report

    with shown_progress() as progress:
        study = scan_study(existing(options.study), progress=progress)
    interval = given(options, "reading.frame_interval")
    show(study_report(study, frame_interval=interval, verbose=options.verbose))
    return 0
