"""Charts and tables of the panels as nodes of a visit, so that a saved scene holds them."""

from __future__ import annotations

from typing import Any

import numpy as np
from SpineDCELib.aif.plot_data import Chart, Series, Table
from SpineDCELib.mrml.chart_nodes import keep_chart, move_mark, remove_chart, show_table
from SpineDCELib.vocabulary.quantities import CURVE_UNITS

from SpineDCEWidget.desktop import desktop_wording as texts

#: Views translate the titles of axes when they show them.
_TIME = "time [s]"


def show_regions(visit: Any, rows: list[Any]) -> None:
    """Show the mean curves of the regions in a chart."""
    times = visit.analysis.images.dynamic.times
    unit = CURVE_UNITS[visit.analysis.signal_mode]
    # The aorta's values are converted as those of tissue are, which does not hold for blood.
    series = tuple(
        Series(row.name, times, row.curve, row.role)
        for row in rows
        if row.role != "aorta" and np.isfinite(row.curve).all()
    )
    keep_chart(visit.nodes, "regions", Chart(texts.REGION_CURVES, _TIME, unit, series))


def show_voxel(visit: Any, voxel: Any) -> None:
    """Show a voxel's curve, fit and residual in a chart."""
    series = [Series(texts.MEASURED, voxel.t, voxel.curve, "rejected")]
    if np.isfinite(voxel.fit).all():
        series.append(Series(texts.FIT, voxel.t, voxel.fit, "main"))
        series.append(Series(texts.RESIDUAL, voxel.t, voxel.residual, "check"))
    keep_chart(visit.nodes, "voxel", Chart(texts.VOXEL_CURVE, _TIME, voxel.unit, tuple(series)))


def forget_voxel(visit: Any) -> None:
    """Remove the chart of a voxel that is not the one under the crosshair any more."""
    remove_chart(visit.nodes, "chart.voxel")


def mark_shift(visit: Any, seconds: float) -> None:
    """Mark the shift in use in the charts of its evidence."""
    for chart in visit.nodes.of("chart.evidence.").values():
        move_mark(chart, seconds)


def show_rows(
    visit: Any, name: str, title: str, headings: list[str], rows: list[list[str]]
) -> None:
    """Show the rows of a panel in a table."""
    use = f"table.{name}"
    table = Table(title, tuple(h or " " for h in headings), tuple(tuple(row) for row in rows))
    visit.nodes.set(use, show_table(visit.nodes.scene, table, visit.nodes.get(use)))
