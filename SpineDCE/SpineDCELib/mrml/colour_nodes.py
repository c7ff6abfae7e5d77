"""Colours of maps: tables of their own, for not every scene comes with 3D Slicer's files."""

from __future__ import annotations

from typing import Any

import numpy as np

from SpineDCELib.vocabulary.fit_status import Status

#: Every sixteenth colour of matplotlib's viridis, and of a rainbow from blue to red.
_ANCHORS = {
    "viridis": (
        "440154 481a6c 472f7d 414487 39568c 31688e 2a788e 23888e 1f988b 22a884 35b779 54c568 "
        "7ad151 a5db36 d2e21b fde725"
    ),
    "rainbow": "0000ff 0080ff 00ffff 00ff80 00ff00 80ff00 ffff00 ff8000 ff0000",
}
COLOURS = tuple(_ANCHORS)
_STEPS = 256
#: Green where there is a plain fit, yellow with a remark, grey without.
_STATUS = {"plain": "2e8b57", "remark": "d2a106", "none": "6e6e6e"}


def colour_node(scene: Any, name: str) -> Any:
    """The scene's node of a colour scale, "viridis", "rainbow" or "status"; made once."""
    tag = f"SpineDCE.{name}"
    node = scene.GetSingletonNode(tag, "vtkMRMLColorTableNode")
    if node is not None:
        return node
    node = scene.CreateNodeByClass("vtkMRMLColorTableNode")
    node.UnRegister(None)
    node.SetName(f"SpineDCE {name}")
    node.SetSingletonTag(tag)
    node.SetTypeToUser()
    node.SetHideFromEditors(False)
    if name == "status":
        codes = [int(code) for code in Status]
        node.SetNumberOfColors(max(codes) + 1)
        for code in Status:
            kind = "plain" if code == 0 else "remark" if code.fitted else "none"
            node.SetColor(int(code), code.reason, *_rgb(_STATUS[kind]), 1.0)
    else:
        anchors = np.array([_rgb(colour) for colour in _ANCHORS[name].split()])
        where = np.linspace(0, len(anchors) - 1, _STEPS)
        table = [np.interp(where, np.arange(len(anchors)), channel) for channel in anchors.T]
        node.SetNumberOfColors(_STEPS)
        for i, colour in enumerate(zip(*table, strict=True)):
            node.SetColor(i, str(i), *(float(c) for c in colour), 1.0)
    return scene.AddNode(node)


def _rgb(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (0, 2, 4))
    return red, green, blue
