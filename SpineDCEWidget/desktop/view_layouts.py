"""The arrangements of views: T1 | map | fused for one visit or two, curves below."""

from __future__ import annotations

from dataclasses import dataclass
from xml.sax.saxutils import escape

from SpineDCEWidget.shared.session import SHOWN_VISITS as VISITS

#: What a row of views shows: the T1 image, the map or the dynamic frame, and the map over T1.
SLOTS = ("T1", "map", "fused")
PLOTS = ("left", "right")

#: IDs of 3D Slicer's own layouts stay below 1000; those of this module are after the paper's year.
_FIRST_ID = 20230
_COLOURS = {"T1": "#8C8C8C", "map": "#21918C", "fused": "#E69F00"}


@dataclass(frozen=True)
class Layout:
    """One arrangement."""

    name: str
    rows: tuple[str, ...]  #: visits from top to bottom
    curves: bool

    @property
    def id(self) -> int:
        """Number in the layout node."""
        return _FIRST_ID + list(LAYOUTS.values()).index(self)

    def views(self) -> list[str]:
        """Names of its slice views."""
        return [view_name(visit, slot) for visit in self.rows for slot in SLOTS]

    def xml(self, orientation: str = "Sagittal") -> str:
        """As the layout manager reads it."""
        items = [(350, _row([_slice(visit, slot, orientation) for slot in SLOTS]))
                 for visit in self.rows]  # fmt: skip
        if self.curves:
            items.append((200 * len(self.rows), _row([_plot(place) for place in PLOTS])))
        parts = "".join(f'<item splitSize="{size}">{xml}</item>' for size, xml in items)
        return f'<layout type="vertical" split="true">{parts}</layout>'


#: Name in the parameter node → layout.
LAYOUTS = {
    layout.name: layout
    for layout in (
        *(Layout(visit, (visit,), True) for visit in VISITS),
        Layout("both", VISITS, True),
        *(Layout(f"{visit} images", (visit,), False) for visit in VISITS),
        Layout("both images", VISITS, False),
    )
}


def layout_for(visits: list[str], choice: str) -> Layout | None:
    """The layout for the visits that have a study and the user's choice; None for no visit.

    Args:
        choice: "with curves" or "images only".
    """
    shown = [visit for visit in VISITS if visit in visits]
    if not shown:
        return None
    name = "both" if len(shown) == 2 else shown[0]
    return LAYOUTS[name if choice != "images only" else f"{name} images"]


def view_name(visit: str, slot: str) -> str:
    """Name of a slice view in the layout manager."""
    return f"SpineDCE {visit} {slot}"


def plot_name(place: str) -> str:
    """Name of a plot view in the layout manager."""
    return f"SpineDCE {place}"


def _row(items: list[str]) -> str:
    parts = "".join(f"<item>{item}</item>" for item in items)
    return f'<layout type="horizontal" split="true">{parts}</layout>'


def _slice(visit: str, slot: str, orientation: str) -> str:
    properties = {
        "orientation": orientation,
        "viewlabel": f"{visit} {slot}",
        "viewcolor": _COLOURS[slot],
        "viewgroup": "1",
    }
    return _view("vtkMRMLSliceNode", view_name(visit, slot), properties)


def _plot(place: str) -> str:
    return _view("vtkMRMLPlotViewNode", plot_name(place), {"viewlabel": "curves"})


def _view(kind: str, name: str, properties: dict[str, str]) -> str:
    inner = "".join(
        f'<property name="{key}" action="default">{escape(value)}</property>'
        for key, value in properties.items()
    )
    return f'<view class="{kind}" singletontag="{escape(name)}">{inner}</view>'
