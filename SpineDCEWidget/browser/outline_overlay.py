"""Outline over the slice views of a visit, with its points and its size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from SpineDCELib.mrml.volume_nodes import ras_of
from SpineDCELib.series import Geometry
from vtkmodules.vtkCommonCore import vtkPoints
from vtkmodules.vtkCommonDataModel import vtkCellArray, vtkPolyData
from vtkmodules.vtkRenderingCore import vtkActor2D, vtkPolyDataMapper2D, vtkTextActor

_YELLOW, _ORANGE = (1.0, 0.9, 0.1), (1.0, 0.45, 0.1)
_LINE, _POINT, _NEAR, _FONT = 2.0, 6.0, 9.0, 13
#: Distance of the text from the outline's lowest point, pixels.
_TEXT = 8


@dataclass
class Outline:
    """Outline in one slice of a visit.

    Attributes:
        line: points that a line joins, mm in the slice.
        closed: whether the line goes back to its first point.
        points: points that are marked, mm.
        near: index of the marked point that the mouse would move; -1 for none.
        text: shown below the outline.
    """

    visit: Any
    slice_index: int
    line: Sequence[tuple[float, float]]
    closed: bool = True
    points: Sequence[tuple[float, float]] = field(default_factory=list)
    near: int = -1
    text: str = ""


class Overlay:
    """Layer of all views that shows one outline, in the views of its visit and on its slice."""

    def __init__(self, views: Any) -> None:
        self._views = views
        self._layers = {pane.name: _Layer(pane) for pane in views.panes}
        self._outline: Outline | None = None
        for pane in views.panes:
            pane.node.AddObserver("ModifiedEvent", lambda *_, p=pane: self._draw(p))

    def show(self, outline: Outline | None) -> None:
        """Show an outline instead of the one before; none for None."""
        before, self._outline = self._outline, outline
        names = {one.visit.name for one in (before, outline) if one is not None}
        for name in names:
            for pane in self._views.panes_of(name):
                self._draw(pane)

    def _draw(self, pane: Any) -> None:
        outline, layer = self._outline, self._layers[pane.name]
        if outline is None or self._views.visit_of(pane) is not outline.visit:
            layer.clear()
            return
        if self._views.slice_index(outline.visit.name) != outline.slice_index:
            layer.clear()
            return
        geometry = outline.visit.analysis.study.dynamic.geometry
        line = in_pixels(pane, geometry, outline.slice_index, outline.line)
        points = in_pixels(pane, geometry, outline.slice_index, outline.points)
        layer.draw(line, outline.closed, points, outline.near, outline.text)


def in_pixels(
    pane: Any, geometry: Geometry, slice_index: int, points: Sequence[tuple[float, float]]
) -> NDArray[np.float64]:
    """Return where a pane shows points of a slice, mm: an array of x and y, pixels."""
    across, down, _between = geometry.spacing
    places = [[*ras_of((slice_index, y / down, x / across), geometry), 1.0] for x, y in points]
    to_ras = pane.node.GetXYToRAS()
    matrix = np.array([[to_ras.GetElement(r, c) for c in range(4)] for r in range(4)])
    found: NDArray[np.float64] = np.linalg.solve(matrix, np.array(places).reshape(-1, 4).T)[:2].T
    return found


class _Layer:
    """What one view shows of an outline."""

    def __init__(self, pane: Any) -> None:
        self._pane = pane
        self._line, self._points = _Marks(_YELLOW), _Marks(_YELLOW, _POINT)
        self._near, self._text = _Marks(_ORANGE, _NEAR), vtkTextActor()
        words = self._text.GetTextProperty()
        words.SetFontSize(_FONT)
        words.SetColor(*_YELLOW)
        words.SetFontFamilyToArial()
        words.SetBold(True)
        words.SetShadow(True)
        words.SetVerticalJustificationToTop()
        words.SetJustificationToCentered()
        self._actors = [self._line.actor, self._points.actor, self._near.actor, self._text]
        self._shown = False

    def draw(
        self, line: NDArray[np.float64], closed: bool, points: NDArray[np.float64], near: int,
        text: str,
    ) -> None:  # fmt: skip
        renderer = self._pane.view.first_renderer()
        if not self._shown:
            for actor in self._actors:
                renderer.AddViewProp(actor)
        self._shown = True
        self._line.join(line, closed)
        self._points.mark(points)
        self._near.mark(points[near : near + 1] if near >= 0 else points[:0])
        self._text.SetInput(text)
        if len(line):
            x, y = (line[:, 0].min() + line[:, 0].max()) / 2, line[:, 1].min() - _TEXT
            self._text.SetPosition(float(x), float(max(y, 4 * _TEXT)))
        self._pane.view.schedule_render()

    def clear(self) -> None:
        if self._shown:
            renderer = self._pane.view.first_renderer()
            for actor in self._actors:
                renderer.RemoveViewProp(actor)
            self._shown = False
            self._pane.view.schedule_render()


class _Marks:
    """Points of a view, in pixels, or the line that joins them."""

    def __init__(self, colour: tuple[float, float, float], size: float = 0.0) -> None:
        self._data, self.actor = vtkPolyData(), vtkActor2D()
        mapper = vtkPolyDataMapper2D()
        mapper.SetInputData(self._data)
        self.actor.SetMapper(mapper)
        self.actor.GetProperty().SetColor(*colour)
        self.actor.GetProperty().SetLineWidth(_LINE)
        self.actor.GetProperty().SetPointSize(size or 1.0)

    def join(self, places: NDArray[np.float64], closed: bool) -> None:
        cells, count = vtkCellArray(), len(places)
        for i in range(count if closed and count > 2 else count - 1):
            cells.InsertNextCell(2, [i, (i + 1) % count])
        self._data.SetPoints(_points(places))
        self._data.SetLines(cells)
        self._data.Modified()

    def mark(self, places: NDArray[np.float64]) -> None:
        cells = vtkCellArray()
        for i in range(len(places)):
            cells.InsertNextCell(1, [i])
        self._data.SetPoints(_points(places))
        self._data.SetVerts(cells)
        self._data.Modified()


def _points(places: NDArray[np.float64]) -> Any:
    points = vtkPoints()
    for x, y in places:
        points.InsertNextPoint(float(x), float(y), 0.0)
    return points
