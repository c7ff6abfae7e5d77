"""How fast the extended Tofts fit is beside scipy's curve_fit on the same model, in one run.

    make bench        (or: python Testing/benchmarks/bench_fit.py [--voxels N] [--frames T])

One process, one BLAS thread; the curves are float32 with noise, 40 % of them with vp = 0. The
curve_fit that is compared with gets the same data, bounds and model as a few array operations a
call (the exact recursion on the AIF upsampled tenfold, as one compiled filter), its fastest form.
"""

from __future__ import annotations

import argparse
import os
import time
import tracemalloc
import warnings

for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"  # it is read when numpy is imported

import numpy as np  # noqa: E402
from benchmarks.recorded_ratios import Ratios, add_option  # noqa: E402
from scipy.interpolate import CubicSpline  # noqa: E402
from scipy.optimize import curve_fit  # noqa: E402
from scipy.signal import lfilter  # noqa: E402
from SpineDCELib.aif.population import parker  # noqa: E402
from SpineDCELib.kinetics import models  # noqa: E402
from SpineDCELib.kinetics.extended_tofts_fit import ExtendedToftsFitter  # noqa: E402
from SpineDCELib.kinetics.fitting import prepare  # noqa: E402

#: s from frame to frame, and samples of the AIF in between for curve_fit.
INTERVAL, UPSAMPLED = 5.5, 10


