"""Automatic artery search: score curves, group them into vessels, choose the artery.

Curves that could be blood (criteria: baseline noise, arrival, rise, peak, width, roughness after
the peak, saturation) are grouped into vessels. Of those, the artery is the one that feeds the
tissue (see ``vessel_choice``). In it, only voxels that hold nothing but blood in a steady state are
averaged.

No threshold is specific to a scanner or protocol: thresholds are multiples of the noise in the
data, ratios within one vessel, or limits that physiology sets.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from SpineDCELib.aif.candidates import Candidate, Detection, Verdict, VesselEvidence
from SpineDCELib.aif.mean_curve import aligned_mean
from SpineDCELib.aif.pure_blood_voxels import GAIN, LumenVoxels, classify_lumen
from SpineDCELib.aif.ranked_vessels import (
    SAME_TIME,
    SAME_TIME_PER_INTERVAL,
    THIN,
    Ranked,
    VesselCurve,
    first_pass_ratio,
    least_pass,
)
from SpineDCELib.aif.tissue_explanation import TissueCurves, tissue_curves
from SpineDCELib.aif.vessel_choice import VERDICT_OF_KIND, Choice, choose_vessel
from SpineDCELib.aif.vessel_groups import (
    ENOUGH,
    LEAST_VOLUME_SHARE,
    SPLIT,
    SPLIT_PER_INTERVAL,
    join_pieces,
    split_groups,
)
from SpineDCELib.aif.vessel_labelling import (
    VesselShape,
    depth_in_slice,
    label_vessels,
    measure_shape,
    surroundings,
    thin_parts,
)
from SpineDCELib.aif.voxel_scores import (
    Array,
    Scores,
    ToContrast,
    area_under_curve,
    estimate_baseline,
    voxel_scores,
)
from SpineDCELib.errors import InputError
from SpineDCELib.progress import Progress, silent
from SpineDCELib.series.dynamic_series import DynamicSeries, Geometry

# Constants of the search that hold in every protocol: multiples of the noise, or shares within one
# image. None has a published source; each was chosen for the reason given with it.
#: SNR of a voxel's mean before contrast, below which its neighbours are averaged in: at 7 the
#: baseline is known to a seventh, and concentration to about a quarter.
LEAST_BASELINE_SNR = 7.0
#: Least baseline signal, in SDs of a frame's noise; keeps ratios to a dark baseline finite.
BASELINE_FLOOR = 0.5
#: Largest fall below the baseline before the peak, in SDs of a frame's noise: noise alone does not
#: reach 6 SDs in any of a million voxels.
LARGEST_DIP = 6.0
#: A vessel of which a larger share lies in regions drawn as tissue is not considered. Outlines are
#: drawn with an error of a voxel or two, and a group of bright voxels may reach beyond a lesion.
LARGEST_DRAWN_SHARE = 0.25
#: A group that mostly touches one of this many times its volume is its edge, if thinner than this,
#: mm.
EDGE_SHARE, EDGE_THICKNESS = 4.0, 12.0
#: Largest number of vessels that are compared.
MOST_VESSELS = 14
#: Least peak of a second artery, as a share of the main one's; less is partial volume.
LEAST_PEAK_SHARE = 0.3
#: Least mean rise of tissue, in SDs of its own error, and least baseline, in SDs of a frame.
TISSUE_RISE, TISSUE_LEVEL = 4.0, 4.0
#: Voxels of tissue whose curves are converted; more take longer and do not change the result.
TISSUE_VOXELS = 6000
#: Frames that may be saturated in a possible artery: of the first pass, where B1 or blood T1
#: differ.
SATURATED_FRAMES = 2
#: Share of the largest areas that is enough where fewer than ``ENOUGH`` voxels are accepted, so
#: that the limits of a voxel's area are widened.
WIDE_SHARE = 0.8
#: A thin group is the border of two vessels if more than this share of its voxels touches each, and
#: a sum of their signals explains its own but for this share of the peak, with this share of each.
BESIDE, MIX_ERROR, LEAST_MIX_SHARE = 0.5, 0.05, 0.15
#: Least voxels of a thin artery that touch no other vessel, with which those that do are left out.
LEAST_APART = 4
#: With fewer, it may hold blood of a vein if the last vein fills less than this after it, s: blood
#: needs longer through the capillaries of head or pelvis, and a share of the vein in the artery
#: shortens the time between them (chosen).
LEAST_TRANSIT = 7.0
#: Percentile of the depth in the vessel above which voxels are its core.
CORE_PERCENTILE = 60
#: SDs of baseline scatter by which a voxel's area may differ; 1 % of steady voxels are lost.
SCATTER_SDS = 2.5
#: Tolerance below the vessel's area, as a share of that above it.
LOW_SIDE = 0.6
#: Least size of a connected part of the vessel, as a share of the largest part.
LEAST_PART = 0.1

#: An artery thinner than this many voxels has no inner ones: where it is two voxels wide, each
#: touches what lies beside it (thickness is twice the largest depth).
NARROW = 2.9
NARROW_ARTERY = (
    "The artery is at most two voxels wide, so each of its voxels may also hold fat, bone or blood "
    "of a vein beside it: the AIF may be too low, or partly that of the vein."
)


@dataclass(frozen=True)
class Criteria:
    """Limits of the artery search, in units that mean the same in every protocol.

    Where no source is named, the limit is a choice, checked on the QIBA reference object and on
    the digital spine over noise, motion and frame interval (docs/validation.md).

    Attributes:
        rise_over_noise: least signal rise, in SDs of a frame's noise.
        peak_ratio: least peak over baseline signal ("peak over baseline ≥ 3").
        least_peak: mM; a tenth of the peak that 0.1 mmol/kg gives in the aorta of an adult
            (6 mM: Parker et al., Magn Reson Med 2006;56:993).
        longest_pass: s, of the first pass at half height, beyond the frame interval; bolus
            injections of 0.5 mL/s and more.
        first_pass_ratio: least peak over the late level; after mixing in the blood volume and
            the first minutes of leakage, less than half is left, but long frames and fresh blood
            lower the peak.
        roughness: largest scatter after the peak, beyond noise, as a share of the peak.
        least_voxels, least_volume: of a vessel; volume in mm³.
        thickest: mm; an aneurysm of the aorta is rarely thicker.
        same_time: s, within which vessels fill together.
        branch: cross-section below which, as a share of the vessel's, a part is a branch.
        tolerance: largest deviation of a voxel's area and peak from the vessel's, as a share.
        uniform: largest share by which the mean area of voxels in similar positions may be below
            the vessel's.
        slice_share: least share of the fullest slice's voxels that a slice must have.
        least_SNR: of the artery before contrast, in one frame; below it the noise floor decides.
        least_steadiness: the same over all frames before contrast and the voxels that are averaged
            for a baseline.
    """

    rise_over_noise: float = 10.0
    peak_ratio: float = 2.0
    least_peak: float = 0.3
    longest_pass: float = 40.0
    first_pass_ratio: float = 1.5
    roughness: float = 0.1
    least_voxels: int = 8
    least_volume: float = 300.0
    thickest: float = 50.0
    same_time: float = 2.0
    branch: float = 0.45
    tolerance: float = 0.1
    uniform: float = 0.04
    slice_share: float = 0.02
    least_SNR: float = 1.5
    least_steadiness: float = 7.0


@dataclass(frozen=True, eq=False)
class _Vessel:
    """A group of voxels, given by their positions in the pool, with its shape and timing."""

    members: NDArray[np.intp]
    shape: VesselShape
    arrival: float
    onset: float
    peak: float


def detect(
    dynamic: DynamicSeries,
    *,
    to_contrast: ToContrast,
    tissue_contrast: ToContrast | None = None,
    unit: str = "mM",
    region: NDArray[np.bool_] | None = None,
    tissue: NDArray[np.bool_] | None = None,
    criteria: Criteria | None = None,
    progress: Progress = silent,
) -> Detection:
    """Find the artery in a dynamic series.

    Args:
        to_contrast: signal ``(frames, voxels)`` and baseline ``(voxels,)`` → contrast agent as in
            blood, NaN where saturated; see :func:`blood_contrast`.
        tissue_contrast: the same as in tissue; ``to_contrast`` if None.
        unit: of the values that ``to_contrast`` returns.
        region: ``(slices, rows, columns)``; the search stays inside.
        tissue: the same shape; a vessel of which more than ``LARGEST_DRAWN_SHARE`` lies inside is
            not considered.

    Returns:
        A :class:`~SpineDCELib.aif.candidates.Detection`; its ``doubt`` is the reason why no artery
        can be trusted, and empty if one can.
    """
    limits = criteria or Criteria()
    signal, t, geometry = dynamic.signal, dynamic.times, dynamic.geometry
    verdicts = np.zeros(geometry.shape, np.uint8)
    numbers = np.zeros(geometry.shape, np.int32)
    arrival = np.full(geometry.shape, np.nan, np.float32)
    progress(0.0, "Finding the artery")
    try:
        n0, noise = estimate_baseline(signal, t=t)
    except InputError as error:
        return Detection((), verdicts, numbers, arrival, None, 1, 0.0, unit, doubt=str(error))

    baseline, SNR = _baseline(signal[:n0], noise)
    top = signal.max(axis=0)
    with np.errstate(invalid="ignore"):
        pool = (top - baseline > limits.rise_over_noise * noise) & np.isfinite(top)
        pool &= top > limits.peak_ratio * baseline
    if region is not None:
        verdicts[pool & ~region] = Verdict.OUTSIDE_REGION
        pool &= region
    voxels = np.flatnonzero(pool)
    progress(0.3, "Scoring curves")
    curves = signal.reshape(len(t), -1)[:, voxels]
    scores = voxel_scores(
        curves,
        t=t,
        baseline=baseline.flat[voxels],
        SNR=SNR.flat[voxels],
        noise=noise,
        to_contrast=to_contrast,
    )
    arrival.flat[voxels] = scores.arrival
    verdict = _judged_alone(scores, limits, unit, float(np.median(np.diff(t))))
    progress(0.7, "Forming vessels")
    interval = float(np.median(np.diff(t)))

    def contrast_of(members: NDArray[np.intp]) -> Array:
        return _mean_contrast(curves[:, members], n0, noise, to_contrast)

    vessels = _vessels(voxels, scores, verdict, geometry, limits, interval, contrast_of)
    if tissue is not None:
        vessels = _outside(tissue.flat[voxels], vessels, verdict)
    main, doubt, ranked = None, "" if vessels else _why_none(verdict), {}
    borders: list[_Vessel] = []
    blood: list[_Vessel] = []
    if vessels:
        means = [_vessel_curve(v, curves, scores, t, n0, noise, to_contrast, voxels, geometry)
                 for v in vessels]  # fmt: skip
        pure = ~_borders(vessels, curves, n0, voxels, geometry, interval)
        for v, kept in zip(vessels, pure, strict=True):
            if not kept:
                verdict[v.members] = Verdict.EDGE
        borders = [v for v, kept in zip(vessels, pure, strict=True) if not kept]
        vessels = [v for v, kept in zip(vessels, pure, strict=True) if kept]
        means = [c for c, kept in zip(means, pure, strict=True) if kept]
        solid = [
            v for v, c in zip(vessels, means, strict=True)
            if first_pass_ratio(c.C, t, c.arrival) < least_pass(c)
        ]  # fmt: skip
        blood = [v for v in vessels if v not in solid]
        curves_of_tissue = _tissue(
            signal,
            baseline,
            blood,
            voxels,
            verdict,
            geometry,
            n0,
            noise,
            tissue_contrast or to_contrast,
        )
        progress(0.8, "Comparing vessels with the tissue")
        choice = choose_vessel(means, curves_of_tissue, t, thickest=limits.thickest)
        main, doubt = _chosen(vessels, choice, verdict, limits)
        ranked = {id(v): r for v, r in zip(vessels, choice.ranked, strict=True)}
    if main is not None:
        doubt = _unusable(main, scores, t, n0, noise, limits) or doubt
        own = curves[:, main.members]
        inside = classify_lumen(
            _mask(main.members, voxels, geometry),
            geometry,
            power=np.square(own, dtype=np.float64),
            area_of=lambda means: area_under_curve(means, t=t, before=n0, to_contrast=to_contrast),
            before=n0,
            noise=noise,
            uniform=limits.uniform,
        )
        _select(main, voxels, scores, verdict, geometry, inside, n0, limits)
        doubt = doubt or _mixed(
            main, vessels, blood, borders, voxels, scores, verdict, geometry, interval
        )
        _leave_contacts(main, vessels, voxels, scores, verdict, geometry, interval)
        if not doubt and not (verdict == Verdict.ACCEPTED).any():
            doubt = "no voxel is wholly inside the artery and has a steady curve."
    if doubt:
        verdict[verdict == Verdict.ACCEPTED] = Verdict.DOUBTED
    verdicts.flat[voxels] = verdict
    accepted = verdict == Verdict.ACCEPTED
    mean = None
    if accepted.any():
        mean = aligned_mean(curves[:, accepted], t=t, arrival=scores.arrival[accepted], noise=noise)
    ordered = sorted(vessels, key=lambda v: (v is not main, -v.shape.volume))
    for number, vessel in enumerate(ordered, start=1):
        numbers.flat[voxels[vessel.members]] = number
    doubted = main if doubt else None
    table = _table(ordered, voxels, scores, verdict, curves, geometry, doubted)
    evidence = tuple(
        _evidence(number, vessel, ranked[id(vessel)], voxels, geometry)
        for number, vessel in enumerate(ordered, start=1)
    )
    if doubt and main is not None:
        first, *others = evidence
        evidence = (replace(first, reason=f"Not trusted as the artery: {doubt}"), *others)
    progress(1.0, "Finding the artery")
    narrow = main is not None and main.shape.thickness < NARROW * max(geometry.spacing[:2])
    return Detection(
        table,
        verdicts,
        numbers,
        arrival,
        mean,
        n0,
        noise,
        unit,
        doubt,
        evidence=evidence,
        warnings=(NARROW_ARTERY,) if narrow and not doubt else (),
    )


def _baseline(
    signal: NDArray[np.floating], noise: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the signal before contrast and its SNR in one frame, ``(slices, rows, columns)``.

    Where a voxel's mean over its frames has an SNR below ``LEAST_BASELINE_SNR``, its eight
    neighbours are averaged in. The noise floor of a magnitude is subtracted, see
    :func:`~SpineDCELib.aif.mean_curve.aligned_mean`.
    """
    power = np.mean(np.square(signal, dtype=np.float64), axis=0)
    own = np.sqrt(np.maximum(power - 2 * noise**2, (BASELINE_FLOOR * noise) ** 2))
    doubtful = own * np.sqrt(len(signal)) < LEAST_BASELINE_SNR * noise
    if not doubtful.any():
        return own, own / noise
    around = ndimage.uniform_filter(power, (1, 3, 3), mode="nearest")
    local = np.sqrt(np.maximum(around - 2 * noise**2, (BASELINE_FLOOR * noise) ** 2))
    return np.where(doubtful, local, own), np.where(doubtful, 3 * local, own) / noise


