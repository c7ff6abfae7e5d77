"""Statistics of parameter maps inside regions of interest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.errors import InputError


@dataclass(frozen=True)
class Statistics:
    """Distribution of one parameter over a region's fitted voxels, in the parameter's unit."""

    n: int
    mean: float
    SD: float  #: sample standard deviation (n − 1)
    median: float
    Q1: float
    Q3: float
    P5: float
    P95: float

    @classmethod
    def of(cls, values: NDArray[np.floating]) -> Statistics:
        """Statistics of the finite values; NaN where there are too few."""
        finite = values[np.isfinite(values)].astype(float)
        if finite.size == 0:
            return cls(0, *(float("nan"),) * 7)
        P5, Q1, median, Q3, P95 = np.percentile(finite, (5, 25, 50, 75, 95))
        SD = float(finite.std(ddof=1)) if finite.size > 1 else float("nan")
        return cls(
            finite.size, float(finite.mean()), SD, float(median), float(Q1), float(Q3),
            float(P5), float(P95),
        )  # fmt: skip


@dataclass(frozen=True)
class RegionStatistics:
    """One region: how much of it was fitted, why not the rest, and the parameters' statistics."""

    name: str
    voxels: int
    volume: float  #: mm³
    fitted: int
    unfitted: dict[str, int]  #: reason in words → voxels
    parameters: dict[str, Statistics]


def region_statistics(
    maps: Mapping[str, NDArray[np.floating]],
    *,
    regions: Mapping[str, NDArray[np.bool_]],
    status: NDArray[np.integer],
    reasons: Mapping[int, str],
    unfitted: frozenset[int],
    voxel_volume: float,
) -> list[RegionStatistics]:
    """Statistics of every map inside every region.

    Args:
        maps: name → ``(slices, rows, columns)``; NaN where there is no value.
        regions: name → mask of the same shape.
        status: status code of every voxel.
        reasons: code → reason in words.
        unfitted: the codes that mean that no value was made.
        voxel_volume: mm³.

    Raises:
        InputError: a region is empty or of another shape.
    """
    result = []
    for name, mask in regions.items():
        if mask.shape != status.shape:
            raise InputError(
                f"Region '{name}' has the shape {mask.shape}, the maps {status.shape}."
            )
        voxels = int(mask.sum())
        if voxels == 0:
            raise InputError(f"Region '{name}' is empty; draw it or leave it out.")
        codes, counts = np.unique(status[mask], return_counts=True)
        missing = {
            reasons[int(code)]: int(count)
            for code, count in zip(codes, counts, strict=True)
            if int(code) in unfitted
        }
        result.append(
            RegionStatistics(
                name=name,
                voxels=voxels,
                volume=voxels * voxel_volume,
                fitted=voxels - sum(missing.values()),
                unfitted=missing,
                parameters={key: Statistics.of(array[mask]) for key, array in maps.items()},
            )
        )
    return result


def mean_curve(curves: NDArray[np.floating], *, mask: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Mean over a region's voxels whose curve is finite throughout; ``(frames,)``, NaN if none."""
    inside = curves[:, mask]
    valid = np.all(np.isfinite(inside), axis=0)
    if not valid.any():
        return np.full(curves.shape[0], np.nan)
    return inside[:, valid].mean(axis=1, dtype=float)
