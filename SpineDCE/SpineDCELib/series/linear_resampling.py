"""Linear interpolation of images onto another grid."""

from __future__ import annotations

from typing import Any

import numpy as np
import SimpleITK as sitk
from numpy.typing import NDArray

from SpineDCELib.series.dynamic_series import Geometry


def to_image(array: NDArray[Any], geometry: Geometry) -> sitk.Image:
    """Return a SimpleITK image of a ``(slices, rows, columns)`` array on its grid."""
    image = sitk.GetImageFromArray(np.ascontiguousarray(array))
    image.SetSpacing(geometry.spacing)
    image.SetOrigin([float(x) for x in geometry.origin])
    image.SetDirection(geometry.direction.ravel().tolist())
    return image


def resample_linear(
    array: NDArray[np.floating], source: Geometry, target: Geometry
) -> NDArray[np.float32]:
    """Interpolate an image linearly onto the target grid; NaN outside the image."""
    reference = to_image(np.zeros(target.shape, np.uint8), target)
    moved = sitk.Resample(
        to_image(array.astype(np.float32), source),
        reference,
        sitk.Transform(),
        sitk.sitkLinear,
        float("nan"),
    )
    values: NDArray[np.float32] = sitk.GetArrayFromImage(moved)
    return values
