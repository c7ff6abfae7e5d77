"""Normalised parameters: lesion over reference vertebra, and their change, with intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray
from scipy import fft
from scipy.special import stdtr, stdtrit

CONFIDENCE = 0.95


@dataclass(frozen=True)
class RegionMean:
    """Mean of a parameter over a region and its uncertainty.

    Attributes:
        mean: in the parameter's unit.
        SE: its standard error.
        n: voxels with a value.
        effective: equivalent number of independent voxels.
    """

    mean: float
    SE: float
    n: int
    effective: float


@dataclass(frozen=True)
class Normalised:
    """Ratio of a parameter in a lesion to the same in a reference, without unit."""

    lesion: str
    reference: str
    parameter: str
    value: float
    low: float
    high: float
    log_SE: float  #: standard error of ln(value)
    freedom: float  #: degrees of freedom of the interval


@dataclass(frozen=True)
class Share:
    """One source of the uncertainty of a change.

    Attributes:
        name: "noise", "delays", "T10", "AIF", "outline" or "reference".
        log_SD: standard deviation of ln(follow-up/baseline) that it causes.
        freedom: degrees of freedom with which that is known.
    """

    name: str
    log_SD: float
    freedom: float = float("inf")


@dataclass(frozen=True)
class Change:
    """Change of a normalised parameter from baseline to follow-up, %.

    Attributes:
        low, high: 95 % interval from all shares together.
        log_SE: standard error of ln(follow-up/baseline).
        freedom: degrees of freedom of the interval.
        shares: what the interval comes from.
    """

    parameter: str
    percent: float
    low: float
    high: float
    log_SE: float
    freedom: float
    shares: tuple[Share, ...] = ()

    def parts(self) -> dict[str, float]:
        """Return the part of each share in the variance, 0 to 1, largest first."""
        total = sum(share.log_SD**2 for share in self.shares)
        if not (np.isfinite(total) and total > 0):
            return {}
        parts = {share.name: share.log_SD**2 / total for share in self.shares}
        return dict(sorted(parts.items(), key=lambda item: -item[1]))

    def probability_above(self, cutoff: float) -> float:
        """Return the probability that the true change is above ``cutoff`` %, from the interval."""
        if not np.isfinite(self.log_SE) or not self.percent > -100:
            return float("nan")
        distance = np.log1p(self.percent / 100) - np.log1p(cutoff / 100)
        if self.log_SE == 0:
            return float(distance > 0)
        return float(stdtr(self.freedom, distance / self.log_SE))


def region_mean(
    values: NDArray[np.floating],
    *,
    mask: NDArray[np.bool_],
    spacing: tuple[float, float, float],
    errors: NDArray[np.floating] | None = None,
) -> RegionMean:
    """Return the mean over a region's finite voxels and its standard error.

    Neighbouring voxels are correlated by blurring, smoothing and anatomy, so n voxels carry less
    information than n independent ones. The variance of the mean is
    SD²·(1 + Σ ρ(lag)·pairs(lag)/n)/n with the region's own correlogram ρ, summed outwards in
    rings until ρ first falls to 0 (Cressie, Statistics for Spatial Data, 1993, §1.3). The spread
    between voxels includes the noise of the fit; if the fit's standard errors are larger than
    that spread, they replace it.

    Args:
        values: ``(slices, rows, columns)``. mask: of that shape.
        spacing: distance between voxels along column, row and slice, mm.
        errors: the fit's standard error in every voxel, of the shape of ``values``; NaN where
            unknown.
    """
    inside = mask & np.isfinite(values)
    n = int(inside.sum())
    nan = float("nan")
    if n == 0:
        return RegionMean(nan, nan, 0, 0.0)
    own = values[inside].astype(float)
    mean = float(own.mean())
    if n < 3:
        return RegionMean(mean, nan, n, float(n))
    variance = float(own.var(ddof=1))
    inflation = _inflation(values, inside, spacing)
    if errors is not None:
        known = errors[inside].astype(float)
        known = known[np.isfinite(known)]
        if known.size:
            # The median, because a few voxels without a determined value have huge errors.
            variance = max(variance, float(np.median(known)) ** 2)
    effective = n / inflation
    return RegionMean(mean, float(np.sqrt(variance / effective)), n, effective)


def _inflation(
    values: NDArray[np.floating], inside: NDArray[np.bool_], spacing: tuple[float, float, float]
) -> float:
    """Return the factor by which spatial correlation raises the variance of the mean; 1 to n."""
    n = int(inside.sum())
    corner = [slice(int(i.min()), int(i.max()) + 1) for i in np.nonzero(inside)]
    inside = inside[tuple(corner)]
    weights = inside.astype(float)
    rest = np.where(inside, values[tuple(corner)], 0.0).astype(float)
    rest = np.where(inside, rest - rest.sum() / n, 0.0)
    power = float((rest**2).sum()) / n
    if power == 0:
        return 1.0
    products = _autocorrelation(rest)
    pairs = np.round(_autocorrelation(weights))
    lags = np.meshgrid(
        *(
            (np.arange(size) - size // 2) * step
            for size, step in zip(pairs.shape, spacing[::-1], strict=True)
        ),
        indexing="ij",
    )
    ring = np.rint(np.sqrt(sum(lag**2 for lag in lags)) / min(spacing)).astype(int).ravel()
    count = np.bincount(ring, pairs.ravel())
    total = np.bincount(ring, products.ravel())
    inflation = 1.0
    for number in range(1, count.size):
        if count[number] == 0:
            continue
        if total[number] <= 0:
            break
        inflation += total[number] / power / n
    return float(min(inflation, n))


def _autocorrelation(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the sum of products at every lag; lag 0 in the middle."""
    full = [fft.next_fast_len(2 * size - 1, real=True) for size in values.shape]
    lags = np.ix_(*(np.arange(1 - size, size) for size in values.shape))
    found: NDArray[np.float64] = fft.irfftn(np.abs(fft.rfftn(values, full)) ** 2, full)[lags]
    return found


