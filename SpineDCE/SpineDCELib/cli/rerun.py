"""``spinedce rerun``: repetition of an analysis, with a comparison of every number."""

from __future__ import annotations

import argparse

from SpineDCELib.cli.terminal import existing, shown_progress


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument("provenance", metavar="PROVENANCE", help="provenance.json of an analysis")
    parser.add_argument(
        "-o",
        "--out",
        metavar="OUT",
        help="folder for results (default: folder of the analysis with -rerun added)",
    )


def run(options: argparse.Namespace) -> int:
    """Repeat the analysis; return 1 if a number differs."""
    from SpineDCELib.run.analyse import rerun

    with shown_progress() as progress:
        outcome = rerun(existing(options.provenance), options.out, progress=progress)
    print(f"Results in {outcome.folder}")
    if outcome.differing:
        print(
            f"Numbers differ from those of the first analysis in {', '.join(outcome.differing)}. "
            "Compare 'environment' in both provenance.json: another version of SpineDCE or of its "
            "libraries may have computed them."
        )
        return 1
    print("All numbers are equal to those of the first analysis.")
    return 0
