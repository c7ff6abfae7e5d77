"""Courses of many patients: their calls in one table, and the table of the time to recurrence."""

from __future__ import annotations

import contextlib
import csv
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from SpineDCELib.cohort.bids_derivative import write_tsv
from SpineDCELib.files.text_cells import cell_text

#: Table of all calls, and the table that ``spinedce survival`` reads.
CALLS, RECURRENCE = "courses.tsv", "recurrence.tsv"
#: Table that ``spinedce trend`` reads.
TREND = "trend.tsv"


def read_course_of(results: Path) -> dict[str, Any]:
    """Return the columns of a patient with a course in ``participants.tsv``; {} without one.

    They are those of the first lesion.

    Raises:
        OSError, ValueError, LookupError: the results are damaged.
    """
    file = results / "course.json"
    if not file.is_file():
        return {}
    record = json.loads(file.read_text(encoding="utf-8"))
    points = record["lesions"][0]["points"]
    found: dict[str, Any] = {"visits": len(record["visits"])}
    for point in points:
        total = point["normalised with every source"]
        found[f"vp_visit{point['visit']}"] = "" if total is None else total["value"]
    found["call"] = points[-1]["status"]["status"]
    return found


def write_cohort_courses(out: Path, patients: Mapping[str, Path]) -> None:
    """Write every call of every course, one row per patient for recurrence, and the trend.

    Time is counted from the first follow-up visit, whose change is the predictor, to the visit that
    is called recurring, or to the last visit.

    Args:
        patients: participant → folder of the results.
    """
    calls: list[dict[str, Any]] = []
    rows: list[dict[str, Any]] = []
    values: list[dict[str, Any]] = []
    for participant, results in patients.items():
        with contextlib.suppress(OSError, ValueError, LookupError, TypeError, csv.Error):
            of_one = [{"participant_id": participant, **row} for row in _calls(results)]
            calls += of_one
            rows += _recurrence(of_one)
            values += _follow_ups(participant, results)
    if calls:
        write_tsv(out / CALLS, calls)
    if rows:
        write_tsv(out / RECURRENCE, rows)
    if values:
        write_tsv(out / TREND, values)


def _follow_ups(participant: str, results: Path) -> list[dict[str, Any]]:
    """Return normalised Vp of each lesion at every follow-up visit, with days from the first."""
    file = results / "course.json"
    if not file.is_file():
        return []
    record = json.loads(file.read_text(encoding="utf-8"))
    days = [visit["days"] for visit in record["visits"]]
    return [
        {
            "patient": participant, "lesion": lesion["name"], "visit": point["visit"],
            "days": days[point["visit"] - 1] - days[1],
            "normalised_vp": point["normalised with every source"]["value"],
        }
        for lesion in record["lesions"]
        for point in lesion["points"]
        if point["visit"] > 1 and None not in days and point["normalised with every source"]
    ]  # fmt: skip


def _calls(results: Path) -> list[dict[str, str]]:
    file = results / "calls.csv"
    if not file.is_file():
        return []
    with file.open(encoding="utf-8", newline="") as stream:
        return [
            {cell_text(name): cell_text(cell) for name, cell in row.items()}
            for row in csv.DictReader(stream)
        ]


def _recurrence(calls: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the row of the first lesion of a patient; none where a day is not known."""
    own = [row for row in calls if row["lesion"] == calls[0]["lesion"]]
    if len(own) < 3 or any(not row["days"] for row in own):
        return []
    first, *later = own[1:]
    turn = next((row for row in later if row["status"] == "recurring"), None)
    end = later[-1] if turn is None else turn
    return [
        {
            "patient": first["participant_id"],
            "days": int(end["days"]) - int(first["days"]),
            "event": "no" if turn is None else "yes",
            "change_vp": first["change [%]"],
            "status_first_follow_up": first["status"],
        }
    ]
