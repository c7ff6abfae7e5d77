"""Tables and charts as scene nodes; needs the MRML libraries (slicer-core)."""

import dataclasses

import numpy as np
import pytest
from SpineDCELib.aif.plot_data import Chart, Series, Table
from SpineDCELib.mrml.chart_nodes import IN_USE, move_mark, show_chart, show_table

slicer = pytest.importorskip("slicer", reason="the MRML libraries (slicer-core) are not installed")


@pytest.fixture
def scene():
    scene = slicer.vtkMRMLScene()
    for name in ("vtkMRMLTableNode", "vtkMRMLPlotSeriesNode", "vtkMRMLPlotChartNode"):
        scene.RegisterNodeClass(getattr(slicer, name)())
    return scene


def chart(lines, offset=0.0):
    t = np.arange(10.0)
    series = tuple(Series(f"line {i}", t, t * i + offset) for i in range(lines))
    return Chart("evidence", "AIF shift [s]", "residual", series, mark=4.0, band=(3.5, 4.6))


def test_a_table_holds_the_rows(scene):
    table = Table(
        "candidates", ("slice", "verdict", "peak [mM]"), ((1, "artery", 6.5), (2, "vein", 3.0))
    )
    node = show_table(scene, table)
    assert node.GetNumberOfColumns() == 3
    assert node.GetCellText(1, 1) == "vein"
    assert float(node.GetCellText(0, 2)) == 6.5
    show_table(scene, Table("candidates", ("slice",), ((7,),)), node)
    assert (node.GetNumberOfColumns(), node.GetNumberOfRows()) == (1, 1)


def test_a_chart_holds_lines_a_mark_and_a_band(scene):
    node = show_chart(scene, chart(2))
    assert node.GetNumberOfPlotSeriesNodes() == 2 + 1 + 2
    assert node.GetXAxisTitle() == "AIF shift [s]"
    series = node.GetNthPlotSeriesNode(1)
    table = series.GetTableNode().GetTable()
    values = table.GetColumnByName(series.GetYColumnName())
    assert [values.GetValue(i) for i in range(10)] == list(range(10))


def test_fifty_updates_add_no_node(scene):
    node = show_chart(scene, chart(3))
    count = scene.GetNumberOfNodes()
    for i in range(50):
        show_chart(scene, chart(3, offset=i), node)
    assert scene.GetNumberOfNodes() == count
    show_chart(scene, chart(1), node)
    assert scene.GetNumberOfNodes() == count - 2
    show_chart(scene, chart(3), node)
    assert scene.GetNumberOfNodes() == count


def lines(node):
    """Name → series node."""
    series = [node.GetNthPlotSeriesNode(i) for i in range(node.GetNumberOfPlotSeriesNodes())]
    return {one.GetName(): one for one in series}


def points(series):
    table = series.GetTableNode().GetTable()
    columns = [table.GetColumnByName(n) for n in (series.GetXColumnName(), series.GetYColumnName())]
    return [[column.GetValue(i) for i in range(table.GetNumberOfRows())] for column in columns]


def test_all_lines_have_one_table_and_end_at_their_last_point(scene):
    t = np.arange(5.0)
    series = (Series("a", t, 2 * t), Series("a", t[:2], t[:2] + 1), Series("none", t[:0], t[:0]))
    node = show_chart(scene, Chart("curves", "time [s]", "signal", series))
    shown = [node.GetNthPlotSeriesNode(i) for i in range(3)]
    assert len({one.GetTableNodeID() for one in shown}) == 1
    assert scene.GetNumberOfNodesByClass("vtkMRMLTableNode") == 1
    assert points(shown[0]) == [[0, 1, 2, 3, 4], [0, 2, 4, 6, 8]]
    assert points(shown[1]) == [[0, 1, 1, 1, 1], [1, 2, 2, 2, 2]]
    assert np.isnan(points(shown[2])).all()


