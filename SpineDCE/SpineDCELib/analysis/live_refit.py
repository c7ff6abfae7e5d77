"""Numbers that follow a moving hand: slices fitted again at another shift, regions as drawn now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.analysis import Analysis
from SpineDCELib.analysis.explain_voxel import RegionNumbers
from SpineDCELib.errors import InputError
from SpineDCELib.measurement import without_exclusions
from SpineDCELib.vocabulary.quantities import QUANTITIES
from SpineDCELib.vocabulary.region_roles import Role


def refit_slices(
    analysis: Analysis, shift: float, slices: Iterable[int] | None = None
) -> Iterator[tuple[int, dict[str, NDArray[np.floating]]]]:
    """Fit slices (all if None) again with the AIF moved later by ``shift``, s.

    Yields:
        The slice's index, and its maps by name, with "R2" and "status": ``(rows, columns)`` in
        the engine's units.

    Raises:
        InputError: the study cannot be analysed with its settings.
    """
    count, rows, columns = analysis.study.dynamic.geometry.shape
    wanted = range(count) if slices is None else sorted({k for k in slices if 0 <= k < count})
    for index in wanted:
        start = index * rows * columns
        voxels = np.arange(start, start + rows * columns)
        fit = analysis.fitter().fit(Ta=shift, voxels=voxels)
        arrays: dict[str, NDArray[Any]] = {**fit.parameters, "R2": fit.R2, "status": fit.status}
        yield index, {name: array.reshape(rows, columns) for name, array in arrays.items()}


def region_numbers(
    analysis: Analysis,
    regions: Mapping[str, NDArray[np.bool_]] | None = None,
    roles: Mapping[str, Role] | None = None,
) -> list[RegionNumbers]:
    """Fit every region at the shift in use; empty where the study cannot be analysed.

    Args:
        regions: name → mask ``(slices, rows, columns)``; those of the analysis if None.
        roles: name → role of these regions.
    """
    given = analysis.regions if regions is None else regions
    known = {**analysis.roles, **(roles or {})}
    try:
        present = without_exclusions(given, known)
        fitter, shift = analysis.fitter(), analysis.shift()
        curves = analysis.concentration().curves
    except InputError:
        return []
    volume = analysis.study.dynamic.geometry.voxel_volume / 1000
    numbers = []
    for name, mask in present.items():
        voxels = np.flatnonzero(mask)
        fit = fitter.fit(Ta=shift, voxels=voxels)
        means = {p: _mean(v) * QUANTITIES[p].factor for p, v in fit.parameters.items()}
        own = curves[:, mask]
        usable = np.isfinite(own).all(axis=0)
        curve = own[:, usable].mean(axis=1) if usable.any() else np.full(len(own), np.nan)
        numbers.append(
            RegionNumbers(name, known[name], voxels.size, voxels.size * volume, means, curve)
        )
    return numbers


def _mean(values: NDArray[np.floating]) -> float:
    finite = values[np.isfinite(values)]
    return float(finite.mean()) if finite.size else float("nan")
