"""Slice and plot views: layout, orientation, and the volumes and charts in them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any

import numpy as np
import qt
import slicer
from SpineDCELib.mrml.chart_nodes import IN_USE
from SpineDCELib.mrml.scene_turns import take_turn
from SpineDCELib.mrml.visit_nodes import is_of_a_visit
from SpineDCELib.mrml.volume_nodes import geometry_of
from SpineDCELib.vocabulary.quantities import QUANTITIES

from SpineDCEWidget.desktop import desktop_wording as texts
from SpineDCEWidget.desktop.view_fields import ViewFields
from SpineDCEWidget.desktop.view_layouts import (
    LAYOUTS,
    PLOTS,
    SLOTS,
    WIDE,
    Layout,
    layout_for,
    plot_name,
    view_name,
)
from SpineDCEWidget.shared.frame_subtraction import USE as SUBTRACTION
from SpineDCEWidget.shared.session import SHOWN_VISITS as ROWS
from SpineDCEWidget.shared.session import Session
from SpineDCEWidget.shared.shown_series import USE
from SpineDCEWidget.shared.slice_nodes import confine
from SpineDCEWidget.shared.visual_checks import MOTION, OFF, OVERLAID, OVERLAY, checked_volumes
from SpineDCEWidget.shared.wording import translated

#: Step → charts of the left and the right plot view, in order of preference.
_CHARTS = {
    "study": (("aif",), ("evidence.Residual",)),
    "arteries": (("candidates", "aif"), ("evidence.Residual",)),
    "regions": (("regions",), ("aif",)),
    "maps": (("voxel", "regions"), ("regions", "aif")),
    "result": (("regions",), ("evidence.Normalised Vp", "evidence.Residual")),
}
#: Time after which a new chart is drawn in any case, ms.
_SETTLED = 300
#: Steps whose middle view shows the dynamic frame instead of the map.
_FRAME_STEPS = ("study", "arteries", "regions")


class Views:
    """Views of the module in 3D Slicer's layout.

    Creates view nodes only, which stay in the scene like those of 3D Slicer's own layouts.

    Args:
        session: returns the session, which says which visit each row shows.
    """

    def __init__(self, session: Callable[[], Session]) -> None:
        self._session = session
        #: Place of a plot view → chart and ranges of its curves, to which the axes were fitted.
        self._plotted: dict[str, Any] = {}
        self._previous_layout: int | None = None  # the layout when the module was opened
        self._arranged: int | None = None  # the layout that the module chose last
        self._oriented: dict[str, tuple[str, str]] = {}
        self._held = False  # the views are drawn when they have their sizes
        self.fields = ViewFields()

    # -- layout ---------------------------------------------------------------------------------

    def show(self, visits: list[Any], *, choice: str, linked: bool) -> None:
        """Arrange the views for these visits, which have a study."""
        layout = self._layout(visits, choice)
        if layout is None:
            return
        if self._arrange(layout, layout.xml(_orientation(visits[0]))):
            self._even_out(layout)
        for name in layout.views():
            widget = slicer.app.layoutManager().sliceWidget(name)
            if widget is None:
                continue
            composite = widget.mrmlSliceCompositeNode()
            if composite.GetLinkedControl() != linked:
                composite.SetLinkedControl(linked)
                composite.SetHotLinkedControl(linked)

    def lacks(self, visits: list[Any], *, choice: str) -> bool:
        """Return whether several views have to be created before these visits can be shown."""
        layout = self._layout(visits, choice)
        if layout is None:
            return False
        slices = set(layout.views()) - {*slicer.app.layoutManager().sliceViewNames()}
        plots = [place for place in PLOTS if layout.curves and self.plot_node(place) is None]
        return len(slices) + len(plots) > 1

    def create(self, visits: list[Any], fill: Callable[[], Any], *, choice: str) -> None:
        """Create the views of these visits one after the other, so that the window answers.

        Creating a view takes 3D Slicer long, and so does drawing it for the first time.

        Args:
            fill: shows the volumes in the views that are there.
        """
        layout = self._layout(visits, choice)
        if layout is None:
            return
        for count in range(1, layout.count + 1):
            with self.drawn_once():
                self._arrange(layout, layout.xml(_orientation(visits[0]), count))
                fill()
                if count == layout.count:
                    self._even_out(layout)
            take_turn()

    def _layout(self, visits: list[Any], choice: str) -> Layout | None:
        return layout_for([self._session().row_of(visit.name) for visit in visits], choice)

    def _arrange(self, layout: Layout, xml: str) -> bool:
        """Show a layout with this description, unless it is shown or the user chose another.

        Returns:
            Whether the views were arranged.
        """
        manager = slicer.app.layoutManager()
        node = manager.layoutLogic().GetLayoutNode()
        known = node.IsLayoutDescription(layout.id)
        if self._arranged == layout.id and known and node.GetLayoutDescription(layout.id) == xml:
            return False
        self._draw_after_layout()
        changing = node.StartModify()  # each change would arrange the views again
        try:
            if not known:
                node.AddLayoutDescription(layout.id, xml)
            elif node.GetLayoutDescription(layout.id) != xml:
                node.SetLayoutDescription(layout.id, xml)
            # A layout that the user chose since then stays.
            if self._arranged != layout.id:
                self._arranged = layout.id
                if not self.in_use:
                    # Right after the start of 3D Slicer no layout has been chosen.
                    self._previous_layout = node.GetViewArrangement() or node.SlicerLayoutFourUpView
                manager.setLayout(layout.id)
                # A 3D Slicer without the module does not know this layout, and would show no view.
                node.SetSaveWithScene(False)
        finally:
            node.EndModify(changing)
        return True

    def _even_out(self, layout: Layout) -> None:
        """Give the views of a row the same width, and the rows their heights.

        A view that was created after the others of its row would have less room than they.
        """
        for splitter in slicer.util.findChildren(
            slicer.app.layoutManager().viewport(), className="QSplitter"
        ):
            upright = splitter.orientation == qt.Qt.Vertical
            splitter.setSizes(layout.heights if upright else splitter.count() * [WIDE])

    def _draw_after_layout(self) -> None:
        """Draw the views once after they have got their new sizes, which Qt gives them later."""
        if not self._held:
            self._held = True
            slicer.app.pauseRender()
            qt.QTimer.singleShot(0, self._draw)

    def _draw(self) -> None:
        if self._held:
            self._held = False
            slicer.app.resumeRender()

    @property
    def in_use(self) -> bool:
        """Return whether one of the module's layouts is shown."""
        node = slicer.app.layoutManager().layoutLogic().GetLayoutNode()
        return node.GetViewArrangement() in {layout.id for layout in LAYOUTS.values()}

    def restore_layout(self) -> None:
        """Restore the layout that was shown before the module was opened."""
        self._arranged = None
        node = slicer.app.layoutManager().layoutLogic().GetLayoutNode()
        if self.in_use:
            self._draw_after_layout()
        changing = node.StartModify()
        node.SetSaveWithScene(True)
        if self.in_use:
            usual = slicer.vtkMRMLLayoutNode.SlicerLayoutFourUpView
            slicer.app.layoutManager().setLayout(
                usual if self._previous_layout is None else self._previous_layout
            )
        node.EndModify(changing)
        self._previous_layout = None
        scene, kind = slicer.mrmlScene, "vtkMRMLSegmentationDisplayNode"
        for i in range(scene.GetNumberOfNodesByClass(kind)):
            display = scene.GetNthNodeByClass(i, kind)
            if is_of_a_visit(display):
                display.RemoveAllViewNodeIDs()  # the other layouts show it

    def drawn_once(self) -> AbstractContextManager[None]:
        """Draw the views once after the changes that are made inside, not after each of them.

        3D Slicer draws all views at once where it moves one for longer than a sixtieth of a second.
        """
        return slicer.util.RenderBlocker()

    def reset_orientations(self) -> None:
        """Let :meth:`show` arrange and :meth:`fill` rotate and fit all views again."""
        self._oriented.clear()
        self._arranged = None

    # -- slice views ----------------------------------------------------------------------------

    def fill(
        self,
        visits: list[Any],
        *,
        step: str,
        quantity: str,
        opacity: float,
        frames: bool = False,
        series: str = "",
        checks: Any = None,
    ) -> bool:
        """Show the volumes of each visit in its views; return whether any view changed its volume.

        Args:
            opacity: of the map over the T1 image, 0 to 1.
            frames: the middle view shows the dynamic frame in every step.
            series: title of another series of the studies, in the place of the T1 image.
            checks: check by eye and subtraction, if any is shown.
        """
        changed = False
        check, turn = (OFF, 0) if checks is None else (checks.check, checks.turn)
        frames |= check == MOTION
        for visit in visits:
            other, frame = visit.nodes.get(USE + series) if series else None, visit.frame
            background = other or visit.background
            chosen = visit.maps.get(quantity)
            middle, label = (frame, texts.FRAME_VIEW)
            if step not in _FRAME_STEPS and chosen is not None and not frames:
                middle, label = chosen, translated(QUANTITIES[quantity].title)
            contents = {"T1": "T1", "map": "frame" if middle is frame else ""}
            difference = visit.nodes.get(SUBTRACTION)
            if checks is not None and checks.subtracts and difference is not None:
                middle, label = difference, texts.SUBTRACTION_VIEW
                contents["map"] = ""
            own = texts.NO_T1_VIEW if visit.anatomy is None else texts.T1_VIEW
            first = series if other is not None else own
            fused = texts.FUSED_VIEW
            if chosen is not None and not visit.is_current:
                fused = texts.OUTDATED.format(image=fused)
                label = texts.OUTDATED.format(image=label) if middle is chosen else label
            labels = {"T1": first, "map": label, "fused": fused}
            for slot, (under, over) in zip(
                SLOTS, ((background, None), (middle, None), (background, chosen)), strict=True
            ):
                widget = self.slice_widget(visit.name, slot)
                if widget is None:
                    continue
                checked = checked_volumes(visit, contents.get(slot, ""), check, turn)
                of_slot = opacity
                if checked is not None:
                    under, over = checked
                    of_slot = OVERLAID if check == OVERLAY else 1.0
                changed |= _compose(widget.mrmlSliceCompositeNode(), under, over, of_slot)
                node, label = widget.mrmlSliceNode(), f"{visit.shown_label}: {labels[slot]}"
                if node.GetLayoutLabel() != label:
                    node.SetLayoutLabel(label)
                    _show_whole_label(widget)
                self._orient(widget, visit)
        self.confine_regions()
        return changed

    def confine_regions(self) -> None:
        """Show regions, doses and vessels in the views of their own visit only.

        Another visit's would be misplaced, because the patient lay differently.
        """
        for visit in self._session().visits:
            widgets = [self.slice_widget(visit.name, slot) for slot in SLOTS]
            views = [widget.mrmlSliceNode().GetID() for widget in widgets if widget]
            for node in (visit.segmentation, visit.isodoses, visit.vessels):
                confine(node, views)

    def slice_widget(self, visit: str, slot: str) -> Any:
        """Return the widget of a slice view; None if it is not in the layout."""
        row = self._session().row_of(visit)
        manager, name = slicer.app.layoutManager(), view_name(row, slot)
        return manager.sliceWidget(name) if name in manager.sliceViewNames() else None

    def _orient(self, widget: Any, visit: Any) -> None:
        """Rotate a view to the acquired slices and fit it, once for each study."""
        node = widget.mrmlSliceNode()
        key = (visit.frame.GetID(), _grid_text(visit.frame))
        if self._oriented.get(node.GetName()) == key:
            return
        self._oriented[node.GetName()] = key
        orientation = _orientation(visit)
        changing = node.StartModify()  # each change would draw the view again
        if node.GetOrientation() != orientation:
            node.SetOrientation(orientation)
        node.RotateToVolumePlane(visit.frame)
        widget.fitSliceToBackground()
        area = [0.0, 0.0, 0.0]
        widget.sliceLogic().GetBackgroundSliceDimensions(area, [0.0, 0.0, 0.0])
        self.fields.fit(node, area)
        bounds = np.zeros(6)
        visit.frame.GetRASBounds(bounds)
        node.JumpSliceByCentering(*bounds.reshape(3, 2).mean(axis=1))
        node.EndModify(changing)

    def jump(self, visit: str, ras: Any) -> None:
        """Show the slices of a visit through a RAS point, mm."""
        with self.drawn_once():
            for slot in SLOTS:
                if (widget := self.slice_widget(visit, slot)) is not None:
                    widget.mrmlSliceNode().JumpSliceByOffsetting(*(float(v) for v in ras))

    def visit_at_cursor(self) -> str | None:
        """Return the visit whose view is under the mouse; None if none is."""
        crosshair = slicer.mrmlScene.GetFirstNodeByClass("vtkMRMLCrosshairNode")
        node = None if crosshair is None else crosshair.GetCursorPositionXYZ([0.0, 0.0, 0.0])
        rows = {view_name(row, slot): row for row in ROWS for slot in SLOTS}
        row = None if node is None else rows.get(node.GetName())
        return None if row is None else self._session().in_row(row).name

    def shown_ras(self, visit: str) -> tuple[float, float, float] | None:
        """Return a RAS point, mm, in the slice that the views of a visit show."""
        widget = self.slice_widget(visit, "fused") or self.slice_widget(visit, "map")
        if widget is None:
            return None
        matrix = widget.mrmlSliceNode().GetSliceToRAS()
        x, y, z = (float(matrix.GetElement(row, 3)) for row in range(3))
        return x, y, z

    # -- plot views -----------------------------------------------------------------------------

    def plot(self, visit: Any, *, step: str, trend: Sequence[Any] = ()) -> None:
        """Show the charts of a step, with the name of their visit.

        Args:
            trend: charts of the course that take their place.
        """
        charts = visit.charts
        if visit.problem:  # the others are of an earlier AIF, and none is in use now
            searched = visit.settings.aif.source == "auto"
            charts = {n: chart for n, chart in charts.items() if searched and n == "candidates"}
        about = texts.COURSE if trend else visit.shown_label
        for number, (place, wanted) in enumerate(zip(PLOTS, _CHARTS[step], strict=True)):
            node = self.plot_node(place)
            name = next((name for name in wanted if name in charts), wanted[0])
            chart = charts.get(name)
            content = texts.SHIFT if name.startswith("evidence.") else texts.CURVES
            if trend:
                chart, content = trend[number], texts.CURVES
            if node is not None:
                if not trend and visit.is_chart_outdated(name):
                    content = texts.OUTDATED.format(image=content)
                elif chart is None or not chart.GetNumberOfPlotSeriesNodes():
                    content = texts.NO_CURVES
                label = f"{about}: {content}"
                if node.GetLayoutLabel() != label:
                    node.SetLayoutLabel(label)
                shown = None if chart is None else chart.GetID()
                other = node.GetPlotChartNodeID() != shown
                if chart is not None:
                    _translate_titles(chart)
                if other:
                    node.SetPlotChartNodeID(shown)
                    # A view that is busy can miss that it has another chart.
                    qt.QTimer.singleShot(_SETTLED, self._update_plots)
                self._fit_new_curves(place, chart)
                if other and (view := self.plot_view(place)) is not None:
                    # Together with its new name: 3D Slicer draws it when it has time.
                    view.scene().GetRenderer().GetRenderWindow().Render()

    def _update_plots(self) -> None:
        for place in PLOTS:
            if (node := self.plot_node(place)) is not None:
                node.Modified()

    def _fit_new_curves(self, place: str, chart: Any) -> None:
        """Fit the axes of a plot view if its curves are others than before."""
        # 3D Slicer fits them to a new chart, and not to other curves in the same one.
        content = None if chart is None else (chart.GetID(), *_extent(chart))
        if content != self._plotted.get(place):
            self._plotted[place] = content
            self._fit(place, chart)

    def fit_plots(self) -> None:
        """Fit the axes to the curves."""
        for place in PLOTS:
            node = self.plot_node(place)
            self._fit(place, None if node is None else node.GetPlotChartNode())

    def _fit(self, place: str, chart: Any) -> None:
        view = self.plot_view(place)
        if chart is not None and view is not None:
            view.fitToContent()
            if not chart.GetXAxisRangeAuto():
                chart.Modified()  # its own range holds

    def plot_node(self, place: str) -> Any:
        """Return the node of a plot view; None if it has not been shown yet."""
        return slicer.mrmlScene.GetSingletonNode(plot_name(place), "vtkMRMLPlotViewNode")

    def plot_view(self, place: str) -> Any:
        """Return a plot view; None if it is not in the layout."""
        manager, node = slicer.app.layoutManager(), self.plot_node(place)
        for i in range(manager.plotViewCount):
            widget = manager.plotWidget(i)
            if node is not None and widget.mrmlPlotViewNode() is node:
                return widget.plotView()
        return None


