"""Time to recurrence: Kaplan-Meier, log-rank, Cox regression, time-dependent ROC."""

from __future__ import annotations

import importlib
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.cohort.cohort_table import MISSING, PATIENT, column, read_rows
from SpineDCELib.errors import InputError

Array = NDArray[np.float64]

LEVEL = 0.95
_YES, _NO = (
    ("1", "yes", "true", "recurred", "recurrence", "event"),
    ("0", "no", "false", "censored"),
)


@dataclass(frozen=True, eq=False)
class FollowedPatients:
    """Patients with the time to an event or to the end of their follow-up.

    Attributes:
        time: days. event: it happened; otherwise the patient was last seen without it.
        change: predictor at the first follow-up, %.
        notes: who was left out, and why.
    """

    patients: tuple[str, ...]
    time: Array
    event: NDArray[np.bool_]
    change: Array
    predictor: str = "change"
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class SurvivalCurve:
    """Kaplan-Meier estimate of one group, with log-log intervals (as R's ``conf.type="log-log"``).

    Attributes:
        time: 0 and every time at which an event or a censoring happened, days.
        survival, low, high: share without the event after each time.
        at_risk: just before each time.
    """

    name: str
    patients: int
    events: int
    time: Array
    survival: Array
    low: Array
    high: Array
    at_risk: Array

    @property
    def median(self) -> float:
        """Time at which half of the patients have had the event; infinite where it is later."""
        below = np.flatnonzero(self.survival <= 0.5)
        return float(self.time[below[0]]) if below.size else math.inf


@dataclass(frozen=True)
class LogRank:
    """Log-rank test of two groups; NaN where one of them is empty."""

    chi2: float
    P: float


@dataclass(frozen=True)
class HazardRatio:
    """Cox regression with one predictor, ties after Efron; the interval is Wald's.

    Attributes:
        per: what the ratio belongs to, in words.
        note: the reason where there is no estimate.
    """

    per: str
    coefficient: float
    SE: float
    ratio: float
    low: float
    high: float
    P: float
    note: str = ""


@dataclass(frozen=True)
class TimeRoc:
    """Time-dependent ROC: those with the event by ``time`` against those without it by then.

    Cumulative cases and dynamic controls, weighted by the inverse probability of being uncensored
    (Uno et al., J Am Stat Assoc 2007;102:527); the interval is the bootstrap's.
    """

    time: float
    cases: int
    controls: int
    auc: float
    low: float
    high: float


@dataclass(frozen=True, eq=False)
class TimeToEvent:
    """Everything about the time to an event against a change at the first follow-up."""

    table: FollowedPatients
    cutoff: float
    curves: tuple[SurvivalCurve, ...]
    log_rank: LogRank
    hazards: tuple[HazardRatio, ...]
    rocs: tuple[TimeRoc, ...] = field(default=())


def read_followed(
    path: str | Path, *, time: str = "days", event: str = "event", change: str = "change_vp"
) -> FollowedPatients:
    """Read a table with one row per patient.

    Args:
        time, event, change: headings of the days to the event or to the last visit without it, of
            whether it happened (yes or no, 1 or 0), and of the change at the first follow-up, %.

    Raises:
        InputError: the table cannot be read, a column is missing (code "column_missing"), or a cell
            is no number or no answer (code "not_a_number").
    """
    rows = read_rows(path)
    wanted_ones = {
        "survival.time": time, "survival.event": event, "survival.change": change
    }  # fmt: skip
    headings = [column(rows, [name.lower()]) for name in wanted_ones.values()]
    for (field_of, wanted), found in zip(wanted_ones.items(), headings, strict=True):
        if found is None:
            raise InputError(
                f"{path} has no column '{wanted}'. It has {', '.join(rows[0])}.",
                code="column_missing",
                about=wanted,
                fields=[field_of],
            )
    key = column(rows, PATIENT)
    names, values, left_out = [], [], []
    for number, row in enumerate(rows, 1):
        name = row[key] if key else f"row {number}"
        cells = [row[heading or ""].strip() for heading in headings]
        if any(cell.lower() in MISSING for cell in cells):
            left_out.append(name)
            continue
        names.append(name)
        values.append((_number(cells[0], name), _answer(cells[1], name), _number(cells[2], name)))
    if not values or min(v[0] for v in values) <= 0:
        raise InputError(
            f"{path} has no patient, or one with a time that is not above 0.",
            code="not_a_number",
            about=str(path),
        )
    table = np.array(values, float)
    notes = (f"Left out, because a value is missing: {', '.join(left_out)}.",) if left_out else ()
    return FollowedPatients(
        tuple(names), table[:, 0], table[:, 1] > 0, table[:, 2], headings[2] or change, notes
    )


