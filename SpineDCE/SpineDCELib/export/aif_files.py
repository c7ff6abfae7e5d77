"""Files of the arterial input function: tables and one figure."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.aif.candidates import Detection, Verdict
from SpineDCELib.aif.plot_data import Chart, Table
from SpineDCELib.export.csv_tables import write_table
from SpineDCELib.export.optional_packages import matplotlib_figure
from SpineDCELib.export.slice_orientation import display_slice
from SpineDCELib.files.text_cells import figure_text
from SpineDCELib.series import DynamicSeries

_COLOURS = {"main": "#d62728", "check": "#1f77b4", "rejected": "#b0b0b0"}
#: The figure shows at most this many slices, those with the most accepted voxels.
_SLICES = 8


def write_chart_table(path: Path, table: Table) -> None:
    """Write a table as CSV."""
    write_table(path, table.columns, table.rows)


def write_aif_picture(
    path: Path,
    *,
    dynamic: DynamicSeries,
    found: Detection | None,
    charts: Sequence[Chart],
    caption: str,
) -> None:
    """Draw slices with the artery (red) and other vessels (blue), above the charts.

    Raises:
        InputError: matplotlib is not installed.
    """
    slices = [] if found is None else _slices(found)
    width = max(2.0 * len(slices), 3.4 * len(charts), 7.2)
    upper = min(width / len(slices), 4.0) + 0.3 if slices else 0.0
    figure = matplotlib_figure("aif.png", figsize=(width, upper + 3.6))
    heights = [upper, 2.9] if slices else [2.9]
    rows = figure.add_gridspec(len(heights), 1, height_ratios=heights)
    if found is not None and slices:
        grid = rows[0].subgridspec(1, len(slices), wspace=0.03)
        peak = dynamic.signal.max(axis=0)
        top = float(np.percentile(peak[slices], 99.5))
        for n, k in enumerate(slices):
            _draw_slice(figure.add_subplot(grid[n]), dynamic, found, peak, k, top)
    grid = rows[-1].subgridspec(1, max(len(charts), 1), wspace=0.32)
    for n, chart in enumerate(charts):
        _draw(figure.add_subplot(grid[n]), chart)
    note = f"{caption} · red: in the AIF; blue: other vessels, see aif_candidates.csv"
    figure.text(0.01, 0.01, f"{note} · not a medical device", fontsize=7, color="#555555")
    figure.subplots_adjust(left=0.05, right=0.985, top=0.96, bottom=0.12, hspace=0.2)
    figure.savefig(path, dpi=120)


def _slices(found: Detection) -> list[int]:
    """Return the slices to show, in their order."""
    judged = found.mask if found.mask.any() else found.verdicts != Verdict.NOT_ENHANCING
    counts = judged.sum(axis=(1, 2))
    best = np.argsort(-counts, kind="stable")[:_SLICES]
    return sorted(int(k) for k in best if counts[k])


def _draw_slice(
    ax: Any,
    dynamic: DynamicSeries,
    found: Detection,
    peak: NDArray[np.floating],
    k: int,
    top: float,
) -> None:
    geometry = dynamic.geometry
    grey, spacing, _ = display_slice(peak, geometry=geometry, index=k)
    ax.imshow(grey, cmap="gray", vmin=0, vmax=top, aspect=spacing[0] / spacing[1])
    vessel = np.isin(
        found.verdicts,
        [Verdict.LATE, Verdict.CHAMBER, Verdict.OTHER_VESSEL, Verdict.EDGE, Verdict.INFLOW,
         Verdict.UNLIKE, Verdict.BRANCH, Verdict.BY_HAND, Verdict.EARLY],
    )  # fmt: skip
    for mask, rgba in ((vessel, (0.35, 0.65, 1.0, 0.45)), (found.mask, (1.0, 0.15, 0.1, 0.75))):
        shown, _, _ = display_slice(mask.astype(float), geometry=geometry, index=k)
        layer = np.zeros((*shown.shape, 4))
        layer[shown > 0] = rgba
        ax.imshow(layer, aspect=spacing[0] / spacing[1], interpolation="nearest")
    ax.set_title(f"{k + 1}: {int(found.mask[k].sum())} voxels", fontsize=8)
    ax.set_xticks([])
    ax.set_yticks([])


def _draw(ax: Any, chart: Chart) -> None:
    if chart.band is not None:
        ax.axvspan(*chart.band, color="#ffd9a0", lw=0)
    if chart.mark is not None:
        ax.axvline(chart.mark, color="#555555", lw=0.8, ls="--")
    named = 1 <= len(chart.series) <= 5
    for n, line in enumerate(chart.series):
        colour = f"C{n}" if named else _COLOURS[line.role]
        dashes = "--" if line.role == "check" else "-"
        ax.plot(line.x, line.y, color=colour, lw=1.2, ls=dashes, label=figure_text(line.name))
    if chart.y_title.startswith("residual"):
        ax.set_yscale("log")
    if named:
        ax.legend(fontsize=6.5, frameon=False)
    ax.set_title(figure_text(chart.title), fontsize=9)
    ax.set_xlabel(chart.x_title, fontsize=8)
    ax.set_ylabel(chart.y_title, fontsize=8)
    ax.tick_params(labelsize=7)
    ax.spines[["top", "right"]].set_visible(False)
