"""Studies of a batch, read from a table or from a folder with one folder per patient."""

from __future__ import annotations

import contextlib
import re
import tempfile
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
from SpineDCELib.export.course_files import visit_folders
from SpineDCELib.files.object_storage import fetch, is_url, joined, listed, require_storage
from SpineDCELib.run.inputs import Inputs
from SpineDCELib.run.patient_visits import (
    FoundVisit,
    inputs_of_folder,
    subfolders,
    visits_of_patient,
)
from SpineDCELib.settings import Settings

#: Columns of input files; with ``_before`` or ``_after`` in the name for one visit only.
FILES = ("roi", "size", "aif_mask", "aif_region", "aif_selection", "aif_file", "T1_map")
#: Names of the folders of the baseline and the follow-up visit, in either naming.
VISITS = (("before", "after"), ("pre", "post"))


@dataclass(frozen=True)
class Study:
    """One patient of a batch.

    Attributes:
        visits: session → input files; "before" is the baseline and "after" the follow-up visit,
            "" is the only visit, and "visit1" … are those of a course.
        demographics: all other columns of the table, such as group, age and sex.
        pseudonym: name in the results, if they are anonymised.
        course: the visits of a course in the order of their dates; () without one.
        folder: of the patient with a course, in which treatments are looked for.
    """

    name: str
    visits: dict[str, Inputs]
    demographics: dict[str, str] = field(default_factory=dict)
    pseudonym: str = ""
    course: tuple[FoundVisit, ...] = ()
    folder: Path | None = None

    @property
    def folders(self) -> dict[str, str]:
        """Return session → folder of the visit in the results; "." for the only visit."""
        if self.course:
            return dict(zip(self.visits, visit_folders(len(self.course)), strict=True))
        several = len(self.visits) == 2
        return {session: session if several else "." for session in self.visits}

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
    follow-up visit, or ``study`` for a single visit, or ``course`` for the folder of a patient
    with any number of visits (see :func:`visits_of_patient`); further ``roi``, ``size`` and the
    other ``FILES``, each with ``_before`` and ``_after`` if the visits differ. Paths start at the
    folder of the table; several paths in a cell are separated by ``|``. All other columns are
    demographics.

    In a folder, every subfolder is a patient. It contains ``before`` and ``after`` (or ``pre``
    and ``post``, or two ``ses-…``), or three or more visits with their dates, or is one study. The
    ``*.seg.nrrd`` in a visit are its regions; if the name begins with ``size``, its outlines for
    size. Images may be in ``dicom``.

    The table and its paths may be URLs, except those of a course; see
    :mod:`SpineDCELib.files.object_storage`.

    Raises:
        InputError: nothing is there (codes "not_found", "no_studies"), columns are missing (code
            "column_missing"), a patient has no visit (code "visit_missing"), the name of a patient
            is not usable (codes "unusable_name", "duplicate_patient"), or a course or a folder of
            patients is at a URL (code "folder_at_url"); see also
            :func:`SpineDCELib.files.object_storage.listed`.
    """
    if is_url(path):
        return _checked(_of_table_at(str(path)), str(path))
    place = Path(path)
    if not place.exists():
        raise InputError(
            f"{place} does not exist. Choose a table or a folder of studies.",
            code="not_found",
            about=str(place),
        )
    studies = _of_folder(place) if place.is_dir() else _of_table(place, str(place.parent))
    return _checked(studies, str(place))


def _checked(studies: list[Study], place: str) -> list[Study]:
    """Return studies whose names can be those of folders, and whose storage can be opened."""
    if not studies:
        raise InputError(
            f"{place} contains no folder of a patient.", code="no_studies", about=place
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
    visits = [inputs for study in studies for inputs in study.visits.values()]
    urls = {p for i in visits for p in (i.study, *i.beside_study) if is_url(p)}
    for url in {url.split("://")[0]: url for url in urls}.values():
        require_storage(url)
    return studies


def _of_table_at(url: str) -> list[Study]:
    if "" not in listed(url):
        raise InputError(
            f"{url} is not a file. Of object storage, a batch reads the studies that a table "
            "names.",
            code="folder_at_url",
            about=url,
        )
    with tempfile.TemporaryDirectory(prefix="spinedce-") as folder:
        return _of_table(fetch(url, Path(folder)), url.rsplit("/", 1)[0])


def _of_table(path: Path, base: str) -> list[Study]:
    """Read the studies of a table, whose paths start at the folder or URL ``base``."""
    rows = read_rows(path)
    before, after, single, course = (
        column(rows, [name]) for name in ("before", "after", "study", "course")
    )
    if not (before and after) and not single and not course:
        raise InputError(
            f"{path} needs the columns 'before' and 'after', or 'study', or 'course'. It has "
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
    taken = {before, after, single, course, key, *files}
    studies = []
    for row in rows:
        others = {heading: cell for heading, cell in row.items() if heading not in taken}
        if course and row[course].lower() not in MISSING:
            folder = Path(_folder_of_course(joined(base, row[course])))
            studies.append(
                _course(name_of(row[key]) if key else folder.name, folder,
                        visits_of_patient(folder, Settings()), others)
            )  # fmt: skip
            continue
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
                {session: _inputs(row, session, base, p) for session, p in given.items()},
                others,
            )
        )
    return studies


def _folder_of_course(path: str) -> str:
    if is_url(path):
        raise InputError(
            f"The visits of a course are found in a folder; {path} is a URL. Copy the folder, or "
            "name two visits in the table.",
            code="folder_at_url",
            about=path,
        )
    return path


def _course(
    name: str, folder: Path, found: Sequence[FoundVisit], demographics: Mapping[str, str]
) -> Study:
    visits = {f"visit{place}": one.given.inputs for place, one in enumerate(found, 1)}
    return Study(name, visits, dict(demographics), course=tuple(found), folder=folder)


def _inputs(row: Row, session: str, base: str, study: str) -> Inputs:
    cells = {heading.lower(): cell for heading, cell in row.items()}

    def paths(name: str) -> tuple[str, ...]:
        own = cells.get(f"{name}_{session}".lower(), "")
        text = own if own.lower() not in MISSING else cells.get(name.lower(), "")
        parts = [part.strip() for part in text.split("|")]
        return tuple(joined(base, part) for part in parts if part.lower() not in MISSING)

    single: Mapping[str, str] = {
        name: found[0] for name in FILES if name not in ("roi", "size") and (found := paths(name))
    }
    return Inputs(study=joined(base, study), roi=paths("roi"), size=paths("size"), **single)


def _of_folder(folder: Path) -> list[Study]:
    return [_study(place) for place in subfolders(folder)]


def _study(place: Path) -> Study:
    visits = _visits(place)
    # Three visits are not taken for one study; what has no dates is no course.
    if len(visits) == 1 and len(subfolders(place)) > 2:
        with contextlib.suppress(InputError):
            found = visits_of_patient(place, Settings())
            if len(found) > 2:
                return _course(place.name, place, found, {})
    return Study(place.name, visits)


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
