"""A reference object of 3D Slicer's PkModeling beside the maps that PkModeling made of it."""

from pathlib import Path

import numpy as np
import SimpleITK as sitk
from SpineDCELib.run.analyse import analyse
from SpineDCELib.run.inputs import Inputs
from SpineDCELib.settings import Settings, changed
from validation.concordance import HEADER, agreement_row

NAME = "DRO3min5secinf"


def run(folder, out):
    """Analyse the object with its own T1 map; 1600 ms in the artery, as that map says."""
    folder = Path(folder)
    inputs = Inputs(
        study=str(folder / f"{NAME}.nrrd"),
        aif_mask=str(folder / "DRO-AIF.nrrd"),
        T1_map=str(folder / "DRO-T1Map.nrrd"),
        roi=(str(folder / "DRO-ROI.nrrd"),),
    )
    settings = changed(
        Settings(),
        concentration={"T1_source": "map"},
        aif={"source": "mask", "Hct": 0.45, "blood_T10": 1.6},
    )
    return analyse(inputs, settings, out)


def pairs(folder, outcome):
    """Name → (PkModeling's values, ours) inside the object's region."""
    folder = Path(folder)
    inside = _read(folder / "DRO-ROI.nrrd") > 0
    return {
        name: (
            _read(folder / f"{NAME}_AllOutputsExceptFpv-{file}.nrrd")[inside],
            outcome.result.maps[name][inside],
        )
        for name, file in (("Ktrans", "ktrans"), ("ve", "ve"))
    }


def table(folder, out):
    """Markdown: our values against PkModeling's, voxel by voxel."""
    units = {"Ktrans": "1/min", "ve": "fraction"}
    compared = pairs(folder, run(folder, out))
    return "\n".join([HEADER, *(agreement_row(n, units[n], *compared[n]) for n in units)])


def undelayed(outcome):
    """Our medians in the columns that have no delay: Ktrans per column, ve per block of rows."""
    maps = outcome.result.maps
    columns = np.arange(1, 16, 3)
    Ktrans = np.median(maps["Ktrans"][0, 1:, columns], axis=1)
    ve = [float(np.median(maps["ve"][0, 1 + 4 * i : 5 + 4 * i][:, columns])) for i in range(3)]
    return Ktrans, np.array(ve)


def _read(path):
    return sitk.GetArrayFromImage(sitk.ReadImage(str(path)))
