"""Status of a lesion at one visit, from its change to baseline and from its lowest value so far."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from SpineDCELib.compare.call import Call, interval
from SpineDCELib.compare.measured_change import MeasuredChange
from SpineDCELib.measurement import Change, Normalised
from SpineDCELib.vocabulary.quantities import percent, times

Status = Literal[
    "baseline", "consistent with response", "consistent with persistent disease", "recurring",
    "not determined",
]  # fmt: skip


@dataclass(frozen=True)
class VisitStatus:
    """What a visit says of a lesion, with its history.

    Attributes:
        reason: one or two sentences.
        would_change: what would change it; "" at the baseline visit.
    """

    status: Status
    reason: str
    would_change: str = ""


def status_at(
    call: Call | None,
    change: Change | None,
    *,
    baseline: Normalised | None,
    now: Normalised | None,
    nadir: str,
    from_nadir: MeasuredChange | None,
    responded: bool,
) -> VisitStatus:
    """Return the status at a follow-up visit.

    Recurring is a rise from the lowest value so far, after a visit that was consistent with
    response: its total interval lies above 0, and it is beyond repeatability where that is known.
    All else follows the call: response and persistent disease where the total interval excludes
    the cutoff.

    Args:
        call, change: of normalised Vp to baseline; None where it cannot be compared.
        baseline, now: normalised Vp at the first and at this visit.
        nadir: name of the visit with the lowest value before this one.
        from_nadir: change from that visit to this one; None without a visit between.
        responded: an earlier visit was consistent with response.
    """
    if (
        call is None or change is None or baseline is None or now is None
        or not np.isfinite(change.percent)
    ):  # fmt: skip
        return VisitStatus(
            "not determined",
            "Normalised Vp is not known at the baseline visit and at this one.",
            "Draw the lesion and a reference vertebra at both visits.",
        )
    rise = None if from_nadir is None else from_nadir.changes[from_nadir.parameter]
    limit = baseline.value * (1 + call.cutoff / 100)
    risen = ""
    if from_nadir is not None and rise is not None and is_rise(from_nadir):
        lowest = from_nadir.before[from_nadir.parameter].value
        risen = (
            f"Normalised Vp rose from its lowest value, {times(lowest)} at {nadir}, to "
            f"{times(now.value)} ({percent(rise.percent)}, {interval(rise)})"
        )
        if not responded:
            risen = f" {risen}; no earlier visit was consistent with response."
    if responded and risen and rise is not None:
        return VisitStatus(
            "recurring",
            f"{risen}, after a response.",
            f"A value below {times(lowest * np.exp(_half_width(rise)))} would lie within the "
            "interval of its lowest value.",
        )
    if not call.decided:
        return VisitStatus(
            "not determined",
            f"The change to baseline, {percent(change.percent)} ({interval(change)}), does not "
            f"exclude the cutoff of {percent(call.cutoff)}.{risen}",
            _narrower(change, call.cutoff),
        )
    if call.verdict == "response":
        return VisitStatus(
            "consistent with response",
            f"The interval of the change to baseline lies below the cutoff of "
            f"{percent(call.cutoff)}.{risen}",
            f"A normalised Vp above {times(limit)} would be above the cutoff.",
        )
    return VisitStatus(
        "consistent with persistent disease",
        f"The interval of the change to baseline lies above the cutoff of {percent(call.cutoff)}."
        f"{risen}",
        f"A normalised Vp below {times(limit)} would be below the cutoff.",
    )


def is_rise(measured: MeasuredChange | None) -> bool:
    """Return whether a change lies above 0 by its total interval, and beyond repeatability."""
    if measured is None:
        return False
    change = measured.changes[measured.parameter]
    if not change.low > 0:
        return False
    repeated = measured.repeatability
    return repeated is None or change.percent > repeated.high


def _half_width(change: Change) -> float:
    """Return half the width of the interval of a change, on the log scale."""
    return float(np.log1p(change.high / 100) - np.log1p(change.percent / 100))


def _narrower(change: Change, cutoff: float) -> str:
    """Say which part of the interval is largest, and whether the call is decided without it."""
    parts = change.parts()
    if not parts:
        return "An interval would be needed: the lesion or the reference has too few voxels."
    largest, part = next(iter(parts.items()))
    reach = _half_width(change) * float(np.sqrt(max(1 - part, 0.0)))
    low, high = (100 * np.expm1(np.log1p(change.percent / 100) + s * reach) for s in (-1, 1))
    does = "would exclude" if low > cutoff or high < cutoff else "would still include"
    return (
        f"{100 * part:.0f} % of the variance of the interval come from {largest}; without it, the "
        f"interval {does} the cutoff."
    )
