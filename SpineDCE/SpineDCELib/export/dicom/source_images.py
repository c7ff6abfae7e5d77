"""Source images of derived DICOM objects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from SpineDCELib.analysis import Analysis
from SpineDCELib.errors import InputError
from SpineDCELib.export.dicom.deidentify import Anonymiser

_TAGS = [
    "SOPInstanceUID", "SeriesInstanceUID", "ImagePositionPatient", "AcquisitionTime",
    "TriggerTime", "TemporalPositionIdentifier", "InstanceNumber", "NumberOfFrames",
]  # fmt: skip


@dataclass(frozen=True, eq=False)
class Sources:
    """Headers of one image per slice, and the geometry in highdicom's terms."""

    images: list[Any]
    measures: Any
    orientation: Any
    positions: list[Any]


def sources(analysis: Analysis, anonymiser: Anonymiser | None = None) -> Sources:
    """Return the slices of the first dynamic frame in the order of the maps.

    Args:
        anonymiser: reduces the images to what an anonymised object may refer to.

    Raises:
        InputError: the study is not DICOM, or its files are missing.
    """
    import highdicom as hd
    import pydicom

    dynamic = analysis.images.dynamic
    geometry, source = dynamic.geometry, dynamic.source
    if source.format == "DICOM" and not source.files:
        raise InputError(
            "DICOM export needs the headers of the study's DICOM files, which a scene does not "
            "hold. Open the study from its folder, or export NIfTI instead.",
            code="study_not_dicom",
        )
    if source.format != "DICOM":
        raise InputError(
            f"DICOM export needs DICOM images, but this study is {source.format}. Export NIfTI "
            "instead.",
            code="study_not_dicom",
        )
    series = source.series_uids[0] if source.series_uids else None
    places = np.array([geometry.affine[:3, :] @ [0, 0, k, 1] for k in range(geometry.shape[0])])
    first: dict[int, tuple[Any, str]] = {}
    whole = ""
    try:
        for file in source.files:
            head = pydicom.dcmread(file, stop_before_pixels=True, specific_tags=_TAGS)
            if series is not None and head.get("SeriesInstanceUID") != series:
                continue
            if int(head.get("NumberOfFrames") or 1) > 1:
                whole = file
                break
            if "ImagePositionPatient" not in head:
                continue
            away = np.linalg.norm(places - np.array(head.ImagePositionPatient, float), axis=1)
            k = int(away.argmin())
            if away[k] > 0.5:
                continue
            order = _order(head)
            if k not in first or order < first[k][0]:
                first[k] = order, file
        if whole:
            images = [pydicom.dcmread(whole)]
        else:
            images = [pydicom.dcmread(first[n][1], stop_before_pixels=True) for n in sorted(first)]
    except OSError as error:
        raise InputError(
            f"The image {error.filename} cannot be read ({error.strerror}); DICOM export needs "
            "its header.",
            code="image_missing",
            about=str(error.filename),
        ) from None
    if not whole and len(images) != geometry.shape[0]:
        raise InputError(
            "The slices of the maps are not those of the dynamic images, so DICOM export is not "
            "possible. Export NIfTI instead.",
            code="slices_differ",
        )
    for image in images:
        empty_invalid_values(image)
        _complete(image, thickness=geometry.spacing[2])
    if anonymiser is not None:
        images = [anonymiser.clean_source(image) for image in images]
    spacing = geometry.spacing
    return Sources(
        images,
        hd.PixelMeasuresSequence(
            pixel_spacing=(spacing[1], spacing[0]),
            slice_thickness=spacing[2],
            spacing_between_slices=spacing[2],
        ),
        hd.PlaneOrientationSequence(
            hd.CoordinateSystemNames.PATIENT,
            [float(v) for v in (*geometry.direction[:, 0], *geometry.direction[:, 1])],
        ),
        [
            hd.PlanePositionSequence(hd.CoordinateSystemNames.PATIENT, [float(v) for v in place])
            for place in places
        ],
    )


#: Attributes of patient and study that a derived object must have; they may be empty (type 2).
_MAY_BE_EMPTY = (
    "PatientName", "PatientID", "PatientBirthDate", "PatientSex", "StudyDate", "StudyTime",
    "StudyID", "AccessionNumber", "ReferringPhysicianName",
)  # fmt: skip


