"""Result files of agreement: tables, Bland-Altman figures, HTML page, JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from SpineDCELib.cohort.agreement_statistics import Agreement, BlandAltman, Estimate, RepeatedValues
from SpineDCELib.export.csv_tables import write_json, write_table
from SpineDCELib.export.report import html_page as page
from SpineDCELib.export.report.report_figures import as_svg, label_axes, new_panel, png_of
from SpineDCELib.files.output_folder import run_folder
from SpineDCELib.files.text_cells import figure_text
from SpineDCELib.vocabulary.quantities import number


def write_agreement(
    out: str | Path, results: Sequence[Agreement], *, keep_other_files: bool = False
) -> tuple[str, ...]:
    """Write ``agreement.csv``, ``bland_altman.csv``, figures, page and JSON.

    Returns:
        The names of the files.

    Raises:
        InputError: matplotlib is not installed (code "no_matplotlib"), or ``out`` cannot be
            written.
    """
    with run_folder(out, keep_other_files=keep_other_files) as stage:
        rows = [[one.data.quantity, *row] for one in results for row in agreement_rows(one)]
        write_table(
            stage / "agreement.csv",
            ["quantity", "statistic", "value", "95% low", "95% high", "subjects", "raters"],
            rows,
        )
        write_table(
            stage / "bland_altman.csv",
            ["quantity", "first", "second", "bias", "bias 95% low", "bias 95% high", "SD",
             "lower limit", "lower 95% low", "lower 95% high", "upper limit", "upper 95% low",
             "upper 95% high", "P of the slope"],
            [
                [one.data.quantity, pair.first, pair.second, *_three(pair.bias), pair.SD,
                 *_three(pair.low), *_three(pair.high), pair.slope_P]
                for one in results
                for pair in one.pairs
            ],
        )  # fmt: skip
        body = []
        number_of = 0
        for one in results:
            shown = []
            for pair in one.pairs:
                number_of += 1
                figure = bland_altman_figure(one.data, pair)
                (stage / f"bland-altman-{number_of}.png").write_bytes(png_of(figure))
                shown.append(as_svg(figure))
            body += [
                page.heading(one.data.quantity),
                page.table(
                    ["", "value", "95 % interval"],
                    [
                        [name, number(value, 3), f"{number(low, 3)} to {number(high, 3)}"]
                        for name, value, low, high, *_ in agreement_rows(one)
                    ],
                ),
                page.figure(shown, "Difference against mean of both values. Lines: bias, and "
                                   "limits of agreement with their 95 % intervals."),
                page.listed(one.data.notes, "warn") if one.data.notes else "",
            ]  # fmt: skip
        count = max(len(one.data.subjects) for one in results)
        text = page.page("Agreement of repeated measurements", f"{count} subjects", body)
        (stage / "agreement.html").write_text(text, encoding="utf-8")
        write_json(stage / "agreement.json", {"quantities": [_record(one) for one in results]})
        return tuple(sorted(path.name for path in stage.iterdir()))


def agreement_rows(one: Agreement) -> list[list[Any]]:
    """Return the statistics: name, value, interval, subjects, raters."""
    nan = float("nan")
    found: dict[str, Estimate] = {
        "within-subject SD": one.within_SD,
        "repeatability coefficient": one.repeatability,
        "within-subject CV [%]": Estimate(one.within_CV, nan, nan),
        **one.ICC,
    }
    counts = [len(one.data.subjects), len(one.data.raters)]
    return [[name, *_three(value), *counts] for name, value in found.items()]


def _three(one: Estimate) -> list[float]:
    return [one.value, one.low, one.high]


def bland_altman_figure(data: RepeatedValues, pair: BlandAltman) -> Any:
    """Draw the difference of two raters against their mean."""
    first, second = (data.values[:, data.raters.index(name)] for name in (pair.first, pair.second))
    ax = new_panel(3.4)
    ax.plot((first + second) / 2, second - first, "o", color="#444444", markersize=4)
    for one, style in ((pair.bias, "-"), (pair.low, "--"), (pair.high, "--")):
        ax.axhline(one.value, color="#0072b2", linestyle=style, linewidth=1.2)
        ax.axhspan(one.low, one.high, color="#0072b2", alpha=0.08)
    title = f"{data.quantity}: {pair.second} − {pair.first}"
    label_axes(ax, figure_text(title), "difference", "mean of both")
    return ax.figure


def _record(one: Agreement) -> dict[str, Any]:
    return {
        "quantity": one.data.quantity,
        "subjects": len(one.data.subjects),
        "raters": list(one.data.raters),
        "within-subject SD": asdict(one.within_SD),
        "repeatability coefficient": asdict(one.repeatability),
        "within-subject CV [%]": one.within_CV,
        "ICC": {name: asdict(value) for name, value in one.ICC.items()},
        "Bland-Altman": [asdict(pair) for pair in one.pairs],
        "notes": list(one.data.notes),
    }
