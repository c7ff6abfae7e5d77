"""Versions of the program and of the packages that compute, read, write and draw."""

from __future__ import annotations

import argparse
import platform
import sys
from collections.abc import Sequence
from importlib import metadata
from typing import Any

from SpineDCELib.version import __version__

#: Packages whose version changes numbers, files or the page; the last three only the page.
PACKAGES = (
    "numpy", "scipy", "SimpleITK", "pydicom", "highdicom", "matplotlib", "slicer-core",
    "trame-slicer", "vtk",
)  # fmt: skip


def installed_version(name: str) -> str | None:
    """Return the version of an installed package without importing it; None if there is none."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


class ShowVersions(argparse.Action):
    """Print the versions and end the program."""

    def __init__(self, option_strings: Sequence[str], dest: str, **more: Any) -> None:
        super().__init__(option_strings, dest, nargs=0, **more)

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        """Print one package per line, those that are not installed too; at once, for a pipe."""
        system = f"{platform.system()} {platform.machine()}"
        lines = [f"spinedce {__version__}", f"Python {platform.python_version()} on {system}"]
        lines += [f"{name} {installed_version(name) or 'not installed'}" for name in PACKAGES]
        sys.stdout.write("\n".join(lines) + "\n")
        parser.exit()
