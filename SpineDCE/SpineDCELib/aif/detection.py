"""Automatic artery search: score curves, group them into vessels, choose the artery.

Curves that could be blood (criteria: baseline noise, arrival, rise, peak, width, roughness after
the peak, saturation) are grouped into vessels. Of those, the artery is the first tube to fill. In
it, only voxels that hold nothing but blood in a steady state are averaged.

No threshold is specific to a scanner or protocol: thresholds are multiples of the noise in the
data, ratios within one vessel, or limits that physiology sets.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from SpineDCELib.aif.candidates import Candidate, Detection, Verdict
from SpineDCELib.aif.mean_curve import aligned_mean
from SpineDCELib.aif.pure_blood_voxels import GAIN, LumenVoxels, classify_lumen
from SpineDCELib.aif.vessel_labelling import (
    VesselShape,
    depth_in_slice,
    label_vessels,
    measure_shape,
    thin_parts,
)
from SpineDCELib.aif.voxel_scores import (
    Array,
    Scores,
    ToContrast,
    area_under_curve,
    estimate_baseline,
    smoothed,
    time_of_share,
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
#: Least volume of a possible artery, as a share of the largest: smaller groups are fragments.
LEAST_VOLUME_SHARE = 0.05
#: Least peak of a second artery, as a share of the main one's; less is partial volume.
LEAST_PEAK_SHARE = 0.3
#: Least count of other enhancing voxels, as a share of the artery's, that can show it to be a vein.
LEAST_TISSUE = 0.25
#: Groups of nine voxels whose onset is compared with the artery's; more do not change the result.
ONSET_SAMPLES = 3000
#: Share of the maximum that defines the onset of a curve: early, but above the noise.
ONSET_SHARE = 0.2
#: Percentile of the depth in the vessel above which voxels are its core.
CORE_PERCENTILE = 60
#: SDs of baseline scatter by which a voxel's area may differ; 1 % of steady voxels are lost.
SCATTER_SDS = 2.5
#: Tolerance below the vessel's area, as a share of that above it.
LOW_SIDE = 0.6
#: Least size of a connected part of the vessel, as a share of the largest part.
LEAST_PART = 0.1


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
        longest_pass: s, of the first pass at half height; bolus injections of 0.5 mL/s and more.
        first_pass_ratio: least peak over the late level; after mixing in the blood volume and
            the first minutes of leakage, far less than half is left.
        roughness: largest scatter after the peak, beyond noise, as a share of the peak.
        least_voxels, least_volume: of a vessel; volume in mm³.
        tube: least elongation of a group that counts as a tube.
        thickest: mm; an aneurysm of the aorta is rarely thicker.
        same_time: s, within which vessels fill together.
        branch: cross-section below which, as a share of the vessel's, a part is a branch.
        tolerance: largest deviation of a voxel's area and peak from the vessel's, as a share.
        uniform: largest share by which the mean area of voxels in similar positions may be below
            the vessel's.
        slice_share: least share of the fullest slice's voxels that a slice must have.
        early_tissue: largest share of the enhancing tissue that may fill before its artery.
        least_SNR: of the artery before contrast, in one frame; below it the noise floor decides.
        least_steadiness: the same over all frames before contrast and the voxels that are averaged
            for a baseline.
    """

    rise_over_noise: float = 10.0
    peak_ratio: float = 3.0
    least_peak: float = 0.6
    longest_pass: float = 40.0
    first_pass_ratio: float = 2.0
    roughness: float = 0.1
    least_voxels: int = 12
    least_volume: float = 300.0
    tube: float = 2.5
    thickest: float = 50.0
    same_time: float = 2.0
    branch: float = 0.45
    tolerance: float = 0.1
    uniform: float = 0.04
    slice_share: float = 0.02
    early_tissue: float = 0.5
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
    unit: str = "mM",
    region: NDArray[np.bool_] | None = None,
    criteria: Criteria | None = None,
    progress: Progress = silent,
) -> Detection:
    """Find the artery in a dynamic series.

    Args:
        to_contrast: signal ``(frames, voxels)`` and baseline ``(voxels,)`` → contrast agent as in
            blood, NaN where saturated; see :func:`blood_contrast`.
        unit: of the values that ``to_contrast`` returns.
        region: ``(slices, rows, columns)``; the search stays inside.

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
    verdict = _judged_alone(scores, limits, unit)
    progress(0.7, "Forming vessels")
    vessels = _vessels(voxels, scores, verdict, geometry, limits)
    doubt, main = _choose(vessels, verdict, limits)
    if main is not None:
        doubt = _doubt_of(
            main, vessels, voxels, scores, signal, top - baseline, t, n0, noise, limits
        )
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
    table = _table(ordered, voxels, scores, verdict, curves, geometry)
    progress(1.0, "Finding the artery")
    return Detection(table, verdicts, numbers, arrival, mean, n0, noise, unit, doubt)


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


def _judged_alone(s: Scores, limits: Criteria, unit: str) -> NDArray[np.uint8]:
    """Judge each curve by its own scores; ACCEPTED means no objection so far."""
    verdict = np.full(s.peak.size, Verdict.ACCEPTED, np.uint8)
    # Noise alone makes a curve rough, so only roughness beyond it counts.
    beyond = np.sqrt(np.maximum(s.roughness**2 - _noise_roughness(s) ** 2, 0))
    verdict[beyond > limits.roughness] = Verdict.ROUGH
    passes = (s.width <= limits.longest_pass) & (s.peak >= limits.first_pass_ratio * s.late)
    verdict[~passes] = Verdict.NO_FIRST_PASS
    least = limits.least_peak if unit == "mM" else limits.peak_ratio - 1
    verdict[~(s.peak >= least)] = Verdict.WEAK
    verdict[s.dip > LARGEST_DIP] = Verdict.DIP
    verdict[s.saturated > 0] = Verdict.SATURATED
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
) -> list[_Vessel]:
    """Return the connected groups that are large enough; mark all other voxels as SCATTERED."""
    fit = np.flatnonzero(verdict == Verdict.ACCEPTED)
    if not fit.size:
        return []
    labels = label_vessels(voxels[fit], s.arrival[fit], s.peak[fit], geometry.shape)
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
    return found


def _choose(
    vessels: list[_Vessel], verdict: NDArray[np.uint8], limits: Criteria
) -> tuple[str, _Vessel | None]:
    """Choose the main artery, and give the voxels of all other vessels their reason."""
    if not vessels:
        return _why_none(verdict), None
    tubes = [v for v in vessels if v.shape.elongation >= limits.tube]
    thin = [v for v in vessels if v.shape.thickness <= limits.thickest]
    likely = tubes or thin or vessels
    volume = max(v.shape.volume for v in likely)
    likely = [v for v in likely if v.shape.volume >= LEAST_VOLUME_SHARE * volume]
    first = min(v.arrival for v in likely)
    together = [v for v in likely if v.arrival <= first + limits.same_time]
    main = max(together, key=lambda v: v.shape.volume * v.peak)
    for v in vessels:
        if v is main:
            continue
        if v.arrival > main.arrival + limits.same_time:
            verdict[v.members] = Verdict.LATE
        elif v.peak < LEAST_PEAK_SHARE * main.peak:
            verdict[v.members] = Verdict.WEAK
        elif v.shape.thickness > max(limits.thickest, 2 * main.shape.thickness):
            verdict[v.members] = Verdict.CHAMBER
        else:
            verdict[v.members] = Verdict.OTHER_VESSEL
    return "", main


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


def _doubt_of(
    main: _Vessel,
    vessels: list[_Vessel],
    voxels: NDArray[np.intp],
    s: Scores,
    signal: NDArray[np.floating],
    rise: NDArray[np.floating],
    t: Array,
    n0: int,
    noise: float,
    limits: Criteria,
) -> str:
    """Return the reason why even the best vessel cannot give an AIF; empty if it can."""
    if main.onset < t[1]:
        return "contrast agent is present from the first frame on, so there is no baseline."
    SNR = float(np.median(s.baseline[main.members])) / noise
    steady = float(np.median(s.SNR[main.members])) * np.sqrt(n0)
    if limits.least_SNR > SNR or steady < limits.least_steadiness:
        return (
            f"the artery's signal before contrast is lost in noise (signal-to-noise ratio "
            f"{SNR:.1f} per frame, {n0} frames)."
        )
    # Tissue cannot fill before the artery that feeds it; only the heart and lungs do.
    other = rise > limits.rise_over_noise * noise
    for v in vessels:
        if v is main or v.shape.thickness > max(limits.thickest, 2 * main.shape.thickness):
            other.flat[voxels[v.members]] = False
    fed = np.flatnonzero(other)
    if fed.size > main.members.size * LEAST_TISSUE:
        flat = signal.reshape(len(t), -1)
        # Averages of nine voxels keep noise from reaching a fifth of a weak rise.
        nine = fed[: fed.size // 9 * 9].reshape(-1, 9)
        nine = nine[:: max(len(nine) // ONSET_SAMPLES, 1)]
        first = time_of_share(_risen(flat[:, voxels[main.members]], t, n0), t=t, share=ONSET_SHARE)
        onset = time_of_share(_risen(flat[:, nine].mean(axis=2), t, n0), t=t, share=ONSET_SHARE)
        earlier = float((onset < np.median(first) - limits.same_time).mean())
        if earlier > limits.early_tissue:
            return (
                f"the first vessel to fill does so later than {100 * earlier:.0f} % of the "
                "enhancing tissue, so it is a vein; the images show no artery."
            )
    return ""


def _risen(curves: NDArray[np.floating], t: Array, n0: int) -> Array:
    """Return smoothed curves, ``(frames, voxels)``, above their baseline of ``n0`` frames."""
    smooth = smoothed(np.asarray(curves, np.float64), t=t)
    return np.asarray(smooth - smooth[:n0].mean(axis=0))


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


def _table(
    ordered: list[_Vessel],
    voxels: NDArray[np.intp],
    s: Scores,
    verdict: NDArray[np.uint8],
    curves: NDArray[np.floating],
    geometry: Geometry,
) -> tuple[Candidate, ...]:
    """Return one candidate per vessel and slice, in the order of the vessels."""
    _, rows, columns = geometry.shape
    table = []
    for number, v in enumerate(ordered, start=1):
        slices = voxels[v.members] // (rows * columns)
        for k in np.unique(slices):
            own = v.members[slices == k]
            good = own[verdict[own] == Verdict.ACCEPTED]
            shown = good if good.size else own
            place = np.array(np.unravel_index(voxels[shown], geometry.shape)).mean(axis=1)
            position = (geometry.affine @ [place[2], place[1], place[0], 1.0])[:3]
            codes, counts = np.unique(verdict[own], return_counts=True)
            most = Verdict(int(codes[counts.argmax()]))
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
