"""Views of the two visits that move together, and the marked place, in each visit's own space."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
import slicer
from SpineDCELib.mrml.visit_nodes import remove_whole
from SpineDCELib.mrml.volume_nodes import index_of, ras_of

from SpineDCEWidget.desktop.view_layouts import SLOTS
from SpineDCEWidget.shared.linked_places import place_in, registration_of

if TYPE_CHECKING:
    from SpineDCEWidget.desktop.module_panel import Workstation

#: Size of the mark, mm, and its colour.
_SIZE, _YELLOW = 6.0, (1.0, 1.0, 0.0)


class LinkedViews:
    """Link between the views of both visits.

    3D Slicer links the views of one visit, because they are one view group. It would show the same
    coordinates in the other visit, in which the patient lay differently.
    """

    def __init__(self, desk: Workstation) -> None:
        self._desk = desk
        self._watched: dict[str, tuple[Any, int, str]] = {}
        self._following = False
        self._marks: list[Any] = []

    def update(self, *, linked: bool) -> None:
        """Watch the views that are shown now if they are linked."""
        visits = self._desk.visits if linked and len(self._desk.visits) > 1 else []
        nodes = {node.GetID(): (node, v.name) for v in visits for node in self._nodes(v)}
        for identity in set(self._watched) - set(nodes):
            node, tag, _visit = self._watched.pop(identity)
            node.RemoveObserver(tag)
        new = set(nodes) - set(self._watched)
        for identity in new:
            node, visit = nodes[identity]
            tag = node.AddObserver("ModifiedEvent", lambda *_, n=node, v=visit: self._moved(n, v))
            self._watched[identity] = (node, tag, visit)
        if new:
            self.align()

    def align(self) -> None:
        """Let all views follow the first one of the selected visit."""
        visit = self._desk.visit
        nodes = self._nodes(visit)
        if not self._watched or not nodes:
            return
        first, *others = nodes
        with self.alone():
            for node in others:
                node.GetSliceToRAS().DeepCopy(first.GetSliceToRAS())
                _show_field(node, first, first.GetXYZOrigin())
        self._moved(first, visit.name)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Let views move without the others."""
        before, self._following = self._following, True
        try:
            yield
        finally:
            self._following = before

    def _nodes(self, visit: Any) -> list[Any]:
        widgets = (self._desk.views.slice_widget(visit.name, slot) for slot in SLOTS)
        return [widget.mrmlSliceNode() for widget in widgets if widget is not None]

    def _moved(self, leader: Any, name: str) -> None:
        if self._following:
            return
        with self.alone():
            visit = self._desk.session.visit(name)
            for other in self._desk.visits:
                if other is not visit and visit.analysis is not None:
                    self._follow(leader, visit, other)

    def _follow(self, leader: Any, visit: Any, other: Any) -> None:
        """Show what lies in the middle of a leading view in the views of another visit."""
        session, geometry = self._desk.session, other.analysis.study.dynamic.geometry
        middle = place_in(session, visit, other, _middle(leader))
        slices, rows, columns = geometry.shape
        index = int(np.clip(round(index_of(middle, geometry)[0]), 0, slices - 1))
        centre = ras_of((index, (rows - 1) / 2, (columns - 1) / 2), geometry)
        for node in self._nodes(other):
            changing = node.StartModify()
            node.JumpSliceByOffsetting(*(float(v) for v in centre))
            origin = leader.GetXYZOrigin()
            if registration_of(session) is not None:
                origin = np.linalg.inv(_array(node.GetSliceToRAS())) @ [*middle, 1.0]
            _show_field(node, leader, origin)
            node.EndModify(changing)

    # -- the marked place -----------------------------------------------------------------------

    def mark(self, visit: Any, ras: Sequence[float]) -> None:
        """Mark a RAS point of a visit, mm, and what corresponds to it in the other visit."""
        shown = self._desk.visits
        if len(self._marks) != len(shown):
            self.unmark()
            self._marks = [self._mark() for _ in shown]
        for node, other in zip(self._marks, shown, strict=True):
            views = [view.GetID() for view in self._nodes(other)]
            display = node.GetDisplayNode()
            if list(display.GetViewNodeIDs()) != views:
                display.SetViewNodeIDs(views)
            place = place_in(self._desk.session, visit, other, ras)
            node.SetNthControlPointPosition(0, *(float(v) for v in place))

    def unmark(self) -> None:
        """Remove the marks."""
        for node in self._marks:
            if node.GetScene() is not None:
                remove_whole(node)
        self._marks = []

    def _mark(self) -> Any:
        scene = slicer.mrmlScene
        node = scene.CreateNodeByClass("vtkMRMLMarkupsFiducialNode")
        node.UnRegister(None)
        node.SetName("Place")
        node.SetHideFromEditors(True)
        node.SaveWithSceneOff()
        node.SetLocked(True)
        node = scene.AddNode(node)
        node.CreateDefaultDisplayNodes()
        display = node.GetDisplayNode()
        display.SaveWithSceneOff()
        display.SetGlyphTypeFromString("CrossDot2D")
        display.SetUseGlyphScale(False)
        display.SetGlyphSize(_SIZE)
        display.SetSelectedColor(*_YELLOW)
        display.SetPointLabelsVisibility(False)
        display.SetPropertiesLabelVisibility(False)
        node.AddControlPoint(0.0, 0.0, 0.0)
        return node


def _array(matrix: Any) -> Any:
    return np.array([[matrix.GetElement(r, c) for c in range(4)] for r in range(4)])


def _middle(node: Any) -> Any:
    """Return the RAS point in the middle of a slice node's field of view."""
    across, up, _depth = node.GetXYZOrigin()
    return (_array(node.GetSliceToRAS()) @ [across, up, 0.0, 1.0])[:3]


def _show_field(node: Any, like: Any, origin: Sequence[float]) -> None:
    """Set the origin of a slice node's field of view, and its mm per pixel to those of another."""
    scale = like.GetFieldOfView()[0] / max(like.GetDimensions()[0], 1)
    width, height, _ = node.GetDimensions()
    node.SetFieldOfView(scale * width, scale * height, node.GetFieldOfView()[2])
    node.SetXYZOrigin(float(origin[0]), float(origin[1]), 0.0)
    node.UpdateMatrices()
