"""Vessels as candidates for the artery: curve, shape, and what the tissue says about each.

Nothing here depends on the scale of a curve.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.aif.candidates import VesselKind
from SpineDCELib.aif.tissue_explanation import Explanation
from SpineDCELib.aif.vessel_labelling import VesselShape

Array = NDArray[np.float64]


#: The late level is the mean from this many to this many seconds after the arrival, and the first
#: pass lies before this many: recirculation is mixed after a minute and a half.
LATE = (90.0, 240.0)
PASS_BEFORE, PASS_AFTER = 15.0, 30.0
#: Least area of a first pass over the late level, s: of a tube in long frames, of a tube, and of
#: another shape. In blood it is about the volume of distribution over the cardiac output, 40 to
#: 100 s; fresh blood and long frames halve it; in a lesion, which is round, uptake raises the late
#: level.
LEAST_PASS_COARSE, LEAST_PASS_TUBE, LEAST_PASS = 15.0, 18.0, 27.0
#: ... and of a ball inside the images, which is a lesion or a piece of the heart; a vessel is only
#: round where it leaves the images or is cut by fresh blood at their edge.
LEAST_PASS_BALL, BALL = 55.0, 1.4
#: A group is round below the first elongation, long above the second and a tube above the third.
ROUND, LONG, TUBE = 1.5, 1.9, 2.5
#: Frames longer than this, s, may miss a first pass.
COARSE_FRAMES = 8.0
#: With frames longer than this, s, the order in which vessels fill is blurred.
LONG_FRAMES = 6.0
#: Usual delay of the tissue after its artery and its SD, s, and what long frames add to that SD, as
#: a share of the frame interval (root of summed squares). It decides between vessels that explain
#: the tissue about equally.
USUAL_DELAY, DELAY_SD, DELAY_SD_PER_INTERVAL = 5.0, 2.2, 0.3
#: Largest cost of an unusual delay: twice the misfit.
MOST_FOR_DELAY = 0.7
#: Costs, in natural logarithms of the misfit, of what is unusual for an artery: tissue that leads
#: by a second, each second of dispersion beyond the usual, no first pass, a round group, a thin one
#: (mm), and each factor of e in volume. Chosen on seeded scenes (Testing/aif/vessel_scenes.py).
COST_LEAD, COST_DISPERSION, COST_PASS, COST_SHAPE, COST_SMALL = 0.5, 0.15, 1.5, 0.25, 0.15
USUAL_DISPERSION, THIN, COST_THIN = 1.5, 10.0, 0.4
#: Vessels fill together if their arrivals differ by less than this, s, or this share of the frame
#: interval.
SAME_TIME, SAME_TIME_PER_INTERVAL = 1.0, 0.15


@dataclass(frozen=True, eq=False)
class VesselCurve:
    """Curve and shape of one vessel.

    Attributes:
        C: ``(frames,)``, contrast agent as in blood, 0 before contrast. voxels: number.
        arrival, width: s. shape: of the vessel. through: it runs from the top of the images to
            their bottom. reaches: it reaches one of the two. interval: between frames, s.
    """

    C: Array
    voxels: int
    arrival: float
    width: float
    shape: VesselShape
    through: bool
    reaches: bool
    interval: float


@dataclass(frozen=True, eq=False)
class Ranked:
    """What the tissue says about one vessel."""

    curve: VesselCurve
    fit: Explanation
    first_pass: float
    cost: float
    kind: VesselKind = VesselKind.UNKNOWN
    ratio: float = 1.0
    equal: bool = False
    vp_factor: float = float("nan")
    vp_scatter: float = float("nan")
    reason: str = ""

    @property
    def middle(self) -> float:
        """Return the median delay of the tissues, s."""
        return float(np.median(self.fit.delay))

    @property
    def transit(self) -> float:
        """Return the time that blood needs to most tissue, s."""
        return transit(self.fit)

    @property
    def unexplained(self) -> float:
        """Return the median share of the tissues' variation that is left, beyond noise."""
        return float(np.median(self.fit.unexplained))


def first_pass_ratio(C: Array, t: Array, arrival: float) -> float:
    """Return the area of the first pass above the late level, over the late level, s."""
    late = (t > arrival + LATE[0]) & (t < arrival + LATE[1])
    if not late.any():
        late = t >= t[-1] - (t[-1] - arrival) / 3
    level = float(C[late].mean())
    early = (t > arrival - PASS_BEFORE) & (t < arrival + PASS_AFTER)
    weights = np.gradient(t)
    area = float((weights * C)[early].sum()) - level * PASS_AFTER
    return area / level if level > 0 else float("inf")


def together(one: VesselCurve, other: VesselCurve) -> bool:
    """Return whether two vessels fill at the same time."""
    limit = max(SAME_TIME, SAME_TIME_PER_INTERVAL * one.interval)
    return abs(one.arrival - other.arrival) < limit


def rank(
    v: VesselCurve, fit: Explanation, t: Array, largest: float, interval: float, thickest: float
) -> Ranked:
    ratio = first_pass_ratio(v.C, t, v.arrival)
    spread = np.hypot(DELAY_SD, DELAY_SD_PER_INTERVAL * interval)
    dispersion = float(np.median(fit.dispersion))
    cost = float(np.log(max(fit.total, 1e-9)))
    unusual = 0.5 * float((np.median(fit.delay) - USUAL_DELAY) / spread) ** 2
    cost += min(unusual, MOST_FOR_DELAY)
    cost += COST_LEAD * max(fit.lead - 0.5, 0.0)
    cost += COST_DISPERSION * max(dispersion - USUAL_DISPERSION, 0.0)
    cost += COST_PASS * max(1 - ratio / LEAST_PASS, 0.0)
    cost += COST_SMALL * float(np.log(largest / v.shape.volume))
    if not v.through:
        cost += COST_SHAPE * float(np.clip((LONG - v.shape.elongation) / (LONG - 1), 0, 1))
    if v.shape.thickness < THIN:
        cost += COST_THIN
    if v.shape.thickness > 0.6 * thickest:
        cost += COST_SHAPE
    return Ranked(v, fit, ratio, cost)


def least_pass(v: VesselCurve) -> float:
    """Return the least first pass of blood in a vessel of this shape, s."""
    least = LEAST_PASS_COARSE if v.interval > COARSE_FRAMES else LEAST_PASS_TUBE
    # What runs through the images and is long enough to look like a tube, but does not, is lung, an
    # organ or a fork of arteries, whose first pass only long frames bring near that of lung.
    sheet = v.shape.length > TUBE * v.shape.thickness and v.shape.elongation < LONG
    sheet = sheet and v.interval <= LONG_FRAMES
    if v.through and not sheet:
        return least
    if v.shape.elongation < BALL and not v.reaches:
        return LEAST_PASS_BALL
    part = np.clip((v.shape.elongation - ROUND) / (TUBE - ROUND), 0, 1)
    return float(LEAST_PASS + part * (least - LEAST_PASS))


def transit(fit: Explanation) -> float:
    """Return the time that blood needs from a vessel to most tissue, s."""
    return float(np.median(fit.delay + fit.dispersion))


def vp_ratio(other: Explanation, main: Explanation) -> tuple[float, float]:
    """Return the mean ratio of vp over the tissues and its log SD."""
    seen = (other.vp > 0) & (main.vp > 0)
    if seen.sum() < 2:
        return float("nan"), float("inf")
    log = np.log(other.vp[seen] / main.vp[seen])
    middle = float(np.median(log))
    return float(np.exp(middle)), float(np.median(np.abs(log - middle)) * 1.4826)