def _judged_alone(s: Scores, limits: Criteria, unit: str, interval: float) -> NDArray[np.uint8]:
    """Judge each curve by its own scores; ACCEPTED means no objection so far."""
    verdict = np.full(s.peak.size, Verdict.ACCEPTED, np.uint8)
    # Noise alone makes a curve rough, so only roughness beyond it counts.
    beyond = np.sqrt(np.maximum(s.roughness**2 - _noise_roughness(s) ** 2, 0))
    verdict[beyond > limits.roughness] = Verdict.ROUGH
    # Frames that are longer than a first pass lower and widen it.
    ratio = limits.first_pass_ratio - 0.25 * np.clip((interval - 6) / 4, 0, 1)
    passes = (s.width <= limits.longest_pass + interval) & (s.peak >= ratio * s.late)
    verdict[~passes] = Verdict.NO_FIRST_PASS
    least = limits.least_peak if unit == "mM" else limits.peak_ratio - 1
    verdict[~(s.peak >= least)] = Verdict.WEAK
    verdict[s.dip > LARGEST_DIP] = Verdict.DIP
    verdict[s.saturated > SATURATED_FRAMES] = Verdict.SATURATED
    return verdict


def _noise_roughness(s: Scores) -> Array:
    """Return the roughness that the noise of one frame alone causes."""
    return 1 / np.maximum(s.SNR * np.maximum(s.peak, 1e-9), 1e-9)


