"""Words that identify a patient, and texts that contain them."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from SpineDCELib.analysis import Analysis
from SpineDCELib.data import Result
from SpineDCELib.errors import InputError
from SpineDCELib.vocabulary.visits import VisitLabel

if TYPE_CHECKING:
    from SpineDCELib.compare.compare_visits import Comparison
    from SpineDCELib.course import Course

_TEXT_VRS = frozenset(
    ["AE", "AS", "CS", "LO", "LT", "PN", "SH", "ST", "UC", "UR", "UT", "UI", "DA", "DT"]
)
#: Shorter words are found in texts by chance.
_SHORTEST = 4


def identifying_words(analysis: Analysis) -> frozenset[str]:
    """Return texts of the headers of all series in use, and names on their paths, in lower case."""
    images = analysis.study
    found: set[str] = set()
    for image in (images.dynamic, images.flip_angles, images.anatomy, images.T1_map):
        if image is None:
            continue
        source = image.source
        found.update([*source.series_uids, source.study_uid or ""])
        found.update([source.patient, source.name, source.date, *source.name.split()])
        found.update(part for file in source.files for part in Path(file).parts)
        found.update(_beside(source.files))
        if source.format == "DICOM" and source.files:
            found.update(_texts(source.files[0]))
    for volume in (images.dynamic, images.anatomy):
        found.add((volume and volume.acquisition.description) or "")
    return frozenset(word.strip().lower() for word in found if len(word.strip()) >= _SHORTEST)


def _beside(files: Sequence[str]) -> Iterator[str]:
    """Yield the names in the folders of files: notes name files that were left out."""
    for folder in {Path(file).parent for file in files}:
        with contextlib.suppress(OSError):
            yield from os.listdir(folder)


def _texts(file: str) -> Iterator[str]:
    """Yield the texts of a DICOM header, and the parts of names; none if it is unreadable."""
    import pydicom

    with contextlib.suppress(Exception):
        for element in pydicom.dcmread(file, stop_before_pixels=True).iterall():
            if element.VR in _TEXT_VRS:
                yield from map(str, element.value if element.VM > 1 else [element.value])
            if element.VR == "PN":
                yield from re.split(r"[\\^=\s]+", str(element.value))


def patient_words(analysis: Analysis) -> frozenset[str]:
    """Return the parts of the patient's name, and the ID, in lower case."""
    source = analysis.images.dynamic.source
    if source.format != "DICOM" or not source.files:
        words = (source.patient, *source.name.split())  # of a scene
        return frozenset(word.lower() for word in words if word)
    import pydicom

    try:
        head = pydicom.dcmread(
            source.files[0], stop_before_pixels=True,
            specific_tags=["PatientName", "PatientID", "AccessionNumber"],
        )  # fmt: skip
        texts = [str(head.get(k) or "") for k in ("PatientName", "PatientID", "AccessionNumber")]
    except Exception:
        return frozenset()
    return frozenset(
        word.lower() for text in texts for word in re.split(r"[\\^=\s]+", text) if word
    )


def without_words(texts: Iterable[str], words: Set[str]) -> list[str]:
    """Return the texts that contain none of the words."""
    return [text for text in texts if not any(word in text.lower() for word in words)]


def safe_reasons(missing: Mapping[str, str], words: Set[str]) -> dict[str, str]:
    """Return what could not be written → the reason, or "an error" if it contains a word."""
    return {
        what: reason if without_words([reason], words) else "an error"
        for what, reason in missing.items()
    }


def require_plain_names(analysis: Analysis, names: Iterable[str] = ()) -> None:
    """Refuse names of regions and rulers that contain the patient's name or ID.

    They are in every file.

    Args:
        names: what else was named by hand.

    Raises:
        InputError: code "region_name_identifies".
    """
    words = patient_words(analysis)
    for name in (*analysis.regions, *analysis.sizes, *names):
        own = set(re.split(r"[\W_]+", name.lower()))
        if own & words or not without_words([name], {w for w in words if len(w) >= _SHORTEST}):
            raise InputError(
                f"The name '{name}' contains the patient's name or ID. Rename it before "
                "identifying data are removed.",
                code="region_name_identifies",
                about=name,
                fields=["inputs.roi"],
            )


def anonymised_result(analysis: Analysis, result: Result, words: Set[str]) -> Result:
    """Return a result without notes that hold one of the words, and with a warning.

    What a reader wrote is left out, because it may name anyone.
    """
    notes = without_words(result.notes, words)
    if may_show_text(analysis):
        notes.append(
            "The pixels of the images may show text, such as the patient's name. Look at every "
            "figure before you pass the files on."
        )
    return replace(result, notes=tuple(notes), text=None)


def anonymised_comparison(comparison: Comparison, words: Set[str]) -> Comparison:
    """Return a comparison without dates, labels, texts of headers and notes with the words."""
    visits = tuple(
        replace(
            visit,
            result=anonymised_result(visit.analysis, visit.result, words),
            about=VisitLabel(visit.about.role, role=visit.about.role),
        )
        for visit in comparison.visits
    )
    differences = tuple(d.without_text() for d in comparison.differences)
    told = {
        old.sentence: new.sentence
        for old, new in zip(comparison.differences, differences, strict=True)
    }
    warnings = without_words((told.get(w, w) for w in comparison.warnings), words)
    return replace(
        comparison, visits=visits, differences=differences, warnings=tuple(warnings), text=None
    )


def anonymised_course(course: Course, words: Set[str]) -> Course:
    """Return a course whose comparisons and warnings are without identity.

    Its visits and events must be without dates.
    """
    comparisons = {
        places: anonymised_comparison(comparison, words)
        for places, comparison in course.comparisons.items()
    }
    warnings = tuple(without_words(course.warnings, words))
    return replace(course, comparisons=comparisons, warnings=warnings)


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
