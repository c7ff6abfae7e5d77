"""Mask of the tissue, from the noise of the background.

In air the magnitude is Rayleigh noise, whose mean is 1.91 times its standard deviation whatever
the gain (Gudbjartsson and Patz, Magn Reson Med 1995;34:910). Voxels with that ratio over the frames
are background, whose level sets the threshold. Dark vertebrae inside the body are filled in.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from SpineDCELib.errors import InputError
from SpineDCELib.series.dynamic_series import Geometry
from SpineDCELib.settings import NoiseMaskSettings

#: Mean over standard deviation of magnitude noise without signal, √(π/2)/√(2 − π/2).
_RAYLEIGH = 1.913
#: Standard deviation over median absolute deviation of normal noise, 1/0.6745.
_NORMAL = 1.4826
#: Factor on Rayleigh's ratio up to which a voxel counts as background. Chosen: the ratio of few
#: frames scatters around its expectation, and that of tissue lies far above.
_BACKGROUND_MARGIN = 1.25
#: Fraction of the image below which background is not used. Chosen: fewer voxels can be chance.
_LEAST_BACKGROUND = 0.005
#: Background standard deviations above its level at which tissue starts. Chosen: normal noise
#: exceeds it in 3 of 100 000 voxels, which are removed as specks.
_THRESHOLD_SPREADS = 4.0
#: Most voxels by which a slice is mirrored at its edges before holes are filled. Chosen: more than
#: half a vertebral body at voxels of 1 mm.
_MIRRORED = 48
#: Voxels that are processed together.
_BLOCK = 1 << 15


@dataclass(frozen=True, eq=False)
class NoiseMask:
    """Mask of the tissue, and the threshold in the signal's units that separates it."""

    mask: NDArray[np.bool_]
    threshold: float
    notes: tuple[str, ...] = ()


def temporal_noise(signal: NDArray[np.floating]) -> NDArray[np.float32]:
    """Estimate the noise standard deviation of each voxel, robust to the bolus.

    Args:
        signal: (frames, ...).

    Returns:
        The median size of the second differences over √6·0.6745, shape ``signal.shape[1:]``; a
        bolus touches few of them, a slow change none.
    """
    flat = signal.reshape(len(signal), -1)
    noise = np.empty(flat.shape[1], np.float32)
    # The differences of a whole study would take twice its memory, so it is done in blocks.
    for start in range(0, noise.size, _BLOCK):
        # A voxel's frames side by side and sorted: many times as fast as NumPy's median.
        block = np.ascontiguousarray(flat[:, start : start + _BLOCK].T, np.float32)
        second = np.abs(np.diff(block, n=2, axis=1))
        second.sort(axis=1)
        last = second.shape[1] - 1
        noise[start : start + _BLOCK] = second[:, [last // 2, (last + 1) // 2]].mean(axis=1)
    values: NDArray[np.float32] = noise.reshape(signal.shape[1:]) * np.float32(
        _NORMAL / np.sqrt(6.0)
    )
    return values


def noise_mask(
    signal: NDArray[np.floating],
    geometry: Geometry,
    settings: NoiseMaskSettings | None = None,
) -> NoiseMask:
    """Separate tissue from background noise.

    Args:
        signal: (frames, slices, rows, columns).
        geometry: grid of one frame.

    Raises:
        InputError: fewer than three frames, or a setting out of range.
    """
    settings = settings or NoiseMaskSettings(on=True)
    if signal.ndim != 4 or len(signal) < 3:
        raise InputError(
            f"The noise mask needs three frames or more; the series has {len(signal)}.",
            code="too_few_frames",
            fields=["preprocessing.noise_mask.on"],
        )
    if not (settings.level > 0 and settings.closing >= 0 and 0 <= settings.smallest < 1):
        raise InputError(
            "The noise mask needs a threshold factor above 0, closed gaps of 0 mm or more and a "
            "smallest piece of 0 or more and below 1.",
            code="out_of_range",
            fields=[
                "preprocessing.noise_mask.level",
                "preprocessing.noise_mask.closing",
                "preprocessing.noise_mask.smallest",
            ],
        )
    if not np.isfinite([signal.min(), signal.max()]).all():  # NaN spreads through both
        signal = np.nan_to_num(signal, nan=0.0, posinf=0.0, neginf=0.0)
    mean = signal.mean(axis=0, dtype=np.float32)
    noise = temporal_noise(signal)
    notes = []
    background = mean <= _BACKGROUND_MARGIN * _RAYLEIGH * noise
    if background.any() and not background.all():
        # Voxels that flicker, such as a marker or pulsating blood, scatter like air, but air is
        # darker than tissue.
        background &= mean < float(np.median(mean[~background]))
    if background.mean() < _LEAST_BACKGROUND:
        notes.append("The image has no background of pure noise, so nothing is removed.")
        return NoiseMask(np.ones(mean.shape, bool), 0.0, tuple(notes))
    level = float(np.median(mean[background]))
    spread = float(np.median(np.abs(mean[background] - level))) * _NORMAL
    threshold = settings.level * (level + _THRESHOLD_SPREADS * spread)
    mask = _cleaned(mean > threshold, geometry, settings)
    return NoiseMask(mask, threshold, tuple(notes))


def _cleaned(
    mask: NDArray[np.bool_], geometry: Geometry, settings: NoiseMaskSettings
) -> NDArray[np.bool_]:
    """Remove specks, close gaps and fill holes per slice; keep the large pieces of the body."""
    # Noise above the threshold forms specks of a voxel or two; tissue is larger.
    specks = ndimage.generate_binary_structure(2, 1)
    opened = np.stack([ndimage.binary_opening(s, specks) for s in mask])
    ball = _disc(settings.closing / 2, geometry.spacing[:2])
    closed = np.stack([_filled(_closed(s, ball)) for s in opened])
    pieces, count = ndimage.label(closed, ndimage.generate_binary_structure(3, 1))
    if not count:
        return closed
    sizes = np.bincount(pieces.ravel())
    sizes[0] = 0
    kept: NDArray[np.bool_] = (sizes >= settings.smallest * sizes.max())[pieces] & closed
    return kept


def _disc(radius: float, spacing: tuple[float, float]) -> NDArray[np.bool_]:
    """Return a disc of ``radius`` mm in voxels of ``spacing`` (column, row) mm."""
    columns, rows = (int(radius / s) for s in spacing)
    j, i = np.mgrid[-rows : rows + 1, -columns : columns + 1]
    mask: NDArray[np.bool_] = np.hypot(j * spacing[1], i * spacing[0]) <= radius + 1e-9
    return mask


def _closed(plane: NDArray[np.bool_], disc: NDArray[np.bool_]) -> NDArray[np.bool_]:
    margin = [(n, n) for n in disc.shape]
    padded = np.pad(plane, margin, mode="edge")
    closed = ndimage.binary_closing(padded, disc)
    mask: NDArray[np.bool_] = closed[tuple(slice(n, -n) for n in disc.shape)] | plane
    return mask


def _filled(plane: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Fill holes; mirror the plane at its edges, so that a cut vertebra is filled, too."""
    margin = [(min(n - 1, _MIRRORED),) * 2 for n in plane.shape]
    padded = ndimage.binary_fill_holes(np.pad(plane, margin, mode="reflect"))
    inner = tuple(slice(m[0], m[0] + n) for m, n in zip(margin, plane.shape, strict=True))
    mask: NDArray[np.bool_] = padded[inner]
    return mask
