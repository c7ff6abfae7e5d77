"""Arterial input function from phase images, which does not depend on T1 or inflow.

Contrast agent in a long vessel shifts the field inside it by ``χm·C·B0·(3cos²θ-1)/6``, whatever
the signal is, so that the phase shows the effect of saturation, inflow and T2* on the magnitude's
curve (Akbudak, Magn Reson Med 1997;38:990; van Osch, Magn Reson Med 2003;49:1067).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.errors import InputError
from SpineDCELib.series.dynamic_series import Geometry

Array = NDArray[np.float64]

ContrastOf = Callable[[Array], NDArray[np.floating]]

GAMMA = 2.675221874e8  #: gyromagnetic ratio of the proton, rad/s/T
#: Molar susceptibility of gadolinium chelates, 1/mM (van Osch 2003: 0.34 ppm/mM).
CHI = 0.34e-6
#: Height of the pieces whose centres give the vessel's course, mm.
PIECE = 15.0
#: Largest distance from the artery of the tissue that gives the drift of the phase, mm.
NEAR = 40.0
#: Share by which the scales of phase and magnitude may differ: angle, T10, inflow.
SCALE_DIFFERENCE = 0.1
#: Least |3cos²θ-1| that is used (2 at 0°); at the magic angle, 54.7°, phase does not depend on C.
LEAST_FACTOR = 0.5
#: Width of the artery from which it is taken for the heart, mm (chosen; an aorta of this width is
#: an aneurysm).
WIDEST_ARTERY = 45.0


@dataclass(frozen=True, eq=False)
class PhaseCurve:
    """Concentration of contrast agent in an artery from its phase.

    Attributes:
        C: ``(frames,)``, whole blood, mM. zero: SD of its zero level, mM: the artery is dark before
            contrast, and its phase there noisy.
        angle: median angle of the artery to B0, degrees.
    """

    C: Array
    zero: float
    angle: float

    def error_of_mean(self, frames: int) -> float:
        """Return the standard error of the mean of some frames, from zero level and noise, mM."""
        return float(np.hypot(self.zero, _late_scatter(self.C) / np.sqrt(max(frames, 1))))


def vessel_angle(mask: NDArray[np.bool_], geometry: Geometry) -> NDArray[np.float64]:
    """Return the angle between vessel and B0 at every voxel of a mask, rad.

    B0 is assumed along the patient's head-foot axis. The centre line runs through the centres of
    pieces along that axis. A vessel with fewer than three pieces is assumed to run along it.

    Returns:
        ``(voxels,)``, in the order of ``np.nonzero(mask)``.
    """
    points, piece, counts = _pieces(mask, geometry)
    z = points[:, 2]
    known = counts >= max(3, 0.1 * np.median(counts[counts > 0]))
    if known.sum() < 3:
        return np.zeros(z.size)
    centres = np.column_stack(
        [np.bincount(piece, points[:, a])[known] / counts[known] for a in range(3)]
    )
    # The centres of pieces jump by parts of a voxel, so a smooth course is fitted.
    degree = min(3, int(known.sum()) - 1)
    slopes = [
        np.polyval(np.polyder(np.polyfit(centres[:, 2], centres[:, a], degree)), z)
        for a in range(2)
    ]
    return np.arctan(np.hypot(*slopes))


def _pieces(
    mask: NDArray[np.bool_], geometry: Geometry
) -> tuple[Array, NDArray[np.intp], NDArray[np.intp]]:
    """Return the points of a mask, mm, ``(voxels, 3)``, their pieces, and the sizes of those."""
    k, j, i = np.nonzero(mask)
    points = np.column_stack([i, j, k]) @ geometry.affine[:3, :3].T + geometry.origin
    piece = np.floor((points[:, 2] - points[:, 2].min()) / PIECE).astype(int)
    return points, piece, np.bincount(piece)


def artery_width(mask: NDArray[np.bool_], geometry: Geometry) -> float:
    """Return how wide an artery is across the head-foot axis, mm: the diameter, if it is round.

    Args:
        mask: ``(slices, rows, columns)``, not empty. It may have holes and lack its edge.
    """
    points, piece, counts = _pieces(mask, geometry)
    known = np.maximum(counts, 1)
    widths = []
    for axis in range(2):
        centre = np.bincount(piece, points[:, axis]) / known
        off = points[:, axis] - centre[piece]
        # The SD over a disc is a quarter of its diameter.
        widths.append(4 * np.sqrt(np.bincount(piece, off**2) / known))
    return float(np.median(np.maximum(*widths)[piece]))


def phase_curve(
    signal: NDArray[np.floating],
    phase: NDArray[np.floating],
    *,
    mask: NDArray[np.bool_],
    geometry: Geometry,
    baseline_frames: int,
    noise: float,
    field_strength: float,
    TE: float,
) -> PhaseCurve:
    """Convert the change of an artery's phase to concentration.

    The phase before contrast is subtracted in every voxel, which removes coil and background. The
    drift of the scanner is measured in steady tissue nearby and subtracted, too.

    Args:
        signal, phase: ``(frames, slices, rows, columns)``, magnitude and rad.
        mask: the artery. noise: SD of a frame's magnitude.
        field_strength: T. TE: s.

    Raises:
        InputError: the artery is near the magic angle, is as wide as the heart, or has no steady
            tissue near it.
    """
    width = artery_width(mask, geometry)
    if width > WIDEST_ARTERY:
        raise InputError(
            f"The artery is {width:.0f} mm wide, as the heart is, but phase shows the "
            "concentration only in a long vessel.",
            code="artery_too_wide",
            fields=("aif.peak=magnitude",),
        )
    angle = vessel_angle(mask, geometry)
    factor = 3 * np.cos(angle) ** 2 - 1
    usable = np.abs(factor) >= LEAST_FACTOR
    if usable.mean() < 0.5:
        raise InputError(
            f"The artery runs at {np.rad2deg(np.median(angle)):.0f}° to the field, near the magic "
            "angle, where phase does not depend on contrast agent.",
            code="artery_at_magic_angle",
            fields=("aif.peak=magnitude",),
        )
    voxels = np.flatnonzero(mask)[usable]
    per_mM = GAMMA * field_strength * TE * CHI * factor[usable] / 6
    frames = len(signal)
    flat, turned = signal.reshape(frames, -1), phase.reshape(frames, -1)
    still = _steady(signal, mask, geometry, baseline_frames, noise)
    drift, _ = _turn(flat[:, still], turned[:, still], baseline_frames)
    drift = np.angle(drift.sum(axis=1))
    blood, weight = _turn(flat[:, voxels], turned[:, voxels], baseline_frames)
    change = np.angle(blood * np.exp(-1j * drift)[:, None])
    C = (weight * per_mM * change).sum(axis=1) / (weight * per_mM**2).sum(axis=1)
    C -= C[:baseline_frames].mean()
    zero = _late_scatter(C) / np.sqrt(baseline_frames)
    late, before = (w.mean() for w in (weight[_late(C)], weight[:baseline_frames]))
    zero *= float(np.sqrt(late / before))
    return PhaseCurve(C, zero, float(np.rad2deg(np.median(angle))))


def _late(C: Array) -> slice:
    """Return the last third of the frames."""
    return slice(-max(C.size // 3, 1), None)


def _late_scatter(C: Array) -> float:
    """Estimate the SD of a late frame's noise, from second differences; 0 with too few frames."""
    bend = np.diff(C[_late(C)], 2)
    return float(np.sqrt((bend**2).mean() / 6)) if bend.size else 0.0


