"""Regions that are drawn in a scene: named segments, and their masks on the dynamic grid."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from SpineDCELib.measurement.rulers import Ruler
from SpineDCELib.mrml.visit_nodes import VisitNodes
from SpineDCELib.mrml.volume_nodes import image_of, matrix_of
from SpineDCELib.series import Geometry
from SpineDCELib.vocabulary.colour_maps import rgb
from SpineDCELib.vocabulary.region_roles import SEARCH, TAG, Role, role_of, words_of
from SpineDCELib.vocabulary.terminology import terminology_entry

#: Opacity with which segments are filled, so that they are looked through to what lies below.
FILL = 0.15
_LABELMAP = "Binary labelmap"


def segmentation_node(nodes: VisitNodes, geometry: Geometry) -> Any:
    """The visit's segmentation on the dynamic grid; made where there is none."""
    node = nodes.make("segmentation", "vtkMRMLSegmentationNode", "Regions")
    node.SetAttribute("SpineDCE.visit", nodes.name)
    display = node.GetDisplayNode()
    if display is not None:
        display.SetOpacity2DFill(FILL)
    _set_grid(node, geometry)
    return node


def add_segment(node: Any, role: Role | str, *, another: bool = False) -> str:
    """The ID of the first segment of a role; a new one where there is none, or if ``another``."""
    segmentation = node.GetSegmentation()
    present = [i for i in _ids(segmentation) if _role(segmentation.GetSegment(i)) == role]
    if present and not another:
        return present[0]
    words = words_of(role)
    taken, number = {segmentation.GetSegment(i).GetName() for i in _ids(segmentation)}, 1
    name = words.segment
    while name in taken:
        number += 1
        name = f"{words.segment} {number}"
    identity: str = segmentation.AddEmptySegment(
        name.replace(" ", "_"), name, list(rgb(words.colour))
    )
    segment = segmentation.GetSegment(identity)
    segment.SetTag(TAG, role)
    segment.SetTag("TerminologyEntry", terminology_entry(words.category, words.kind))
    return identity


def set_masks(
    node: Any,
    masks: Mapping[str, NDArray[np.bool_]],
    geometry: Geometry,
    *,
    roles: Mapping[str, str],
) -> None:
    """Let these be the segments: present ones of the same name are filled, others removed."""
    for name in set(roles_in(node)) - set(masks):
        remove_segment(node, name)
    fill_segments(node, masks, geometry, roles=roles)


def fill_segments(
    node: Any,
    masks: Mapping[str, NDArray[np.bool_]],
    geometry: Geometry,
    *,
    roles: Mapping[str, str],
) -> None:
    """Fill segments by name, and add those that are missing; others stay as they are."""
    segmentation = node.GetSegmentation()
    for name, mask in masks.items():
        identity = segmentation.GetSegmentIdBySegmentName(name)
        if not identity:
            identity = add_segment(node, roles[name], another=True)
            segmentation.GetSegment(identity).SetName(name)
        fill_segment(node, identity, mask, geometry)
    if masks and node.GetDisplayNode() is not None:
        # Otherwise the views keep the outline of a segment that is empty now.
        node.GetDisplayNode().Modified()


def fill_segment(
    node: Any,
    identity: str,
    mask: NDArray[np.bool_],
    geometry: Geometry,
    *,
    cropped: bool = False,
) -> None:
    """Let a mask be the voxels of the segment with an identity.

    Args:
        cropped: hand over the part of the grid with the voxels only, which takes less time; for a
            new segment.
    """
    import slicer

    image = slicer.vtkOrientedImageData()
    if cropped and mask.any():
        inside = ndimage.find_objects(mask.astype(np.uint8))[0]
        image.ShallowCopy(image_of(mask[inside].astype(np.uint8)))
        image.SetExtent(*(end for one in inside[::-1] for end in (one.start, one.stop - 1)))
    else:
        image.ShallowCopy(image_of(mask.astype(np.uint8)))
    image.SetGeometryFromImageToWorldMatrix(matrix_of(geometry))
    slicer.vtkSlicerSegmentationsModuleLogic.SetBinaryLabelmapToSegment(image, node, identity)


def show_outlines(node: Any, *, width: int = 0) -> None:
    """Show only the outlines of segments, in slices.

    Args:
        width: of the lines, pixels; 0 for the usual one.
    """
    display = node.GetDisplayNode()
    if display is None:
        return
    display.SetVisibility2DFill(False)
    display.SetVisibility2DOutline(True)
    if width:
        display.SetSliceIntersectionThickness(width)


