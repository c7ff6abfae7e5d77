"""Parameter maps as NRRD, with unit and origin in the header."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import SimpleITK as sitk
from numpy.typing import NDArray

from SpineDCELib.series import Geometry
from SpineDCELib.series.linear_resampling import to_image


def write_map(
    path: Path, array: NDArray[Any], *, geometry: Geometry, header: Mapping[str, str]
) -> None:
    """Write one map; floating-point values as float32.

    Args:
        array: ``(slices, rows, columns)``.
        header: key → value, for the NRRD header.
    """
    if np.issubdtype(array.dtype, np.floating):
        array = array.astype(np.float32)
    image = to_image(array, geometry)
    for key, value in header.items():
        image.SetMetaData(key, value)
    sitk.WriteImage(image, str(path), True)
