"""Public reference data beside the project, which no test copies; tests skip without it."""

import csv
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2] / "shared" / "data"


def reference(name: str) -> Path:
    """A file or folder of the reference data, or a skip that says what is missing."""
    path = ROOT / name
    if not path.exists():
        pytest.skip(f"reference data ../shared/data/{name} is not on this machine")
    return path


def osipi_rows(name: str) -> list[dict[str, str]]:
    """Rows of one of OSIPI's CSV files."""
    with reference(f"osipi/{name}").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))
