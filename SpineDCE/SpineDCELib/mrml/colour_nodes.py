"""Colours of maps: tables of their own, for not every scene comes with 3D Slicer's files."""

from __future__ import annotations

from typing import Any

import numpy as np

from SpineDCELib.mrml.visit_nodes import MODULE, remove_whole
from SpineDCELib.vocabulary.colour_maps import COLOUR_MAPS, rgb, status_colour
from SpineDCELib.vocabulary.fit_status import Status

_KIND = "vtkMRMLColorTableNode"
_STEPS = 256


def colour_node(scene: Any, name: str) -> Any:
    """The scene's node of a colour scale, "viridis", "rainbow" or "status"; made once."""
    tag = f"{MODULE}.{name}"
    node = scene.GetSingletonNode(tag, _KIND)
    if node is not None:
        return node
    node = scene.CreateNodeByClass(_KIND)
    node.UnRegister(None)
    node.SetName(f"{MODULE} {name}")
    node.SetSingletonTag(tag)
    node.SetTypeToUser()
    node.SetHideFromEditors(False)
    if name == "status":
        codes = [int(code) for code in Status]
        node.SetNumberOfColors(max(codes) + 1)
        for code in Status:
            node.SetColor(int(code), code.reason, *rgb(status_colour(code)), 1.0)
    else:
        anchors = np.array([rgb(colour) for colour in COLOUR_MAPS[name]])
        where = np.linspace(0, len(anchors) - 1, _STEPS)
        table = [np.interp(where, np.arange(len(anchors)), channel) for channel in anchors.T]
        node.SetNumberOfColors(_STEPS)
        for i, colour in enumerate(zip(*table, strict=True)):
            node.SetColor(i, str(i), *(float(c) for c in colour), 1.0)
    return scene.AddNode(node)


def remove_unused_colours(scene: Any) -> None:
    """Remove the colour scales that no node of the scene refers to; singletons outlive it."""
    nodes = [scene.GetNthNode(i) for i in range(scene.GetNumberOfNodes())]
    for node in nodes:
        own = node.IsA(_KIND) and (node.GetSingletonTag() or "").startswith(f"{MODULE}.")
        if own and not any(scene.IsNodeReferencingNodeID(one, node.GetID()) for one in nodes):
            remove_whole(node)
