"""The rooms of the program: imports point one way, file names are unique, dependencies are few.

The tree and one line per folder are in CONTRIBUTING.md. Every import counts, also one inside a
function; only imports for type checkers (``if TYPE_CHECKING``) do not.
"""

import ast
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = {
    "SpineDCELib": ROOT / "SpineDCE" / "SpineDCELib",
    "SpineDCEWidget": ROOT / "SpineDCEWidget",
}
LOOSE = {"__init__", "errors", "progress", "version", "data"}

# Every room, and what it may import besides itself. A name stands for a room or a loose file.
GROUND = {"errors", "progress", "version"}
WORDS = GROUND | {"vocabulary", "files", "settings"}
NUMERICS = {"series", "preprocessing", "concentration", "aif", "kinetics", "measurement", "data"}
ANALYSIS = WORDS | NUMERICS | {"analysis"}
RUN = ANALYSIS | {"compare", "export", "run"}
ENGINE = {
    "errors": set(),
    "progress": {"errors"},
    "version": set(),
    "vocabulary": GROUND,
    "files": GROUND,
    "settings": GROUND | {"vocabulary", "files"},
    "series": WORDS,
    "preprocessing": WORDS | {"series"},
    "kinetics": WORDS,
    "measurement": WORDS | {"series", "kinetics"},
    "data": WORDS | {"series", "measurement"},
    "concentration": WORDS | {"series", "data"},
    "aif": WORDS | {"series", "concentration", "kinetics", "measurement"},
    "phantom": WORDS | NUMERICS,
    "analysis": WORDS | NUMERICS,
    "compare": ANALYSIS,
    "course": ANALYSIS | {"compare"},
    "export": ANALYSIS | {"compare", "course"},
    "run": ANALYSIS | {"compare", "course", "export"},
    "network": RUN | {"course"},
    "cohort": RUN | {"course", "phantom"},
    "mrml": RUN | {"course", "phantom"},
    # The command line is the top: it starts everything, and nothing imports it.
    "cli": RUN | {"course", "network", "cohort", "phantom"},
    # The public names, gathered from the rooms.
    "__init__": ANALYSIS | {"compare", "course", "export", "run"},
}
WIDGET = {
    "shared": set(),
    "desktop": {"shared"},
    "browser": {"shared"},
    "__init__": set(),
}
# The engine's rooms that a shell may use; never the command line.
SHELLS_MAY_USE = set(ENGINE) - {"cli", "cohort"}

# The same thing at two levels may have the same file name: a subcommand and what it runs.
TWO_LEVELS = {"analyse", "batch", "compare", "course", "cohort", "phantom", "rerun"}

# Imports that are still wrong: "file: room". Shrink this, never let it grow.
KNOWN: set[str] = set()


def modules():
    """Yield (package, path below the package, room, file) of every module."""
    for package, folder in PACKAGES.items():
        for file in sorted(folder.rglob("*.py")):
            place = file.relative_to(folder)
            if "__pycache__" not in place.parts:
                room = place.parts[0] if len(place.parts) > 1 else place.stem
                yield package, place, room, file


