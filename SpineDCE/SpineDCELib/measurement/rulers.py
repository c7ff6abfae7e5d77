"""Rulers drawn by a reader: line markups of 3D Slicer."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from SpineDCELib.errors import InputError
from SpineDCELib.files.bounded_reading import read_json
from SpineDCELib.measurement.lesion_size import TWO_RULERS, Bidimensional, Point, Size
from SpineDCELib.series import Geometry

#: A ruler with such a name joins bone and tumour; it is not a diameter.
_MARGIN = re.compile(r"bone|margin|extra-?osseous|cortex", re.IGNORECASE)

#: Names of the planes perpendicular to each axis of the body (LPS).
_PLANES = ("sagittal", "coronal", "axial")
#: Share of its length by which a ruler may leave the plane that it is said to lie in.
_OUT_OF_PLANE = 0.1

_SCHEMA = (
    "https://raw.githubusercontent.com/slicer/slicer/master/Modules/Loadable/Markups/Resources/"
    "Schema/markups-schema-v1.0.3.json#"
)


@dataclass(frozen=True)
class Ruler:
    """A line between two points, LPS mm."""

    name: str
    start: Point
    end: Point

    @property
    def length(self) -> float:
        """mm"""
        return float(np.linalg.norm(np.subtract(self.end, self.start)))

    @property
    def is_margin(self) -> bool:
        """Return whether it joins bone and tumour, to divide the lesion there."""
        return bool(_MARGIN.search(self.name))


def plane_of(ruler: Ruler, geometry: Geometry) -> str:
    """Return the plane that a ruler lies in: "sagittal", "coronal", "axial" or "oblique".

    It is that of the slices if both ends lie in one slice, because it was drawn there.
    """
    along = np.subtract(ruler.end, ruler.start)
    normal = geometry.affine[:3, 2] / np.linalg.norm(geometry.affine[:3, 2])
    if abs(along @ normal) <= geometry.spacing[2] / 2:
        return _PLANES[int(np.argmax(np.abs(normal)))]
    across = int(np.argmin(np.abs(along)))
    return _PLANES[across] if abs(along[across]) <= _OUT_OF_PLANE * ruler.length else "oblique"


def plane_of_size(size: Size, geometry: Geometry) -> str:
    """Return the plane of a lesion's diameters, as :func:`plane_of`; axial without rulers."""
    if size.source != TWO_RULERS or size.axial.ends is None:
        return "axial"
    start, end, *across = size.axial.ends
    planes = {plane_of(Ruler("", *ends), geometry) for ends in ((start, end), tuple(across))}
    if len(planes) == 1:
        return planes.pop()
    # A ruler along an axis of the body lies in two planes; both together lie in one.
    normal = np.cross(np.subtract(end, start), np.subtract(across[1], across[0]))
    normal = np.abs(normal) / np.linalg.norm(normal)
    largest = int(np.argmax(normal))
    return _PLANES[largest] if np.delete(normal, largest).max() <= _OUT_OF_PLANE else "oblique"


def read_rulers(path: str | Path) -> list[Ruler]:
    """Read the line markups of a ``.mrk.json`` file.

    Raises:
        InputError: the file is not of this kind, or has no complete line.
    """
    try:
        markups = read_json(path)["markups"]
        rulers = []
        for number, markup in enumerate(markups, 1):
            points = markup["controlPoints"]
            if markup["type"] != "Line" or len(points) != 2:
                continue
            sign = -1.0 if markup.get("coordinateSystem", "LPS") in ("RAS", "0") else 1.0
            start, end = (
                (sign * float(x), sign * float(y), float(z))
                for x, y, z in (point["position"] for point in points)
            )
            label = markup.get("name") or points[0].get("label") or f"line {number}"
            rulers.append(Ruler(str(label), start, end))
    except (
        OSError, ValueError, LookupError, TypeError, AttributeError, OverflowError,
    ) as error:  # fmt: skip
        raise InputError(
            f"{path} cannot be read as rulers ({type(error).__name__}). Save line markups of "
            "3D Slicer as .mrk.json.",
            code="rulers_unreadable",
            about=str(path),
            fields=["inputs.size"],
        ) from None
    if not rulers:
        raise InputError(
            f"{path} has no line with two points. Draw the rulers as lines.",
            code="rulers_missing",
            about=str(path),
            fields=["inputs.size"],
        )
    return rulers


def write_rulers(path: str | Path, rulers: Sequence[Ruler]) -> None:
    """Write line markups that 3D Slicer and :func:`read_rulers` open, ``.mrk.json``."""
    markups = [
        {
            "type": "Line",
            "coordinateSystem": "LPS",
            "coordinateUnits": "mm",
            "name": ruler.name,
            "controlPoints": [
                {"id": str(i), "label": f"{ruler.name}-{i}", "position": list(point)}
                for i, point in enumerate((ruler.start, ruler.end), 1)
            ],
        }
        for ruler in rulers
    ]
    text = json.dumps({"@schema": _SCHEMA, "markups": markups}, indent=1)
    Path(path).write_text(text + "\n", encoding="utf-8")


def bidimensional_of(rulers: list[Ruler]) -> Bidimensional:
    """Return the size from two rulers, of which the longer is the diameter.

    Raises:
        InputError: there are not two rulers, or they are far from perpendicular.
    """
    own = sorted((r for r in rulers if not r.is_margin), key=lambda r: -r.length)
    if len(own) != 2:
        raise InputError(
            f"A bidimensional size needs two rulers, not {len(own)}.",
            code="two_rulers_needed",
            fields=["inputs.size"],
        )
    first, second = own
    if not second.length > 0:
        raise InputError(
            f"Ruler '{second.name}' has no length. Draw it again.",
            code="ruler_without_length",
            about=second.name,
            fields=["inputs.size"],
        )
    cosine = np.dot(np.subtract(first.end, first.start), np.subtract(second.end, second.start))
    angle = float(np.degrees(np.arccos(min(abs(cosine) / first.length / second.length, 1.0))))
    if angle < 70:
        raise InputError(
            f"The rulers '{first.name}' and '{second.name}' cross at {angle:.0f}°. The second "
            "diameter must be perpendicular to the first.",
            code="rulers_not_perpendicular",
            fields=["inputs.size"],
        )
    return Bidimensional(
        first.length,
        second.length,
        float(np.mean([p[2] for r in own for p in (r.start, r.end)])),
        (first.start, first.end, second.start, second.end),
    )
