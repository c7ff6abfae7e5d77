"""How long a move of the AIF's shift takes: the visible slice, the study's measurements, the AIF.

    python Testing/benchmarks/bench_shift.py [--matrix 256] [--sections 12] [--frames 56]

One BLAS thread. A made study of that size: tissue with noise, one lesion and one reference of 1500
voxels each.
"""

from __future__ import annotations

import argparse
import os
import time

for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"  # it is read when numpy is imported

import numpy as np  # noqa: E402
from SpineDCELib.aif import parker  # noqa: E402
from SpineDCELib.kinetics.convolution import ArterialCurve  # noqa: E402
from SpineDCELib.kinetics.fitting import prepare  # noqa: E402
from SpineDCELib.kinetics.models import extended_tofts  # noqa: E402


def milliseconds(work, repeats=7):
    """The least of several wall-clock times, each at a shift of its own."""
    taken = []
    for i in range(repeats):
        start = time.perf_counter()
        work(1.0 + 0.7 * i)
        taken.append(1000 * (time.perf_counter() - start))
    return min(taken)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--matrix", type=int, default=256)
    parser.add_argument("--sections", type=int, default=12)
    parser.add_argument("--frames", type=int, default=56)
    options = parser.parse_args()
    t = np.arange(options.frames) * 5.4
    rng = np.random.default_rng(0)
    size = options.matrix**2
    kinds = 2000
    distinct = extended_tofts(
        t, parker(t, arrival=34.0) / 0.58,
        vp=rng.uniform(0, 0.15, kinds), Ktrans=rng.uniform(0, 0.2, kinds),
        ve=rng.uniform(0.05, 0.4, kinds),
    )  # fmt: skip
    curves = distinct[:, rng.integers(0, kinds, size * options.sections)].astype(np.float32)
    curves += rng.normal(0, 0.02, curves.shape).astype(np.float32)
    AIF = ArterialCurve(t, parker(t, arrival=30.0) / 0.58)
    fitter = prepare(curves, t, AIF, model="extended_tofts")
    middle = options.sections // 2 * size
    section = slice(middle, middle + size)
    regions = [middle + np.arange(i * 4000, i * 4000 + 1500) for i in range(2)]

    def measurements(shift):
        for voxels in regions:
            vp = fitter.fit(shift, voxels=voxels)["vp"]
            np.nanmean(vp), np.nanmedian(vp), np.nanstd(vp)

    fitter.fit(0.0)
    print(f"{options.matrix}² × {options.sections}, {options.frames} frames")
    print(f"visible slice      {milliseconds(lambda s: fitter.fit(s, section)):7.1f} ms (< 50)")
    print(f"measurements       {milliseconds(measurements):7.1f} ms (< 300)")
    print(f"whole volume       {milliseconds(fitter.fit, 3):7.1f} ms")


if __name__ == "__main__":
    main()
