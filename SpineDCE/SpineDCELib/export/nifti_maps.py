"""Parameter maps as NIfTI, in float."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import SimpleITK as sitk

from SpineDCELib.analysis import Analysis
from SpineDCELib.data import UNITS, Result
from SpineDCELib.export.nrrd_maps import to_image

#: Bytes that NIfTI-1 has for words about the image.
_DESCRIPTION = 79


def write_nifti_maps(folder: Path, analysis: Analysis, result: Result) -> None:
    """``<name>.nii.gz`` for every map, float32, NaN where unfitted; unit in the description."""
    geometry = analysis.images.dynamic.geometry
    for name, array in result.maps.items():
        image = to_image(np.ascontiguousarray(array, np.float32), geometry)
        words = f"SpineDCE {name} [{UNITS[name]}] {analysis.settings.fit.model}"
        image.SetMetaData("descrip", words[:_DESCRIPTION])
        sitk.WriteImage(image, str(folder / f"{name}.nii.gz"), True)
