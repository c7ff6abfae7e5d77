"""Choice of the artery among vessels, by which of them feeds the tissue.

The vessel whose curve explains the tissue best is the artery if the tissue does not fill before it
(then it is a vein), not long after it (a vein or pulmonary artery that fills early), and if its
curve is that of blood (then it is no lesion). Nothing here depends on the scale of a curve.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.aif.candidates import Verdict, VesselKind
from SpineDCELib.aif.tissue_explanation import (
    DELAYS,
    DISPERSIONS,
    MODEL_ERROR,
    Explanation,
    TissueCurves,
    blood_of,
    explain,
)
from SpineDCELib.aif.vessel_labelling import VesselShape
from SpineDCELib.vocabulary.quantities import number

Array = NDArray[np.float64]

#: The late level is the mean from this many to this many seconds after the arrival, and the first
#: pass lies before this many: recirculation is mixed after a minute and a half.
LATE = (90.0, 240.0)
PASS_BEFORE, PASS_AFTER = 15.0, 30.0
#: Least area of a first pass over the late level, s: of a tube in long frames, of a tube, and of
#: another shape. In blood it is
#: about the volume of distribution over the cardiac output, 40 to 100 s; fresh blood and long
#: frames halve it; in a lesion, which is round, uptake raises the late level.
LEAST_PASS_COARSE, LEAST_PASS_TUBE, LEAST_PASS = 15.0, 18.0, 27.0
#: ... and of what runs through the images but is about as wide as long, as lung is, where it is
#: thicker than an aorta or tissue fills before it; a fork of arteries fills before all of it.
LEAST_PASS_SHORT = 45.0
#: ... and of a ball inside the images, which is a lesion or a piece of the heart; a vessel is only
#: round where it leaves the images or is cut by fresh blood at their edge.
LEAST_PASS_BALL, BALL = 55.0, 1.4
#: A lesion's ratio is below this share of that of the artery that feeds it; that of a vein before
#: the heart is above this multiple of it.
LESION_SHARE, EARLY_MULTIPLE = 0.6, 1.6
#: Least first pass, as a share of the largest of all vessels: beyond the heart its area over the
#: late level is that of dose over cardiac output in all vessels, however wide it has become
#: (Stewart and Hamilton), so what has much less takes contrast up.
SHARE_OF_VESSEL = 0.45
#: Largest first pass of a vein before the heart, as a multiple of that of blood behind it: the
#: superior vena cava carries the dose in a third of the cardiac output, the inferior one in two
#: thirds. What has a smaller first pass than follows from this takes contrast up.
UNDILUTED = 3.0
#: Largest lead of the tissue over its artery, s, and its increase per second of the frame interval.
LEAD, LEAD_PER_INTERVAL = 0.4, 0.1
#: Least delay after which even the tissue that fills first follows a vein or pulmonary artery that
#: fills early, s: from the right heart to the aorta blood needs about 8 s.
LONG_DELAY = 9.0
#: Delay of the first tissue that no artery has, s, however well it is determined.
LONGEST_DELAY = 9.3
#: Longest transit (delay and mean dispersion) from an artery to most tissue, s. From the pulmonary
#: artery it takes 8 s or more through lung and left heart first, which delay and disperse alike.
LONGEST_TRANSIT = 12.0
#: ... and if its curve must be dispersed as much as is tried. A vessel for which this is so and
#: that is thicker than an aorta is not trusted either.
LONGEST_SMEARED = 10.5
#: Largest area of a first pass over the late level, s, of blood that has passed the heart. Where
#: most tissue follows a vessel within the time that blood needs from the right heart to the aorta,
#: s, the vessel has passed it all the same.
LARGEST_PASS, FROM_RIGHT_HEART = 260.0, 8.0
#: Longest first pass at half height of an artery after a bolus injection, s, with short frames, and
#: what long frames add, in frame intervals, as the root of summed squares.
LONGEST_PASS, PASS_PER_INTERVAL = 20.0, 1.5
#: The tissue surely follows a vessel if the shortest delay that explains the first tissue to fill
#: is above this, s. It surely does not lead if that delay is above the negative of it.
LEAST_LAG = 0.5
#: The same of a tube that tissue follows by at least these delays, s (of the
#: tissue that fills first, and the median), as no vein is: after a slow injection, or with a slow
#: circulation.
LONGEST_SLOW_PASS, FOLLOWS_FIRST, FOLLOWS = 35.0, 0.5, 2.0
#: The lungs disperse the bolus, so a second of dispersion beyond 2 s counts as this much delay.
LAG_PER_DISPERSION = 0.8
#: Long frames make a delay uncertain by this share of the interval beyond 4 s.
LAG_PER_INTERVAL = 0.1
#: The median delay of the tissue after its artery is not negative, but for this share of the frame
#: interval beyond 4 s.
MIDDLE_PER_INTERVAL = 0.15
#: A group is round below the first elongation, long above the second and a tube above the third.
#: One that is no tube, not long, or round is a chamber of the heart if it is thicker than these
#: shares of the thickest vessel.
ROUND, LONG, TUBE = 1.5, 1.9, 2.5
CHAMBER, SMALL_CHAMBER, ROUND_CHAMBER = 0.8, 0.7, 0.53
#: Frames longer than this, s, may miss a first pass.
COARSE_FRAMES = 8.0
#: In them, the vessel is not trusted if most tissue fills later than this, s, or if its first pass
#: is wider than this, s, and its area over the late level less than this, s.
COARSE_DELAY, COARSE_WIDTH, COARSE_PASS = 8.5, 22.0, 30.0
#: ... nor if most tissue fills sooner than this, s, without any dispersion, as after a vein, nor
#: with fewer voxels than this, unless the first and the median tissue follow it by these shares of
#: the frame interval.
COARSE_SOON, COARSE_VOXELS = 3.0, 25
CLEARLY_FIRST, CLEARLY_AFTER = 0.25, 0.6
#: With frames longer than this, s, the order in which vessels fill is blurred.
LONG_FRAMES = 6.0
#: Least first pass over late level, s, of blood that reaches the image unmixed with other signal.
LEAST_BLOOD = 40.0
#: A vessel that cannot be the artery but whose misfit is smaller by this factor means that the
#: artery is not among the others.
MUCH_BETTER = 2.0
#: A thick vessel whose misfit is larger by this factor does not make a thin one doubtful.
FAR_WORSE = 3.0
#: Largest share of the tissue's variation that its artery leaves unexplained; the second where its
#: curve must be dispersed by this much to explain as much, s, where it is thin, so that its voxels
#: may hold other blood too, or where frames are so long that they blur the order of filling.
LARGEST_UNEXPLAINED, LARGEST_IF_UNSURE, MUCH_DISPERSION = 0.05, 0.035, 3.0
#: ... and of what is thin, no tube, and ends inside the images, as the edge of a lesion does; and
#: of what is not long, such as a crossing of artery and vein.
LARGEST_IF_LESION, LARGEST_IF_SHORT = 0.02, 0.03
#: Vessels whose misfits differ by less than this factor explain the tissue equally well.
EQUAL = 1.3
#: Largest log SD, over the tissues, of the ratio of Vp with two vessels that differ by a factor
#: only.
SAME_VP = 0.15
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
#: Vessels whose plain misfit is above this multiple of the least are not tried with other peaks.
FAR = 20.0
#: Vessels fill together if their arrivals differ by less than this, s, or this share of the frame
#: interval.
SAME_TIME, SAME_TIME_PER_INTERVAL = 1.0, 0.15
#: Vessels that explain the tissue alike have misfits within this factor and fill within this time,
#: s.
ALIKE, ALIKE_ARRIVAL = 1.6, 2.5
#: A normal aorta is thinner than the first, mm. What is thicker than the second is taken for an
#: artery and a vein side by side if it leaves more than the third of the tissue's variation
#: unexplained.
SLIM, THICKEST_ARTERY, LARGEST_IF_THICK = 28.0, 32.0, 0.02
#: Of arteries that fill together, one with less than this share of the highest peak is taken last:
#: its voxels are less than half blood, as at the edge of a vessel beside fat, or fresh blood flows
#: into them. Below half of this share, not even a thick vessel is taken after it.
HALF_BLOOD = 0.5
#: Of vessels that are alike, one is taken for its size before the one that explains the tissue best
#: if its volume is larger by this factor.
MUCH_LARGER = 1.25
#: A thin artery whose first pass is wider than that of another one by this factor holds some blood
#: of a vein beside it.
BLURRED = 1.4
#: A vessel that fills this much later, s (at least, and per frame interval), and still before the
#: tissue makes the first a possible pulmonary artery, unless its misfit is larger by this factor.
LATER, LATER_PER_INTERVAL, LATER_MISFIT = 3.0, 0.3, 2.0
#: ... and unless the tissue follows the first within this time, s: from the pulmonary artery blood
#: needs longer. The later one has at least this share of its volume. Where it explains the tissue
#: equally well, the first is doubtful if its blood needs longer than the third, s, to most tissue.
SOON, LATER_VOLUME, FAR_TRANSIT = 7.0, 0.25, 9.5
#: Objections that an artery may meet by chance.
UNSURE = ("wide", "unexplained", "coarse")
#: A curve that another vessel's explains but for this share, while it does not explain that one
#: even to this multiple of it, takes contrast up from it.
FED, ONE_WAY = 0.03, 3.0


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
        return _transit(self.fit)

    @property
    def unexplained(self) -> float:
        """Return the median share of the tissues' variation that is left, beyond noise."""
        return float(np.median(self.fit.unexplained))


