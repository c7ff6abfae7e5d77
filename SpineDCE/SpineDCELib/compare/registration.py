"""Rigid registration of two visits around one vertebra, and regions carried between them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import SimpleITK as sitk
from numpy.typing import NDArray
from scipy import ndimage

from SpineDCELib.errors import InputError
from SpineDCELib.measurement.lesion_size import Outline
from SpineDCELib.progress import Progress, part, silent
from SpineDCELib.series import Geometry, Volume

#: Margin around a lesion that is registered with it, mm: about its vertebra.
AROUND = 18.0
#: Below this correlation around the lesion the registration is poor.
GOOD_MATCH = 0.6
#: Starting positions along the body, mm: vertebrae look alike, so the optimum may be local.
STARTS = (0.0, -32.0, 32.0)


@dataclass(frozen=True, eq=False)
class Registration:
    """Rigid transform from the follow-up visit to the baseline visit.

    Attributes:
        matrix: 4×4, LPS mm at follow-up → LPS mm at baseline.
        match: correlation of both images around the lesion, −1 to 1.
    """

    matrix: NDArray[np.float64]
    match: float

    @property
    def rotation(self) -> float:
        """degrees"""
        return float(np.degrees(np.arccos(np.clip((np.trace(self.matrix[:3, :3]) - 1) / 2, -1, 1))))


def register(
    before: Volume,
    after: Volume,
    *,
    region: NDArray[np.bool_],
    geometry: Geometry,
    progress: Progress = silent,
) -> Registration:
    """Register the whole images rigidly, then the surroundings of one region.

    The metric is Mattes' mutual information, because the signal's scale differs from visit to
    visit (Mattes et al., IEEE Trans Med Imaging 2003;22:120).

    Args:
        before, after: images of one contrast.
        region: the lesion at baseline, ``(slices, rows, columns)`` on ``geometry``.

    Raises:
        InputError: the images do not overlap.
    """
    fixed, moving = _image(after), _image(before)
    coarse = [_in_plane_shrunk(image) for image in (fixed, moving)]
    best: tuple[float, sitk.Euler3DTransform] | None = None
    for number, start in enumerate(STARTS):
        progress(number / (len(STARTS) + 1), "Registering the visits")
        transform = sitk.Euler3DTransform()
        centre = after.geometry.affine @ [*(np.array(after.geometry.shape[::-1]) - 1) / 2, 1]
        transform.SetCenter([float(c) for c in centre[:3]])
        transform.SetTranslation((0.0, 0.0, start))
        try:
            value = _optimise(coarse[0], coarse[1], transform, smoothing=(2.0,))
        except RuntimeError:
            continue
        if best is None or value < best[0]:
            best = value, transform
    if best is None:
        raise InputError(
            "The images of the visits do not overlap, so no region can be carried over. Draw the "
            "regions of both visits.",
            code="visits_do_not_overlap",
            fields=["inputs.roi"],
        )
    transform = best[1]
    local = part(progress, len(STARTS) / (len(STARTS) + 1), 1.0)
    local(0.0, "Registering the vertebra")
    around = _around(region, geometry, _matrix(transform), after.geometry)
    box = [slice(int(i.min()), int(i.max()) + 1) for i in np.nonzero(around)][::-1]
    near = fixed[box[0], box[1], box[2]] if around.any() else fixed
    centre = _centre(region, geometry)
    centred = sitk.Euler3DTransform()
    centred.SetCenter([float(c) for c in (np.linalg.inv(_matrix(transform)) @ [*centre, 1])[:3]])
    matrix = _matrix(transform)
    centred.SetMatrix(matrix[:3, :3].ravel().tolist(), 1e-5)
    c = np.array(centred.GetCenter())
    centred.SetTranslation((matrix[:3, :3] @ c + matrix[:3, 3] - c).tolist())
    try:
        _optimise(near, moving, centred, smoothing=(2.0, 0.0))
        transform = centred
    except RuntimeError:
        pass  # too few voxels or too little contrast: keep the transform of the whole images
    matched = sitk.GetArrayFromImage(
        sitk.Resample(moving, fixed, transform, sitk.sitkLinear, float("nan"), sitk.sitkFloat32)
    )
    own = sitk.GetArrayFromImage(fixed)
    valid = around & np.isfinite(matched)
    match = float(np.corrcoef(own[valid], matched[valid])[0, 1]) if valid.sum() > 50 else 0.0
    local(1.0, "Registering the vertebra")
    return Registration(_matrix(transform), match)


def _image(volume: Volume) -> sitk.Image:
    array = np.nan_to_num(np.asarray(volume.array, np.float32))
    # Coils make what is near them bright, so the brightest voxels are clipped.
    top = float(np.percentile(array, 99.5))
    image = sitk.GetImageFromArray(np.clip(array, 0, top))
    image.SetSpacing(volume.geometry.spacing)
    image.SetOrigin([float(x) for x in volume.geometry.origin])
    image.SetDirection(volume.geometry.direction.ravel().tolist())
    return image


def _in_plane_shrunk(image: sitk.Image) -> sitk.Image:
    """Shrink an image in plane for the first rough steps; there are few slices."""
    thick = int(np.argmax(image.GetSpacing()))
    factors = [1 if axis == thick else max(size // 64, 1) for axis, size in
               enumerate(image.GetSize())]  # fmt: skip
    return sitk.Shrink(image, factors)


def _optimise(
    fixed: sitk.Image,
    moving: sitk.Image,
    transform: sitk.Euler3DTransform,
    *,
    smoothing: tuple[float, ...],
) -> float:
    """Optimise ``transform`` in place; return the metric, where lower is better."""
    method = sitk.ImageRegistrationMethod()
    method.SetMetricAsMattesMutualInformation(32)
    method.SetInterpolator(sitk.sitkLinear)
    method.SetOptimizerAsRegularStepGradientDescent(
        learningRate=2.0, minStep=0.01, numberOfIterations=100, gradientMagnitudeTolerance=1e-6
    )
    method.SetOptimizerScalesFromPhysicalShift()
    method.SetShrinkFactorsPerLevel([1] * len(smoothing))
    method.SetSmoothingSigmasPerLevel(list(smoothing))
    method.SmoothingSigmasAreSpecifiedInPhysicalUnitsOn()
    method.SetInitialTransform(transform, inPlace=True)
    method.Execute(fixed, moving)
    return float(method.GetMetricValue())


def _matrix(transform: sitk.Euler3DTransform) -> NDArray[np.float64]:
    matrix = np.eye(4)
    turn = np.array(transform.GetMatrix()).reshape(3, 3)
    centre = np.array(transform.GetCenter())
    matrix[:3, :3] = turn
    matrix[:3, 3] = np.array(transform.GetTranslation()) + centre - turn @ centre
    return matrix


def _centre(mask: NDArray[np.bool_], geometry: Geometry) -> NDArray[np.float64]:
    """Return the centre of a mask, LPS mm."""
    return np.asarray((geometry.affine @ [*np.mean(np.nonzero(mask), axis=1)[::-1], 1])[:3])


def _positions(geometry: Geometry) -> NDArray[np.float64]:
    k, j, i = np.indices(geometry.shape)
    points = np.stack([i, j, k, np.ones_like(i)], axis=-1) @ geometry.affine.T
    return np.asarray(points[..., :3])


def _around(
    mask: NDArray[np.bool_], own: Geometry, to_own: NDArray[np.float64], target: Geometry
) -> NDArray[np.bool_]:
    """Return a box with a margin of :data:`AROUND` mm about a mask, on another visit's grid."""
    places = _positions(own)[mask]
    low, high = places.min(axis=0) - AROUND, places.max(axis=0) + AROUND
    points = _positions(target) @ to_own[:3, :3].T + to_own[:3, 3]
    return np.asarray(np.all((points >= low) & (points <= high), axis=-1))


