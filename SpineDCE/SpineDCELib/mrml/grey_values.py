"""Grey values of a visit's images: the signals that are black and white, kept with the visit."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.mrml.visit_nodes import VisitNodes
from SpineDCELib.mrml.volume_nodes import array_of
from SpineDCELib.series import DynamicSeries

#: Uses of a visit's nodes that are shown in grey.
GREY = ("frame", "anatomy")
#: Percentiles of a series between which its grey values are spread at first.
FITTING = (1.0, 99.5)
#: Percentiles are found from about this many voxels.
_SAMPLE = 500_000
_KEPT = "grey values"


class GreyValues(NamedTuple):
    """Signals between which the grey values of a series are spread; ``low`` is white if inverse."""

    low: float
    high: float
    inverse: bool = False

    @property
    def window(self) -> float:
        """Width of the range."""
        return self.high - self.low

    @property
    def level(self) -> float:
        """Middle of the range."""
        return (self.low + self.high) / 2


def show_grey_values(nodes: VisitNodes, dynamic: DynamicSeries) -> None:
    """Set the grey values of a visit's images: those that were set by hand, else fitting ones."""
    for use in GREY:
        if _display(nodes, use) is not None:
            show_values(nodes, use, _kept(nodes, use) or fitting(nodes, use, dynamic))


def fitting(
    nodes: VisitNodes,
    use: str,
    dynamic: DynamicSeries,
    percentiles: tuple[float, float] = FITTING,
) -> GreyValues:
    """Return the grey values between two percentiles of "anatomy", or of all frames for "frame"."""
    return spread(dynamic.signal if use == "frame" else array_of(nodes.get(use)), percentiles)


def spread(array: NDArray[Any], percentiles: tuple[float, float] = FITTING) -> GreyValues:
    """Return the grey values between two percentiles of an image."""
    values = array.reshape(-1)
    # A sample is enough; an odd step follows no row or column.
    step = values.size // _SAMPLE | 1
    low, high = (float(v) for v in np.percentile(values[::step], percentiles))
    return GreyValues(low, high if high > low else low + 1.0)


def set_grey_values(nodes: VisitNodes, use: str, values: GreyValues) -> None:
    """Show a visit's "anatomy" or "frame" with these grey values, and keep them with the visit."""
    nodes.keep(_KEPT, {**_record(nodes), use: list(values)})
    show_values(nodes, use, values)


def grey_values(nodes: VisitNodes, use: str) -> GreyValues | None:
    """Return the grey values that a visit's image is shown with; None without the image."""
    display = _display(nodes, use)
    if display is None:
        return None
    inverse = bool(display.GetInvertDisplayScalarRange())
    return GreyValues(display.GetWindowLevelMin(), display.GetWindowLevelMax(), inverse)


def forget_grey_values(nodes: VisitNodes) -> None:
    """Forget what was set by hand, because other images come."""
    nodes.keep(_KEPT, None)


def _display(nodes: VisitNodes, use: str) -> Any:
    node = nodes.get(use)
    return None if node is None else node.GetDisplayNode()


def show_values(nodes: VisitNodes, use: str, values: GreyValues) -> None:
    """Show a visit's image with these grey values, without keeping them."""
    display = _display(nodes, use)
    if display is None:
        return
    changing = display.StartModify()
    display.AutoWindowLevelOff()
    display.SetWindowLevelMinMax(values.low, values.high)
    display.SetInvertDisplayScalarRange(values.inverse)
    display.EndModify(changing)


def _record(nodes: VisitNodes) -> dict[str, Any]:
    record = nodes.value(_KEPT)
    return record if isinstance(record, dict) else {}


def _kept(nodes: VisitNodes, use: str) -> GreyValues | None:
    """Return what was set by hand; None where it is missing, or damaged in a scene."""
    kept = _record(nodes).get(use)
    if not isinstance(kept, list) or len(kept) != 3:
        return None
    if not all(isinstance(v, float | int) and math.isfinite(v) for v in kept):
        return None
    return GreyValues(float(kept[0]), float(kept[1]), bool(kept[2])) if kept[0] < kept[1] else None
