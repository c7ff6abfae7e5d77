"""The page's own chart element, as page/plots.js defines it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from trame_client.widgets.core import AbstractElement


class Plot(AbstractElement):
    """A Plotly figure in a trame variable.

    Args:
        drags: whether its AIF can be dragged along the time axis.
    """

    def __init__(self, figure: str, classes: str, *, drags: bool = False, **events: Any) -> None:
        super().__init__("sd-plot", classes=classes, **events)
        self._attributes["figure"] = f':figure="{figure}"'
        if drags:
            self._attributes["drags"] = ':drags="true" :shift="Number(shift)"'
        self._event_names += ["live", "settle", "pick"]


def plot(
    station: Any,
    figure: str,
    classes: str,
    *,
    live: Callable[[float], Any] | None = None,
    settle: Callable[[float], Any] | None = None,
    pick: Callable[[dict[str, Any]], Any] | None = None,
) -> Plot:
    """A chart of a trame variable that tells what is done to it."""
    given = {"live": live, "settle": settle, "pick": pick}
    events = {name: (call, "[$event]") for name, call in given.items() if call is not None}
    return Plot(figure, classes, drags=live is not None, **events)
