"""Time and memory of a batch, by number of studies and of workers.

    python Testing/benchmarks/bench_batch.py SOURCE [--studies 10 49 98] [--pairs 40]

``SOURCE`` is the ``sourcedata`` of ``spinedce paper``. Prints a table in Markdown with time,
processor time and memory of a batch with two workers for each number of studies; then the speed of
two workers relative to one; then the cost of a killed worker. With an odd number of studies, the
last patient has one visit.
"""

from __future__ import annotations

import argparse
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

OPTIONS = ("--signal", "relative", "--shift", "auto", "--flip-runs", "0", "--export", "none")


def write_table(path: Path, source: Path, studies: int) -> None:
    """Write a table of the first studies of a cohort, patient by patient."""
    lines = ["patient,before,after,study,roi_before,roi_after,roi,size_before,size_after,size"]
    patients = sorted(p for p in source.iterdir() if (p / "after").is_dir() and p.name[0] == "P")
    for place in patients[: studies // 2]:
        lines.append(
            f"{place.name},{place}/before/dicom,{place}/after/dicom,,"
            f"{place}/before/truth/rois.seg.nrrd,{place}/after/truth/rois.seg.nrrd,,"
            f"{place}/before/truth/size.seg.nrrd,{place}/after/truth/size.seg.nrrd,"
        )
    if studies % 2:
        place = patients[studies // 2] / "before"
        truth = place / "truth"
        lines.append(f"one,,,{place}/dicom,,,{truth}/rois.seg.nrrd,,,{truth}/size.seg.nrrd")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def measure(source: Path, studies: int, workers: int, *, kill: bool = False) -> dict[str, float]:
    """Return time (s), processor time (s) and peak memory (MB) of one batch, of all processes."""
    with tempfile.TemporaryDirectory() as folder:
        table, out = Path(folder) / "studies.csv", Path(folder) / "out"
        write_table(table, source, studies)
        command = [sys.executable, "-m", "SpineDCELib.cli", "batch", str(table), "-o", str(out)]
        start = time.monotonic()
        process = subprocess.Popen(
            [*command, "--workers", str(workers), *OPTIONS], stdout=subprocess.DEVNULL
        )
        peak, spent, killed = 0.0, {}, not kill
        while process.poll() is None:
            memory = 0.0
            for each in (psutil.Process(process.pid), *_children(process.pid)):
                try:
                    memory += each.memory_full_info().pss / 1e6
                    used = each.cpu_times()
                    spent[each.pid] = used.user + used.system
                except (psutil.NoSuchProcess, psutil.AccessDenied):
                    pass
            peak = max(peak, memory)
            begun = list(out.glob(".work/*/results/after/vp.nrrd"))
            if not killed and begun and len(list(out.glob("results/*"))) >= 2:
                os.kill(int(begun[0].relative_to(out).parts[1].split("-")[1]), signal.SIGKILL)
                killed = True
            time.sleep(0.5)
        assert process.returncode == 0
        return {
            "seconds": time.monotonic() - start,
            "processor": sum(spent.values()),
            "peak": peak,
        }


def _children(pid: int) -> list[psutil.Process]:
    try:
        return psutil.Process(pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source", type=Path)
    parser.add_argument("--studies", type=int, nargs="+", default=[10, 49, 98])
    parser.add_argument(
        "--pairs", type=int, default=40, help="number of studies for one worker versus two"
    )
    parser.add_argument("--rounds", type=int, default=3, help="repetitions of this comparison")
    options = parser.parse_args()
    source = options.source.resolve()
    print("| studies | time, 2 workers | processor time | per study | peak memory |")
    print("| ---: | ---: | ---: | ---: | ---: |")
    for studies in options.studies:
        m = measure(source, studies, 2)
        print(
            f"| {studies} | {m['seconds']:.0f} s | {m['processor']:.0f} s | "
            f"{m['processor'] / studies:.2f} s | {m['peak']:.0f} MB |",
            flush=True,
        )
    few = options.pairs
    ratios = []
    for _ in range(options.rounds):
        one, two = (measure(source, few, workers)["seconds"] for workers in (1, 2))
        ratios.append(one / two)
        print(f"<!-- {few} studies: 1 worker {one:.1f} s, 2 workers {two:.1f} s -->", flush=True)
    print(f"\nTwo workers: {statistics.median(ratios):.2f} times as fast as one.")
    plain, killed = (measure(source, few, 2, kill=kill) for kill in (False, True))
    print(
        f"Batch of {few} studies: {plain['processor']:.1f} s of processor time, "
        f"{killed['processor']:.1f} s if a worker is killed; {plain['seconds']:.1f} s and "
        f"{killed['seconds']:.1f} s in total."
    )


if __name__ == "__main__":
    main()
