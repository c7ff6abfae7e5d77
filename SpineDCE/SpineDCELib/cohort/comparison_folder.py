"""Changes and curves of one patient, read from a results folder of ``spinedce compare``."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.aif import bolus_arrival
from SpineDCELib.errors import InputError
from SpineDCELib.files.text_cells import cell_text

#: Folders of the baseline and the follow-up visit.
VISITS = ("before", "after")
#: Quantity in ``comparison.csv`` → name in cohort tables. Where there is vp per volume of tissue,
#: the call is based on it.
SHORT = {
    "normalised vp_voxel": "vp",
    "normalised vp": "vp",
    "normalised Ktrans": "Ktrans",
    "area product": "area",
    "outline volume": "outline_volume",
    "mean signal enhancement": "signal",
}


@dataclass(frozen=True, eq=False)
class Curve:
    """Mean curve of a lesion; ``times`` start at the arrival of the bolus in the artery, s."""

    times: NDArray[np.float64]
    values: NDArray[np.float64]
    unit: str


PatientCurves = dict[str, Curve]  #: visit → curve


def read_changes(folder: Path) -> dict[str, float]:
    """Read the measures of the first lesion: ``vp_before``, ``vp_after``, ``change_vp`` (%) …

    Raises:
        InputError: the comparison is damaged (code "damaged_comparison").
    """
    try:
        rows = _rows(folder)
        found: dict[str, float] = {}
        for row in rows:
            if row["lesion"] == rows[0]["lesion"] and row["quantity"] in SHORT:
                name = SHORT[row["quantity"]]
                if f"{name}_before" in found and row["quantity"] == "normalised vp":
                    continue
                found[f"{name}_before"] = _value(row["before"])
                found[f"{name}_after"] = _value(row["after"])
                found[f"change_{name}"] = _value(row["change [%]"])
    except (OSError, ValueError, KeyError) as error:
        raise InputError(
            f"The comparison in {folder} is damaged ({error}). Compare the visits again.",
            code="damaged_comparison",
            about=str(folder),
        ) from None
    return found


def read_patient_curves(folder: Path) -> PatientCurves | None:
    """Read the mean curves of the first lesion at both visits; None if they are missing."""
    try:
        lesion = _rows(folder)[0]["lesion"]
    except (OSError, KeyError, IndexError):
        return None
    curves = {visit: _read_curve(folder / visit / "curves.csv", lesion) for visit in VISITS}
    known = {visit: curve for visit, curve in curves.items() if curve is not None}
    return known if len(known) == len(VISITS) else None


def _rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "comparison.csv").open(encoding="utf-8") as file:
        return [
            {cell_text(key): cell_text(cell) for key, cell in row.items()}
            for row in csv.DictReader(file)
        ]


def _read_curve(path: Path, lesion: str) -> Curve | None:
    try:
        with path.open(encoding="utf-8") as file:
            header, *rows = csv.reader(file)
            header = [cell_text(heading) for heading in header]
        table = np.array([[_value(cell) for cell in row] for row in rows])
        with path.with_name("measurements.csv").open(encoding="utf-8") as file:
            roles = {cell_text(row["region"]): row["role"] for row in csv.DictReader(file)}
    except (OSError, ValueError, KeyError):
        return None
    names = [re.fullmatch(r"(.*) \[(.*)\]", heading) for heading in header]
    regions = {m[1]: (i, m[2]) for i, m in enumerate(names) if m and not m[1].endswith(" fit")}
    lesions = [name for name in regions if roles.get(name) == "lesion"]
    chosen = lesion if lesion in regions else lesions[0] if len(lesions) == 1 else None
    if chosen is None or "AIF Cp" not in regions:
        return None
    place, unit = regions[chosen]
    times = table[:, 0]
    try:
        arrival = bolus_arrival(table[:, regions["AIF Cp"][0]], t=times)
    except InputError:
        return None
    return Curve(times - arrival, table[:, place], unit)


def _value(cell: str) -> float:
    return float(cell) if cell else float("nan")