def _vessels(
    voxels: NDArray[np.intp],
    s: Scores,
    verdict: NDArray[np.uint8],
    geometry: Geometry,
    limits: Criteria,
    interval: float,
    contrast_of: Callable[[NDArray[np.intp]], Array],
) -> list[_Vessel]:
    """Return the connected groups that are large enough; mark all other voxels as SCATTERED."""
    fit = np.flatnonzero(verdict == Verdict.ACCEPTED)
    if not fit.size:
        return []
    # Long frames hide the order in which neighbours fill; the middle of the first pass shows it.
    labels = label_vessels(voxels[fit], s.arrival[fit], s.peak[fit], geometry.shape)
    labels = split_groups(
        labels, voxels[fit], s.middle[fit], geometry, interval, lambda own: contrast_of(fit[own])
    )
    labels = join_pieces(
        labels, voxels[fit], s.arrival[fit], s.middle[fit], s.peak[fit], geometry, interval
    )
    counts = np.bincount(labels)
    large = (counts >= limits.least_voxels) & (
        counts * geometry.voxel_volume >= limits.least_volume
    )
    verdict[fit[~large[labels]]] = Verdict.SCATTERED
    found = []
    for label in np.flatnonzero(large):
        members = fit[labels == label]
        mask = _mask(members, voxels, geometry)
        found.append(
            _Vessel(
                members,
                measure_shape(mask, geometry),
                float(np.median(s.arrival[members])),
                float(np.median(s.onset[members])),
                float(np.percentile(s.peak[members], 75)),
            )
        )
    found.sort(key=lambda v: -v.shape.volume)
    found = _without_edges(found, voxels, verdict, geometry, interval)
    least = LEAST_VOLUME_SHARE * max((v.shape.volume for v in found), default=0.0)
    for v in found:
        if v.shape.volume < least or v in found[MOST_VESSELS:]:
            verdict[v.members] = Verdict.SCATTERED
    return [v for v in found[:MOST_VESSELS] if v.shape.volume >= least]


