"""Words that identify a patient, and texts that contain them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from SpineDCELib.analysis import Analysis
from SpineDCELib.errors import InputError

_TEXT_VRS = frozenset(
    ["AE", "AS", "CS", "LO", "LT", "PN", "SH", "ST", "UC", "UR", "UT", "UI", "DA", "DT"]
)
#: Shorter words are found in texts by chance.
_SHORTEST = 4


def identifying_words(analysis: Analysis) -> frozenset[str]:
    """Return texts of the source's headers and parts of its path, in lower case."""
    source = analysis.images.dynamic.source
    found: set[str] = set()
    for file in source.files[:1]:
        found.update(Path(file).parts)
    description = analysis.images.dynamic.acquisition.description
    found.update([description or "", *source.series_uids, source.study_uid or ""])
    if source.format == "DICOM" and source.files:
        import pydicom

        try:
            head = pydicom.dcmread(source.files[0], stop_before_pixels=True)
            for element in head.iterall():
                if element.VR in _TEXT_VRS:
                    values = element.value if element.VM > 1 else [element.value]
                    found.update(str(value) for value in values)
                if element.VR == "PN":
                    found.update(re.split(r"[\\^=\s]+", str(element.value)))
        except Exception:  # an unreadable header gives no words
            pass
    return frozenset(word.strip().lower() for word in found if len(word.strip()) >= _SHORTEST)


def patient_words(analysis: Analysis) -> frozenset[str]:
    """Return the parts of the patient's name, and the ID, in lower case."""
    source = analysis.images.dynamic.source
    if source.format != "DICOM" or not source.files:
        return frozenset()
    import pydicom

    try:
        head = pydicom.dcmread(
            source.files[0], stop_before_pixels=True,
            specific_tags=["PatientName", "PatientID", "AccessionNumber"],
        )  # fmt: skip
        texts = [str(head.get(k) or "") for k in ("PatientName", "PatientID", "AccessionNumber")]
    except Exception:
        return frozenset()
    words = [word for text in texts for word in re.split(r"[\\^=\s]+", text)]
    return frozenset(word.lower() for word in words if len(word) >= _SHORTEST)


def without_words(texts: Iterable[str], words: frozenset[str]) -> list[str]:
    """Return the texts that contain none of the words."""
    return [text for text in texts if not any(word in text.lower() for word in words)]


def safe_reasons(missing: Mapping[str, str], words: frozenset[str]) -> dict[str, str]:
    """Return what could not be written → the reason, or "an error" if it contains a word."""
    return {
        what: reason if without_words([reason], words) else "an error"
        for what, reason in missing.items()
    }


def require_plain_names(analysis: Analysis) -> None:
    """Refuse names of regions that contain the patient's name or ID; they are in every file.

    Raises:
        InputError: code "region_name_identifies".
    """
    words = patient_words(analysis)
    for name in analysis.regions:
        if not without_words([name], words):
            raise InputError(
                f"The name of region '{name}' contains the patient's name or ID. Rename it before "
                "identifying data are removed.",
                code="region_name_identifies",
                about=name,
                fields=["inputs.roi"],
            )


def may_show_text(analysis: Analysis) -> bool:
    """Return whether the pixels of the source may show text, such as the patient's name."""
    source = analysis.images.dynamic.source
    if source.format != "DICOM" or not source.files:
        return False
    import pydicom

    try:
        head = pydicom.dcmread(source.files[0], stop_before_pixels=True)
    except Exception:
        return False
    kinds = [str(v).upper() for v in head.get("ImageType") or ()]
    return (
        str(head.get("BurnedInAnnotation") or "").upper() == "YES"
        or "SECONDARY" in kinds
        or str(head.get("SOPClassUID") or "").startswith("1.2.840.10008.5.1.4.1.1.7")
    )
