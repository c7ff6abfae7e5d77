"""Figures of a cohort: box plots, mean curves, ROC curves, waterfall plot."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from SpineDCELib.cohort.cohort_statistics import CohortResult, kind_of, label_of
from SpineDCELib.cohort.cohort_text import p_text
from SpineDCELib.cohort.comparison_folder import VISITS, Curve
from SpineDCELib.export.report.report_figures import new_figure
from SpineDCELib.files.text_cells import figure_text
from SpineDCELib.vocabulary.quantities import signed

#: Positive and negative group; colour-blind people can distinguish them (Wong 2011).
COLOURS = ("#d55e00", "#0072b2")
LINES = ("#d55e00", "#0072b2", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
#: Changes above this, %, are drawn on a logarithmic scale, because a few are fivefold.
LINEAR = 100.0


def draw_all(result: CohortResult) -> dict[str, Any]:
    """Draw all figures that the data allow: name → matplotlib figure.

    Raises:
        InputError: matplotlib is not installed (code "no_matplotlib").
    """
    drawn: dict[str, Callable[[CohortResult], Any]] = {
        "boxes": boxes, "curves": mean_curves, "roc": roc_curves, "waterfall": waterfall
    }  # fmt: skip
    figures = {name: draw(result) for name, draw in drawn.items()}
    return {name: figure for name, figure in figures.items() if figure is not None}


def _names(result: CohortResult) -> tuple[str, str]:
    """Return the names of the positive and the negative group."""
    return result.table.names[1], result.table.names[0]


def boxes(result: CohortResult) -> Any:
    """Draw the changes of Vp and Ktrans, or of the first two quantities, with every patient."""
    every = list(result.table.quantities)
    chosen = [q for q in every if kind_of(q) in ("vp", "ktrans")][:2] or every[:2]
    figure = new_figure(4.2 * len(chosen), 4.2)
    figure.set_layout_engine("constrained")
    rng = np.random.default_rng(0)
    for ax, quantity in zip(np.atleast_1d(figure.subplots(1, len(chosen))), chosen, strict=True):
        groups = [v[np.isfinite(v)] for v in result.table.split(quantity)][::-1]
        ax.boxplot(
            groups, widths=0.5, showfliers=False, medianprops={"color": "black", "linewidth": 1.6}
        )
        for place, (values, colour) in enumerate(zip(groups, COLOURS[::-1], strict=True), start=1):
            aside = place + rng.uniform(-0.16, 0.16, values.size)
            ax.plot(aside, values, "o", color=colour, markersize=3.5, alpha=0.7, zorder=3)
        counts = [f"{n}\n(n = {g.size})" for n, g in zip(_names(result)[::-1], groups, strict=True)]
        ax.set_xticks([1, 2], counts)
        _percent_axis(ax, np.concatenate(groups), quantity)
        P = result.tests[quantity].P
        _label(ax, f"{label_of(quantity)}, {p_text(P)}")
    return figure


def mean_curves(result: CohortResult) -> Any:
    """Draw the mean curves of the lesions per group and visit, with the 95 % band of the mean."""
    table = result.table
    curves = [
        (table.curves.get(name), is_positive)
        for name, is_positive in zip(table.patients, table.positive, strict=True)
    ]
    units = {c[visit].unit for c, _ in curves if c for visit in VISITS}
    if len(units) != 1:
        return None
    figure = new_figure(8.4, 3.8)
    figure.set_layout_engine("constrained")
    axes = figure.subplots(1, 2, sharey=True, sharex=True)
    for ax, wanted, name in zip(axes, (False, True), _names(result)[::-1], strict=True):
        members = [c for c, is_positive in curves if c and is_positive == wanted]
        for visit, colour in zip(VISITS, ("#444444", COLOURS[not wanted]), strict=True):
            if members:
                label = "baseline" if visit == "before" else "follow-up"
                _band(ax, [c[visit] for c in members], colour, label)
        _label(ax, f"{name} (n = {len(members)})", "time after arrival in the artery [s]")
        if members:
            ax.legend(frameon=False, fontsize=8)
    unit = units.pop()
    axes[0].set_ylabel(
        "signal rise (S−S0)/S0" if unit == "(S-S0)/S0" else f"mean of the lesion [{unit}]",
        fontsize=9,
    )
    return figure


def _band(ax: Any, curves: Sequence[Curve], colour: str, label: str) -> None:
    """Draw the mean and its 95 % band at the times that every curve covers."""
    start, stop = max(c.times[0] for c in curves), min(c.times[-1] for c in curves)
    step = float(np.median(np.diff(curves[0].times)))
    t = np.arange(start, stop + step / 100, step / 2)
    values = np.array([np.interp(t, c.times, c.values) for c in curves])
    mean = values.mean(axis=0)
    ax.plot(t, mean, color=colour, linewidth=1.6, label=figure_text(label))
    if len(curves) > 1:
        half = 1.96 * values.std(axis=0, ddof=1) / np.sqrt(len(curves))
        ax.fill_between(t, mean - half, mean + half, color=colour, alpha=0.2, linewidth=0)


def roc_curves(result: CohortResult, *kinds: str) -> Any:
    """Draw ROC curves with Youden's cutoffs as dots and predefined cutoffs as rings.

    Args:
        kinds: quantities to draw (vp, area …); all if none is named.
    """
    shown = [
        quantity
        for quantity, roc in result.rocs.items()
        if np.isfinite(roc.auc) and (not kinds or kind_of(quantity) in kinds)
    ][: len(LINES)]
    if not shown:
        return None
    figure = new_figure(5.0, 5.0)
    figure.set_layout_engine("constrained")
    ax = figure.subplots()
    ax.plot([0, 1], [0, 1], color="#bbbbbb", linewidth=0.8)
    for quantity, colour in zip(shown, LINES, strict=False):
        roc = result.rocs[quantity]
        low, high = roc.interval
        label = f"{label_of(quantity)}: AUC {roc.auc:.2f} ({low:.2f}–{high:.2f})"
        ax.plot(
            roc.false_positive,
            roc.true_positive,
            color=colour,
            linewidth=1.6,
            label=figure_text(label),
        )
        marks = [(roc.best, "o", colour)]
        if quantity in result.fixed:
            marks.append((result.fixed[quantity].found, "o", "none"))
        for size, (cutoff, mark, face) in zip((6, 11), marks, strict=False):
            ax.plot(
                1 - cutoff.specificity.share, cutoff.sensitivity.share, mark, color=colour,
                markerfacecolor=face, markersize=size,
            )  # fmt: skip
    ax.set_aspect("equal")
    ax.set_ylabel("sensitivity", fontsize=9)
    _label(ax, f"{_names(result)[0]} versus {_names(result)[1]}", "1 − specificity")
    ax.legend(frameon=False, fontsize=8, loc="lower right")
    return figure


def waterfall(result: CohortResult) -> Any:
    """Draw the change of Vp, or of the first quantity, of every patient, in falling order."""
    table = result.table
    quantity = next(
        (q for q in table.quantities if kind_of(q) == "vp"), next(iter(table.quantities))
    )
    values = table.quantities[quantity]
    order = [i for i in np.argsort(-values) if np.isfinite(values[i])]
    if not order:
        return None
    figure = new_figure(8.4, 3.8)
    figure.set_layout_engine("constrained")
    ax = figure.subplots()
    for is_positive, name, colour in zip((True, False), _names(result), COLOURS, strict=True):
        places = [n for n, i in enumerate(order) if table.positive[i] == is_positive]
        ax.bar(
            places,
            values[[order[n] for n in places]],
            color=colour,
            label=figure_text(name),
            width=0.8,
        )
    if quantity in result.fixed:
        cutoff = result.fixed[quantity].found.value
        ax.axhline(
            cutoff, color="black", linestyle="--", linewidth=1.0, label=f"{signed(cutoff, 0)} %"
        )
    ax.axhline(0, color="black", linewidth=0.6)
    ax.set_xticks([])
    _percent_axis(ax, values[order], quantity)
    _label(ax, f"{label_of(quantity)} of every patient", "patients")
    ax.legend(frameon=False, fontsize=8)
    return figure


def _percent_axis(ax: Any, values: np.ndarray, quantity: str) -> None:
    """Label the axis of changes; it is logarithmic above ``LINEAR`` if a change is far above."""
    ax.set_ylabel(f"{label_of(quantity)} [%]", fontsize=9)
    if values.size and np.max(np.abs(values)) > 2 * LINEAR:
        ax.set_yscale("symlog", linthresh=LINEAR, linscale=1.5)
        ax.set_ylabel(f"{label_of(quantity)} [%] (logarithmic above {LINEAR:g})", fontsize=9)
        ticks = [-100, -50, 0, 50, 100, 200, 500, 1000]
        top = float(np.max(values)) * 1.1
        ax.set_yticks([t for t in ticks if t <= top], [f"{t}" for t in ticks if t <= top])
        ax.set_yticks([], minor=True)
        ax.set_ylim(min(-105.0, float(np.min(values)) * 1.05), top)


def _label(ax: Any, title: str, x: str = "") -> None:
    ax.set_title(title, fontsize=10, loc="left")
    ax.set_xlabel(x, fontsize=9)
    ax.tick_params(labelsize=8)
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
