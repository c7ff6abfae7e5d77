"""ROC analysis: area, best cutoff, sensitivity and specificity, with intervals.

Larger values indicate the positive class, which is called above a cutoff.
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
    """Sensitivity and specificity of a cutoff, with exact intervals."""

    value: float
    sensitivity: Proportion
    specificity: Proportion


@dataclass(frozen=True, eq=False)
class Roc:
    """ROC analysis of one quantity as a test for the positive class.

    Attributes:
        positives, negatives: number of patients with a value.
        auc: area under the curve.
        interval: of the area, by DeLong's method.
        bootstrap: interval of the area, percentiles of resampled groups.
        best: cutoff with the largest sensitivity + specificity (Youden), between two values.
        best_interval: of the best cutoff, percentiles of resampled groups.
        false_positive, true_positive: the curve.
        note: limitation, or the reason why there is no curve.
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
    """Difference between two areas in the same patients: DeLong's paired test, two-sided."""

    patients: int
    difference: float
    interval: tuple[float, float]
    z: float
    P: float
    note: str = ""


def roc_of(
    positive: ArrayLike, negative: ArrayLike, *, resamples: int = 2000, seed: int = 2023
) -> Roc:
    """Analyse one quantity; NaN values are left out.

    Args:
        positive, negative: the quantity in each class, ``(patients,)``.
        resamples: number of bootstrap samples, drawn within each class; 0 for none.

    Raises:
        InputError: scikit-learn is not installed (code "no_scikit_learn").
    """
    p, n = _known(positive), _known(negative)
    if not p.size or not n.size:
        nothing = np.full(0, np.nan)
        none = Cutoff(float("nan"), proportion(0, 0), proportion(0, 0))
        return Roc(
            p.size, n.size, float("nan"), NAN2, NAN2, none, NAN2, nothing, nothing,
            "no ROC curve, because a group has no value",
        )  # fmt: skip
    [auc], variance = delong(p[None], n[None])
    low, high = _normal(auc, float(np.sqrt(variance[0, 0])))
    area, cutoffs = _resampled(p, n, resamples, seed)
    false_positive, true_positive, _ = _curve(p, n)
    notes = []
    if min(p.size, n.size) < 2:
        notes.append("no interval of the area, because a group has one patient")
    elif variance[0, 0] <= 0:
        notes.append("DeLong's interval has no width, because the groups do not overlap")
    if auc < 0.5:
        notes.append("smaller values indicate the positive class")
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
    """Return sensitivity and specificity if the positive class is called above ``cutoff``."""
    p, n = _known(positive), _known(negative)
    return Cutoff(
        float(cutoff),
        proportion(int((p > cutoff).sum()), p.size),
        proportion(int((n <= cutoff).sum()), n.size),
    )


def best_cutoff(positive: ArrayLike, negative: ArrayLike) -> float:
    """Return Youden's cutoff (Cancer 1950;3:32), halfway between two adjacent values.

    Of several equally good cutoffs it is the lowest, which is the most sensitive. It is −inf if no
    cutoff is better than calling every patient positive.
    """
    false_positive, true_positive, thresholds = _curve(_known(positive), _known(negative))
    index = true_positive - false_positive
    best = np.flatnonzero(np.isclose(index, index.max(), rtol=0, atol=1e-12))[-1]
    # Thresholds fall from value to value; there is none below the last.
    neighbours = thresholds[best : best + 2]
    return float(neighbours.mean()) if neighbours.size == 2 else float("-inf")


def compare_rocs(
    positive: tuple[ArrayLike, ArrayLike], negative: tuple[ArrayLike, ArrayLike]
) -> RocTest:
    """Test the difference between two quantities in the patients that have both.

    Args:
        positive, negative: both quantities in each class, in the same order of patients.
    """
    p, n = (np.asarray(pair, float) for pair in (positive, negative))
    p, n = (x[:, np.isfinite(x).all(axis=0)] for x in (p, n))
    patients = p.shape[1] + n.shape[1]
    if min(p.shape[1], n.shape[1]) < 2:
        nan = float("nan")
        return RocTest(
            patients, nan, NAN2, nan, nan, "no test, because too few patients have both quantities"
        )
    auc, covariance = delong(p, n)
    difference = float(auc[0] - auc[1])
    contrast = np.array([1.0, -1.0])
    SE = float(np.sqrt(max(contrast @ covariance @ contrast, 0.0)))
    if SE == 0:
        same = difference == 0
        return RocTest(
            patients, difference, (difference, difference), 0.0 if same else float("nan"),
            1.0 if same else float("nan"), "no test, because the difference has no variance",
        )  # fmt: skip
    z = difference / SE
    return RocTest(patients, difference, _normal(difference, SE), z, float(2 * norm.sf(abs(z))))


def _known(values: ArrayLike) -> NDArray[np.float64]:
    array: NDArray[np.float64] = np.asarray(values, float)
    known: NDArray[np.float64] = array[np.isfinite(array)]
    return known


def _normal(centre: float, SE: float) -> tuple[float, float]:
    half = float(norm.ppf(0.5 + LEVEL / 2)) * SE
    return float(centre - half), float(centre + half)


def _curve(p: NDArray[Any], n: NDArray[Any]) -> Any:
    """Return false and true positive rates for falling thresholds (value >= threshold)."""
    try:
        from sklearn.metrics import roc_curve
    except ImportError:
        raise InputError(
            "ROC analysis needs scikit-learn, which is not installed. Install it with: "
            "pip install 'spinedce[cohort]'.",
            code="no_scikit_learn",
            about="scikit-learn",
        ) from None
    truth = np.repeat([1, 0], [p.size, n.size])
    return roc_curve(truth, np.concatenate([p, n]), drop_intermediate=False)


def _resampled(
    p: NDArray[Any], n: NDArray[Any], resamples: int, seed: int
) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return percentile intervals of the area and of the best cutoff."""
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
