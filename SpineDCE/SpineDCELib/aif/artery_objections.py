"""Objections to a vessel as the artery: by its first pass, its order of filling, its shape.

A vessel that tissue fills before is a vein; one that fills long before all tissue is a vein or
pulmonary artery that fills early; one whose late level is high for its first pass takes contrast
up. Nothing here depends on the scale of a curve.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.aif.ranked_vessels import (
    COARSE_FRAMES,
    LONG,
    LONG_FRAMES,
    ROUND,
    THIN,
    TUBE,
    Ranked,
    VesselCurve,
    least_pass,
    transit,
)
from SpineDCELib.aif.tissue_explanation import (
    DELAYS,
    DISPERSIONS,
    MODEL_ERROR,
    Explanation,
    TissueCurves,
    blood_of,
)
from SpineDCELib.vocabulary.quantities import number

Array = NDArray[np.float64]


#: Least area of a first pass over the late level, s, of what runs through the images but is about
#: as wide as long, as lung is, where it is thicker than an aorta or tissue fills before it; a fork
#: of arteries fills before all of it.
LEAST_PASS_SHORT = 45.0
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
#: Longest first pass of a tube that tissue follows by at least these delays, s (of the tissue that
#: fills first, and the median), as no vein is: after a slow injection, or with a slow circulation.
LONGEST_SLOW_PASS, FOLLOWS_FIRST, FOLLOWS = 35.0, 0.5, 2.0
#: The lungs disperse the bolus, so a second of dispersion beyond 2 s counts as this much delay.
LAG_PER_DISPERSION = 0.8
#: Long frames make a delay uncertain by this share of the interval beyond 4 s.
LAG_PER_INTERVAL = 0.1
#: The median delay of the tissue after its artery is not negative, but for this share of the frame
#: interval beyond 4 s.
MIDDLE_PER_INTERVAL = 0.15
#: A group that is no tube, not long, or round is a chamber of the heart if it is thicker than these
#: shares of the thickest vessel.
CHAMBER, SMALL_CHAMBER, ROUND_CHAMBER = 0.8, 0.7, 0.53
#: In coarse frames, the vessel is not trusted if most tissue fills later than this, s, or if its
#: first pass is wider than this, s, and its area over the late level less than this, s.
COARSE_DELAY, COARSE_WIDTH, COARSE_PASS = 8.5, 22.0, 30.0
#: ... nor if most tissue fills sooner than this, s, without any dispersion, as after a vein, nor
#: with fewer voxels than this, unless the first and the median tissue follow it by these shares of
#: the frame interval.
COARSE_SOON, COARSE_VOXELS = 3.0, 25
CLEARLY_FIRST, CLEARLY_AFTER = 0.25, 0.6
#: Least first pass over late level, s, of blood that reaches the image unmixed with other signal.
LEAST_BLOOD = 40.0
#: Largest share of the tissue's variation that its artery leaves unexplained; the second where its
#: curve must be dispersed by this much to explain as much, s, where it is thin, so that its voxels
#: may hold other blood too, or where frames are so long that they blur the order of filling.
LARGEST_UNEXPLAINED, LARGEST_IF_UNSURE, MUCH_DISPERSION = 0.05, 0.035, 3.0
#: ... and of what is thin, no tube, and ends inside the images, as the edge of a lesion does; and
#: of what is not long, such as a crossing of artery and vein.
LARGEST_IF_LESION, LARGEST_IF_SHORT = 0.02, 0.03
#: A normal aorta is thinner than the first, mm. What is thicker than the second is taken for an
#: artery and a vein side by side if it leaves more than the third of the tissue's variation
#: unexplained.
SLIM, THICKEST_ARTERY, LARGEST_IF_THICK = 28.0, 32.0, 0.02
#: A curve that another vessel's explains but for this share, while it does not explain that one
#: even to this multiple of it, takes contrast up from it.
FED, ONE_WAY = 0.03, 3.0


def takes_up(i: int, ranked: list[Ranked], t: Array, interval: float) -> bool:
    """Return whether a curve is that of a lesion: by itself, or fed by another vessel."""
    own = ranked[i]
    passes = [
        r.first_pass for r in ranked
        if r.curve.shape.elongation >= ROUND
        and r.first_pass < LARGEST_PASS
        and not _is_early(r.fit, interval)
    ]  # fmt: skip
    least = SHARE_OF_VESSEL * max(passes, default=0.0)
    undiluted = [r.first_pass for r in ranked if before_heart(r, interval)]
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
            and other.fit.lead <= largest_lead(interval)
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


def largest_lead(interval: float) -> float:
    return LEAD + LEAD_PER_INTERVAL * interval


def objection(r: Ranked, interval: float, thickest: float) -> str:
    """Return a code for why a vessel cannot be the artery; empty if it can."""
    if _lacks_a_pass(r):
        return "uptake"
    leads = r.fit.lead > largest_lead(interval) and not _after_lung_only(r)
    if leads or trails(r.fit, interval):
        return "late"
    if before_heart(r, interval):
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
    if r.curve.shape.thickness < THIN and ends_inside(r.curve):
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


def ends_inside(curve: VesselCurve) -> bool:
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


def trails(fit: Explanation, interval: float) -> bool:
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
    if transit(fit) > (LONGEST_SMEARED if _smeared(fit) else LONGEST_TRANSIT) + unsure:
        return True
    lag = fit.lag + LAG_PER_DISPERSION * (float(np.median(fit.dispersion)) - 2.0)
    return lag > LONG_DELAY + unsure


def _smeared(fit: Explanation) -> bool:
    """Return whether a curve explains most tissue best when it is dispersed as much as is tried."""
    return float(np.median(fit.dispersion)) >= DISPERSIONS[-1]


def before_heart(r: Ranked, interval: float) -> bool:
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


def clause(r: Ranked, code: str, interval: float) -> str:
    """Return an objection as a clause about the vessel.

    Long frames blur the order of filling, so then the clause does not say what the vessel is.
    """
    if code == "late":
        lead = shown_seconds(max(r.fit.lead, -r.middle))
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
            f"it is {thickness} mm thick, too thick for an artery, so it may be a chamber of the "
            "heart; no artery explains the tissue."
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


def shown_seconds(time: float) -> str:
    """Return a time that is not rounded to zero."""
    return number(time, 0 if time >= 1 else 1)


def _as(what: str, interval: float) -> str:
    """Return the end of a sentence that says what a vessel is, as surely as the frames allow."""
    if interval > LONG_FRAMES:
        return f"as in {what}; with frames of {number(interval, 0)} s an artery can look the same."
    return f"as in {what}; no artery was found that explains the tissue."


def reason_of(r: Ranked, code: str, interval: float) -> str:
    """Return why the best vessel is not the artery; empty if it is."""
    return f"the best candidate is doubtful: {clause(r, code, interval)}" if code else ""
