"""Numbers of regions: voxels, volume, statistics of each parameter, mean curve."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.errors import InputError
from SpineDCELib.vocabulary.fit_status import Status


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
        """Summarise the finite values; NaN where there are too few."""
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
    """Voxels, volume, unfitted voxels and the statistics of each parameter of one region.

    The volume of a region is its number of voxels times the volume of a voxel. What a smooth
    outline encloses is another quantity; see :mod:`SpineDCELib.measurement.lesion_size`.
    """

    name: str
    voxels: int
    volume: float  #: mm³
    fitted: int
    unfitted: dict[str, int]  #: reason → voxels
    parameters: dict[str, Statistics]

    @property
    def volume_mL(self) -> float:
        return self.volume / 1000


def statistics_of_voxels(
    name: str,
    parameters: Mapping[str, NDArray[np.floating]],
    *,
    status: NDArray[np.integer],
    voxel_volume: float,
) -> RegionStatistics:
    """Return a region's numbers from the values in its voxels.

    Tables, the report and the windows take every number of a region from here.

    Args:
        name: of the region.
        parameters: parameter → ``(voxels,)``; NaN where there is no value.
        status: ``(voxels,)``, codes of :class:`SpineDCELib.vocabulary.fit_status.Status`.
        voxel_volume: mm³.
    """
    voxels = int(status.size)
    codes, counts = np.unique(status, return_counts=True)
    unfitted = {
        Status(int(code)).reason: int(count)
        for code, count in zip(codes, counts, strict=True)
        if not Status(int(code)).fitted
    }
    return RegionStatistics(
        name=name,
        voxels=voxels,
        volume=voxels * voxel_volume,
        fitted=voxels - sum(unfitted.values()),
        unfitted=unfitted,
        parameters={key: Statistics.of(values) for key, values in parameters.items()},
    )


def region_statistics(
    maps: Mapping[str, NDArray[np.floating]],
    *,
    regions: Mapping[str, NDArray[np.bool_]],
    status: NDArray[np.integer],
    voxel_volume: float,
) -> list[RegionStatistics]:
    """Return the numbers of every region from whole maps.

    Args:
        maps: name → ``(slices, rows, columns)``; NaN where there is no value.
        regions: name → mask of the same shape.
        status: status code of every voxel.
        voxel_volume: mm³.

    Raises:
        InputError: a region is empty or has another shape.
    """
    result = []
    for name, mask in regions.items():
        if mask.shape != status.shape:
            raise InputError(
                f"Region '{name}' has the shape {mask.shape}, the maps {status.shape}.",
                code="region_shape",
                about=name,
                fields=["inputs.roi"],
            )
        if not mask.any():
            raise InputError(
                f"Region '{name}' is empty. Draw it or remove it.",
                code="region_empty",
                about=name,
                fields=["inputs.roi"],
            )
        result.append(
            statistics_of_voxels(
                name,
                {key: array[mask] for key, array in maps.items()},
                status=status[mask],
                voxel_volume=voxel_volume,
            )
        )
    return result


def curve_band(curves: NDArray[np.floating], *, mask: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return between which values half of the finite curves lie, ``(2, frames)``; NaN if none."""
    inside = curves[:, mask]
    inside = inside[:, np.all(np.isfinite(inside), axis=0)]
    if not inside.shape[1]:
        return np.full((2, curves.shape[0]), np.nan)
    return np.asarray(np.percentile(inside, (25, 75), axis=1), float)


def mean_curve(curves: NDArray[np.floating], *, mask: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the mean of the curves that are finite; ``(frames,)``, NaN if there is none."""
    inside = curves[:, mask]
    valid = np.all(np.isfinite(inside), axis=0)
    if not valid.any():
        return np.full(curves.shape[0], np.nan)
    return np.asarray(inside[:, valid].mean(axis=1, dtype=float))
