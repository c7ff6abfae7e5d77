"""Folder for the work on a study, and whether an automatic analysis of it has been reviewed."""

from __future__ import annotations

import contextlib
import hashlib
import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from SpineDCELib.files.atomic_folder import replaced
from SpineDCELib.files.bounded_reading import read_json
from SpineDCELib.files.digests import fingerprint
from SpineDCELib.files.user_data import private_folder

#: Record of an automatic analysis, in the folder for the work on its study.
PREPARED = "prepared.json"
#: Files whose beginnings are read, and how many bytes: enough for the header of a DICOM image.
_SAMPLED, _BEGINNING = 8, 1 << 16


@lru_cache(maxsize=64)
def work_folder(study: Path) -> Path:
    """Return the folder for the work on a study, in the user's data folder.

    It is named by the study's files, their sizes, and the beginnings of some: visits have the same
    names and sizes, but not the same headers. The study itself is never written to, and the work is
    found again where the study was moved or copied.
    """
    known, files = hashlib.sha256(), fingerprint(study)
    for name, size, _changed in files:
        known.update(f"{name}\0{size}\n".encode(errors="surrogateescape"))
    for name, *_ in files[:: max(len(files) // _SAMPLED, 1)]:
        # What is no regular file, or cannot be read, has a name and a size only.
        with contextlib.suppress(OSError):
            if (path := study / name).is_file():
                with path.open("rb") as file:
                    known.update(file.read(_BEGINNING))
    return private_folder("work") / known.hexdigest()[:32]


def has_work(study: Path) -> bool:
    """Return whether there is work on a study, or an automatic analysis of it."""
    folder = work_folder(study)
    return folder.is_dir() and any(folder.iterdir())


def mark_unreviewed(study: Path, summary: str, prepared: Path | None = None) -> None:
    """Record that a study was analysed automatically, and that nobody has reviewed it.

    Args:
        summary: of its protocol check. prepared: folder with everything that was computed.
    """
    place = None if prepared is None else str(prepared.resolve())
    _write(study, {"reviewed": False, "summary": summary, "prepared": place})


def mark_reviewed(study: Path) -> None:
    """Record that a person has reviewed a study."""
    if record := _record(study):
        _write(study, record | {"reviewed": True})


def unreviewed(study: Path) -> str | None:
    """Return the summary of an automatic analysis that nobody has reviewed; None otherwise."""
    record = _record(study)
    return str(record["summary"]) if record and not record["reviewed"] else None


def prepared_folder(study: Path) -> Path | None:
    """Return the folder with everything that was computed of a study; None if there is none.

    The record of it lies in the user's data folder, not beside the study.
    """
    place = _record(study).get("prepared")
    return Path(place) if isinstance(place, str) else None


def _record(study: Path) -> dict[str, Any]:
    """Return the record of an automatic analysis; {} if there is none."""
    try:
        record = dict(read_json(work_folder(study) / PREPARED))
        return record if {"reviewed", "summary"} <= record.keys() else {}
    except (OSError, ValueError, TypeError):
        return {}


def _write(study: Path, record: dict[str, Any]) -> None:
    folder = work_folder(study)
    folder.mkdir(mode=0o700, exist_ok=True)
    with replaced(folder / PREPARED) as draft:
        draft.write_text(json.dumps(record), encoding="utf-8")
