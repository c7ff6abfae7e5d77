"""Two visits brought over one another, rigidly, around one vertebra at a time."""

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

#: mm around a lesion that belong to its vertebra for the registration.
AROUND = 18.0
#: Below this correlation around the lesion the registration is not to be trusted.
GOOD_MATCH = 0.6
#: mm up and down from where the scanner says that the patient lies: vertebrae look alike.
STARTS = (0.0, -32.0, 32.0)


@dataclass(frozen=True, eq=False)
class Registration:
    """Where each point of the visit after lies in the visit before.

    Attributes:
        matrix: 4×4, LPS mm after → LPS mm before.
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
    """Rigid registration of the whole images, then of what lies around one region.

    Mattes' mutual information, for the scanner's scale differs from visit to visit
    (Mattes et al., IEEE Trans Med Imaging 2003;22:120).

    Args:
        before, after: images of one contrast.
        region: the lesion before, ``(slices, rows, columns)`` on ``geometry``.

    Raises:
        InputError: images that cannot be brought over one another at all.
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
        raise InputError("The visits' images do not overlap; draw the regions of both visits.")
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
        pass  # too small or too flat around the lesion: the whole images' answer stays
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
    # Coils make what is near bright; the rank of a voxel says more than its value.
    top = float(np.percentile(array, 99.5))
    image = sitk.GetImageFromArray(np.clip(array, 0, top))
    image.SetSpacing(volume.geometry.spacing)
    image.SetOrigin([float(x) for x in volume.geometry.origin])
    image.SetDirection(volume.geometry.direction.ravel().tolist())
    return image


def _in_plane_shrunk(image: sitk.Image) -> sitk.Image:
    """A smaller image for the first rough steps; thick sections are few enough."""
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
    """Improve ``transform`` in place; the metric reached, lower is better."""
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
    """Middle of a mask, LPS mm."""
    return (geometry.affine @ [*np.mean(np.nonzero(mask), axis=1)[::-1], 1])[:3]


def _positions(geometry: Geometry) -> NDArray[np.float64]:
    k, j, i = np.indices(geometry.shape)
    return (np.stack([i, j, k, np.ones_like(i)], axis=-1) @ geometry.affine.T)[..., :3]


def _around(
    mask: NDArray[np.bool_], own: Geometry, to_own: NDArray[np.float64], target: Geometry
) -> NDArray[np.bool_]:
    """A box of :data:`AROUND` mm about a mask, moved to another visit's grid."""
    places = _positions(own)[mask]
    low, high = places.min(axis=0) - AROUND, places.max(axis=0) + AROUND
    points = _positions(target) @ to_own[:3, :3].T + to_own[:3, 3]
    return np.all((points >= low) & (points <= high), axis=-1)


def carry_over(
    mask: NDArray[np.bool_], geometry: Geometry, registration: Registration, target: Geometry
) -> NDArray[np.bool_]:
    """A region of the visit before on the grid of the visit after, by its smooth outline."""
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
    """How a carried-over region compares with the one drawn at the visit after."""

    overlap: float  #: Dice
    distance: float  #: between the centres, mm
    volume_ratio: float  #: drawn over carried

    @property
    def warning(self) -> str | None:
        if self.distance > 12:
            return (
                f"its centre lies {self.distance:.0f} mm from where the region before comes to "
                "lie: is it the same lesion?"
            )
        return None


def check(carried: NDArray[np.bool_], drawn: NDArray[np.bool_], geometry: Geometry) -> Check:
    """Overlap, distance and volume of two masks of one grid."""
    both, sizes = int((carried & drawn).sum()), (int(carried.sum()), int(drawn.sum()))
    if not all(sizes):
        return Check(0.0, float("inf"), float("nan"))
    distance = float(np.linalg.norm(_centre(carried, geometry) - _centre(drawn, geometry)))
    return Check(2 * both / sum(sizes), distance, sizes[1] / sizes[0])
