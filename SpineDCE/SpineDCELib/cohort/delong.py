"""Covariance of areas under ROC curves by the method of DeLong.

No maintained package offers it: SciPy and scikit-learn have no variance of an AUC, and the packages
that have one require old dependencies or round the result.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

Vector = NDArray[np.float64]


def areas(positive: NDArray[Any], negative: NDArray[Any]) -> Vector:
    """Return the area under the curve of every row, ``(rows,)``, from ``(rows, patients)``."""
    return np.asarray(_placements(positive, negative)[0].mean(axis=1))


def delong(
    positive: Sequence[Vector] | NDArray[Any], negative: Sequence[Vector] | NDArray[Any]
) -> tuple[Vector, NDArray[np.float64]]:
    """Return the areas under the curves of several quantities, and their covariance.

    A larger value indicates the positive class. Method: DeLong, DeLong and Clarke-Pearson,
    Biometrics 1988;44:837; placements by mid-ranks: Sun and Xu, IEEE Signal Process Lett
    2014;21:1389.

    Args:
        positive, negative: values of each class, ``(quantities, patients)``, without NaN.

    Returns:
        AUC ``(quantities,)`` and covariance ``(quantities, quantities)``; the covariance is NaN
        where a class has fewer than two patients.
    """
    p, n = np.asarray(positive, float), np.asarray(negative, float)
    m, k = p.shape[1], n.shape[1]
    of_positive, of_negative = _placements(p, n)
    auc = of_positive.mean(axis=1)
    if min(m, k) < 2:
        return auc, np.full((p.shape[0], p.shape[0]), np.nan)
    covariance = np.atleast_2d(np.cov(of_positive)) / m + np.atleast_2d(np.cov(of_negative)) / k
    return auc, covariance


def _placements(p: NDArray[Any], n: NDArray[Any]) -> tuple[Vector, Vector]:
    """Return the fraction of the other class on the correct side of each patient; ties are half."""
    m, k = p.shape[1], n.shape[1]
    together = rankdata(np.concatenate([p, n], axis=1), axis=1)
    of_positive = (together[:, :m] - rankdata(p, axis=1)) / k
    of_negative = 1 - (together[:, m:] - rankdata(n, axis=1)) / m
    return of_positive, of_negative
