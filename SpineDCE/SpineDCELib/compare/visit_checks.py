"""Checks that come before a comparison: one patient, two studies, in the order of their dates."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np

from SpineDCELib.errors import Finding
from SpineDCELib.series import DynamicSeries

#: Setting that accepts a finding, with the finding's code as its value.
ACCEPT = "compare.accept"


def check_visits(
    before: DynamicSeries, after: DynamicSeries, *, dates: tuple[str, str] = ("", "")
) -> list[Finding]:
    """List what is wrong with a pair of visits as a pair, what stops first.

    Identifying data stay out of the messages.

    Args:
        before, after: the series as read, of the baseline and the follow-up visit.
        dates: of the visits as DICOM writes them ("20260312"); "" takes the files' date.
    """
    if _is_same(before, after):
        return [
            Finding(
                "same_study",
                "The baseline and the follow-up visit are the same study. Open the other study "
                "for one of them.",
                about="follow-up",
                fields=(f"{ACCEPT}=same_study",),
                stops=True,
            )
        ]
    found: list[Finding] = []
    heads = [_identity(series) for series in (before, after)]
    if _differ(*heads):
        found.append(
            Finding(
                "another_patient",
                "The baseline and the follow-up visit are of different patients.",
                about="follow-up",
                fields=(f"{ACCEPT}=another_patient",),
                stops=True,
            )
        )
    times = [_when(head, date) for head, date in zip(heads, dates, strict=True)]
    if _is_later(*times):
        found.append(
            Finding(
                "reversed_dates",
                "The baseline visit is later than the follow-up visit. Swap the visits.",
                about="baseline",
                fields=("compare.swap", f"{ACCEPT}=reversed_dates"),
                stops=True,
            )
        )
    return found


def require_visits(found: Sequence[Finding], *, accepted: Collection[str] = ()) -> None:
    """Refuse to compare visits until the user accepts what stops.

    Args:
        accepted: codes.

    Raises:
        InputError: with the code of the first finding that stops and is not accepted.
    """
    for finding in found:
        if finding.stops and finding.code not in accepted:
            raise finding.error


def _is_same(a: DynamicSeries, b: DynamicSeries) -> bool:
    if a.source.checksum and b.source.checksum and a.source.checksum == b.source.checksum:
        return True
    if a.source.study_uid and a.source.study_uid == b.source.study_uid:
        return True
    if a.signal.shape != b.signal.shape or not np.array_equal(a.times, b.times):
        return False
    # One frame tells two acquisitions apart, because noise is never the same twice. An image
    # without any signal tells nothing.
    frame = np.asarray(a.signal[-1])
    return bool(frame.max() > frame.min() and np.array_equal(frame, np.asarray(b.signal[-1])))


def _identity(series: DynamicSeries) -> dict[str, str]:
    source = series.source
    if source.patient and not source.files:  # from a scene, which knows no more
        return {"PatientID": source.patient}
    if source.format != "DICOM" or not source.files:
        return {}
    import pydicom

    keys = [
        "PatientID", "PatientBirthDate", "PatientSex", "StudyDate", "AcquisitionTime",
        "SeriesTime", "StudyTime",
    ]  # fmt: skip
    try:
        head: Any = pydicom.dcmread(source.files[0], stop_before_pixels=True, specific_tags=keys)
    except (OSError, pydicom.errors.InvalidDicomError):
        return {}
    return {key: text for key in keys if (text := str(head.get(key) or "").strip())}


def _differ(one: dict[str, str], two: dict[str, str]) -> bool:
    """Whether both are known and anything that identifies a patient differs."""
    keys = ("PatientID", "PatientBirthDate", "PatientSex")
    return any(key in one and key in two and one[key] != two[key] for key in keys)


def _when(head: dict[str, str], date: str) -> tuple[str, str]:
    """Return the day of a visit and its time of day; "" where not known."""
    own = head.get("StudyDate", "")
    day = (date or own).replace("-", "")[:8]
    if day != own[:8]:
        return day, ""  # a day that was entered has no time
    times = (head.get(key, "") for key in ("AcquisitionTime", "SeriesTime", "StudyTime"))
    return day, next((time for time in times if time), "")


def _is_later(one: tuple[str, str], two: tuple[str, str]) -> bool:
    if not (one[0].isdigit() and two[0].isdigit()):
        return False
    if one[0] != two[0]:
        return one[0] > two[0]
    return bool(one[1] and two[1]) and float(one[1]) > float(two[1])
