"""Removal of names, IDs and dates from DICOM objects."""

from __future__ import annotations

import os
from typing import Any

#: UIDs of the standard are kept: they identify no patient.
_STANDARD = "1.2.840.10008."
_EMPTIED = (
    "AccessionNumber", "StudyID", "InstitutionName", "InstitutionAddress",
    "InstitutionalDepartmentName", "StationName", "StudyDescription", "PatientAge", "PatientSize",
    "PatientAddress", "OtherPatientIDs", "PatientComments", "AdmissionID", "IssuerOfPatientID",
    "MedicalRecordLocator", "EthnicGroup", "Occupation", "AdditionalPatientHistory",
)  # fmt: skip
_DATE, _TIME = "19000101", "000000"


class Anonymiser:
    """Remover of identifying data; it replaces a UID by the same new UID in all datasets.

    The new UIDs depend on a random number that is not stored, so that they cannot be traced back
    to the original ones.
    """

    def __init__(self) -> None:
        self._salt = os.urandom(16).hex()
        self._made: set[str] = set()

    def clean(self, dataset: Any) -> None:
        """Remove identifying data from a dataset and its file meta information, in place."""
        dataset.PatientName = "Anonymous^"
        dataset.PatientID = "ANONYMOUS"
        dataset.PatientBirthDate = ""
        for keyword in _EMPTIED:
            if keyword in dataset:
                delattr(dataset, keyword)
        for keyword in ("AccessionNumber", "StudyID"):
            setattr(dataset, keyword, "")  # type 2: present but empty
        dataset.remove_private_tags()
        self._walk(dataset)
        dataset.PatientIdentityRemoved = "YES"
        dataset.DeidentificationMethod = "SpineDCE: names, IDs, dates and UIDs replaced"
        dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID

    def _replaced(self, uid: str) -> str:
        from pydicom.uid import generate_uid

        # Datasets share elements, so that one may occur twice.
        if uid.startswith(_STANDARD) or uid in self._made:
            return uid
        new = str(generate_uid(entropy_srcs=[self._salt, uid]))
        self._made.add(new)
        return new

    def _walk(self, dataset: Any) -> None:
        for element in dataset:
            if element.VR == "SQ":
                for item in element.value:
                    self._walk(item)
            elif element.VR == "UI" and element.value:
                many = isinstance(element.value, (list, tuple)) or element.VM > 1
                values = list(element.value) if many else [element.value]
                changed = [self._replaced(str(v)) for v in values]
                element.value = changed if many else changed[0]
            elif element.VR in ("DA", "TM", "DT") and element.value:
                element.value = {"DA": _DATE, "TM": _TIME, "DT": _DATE + _TIME}[element.VR]
            elif element.VR == "PN" and element.keyword != "PatientName":
                element.value = ""
