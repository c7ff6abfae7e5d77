"""Table for statisticians: a row per patient, visit and region, and its data dictionary."""

from __future__ import annotations

import csv
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from SpineDCELib.cohort.bids_derivative import replace_text, write_tsv
from SpineDCELib.files.text_cells import cell_text
from SpineDCELib.vocabulary.quantities import QUANTITIES
from SpineDCELib.vocabulary.region_roles import REGION_ROLES
from SpineDCELib.vocabulary.vertebra_levels import level_in

Row = dict[str, Any]

#: Parameters with statistics, in the order of the columns.
PARAMETERS = ("vp", "vp_voxel", "Ktrans", "ve", "kep", "PS", "Fp", "Ta")
STATISTICS = {
    "mean": "mean", "SD": "standard deviation (n − 1)", "Q1": "first quartile",
    "median": "median", "Q3": "third quartile",
}  # fmt: skip
#: Parameters that are divided by those of the reference.
RATIOS = ("vp", "vp_voxel", "Ktrans")
SIZES = {
    "longest [mm]": ("longest_mm", "longest axial diameter"),
    "perpendicular [mm]": ("perpendicular_mm", "largest axial diameter perpendicular to it"),
    "outline volume [mm3]": ("outline_volume_mm3", "volume within the smooth outline"),
}


def dictionary() -> dict[str, dict[str, Any]]:
    """Return the meaning of every column of the table, in the order of the columns."""
    roles = {role: words.title for role, words in REGION_ROLES.items()}
    columns: dict[str, dict[str, Any]] = {
        "participant_id": {"Description": "patient, or the pseudonym"},
        "visit": {
            "Description": "visit of the row",
            "Levels": {
                "baseline": "first",
                "follow-up": "second",
                "single": "only one",
                "follow-up 1": "second of a course; follow-up 2 is its third, and so on",
            },
        },
        "date": {
            "Description": "date of the visit, YYYY-MM-DD; n/a if identifying data were removed"
        },
        "region": {"Description": "name of the region as it was drawn"},
        "role": {"Description": "role of the region", "Levels": roles},
        "level": {"Description": "level of the spine, where the region's name holds it"},
        "voxels": {"Description": "number of voxels of the region"},
        "fitted_voxels": {"Description": "number of voxels with a fit"},
        "volume_mm3": {"Description": "voxels times the volume of a voxel", "Units": "mm3"},
    }
    for name, words in SIZES.values():
        unit = name.rpartition("_")[2]
        columns[name] = {"Description": f"{words}; lesions only", "Units": unit}
    for parameter in PARAMETERS:
        quantity = QUANTITIES[parameter]
        for key, words in STATISTICS.items():
            columns[f"{parameter}_{key}"] = {
                "Description": f"{words} of {quantity.title} over the fitted voxels",
                "Units": quantity.unit,
            }
    columns["reference"] = {"Description": "reference vertebra of the normalised values"}
    for parameter in RATIOS:
        title = QUANTITIES[parameter].title
        columns[f"normalised_{parameter}"] = {
            "Description": f"mean {title} of the lesion over that of the reference", "Units": "1",
        }  # fmt: skip
        for end in ("low", "high"):
            columns[f"normalised_{parameter}_{end}"] = {
                "Description": f"{end} end of its 95 % interval, from noise alone", "Units": "1",
            }  # fmt: skip
    columns["mode"] = {"Description": "how signal became concentration; modes do not compare"}
    for parameter in RATIOS:
        change = f"change of normalised_{parameter} from baseline; follow-up visit only"
        columns[f"change_{parameter}"] = {"Description": change, "Units": "%"}
        for end in ("low", "high"):
            columns[f"change_{parameter}_{end}"] = {
                "Description": f"{end} end of its 95 % interval, from all known sources",
                "Units": "%",
            }
    columns["call"] = {"Description": "response call of the lesion; follow-up visit only"}
    columns["status"] = {
        "Description": "status of the lesion with its history; courses of three or more visits only"
    }
    columns["settings"] = {"Description": "SHA-256 of the settings of the visit, 16 digits"}
    columns["software"] = {"Description": "version of SpineDCE that computed the row"}
    return columns


def observations(participant: str, results: Path) -> list[Row]:
    """Return the rows of one patient; a value that is not known is absent.

    Args:
        results: folder that ``spinedce analyse`` or ``spinedce compare`` wrote.
    """
    comparison: Mapping[str, Any] = {}
    if (results / "comparison.json").is_file():
        comparison = json.loads((results / "comparison.json").read_text(encoding="utf-8"))
    if (results / "course.json").is_file():
        return _of_course(participant, results)
    places = [("baseline", "before"), ("follow-up", "after")] if comparison else [("single", ".")]
    lesions = {lesion["name"]: lesion for lesion in comparison.get("lesions", ())}
    rows = []
    for number, (visit, place) in enumerate(places):
        about = comparison["visits"][number] if comparison else {}
        for row in _visit(results / place):
            known: Row = {"participant_id": participant, "visit": visit}
            known |= {"date": _iso(about.get("date")), **row}
            if visit == "follow-up" and row["region"] in lesions:
                known |= _change(lesions[row["region"]])
            rows.append({name: value for name, value in known.items() if value not in (None, "")})
    return rows


