"""Files to send, and the archive's answer to each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from SpineDCELib.errors import InputError
from SpineDCELib.files.bounded_reading import obstacle


@dataclass(frozen=True)
class SendableFile:
    """A DICOM file with what its transfer depends on."""

    path: Path
    sop_class: str
    sop_instance: str
    study_uid: str
    transfer_syntax: str

    @property
    def kind(self) -> str:
        """Return the name of its SOP class."""
        from pydicom.uid import UID

        return str(UID(self.sop_class).name)


@dataclass(frozen=True)
class Sent:
    """Answer to one object."""

    path: Path
    sop_instance: str
    stored: bool
    message: str = ""


def sendable(paths: Iterable[str | Path]) -> list[SendableFile]:
    """Return the DICOM files among paths, and all of those in folders.

    Raises:
        InputError: a given path is missing (code "not_found") or no DICOM file (code
            "not_dicom"), or there is nothing to send (code "nothing_to_send").
    """
    found: list[SendableFile] = []
    for given in map(Path, paths):
        if given.is_dir():
            inside = sorted(p for p in given.rglob("*") if not obstacle(p))
            found += [file for path in inside if (file := _file(path)) is not None]
        elif reason := obstacle(given):
            raise InputError(
                f"{given} cannot be read: {reason}.", code="not_found", about=str(given)
            )
        elif (file := _file(given)) is not None:
            found.append(file)
        else:
            raise InputError(f"{given} is no DICOM file.", code="not_dicom", about=str(given))
    if not found:
        raise InputError("There is no DICOM file to send.", code="nothing_to_send")
    unique = {file.sop_instance: file for file in found}
    return list(unique.values())


def _file(path: Path) -> SendableFile | None:
    import pydicom

    try:
        head = pydicom.dcmread(
            path, stop_before_pixels=True,
            specific_tags=["SOPClassUID", "SOPInstanceUID", "StudyInstanceUID"],
        )  # fmt: skip
        return SendableFile(
            path, str(head.SOPClassUID), str(head.SOPInstanceUID), str(head.StudyInstanceUID),
            str(head.file_meta.TransferSyntaxUID),
        )  # fmt: skip
    except Exception:  # no DICOM file, or one without these
        return None
