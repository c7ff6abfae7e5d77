"""Tables and charts as nodes of a scene: made once, filled again in place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.aif.plot_data import Chart, Table
from SpineDCELib.mrml.scene_turns import take_turn
from SpineDCELib.mrml.visit_nodes import VisitNodes, mark_part, remove_whole
from SpineDCELib.vocabulary.region_roles import REGION_ROLES

#: Colour of a line by its role; colour-blind-safe (Okabe and Ito 2008).
_COLOURS = {"main": "#1a1a1a", "check": "#009e73", "artery": "#cc4080", "rejected": "#999999"} | {
    str(role): words.colour_on_white or "#999999" for role, words in REGION_ROLES.items()
}
#: Names of the vertical lines.
IN_USE, _EDGES = "in use", ("95 % from", "95 % to")

#: A legend of more lines would hide the curves.
_IN_LEGEND = 6


def show_table(scene: Any, table: Table, node: Any = None) -> Any:
    """A ``vtkMRMLTableNode`` with the table's rows.

    Args:
        scene: ``vtkMRMLScene``.
        node: the node to fill; a new one where None.
    """
    columns = [list(values) for values in zip(*table.rows, strict=True)]
    columns = columns or [[] for _ in table.columns]
    return _filled(scene, node, table.title, dict(zip(table.columns, columns, strict=True)))


def show_chart(scene: Any, chart: Chart, node: Any = None) -> Any:
    """A ``vtkMRMLPlotChartNode`` with a series node for every line, and one table for all of them.

    Args:
        scene: ``vtkMRMLScene``.
        node: the chart node to fill; its series and table are used again, superfluous ones are
            removed and missing ones added.
    """
    if node is None:
        node = scene.AddNewNodeByClass("vtkMRMLPlotChartNode", chart.title)
        node.SetTitleFontSize(14)
        node.SetAxisTitleFontSize(12)
        node.SetAxisLabelFontSize(11)
        node.SetLegendFontSize(11)
    changing = node.StartModify()  # each change would draw the chart again
    try:
        _fill_chart(scene, chart, node)
    finally:
        node.EndModify(changing)
    return node


def _fill_chart(scene: Any, chart: Chart, node: Any) -> None:
    node.SetTitle(chart.title)
    node.SetLegendVisibility(chart.legend and len(chart.series) <= _IN_LEGEND)
    node.SetXAxisTitle(chart.x_title)
    node.SetYAxisTitle(chart.y_title)
    node.SetXAxisRangeAuto(chart.x_range is None)
    if chart.x_range is not None:
        node.SetXAxisRange(*chart.x_range)
        _reach(node, chart.mark)
    lines = [(s.name, s.role, *_below(s.x, s.y, chart.top)) for s in chart.series]
    marked = {s.name for s in chart.series if s.marked}
    finite = np.concatenate([y[np.isfinite(y)] for *_, y in lines]) if lines else np.zeros(1)
    ends = np.array([finite.min(), finite.max()]) if finite.size else np.array([0.0, 1.0])
    if chart.mark is not None:
        lines.append((IN_USE, "artery", np.full(2, chart.mark), ends))
    for edge, name in zip(chart.band or (), _EDGES, strict=False):
        lines.append((name, "rejected", np.full(2, edge), ends))
    columns = _columns([name for name, *_ in lines], chart)
    # One table for all lines, because every list of nodes in 3D Slicer follows each node.
    tables = _tables(node)
    table: Any = next(iter(tables), None)
    if lines:
        points = max((x.size for _name, _role, x, _y in lines), default=0)
        values = {
            column: _lengthened(array, points)
            for pair, (_name, _role, *arrays) in zip(columns, lines, strict=True)
            for column, array in zip(pair, arrays, strict=True)
        }
        table = table or _hidden(scene, "vtkMRMLTableNode", chart.title)
        _filled(scene, table, chart.title, values)
    while node.GetNumberOfPlotSeriesNodes() > len(lines):
        last = node.GetNthPlotSeriesNode(node.GetNumberOfPlotSeriesNodes() - 1)
        node.RemovePlotSeriesNodeID(last.GetID())
        scene.RemoveNode(last)
    known: dict[str, int] = {}  # role → lines that have it
    for i, ((name, role, *_values), (x, y)) in enumerate(zip(lines, columns, strict=True)):
        series = node.GetNthPlotSeriesNode(i)
        new = series is None
        if new:
            series = _hidden(scene, "vtkMRMLPlotSeriesNode", name)
        changing = series.StartModify()
        series.SetName(name)
        series.SetAndObserveTableNodeID(table.GetID())
        series.SetPlotType(series.PlotTypeScatter)
        series.SetMarkerStyle(
            series.MarkerStyleCircle if name in marked else series.MarkerStyleNone
        )
        series.SetXColumnName(x)
        series.SetYColumnName(y)
        series.SetColor(*_rgb(_COLOURS[role]))
        # Lines of several regions of one role have one colour.
        known[role] = known.get(role, -1) + 1
        styles = (series.LineStyleSolid, series.LineStyleDash, series.LineStyleDot)
        series.SetLineStyle(styles[known[role] % 3 if role in REGION_ROLES else 0])
        series.EndModify(changing)
        if new:
            node.AddAndObservePlotSeriesNodeID(series.GetID())
    for other in tables:
        if other is not table or not lines:
            scene.RemoveNode(other)


def keep_chart(nodes: VisitNodes, name: str, chart: Chart) -> None:
    """Show a chart in its node of a visit; create the node if the visit has none."""
    use = f"chart.{name}"
    present = nodes.get(use)
    node = show_chart(nodes.scene, chart, present)
    if node is not present:
        nodes.set(use, node)
    for part in (*_series(node), *_tables(node)):
        mark_part(node, part)
    take_turn()


def move_mark(node: Any, x: float) -> None:
    """Move the vertical line of a chart node to another place."""
    for series in _series(node):
        if series.GetName() == IN_USE:
            changing = node.StartModify()  # all lines tell that their table has changed
            table = series.GetTableNode()
            table.GetTable().GetColumnByName(series.GetXColumnName()).Fill(x)
            table.Modified()
            _reach(node, x)
            node.EndModify(changing)


def _reach(node: Any, x: float | None) -> None:
    """Extend the horizontal axis to a place, if its range is fixed."""
    if x is None or node.GetXAxisRangeAuto():
        return
    low, high = node.GetXAxisRange()
    node.SetXAxisRange(min(low, x), max(high, x))


def remove_chart(nodes: VisitNodes, use: str) -> None:
    """Remove a chart with its lines and their table."""
    chart = nodes.get(use)
    if chart is None:
        return
    # The lines go first, because each of them would follow a change of the table.
    for part in (*_series(chart), *_tables(chart)):
        remove_whole(part)
    nodes.remove(use)


def _series(chart: Any) -> list[Any]:
    """Return the series nodes of a chart node."""
    count = chart.GetNumberOfPlotSeriesNodes()
    return [one for i in range(count) if (one := chart.GetNthPlotSeriesNode(i)) is not None]


def _tables(chart: Any) -> list[Any]:
    """Return the table nodes of a chart node, each once; an older scene has one for each line."""
    tables = (series.GetTableNode() for series in _series(chart))
    return list({table.GetID(): table for table in tables if table is not None}.values())


def _columns(names: Sequence[str], chart: Chart) -> list[tuple[str, str]]:
    """Return the names of each line's two columns; no two are the same."""
    known: dict[str, int] = {}
    columns = []
    for name in names:
        known[name] = known.get(name, 0) + 1
        line = name if known[name] == 1 else f"{name} ({known[name]})"
        columns.append((f"{line}: {chart.x_title}", f"{line}: {chart.y_title}"))
    return columns


