"""Response call: change of normalised Vp compared with a cutoff."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from SpineDCELib.compare.repeatability import Repeatability
from SpineDCELib.errors import InputError
from SpineDCELib.measurement.normalised_ratio import Change, Normalised
from SpineDCELib.settings.constants import CUTOFF
from SpineDCELib.vocabulary.quantities import percent, signed, times

#: Results of the cutoff in the study that it comes from, with exact (Clopper-Pearson) 95 %
#: intervals, because the one printed there for the first proportion is not a binomial one.
EVIDENCE = (
    "Of 49 patients (Behar 2023), a cutoff of −40 % classified 10 of 11 with persistent disease "
    "(91 %, exact 95 % interval 59 to 100 %) and 33 of 38 with response (87 %, 72 to 96 %) "
    "correctly. Another study (Kumar 2017) found a cutoff of −20 %"
)

#: Limits of the call (Behar et al., discussion).
LIMITS = (
    "A recent fracture raises Vp and Ktrans by itself. Read both together with T1 and STIR.",
    "Local injury (surgery, cement, radiation necrosis, haematoma) changes perfusion without "
    "tumour.",
    "An epidural or paraspinal part may behave differently from the part in bone. Measure it as "
    "a separate lesion.",
    "The cutoff comes from one centre and one protocol. Another model, signal mode or rule for "
    "the shift changes it.",
)


@dataclass(frozen=True)
class Call:
    """Response call of one lesion.

    Attributes:
        verdict: "persistent disease" or "response"; "no call" where there is no number.
        probability: that the true change lies above the cutoff, from the total interval.
        decided: the total 95 % interval lies wholly on one side of the cutoff.
        within_repeatability: vertebrae without tumour change as much between these visits; None
            where too few are seen.
        sentence: the call in words, with numbers.
    """

    verdict: str
    cutoff: float
    probability: float
    decided: bool
    sentence: str
    within_repeatability: bool | None = None

    @property
    def below(self) -> float:
        """Probability that the true change lies below the cutoff."""
        return 1 - self.probability


def make_call(
    change: Change,
    *,
    before: Normalised,
    after: Normalised,
    cutoff: float = CUTOFF,
    repeatability: Repeatability | None = None,
) -> Call:
    """Call persistent disease if the change of normalised Vp is above the cutoff, %.

    Raises:
        InputError: the cutoff is not a change in per cent.
    """
    if not -100 < cutoff < 1000:
        raise InputError(
            f"The cutoff is a change between −100 and 1000 %, not {cutoff:g} %.",
            code="cutoff_out_of_range",
            fields=["compare.cutoff"],
        )
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
    # One more digit where rounding would hide on which side of the cutoff the change lies.
    digits = 1 if round(change.percent) == round(cutoff) else 0
    side = "above" if persistent else "at" if change.percent == cutoff else "below"
    one, two = times(before.value), times(after.value)
    shown, known = percent(change.percent, digits), interval(change, digits)
    if change.low < 0 < change.high:  # neither a rise nor a fall is certain
        sentence = (
            f"Normalised Vp of {lesion} went from {one} to {two} the reference vertebra "
            f"({shown}, {known})."
        )
    else:
        sentence = (
            f"Normalised Vp of {lesion} {'rose' if change.percent > 0 else 'fell'} from {one} to "
            f"{two} the reference vertebra ({shown}, {known})."
        )
    sentence += f" This is {side} the {percent(cutoff)} cutoff: consistent with {verdict}."
    if not decided:
        if np.isfinite(change.low):
            sentence += " The interval includes the cutoff, so the call is uncertain."
        else:
            sentence += " Without an interval the call is uncertain."
    probability = change.probability_above(cutoff)
    if np.isfinite(probability):
        sentence += (
            f" Probability of a true change above {percent(cutoff)}: {chance(probability)}; below: "
            f"{chance(1 - probability)}."
        )
    within = None
    if repeatability is not None:
        within = repeatability.contains(change.percent)
        place = "within" if within else "outside"
        sentence += (
            f" The change is {place} repeatability: {len(repeatability.changes)} vertebrae without "
            f"tumour give {signed(repeatability.low, 0)} to {signed(repeatability.high, 0)} %."
        )
        if not within and change.low < 0 < change.high:
            sentence += " The interval of the change itself is wider and includes no change."
    return Call(verdict, cutoff, probability, decided, sentence, within)


def chance(probability: float) -> str:
    """Format a probability: "3 %", "<1 %", ">99 %"."""
    if probability <= 0.005:
        return "<1 %"
    return ">99 %" if probability >= 0.995 else f"{math.floor(100 * probability + 0.5)} %"


def interval(change: Change, digits: int = 0) -> str:
    """Format the interval of a change: "95 % interval −92 to −79 %"."""
    if not np.isfinite(change.low):
        return "no interval: too few voxels"
    low, high = (signed(end, digits) for end in (change.low, change.high))
    return f"95 % interval {low} to {high} %"
