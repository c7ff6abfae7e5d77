"""Parameters of the models: names, bounds, and the curves that they give."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.errors import InputError
from SpineDCELib.kinetics import models
from SpineDCELib.kinetics.convolution import Array, ArterialCurve
from SpineDCELib.settings import Integration

#: Each model's parameters, in the order in which they are shown.
PARAMETERS: dict[str, tuple[str, ...]] = {
    "tofts": ("Ktrans", "ve", "kep"),
    "extended_tofts": ("vp", "Ktrans", "ve", "kep"),
    "patlak": ("vp", "Ktrans"),
    "two_compartment_exchange": ("vp", "ve", "Fp", "PS"),
}
#: Those that are searched: kep = Ktrans/ve (in the exchange model PS/ve) in place of Ktrans (PS),
#: because then the bounds are a box and the valleys of the squared error straight.
SEARCHED: dict[str, tuple[str, ...]] = {
    "tofts": ("ve", "kep"),
    "extended_tofts": ("vp", "ve", "kep"),
    "patlak": ("vp", "Ktrans"),
    "two_compartment_exchange": ("vp", "ve", "Fp", "kep"),
}
_SIZE = {"vp": 0.05, "ve": 0.2, "kep": 0.5, "Ktrans": 0.1, "Fp": 0.5, "Ta": 1.0}
#: The exchange model has no meaning without its two volumes.
SMALLEST_VOLUME = 1e-4


@dataclass(frozen=True)
class Bounds:
    """The box that a fit stays in.

    Attributes:
        vp, ve: upper bounds, fractions; the lower ones are 0 (1e-4 in the exchange model).
        kep: lowest and highest, 1/min; of PS/ve in the exchange model. The Patlak model's Ktrans
            is at most ve·kep of the corner.
        Fp: upper bound, 1/min.
        Ta: largest difference of a fitted delay from the given delay, s.
    """

    vp: float = 1.0
    ve: float = 1.0
    kep: tuple[float, float] = (1e-3, 20.0)
    Fp: float = 10.0
    Ta: tuple[float, float] = (-10.0, 30.0)

    def __post_init__(self) -> None:
        if not (self.vp > SMALLEST_VOLUME and self.ve > SMALLEST_VOLUME and self.Fp > 0):
            raise InputError(
                "The upper bounds of vp, ve and Fp must be above 0.", code="bounds_out_of_order"
            )
        if not 0 < self.kep[0] < self.kep[1]:
            raise InputError(
                "The bounds of kep must be 0 < lowest < highest, in 1/min.",
                code="bounds_out_of_order",
                fields=("fit.kep_low", "fit.kep_high"),
            )
        if not self.Ta[0] < self.Ta[1]:
            raise InputError(
                "The bounds of Ta must be lowest < highest, in s.", code="bounds_out_of_order"
            )


#: Largest vp per volume of water: that of 1 per volume of tissue where half of the voxel is water.
#: Where the AIF is too low, all vp are too high by one factor, which cancels in a ratio only if no
#: bound cuts the lesion's.
LARGEST_VP_OF_WATER = 2.0
#: Lowest kep that is searched, 1/min.
LOWEST_KEP = 1e-3
#: Highest kep of the Tofts model, 1/min: enough for ve = 0.01 at Ktrans = 1 /min. Its one term is
#: determined there.
HIGHEST_TOFTS_KEP = 100.0


def default_bounds(
    model: str,
    t: Array,
    *,
    kep_low: float | None = None,
    kep_high: float | None = None,
    per_water: bool = False,
) -> Bounds:
    """Return the box of a model for these frame times, s, with given bounds of kep, 1/min.

    Where the parameters are shares of the water (``per_water``), vp is at most
    :data:`LARGEST_VP_OF_WATER`.

    Where the highest kep is not given, it is 100 /min for the Tofts model and two per frame
    interval, at most 100 /min, for the extended Tofts model: above that, its two terms cannot be
    told apart. The other models keep that of :class:`Bounds`.
    """
    high = Bounds.kep[1]
    if model == "tofts":
        high = HIGHEST_TOFTS_KEP
    elif model == "extended_tofts":
        high = min(2 * models.MINUTE / float(np.median(np.diff(t))), HIGHEST_TOFTS_KEP)
    return Bounds(
        vp=LARGEST_VP_OF_WATER if per_water else Bounds.vp,
        kep=(
            LOWEST_KEP if kep_low is None else kep_low,
            max(high, 1.0) if kep_high is None else kep_high,
        ),
    )


@dataclass(frozen=True, eq=False)
class Setup:
    """Inputs of a fit: model, times, AIF, delay and bounds.

    Attributes:
        model: a key of :data:`PARAMETERS`.
        t: frame times, s.
        Cp: arterial plasma concentration at ``t``, mM, or a curve with its own times.
        Ta: delay of the tissue after the AIF, s; with ``fit_delay`` the search is about it.
    """

    model: str
    t: Array
    Cp: Array | ArterialCurve
    Ta: float
    integration: Integration
    bounds: Bounds
    fit_delay: bool = False

    @property
    def parameters(self) -> tuple[str, ...]:
        return PARAMETERS[self.model] + (("Ta",) if self.fit_delay else ())

    @property
    def searched(self) -> tuple[str, ...]:
        return SEARCHED[self.model] + (("Ta",) if self.fit_delay else ())

    @property
    def product(self) -> str:
        """Return the name of ve·kep."""
        return "PS" if self.model == "two_compartment_exchange" else "Ktrans"

    @property
    def degrees_of_freedom(self) -> int:
        """Return the number of frames minus that of free parameters."""
        return self.t.size - len(self.searched)

    def box(self) -> tuple[Array, Array, Array]:
        """Return lower bounds, upper bounds and typical sizes of fitted parameters, ``(p, 1)``."""
        b = self.bounds
        least = SMALLEST_VOLUME if self.model == "two_compartment_exchange" else 0.0
        box = {
            "vp": (least, b.vp),
            "ve": (least, b.ve),
            "kep": b.kep,
            "Ktrans": (0.0, b.ve * b.kep[1]),
            "Fp": (0.0, b.Fp),
            "Ta": (self.Ta + b.Ta[0], self.Ta + b.Ta[1]),
        }
        rows = np.array([(*box[name], _SIZE[name]) for name in self.searched])
        return rows[:, :1], rows[:, 1:2], rows[:, 2:]

    def shown(self, searched: Array) -> dict[str, Array]:
        """Convert the searched parameters to those that are shown, ``(p, ...)``."""
        values = dict(zip(self.searched, searched, strict=True))
        if "kep" in values:
            values[self.product] = values["ve"] * values["kep"]
        return {name: values[name] for name in self.parameters}

    def sought(self, shown: Mapping[str, NDArray[np.floating]]) -> Array:
        """Return the searched parameters, ``(p, ...)``: the inverse of :meth:`shown`."""
        values = dict(shown)
        if "kep" in self.searched and "kep" not in values:
            with np.errstate(divide="ignore", invalid="ignore"):
                values["kep"] = values[self.product] / values["ve"]
        return np.array([values[name] for name in self.searched], np.float64)

    def curves(self, shown: Mapping[str, NDArray[np.floating]]) -> Array:
        """Return the model's curves, ``(T, ...)``, mM."""
        given = {name: value for name, value in shown.items() if name != "kep"}
        forward = getattr(models, self.model)
        curves: NDArray[np.float64] = forward(
            self.t, self.Cp, **({"Ta": self.Ta} | given), integration=self.integration
        )
        return curves