def _extent(chart: Any) -> list[tuple[float, ...]]:
    """Return the ranges of the columns of a chart's table."""
    series = chart.GetNthPlotSeriesNode(0) if chart.GetNumberOfPlotSeriesNodes() else None
    node = None if series is None else series.GetTableNode()
    table = None if node is None else node.GetTable()
    if table is None:
        return []
    return [
        table.GetColumn(i).GetRange()
        for i in range(table.GetNumberOfColumns())
        if IN_USE not in table.GetColumnName(i)
    ]


def _compose(composite: Any, under: Any, over: Any, opacity: float) -> bool:
    """Set the volumes of a view where they differ; return whether they did."""
    ids = [None if node is None else node.GetID() for node in (under, over)]
    changed = ids != [composite.GetBackgroundVolumeID(), composite.GetForegroundVolumeID()]
    changing = composite.StartModify()
    if composite.GetBackgroundVolumeID() != ids[0]:
        composite.SetBackgroundVolumeID(ids[0])
    if composite.GetForegroundVolumeID() != ids[1]:
        composite.SetForegroundVolumeID(ids[1])
    if composite.GetLabelVolumeID():
        composite.SetLabelVolumeID(None)
    composite.EndModify(changing)
    if composite.GetForegroundOpacity() != opacity:
        # Linked views share the opacity; those of one visit may differ here.
        linked = composite.GetLinkedControl()
        composite.SetLinkedControl(False)
        composite.SetForegroundOpacity(opacity)
        composite.SetLinkedControl(linked)
    return changed


