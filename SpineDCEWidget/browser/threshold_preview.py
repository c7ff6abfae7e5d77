"""Preview of the voxels in a signal range, shown over the views of a visit."""

from __future__ import annotations

from typing import Any

import numpy as np
from slicer import vtkMRMLColorTableNode, vtkMRMLLabelMapVolumeNode
from SpineDCELib.mrml.visit_nodes import remove_whole
from SpineDCELib.mrml.volume_nodes import array_of, fill_volume, touched

_COLOUR, _OPACITY = (1.0, 0.85, 0.2), 0.45


class Preview:
    """Label layer of the slice views, which is in the scene only while it is shown.

    Args:
        app: trame-slicer's ``SlicerApp``. views: in whose label layer it is shown.
    """

    def __init__(self, app: Any, views: Any) -> None:
        self._scene, self._views = app.scene, views
        self._node: Any = None
        self._visit: Any = None

    @property
    def shown(self) -> bool:
        return self._node is not None

    def show(self, visit: Any, low: float, high: float) -> None:
        """Show the voxels of a visit between two values; reuse the layer if it is shown already."""
        if visit is not self._visit:
            self.clear()
        signal, geometry = array_of(visit.frame), visit.analysis.study.dynamic.geometry
        if self._node is None:
            self._visit, self._node = visit, self._make()
            fill_volume(self._node, np.zeros(geometry.shape, np.uint8), geometry)
            self._lay(self._node.GetID())
        mask = array_of(self._node)
        mask[...] = (signal >= low) & (signal <= high)
        touched(self._node)

    def clear(self) -> None:
        """Remove the preview."""
        if self._node is None:
            return
        self._lay(None)
        colours = self._node.GetDisplayNode().GetColorNode()
        remove_whole(self._node)
        self._scene.RemoveNode(colours)
        self._node = self._visit = None

    def _lay(self, identity: str | None) -> None:
        for pane in self._views.panes_of(self._visit.name):
            pane.composite.SetLabelVolumeID(identity)
            pane.composite.SetLabelOpacity(_OPACITY)

    def _make(self) -> Any:
        colours = self._scene.AddNode(vtkMRMLColorTableNode())
        colours.SetTypeToUser()
        colours.SetNumberOfColors(2)
        colours.SetColor(0, "out of range", 0.0, 0.0, 0.0, 0.0)
        colours.SetColor(1, "in range", *_COLOUR, 1.0)
        node = self._scene.AddNode(vtkMRMLLabelMapVolumeNode())
        node.SetName("Preview")
        node.CreateDefaultDisplayNodes()
        node.GetDisplayNode().SetAndObserveColorNodeID(colours.GetID())
        for own in (node, colours, node.GetDisplayNode()):
            own.SetSaveWithScene(False)
            own.SetHideFromEditors(True)
        return node
