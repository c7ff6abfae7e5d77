"""Motion correction: rigid registration of every frame to the frames before the bolus.

Each spine region is registered to the mean of the frames before the bolus by mutual information
(Mattes et al., IEEE Trans Med Imaging 2003;22:120). It assumes only that equal tissue has equal
signal within a frame, so enhancement is not mistaken for motion. Only the back of the body is used,
because the abdomen moves differently with breathing. Frames that hardly moved are left unchanged,
because resampling would blur them without benefit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import SimpleITK as sitk
from numpy.typing import NDArray
from scipy import ndimage

from SpineDCELib.errors import InputError
from SpineDCELib.preprocessing.noise_mask import noise_mask
from SpineDCELib.preprocessing.smoothing import first_pass
from SpineDCELib.progress import Progress, part, silent
from SpineDCELib.series.dynamic_series import Geometry
from SpineDCELib.settings import MotionSettings

_SAMPLES = 30_000  #: voxels that the metric samples; more are slower and no more accurate
_LEAST_VOXELS = 500  #: of a region; fewer do not determine a motion


@dataclass(frozen=True, eq=False)
class MotionResult:
    """Corrected signal and the motion of the patient.

    Attributes:
        signal: (frames, slices, rows, columns).
        displacement: (regions, frames, 3): shift of each region's centre from its position before
            the bolus, LPS, mm.
        rotation: (regions, frames), degrees.
        moved: (frames,), True where a frame was resampled.
    """

    signal: NDArray[np.floating]
    displacement: NDArray[np.float64]
    rotation: NDArray[np.float64]
    moved: NDArray[np.bool_]


def correct_motion(
    signal: NDArray[np.floating],
    times: NDArray[np.floating],
    geometry: Geometry,
    settings: MotionSettings,
    *,
    regions: Sequence[NDArray[np.bool_]] = (),
    progress: Progress = silent,
) -> MotionResult:
    """Register every frame to those before the bolus and undo the motion.

    Args:
        signal: (frames, slices, rows, columns); not changed.
        times: (frames,), s.
        regions: masks of parts that each move rigidly; by default, the back of the body.
            Between regions the motion is blended by distance.
        progress: may raise Cancelled, which changes nothing.

    Raises:
        InputError: a region has another shape or is too small, or a setting is out of range.
    """
    if not settings.least >= 0 or not 0 < settings.posterior <= 1:
        raise InputError(
            "Motion correction needs a least motion of 0 mm or more and a posterior part above 0 "
            "and at most 1.",
            code="out_of_range",
            fields=["preprocessing.motion.least", "preprocessing.motion.posterior"],
        )
    frames = len(signal)
    clean = np.nan_to_num(np.asarray(signal, np.float32), posinf=0.0, neginf=0.0)
    parts = [np.asarray(r, bool) for r in regions] or [_back(clean, geometry, settings.posterior)]
    for mask in parts:
        if mask.shape != clean.shape[1:]:
            raise InputError(
                f"A region for motion correction has {mask.shape} voxels, the frames "
                f"{clean.shape[1:]}.",
                code="shape_mismatch",
            )
        if mask.sum() < _LEAST_VOXELS:
            raise InputError(
                f"A region of {int(mask.sum())} voxels is too small for motion correction, which "
                f"needs {_LEAST_VOXELS} voxels or more. Draw a larger region.",
                code="region_too_small",
            )
    before = np.flatnonzero(~first_pass(clean, times, 0.0))
    baseline = before[before < np.argmax(clean.mean(axis=(1, 2, 3)))]
    reference = clean[baseline if baseline.size else [0]].mean(axis=0)
    vessels = _vessels(clean, reference, geometry)
    found: list[list[sitk.Transform]] = []
    for n, mask in enumerate(parts):
        listener = part(progress, 0.9 * n / len(parts), 0.9 * (n + 1) / len(parts))
        steady = mask & ~vessels
        steady = steady if steady.sum() >= _LEAST_VOXELS else mask
        found.append(_register_frames(clean, reference, steady, geometry, settings, listener))
    rigid = [[_matrix(t) for t in row] for row in found]
    centres = [_centre(mask, geometry) for mask in parts]
    still = baseline if baseline.size else np.array([0])
    displacement = np.array(
        [
            [(m @ np.append(c, 1.0))[:3] - c for m in row]
            for row, c in zip(rigid, centres, strict=True)
        ]
    )
    displacement -= np.median(displacement[:, still], axis=1, keepdims=True)
    rotation = np.array([[_angle(m) for m in row] for row in rigid])
    reach = np.array([_radius(mask, geometry) for mask in parts])
    size = np.linalg.norm(displacement, axis=2) + np.deg2rad(rotation) * reach[:, None]
    moved = (size > settings.least).any(axis=0)
    out = np.array(signal, copy=True)
    for f in np.flatnonzero(moved):
        progress(0.9 + 0.1 * f / frames, "Resampling frames")
        out[f] = _resampled(clean[f], [row[f] for row in rigid], parts, geometry)
    progress(1.0, "Motion corrected")
    lps = displacement @ geometry.direction.T
    return MotionResult(out, lps, rotation, moved)


def _back(signal: NDArray[np.float32], geometry: Geometry, share: float) -> NDArray[np.bool_]:
    """Return the posterior share of the body: the spine and the muscles behind it."""
    body = noise_mask(signal, geometry).mask if len(signal) > 2 else np.ones(signal.shape[1:], bool)
    if not body.any():
        return np.ones(body.shape, bool)
    k, j, i = np.ogrid[: body.shape[0], : body.shape[1], : body.shape[2]]
    along = geometry.direction[1] * geometry.spacing  # mm towards posterior per column, row, slice
    posterior = along[0] * i + along[1] * j + along[2] * k
    mask: NDArray[np.bool_] = body & (posterior >= np.quantile(posterior[body], 1 - share))
    return mask


def _vessels(
    signal: NDArray[np.float32], reference: NDArray[np.float32], geometry: Geometry
) -> NDArray[np.bool_]:
    """Return the voxels within 3 mm of signal that the bolus doubles; registration ignores them."""
    peak = ndimage.gaussian_filter1d(signal, 0.7, axis=0).max(axis=0)
    floor = np.percentile(reference, 50) * 0.25
    bright = peak > 2.0 * np.maximum(reference, floor)
    far = ndimage.distance_transform_edt(~bright, sampling=geometry.spacing[::-1])
    mask: NDArray[np.bool_] = far <= 3.0
    return mask


def _image(array: NDArray[Any], geometry: Geometry) -> sitk.Image:
    """Return a SimpleITK image in the axes of the grid; displacements become LPS later."""
    image = sitk.GetImageFromArray(np.ascontiguousarray(_thick(array)))
    image.SetSpacing(geometry.spacing)
    return image


def _thick(array: NDArray[Any]) -> NDArray[Any]:
    """Repeat the last slice up to four slices, which cubic splines need."""
    short = max(0, 4 - len(array))
    return np.pad(array, ((0, short), (0, 0), (0, 0)), mode="edge") if short else array


def _centre(mask: NDArray[np.bool_], geometry: Geometry) -> NDArray[np.float64]:
    k, j, i = ndimage.center_of_mass(mask)
    return np.array([i, j, k]) * geometry.spacing


def _radius(mask: NDArray[np.bool_], geometry: Geometry) -> float:
    """Return the root mean square distance of a region's voxels from its centre, mm."""
    points = np.argwhere(mask)[:, ::-1] * geometry.spacing
    return float(np.sqrt(np.square(points - points.mean(axis=0)).sum(axis=1).mean()))


