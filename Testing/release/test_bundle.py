"""Bundle for a machine without internet: what it installs, and what it refuses."""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = "Scripts" if os.name == "nt" else "bin"


def load(name):
    spec = importlib.util.spec_from_file_location(name, ROOT / "release" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def write_wheel(folder):
    """Write a wheel of a program that only prints its version, under the name of ours."""
    files = {
        "small.py": "def main():\n    print('spinedce 9.9')\n",
        "spinedce-9.9.dist-info/METADATA": "Metadata-Version: 2.1\nName: spinedce\nVersion: 9.9\n",
        "spinedce-9.9.dist-info/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\n"
        "Tag: py3-none-any\n",
        "spinedce-9.9.dist-info/entry_points.txt": "[console_scripts]\nspinedce = small:main\n",
    }
    record = "".join(f"{name},,\n" for name in files) + "spinedce-9.9.dist-info/RECORD,,\n"
    path = folder / "spinedce-9.9-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in {**files, "spinedce-9.9.dist-info/RECORD": record}.items():
            archive.writestr(name, text)
    return path


@pytest.fixture
def bundle(tmp_path):
    """Return the folder of an unpacked bundle with one small wheel and the pip of this Python."""
    bundled = Path(importlib.util.find_spec("ensurepip").origin).parent / "_bundled"
    pips = list(bundled.glob("pip-*.whl"))
    if not pips:
        pytest.skip("This Python carries no wheel of pip.")
    module = load("bundle")
    folder = tmp_path / module.archive_name(Path("spinedce-9.9-py3-none-any.whl"))
    (folder / "wheels").mkdir(parents=True)
    write_wheel(folder / "wheels")
    shutil.copy(pips[0], folder)
    archive = module.write_bundle(folder, tmp_path / "out")
    with tarfile.open(archive) as tar:
        tar.extractall(tmp_path / "machine", **_safely())
    return tmp_path / "machine" / folder.name


def _safely():
    return {"filter": "data"} if sys.version_info >= (3, 12) else {}


def install(bundle, folder):
    command = [sys.executable, str(bundle / "install.py"), str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_the_bundle_installs_its_wheels(bundle, tmp_path):
    done = install(bundle, tmp_path / "new")
    assert done.returncode == 0, done.stderr
    assert "spinedce 9.9" in done.stdout
    assert (tmp_path / "new" / SCRIPTS).is_dir()


def test_a_changed_wheel_is_refused(bundle, tmp_path):
    [wheel] = (bundle / "wheels").iterdir()
    wheel.write_bytes(wheel.read_bytes() + b"x")
    done = install(bundle, tmp_path / "new")
    assert done.returncode != 0
    assert wheel.name in done.stderr
    assert not (tmp_path / "new").exists()


def test_another_python_is_refused(bundle, tmp_path):
    (bundle / "python.txt").write_text("2.7\n")
    done = install(bundle, tmp_path / "new")
    assert done.returncode != 0
    assert "Python 2.7" in done.stderr


def test_a_folder_that_exists_is_left_alone(bundle, tmp_path):
    (tmp_path / "mine").mkdir()
    done = install(bundle, tmp_path / "mine")
    assert done.returncode != 0
    assert list((tmp_path / "mine").iterdir()) == []


def test_the_lock_has_a_digest_for_every_package_and_no_address():
    text = (ROOT / "release/workstation.lock").read_text(encoding="utf-8")
    assert "://" not in text
    entries = text.replace("\\\n", " ").splitlines()
    packages = [line for line in entries if line and not line.lstrip().startswith("#")]
    assert len(packages) > 40
    for line in packages:
        assert "==" in line.split()[0], line
        assert "--hash=sha256:" in line, line


def test_the_lock_names_the_tested_versions():
    lock = (ROOT / "release/workstation.lock").read_text(encoding="utf-8")
    tested = (ROOT / ".ci/runtime-constraints.txt").read_text(encoding="utf-8").split()
    versions = dict(line.split("==") for line in tested)
    locked = dict(line.split()[0].split("==") for line in lock.splitlines() if line[0] != " ")
    assert {name: versions.get(name, version) for name, version in locked.items()} == locked
    assert set(locked) - set(versions) == {"colorama"}  # of Windows


def test_every_file_of_a_bundle_has_its_digest(bundle):
    sums = (bundle / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    listed = {line.split("  ")[1]: line.split("  ")[0] for line in sums}
    files = {p.relative_to(bundle).as_posix() for p in bundle.rglob("*") if p.is_file()}
    assert files == {*listed, "SHA256SUMS"}
    for name, digest in listed.items():
        assert hashlib.sha256((bundle / name).read_bytes()).hexdigest() == digest
