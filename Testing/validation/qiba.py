"""QIBA's DCE-MRI digital reference object, version 4, through the whole program."""

import re
from pathlib import Path

import numpy as np
import SimpleITK as sitk
from SpineDCELib.run.analyse import analyse
from SpineDCELib.run.inputs import Inputs, read_images
from SpineDCELib.series.linear_resampling import to_image
from SpineDCELib.settings import Settings, changed
from SpineDCELib.vocabulary.fit_status import Status
from validation.concordance import HEADER, agreement_row

#: What marks a voxel whose ve means nothing.
VAGUE = (Status.VE_NOT_DETERMINED, Status.NO_LEAK, Status.NO_ENHANCEMENT)
#: Below this Ktrans, 1/min, the object's whole-number signals do not determine ve.
KTRANS_THAT_DETERMINES_VE = 0.05


def patches(folder):
    """(rows, columns, Ktrans, ve, vp) of every 10×10 patch, from the object's own description."""
    text = (Path(folder) / "Dynamic_v3_description.txt").read_text(encoding="latin-1")
    number = r"([\d.]+)"
    table = re.findall(rf"^{number}\s+{number}\s+{number}\s+{number}\s+{number}\s*$", text, re.M)
    return [
        (slice(int(y), int(y) + 10), slice(int(x), int(x) + 10), *map(float, values))
        for x, y, *values in table
    ]


def write_artery_mask(folder, out):
    """The object's bottom strip of 60×20 pixels as a label map on the dynamic grid."""
    geometry = read_images(Path(folder), Settings()).dynamic.geometry
    mask = np.zeros(geometry.shape, np.uint8)
    mask[:, -20:] = 1
    path = Path(out) / "artery.nrrd"
    sitk.WriteImage(to_image(mask, geometry), str(path))
    return path


def run(folder, out):
    """Analyse the object: T1 from its flip angles, AIF from its artery, Hct as published."""
    out = Path(out)
    out.mkdir(parents=True, exist_ok=True)
    inputs = Inputs(study=str(folder), aif_mask=str(write_artery_mask(folder, out)))
    settings = changed(
        Settings(), concentration={"T1_source": "vfa"}, aif={"source": "mask", "Hct": 0.45}
    )
    return analyse(inputs, settings, out / "results")


def measured(folder, out):
    """Truth and patch medians read back from the files: name → array; and the status map."""
    values = {name: [] for name in ("Ktrans", "ve", "vp")}
    truth = {name: [] for name in values}
    status = []
    maps = {name: _read(out / "results" / f"{name}.nrrd") for name in values}
    codes = _read(out / "results" / "status.nrrd")
    for rows, columns, Ktrans, ve, vp in patches(folder):
        for name, true in (("Ktrans", Ktrans), ("ve", ve), ("vp", vp)):
            truth[name].append(true)
            values[name].append(np.nanmedian(maps[name][0, rows, columns]))
        status.append(codes[0, rows, columns])
    as_arrays = lambda table: {name: np.array(column) for name, column in table.items()}  # noqa: E731
    return as_arrays(truth), as_arrays(values), np.array(status)


def vague_shares(folder, out):
    """Share of voxels marked as not determining ve, where the truth does not and where it does."""
    truth, _, status = measured(folder, Path(out))
    determined = truth["Ktrans"] >= KTRANS_THAT_DETERMINES_VE
    vague = np.isin(status, VAGUE)
    return float(vague[~determined].mean()), float(vague[determined].mean())


def table(folder, out):
    """Markdown: agreement over the patches whose Ktrans determines ve."""
    truth, found, _ = measured(folder, Path(out))
    kept = truth["Ktrans"] >= KTRANS_THAT_DETERMINES_VE
    units = {"Ktrans": "1/min", "ve": "fraction", "vp": "fraction"}
    rows = [agreement_row(n, units[n], truth[n][kept], found[n][kept]) for n in units]
    return "\n".join([HEADER, *rows])


def _read(path):
    return sitk.GetArrayFromImage(sitk.ReadImage(str(path)))
