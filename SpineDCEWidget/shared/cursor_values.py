"""Text of what lies under the cursor: place, regions, and the value of each volume shown."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

from SpineDCELib.measurement.blood_voxels import blood_mark
from SpineDCELib.mrml.map_nodes import mode_of
from SpineDCELib.mrml.volume_nodes import index_of, ras_of, voxel_of
from SpineDCELib.vocabulary.conversion_modes import parameter_title
from SpineDCELib.vocabulary.fit_status import Status
from SpineDCELib.vocabulary.quantities import QUANTITIES, number

from SpineDCEWidget.shared.frame_subtraction import is_subtraction
from SpineDCEWidget.shared.visit_session import VisitSession
from SpineDCEWidget.shared.visual_checks import visit_of_node
from SpineDCEWidget.shared.wording import _, translated

#: Share of the distance of two slices by which rounding may move what lies halfway between them.
_HALFWAY = 1e-3


def place_text(ras: Iterable[float]) -> str:
    """Return a RAS point, mm, by the side on which it lies: "L 12.3  A 4.0  S 20.1 mm"."""
    sides = ("RL", "AP", "SI")
    parts = [
        f"{side[round(float(v), 1) < 0]} {number(abs(float(v)), 1)}"
        for side, v in zip(sides, ras, strict=True)
    ]
    return f"{'  '.join(parts)} mm"


def region_names(visit: VisitSession, ras: Sequence[float]) -> list[str]:
    """Return the names of the regions in whose voxels a RAS point lies."""
    analysis = visit.needed()
    voxel = voxel_of(ras, analysis.study.dynamic.geometry)
    if voxel is None:
        return []
    return [name for name, mask in visit.state.regions.items() if mask[voxel]]


def in_shown_slice(visit: VisitSession, ras: Sequence[float], shown: int) -> list[float]:
    """Return a place of a linked view in the middle of the slice (from 0) shown, if it is in it.

    A place halfway between two slices is in either; one in another slice stays where it is.
    """
    geometry = visit.needed().study.dynamic.geometry
    place, row, column = (float(v) for v in index_of(ras, geometry))
    if abs(place - shown) > 0.5 + _HALFWAY:
        return [float(v) for v in ras]
    return [float(v) for v in ras_of((shown, row, column), geometry)]


def slice_out_of_view(visit: VisitSession, ras: Sequence[float], shown: int) -> list[str]:
    """Return that a place of a linked view is not in the slice (from 0) that is shown; [] if it is.

    Registered vertebrae may lie between the slices of the other visit, or be tilted to them.
    """
    voxel = voxel_of(ras, visit.needed().study.dynamic.geometry)
    if voxel is None:
        return [_("outside the images of this visit")]
    if voxel[0] == shown:
        return []
    return [_("in slice {number}, which is not in view").format(number=voxel[0] + 1)]


def value_text(visit: VisitSession, node: Any, ras: Sequence[float]) -> str:
    """Return the value of one of the visit's volumes at a RAS point; "" outside.

    A map has its title and unit, and the reason where it has no value; a frame has its time. A
    subtraction is a difference of signals.
    """
    if node is None or node.GetImageData() is None:
        return ""
    found = _value_at(node, ras)
    if found is None:
        return ""
    name = node.GetAttribute("SpineDCE.quantity") or ""
    if name in QUANTITIES:
        return _map_text(visit, name, found, ras, mode=mode_of(node))
    words = _("Signal difference {value}") if is_subtraction(visit, node) else _("Signal {value}")
    text = words.format(value=number(found, _signal_digits(found)))
    if other := visit_of_node(node):
        text = _("{visit}: {value}").format(visit=other, value=text)
    if node is visit.frame:
        times = visit.needed().study.dynamic.times
        index = min(int(visit.nodes.value("frame") or 0), len(times) - 1)
        text = _("{value} at {time} s").format(value=text, time=number(times[index], 1))
    return text


def _value_at(node: Any, ras: Sequence[float]) -> float | None:
    """Return the value of the voxel at a RAS point; None outside.

    The mouse moves many times a second, so this looks at one voxel without an array of all.
    """
    import vtk

    matrix, image = vtk.vtkMatrix4x4(), node.GetImageData()
    node.GetRASToIJKMatrix(matrix)
    voxel = [math.floor(v + 0.5) for v in matrix.MultiplyPoint((*ras, 1.0))[:3]]
    if not all(0 <= v < n for v, n in zip(voxel, image.GetDimensions(), strict=True)):
        return None
    return float(image.GetScalarComponentAsDouble(*voxel, 0))


def _map_text(
    visit: VisitSession, name: str, found: float, ras: Sequence[float], *, mode: str
) -> str:
    """Return the value of a map; ``mode`` is that of the conversion when it was computed."""
    shown, model = QUANTITIES[name], visit.settings.fit.model
    if name == "status":
        return f"{shown.title}: {Status(int(found)).reason_in(model)}"
    text = f"{parameter_title(name, mode)} {shown.text(found)}"
    if name in ("vp", "vp_voxel") and math.isfinite(found):
        # A vessel's voxels are no tissue either.
        mark = blood_mark(found / shown.shown(1.0), visit.settings.aif.Hct, "lesion")
        return f"{text} ({translated(mark)})" if mark else text
    status = None if math.isfinite(found) else visit.maps.get("status")
    code = None if status is None else _value_at(status, ras)
    return text if code is None else f"{text} ({Status(int(code)).reason_in(model)})"


def _signal_digits(value: float) -> int:
    return 0 if value == round(value) or abs(value) >= 100 else 2
