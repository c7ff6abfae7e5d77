"""Batch of full-size studies on a Dask cluster: time, memory and disk, by number of workers.

    python Testing/benchmarks/bench_scale.py [--studies 40] [--workers 1 2] [--sample FOLDER ...]

The studies are hard links of the visits in ``FOLDER`` (as ``spinedce phantom`` writes them; by
default both sample patients are written first). In the last run the scheduler is killed and started
again in the middle of the batch, with new workers. Then tasks that only sleep are sent to eight
workers, which shows what sending costs. All processes run on this machine.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
from SpineDCELib.cohort.worker_pool import MEMORY, worker_pool
from SpineDCELib.phantom import write_study

OPTIONS = ("--shift", "auto", "--flip-runs", "0", "--export", "none")
#: Sleeping tasks: workers, tasks, and s of each.
SLEEPERS, TASKS, SLEEP = 8, 80, 5.0


class Cluster:
    """Scheduler and workers, each a process, at an address that outlasts a restart."""

    def __init__(self, workers: int) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        self.address, self._workers = f"tcp://127.0.0.1:{self._port}", workers
        self.processes: list[subprocess.Popen[bytes]] = []
        self.start()

    def start(self) -> None:
        """Start all processes, and wait until the scheduler listens."""
        port = ("--host", "127.0.0.1", "--port", str(self._port))
        self._run("dask_scheduler", *port)
        for _ in range(self._workers):
            self._run("dask_worker", self.address, "--nthreads", "1", "--memory-limit", "0")
        for _ in range(120):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self._port)) == 0:
                    return
            time.sleep(0.5)
        raise SystemExit("The scheduler did not start.")

    def _run(self, name: str, *arguments: str) -> None:
        command = [sys.executable, "-m", f"distributed.cli.{name}", *arguments, "--no-dashboard"]
        kept = {key.rsplit(".", 1)[1]: value for key, value in MEMORY.items()}
        environment = os.environ | {
            "DASK_DISTRIBUTED__NANNY__PRE_SPAWN_ENVIRON": json.dumps(
                kept | {"OMP_NUM_THREADS": 1, "OPENBLAS_NUM_THREADS": 1}
            )
        }
        self.processes.append(subprocess.Popen(command, stderr=subprocess.DEVNULL, env=environment))

    def workers(self) -> list[psutil.Process]:
        """Return the processes that compute: the children of Dask's nannies."""
        found = []
        for one in self.processes[1:]:
            try:
                found += psutil.Process(one.pid).children(recursive=True)
            except psutil.NoSuchProcess:
                continue
        return found

    def stop(self) -> None:
        """Kill all processes."""
        for process in (*self.workers(), *self.processes):
            process.kill()
        for one in self.processes:
            one.wait()
        self.processes = []


@contextmanager
def cluster(workers: int) -> Iterator[Cluster]:
    """Run a cluster as long as the context lasts."""
    own = Cluster(workers)
    try:
        yield own
    finally:
        own.stop()


def link_studies(folder: Path, visits: list[Path], count: int) -> None:
    """Write ``count`` studies that are hard links of the visits."""
    for number in range(count):
        visit, study = visits[number % len(visits)], folder / f"S{number:05d}"
        shutil.copytree(visit / "dicom", study / "dicom", copy_function=os.link)
        os.link(visit / "truth" / "rois.seg.nrrd", study / "rois.seg.nrrd")


def size_of(folder: Path) -> float:
    """Return the size of all files, MB."""
    return sum(f.stat().st_size for f in folder.rglob("*") if f.is_file()) / 1e6


def own_memory(process: int) -> float:
    """Return the memory of a process that the system cannot take back, MB.

    Pages of mapped files are left out: the system drops them where memory is short.
    """
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1]) * 1024 / 1e6
    return 0.0


