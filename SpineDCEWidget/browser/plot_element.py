"""Chart element of the page, which page/plots.js defines."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from trame_client.widgets.core import AbstractElement


class Plot(AbstractElement):
    """Plotly figure in a trame variable.

    Args:
        drags, places: JavaScript expression: whether the AIF in it can be dragged along the time
            axis, and whether a click sets the shift; "" if never.
        marks: JavaScript expression of the time at which its line is shown instead, s; null for
            that of the figure.
        tools: let the user zoom, pan and save it.
        label: what the figure shows, for screen readers.
    """

    def __init__(
        self,
        figure: str,
        classes: str,
        *,
        drags: str = "",
        places: str = "",
        marks: str = "",
        tools: bool = True,
        label: str = "",
        **events: Any,
    ) -> None:
        super().__init__("sd-plot", classes=classes, **events)
        self._attributes["label"] = f'label="{label}"'
        if tools:
            self._attributes["tools"] = ':tools="true"'
        self._attributes["figure"] = f':figure="{figure}"'
        if drags or places:
            self._attributes["shift"] = ':follows="true" :shift="Number(shift)"'
        for name, when in (("drags", drags), ("places", places), ("marks", marks)):
            if when:
                self._attributes[name] = f':{name}="{when}"'
        self._event_names += ["drag", "pick", "place"]


def plot(
    station: Any,
    figure: str,
    classes: str,
    *,
    drag: Callable[[float], Any] | None = None,
    pick: Callable[[dict[str, Any]], Any] | None = None,
    place: Callable[[float], Any] | None = None,
    marks: str = "",
    tools: bool = True,
    label: str,
) -> Plot:
    """Add the chart of a trame variable to the page.

    Args:
        figure: name of the variable.
        drag: called with the shift, s, while the AIF is dragged and when it is dropped; in step 2
            only, where the shift is set.
        pick: called with the curve that was clicked.
        place: called with the shift, s, that was clicked; in step 2 only.
        marks: see :class:`Plot`.
        tools: let the user zoom, pan and save it.
        label: what the figure shows, for screen readers.
    """
    given = {"drag": drag, "pick": pick, "place": place}
    events = {name: (call, "[$event]") for name, call in given.items() if call is not None}
    shift_is_set = "step === 2"
    return Plot(
        figure,
        classes,
        drags=shift_is_set if drag else "",
        places=shift_is_set if place else "",
        marks=marks,
        tools=tools,
        label=label,
        **events,
    )
