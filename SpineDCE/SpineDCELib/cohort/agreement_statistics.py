"""Agreement of repeated measurements: repeatability, within-subject CV, ICC, Bland-Altman.

No library that may be used here has all of these: pingouin is under the GPL.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2, f, norm, t

from SpineDCELib.cohort.cohort_table import MISSING, PATIENT, column, read_rows
from SpineDCELib.errors import InputError

Array = NDArray[np.float64]
LEVEL = 0.95


@dataclass(frozen=True)
class Estimate:
    """A number with its 95 % interval; NaN where it is not known."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, eq=False)
class RepeatedValues:
    """Values of one quantity, each subject measured by every rater or at every occasion.

    Attributes:
        values: ``(subjects, raters)``.
        notes: who was left out, and why.
    """

    quantity: str
    subjects: tuple[str, ...]
    raters: tuple[str, ...]
    values: Array
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class BlandAltman:
    """Differences of two raters, second minus first.

    Attributes:
        bias: mean difference with the interval of a mean.
        low, high: limits of agreement (mean ± 1.96 SD), each with its interval (Bland and Altman,
            Lancet 1986;1:307).
        slope_P: of the correlation of the differences with the means; small where the difference
            depends on the value.
    """

    first: str
    second: str
    bias: Estimate
    SD: float
    low: Estimate
    high: Estimate
    slope_P: float


@dataclass(frozen=True, eq=False)
class Agreement:
    """Agreement of repeated measurements of one quantity.

    Attributes:
        within_SD: within-subject standard deviation, with its chi-squared interval.
        repeatability: coefficient 1.96·√2 times it: of two measurements of one subject, 95 % differ
            by less (Raunig et al., Stat Methods Med Res 2015;24:27).
        within_CV: within-subject coefficient of variation, %; root mean square over the subjects.
        ICC: name → intraclass correlation of a single measurement: "ICC(1,1)", "ICC(2,1)"
            (absolute agreement) and "ICC(3,1)" (consistency) of Shrout and Fleiss, Psychol Bull
            1979;86:420, with the intervals of McGraw and Wong, Psychol Methods 1996;1:30.
        pairs: of every two raters.
    """

    data: RepeatedValues
    within_SD: Estimate
    repeatability: Estimate
    within_CV: float
    ICC: dict[str, Estimate]
    pairs: tuple[BlandAltman, ...]


def read_repeated(
    path: str | Path, *, rater: str = "reader", quantities: Sequence[str] = ()
) -> list[RepeatedValues]:
    """Read a long table: one row per subject and rater, or occasion.

    Subjects without a value of every rater are left out and named.

    Args:
        rater: heading of the reader, the occasion or the scan.
        quantities: headings of the values; all columns of numbers if none is given.

    Raises:
        InputError: the table cannot be read, a column is missing (code "column_missing"), a subject
            has two rows of one rater (code "duplicate_row"), or fewer than two subjects or raters
            are complete (code "too_few").
    """
    rows = read_rows(path)
    key, by = column(rows, PATIENT), column(rows, [rater.lower()])
    for wanted, found in (("patient", key), (rater, by)):
        if found is None:
            raise InputError(
                f"{path} has no column '{wanted}'. It has {', '.join(rows[0])}.",
                code="column_missing",
                about=wanted,
                fields=["agreement.rater"],
            )
    assert key is not None
    assert by is not None
    for name in quantities:
        if name not in rows[0]:
            raise InputError(
                f"{path} has no column '{name}'. It has {', '.join(rows[0])}.",
                code="column_missing",
                about=name,
                fields=["agreement.quantity"],
            )
    raters = tuple(dict.fromkeys(row[by] for row in rows))
    subjects = tuple(dict.fromkeys(row[key] for row in rows))
    chosen = list(quantities) or [
        heading
        for heading in rows[0]
        if heading not in (key, by) and all(_is_number(row[heading]) for row in rows)
    ]
    every: list[RepeatedValues] = []
    for quantity in chosen:
        values = np.full((len(subjects), len(raters)), math.nan)
        seen = set()
        for row in rows:
            place = subjects.index(row[key]), raters.index(row[by])
            if place in seen:
                raise InputError(
                    f"{row[key]} has two rows of {row[by]}.",
                    code="duplicate_row",
                    about=row[key],
                )
            seen.add(place)
            values[place] = _value(row[quantity])
        whole = np.isfinite(values).all(axis=1)
        if whole.sum() < 2 or len(raters) < 2:
            raise InputError(
                f"Agreement of {quantity} needs two subjects with a value of each of two raters; "
                f"there are {int(whole.sum())} subjects and {len(raters)} raters.",
                code="too_few",
                about=quantity,
            )
        out = [name for name, kept in zip(subjects, whole, strict=True) if not kept]
        notes = (f"Left out, because a value is missing: {', '.join(out)}.",) if out else ()
        kept = tuple(name for name, keep in zip(subjects, whole, strict=True) if keep)
        every.append(RepeatedValues(quantity, kept, raters, values[whole], notes))
    return every


