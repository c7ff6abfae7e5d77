"""Clicks in a plot view, wherever they are, in the units of its horizontal axis."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

#: Largest distance between press and release of a click, and of a click from the chart, pixels.
_CLICK = 3
#: Axes of a chart.
_LEFT, _BOTTOM = 0, 1


class PlotClicks:
    """Watch over one plot view; 3D Slicer itself reports only clicks on a point of a curve.

    Args:
        clicked: called with the place of a click on the horizontal axis.
    """

    def __init__(self, clicked: Callable[[float], None]) -> None:
        self._clicked = clicked
        self._view: Any = None
        self._tags: list[int] = []
        self._pressed: tuple[int, int] | None = None

    def watch(self, view: Any) -> None:
        """Watch a view instead of the one before; None for none."""
        self.stop()
        if view is None:
            return
        self._view = view
        interactor = view.renderWindow().GetInteractor()
        for event, follow in (
            ("LeftButtonPressEvent", self._press),
            ("LeftButtonReleaseEvent", self._release),
        ):
            self._tags.append(interactor.AddObserver(event, follow))

    def stop(self) -> None:
        """Watch nothing."""
        if self._view is not None:
            try:
                interactor = self._view.renderWindow().GetInteractor()
            except ValueError:  # the view no longer exists
                interactor = None
            for tag in self._tags if interactor is not None else ():
                interactor.RemoveObserver(tag)
        self._view, self._tags, self._pressed = None, [], None

    def _press(self, interactor: Any, _event: str) -> None:
        self._pressed = interactor.GetEventPosition()

    def _release(self, interactor: Any, _event: str) -> None:
        start, self._pressed = self._pressed, None
        place = interactor.GetEventPosition()
        if start is None or max(abs(a - b) for a, b in zip(start, place, strict=True)) > _CLICK:
            return
        chart = self._view.chart()
        bottom, left = chart.GetAxis(_BOTTOM), chart.GetAxis(_LEFT)
        (x0, _), (x1, _) = bottom.GetPoint1(), bottom.GetPoint2()
        (_, y0), (_, y1) = left.GetPoint1(), left.GetPoint2()
        # A point may lie on the edge.
        if x0 - _CLICK < place[0] < x1 + _CLICK and y0 - _CLICK < place[1] < y1 + _CLICK:
            share = (place[0] - x0) / (x1 - x0)
            low, high = bottom.GetMinimum(), bottom.GetMaximum()
            self._clicked(low + share * (high - low))
