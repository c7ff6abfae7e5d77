"""Window and level of a visit's images: by drag, from presets, inverse."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from SpineDCELib.mrml.grey_values import (
    FITTING,
    GreyValues,
    fitting,
    grey_values,
    set_grey_values,
)
from SpineDCELib.mrml.volume_nodes import array_of
from SpineDCELib.vocabulary.quantities import QUANTITIES, colour_range, number

from SpineDCEWidget.shared.session import Session
from SpineDCEWidget.shared.visit_session import VisitSession
from SpineDCEWidget.shared.wording import _


@dataclass(frozen=True)
class Preset:
    """Grey values between two percentiles of a series."""

    title: str
    help: str
    percentiles: tuple[float, float]


#: Presets of every series, by key; the first one is the reset.
PRESETS: dict[str, Preset] = {
    "reset": Preset(_("Reset"), _("Grey values that fit the whole series"), FITTING),
    "full": Preset(_("Full range"), _("From the lowest to the highest signal"), (0.0, 100.0)),
    "dark": Preset(_("Dark tissue"), _("More contrast where the signal is low"), (1.0, 90.0)),
    "bright": Preset(_("Bright tissue"), _("More contrast where it is high"), (50.0, 99.9)),
}
#: Pixels of a drag that double or halve the window, or move the level by one window.
DRAG = 200.0
#: Narrowest window, as a share of its level.
_NARROWEST = 1e-4


def dragged(start: GreyValues, right: float, up: float) -> GreyValues:
    """Return grey values after a drag by some pixels: right widens the window, up brightens."""
    least = _NARROWEST * max(abs(start.level), _NARROWEST)
    window = max(start.window * 2.0 ** (right / DRAG), least)
    level = start.level - start.window * up / DRAG * (-1 if start.inverse else 1)
    return GreyValues(level - window / 2, level + window / 2, start.inverse)


def dragged_top(top: float, right: float, up: float) -> float:
    """Return the top of a map's scale after a drag: right raises it, up brightens the map."""
    return float(top * 2.0 ** ((right - up) / DRAG))


def window_of(visit: VisitSession, use: str) -> GreyValues | None:
    """Return the grey values of "anatomy" or "frame"; None if the visit has no such image."""
    return grey_values(visit.nodes, use)


def set_window(visit: VisitSession, use: str, values: GreyValues) -> None:
    """Set the grey values of an image, and keep them with the visit."""
    set_grey_values(visit.nodes, use, values)


def fitting_window(visit: VisitSession, use: str, preset: str = "reset") -> GreyValues:
    """Return the grey values of a preset for an image of the visit."""
    images = visit.needed().study
    return fitting(visit.nodes, use, images.dynamic, PRESETS[preset].percentiles)


def apply_preset(visit: VisitSession, use: str, preset: str) -> None:
    """Use a preset for an image; all but the reset keep it inverse if it is."""
    present = window_of(visit, use)
    if present is None:
        return
    values = fitting_window(visit, use, preset)
    inverse = present.inverse and preset != "reset"
    set_window(visit, use, values._replace(inverse=inverse))


def toggle_inverse(visit: VisitSession, use: str) -> None:
    """Exchange black and white in an image."""
    present = window_of(visit, use)
    if present is not None:
        set_grey_values(visit.nodes, use, present._replace(inverse=not present.inverse))


def scale_top(session: Session, name: str, preset: str) -> float | None:
    """Return the top of a map's scale for "full", the highest value, or for the reset.

    The reset is the percentile of the quantity; None for Vp, whose scale fits the regions.
    """
    if preset != "full" and name == "vp":
        return None
    maps = [array_of(v.maps[name]) for v in session.visits if name in v.maps]
    if preset == "full":
        return max((float(np.nanmax(m, initial=0.0)) for m in maps), default=0.0) or 1.0
    shown = QUANTITIES[name]
    ends = (colour_range(m, top=shown.top, percentile=shown.percentile) for m in maps)
    return max((high for _low, high in ends), default=1.0)


def window_text(visit: VisitSession, use: str) -> str:
    """Return window and level of an image: "W 512  L 300", and whether it is inverse."""
    values = window_of(visit, use)
    if values is None:
        return ""
    digits = 0 if values.window >= 10 else 2
    text = f"W {number(values.window, digits)}  L {number(values.level, digits)}"
    return f"{text}  {_('inverse')}" if values.inverse else text
