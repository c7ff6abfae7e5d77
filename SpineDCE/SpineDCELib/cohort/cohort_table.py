"""Table of a cohort: one row per patient, with group, changes and demographics."""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.cohort.comparison_folder import PatientCurves, read_changes, read_patient_curves
from SpineDCELib.errors import InputError
from SpineDCELib.files.bounded_reading import read_text
from SpineDCELib.files.output_folder import require_complete
from SpineDCELib.files.text_cells import cell_text

#: Headings of the columns of patient and group, in lower case.
PATIENT = ("patient", "participant_id", "participant", "subject", "study", "id")
GROUP = ("group", "outcome", "response", "class")
#: A column with one of these words in its heading is tested, unless quantities are named.
CHANGE = ("change", "delta", "δ")
MISSING = ("", "n/a", "na", "nan", "none", "-")

Row = dict[str, str]


@dataclass(frozen=True, eq=False)
class CohortTable:
    """Patients of two groups.

    Attributes:
        patients: names, one per row.
        positive: whether each patient is in the positive group (persistent disease).
        names: of the negative and the positive group, from the table.
        quantities: heading → values, NaN where missing, each ``(patients,)``.
        demographics: heading → cells, of all other columns.
        curves: patient → mean signal curves of the lesion, where there are results.
        notes: limitations of the table.
    """

    patients: tuple[str, ...]
    positive: NDArray[np.bool_]
    names: tuple[str, str]
    quantities: dict[str, NDArray[np.float64]]
    demographics: dict[str, tuple[str, ...]] = field(default_factory=dict)
    curves: dict[str, PatientCurves] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def split(self, quantity: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the values of a quantity in the positive and in the negative group."""
        values = self.quantities[quantity]
        return values[self.positive], values[~self.positive]


def read_cohort(
    path: str | Path,
    *,
    groups: str | Path | None = None,
    positive: str = "persistent",
    quantities: Sequence[str] = (),
) -> CohortTable:
    """Read a cohort from a table or from a folder of compared studies.

    Args:
        path: CSV or TSV with one row per patient, or a folder that ``spinedce batch`` wrote, or
            any folder of results of ``spinedce compare``.
        groups: another table with the groups, joined by patient.
        positive: beginning of the name of the positive group; all other patients are in the
            negative group.
        quantities: headings of the columns to test; by default those with "change" or "Δ".

    Raises:
        InputError: nothing can be read (codes "not_found", "unreadable_table", "empty_table",
            "no_results"); a column is missing (codes "column_missing", "no_groups",
            "no_quantities"); the groups cannot be used (codes "patients_differ", "empty_groups",
            "several_groups"); a cell is not a number (code "not_a_number").
    """
    place = Path(path)
    if not place.exists():
        raise InputError(
            f"{place} does not exist. Choose a table or a folder of compared studies.",
            code="not_found",
            about=str(place),
        )
    results: dict[str, Path] = {}
    if place.is_dir():
        rows, results = _rows_of_folder(place)
    else:
        rows = read_rows(place)
    if groups is not None:
        rows = _join(rows, read_rows(groups), str(groups))
    return _table(rows, results, place, positive, quantities)


def read_rows(path: str | Path) -> list[Row]:
    """Read the rows of a CSV or TSV, each heading → cell.

    The separator is the most frequent of comma, semicolon and tab in the headings.

    Raises:
        InputError: the file is not text (code "unreadable_table") or has no rows (code
            "empty_table").
    """
    try:
        text = read_text(path, encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        raise InputError(
            f"{path} could not be read as a table: {error}.",
            code="unreadable_table",
            about=str(path),
        ) from None
    head = text.split("\n", 1)[0]
    separator = max(",;\t", key=head.count)
    try:
        rows = [
            {
                cell_text(key.strip()): cell_text((value or "").strip())
                for key, value in row.items()
                if key and not isinstance(value, list)
            }
            for row in csv.DictReader(text.splitlines(), delimiter=separator)
        ]
    except csv.Error as error:
        raise InputError(
            f"{path} could not be read as a table: {error}.",
            code="unreadable_table",
            about=str(path),
        ) from None
    rows = [row for row in rows if any(row.values())]
    if not rows:
        raise InputError(
            f"{path} has no rows. It needs headings and one row per patient.",
            code="empty_table",
            about=str(path),
        )
    if separator == ";":
        return [{k: _decimal_comma(v) for k, v in row.items()} for row in rows]
    return rows


def column(rows: Sequence[Mapping[str, str]], names: Sequence[str]) -> str | None:
    """Return the heading for the first of ``names`` that the rows have; case does not matter."""
    headings = {key.lower(): key for key in rows[0]}
    return next((headings[name] for name in names if name in headings), None)


def name_of(cell: str) -> str:
    """Return the name of a patient without the prefix of BIDS."""
    return cell.removeprefix("sub-")


def _rows_of_folder(folder: Path) -> tuple[list[Row], dict[str, Path]]:
    """Return the rows of a folder, and the results of each patient: name → folder."""
    require_complete(folder / "results")
    found = {p.parent for p in folder.rglob("comparison.json")}
    places = {
        (str(p.relative_to(folder)) if p != folder else folder.resolve().name): p
        for p in sorted(found)
    }
    listed = folder / "participants.tsv"
    if listed.is_file():
        rows = read_rows(listed)
        key = column(rows, PATIENT)
        return [row | {key: name_of(row[key])} if key else row for row in rows], {
            p.name: p for p in places.values()
        }
    if not places:
        raise InputError(
            f"{folder} contains neither participants.tsv nor results of a comparison. Choose a "
            "folder that does, or a table.",
            code="no_results",
            about=str(folder),
        )
    rows = []
    for name, place in places.items():
        changes = {key: f"{value:.17g}" for key, value in read_changes(place).items()}
        rows.append({"patient": name} | changes)
    return rows, places


def _join(rows: list[Row], more: list[Row], origin: str) -> list[Row]:
    """Add the columns of a second table, by patient."""
    one, two = column(rows, PATIENT), column(more, PATIENT)
    if one is None or two is None:
        raise InputError(
            f"The groups in {origin} cannot be used: both tables need a column 'patient'.",
            code="column_missing",
            about=origin,
            fields=["cohort.groups"],
        )
    extra = {name_of(row[two]): {k: v for k, v in row.items() if k != two} for row in more}
    unknown = [row[one] for row in rows if name_of(row[one]) not in extra]
    if len(unknown) == len(rows):
        raise InputError(
            f"{origin} contains none of the patients, such as '{unknown[0]}'.",
            code="patients_differ",
            about=origin,
            fields=["cohort.groups"],
        )
    blank = dict.fromkeys(next(iter(extra.values())), "")
    return [row | extra.get(name_of(row[one]), blank) for row in rows]


def _table(
    rows: list[Row], results: dict[str, Path], place: Path, positive: str, wanted: Sequence[str]
) -> CohortTable:
    patient, group = column(rows, PATIENT), column(rows, GROUP)
    if patient is None:
        raise InputError(
            f"{place} needs a column 'patient'. It has {', '.join(rows[0])}.",
            code="column_missing",
            about=str(place),
        )
    if group is None:
        raise InputError(
            f"{place} does not contain the groups of the patients. Add a column 'group', or give "
            "another table with it.",
            code="no_groups",
            about=str(place),
            fields=["cohort.groups"],
        )
    notes = []
    blank = [row[patient] for row in rows if row[group].lower() in MISSING]
    rows = [row for row in rows if row[group].lower() not in MISSING]
    if blank:
        notes.append(f"Patients without a group are left out: {', '.join(blank)}.")
    if not rows:
        raise InputError(
            f"No patient in {place} has a group: the column '{group}' is empty.",
            code="empty_groups",
            about=str(place),
        )
    names, is_positive = _groups([row[group] for row in rows], group, positive)
    for name, value in zip(names, (False, True), strict=True):
        if value not in is_positive.values():
            notes.append(f"No patient is in the group '{name}', so the groups cannot be compared.")
    listed = [row[patient] for row in rows]
    if len(set(listed)) < len(listed):
        repeated = sorted({p for p in listed if listed.count(p) > 1})
        notes.append(
            f"Patients with several rows: {', '.join(repeated)}. The statistics count every row "
            "as a separate patient."
        )
    quantities = {
        name: np.array([_number(row[name], row[patient], name) for row in rows])
        for name in _quantities(rows, (patient, group), wanted, place)
    }
    missing = {name: int(np.isnan(values).sum()) for name, values in quantities.items()}
    notes += [
        f"Patients without a value of {name}: {count}." for name, count in missing.items() if count
    ]
    demographics = {
        name: tuple(row[name] for row in rows)
        for name in rows[0]
        if name not in (patient, group, *quantities)
    }
    curves = {}
    for name in listed:
        if name in results and (found := read_patient_curves(results[name])) is not None:
            curves[name] = found
    return CohortTable(
        tuple(listed),
        np.array([is_positive[row[group]] for row in rows]),
        names,
        quantities,
        demographics,
        curves,
        tuple(notes),
    )


def _groups(
    words: Sequence[str], heading: str, positive: str
) -> tuple[tuple[str, str], dict[str, bool]]:
    """Return the names of the negative and the positive group, and word → is it positive."""
    is_positive = {word: word.lower().startswith(positive.lower()) for word in sorted(set(words))}
    others = [word for word, yes in is_positive.items() if not yes]
    if len(others) > 1:
        raise InputError(
            f"The column '{heading}' has the groups {', '.join(is_positive)}. There must be two: "
            f"'{positive}' and one other.",
            code="several_groups",
            about=heading,
            fields=["cohort.positive"],
        )
    name = next((word for word, yes in is_positive.items() if yes), positive)
    return (others[0] if others else "others", name), is_positive


def _quantities(
    rows: list[Row], taken: Sequence[str], wanted: Sequence[str], place: Path
) -> list[str]:
    """Return the headings of the quantities to test."""
    headings = [name for name in rows[0] if name not in taken]
    if wanted:
        for name in wanted:
            if name not in headings:
                raise InputError(
                    f"{place} has no column '{name}'. It has {', '.join(rows[0])}.",
                    code="column_missing",
                    about=name,
                    fields=["cohort.quantity"],
                )
        return list(wanted)
    found = [name for name in headings if any(word in name.lower() for word in CHANGE)]
    if not found:
        raise InputError(
            f"{place} has no column with 'change' or 'Δ' in its heading. Name the columns to test.",
            code="no_quantities",
            about=str(place),
            fields=["cohort.quantity"],
        )
    return found


def _number(cell: str, patient: str, name: str) -> float:
    if cell.lower() in MISSING:
        return float("nan")
    try:
        value = float(cell.replace("−", "-").rstrip("% "))
    except ValueError:
        value = math.inf
    if not math.isfinite(value):
        raise InputError(
            f"{name} of {patient} is '{cell}', which is not a number. Correct it or leave it "
            "empty.",
            code="not_a_number",
            about=patient,
        )
    return value


def _decimal_comma(cell: str) -> str:
    whole, comma, rest = cell.partition(",")
    is_number = comma and rest.isdigit() and whole.lstrip("+-−").isdigit()
    return f"{whole}.{rest}" if is_number else cell
