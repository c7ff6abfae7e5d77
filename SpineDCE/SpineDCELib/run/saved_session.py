"""Saved work on the visits of a patient: small files that allow work to continue after a crash.

Images and results are not saved: images stay where they are, and results are computed again.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.errors import InputError
from SpineDCELib.files.atomic_folder import staged
from SpineDCELib.files.bounded_reading import read_json
from SpineDCELib.files.output_folder import finish_interrupted, run_folder
from SpineDCELib.measurement.rulers import Ruler, read_rulers, write_rulers
from SpineDCELib.series import Geometry, read_segmentation, write_segmentation
from SpineDCELib.settings import Settings, settings_from_dict
from SpineDCELib.vocabulary.region_roles import TAG

SESSION = "session.json"
#: Types of the values in the files.
_TYPES: dict[str, Any] = {
    "visits": list, "name": str, "study": (str, type(None)), "choices": dict, "files": list,
}  # fmt: skip
#: Version of the layout of the files.
FORMAT = 1
VISIT, REGIONS, RULERS = "visit.json", "regions.seg.nrrd", "rulers.mrk.json"


@dataclass(frozen=True, eq=False)
class SavedVisit:
    """Regions, rulers and choices of one visit.

    Attributes:
        study: path of the study; None if it came from a scene.
        choices: settings, artery selection and other choices of the visit, as plain values.
        masks: region → mask on ``geometry``.
        roles: region → role tag.
        label, date, role: of the visit; the date as in DICOM, "" if it is not known.
    """

    name: str
    study: str | None
    choices: dict[str, Any]
    masks: dict[str, NDArray[np.bool_]] = field(default_factory=dict)
    roles: dict[str, str] = field(default_factory=dict)
    geometry: Geometry | None = None
    rulers: tuple[Ruler, ...] = ()
    label: str = ""
    date: str = ""
    role: str = ""


def write_session(folder: str | Path, visits: Sequence[SavedVisit]) -> None:
    """Write visits in their order, each to a folder of its name; all of them or none.

    Raises:
        InputError: the folder cannot be written.
    """
    folder = Path(folder)
    names = [visit.name for visit in visits]
    with run_folder(folder, keep_other_files=True) as stage:
        for earlier in _visit_folders(folder):
            if earlier.name not in names:
                shutil.copytree(earlier, stage / earlier.name)  # work on a visit that is closed
        for visit in visits:
            (stage / visit.name).mkdir()
            _write_files(stage / visit.name, visit)
        text = json.dumps({"format": FORMAT, "visits": names}, indent=1)
        (stage / SESSION).write_text(text, encoding="utf-8")


def _visit_folders(folder: Path) -> list[Path]:
    return [place.parent for place in folder.glob(f"*/{VISIT}") if not place.parent.is_symlink()]


def read_session(folder: str | Path) -> list[SavedVisit]:
    """Read the visits that :func:`write_session` wrote, in their order; [] if it wrote none.

    Raises:
        InputError: the files are damaged.
    """
    folder = Path(folder)
    finish_interrupted(folder)
    if not (folder / SESSION).is_file():
        return []
    return [read_visit(folder / name) for name in _names(folder)]


def _names(folder: Path) -> list[str]:
    record = _read_record(folder / SESSION, ("visits",))
    names = record["visits"]
    if record.get("format", FORMAT) != FORMAT or not all(map(_is_plain, names)):
        raise InputError(
            f"The saved work in {folder} is of another version of SpineDCE. Its files are "
            "unchanged.",
            code="saved_work_damaged",
            about=str(folder),
        )
    return list(names)


def _is_plain(name: object) -> bool:
    """Return whether a name is that of a folder in the session's, and of nothing else."""
    return isinstance(name, str) and name not in ("", ".", "..") and Path(name).name == name


def recover_session(folder: str | Path) -> tuple[list[SavedVisit], list[str]]:
    """Read the visits of a session that can be read, and set the others aside.

    What cannot be read is renamed, so that later work does not replace it.

    Returns:
        The visits, and a message for each that was set aside.
    """
    folder = Path(folder)
    try:
        finish_interrupted(folder)
        if not (folder / SESSION).is_file():
            return [], []
        names = _names(folder)
    except InputError as error:
        names = [place.name for place in _visit_folders(folder)]
        notes = [_set_aside(folder / SESSION, error)]
    else:
        notes = []
    visits = []
    for name in names:
        try:
            visit = read_visit(folder / name)
            settings_from_dict(visit.choices["settings"], kind=Settings, origin="the saved work")
            visits.append(visit)
        except (InputError, KeyError, TypeError, ValueError) as error:
            notes.append(_set_aside(folder / name, error))
    return visits, notes


def _set_aside(path: Path, error: Exception) -> str:
    """Rename what cannot be read, and return a message with the reason."""
    stamp = time.strftime("%Y-%m-%d %H.%M.%S")
    aside = path.with_name(f"set aside {stamp} {path.name}")
    reason = str(error) if isinstance(error, InputError) else f"{type(error).__name__}: {error}"
    try:
        path.rename(aside)
    except OSError:
        return f"The saved work {path} cannot be opened ({reason})."
    return f"Saved work cannot be opened and was set aside as {aside}: {reason}"


def write_visit(folder: str | Path, visit: SavedVisit) -> None:
    """Write one visit into a folder, all files or none.

    Raises:
        InputError: the folder cannot be written.
    """
    with staged(folder) as stage:
        _write_files(stage, visit)


def _write_files(stage: Path, visit: SavedVisit) -> None:
    present = {REGIONS: visit.masks, RULERS: visit.rulers}
    record = {
        "name": visit.name,
        "label": visit.label,
        "date": visit.date,
        "role": visit.role,
        "study": visit.study,
        "choices": visit.choices,
        "files": [name for name, content in present.items() if content],
    }
    if visit.masks and visit.geometry is not None:
        tags = {name: {TAG: visit.roles[name]} for name in visit.masks}
        write_segmentation(stage / REGIONS, visit.masks, visit.geometry, tags=tags)
    if visit.rulers:
        write_rulers(stage / RULERS, visit.rulers)
    (stage / VISIT).write_text(json.dumps(record, indent=1), encoding="utf-8")


def read_visit(folder: str | Path) -> SavedVisit:
    """Read what :func:`write_visit` wrote.

    Raises:
        InputError: the files are missing or damaged.
    """
    folder = Path(folder)
    record = _read_record(folder / VISIT, ("name", "study", "choices", "files"))
    masks: dict[str, NDArray[np.bool_]] = {}
    roles: dict[str, str] = {}
    geometry = None
    if REGIONS in record["files"]:
        found = read_segmentation(folder / REGIONS)
        masks, geometry = found.masks, found.geometry
        roles = {name: found.tags.get(name, {}).get(TAG, "other") for name in masks}
    rulers = tuple(read_rulers(folder / RULERS)) if RULERS in record["files"] else ()
    about = {key: str(record.get(key, "")) for key in ("label", "date", "role")}
    return SavedVisit(
        str(record["name"]), record["study"], record["choices"], masks, roles, geometry, rulers,
        **about,
    )  # fmt: skip


def _read_record(path: Path, keys: Sequence[str]) -> dict[str, Any]:
    try:
        record = read_json(path)
        wrong = [key for key in keys if not isinstance(record[key], _TYPES[key])]
        if wrong:
            raise TypeError(wrong[0])
        return {**record, **{key: record[key] for key in keys}}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"The saved work in {path.parent} could not be read: {type(error).__name__}. Its files "
            "are unchanged.",
            code="saved_work_damaged",
            about=str(path.parent),
        ) from None
