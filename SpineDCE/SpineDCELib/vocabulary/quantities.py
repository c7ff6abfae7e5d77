"""Numbers as a radiologist reads them: with their unit, and no more digits than they deserve."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

#: Where there is no number.
NONE = "–"


@dataclass(frozen=True)
class Shown:
    """How a parameter is shown: heading, unit, factor from the engine's unit, digits."""

    title: str
    unit: str
    factor: float
    digits: int


#: Volume fractions are shown as mL/100 mL.
SHOWN = {
    "vp": Shown("Vp", "mL/100 mL", 100.0, 2),
    "Ktrans": Shown("Ktrans", "/min", 1.0, 4),
    "ve": Shown("ve", "mL/100 mL", 100.0, 1),
    "kep": Shown("kep", "/min", 1.0, 2),
    "PS": Shown("PS", "/min", 1.0, 4),
    "Fp": Shown("Fp", "mL/mL/min", 1.0, 3),
    "Ta": Shown("Delay", "s", 1.0, 1),
    "R2": Shown("R²", "", 1.0, 3),
    "status": Shown("Status", "", 1.0, 0),
}


def number(value: float, digits: int) -> str:
    """A number with a true minus; a dash where there is none."""
    return f"{value:.{digits}f}".replace("-", "−") if math.isfinite(value) else NONE


def colour_range(array: NDArray[np.floating], *, top: float | None = None) -> tuple[float, float]:
    """The scale of a map's colours: from 0 to ``top``, else to what 98 % of the positive values
    stay below."""
    positive = array[np.isfinite(array) & (array > 0)]
    if top is None:
        top = float(np.percentile(positive, 98)) if positive.size else 1.0
    return 0.0, top
