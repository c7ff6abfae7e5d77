"""Starts 3D Slicer with this module and runs its tests: ``start.py <Slicer> [name …]``.

Needs nothing but Python; where there is no display, ``xvfb-run`` gives one.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
MODULE = HERE.parents[1] / "SpineDCE"


def main(slicer: str, *names: str) -> int:
    """Exit code of the tests; 2 where they cannot be started."""
    found = shutil.which(slicer)
    if found is None:
        print(f"There is no 3D Slicer at '{slicer}'; give its executable: SLICER=<path>.")
        return 2
    command = [found, "--no-splash", "--disable-settings"]
    command += ["--additional-module-paths", str(MODULE)]
    command += ["--python-script", str(HERE / "run.py"), *names]
    if sys.platform.startswith("linux") and not os.environ.get("DISPLAY"):
        if shutil.which("xvfb-run"):
            command = ["xvfb-run", "-a", "-s", "-screen 0 1600x1000x24", *command]
        else:
            print("There is no display and no xvfb-run (sudo apt-get install xvfb).")
    return subprocess.run(command).returncode


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
