"""Write one archive with all wheels and an install script, for a machine without internet.

python release/bundle.py WHEEL OUT     the wheel of SpineDCE; the folder for the archive

The archive is for the Python version and the platform of the Python that runs this.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
LOCK = HERE / "workstation.lock"


def main(wheel: str, out: str) -> None:
    """Download what the lock names, check it against its hashes, and write the archive."""
    with tempfile.TemporaryDirectory() as scratch:
        name = archive_name(Path(wheel))
        folder = Path(scratch) / name
        wheels = folder / "wheels"
        wheels.mkdir(parents=True)
        _download(wheels, "--require-hashes", "-r", str(LOCK))
        _download(folder, "pip")
        shutil.copy(wheel, wheels)
        print(write_bundle(folder, Path(out)))


def archive_name(wheel: Path) -> str:
    """Return the archive's name: version, Python and platform."""
    version = wheel.name.split("-")[1]
    platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
    return "spinedce-{}-py{}.{}-{}".format(version, *sys.version_info[:2], platform)


def write_bundle(folder: Path, out: Path) -> Path:
    """Add script, Python version and digests to a folder of wheels, and pack it."""
    shutil.copy(HERE / "install.py", folder)
    (folder / "python.txt").write_text("{}.{}\n".format(*sys.version_info), encoding="ascii")
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    sums = [f"{_digest(path)}  {path.relative_to(folder).as_posix()}\n" for path in files]
    (folder / "SHA256SUMS").write_text("".join(sums), encoding="utf-8")
    out.mkdir(parents=True, exist_ok=True)
    archive = out / f"{folder.name}.tar"
    with tarfile.open(archive, "w") as tar:  # wheels are compressed already
        tar.add(folder, folder.name)
    return archive


def _download(folder: Path, *what: str) -> None:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--only-binary=:all:",
               "--no-deps", "-d", str(folder), *what]  # fmt: skip
    subprocess.run(command, check=True)


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