def _outside(
    inside: NDArray[np.bool_], vessels: list[_Vessel], verdict: NDArray[np.uint8]
) -> list[_Vessel]:
    """Return the vessels that lie outside of drawn tissue, and mark the others."""
    within = [bool(inside[v.members].mean() > LARGEST_DRAWN_SHARE) for v in vessels]
    for vessel, drawn in zip(vessels, within, strict=True):
        if drawn:
            verdict[vessel.members] = Verdict.DRAWN_TISSUE
    return [v for v, drawn in zip(vessels, within, strict=True) if not drawn]


def _without_edges(
    found: list[_Vessel],
    voxels: NDArray[np.intp],
    verdict: NDArray[np.uint8],
    geometry: Geometry,
    interval: float,
) -> list[_Vessel]:
    """Return the groups, the largest first, without thin ones that line a larger one.

    Partial volume with the tissue around a vessel makes shells of voxels with lower peaks. A group
    that fills at another time than the larger one and higher is a vessel beside it.
    """
    kept: list[_Vessel] = []
    largest = np.full(geometry.shape, -1, np.int32)  # group at or beside a voxel
    for v in found:
        volumes = np.array([w.shape.volume for w in kept] + [0.0])  # the last for none
        near = largest.flat[voxels[v.members]]
        near = near[volumes[near] > EDGE_SHARE * v.shape.volume]
        if v.shape.thickness < EDGE_THICKNESS and 2 * near.size > v.members.size:
            larger = kept[int(np.bincount(near).argmax())]
            apart = abs(v.arrival - larger.arrival) > max(SPLIT, SPLIT_PER_INTERVAL * interval)
            if not (apart and v.peak > larger.peak):
                verdict[v.members] = Verdict.EDGE
                continue
        mask = _mask(v.members, voxels, geometry)
        box = surroundings(mask)
        grown = ndimage.binary_dilation(mask[box], np.ones((3, 3, 3)))
        largest[box] = np.where(grown & (largest[box] < 0), len(kept), largest[box])
        kept.append(v)
    return kept


