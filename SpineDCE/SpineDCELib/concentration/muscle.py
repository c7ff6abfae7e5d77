"""Calibration on muscle: its baseline signal gives M0, and M0 gives every voxel's T10.

Muscle is in every image of the spine and its T1 hardly varies, so its signal before contrast tells
the scale of the images. In the strongly T1-weighted regime of a dynamic series, this scale turns
the baseline signal of a voxel into its T10. Muscle and tissue are taken to have the same proton
density; where a tissue has less water, its R10 and its concentration are both too low by about
that share, so the concentration is that per volume of tissue, not per volume of water.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from SpineDCELib.concentration.spgr import check_sequence, spgr_signal
from SpineDCELib.series.dynamic_series import Geometry

#: Rise of the signal at the end of the series over the signal before contrast. Chosen: resting
#: muscle (Ktrans 0.02 to 0.1 /min, ve about 0.1) lies within; fat and most marrow lie below,
#: liver, kidney and most tumours above.
LATE_RISE = (0.12, 1.1)
#: Highest rise of three frames over the rise at the end. Chosen: muscle hardly passes 1, blood and
#: what it fills fast passes 2.
MOST_PEAK = 1.8
#: Largest standard deviation of the baseline signal among neighbours over their mean.
MOST_SPREAD = 0.12
#: Smallest volume of muscle, mm³, and of a further piece over that of the largest.
LEAST_VOLUME = 5000.0
LEAST_PIECE = 0.2
#: Signal of muscle over what is expected in the same place; fat and vessels among its fibres and
#: voxels at its edge lie outside.
SIGNAL_RANGE = (0.75, 1.35)
#: Lengths, mm, over which muscle must be seen to estimate the sensitivity of the coil with depth
#: and along the patient.
LEAST_DEPTH = 25.0
LEAST_LENGTH = 80.0
#: Steepest change of the sensitivity with depth that is believed, 1/mm, and how far from the muscle
#: it is continued, mm. Chosen: arrays behind the spine lose about half of it in 80 mm.
STEEPEST = 0.012
REACH = 60.0


class MuscleSignal(NamedTuple):
    """Signal that muscle has, or would have, before contrast.

    Attributes:
        signal: ``(slices, rows, columns)``, scanner units.
        spread: standard deviation of the muscle's voxels around it, relative.
        slope: change of ln sensitivity per mm towards the back; 0 where it is not estimated.
        voxels: of the muscle.
    """

    signal: NDArray[np.float64]
    spread: float
    slope: float
    voxels: int


def find_muscle(
    signal: NDArray[np.floating],
    *,
    baseline_frames: int,
    geometry: Geometry,
    tissue: NDArray[np.bool_] | None = None,
) -> NDArray[np.bool_] | None:
    """Find the muscle beside the spine: a large, even tissue that enhances slowly and moderately.

    Args:
        signal: ``(frames, slices, rows, columns)``.
        baseline_frames: frames before the bolus.
        geometry: grid of one frame.
        tissue: ``(slices, rows, columns)``; False where there is only noise.

    Returns:
        Its mask, or None if nothing in the images looks like muscle.
    """
    frames = len(signal)
    if not 1 <= baseline_frames < frames - 4:
        return None
    baseline = signal[:baseline_frames].mean(axis=0, dtype=np.float64)
    mean = _smooth(baseline)
    spread = np.sqrt(np.maximum(_smooth(baseline**2) - mean**2, 0.0))
    end = _smooth(signal[-max(frames // 5, 3) :].mean(axis=0, dtype=np.float64)) - mean
    top = (
        np.stack([_highest(section) for section in signal[baseline_frames:].swapaxes(0, 1)]) - mean
    )
    low, high = LATE_RISE
    with np.errstate(invalid="ignore"):
        like = (end > low * mean) & (end < high * mean) & (top < MOST_PEAK * end)
        like &= (spread < MOST_SPREAD * mean) & (mean > 0)
    if tissue is not None:
        like &= tissue
    opened = ndimage.binary_opening(like, np.ones((1, 3, 3)))
    pieces, count = ndimage.label(opened)
    if not count:
        return None
    sizes = np.bincount(pieces.ravel())
    sizes[0] = 0
    found: NDArray[np.bool_] = (sizes >= LEAST_PIECE * sizes.max())[pieces] & opened
    for _ in range(3):
        expected = muscle_signal(baseline, mask=found, geometry=geometry).signal
        kept = found & _within(baseline, expected)
        if kept.sum() == found.sum() or not kept.any():
            break
        found = kept
    if found.sum() * geometry.voxel_volume < LEAST_VOLUME:
        return None
    return found


def muscle_signal(
    baseline: NDArray[np.floating], *, mask: NDArray[np.bool_], geometry: Geometry
) -> MuscleSignal:
    """Return the signal that muscle would have in every voxel, from where it is seen.

    The sensitivity of the receive coil falls with the distance from the back and towards the ends
    of the coil. Where enough muscle is seen, ln signal is fitted as a straight line from back to
    front and a parabola along the patient, robustly; else its median stands for all voxels.

    Args:
        baseline: ``(slices, rows, columns)``, signal before contrast.
        mask: of that shape; the muscle.
    """
    inside = mask & (baseline > 0)
    values = np.log(baseline[inside].astype(float))
    if not values.size:
        return MuscleSignal(np.full(geometry.shape, np.nan), np.nan, 0.0, 0)
    y, z = (_along(geometry, axis) for axis in (1, 2))
    own_y, own_z = (np.broadcast_to(along, inside.shape)[inside] for along in (y, z))
    middle_y, middle_z = float(np.median(own_y)), float(np.median(own_z))
    low, high = np.percentile(own_y, [2, 98])
    bottom, top = np.percentile(own_z, [2, 98])
    columns = [np.ones_like(values)]
    deep, long = high - low >= LEAST_DEPTH, top - bottom >= LEAST_LENGTH
    if deep:
        columns.append(own_y - middle_y)
    if long:
        columns += [own_z - middle_z, (own_z - middle_z) ** 2]
    fitted = _robust_fit(np.stack(columns, axis=1), values)
    slope = float(np.clip(fitted[1], -STEEPEST, STEEPEST)) if deep else 0.0
    depth = np.clip(y, low - REACH, high + REACH) - middle_y
    expected = fitted[0] + slope * depth
    if long:
        along = np.clip(z, bottom, top) - middle_z
        expected = expected + fitted[-2] * along + fitted[-1] * along**2
    rest = values - np.broadcast_to(expected, inside.shape)[inside]
    spread = 1.4826 * float(np.median(np.abs(rest - np.median(rest))))
    whole = np.broadcast_to(np.exp(expected), inside.shape)
    return MuscleSignal(whole, spread, slope, int(inside.sum()))


def T10_from_muscle(
    baseline: NDArray[np.floating],
    muscle: NDArray[np.floating],
    *,
    muscle_T10: float,
    TR: float,
    FA: float,
) -> NDArray[np.float64]:
    """Return T1 before contrast, s, of every voxel from its signal relative to muscle's.

    With S the spoiled gradient echo per unit of M0 (CAPLEX M.SM2.002) and
    M0 = muscle/S(muscle_T10), S(T10) = baseline/M0 is solved for T10:
    q = S/sin α, E = (1−q)/(1−q·cos α), T10 = −TR/ln E.

    Args:
        baseline: ``(…)``, signal before contrast.
        muscle: ``(…)``, signal that muscle would have there.
        muscle_T10: s. TR: s. FA: degrees.

    Returns:
        ``(…)``; NaN where no T10 gives the signal.
    """
    check_sequence(TR=TR, FA=FA)
    alpha = np.deg2rad(FA)
    own = spgr_signal(1 / muscle_T10, S0=1.0, TR=TR, FA=FA) / np.sin(alpha)
    with np.errstate(all="ignore"):
        q = np.asarray(baseline, float) / muscle * own
        E = (1 - q) / (1 - q * np.cos(alpha))
        T10: NDArray[np.float64] = np.where((q > 0) & (q < 1), -TR / np.log(E), np.nan)
    return T10


def _within(baseline: NDArray[np.floating], expected: NDArray[np.floating]) -> NDArray[np.bool_]:
    low, high = SIGNAL_RANGE
    inside: NDArray[np.bool_] = (baseline > low * expected) & (baseline < high * expected)
    return inside


def _smooth(image: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return the mean over 3 × 3 voxels of every slice."""
    # One slice at a time stays in the processor's cache.
    return np.stack([_smooth_section(section) for section in image])


