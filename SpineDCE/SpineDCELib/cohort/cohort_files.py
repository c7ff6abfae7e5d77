"""Result files of a cohort: tables, figures, HTML page, JSON."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from SpineDCELib.cohort.cohort_figures import draw_all
from SpineDCELib.cohort.cohort_statistics import CohortResult
from SpineDCELib.cohort.cohort_text import (
    all_cutoffs,
    cutoff_table,
    group_table,
    pair_table,
    roc_table,
)
from SpineDCELib.cohort.group_tests import Summary
from SpineDCELib.cohort.proportions import Proportion
from SpineDCELib.cohort.roc import Roc
from SpineDCELib.export.csv_tables import write_json, write_table
from SpineDCELib.export.report import html_page as page
from SpineDCELib.export.report.report_figures import as_svg, png_of
from SpineDCELib.files.output_folder import run_folder
from SpineDCELib.version import __version__

CAPTIONS = {
    "boxes": "Changes in both groups: median, quartiles, and every patient.",
    "curves": "Mean curves of the lesions at both visits, with the 95 % band of the mean.",
    "roc": "ROC curves with DeLong's intervals. Dots: best cutoffs (Youden); rings: predefined "
    "cutoffs.",
    "waterfall": "Change of every patient.",
}


def write_cohort_results(
    out: str | Path, result: CohortResult, *, keep_other_files: bool = False
) -> tuple[str, ...]:
    """Write all results to ``out`` and return the names of the files.

    They are ``groups.csv``, ``roc.csv``, ``cutoffs.csv``, ``comparisons.csv``,
    ``demographics.csv``, ``roc_curves.csv``, one PNG per figure, ``cohort.json`` and
    ``cohort.html``.

    Raises:
        InputError: matplotlib is not installed (code "no_matplotlib"), or ``out`` cannot be
            written.
    """
    figures = draw_all(result)
    with run_folder(out, keep_other_files=keep_other_files) as stage:
        _write_tables(stage, result)
        for name, figure in figures.items():
            (stage / f"{name}.png").write_bytes(png_of(figure, dpi=110))
        write_json(stage / "cohort.json", record(result))
        pictures = {name: as_svg(figure) for name, figure in figures.items()}
        (stage / "cohort.html").write_text(_page(result, pictures), encoding="utf-8")
        return tuple(sorted(path.name for path in stage.iterdir()))


def _write_tables(folder: Path, result: CohortResult) -> None:
    negative, positive = result.table.names
    keys = list(Summary.__dataclass_fields__)
    write_table(
        folder / "groups.csv",
        [
            "quantity",
            "group",
            *keys,
            "U",
            "P",
            "method",
            "ties",
            "note",
            "change: W",
            "change: P",
            "change: method",
        ],
        [
            [
                quantity,
                name,
                *asdict(summary).values(),
                *asdict(result.tests[quantity]).values(),
                inside.W,
                inside.P,
                inside.method,
            ]
            for quantity, pair in result.groups.items()
            for name, summary, inside in zip(
                (positive, negative), pair, result.within[quantity], strict=True
            )
        ],
    )
    limits = ["95% low", "95% high"]
    write_table(
        folder / "roc.csv",
        ["quantity", positive, negative, "AUC", *(f"DeLong {x}" for x in limits),
         *(f"bootstrap {x}" for x in limits), "best cutoff", *(f"cutoff {x}" for x in limits),
         "note"],
        [
            [quantity, roc.positives, roc.negatives, roc.auc, *roc.interval, *roc.bootstrap,
             roc.best.value, *roc.best_interval, roc.note]
            for quantity, roc in result.rocs.items()
        ],
    )  # fmt: skip
    write_table(
        folder / "cutoffs.csv",
        ["quantity", "cutoff", "chosen by", *_proportion_heading("sensitivity"),
         *_proportion_heading("specificity")],
        [
            [quantity, cutoff.value, source, *_proportion_cells(cutoff.sensitivity),
             *_proportion_cells(cutoff.specificity)]
            for quantity, cutoff, source in all_cutoffs(result)
        ],
    )  # fmt: skip
    write_table(
        folder / "comparisons.csv",
        ["first", "second", "patients", "difference of AUC", *limits, "z", "P", "note"],
        [
            [*pair, t.patients, t.difference, *t.interval, t.z, t.P, t.note]
            for pair, t in result.pairs.items()
        ],
    )
    write_table(folder / "demographics.csv", ["", "all", positive, negative], result.demographics)
    write_table(
        folder / "roc_curves.csv",
        ["quantity", "1 - specificity", "sensitivity"],
        [
            [quantity, x, y]
            for quantity, roc in result.rocs.items()
            for x, y in zip(roc.false_positive, roc.true_positive, strict=True)
        ],
    )


def _proportion_heading(name: str) -> list[str]:
    return [f"{name}: correct", f"{name}: patients", name, f"{name} 95% low", f"{name} 95% high"]


def _proportion_cells(p: Proportion) -> list[Any]:
    return [p.hits, p.total, p.share, p.low, p.high]


def record(result: CohortResult) -> dict[str, Any]:
    """Return the statistics as plain values."""
    table = result.table
    return {
        "spinedce": __version__,
        "not a medical device": True,
        "positive group": table.names[1],
        "negative group": table.names[0],
        "patients": [int(table.positive.sum()), int((~table.positive).sum())],
        "notes": list(table.notes),
        "quantities": {
            q: {
                "groups": dict(zip(table.names[::-1], map(asdict, result.groups[q]), strict=True)),
                "Mann-Whitney": asdict(result.tests[q]),
                "Wilcoxon within": dict(
                    zip(table.names[::-1], map(asdict, result.within[q]), strict=True)
                ),
                "ROC": _roc(result.rocs[q]),
                "predefined cutoff": asdict(result.fixed[q]) if q in result.fixed else None,
            }
            for q in table.quantities
        },
        "comparisons": [
            {"first": a, "second": b, **asdict(t)} for (a, b), t in result.pairs.items()
        ],
    }


def _roc(roc: Roc) -> dict[str, Any]:
    return {
        "AUC": roc.auc,
        "DeLong interval": roc.interval,
        "bootstrap interval": roc.bootstrap,
        "best cutoff": asdict(roc.best),
        "best cutoff interval": roc.best_interval,
        "note": roc.note,
    }


def _page(result: CohortResult, pictures: dict[str, str]) -> str:
    negative, positive = result.table.names
    counts = int(result.table.positive.sum()), int((~result.table.positive).sum())
    body = [page.listed(result.table.notes, "warn")] if result.table.notes else []
    body += [page.heading("Groups"), page.table(*group_table(result))]
    for name in ("boxes", "waterfall"):
        if name in pictures:
            body.append(page.figure([pictures[name]], CAPTIONS[name]))
    body += [
        page.heading(f"ROC analysis: '{positive}' is called above the cutoff"),
        page.table(*roc_table(result)),
        page.table(*cutoff_table(result)),
    ]
    if result.pairs:
        body.append(page.table(*pair_table(result)))
    for name in ("roc", "curves"):
        if name in pictures:
            body.append(page.figure([pictures[name]], CAPTIONS[name]))
    body += [
        page.heading("Patients"),
        page.table(["", "all", positive, negative], result.demographics),
    ]
    who = f"{counts[0]} {positive}, {counts[1]} {negative}"
    return page.page("Perfusion of the spine: a cohort", who, body)
