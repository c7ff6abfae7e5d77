"""The extension installs exactly the Python files that are there."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def test_scripts_equal_the_files_on_disk():
    text = (ROOT / "SpineDCE" / "CMakeLists.txt").read_text()
    block = re.search(r"set\(MODULE_PYTHON_SCRIPTS\s+(.*?)\)", text, re.S)
    listed = re.findall(r"\S+\.py", block.group(1))
    on_disk = sorted(
        str(path.relative_to(ROOT / "SpineDCE")).replace("\\", "/")
        for path in (ROOT / "SpineDCE").rglob("*.py")
    )
    assert sorted(listed) == on_disk
    assert len(listed) == len(set(listed))


def test_metadata_that_the_extensions_index_asks_for():
    text = (ROOT / "CMakeLists.txt").read_text()
    for name in ("HOMEPAGE", "CATEGORY", "CONTRIBUTORS", "DESCRIPTION", "ICONURL", "DEPENDS"):
        assert re.search(rf'set\(EXTENSION_{name} "\S.*"\)', text), name

    assert (ROOT / "SpineDCE").is_dir()
    assert not (ROOT / "SpineDCE" / "__init__.py").exists()  # it would hide SpineDCE.py