def _smooth_section(section: NDArray[np.floating]) -> NDArray[np.float64]:
    padded = np.pad(section.astype(np.float64), 1, "symmetric")
    rows = padded[:-2] + padded[1:-1]
    rows += padded[2:]
    mean: NDArray[np.float64] = rows[:, :-2] + rows[:, 1:-1]
    mean += rows[:, 2:]
    mean /= 9
    return mean


def _highest(section: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return the highest mean over 3 × 3 voxels and three frames in a row, of one slice.

    Args:
        section: ``(frames, rows, columns)``.
    """
    top = np.full(section.shape[1:], -np.inf)
    first, second = (_smooth_section(frame) for frame in section[:2])
    for frame in section[2:]:
        third = _smooth_section(frame)
        np.maximum(top, first + second + third, out=top)
        first, second = second, third
    return top / 3


def _along(geometry: Geometry, axis: int) -> NDArray[np.float64]:
    """Return the LPS coordinate of the voxels along one axis, mm; it broadcasts to the grid."""
    steps = geometry.affine[axis]
    k, j, i = np.ogrid[tuple(slice(n) for n in geometry.shape)]
    terms = [step * index for step, index in zip(steps, (i, j, k), strict=False) if step]
    # Rounded, because files and scenes keep positions with errors in the last digits.
    values: NDArray[np.float64] = np.round(sum(terms, np.zeros((1, 1, 1))) + steps[3], 6)
    return values


def _robust_fit(columns: NDArray[np.float64], values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the coefficients of a linear fit with Tukey's biweight (Holland and Welsch 1977)."""
    weights = np.ones_like(values)
    found: NDArray[np.float64] = np.zeros(columns.shape[1])
    for _ in range(20):
        weighted = columns * weights[:, None]
        last = found
        found = np.linalg.lstsq(weighted.T @ columns, weighted.T @ values, rcond=None)[0]
        if np.allclose(found, last, rtol=1e-9, atol=1e-12):
            break
        rest = values - columns @ found
        scale = 1.4826 * float(np.median(np.abs(rest - np.median(rest))))
        if not scale > 0:
            break
        weights = np.clip(1 - (rest / (4.685 * scale)) ** 2, 0, None) ** 2
    return found