def _register_frames(
    signal: NDArray[np.float32],
    reference: NDArray[np.float32],
    mask: NDArray[np.bool_],
    geometry: Geometry,
    settings: MotionSettings,
    progress: Progress,
) -> list[sitk.Transform]:
    """Register each frame; return one rigid transform per frame, from reference to frame."""
    fixed = _image(reference, geometry)
    region = sitk.Cast(_image(mask.astype(np.uint8), geometry), sitk.sitkUInt8)
    # Where not all voxels are sampled, regular sampling keeps the result reproducible.
    share = min(1.0, _SAMPLES / max(float(mask.sum()), 1.0))
    centre = _centre(mask, geometry).tolist()
    # Blood at its peak would squeeze all other tissue into a few bins of the histogram.
    top = float(np.percentile(reference[mask], 99.5)) * 1.25
    found: list[sitk.Transform] = []
    for f, frame in enumerate(signal):
        progress(f / len(signal), f"Correcting motion (frame {f + 1} of {len(signal)})")
        method = sitk.ImageRegistrationMethod()
        method.SetMetricAsMattesMutualInformation(32)
        method.SetMetricFixedMask(region)
        # Gradients smoothed over a voxel would spread edges of vessels into the tissue beside them.
        method.MetricUseMovingImageGradientFilterOff()
        method.MetricUseFixedImageGradientFilterOff()
        if share < 1:
            method.SetMetricSamplingStrategy(method.REGULAR)
            method.SetMetricSamplingPercentage(share, 1)
        method.SetInterpolator(sitk.sitkBSpline)
        method.SetOptimizerAsRegularStepGradientDescent(0.5, 1e-3, 100, relaxationFactor=0.5)
        method.SetOptimizerScalesFromPhysicalShift()
        across = float(settings.through_plane)
        method.SetOptimizerWeights([across, across, 1.0, 1.0, 1.0, across])
        moving = _image(np.minimum(frame, top), geometry)
        # The patient is usually in the position of the previous frame, or back at rest.
        starts = [_euler(centre), *found[-1:]]
        try:
            scores = []
            for start in starts:
                method.SetInitialTransform(start, inPlace=False)
                scores.append(method.MetricEvaluate(fixed, moving))
            transform = _euler(centre, starts[int(np.argmin(scores))].GetParameters())
            method.SetInitialTransform(transform, inPlace=True)
            method.Execute(fixed, moving)
        except RuntimeError:
            # An empty frame (a dropped one) holds no information about motion.
            transform = _euler(centre)
        found.append(transform)
    return found


