"""Residual tumour: the part of a treated lesion that stays perfused, which a mean can hide.

A voxel above the threshold may be noise. So an island counts only if noise in a lesion whose true
value is nowhere above the threshold makes one as large in fewer than 5 % of cases.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.special import ndtr, ndtri

from SpineDCELib.compare.call import chance
from SpineDCELib.series import Geometry
from SpineDCELib.vocabulary.quantities import times

#: Smaller islands say nothing about a tumour, mm³ and voxels.
SMALLEST_VOLUME, SMALLEST_COUNT = 50.0, 3
#: A voxel is surely above the threshold with this probability.
SURE = 0.95
#: Share of lesions without residual tumour in which noise may show an island.
FALSE_ISLANDS = 0.05
#: Simulated lesions, from which the size of islands of noise is read.
SIMULATIONS = 200
#: Distances in voxels at which differences between voxels are noise.
_LAGS = (1, 2, 3)
#: Fewest pairs of voxels from which a spread or a correlation is read.
_PAIRS = 12

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]


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
        probability: that the true normalised Vp of a voxel exceeds the threshold; NaN outside of
            the lesion, None where there is no noise model.
        noise: standard deviation of a voxel's normalised Vp: the lesion's scatter, or the median
            error of its fits where that is larger.
        least: voxels that surely exceed the threshold and touch, from which on an island is more
            than noise.
        above: share of the lesion's fitted voxels whose value exceeds the threshold, surely or not.
        origin: of the threshold, in words.
    """

    mask: Mask
    threshold: float
    volume: float
    share: float
    before_too: float
    centre: tuple[float, float, float] | None
    place: str
    probability: Array | None = None
    noise: float = 0.0
    least: int = 1
    above: float = 0.0
    origin: str = ""

    @property
    def sentence(self) -> str:
        threshold = times(self.threshold) + (f" ({self.origin})" if self.origin else "")
        noise = ""
        if self.noise > 0:
            noise = (
                f" The noise of a voxel is taken to be ± {times(self.noise)}: the scatter of the "
                "lesion's voxels, or the error of their fits where that is larger."
            )
        if self.least > 1:
            noise += (
                f" A part counts only if it holds at least {self.least} touching voxels that are "
                f"each above it with a probability of {100 * SURE:.0f} % or more, because noise "
                "alone can make smaller groups; it then includes all touching voxels above it."
            )
        if self.centre is None:
            if not self.above:
                return f"No voxel of the lesion is above {threshold} at follow-up."
            return (
                f"{chance(self.above)} of the lesion's voxels are above {threshold} at "
                "follow-up, but single voxels are too noisy to say which of them truly are. The "
                f"mean of the lesion is less noisy.{noise}"
            )
        # Most of a lesion is nowhere in it.
        where = f", {self.place}" if self.share < 0.5 else ""
        before = ""
        if np.isfinite(self.before_too):
            before = f" {100 * self.before_too:.0f} % of this was above it at baseline as well."
        return (
            f"{self.volume / 1000:.2f} mL ({100 * self.share:.0f} %) of the lesion has a "
            f"normalised Vp above {threshold} at follow-up{where}.{before}{noise}"
        )


def default_threshold(normalised_before: float, cutoff: float) -> float:
    """Return the normalised Vp above which a part alone would be called persistent disease."""
    return normalised_before * (1 + cutoff / 100)


