"""What the slice and plot views show, step by step, and that they move together."""

from __future__ import annotations

from typing import Any

import numpy as np
import slicer
from SpineDCELib.mrml.volume_nodes import geometry_of
from SpineDCELib.vocabulary.quantities import QUANTITIES

from SpineDCEWidget.desktop import desktop_wording as texts
from SpineDCEWidget.desktop.view_layouts import (
    LAYOUTS,
    PLOTS,
    SLOTS,
    layout_for,
    plot_name,
    view_name,
)

#: Charts of a visit in the left and the right plot view, by step; the first that there is.
_CHARTS = {
    "study": (("aif",), ("evidence.Residual",)),
    "arteries": (("candidates", "aif"), ("evidence.Residual",)),
    "regions": (("regions",), ("aif",)),
    "maps": (("voxel", "regions"), ("regions", "aif")),
    "result": (("regions",), ("evidence.Normalised Vp", "evidence.Residual")),
}
#: Steps in which the middle view shows the dynamic frame instead of the map.
_FRAME_STEPS = ("study", "arteries", "regions")


class Views:
    """The layout, and the volumes and charts in it.

    Nothing is made but view nodes, which 3D Slicer keeps as it keeps those of its own layouts.
    """

    def __init__(self) -> None:
        self._before: int | None = None  # the layout that the user came from
        self._oriented: dict[str, tuple[str, str]] = {}

    # -- layout ---------------------------------------------------------------------------------

    def show(self, visits: list[Any], *, choice: str, linked: bool) -> None:
        """Arrange the views for these visits (those with a study)."""
        layout = layout_for([visit.name for visit in visits], choice)
        if layout is None:
            return
        manager = slicer.app.layoutManager()
        node = manager.layoutLogic().GetLayoutNode()
        xml = layout.xml(_orientation(visits[0]))
        if not node.IsLayoutDescription(layout.id):
            node.AddLayoutDescription(layout.id, xml)
        elif node.GetLayoutDescription(layout.id) != xml:
            node.SetLayoutDescription(layout.id, xml)
        if node.GetViewArrangement() != layout.id:
            if not self.in_use:
                # None was chosen yet right after the start.
                self._before = node.GetViewArrangement() or node.SlicerLayoutFourUpView
            manager.setLayout(layout.id)
        for name in layout.views():
            composite = manager.sliceWidget(name).mrmlSliceCompositeNode()
            if composite.GetLinkedControl() != linked:
                composite.SetLinkedControl(linked)
                composite.SetHotLinkedControl(linked)

    @property
    def in_use(self) -> bool:
        """Whether one of this module's layouts is shown."""
        node = slicer.app.layoutManager().layoutLogic().GetLayoutNode()
        return node.GetViewArrangement() in {layout.id for layout in LAYOUTS.values()}

    def leave(self) -> None:
        """Show the layout that was there before; 3D Slicer's own where a closed scene hid it."""
        if self.in_use:
            usual = slicer.vtkMRMLLayoutNode.SlicerLayoutFourUpView
            slicer.app.layoutManager().setLayout(usual if self._before is None else self._before)
        self._before = None
        scene, kind = slicer.mrmlScene, "vtkMRMLSegmentationNode"
        for i in range(scene.GetNumberOfNodesByClass(kind)):
            node = scene.GetNthNodeByClass(i, kind)
            if node.GetAttribute("SpineDCE.visit"):
                _show_in(node, [])

    def forget(self) -> None:
        """Turn and fit the views anew when they are filled next."""
        self._oriented.clear()

    # -- slice views ----------------------------------------------------------------------------

    def fill(self, visits: list[Any], *, step: str, quantity: str, opacity: float) -> bool:
        """Put each visit's volumes into its views: is another volume shown anywhere?

        Args:
            opacity: of the map over the T1 image, 0 to 1.
        """
        others = False
        for visit in visits:
            background, frame = visit.background, visit.frame
            chosen = visit.maps.get(quantity)
            middle, label = (frame, texts.FRAME_VIEW)
            if step not in _FRAME_STEPS and chosen is not None:
                middle, label = chosen, QUANTITIES[quantity].title
            labels = {"T1": texts.T1_VIEW, "map": label, "fused": texts.FUSED_VIEW}
            for slot, (under, over) in zip(
                SLOTS, ((background, None), (middle, None), (background, chosen)), strict=True
            ):
                widget = self.slice_widget(visit.name, slot)
                if widget is None:
                    continue
                others |= _compose(widget.mrmlSliceCompositeNode(), under, over, opacity)
                node, label = widget.mrmlSliceNode(), f"{visit.label}: {labels[slot]}"
                if node.GetLayoutLabel() != label:
                    node.SetLayoutLabel(label)
                self._orient(widget, visit)
            # The other visit's regions lie elsewhere in another patient position.
            widgets = [self.slice_widget(visit.name, slot) for slot in SLOTS]
            _show_in(visit.segmentation, [w.mrmlSliceNode().GetID() for w in widgets if w])
        return others

    def slice_widget(self, visit: str, slot: str) -> Any:
        """The widget of a slice view, or None where it is not in the layout."""
        manager, name = slicer.app.layoutManager(), view_name(visit, slot)
        return manager.sliceWidget(name) if name in manager.sliceViewNames() else None

    def _orient(self, widget: Any, visit: Any) -> None:
        """Turn a view to the acquired slices and fit it, once for each study."""
        node = widget.mrmlSliceNode()
        key = (visit.frame.GetID(), _grid_text(visit.frame))
        if self._oriented.get(node.GetName()) == key:
            return
        self._oriented[node.GetName()] = key
        orientation = _orientation(visit)
        if node.GetOrientation() != orientation:
            node.SetOrientation(orientation)
        node.RotateToVolumePlane(visit.frame)
        widget.fitSliceToBackground()
        bounds = np.zeros(6)
        visit.frame.GetRASBounds(bounds)
        node.JumpSliceByCentering(*bounds.reshape(3, 2).mean(axis=1))

    def jump(self, ras: Any) -> None:
        """Show the slices through a point, mm."""
        for name in slicer.app.layoutManager().sliceViewNames():
            if name.startswith("SpineDCE "):
                slicer.app.layoutManager().sliceWidget(name).mrmlSliceNode().JumpSliceByOffsetting(
                    *(float(v) for v in ras)
                )

    def shown_ras(self, visit: str) -> tuple[float, float, float] | None:
        """A point in the slice that a visit's map view shows."""
        widget = self.slice_widget(visit, "fused") or self.slice_widget(visit, "map")
        if widget is None:
            return None
        matrix = widget.mrmlSliceNode().GetSliceToRAS()
        x, y, z = (float(matrix.GetElement(row, 3)) for row in range(3))
        return x, y, z

    # -- plot views -----------------------------------------------------------------------------

    def plot(self, charts: dict[str, Any], *, step: str) -> None:
        """Show the charts that belong to a step."""
        for place, wanted in zip(PLOTS, _CHARTS[step], strict=True):
            node = self.plot_node(place)
            chart = next((charts[name] for name in wanted if name in charts), None)
            if node is not None:
                shown = None if chart is None else chart.GetID()
                if node.GetPlotChartNodeID() != shown:
                    node.SetPlotChartNodeID(shown)

    def fit_plots(self) -> None:
        """Let the axes hold what the curves are now."""
        for place in PLOTS:
            if (view := self.plot_view(place)) is not None:
                view.fitToContent()

    def plot_node(self, place: str) -> Any:
        """The view node of a plot view; None before it was shown."""
        return slicer.mrmlScene.GetSingletonNode(plot_name(place), "vtkMRMLPlotViewNode")

    def plot_view(self, place: str) -> Any:
        """The plot view itself; None where it is not in the layout."""
        manager, node = slicer.app.layoutManager(), self.plot_node(place)
        for i in range(manager.plotViewCount):
            widget = manager.plotWidget(i)
            if node is not None and widget.mrmlPlotViewNode() is node:
                return widget.plotView()
        return None


