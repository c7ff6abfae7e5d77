"""Install SpineDCE from this folder into a new environment, without internet.

python3 install.py [FOLDER]     the environment; default: spinedce in the home folder
"""

import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent


def main() -> None:
    """Check the wheels, create the environment and install them into it."""
    if sys.argv[1:2] in (["-h"], ["--help"]):
        print(__doc__)
        return
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else Path.home() / "spinedce").absolute()
    wanted = (HERE / "python.txt").read_text(encoding="ascii").strip()
    found = "{}.{}".format(*sys.version_info)
    if found != wanted:
        sys.exit(
            f"This bundle is for Python {wanted}; this is {found}. Run it with python{wanted}."
        )
    if folder.exists():
        sys.exit(f"{folder} exists. Name another folder: python3 install.py FOLDER")
    for line in (HERE / "SHA256SUMS").read_text(encoding="utf-8").splitlines():
        digest, name = line.split("  ")
        if hashlib.sha256((HERE / name).read_bytes()).hexdigest() != digest:
            sys.exit(f"{name} is damaged: its digest is not the one in SHA256SUMS.")
    # Debian's Python cannot put pip into an environment; a wheel of pip runs as it is.
    venv.create(folder, with_pip=False, symlinks=os.name != "nt")
    scripts = folder / ("Scripts" if os.name == "nt" else "bin")
    (pip,) = HERE.glob("pip-*.whl")
    wheels = sorted(map(str, (HERE / "wheels").glob("*.whl")))
    subprocess.run(
        [scripts / "python", pip / "pip", "install", "--isolated", "--no-index", "--no-deps",
         "--quiet", "--disable-pip-version-check", *wheels],
        check=True,
    )  # fmt: skip
    subprocess.run([scripts / "spinedce", "--version"], check=True)
    print(f"Installed. Start it with {scripts / 'spinedce'}; check the machine with its doctor.")


if __name__ == "__main__":
    main()
