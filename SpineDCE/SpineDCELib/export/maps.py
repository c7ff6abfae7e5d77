"""Parameter maps as NRRD files that carry their unit and origin."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import SimpleITK as sitk
from numpy.typing import NDArray

from SpineDCELib.series import Geometry


def to_image(array: NDArray, geometry: Geometry) -> sitk.Image:
    """A SimpleITK image of a ``(slices, rows, columns)`` array on its grid."""
    image = sitk.GetImageFromArray(array)
    image.SetSpacing(geometry.spacing)
    image.SetOrigin([float(x) for x in geometry.origin])
    image.SetDirection(geometry.direction.ravel().tolist())
    return image


def write_map(path: Path, array: NDArray, *, geometry: Geometry, header: Mapping[str, str]) -> None:
    """Write one map; floats as float32, never rounded to integers.

    Args:
        array: ``(slices, rows, columns)``.
        header: key → value, kept in the NRRD header.
    """
    if np.issubdtype(array.dtype, np.floating):
        array = array.astype(np.float32)
    image = to_image(np.ascontiguousarray(array), geometry)
    for key, value in header.items():
        image.SetMetaData(key, value)
    sitk.WriteImage(image, str(path), True)
