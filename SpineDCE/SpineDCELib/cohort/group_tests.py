"""Two groups of one quantity: what each looks like, and whether they differ."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import mannwhitneyu

#: The exact distribution is taken below this size of both groups (as R's wilcox.test does).
EXACT_BELOW = 50


@dataclass(frozen=True)
class Summary:
    """One quantity in one group; ``missing`` counts the patients without a value."""

    n: int
    missing: int
    median: float
    Q1: float
    Q3: float
    mean: float
    SD: float
    minimum: float
    maximum: float


def summarise(values: ArrayLike) -> Summary:
    """Describe one group; NaN is a missing value, and the numbers of an empty group are NaN."""
    given = np.asarray(values, float)
    known = given[np.isfinite(given)]
    missing = given.size - known.size
    if not known.size:
        return Summary(0, missing, *[float("nan")] * 7)
    Q1, median, Q3 = np.percentile(known, (25, 50, 75))
    SD = known.std(ddof=1) if known.size > 1 else float("nan")
    numbers = (median, Q1, Q3, known.mean(), SD, known.min(), known.max())
    return Summary(known.size, missing, *map(float, numbers))


@dataclass(frozen=True)
class GroupTest:
    """Mann-Whitney's test of two groups.

    Attributes:
        U: of the first group: pairs in which its value is the larger one, ties half.
        P: two-sided; NaN where there is no test.
        method: "exact", or "normal" (approximation with continuity correction).
        ties: patients who share their value with another.
        note: what a reader of P must know; why there is none.
    """

    U: float
    P: float
    method: str
    ties: int
    note: str = ""


def compare_groups(first: ArrayLike, second: ArrayLike) -> GroupTest:
    """Mann-Whitney U test, two-sided; NaN values are left out.

    Exact where no value occurs twice and both groups have fewer than ``EXACT_BELOW`` patients.
    """
    a, b = (np.asarray(v, float) for v in (first, second))
    a, b = a[np.isfinite(a)], b[np.isfinite(b)]
    if not a.size or not b.size:
        return GroupTest(float("nan"), float("nan"), "none", 0, "a group has no value: no test")
    _, counts = np.unique(np.concatenate([a, b]), return_counts=True)
    ties = int(counts[counts > 1].sum())
    if counts.size == 1:
        return GroupTest(a.size * b.size / 2, 1.0, "none", ties, "all values are the same")
    exact = not ties and max(a.size, b.size) < EXACT_BELOW
    found = mannwhitneyu(a, b, method="exact" if exact else "asymptotic")
    note = f"{ties} patients share their value: the P value is approximate" if ties else ""
    return GroupTest(
        float(found.statistic), float(found.pvalue), "exact" if exact else "normal", ties, note
    )