class Memory(threading.Thread):
    """Largest memory of a worker, MB, in each third of the studies; and processor times, s."""

    def __init__(self, own: Cluster, out: Path, studies: int) -> None:
        super().__init__(daemon=True)
        self._cluster, self._out, self._studies = own, out, studies
        self.peaks, self.times = [0.0, 0.0, 0.0], dict[int, float]()
        self.stopped = threading.Event()

    def run(self) -> None:
        while not self.stopped.wait(0.3):
            done = len(list(self._out.glob("results/S*/study.json")))
            third = min(3 * done // self._studies, 2)
            for one in self._cluster.workers():
                try:
                    self.peaks[third] = max(self.peaks[third], own_memory(one.pid))
                    used = one.cpu_times()
                    self.times[one.pid] = used.user + used.system
                except (psutil.NoSuchProcess, psutil.AccessDenied, OSError):
                    continue


def measure(studies: Path, out: Path, workers: int, *, restart: bool) -> dict[str, float]:
    """Return what one batch takes."""
    count = len(list(studies.iterdir()))
    with cluster(workers) as own:
        watch = Memory(own, out, count)
        watch.start()
        start = time.monotonic()
        command = [sys.executable, "-m", "SpineDCELib.cli", "batch", str(studies), "-o", str(out)]
        batch = subprocess.Popen(
            [*command, "--dask", own.address, *OPTIONS], stdout=subprocess.DEVNULL
        )
        while batch.poll() is None:
            time.sleep(0.3)
            if restart and len(list(out.glob("results/S*/study.json"))) >= count // 2:
                own.stop()
                own.start()
                restart = False
        seconds = time.monotonic() - start
        watch.stopped.set()
        watch.join()
    finished = len(list(out.glob("results/S*/study.json")))
    if batch.returncode or finished != count:
        raise SystemExit(f"{finished} of {count} studies are done; status {batch.returncode}.")
    return {
        "seconds": seconds,
        "processor": sum(watch.times.values()) / count,
        "first": watch.peaks[0],
        "second": watch.peaks[1],
        "third": watch.peaks[2],
        "disk": size_of(out) / count,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--studies", type=int, default=40)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--sample", type=Path, nargs="*", help="folders of patients, full size")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.sample and options.sample[0].parent) as scratch:
        os.environ["SPINEDCE_HOME"] = f"{scratch}/home"
        if options.sample:
            visits = [one / name for one in options.sample for name in ("before", "after")]
        else:
            visits = [Path(scratch) / p / v for p in ("A", "B") for v in ("before", "after")]
            for visit in visits:
                write_study(visit, patient=visit.parent.name, visit=visit.name, size="full")
        link_studies(Path(scratch) / "studies", visits, options.studies)
        files = [sum(1 for _ in (v / "dicom").rglob("*.dcm")) for v in visits]
        print(
            f"{options.studies} studies of {min(files)} to {max(files)} files, "
            f"{sum(size_of(v / 'dicom') for v in visits) / len(visits):.0f} MB each\n"
        )
        print(
            "| workers | time | processor time a study | largest memory of a worker, by thirds of "
            "the batch | results a study |"
        )
        print("| ---: | ---: | ---: | ---: | ---: |")
        runs = [(n, False) for n in options.workers] + [(options.workers[-1], True)]
        times = {}
        for workers, restart in runs:
            out = Path(scratch) / "out"
            m = measure(Path(scratch) / "studies", out, workers, restart=restart)
            shutil.rmtree(out)
            times[workers, restart] = m["seconds"]
            print(
                f"| {workers}{', scheduler restarted' if restart else ''} | {m['seconds']:.0f} s | "
                f"{m['processor']:.1f} s | {m['first']:.0f}, {m['second']:.0f}, "
                f"{m['third']:.0f} MB | {m['disk']:.1f} MB |",
                flush=True,
            )
        first, last = options.workers[0], options.workers[-1]
        efficiency = first * times[first, False] / (last * times[last, False])
        print(f"\nEfficiency of {last} workers, of the times: {efficiency:.2f}")
    with cluster(SLEEPERS) as own, worker_pool(address=own.address) as pool:
        for _ in pool(eval, ["1"] * (2 * SLEEPERS)):  # until all have started
            time.sleep(0.5)
        start = time.monotonic()
        done = sum(1 for _ in pool(eval, [f"__import__('time').sleep({SLEEP})"] * TASKS))
        taken = time.monotonic() - start
    print(
        f"{done} tasks of {SLEEP:g} s on {SLEEPERS} workers: {taken:.1f} s, efficiency "
        f"{done * SLEEP / SLEEPERS / taken:.2f}"
    )


if __name__ == "__main__":
    main()
