"""Report as Encapsulated PDF, which every archive shows."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from SpineDCELib.export.dicom import codes
from SpineDCELib.export.dicom.codes import concept
from SpineDCELib.export.dicom.equipment import EQUIPMENT
from SpineDCELib.export.dicom.source_images import Sources

_ENCAPSULATED_PDF = "1.2.840.10008.5.1.4.1.1.104.1"
#: Attributes of patient and study, taken from the images.
_SHARED = (
    "SpecificCharacterSet", "PatientName", "PatientID", "PatientBirthDate", "PatientSex",
    "StudyInstanceUID", "StudyDate", "StudyTime", "StudyID", "AccessionNumber",
    "ReferringPhysicianName",
)  # fmt: skip


def encapsulated_pdf(
    pdf: bytes, *, sources: Sources, title: str, series_number: int, anonymise: bool
) -> Any:
    """Return a PDF as an object of the study of its images.

    Args:
        anonymise: the PDF names no patient.
    """
    import highdicom as hd
    import pydicom
    from pydicom.uid import ExplicitVRLittleEndian

    image, now = sources.images[0], datetime.now()
    made = pydicom.Dataset()
    for keyword in _SHARED:
        if keyword in image:
            setattr(made, keyword, image[keyword].value)
    if "SpecificCharacterSet" not in made:
        made.SpecificCharacterSet = "ISO_IR 192"
    made.SOPClassUID = _ENCAPSULATED_PDF
    made.SOPInstanceUID = hd.UID()
    made.Modality = "DOC"
    made.ConversionType = "WSD"
    made.SeriesInstanceUID = hd.UID()
    made.SeriesNumber, made.InstanceNumber = series_number, 1
    made.SeriesDescription = f"SpineDCE {title}"[:64]
    made.Manufacturer = EQUIPMENT["manufacturer"]
    made.ManufacturerModelName = EQUIPMENT["manufacturer_model_name"]
    made.SoftwareVersions = EQUIPMENT["software_versions"]
    made.DeviceSerialNumber = EQUIPMENT["device_serial_number"]
    made.ContentDate, made.ContentTime = now.strftime("%Y%m%d"), now.strftime("%H%M%S")
    made.AcquisitionDateTime = ""
    made.BurnedInAnnotation = "NO" if anonymise else "YES"
    made.DocumentTitle = title[:64]
    made.ConceptNameCodeSequence = pydicom.Sequence([concept(codes.REPORT)])
    made.VerificationFlag = "UNVERIFIED"
    made.MIMETypeOfEncapsulatedDocument = "application/pdf"
    made.EncapsulatedDocumentLength = len(pdf)
    made.EncapsulatedDocument = pdf + b"\0" * (len(pdf) % 2)
    made.file_meta = pydicom.dataset.FileMetaDataset()
    made.file_meta.MediaStorageSOPClassUID = made.SOPClassUID
    made.file_meta.MediaStorageSOPInstanceUID = made.SOPInstanceUID
    made.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    return made
