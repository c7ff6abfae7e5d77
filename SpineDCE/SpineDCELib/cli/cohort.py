"""``spinedce cohort``: group statistics and figures of many patients."""

from __future__ import annotations

import argparse
from typing import Any

from SpineDCELib.cli.terminal import existing, show, shown_progress
from SpineDCELib.errors import InputError


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument(
        "table", metavar="TABLE",
        help="CSV or TSV with one row per patient (patient, group, change_vp …), or a folder of "
        "results of batch or compare",
    )  # fmt: skip
    parser.add_argument("-o", "--out", required=True, metavar="OUT", help="folder for results")
    parser.add_argument("--groups", metavar="FILE", help="a table with the group of each patient")
    parser.add_argument(
        "--positive", default="persistent", metavar="WORD",
        help="beginning of the name of the positive group (default: persistent)",
    )  # fmt: skip
    parser.add_argument(
        "--quantity", action="append", default=[], metavar="COLUMN",
        help="a column to test; default: all with 'change' or 'Δ' in the heading",
    )  # fmt: skip
    parser.add_argument(
        "--cutoff", action="append", default=[], type=named_number, metavar="COLUMN=PERCENT",
        help="a predefined cutoff (default: vp=-40 and area=-10, Behar et al., AJNR 2023)",
    )  # fmt: skip
    parser.add_argument(
        "--bootstrap",
        type=int,
        default=2000,
        metavar="N",
        help="number of bootstrap resamples (default 2000; 0: none)",
    )
    parser.add_argument(
        "--seed", type=int, default=2023, help="seed of the resamples (default 2023)"
    )


def named_number(text: str) -> tuple[str, float]:
    """Return the name and the number of a text such as ``vp=-40``."""
    name, _, value = text.rpartition("=")
    try:
        return name.strip(), float(value)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is not COLUMN=PERCENT") from None


def run(options: argparse.Namespace) -> int:
    """Compute and write the statistics, and print a summary."""
    from SpineDCELib.cohort.cohort_files import write_cohort_results
    from SpineDCELib.cohort.cohort_statistics import analyse_cohort
    from SpineDCELib.cohort.cohort_table import read_cohort

    if options.bootstrap < 0:
        raise InputError(
            f"The number of bootstrap resamples cannot be negative; {options.bootstrap} was given.",
            code="out_of_range",
            fields=["cohort.bootstrap"],
        )
    table = read_cohort(
        existing(options.table),
        groups=options.groups,
        positive=options.positive,
        quantities=options.quantity,
    )
    with shown_progress() as progress:
        result = analyse_cohort(
            table,
            cutoffs=dict(options.cutoff),
            resamples=options.bootstrap,
            seed=options.seed,
            progress=progress,
        )
        files = write_cohort_results(options.out, result)
    show(summary(result))
    print(f"\nResults in {options.out}: " + ", ".join(files))
    return 0


def summary(result: Any) -> str:
    """Return the tables as text for a terminal."""
    from SpineDCELib.cohort import cohort_text as text

    negative, positive = result.table.names
    count = int(result.table.positive.sum())
    lines = [f"{count} {positive}, {result.table.positive.size - count} {negative}"]
    lines += [f"! {note}" for note in result.table.notes]
    tables = [text.group_table, text.roc_table, text.cutoff_table]
    tables += [text.pair_table] if result.pairs else []
    for table in tables:
        lines += ["", text.plain_text(table(result))]
    lines += ["", "For research; not a medical device."]
    return "\n".join(lines)