def _vessel_curve(
    v: _Vessel,
    curves: NDArray[np.floating],
    s: Scores,
    t: Array,
    n0: int,
    noise: float,
    to_contrast: ToContrast,
    voxels: NDArray[np.intp],
    geometry: Geometry,
) -> VesselCurve:
    """Return the mean curve of the half of a vessel with the most contrast agent, and its shape.

    Other tissue at the edge and fresh blood lower the contrast agent.
    """
    area = s.area[v.members]
    C = _mean_contrast(curves[:, v.members[area >= np.median(area)]], n0, noise, to_contrast)
    place = np.array(np.unravel_index(voxels[v.members], geometry.shape))
    # Vessels beside the spine run along the body and leave the images at their top or bottom.
    along = 2 - int(np.argmax(np.abs(geometry.affine[2, :3]) / np.asarray(geometry.spacing)))
    ends = {0, geometry.shape[along] - 1} & set(place[along].tolist())
    return VesselCurve(
        C,
        int(v.members.size),
        v.arrival,
        float(np.median(s.width[v.members])),
        v.shape,
        len(ends) == 2,
        bool(ends),
        float(np.median(np.diff(t))),
    )


def _borders(
    vessels: list[_Vessel],
    curves: NDArray[np.floating],
    n0: int,
    voxels: NDArray[np.intp],
    geometry: Geometry,
    interval: float,
) -> NDArray[np.bool_]:
    """Return which groups are the border of two vessels: thin, beside both, and a mix of both.

    Of a vein, only the border may be in view. Its curve is then seen on the other side of the body,
    where veins fill at the same time, so the group need only be beside the vessel that fills first.
    """
    found = np.zeros(len(vessels), bool)
    thin = np.flatnonzero([v.shape.thickness < THIN for v in vessels])
    if len(vessels) < 3 or not thin.size:
        return found
    apart = max(SAME_TIME, SAME_TIME_PER_INTERVAL * interval)
    near, rises = [], []
    for v in vessels:
        mask = _mask(v.members, voxels, geometry)
        box = surroundings(mask)
        mask[box] = ndimage.binary_dilation(mask[box], np.ones((3, 3, 3)))
        near.append(mask.flat[voxels])
        signal = curves[:, v.members].mean(axis=1, dtype=np.float64)
        rises.append(signal - signal[:n0].mean())
    for i in thin:
        own = vessels[i].members
        beside = [j for j in range(len(vessels)) if j != i and near[j][own].mean() > BESIDE]
        pairs = list(combinations(beside, 2))
        gaps = [v.arrival - vessels[i].arrival for v in vessels]
        later = [j for j, gap in enumerate(gaps) if gap > apart]
        pairs += [(a, b) for a in beside if gaps[a] < -apart for b in later if b not in beside]
        found[i] = any(_is_mix(rises[i], rises[a], rises[b]) for a, b in pairs)
    return found


def _is_mix(rise: Array, one: Array, other: Array) -> bool:
    """Return whether a rise of signal is a sum of two others, with a fair part of each."""
    from scipy.optimize import nnls  # takes long to import

    parts = np.column_stack([one, other])
    weights, _ = nnls(parts, rise)
    shares = weights * parts.sum(axis=0)
    off = float(np.abs(rise - parts @ weights).max())
    return off < MIX_ERROR * float(rise.max()) and bool(
        shares.min() > LEAST_MIX_SHARE * shares.sum()
    )


