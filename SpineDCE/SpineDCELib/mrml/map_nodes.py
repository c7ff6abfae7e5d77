"""Parameter maps as volumes of a scene, in the units that a radiologist reads."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.mrml.colour_nodes import colour_node
from SpineDCELib.mrml.visit_nodes import VisitNodes, mark_part
from SpineDCELib.mrml.volume_nodes import array_of, fill_volume, matrix_of, touched
from SpineDCELib.series import Geometry
from SpineDCELib.vocabulary.colour_maps import TRANSPARENT_BELOW
from SpineDCELib.vocabulary.conversion_modes import unit_title
from SpineDCELib.vocabulary.quantities import QUANTITIES
from SpineDCELib.vocabulary.terminology import Code


def fill_map(
    nodes: VisitNodes, name: str, array: NDArray[Any], geometry: Geometry, *, about: dict[str, str]
) -> Any:
    """Show a map, in the engine's unit, in its node: in place where the grid is the same.

    Args:
        about: attributes of the node.
    """
    shown = QUANTITIES[name]
    node = nodes.make(f"map.{name}", "vtkMRMLScalarVolumeNode", shown.title)
    values = np.multiply(array, shown.factor, dtype=np.float32)
    present = None if node.GetImageData() is None else array_of(node)
    if present is not None and (present.shape, present.dtype) == (values.shape, values.dtype):
        present[...] = values
        node.SetIJKToRASMatrix(matrix_of(geometry))
        touched(node)
    else:
        fill_volume(node, values, geometry)
    for key, value in {"quantity": name, "unit": shown.shown_unit, **about}.items():
        if node.GetAttribute(f"SpineDCE.{key}") != value:
            node.SetAttribute(f"SpineDCE.{key}", value)
    if shown.code is not None:
        _set_codes(node, shown.code, shown.shown_unit_code)
    return node


def fill_map_slice(node: Any, name: str, index: int, array: NDArray[Any]) -> None:
    """Replace one slice of a map, given in the engine's unit; call :func:`touched` afterwards."""
    np.multiply(array, QUANTITIES[name].factor, out=array_of(node)[index], casting="unsafe")


def _set_codes(node: Any, code: Code, unit: Code) -> None:
    """The quantity's code; the unit is the shown one, so that exports by others stay true."""
    import slicer

    if node.GetVoxelValueQuantity() is None:
        quantity = slicer.vtkCodedEntry()
        quantity.SetValueSchemeMeaning(*code)
        node.SetVoxelValueQuantity(quantity)
        units = slicer.vtkCodedEntry()
        units.SetValueSchemeMeaning(*unit)
        node.SetVoxelValueUnits(units)


def colour_map(
    node: Any, *, low: float, high: float, colours: str = "viridis", threshold: float | None = None
) -> None:
    """Scale and colours of a map, in its shown unit; what lies below ``threshold`` is transparent.

    Args:
        threshold: a twentieth of the scale if None; NaN is transparent always.
    """
    display = node.GetDisplayNode()
    if display is None:
        return
    if threshold is None:
        threshold = low + TRANSPARENT_BELOW * (high - low)
    changing = display.StartModify()
    display.SetAndObserveColorNodeID(colour_node(node.GetScene(), colours).GetID())
    display.AutoWindowLevelOff()
    # A scene file keeps six digits of window and level; more would move the ends of the scale.
    display.SetWindowLevelMinMax(low, float(f"{high:.5g}"))
    display.SetThreshold(threshold, 1e30)
    display.ApplyThresholdOn()
    display.EndModify(changing)


def mode_of(node: Any) -> str:
    """Return the mode of conversion (:attr:`Analysis.mode`) of a map; "" where it says none."""
    return node.GetAttribute("SpineDCE.mode") or ""


def legend_of(node: Any) -> Any:
    """The colour bar of a map's node; None where there is none."""
    import slicer

    logic = getattr(slicer, "vtkSlicerColorLogic", None)
    display = node.GetDisplayNode()
    return None if logic is None or display is None else logic.GetColorLegendDisplayNode(display)


def add_legend(node: Any) -> Any:
    """A colour bar with the unit for a map's node; made once. Call it when there is a view."""
    import slicer

    logic = getattr(slicer, "vtkSlicerColorLogic", None)
    display = node.GetDisplayNode()
    if logic is None or display is None:
        return None
    legend = legend_of(node)
    if legend is None:
        legend = logic.AddDefaultColorLegendDisplayNode(display)
        mark_part(node, legend)
    if legend is not None:
        name = node.GetAttribute("SpineDCE.quantity") or ""
        unit = unit_title(name, mode_of(node)) if name in QUANTITIES else ""
        title = QUANTITIES[name].title if name in QUANTITIES else node.GetName()
        legend.SetTitleText(f"{title}\n{unit}".strip())
        legend.SetLabelFormat("%.3g")
    return legend