def give_role(node: Any, name: str, role: str) -> None:
    """Give the segment of a name another role, with its terminology and colour."""
    segmentation = node.GetSegmentation()
    segment = segmentation.GetSegment(segmentation.GetSegmentIdBySegmentName(name))
    if _role(segment) == role:
        return
    words = words_of(role)
    segment.SetTag(TAG, role)
    segment.SetTag("TerminologyEntry", terminology_entry(words.category, words.kind))
    segment.SetColor(*rgb(words.colour))


def is_shown(node: Any, name: str) -> bool:
    """Return whether the views show the segment of a name."""
    display = node.GetDisplayNode()
    identity = node.GetSegmentation().GetSegmentIdBySegmentName(name)
    return display is None or not identity or bool(display.GetSegmentVisibility(identity))


def show_segment(node: Any, name: str, shown: bool) -> None:
    """Show the segment of a name in the views, or hide it; it is measured all the same."""
    display = node.GetDisplayNode()
    identity = node.GetSegmentation().GetSegmentIdBySegmentName(name)
    if display is not None and identity:
        display.SetSegmentVisibility(identity, shown)


def show_fill(node: Any, opacity: float) -> None:
    """Fill all segments with this opacity in the views, from 0 to 1; their outlines stay."""
    display = node.GetDisplayNode()
    if display is not None and display.GetOpacity2DFill() != opacity:
        display.SetOpacity2DFill(opacity)


def rename_segment(node: Any, name: str, new: str) -> None:
    """Give the segment of a name another one, if there is such a segment."""
    segmentation = node.GetSegmentation()
    identity = segmentation.GetSegmentIdBySegmentName(name)
    if identity:
        segmentation.GetSegment(identity).SetName(new)


def name_apart(node: Any) -> None:
    """Give segments that have the name of an earlier one a number, because names stand for them."""
    segmentation, taken = node.GetSegmentation(), set[str]()
    for segment in [segmentation.GetSegment(i) for i in _ids(segmentation)]:
        name, number = segment.GetName(), 1
        while segment.GetName() in taken:
            number += 1
            segment.SetName(f"{name} {number}")
        taken.add(segment.GetName())


def remove_segment(node: Any, name: str) -> None:
    """Remove the segment of a name, if there is one."""
    segmentation = node.GetSegmentation()
    identity = segmentation.GetSegmentIdBySegmentName(name)
    if identity:
        segmentation.RemoveSegment(identity)


def masks_of(node: Any, geometry: Geometry) -> dict[str, NDArray[np.bool_]]:
    """Name → mask on the dynamic grid, of every segment that holds a voxel of it.

    A segment drawn on a finer grid takes the voxels whose centre it covers.
    """
    import slicer

    segmentation, masks = node.GetSegmentation(), {}
    grid = slicer.vtkOrientedImageData()
    grid.SetDimensions(*geometry.shape[::-1])
    grid.SetGeometryFromImageToWorldMatrix(matrix_of(geometry))
    grid.AllocateScalars(3, 1)  # VTK_UNSIGNED_CHAR
    for identity in _ids(segmentation):
        segment = segmentation.GetSegment(identity)
        image = slicer.vtkOrientedImageData()
        if not node.GetBinaryLabelmapRepresentation(identity, image) or image.IsEmpty():
            continue
        whole = slicer.vtkOrientedImageData()
        slicer.vtkOrientedImageDataResample.ResampleOrientedImageToReferenceOrientedImage(
            image, grid, whole
        )
        mask = _voxels(whole, geometry)
        if mask.any():
            masks[segment.GetName()] = mask
    return masks


def masks_in(nodes: VisitNodes, geometry: Geometry) -> dict[str, NDArray[np.bool_]]:
    """The masks of a visit's regions; see :func:`masks_of`. Read again only if one has changed."""
    node = nodes.get("segmentation")
    if node is None:
        return {}
    stamp = (geometry.shape, geometry.affine.tobytes(), *_stamp(node))
    if nodes.masks is None or nodes.masks[0] != stamp:
        nodes.masks = (stamp, masks_of(node, geometry))
    return dict(nodes.masks[1])


def _stamp(node: Any) -> tuple[Any, ...]:
    """Return by what a change of the segments' voxels or names is seen."""
    segmentation = node.GetSegmentation()
    if segmentation.GetSourceRepresentationName() != _LABELMAP:
        return (object(),)  # surfaces are converted; never the same
    stamp: list[Any] = [node.GetID()]
    for identity in _ids(segmentation):
        segment = segmentation.GetSegment(identity)
        image = segment.GetRepresentation(_LABELMAP)
        known = None if image is None else (image.GetMTime(), image.GetExtent(), _place(image))
        stamp.append((identity, segment.GetName(), segment.GetLabelValue(), known))
    return tuple(stamp)