def carry_over(
    mask: NDArray[np.bool_], geometry: Geometry, registration: Registration, target: Geometry
) -> NDArray[np.bool_]:
    """Carry a region of the baseline visit to the grid of the follow-up, by its smooth outline."""
    outline = Outline(mask, geometry)
    x, y, z = outline.axes
    points = _positions(target) @ registration.matrix[:3, :3].T + registration.matrix[:3, 3]
    index = [
        (points[..., axis] - line[0]) / (line[1] - line[0])
        for axis, line in ((2, z), (1, y), (0, x))
    ]
    inside = ndimage.map_coordinates(outline.inside.astype(np.float32), index, order=1, cval=0.0)
    return np.asarray(inside > 0.5)


@dataclass(frozen=True)
class Check:
    """Agreement of a carried-over region with the one drawn at the follow-up visit."""

    overlap: float  #: Dice
    distance: float  #: between the centres, mm
    volume_ratio: float  #: drawn over carried

    @property
    def warning(self) -> str | None:
        if self.distance > 12:
            return (
                f"its centre is {self.distance:.0f} mm from where the registration of the "
                "vertebrae puts that of the baseline visit. Check that it is the same lesion, and "
                "that the registration did not take the next vertebra."
            )
        return None


def check(carried: NDArray[np.bool_], drawn: NDArray[np.bool_], geometry: Geometry) -> Check:
    """Compare two masks of one grid: overlap, distance and volume."""
    both, sizes = int((carried & drawn).sum()), (int(carried.sum()), int(drawn.sum()))
    if not all(sizes):
        return Check(0.0, float("inf"), float("nan"))
    distance = float(np.linalg.norm(_centre(carried, geometry) - _centre(drawn, geometry)))
    return Check(2 * both / sum(sizes), distance, sizes[1] / sizes[0])
