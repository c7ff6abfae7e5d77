"""``spinedce info``: series of a study and their use."""

from __future__ import annotations

import argparse
import shlex
from typing import TYPE_CHECKING

from SpineDCELib.cli.json_output import add_json_option, show_json
from SpineDCELib.cli.options import add_option, given
from SpineDCELib.cli.remedies import option_of
from SpineDCELib.cli.terminal import existing, show, shown_progress
from SpineDCELib.settings import FORM

if TYPE_CHECKING:
    from SpineDCELib.series.study_summary import NextStep


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument("study", metavar="STUDY", help="folder or file")
    add_option(parser, FORM["reading.frame_interval"])
    parser.add_argument(
        "--verbose", action="store_true", help="list every series with all its notes"
    )
    add_json_option(parser)


def run(options: argparse.Namespace) -> int:
    """Print the report of the study."""
    from SpineDCELib.series import scan_study, study_report
    from SpineDCELib.series.study_record import study_record

    interval = given(options, "reading.frame_interval")
    FORM["reading.frame_interval"].check(interval)
    with shown_progress() as progress:
        study = scan_study(existing(options.study), progress=progress)

    def command(step: NextStep) -> str:
        return _command(options.study, step)

    if options.json:
        show_json(study_record(study, frame_interval=interval, command=command))
        return 0
    show(
        study_report(
            study, frame_interval=interval, verbose=options.verbose, command=command,
            option=option_of, longer="--verbose",
        )
    )  # fmt: skip
    return 0


def _command(study: str, step: NextStep) -> str:
    """Return the command line of the next step; "" if no analysis is."""
    if not step.analyse:
        return ""
    given = [
        option_of(path) if value is None else f"{FORM[path].option} {FORM[path].text(value)}"
        for path, value in step.settings.items()
    ]
    return " ".join(["spinedce analyse", shlex.quote(study), "-o OUT", *given])
