"""Isodoses of radiation in a scene: outlines on the dynamic grid of a visit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.mrml.region_nodes import fill_segment, show_outlines
from SpineDCELib.mrml.visit_nodes import VisitNodes
from SpineDCELib.series import Geometry
from SpineDCELib.vocabulary.colour_maps import ISODOSE_COLOURS, rgb

USE = "isodoses"


def show_isodoses(
    nodes: VisitNodes, dose: NDArray[np.floating], levels: Sequence[float], geometry: Geometry
) -> Any:
    """Show the outline of what has each of these doses or more, instead of earlier ones.

    Args:
        dose: Gy, on ``geometry``; NaN where it is not known. levels: Gy, rising.
    """
    nodes.remove(USE)
    node = nodes.make(USE, "vtkMRMLSegmentationNode", "Isodoses")
    for level, colour in zip(levels, ISODOSE_COLOURS, strict=False):
        name = f"{level:g} Gy"
        identity = node.GetSegmentation().AddEmptySegment(name, name, list(rgb(colour)))
        fill_segment(node, identity, np.nan_to_num(dose, nan=0.0) >= level, geometry)
    show_outlines(node)
    return node


def hide_isodoses(nodes: VisitNodes) -> None:
    """Take the isodoses of a visit out of the scene."""
    nodes.remove(USE)
