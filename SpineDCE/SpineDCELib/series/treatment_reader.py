"""Radiation treatments in DICOM: RT Plans, RT Treatment Records and their summaries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pydicom

from SpineDCELib.series.image_header import sop_class_of

_PLAN = "1.2.840.10008.5.1.4.1.1.481."
#: Classes of plans (photons, ions) and of records (beams, brachytherapy, summary, ions).
PLANS = (f"{_PLAN}5", f"{_PLAN}8")
RECORDS = (f"{_PLAN}4", f"{_PLAN}6", f"{_PLAN}7", f"{_PLAN}9")
#: A larger file is no plan or record, bytes.
_LARGEST = 1 << 26


@dataclass(frozen=True)
class RecordedTreatment:
    """One course of radiation as recorded in RT objects.

    Attributes:
        date: first day as DICOM writes it: of treatment, or of the plan if that is not recorded.
        dose: prescribed to the target, Gy; None where no plan gives it.
        fractions: planned, or delivered where only records are there.
        delivered: a record shows that it was given.
        file: plan or first record.
    """

    date: str
    dose: float | None
    fractions: int | None
    delivered: bool
    file: str

    @property
    def details(self) -> str:
        """Dose and fractions in words: "24 Gy in 1 fraction"; "planned" if nothing was recorded."""
        number = self.fractions
        parts = [] if self.dose is None else [f"{self.dose:g} Gy"]
        if number is not None:
            parts.append(f"in {number} fraction{'' if number == 1 else 's'}")
        text = " ".join(parts)
        if self.delivered:
            return text
        return f"{text}, planned".removeprefix(", ") + " (day of the plan)"


def read_treatments(files: Iterable[Path]) -> list[RecordedTreatment]:
    """Return the treatments in the RT Plans and Treatment Records among these files.

    Records of one plan are one treatment, on the first day of any. Files that are neither, or
    cannot be read, are left out, and so is what has no date.
    """
    plans: dict[str, tuple[Any, Path]] = {}
    records: dict[str, list[tuple[Any, Path]]] = {}
    for file in files:
        if not file.is_file() or file.stat().st_size > _LARGEST:
            continue
        kind = sop_class_of(file)
        if kind not in (*PLANS, *RECORDS):
            continue
        try:
            data = pydicom.dcmread(file)
        except Exception:  # pydicom raises what its parsing meets
            continue
        if kind in PLANS:
            plans[str(data.get("SOPInstanceUID", ""))] = (data, file)
        else:
            of = _first(data, "ReferencedRTPlanSequence")
            uid = "" if of is None else str(of.get("ReferencedSOPInstanceUID", ""))
            records.setdefault(uid, []).append((data, file))
    found = []
    for uid in [*plans, *(uid for uid in records if uid not in plans)]:
        plan, own = plans.get(uid), records.get(uid, [])
        days = sorted(day for data, _file in own for day in _days(data))
        planned = "" if plan is None else _date(plan[0].get("RTPlanDate"))
        date = days[0] if days else planned
        if not date:
            continue
        fractions = None if plan is None else _planned_fractions(plan[0])
        if fractions is None and days:
            fractions = max([len(set(days)), *(_delivered(data) for data, _file in own)])
        file = own[0][1] if plan is None else plan[1]
        dose = None if plan is None else _prescribed(plan[0])
        found.append(RecordedTreatment(date, dose, fractions, bool(days), str(file)))
    return sorted(found, key=lambda one: one.date)


def _days(record: Any) -> list[str]:
    names = ("TreatmentDate", "FirstTreatmentDate", "MostRecentTreatmentDate")
    return [day for name in names if (day := _date(record.get(name)))]


def _delivered(record: Any) -> int:
    """Return the number of fractions that a record gives; 0 if it gives none."""
    numbers = [
        _integer(item.get("NumberOfFractionsDelivered"))
        for item in record.get("FractionGroupSummarySequence") or ()
    ]
    numbers += [
        _integer(item.get("CurrentFractionNumber"))
        for item in record.get("TreatmentSessionBeamSequence") or ()
    ]
    return max(numbers, default=0)


def _planned_fractions(plan: Any) -> int | None:
    group = _first(plan, "FractionGroupSequence")
    number = 0 if group is None else _integer(group.get("NumberOfFractionsPlanned"))
    return number or None


def _prescribed(plan: Any) -> float | None:
    """Return the largest dose that is prescribed to a target, Gy."""
    doses = []
    for item in plan.get("DoseReferenceSequence") or ():
        try:
            if str(item.get("DoseReferenceType", "")).upper() == "TARGET":
                doses.append(float(item.get("TargetPrescriptionDose")))
        except (TypeError, ValueError):
            continue
    return max((dose for dose in doses if 0 < dose < 1000), default=None)


def _first(data: Any, name: str) -> Any:
    return next(iter(data.get(name) or ()), None)


def _date(value: Any) -> str:
    text = str(value or "").strip()
    try:
        return datetime.strptime(text, "%Y%m%d").strftime("%Y%m%d")
    except ValueError:
        return ""


def _integer(value: Any) -> int:
    try:
        return int(value)
    except (TypeError, ValueError):
        return 0
