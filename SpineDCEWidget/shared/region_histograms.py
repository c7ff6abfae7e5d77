"""Histograms of a map's values in the regions, as they are drawn now."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from SpineDCELib.measurement import without_exclusions
from SpineDCELib.mrml.volume_nodes import array_of

from SpineDCEWidget.shared.visit_session import VisitSession

#: Roles whose regions are shown; a vessel's values would leave no room for tissue.
_SHOWN = ("lesion", "reference")
_BINS = 30
#: Percentile of all values at which the axis ends; higher values are counted in the last bin.
_TOP = 99.0


@dataclass(frozen=True, eq=False)
class Histogram:
    """Share of a region's voxels in each bin of values, %.

    Attributes:
        edges: ``(bins + 1,)``, in the map's shown unit. shares: ``(bins,)``.
        median: of the values. voxels: number of those with a value.
    """

    name: str
    role: str
    edges: NDArray[np.float64]
    shares: NDArray[np.float64]
    median: float
    voxels: int


def region_histograms(visit: VisitSession, quantity: str) -> list[Histogram]:
    """Return the histogram of each lesion and reference, with the same bins.

    Exclusions are left out, and so are voxels without a value. There is none without a map, and
    for the map of the status, whose values are codes.
    """
    node = visit.maps.get(quantity)
    if node is None or quantity == "status":
        return []
    values, roles = array_of(node), visit.state.roles
    found = {
        name: values[mask][np.isfinite(values[mask])].astype(float)
        for name, mask in without_exclusions(visit.state.regions, roles).items()
        if roles[name] in _SHOWN
    }
    found = {name: inside for name, inside in found.items() if inside.size}
    if not found:
        return []
    everything = np.concatenate(list(found.values()))
    low, high = min(0.0, float(everything.min())), float(np.percentile(everything, _TOP))
    if high <= low:
        high = low + 1.0
    edges = np.linspace(low, high, _BINS + 1)
    return [
        Histogram(
            name, roles[name], edges,
            100 * np.histogram(np.minimum(inside, high), edges)[0] / inside.size,
            float(np.median(inside)), inside.size,
        )
        for name, inside in found.items()
    ]  # fmt: skip