def _translate_titles(chart: Any) -> None:
    """Show the titles of a chart and its axes in the language of 3D Slicer."""
    for title in ("Title", "XAxisTitle", "YAxisTitle"):
        text = getattr(chart, f"Get{title}")()
        if text and translated(text) != text:
            getattr(chart, f"Set{title}")(translated(text))


def _orientation(visit: Any) -> str:
    """Return the name of the orientation of a visit's dynamic slices."""
    normal = geometry_of(visit.frame).direction[:, 2]
    return ("Sagittal", "Coronal", "Axial")[int(np.argmax(np.abs(normal)))]


def _show_whole_label(widget: Any) -> None:
    """Give the name of a view the room that it needs; 3D Slicer's own have one letter.

    The position in mm gives way to it, or the window would not fit a small screen.
    """
    for label in slicer.util.findChildren(widget, name="ViewLabel"):
        label.setMinimumWidth(label.sizeHint.width())
    for slider in slicer.util.findChildren(widget, name="SliceOffsetSlider"):
        slider.spinBoxVisible = False
        slider.setSizePolicy(qt.QSizePolicy.Preferred, qt.QSizePolicy.Preferred)


def _grid_text(volume: Any) -> str:
    image = volume.GetImageData()
    return f"{image.GetDimensions()} {volume.GetOrigin()} {volume.GetSpacing()}"
