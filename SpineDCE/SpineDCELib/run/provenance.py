"""Provenance of a result: everything needed to compute the same numbers again."""

from __future__ import annotations

import json
import platform
from pathlib import Path
from typing import Any

import numpy as np

from SpineDCELib.errors import InputError
from SpineDCELib.files.bounded_reading import read_json
from SpineDCELib.files.output_folder import require_complete
from SpineDCELib.version import __version__

FORMAT = 1


def environment() -> dict[str, str]:
    """Return the versions of Python, SpineDCE and the libraries that compute."""
    import pydicom
    import scipy
    import SimpleITK as sitk

    return {
        "spinedce": __version__,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "scipy": scipy.__version__,
        "SimpleITK": sitk.Version.VersionString(),
        "pydicom": pydicom.__version__,
        "machine": platform.machine(),
    }


def write_provenance(path: Path, record: dict[str, Any]) -> None:
    """Write a record as JSON, with ``format`` and ``environment`` added."""
    full = {"format": FORMAT, "environment": environment(), **record}
    path.write_text(json.dumps(full, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def without_identity(record: dict[str, Any]) -> dict[str, Any]:
    """Return the record without identifying data: paths, file names and DICOM UIDs.

    Digests of the inputs are left out too: who has a file could tell by them that it is the one.
    """
    series = {k: v for k, v in record["series"].items() if "UID" not in k and k != "checksum"}
    rest = {k: v for k, v in record.items() if k != "input digests"}
    return {**rest, "inputs": "removed", "series": series}


def read_provenance(path: str | Path) -> dict[str, Any]:
    """Read the record that :func:`write_provenance` wrote.

    Raises:
        InputError: not such a file (code "not_provenance"), one without the paths of its inputs
            (code "anonymised_record"), or one of another format (code
            "unknown_record_format"), or its folder is incomplete (code "folder_incomplete").
    """
    require_complete(Path(path).parent)
    try:
        record = read_json(path)
        version = record["format"]
        if not {"settings", "inputs", "results"} <= set(record):
            raise KeyError("settings")
    except (OSError, UnicodeDecodeError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(
            f"{path} is not a provenance file of SpineDCE ({type(error).__name__}). Choose the "
            "provenance.json of an analysis.",
            code="not_provenance",
            about=str(path),
        ) from None
    if version != FORMAT:
        raise InputError(
            f"{path} has format {version}; this version of SpineDCE reads format {FORMAT}.",
            code="unknown_record_format",
            about=str(path),
        )
    if not isinstance(record["inputs"], dict):
        raise InputError(
            f"{path} was anonymised: it does not name the input files, so the analysis cannot be "
            "run again from it.",
            code="anonymised_record",
            about=str(path),
        )
    return dict(record)