def imported(package: str, place: Path, file: Path):
    """Yield the dotted name of everything that a module imports, wherever it does so."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    skipped = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for branch in node.body
        for inner in ast.walk(branch)
    }
    here = [package, *place.parts[:-1]]
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = here[: len(here) - node.level + 1] if node.level else []
            name = ".".join([*base, *([node.module] if node.module else [])])
            # "from SpineDCELib import aif" names a room; "from SpineDCELib.aif import x" does, too.
            yield from (f"{name}.{alias.name}" for alias in node.names)
        elif (
            isinstance(node, ast.Call)
            and ast.unparse(node.func) in {"import_module", "importlib.import_module", "__import__"}
            and node.args
            and isinstance(node.args[0], ast.Constant)
        ):
            yield node.args[0].value


def wrong_imports():
    """Return "file: room" for every import that the tables do not allow."""
    wrong = defaultdict(list)
    for package, place, room, file in modules():
        allowed = (ENGINE if package == "SpineDCELib" else WIDGET).get(room)
        for name in imported(package, place, file):
            top, _, rest = name.partition(".")
            target = rest.partition(".")[0]
            if top == "SpineDCELib" and package == "SpineDCEWidget":
                good = target in SHELLS_MAY_USE
            elif top == package:
                # A public name in the package itself ("from SpineDCELib import Analysis").
                known = target in (ENGINE if package == "SpineDCELib" else WIDGET)
                good = allowed is not None and (
                    target == room or target in allowed or (not known and room == "cli")
                )
            else:
                good = top not in PACKAGES
            if not good:
                wrong[f"{package}/{place.as_posix()}"].append(target if top == package else name)
    return {f"{file}: {room}" for file, rooms in wrong.items() for room in rooms}


def test_imports_point_one_way():
    found = wrong_imports()
    assert not found - KNOWN, "Not allowed:\n  " + "\n  ".join(sorted(found - KNOWN))
    assert not KNOWN - found, "No longer true, so take it out of KNOWN:\n  " + "\n  ".join(
        sorted(KNOWN - found)
    )


def test_the_table_of_rooms_has_no_cycle():
    rooms = {room: set(may) - {room} for room, may in ENGINE.items() if room != "__init__"}
    while rooms:
        ready = {room for room, may in rooms.items() if not may & set(rooms)}
        assert ready, f"These rooms may import each other: {sorted(rooms)}"
        rooms = {room: may for room, may in rooms.items() if room not in ready}


def test_every_folder_of_the_engine_is_a_room():
    engine = PACKAGES["SpineDCELib"]
    folders = {f.parent.name for f in engine.glob("*/__init__.py")}
    assert folders <= set(ENGINE)
    assert {file.stem for file in engine.glob("*.py")} == LOOSE


def test_no_two_files_share_a_name():
    places = defaultdict(list)
    for package, place, *_ in modules():
        if place.stem not in {"__init__", "__main__"}:
            places[place.stem].append(f"{package}/{place.as_posix()}")
    twice = {name: where for name, where in places.items() if len(where) > 1}
    for name in sorted(TWO_LEVELS & set(twice)):
        command = [where for where in twice[name] if where.startswith("SpineDCELib/cli/")]
        if len(command) == 1 and len(twice[name]) == 2:
            del twice[name]
    assert not twice, "\n".join(f"{name}: {', '.join(where)}" for name, where in twice.items())


def import_with_blocked(names: list[str], condition: str) -> None:
    """Import modules in a fresh interpreter where importing what meets a condition fails."""
    script = f"""
import importlib, sys

class Block:
    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        if {condition}:
            raise ImportError(f"{{name}} is blocked here")

sys.meta_path.insert(0, Block())
for name in {names!r}:
    importlib.import_module(name)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr.strip().splitlines()[-1]


def engine_modules(*, without: set[str]) -> list[str]:
    return [
        ".".join([package, *place.with_suffix("").parts]).removesuffix(".__init__")
        for package, place, room, _ in modules()
        if package == "SpineDCELib" and room not in without and place.stem != "__main__"
    ]


@pytest.mark.slow
def test_numerics_import_without_slicer_vtk_qt_and_trame():
    above = {"mrml", "cli", "cohort", "network"}
    import_with_blocked(
        engine_modules(without=above),
        "top in {'slicer', 'vtk', 'vtkmodules', 'qt', 'ctk', 'trame', 'trame_slicer'}",
    )


@pytest.mark.slow
def test_the_engine_imports_with_numpy_scipy_simpleitk_and_pydicom_alone():
    allowed = {"SpineDCELib", "numpy", "scipy", "SimpleITK", "_SimpleITK", "pydicom"}
    import_with_blocked(
        engine_modules(without={"mrml"}),
        f"top not in sys.stdlib_module_names | {allowed!r} and not top.startswith('_')",
    )


def test_the_engine_says_that_it_is_typed():
    assert (PACKAGES["SpineDCELib"] / "py.typed").is_file()
