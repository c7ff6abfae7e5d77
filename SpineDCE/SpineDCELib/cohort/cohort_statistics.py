"""Statistics of a cohort: groups, tests, ROC curves, cutoffs, demographics."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np

from SpineDCELib.cohort.cohort_table import MISSING, CohortTable
from SpineDCELib.cohort.group_tests import (
    ChangeTest,
    GroupTest,
    Summary,
    change_within,
    compare_groups,
    summarise,
)
from SpineDCELib.cohort.roc import Cutoff, Roc, RocTest, at_cutoff, compare_rocs, roc_of
from SpineDCELib.errors import InputError
from SpineDCELib.progress import Progress, silent
from SpineDCELib.settings.constants import CUTOFF, CUTOFF_SOURCE

#: Word in a heading → quantity as it is displayed.
KINDS = {
    "vp": "Vp", "ktrans": "Ktrans", "area": "area", "volume": "volume", "signal": "signal"
}  # fmt: skip
#: Word in a heading → published cutoff for persistent disease, %.
PUBLISHED = {"vp": CUTOFF, "area": -10.0}
#: A column with more different words than this is not a category.
MOST_WORDS = 15


@dataclass(frozen=True)
class FixedCutoff:
    """Predefined cutoff, with its sensitivity and specificity in these patients."""

    found: Cutoff
    source: str


@dataclass(frozen=True, eq=False)
class CohortResult:
    """Statistics of a table, for each quantity by its heading.

    Attributes:
        groups: quantity → (positive, negative) group.
        within: quantity → test of its change within the (positive, negative) group.
        fixed: quantity → predefined cutoff.
        pairs: two quantities → comparison of the areas under their curves.
        demographics: rows of heading, all patients, positive group, negative group.
    """

    table: CohortTable
    groups: dict[str, tuple[Summary, Summary]]
    tests: dict[str, GroupTest]
    within: dict[str, tuple[ChangeTest, ChangeTest]]
    rocs: dict[str, Roc]
    fixed: dict[str, FixedCutoff]
    pairs: dict[tuple[str, str], RocTest]
    demographics: list[list[str]] = field(default_factory=list)


def kind_of(heading: str) -> str:
    """Return the quantity of a heading: a key of ``KINDS``, or the heading itself."""
    words = re.sub(r"[^a-z]+", " ", heading.lower().replace("nvp", "vp").replace("δ", " ")).split()
    return next((kind for kind in KINDS if kind in words), heading)


def label_of(heading: str) -> str:
    """Return the label of a change, such as ΔVp; the heading if its quantity is not known."""
    kind = kind_of(heading)
    return f"Δ{KINDS[kind]}" if kind in KINDS else heading


def analyse_cohort(
    table: CohortTable,
    *,
    cutoffs: Mapping[str, float] | None = None,
    resamples: int = 2000,
    seed: int = 2023,
    progress: Progress = silent,
) -> CohortResult:
    """Compute all statistics of a table.

    Args:
        cutoffs: heading (or vp, area …) → cutoff, %, in place of the published one.
        resamples: number of bootstrap samples; 0 for none.

    Raises:
        InputError: a cutoff is for a quantity that the table does not have (code
            "column_missing"); scikit-learn is not installed (code "no_scikit_learn").
    """
    fixed = _fixed(table, cutoffs or {})
    rocs = {}
    for number, name in enumerate(table.quantities):
        progress(number / len(table.quantities), f"ROC of {name}")
        rocs[name] = roc_of(*table.split(name), resamples=resamples, seed=seed)
    pairs = {
        (a, b): compare_rocs(*zip(table.split(a), table.split(b), strict=True))
        for a, b in combinations(table.quantities, 2)
    }
    progress(1.0, "Done")
    return CohortResult(
        table,
        {q: (summarise(table.split(q)[0]), summarise(table.split(q)[1])) for q in table.quantities},
        {q: compare_groups(*table.split(q)) for q in table.quantities},
        {
            q: (change_within(table.split(q)[0]), change_within(table.split(q)[1]))
            for q in table.quantities
        },
        rocs,
        {
            q: FixedCutoff(at_cutoff(*table.split(q), value), why)
            for q, (value, why) in fixed.items()
        },
        pairs,
        demographic_rows(table),
    )


def _fixed(table: CohortTable, cutoffs: Mapping[str, float]) -> dict[str, tuple[float, str]]:
    """Return the predefined cutoffs and their sources: quantity → (cutoff, source)."""
    chosen = {
        name: (PUBLISHED[kind_of(name)], CUTOFF_SOURCE)
        for name in table.quantities
        if kind_of(name) in PUBLISHED
    }
    for wanted, value in cutoffs.items():
        names = [q for q in table.quantities if wanted in (q, kind_of(q)) or wanted == label_of(q)]
        if not names:
            raise InputError(
                f"There is no quantity '{wanted}' for a cutoff. There are "
                f"{', '.join(table.quantities)}.",
                code="column_missing",
                about=wanted,
                fields=["cohort.cutoff"],
            )
        chosen |= dict.fromkeys(names, (value, "given"))
    return chosen


def demographic_rows(table: CohortTable) -> list[list[str]]:
    """Describe the patients: numbers as mean ± SD and median (range), words as counts."""
    masks = [np.ones(table.positive.size, bool), table.positive, ~table.positive]
    rows = [["patients", *(str(int(mask.sum())) for mask in masks)]]
    for heading, cells in table.demographics.items():
        numbers = [_as_number(cell) for cell in cells]
        known = [cell for cell in cells if cell.lower() not in MISSING]
        if known and sum(n is not None for n in numbers) == len(known):
            values = np.array([np.nan if n is None else n for n in numbers])
            rows.append([heading, *(_spread(values[mask]) for mask in masks)])
            continue
        counts = Counter(known)
        if not known or len(counts) > min(MOST_WORDS, len(known) - 1):
            continue
        words = np.array(cells)
        for word, _ in counts.most_common():
            shares = (str(int((words[mask] == word).sum())) for mask in masks)
            rows.append([f"{heading}: {word}", *shares])
    return rows


def _as_number(cell: str) -> float | None:
    try:
        return float(cell) if cell.lower() not in MISSING else None
    except ValueError:
        return None


def _spread(values: np.ndarray) -> str:
    s = summarise(values)
    if not s.n:
        return "–"
    text = f"{s.mean:.1f} ± {s.SD:.1f}; median {s.median:g} ({s.minimum:g} to {s.maximum:g})"
    return text + (f"; {s.missing} missing" if s.missing else "")
