"""Write the list of Python files into the CMakeLists.txt of both packages: `make cmake-lists`."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
#: The page in the browser needs packages that 3D Slicer has not; pip installs it.
NOT_INSTALLED = "browser"


def main() -> None:
    """Rewrite the list of scripts in both files."""
    for name in ("SpineDCE", "SpineDCEWidget"):
        folder = ROOT / name
        lists = folder / "CMakeLists.txt"
        text = lists.read_text(encoding="utf-8")
        block = re.search(r"(set\((?:MODULE|WIDGET)_PYTHON_SCRIPTS\n)(.*?)(\n\s*\))", text, re.S)
        assert block is not None, lists
        files = sorted(
            path.relative_to(folder).as_posix()
            for path in folder.rglob("*.py")
            if folder / NOT_INSTALLED not in path.parents
        )
        if "${MODULE_NAME}" in block[2]:
            files = [file.replace(f"{name}.py", "${MODULE_NAME}.py") for file in files]
        lines = "\n".join(f"  {file}" for file in files if "__pycache__" not in file)
        lists.write_text(text[: block.start(2)] + lines + text[block.end(2) :], encoding="utf-8")


if __name__ == "__main__":
    main()
