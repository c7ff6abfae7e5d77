"""Public reference data made by others, in the folder that ``SPINEDCE_REFERENCE_DATA`` names.

No test copies these data, and no test needs them: without them, the tests that read them skip and
say where to get them. `SOURCES` lists the subfolders and where each comes from.
"""

import csv
import os
from pathlib import Path

import pytest

VARIABLE = "SPINEDCE_REFERENCE_DATA"
SOURCES = {
    "qiba-v4": "QIBA's DCE-MRI digital reference object, version 4 (https://sites.duke.edu/dblab/qibacontent)",
    "osipi": "OSIPI's code collection (https://github.com/OSIPI/DCE-DSC-MRI_CodeCollection)",
    "pkmodeling": "3D Slicer's PkModeling extension (https://github.com/millerjv/PkModeling)",
    "dcm-qa/ge": "a validation set of dcm2niix (https://github.com/neurolabusc/dcm_qa_nih)",
    "dcm-qa/enhanced": "a validation set of dcm2niix (https://github.com/neurolabusc/dcm_qa_enh)",
    "dcm-qa": "validation sets of dcm2niix (https://github.com/neurolabusc)",
}


def folder() -> Path | None:
    """Return the folder of the reference data, or None where the variable is not set."""
    named = os.environ.get(VARIABLE)
    return Path(named) if named else None


def missing(name: str) -> str | None:
    """Return why a file or folder cannot be read and where to get it, or None if it is there."""
    place = folder()
    if place is not None and (place / name).exists():
        return None
    source = next(text for key, text in SOURCES.items() if f"{name}/".startswith(f"{key}/"))
    where = f"is not set ({name} is needed)" if place is None else f"has no {name}"
    return f"{VARIABLE} {where}; it comes from {source}"


def reference(name: str) -> Path:
    """Return a file or folder of the reference data, or skip the test."""
    if reason := missing(name):
        pytest.skip(reason)
    return Path(os.environ[VARIABLE]) / name


def osipi_rows(name: str) -> list[dict[str, str]]:
    """Return the rows of one of OSIPI's CSV files, or skip the test."""
    with reference(f"osipi/{name}").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def osipi_cases(name: str) -> list:
    """Return one parameter set per row of an OSIPI file, or a single one that skips."""
    if reason := missing(f"osipi/{name}"):
        return [pytest.param({}, marks=pytest.mark.skip(reason=reason), id="no reference data")]
    return [pytest.param(row, id=row["label"]) for row in osipi_rows(name)]
