"""What follows a moving hand: sections fitted again at a shift, regions as they are drawn."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.analysis import Analysis
from SpineDCELib.analysis.explain_voxel import RegionRow
from SpineDCELib.errors import InputError
from SpineDCELib.measurement import without_exclusions
from SpineDCELib.mrml.volume_nodes import array_of, touched
from SpineDCELib.vocabulary.quantities import QUANTITIES


def refit(
    maps: Mapping[str, Any], analysis: Analysis, seconds: float, sections: Iterable[int] | None
) -> None:
    """Fit sections (all if None) again with the AIF later by ``seconds``; fill the maps in place.

    Args:
        maps: parameter, "R2" or "status" → its volume node.

    Raises:
        InputError: the study cannot be analysed as it is set.
    """
    if not maps:
        return
    count, rows, columns = analysis.study.dynamic.geometry.shape
    for section in range(count) if sections is None else sorted(set(sections)):
        if not 0 <= section < count:
            continue
        start = section * rows * columns
        voxels = np.arange(start, start + rows * columns)
        fit = analysis.fitter().fit(Ta=seconds, voxels=voxels)
        for name, array in {**fit.parameters, "R2": fit.R2, "status": fit.status}.items():
            if (node := maps.get(name)) is not None:
                shown = array_of(node)[section]
                np.multiply(
                    array.reshape(rows, columns),
                    QUANTITIES[name].factor,
                    out=shown,
                    casting="unsafe",
                )
    for node in maps.values():
        touched(node)


def region_rows(analysis: Analysis) -> list[RegionRow]:
    """Every region as it is drawn now, fitted at the shift that is set; none where it cannot be."""
    regions = without_exclusions(analysis.regions, analysis.roles)
    try:
        fitter, shift = analysis.fitter(), analysis.shift()
        curves = analysis.concentration().curves
    except InputError:
        return []
    volume = analysis.study.dynamic.geometry.voxel_volume / 1000
    rows = []
    for name, mask in regions.items():
        voxels = np.flatnonzero(mask)
        fit = fitter.fit(Ta=shift, voxels=voxels)
        means = {p: _mean(v) * QUANTITIES[p].factor for p, v in fit.parameters.items()}
        own = curves[:, mask]
        usable = np.isfinite(own).all(axis=0)
        curve = own[:, usable].mean(axis=1) if usable.any() else np.full(len(own), np.nan)
        rows.append(
            RegionRow(name, analysis.roles[name], voxels.size, voxels.size * volume, means, curve)
        )
    return rows


def _mean(values: NDArray[np.floating]) -> float:
    finite = values[np.isfinite(values)]
    return float(finite.mean()) if finite.size else float("nan")
