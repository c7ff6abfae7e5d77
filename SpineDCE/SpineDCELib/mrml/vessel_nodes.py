"""Vessels that the search for the artery considered: outlines on the dynamic grid of a visit."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.mrml.region_nodes import fill_segment, show_outlines
from SpineDCELib.mrml.visit_nodes import VisitNodes
from SpineDCELib.series import Geometry
from SpineDCELib.vocabulary.colour_maps import ARTERY_COLOUR, REJECTED_COLOUR, rgb

USE = "vessels"
_WIDTH = 2  #: of the lines, pixels


def show_vessels(
    nodes: VisitNodes,
    artery: Mapping[str, NDArray[np.bool_]],
    rejected: Mapping[str, NDArray[np.bool_]],
    geometry: Geometry,
    unchanged: Collection[str] = (),
) -> Any:
    """Outline the voxels in the AIF, and in grey other vessels, instead of earlier ones.

    The outlines are for looking at: they are not saved with the scene.

    Args:
        artery, rejected: what they are called → mask on ``geometry``. The names of rejected ones
            are the reasons.
        unchanged: names of those that are outlined as they are now; filling a segment takes time.
    """
    node = nodes.make(USE, "vtkMRMLSegmentationNode", "Vessels")
    node.SetHideFromEditors(True)
    segmentation = node.GetSegmentation()
    kept = {name for name in unchanged if segmentation.GetSegment(name) is not None}
    for number in range(segmentation.GetNumberOfSegments())[::-1]:
        if (identity := segmentation.GetNthSegmentID(number)) not in kept:
            segmentation.RemoveSegment(identity)
    for masks, colour in ((rejected, REJECTED_COLOUR), (artery, ARTERY_COLOUR)):
        for name, mask in masks.items():
            if name not in kept:
                identity = segmentation.AddEmptySegment(name, name, list(rgb(colour)))
                fill_segment(node, identity, mask, geometry, cropped=True)
    for one in (node, node.GetDisplayNode()):
        if one is not None:
            one.SetSaveWithScene(False)
    show_outlines(node, width=_WIDTH)
    return node


def hide_vessels(nodes: VisitNodes) -> None:
    """Take the outlines of a visit's vessels out of the scene."""
    if nodes.get(USE) is not None:
        nodes.remove(USE)
