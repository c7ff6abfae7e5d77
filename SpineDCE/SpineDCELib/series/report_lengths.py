"""Lengths in DICOM structured reports (TID 1500), with the two points that each joins."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pydicom
from numpy.typing import NDArray

#: SOP classes: Basic Text, Enhanced, Comprehensive and Comprehensive 3D SR.
REPORTS = tuple(f"1.2.840.10008.5.1.4.1.1.88.{kind}" for kind in (11, 22, 33, 34))
#: (code, scheme) of "Tracking Identifier", "Comment" and "Finding".
_TRACKING, _COMMENT, _FINDING = (("112039", "DCM"), ("121106", "DCM"), ("121071", "DCM"))
#: OHIF's tracking identifiers name its tool and version.
_TOOL = re.compile(r"\w+@\S+:\w+")
#: Deepest nesting that is followed.
_DEEPEST = 32


class Length(NamedTuple):
    """A length: its name, and the points that it joins, ``(3,)`` LPS, mm."""

    name: str
    start: NDArray[np.float64]
    end: NDArray[np.float64]


class Plane(NamedTuple):
    """Place of an image: its first pixel's centre, and the steps to the next column and row."""

    origin: NDArray[np.float64]
    along_row: NDArray[np.float64]
    along_column: NDArray[np.float64]

    def point(self, column: float, row: float) -> NDArray[np.float64]:
        """Return a point of the image; (0.5, 0.5) is its first pixel's centre (PS3.3 C.18.6.1)."""
        return self.origin + (column - 0.5) * self.along_row + (row - 0.5) * self.along_column


def plane_of(image: Any) -> Plane | None:
    """Return the place of a single-frame image; None if its header does not say."""
    try:
        origin = np.array(image.ImagePositionPatient, float)
        x, y, z, u, v, w = (float(value) for value in image.ImageOrientationPatient)
        between_rows, between_columns = (float(value) for value in image.PixelSpacing)
        return Plane(
            origin, np.array((x, y, z)) * between_columns, np.array((u, v, w)) * between_rows
        )
    except (AttributeError, TypeError, ValueError):
        return None


def read_lengths(file: Path, plane: Callable[[str], Plane | None]) -> list[Length]:
    """Return the lengths in a report that join two known points.

    Points are 3D coordinates (SCOORD3D), or coordinates in an image (SCOORD).

    Args:
        plane: returns the place of the image with an SOP instance UID, or None.
    """
    try:
        report = pydicom.dcmread(file)
        return list(_lengths(report, "", plane, 0))
    except Exception:  # whatever a damaged report holds
        return []


def _lengths(
    item: Any, group: str, plane: Callable[[str], Plane | None], depth: int
) -> Iterator[Length]:
    inside = list(item.get("ContentSequence") or ()) if depth < _DEEPEST else []
    group = _name_of(inside) or group
    for one in inside:
        if one.get("ValueType") == "NUM" and _is_length(one):
            points = _points(one, plane)
            if points is not None:
                name = ", ".join(text for text in (group, _concept(one)[2]) if text)
                yield Length(name, *points)
        else:
            yield from _lengths(one, group, plane, depth + 1)


def _name_of(group: list[Any]) -> str:
    """Return what a person calls a group of measurements; "" if it does not say."""
    said = {_concept(one)[:2]: one for one in reversed(group)}
    tracking = str(said[_TRACKING].get("TextValue", "")) if _TRACKING in said else ""
    if not _TOOL.fullmatch(tracking):
        return tracking
    if _COMMENT in said and (comment := str(said[_COMMENT].get("TextValue", "")).strip()):
        return comment
    code = (said[_FINDING].get("ConceptCodeSequence") or [{}])[0] if _FINDING in said else {}
    return str(code.get("CodeMeaning", ""))


def _concept(item: Any) -> tuple[str, str, str]:
    """Return code, scheme and meaning of an item's name."""
    code = (item.get("ConceptNameCodeSequence") or [pydicom.Dataset()])[0]
    words = ("CodeValue", "CodingSchemeDesignator", "CodeMeaning")
    value, scheme, meaning = (str(code.get(word, "")) for word in words)
    return value, scheme, meaning


def _is_length(item: Any) -> bool:
    value = (item.get("MeasuredValueSequence") or [pydicom.Dataset()])[0]
    unit = (value.get("MeasurementUnitsCodeSequence") or [pydicom.Dataset()])[0]
    return str(unit.get("CodeValue", "")) == "mm"


def _points(
    item: Any, plane: Callable[[str], Plane | None]
) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
    """Return both ends of a length; None if it has no line of two points with a known place."""
    for one in item.get("ContentSequence") or ():
        if one.get("GraphicType") != "POLYLINE":
            continue
        data = np.array(one.GraphicData, float)
        if one.get("ValueType") == "SCOORD3D" and data.size == 6:
            found = data.reshape(2, 3)
        elif one.get("ValueType") == "SCOORD" and data.size == 4:
            place = next(
                (
                    plane(str(image.ReferencedSOPSequence[0].ReferencedSOPInstanceUID))
                    for image in one.get("ContentSequence") or ()
                    if image.get("ValueType") == "IMAGE"
                ),
                None,
            )
            if place is None:
                continue
            found = np.array([place.point(x, y) for x, y in data.reshape(2, 2)])
        else:
            continue
        if np.isfinite(found).all():
            return found[0], found[1]
    return None
