"""``spinedce trend``: trend of many patients over time."""

from __future__ import annotations

import argparse

from SpineDCELib.cli.options import add_keep_other_files
from SpineDCELib.cli.terminal import existing, show


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument(
        "table", metavar="TABLE",
        help="CSV or TSV in long format: one row per patient and visit, with the columns patient, "
        "days and the value; lesion, where patients have several. The batch of courses writes one",
    )  # fmt: skip
    parser.add_argument("-o", "--out", required=True, metavar="OUT", help="folder for results")
    parser.add_argument(
        "--value", default="normalised_vp", metavar="COLUMN",
        help="column of the values, which are above 0 (default normalised_vp)",
    )  # fmt: skip
    parser.add_argument(
        "--days", default="days", metavar="COLUMN", help="column of the days (default days)"
    )
    add_keep_other_files(parser)


def run(options: argparse.Namespace) -> int:
    """Fit and write the trend, and print it."""
    from SpineDCELib.cohort.cohort_text import plain_text
    from SpineDCELib.cohort.mixed_trend import mixed_trends, read_over_time
    from SpineDCELib.cohort.mixed_trend_files import trend_table, write_mixed_trend

    data = read_over_time(existing(options.table), value=options.value, days=options.days)
    found = mixed_trends(data)
    files = write_mixed_trend(options.out, data, found, keep_other_files=options.keep_other_files)
    lines = [f"! {note}" for note in data.notes]
    lines.append(f"{len(set(data.subject))} patients or lesions, {data.value.size} values")
    lines += ["", plain_text(trend_table(found)), "", "For research; not a medical device."]
    show("\n".join(lines))
    print(f"\nResults in {options.out}: " + ", ".join(files))
    return 0