def _mean_contrast(
    curves: NDArray[np.floating], n0: int, noise: float, to_contrast: ToContrast
) -> Array:
    """Return the contrast agent of a mean signal curve, 0 before contrast, ``(frames,)``."""
    power = np.square(curves, dtype=np.float64).mean(axis=1) - 2 * noise**2
    S = np.sqrt(np.maximum(power, 0.0))[:, None]
    C = np.asarray(to_contrast(S, S[:n0].mean(axis=0)), float)[:, 0]
    C = np.where(np.isnan(C), np.nanmax(C, initial=0.0), C)
    return np.asarray(C - C[:n0].mean())


def _tissue(
    signal: NDArray[np.floating],
    baseline: Array,
    blood: list[_Vessel],
    voxels: NDArray[np.intp],
    verdict: NDArray[np.uint8],
    geometry: Geometry,
    n0: int,
    noise: float,
    to_contrast: ToContrast,
) -> TissueCurves:
    """Return mean curves of what enhances and is no vessel."""
    frames = len(signal)
    flat, level = signal.reshape(frames, -1), baseline.reshape(-1)
    vessel = np.zeros(geometry.shape, bool)
    for v in blood:
        vessel.flat[voxels[v.members]] = True
    # A voxel beside a vessel holds some of its blood.
    vessel = ndimage.binary_dilation(vessel, np.ones((1, 3, 3)))
    steps = (Verdict.SCATTERED, Verdict.ROUGH, Verdict.DIP, Verdict.SATURATED)
    vessel.flat[voxels[np.isin(verdict, steps)]] = True
    rise = flat[n0:].mean(axis=0) - level
    error = noise * np.sqrt(1 / (frames - n0) + 1 / n0)
    with np.errstate(invalid="ignore"):
        fed = (rise > TISSUE_RISE * error) & (level > TISSUE_LEVEL * noise) & ~vessel.reshape(-1)
    chosen = np.flatnonzero(fed)
    if chosen.size > TISSUE_VOXELS:
        chosen = chosen[np.linspace(0, chosen.size - 1, TISSUE_VOXELS).astype(int)]
    S, S0 = flat[:, chosen].astype(np.float64), level[chosen]
    C = np.asarray(to_contrast(S, S0), float)
    with np.errstate(invalid="ignore"):
        slope = np.abs(np.asarray(to_contrast((S0 + noise)[None], S0), float)[0])
        high = np.asarray(to_contrast((S.max(axis=0) + noise)[None], S0), float)[0] - C.max(axis=0)
    usable = np.isfinite(C).all(axis=0) & np.isfinite(slope) & np.isfinite(high)
    return tissue_curves(C[:, usable], before=n0, noise=np.maximum(slope, high)[usable])


def _chosen(
    vessels: list[_Vessel], choice: Choice, verdict: NDArray[np.uint8], limits: Criteria
) -> tuple[_Vessel | None, str]:
    """Return the main vessel and the doubt, and give the voxels of the others their reason."""
    main = None if choice.main is None else vessels[choice.main]
    for v, r in zip(vessels, choice.ranked, strict=True):
        if v is main:
            continue
        reason = VERDICT_OF_KIND[r.kind]
        if reason is Verdict.OTHER_VESSEL and main and v.peak < LEAST_PEAK_SHARE * main.peak:
            reason = Verdict.WEAK
        verdict[v.members] = reason
    return main, choice.doubt


def _evidence(
    number: int,
    v: _Vessel,
    r: Ranked,
    voxels: NDArray[np.intp],
    geometry: Geometry,
) -> VesselEvidence:
    """Return what is shown of one vessel."""
    place = np.array(np.unravel_index(voxels[v.members], geometry.shape)).mean(axis=1)
    position = (geometry.affine @ [place[2], place[1], place[0], 1.0])[:3]
    return VesselEvidence(
        vessel=number,
        kind=r.kind,
        voxels=int(v.members.size),
        position=(float(position[0]), float(position[1]), float(position[2])),
        misfit=r.fit.total,
        ratio=r.ratio,
        unexplained=r.unexplained,
        delay=float(np.median(r.fit.delay)),
        first_delay=r.fit.first,
        dispersion=float(np.median(r.fit.dispersion)),
        first_pass=r.first_pass,
        arrival=v.arrival,
        width=r.curve.width,
        thickness=v.shape.thickness,
        elongation=v.shape.elongation,
        equal=r.equal,
        vp_factor=r.vp_factor,
        vp_scatter=r.vp_scatter,
        reason=r.reason,
    )


