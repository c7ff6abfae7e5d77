"""Checks of the machine: Python, packages, graphics, browser, disk, memory, terminal."""

from __future__ import annotations

import importlib
import os
import platform
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

from SpineDCELib.cli.installed_versions import installed_version
from SpineDCELib.cli.workstation import entry_point
from SpineDCELib.errors import SpineDCEError

#: Python versions on which every change is tested.
PYTHONS = ((3, 10), (3, 13))
#: Import names of what every command needs.
ENGINE = ("numpy", "scipy", "SimpleITK", "pydicom")
#: What an extra adds, where a command that lacks it says so.
EXTRAS = {
    "cli": "figures, progress, DICOM export and compressed DICOM",
    "cohort": "batches and statistics of many patients",
    "pacs": "archives (PACS)",
}
#: Least free space for a study with its cache, and least memory, GB.
DISK, MEMORY = 2.0, 4.0


class Check(NamedTuple):
    """One check: what was found, and what to do if it is not enough."""

    name: str
    ok: bool
    found: str
    remedy: str = ""


def check_machine() -> list[Check]:
    """Run every check; one that fails in an unforeseen way is reported as failed."""
    checks: list[tuple[str, Callable[[], Check]]] = [
        ("Python", _python),
        ("Engine", _engine),
        *((f"Extra {name}", lambda name=name: _extra(name)) for name in EXTRAS),
        ("Workstation", _workstation),
        ("Browser for PDF reports", _browser),
        ("Archives", _archives),
        ("User's data folder", _data_folder),
        ("Temporary folder", _temporary_folder),
        ("Memory", _memory),
        ("Terminal", _terminal),
    ]
    return [_safely(name, check) for name, check in checks]


def _safely(name: str, check: Callable[[], Check]) -> Check:
    try:
        return check()
    except SpineDCEError as error:
        return Check(name, False, str(error))
    except Exception as error:
        return Check(name, False, f"the check failed ({type(error).__name__}: {error})")


def _python() -> Check:
    low, high = PYTHONS
    words = " to ".join(f"{major}.{minor}" for major, minor in PYTHONS)
    return Check(
        "Python", low <= sys.version_info[:2] <= high, platform.python_version(),
        f"Use Python {words}; others are not tested.",
    )  # fmt: skip


def _engine() -> Check:
    """Import what every command needs: a package can be installed and broken."""
    broken = []
    for name in ENGINE:
        try:
            importlib.import_module(name)
        except Exception as error:
            broken.append(f"{name} ({error})")
    found = ", ".join(f"{name} {installed_version(name) or ''}".strip() for name in ENGINE)
    return Check(
        "Engine", not broken, f"cannot be imported: {', '.join(broken)}" if broken else found,
        "Install it again with: pip install --force-reinstall spinedce",
    )  # fmt: skip


def _extra(extra: str) -> Check:
    """Compare an extra's packages with what this installation asks for."""
    remedy = f"For {EXTRAS[extra]}, run: pip install 'spinedce[{extra}]'"
    name = f"Extra {extra}"
    try:
        asked = metadata.requires("spinedce") or []
    except metadata.PackageNotFoundError:
        return Check(name, False, "spinedce is not installed as a package", remedy)
    lacking = [text for text in _of_extra(asked, extra) if not _is_met(text)]
    return Check(
        name, not lacking, f"lacks {', '.join(lacking)}" if lacking else "complete", remedy
    )


def _of_extra(asked: Iterable[str], extra: str) -> list[str]:
    """Return the requirements of one extra without their markers."""
    mark = re.compile(rf"extra\s*==\s*['\"]{extra}['\"]")
    return [text.partition(";")[0].strip() for text in asked if mark.search(text)]


def _is_met(requirement: str) -> bool:
    """Return whether a package is installed in a version that is new enough."""
    parts = re.match(r"([\w.-]+)(?:\[.*\])?\s*(?:>=\s*([\d.]+))?", requirement)
    found = installed_version(parts[1]) if parts else None
    if parts is None or found is None:
        return False
    return _numbers(found) >= _numbers(parts[2] or "0")


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])


def _workstation() -> Check:
    """Ask the package of the page, which draws once."""
    check = entry_point("check")
    if check is None:
        return Check(
            "Workstation", False, "not installed", "Run: pip install 'spinedce[workstation]'"
        )
    try:
        check()
    except SpineDCEError as error:
        return Check("Workstation", False, "cannot start", str(error))
    return Check("Workstation", True, "packages are installed, and it can draw")


def _browser() -> Check:
    from SpineDCELib.export.report.pdf_printing import find_browser

    found = find_browser()
    return Check(
        "Browser for PDF reports", found is not None, found or "none of Chromium, Chrome and Edge",
        "Install one (Debian: apt-get install chromium), or export the report as HTML.",
    )  # fmt: skip


def _archives() -> Check:
    """Ask every configured archive whether it answers."""
    from SpineDCELib.network.archive import Archive
    from SpineDCELib.network.nodes import nodes_file, read_network

    network = read_network()
    silent = []
    for name, node in network.nodes.items():
        try:
            Archive(node, network.own).echo()
        except SpineDCEError as error:
            silent.append(f"{name}: {error}")
    if not network.nodes:
        return Check("Archives", True, "none is configured")
    found = "; ".join(silent) or f"{', '.join(network.nodes)}: every one answers"
    return Check("Archives", not silent, found, f"Correct {nodes_file()}, or ask who runs them.")


def _data_folder() -> Check:
    from SpineDCELib.files.user_data import private_folder, user_folder

    remedy = "Set SPINEDCE_HOME to a folder of yours that can be written and has room."
    try:
        folder = private_folder()
    except OSError as error:
        return Check("User's data folder", False, f"{user_folder()}: {error.strerror}", remedy)
    return _room("User's data folder", folder, remedy)


def _temporary_folder() -> Check:
    remedy = "Set TMPDIR to a folder that can be written and has room."
    try:
        folder = Path(tempfile.gettempdir())
    except OSError as error:
        return Check("Temporary folder", False, str(error.strerror), remedy)
    return _room("Temporary folder", folder, remedy)


def _room(name: str, folder: Path, remedy: str) -> Check:
    """Write a file, and compare the free space with what a study needs."""
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"1")
    except OSError as error:
        return Check(name, False, f"{folder} cannot be written: {error.strerror}", remedy)
    free = shutil.disk_usage(folder).free / 1e9
    return Check(
        name, free >= DISK, f"{folder}, {free:.1f} GB free", f"{DISK:g} GB are needed. {remedy}"
    )


def _memory() -> Check:
    try:
        total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1e9
    except (AttributeError, ValueError, OSError):  # Windows has no such call
        return Check("Memory", True, "not known on this system")
    return Check(
        "Memory", total >= MEMORY, f"{total:.1f} GB",
        f"Studies of usual size need {MEMORY:g} GB; use a larger machine.",
    )  # fmt: skip


def _terminal() -> Check:
    encoding = getattr(sys.stdout, "encoding", None) or "none"
    return Check(
        "Terminal", encoding.lower().replace("-", "").startswith("utf"), f"encoding {encoding}",
        "Some signs are shown as '?'. Set PYTHONUTF8=1 for full texts.",
    )  # fmt: skip