def _is_number(cell: str) -> bool:
    return cell.lower() in MISSING or math.isfinite(_value(cell))


def _value(cell: str) -> float:
    try:
        return float(cell.replace("−", "-"))
    except ValueError:
        return math.nan


def agreement(data: RepeatedValues) -> Agreement:
    """Compute the agreement of repeated measurements."""
    values = data.values
    n, k = values.shape
    within = values.var(axis=1, ddof=1)
    freedom = n * (k - 1)
    SD = math.sqrt(float(within.mean()))
    tails = chi2.ppf([(1 + LEVEL) / 2, (1 - LEVEL) / 2], freedom)
    low, high = (SD * math.sqrt(freedom / tail) for tail in tails)
    factor = float(norm.ppf((1 + LEVEL) / 2)) * math.sqrt(2)
    means = values.mean(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        CV = 100 * math.sqrt(float(np.mean(within / means**2))) if np.all(means > 0) else math.nan
    pairs = tuple(
        bland_altman(values[:, i], values[:, j], data.raters[i], data.raters[j])
        for i in range(k)
        for j in range(i + 1, k)
    )
    return Agreement(
        data,
        Estimate(SD, low, high),
        Estimate(factor * SD, factor * low, factor * high),
        CV,
        intraclass(values),
        pairs,
    )


def intraclass(values: Array) -> dict[str, Estimate]:
    """Return ICC(1,1), ICC(2,1) and ICC(3,1) of ``(subjects, raters)`` with their intervals."""
    n, k = values.shape
    grand = values.mean()
    MSR = k * values.mean(axis=1).var(ddof=1)
    MSC = n * values.mean(axis=0).var(ddof=1)
    total = float(((values - grand) ** 2).sum())
    MSW = values.var(axis=1, ddof=1).mean()
    MSE = (total - (n - 1) * MSR - (k - 1) * MSC) / ((n - 1) * (k - 1))
    upper = (1 + LEVEL) / 2
    if MSW <= 0:
        nan = math.nan
        return {name: Estimate(1.0, nan, nan) for name in ("ICC(1,1)", "ICC(2,1)", "ICC(3,1)")}

    def ratio(F: float, one: float, two: float) -> Estimate:
        low, high = F / f.ppf(upper, one, two), F * f.ppf(upper, two, one)
        return Estimate(*(float((x - 1) / (x + k - 1)) for x in (F, low, high)))

    first = ratio(MSR / MSW, n - 1, n * (k - 1))
    third = ratio(MSR / max(MSE, 1e-300), n - 1, (n - 1) * (k - 1))
    second = (MSR - MSE) / (MSR + (k - 1) * MSE + k * (MSC - MSE) / n)
    a = k * second / (n * (1 - second)) if second < 1 else math.inf
    b = 1 + k * second * (n - 1) / (n * (1 - second)) if second < 1 else math.inf
    low = high = math.nan
    if math.isfinite(a):
        freedom = (a * MSC + b * MSE) ** 2 / (
            (a * MSC) ** 2 / (k - 1) + (b * MSE) ** 2 / ((n - 1) * (k - 1))
        )
        down, up = f.ppf(upper, n - 1, freedom), f.ppf(upper, freedom, n - 1)
        spread = k * MSC + (k * n - k - n) * MSE
        low = n * (MSR - down * MSE) / (down * spread + n * MSR)
        high = n * (up * MSR - MSE) / (spread + n * up * MSR)
    return {
        "ICC(1,1)": first,
        "ICC(2,1)": Estimate(float(second), float(low), float(high)),
        "ICC(3,1)": third,
    }


def bland_altman(first: Array, second: Array, name: str = "", other: str = "") -> BlandAltman:
    """Compare two raters by the differences second − first."""
    differences, means = second - first, (first + second) / 2
    n = differences.size
    bias, SD = float(differences.mean()), float(differences.std(ddof=1))
    quantile = float(t.ppf((1 + LEVEL) / 2, n - 1))
    of_mean = quantile * SD / math.sqrt(n)
    z = float(norm.ppf((1 + LEVEL) / 2))
    of_limit = quantile * SD * math.sqrt(1 / n + z**2 / (2 * (n - 1)))
    low, high = bias - z * SD, bias + z * SD
    P = math.nan
    if n > 2 and SD > 0 and np.ptp(means) > 0:
        r = float(np.corrcoef(differences, means)[0, 1])
        P = float(2 * t.sf(abs(r) * math.sqrt((n - 2) / max(1 - r * r, 1e-300)), n - 2))
    return BlandAltman(
        name, other, Estimate(bias, bias - of_mean, bias + of_mean), SD,
        Estimate(low, low - of_limit, low + of_limit),
        Estimate(high, high - of_limit, high + of_limit), P,
    )  # fmt: skip
