"""What made a result: enough to make it again and get the same numbers."""

from __future__ import annotations

import json
import platform
from pathlib import Path
from typing import Any

import numpy as np

from SpineDCELib.errors import InputError
from SpineDCELib.version import __version__

FORMAT = 1


def environment() -> dict[str, str]:
    """Versions of what computes."""
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
    """JSON with ``format`` and ``environment`` added."""
    full = {"format": FORMAT, "environment": environment(), **record}
    path.write_text(json.dumps(full, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def without_identity(record: dict[str, Any]) -> dict[str, Any]:
    """The record without what could lead to a person: paths, file names and DICOM UIDs."""
    series = {k: v for k, v in record["series"].items() if "UID" not in k}
    digests = sorted(record.get("input digests", {}).values())
    return {**record, "inputs": "left out", "input digests": digests, "series": series}


def read_provenance(path: str | Path) -> dict[str, Any]:
    """The record that :func:`write_provenance` wrote.

    Raises:
        InputError: not such a file, or one of a newer format.
    """
    try:
        record = json.loads(Path(path).read_text(encoding="utf-8"))
        version = record["format"]
        if not {"settings", "inputs", "results"} <= set(record):
            raise KeyError("settings")
        if not isinstance(record["inputs"], dict):
            raise InputError(
                f"{path} was written without identity: it does not say which files to read, so "
                "nothing can be run again from it."
            )
    except (OSError, UnicodeDecodeError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(
            f"{path} is not a SpineDCE provenance file ({type(error).__name__}); give the "
            "provenance.json that an analysis wrote."
        ) from None
    if version != FORMAT:
        raise InputError(f"{path} has format {version}; this program reads format {FORMAT}.")
    return record
