"""Result of a fit: one array per parameter, the fit quality, and a status for every voxel."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.kinetics.convolution import Array
from SpineDCELib.kinetics.parameters import Setup
from SpineDCELib.vocabulary.quantities import QUANTITIES


@dataclass(frozen=True, eq=False)
class FitResult(Mapping[str, NDArray[np.floating]]):
    """Parameters by name: ``result["vp"]`` or ``result.vp``; NaN where not fitted.

    Attributes:
        setup: model, times, AIF and bounds of the fit.
        parameters: name → array of the voxels' shape; units in
            :data:`~SpineDCELib.vocabulary.quantities.QUANTITIES`. ``"Ta"`` is among them only
            where it was fitted.
        rss: residual sum of squares, mM². For float32 curves it is exact to about 1e-6 of the
            curve's own sum of squares.
        R2: 1 - rss / Σ(Ct - mean)².
        status: :class:`~SpineDCELib.vocabulary.fit_status.Status` codes, uint8.
        hidden_errors: ``(2, …)``, mM: errors of the curve's level that the residuals do not show,
            from the baseline and from rounding, as the fit was given them.
    """

    setup: Setup
    parameters: dict[str, NDArray[np.floating]]
    rss: NDArray[np.floating]
    R2: NDArray[np.floating]
    status: NDArray[np.uint8]
    hidden_errors: NDArray[np.floating] | None = None

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
        if name in QUANTITIES and name in self.parameters:
            return self.parameters[name]
        raise AttributeError(f"this fit has no {name!r}")

    def curves(self) -> Array:
        """Return the model's curve in every voxel, ``(T, ...)``, mM; NaN where not fitted."""
        return self.setup.curves(self.parameters)

    def reshaped(self, shape: tuple[int, ...]) -> FitResult:
        """Return the same result with every array in another shape."""
        return FitResult(
            self.setup,
            {name: array.reshape(shape) for name, array in self.parameters.items()},
            self.rss.reshape(shape),
            self.R2.reshape(shape),
            self.status.reshape(shape),
            None if self.hidden_errors is None else self.hidden_errors.reshape(2, *shape),
        )