@dataclass(frozen=True, eq=False)
class Choice:
    """The artery, or why there is none.

    Attributes:
        main: index of the best candidate; None without one. doubt: empty if it can be trusted.
        ranked: one per vessel, in the order given.
    """

    main: int | None
    doubt: str
    ranked: tuple[Ranked, ...]


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


def choose_vessel(
    vessels: list[VesselCurve], tissue: TissueCurves, t: Array, *, thickest: float
) -> Choice:
    """Rank the vessels by how well they explain the tissue, and choose the artery.

    Args:
        vessels: at least one. tissue: mean curves of tissue outside all vessels.
        t: frame times, s. thickest: of a vessel, mm.
    """
    interval = float(np.median(np.diff(t)))
    if not tissue.C.shape[1]:
        return _without_tissue(vessels, t)
    largest = max(v.shape.volume for v in vessels)
    fits = _fits(vessels, tissue, t)
    ranked = [
        _ranked(v, fit, t, largest, interval, thickest)
        for v, fit in zip(vessels, fits, strict=True)
    ]
    # What takes contrast up like tissue explains other tissue too, so it comes last.
    uptake = [_takes_up(i, ranked, t, interval) for i in range(len(ranked))]
    objections = [
        "uptake" if up else _objection(r, interval, thickest)
        for up, r in zip(uptake, ranked, strict=True)
    ]
    fair = [r.fit.total for r, o in zip(ranked, objections, strict=True) if o in ("", "coarse")]
    most = MUCH_BETTER * min(fair, default=np.inf)
    order = sorted(
        range(len(ranked)),
        key=lambda i: (
            uptake[i], objections[i] not in ("", "coarse"), ranked[i].fit.total > most,
            ranked[i].cost
        ),
    )  # fmt: skip
    best_placed = order[0]
    main = _best_shaped(order, ranked, uptake, objections, interval)
    order.remove(main)
    order.insert(0, main)
    best = min(r.fit.total for r in ranked)
    ranked = [replace(r, ratio=r.fit.total / best) for r in ranked]
    doubt = _reason(ranked[main], objections[main], interval) if main == best_placed else ""
    shape = ranked[main].curve.shape
    long = shape.elongation >= LONG or ranked[main].curve.through

    def _larger(one: int, other: int) -> bool:
        return ranked[one].curve.shape.volume > ranked[other].curve.shape.volume

    better = [
        i for i in order[1:]
        if objections[i]
        and not uptake[i]
        and ranked[main].fit.total > ranked[i].fit.total * (
            MUCH_BETTER if long and (objections[i] != "late" or _larger(main, i)) else EQUAL
        )
    ]  # fmt: skip
    if not doubt and better:
        doubt = "another vessel explains the tissue much better, but " + _clause(
            ranked[better[0]], objections[better[0]], interval
        )
    if not doubt:
        tube = next(
            (
                i for i in order[1:]
                if objections[i] in UNSURE and _larger_tube(ranked[i], ranked[main])
            ),
            None,
        )  # fmt: skip
        if tube is not None:
            doubt = (
                "a larger vessel that runs through the images explains the tissue about as well, "
                "but " + _clause(ranked[tube], objections[tube], interval)
            )
    ranked = [
        _named(r, None if doubt else ranked[main], interval, thickest, is_main=i == main)
        for i, r in enumerate(ranked)
    ]
    for i, r in enumerate(ranked):
        if i == main or r.kind is VesselKind.LESION:
            continue
        factor, scatter = _vp_ratio(r.fit, ranked[main].fit)
        close = r.cost - ranked[main].cost < np.log(EQUAL)
        equal = not doubt and close and scatter < SAME_VP
        ranked[i] = replace(r, equal=equal, vp_factor=factor, vp_scatter=scatter)
    if not doubt:
        lumen = next(
            (i for i in order[1:] if objections[i] and _is_lumen(ranked[i], ranked[main])), None
        )
        if lumen is not None and not uptake[lumen] and objections[lumen] != "chamber":
            doubt = "the best candidate is the edge of another vessel: " + _clause(
                ranked[lumen], objections[lumen], interval
            )
    if not doubt:
        later = next(
            (
                ranked[i] for i in order[1:]
                if not uptake[i]
                and ranked[i].kind is not VesselKind.LESION
                and objections[i] in ("", "chamber", "late", "coarse")
                and _downstream(ranked[i], ranked[main], interval)
            ),
            None,
        )  # fmt: skip
        if later is not None:
            gap = number(later.curve.arrival - ranked[main].curve.arrival, 0)
            doubt = (
                f"the best candidate fills {gap} s before another large vessel that also fills "
                "before the tissue, so it may be a pulmonary artery or a vein that fills early."
            )
    if not doubt:
        doubt = _ambiguous(main, ranked, objections, interval)
    if not doubt and _is_faint(ranked[main], ranked):
        doubt = (
            "the best candidate ends inside the images and is much fainter than a larger vessel "
            "that runs through them, so it may be the edge of a lesion."
        )
    if not doubt and ranked[main].curve.shape.thickness < THIN:
        thicker = [
            r for r, o in zip(ranked, objections, strict=True)
            if o not in ("late", "uptake")
            and r.curve.shape.thickness > 1.5 * THIN
            and r.curve.shape.volume > 4 * ranked[main].curve.shape.volume
            and r.fit.total < FAR_WORSE * ranked[main].fit.total
        ]  # fmt: skip
        if thicker:
            doubt = (
                "the best candidate is thin, and a much larger vessel that fills before the tissue "
                "explains it less well, so neither can be trusted."
            )
    if not doubt:
        rival = next((ranked[i] for i in order[1:] if _rivals(ranked[i], ranked[main])), None)
        if rival is not None:
            doubt = (
                f"two vessels explain the tissue equally well but give different maps of Vp (the "
                f"best, and a {rival.kind.value} whose Vp differs by "
                f"{number(100 * rival.vp_scatter, 0)} % between tissues)."
            )
    return Choice(main, doubt, tuple(ranked))