def test_a_chart_without_lines_has_no_table(scene):
    node = show_chart(scene, Chart("curves", "time [s]", "signal", (Series("a", *np.eye(2)),)))
    show_chart(scene, Chart("curves", "time [s]", "signal", ()), node)
    assert scene.GetNumberOfNodes() == 1


def test_a_chart_of_an_older_scene_with_a_table_for_each_line_keeps_one(scene):
    node = show_chart(scene, chart(2))
    count = scene.GetNumberOfNodes()
    for name, one in lines(node).items():
        table = show_table(scene, Table(name, ("x", "y"), ((1.0, 2.0),)))
        one.SetAndObserveTableNodeID(table.GetID())
    assert scene.GetNumberOfNodesByClass("vtkMRMLTableNode") == 6
    show_chart(scene, chart(2), node)
    tables = {one.GetTableNodeID() for one in lines(node).values()}
    assert len(tables) == 1
    others = [n for n in slicer_tables(scene) if n.GetID() not in tables]
    for other in others:  # the first table, which no line has used any more
        scene.RemoveNode(other)
    assert scene.GetNumberOfNodes() == count


def slicer_tables(scene):
    kind = "vtkMRMLTableNode"
    return [scene.GetNthNodeByClass(i, kind) for i in range(scene.GetNumberOfNodesByClass(kind))]


def test_an_update_draws_a_chart_once(scene):
    node = show_chart(scene, chart(3))
    drawn = []
    node.AddObserver("ModifiedEvent", lambda *_: drawn.append(True))
    show_chart(scene, chart(3, offset=1.0), node)
    assert len(drawn) == 1
    move_mark(node, 5.0)
    assert len(drawn) == 2


def test_lines_and_their_tables_are_hidden_from_editors(scene):
    node = show_chart(scene, chart(2))
    for series in lines(node).values():
        assert series.GetHideFromEditors()
        assert series.GetTableNode().GetHideFromEditors()
    assert not node.GetHideFromEditors()


def test_the_mark_moves_by_itself(scene):
    node = show_chart(scene, chart(2))
    before = {name: points(one) for name, one in lines(node).items()}
    move_mark(node, 7.5)
    after = {name: points(one) for name, one in lines(node).items()}
    assert set(after.pop(IN_USE)[0]) == {7.5}
    before.pop(IN_USE)
    assert after == before


def test_only_the_valley_is_shown_and_each_role_has_its_colour(scene):
    t = np.arange(10.0)
    series = [Series(role, t, t**2, role) for role in ("lesion", "reference", "main", "artery")]
    shown = lines(show_chart(scene, Chart("evidence", "shift", "y", tuple(series), top=20.0)))
    assert max(points(shown["lesion"])[1]) == 16
    assert len({one.GetColor() for one in shown.values()}) == 4


def test_lines_of_two_lesions_differ_in_style(scene):
    t = np.arange(4.0)
    roles = ("lesion", "reference", "lesion", "rejected", "rejected")
    series = tuple(Series(f"line {i}", t, t, role) for i, role in enumerate(roles))
    node = show_chart(scene, Chart("curves", "time [s]", "mM", series))
    styles = [one.GetLineStyle() for one in lines(node).values()]
    solid = node.GetNthPlotSeriesNode(0).LineStyleSolid
    assert [style == solid for style in styles] == [True, True, False, True, True]


def test_an_axis_with_ends_of_its_own_reaches_the_mark(scene):
    fixed = dataclasses.replace(chart(1), x_range=(-6.0, 12.0))
    node = show_chart(scene, fixed)
    assert node.GetXAxisRange() == (-6.0, 12.0)
    move_mark(node, 14.0)
    assert node.GetXAxisRange() == (-6.0, 14.0)
    show_chart(scene, dataclasses.replace(fixed, mark=-7.0), node)
    assert node.GetXAxisRange() == (-7.0, 12.0)
    show_chart(scene, chart(1), node)
    assert node.GetXAxisRangeAuto()
    move_mark(node, 5.0)
    assert node.GetXAxisRangeAuto()
