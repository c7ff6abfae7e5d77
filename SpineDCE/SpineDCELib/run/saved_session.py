"""What a reader has done to a visit, as small files: enough to go on after a crash.

Images and results are not among them: the one lies where it was read from, the others are made
again.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.errors import InputError
from SpineDCELib.files.atomic_folder import staged
from SpineDCELib.measurement.rulers import Ruler, read_rulers, write_rulers
from SpineDCELib.series import Geometry, read_segmentation, write_segmentation
from SpineDCELib.vocabulary.region_roles import TAG

WORK, REGIONS, RULERS = "work.json", "regions.seg.nrrd", "rulers.mrk.json"


@dataclass(frozen=True, eq=False)
class Work:
    """The work on one visit.

    Attributes:
        study: path of the study; None where it came from the scene itself.
        choices: settings and what else a visit keeps, as plain values.
        masks: region → mask on ``geometry``. roles: region → role tag.
    """

    study: str | None
    choices: dict[str, Any]
    masks: dict[str, NDArray[np.bool_]] = field(default_factory=dict)
    roles: dict[str, str] = field(default_factory=dict)
    geometry: Geometry | None = None
    rulers: tuple[Ruler, ...] = ()


def write_work(folder: str | Path, work: Work) -> None:
    """Into a folder, all files or none.

    Raises:
        InputError: the folder cannot be written.
    """
    with staged(folder) as stage:
        present = {REGIONS: work.masks, RULERS: work.rulers}
        files = [name for name, content in present.items() if content]
        record = {"study": work.study, "choices": work.choices, "files": files}
        if work.masks and work.geometry is not None:
            tags = {name: {TAG: role} for name, role in work.roles.items()}
            write_segmentation(stage / REGIONS, work.masks, work.geometry, tags=tags)
        if work.rulers:
            write_rulers(stage / RULERS, work.rulers)
        (stage / WORK).write_text(json.dumps(record, indent=1), encoding="utf-8")


def read_work(folder: str | Path) -> Work:
    """What :func:`write_work` wrote.

    Raises:
        InputError: nothing there, or damaged.
    """
    folder = Path(folder)
    try:
        record = json.loads((folder / WORK).read_text(encoding="utf-8"))
        files, study, choices = record["files"], record["study"], record["choices"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"The saved work in {folder} cannot be read ({type(error).__name__}); it was left as "
            "it is."
        ) from None
    if REGIONS not in files:
        masks, roles, geometry = {}, {}, None
    else:
        found = read_segmentation(folder / REGIONS)
        masks, geometry = found.masks, found.geometry
        roles = {name: found.tags.get(name, {}).get(TAG, "other") for name in masks}
    rulers = tuple(read_rulers(folder / RULERS)) if RULERS in files else ()
    return Work(study, choices, masks, roles, geometry, rulers)
