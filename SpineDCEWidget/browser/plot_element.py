"""Chart element of the page, which page/plots.js defines."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from trame_client.widgets.core import AbstractElement


class Plot(AbstractElement):
    """Plotly figure in a trame variable.

    Args:
        drags: whether the AIF in it can be dragged along the time axis.
    """

    def __init__(self, figure: str, classes: str, *, drags: bool = False, **events: Any) -> None:
        super().__init__("sd-plot", classes=classes, **events)
        self._attributes["figure"] = f':figure="{figure}"'
        if drags:
            self._attributes["drags"] = ':drags="true" :shift="Number(shift)"'
        self._event_names += ["drag", "pick"]


def plot(
    station: Any,
    figure: str,
    classes: str,
    *,
    drag: Callable[[float], Any] | None = None,
    pick: Callable[[dict[str, Any]], Any] | None = None,
) -> Plot:
    """Add the chart of a trame variable to the page.

    Args:
        figure: name of the variable.
        drag: called with the shift, s, while the AIF is dragged and when it is dropped.
        pick: called with the curve that was clicked.
    """
    given = {"drag": drag, "pick": pick}
    events = {name: (call, "[$event]") for name, call in given.items() if call is not None}
    return Plot(figure, classes, drags=drag is not None, **events)
