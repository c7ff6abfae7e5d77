"""Saved work on the visits of a patient: small files that allow work to continue after a crash.

Images and results are not saved: images stay where they are, and results are computed again.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.errors import InputError
from SpineDCELib.files.atomic_folder import staged
from SpineDCELib.files.bounded_reading import read_json
from SpineDCELib.measurement.rulers import Ruler, read_rulers, write_rulers
from SpineDCELib.series import Geometry, read_segmentation, write_segmentation
from SpineDCELib.vocabulary.region_roles import TAG

SESSION = "session.json"
#: Types of the values in the files.
_TYPES: dict[str, Any] = {
    "visits": list, "name": str, "study": (str, type(None)), "choices": dict, "files": list,
}  # fmt: skip
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
    """Write visits in their order, each to a folder of its name.

    Raises:
        InputError: the folder cannot be written.
    """
    folder = Path(folder)
    for visit in visits:
        write_visit(folder / visit.name, visit)
    with staged(folder) as stage:
        text = json.dumps({"visits": [visit.name for visit in visits]}, indent=1)
        (stage / SESSION).write_text(text, encoding="utf-8")


def read_session(folder: str | Path) -> list[SavedVisit]:
    """Read the visits that :func:`write_session` wrote, in their order; [] if it wrote none.

    Raises:
        InputError: the files are damaged.
    """
    folder = Path(folder)
    if not (folder / SESSION).is_file():
        return []
    names = _read_record(folder / SESSION, ("visits",))["visits"]
    return [read_visit(folder / str(name)) for name in names]


def write_visit(folder: str | Path, visit: SavedVisit) -> None:
    """Write one visit into a folder, all files or none.

    Raises:
        InputError: the folder cannot be written.
    """
    with staged(folder) as stage:
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
