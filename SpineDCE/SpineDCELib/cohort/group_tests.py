"""Description of a quantity in groups, tests of their difference and of a change within one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import mannwhitneyu, wilcoxon

#: The exact distribution is used if both groups are smaller than this (as in R's wilcox.test).
EXACT_BELOW = 50


@dataclass(frozen=True)
class Summary:
    """Description of a quantity in one group; ``missing`` is the number without a value."""

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
    """Describe one group. NaN is a missing value; the numbers of an empty group are NaN."""
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
    """Mann-Whitney test of two groups.

    Attributes:
        U: of the first group: number of pairs in which its value is larger; ties are half.
        P: two-sided; NaN without a test.
        method: "exact", "normal" (approximation with continuity correction) or "none".
        ties: number of patients with the same value as another.
        note: limitation of P, or the reason why there is no test.
    """

    U: float
    P: float
    method: str
    ties: int
    note: str = ""


def compare_groups(first: ArrayLike, second: ArrayLike) -> GroupTest:
    """Test two groups with the two-sided Mann-Whitney U test; NaN values are left out.

    The test is exact if no value occurs twice and both groups have fewer than ``EXACT_BELOW``
    patients.
    """
    a, b = (np.asarray(v, float) for v in (first, second))
    a, b = a[np.isfinite(a)], b[np.isfinite(b)]
    if not a.size or not b.size:
        return GroupTest(
            float("nan"), float("nan"), "none", 0, "no test, because a group has no value"
        )
    _, counts = np.unique(np.concatenate([a, b]), return_counts=True)
    ties = int(counts[counts > 1].sum())
    if counts.size == 1:
        return GroupTest(
            a.size * b.size / 2, 1.0, "none", ties, "no test, because all values are equal"
        )
    exact = not ties and max(a.size, b.size) < EXACT_BELOW
    found = mannwhitneyu(a, b, method="exact" if exact else "asymptotic")
    note = f"the P value is approximate, because {ties} patients have equal values" if ties else ""
    return GroupTest(
        float(found.statistic), float(found.pvalue), "exact" if exact else "normal", ties, note
    )


@dataclass(frozen=True)
class ChangeTest:
    """Wilcoxon's signed-rank test of the changes in one group.

    Attributes:
        n: number of patients whose value changed.
        W: sum of the ranks of the rises.
        P: two-sided, against "as often up as down"; NaN without a test.
        method: "exact", "normal" (approximation with continuity correction) or "none".
    """

    n: int
    W: float
    P: float
    method: str


def change_within(changes: ArrayLike) -> ChangeTest:
    """Test whether a quantity changed within a group, from its changes (in any unit).

    Wilcoxon's signed-rank test, two-sided; NaN values and changes of 0 are left out. It is exact
    if no two changes have the same size and there are fewer than ``EXACT_BELOW`` (as in R's
    wilcox.test).
    """
    known = np.asarray(changes, float)
    known = known[np.isfinite(known) & (known != 0)]
    if known.size < 2:
        return ChangeTest(known.size, float("nan"), float("nan"), "none")
    exact = np.unique(np.abs(known)).size == known.size and known.size < EXACT_BELOW
    found = wilcoxon(
        known, alternative="greater", method="exact" if exact else "asymptotic", correction=True
    )
    P = wilcoxon(known, method="exact" if exact else "asymptotic", correction=True).pvalue
    return ChangeTest(known.size, float(found.statistic), float(P), "exact" if exact else "normal")
