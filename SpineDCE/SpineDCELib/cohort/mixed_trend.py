"""Trend of many patients over time: linear mixed-effects models of the logarithm of a value."""

from __future__ import annotations

import importlib
import math
import warnings
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.cohort.cohort_table import MISSING, PATIENT, column, read_rows
from SpineDCELib.errors import InputError

Array = NDArray[np.float64]

LEVEL_Z = 1.959963984540054
#: Fewest subjects with two values for a random intercept, and with three for random slopes
#: (chosen).
FEWEST = 5
#: The change is given per this many days.
PER = 100.0


@dataclass(frozen=True, eq=False)
class ValuesOverTime:
    """Values of many subjects at several times.

    Attributes:
        subject: of each value; lesions of one patient are subjects of their own.
        days: of each value. value: above 0.
        notes: what was left out, and why.
    """

    subject: tuple[str, ...]
    days: Array
    value: Array
    quantity: str
    notes: tuple[str, ...] = ()

    def with_values(self, count: int) -> int:
        """Return the number of subjects with at least so many values."""
        _, numbers = np.unique(self.subject, return_counts=True)
        return int((numbers >= count).sum())


@dataclass(frozen=True)
class MixedTrend:
    """One model, fitted by restricted maximum likelihood; the intervals are Wald's.

    Attributes:
        model: what is random, in words.
        percent, low, high: change of the value in 100 days, %.
        coefficient, SE: of the logarithm in 100 days.
        between, slopes, within: standard deviations of the logarithm: between subjects, of their
            slopes in 100 days (NaN without random slopes), and within a subject.
        note: the reason where there is no estimate.
    """

    model: str
    percent: float
    low: float
    high: float
    P: float
    coefficient: float
    SE: float
    between: float
    slopes: float
    within: float
    note: str = ""


def read_over_time(
    path: str | Path, *, value: str = "normalised_vp", days: str = "days"
) -> ValuesOverTime:
    """Read a long table: one row per patient (or lesion) and visit.

    Args:
        value, days: headings. A column ``lesion`` tells the lesions of a patient apart.

    Raises:
        InputError: the table cannot be read, a column is missing (code "column_missing"), a cell is
            no number (code "not_a_number"), or fewer than five subjects have two values (code
            "too_few").
    """
    rows = read_rows(path)
    key, lesion = column(rows, PATIENT), column(rows, ["lesion"])
    found = {name: column(rows, [name.lower()]) for name in (value, days)}
    fields = {value: "trend.value", days: "trend.days"}
    for wanted, heading in (("patient", key), *found.items()):
        if heading is None:
            raise InputError(
                f"{path} has no column '{wanted}'. It has {', '.join(rows[0])}.",
                code="column_missing",
                about=wanted,
                fields=[fields[wanted]] if wanted in fields else [],
            )
    subjects, times, values, left_out = [], [], [], []
    for row in rows:
        name = row[key or ""] + (f" {row[lesion]}" if lesion else "")
        cells = [row[found[days] or ""], row[found[value] or ""]]
        if any(cell.strip().lower() in MISSING for cell in cells):
            left_out.append(name)
            continue
        try:
            day, one = (float(cell.replace("−", "-")) for cell in cells)
        except ValueError:
            raise InputError(
                f"A row of {name} has a cell that is not a number.", code="not_a_number", about=name
            ) from None
        if one <= 0:  # it has no logarithm
            left_out.append(name)
            continue
        subjects.append(name)
        times.append(day)
        values.append(one)
    out = ", ".join(dict.fromkeys(left_out))
    notes = (f"Values left out, because they are missing or not above 0: {out}.",) if out else ()
    data = ValuesOverTime(tuple(subjects), np.array(times), np.array(values), value, notes)
    if data.with_values(2) < FEWEST or np.ptp(data.days) == 0:
        raise InputError(
            f"A trend needs {FEWEST} patients or lesions with values at two times; there are "
            f"{data.with_values(2)}.",
            code="too_few",
            about=value,
        )
    return data


def mixed_trends(data: ValuesOverTime) -> list[MixedTrend]:
    """Fit a random intercept, and random slopes where five subjects have three values.

    Raises:
        InputError: statsmodels is not installed (code "no_statsmodels").
    """
    found = [mixed_trend(data)]
    if data.with_values(3) >= FEWEST:
        found.append(mixed_trend(data, slopes=True))
    return found


def mixed_trend(data: ValuesOverTime, *, slopes: bool = False) -> MixedTrend:
    """Fit ``log(value) = a + b·days/100`` with a random intercept, or random slopes too."""
    mixed = _statsmodels()
    time = data.days / PER
    design = np.column_stack([np.ones_like(time), time])
    model = "random intercept and slope" if slopes else "random intercept"
    nan = math.nan
    none = MixedTrend(model, nan, nan, nan, nan, nan, nan, nan, nan, nan)

    def failed(note: str) -> MixedTrend:
        return replace(none, note=note)

    with warnings.catch_warnings():
        # What the optimiser says is in `converged`.
        warnings.simplefilter("ignore")
        try:
            fit = mixed.MixedLM(
                np.log(data.value), design, groups=np.array(data.subject),
                exog_re=design if slopes else None,
            ).fit(reml=True, method=["bfgs", "lbfgs", "powell"], gtol=1e-8)  # fmt: skip
        except (np.linalg.LinAlgError, ValueError) as error:
            short = str(error).strip().splitlines()[0][:120]
            return failed(f"no estimate: {short}")
    covariance = np.atleast_2d(np.asarray(fit.cov_re, float))
    if not fit.converged:
        return failed("no estimate: the fit did not converge")
    if slopes and np.linalg.eigvalsh(covariance).min() < 1e-8:
        return failed("no estimate: the data do not separate the slopes of the subjects")
    b, SE = float(fit.fe_params[1]), _standard_error(data, design, covariance, float(fit.scale))
    value, low, high = (100 * math.expm1(b + z * SE) for z in (0.0, -LEVEL_Z, LEVEL_Z))
    SDs = np.sqrt(np.clip(np.diag(covariance), 0, None))
    return MixedTrend(
        model, value, low, high, math.erfc(abs(b / SE) / math.sqrt(2)), b, SE, float(SDs[0]),
        float(SDs[1]) if slopes else nan, math.sqrt(float(fit.scale)),
    )  # fmt: skip


def _standard_error(data: ValuesOverTime, design: Array, covariance: Array, within: float) -> float:
    """Return the standard error of the slope: generalised least squares at these variances.

    That of statsmodels is of a Hessian with the variances, and differs from it by a few per cent.
    """
    names, information = np.array(data.subject), np.zeros((2, 2))
    for name in dict.fromkeys(data.subject):
        X = design[names == name]
        Z = X[:, : covariance.shape[0]]
        V = Z @ covariance @ Z.T + within * np.eye(len(X))
        information += X.T @ np.linalg.solve(V, X)
    return float(np.sqrt(np.linalg.inv(information)[1, 1]))


def _statsmodels() -> Any:
    try:
        return importlib.import_module("statsmodels.regression.mixed_linear_model")
    except ImportError:
        raise InputError(
            "The trend needs statsmodels, which is not installed. Install it with: "
            "pip install 'spinedce[cohort]'.",
            code="no_statsmodels",
            about="statsmodels",
        ) from None
