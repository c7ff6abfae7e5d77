"""``spinedce survival``: time to recurrence against a change at the first follow-up."""

from __future__ import annotations

import argparse

from SpineDCELib.cli.options import add_keep_other_files
from SpineDCELib.cli.terminal import existing, show


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument(
        "table", metavar="TABLE",
        help="CSV or TSV with one row per patient: patient, days to the event or to the last visit "
        "without it, event (yes or no), and the change at the first follow-up, %%",
    )  # fmt: skip
    parser.add_argument("-o", "--out", required=True, metavar="OUT", help="folder for results")
    parser.add_argument(
        "--time", default="days", metavar="COLUMN", help="column of the days (default days)"
    )
    parser.add_argument(
        "--event", default="event", metavar="COLUMN", help="column of the event (default event)"
    )
    parser.add_argument(
        "--change", default="change_vp", metavar="COLUMN",
        help="column of the change (default change_vp)",
    )  # fmt: skip
    parser.add_argument(
        "--cutoff", default="behar2023", metavar="PERCENT",
        help="change that divides the patients: a number, or the name of a published series, "
        "behar2023 (−40 %%, default) or kumar2017 (−20 %%)",
    )  # fmt: skip
    parser.add_argument(
        "--horizon", type=float, action="append", default=[], metavar="DAYS",
        help="compute the ROC for the event by this day; may be repeated",
    )  # fmt: skip
    parser.add_argument(
        "--bootstrap", type=int, default=1000, metavar="N",
        help="number of bootstrap resamples of the ROC (default 1000; 0: none)",
    )  # fmt: skip
    parser.add_argument(
        "--seed", type=int, default=2023, help="seed of the resamples (default 2023)"
    )
    add_keep_other_files(parser)


def run(options: argparse.Namespace) -> int:
    """Compute and write the results, and print a summary."""
    from SpineDCELib.cohort.cohort_text import plain_text
    from SpineDCELib.cohort.time_to_event import read_followed, time_to_event
    from SpineDCELib.cohort.time_to_event_files import (
        hazard_table,
        log_rank_text,
        roc_table,
        write_time_to_event,
    )
    from SpineDCELib.course import cutoff_named

    table = read_followed(
        existing(options.table), time=options.time, event=options.event, change=options.change
    )
    result = time_to_event(
        table,
        cutoff=cutoff_named(options.cutoff)[0],
        horizons=options.horizon,
        resamples=max(options.bootstrap, 0),
        seed=options.seed,
    )
    files = write_time_to_event(options.out, result, keep_other_files=options.keep_other_files)
    lines = [f"! {note}" for note in table.notes]
    for curve in result.curves:
        lines.append(f"{curve.name}: {curve.events} of {curve.patients} with the event")
    lines += ["", log_rank_text(result), "", plain_text(hazard_table(result))]
    if result.rocs:
        lines += ["", plain_text(roc_table(result))]
    show("\n".join([*lines, "", "For research; not a medical device."]))
    print(f"\nResults in {options.out}: " + ", ".join(files))
    return 0
