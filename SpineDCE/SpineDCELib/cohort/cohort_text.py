"""Statistics of a cohort as tables of text."""

from __future__ import annotations

import numpy as np

from SpineDCELib.cohort.cohort_statistics import CohortResult, label_of
from SpineDCELib.cohort.roc import Cutoff
from SpineDCELib.vocabulary.quantities import signed

#: Headings and rows.
TextTable = tuple[list[str], list[list[str]]]


def group_table(result: CohortResult) -> TextTable:
    """Return both groups with the test of the change within each (Wilcoxon), and their test."""
    negative, positive = result.table.names
    rows = []
    for quantity, pair in result.groups.items():
        cells = [
            f"{signed(s.median)} ({signed(s.Q1)} to {signed(s.Q3)}); mean {signed(s.mean)}"
            f"; {p_text(inside.P)} against no change; n = {s.n}"
            if s.n
            else "no value"
            for s, inside in zip(pair, result.within[quantity], strict=True)
        ]
        test = result.tests[quantity]
        rows.append([label_of(quantity), *cells, p_text(test.P), test.note])
    return ["", positive, negative, "Mann-Whitney", ""], rows


def roc_table(result: CohortResult) -> TextTable:
    """Return the areas under the curves and the best cutoffs."""
    rows = []
    for quantity, roc in result.rocs.items():
        spread = [f"{low:.2f} to {high:.2f}" for low, high in (roc.interval, roc.bootstrap)]
        cutoff = f"{signed(roc.best.value)} ({' to '.join(map(signed, roc.best_interval))})"
        rows.append([label_of(quantity), f"{roc.auc:.3f}", *spread, cutoff, roc.note])
    header = ["", "AUC", "95 % DeLong", "95 % bootstrap", "best cutoff [%] (95 %)", ""]
    return header, rows


def cutoff_table(result: CohortResult) -> TextTable:
    """Return sensitivity and specificity of every cutoff."""
    rows = [
        [label_of(q), f"> {signed(c.value)}", source, str(c.sensitivity), str(c.specificity)]
        for q, c, source in all_cutoffs(result)
    ]
    return [
        "",
        "cutoff [%]",
        "chosen by",
        "sensitivity (exact 95 %)",
        "specificity (exact 95 %)",
    ], rows


def pair_table(result: CohortResult) -> TextTable:
    """Return the differences between areas under the curves."""
    rows = [
        [f"{label_of(a)} − {label_of(b)}", signed(t.difference, 3),
         " to ".join(signed(x, 3) for x in t.interval), p_text(t.P), t.note]
        for (a, b), t in result.pairs.items()
    ]  # fmt: skip
    return ["", "difference of AUC", "95 %", "DeLong's paired test", ""], rows


def plain_text(table: TextTable) -> str:
    """Align a table for a terminal; empty columns are left out."""
    header, rows = table
    kept = [i for i in range(len(header)) if header[i] or any(row[i] for row in rows)]
    lines = [[row[i] for i in kept] for row in [header, *rows]]
    widths = [max(len(line[i]) for line in lines) for i in range(len(kept))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def all_cutoffs(result: CohortResult) -> list[tuple[str, Cutoff, str]]:
    """Return quantity, cutoff and its source, for the best and the predefined cutoffs."""
    rows = [(q, roc.best, "Youden") for q, roc in result.rocs.items()]
    rows += [(q, fixed.found, fixed.source) for q, fixed in result.fixed.items()]
    return sorted(rows, key=lambda row: list(result.rocs).index(row[0]))


def p_text(P: float) -> str:
    """Format a P value, such as "P = .012"."""
    if not np.isfinite(P):
        return "no test"
    return "P < .001" if P < 0.001 else f"P = {P:.3f}".replace("0.", ".")
