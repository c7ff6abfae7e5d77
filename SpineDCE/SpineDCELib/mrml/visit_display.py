"""A visit's study and result in the nodes of a scene: shown, coloured, removed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from numpy.typing import NDArray

from SpineDCELib.analysis import Analysis
from SpineDCELib.analysis.mapped_images import release_images
from SpineDCELib.data import Images, Result
from SpineDCELib.export.analysis_files import picture_of
from SpineDCELib.export.map_figures import scale_top
from SpineDCELib.mrml import region_nodes as drawn
from SpineDCELib.mrml.chart_nodes import remove_chart
from SpineDCELib.mrml.grey_values import show_grey_values
from SpineDCELib.mrml.image_nodes import show_images, volume_of
from SpineDCELib.mrml.map_nodes import colour_map, fill_map_slice
from SpineDCELib.mrml.result_display import show_curves, show_map, show_maps
from SpineDCELib.mrml.scene_turns import take_turn
from SpineDCELib.mrml.sequence_nodes import (
    dynamic_series_from_multivolume,
    dynamic_series_from_sequence,
)
from SpineDCELib.mrml.visit_nodes import VisitNodes, remove_whole
from SpineDCELib.mrml.volume_nodes import fill_volume, is_on_grid, touched
from SpineDCELib.series import DynamicSeries
from SpineDCELib.settings import Settings
from SpineDCELib.vocabulary.quantities import PROBABILITY


def read_scene_nodes(
    sequence: Any, anatomy: Any = None, *, frame_interval: float | None = None
) -> Images:
    """Read a study from a user's nodes: a sequence or MultiVolume, and a T1-weighted volume.

    Raises:
        InputError: the node holds no dynamic series.
    """
    is_sequence = sequence.IsA("vtkMRMLSequenceNode")
    read = dynamic_series_from_sequence if is_sequence else dynamic_series_from_multivolume
    dynamic = read(sequence, frame_interval=frame_interval)
    return Images(dynamic, anatomy=None if anatomy is None else volume_of(anatomy))


def prepare_nodes(
    nodes: VisitNodes, *, sequence: Any = None, anatomy: Any = None, keep_regions: bool = True
) -> None:
    """Empty a visit's nodes for another study, of which some nodes may lie in the scene already.

    Args:
        sequence, anatomy: a user's own nodes that hold the study.
        keep_regions: regions and rulers were drawn on the same images.
    """
    given = {"sequence": sequence, "anatomy": anatomy}
    for use, node in given.items():
        present = nodes.get(use)
        if node is not None and node is not present:
            nodes.remove(use)
            nodes.set(use, node, own=False)
        elif node is None and not nodes.is_own(use):
            nodes.set(use, None)
    for name in list(nodes.of("chart.")):
        remove_chart(nodes, f"chart.{name}")
    for prefix in ("map.", "table."):
        for present in list(nodes.uses(prefix)):
            nodes.remove(present)
    if not keep_regions:
        nodes.remove("segmentation")
        for ruler in drawn.ruler_nodes(nodes):
            remove_whole(ruler)


def show_study(nodes: VisitNodes, images: Images) -> None:
    """Fill a visit's nodes with a study, and set grey values and the grid of the regions.

    Grey values that were set by hand on the same images stay.
    """
    show_images(nodes, images)
    take_turn()
    dynamic = images.dynamic
    nodes.make("frame", "vtkMRMLScalarVolumeNode", "Dynamic frame")
    show_frame(nodes, dynamic, min(dynamic.n_frames - 1, nodes.value("frame", 0)))
    show_grey_values(nodes, dynamic)
    take_turn()
    release_images(images)
    drawn.segmentation_node(nodes, dynamic.geometry)


def show_frame(nodes: VisitNodes, dynamic: DynamicSeries, index: int) -> None:
    """Show one dynamic frame in the visit's frame node."""
    node, sequence, array = nodes.get("frame"), nodes.get("sequence"), dynamic.signal[index]
    if node is None:  # somebody removed it; it comes back with the next look at the scene
        return
    if sequence is None or not is_on_grid(node, dynamic.geometry):
        fill_volume(node, array, dynamic.geometry)
    else:
        node.SetAndObserveImageData(sequence.GetNthDataNode(index).GetImageData())
    nodes.keep("frame", index)


def show_result(
    nodes: VisitNodes,
    analysis: Analysis,
    result: Result,
    more: Mapping[str, NDArray[Any]] | None = None,
) -> None:
    """Fill a visit's nodes with maps, tables and charts, in place.

    Args:
        more: further maps, by quantity.
    """
    settings: Settings = analysis.settings
    about = {
        "visit": nodes.name,
        "model": settings.fit.model,
        "signal": analysis.signal_mode,
        "mode": analysis.mode,
    }
    show_maps(nodes, result, analysis.study.dynamic.geometry, about=about, more=more)
    show_curves(nodes, analysis, result)


def show_probability(nodes: VisitNodes, analysis: Analysis, array: NDArray[Any] | None) -> None:
    """Show the map of residual tumour of a visit's comparison; remove it if ``array`` is None."""
    if array is None:
        nodes.remove(f"map.{PROBABILITY}")
    else:
        about = {"visit": nodes.name, "model": analysis.settings.fit.model}
        show_map(nodes, PROBABILITY, array, analysis.study.dynamic.geometry, about=about)


def show_slices(
    nodes: VisitNodes, slices: Iterable[tuple[int, Mapping[str, NDArray[Any]]]]
) -> None:
    """Replace slices of the maps, given in the engine's units, in place."""
    maps = nodes.of("map.")
    for index, arrays in slices:
        for name, array in arrays.items():
            if (node := maps.get(name)) is not None:
                fill_map_slice(node, name, index, array)
    for node in maps.values():
        touched(node)


def scale_maps(
    visits: Sequence[tuple[VisitNodes, Analysis | None, Result | None]],
    name: str = "vp",
    *,
    top: float | None = None,
    **look: Any,
) -> float:
    """Give a map the same scale in all visits, in its shown unit; return the scale's top.

    Args:
        top: if None, the one that fits vp in the regions (of vp), or the largest present scale.
        look: see :func:`SpineDCELib.mrml.map_nodes.colour_map`.
    """
    shown = [(nodes.of("map."), a, r) for nodes, a, r in visits if name in nodes.of("map.")]
    if top is None and name in ("vp", "vp_voxel"):
        pictures = [
            picture_of(a, r, with_anatomy=False)
            for _maps, a, r in shown
            if a is not None and r is not None
        ]
        top = scale_top(pictures) if pictures else None
    if top is None:
        displays = [maps[name].GetDisplayNode() for maps, *_ in shown]
        top = max((d.GetWindowLevelMax() for d in displays if d is not None), default=1.0)
    for maps, *_ in shown:
        colour_map(maps[name], low=0.0, high=top, **look)
    return top


def remove_visit(nodes: VisitNodes) -> None:
    """Take everything that was created for a visit out of the scene."""
    for name in list(nodes.of("chart.")):
        remove_chart(nodes, f"chart.{name}")
    for ruler in drawn.ruler_nodes(nodes):
        remove_whole(ruler)
    nodes.clear()