def anchored(phase: PhaseCurve, C: Array) -> PhaseCurve:
    """Return the curve from phase with a zero level that agrees with the magnitude's late frames.

    Late concentrations are low, so the two curves may differ there only by their scales. Both
    levels are weighted by their inverse variances.

    Args:
        C: ``(frames,)``, curve from magnitude, mM; if it is NaN, nothing is changed.
    """
    late = _late(C)
    level = float(C[late].mean())
    if not np.isfinite(level):
        return phase
    variance, tolerance = phase.zero**2, (SCALE_DIFFERENCE * level) ** 2
    difference = level - float(phase.C[late].mean())
    offset = difference * variance / max(variance + tolerance, 1e-12)
    return replace(phase, C=phase.C + offset)


def _turn(
    signal: NDArray[np.floating], phase: NDArray[np.floating], before: int
) -> tuple[NDArray[np.complex128], Array]:
    """Return the complex signal without its phase before contrast, and its squared magnitude."""
    turned = signal * np.exp(1j * phase)
    start = turned[:before].sum(axis=0)
    return turned * np.exp(-1j * np.angle(start)), np.asarray(signal, float) ** 2


def _steady(
    signal: NDArray[np.floating],
    mask: NDArray[np.bool_],
    geometry: Geometry,
    before: int,
    noise: float,
) -> NDArray[np.intp]:
    """Return flat indices of the fifth of the bright voxels near the artery that enhances least.

    Raises:
        InputError: fewer than 50 such voxels.
    """
    margin = np.ceil(NEAR / np.array(geometry.spacing[::-1])).astype(int)
    found = np.argwhere(mask)
    low = np.maximum(found.min(axis=0) - margin, 0)
    high = np.minimum(found.max(axis=0) + margin + 1, mask.shape)
    box = tuple(slice(int(a), int(b)) for a, b in zip(low, high, strict=True))
    part = signal[:, box[0], box[1], box[2]]
    start, end = part[:before].mean(axis=0), part[before:].mean(axis=0)
    change = np.full(mask.shape, np.inf)
    change[box] = np.where(start > 5 * noise, np.abs(end / np.maximum(start, noise) - 1), np.inf)
    change[mask] = np.inf
    usable = np.flatnonzero(change < 1)
    voxels = usable[np.argsort(change.flat[usable], kind="stable")[: usable.size // 5]]
    if voxels.size < 50:
        raise InputError(
            "There is no steady tissue near the artery, so its phase has no reference.",
            code="no_phase_reference",
            fields=("aif.peak=magnitude",),
        )
    return voxels[:: max(voxels.size // 5000, 1)]


def with_decay(C_of: ContrastOf, signal: Array, *, TE: float, r2: float) -> Array:
    """Convert magnitude that also decays by T2* to concentration: S·exp(TE·r2·C) is free of T2*.

    Args:
        C_of: signal → concentration without decay, ``(frames,)``.
        r2: relaxivity of T2*, 1/s/mM.

    Returns:
        mM; NaN where no concentration yields such a signal.
    """
    C = np.asarray(C_of(signal), float)
    # The iteration is a contraction: each step is several times smaller than the previous one.
    for _ in range(30):
        new = np.asarray(C_of(signal * np.exp(TE * r2 * np.nan_to_num(C))), float)
        if np.nanmax(np.abs(new - C), initial=0.0) < 1e-7:
            return new
        C = new
    return C


def first_pass(C: Array) -> NDArray[np.bool_]:
    """Return the frames in which a curve is above half of its peak."""
    return np.asarray(0.5 * C.max() < C)


def confirms_decay(plain: Array, decayed: Array, phase_C: Array) -> bool:
    """Return whether phase confirms that T2* lowers the first pass.

    Args:
        plain, decayed: the magnitude's concentration without and with T2*, mM.
        phase_C: the phase's.

    Returns:
        True if ``decayed`` is closer to ``phase_C`` in the first pass. False also if phase is more
        than a quarter away from both, because then its angle, or the phase itself, is wrong.
    """
    frames = first_pass(phase_C)
    without, corrected, phase = (float(C[frames].sum()) for C in (plain, decayed, phase_C))
    low, high = min(without, corrected), max(without, corrected)
    if not np.isfinite(corrected) or not low < 1.25 * phase < 1.5625 * high:
        return False
    return abs(corrected - phase) < abs(without - phase)


def peak_from_both(C: Array, phase_C: Array) -> Array:
    """Return the curve from magnitude with its first pass halfway to that from phase, mM.

    Their errors are independent: magnitude saturates, phase is noisier and depends on an angle.
    Below half of the peak magnitude is accurate enough and far less noisy.
    """
    return np.where(first_pass(C), (C + phase_C) / 2, C)