def _of_course(participant: str, results: Path) -> list[Row]:
    """Return the rows of a patient with a course."""
    record = json.loads((results / "course.json").read_text(encoding="utf-8"))
    points = {
        (lesion["name"], point["visit"]): (lesion["parameter of the call"], point)
        for lesion in record["lesions"]
        for point in lesion["points"]
    }
    rows = []
    for place, visit in enumerate(record["visits"], 1):
        for row in _visit(results / visit["folder"]):
            known: Row = {"participant_id": participant, "visit": visit["label"]}
            known |= {"date": _iso(visit["date"]), **row}
            if (found := points.get((row["region"], place))) is not None:
                parameter, point = found
                known["status"] = point["status"]["status"]
                if point["call"] is not None:
                    known["call"] = point["call"]["verdict"]
                if (change := point["change to baseline"]) is not None:
                    known[f"change_{parameter}"] = change["percent"]
                    known |= {f"change_{parameter}_{end}": change[end] for end in ("low", "high")}
            rows.append({name: value for name, value in known.items() if value not in (None, "")})
    return rows


def _visit(folder: Path) -> Iterator[Row]:
    """Yield a row per region of one analysis."""
    record = json.loads((folder / "provenance.json").read_text(encoding="utf-8"))
    settings = json.dumps(record["settings"], sort_keys=True)
    common = {
        "settings": hashlib.sha256(settings.encode()).hexdigest()[:16],
        "software": record["environment"]["spinedce"],
    }
    ratios, sizes = _table(folder / "normalised.csv"), _table(folder / "sizes.csv")
    for cells in _table(folder / "measurements.csv"):
        name = cells["region"]
        level = level_in(name)
        if level is None and cells["role"] == "reference":
            level = record["settings"]["reading"]["reference_level"]
        row: Row = {
            "region": name, "role": cells["role"], "level": level,
            "voxels": cells["voxels"], "fitted_voxels": cells["fitted voxels"],
            "volume_mm3": cells["volume [mm3]"],
        }  # fmt: skip
        for parameter in PARAMETERS:
            unit = QUANTITIES[parameter].unit
            for key in STATISTICS:
                row[f"{parameter}_{key}"] = cells.get(f"{parameter} {key} [{unit}]")
        for one in (one for one in sizes if one["lesion"] == name):
            row |= {column: one[heading] for heading, (column, _) in SIZES.items()}
        # The chosen reference comes first; others would be other rows of the same region.
        for one in reversed([one for one in ratios if one["lesion"] == name]):
            ratio = f"normalised_{one['parameter']}"
            row |= {
                "reference": one["reference"], "mode": one["mode"], ratio: one["ratio [1]"],
                f"{ratio}_low": one["95% low [1]"], f"{ratio}_high": one["95% high [1]"],
            }  # fmt: skip
        yield row | common


def _change(lesion: Mapping[str, Any]) -> Row:
    row: Row = {"call": lesion["call"]["verdict"]}
    for parameter, change in lesion["changes"].items():
        if parameter in RATIOS:
            row[f"change_{parameter}"] = change["percent"]
            row |= {f"change_{parameter}_{end}": change[end] for end in ("low", "high")}
    return row


def _iso(date: str | None) -> str | None:
    """Return a date as statistics programs read it; DICOM writes 20260312."""
    digits = date is not None and re.fullmatch(r"(\d{4})(\d\d)(\d\d)", date)
    return "-".join(digits.groups()) if digits else date


def _table(path: Path) -> list[dict[str, str]]:
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        rows = [*csv.DictReader(file)]
    return [{cell_text(name): cell_text(cell) for name, cell in row.items()} for row in rows]


def write_observations(out: Path, patients: Mapping[str, Path]) -> None:
    """Write ``observations.tsv`` and ``observations.json`` into a data set.

    A patient whose results are damaged is left out; ``studies.tsv`` gives the status of each.

    Args:
        patients: participant → folder of the results.
    """
    rows: list[Row] = []
    for participant, results in patients.items():
        with suppress(OSError, ValueError, LookupError, TypeError, AttributeError, csv.Error):
            rows += observations(participant, results)
    if not rows:
        return
    columns = dictionary()
    table = [{name: row.get(name, "") for name in columns} for row in rows]
    write_tsv(out / "observations.tsv", table)
    text = json.dumps(columns, indent=2, ensure_ascii=False)
    replace_text(out / "observations.json", text + "\n")