def _ambiguous(main: int, ranked: list[Ranked], objections: list[str], interval: float) -> str:
    """Return why another vessel of other timing may as well be the artery; empty if none may."""
    own = ranked[main]
    for i, r in enumerate(ranked):
        if i == main or objections[i] in ("uptake", "wide", "unexplained"):
            continue
        gap = own.curve.arrival - r.curve.arrival
        larger = r.curve.shape.volume > own.curve.shape.volume
        if (
            larger
            and gap > max(LATER, LATER_PER_INTERVAL * interval)
            and r.fit.total < own.fit.total
            and not objections[i]
        ):
            return (
                f"a larger vessel fills {number(gap, 0)} s before the best candidate and explains "
                "the tissue as well, so the best candidate may be a vein."
            )
        if (
            interval > COARSE_FRAMES
            and r.fit.total < EQUAL * own.fit.total
            and objections[i] != "late"
            and not _together(r.curve, own.curve)
            and r.middle - own.middle > LATER
            and r.curve.shape.volume > LATER_VOLUME * own.curve.shape.volume
        ):
            return (
                f"with frames of {number(interval, 0)} s, several vessels that fill at different "
                "times explain the tissue equally well."
            )
    return ""


def _is_faint(main: Ranked, ranked: list[Ranked]) -> bool:
    """Return whether a short vessel has a fraction of the contrast of a larger one through all."""
    return _ends_inside(main.curve) and any(
        r.curve.through
        and r.curve.shape.elongation >= TUBE
        and r.curve.shape.volume > main.curve.shape.volume
        and float(main.curve.C.max()) < HALF_BLOOD / 2 * float(r.curve.C.max())
        and r.kind is not VesselKind.LATE_VEIN
        for r in ranked
    )


