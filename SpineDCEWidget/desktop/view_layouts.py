"""Layouts of the views: T1, map and fused view for one visit or two, and curves below."""

from __future__ import annotations

from dataclasses import dataclass
from xml.sax.saxutils import escape

from SpineDCEWidget.shared.session import SHOWN_VISITS as VISITS

#: Views of a row: the T1 image, the map or the dynamic frame, and the map over the T1 image.
SLOTS = ("T1", "map", "fused")
PLOTS = ("left", "right")
#: Width that every view of a row asks for, pixels; they get equal parts of what there is.
WIDE = 1000

#: The IDs of 3D Slicer's own layouts are below 1000. 2023 is the year of the paper.
_FIRST_ID = 20230
_COLOURS = {"T1": "#8C8C8C", "map": "#21918C", "fused": "#E69F00"}


@dataclass(frozen=True)
class Layout:
    """One layout of the views."""

    name: str
    rows: tuple[str, ...]  #: visits from top to bottom
    curves: bool

    @property
    def id(self) -> int:
        """ID in the layout node."""
        return _FIRST_ID + list(LAYOUTS.values()).index(self)

    def views(self) -> list[str]:
        """Return the names of the slice views."""
        return [view_name(visit, slot) for visit in self.rows for slot in SLOTS]

    @property
    def count(self) -> int:
        """Number of views."""
        return len(self.rows) * len(SLOTS) + self.curves * len(PLOTS)

    @property
    def heights(self) -> list[int]:
        """Heights of the rows of views, relative to each other."""
        return len(self.rows) * [350] + self.curves * [200 * len(self.rows)]

    def xml(self, orientation: str = "Sagittal", count: int | None = None) -> str:
        """Return the description that the layout manager reads.

        Args:
            count: it has only the first views, so many; all if None.
        """
        rows = [[_slice(visit, slot, orientation) for slot in SLOTS] for visit in self.rows]
        if self.curves:
            rows.append([_plot(place) for place in PLOTS])
        parts, left = "", self.count if count is None else count
        for size, views in zip(self.heights, rows, strict=True):
            shown, left = views[:left], max(left - len(views), 0)
            if shown:
                parts += f'<item splitSize="{size}">{_row(shown)}</item>'
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


def layout_for(rows: list[str], choice: str) -> Layout | None:
    """Return the layout for the rows that show a visit; None if there are none.

    Args:
        choice: "with curves" or "images only".
    """
    shown = [row for row in VISITS if row in rows]
    if not shown:
        return None
    name = "both" if len(shown) == 2 else shown[0]
    return LAYOUTS[name if choice != "images only" else f"{name} images"]


def view_name(row: str, slot: str) -> str:
    """Return the name of a slice view in the layout manager."""
    return f"SpineDCE {row} {slot}"


def plot_name(place: str) -> str:
    """Return the name of a plot view in the layout manager."""
    return f"SpineDCE {place}"


def _row(items: list[str]) -> str:
    # Without a size, views would not get their widths back after one of them filled the window.
    parts = "".join(f'<item splitSize="{WIDE}">{item}</item>' for item in items)
    return f'<layout type="horizontal" split="true">{parts}</layout>'


def _slice(visit: str, slot: str, orientation: str) -> str:
    # 3D Slicer links the views of a group; the visits are linked through their registration.
    properties = {
        "orientation": orientation,
        "viewlabel": f"{visit} {slot}",
        "viewcolor": _COLOURS[slot],
        "viewgroup": str(1 + VISITS.index(visit)),
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
