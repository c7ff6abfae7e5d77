"""The response call: change of normalised Vp against a cutoff, in a sentence."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from SpineDCELib.errors import InputError
from SpineDCELib.measurement.normalised_ratio import Change, Normalised

#: Persistent disease is called above this change of normalised Vp, % (Behar et al., AJNR 2023).
CUTOFF = -40.0
SOURCE = "Behar et al., AJNR 2023"
#: What the cutoff achieved there, with exact (Clopper-Pearson) 95 % intervals: the interval
#: printed for the first is not a binomial one.
EVIDENCE = (
    "In the 49 patients of that study, 10 of 11 with persistent disease (91 %, exact 95 % interval "
    "59 to 100 %) and 33 of 38 with response (87 %, 72 to 96 %) lay on the right side of -40 %; "
    "another study (Kumar 2017) found -20 %"
).replace("-", "−")

#: What the call does not see (Behar et al., discussion).
LIMITS = (
    "A recent fracture raises Vp and Ktrans by itself; read both beside T1 and STIR.",
    "Local injury (surgery, cement, radiation necrosis, haematoma) changes perfusion without "
    "tumour.",
    "An epidural or paraspinal part may behave unlike the part in bone; measure it as a lesion of "
    "its own.",
    "The cutoff comes from one centre and one protocol; another model, signal mode or shift "
    "rule moves it.",
)


@dataclass(frozen=True)
class Call:
    """What the change means.

    Attributes:
        verdict: "persistent disease" or "response"; "no call" where there is no number.
        probability: that the true change lies above the cutoff, from the voxels' spread alone.
        decided: the 95 % interval lies wholly on one side of the cutoff.
        sentence: the call in words, with numbers.
    """

    verdict: str
    cutoff: float
    probability: float
    decided: bool
    sentence: str


def make_call(
    change: Change, *, before: Normalised, after: Normalised, cutoff: float = CUTOFF
) -> Call:
    """Persistent disease where the change of normalised Vp lies above the cutoff, %.

    Raises:
        InputError: a cutoff that is no change in per cent.
    """
    if not -100 < cutoff < 1000:
        raise InputError(f"The cutoff is a change in %, above -100; {cutoff:g} is not.")
    lesion = after.lesion
    if not np.isfinite(change.percent):
        return Call(
            "no call",
            cutoff,
            float("nan"),
            False,
            f"No call for {lesion}: normalised Vp is not known at both visits.",
        )
    persistent = change.percent > cutoff
    decided = bool(change.low > cutoff or change.high < cutoff)
    verdict = "persistent disease" if persistent else "response"
    rose = "rose" if change.percent > 0 else "fell"
    sentence = (
        f"Normalised Vp of {lesion} {rose} from {before.value:.2f} × to {after.value:.2f} × its "
        f"reference: {signed(change.percent)} %{interval(change)}. That is "
        f"{'above' if persistent else 'not above'} the cutoff of {signed(cutoff, 0)} %, so the "
        f"change is that of {verdict}"
    )
    sentence += "." if decided else ", but the interval spans the cutoff: not decided."
    return Call(verdict, cutoff, change.probability_above(cutoff), decided, sentence)


def signed(value: float, digits: int = 1) -> str:
    """A change with its sign, a true minus, and none below zero that rounds to zero."""
    return f"{round(value, digits) + 0.0:+.{digits}f}".replace("-", "−")


def interval(change: Change) -> str:
    if not np.isfinite(change.low):
        return " (no interval: too few voxels)"
    return f" (95 % interval {signed(change.low)} to {signed(change.high)} %)"