def _larger_tube(r: Ranked, main: Ranked) -> bool:
    """Return whether a vessel has more of an artery's shape than the best one, and fits as well."""
    return (
        r.curve.through
        and not main.curve.through
        and r.curve.shape.elongation >= TUBE
        and r.curve.shape.volume > main.curve.shape.volume
        and r.fit.total < LATER_MISFIT * main.fit.total
        and not _together(r.curve, main.curve)
    )


def _together(one: VesselCurve, other: VesselCurve) -> bool:
    """Return whether two vessels fill at the same time."""
    limit = max(SAME_TIME, SAME_TIME_PER_INTERVAL * one.interval)
    return abs(one.arrival - other.arrival) < limit


def _downstream(r: Ranked, main: Ranked, interval: float) -> bool:
    """Return whether a vessel of similar size lies between the best one and the tissue."""
    gap = r.curve.arrival - main.curve.arrival
    large = r.curve.shape.volume > LATER_VOLUME * main.curve.shape.volume
    # Long frames hide by how much the Vp of two vessels differs.
    differs = interval > LONG_FRAMES or _vp_ratio(r.fit, main.fit)[1] >= SAME_VP
    alike = r.fit.total < EQUAL * main.fit.total and r.middle >= 0
    return (
        gap > max(LATER, LATER_PER_INTERVAL * interval)
        and large
        and ((main.middle >= SOON and differs) or (main.transit >= FAR_TRANSIT and alike))
        and not _trails(r.fit, interval)
        and r.curve.shape.thickness > THIN
        and r.fit.total < LATER_MISFIT * main.fit.total
    )