def residual_tumour(
    normalised_vp: NDArray[np.floating],
    *,
    lesion: Mask,
    threshold: float,
    geometry: Geometry,
    before: NDArray[np.floating] | None = None,
    errors: NDArray[np.floating] | None = None,
    reference_error: float = 0.0,
    seed: int = 0,
) -> Residual:
    """Find the islands of a lesion with normalised Vp above ``threshold``.

    Voxels that surely exceed the threshold form islands; an island is kept if it is larger than
    those in 95 % of simulated lesions that have the lesion's own noise and spatial correlation, and
    whose true value is that of most of the lesion, but not above the threshold (cluster size under
    the null: Friston et al., Hum Brain Mapp 1994;1:210). A kept island extends to all touching
    voxels at or above the threshold.

    Args:
        normalised_vp: at follow-up, ``(slices, rows, columns)``.
        before: at baseline, on the same grid; NaN where unknown.
        errors: standard error of ``normalised_vp`` in every voxel from the fit; NaN where unknown.
        reference_error: relative standard error of the reference's mean, which all voxels share.
        seed: of the simulation.
    """
    where = np.nonzero(lesion)
    if not where[0].size:
        return Residual(lesion.copy(), threshold, 0.0, 0.0, float("nan"), None, "nowhere")
    box = tuple(slice(int(i.min()), int(i.max()) + 1) for i in where)
    inside = lesion[box] & np.isfinite(normalised_vp[box])
    values = np.where(inside, normalised_vp[box], np.nan).astype(float)
    noise = noise_of(values, inside)
    own = np.full(values.shape, noise)
    if errors is not None:
        fitted = np.asarray(errors[box], float)
        known = fitted[inside & np.isfinite(fitted)]
        # The median, because a few voxels without a determined value have huge errors.
        noise = max(noise, float(np.median(known))) if known.size else noise
        own = np.maximum(np.where(np.isfinite(fitted), fitted, 0.0), noise)
    spread = np.hypot(own, reference_error * np.abs(values))
    probability = _exceeds(values, threshold, spread)
    alive = inside & (values >= threshold)
    sure = alive & (probability >= SURE)
    least = 1
    if noise > 0 and sure.any():
        middle = min(float(np.median(values[inside])), threshold)
        least = largest_of_noise(
            inside,
            middle=middle,
            threshold=threshold,
            noise=noise,
            correlation=correlations(values, inside, noise),
            reference_error=reference_error,
            rng=np.random.default_rng(seed),
        )
    seeds = _islands(sure, least + 1 if noise > 0 else 1)
    labels, count = ndimage.label(alive)  # voxels of an island share a face
    sizes = np.bincount(labels.ravel(), minlength=count + 1)
    keep = sizes >= max(SMALLEST_COUNT, SMALLEST_VOLUME / geometry.voxel_volume)
    keep &= np.bincount(labels[seeds], minlength=count + 1) > 0
    keep[0] = False
    mask = np.zeros(lesion.shape, bool)
    mask[box] = keep[labels]
    whole = np.full(lesion.shape, np.nan)
    whole[box] = np.where(inside, probability, np.nan)
    above = float(alive.sum() / max(int(inside.sum()), 1))
    number = int(mask.sum())
    share = number / max(int(lesion.sum()), 1)
    least = least + 1 if noise > 0 else 1
    if not number:
        return Residual(
            mask, threshold, 0.0, 0.0, float("nan"), None, "nowhere", whole, noise, least, above
        )
    centre, middle_of_lesion = (_centre(m, geometry) for m in (mask, lesion))
    before_too = float("nan")
    if before is not None:
        known_before = before[mask]
        known_before = known_before[np.isfinite(known_before)]
        if known_before.size:
            before_too = float((known_before >= threshold).mean())
    return Residual(
        mask,
        threshold,
        number * geometry.voxel_volume,
        share,
        before_too,
        (float(centre[0]), float(centre[1]), float(centre[2])),
        _words(centre - middle_of_lesion),
        whole,
        noise,
        least,
        above,
    )


def noise_of(values: Array, inside: Mask) -> float:
    """Return the standard deviation of a voxel's value within a part of the lesion.

    It is the smaller of two, because each is too large in other lesions of two parts: the median
    difference of voxels that are one to three voxels apart (the largest, because neighbours share
    part of their noise), and the distance of the lower values from the median.

    Args:
        values: ``(slices, rows, columns)``. inside: voxels of the lesion.
    """
    known = values[inside]
    low, middle = (float(x) for x in np.quantile(known, (ndtr(-1.0), 0.5)))
    found = []
    for axis, lag in product((1, 2), _LAGS):
        one, two = _pairs(values, inside, axis, lag)
        if one.size >= _PAIRS:
            found.append(float(np.median(np.abs(one - two))) / ndtri(0.75) / np.sqrt(2))
    # The smaller of two estimates is too small by about one standard error of either.
    spread = min(middle - low, max(found, default=float("inf")))
    return float(spread * (1 + 1.5 / known.size**0.5))


