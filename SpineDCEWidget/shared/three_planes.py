"""Three perpendicular planes of a visit: when they are offered, and of which image."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from SpineDCELib.mrml.volume_nodes import geometry_of
from SpineDCELib.series import Geometry
from SpineDCELib.vocabulary.quantities import number

from SpineDCEWidget.shared.slice_nodes import middle_of
from SpineDCEWidget.shared.visit_session import VisitSession
from SpineDCEWidget.shared.wording import OPEN_FIRST, _, translated

#: Nearly isotropic: the longest side of a voxel is at most this many times the shortest.
MOST = 2.0
#: Planes by the names of 3D Slicer → their names for a person.
PLANES = {"Sagittal": _("sagittal"), "Coronal": _("coronal"), "Axial": _("axial")}
_SIDES = {"Sagittal": (0, "RL"), "Coronal": (1, "AP"), "Axial": (2, "SI")}


def is_nearly_isotropic(geometry: Geometry) -> bool:
    """Return whether a grid can be looked at in every plane."""
    return max(geometry.spacing) <= MOST * min(geometry.spacing)


def content_for(visits: Sequence[VisitSession]) -> str:
    """Return the image that three planes show at first, "T1" or "frame"; "" without one."""
    for content in ("T1", "frame"):
        if visits and all(is_nearly_isotropic(_grid(visit, content)) for visit in visits):
            return content
    return ""


def obstacle(visits: Sequence[VisitSession]) -> str:
    """Return why three planes are not offered; "" if they are."""
    if not visits:
        return OPEN_FIRST
    if content_for(visits):
        return ""
    visit = next(v for v in visits if not is_nearly_isotropic(_grid(v, "frame")))
    sides = " × ".join(number(v, 1) for v in _grid(visit, "T1").spacing)
    return _(
        "Three planes need voxels whose longest side is at most twice the shortest. Those of the "
        "{visit} visit are {sides} mm."
    ).format(visit=translated(visit.word), sides=sides)


def position_text(node: Any, plane: str) -> str:
    """Return plane and place of a slice node: "coronal, A 12.3 mm"."""
    axis, sides = _SIDES[plane]
    value = round(float(middle_of(node)[axis]), 1)
    return f"{PLANES[plane]}, {sides[value < 0]} {number(abs(value), 1)} mm"


def _grid(visit: VisitSession, content: str) -> Geometry:
    if content == "T1" and visit.background is not None:
        return geometry_of(visit.background)
    return visit.needed().study.dynamic.geometry