def _compose(composite: Any, under: Any, over: Any, opacity: float) -> bool:
    """Fill a composite node, touching it only where something differs: are the volumes others?"""
    ids = [None if node is None else node.GetID() for node in (under, over)]
    others = ids != [composite.GetBackgroundVolumeID(), composite.GetForegroundVolumeID()]
    changing = composite.StartModify()
    if composite.GetBackgroundVolumeID() != ids[0]:
        composite.SetBackgroundVolumeID(ids[0])
    if composite.GetForegroundVolumeID() != ids[1]:
        composite.SetForegroundVolumeID(ids[1])
    if composite.GetLabelVolumeID():
        composite.SetLabelVolumeID(None)
    if composite.GetForegroundOpacity() != opacity:
        composite.SetForegroundOpacity(opacity)
    composite.EndModify(changing)
    return others


def _orientation(visit: Any) -> str:
    """How the slices of a visit's dynamic series lie."""
    normal = geometry_of(visit.frame).direction[:, 2]
    return ("Sagittal", "Coronal", "Axial")[int(np.argmax(np.abs(normal)))]


def _grid_text(volume: Any) -> str:
    image = volume.GetImageData()
    return f"{image.GetDimensions()} {volume.GetOrigin()} {volume.GetSpacing()}"


def _show_in(segmentation: Any, views: list[str]) -> None:
    """Draw regions in these views only; in all of them for an empty list."""
    display = None if segmentation is None else segmentation.GetDisplayNode()
    if display is not None and list(display.GetViewNodeIDs()) != views:
        changing = display.StartModify()
        display.RemoveAllViewNodeIDs()
        for view in views:
            display.AddViewNodeID(view)
        display.EndModify(changing)