def _complete(image: Any, *, thickness: float) -> None:
    """Add what an anonymiser removed and a derived object must have (PS3.3 C.7.1.1, C.7.2.1).

    Attributes that may be empty are left empty; UIDs that must exist are made from those of the
    series, so that all objects of one study get the same.
    """
    from pydicom.uid import EnhancedMRImageStorage, MRImageStorage, generate_uid

    for keyword in _MAY_BE_EMPTY:
        if keyword not in image:
            setattr(image, keyword, "")
    if not image.get("SliceThickness"):
        image.SliceThickness = round(thickness, 6)
    meta = getattr(image, "file_meta", {})
    usual = EnhancedMRImageStorage if int(image.get("NumberOfFrames") or 1) > 1 else MRImageStorage
    for keyword, otherwise in (
        ("SOPClassUID", usual),
        ("SOPInstanceUID", generate_uid(entropy_srcs=[str(image.filename)])),
    ):
        if not image.get(keyword):
            setattr(image, keyword, meta.get(f"MediaStorage{keyword}") or otherwise)
    series = str(image.get("SeriesInstanceUID", "")) or str(image.SOPInstanceUID)
    for keyword in ("StudyInstanceUID", "SeriesInstanceUID", "FrameOfReferenceUID"):
        if not image.get(keyword):
            setattr(image, keyword, generate_uid(entropy_srcs=[keyword, series]))


#: Attributes beside those of the patient (group 0010) that an object takes over from its source.
_STUDY = (
    "SpecificCharacterSet", "StudyDate", "StudyTime", "ReferringPhysicianName", "SliceThickness",
    "LossyImageCompression",
)  # fmt: skip
#: Values that an attribute may have.
_ENUMERATED = {"PatientSex": ("M", "F", "O"), "LossyImageCompression": ("00", "01")}


def empty_invalid_values(image: Any) -> list[str]:
    """Empty attributes of patient and study whose values are invalid; return their keywords.

    Other programs refuse such values in new objects. IDs and UIDs stay as they are, however they
    look, because they tell whose an object is, and what it refers to.
    """
    import warnings

    from pydicom.datadict import keyword_for_tag

    found = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for tag in list(image.keys()):
            keyword = keyword_for_tag(tag)
            if (tag.group == 0x0010 or keyword in _STUDY) and not _is_valid(image, tag):
                found.append(keyword)
        if "SpecificCharacterSet" in found:  # texts are decoded before they are encoded again
            image.decode()
        for keyword in found:
            del image[keyword]
    return found


def _is_valid(image: Any, tag: Any) -> bool:
    from pydicom.charset import python_encoding
    from pydicom.config import RAISE
    from pydicom.valuerep import DA, TM, validate_value

    try:
        element = image[tag]
        values = element.value if element.VM > 1 else [element.value]
        match element.VR:
            case "DA" if element.value:
                DA(element.value)
                element.value = element.value.replace(".", "")  # the form before DICOM 3.0
            case "TM" if element.value:
                TM(element.value)
            case "PN":
                return bool(element.VM <= 1)
            case "AS" | "CS" | "DS" | "IS":
                for value in values:
                    validate_value(element.VR, str(value), RAISE)
    except Exception:  # whatever cannot be read is invalid
        return False
    if element.keyword == "SpecificCharacterSet":
        return all(not value or value in python_encoding for value in values)
    allowed = _ENUMERATED.get(element.keyword)
    return allowed is None or element.value in ("", None, *allowed)


def invalid_values(analysis: Analysis) -> tuple[str, ...]:
    """Return a note on attributes of the source that are left empty in DICOM objects."""
    source = analysis.images.dynamic.source
    if source.format != "DICOM" or not source.files:
        return ()
    import pydicom

    try:
        found = empty_invalid_values(pydicom.dcmread(source.files[0], stop_before_pixels=True))
    except Exception:  # the export says what is wrong with the file
        return ()
    if not found:
        return ()
    return (
        f"The headers of the images hold invalid values of {', '.join(found)}; in the exported "
        "DICOM objects they are empty.",
    )


def _order(head: Any) -> tuple[float, ...]:
    """Return the key that sorts images by time."""
    return tuple(
        float(head.get(tag) or 0)
        for tag in ("TemporalPositionIdentifier", "AcquisitionTime", "TriggerTime",
                    "InstanceNumber")
    )  # fmt: skip
