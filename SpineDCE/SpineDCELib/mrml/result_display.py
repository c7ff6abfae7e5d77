"""A result in the nodes of a visit: maps, tables and charts, filled in place."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.aif.plot_data import (
    Table,
    candidate_chart,
    candidate_table,
    curve_chart,
    evidence_charts,
    given_curve_chart,
)
from SpineDCELib.analysis import Analysis
from SpineDCELib.data import Result
from SpineDCELib.errors import InputError
from SpineDCELib.export.analysis_files import curve_columns
from SpineDCELib.mrml.chart_nodes import keep_chart, remove_chart, show_table
from SpineDCELib.mrml.map_nodes import colour_map, fill_map
from SpineDCELib.mrml.scene_turns import take_turn
from SpineDCELib.mrml.visit_nodes import VisitNodes
from SpineDCELib.mrml.volume_nodes import array_of
from SpineDCELib.series import Geometry
from SpineDCELib.vocabulary.conversion_modes import is_per_water
from SpineDCELib.vocabulary.fit_status import Status
from SpineDCELib.vocabulary.quantities import CURVE_UNITS, QUANTITIES, colour_range


def show_maps(
    nodes: VisitNodes,
    result: Result,
    geometry: Geometry,
    *,
    about: dict[str, str],
    more: Mapping[str, NDArray[Any]] | None = None,
) -> None:
    """Every map and the status; what an earlier result had and this has not goes.

    Args:
        about: attributes of the maps' nodes.
        more: further maps, by quantity.
    """
    arrays = {**result.maps, **(more or {}), "status": result.status}
    for name in nodes.of("map."):
        if name not in arrays:
            nodes.remove(f"map.{name}")
    for name, array in arrays.items():
        show_map(nodes, name, array, geometry, about=about)
        take_turn()


def show_map(
    nodes: VisitNodes, name: str, array: NDArray[Any], geometry: Geometry, *, about: dict[str, str]
) -> None:
    """Show one map, in the engine's unit; a new one on a scale that fits it."""
    new = nodes.get(f"map.{name}") is None
    node = fill_map(nodes, name, array, geometry, about=about)
    if new and name == "status":
        colour_map(node, low=0, high=max(Status), colours="status", threshold=0)
    elif new:
        shown = QUANTITIES[name]
        low, high = colour_range(array_of(node), top=shown.top, percentile=shown.percentile)
        colour_map(node, low=low, high=high)


def show_curves(nodes: VisitNodes, analysis: Analysis, result: Result | None) -> None:
    """Tables and charts of the candidates, the AIF, its evidence and the regions."""
    times = analysis.images.dynamic.times
    settings = analysis.settings
    if settings.aif.source == "auto":
        show_candidates(nodes, analysis)
    else:  # nothing was searched
        nodes.remove("table.candidates")
        remove_chart(nodes, "chart.candidates")
    drawn, Cp = analysis.arterial_curve().drawn(until=times[-1])
    if settings.aif.source in ("auto", "mask"):
        unit = CURVE_UNITS[analysis.signal_mode]
        Cb = Cp * (1 - settings.aif.Hct)
        chart = curve_chart(analysis.blood(), t=times, unit=unit, drawn=(drawn, Cb))
    else:
        chart = given_curve_chart(settings.aif.source, t=drawn, Cp=Cp, unit=analysis.aif().unit)
    keep_chart(nodes, "aif", chart)
    with contextlib.suppress(InputError):  # where no region has a curve that can be fitted
        found_evidence = analysis.evidence()
        for chart in evidence_charts(
            found_evidence, analysis.roles, per_water=is_per_water("vp", analysis.mode)
        ):
            in_use = replace(chart, mark=analysis.shift())
            keep_chart(nodes, f"evidence.{chart.title}", in_use)
    if result is not None:
        columns = curve_columns(analysis, result)
        rows = tuple(
            tuple(float(v) for v in row) for row in np.column_stack(list(columns.values()))
        )
        _table(nodes, "curves", Table("AIF and curves", tuple(columns), rows))


def show_candidates(nodes: VisitNodes, analysis: Analysis) -> None:
    """Table and chart of the candidates for the artery."""
    found = analysis.detection()
    _table(nodes, "candidates", candidate_table(found))
    keep_chart(nodes, "candidates", candidate_chart(found, t=analysis.images.dynamic.times))


def _table(nodes: VisitNodes, name: str, table: Table) -> None:
    node = show_table(nodes.scene, table, nodes.get(f"table.{name}"))
    node.SetName(f"{table.title} {nodes.name}")
    nodes.set(f"table.{name}", node)
