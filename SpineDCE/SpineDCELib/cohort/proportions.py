"""Proportions with exact confidence intervals."""

from __future__ import annotations

from dataclasses import dataclass

from scipy.stats import binomtest


@dataclass(frozen=True)
class Proportion:
    """Proportion ``hits`` of ``total``, with the limits of its interval."""

    hits: int
    total: int
    low: float
    high: float

    @property
    def share(self) -> float:
        return self.hits / self.total if self.total else float("nan")

    def __str__(self) -> str:
        if not self.total:
            return "0/0"
        return (
            f"{self.hits}/{self.total} ({100 * self.share:.0f} %; "
            f"{100 * self.low:.1f}–{100 * self.high:.1f} %)"
        )


def proportion(hits: int, total: int, *, level: float = 0.95) -> Proportion:
    """Return a proportion with its exact interval (Clopper and Pearson, Biometrika 1934;26:404).

    The limits are NaN if ``total`` is 0.
    """
    if total == 0:
        return Proportion(0, 0, float("nan"), float("nan"))
    found = binomtest(hits, total).proportion_ci(level, method="exact")
    return Proportion(int(hits), int(total), float(found.low), float(found.high))