def _lengthened(values: NDArray[Any], points: int) -> list[float]:
    """Return the values, with the last one repeated, which shows nothing more."""
    more = [values[-1] if values.size else np.nan] * (points - values.size)
    return [*values.tolist(), *map(float, more)]


def _hidden(scene: Any, kind: str, name: str) -> Any:
    """Add a node that is a part of another one, and that no list offers by itself."""
    node = scene.CreateNodeByClass(kind)
    node.UnRegister(None)
    node.SetName(name)
    node.SetHideFromEditors(True)  # before it is added, or the subject hierarchy lists it
    return scene.AddNode(node)


def _below(x: Any, y: Any, top: float | None) -> tuple[Any, Any]:
    """Return the points of a line up to ``top``."""
    x, y = np.asarray(x, float), np.asarray(y, float)
    shown = np.ones(y.shape, bool) if top is None else ~(y > top)
    return x[shown], y[shown]


def _rgb(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return red, green, blue


def _filled(scene: Any, node: Any, title: str, columns: dict[str, list[Any]]) -> Any:
    """The table node (a new one where None) with just these columns."""
    import vtk

    if node is None:
        node = scene.AddNewNodeByClass("vtkMRMLTableNode", title)
    node.SetName(title)
    table = vtk.vtkTable()
    for name, values in columns.items():
        text = any(isinstance(value, str) for value in values)
        array = vtk.vtkStringArray() if text else vtk.vtkDoubleArray()
        array.SetName(name)
        for value in values:
            array.InsertNextValue(str(value) if text else float(value))
        table.AddColumn(array)
    node.SetAndObserveTable(table)
    return node
