"""A tiny dynamic series with known parameters, as a MultiVolume NRRD and its masks."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import SimpleITK as sitk
from SpineDCELib.aif import parker
from SpineDCELib.concentration import spgr_signal
from SpineDCELib.kinetics.models import extended_tofts

SHAPE = (2, 6, 8)
TR, FA, R10, BLOOD_R10, R1, HCT = 0.0045, 25.0, 1 / 0.8, 1 / 1.441, 4.6, 0.42


class SmallStudy(NamedTuple):
    series: Path
    artery: Path
    regions: Path
    vp: np.ndarray


def signal(t, *, noise=0.0, seed=0):
    """Signal ``(frames, 2, 6, 8)``: an artery in the first column, tissue elsewhere; and vp."""
    rng = np.random.default_rng(seed)
    Cb = parker(t, arrival=30.0)
    vp = rng.uniform(0.01, 0.12, SHAPE)
    Ct = extended_tofts(t, Cb / (1 - HCT), vp=vp, Ktrans=0.08, ve=0.2)
    S = spgr_signal(R10 + R1 * Ct, S0=2000.0, TR=TR, FA=FA)
    S[..., 0] = spgr_signal(BLOOD_R10 + R1 * Cb, S0=2000.0, TR=TR, FA=FA)[:, None, None]
    return np.abs(S + rng.normal(0, noise, S.shape)), vp


def write_series(path, t, S, *, keys=None):
    """A 4D NRRD as Slicer's MultiVolume writes it; ``keys`` replace or (None) drop header keys."""
    header = {
        "MultiVolume.DICOM.RepetitionTime": f"{TR * 1000:g}",
        "MultiVolume.DICOM.FlipAngle": f"{FA:g}",
        "MultiVolume.FrameIdentifyingDICOMTagUnits": "ms",
        "MultiVolume.FrameLabels": ",".join(f"{x * 1000:.6g}" for x in t),
        "MultiVolume.NumberOfFrames": str(len(t)),
    } | (keys or {})
    lines = [
        "NRRD0005", "type: float", "dimension: 4", "space: left-posterior-superior",
        f"sizes: {len(t)} {SHAPE[2]} {SHAPE[1]} {SHAPE[0]}",
        "space directions: none (1.5,0,0) (0,1.5,0) (0,0,4)",
        "kinds: list domain domain domain", "endian: little", "encoding: raw",
        "space origin: (-10,20,30)",
    ]  # fmt: skip
    lines += [f"{key}:={value}" for key, value in header.items() if value is not None]
    data = np.moveaxis(S, 0, -1).astype("<f4").tobytes()
    Path(path).write_bytes(("\n".join(lines) + "\n\n").encode() + data)
    return Path(path)


def write_labels(path, labels, *, origin=(-10, 20, 30)):
    image = sitk.GetImageFromArray(labels.astype(np.uint8))
    image.SetSpacing((1.5, 1.5, 4))
    image.SetOrigin(origin)
    sitk.WriteImage(image, str(path))
    return Path(path)


def write_small_study(folder, *, t=None, noise=0.0, keys=None, edit=None):
    """Write series, artery mask and two regions; ``edit`` changes the signal first."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    t = np.arange(0, 240, 4.0) if t is None else np.asarray(t, float)
    S, vp = signal(t, noise=noise)
    if edit is not None:
        S = edit(S)
    artery = np.zeros(SHAPE)
    artery[..., 0] = 1
    regions = np.zeros(SHAPE)
    regions[0, 1:4, 2:6] = 1
    regions[1, 2:5, 3:7] = 2
    return SmallStudy(
        write_series(folder / "dynamic.nrrd", t, S, keys=keys),
        write_labels(folder / "artery.nrrd", artery),
        write_labels(folder / "regions.nrrd", regions),
        vp,
    )
