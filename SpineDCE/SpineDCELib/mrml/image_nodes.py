"""A study's images as nodes of a scene, and back: nothing that an analysis needs is left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.data import Images
from SpineDCELib.mrml.sequence_nodes import dynamic_series_from_sequence
from SpineDCELib.mrml.visit_nodes import VisitNodes
from SpineDCELib.mrml.volume_nodes import array_of, fill_volume, geometry_of, image_of
from SpineDCELib.series import Acquisition, FlipAngleSet, Geometry, Source, Volume

_VOLUME = "vtkMRMLScalarVolumeNode"
_SEQUENCE = "vtkMRMLSequenceNode"


def show_images(nodes: VisitNodes, images: Images) -> None:
    """Fill the nodes of a visit with a study; the voxels are shared with the arrays.

    A sequence or volume that was the user's own holds the study already and stays as it is.
    """
    dynamic = images.dynamic
    nodes.keep(
        "dynamic",
        {
            "acquisition": asdict(dynamic.acquisition),
            "time_origin": dynamic.time_origin,
            # No paths: they may hold names, and lead nowhere on another machine.
            "source": asdict(
                replace(
                    dynamic.source, files=(), sop_instance_uids=(), patient="", name="", date=""
                )
            ),
            "frame_of_reference_uid": dynamic.geometry.frame_of_reference_uid,
            "notes": list(dynamic.notes),
        },
    )
    sequence = nodes.make("sequence", _SEQUENCE, "Dynamic series")
    if nodes.is_own("sequence"):
        _fill_sequence(sequence, dynamic.signal, dynamic.times, dynamic.geometry, ("time", "s"))
    if dynamic.phase is None:
        nodes.remove("phase")
    else:
        phase = nodes.make("phase", _SEQUENCE, "Phase")
        _fill_sequence(phase, dynamic.phase, dynamic.times, dynamic.geometry, ("time", "s"))
    angles = images.flip_angles
    if angles is None:
        nodes.remove("flip angles")
    else:
        nodes.keep("flip angles", {"TR": angles.TR, "notes": list(angles.notes)})
        node = nodes.make("flip angles", _SEQUENCE, "Flip angles")
        _fill_sequence(node, angles.signal, angles.FA, angles.geometry, ("flip angle", "deg"))
    B1 = None if angles is None or angles.B1 is None else Volume(angles.B1, angles.geometry)
    for use, title, volume in (
        ("B1", "B1", B1), ("T1 map", "T1 map", images.T1_map), ("anatomy", "T1", images.anatomy)
    ):  # fmt: skip
        if volume is None:
            nodes.remove(use)
            continue
        node = nodes.make(use, _VOLUME, title)
        if nodes.is_own(use):
            fill_volume(node, volume.array, volume.geometry)
    if images.anatomy is not None:
        nodes.keep("anatomy", asdict(images.anatomy.acquisition))


def images_of(nodes: VisitNodes) -> Images | None:
    """The study that a visit's nodes hold; None where there is none."""
    sequence = nodes.get("sequence")
    if sequence is None or not sequence.GetNumberOfDataNodes():
        return None
    about = nodes.value("dynamic", {})
    acquisition = Acquisition(**about["acquisition"]) if "acquisition" in about else None
    dynamic = dynamic_series_from_sequence(sequence, acquisition=acquisition)
    frame_of_reference = about.get("frame_of_reference_uid")
    dynamic = replace(
        dynamic,
        geometry=replace(dynamic.geometry, frame_of_reference_uid=frame_of_reference),
        time_origin=about.get("time_origin", dynamic.time_origin),
        source=_source(about["source"]) if "source" in about else dynamic.source,
        phase=None if nodes.get("phase") is None else _stack(nodes.get("phase")),
        notes=tuple(about.get("notes", dynamic.notes)),
    )
    return Images(
        dynamic,
        _flip_angles(nodes, dynamic.source),
        _volume(nodes, "anatomy"),
        _volume(nodes, "T1 map"),
    )


def _flip_angles(nodes: VisitNodes, source: Source) -> FlipAngleSet | None:
    node = nodes.get("flip angles")
    if node is None or not node.GetNumberOfDataNodes():
        return None
    about, B1 = nodes.value("flip angles", {}), nodes.get("B1")
    count = node.GetNumberOfDataNodes()
    return FlipAngleSet(
        signal=_stack(node),
        FA=np.array([float(node.GetNthIndexValue(i)) for i in range(count)]),
        TR=about.get("TR"),
        geometry=geometry_of(node.GetNthDataNode(0)),
        source=replace(source, files=()),
        notes=tuple(about.get("notes", ())),
        B1=None if B1 is None else array_of(B1),
    )


def _volume(nodes: VisitNodes, use: str) -> Volume | None:
    node = nodes.get(use)
    if node is None or node.GetImageData() is None:
        return None
    about = nodes.value(use, {}) if use == "anatomy" else {}
    return volume_of(node, Acquisition(**about))


def volume_of(node: Any, acquisition: Acquisition | None = None) -> Volume:
    """A scalar volume node as the engine's volume; the voxels are shared."""
    return Volume(array_of(node), geometry_of(node), acquisition or Acquisition())


def _source(data: dict[str, Any]) -> Source:
    values: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in data.items()}
    return Source(**values)


def _stack(sequence: Any) -> NDArray[np.floating]:
    count = sequence.GetNumberOfDataNodes()
    return np.stack([array_of(sequence.GetNthDataNode(i)) for i in range(count)])


def _fill_sequence(
    node: Any,
    arrays: NDArray[np.floating],
    values: Sequence[float] | NDArray[np.float64],
    geometry: Geometry,
    index: tuple[str, str],
) -> None:
    """One volume for each index value; the sequence's own copies share the arrays' voxels."""
    import slicer

    node.RemoveAllDataNodes()
    node.SetIndexName(index[0])
    node.SetIndexUnit(index[1])
    node.SetIndexType(node.NumericIndex)
    one = slicer.vtkMRMLScalarVolumeNode()
    # A single voxel: the sequence copies deeply what it is given.
    fill_volume(one, np.zeros((1, 1, 1), arrays.dtype), replace(geometry, shape=(1, 1, 1)))
    arrays = np.ascontiguousarray(arrays)
    for array, value in zip(arrays, values, strict=True):
        one.SetName(f"{index[0]} {value:g}")
        node.SetDataNodeAtValue(one, repr(float(value))).SetAndObserveImageData(image_of(array))