def _rivals(r: Ranked, main: Ranked) -> bool:
    """Return whether a vessel might be the artery instead, with another map of Vp."""
    close = r.cost - main.cost < np.log(EQUAL) / 2
    others = (VesselKind.EARLY_VEIN, VesselKind.PULMONARY, VesselKind.LATE_VEIN)
    return close and not r.equal and r.kind in others


def _best_shaped(
    order: list[int],
    ranked: list[Ranked],
    uptake: list[bool],
    objections: list[str],
    interval: float,
) -> int:
    """Return the best artery by its shape among those that fill and explain alike.

    The left heart holds the same blood as the aorta.
    """
    first = ranked[order[0]]
    if objections[order[0]]:
        return order[0]
    allowed = [
        i
        for i in order
        # In long frames the delays of two vessels that fill together may differ by chance.
        if (
            not objections[i]
            or (
                objections[i] == "late"
                and interval > LONG_FRAMES
                and _together(ranked[i].curve, first.curve)
            )
        )
        and not uptake[i]
    ]
    alike = [
        i
        for i in allowed
        if _is_lumen(ranked[i], first)
        or (
            ranked[i].fit.total < ALIKE * first.fit.total
            and abs(ranked[i].curve.arrival - first.curve.arrival) < ALIKE_ARRIVAL
            and (abs(ranked[i].middle - first.middle) < 2 * ALIKE_ARRIVAL or interval > LONG_FRAMES)
            and _vp_ratio(ranked[i].fit, first.fit)[1] < SAME_VP
        )
    ]

    top = max(float(ranked[i].curve.C.max()) for i in {order[0], *alike})
    sharpest = min(ranked[i].curve.width for i in {order[0], *alike})

    def shape(i: int) -> tuple[bool, bool, bool, bool, float]:
        curve = ranked[i].curve
        blood = float(curve.C.max()) / top
        sharp = curve.shape.thickness >= THIN or curve.width <= BLURRED * sharpest
        slim = curve.shape.thickness <= SLIM
        long = curve.through or curve.shape.elongation >= LONG
        volume = curve.shape.volume * (1.0 if long else 0.7)
        if i == order[0]:
            volume *= MUCH_LARGER
        return blood >= HALF_BLOOD / 2, slim, blood >= HALF_BLOOD, sharp, volume

    return max([order[0], *alike], key=shape)


def _is_lumen(r: Ranked, rim: Ranked) -> bool:
    """Return whether a vessel is the lumen of which another one is the edge, at most half blood."""
    return (
        _together(r.curve, rim.curve)
        and HALF_BLOOD * float(r.curve.C.max()) > float(rim.curve.C.max())
        and r.curve.shape.volume >= rim.curve.shape.volume
        and r.fit.total < MUCH_BETTER * rim.fit.total
    )