def synthetic(voxels: int, frames: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Curves ``(frames, voxels)`` in float32, times, Cp."""
    rng = np.random.default_rng(1)
    t = np.arange(frames) * INTERVAL
    Cp = parker(t - 30.0) / (1 - 0.45)
    distinct = min(voxels, 5000)
    truth = {
        "vp": rng.uniform(0, 0.3, distinct) * (rng.random(distinct) >= 0.4),
        "Ktrans": rng.uniform(0, 0.5, distinct),
        "ve": rng.uniform(0.02, 0.6, distinct),
    }
    clean = models.extended_tofts(t, Cp, **truth, Ta=2.0)
    level = np.sqrt((clean**2).mean(axis=0))
    curves = np.empty((frames, voxels), np.float32)
    which = rng.integers(0, distinct, voxels)
    for start in range(0, voxels, 10_000):
        some = which[start : start + 10_000]
        noise = level[some] * 10 ** (-rng.uniform(10, 50, some.size) / 20)
        curves[:, start : start + some.size] = clean[:, some] + noise * rng.normal(
            size=(frames, some.size)
        )
    return curves, t, Cp


def seconds(work, repeats: int = 7) -> float:
    """The least wall-clock time: what the machine's other work adds is left out."""
    taken = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return min(taken)


def curve_fit_speed(
    curves: np.ndarray, t: np.ndarray, Cp: np.ndarray, Ta: float, bounded: bool
) -> float:
    """Voxels per second of curve_fit."""
    spline = CubicSpline(t, Cp)
    step = INTERVAL / UPSAMPLED
    fine = np.arange((t.size - 1) * UPSAMPLED + 1) * step - Ta
    c = np.where(fine >= 0, spline(fine), 0.0)
    plasma = c[::UPSAMPLED].copy()

    def model(_t, vp, Ktrans, kep):
        x = kep / 60 * step
        decay = np.exp(-x)
        a = (1 - decay) / x
        b = (1 - a) / x
        convolved = lfilter([b * step, (a - b) * step], [1.0, -decay], c)
        return vp * plasma + Ktrans / 60 * convolved[::UPSAMPLED]

    box = {"bounds": ([0, 0, 1e-3], [1, 20, 20])} if bounded else {}

    def work(some):
        for curve in some:
            try:
                curve_fit(model, t, curve, p0=(0.05, 0.1, 0.5), **box)
            except RuntimeError:  # it gave up; that took its time too
                continue

    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        return curves.shape[1] / seconds(lambda: work(curves.T.astype(float)))


def memory_beyond_input(curves: np.ndarray, t: np.ndarray, Cp: np.ndarray) -> float:
    """Peak of what a whole-volume fit allocates, results included, MB."""
    tracemalloc.start()
    ExtendedToftsFitter(curves, t, Cp).fit(2.0)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak / 2**20


#: Models whose search is not linear: model, whether each voxel has its own delay.
SEARCHED = (
    ("extended_tofts", True),
    ("tofts", True),
    ("patlak", True),
    ("two_compartment_exchange", False),
)


def searched(curves: np.ndarray, t: np.ndarray, Cp: np.ndarray, ratios: Ratios) -> None:
    """Print the processor time of a slice of 96 x 96 voxels that is refitted after a shift."""
    part = np.ascontiguousarray(curves[:, : 96 * 96])
    reading = seconds(part.sum)
    for model, delay in SEARCHED:
        fitter = prepare(part, t, Cp, model=model, fit_delay=delay)
        taken = np.inf
        for shift in np.linspace(2.0, 3.0, 3):
            start = time.process_time()
            fitter.fit(float(shift))
            taken = min(taken, time.process_time() - start)
        name = f"{model.replace('_', ' ')}{', own delay' if delay else ''}, 96 x 96"
        print(f"  {name:50s}{1e3 * taken:8.0f} ms   (goal 300 ms)")
        ratios.add(name, taken, reading)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--voxels", type=int, default=300_000)
    parser.add_argument("--frames", type=int, default=60)
    add_option(parser)
    options = parser.parse_args()
    curves, t, Cp = synthetic(options.voxels, options.frames)
    fitter = ExtendedToftsFitter(curves, t, Cp)
    fitter.fit(2.0)
    middle = options.voxels // 2
    one_slice = slice(middle, min(middle + 256 * 256, options.voxels))
    whole = seconds(lambda: ExtendedToftsFitter(curves, t, Cp).fit(2.0))
    shifted = iter(np.linspace(2.1, 4.0, 20))
    part = seconds(lambda: fitter.fit(float(next(shifted)), one_slice))
    again = seconds(lambda: fitter.fit(float(next(shifted))))
    lm = curve_fit_speed(curves[:, :200], t, Cp, 2.0, bounded=False)
    trf = curve_fit_speed(curves[:, :100], t, Cp, 2.0, bounded=True)
    size, beyond = curves.nbytes / 2**20, memory_beyond_input(curves, t, Cp)
    speed = options.voxels / whole

    print(f"{options.voxels} voxels × {options.frames} frames, float32, 1 process, 1 BLAS thread")
    for name, value, target in (
        ("whole-volume fit", f"{1e3 * whole:8.0f} ms", "< 500 ms"),
        ("  voxels per second", f"{speed:8.3g}", ""),
        ("refit after a shift, 256×256 slice", f"{1e3 * part:8.1f} ms", "< 50 ms"),
        ("refit after a shift, volume", f"{1e3 * again:8.0f} ms", "< 250 ms"),
        ("curve_fit, same bounds (trf), voxels/s", f"{trf:8.0f}", ""),
        ("  ratio", f"{speed / trf:8.0f}", ">= 3000"),
        ("curve_fit, no bounds (lm), voxels/s", f"{lm:8.0f}", ""),
        ("  ratio (another problem: vp, Ktrans < 0)", f"{speed / lm:8.0f}", ""),
        ("input", f"{size:8.0f} MB", ""),
        ("peak memory beyond the input", f"{beyond:8.0f} MB", "<= the input"),
    ):
        print(f"  {name:42s}{value:>14s}   {target}")
    reading = seconds(curves.sum)
    ratios = Ratios("reading the curves once (curve_fit: that of scipy to ours)")
    searched(curves, t, Cp, ratios)
    ratios.add("whole-volume fit", whole, reading)
    ratios.add("refit after a shift, slice", part, reading)
    ratios.add("refit after a shift, volume", again, reading)
    ratios.add("our fit of a voxel by curve_fit's", trf, speed)
    ratios.finish(record=options.record)


if __name__ == "__main__":
    main()
