"""Removal of identifying data from DICOM objects, by an allow-list.

The source images are reduced to their geometry before an object is derived from them, and the
object is checked against the list again. Patient, dates and UIDs are replaced by values that depend
on a secret key of the user: the same in every export, so that visits of a patient stay together, in
order and as far apart as they were, and not traceable without the key.
"""

from __future__ import annotations

import datetime
import hashlib
import hmac
from typing import Any

from SpineDCELib.export.dicom.allow_list import EXPORTED, METHOD, METHOD_CODES, SOURCE
from SpineDCELib.files.user_data import secret_key

#: UIDs of the standard are kept: they identify no patient.
_STANDARD = "1.2.840.10008."
#: Beginning of the names of patients in anonymised files.
PSEUDONYM = "ANON-"
#: Date of an object whose source has none, and every time of day.
_NO_DATE, _TIME = "19000101", "000000"
#: Dates move back by this many days.
_LEAST_SHIFT, _SHIFTS = 366, 3650


class Anonymiser:
    """Remover of identifying data.

    Args:
        key: secret of the user; that in the user's data folder if None.
    """

    def __init__(self, key: bytes | None = None) -> None:
        self._key = secret_key() if key is None else key

    def clean_source(self, image: Any) -> Any:
        """Return a source image with its geometry, a pseudonym, new UIDs and moved dates."""
        import pydicom

        patient = _patient(image)
        date = self._moved(str(image.get("StudyDate") or ""), patient)
        cleaned = self._reduced(image, SOURCE, pydicom.Dataset)
        cleaned.file_meta = pydicom.dataset.FileMetaDataset()
        meta = getattr(image, "file_meta", None)
        syntax = None if meta is None else meta.get("TransferSyntaxUID")
        cleaned.file_meta.TransferSyntaxUID = syntax or pydicom.uid.ExplicitVRLittleEndian
        self._replace_uids(cleaned)
        cleaned.PatientID = self.pseudonym(patient)
        cleaned.PatientName = f"{cleaned.PatientID}^"
        cleaned.StudyDate, cleaned.StudyTime = date, _TIME if date else ""
        for keyword in ("PatientBirthDate", "PatientSex", "StudyID", "AccessionNumber",
                        "ReferringPhysicianName"):  # fmt: skip
            setattr(cleaned, keyword, "")
        return cleaned

    def clean(self, dataset: Any) -> None:
        """Remove what is not on the allow-list from an object of cleaned images, in place."""
        import pydicom

        date = str(dataset.get("StudyDate") or "") or _NO_DATE
        for part in (dataset, dataset.file_meta):
            _keep_allowed(part, date)
        dataset.PatientIdentityRemoved = "YES"
        dataset.DeidentificationMethod = METHOD
        dataset.LongitudinalTemporalInformationModified = "MODIFIED"
        items = []
        for value, scheme, meaning in METHOD_CODES:
            item = pydicom.Dataset()
            item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, scheme, meaning
            items.append(item)
        dataset.DeidentificationMethodCodeSequence = pydicom.Sequence(items)

    def pseudonym(self, patient: str) -> str:
        """Return the name of a patient in anonymised files, the same in every export."""
        return f"{PSEUDONYM}{self.digest('patient', patient)[:12].upper()}"

    def digest(self, *parts: str) -> str:
        """Return a digest that nobody without the key can compute."""
        text = "\0".join(parts).encode("utf-8", "surrogateescape")
        return hmac.new(self._key, text, hashlib.sha256).hexdigest()

    def _moved(self, date: str, patient: str) -> str:
        """Return a date moved by the days of its patient, "" if it is none."""
        days = _LEAST_SHIFT + int(self.digest("date", patient), 16) % _SHIFTS
        try:
            there = datetime.datetime.strptime(date.replace(".", ""), "%Y%m%d")
            return (there - datetime.timedelta(days=days)).strftime("%Y%m%d").zfill(8)
        except (ValueError, OverflowError):
            return ""

    def _reduced(self, dataset: Any, allowed: frozenset[str], kind: Any) -> Any:
        """Return a copy with the allowed attributes only, nested ones included."""
        import pydicom

        copy = kind()
        for element in dataset:
            if element.keyword not in allowed or element.tag.is_private:
                continue
            if element.VR == "SQ":
                items = [self._reduced(item, allowed, pydicom.Dataset) for item in element.value]
                setattr(copy, element.keyword, pydicom.Sequence(items))
            else:
                copy.add(element)
        return copy

    def uid(self, uid: str) -> str:
        """Return the UID that replaces another, the same in every export."""
        from pydicom.uid import generate_uid

        return str(generate_uid(entropy_srcs=[self.digest("uid", uid)]))

    def _replace_uids(self, dataset: Any) -> None:
        for element in dataset:
            if element.VR == "SQ":
                for item in element.value:
                    self._replace_uids(item)
            elif element.VR == "UI" and element.value:
                uid = str(element.value)
                if not uid.startswith(_STANDARD):
                    setattr(dataset, element.keyword, self.uid(uid))


def _patient(image: Any) -> str:
    """Return what tells one patient from another: the ID, else name and birth date, else study."""
    for keywords in (("PatientID",), ("PatientName", "PatientBirthDate"), ("StudyInstanceUID",)):
        found = "|".join(str(image.get(keyword) or "").strip() for keyword in keywords)
        if found.strip("|"):
            return found
    return ""


def _keep_allowed(dataset: Any, date: str) -> None:
    """Remove everything that is not on the list, and dates that are not moved."""
    for element in list(dataset):
        if element.keyword not in EXPORTED or element.tag.is_private:
            del dataset[element.tag]
        elif element.VR == "SQ":
            for item in element.value:
                _keep_allowed(item, date)
        elif element.VR in ("DA", "TM", "DT") and element.value:
            element.value = {"DA": date, "TM": _TIME, "DT": date + _TIME}[element.VR]
