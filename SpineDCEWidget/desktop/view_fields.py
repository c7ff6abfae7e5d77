"""Fields of view that stay in view when their views get another size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from SpineDCEWidget.shared.slice_nodes import scale_of, show_field

#: Relative difference of two scales that are the same.
_SAME = 1e-6


@dataclass(frozen=True)
class _Field:
    """What a view showed: its size in pixels, mm per pixel, and the area to keep in view, mm."""

    pixels: tuple[int, int]
    scale: float
    area: tuple[float, float]


class ViewFields:
    """Areas that views keep in view.

    3D Slicer keeps the height of a view's field alone: an image that was fitted while its view was
    narrow would be tiny from then on. A zoom by hand scales the area.
    """

    def __init__(self) -> None:
        self._kept: dict[str, _Field] = {}

    def fit(self, node: Any, area: Sequence[float]) -> None:
        """Let a slice node show an area of this width and height, mm, around its middle."""
        self._show(node, (float(area[0]), float(area[1])))

    def is_resized(self, node: Any) -> bool:
        """Return whether a view got another size since its area was shown."""
        kept = self._kept.get(node.GetID())
        return kept is not None and _pixels(node) != kept.pixels

    def follow(self, node: Any) -> bool:
        """Show the area again if the view got another size; return whether it did."""
        kept = self._kept.get(node.GetID())
        if kept is None:
            return False
        if self.is_resized(node):
            self._show(node, kept.area)
            return True
        scale = scale_of(node)
        if abs(scale - kept.scale) > _SAME * kept.scale:
            width, height = (side * scale / kept.scale for side in kept.area)
            self._kept[node.GetID()] = _Field(kept.pixels, scale, (width, height))
        return False

    def share(self, leader: Any, node: Any) -> None:
        """Let a slice node show as large an area as another one.

        Their scales are the same once their views have the same size: 3D Slicer resizes one after
        the other.
        """
        kept = self._kept.get(leader.GetID())
        if kept is not None:
            self._show(node, kept.area)

    def _show(self, node: Any, area: tuple[float, float]) -> None:
        pixels = _pixels(node)
        if min(pixels) < 1 or min(area) <= 0:
            return
        scale = max(side / count for side, count in zip(area, pixels, strict=True))
        self._kept[node.GetID()] = _Field(pixels, scale, area)
        show_field(node, scale, node.GetXYZOrigin())


def _pixels(node: Any) -> tuple[int, int]:
    width, height, _count = node.GetDimensions()
    return int(width), int(height)
