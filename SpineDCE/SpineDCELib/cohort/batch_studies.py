"""Studies of a batch, read from a table or from a folder with one folder per patient."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from SpineDCELib.cohort.cohort_table import (
    GROUP,
    MISSING,
    PATIENT,
    Row,
    column,
    name_of,
    read_rows,
)
from SpineDCELib.errors import InputError
from SpineDCELib.run.inputs import Inputs
from SpineDCELib.run.patient_visits import inputs_of_folder, subfolders

#: Columns of input files; with ``_before`` or ``_after`` in the name for one visit only.
FILES = ("roi", "size", "aif_mask", "aif_region", "aif_selection", "aif_file", "T1_map")
#: Names of the folders of the baseline and the follow-up visit, in either naming.
VISITS = (("before", "after"), ("pre", "post"))


@dataclass(frozen=True)
class Study:
    """One patient of a batch.

    Attributes:
        visits: session → input files; "before" is the baseline and "after" the follow-up visit,
            "" is the only visit.
        demographics: all other columns of the table, such as group, age and sex.
        pseudonym: name in the results, if they are anonymised.
    """

    name: str
    visits: dict[str, Inputs]
    demographics: dict[str, str] = field(default_factory=dict)
    pseudonym: str = ""

    @property
    def written_name(self) -> str:
        """Return the name in the results."""
        return self.pseudonym or self.name

    @property
    def label(self) -> str:
        """Return the name in the results with letters and digits only, as BIDS requires."""
        return re.sub(r"[^A-Za-z0-9]", "", self.written_name)

    def anonymised(self, pseudonym: str) -> Study:
        """Return it under a pseudonym, and of what the table says the group only."""
        group = {k: v for k, v in self.demographics.items() if k.lower() in GROUP}
        return replace(self, demographics=group, pseudonym=pseudonym)


def read_studies(path: str | Path) -> list[Study]:
    """Read the studies of a table, or of a folder with one folder per patient.

    A table has the columns ``patient``, and ``before`` and ``after`` for the baseline and the
    follow-up visit, or ``study`` for a single visit; further ``roi``, ``size`` and the other
    ``FILES``, each with ``_before`` and ``_after`` if the visits differ. Paths start at the
    folder of the table; several paths in a cell are separated by ``|``. All other columns are
    demographics.

    In a folder, every subfolder is a patient. It contains ``before`` and ``after`` (or ``pre``
    and ``post``, or two ``ses-…``), or is one study. The ``*.seg.nrrd`` in a visit are its
    regions; if the name begins with ``size``, its outlines for size. Images may be in ``dicom``.

    Raises:
        InputError: nothing is there (codes "not_found", "no_studies"), columns are missing (code
            "column_missing"), a patient has no visit (code "visit_missing"), or the name of a
            patient is not usable (codes "unusable_name", "duplicate_patient").
    """
    place = Path(path)
    if not place.exists():
        raise InputError(
            f"{place} does not exist. Choose a table or a folder of studies.",
            code="not_found",
            about=str(place),
        )
    studies = _of_folder(place) if place.is_dir() else _of_table(place)
    if not studies:
        raise InputError(
            f"{place} contains no folder of a patient.", code="no_studies", about=str(place)
        )
    labels = [study.label.lower() for study in studies]
    for study in studies:
        if not study.label:
            raise InputError(
                f"The name of the patient '{study.name}' needs letters or digits.",
                code="unusable_name",
                about=study.name,
            )
        if labels.count(study.label.lower()) > 1:
            raise InputError(
                f"Several patients have the name '{study.label}' (only letters and digits count). "
                "Give each patient a different name.",
                code="duplicate_patient",
                about=study.label,
            )
    return studies


def _of_table(path: Path) -> list[Study]:
    rows = read_rows(path)
    before, after, single = (column(rows, [name]) for name in ("before", "after", "study"))
    if not (before and after) and not single:
        raise InputError(
            f"{path} needs the columns 'before' and 'after', or 'study'. It has "
            f"{', '.join(rows[0])}.",
            code="column_missing",
            about=str(path),
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
                f"In {path}, {row.get(key or '') or 'a row'} needs 'before' and 'after', or "
                "'study'.",
                code="visit_missing",
                about=row.get(key or ""),
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
    return [Study(place.name, _visits(place)) for place in subfolders(folder)]


def _visits(patient: Path) -> dict[str, Inputs]:
    inside: Sequence[Path] = subfolders(patient)
    by_name = {p.name.lower(): p for p in inside}
    for pair in VISITS:
        if set(pair) <= set(by_name):
            return {s: inputs_of_folder(by_name[p]) for s, p in zip(VISITS[0], pair, strict=True)}
    sessions = [p for p in inside if p.name.startswith("ses-")]
    if len(sessions) == 2:
        return {s: inputs_of_folder(p) for s, p in zip(VISITS[0], sessions, strict=True)}
    return {"": inputs_of_folder(patient)}
