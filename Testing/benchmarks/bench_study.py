"""From study to map on the command line, as ratios to what pydicom needs to read the study.

    python Testing/benchmarks/bench_study.py [--study VISIT] [--sample FOLDER] [--record]

``VISIT`` holds "dicom" and "truth", as ``spinedce phantom`` writes them; by default one visit of
the sample patient at full size is written first. ``FOLDER`` holds both visits.
Times are processor times of whole processes.
"""

from __future__ import annotations

import argparse
import compileall
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # it is read when numpy is imported
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed program has its bytecode

import numpy as np
import SpineDCELib
from benchmarks.recorded_ratios import Ratios, add_option
from SpineDCELib.concentration.spgr import spgr_signal
from SpineDCELib.concentration.t1_mapping import variable_flip_angle_T1
from SpineDCELib.phantom import write_study

_READ = """
import sys
from pathlib import Path
import pydicom
for path in sorted(Path(sys.argv[1]).rglob("*")):
    if path.is_file():
        pydicom.dcmread(path, stop_before_pixels={headers})
"""
_IMPORT = "import matplotlib.pyplot, numpy, pydicom, scipy, SimpleITK"
#: What ``spinedce info`` imports before it reads anything.
_IMPORT_INFO = "import SpineDCELib.cli.info, SpineDCELib.series"


_PARTS = ("dicom", "truth/rois.seg.nrrd")
#: What the ratios are to be at most.
_GOALS = {
    "info, beyond its imports": 1.5, "analyse, nothing cached": 4, "analyse, another shift": 2,
    "T1 map": 6, "sample patient, full": 25, "sample patient, small": 2.5,
    "200 perturbed comparisons": 4,
}  # fmt: skip


def processor_time(*arguments: str) -> float:
    """Return the processor time, s, of a command and all that it starts.

    Raises:
        SystemExit: the command failed.
    """
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise SystemExit(done.stderr)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def least(*arguments: str, repeats: int = 3) -> float:
    """Return the least processor time of several runs, s."""
    return min(processor_time(*arguments) for _ in range(repeats))


def pydicom_time(study: Path | str) -> float:
    """Return P, the processor time, s, of pydicom reading headers and pixels of a study."""
    return least("-c", _READ.format(headers=False), str(study))


def T1_ratio(voxels: int = 786_432) -> tuple[float, float]:
    """Return the times, s, of the T1 map and of the linear (DESPOT1) estimate of the same data."""
    rng = np.random.default_rng(0)
    angles, TR = np.array([2.0, 5.0, 10.0, 15.0, 20.0]), 0.0045
    R10 = 1 / rng.uniform(0.4, 1.8, voxels)
    signal = np.stack([spgr_signal(R10, S0=3000.0, TR=TR, FA=a) for a in angles])
    signal = (signal + rng.normal(0, 4.0, signal.shape)).astype(np.float32)
    start = time.process_time()
    variable_flip_angle_T1(signal, FA=angles, TR=TR)
    ours = time.process_time() - start
    start = time.process_time()
    sines, tangents = np.sin(np.deg2rad(angles)), np.tan(np.deg2rad(angles))
    y = signal.astype(np.float64) / sines[:, None]
    x = signal.astype(np.float64) / tangents[:, None]
    mean_x, mean_y = x.mean(axis=0), y.mean(axis=0)
    slope = ((x - mean_x) * (y - mean_y)).sum(axis=0) / ((x - mean_x) ** 2).sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        -TR / np.log(slope)
    return ours, time.process_time() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--study", type=Path, help="folder of one visit")
    add_option(parser)
    parser.add_argument("--sample", type=Path, help="both visits at full size")
    options = parser.parse_args()
    command = ("-m", "SpineDCELib.cli")
    with tempfile.TemporaryDirectory() as scratch:
        os.environ["SPINEDCE_HOME"] = f"{scratch}/home"
        compileall.compile_dir(Path(SpineDCELib.__file__).parent, quiet=1)
        visit = options.study or Path(scratch) / "visit"
        if options.study is None:
            write_study(visit, patient="A", visit="before", size="full")
        study, regions = str(visit / "dicom"), str(visit / "truth" / "rois.seg.nrrd")
        headers = least("-c", _READ.format(headers=True), study)
        P = pydicom_time(study)
        imports = least("-c", _IMPORT)
        asked = (*command, "analyse", study, "-o", f"{scratch}/out", "--roi", regions, "--shift")
        analysed = processor_time(*asked, "auto")
        again = processor_time(*asked, "6")
        samples = {
            size: processor_time(*command, "phantom", f"{scratch}/new {size}", "--size", size)
            for size in ("full", "small")
        }
        both = options.sample or Path(scratch) / "new full"
        places = [both / visit / part for visit in ("before", "after") for part in _PARTS]
        comparing = (*command, "compare", str(places[0]), str(places[2]), "--shift", "auto",
                     "--roi", str(places[1]), "--roi-after", str(places[3]))  # fmt: skip
        processor_time(*comparing, "-o", f"{scratch}/cold", "--flip-runs", "0")
        plain, robust = (
            processor_time(*comparing, "-o", f"{scratch}/{runs}", "--flip-runs", runs)
            for runs in ("0", "200")
        )
        rows = (
            ("help", least(*command, "--help"), P),
            (
                "info, beyond its imports",
                least(*command, "info", study) - least("-c", _IMPORT_INFO),
                headers,
            ),
            ("analyse, nothing cached", analysed, P),
            ("analyse, another shift", again, imports),
            ("T1 map", *T1_ratio()),
            ("sample patient, full", samples["full"], P),
            ("sample patient, small", samples["small"], P),
            ("200 perturbed comparisons", max(robust - plain, 0.0), P),
        )
    print(f"P, pydicom reads headers and pixels: {P:.2f} s; headers alone: {headers:.2f} s")
    print(f"imports of numpy, scipy, SimpleITK, pydicom and matplotlib: {imports:.2f} s")
    ratios = Ratios("P (info: headers alone; another shift: imports; T1 map: linear estimate)")
    for name, value, reference in rows:
        goal = f" (goal: ratio {_GOALS[name]:g})" if name in _GOALS else ""
        print(f"  {name:42s}{value:8.2f} s{goal}")
        ratios.add(name, value, reference)
    ratios.finish(record=options.record)


if __name__ == "__main__":
    main()
