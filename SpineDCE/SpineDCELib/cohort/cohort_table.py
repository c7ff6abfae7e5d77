"""A cohort as a table: one row a patient, with a group, changes, and whatever else is known."""

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

#: Headings, lower case, that name the patient and the group.
PATIENT = ("patient", "participant_id", "participant", "subject", "study", "id")
GROUP = ("group", "outcome", "response", "class")
#: Words in a heading that make its column a quantity to test, unless quantities are named.
CHANGE = ("change", "delta", "δ")
MISSING = ("", "n/a", "na", "nan", "none", "-")

Row = dict[str, str]


@dataclass(frozen=True, eq=False)
class CohortTable:
    """Patients of two groups.

    Attributes:
        patients: names, one a row.
        positive: whether a patient is of the positive class (persistent disease).
        names: of the negative and the positive group, as the table calls them.
        quantities: heading → values, NaN where missing, each ``(patients,)``.
        people: every other heading → cells, for the demographic table.
        curves: patient → mean signal curves of the lesion, where results hold them.
        notes: what a reader must know about the table.
    """

    patients: tuple[str, ...]
    positive: NDArray[np.bool_]
    names: tuple[str, str]
    quantities: dict[str, NDArray[np.float64]]
    people: dict[str, tuple[str, ...]] = field(default_factory=dict)
    curves: dict[str, PatientCurves] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def split(self, quantity: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """A quantity's values in the positive and in the negative group."""
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
        path: CSV or TSV with a row a patient; or a folder that ``spinedce batch`` wrote; or any
            folder of results of ``spinedce compare``.
        groups: a further table, joined by patient: where the first one names no groups.
        positive: how the word for the positive class begins; every other word is the other group.
        quantities: headings to test; by default those with "change" or "Δ" in them.

    Raises:
        InputError: nothing readable; no patient, group or quantity column; more than two groups;
            a cell that is no number.
    """
    place = Path(path)
    if not place.exists():
        raise InputError(f"{place} does not exist; give a table or a folder of compared studies.")
    results: dict[str, Path] = {}
    if place.is_dir():
        rows, results = _rows_of_folder(place)
    else:
        rows = read_rows(place)
    if groups is not None:
        rows = _joined(rows, read_rows(groups), str(groups))
    return _table(rows, results, place, positive, quantities)


def read_rows(path: str | Path) -> list[Row]:
    """Rows of a CSV or TSV by heading; the separator is the heading's most frequent one.

    Raises:
        InputError: not readable as text, or without rows.
    """
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read as a table ({error}).") from None
    head = text.split("\n", 1)[0]
    separator = max(",;\t", key=head.count)
    rows = [
        {(key or "").strip(): (value or "").strip() for key, value in row.items() if key}
        for row in csv.DictReader(text.splitlines(), delimiter=separator)
    ]
    rows = [row for row in rows if any(row.values())]
    if not rows:
        raise InputError(f"{path} has no rows; it needs a heading and a row a patient.")
    if separator == ";":
        return [{k: _decimal_comma(v) for k, v in row.items()} for row in rows]
    return rows


def column(rows: Sequence[Mapping[str, str]], names: Sequence[str]) -> str | None:
    """The heading that is one of ``names``, whatever its case; the first of them that is there."""
    headings = {key.lower(): key for key in rows[0]}
    return next((headings[name] for name in names if name in headings), None)


def name_of(cell: str) -> str:
    """A patient's name without BIDS's prefix."""
    return cell.removeprefix("sub-")


def _rows_of_folder(folder: Path) -> tuple[list[Row], dict[str, Path]]:
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
            f"{folder} holds neither participants.tsv nor results of spinedce compare; give a "
            "table or such a folder."
        )
    rows = []
    for name, place in places.items():
        changes = {key: f"{value:.17g}" for key, value in read_changes(place).items()}
        rows.append({"patient": name} | changes)
    return rows, places


def _joined(rows: list[Row], more: list[Row], origin: str) -> list[Row]:
    one, two = column(rows, PATIENT), column(more, PATIENT)
    if one is None or two is None:
        raise InputError(f"{origin} cannot be joined: both tables need a column 'patient'.")
    extra = {name_of(row[two]): {k: v for k, v in row.items() if k != two} for row in more}
    unknown = [row[one] for row in rows if name_of(row[one]) not in extra]
    if len(unknown) == len(rows):
        raise InputError(f"{origin} names none of the patients, e.g. '{unknown[0]}'.")
    blank = dict.fromkeys(next(iter(extra.values())), "")
    return [row | extra.get(name_of(row[one]), blank) for row in rows]


def _table(
    rows: list[Row], results: dict[str, Path], place: Path, positive: str, wanted: Sequence[str]
) -> CohortTable:
    patient, group = column(rows, PATIENT), column(rows, GROUP)
    if patient is None:
        raise InputError(f"{place} needs a column 'patient'; it has {', '.join(rows[0])}.")
    if group is None:
        raise InputError(
            f"{place} does not say which group a patient is in: add a column 'group', or name a "
            "table with it by --groups."
        )
    notes = []
    blank = [row[patient] for row in rows if row[group].lower() in MISSING]
    rows = [row for row in rows if row[group].lower() not in MISSING]
    if blank:
        notes.append(f"{len(blank)} patients are in no group and left out: {', '.join(blank)}.")
    if not rows:
        raise InputError(f"No patient in {place} has a group; fill the column '{group}'.")
    names, is_positive = _groups([row[group] for row in rows], group, positive)
    for name, is_there in zip(names, (False, True), strict=True):
        if is_there not in is_positive.values():
            notes.append(f"No patient is in the group '{name}': there is nothing to compare.")
    listed = [row[patient] for row in rows]
    if len(set(listed)) < len(listed):
        twice = sorted({p for p in listed if listed.count(p) > 1})
        notes.append(
            f"{', '.join(twice)} have several rows; the statistics take every row as a patient "
            "of its own."
        )
    quantities = {
        name: np.array([_number(row[name], row[patient], name) for row in rows])
        for name in _chosen(rows, (patient, group), wanted, place)
    }
    missing = {name: int(np.isnan(values).sum()) for name, values in quantities.items()}
    notes += [
        f"{name}: {count} patients have no value." for name, count in missing.items() if count
    ]
    people = {
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
        people,
        curves,
        tuple(notes),
    )


def _groups(
    words: Sequence[str], heading: str, positive: str
) -> tuple[tuple[str, str], dict[str, bool]]:
    """Names of the negative and the positive group, and which words mean the positive one."""
    is_positive = {word: word.lower().startswith(positive.lower()) for word in sorted(set(words))}
    others = [word for word, yes in is_positive.items() if not yes]
    if len(others) > 1:
        raise InputError(
            f"The column '{heading}' has the groups {', '.join(is_positive)}; the words for all "
            f"but '{positive}' (--positive) must be one."
        )
    name = next((word for word, yes in is_positive.items() if yes), positive)
    return (others[0] if others else "others", name), is_positive


def _chosen(rows: list[Row], taken: Sequence[str], wanted: Sequence[str], place: Path) -> list[str]:
    """Headings of the quantities."""
    headings = [name for name in rows[0] if name not in taken]
    if wanted:
        for name in wanted:
            if name not in headings:
                raise InputError(f"{place} has no column '{name}'; it has {', '.join(rows[0])}.")
        return list(wanted)
    chosen = [name for name in headings if any(word in name.lower() for word in CHANGE)]
    if not chosen:
        raise InputError(
            f"{place} has no column with 'change' or 'Δ' in its heading; name the columns to test "
            "by --quantity."
        )
    return chosen


def _number(cell: str, patient: str, name: str) -> float:
    if cell.lower() in MISSING:
        return float("nan")
    try:
        value = float(cell.replace("−", "-").rstrip("% "))
    except ValueError:
        value = math.inf
    if not math.isfinite(value):
        raise InputError(
            f"'{name}' of {patient} is '{cell}', which is no number; mend it or leave it empty."
        )
    return value


def _decimal_comma(cell: str) -> str:
    whole, comma, rest = cell.partition(",")
    is_number = comma and rest.isdigit() and whole.lstrip("+-−").isdigit()
    return f"{whole}.{rest}" if is_number else cell
