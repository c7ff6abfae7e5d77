"""State of a visit's nodes, by which changes that were made elsewhere are noticed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from SpineDCELib.data import Images
from SpineDCELib.mrml.visit_nodes import VisitNodes

#: Use → ID of the node, and the times of change and places of its images.
Stamps = dict[str, tuple[Any, ...]]


def needed_images(images: Images) -> list[str]:
    """Return the uses of the nodes that hold these images."""
    angles = images.flip_angles
    present = {
        "sequence": True,
        "frame": True,
        "phase": images.dynamic.phase is not None,
        "flip angles": angles is not None,
        "B1": angles is not None and angles.B1 is not None,
        "T1 map": images.T1_map is not None,
        "anatomy": images.anatomy is not None,
    }
    return [use for use, is_needed in present.items() if is_needed]


def stamps_of(nodes: VisitNodes, uses: Iterable[str]) -> Stamps:
    """Return the state of the nodes for these uses; those that are missing are left out."""
    found = {use: nodes.get(use) for use in uses}
    return {use: _stamp(node) for use, node in found.items() if node is not None}


def _stamp(node: Any) -> tuple[Any, ...]:
    volumes = [node]
    if node.IsA("vtkMRMLSequenceNode"):
        volumes = [node.GetNthDataNode(i) for i in range(node.GetNumberOfDataNodes())]
    return (node.GetID(), *(_image(volume) for volume in volumes))


def _image(volume: Any) -> tuple[Any, ...]:
    import vtk

    matrix, image = vtk.vtkMatrix4x4(), volume.GetImageData()
    volume.GetIJKToRASMatrix(matrix)
    place = tuple(matrix.GetElement(row, column) for row in range(3) for column in range(4))
    scalars = None if image is None else image.GetPointData().GetScalars()
    return (0 if scalars is None else scalars.GetMTime(), place)