def _why_none(verdict: NDArray[np.uint8]) -> str:
    """Return the reason why no curve is arterial, with the three most frequent verdicts."""
    if not verdict.size:
        return "nothing enhances like blood."
    codes, counts = np.unique(verdict, return_counts=True)
    words = [
        f"{n} voxels: {Verdict(code).reason}"
        for n, code in sorted(zip(counts.tolist(), codes.tolist(), strict=True), reverse=True)
    ]
    return "no curve is arterial (" + "; ".join(words[:3]) + ")."


def _unusable(main: _Vessel, s: Scores, t: Array, n0: int, noise: float, limits: Criteria) -> str:
    """Return the reason why the signal of the best vessel is unusable; empty if it is usable."""
    # A second frame near the peak leaves no frame that is surely free of contrast agent.
    if main.arrival < t[1]:
        return "contrast agent is present from the first frame on, so there is no baseline."
    SNR = float(np.median(s.baseline[main.members])) / noise
    steady = float(np.median(s.SNR[main.members])) * np.sqrt(n0)
    if limits.least_SNR > SNR or steady < limits.least_steadiness:
        return (
            f"the artery's signal before contrast is lost in noise (signal-to-noise ratio "
            f"{SNR:.1f} per frame, {n0} frames)."
        )
    return ""


def _mask(
    members: NDArray[np.intp], voxels: NDArray[np.intp], geometry: Geometry
) -> NDArray[np.bool_]:
    """Return a vessel's voxels as a mask, ``(slices, rows, columns)``."""
    mask = np.zeros(geometry.shape, bool)
    mask.flat[voxels[members]] = True
    return mask


def _select(
    main: _Vessel,
    voxels: NDArray[np.intp],
    s: Scores,
    verdict: NDArray[np.uint8],
    geometry: Geometry,
    inside: LumenVoxels,
    n0: int,
    limits: Criteria,
) -> None:
    """Accept the voxels of the artery that hold only blood in a steady state."""
    m, mask = main.members, _mask(main.members, voxels, geometry)
    deep = depth_in_slice(mask, geometry).flat[voxels[m]]
    core = deep >= np.percentile(deep, CORE_PERCENTILE)
    peak, when = (float(np.median(x[m][core])) for x in (s.peak, s.arrival))
    # The baseline of n0 noisy frames scatters, and concentration with it, in both directions.
    scatter = SCATTER_SDS * GAIN / (np.maximum(s.SNR[m], 1e-9) * np.sqrt(n0))
    allowed = np.maximum(limits.tolerance, scatter)
    # Other tissue in a voxel can only lower its area, so the limit on that side is narrower.
    area = np.log(np.maximum(s.area[m], 1e-9) / inside.area)
    low, high = area < -np.maximum(LOW_SIDE * limits.tolerance, scatter), area > allowed
    odd = high | (np.abs(np.log(np.maximum(s.peak[m], 1e-9) / peak)) > 2 * allowed)
    odd |= np.abs(s.arrival[m] - when) > limits.same_time
    verdict[m[odd]] = Verdict.UNLIKE
    verdict[m[low]] = np.where(core[low], Verdict.INFLOW, Verdict.EDGE)
    verdict[m[inside.mixed | inside.rim]] = Verdict.EDGE
    verdict[m[inside.fresh & ~inside.rim]] = Verdict.INFLOW
    _widen(m, s, verdict, inside, deep)
    thin = thin_parts(mask, geometry, thinner=limits.branch).flat[voxels[m]]
    mask.flat[voxels[m[thin]]] = False
    parts, _ = ndimage.label(mask, np.ones((3, 3, 3)))
    part = parts.flat[voxels[m]]
    size = np.bincount(part)
    thin |= size[part] < LEAST_PART * size[1:].max(initial=0)
    verdict[m[thin]] = Verdict.BRANCH
    # A vessel that merely leaves through a slice has a few voxels there.
    slices = voxels[m] // (mask.shape[1] * mask.shape[2])
    taken = np.bincount(slices[verdict[m] == Verdict.ACCEPTED], minlength=mask.shape[0])
    few = (taken < limits.slice_share * taken.max())[slices] & (verdict[m] == Verdict.ACCEPTED)
    verdict[m[few]] = Verdict.SCATTERED


def _widen(
    m: NDArray[np.intp],
    s: Scores,
    verdict: NDArray[np.uint8],
    inside: LumenVoxels,
    deep: NDArray[np.floating],
) -> None:
    """Accept the best voxels of a vessel without enough steady ones, deepest first.

    In a short or thin vessel no voxel is free of fresh blood and of other tissue. Both lower the
    area, so the voxels with the largest areas have the least.
    """
    if (verdict[m] == Verdict.ACCEPTED).sum() >= ENOUGH:
        return
    inner = ~inside.rim if (~inside.rim).sum() >= ENOUGH else deep >= np.median(deep)
    area = s.area[m]
    best = np.percentile(area[inner], 80)
    good = inner & (area >= WIDE_SHARE * best) & (area <= best / WIDE_SHARE)
    verdict[m[good]] = Verdict.ACCEPTED


