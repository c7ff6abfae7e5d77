"""Quantities: name, units, digits, colour scale and DICOM codes of each, and numbers as text."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.vocabulary.terminology import PRIVATE, Code

RATIO: Code = ("{ratio}", "UCUM", "ratio")
PER_MINUTE: Code = ("/min", "UCUM", "/min")
SECOND: Code = ("s", "UCUM", "s")
UNITY: Code = ("1", "UCUM", "ratio")
PER_100_ML: Code = ("mL/(100.mL)", "UCUM", "mL/100 mL")


@dataclass(frozen=True)
class Quantity:
    """One quantity of a map.

    Attributes:
        name: in the program, in files and in settings.
        title: for people.
        unit: in arrays and files.
        shown_unit: on screen and in reports; a shown value is the value times ``factor``.
        digits: after the decimal point, in the shown unit.
        code: DICOM code of the quantity; None where it is not exported as DICOM.
        unit_code: UCUM code of ``unit``. shown_unit_code: of ``shown_unit``.
        colours: scale of :data:`SpineDCELib.vocabulary.colour_maps.COLOUR_MAPS`, or "status".
        top: top of the colour scale where it is fixed, in the shown unit.
        percentile: of the positive values, at which the scale ends where it is not.
    """

    name: str
    title: str
    unit: str
    shown_unit: str
    digits: int
    code: Code | None = None
    unit_code: Code = RATIO
    shown_unit_code: Code = UNITY
    factor: float = 1.0
    colours: str = "viridis"
    top: float | None = None
    percentile: float = 98.0

    def shown(self, value: float) -> float:
        """Convert a value to the shown unit."""
        return value * self.factor

    def text(self, shown: float) -> str:
        """Format a value that is in the shown unit already, with its unit: "9.34 mL/100 mL"."""
        if not math.isfinite(shown):
            return NONE
        return f"{number(shown, self.digits)} {self.shown_unit}".rstrip()

    @property
    def heading(self) -> str:
        """Title and shown unit, for the heading of a column: "Vp [mL/100 mL]"."""
        return self.headed(self.title)

    def headed(self, title: str) -> str:
        """Return another title with the shown unit."""
        return f"{title} [{self.shown_unit}]" if self.shown_unit else title


def _fraction(name: str, title: str, digits: int, code: Code, **more: Any) -> Quantity:
    """A volume fraction; shown in mL/100 mL."""
    return Quantity(
        name, title, "fraction", "mL/100 mL", digits, code, RATIO, PER_100_ML, factor=100.0, **more
    )


def _rate(name: str, digits: int, code: Code, unit: str = "1/min", shown: str = "/min") -> Quantity:
    return Quantity(name, name, unit, shown, digits, code, PER_MINUTE, (shown, "UCUM", shown))


def _slope(name: str, title: str, code: Code) -> Quantity:
    """Change of the concentration with time; shown in mM/min."""
    return Quantity(
        name, title, "mM/s", "mM/min", 2, code, ("mmol/L/s", "UCUM", "mM/s"),
        ("mmol/L/min", "UCUM", "mM/min"), factor=60.0,
    )  # fmt: skip


def _area(name: str, code: Code) -> Quantity:
    """Area under the concentration curve, mM·s."""
    unit: Code = ("mmol.s/L", "UCUM", "mM·s")
    return Quantity(name, name, "mM·s", "mM·s", 1, code, unit, unit)


#: Maps that describe the curves without a model.
DESCRIPTIVE = ("PE", "wash_in", "TTP", "washout", "IAUC60", "IAUC90")
#: Maps of standard errors → the fitted parameter.
ERROR_OF = {"vp_SE": "vp"}
#: Group of maps that are computed only when they are asked for → its maps.
FURTHER = {"descriptive": DESCRIPTIVE, "errors": tuple(ERROR_OF)}
#: Map of a comparison, in its lesions at follow-up.
PROBABILITY = "probability"

#: Every quantity that is a map, in the order in which they are shown. R2 of DICOM (126220) is a
#: relaxation rate, so the fit's R² has a private code.
QUANTITIES: dict[str, Quantity] = {
    quantity.name: quantity
    for quantity in (
        _fraction("vp", "Vp", 2, ("126331", "DCM", "vp")),
        _fraction(
            "vp_voxel", "Vp per volume of tissue", 2,
            ("VP_VOXEL", PRIVATE, "vp per volume of tissue, water from M0"),
        ),
        _rate("Ktrans", 4, ("126312", "DCM", "Ktrans")),
        _fraction("ve", "ve", 1, ("126314", "DCM", "ve")),
        _rate("kep", 2, ("126313", "DCM", "kep")),
        _rate("PS", 4, ("PS", PRIVATE, "Permeability surface area product")),
        _rate(
            "Fp", 3, ("FP", PRIVATE, "Plasma flow per volume of tissue"), "mL/mL/min", "mL/mL/min"
        ),
        Quantity(
            "Ta", "Delay", "s", "s", 1, ("TA", PRIVATE, "Arterial delay"), SECOND,
            ("s", "UCUM", "s"),
        ),
        Quantity(
            "R2", "R²", "fraction", "", 3,
            ("GOODNESS", PRIVATE, "Coefficient of determination of the fit"), top=1.0,
        ),
        Quantity(
            "PE", "Enhancement", "%", "%", 0, ("PE", PRIVATE, "Percentage enhancement"),
            ("%", "UCUM", "%"), ("%", "UCUM", "%"),
        ),
        _slope("wash_in", "Wash-in slope", ("WASH_IN", PRIVATE, "Steepest rise")),
        Quantity(
            "TTP", "Time to peak", "s", "s", 0, ("TTP", PRIVATE, "Time from arrival to peak"),
            SECOND, SECOND,
        ),
        _slope("washout", "Wash-out", ("WASHOUT", PRIVATE, "Fall after the peak")),
        _area("IAUC60", ("126321", "DCM", "IAUC60")),
        _area("IAUC90", ("126322", "DCM", "IAUC90")),
        _fraction(
            "vp_SE", "SE of Vp", 2,
            ("VP_SE", PRIVATE, "Standard error of vp from the noise of the curve"),
            percentile=85.0,  # in vessels it is a hundred times that of tissue
        ),
        Quantity(
            PROBABILITY, "Probability above threshold", "fraction", "%", 0,
            ("P_RESIDUAL", PRIVATE, "Probability of a normalised vp above the threshold"),
            RATIO, ("%", "UCUM", "%"), factor=100.0, top=100.0,
        ),
        Quantity("status", "Status", "", "", 0, colours="status"),
    )
}  # fmt: skip

#: Parameters of a lesion that are divided by those of the reference vertebra → meaning of the
#: ratio. It must not pass for a volume fraction, so it never has the code of vp itself; see
#: :func:`SpineDCELib.vocabulary.conversion_modes.normalised_code`.
NORMALISED: dict[str, str] = {
    "vp_voxel": "vp per tissue, lesion over reference vertebra",
    "vp": "vp of lesion over vp of reference vertebra",
    "Ktrans": "Ktrans of lesion over Ktrans of reference vertebra",
}

#: Parameter that is a fitted one times the voxel's water content → that one.
FITTED_AS = {"vp_voxel": "vp"}

#: Signal mode → unit of the curves that are fitted.
CURVE_UNITS = {"absolute": "mM", "relative": "(S-S0)/S0", "difference": "signal"}

#: Text in place of a number that is not known.
NONE = "–"


def units(names: Iterable[str]) -> dict[str, str]:
    """Return the unit in files of each quantity."""
    return {name: QUANTITIES[name].unit for name in names}


def number(value: float, digits: int) -> str:
    """Format a number with a true minus, but none before a zero; a dash if it is not known."""
    if not math.isfinite(value):
        return NONE
    return f"{round(value, digits) + 0.0:.{digits}f}".replace("-", "−")


#: A change of more per cent is not told from a larger one.
_LARGEST = 9999


def signed(value: float, digits: int = 1) -> str:
    """Format a number with its sign, a true minus, and no sign where it rounds to zero."""
    if not math.isfinite(value):
        return NONE
    if abs(value) > _LARGEST:  # how much larger says nothing
        return f">+{_LARGEST}" if value > 0 else f"<−{_LARGEST}"
    rounded = round(value, digits) + 0.0
    return f"{rounded:+.{digits}f}".replace("-", "−") if rounded else f"{rounded:.{digits}f}"


def percent(change: float, digits: int = 0) -> str:
    """Format a change in per cent: "−87 %"."""
    return f"{signed(change, digits)} %" if math.isfinite(change) else NONE


def times(ratio: float) -> str:
    """Format a ratio with two significant digits: "9.3×", "0.35×", "12×"."""
    if not math.isfinite(ratio):
        return NONE
    return f"{number(ratio, ratio_digits(ratio))}×"


def ratio_digits(ratio: float) -> int:
    """Return how many digits after the decimal point a ratio is shown with."""
    return 0 if abs(ratio) >= 9.95 else 1 if abs(ratio) >= 0.995 else 2


#: Voxels of a map that set the ends of its colour scale, about.
_SAMPLE = 200_000


def colour_range(
    array: NDArray[np.floating], *, top: float | None = None, percentile: float = 98.0
) -> tuple[float, float]:
    """Return the ends of a map's colour scale: 0, and ``top`` or a percentile of positive values.

    Of a large map a sample of voxels is taken.
    """
    # A sample is enough; an odd step follows no row or column.
    values = array.reshape(-1)[:: array.size // _SAMPLE | 1]
    positive = values[np.isfinite(values) & (values > 0)]
    if top is None:
        top = float(np.percentile(positive, percentile)) if positive.size else 1.0
    return 0.0, top
