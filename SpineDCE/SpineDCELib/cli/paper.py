"""``spinedce paper``: results of Behar et al. 2023 beside those of a digital cohort."""

from __future__ import annotations

import argparse
from typing import Any

from SpineDCELib.cli.batch import add_worker_options
from SpineDCELib.cli.terminal import shown_progress
from SpineDCELib.errors import InputError
from SpineDCELib.settings import SIGNAL_MODES, changed


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument("-o", "--out", required=True, metavar="OUT", help="folder for results")
    add_worker_options(parser)
    parser.add_argument("--patients", type=int, metavar="N", help="only the first N of 49")
    parser.add_argument(
        "--seed", type=int, default=2023, help="seed of the cohort and the bootstrap (default 2023)"
    )
    parser.add_argument(
        "--signal", choices=SIGNAL_MODES, default="relative",
        help="what is fitted (default relative, as in the paper)",
    )  # fmt: skip
    parser.add_argument(
        "--t10", type=float, metavar="MS", help="T10 of all tissue, for --signal absolute"
    )
    parser.add_argument(
        "--examples", choices=("full", "small", "none"), default="full",
        help="image size of the patients in Figures 1 and 2 (default full)",
    )  # fmt: skip


def run(options: argparse.Namespace) -> int:
    """Create and analyse the cohort, and print its numbers beside those of the paper."""
    from SpineDCELib.cohort.cohort_text import plain_text
    from SpineDCELib.cohort.published_results import HEADER
    from SpineDCELib.cohort.reproduce_paper import PAPER_SETTINGS, reproduce

    if (options.signal == "absolute") != (options.t10 is not None):
        raise InputError(
            "--signal absolute needs --t10, and --t10 needs --signal absolute.",
            code="options_belong_together",
        )
    concentration: dict[str, Any] = {"signal": options.signal}
    if options.t10 is not None:
        concentration |= {"T1_source": "fixed", "T10": options.t10 / 1000}
    with shown_progress() as progress:
        found = reproduce(
            options.out,
            patients=options.patients,
            seed=options.seed,
            settings=changed(PAPER_SETTINGS, concentration=concentration),
            examples=None if options.examples == "none" else options.examples,
            workers=options.workers,
            address=options.dask,
            progress=progress,
        )
    print(plain_text((HEADER, found.rows)))
    print("\n".join(["", *found.remarks]))
    print(f"\nTable and figures in {options.out}: paper.html, paper.csv, figure1.png …, cohort/")
    return int(any(entry.status == "failed" for entry in found.entries))
