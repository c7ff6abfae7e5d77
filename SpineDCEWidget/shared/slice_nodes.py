"""Slice nodes of views that move together, and the mark of a place in each visit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from SpineDCELib.mrml.visit_nodes import remove_whole
from SpineDCELib.mrml.volume_nodes import index_of, ras_of
from SpineDCELib.series import Geometry

from SpineDCEWidget.shared.linked_places import place_in, registration_of
from SpineDCEWidget.shared.session import Session
from SpineDCEWidget.shared.visit_session import VisitSession

#: ID of no view: a node that is to be shown in no view is shown in this one.
_NOWHERE = "vtkMRMLSliceNodeNone"
#: Part of a slice by which rounding of positions may miss the middle between two slices.
_TIE = 1e-3
#: Size of the mark, mm, and its colour.
_SIZE, _YELLOW = 6.0, (1.0, 1.0, 0.0)


def scale_of(node: Any) -> float:
    """Return mm per pixel of a slice node."""
    return float(node.GetFieldOfView()[0] / max(node.GetDimensions()[0], 1))


def middle_of(node: Any) -> NDArray[np.float64]:
    """Return the RAS point in the middle of a slice node's field of view."""
    across, up, _depth = node.GetXYZOrigin()
    point: NDArray[np.float64] = _array(node.GetSliceToRAS()) @ [across, up, 0.0, 1.0]
    return point[:3]


def show_field(node: Any, scale: float, origin: Sequence[float]) -> None:
    """Set mm per pixel of a slice node, and the origin of its field of view, as one change."""
    width, height, _count = node.GetDimensions()
    changing = node.StartModify()
    node.SetFieldOfView(scale * width, scale * height, node.GetFieldOfView()[2])
    node.SetXYZOrigin(float(origin[0]), float(origin[1]), 0.0)
    node.UpdateMatrices()
    node.EndModify(changing)


def nearest_slice(geometry: Geometry, ras: Iterable[float], *, lower: bool = False) -> int:
    """Return the slice of a grid that is nearest to a RAS point.

    A point in the middle between two slices always belongs to the one with the larger number, so
    that every slice of a grid is reached from another one that lies half a slice beside it.

    Args:
        lower: such a point belongs to the slice with the smaller number, for the way back from
            that other grid, so that there and back leads to the same slice.
    """
    tie = -_TIE if lower else _TIE
    slice_index = np.floor(index_of(list(ras), geometry)[0] + 0.5 + tie)
    return int(np.clip(slice_index, 0, geometry.shape[0] - 1))


def show_slice(node: Any, geometry: Geometry, index: int) -> None:
    """Show a slice of a grid in a slice node."""
    _, rows, columns = geometry.shape
    ras = ras_of((index, (rows - 1) / 2, (columns - 1) / 2), geometry)
    node.JumpSliceByOffsetting(*(float(v) for v in ras))


def follow(
    session: Session,
    visit: VisitSession,
    other: VisitSession,
    leader: Any,
    node: Any,
    *,
    between: bool = False,
) -> None:
    """Show in a view of another visit what corresponds to a leading view of a visit.

    It has the same scale. With a registration, the same anatomy is in the middle; without one, the
    origin of the field of view is the same.

    Args:
        between: also between the dynamic slices, because the view lies across them.
    """
    middle = place_in(session, visit, other, middle_of(leader))
    geometry = other.needed().study.dynamic.geometry
    changing = node.StartModify()
    lower = other is session.pair[0]
    if between:
        node.JumpSliceByOffsetting(*(float(v) for v in middle))
    else:
        show_slice(node, geometry, nearest_slice(geometry, middle, lower=lower))
    origin = leader.GetXYZOrigin()
    if registration_of(session) is not None:
        origin = np.linalg.inv(_array(node.GetSliceToRAS())) @ [*middle, 1.0]
    show_field(node, scale_of(leader), origin)
    node.EndModify(changing)


def confine(node: Any, views: Sequence[str]) -> None:
    """Show a node in the views with these IDs only; nowhere without any."""
    display = None if node is None else node.GetDisplayNode()
    wanted = list(views) or [_NOWHERE]
    if display is not None and list(display.GetViewNodeIDs()) != wanted:
        display.SetViewNodeIDs(wanted)


class PlaceMarks:
    """Mark of a place in each visit, shown in the views of that visit only.

    Args:
        session: returns the session, which is another one after the scene was closed.
        views_of: returns the slice nodes of a visit's views.
    """

    def __init__(
        self,
        session: Callable[[], Session],
        views_of: Callable[[VisitSession], Iterable[Any]],
    ) -> None:
        self._session, self._views_of = session, views_of
        self.nodes: list[Any] = []

    def put(self, visit: VisitSession, ras: Sequence[float], shown: Sequence[VisitSession]) -> None:
        """Mark a RAS point of a visit, mm, and what corresponds to it in the visits shown."""
        session = self._session()
        if len(self.nodes) != len(shown):
            self.clear()
            self.nodes = [_new_mark(session.scene) for _ in shown]
        for node, other in zip(self.nodes, shown, strict=True):
            confine(node, [view.GetID() for view in self._views_of(other)])
            place = place_in(session, visit, other, ras)
            node.SetNthControlPointPosition(0, *(float(v) for v in place))

    def clear(self) -> None:
        """Remove the marks."""
        for node in self.nodes:
            if node.GetScene() is not None:
                remove_whole(node)
        self.nodes = []


def _new_mark(scene: Any) -> Any:
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


def _array(matrix: Any) -> NDArray[np.float64]:
    return np.array([[matrix.GetElement(r, c) for c in range(4)] for r in range(4)])