def _leave_contacts(
    main: _Vessel,
    vessels: list[_Vessel],
    voxels: NDArray[np.intp],
    s: Scores,
    verdict: NDArray[np.uint8],
    geometry: Geometry,
    interval: float,
) -> None:
    """Leave out voxels of a thin artery that touch a vessel of other timing, if enough do not.

    They may hold some of its blood.
    """
    if main.shape.thickness >= THIN:
        return
    foreign = [v for v in vessels if abs(_gap(main, v, s)) > _apart(interval)]
    accepted = main.members[verdict[main.members] == Verdict.ACCEPTED]
    touching = _touching(accepted, foreign, voxels, geometry)
    if (~touching).sum() >= LEAST_APART:
        verdict[accepted[touching]] = Verdict.EDGE


def _mixed(
    main: _Vessel,
    vessels: list[_Vessel],
    blood: list[_Vessel],
    borders: list[_Vessel],
    voxels: NDArray[np.intp],
    s: Scores,
    verdict: NDArray[np.uint8],
    geometry: Geometry,
    interval: float,
) -> str:
    """Return why a thin artery may hold blood of a vein that it touches everywhere, empty if not.

    Args:
        blood: vessels that take no contrast up. borders: of two vessels.
    """
    last = max((_gap(main, v, s) for v in blood), default=0.0)
    if main.shape.thickness >= THIN or not _apart(interval) < last < LEAST_TRANSIT:
        return ""
    foreign = [v for v in vessels if abs(_gap(main, v, s)) > _apart(interval)]
    accepted = main.members[verdict[main.members] == Verdict.ACCEPTED]
    touching = _touching(accepted, [*foreign, *borders], voxels, geometry)
    if (~touching).sum() >= LEAST_APART:
        return ""
    return (
        "the best candidate touches other vessels everywhere and fills only "
        f"{last:.0f} s before the last vein, so it may hold blood of the vein."
    )


def _gap(main: _Vessel, v: _Vessel, s: Scores) -> float:
    """Return how long after the artery a vessel fills, by the middle of the first pass, s."""
    return float(np.median(s.middle[v.members]) - np.median(s.middle[main.members]))


def _apart(interval: float) -> float:
    """Return how far apart vessels of different timing fill at the least, s."""
    return max(SPLIT, SPLIT_PER_INTERVAL * interval)


def _touching(
    own: NDArray[np.intp], vessels: list[_Vessel], voxels: NDArray[np.intp], geometry: Geometry
) -> NDArray[np.bool_]:
    """Return which voxels touch one of the vessels."""
    mask = np.zeros(geometry.shape, bool)
    for v in vessels:
        mask.flat[voxels[v.members]] = True
    touching: NDArray[np.bool_] = ndimage.binary_dilation(mask).flat[voxels[own]]
    return touching


def _table(
    ordered: list[_Vessel],
    voxels: NDArray[np.intp],
    s: Scores,
    verdict: NDArray[np.uint8],
    curves: NDArray[np.floating],
    geometry: Geometry,
    doubted: _Vessel | None,
) -> tuple[Candidate, ...]:
    """Return one candidate per vessel and slice, in the order of the vessels.

    A vessel that is doubted is so in every slice, whatever is said of its voxels.
    """
    _, rows, columns = geometry.shape
    table = []
    for number, v in enumerate(ordered, start=1):
        slices = voxels[v.members] // (rows * columns)
        for k in np.unique(slices):
            own = v.members[slices == k]
            good = own[verdict[own] == Verdict.ACCEPTED]
            best = own[np.isin(verdict[own], (Verdict.ACCEPTED, Verdict.DOUBTED))]
            shown = best if best.size else own
            place = np.array(np.unravel_index(voxels[shown], geometry.shape)).mean(axis=1)
            position = (geometry.affine @ [place[2], place[1], place[0], 1.0])[:3]
            codes, counts = np.unique(verdict[own], return_counts=True)
            most = Verdict.DOUBTED if v is doubted else Verdict(int(codes[counts.argmax()]))
            table.append(
                Candidate(
                    slice=int(k),
                    vessel=number,
                    voxels=int(own.size),
                    accepted=int(good.size),
                    position=(float(position[0]), float(position[1]), float(position[2])),
                    **{
                        name: float(np.median(getattr(s, name)[shown]))
                        for name in ("SNR", "arrival", "rise", "peak", "width", "late", "roughness")
                    },
                    thickness=v.shape.thickness,
                    length=v.shape.length,
                    elongation=v.shape.elongation,
                    verdict=Verdict.ACCEPTED if good.size else most,
                    signal=curves[:, shown].mean(axis=1, dtype=float),
                )
            )
    return tuple(table)