def _number(cell: str, name: str) -> float:
    try:
        return float(cell.replace("−", "-"))
    except ValueError:
        raise InputError(
            f"'{cell}' of {name} is not a number.", code="not_a_number", about=name
        ) from None


def _answer(cell: str, name: str) -> float:
    if cell.lower() in _YES:
        return 1.0
    if cell.lower() in _NO:
        return 0.0
    raise InputError(
        f"'{cell}' of {name} does not say whether the event happened; write yes or no.",
        code="not_a_number",
        about=name,
    )


def time_to_event(
    table: FollowedPatients,
    *,
    cutoff: float,
    horizons: Sequence[float] = (),
    resamples: int = 1000,
    seed: int = 2023,
) -> TimeToEvent:
    """Relate the time to an event to a change at the first follow-up.

    Args:
        cutoff: %; divides the patients into two groups.
        horizons: days at which the ROC is computed.
        resamples: of the bootstrap of the ROC; 0 for none.

    Raises:
        InputError: lifelines is not installed (code "no_lifelines").
    """
    above = table.change > cutoff
    groups = {f"above {cutoff:g} %": above, f"at or below {cutoff:g} %": ~above}
    curves = tuple(
        kaplan_meier(table.time[mask], table.event[mask], name=name)
        for name, mask in groups.items()
        if mask.any()
    )
    hazards = (
        cox(table.time, table.event, above.astype(float), per=f"change above {cutoff:g} %"),
        cox(table.time, table.event, table.change / 10, per="10 percentage points of the change"),
    )
    rocs = tuple(
        time_roc(table.time, table.event, table.change, at=at, resamples=resamples, seed=seed)
        for at in horizons
    )
    return TimeToEvent(
        table, cutoff, curves, log_rank(table.time, table.event, above), hazards, rocs
    )


def kaplan_meier(time: Array, event: NDArray[np.bool_], *, name: str = "") -> SurvivalCurve:
    """Estimate the share of patients without the event."""
    fitter = _lifelines("KaplanMeierFitter")(alpha=1 - LEVEL)
    fitter.fit(time, event)
    ends = fitter.confidence_interval_.to_numpy()
    table = fitter.event_table
    return SurvivalCurve(
        name,
        int(time.size),
        int(event.sum()),
        fitter.survival_function_.index.to_numpy(float),
        fitter.survival_function_.to_numpy(float)[:, 0],
        ends[:, 0],
        ends[:, 1],
        table["at_risk"].to_numpy(float),
    )


def log_rank(time: Array, event: NDArray[np.bool_], group: NDArray[np.bool_]) -> LogRank:
    """Test whether two groups have the event at the same rate (Mantel)."""
    if group.all() or not group.any() or not event.any():
        return LogRank(math.nan, math.nan)
    test = _lifelines("statistics").logrank_test(
        time[group], time[~group], event[group], event[~group]
    )
    return LogRank(float(test.test_statistic), float(test.p_value))


