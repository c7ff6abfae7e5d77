"""Changes of a whole region that the user asks for by a button: margin, smoothing, pieces."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from SpineDCELib.errors import InputError
from SpineDCELib.measurement.region_edits import (
    Mask,
    close_gaps,
    fill_between_slices,
    largest_island,
    margin,
    smooth_median,
    without_small_islands,
)
from SpineDCELib.series import Geometry

from SpineDCEWidget.shared.wording import _


@dataclass(frozen=True)
class Size:
    """Number that a change needs.

    Attributes:
        title: what is measured.
        unit: of the number.
        default: at the start of the program.
        most: largest number; it is above 0.
    """

    title: str
    unit: str
    default: float
    most: float

    def read(self, given: object) -> float:
        """Return the number that the user gave.

        Raises:
            InputError: it is no number of the range (code "out_of_range").
        """
        try:
            number = float(str(given).replace(",", "."))
        except ValueError:
            number = math.nan
        if not 0 < number <= self.most:
            raise InputError(
                _("{title}: enter a number above 0, up to {most} {unit}.").format(
                    title=self.title, most=f"{self.most:g}", unit=self.unit
                ),
                code="out_of_range",
            )
        return number


@dataclass(frozen=True)
class Change:
    """One change of a region.

    Attributes:
        title: of its button.
        help: of its button.
        text: what undo calls it, with {name} and {size}.
        size: number that it needs, by its name in :data:`SIZES`; "" without one.
        apply: returns the changed region.
    """

    title: str
    help: str
    text: str
    size: str
    apply: Callable[[Mask, Geometry, float], Mask]

    def sentence(self, name: str, number: float) -> str:
        """Return what undo calls the change of a region."""
        unit = SIZES[self.size].unit if self.size else ""
        return self.text.format(name=name, size=f"{number:g} {unit}")


SIZES = {
    "margin": Size(_("Margin"), "mm", 2.0, 50.0),
    "smooth": Size(_("Smooth"), "mm", 3.0, 30.0),
    "pieces": Size(_("Pieces"), "mm³", 100.0, 1e6),
}

CHANGES = {
    "grow-margin": Change(
        _("Grow"), _("Add a margin on all sides, across slices too if it reaches them"),
        _("Grow {name} by {size}"), "margin", margin,
    ),
    "shrink-margin": Change(
        _("Shrink"), _("Take a margin off on all sides"),
        _("Shrink {name} by {size}"), "margin", lambda mask, grid, by: margin(mask, grid, -by),
    ),
    "smooth-median": Change(
        _("Smooth"), _("Round corners and remove spikes and pinholes, by a median as wide as this"),
        _("Smooth {name} by {size}"), "smooth", smooth_median,
    ),
    "close-gaps": Change(
        _("Close gaps"), _("Close holes and notches up to this width; nothing is taken off"),
        _("Close gaps of {name} up to {size}"), "smooth", close_gaps,
    ),
    "keep-largest": Change(
        _("Keep largest"), _("Remove all pieces but the largest one"),
        _("Keep the largest piece of {name}"), "", lambda mask, _grid, _by: largest_island(mask),
    ),
    "remove-small": Change(
        _("Remove smaller"), _("Remove the pieces that are smaller than this volume"),
        _("Remove pieces of {name} below {size}"), "pieces", without_small_islands,
    ),
    "fill-between": Change(
        _("Fill between slices"), _("Fill the empty slices between two drawn ones"),
        _("Fill {name} between slices"), "",
        lambda mask, grid, _by: fill_between_slices(mask, grid),
    ),
}  # fmt: skip
