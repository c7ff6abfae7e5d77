"""``spinedce agreement``: test–retest and several readers."""

from __future__ import annotations

import argparse

from SpineDCELib.cli.options import add_keep_other_files
from SpineDCELib.cli.terminal import existing, show


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument(
        "table", metavar="TABLE",
        help="CSV or TSV in long format: one row per patient and reader (or scan), with the "
        "columns patient, reader and one for each quantity",
    )  # fmt: skip
    parser.add_argument("-o", "--out", required=True, metavar="OUT", help="folder for results")
    parser.add_argument(
        "--rater", default="reader", metavar="COLUMN",
        help="column of the reader, the occasion or the scan (default reader)",
    )  # fmt: skip
    parser.add_argument(
        "--quantity", action="append", default=[], metavar="COLUMN",
        help="a column of values (default: all columns of numbers); may be repeated",
    )  # fmt: skip
    add_keep_other_files(parser)


def run(options: argparse.Namespace) -> int:
    """Compute and write the agreement, and print a summary."""
    from SpineDCELib.cohort.agreement_files import agreement_rows, write_agreement
    from SpineDCELib.cohort.agreement_statistics import agreement, read_repeated
    from SpineDCELib.cohort.cohort_text import plain_text
    from SpineDCELib.vocabulary.quantities import number

    results = [
        agreement(data)
        for data in read_repeated(
            existing(options.table), rater=options.rater, quantities=options.quantity
        )
    ]
    files = write_agreement(options.out, results, keep_other_files=options.keep_other_files)
    for one in results:
        show(f"{one.data.quantity}: {len(one.data.subjects)} subjects, "
             f"{len(one.data.raters)} raters")  # fmt: skip
        for note in one.data.notes:
            show(f"! {note}")
        rows = [[row[0], *(number(value, 4) for value in row[1:4])] for row in agreement_rows(one)]
        rows += [
            [f"bias {pair.second} − {pair.first}",
             *(number(v, 4) for v in (pair.bias.value, pair.bias.low, pair.bias.high))]
            for pair in one.pairs
        ]  # fmt: skip
        show(plain_text((["", "value", "95% low", "95% high"], rows)) + "\n")
    print(f"Results in {options.out}: " + ", ".join(files))
    return 0