def _euler(centre: list[float], parameters: Sequence[float] = (0.0,) * 6) -> sitk.Transform:
    transform = sitk.Euler3DTransform()
    transform.SetCenter(centre)
    transform.SetParameters(parameters)
    return transform


def _matrix(transform: sitk.Transform) -> NDArray[np.float64]:
    matrix = np.eye(4)
    matrix[:3, :3] = np.reshape(transform.GetMatrix(), (3, 3))
    centre = np.array(transform.GetCenter())
    matrix[:3, 3] = np.array(transform.GetTranslation()) + centre - matrix[:3, :3] @ centre
    return matrix


def _angle(matrix: NDArray[np.float64]) -> float:
    return float(np.rad2deg(np.arccos(np.clip((np.trace(matrix[:3, :3]) - 1) / 2, -1, 1))))


def _resampled(
    frame: NDArray[np.float32],
    rigid: list[NDArray[np.float64]],
    parts: list[NDArray[np.bool_]],
    geometry: Geometry,
) -> NDArray[np.float32]:
    """Resample one frame by cubic splines; blend the motions of several regions by distance."""
    spacing = np.array(geometry.spacing)
    k, j, i = np.indices(frame.shape, dtype=np.float64)
    points = np.stack([i, j, k], axis=-1) * spacing
    shares = [np.ones(frame.shape)]
    if len(parts) > 1:
        away = [ndimage.distance_transform_edt(~m, sampling=spacing[::-1]) for m in parts]
        shares = [1.0 / np.square(a + 1.0) for a in away]
    total = np.sum(shares, axis=0)
    where = np.zeros_like(points)
    for matrix, share in zip(rigid, shares, strict=True):
        where += (share / total)[..., None] * (points @ matrix[:3, :3].T + matrix[:3, 3])
    index = np.moveaxis(where / spacing, -1, 0)[::-1]
    values: NDArray[np.float32] = ndimage.map_coordinates(
        frame, index, order=3, mode="nearest"
    ).astype(np.float32)
    return values
