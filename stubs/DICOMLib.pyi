"""What plugins of 3D Slicer's DICOM module are made of, as far as it is used."""

from typing import Any

class DICOMLoadable:
    files: list[str]
    name: str
    tooltip: str
    warning: str
    selected: bool
    confidence: float
    reading: dict[str, Any]

class DICOMPlugin:
    loadType: str
    def __init__(self) -> None: ...

class DICOMUtils:
    @staticmethod
    def importDicom(
        dicomDataDirectory: str, dicomDatabase: Any = ..., copyFiles: bool = ...
    ) -> bool: ...