def _ranked(
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


def _takes_up(i: int, ranked: list[Ranked], t: Array, interval: float) -> bool:
    """Return whether a curve is that of a lesion: by itself, or fed by another vessel."""
    own = ranked[i]
    passes = [
        r.first_pass for r in ranked
        if r.curve.shape.elongation >= ROUND
        and r.first_pass < LARGEST_PASS
        and not _is_early(r.fit, interval)
    ]  # fmt: skip
    least = SHARE_OF_VESSEL * max(passes, default=0.0)
    undiluted = [r.first_pass for r in ranked if _before_heart(r, interval)]
    least = max(least, min(max(undiluted, default=0.0) / UNDILUTED, LEAST_BLOOD))
    if own.first_pass < least or _lacks_a_pass(own):
        return True
    if own.curve.through or own.curve.shape.elongation >= ROUND or own.first_pass > LEAST_BLOOD:
        return False
    for other in ranked:
        if (
            own.first_pass < LESION_SHARE * other.first_pass
            and other.curve.arrival < own.curve.arrival + max(1.0, 0.2 * interval)
            and other.cost < own.cost + np.log(3)
            and other.fit.lead <= _largest_lead(interval)
            and not _is_early(other.fit, interval)
        ):
            forward = _explained(other.curve.C, own.curve.C, t)
            back = _explained(own.curve.C, other.curve.C, t)
            if forward < FED and back > ONE_WAY * forward:
                return True
    return False


def _lacks_a_pass(r: Ranked) -> bool:
    """Return whether the first pass is less than that of blood in a vessel of this shape."""
    shape = r.curve.shape
    wide = r.curve.through and shape.elongation < LONG
    wide = wide and (shape.thickness > SLIM or r.fit.first < 0 or r.fit.lead > 0)
    return r.first_pass < max(least_pass(r.curve), LEAST_PASS_SHORT if wide else 0.0)


def _explained(blood: Array, curve: Array, t: Array) -> float:
    """Return the share of a curve's variation that a blood curve leaves unexplained."""
    C = curve[:, None]
    error = np.array([MODEL_ERROR * float(curve.max())])
    as_tissue = TissueCurves(C, np.zeros(1), error, np.ones(1, np.intp))
    return float(blood_of(blood, t).explain(as_tissue).unexplained[0])


def _largest_lead(interval: float) -> float:
    return LEAD + LEAD_PER_INTERVAL * interval


def _objection(r: Ranked, interval: float, thickest: float) -> str:
    """Return a code for why a vessel cannot be the artery; empty if it can."""
    if _lacks_a_pass(r):
        return "uptake"
    leads = r.fit.lead > _largest_lead(interval) and not _after_lung_only(r)
    if leads or _trails(r.fit, interval):
        return "late"
    if _before_heart(r, interval):
        return "early"
    slow = r.curve.width > COARSE_WIDTH and r.first_pass < COARSE_PASS
    tube_before = _tube_before_tissue(r)
    longest = LONGEST_SLOW_PASS if tube_before else LONGEST_PASS
    longest = float(np.hypot(longest, PASS_PER_INTERVAL * interval))
    if interval > LONG_FRAMES and r.fit.lag > -LEAST_LAG:
        longest = max(longest, LONGEST_PASS + interval)
    if r.curve.width > longest or (slow and interval > COARSE_FRAMES and not tube_before):
        return "wide"
    if _is_chamber(r.curve, thickest):
        return "chamber"
    if r.curve.shape.thickness > THICKEST_ARTERY and r.unexplained > LARGEST_IF_THICK:
        return "thick"
    unsure = float(np.median(r.fit.dispersion)) >= MUCH_DISPERSION
    unsure = unsure or r.curve.shape.thickness < THIN or interval >= COARSE_FRAMES
    most = LARGEST_IF_UNSURE if unsure else LARGEST_UNEXPLAINED
    if r.curve.shape.elongation < LONG:
        most = LARGEST_IF_SHORT
    if r.curve.shape.thickness < THIN and _ends_inside(r.curve):
        most = LARGEST_IF_LESION
    if r.unexplained > most:
        return "unexplained"
    if interval >= COARSE_FRAMES:
        sharp = float(np.median(r.fit.dispersion)) < 1.0
        clear = r.fit.first >= CLEARLY_FIRST * interval and r.middle >= CLEARLY_AFTER * interval
        few = r.curve.voxels < COARSE_VOXELS and (r.fit.lead > 0 or not clear)
        if ((sharp and r.middle < COARSE_SOON) or few) and r.fit.lag < LEAST_LAG:
            return "coarse"
    return ""


def _ends_inside(curve: VesselCurve) -> bool:
    """Return whether a vessel is no tube and reaches neither end of the images."""
    return curve.shape.elongation < TUBE and not curve.through and not curve.reaches


def _tube_before_tissue(r: Ranked) -> bool:
    """Return whether a vessel is a tube that all tissue follows."""
    after = r.fit.first >= FOLLOWS_FIRST and r.middle >= FOLLOWS
    return r.curve.shape.elongation >= TUBE and after and r.fit.lead <= 0


def _after_lung_only(r: Ranked) -> bool:
    """Return whether a tube through the images fills before most tissue, though not before all.

    Lung fills before the aorta.
    """
    tube = r.curve.through and r.curve.shape.elongation >= TUBE
    return tube and r.middle >= FOLLOWS


def _trails(fit: Explanation, interval: float) -> bool:
    """Return whether most of the tissue fills before a vessel."""
    least = -MIDDLE_PER_INTERVAL * max(interval - 4.0, 0.0)
    if np.percentile(fit.longest, 10) >= 0:
        # All tissue may as well fill with the vessel, so its delay is only known to one step.
        least -= DELAYS[1] - DELAYS[0]
    return float(np.median(fit.delay)) < least


def _is_early(fit: Explanation, interval: float) -> bool:
    """Return whether a vessel fills so long before all tissue that it lies before the lungs."""
    unsure = LAG_PER_INTERVAL * max(interval - 4.0, 0.0)
    if fit.first > LONGEST_DELAY + unsure:
        return True
    if interval > COARSE_FRAMES and float(np.median(fit.delay)) > COARSE_DELAY:
        return True
    if _transit(fit) > (LONGEST_SMEARED if _smeared(fit) else LONGEST_TRANSIT) + unsure:
        return True
    lag = fit.lag + LAG_PER_DISPERSION * (float(np.median(fit.dispersion)) - 2.0)
    return lag > LONG_DELAY + unsure


def _smeared(fit: Explanation) -> bool:
    """Return whether a curve explains most tissue best when it is dispersed as much as is tried."""
    return float(np.median(fit.dispersion)) >= DISPERSIONS[-1]


def _transit(fit: Explanation) -> float:
    """Return the time that blood needs from a vessel to most tissue, s."""
    return float(np.median(fit.delay + fit.dispersion))


def _before_heart(r: Ranked, interval: float) -> bool:
    """Return whether a vessel lies before the lungs or the heart, by its timing or dilution."""
    undiluted = r.first_pass > LARGEST_PASS and not 0 <= r.middle < FROM_RIGHT_HEART
    thick = r.curve.shape.thickness > SLIM and _smeared(r.fit)
    return undiluted or thick or _is_early(r.fit, interval)


def _is_chamber(curve: VesselCurve, thickest: float) -> bool:
    shape = curve.shape
    if curve.through:
        return False
    limits = ((CHAMBER, TUBE), (SMALL_CHAMBER, LONG), (ROUND_CHAMBER, ROUND))
    return any(
        shape.thickness > share * thickest and shape.elongation < least for share, least in limits
    )


def _clause(r: Ranked, code: str, interval: float) -> str:
    """Return an objection as a clause about the vessel.

    Long frames blur the order of filling, so then the clause does not say what the vessel is.
    """
    if code == "late":
        lead = _seconds(max(r.fit.lead, -r.middle))
        return f"the tissue fills about {lead} s before it, " + _as("a vein", interval)
    if code == "early":
        if r.first_pass > LARGEST_PASS:
            why = "its first pass is undiluted, "
        elif r.fit.first > LONGEST_DELAY:
            why = f"even the first tissue fills {number(r.fit.first, 0)} s after it, "
        else:
            why = f"its blood needs {number(r.transit, 0)} s to most tissue, "
        return why + _as("a vein that fills early or a pulmonary artery", interval)
    if code == "wide":
        width = number(r.curve.width, 0)
        return f"its first pass lasts {width} s, " + _as(
            "a vein or after a slow injection", interval
        )
    if code == "chamber":
        thickness = number(r.curve.shape.thickness, 0)
        return (
            f"it is {thickness} mm thick, so it is a chamber of the heart; no artery explains the "
            "tissue."
        )
    if code == "thick":
        thickness = number(r.curve.shape.thickness, 0)
        return (
            f"it is {thickness} mm thick and leaves {number(100 * r.unexplained, 0)} % of the "
            "tissue's curves unexplained, so it may be an artery and a vein side by side."
        )
    if code == "coarse":
        return (
            f"with frames of {number(interval, 0)} s and {r.curve.voxels} voxels, an artery cannot "
            "be told from a vein that fills soon after it."
        )
    if code == "uptake":
        return (
            "its late level is too high for its first pass, so it is a lesion or an organ, or long "
            "frames or fresh blood hide the first pass."
        )
    return (
        f"it leaves {number(100 * r.unexplained, 0)} % of the tissue's curves unexplained, so it "
        "does not feed the tissue, or saturation, T2* or inflow distorts its first pass."
    )


def _seconds(time: float) -> str:
    """Return a time that is not rounded to zero."""
    return number(time, 0 if time >= 1 else 1)


def _as(what: str, interval: float) -> str:
    """Return the end of a sentence that says what a vessel is, as surely as the frames allow."""
    if interval > LONG_FRAMES:
        return f"as in {what}; with frames of {number(interval, 0)} s an artery can look the same."
    return f"as in {what}; no artery was found that explains the tissue."


def _reason(r: Ranked, code: str, interval: float) -> str:
    """Return why the best vessel is not the artery; empty if it is."""
    return f"the best candidate is doubtful: {_clause(r, code, interval)}" if code else ""


def _fits(vessels: list[VesselCurve], tissue: TissueCurves, t: Array) -> list[Explanation]:
    """Return the best fit of each vessel; those far behind get no other first passes."""
    plain = [blood_of(v.C, t).explain(tissue) for v in vessels]
    blood = [first_pass_ratio(v.C, t, v.arrival) >= least_pass(v) for v in vessels]
    least = min((p.total for p, ok in zip(plain, blood, strict=True) if ok), default=np.inf)
    return [
        explain(v.C, t, tissue) if ok and p.total < FAR * least else p
        for v, p, ok in zip(vessels, plain, blood, strict=True)
    ]


def _named(
    r: Ranked,
    artery: Ranked | None,
    interval: float,
    thickest: float,
    *,
    is_main: bool,
) -> Ranked:
    """Return the vessel with its kind and the reason for it."""
    lead = r.fit.lead
    thick = r.curve.shape.thickness > 0.6 * thickest
    pass_of_blood = least_pass(r.curve) if artery is None else (LESION_SHARE * artery.first_pass)
    if is_main and artery is not None:
        return replace(
            r,
            kind=VesselKind.ARTERY,
            reason=(
                f"Its curve explains the tissue best: delay {number(r.fit.delay.mean(), 0)} s, "
                f"{number(100 * r.unexplained, 1)} % unexplained."
            ),
        )
    before = 0.0 if artery is None else artery.curve.arrival - r.curve.arrival
    tolerance = max(1.5, 0.3 * interval)
    if r.first_pass < pass_of_blood and before < tolerance:
        kind = VesselKind.LESION
        reason = "Its late level is too high for its first pass: it takes contrast up like tissue."
    elif lead > _largest_lead(interval) or (artery is None and _trails(r.fit, interval)):
        lead = max(lead, -r.middle)
        kind = VesselKind.LATE_VEIN
        reason = f"The tissue fills about {_seconds(lead)} s before it."
    elif before > tolerance or (artery is None and _before_heart(r, interval)):
        seconds = number(before if artery is not None else r.fit.first, 0)
        of = "the artery" if artery is not None else "the tissue"
        reason = f"It fills {seconds} s before {of}."
        if thick:
            kind = VesselKind.HEART
        elif artery is not None and r.first_pass > EARLY_MULTIPLE * artery.first_pass:
            kind = VesselKind.EARLY_VEIN
            reason += " Its first pass is undiluted."
        else:
            kind = VesselKind.PULMONARY
    elif thick and r.curve.shape.elongation < TUBE:
        kind, reason = VesselKind.HEART, "It is too thick for a vessel."
    elif before < -tolerance:
        kind = VesselKind.LATE_VEIN
        reason = f"It fills {number(-before, 0)} s after the artery."
    elif artery is not None:
        kind, reason = VesselKind.ARTERY, "It fills with the artery."
    else:
        kind = VesselKind.UNKNOWN
        reason = f"It leaves {number(100 * r.unexplained, 0)} % of the tissue's curves unexplained."
    if artery is not None and r.ratio > 1.05 * artery.ratio:
        reason += (
            f" Its misfit of the tissue is {number(r.ratio / artery.ratio, 1)} times as large."
        )
    return replace(r, kind=kind, reason=reason)


#: Verdict of the voxels of a vessel that is not the main one.
VERDICT_OF_KIND = {
    VesselKind.ARTERY: Verdict.OTHER_VESSEL,
    VesselKind.EARLY_VEIN: Verdict.EARLY,
    VesselKind.PULMONARY: Verdict.EARLY,
    VesselKind.HEART: Verdict.CHAMBER,
    VesselKind.LATE_VEIN: Verdict.LATE,
    VesselKind.LESION: Verdict.LESION,
    VesselKind.UNKNOWN: Verdict.OTHER_VESSEL,
}


def _vp_ratio(other: Explanation, main: Explanation) -> tuple[float, float]:
    """Return the mean ratio of vp over the tissues and its log SD."""
    seen = (other.vp > 0) & (main.vp > 0)
    if seen.sum() < 2:
        return float("nan"), float("inf")
    log = np.log(other.vp[seen] / main.vp[seen])
    middle = float(np.median(log))
    return float(np.exp(middle)), float(np.median(np.abs(log - middle)) * 1.4826)


def _without_tissue(vessels: list[VesselCurve], t: Array) -> Choice:
    """Return the largest vessel; without tissue nothing shows that it feeds anything."""
    nothing = np.full(1, np.nan)
    fit = Explanation(
        nothing, nothing, nothing, nothing, nothing, nothing, nothing, np.zeros((t.size, 1))
    )
    ranked = tuple(
        Ranked(v, fit, first_pass_ratio(v.C, t, v.arrival), float("nan")) for v in vessels
    )
    main = int(np.argmax([v.shape.volume * v.C.max() for v in vessels]))
    return Choice(main, "no tissue enhances enough to show which vessel feeds it.", ranked)
