"""``spinedce batch``: analysis of many studies, on all cores or on a cluster."""

from __future__ import annotations

import argparse
from collections.abc import Collection
from typing import Any

from SpineDCELib.cli.options import (
    add_accept_options,
    add_analysis_options,
    add_robustness_option,
    settings_of,
)
from SpineDCELib.cli.remedies import with_remedy
from SpineDCELib.cli.terminal import existing, show, shown_progress
from SpineDCELib.errors import InputError
from SpineDCELib.files.object_storage import is_url
from SpineDCELib.settings import FORM

#: Inputs that belong to one study.
OF_ONE = tuple(p for p in FORM if p.startswith("inputs.") and FORM[p].option.startswith("--"))


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument(
        "studies", metavar="STUDIES",
        help="a folder with one folder per patient, which contains before/ (baseline) and after/ "
        "(follow-up), three or more visits with their dates, or one study; or a table with columns "
        "patient, before, after (or study, or course: the folder of a patient), roi, size, group "
        "…, whose files may be at URLs such as s3://…",
    )  # fmt: skip
    parser.add_argument("-o", "--out", required=True, metavar="OUT", help="folder for the data set")
    add_worker_options(parser)
    add_analysis_options(parser, cache=False)
    both = parser.add_argument_group("comparison")
    both.add_argument(
        "--cutoff", default="behar2023", metavar="PERCENT",
        help="persistent disease above this change of normalised Vp: a number, or the name of a "
        "published series, behar2023 (−40 %%, default) or kumar2017 (−20 %%)",
    )  # fmt: skip
    add_robustness_option(both)
    add_accept_options(both)


def add_worker_options(parser: argparse.ArgumentParser) -> None:
    """Add options for the number of processes and their machine."""
    where = parser.add_mutually_exclusive_group()
    where.add_argument(
        "--workers", type=int, metavar="N",
        help="processes on this machine (default: one per core; 0: only this one, without Dask)",
    )  # fmt: skip
    where.add_argument(
        "--dask",
        metavar="ADDRESS",
        help="scheduler of a running Dask cluster that has access to the same files",
    )


def run(options: argparse.Namespace) -> int:
    """Analyse the studies that are not done yet; return 1 if a study failed or is incomplete."""
    from SpineDCELib.cohort.batch import Recipe, run_batch
    from SpineDCELib.cohort.batch_studies import read_studies
    from SpineDCELib.course import cutoff_named
    from SpineDCELib.export.formats import parse_formats

    for name in OF_ONE:
        if getattr(options, name.replace(".", "__")):
            raise InputError(
                f"{FORM[name].option} gives a file of one study. Name the files of each patient in "
                "the table of studies.",
                code="option_of_one_study",
            )
    place = options.studies
    studies = read_studies(place if is_url(place) else existing(place))
    cutoff, source = cutoff_named(options.cutoff)
    recipe = Recipe(
        settings_of(options),
        cutoff,
        options.flip_runs,
        parse_formats(options.export or "report"),
        options.accept_differences,
        options.anonymise,
        tuple(options.accept),
        source,
    )
    with shown_progress() as progress:
        entries = run_batch(
            studies, recipe, options.out, workers=options.workers, address=options.dask,
            progress=progress, keep_other_files=options.keep_other_files,
        )  # fmt: skip
    show(summary(entries, options.known_options))
    print(f"\nResults in {options.out}: participants.tsv, studies.tsv, sub-*/, results/")
    return int(any(entry.status in ("incomplete", "failed") for entry in entries))


def summary(entries: Any, known: Collection[str] | None = None) -> str:
    """Return the number of patients that are done, and the reasons for failures.

    Args:
        known: names of the options of the command; see :func:`with_remedy`.
    """
    counts = {
        status: sum(entry.status == status for entry in entries)
        for status in ("done", "kept", "incomplete", "failed")
    }
    words = {
        "done": "done",
        "kept": "kept from an earlier run",
        "incomplete": "incomplete",
        "failed": "failed",
    }
    counted = ", ".join(f"{n} {words[status]}" for status, n in counts.items() if n)
    lines = [f"{len(entries)} patients: {counted}"]
    lines += [
        f"! {one.name}: {with_remedy(InputError(one.reason, fields=one.fields), known)}"
        for one in entries
        if one.status in ("incomplete", "failed")
    ]
    if any(one.pseudonym for one in entries):
        lines += ["Names in the results:", *(f"  {one.name}: {one.pseudonym}" for one in entries)]
    return "\n".join(lines)
