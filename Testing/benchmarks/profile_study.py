"""Where the time of ``spinedce analyse`` goes: by room of the engine and package, and by function.

    python Testing/benchmarks/profile_study.py [--study VISIT] [--lines 25]

The profiler itself slows small functions down, so that the shares are a guide and no measurement.
"""

from __future__ import annotations

import argparse
import cProfile
import os
import pstats
import tempfile
from collections import Counter
from pathlib import Path

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # it is read when numpy is imported

from SpineDCELib.cli import main as spinedce
from SpineDCELib.phantom import write_study


def place_of(file: str) -> str:
    """Return the room of the engine, or the package, that a file belongs to."""
    parts = Path(file).parts
    for root, prefix in (("SpineDCELib", "SpineDCELib/"), ("site-packages", "")):
        if root in parts:
            return prefix + Path(parts[parts.index(root) + 1]).stem
    return "Python"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--study", type=Path, help="folder of one visit, with dicom and truth")
    parser.add_argument("--lines", type=int, default=25, help="functions to print")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        os.environ["SPINEDCE_HOME"] = f"{scratch}/home"
        visit = options.study or Path(scratch) / "visit"
        if options.study is None:
            write_study(visit, patient="A", visit="before", size="full")
        asked = ["analyse", str(visit / "dicom"), "-o", f"{scratch}/out", "--shift", "auto",
                 "--roi", str(visit / "truth" / "rois.seg.nrrd")]  # fmt: skip
        profile = cProfile.Profile()
        status = profile.runcall(spinedce, asked)
    if status:
        raise SystemExit(status)
    found = pstats.Stats(profile)
    places: Counter[str] = Counter()
    for (file, _line, _name), (_, _, own, _, _) in found.stats.items():  # type: ignore[attr-defined]
        places["built-in functions" if file == "~" else place_of(file)] += own
    total = sum(places.values())
    print(f"{total:.1f} s under the profiler, of which in")
    for place, seconds in places.most_common(20):
        print(f"  {place:42s}{seconds:8.2f} s {100 * seconds / total:6.1f} %")
    found.sort_stats("cumulative").print_stats("SpineDCELib", options.lines)


if __name__ == "__main__":
    main()
