"""``spinedce check``: can a study be analysed, and what limits it."""

from __future__ import annotations

import argparse

from SpineDCELib.cli.json_output import add_json_option, show_json
from SpineDCELib.cli.terminal import existing, show, shown_progress

_WORDS = {"good": "good   ", "limited": "LIMITED", "failed": "FAILED ", "unknown": "unknown"}


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument(
        "study", metavar="STUDY",
        help="folder or file; pacs:NODE/STUDY_UID for a study in an archive",
    )  # fmt: skip
    add_json_option(parser)


def run(options: argparse.Namespace) -> int:
    """Print every point; return 1 if one is not good."""
    from SpineDCELib.run.protocol_check import check_study

    study = options.study
    with shown_progress() as progress:
        if study.startswith("pacs:"):
            from SpineDCELib.network.archive import local_study

            study = local_study(study, progress)
        found = check_study(existing(study), progress=progress)
    if options.json:
        show_json({"study": options.study, **found.record()})
    else:
        for point in found.points:
            asked = f" (asked: {point.asked}; {point.source})" if point.asked else ""
            show(f"{_WORDS[point.verdict]}  {point.name}: {point.found}{asked}")
        show(found.summary)
    return 0 if found.complete else 1
