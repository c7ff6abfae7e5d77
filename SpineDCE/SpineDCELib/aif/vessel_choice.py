"""Choice of the artery among vessels, by which of them feeds the tissue.

The vessel whose curve explains the tissue best is the artery if the tissue does not fill before it
(then it is a vein), not long after it (a vein or pulmonary artery that fills early), and if its
curve is that of blood (then it is no lesion). Nothing here depends on the scale of a curve.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.aif.artery_objections import (
    EARLY_MULTIPLE,
    LESION_SHARE,
    SLIM,
    before_heart,
    clause,
    ends_inside,
    largest_lead,
    objection,
    reason_of,
    shown_seconds,
    takes_up,
    trails,
)
from SpineDCELib.aif.candidates import Verdict, VesselKind
from SpineDCELib.aif.ranked_vessels import (
    COARSE_FRAMES,
    LONG,
    LONG_FRAMES,
    THIN,
    TUBE,
    Ranked,
    VesselCurve,
    first_pass_ratio,
    least_pass,
    rank,
    together,
    vp_ratio,
)
from SpineDCELib.aif.tissue_explanation import (
    Explanation,
    TissueCurves,
    blood_of,
    explain,
)
from SpineDCELib.vocabulary.quantities import number

Array = NDArray[np.float64]


#: A vessel that cannot be the artery but whose misfit is smaller by this factor means that the
#: artery is not among the others.
MUCH_BETTER = 2.0
#: A thick vessel whose misfit is larger by this factor does not make a thin one doubtful.
FAR_WORSE = 3.0
#: Vessels whose misfits differ by less than this factor explain the tissue equally well.
EQUAL = 1.3
#: Largest log SD, over the tissues, of the ratio of Vp with two vessels that differ by a factor
#: only.
SAME_VP = 0.15
#: Vessels whose plain misfit is above this multiple of the least are not tried with other peaks.
FAR = 20.0
#: Vessels that explain the tissue alike have misfits within this factor and fill within this time,
#: s.
ALIKE, ALIKE_ARRIVAL = 1.6, 2.5
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
        rank(v, fit, t, largest, interval, thickest) for v, fit in zip(vessels, fits, strict=True)
    ]
    # What takes up contrast like tissue explains other tissue too, so it comes last.
    uptake = [takes_up(i, ranked, t, interval) for i in range(len(ranked))]
    objections = [
        "uptake" if up else objection(r, interval, thickest)
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
    doubt = reason_of(ranked[main], objections[main], interval) if main == best_placed else ""
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
        doubt = "another vessel explains the tissue much better, but " + clause(
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
                "but " + clause(ranked[tube], objections[tube], interval)
            )
    ranked = [
        _named(r, None if doubt else ranked[main], interval, thickest, is_main=i == main)
        for i, r in enumerate(ranked)
    ]
    for i, r in enumerate(ranked):
        if i == main or r.kind is VesselKind.LESION:
            continue
        factor, scatter = vp_ratio(r.fit, ranked[main].fit)
        close = r.cost - ranked[main].cost < np.log(EQUAL)
        equal = not doubt and close and scatter < SAME_VP
        ranked[i] = replace(r, equal=equal, vp_factor=factor, vp_scatter=scatter)
    if not doubt:
        lumen = next(
            (i for i in order[1:] if objections[i] and _is_lumen(ranked[i], ranked[main])), None
        )
        if lumen is not None and not uptake[lumen] and objections[lumen] != "chamber":
            doubt = "the best candidate is the edge of another vessel: " + clause(
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
            doubt = _thin_doubt(ranked[main].fit.total, min(r.fit.total for r in thicker))
    if not doubt:
        rival = next((ranked[i] for i in order[1:] if _rivals(ranked[i], ranked[main])), None)
        if rival is not None:
            doubt = (
                f"two vessels explain the tissue equally well but give different maps of Vp (the "
                f"best, and a {rival.kind.value} whose Vp differs by "
                f"{number(100 * rival.vp_scatter, 0)} % between tissues)."
            )
    return Choice(main, doubt, tuple(ranked))


def _thin_doubt(own: float, larger: float) -> str:
    """Return why a thin candidate is not trusted beside a larger vessel; of the misfit of both."""
    return (
        "the best candidate is thin, and a much larger vessel that fills before the tissue "
        "explains it at least as well, so neither can be trusted."
        if larger <= own
        else "the best candidate is thin, and a much larger vessel that fills before the tissue "
        "explains it less well, so neither can be trusted."
    )


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
            and not together(r.curve, own.curve)
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
    return ends_inside(main.curve) and any(
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
        and not together(r.curve, main.curve)
    )


def _downstream(r: Ranked, main: Ranked, interval: float) -> bool:
    """Return whether a vessel of similar size lies between the best one and the tissue."""
    gap = r.curve.arrival - main.curve.arrival
    large = r.curve.shape.volume > LATER_VOLUME * main.curve.shape.volume
    # Long frames hide by how much the Vp of two vessels differs.
    differs = interval > LONG_FRAMES or vp_ratio(r.fit, main.fit)[1] >= SAME_VP
    alike = r.fit.total < EQUAL * main.fit.total and r.middle >= 0
    return (
        gap > max(LATER, LATER_PER_INTERVAL * interval)
        and large
        and ((main.middle >= SOON and differs) or (main.transit >= FAR_TRANSIT and alike))
        and not trails(r.fit, interval)
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
                and together(ranked[i].curve, first.curve)
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
            and vp_ratio(ranked[i].fit, first.fit)[1] < SAME_VP
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
        together(r.curve, rim.curve)
        and HALF_BLOOD * float(r.curve.C.max()) > float(rim.curve.C.max())
        and r.curve.shape.volume >= rim.curve.shape.volume
        and r.fit.total < MUCH_BETTER * rim.fit.total
    )


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
        delay, unexplained = number(r.middle, 1), number(100 * r.unexplained, 1)
        if r.ratio > 1:  # another one with its shape would have been taken
            reason = (
                f"Its curve explains the tissue (misfit {number(r.ratio, 2)} times the least), and "
                f"its shape is that of an artery: delay {delay} s, {unexplained} % unexplained."
            )
        else:
            reason = (
                f"Its curve explains the tissue best: delay {delay} s, {unexplained} % unexplained."
            )
        return replace(r, kind=VesselKind.ARTERY, reason=reason)
    before = 0.0 if artery is None else artery.curve.arrival - r.curve.arrival
    tolerance = max(1.5, 0.3 * interval)
    if r.first_pass < pass_of_blood and before < tolerance:
        kind = VesselKind.LESION
        reason = "Its late level is too high for its first pass: it takes up contrast like tissue."
    elif lead > largest_lead(interval) or (artery is None and trails(r.fit, interval)):
        lead = max(lead, -r.middle)
        kind = VesselKind.LATE_VEIN
        reason = f"The tissue fills about {shown_seconds(lead)} s before it."
    elif before > tolerance or (artery is None and before_heart(r, interval)):
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
        reason = (
            f"It leaves {number(100 * r.unexplained, 1)} % of the tissue's curves unexplained; "
            "with no artery to compare it with, its kind is not known."
        )
    if artery is not None and r.ratio > 1.05 * artery.ratio:
        times = number(r.ratio / artery.ratio, 1)
        reason += f" Its misfit of the tissue is {times} times that of the artery found."
    return replace(r, kind=kind, reason=reason)


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
