"""Result files of the trend of many patients: table, figure, HTML page, JSON."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from SpineDCELib.cohort.cohort_text import p_text
from SpineDCELib.cohort.mixed_trend import MixedTrend, ValuesOverTime
from SpineDCELib.export.csv_tables import write_json, write_table
from SpineDCELib.export.report import html_page as page
from SpineDCELib.export.report.report_figures import as_svg, label_axes, new_panel, png_of
from SpineDCELib.files.output_folder import run_folder
from SpineDCELib.files.text_cells import figure_text
from SpineDCELib.vocabulary.quantities import NONE, number, percent

LIMITS = (
    "The model is a straight line of the logarithm: one rate of change for the whole time.",
    "Patients who leave follow-up because of the disease bias the trend of those who stay.",
)


def write_mixed_trend(
    out: str | Path,
    data: ValuesOverTime,
    found: Sequence[MixedTrend],
    *,
    keep_other_files: bool = False,
) -> tuple[str, ...]:
    """Write ``trend.csv``, ``trend.png``, ``trend.html`` and ``trend.json``.

    Returns:
        The names of the files.

    Raises:
        InputError: matplotlib is not installed (code "no_matplotlib"), or ``out`` cannot be
            written.
    """
    figure = trend_figure(data, found[0])
    subjects = len(set(data.subject))
    with run_folder(out, keep_other_files=keep_other_files) as stage:
        write_table(
            stage / "trend.csv",
            ["model", "change in 100 days [%]", "95% low [%]", "95% high [%]", "P", "coefficient",
             "SE", "SD between subjects (log)", "SD of the slopes (log)",
             "SD within a subject (log)", "note"],
            [
                [one.model, one.percent, one.low, one.high, one.P, one.coefficient, one.SE,
                 one.between, one.slopes, one.within, one.note]
                for one in found
            ],
        )  # fmt: skip
        (stage / "trend.png").write_bytes(png_of(figure))
        write_json(
            stage / "trend.json",
            {
                "not a medical device": True, "quantity": data.quantity, "subjects": subjects,
                "values": int(data.value.size), "models": [asdict(one) for one in found],
                "notes": list(data.notes),
            },
        )  # fmt: skip
        body = [
            page.figure([as_svg(figure)], "Every subject, and the trend of the random intercept."),
            page.table(*trend_table(found)),
            page.heading("Limits"),
            page.listed((*LIMITS, *data.notes)),
        ]
        who = f"{subjects} patients or lesions, {data.value.size} values"
        text = page.page(f"Trend of {data.quantity}", who, body)
        (stage / "trend.html").write_text(text, encoding="utf-8")
        return tuple(sorted(path.name for path in stage.iterdir()))


def trend_table(found: Sequence[MixedTrend]) -> tuple[list[str], list[list[str]]]:
    """Return one row per model as text."""
    header = [
        "model", "change in 100 days", "95 % interval", "P", "SD between subjects",
        "SD of the slopes", "SD within a subject", "note",
    ]  # fmt: skip
    rows = []
    for one in found:
        known = math.isfinite(one.percent)
        SDs = (one.between, one.slopes, one.within)
        rows.append(
            [
                one.model,
                percent(one.percent) if known else NONE,
                f"{percent(one.low)} to {percent(one.high)}" if known else NONE,
                p_text(one.P) if known else NONE,
                # Of a logarithm: as a factor.
                *(f"× {number(math.exp(SD), 2)}" if math.isfinite(SD) else NONE for SD in SDs),
                one.note,
            ]
        )
    return header, rows


def trend_figure(data: ValuesOverTime, fit: MixedTrend) -> Any:
    """Draw the values of every subject against days, and the trend through their middle."""
    ax = new_panel(3.4)
    names = np.array(data.subject)
    for name in dict.fromkeys(data.subject):
        mine = names == name
        order = np.argsort(data.days[mine])
        ax.plot(data.days[mine][order], data.value[mine][order], "o-", color="#999999",
                markersize=3, linewidth=0.8)  # fmt: skip
    if math.isfinite(fit.coefficient):
        days = np.linspace(data.days.min(), data.days.max(), 50)
        middle = np.mean(np.log(data.value) - fit.coefficient * data.days / 100)
        ax.plot(days, np.exp(middle + fit.coefficient * days / 100), color="#d55e00", linewidth=2)
    ax.set_yscale("log")
    label_axes(ax, "trend", figure_text(data.quantity), "days")
    return ax.figure
