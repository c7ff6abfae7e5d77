"""Date of a study, from the files that it was read from."""

from __future__ import annotations

from SpineDCELib.series.dynamic_series import DynamicSeries


def study_date(dynamic: DynamicSeries) -> str:
    """Return the day of a study as DICOM writes it ("20260312"); "" if it is not known."""
    source = dynamic.source
    if source.format != "DICOM" or not source.files:
        return ""
    import pydicom

    try:
        head = pydicom.dcmread(
            source.files[0], stop_before_pixels=True, specific_tags=["StudyDate"]
        )
    except (OSError, pydicom.errors.InvalidDicomError):
        return ""
    return str(head.get("StudyDate") or "")
