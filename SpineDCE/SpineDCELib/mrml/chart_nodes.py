"""Tables and charts as nodes of a scene: made once, filled again in place."""

from __future__ import annotations

from typing import Any

import numpy as np

from SpineDCELib.aif.plot_data import Chart, Table

#: Red, green, blue of a line by its role; colour-blind-safe (Okabe and Ito 2008).
_COLOURS = {
    "main": (0.84, 0.37, 0.0),
    "check": (0.0, 0.45, 0.7),
    "artery": (0.8, 0.25, 0.5),
    "rejected": (0.6, 0.6, 0.6),
}


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
    """A ``vtkMRMLPlotChartNode`` with a table and a series node for every line.

    Args:
        scene: ``vtkMRMLScene``.
        node: the chart node to fill; its series and tables are used again, superfluous ones are
            removed and missing ones added.
    """
    if node is None:
        node = scene.AddNewNodeByClass("vtkMRMLPlotChartNode", chart.title)
        node.SetTitleFontSize(14)
        node.SetAxisTitleFontSize(12)
        node.SetAxisLabelFontSize(11)
        node.SetLegendFontSize(11)
    node.SetTitle(chart.title)
    node.SetLegendVisibility(len(chart.series) <= _IN_LEGEND)
    node.SetXAxisTitle(chart.x_title)
    node.SetYAxisTitle(chart.y_title)
    lines = [(s.name, s.role, np.asarray(s.x, float), np.asarray(s.y, float)) for s in chart.series]
    finite = np.concatenate([y[np.isfinite(y)] for *_, y in lines]) if lines else np.zeros(1)
    ends = np.array([finite.min(), finite.max()]) if finite.size else np.array([0.0, 1.0])
    if chart.mark is not None:
        lines.append(("in use", "artery", np.full(2, chart.mark), ends))
    for edge, name in zip(chart.band or (), ("plateau from", "plateau to"), strict=False):
        lines.append((name, "rejected", np.full(2, edge), ends))
    while node.GetNumberOfPlotSeriesNodes() > len(lines):
        last = node.GetNthPlotSeriesNode(node.GetNumberOfPlotSeriesNodes() - 1)
        table = last.GetTableNode()
        node.RemovePlotSeriesNodeID(last.GetID())
        scene.RemoveNode(last)
        scene.RemoveNode(table)
    for i, (name, role, x, y) in enumerate(lines):
        series = node.GetNthPlotSeriesNode(i)
        if series is None:
            series = scene.AddNewNodeByClass("vtkMRMLPlotSeriesNode", name)
            node.AddAndObservePlotSeriesNodeID(series.GetID())
        series.SetName(name)
        title = f"{chart.title}: {name}"
        values = {chart.x_title: x.tolist(), chart.y_title: y.tolist()}
        table = _filled(scene, series.GetTableNode(), title, values)
        series.SetAndObserveTableNodeID(table.GetID())
        series.SetPlotType(series.PlotTypeScatter)
        series.SetMarkerStyle(series.MarkerStyleNone)
        series.SetXColumnName(chart.x_title)
        series.SetYColumnName(chart.y_title)
        series.SetColor(*_COLOURS[role])
    return node


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
