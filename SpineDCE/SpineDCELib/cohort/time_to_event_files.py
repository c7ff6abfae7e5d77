"""Result files of the time to an event: tables, figures, HTML page, JSON."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from SpineDCELib.cohort.cohort_text import p_text
from SpineDCELib.cohort.time_to_event import SurvivalCurve, TimeToEvent
from SpineDCELib.export.csv_tables import write_json, write_table
from SpineDCELib.export.report import html_page as page
from SpineDCELib.export.report.report_figures import as_svg, label_axes, new_panel, png_of
from SpineDCELib.files.output_folder import run_folder
from SpineDCELib.files.text_cells import figure_text
from SpineDCELib.vocabulary.quantities import NONE, number

_COLOURS = ("#d55e00", "#0072b2")
LIMITS = (
    "Patients of whom the outcome was judged with the same images that gave the change make it "
    "look better than it is.",
    "A patient who was never scanned at the first follow-up is not in the table. Count the time "
    "from that scan, not from treatment, or those who recur before it are left out.",
)


def write_time_to_event(
    out: str | Path, result: TimeToEvent, *, keep_other_files: bool = False
) -> tuple[str, ...]:
    """Write ``survival.csv``, ``hazard.csv``, ``time_roc.csv``, figure, page and JSON.

    Returns:
        The names of the files.

    Raises:
        InputError: matplotlib is not installed (code "no_matplotlib"), or ``out`` cannot be
            written.
    """
    figure = kaplan_meier_figure(result.curves)
    with run_folder(out, keep_other_files=keep_other_files) as stage:
        write_table(
            stage / "survival.csv",
            ["group", "days", "without event", "95% low", "95% high", "at risk"],
            [
                [curve.name, *row]
                for curve in result.curves
                for row in zip(
                    curve.time, curve.survival, curve.low, curve.high, curve.at_risk, strict=True
                )
            ],
        )
        write_table(stage / "hazard.csv", *hazard_table(result, plain=True))
        write_table(stage / "time_roc.csv", *roc_table(result, plain=True))
        (stage / "kaplan_meier.png").write_bytes(png_of(figure))
        write_json(stage / "survival.json", _record(result))
        body = [
            page.figure([as_svg(figure)], "Kaplan-Meier curves with 95 % bands (log-log)."),
            page.paragraph(log_rank_text(result)),
            page.heading("Cox regression, ties after Efron"),
            page.table(*hazard_table(result)),
        ]
        if result.rocs:
            body += [page.heading("Time-dependent ROC"), page.table(*roc_table(result))]
        body += [page.heading("Limits"), page.listed((*LIMITS, *result.table.notes))]
        who = f"{result.table.time.size} patients, {int(result.table.event.sum())} with the event"
        text = page.page("Time to recurrence", who, body)
        (stage / "survival.html").write_text(text, encoding="utf-8")
        return tuple(sorted(path.name for path in stage.iterdir()))


def kaplan_meier_figure(curves: Sequence[SurvivalCurve]) -> Any:
    """Draw Kaplan-Meier curves with their bands."""
    ax = new_panel(3.6)
    for curve, colour in zip(curves, _COLOURS, strict=False):
        name = f"{figure_text(curve.name)} ({curve.events} of {curve.patients})"
        ax.step(curve.time, curve.survival, where="post", color=colour, linewidth=1.6, label=name)
        ax.fill_between(curve.time, curve.low, curve.high, step="post", color=colour, alpha=0.15)
    ax.set_ylim(0, 1.02)
    label_axes(ax, "without the event", "share of patients", "days")
    ax.legend(frameon=False, fontsize=8, loc="lower left")
    return ax.figure


def log_rank_text(result: TimeToEvent) -> str:
    """Return the log-rank test as a sentence."""
    test = result.log_rank
    if not math.isfinite(test.P):
        return "No log-rank test, because one group is empty or nobody had the event."
    return f"Log-rank test: χ² = {test.chi2:.2f}, {p_text(test.P)}."


def hazard_table(result: TimeToEvent, *, plain: bool = False) -> tuple[list[str], list[list[Any]]]:
    """Return the hazard ratios as text, or as numbers with ``plain``."""
    header = ["per", "hazard ratio", "95% low", "95% high", "coefficient", "SE", "P", "note"]
    rows = []
    for one in result.hazards:
        values = (one.ratio, one.low, one.high, one.coefficient, one.SE)
        shown = list(values) if plain else [number(value, 3) for value in values]
        P = one.P if plain else p_text(one.P) if math.isfinite(one.P) else NONE
        rows.append([one.per, *shown, P, one.note])
    return header, rows


def roc_table(result: TimeToEvent, *, plain: bool = False) -> tuple[list[str], list[list[Any]]]:
    """Return the areas under the curves as text, or as numbers with ``plain``."""
    rows = []
    for one in result.rocs:
        values = (one.auc, one.low, one.high)
        shown = list(values) if plain else [number(value, 3) for value in values]
        counts = [one.time, one.cases, one.controls]
        rows.append([*(counts if plain else [f"{count:g}" for count in counts]), *shown])
    return ["days", "with the event", "without it", "AUC", "95% low", "95% high"], rows


def _record(result: TimeToEvent) -> dict[str, Any]:
    return {
        "not a medical device": True,
        "patients": int(result.table.time.size),
        "events": int(result.table.event.sum()),
        "predictor": result.table.predictor,
        "cutoff [%]": result.cutoff,
        "groups": [
            {"name": c.name, "patients": c.patients, "events": c.events,
             "median [days]": c.median if np.isfinite(c.median) else None}
            for c in result.curves
        ],
        "log-rank": asdict(result.log_rank),
        "Cox": [asdict(one) for one in result.hazards],
        "time-dependent ROC": [asdict(one) for one in result.rocs],
        "notes": list(result.table.notes),
    }  # fmt: skip
