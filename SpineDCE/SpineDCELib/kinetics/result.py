"""What a fit gives back: one array a parameter, its quality, and a status for every voxel."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.kinetics import models
from SpineDCELib.kinetics.convolution import Array, Integration
from SpineDCELib.kinetics.kep_tables import Bounds

#: Each model's parameters, in the order in which they are shown, and how many of them are free.
PARAMETERS: dict[str, tuple[str, ...]] = {
    "extended_tofts": ("vp", "Ktrans", "ve", "kep"),
    "tofts": ("Ktrans", "ve", "kep"),
    "patlak": ("vp", "Ktrans"),
    "two_compartment_exchange": ("vp", "ve", "Fp", "PS"),
}
FREE = {"extended_tofts": 3, "tofts": 2, "patlak": 2, "two_compartment_exchange": 4}

#: Unit of each parameter inside the program.
UNITS = {
    "vp": "",
    "ve": "",
    "Ktrans": "1/min",
    "kep": "1/min",
    "Fp": "1/min",
    "PS": "1/min",
    "Ta": "s",
}


@dataclass(frozen=True, eq=False)
class Setup:
    """What a fit was made with.

    Attributes:
        model: a key of :data:`PARAMETERS`.
        t: frame times, s.
        Cp: arterial plasma concentration at ``t``, mM.
        Ta: delay of the tissue after the AIF, s; where it was fitted, it is a parameter instead.
    """

    model: str
    t: Array
    Cp: Array
    Ta: float
    integration: Integration
    bounds: Bounds
    fit_delay: bool = False

    @property
    def degrees_of_freedom(self) -> int:
        """Frames minus free parameters."""
        return self.t.size - FREE[self.model] - self.fit_delay

    @property
    def parameters(self) -> tuple[str, ...]:
        return PARAMETERS[self.model] + (("Ta",) if self.fit_delay else ())


@dataclass(frozen=True, eq=False)
class FitResult(Mapping[str, NDArray[np.floating]]):
    """Parameters by name: ``result["vp"]`` or ``result.vp``; NaN where there is none.

    Attributes:
        setup: what the fit was made with.
        parameters: name → array of the voxels' shape; units in :data:`UNITS`. ``"Ta"`` is among
            them only where it was fitted.
        rss: residual sum of squares, mM². For float32 curves it is exact to about 1e-6 of the
            curve's own sum of squares.
        R2: 1 - rss / Σ(Ct - mean)².
        status: :class:`~SpineDCELib.kinetics.status.Status` codes, uint8.
    """

    setup: Setup
    parameters: dict[str, NDArray[np.floating]]
    rss: NDArray[np.floating]
    R2: NDArray[np.floating]
    status: NDArray[np.uint8]

    @property
    def model(self) -> str:
        return self.setup.model

    def __getitem__(self, name: str) -> NDArray[np.floating]:
        return self.parameters[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.parameters)

    def __len__(self) -> int:
        return len(self.parameters)

    def __getattr__(self, name: str) -> NDArray[np.floating]:
        if name in UNITS and name in self.parameters:
            return self.parameters[name]
        raise AttributeError(f"this fit has no {name!r}")

    def curves(self) -> Array:
        """The model's curve in every voxel, ``(T, ...)``, mM; NaN where it was not fitted."""
        setup = self.setup
        needed = {name: value for name, value in self.parameters.items() if name != "kep"}
        forward = getattr(models, setup.model)
        return forward(
            setup.t, setup.Cp, **({"Ta": setup.Ta} | needed), integration=setup.integration
        )

    def reshaped(self, shape: tuple[int, ...]) -> FitResult:
        """The same result with every array in another shape."""
        return FitResult(
            self.setup,
            {name: array.reshape(shape) for name, array in self.parameters.items()},
            self.rss.reshape(shape),
            self.R2.reshape(shape),
            self.status.reshape(shape),
        )
