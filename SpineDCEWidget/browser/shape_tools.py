"""Ellipse and polygon by mouse in the slice views: shown while they are drawn, then filled."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from SpineDCELib.measurement.outlines import (
    Ellipse,
    Point,
    ellipse_between,
    ellipse_mask,
    nearest_side,
    polygon_area,
    polygon_mask,
)
from SpineDCELib.mrml.volume_nodes import index_of

from SpineDCEWidget.browser.outline_overlay import Outline, Overlay, in_pixels
from SpineDCEWidget.browser.slice_views import CLICK

SHAPES = ("ellipse", "polygon")
#: Distance from a point or side at which the mouse takes it, pixels.
_TAKE = 8
#: Time between the two clicks of a double click, s.
_DOUBLE = 0.6
#: Before the mouse handlers of window and level, after those that select the visit.
_PRIORITY = 95.0


@dataclass
class Polygon:
    """Polygon that is being drawn: its points can be moved until it fills the slice.

    Attributes:
        points: mm in the slice.
        closed: whether all points are there; clicks add points to its sides then.
    """

    visit: Any
    slice_index: int
    points: list[Point] = field(default_factory=list)
    closed: bool = False


@dataclass
class _Drag:
    """What the left button has taken, and where it was pressed.

    Attributes:
        start: mm in the slice.
        pixel: the same in the view.
        index: of the point of the polygon that is moved; -1 for an ellipse.
        before: points of the polygon before.
        again: whether the press was on the point that closes the polygon.
    """

    pane: Any
    visit: Any
    slice_index: int
    start: Point
    pixel: tuple[int, int]
    index: int = -1
    before: list[Point] = field(default_factory=list)
    again: bool = False
    moved: bool = False


class ShapeTools:
    """The tools "ellipse" and "polygon" of the visit that is drawn in."""

    def __init__(self, station: Any) -> None:
        self._station = station
        self._overlay = Overlay(station.views)
        self.polygon: Polygon | None = None
        self._drag: _Drag | None = None
        self._mouse: Point | None = None  #: where the next point of the polygon would be
        self._near = -1
        self._clicked_inside = 0.0
        station.state.update({"outline": self._told()})
        for pane in station.views.panes:
            for event, action in (
                ("LeftButtonPressEvent", self._press),
                ("MouseMoveEvent", self._move),
                ("LeftButtonReleaseEvent", self._release),
                ("RightButtonPressEvent", self._press_right),
            ):
                self._observe(pane, event, action)

    def _observe(self, pane: Any, event: str, action: Callable[[Any], bool]) -> None:
        """Let an action answer an event of a pane before the views do; they get what it leaves."""
        interactor, tag = pane.view.interactor(), 0

        def answer(*_: Any) -> None:
            taken = False
            if self._tool in SHAPES:
                with self._station.state:
                    taken = action(pane)
            if taken:
                interactor.GetCommand(tag).SetAbortFlag(1)

        tag = interactor.AddObserver(event, answer, _PRIORITY)

    @property
    def _tool(self) -> str:
        return str(self._station.drawing.tool)

    # -- mouse ------------------------------------------------------------------------------------

    def _press(self, pane: Any) -> bool:
        station = self._station
        visit = station.views.visit_of(pane)
        if visit is None or not self._is_here(visit):
            return True
        slice_index = station.views.slice_index(visit.name)
        place, at = self._place(pane, visit), pane.view.interactor().GetEventPosition()
        drag = _Drag(pane, visit, slice_index, place, at)
        if self._tool == "polygon" and not self._take(drag):
            return True
        self._drag = drag
        self._show()
        return True

    def _is_here(self, visit: Any) -> bool:
        """Return whether a click in a visit belongs to what is being drawn; say where it does."""
        polygon = self.polygon
        if polygon is None:
            return visit is self._station.drawing.visit
        shown = self._station.views.slice_index(visit.name)
        if visit is polygon.visit and shown == polygon.slice_index:
            return True
        where = f"slice {polygon.slice_index + 1} of the {polygon.visit.word} visit"
        self._station.show_note(f"The polygon is in {where}. Fill it there, or press Esc.")
        return False

    def _take(self, drag: _Drag) -> bool:
        """Take a point of the polygon, or add one; return False for a click beside a closed one."""
        polygon = self.polygon
        if polygon is None:
            polygon = self.polygon = Polygon(drag.visit, drag.slice_index)
        drag.before = list(polygon.points)
        drag.index = self._point_at(drag.pane)
        last = len(polygon.points) - 1
        if drag.index >= 0:
            drag.again = not polygon.closed and last >= 1 and drag.index in (0, last)
        elif not polygon.closed:
            polygon.points.append(drag.start)
            drag.index = last + 1
        elif (side := self._side_at(drag.pane)) >= 0:
            polygon.points.insert(side + 1, drag.start)
            drag.index = side + 1
        else:
            self._click_inside(drag)
            return False
        self._clicked_inside = 0.0
        return True

    def _click_inside(self, drag: _Drag) -> None:
        """Fill the polygon at the second of two clicks beside its points and sides."""
        now = time.monotonic()
        if now - self._clicked_inside < _DOUBLE:
            self.accept()
            return
        self._clicked_inside = now

    def _move(self, pane: Any) -> bool:
        drag, polygon = self._drag, self.polygon
        visit = self._station.views.visit_of(pane)
        if drag is None:
            if polygon is not None and visit is polygon.visit:
                self._mouse = self._place(pane, visit)
                self._near = self._point_at(pane)
                self._show()
            # The other buttons zoom and pan; with Shift alone, the views would change the slice.
            return bool(pane.view.interactor().GetShiftKey())
        if pane is not drag.pane:
            return True
        at = pane.view.interactor().GetEventPosition()
        if max(abs(at[0] - drag.pixel[0]), abs(at[1] - drag.pixel[1])) > CLICK:
            drag.moved = True
        if drag.index >= 0 and drag.moved and polygon is not None:
            polygon.points[drag.index] = self._place(pane, visit)
        self._show()
        return True

    def _release(self, pane: Any) -> bool:
        drag = self._drag
        if drag is None or pane is not drag.pane:
            return True
        self._move(pane)
        self._drag = None
        if drag.index < 0:
            self._finish_ellipse(drag)
        elif drag.again and not drag.moved:
            self.accept()
        self._show()
        return True

    def _press_right(self, pane: Any) -> bool:
        """Remove the point under the mouse; elsewhere, the right button zooms."""
        index = self._point_at(pane)
        if index < 0 or self._drag is not None:
            return False
        self._remove(index)
        return True

    # -- ellipse ----------------------------------------------------------------------------------

    def _ellipse(self, drag: _Drag) -> Ellipse:
        interactor = drag.pane.view.interactor()
        centre = interactor.GetControlKey() or interactor.GetAltKey()
        return ellipse_between(
            drag.start, self._place(drag.pane, drag.visit),
            circle=bool(interactor.GetShiftKey()), from_centre=bool(centre),
        )  # fmt: skip

    def _finish_ellipse(self, drag: _Drag) -> None:
        if not drag.moved:
            self._station.show_note("Drag from one corner of the ellipse to the opposite one.")
            return
        geometry, ellipse = drag.visit.analysis.study.dynamic.geometry, self._ellipse(drag)
        self._station.attempt(
            lambda: self._station.drawing.add(ellipse_mask(geometry, drag.slice_index, ellipse))
        )

    # -- polygon ----------------------------------------------------------------------------------

    def accept(self) -> None:
        """Close the polygon; fill its slice if it is closed already."""
        polygon = self.polygon
        if polygon is None:
            return

        def done() -> None:
            geometry = polygon.visit.analysis.study.dynamic.geometry
            mask = polygon_mask(geometry, polygon.slice_index, polygon.points)
            if polygon.closed:
                self._station.drawing.add(mask)
                self.polygon = None
            polygon.closed = True

        with self._station.state:
            self._station.attempt(done)
            self._clicked_inside = 0.0
            self._show()

    def remove_point(self) -> None:
        """Remove the point under the mouse, or the one that was added last."""
        polygon = self.polygon
        if polygon is None or self._drag is not None:
            return
        with self._station.state:
            near = self._near if 0 <= self._near < len(polygon.points) else -1
            if near >= 0 or not polygon.closed:
                self._remove(near if near >= 0 else len(polygon.points) - 1)
            else:
                self._station.show_note("Point at the point that you want to remove.")

    def remove_last(self) -> None:
        """Remove the last point of the polygon."""
        if self.polygon is not None and self._drag is None:
            with self._station.state:
                self._remove(len(self.polygon.points) - 1)

    def discard(self) -> None:
        """Discard the polygon, and keep the tool."""
        self.polygon = self._drag = None
        with self._station.state:
            self._show()

    def _remove(self, index: int) -> None:
        polygon = self.polygon
        if polygon is None:
            return
        if polygon.closed and len(polygon.points) == 3:
            self._station.show_note("A polygon needs at least three points. Esc discards it.")
            return
        del polygon.points[index]
        self._near = -1
        if not polygon.points:
            self.polygon = None
        self._show()

    def cancel(self) -> bool:
        """Give up the present drag, or else the polygon; return False if there is neither."""
        drag, polygon = self._drag, self.polygon
        if drag is None and polygon is None:
            return False
        if drag is None:
            self.polygon = None
        elif polygon is not None:
            polygon.points[:] = drag.before
            self.polygon = polygon if polygon.points else None
        self._drag = None
        with self._station.state:
            self._show()
        return True

    def follow(self) -> None:
        """Discard what belongs to a tool or a visit that is in use no more."""
        drawing, polygon, drag = self._station.drawing, self.polygon, self._drag
        tool = self._tool if drawing.role else ""
        if (polygon is None or (tool == "polygon" and polygon.visit is drawing.visit)) and (
            drag is None or (tool in SHAPES and drag.visit is drawing.visit)
        ):
            return
        self._drag = self.polygon = None
        self._show()
        if polygon is not None:
            self._station.show_note("The polygon was discarded, because it was not filled.")

    # -- places -----------------------------------------------------------------------------------

    def _place(self, pane: Any, visit: Any) -> Point:
        """Return where the mouse is in the slice of a visit, mm."""
        geometry = visit.analysis.study.dynamic.geometry
        _slice, row, column = index_of(self._station.views.under_mouse(pane), geometry)
        across, down, _between = geometry.spacing
        return float(column * across), float(row * down)

    def _point_at(self, pane: Any) -> int:
        """Return the point of the polygon under the mouse; -1 if there is none."""
        places = self._in_pixels(pane)
        if not len(places):
            return -1
        at = pane.view.interactor().GetEventPosition()
        distances = np.linalg.norm(places - at, axis=1)
        # Of two at one place, the later one.
        index = len(distances) - 1 - int(np.argmin(distances[::-1]))
        return index if distances[index] <= _TAKE else -1

    def _side_at(self, pane: Any) -> int:
        """Return the side of the polygon under the mouse; -1 if there is none."""
        at = pane.view.interactor().GetEventPosition()
        places = [(float(x), float(y)) for x, y in self._in_pixels(pane)]
        side, distance = nearest_side(places, (float(at[0]), float(at[1])))
        return side if distance <= _TAKE else -1

    def _in_pixels(self, pane: Any) -> Any:
        polygon = self.polygon
        if polygon is None or self._station.views.visit_of(pane) is not polygon.visit:
            return np.zeros((0, 2))
        geometry = polygon.visit.analysis.study.dynamic.geometry
        return in_pixels(pane, geometry, polygon.slice_index, polygon.points)

    # -- showing ----------------------------------------------------------------------------------

    def _show(self) -> None:
        """Show in the views and on the panel what is being drawn."""
        drag, polygon = self._drag, self.polygon
        if polygon is not None:
            line, text = list(polygon.points), ""
            if polygon.closed:
                text = _area(polygon_area(line))
            elif drag is None and self._mouse is not None:
                line.append(self._mouse)
            near = drag.index if drag is not None else self._near
            self._overlay.show(Outline(
                polygon.visit, polygon.slice_index, line, polygon.closed, polygon.points,
                near if near < len(polygon.points) else -1, text,
            ))  # fmt: skip
        elif drag is not None and drag.moved:
            ellipse = self._ellipse(drag)
            wide, high = (2 * radius for radius in ellipse.radii)
            self._overlay.show(Outline(
                drag.visit, drag.slice_index, ellipse.points(),
                text=f"{wide:.1f} × {high:.1f} mm, {_area(ellipse.area)}",
            ))  # fmt: skip
        else:
            self._overlay.show(None)
            self._mouse = None
        if self._station.state.outline != (told := self._told()):
            self._station.state.outline = told

    def _told(self) -> dict[str, Any]:
        polygon = self.polygon
        if polygon is None:
            return {"points": 0, "closed": False}
        return {"points": len(polygon.points), "closed": polygon.closed}


def _area(square_millimetres: float) -> str:
    """Return an area with its unit."""
    if square_millimetres >= 100:
        return f"{square_millimetres / 100:.2f} cm²"
    return f"{square_millimetres:.0f} mm²"
