"""ROC curves: area, best cutoff, what a cutoff achieves, and how sure all that is.

Larger values speak for the positive class, which is called above a cutoff.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import norm

from SpineDCELib.cohort.delong import areas, delong
from SpineDCELib.cohort.proportions import Proportion, proportion
from SpineDCELib.errors import InputError

LEVEL = 0.95
NAN2 = (float("nan"), float("nan"))


@dataclass(frozen=True)
class Cutoff:
    """What calling the positive class above ``value`` achieves, with exact intervals."""

    value: float
    sensitivity: Proportion
    specificity: Proportion


@dataclass(frozen=True, eq=False)
class Roc:
    """One quantity as a test for the positive class.

    Attributes:
        positives, negatives: patients with a value.
        auc: area under the curve.
        interval, bootstrap: of the area: DeLong's, and percentiles of resampled groups.
        best: the cutoff with the largest sensitivity + specificity (Youden), between two values.
        best_interval: percentiles of the best cutoff of resampled groups.
        false_positive, true_positive: the curve.
        note: what a reader must know; why there is no curve.
    """

    positives: int
    negatives: int
    auc: float
    interval: tuple[float, float]
    bootstrap: tuple[float, float]
    best: Cutoff
    best_interval: tuple[float, float]
    false_positive: NDArray[np.float64]
    true_positive: NDArray[np.float64]
    note: str = ""


@dataclass(frozen=True)
class RocTest:
    """Two areas of the same patients compared: DeLong's paired test, two-sided."""

    patients: int
    difference: float
    interval: tuple[float, float]
    z: float
    P: float
    note: str = ""


def roc_of(
    positive: ArrayLike, negative: ArrayLike, *, resamples: int = 2000, seed: int = 2023
) -> Roc:
    """The whole ROC analysis of one quantity; NaN values are left out.

    Args:
        positive, negative: the quantity in either class, ``(patients,)``.
        resamples: bootstrap samples, drawn within each class; 0 for none.

    Raises:
        InputError: scikit-learn is not installed.
    """
    p, n = _known(positive), _known(negative)
    if not p.size or not n.size:
        nothing = np.full(0, np.nan)
        none = Cutoff(float("nan"), proportion(0, 0), proportion(0, 0))
        return Roc(
            p.size, n.size, float("nan"), NAN2, NAN2, none, NAN2, nothing, nothing,
            "a group has no value: no ROC curve",
        )  # fmt: skip
    [auc], variance = delong(p[None], n[None])
    low, high = _normal(auc, float(np.sqrt(variance[0, 0])))
    area, cutoffs = _resampled(p, n, resamples, seed)
    false_positive, true_positive, _ = _curve(p, n)
    notes = []
    if min(p.size, n.size) < 2:
        notes.append("a group has one patient: no interval of the area")
    elif variance[0, 0] <= 0:
        notes.append("the groups do not overlap: DeLong's interval has no width")
    if auc < 0.5:
        notes.append("smaller values speak for the positive class")
    return Roc(
        p.size,
        n.size,
        float(auc),
        (max(low, 0.0), min(high, 1.0)),
        area,
        at_cutoff(p, n, best_cutoff(p, n)),
        cutoffs,
        false_positive,
        true_positive,
        "; ".join(notes),
    )


def at_cutoff(positive: ArrayLike, negative: ArrayLike, cutoff: float) -> Cutoff:
    """Sensitivity and specificity of calling the positive class above ``cutoff``."""
    p, n = _known(positive), _known(negative)
    return Cutoff(
        float(cutoff),
        proportion(int((p > cutoff).sum()), p.size),
        proportion(int((n <= cutoff).sum()), n.size),
    )


def best_cutoff(positive: ArrayLike, negative: ArrayLike) -> float:
    """Youden's cutoff (Cancer 1950;3:32), halfway between two neighbouring values.

    Where several are equally good it is the lowest, the most sensitive of them; −inf where none
    is better than calling everyone.
    """
    false_positive, true_positive, thresholds = _curve(_known(positive), _known(negative))
    index = true_positive - false_positive
    best = np.flatnonzero(np.isclose(index, index.max(), rtol=0, atol=1e-12))[-1]
    # Thresholds fall from value to value; below the last there is none.
    neighbours = thresholds[best : best + 2]
    return float(neighbours.mean()) if neighbours.size == 2 else float("-inf")


def compare_rocs(
    positive: tuple[ArrayLike, ArrayLike], negative: tuple[ArrayLike, ArrayLike]
) -> RocTest:
    """DeLong's paired test of two quantities, over the patients that have both.

    Args:
        positive, negative: both quantities of either class, in the same order of patients.
    """
    p, n = (np.asarray(pair, float) for pair in (positive, negative))
    p, n = (x[:, np.isfinite(x).all(axis=0)] for x in (p, n))
    patients = p.shape[1] + n.shape[1]
    if min(p.shape[1], n.shape[1]) < 2:
        nan = float("nan")
        return RocTest(patients, nan, NAN2, nan, nan, "too few patients with both quantities")
    auc, covariance = delong(p, n)
    difference = float(auc[0] - auc[1])
    contrast = np.array([1.0, -1.0])
    SE = float(np.sqrt(max(contrast @ covariance @ contrast, 0.0)))
    if SE == 0:
        same = difference == 0
        return RocTest(
            patients, difference, (difference, difference), 0.0 if same else float("nan"),
            1.0 if same else float("nan"), "no spread between the curves: no test",
        )  # fmt: skip
    z = difference / SE
    return RocTest(patients, difference, _normal(difference, SE), z, float(2 * norm.sf(abs(z))))


def _known(values: ArrayLike) -> NDArray[np.float64]:
    array = np.asarray(values, float)
    return array[np.isfinite(array)]


def _normal(centre: float, SE: float) -> tuple[float, float]:
    half = float(norm.ppf(0.5 + LEVEL / 2)) * SE
    return float(centre - half), float(centre + half)


def _curve(p: NDArray[Any], n: NDArray[Any]) -> Any:
    """False and true positive rate with the falling thresholds at which they hold (>=)."""
    try:
        from sklearn.metrics import roc_curve
    except ImportError:
        raise InputError("ROC curves need scikit-learn: pip install 'spinedce[cohort]'.") from None
    truth = np.repeat([1, 0], [p.size, n.size])
    return roc_curve(truth, np.concatenate([p, n]), drop_intermediate=False)


def _resampled(
    p: NDArray[Any], n: NDArray[Any], resamples: int, seed: int
) -> tuple[tuple[float, float], tuple[float, float]]:
    """Percentile intervals of the area and of the best cutoff."""
    if not resamples:
        return NAN2, NAN2
    rng = np.random.default_rng(seed)
    positives = p[rng.integers(p.size, size=(resamples, p.size))]
    negatives = n[rng.integers(n.size, size=(resamples, n.size))]
    auc = areas(positives, negatives)
    cutoffs = [best_cutoff(a, b) for a, b in zip(positives, negatives, strict=True)]
    tails = 50 * (1 - LEVEL), 50 * (1 + LEVEL)
    return (
        tuple(map(float, np.percentile(auc, tails))),
        tuple(map(float, np.percentile(cutoffs, tails, method="nearest"))),
    )  # type: ignore[return-value]
