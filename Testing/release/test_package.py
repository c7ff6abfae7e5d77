"""Wheel and source archive: contents, reproducibility, and names that agree everywhere."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
import yaml
from SpineDCELib.version import __version__

pytest.importorskip("hatchling")
ROOT = Path(__file__).resolve().parents[2]
#: What the two archives are built from.
SOURCES = ("SpineDCE", "SpineDCEWidget", "release", "pyproject.toml", "LICENSE", "CHANGELOG.md",
           "CITATION.cff")  # fmt: skip


def build(tree, out):
    """Build both archives of a tree, and return the digests of their files by kind."""
    environment = os.environ | {"SOURCE_DATE_EPOCH": "1700000000"}
    command = [sys.executable, "-m", "hatchling", "build", "-d", str(out)]
    subprocess.run(command, cwd=tree, env=environment, check=True, capture_output=True)
    return {p.suffix: hashlib.sha256(p.read_bytes()).hexdigest() for p in out.iterdir()}


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Return a copy of the tree without version control, and the folder of its archives."""
    tree = tmp_path_factory.mktemp("tree")
    ignore = shutil.ignore_patterns("__pycache__", "*.egg-info")
    for name in SOURCES:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, tree / name, ignore=ignore)
        else:
            shutil.copy(ROOT / name, tree)
    out = tmp_path_factory.mktemp("archives")
    return tree, out, build(tree, out)


@pytest.fixture(scope="module")
def wheel(built):
    [path] = built[1].glob("*.whl")
    with zipfile.ZipFile(path) as archive:
        yield archive


@pytest.mark.slow
def test_two_builds_are_equal_byte_by_byte(built, tmp_path):
    tree, _, digests = built
    for path in tree.rglob("*.py"):
        os.utime(path, (1, 1))
    assert build(tree, tmp_path) == digests


@pytest.mark.slow
def test_the_source_archive_builds_the_same_wheel(built, tmp_path):
    [archive] = built[1].glob("*.tar.gz")
    with tarfile.open(archive) as tar:
        tar.extractall(tmp_path, **({"filter": "data"} if sys.version_info >= (3, 12) else {}))
    [tree] = tmp_path.iterdir()
    assert build(tree, tmp_path / "out")[".whl"] == built[2][".whl"]


@pytest.mark.slow
def test_the_wheel_holds_the_engine_and_the_page_alone(wheel):
    names = set(wheel.namelist())
    tops = {name.partition("/")[0] for name in names}
    own = {f"spinedce-{__version__}.dist-info", f"spinedce-{__version__}.data"}
    assert tops == {"SpineDCELib", "SpineDCEWidget", *own}
    assert [n for n in names if ".data/" in n] == [
        f"spinedce-{__version__}.data/data/share/man/man1/spinedce.1"
    ]
    assert "SpineDCELib/py.typed" in names
    assert "SpineDCEWidget/browser/page/workstation.css" in names
    assert not [name for name in names if "desktop" in name or name.endswith("CMakeLists.txt")]
    for package, folder in (("SpineDCELib", "SpineDCE"), ("SpineDCEWidget", ".")):
        for path in (ROOT / folder / package).rglob("*.py"):
            name = path.relative_to(ROOT / folder).as_posix()
            assert name in names or "/desktop/" in name, name


@pytest.mark.slow
def test_what_a_package_index_shows_is_complete(wheel):
    [name] = [n for n in wheel.namelist() if n.endswith("METADATA")]
    text = wheel.read(name).decode()
    for line in (f"Version: {__version__}", "License-Expression: Apache-2.0",
                 "Requires-Python: >=3.10", "Provides-Extra: workstation"):  # fmt: skip
        assert f"\n{line}\n" in text
    # A link into the repository would lead nowhere there.
    assert not re.findall(r"\]\((?!https://)", text)


def test_version_name_and_licence_agree_in_every_file():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    codemeta = json.loads((ROOT / "codemeta.json").read_text(encoding="utf-8"))
    zenodo = json.loads((ROOT / ".zenodo.json").read_text(encoding="utf-8"))
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert {citation["version"], codemeta["version"], zenodo["version"]} == {__version__}
    assert {citation["license"], zenodo["license"]} == {"Apache-2.0"}
    assert codemeta["license"].endswith("/Apache-2.0")
    assert 'license = "Apache-2.0"' in project
    assert (ROOT / "LICENSE").read_text(encoding="utf-8").lstrip().startswith("Apache License")
    assert citation["title"] == zenodo["title"]
    assert citation["keywords"] == codemeta["keywords"] == zenodo["keywords"]
    authors = [citation["authors"][0]["name"], codemeta["author"][0]["name"],
               zenodo["creators"][0]["name"]]  # fmt: skip
    assert set(authors) == {"SpineDCE contributors"}
    assert f'authors = [{{ name = "{authors[0]}" }}]' in project


def test_the_address_of_the_repository_is_the_same_everywhere():
    catalogue = json.loads((ROOT / "release/SpineDCE.json").read_text(encoding="utf-8"))
    home = catalogue["scm_url"]
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["repository-code"] == home
    files = ["CMakeLists.txt", "codemeta.json", "pyproject.toml", "release/README.md",
             ".github/ISSUE_TEMPLATE/config.yml"]  # fmt: skip
    for file in files:
        text = (ROOT / file).read_text(encoding="utf-8")
        assert home in text, file
        found = set(re.findall(r"https://github\.com/SpineDCE/[\w.-]+", text))
        assert found == {home}, file


def test_the_catalogue_entry_agrees_with_the_extension():
    """The schema of the Extensions Index, version 1.0.2, names these keys and no others."""
    entry = json.loads((ROOT / "release/SpineDCE.json").read_text(encoding="utf-8"))
    assert entry["$schema"].endswith("slicer-extension-catalog-entry-schema-v1.0.2.json#")
    allowed = {"$schema", "category", "scm_url", "scm_revision", "scm_type", "build_dependencies",
               "dicom_support_rule", "build_subdirectory", "enabled", "tier"}  # fmt: skip
    assert set(entry) <= allowed
    cmake = (ROOT / "CMakeLists.txt").read_text(encoding="utf-8")
    assert f'set(EXTENSION_CATEGORY "{entry["category"]}")' in cmake
    assert entry["build_dependencies"] == []
    assert 'set(EXTENSION_DEPENDS "NA")' in cmake


def test_every_step_of_a_workflow_is_pinned_and_every_file_is_yaml():
    for path in (ROOT / ".github").rglob("*.yml"):
        text = path.read_text(encoding="utf-8")
        assert yaml.safe_load(text)
        for used in re.findall(r"uses: (\S+)", text):
            assert used.startswith("./") or re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", used), used


def test_continuous_integration_tests_every_python_that_the_package_names():
    ci = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8"))
    matrix = ci["jobs"]["test"]["strategy"]["matrix"]
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    named = re.findall(r"Python :: (3\.\d+)", project)
    assert matrix["python"] == named
    assert {os.partition("-")[0] for os in matrix["os"]} == {"ubuntu", "macos", "windows"}
