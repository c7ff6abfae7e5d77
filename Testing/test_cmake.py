"""The extension installs exactly the files that are there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ("SpineDCE", "SpineDCEWidget")
KINDS = {
    "MODULE_PYTHON_SCRIPTS": lambda folder: folder.rglob("*.py"),
    "MODULE_PYTHON_RESOURCES": lambda folder: (
        path for place in folder.rglob("Resources") for path in place.rglob("*.*")
    ),
}


def listed(folder: str, name: str) -> list[str]:
    """The lines of one list in a folder's CMakeLists.txt."""
    text = (ROOT / folder / "CMakeLists.txt").read_text()
    block = re.search(rf"set\({name}(.*?)\n\s*\)", text, re.S)
    return block.group(1).replace("${MODULE_NAME}", folder).split() if block else []


@pytest.mark.parametrize("folder", FOLDERS)
@pytest.mark.parametrize("name", KINDS)
def test_lists_equal_the_files_on_disk(folder, name):
    there = ROOT / folder
    on_disk = {path.relative_to(there).as_posix() for path in KINDS[name](there)}
    on_disk = {path for path in on_disk if "__pycache__" not in path}
    lines = listed(folder, name)
    add, remove = sorted(on_disk - set(lines)), sorted(set(lines) - on_disk)
    lists = f"{folder}/CMakeLists.txt, {name}"
    assert not add, f"Add to {lists}:\n  " + "\n  ".join(add)
    assert not remove, f"Remove from {lists}:\n  " + "\n  ".join(remove)
    assert len(lines) == len(set(lines)), f"A line stands twice in {lists}."


def test_every_folder_is_added_to_the_extension():
    text = (ROOT / "CMakeLists.txt").read_text()
    assert re.findall(r"add_subdirectory\((\w+)\)", text)[: len(FOLDERS)] == list(FOLDERS)


def test_the_module_lies_where_slicer_looks_for_modules():
    # 3D Slicer looks for modules in a folder, not in what lies in it: only the package of panels,
    # which is none, is put into a folder of its own.
    macro = r"slicerMacroBuildScriptedModule\((.*?)\)"
    texts = [(ROOT / folder / "CMakeLists.txt").read_text() for folder in FOLDERS]
    assert ["WITH_SUBDIR" in re.search(macro, text, re.S).group(1) for text in texts] == [
        False,
        True,
    ]


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
