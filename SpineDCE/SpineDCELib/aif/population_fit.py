"""Fit of a population AIF to a measured curve in arrival and scale."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from SpineDCELib.aif.arrival import bolus_arrival
from SpineDCELib.aif.population import POPULATION
from SpineDCELib.errors import InputError


class PopulationFit(NamedTuple):
    """Population AIF fitted to a measured curve."""

    name: str
    arrival: float  #: time 0 of the function, s
    scale: float  #: factor on the published concentration
    misfit: float  #: SD of the residual, in the measured curve's unit

    def at(self, t: ArrayLike) -> NDArray[np.float64]:
        """Return the whole-blood concentration at ``t`` (s), in the measured curve's unit."""
        return self.scale * POPULATION[self.name](t, arrival=self.arrival)


def fit_population(name: str, measured: ArrayLike, *, t: ArrayLike) -> PopulationFit:
    """Fit the arrival and scale of a population AIF to a measured curve by least squares.

    Args:
        name: one of ``POPULATION``. measured: ``(frames,)``, mM. t: ``(frames,)``, s.

    Raises:
        InputError: an unknown name, or a curve that does not rise.
    """
    if name not in POPULATION:
        raise InputError(
            f"There is no population AIF '{name}', only {', '.join(POPULATION)}.",
            code="unknown_population_aif",
            fields=("aif.source",),
        )
    values, times = np.asarray(measured, float), np.asarray(t, float)
    about, step = bolus_arrival(values, t=times), float(np.median(np.diff(times)))

    def best(arrival: float) -> tuple[float, float]:
        shape = POPULATION[name](times, arrival=arrival)
        scale = float(values @ shape) / max(float(shape @ shape), 1e-12)
        return float(((values - scale * shape) ** 2).sum()), scale

    reach = 4 * step if step > 5 else 20.0
    width = 2.0 if step > 2 else step
    coarse = about + np.arange(-reach, reach, width / 2)
    start = float(coarse[np.argmin([best(float(a))[0] for a in coarse])])
    from scipy.optimize import minimize_scalar  # takes long to import

    found = minimize_scalar(
        lambda a: best(a)[0], bounds=(start - width, start + width), method="bounded"
    )
    arrival = float(found.x) if found.fun < best(start)[0] else start
    loss, scale = best(arrival)
    if not scale > 0:
        raise InputError(
            f"The population AIF '{name}' does not fit the measured curve.",
            code="population_aif_does_not_fit",
            fields=("aif.source",),
        )
    return PopulationFit(name, arrival, scale, float(np.sqrt(loss / max(values.size - 2, 1))))
