"""Residual tumour: the part of a treated lesion that stays perfused, which a mean can hide."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from SpineDCELib.series import Geometry
from SpineDCELib.vocabulary.quantities import times

#: Smaller islands are noise, mm³ and voxels.
SMALLEST_VOLUME, SMALLEST_COUNT = 50.0, 3


@dataclass(frozen=True, eq=False)
class Residual:
    """Part of a lesion that is above a threshold of normalised Vp at follow-up.

    Attributes:
        mask: ``(slices, rows, columns)`` on the grid of the follow-up visit.
        threshold: in normalised Vp.
        volume: mm³; ``share``: of the lesion.
        before_too: share of it that was above the threshold at baseline; NaN where unknown.
        centre: LPS mm; None if the mask is empty.
        place: in the lesion, in words.
    """

    mask: NDArray[np.bool_]
    threshold: float
    volume: float
    share: float
    before_too: float
    centre: tuple[float, float, float] | None
    place: str

    @property
    def sentence(self) -> str:
        if self.centre is None:
            return f"No part of the lesion is above {times(self.threshold)} at follow-up."
        before = ""
        if np.isfinite(self.before_too):
            before = f" {100 * self.before_too:.0f} % of this was above it at baseline as well."
        return (
            f"{self.volume / 1000:.2f} mL ({100 * self.share:.0f} %) of the lesion is above "
            f"{times(self.threshold)} at follow-up, {self.place}.{before}"
        )


def default_threshold(normalised_before: float, cutoff: float) -> float:
    """Return the normalised Vp above which a part alone would be called persistent disease."""
    return normalised_before * (1 + cutoff / 100)


def residual_tumour(
    normalised_vp: NDArray[np.floating],
    *,
    lesion: NDArray[np.bool_],
    threshold: float,
    geometry: Geometry,
    before: NDArray[np.floating] | None = None,
) -> Residual:
    """Find the islands of a lesion with normalised Vp of at least ``threshold``.

    Args:
        normalised_vp: at follow-up, ``(slices, rows, columns)``.
        before: at baseline, on the same grid; NaN where unknown.
    """
    with np.errstate(invalid="ignore"):
        alive = lesion & (normalised_vp >= threshold)
    # Single voxels are noise, not tumour. Voxels of an island share a face.
    labels, count = ndimage.label(alive)
    sizes = np.bincount(labels.ravel(), minlength=count + 1)
    least = max(SMALLEST_COUNT, SMALLEST_VOLUME / geometry.voxel_volume)
    keep = sizes >= least
    keep[0] = False
    mask = keep[labels]
    number = int(mask.sum())
    share = number / max(int(lesion.sum()), 1)
    if not number:
        return Residual(mask, threshold, 0.0, 0.0, float("nan"), None, "nowhere")
    centre, middle = (_centre(m, geometry) for m in (mask, lesion))
    before_too = float("nan")
    if before is not None:
        known = before[mask]
        known = known[np.isfinite(known)]
        before_too = float((known >= threshold).mean()) if known.size else float("nan")
    return Residual(
        mask,
        threshold,
        number * geometry.voxel_volume,
        share,
        before_too,
        (float(centre[0]), float(centre[1]), float(centre[2])),
        _words(centre - middle),
    )


def _centre(mask: NDArray[np.bool_], geometry: Geometry) -> NDArray[np.float64]:
    return np.asarray((geometry.affine @ [*np.mean(np.nonzero(mask), axis=1)[::-1], 1])[:3])


def _words(offset: NDArray[np.floating]) -> str:
    """Name the direction from the lesion's middle, LPS mm; less than 2 mm has none."""
    pairs = (("left", "right"), ("posterior", "anterior"), ("upper", "lower"))
    words = [
        names[0] if distance > 0 else names[1]
        for distance, names in zip(offset, pairs, strict=True)
        if abs(distance) > 2
    ]
    return f"in its {' '.join(words)} part" if words else "in its middle"