def cox(time: Array, event: NDArray[np.bool_], predictor: Array, *, per: str) -> HazardRatio:
    """Fit a proportional-hazards model with one predictor; ties after Efron."""
    nan = math.nan
    groups = [predictor[event], predictor[~event]]
    if not event.any() or np.ptp(predictor) == 0:
        return HazardRatio(per, nan, nan, nan, nan, nan, nan, "nothing to compare")
    import pandas

    fitter = _lifelines("CoxPHFitter")(alpha=1 - LEVEL)
    frame = pandas.DataFrame({"x": predictor, "time": time, "event": event})
    # By default, lifelines stops before the sixth digit of the coefficient is settled.
    precise = {"precision": 1e-13, "r_precision": 1e-16}
    try:
        fitter.fit(frame, "time", "event", fit_options=precise)
    except Exception as error:  # lifelines has its own kinds of errors for what does not converge
        short = str(error).strip().splitlines()[0][:120]
        separated = all(g.size and np.ptp(g) == 0 for g in groups)
        note = "the groups are separated completely" if separated else f"no estimate: {short}"
        return HazardRatio(per, nan, nan, nan, nan, nan, nan, note)
    row = fitter.summary.loc["x"]
    return HazardRatio(
        per,
        float(row["coef"]),
        float(row["se(coef)"]),
        float(row["exp(coef)"]),
        float(row["exp(coef) lower 95%"]),
        float(row["exp(coef) upper 95%"]),
        float(row["p"]),
    )


def time_roc(
    time: Array,
    event: NDArray[np.bool_],
    marker: Array,
    *,
    at: float,
    resamples: int = 0,
    seed: int = 2023,
) -> TimeRoc:
    """Return the area under the ROC curve of a marker for the event by a time, days.

    A higher marker is expected to have the event earlier.
    """
    cases, controls = event & (time <= at), time > at
    auc = _weighted_auc(time, event, marker, at)
    low = high = math.nan
    if resamples and np.isfinite(auc):
        rng = np.random.default_rng(seed)
        drawn = rng.integers(time.size, size=(resamples, time.size))
        areas = np.array([_weighted_auc(time[i], event[i], marker[i], at) for i in drawn])
        known = areas[np.isfinite(areas)]
        tails = 50 * (1 - LEVEL), 50 * (1 + LEVEL)
        if known.size > resamples / 2:
            low, high = (float(end) for end in np.percentile(known, tails))
    return TimeRoc(at, int(cases.sum()), int(controls.sum()), auc, low, high)


def _weighted_auc(time: Array, event: NDArray[np.bool_], marker: Array, at: float) -> float:
    cases, controls = event & (time <= at), time > at
    if not cases.any() or not controls.any():
        return math.nan
    weight = 1 / _uncensored(time, event, time[cases])
    higher = marker[cases][:, None] - marker[controls][None, :]
    won = (higher > 0) + 0.5 * (higher == 0)
    return float((weight[:, None] * won).sum() / (weight.sum() * controls.sum()))


def _uncensored(time: Array, event: NDArray[np.bool_], at: Array) -> Array:
    """Return the probability of not being censored before each time (Kaplan-Meier)."""
    times, index = np.unique(time, return_inverse=True)
    censored = np.bincount(index, ~event, times.size)
    happened = np.bincount(index, event, times.size)
    # At one time, events come before censorings.
    at_risk = time.size - np.concatenate([[0], np.cumsum(censored + happened)[:-1]]) - happened
    steps = np.where(censored > 0, 1 - censored / np.maximum(at_risk, 1), 1.0)
    just_before = np.concatenate([[1.0], np.cumprod(steps)])
    return just_before[np.searchsorted(times, at)]


def _lifelines(name: str) -> Any:
    try:
        importlib.import_module("lifelines")
    except ImportError:
        raise InputError(
            "The time to an event needs lifelines, which is not installed. Install it with: "
            "pip install 'spinedce[cohort]'.",
            code="no_lifelines",
            about="lifelines",
        ) from None
    if name == "statistics":
        return importlib.import_module("lifelines.statistics")
    return getattr(importlib.import_module("lifelines"), name)
