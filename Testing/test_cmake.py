"""The extension installs exactly the files that are there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ("SpineDCE", "SpineDCEWidget")
SCRIPTS = {"SpineDCE": "MODULE_PYTHON_SCRIPTS", "SpineDCEWidget": "WIDGET_PYTHON_SCRIPTS"}


def listed(folder: str, name: str) -> list[str]:
    """The lines of one list in a folder's CMakeLists.txt."""
    text = (ROOT / folder / "CMakeLists.txt").read_text()
    [block] = re.findall(rf"set\({name}(.*?)\n\s*\)", text, re.S)
    return block.replace("${MODULE_NAME}", folder).split()


def compare(folder: str, name: str, files) -> None:
    on_disk = {path.relative_to(ROOT / folder).as_posix() for path in files}
    on_disk = {path for path in on_disk if "__pycache__" not in path}
    lines = listed(folder, name)
    add, remove = sorted(on_disk - set(lines)), sorted(set(lines) - on_disk)
    lists = f"{folder}/CMakeLists.txt, {name}"
    assert not add, f"Add to {lists}:\n  " + "\n  ".join(add)
    assert not remove, f"Remove from {lists}:\n  " + "\n  ".join(remove)
    assert len(lines) == len(set(lines)), f"A line stands twice in {lists}."


@pytest.mark.parametrize("folder", FOLDERS)
def test_scripts_are_those_on_disk_without_the_page_in_the_browser(folder):
    page = ROOT / folder / "browser"
    files = [path for path in (ROOT / folder).rglob("*.py") if page not in path.parents]
    compare(folder, SCRIPTS[folder], files)


def test_resources_are_those_on_disk():
    places = (ROOT / "SpineDCE").rglob("Resources")
    compare(
        "SpineDCE",
        "MODULE_PYTHON_RESOURCES",
        [p for place in places for p in place.rglob("*.*") if p.suffix != ".qm"],
    )


def test_every_folder_is_added_to_the_extension():
    text = (ROOT / "CMakeLists.txt").read_text()
    assert re.findall(r"add_subdirectory\((\w+)\)", text)[: len(FOLDERS)] == list(FOLDERS)


def test_the_extension_has_one_module_and_a_package_beside_it():
    # 3D Slicer looks for modules in a folder, not in what lies in it: only the package of panels,
    # which is none, is put into a folder of its own.
    texts = {name: (ROOT / name / "CMakeLists.txt").read_text() for name in FOLDERS}
    assert "slicerMacroBuildScriptedModule(" in texts["SpineDCE"]
    assert "slicerMacroBuildScriptedModule(" not in texts["SpineDCEWidget"]
    assert "${Slicer_QTSCRIPTEDMODULES_LIB_DIR}/SpineDCEWidget" in texts["SpineDCEWidget"]
    assert "NO_INSTALL_SUBDIR" not in texts["SpineDCEWidget"]


def test_metadata_that_the_extensions_index_asks_for():
    text = (ROOT / "CMakeLists.txt").read_text()
    names = ("HOMEPAGE", "CATEGORY", "CONTRIBUTORS", "DESCRIPTION", "ICONURL", "SCREENSHOTURLS")
    for name in (*names, "DEPENDS"):
        assert re.search(rf'set\(EXTENSION_{name} "\S.*"\)', text), name

    assert (ROOT / "SpineDCE").is_dir()
    assert not (ROOT / "SpineDCE" / "__init__.py").exists()  # it would hide SpineDCE.py


def test_pictures_that_the_extensions_index_shows_are_there_and_small():
    text = (ROOT / "CMakeLists.txt").read_text()
    main = "https://raw.githubusercontent.com/SpineDCE/SlicerSpineDCE/main/"
    shown = [
        place.removeprefix(main)
        for name in ("ICONURL", "SCREENSHOTURLS")
        for place in re.search(rf'set\(EXTENSION_{name} "(.*)"\)', text).group(1).split()
    ]
    assert shown
    for place in shown:
        assert (ROOT / place).is_file(), place
        assert (ROOT / place).stat().st_size < 250_000, place