@overload
def normalise(lesion: float, reference: float) -> float: ...
@overload
def normalise(
    lesion: NDArray[np.floating], reference: float | NDArray[np.floating]
) -> NDArray[np.floating]: ...
def normalise(lesion: Any, reference: Any) -> Any:
    """Divide a lesion's mean, its map or its curve of means by the reference vertebra's mean.

    This is the one definition of normalised Vp and normalised Ktrans.

    Args:
        lesion: a number, or an array of any shape.
        reference: a number, or an array of the lesion's shape.

    Returns:
        The ratio, NaN where the reference is not above 0.
    """
    if isinstance(lesion, float) and isinstance(reference, float):
        return lesion / reference if reference > 0 else float("nan")
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(reference > 0, lesion / reference, np.nan)


def percent_change(before: float, after: float) -> float:
    """Return 100·(after − before)/before; NaN where before is not above 0."""
    return 100 * (after - before) / before if before > 0 else float("nan")


def normalised(
    parameter: str, *, lesion: tuple[str, RegionMean], reference: tuple[str, RegionMean]
) -> Normalised:
    """Divide a lesion's mean by a reference's; the interval is symmetrical on a log scale.

    NaN where the reference mean is not above 0. The errors add as relative errors (delta method),
    the degrees of freedom as Welch and Satterthwaite add them.
    """
    (lesion_name, top), (reference_name, bottom) = lesion, reference
    nan = float("nan")
    value = normalise(top.mean, bottom.mean)
    if not value > 0:
        return Normalised(lesion_name, reference_name, parameter, value, nan, nan, nan, nan)
    relative = np.array([top.SE / top.mean, bottom.SE / bottom.mean]) ** 2
    log_SE = float(np.sqrt(relative.sum()))
    freedom = _freedom(relative, np.array([top.effective, bottom.effective]) - 1)
    low, high = (float(np.exp(end)) for end in _interval(np.log(value), log_SE, freedom))
    return Normalised(lesion_name, reference_name, parameter, value, low, high, log_SE, freedom)


def change(before: Normalised, after: Normalised, shares: Sequence[Share] = ()) -> Change:
    """Return 100·(after − before)/before, % (Behar et al., AJNR 2023), with its interval.

    Args:
        shares: sources of uncertainty beside the noise of both values. Independent variances add
            on the log scale; the degrees of freedom as Welch and Satterthwaite add them.
    """
    nan = float("nan")
    if not (before.value > 0 and after.value >= 0):
        return Change(before.parameter, nan, nan, nan, nan, nan)
    percent = percent_change(before.value, after.value)
    if after.value == 0:
        return Change(before.parameter, percent, nan, nan, nan, nan)
    squared = np.array([before.log_SE, after.log_SE]) ** 2
    noise = Share(
        "noise",
        float(np.sqrt(squared.sum())),
        _freedom(squared, np.array([before.freedom, after.freedom])),
    )
    every = (noise, *shares)
    variances = np.array([share.log_SD**2 for share in every])
    log_SE = float(np.sqrt(variances.sum()))
    freedom = _freedom(variances, np.array([share.freedom for share in every]))
    ends = _interval(np.log(after.value / before.value), log_SE, freedom)
    low, high = (float(100 * np.expm1(end)) for end in ends)
    return Change(before.parameter, percent, low, high, log_SE, freedom, every)


def with_shares(one: Normalised, shares: Sequence[Share]) -> Normalised:
    """Return a ratio whose interval also holds other sources of uncertainty than its noise.

    Args:
        shares: of ln(value); independent of the noise and of each other.
    """
    if not np.isfinite(one.log_SE):
        return one
    variances = np.array([one.log_SE**2, *(share.log_SD**2 for share in shares)])
    log_SE = float(np.sqrt(variances.sum()))
    freedom = _freedom(variances, np.array([one.freedom, *(share.freedom for share in shares)]))
    low, high = (float(np.exp(end)) for end in _interval(np.log(one.value), log_SE, freedom))
    return replace(one, low=low, high=high, log_SE=log_SE, freedom=freedom)


def _freedom(variances: NDArray[np.floating], freedom: NDArray[np.floating]) -> float:
    total = float(variances.sum())
    if not total > 0:
        return float(np.sum(freedom))
    return float(max(total**2 / np.sum(variances**2 / np.maximum(freedom, 1.0)), 1.0))


def _interval(centre: float, SE: float, freedom: float) -> tuple[float, float]:
    if not (np.isfinite(SE) and np.isfinite(freedom)):
        return float("nan"), float("nan")
    half = float(stdtrit(freedom, 0.5 + CONFIDENCE / 2)) * SE
    return float(centre - half), float(centre + half)