def correlations(values: Array, inside: Mask, noise: float) -> tuple[float, float, float]:
    """Return the correlation of neighbouring voxels' noise along slice, row and column.

    One standard error is added, because a correlation that is too small makes islands of noise
    look rare.
    """
    if not noise > 0:
        return 0.0, 0.0, 0.0
    found = []
    for axis in range(3):
        one, two = _pairs(values, inside, axis, 1)
        if one.size < _PAIRS:
            found.append(0.0 if axis == 0 else 0.3)
            continue
        # Half of the squared difference is the noise that neighbours do not share.
        apart = float(np.median(np.abs(one - two)) / ndtri(0.75)) ** 2 / 2
        found.append(float(np.clip(1 - apart / noise**2 + one.size**-0.5, 0.0, 0.95)))
    return found[0], found[1], found[2]


def largest_of_noise(
    inside: Mask,
    *,
    middle: float,
    threshold: float,
    noise: float,
    correlation: tuple[float, float, float],
    reference_error: float = 0.0,
    rng: np.random.Generator,
) -> int:
    """Return the size of island that noise exceeds in at most 5 % of lesions, in voxels.

    Args:
        inside: voxels of the lesion.
        middle: true value everywhere in the simulated lesion.
        noise: standard deviation of a voxel. correlation: of neighbours along each axis.
        reference_error: relative error that all voxels share.
    """
    # White noise smoothed by a Gaussian of width s has the correlation exp(−1/(4 s²)) at one voxel.
    widths = [np.sqrt(-1 / (4 * np.log(c))) if c > 0.02 else 0.0 for c in correlation]
    pad = [int(np.ceil(3 * width)) for width in widths]
    shape = tuple(size + 2 * p for size, p in zip(inside.shape, pad, strict=True))
    crop = tuple(slice(p, p + size) for size, p in zip(inside.shape, pad, strict=True))
    impulse = np.zeros([2 * int(np.ceil(4 * w)) + 1 for w in widths])
    impulse[tuple(size // 2 for size in impulse.shape)] = 1.0
    gain = float(np.sqrt((ndimage.gaussian_filter(impulse, widths) ** 2).sum()))
    largest = np.zeros(SIMULATIONS, int)
    for number in range(SIMULATIONS):
        field = ndimage.gaussian_filter(rng.standard_normal(shape), widths, mode="wrap")[crop]
        values = (middle + noise * field / gain) * (1 + reference_error * rng.standard_normal())
        spread = np.hypot(noise, reference_error * np.abs(values))
        sure = inside & (_exceeds(values, threshold, spread) >= SURE)
        if sure.any():
            largest[number] = np.bincount(ndimage.label(sure)[0].ravel())[1:].max()
    return int(np.quantile(largest, 1 - FALSE_ISLANDS, method="higher"))


def _exceeds(values: Array, threshold: float, spread: Array) -> Array:
    """Return the probability that a voxel's true value is above the threshold."""
    with np.errstate(invalid="ignore", divide="ignore"):
        distance = np.where(
            spread > 0, (values - threshold) / spread, np.where(values >= threshold, 9.0, -9.0)
        )
    return np.asarray(ndtr(distance), float)


def _islands(mask: Mask, least: int) -> Mask:
    """Return the islands of at least so many voxels."""
    labels, count = ndimage.label(mask)
    keep = np.bincount(labels.ravel(), minlength=count + 1) >= least
    keep[0] = False
    return np.asarray(keep[labels], bool)


def _pairs(values: Array, inside: Mask, axis: int, lag: int) -> tuple[Array, Array]:
    """Return the values of all pairs of voxels at a distance along an axis."""
    if values.shape[axis] <= lag:
        return np.zeros(0), np.zeros(0)
    front, back = [slice(None)] * 3, [slice(None)] * 3
    front[axis], back[axis] = slice(lag, None), slice(None, -lag)
    both = inside[tuple(front)] & inside[tuple(back)]
    return values[tuple(front)][both], values[tuple(back)][both]


def _centre(mask: Mask, geometry: Geometry) -> NDArray[np.float64]:
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
