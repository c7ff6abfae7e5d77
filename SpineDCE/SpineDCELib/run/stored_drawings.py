"""Regions and lengths that lie beside a study's images, drawn here or with another program."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pydicom
from pydicom.filereader import read_file_meta_info

from SpineDCELib.measurement.rulers import Ruler
from SpineDCELib.progress import Progress, silent
from SpineDCELib.series.contour_reader import STRUCTURE_SET
from SpineDCELib.series.dicom_segmentation_reader import SEGMENTATIONS
from SpineDCELib.series.report_lengths import REPORTS, Plane, plane_of, read_lengths

#: SOP classes of regions and reports.
DRAWINGS = frozenset((*SEGMENTATIONS, STRUCTURE_SET, *REPORTS))
#: What programs write where they have nothing to say.
_NOTHING = ("", "Unspecified")
_TAGS = (
    "SOPClassUID", "SOPInstanceUID", "Modality", "SeriesDescription", "ContentLabel",
    "StructureSetLabel", "Manufacturer", "ManufacturerModelName", "ContentDate",
    "InstanceCreationDate", "StructureSetDate", "ImagePositionPatient", "ImageOrientationPatient",
    "PixelSpacing",
)  # fmt: skip


@dataclass(frozen=True)
class StoredDrawing:
    """A file with regions or lengths.

    Attributes:
        description: of its series. made_by: the program that wrote it. date: as DICOM writes it.
        rulers: the lengths of a structured report; a file with regions has none.
    """

    path: Path
    kind: Literal["regions", "lengths"]
    description: str
    made_by: str
    date: str
    rulers: tuple[Ruler, ...] = ()


def stored_drawings(study: Path, progress: Progress = silent) -> list[StoredDrawing]:
    """Return the DICOM segmentations, structure sets, and reports with lengths in a folder.

    A report without a length that joins two points is left out.
    """
    if not study.is_dir():
        return []
    files = [path for path in sorted(study.rglob("*")) if path.is_file()]
    reports: list[Path] = []
    images: list[Path] = []
    found: list[StoredDrawing] = []
    for number, path in enumerate(files):
        if number % 50 == 0:
            progress(number / len(files), "")
        kind = _class_of(path)
        if kind in REPORTS:
            reports.append(path)
        elif kind not in DRAWINGS:
            images.append(path)
        elif (head := _head(path)) is not None:
            found.append(_drawing(path, head, "regions"))
    planes = _planes(images) if reports else {}
    for path in reports:
        rulers = tuple(_rulers(path, planes))
        if rulers and (head := _head(path)) is not None:
            found.append(_drawing(path, head, "lengths", rulers))
    return found


def _class_of(path: Path) -> str:
    """Return the SOP class in the first lines of a file; "" if it is no DICOM file."""
    try:
        return str(read_file_meta_info(path).get("MediaStorageSOPClassUID", ""))
    except Exception:  # whatever another file begins with
        return ""


def _planes(images: list[Path]) -> dict[str, Plane]:
    """Return the place of every image: SOP instance UID → place."""
    heads = (_head(path) for path in images)
    return {
        str(head.get("SOPInstanceUID")): plane
        for head in heads
        if head is not None and (plane := plane_of(head)) is not None
    }


def _head(path: Path) -> Any:
    try:
        return pydicom.dcmread(path, stop_before_pixels=True, specific_tags=list(_TAGS))
    except Exception:  # no DICOM file
        return None


def _drawing(
    path: Path, head: Any, kind: Literal["regions", "lengths"], rulers: tuple[Ruler, ...] = ()
) -> StoredDrawing:
    def first(*names: str) -> str:
        texts = (str(head.get(name) or "").strip() for name in names)
        return next((text for text in texts if text not in _NOTHING), "")

    return StoredDrawing(
        path,
        kind,
        first("SeriesDescription", "ContentLabel", "StructureSetLabel"),
        first("ManufacturerModelName", "Manufacturer"),
        first("ContentDate", "StructureSetDate", "InstanceCreationDate"),
        rulers,
    )


def _rulers(path: Path, planes: dict[str, Plane]) -> Iterator[Ruler]:
    for one in read_lengths(path, planes.get):
        start, end = (tuple(np.round(point, 4).tolist()) for point in (one.start, one.end))
        yield Ruler(one.name or "length", start, end)
