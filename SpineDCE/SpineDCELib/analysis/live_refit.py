"""Numbers that follow a moving hand: slices fitted again at another shift, regions as drawn now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.analysis import Analysis
from SpineDCELib.analysis.explain_voxel import RegionNumbers
from SpineDCELib.errors import InputError
from SpineDCELib.measurement import (
    RegionStatistics,
    curve_band,
    mean_curve,
    normalise,
    statistics_of_voxels,
    without_exclusions,
)
from SpineDCELib.measurement.measures import distance
from SpineDCELib.progress import Progress, silent, within
from SpineDCELib.vocabulary.conversion_modes import normalised_vp
from SpineDCELib.vocabulary.quantities import QUANTITIES
from SpineDCELib.vocabulary.region_roles import Role


def refit_slices(
    analysis: Analysis, shift: float, slices: Iterable[int] | None = None
) -> Iterator[tuple[int, dict[str, NDArray[Any]]]]:
    """Fit slices (all if None) again with the study's shift at ``shift``, s.

    Regions and slices with a shift of their own move by the same seconds.

    Yields:
        The slice's index, and its maps by name, with "R2" and "status": ``(rows, columns)`` in
        the engine's units.

    Raises:
        InputError: the study cannot be analysed with its settings.
    """
    analysis.check()
    count, rows, columns = analysis.study.dynamic.geometry.shape
    wanted = range(count) if slices is None else sorted({k for k in slices if 0 <= k < count})
    shifts = shift_of_voxels(analysis)
    shifts += shift - analysis.shift()
    for index in wanted:
        start = index * rows * columns
        inside = shifts[index].ravel()
        arrays: dict[str, NDArray[Any]] = {}
        for Ta in np.unique(inside):
            here = np.flatnonzero(inside == Ta)
            fit = analysis.fitter().fit(Ta=float(Ta), voxels=start + here)
            maps = analysis.per_tissue(fit.parameters, start + here)
            for name, array in {**maps, "R2": fit.R2, "status": fit.status}.items():
                arrays.setdefault(name, np.empty(rows * columns, array.dtype))[here] = array
        yield index, {name: array.reshape(rows, columns) for name, array in arrays.items()}


def region_numbers(
    analysis: Analysis,
    regions: Mapping[str, NDArray[np.bool_]] | None = None,
    roles: Mapping[str, Role] | None = None,
    progress: Progress = silent,
) -> list[RegionNumbers]:
    """Fit every region at the shift in use; empty where the study cannot be analysed.

    Args:
        regions: name → mask ``(slices, rows, columns)``; those of the analysis if None.
        roles: name → role of these regions.
    """
    given = analysis.regions if regions is None else regions
    known = {**analysis.roles, **(roles or {})}
    try:
        analysis.check()
        present = without_exclusions(given, known)
        fitter, curves = analysis.fitter(), analysis.concentration().curves
        shifts = shift_of_voxels(analysis, present)
    except InputError:
        return []
    geometry = analysis.study.dynamic.geometry
    measured: dict[str, RegionStatistics] = {}
    for name, mask in present.items():
        voxels = np.flatnonzero(mask)
        status = np.zeros(voxels.size, np.uint8)
        values: dict[str, NDArray[np.floating]] = {}
        for Ta in np.unique(shifts[mask]):
            here = shifts[mask] == Ta
            listener = within(progress, len(measured) / len(present), name)
            fit = fitter.fit(Ta=float(Ta), voxels=voxels[here], progress=listener)
            status[here] = fit.status
            for parameter, array in analysis.per_tissue(fit.parameters, voxels[here]).items():
                values.setdefault(parameter, np.full(voxels.size, np.nan, array.dtype))
                values[parameter][here] = array
        measured[name] = statistics_of_voxels(
            name, values, status=status, voxel_volume=geometry.voxel_volume
        )
    references = {name: mask for name, mask in present.items() if known[name] == "reference"}
    numbers, wanted = [], normalised_vp(analysis.mode)
    for name, found in measured.items():
        vp = float("nan")
        if known[name] == "lesion" and references and wanted in found.parameters:
            reference = _reference_of(analysis, name, present[name], references)
            top, bottom = (measured[one].parameters[wanted].mean for one in (name, reference))
            vp = normalise(top, bottom)
        numbers.append(
            RegionNumbers(
                name,
                known[name],
                found.voxels,
                found.volume_mL,
                {p: QUANTITIES[p].shown(s.mean) for p, s in found.parameters.items()},
                mean_curve(curves, mask=present[name]),
                curve_band(curves, mask=present[name]),
                vp,
            )
        )
    return numbers


def _reference_of(
    analysis: Analysis,
    lesion: str,
    mask: NDArray[np.bool_],
    references: Mapping[str, NDArray[np.bool_]],
) -> str:
    """The reference that the results use, or the nearest one where there are no results."""
    if len(references) > 1 and analysis.is_current("result"):
        chosen = analysis.result().measures.of(lesion)
        if chosen is not None and chosen.reference in references:
            return chosen.reference
    geometry = analysis.study.dynamic.geometry
    return min(references, key=lambda name: distance(mask, references[name], geometry))


def shift_of_voxels(
    analysis: Analysis, regions: Mapping[str, NDArray[np.bool_]] | None = None
) -> NDArray[np.float64]:
    """Return the shift of every voxel, s, as the fit of the whole volume takes it.

    Args:
        regions: name → mask, exclusions taken out; those of the analysis if None.
    """
    if regions is None:
        regions = without_exclusions(analysis.regions, analysis.roles)
    shape = analysis.study.dynamic.geometry.shape
    shifts = np.full(shape, analysis.shift())
    by_region = analysis.settings.fit.shift_by == "region"
    for name, Ta in analysis.own_shifts().items():
        if not by_region:  # "slice 3"
            shifts[int(name.split()[-1]) - 1] = Ta
        elif name in regions:
            shifts[regions[name]] = Ta
    return shifts
