"""Bounds on what a header says: beyond them it is damaged or forged, whatever the format."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

#: Voxel edges, mm: from small-animal microscopy coils to one slice of a whole body.
_EDGES = (1e-3, 1e3)
#: Farthest position from the isocentre, mm.
_FARTHEST = 1e5
#: Longest dynamic series, s, and shortest time between two frames, s.
_LONGEST, _SHORTEST = 86400.0, 1e-3
#: Time between two frames of a dynamic series of the spine, s.
FRAME_INTERVALS = (0.2, 120.0)
#: Fewest excitations of a 3D frame.
_EXCITATIONS = 10
#: Longest repetition time that leaves T1 weighting, s.
_LONGEST_TR = 2.0
#: Most values of one image: 1 TB of floats.
MOST_VALUES = 1 << 38


def geometry_fault(affine: NDArray[np.float64]) -> str:
    """Return what is wrong with a position matrix (LPS mm), "" if nothing."""
    if not np.isfinite(affine).all():
        return "its position is not finite"
    with np.errstate(all="ignore"):
        edges = np.linalg.norm(affine[:3, :3], axis=0)
        if not (np.isfinite(edges).all() and edges.min() > _EDGES[0] and edges.max() < _EDGES[1]):
            return "its voxels have edges of " + ", ".join(f"{e:.3g}" for e in edges) + " mm"
        if abs(np.linalg.det(affine[:3, :3] / edges)) < 1e-3:
            return "its axes do not span a volume"
    if np.abs(affine[:3, 3]).max() > _FARTHEST:
        return f"its position is {np.abs(affine[:3, 3]).max():.3g} mm from the isocentre"
    return ""


def interval_doubt(times: NDArray[np.float64] | None, origin: str) -> list[str]:
    """Question frame times (s) that a file can hold and no dynamic series has."""
    if times is None or times.size < 2:
        return []
    interval = float(np.median(np.diff(times)))
    low, high = FRAME_INTERVALS
    if low <= interval <= high:
        return []
    return [
        f"The frame interval of {interval:.4g} s, from {origin}, is not that of a dynamic series "
        f"({low:g} to {high:g} s)."
    ]


def repetition_doubt(
    TR: float | None, interval: float | None, *, three_dimensional: bool | None
) -> list[str]:
    """Question a repetition time (s) that a dynamic series can hardly have; it is still used."""
    if TR is None:
        return []
    said = f"RepetitionTime (0018,0080) is {TR * 1e3:.4g} ms"
    if three_dimensional and interval is not None and interval / _EXCITATIONS < TR:
        return [
            f"{said}: a 3D frame every {interval:.4g} s needs a much shorter one. Check its unit."
        ]
    return [f"{said}, too long for T1 weighting. Check its unit."] if TR > _LONGEST_TR else []


def times_fault(times: NDArray[np.float64], frames: int) -> str:
    """Return what is wrong with frame times (s), as an end of a sentence; "" if nothing."""
    if times.shape != (frames,) or not np.isfinite(times).all():
        return f"does not hold {frames} increasing times, one per frame"
    with np.errstate(all="ignore"):
        steps = np.diff(times)
        if np.any(steps <= 0):
            return f"does not hold {frames} increasing times, one per frame"
        if times[-1] - times[0] > _LONGEST or np.any(steps < _SHORTEST):
            return "holds times that no dynamic series has (over a day, or under 1 ms apart)"
    return ""
