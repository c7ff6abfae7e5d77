"""``spinedce batch``: analysis of many studies, on all cores or on a cluster."""

from __future__ import annotations

import argparse
from typing import Any

from SpineDCELib.cli.options import add_analysis_options, settings_of
from SpineDCELib.cli.terminal import existing, shown_progress
from SpineDCELib.compare.call import CUTOFF, SOURCE
from SpineDCELib.errors import InputError
from SpineDCELib.export.formats import parse_formats
from SpineDCELib.settings import FORM

#: Options that name files of one study.
OF_ONE = tuple(p for p in FORM if p.startswith("inputs.") and FORM[p].option.startswith("--"))


def add(commands: Any) -> None:
    """Register the subcommand."""
    parser = commands.add_parser(
        "batch", help="analyse many studies; an interrupted batch can be resumed"
    )
    parser.add_argument(
        "studies", metavar="STUDIES",
        help="a folder with one folder per patient (before/ and after/ in it, or one study), or a "
        "table with columns patient, before, after (or study), roi, size, group …",
    )  # fmt: skip
    parser.add_argument("-o", "--out", required=True, metavar="OUT", help="folder for the data set")
    add_worker_options(parser)
    add_analysis_options(parser)
    both = parser.add_argument_group("comparison")
    both.add_argument(
        "--cutoff", type=float, default=CUTOFF, metavar="PERCENT",
        help=f"persistent disease above this change of normalised Vp (default {CUTOFF:g}, "
        f"{SOURCE})",
    )  # fmt: skip
    both.add_argument(
        "--flip-runs", type=int, default=200, metavar="N",
        help="number of comparisons with perturbed inputs, to test the call (0: none)",
    )  # fmt: skip
    both.add_argument(
        "--accept-differences", action="store_true",
        help="compare although scanner, protocol or settings differ",
    )  # fmt: skip
    parser.set_defaults(run=run)


def add_worker_options(parser: argparse.ArgumentParser) -> None:
    """Add options for the number of processes and their machine."""
    where = parser.add_mutually_exclusive_group()
    where.add_argument(
        "--workers", type=int, metavar="N",
        help="processes on this machine (default: one per core; 0: no other process, without Dask)",
    )  # fmt: skip
    where.add_argument(
        "--dask", metavar="ADDRESS", help="a running Dask cluster that sees the same files"
    )


def run(options: argparse.Namespace) -> int:
    """Analyse the studies that are not done yet; return 1 if one failed."""
    from SpineDCELib.cohort.batch import Recipe, run_batch
    from SpineDCELib.cohort.batch_studies import read_studies

    for name in OF_ONE:
        if getattr(options, name.replace(".", "__")):
            raise InputError(
                f"{FORM[name].option} belongs to one study; name its files in the table.",
                code="option_of_one_study",
            )
    studies = read_studies(existing(options.studies))
    recipe = Recipe(
        settings_of(options),
        options.cutoff,
        options.flip_runs,
        parse_formats(options.export or "report"),
        options.accept_differences,
        options.anonymise,
    )
    with shown_progress() as progress:
        entries = run_batch(
            studies, recipe, options.out, workers=options.workers, address=options.dask,
            progress=progress,
        )  # fmt: skip
    print(summary(entries))
    print(f"\nResults in {options.out}: participants.tsv, studies.tsv, sub-*/, results/")
    return int(any(entry.status == "failed" for entry in entries))


def summary(entries: Any) -> str:
    """Return how many patients are done, and why others are not."""
    counts = {
        status: sum(entry.status == status for entry in entries)
        for status in ("done", "kept", "failed")
    }
    words = {"done": "done now", "kept": "done before", "failed": "failed"}
    said = ", ".join(f"{n} {words[status]}" for status, n in counts.items() if n)
    lines = [f"{len(entries)} patients: {said}"]
    lines += [f"! {entry.name}: {entry.reason}" for entry in entries if entry.status == "failed"]
    return "\n".join(lines)
