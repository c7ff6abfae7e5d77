"""Which studies a batch is made of: from a table, or from a folder of folders."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from SpineDCELib.cohort.cohort_table import MISSING, PATIENT, Row, column, name_of, read_rows
from SpineDCELib.errors import InputError
from SpineDCELib.run.inputs import Inputs

#: Columns of files, each for both visits or with ``_before`` and ``_after``.
FILES = ("roi", "size", "aif_mask", "aif_region", "aif_selection", "aif_file", "T1_map")
#: Folders of two visits, in either naming.
VISITS = (("before", "after"), ("pre", "post"))


@dataclass(frozen=True)
class Study:
    """One patient of a batch.

    Attributes:
        visits: session → files; one session, or "before" and "after".
        people: what else a table says: group, age, sex …
    """

    name: str
    visits: dict[str, Inputs]
    people: dict[str, str] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """The name as BIDS allows it: letters and digits."""
        return re.sub(r"[^A-Za-z0-9]", "", self.name)


def read_studies(path: str | Path) -> list[Study]:
    """The studies of a table, or of a folder with a folder a patient.

    A table has columns ``patient``, and ``before`` and ``after``, or ``study``; beside them
    ``roi``, ``size`` and so on (``FILES``), each with ``_before`` and ``_after`` where visits
    differ. Paths count from the table; several are parted by ``|``. Every other column goes along.

    In a folder, every sub-folder is a patient. It holds ``before`` and ``after`` (or ``pre`` and
    ``post``, or two ``ses-…``), or is one study. ``*.seg.nrrd`` in a visit are its regions, those
    whose name begins with ``size`` its outlines for size; images may lie in ``dicom``.

    Raises:
        InputError: nothing to do; columns missing; two patients of one name.
    """
    place = Path(path)
    if not place.exists():
        raise InputError(f"{place} does not exist; give a table or a folder of studies.")
    studies = _of_folder(place) if place.is_dir() else _of_table(place)
    if not studies:
        raise InputError(f"{place} holds no folder of a patient.")
    labels = [study.label.lower() for study in studies]
    for study in studies:
        if not study.label:
            raise InputError(f"The patient '{study.name}' needs a name with letters or digits.")
        if labels.count(study.label.lower()) > 1:
            raise InputError(
                f"Several patients are called '{study.label}' (only letters and digits count); "
                "give each a name of its own."
            )
    return studies


def _of_table(path: Path) -> list[Study]:
    rows = read_rows(path)
    before, after, single = (column(rows, [name]) for name in ("before", "after", "study"))
    if not (before and after) and not single:
        raise InputError(
            f"{path} needs the columns 'before' and 'after', or 'study'; it has "
            f"{', '.join(rows[0])}."
        )
    key = column(rows, [name for name in PATIENT if name != "study"])
    files = {
        heading
        for heading in rows[0]
        for name in FILES
        if heading.lower() in (name.lower(), f"{name}_before".lower(), f"{name}_after".lower())
    }
    taken = {before, after, single, key, *files}
    studies = []
    for row in rows:
        columns = {"before": before, "after": after, "": single}
        given = {
            session: row[heading]
            for session, heading in columns.items()
            if heading and row[heading].lower() not in MISSING
        }
        if set(given) not in ({"before", "after"}, {""}, {"before"}, {"after"}):
            raise InputError(
                f"{path}: {row.get(key or '') or 'a row'} needs 'before' and 'after', or 'study'."
            )
        first = Path(next(iter(given.values())))
        studies.append(
            Study(
                name_of(row[key]) if key else first.name,
                {session: _inputs(row, session, path.parent, p) for session, p in given.items()},
                {heading: cell for heading, cell in row.items() if heading not in taken},
            )
        )
    return studies


def _inputs(row: Row, session: str, base: Path, study: str) -> Inputs:
    cells = {heading.lower(): cell for heading, cell in row.items()}

    def paths(name: str) -> tuple[str, ...]:
        own = cells.get(f"{name}_{session}".lower(), "")
        text = own if own.lower() not in MISSING else cells.get(name.lower(), "")
        parts = [part.strip() for part in text.split("|")]
        return tuple(str(base / part) for part in parts if part.lower() not in MISSING)

    single: Mapping[str, str] = {
        name: found[0] for name in FILES if name not in ("roi", "size") and (found := paths(name))
    }
    return Inputs(study=str(base / study), roi=paths("roi"), size=paths("size"), **single)


def _of_folder(folder: Path) -> list[Study]:
    return [Study(place.name, _visits(place)) for place in _folders(folder)]


def _folders(folder: Path) -> list[Path]:
    return sorted(p for p in folder.iterdir() if p.is_dir() and not p.name.startswith("."))


def _visits(patient: Path) -> dict[str, Inputs]:
    inside: Sequence[Path] = _folders(patient)
    by_name = {p.name.lower(): p for p in inside}
    for pair in VISITS:
        if set(pair) <= set(by_name):
            return {s: _found(by_name[p]) for s, p in zip(VISITS[0], pair, strict=True)}
    sessions = [p for p in inside if p.name.startswith("ses-")]
    if len(sessions) == 2:
        return {s: _found(p) for s, p in zip(VISITS[0], sessions, strict=True)}
    return {"": _found(patient)}


def _found(visit: Path) -> Inputs:
    drawn = sorted(visit.rglob("*.seg.nrrd"))
    is_size = {path: path.name.lower().startswith("size") for path in drawn}
    images = visit / "dicom"
    return Inputs(
        study=str(images if images.is_dir() else visit),
        roi=tuple(str(p) for p in drawn if not is_size[p]),
        size=tuple(str(p) for p in drawn if is_size[p]),
    )
