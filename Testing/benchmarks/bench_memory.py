"""Memory of ``spinedce analyse`` on studies with many frames and on large ones.

    python Testing/benchmarks/bench_memory.py [--only frames|matrix]

Prints, as multiples of the pixels (in single precision, as they are analysed), the largest memory
that the system cannot take back, and that with the pages of mapped files, which it can.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import SimpleITK as sitk
from small_study import BLOOD_R10, FA, HCT, R1, R10, TR
from SpineDCELib.aif import parker
from SpineDCELib.concentration import spgr_signal
from SpineDCELib.kinetics.models import extended_tofts

#: Name → frames, slices, rows and columns. The pixels are stored in 16 bits.
STUDIES = {"1000 frames": (1000, 12, 128, 128), "512 × 512 × 40": (60, 40, 512, 512)}
#: Goal: multiple of the pixels.
GOAL = 3.0


def write(folder: Path, shape: tuple[int, int, int, int]) -> tuple[Path, Path]:
    """Write a dynamic series, an artery of 4 × 4 voxels through all slices, and a region.

    An eighth of the columns enhances, half of them is air, and the others are tissue that does not
    enhance.

    Returns:
        The series, and the file of the artery.
    """
    frames, slices, rows, columns = shape
    t = np.arange(frames) * (240.0 / frames)
    rng = np.random.default_rng(0)
    Cb = parker(t, arrival=30.0)
    vp = rng.uniform(0.01, 0.12, columns)
    Ct = extended_tofts(t, Cb / (1 - HCT), vp=vp, Ktrans=0.08, ve=0.2)
    tissue = spgr_signal(R10 + R1 * Ct, S0=20_000.0, TR=TR, FA=FA)
    blood = spgr_signal(BLOOD_R10 + R1 * Cb, S0=20_000.0, TR=TR, FA=FA)
    keys = {
        "MultiVolume.DICOM.RepetitionTime": f"{TR * 1000:g}",
        "MultiVolume.DICOM.FlipAngle": f"{FA:g}",
        "MultiVolume.FrameIdentifyingDICOMTagUnits": "ms",
        "MultiVolume.FrameLabels": ",".join(f"{x * 1000:.6g}" for x in t),
        "MultiVolume.NumberOfFrames": str(frames),
    }
    lines = [
        "NRRD0005", "type: ushort", "dimension: 4", "space: left-posterior-superior",
        f"sizes: {columns} {rows} {slices} {frames}",
        "space directions: (1,0,0) (0,1,0) (0,0,4) none",
        "kinds: domain domain domain list", "endian: little", "encoding: raw",
        "space origin: (0,0,0)", *(f"{key}:={value}" for key, value in keys.items()),
    ]  # fmt: skip
    series = folder / "dynamic.nrrd"
    with series.open("wb") as file:
        file.write(("\n".join(lines) + "\n\n").encode())
        for frame in range(frames):
            image = np.empty((slices, rows, columns))
            image[:] = tissue[frame]
            image[..., columns // 8 :] = tissue[0, 0]
            image[..., columns // 2 :] = 0.0
            image[:, :4, :4] = blood[frame]
            image += rng.normal(0, 10.0, image.shape)
            file.write(np.abs(image).astype("<u2").tobytes())
    for name, place in (("artery", slice(0, 4)), ("regions", slice(8, columns // 8))):
        mask = np.zeros((slices, rows, columns), np.uint8)
        mask[:, place, place] = 1
        picture = sitk.GetImageFromArray(mask)
        picture.SetSpacing((1, 1, 4))
        sitk.WriteImage(picture, str(folder / f"{name}.nrrd"))
    return series, folder / "artery.nrrd"


def peaks(command: list[str]) -> tuple[float, float]:
    """Return the largest memory of a command, MB: its own, and with mapped pages."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    own = resident = 0.0
    while process.poll() is None:
        try:
            text = Path(f"/proc/{process.pid}/status").read_text()
        except OSError:
            break
        found = dict(line.split(":", 1) for line in text.splitlines())
        own = max(own, int(found.get("RssAnon", "0 kB").split()[0]) / 1e3)
        resident = max(resident, int(found.get("VmHWM", "0 kB").split()[0]) / 1e3)
        time.sleep(0.05)
    if process.wait():
        raise SystemExit(f"The analysis failed with status {process.returncode}.")
    return own, resident


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", help="part of the name of a study")
    options = parser.parse_args()
    print("| study | pixels | own memory | with mapped files |")
    print("| --- | ---: | ---: | ---: |")
    missed = []
    for name, shape in STUDIES.items():
        if options.only and options.only not in name:
            continue
        with tempfile.TemporaryDirectory() as scratch:
            os.environ["SPINEDCE_HOME"] = f"{scratch}/home"
            series, artery = write(Path(scratch), shape)
            command = [
                sys.executable, "-m", "SpineDCELib.cli", "analyse", str(series), "-o",
                f"{scratch}/out", "--aif-mask", str(artery), "--shift", "0", "--t10", "800",
                "--roi", f"{scratch}/regions.nrrd", "--no-cache",
            ]  # fmt: skip
            own, resident = peaks(command)
        pixels = 4e-6 * np.prod(shape, dtype=float)
        print(
            f"| {name} | {pixels:.0f} MB | {own / pixels:.1f} × | {resident / pixels:.1f} × |",
            flush=True,
        )
        if own > GOAL * pixels:
            missed.append(name)
    if missed:
        raise SystemExit(f"More than {GOAL:g} times the pixels: {', '.join(missed)}")


if __name__ == "__main__":
    main()