def _place(image: Any) -> tuple[float, ...]:
    import vtk

    matrix = vtk.vtkMatrix4x4()
    image.GetImageToWorldMatrix(matrix)
    return tuple(matrix.GetElement(row, column) for row in range(3) for column in range(4))


def roles_in(node: Any) -> dict[str, str]:
    """Name of every segment → its role; empty ones too."""
    segmentation = node.GetSegmentation()
    segments = [segmentation.GetSegment(i) for i in _ids(segmentation)]
    return {segment.GetName(): _role(segment) for segment in segments}


def ruler_nodes(nodes: VisitNodes) -> list[Any]:
    """The line markups that belong to the visit."""
    scene, kind = nodes.scene, "vtkMRMLMarkupsLineNode"
    lines = [scene.GetNthNodeByClass(i, kind) for i in range(scene.GetNumberOfNodesByClass(kind))]
    return [line for line in lines if line.GetAttribute("SpineDCE.visit") == nodes.name]


def add_ruler(nodes: VisitNodes, ruler: Ruler | None = None) -> Any:
    """A line markup of the visit, to be placed by hand or along ``ruler``."""
    name = f"Diameter {len(ruler_nodes(nodes)) + 1}" if ruler is None else ruler.name
    line = nodes.scene.AddNewNodeByClass("vtkMRMLMarkupsLineNode", name)
    line.SetAttribute("SpineDCE.visit", nodes.name)
    nodes.file(line)
    line.CreateDefaultDisplayNodes()
    for x, y, z in () if ruler is None else (ruler.start, ruler.end):
        line.AddControlPointWorld(-x, -y, z)
    return line


def place_ruler_labels(nodes: VisitNodes) -> None:
    """Let the labels of rulers that cross stand apart: the lowest below its line, others above.

    A label lies at the middle of its ruler, where two diameters of one lesion cross.
    """
    whole = [one for one in ruler_nodes(nodes) if one.GetNumberOfDefinedControlPoints() == 2]
    lines = sorted(whole, key=_height)
    for number, line in enumerate(lines):
        words = line.GetDisplayNode().GetTextProperty()
        below = number == 0 and len(lines) > 1
        place = words.SetVerticalJustificationToTop if below else (
            words.SetVerticalJustificationToBottom
        )  # fmt: skip
        place()


def _height(line: Any) -> tuple[float, float]:
    """Return how far up and forward the middle of a ruler lies, mm."""
    ends = [line.GetNthControlPointPositionWorld(end) for end in (0, 1)]
    return sum(end[2] for end in ends) / 2, sum(end[1] for end in ends) / 2


def rulers_in(nodes: VisitNodes) -> list[Ruler]:
    """The visit's rulers that have both ends, LPS."""
    rulers = []
    for line in ruler_nodes(nodes):
        # An end that still follows the mouse does not count.
        if line.GetNumberOfDefinedControlPoints() < 2:
            continue
        (a, b, c), (d, e, f) = (line.GetNthControlPointPositionWorld(end) for end in (0, 1))
        rulers.append(Ruler(line.GetName(), (-a, -b, c), (-d, -e, f)))
    return rulers


def _ids(segmentation: Any) -> list[str]:
    return [segmentation.GetNthSegmentID(i) for i in range(segmentation.GetNumberOfSegments())]


def _role(segment: Any) -> str:
    import vtk

    text = vtk.mutable("")
    tags = {}
    for key in (TAG, "TerminologyEntry"):
        tags[key] = str(text) if segment.GetTag(key, text) else ""
    if tags[TAG].strip().lower() == SEARCH:
        return SEARCH
    return role_of(segment.GetName(), terminology=tags["TerminologyEntry"], tags=tags)


def _set_grid(node: Any, geometry: Geometry) -> None:
    import slicer

    image = slicer.vtkOrientedImageData()
    image.SetDimensions(*geometry.shape[::-1])
    image.SetGeometryFromImageToWorldMatrix(matrix_of(geometry))
    convert = slicer.vtkSegmentationConverter
    text = convert.SerializeImageGeometry(image)
    node.GetSegmentation().SetConversionParameter("Reference image geometry", text)


def _voxels(image: Any, geometry: Geometry) -> NDArray[np.bool_]:
    from vtk.util.numpy_support import vtk_to_numpy

    i, j, k = image.GetDimensions()
    mask: NDArray[np.bool_] = vtk_to_numpy(image.GetPointData().GetScalars()).reshape(k, j, i) > 0
    assert mask.shape == geometry.shape
    return mask
