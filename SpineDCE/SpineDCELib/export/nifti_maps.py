"""Parameter maps as NIfTI, in float32."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import SimpleITK as sitk

from SpineDCELib.analysis import Analysis
from SpineDCELib.data import Result
from SpineDCELib.series.linear_resampling import to_image
from SpineDCELib.vocabulary.quantities import QUANTITIES

#: Length of the description in a NIfTI-1 header, bytes.
_DESCRIPTION = 79


def write_nifti_maps(folder: Path, analysis: Analysis, result: Result) -> None:
    """Write ``<name>.nii.gz`` for every map: float32, NaN if unfitted, unit in the description."""
    geometry = analysis.images.dynamic.geometry
    for name, array in result.maps.items():
        image = to_image(np.ascontiguousarray(array, np.float32), geometry)
        words = f"SpineDCE {name} [{QUANTITIES[name].unit}] {analysis.settings.fit.model}"
        image.SetMetaData("descrip", words[:_DESCRIPTION])
        sitk.WriteImage(image, str(folder / f"{name}.nii.gz"), True)
