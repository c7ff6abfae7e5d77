"""Drawing regions and rulers in the slice views."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
from SpineDCELib.errors import InputError
from SpineDCELib.measurement.region_growing import Grown, grow
from SpineDCELib.measurement.vertebral_body import propose_body
from SpineDCELib.mrml.region_nodes import add_ruler, fill_segments, ruler_nodes, rulers_in
from SpineDCELib.mrml.volume_nodes import array_of, values_on, voxel_of
from trame_slicer.segmentation import (
    SegmentationEffectDraw,
    SegmentationEffectErase,
    SegmentationEffectNoTool,
    SegmentationEffectPaint,
    SegmentationEffectScissors,
    SegmentationEffectThreshold,
    SegmentationOverwriteMode,
)
from trame_slicer.segmentation.paint_effect_parameters import BrushDiameterMode
from trame_slicer.segmentation.scissors_effect_parameters import (
    BrushInteractionMode,
    ScissorsEffectFillMode,
    ScissorsEffectRangeMode,
)
from trame_slicer.segmentation.segment_modifier import ModificationMode
from trame_slicer.utils import vtk_image_to_np

from SpineDCEWidget.shared.session import Session

#: Tool → effect of trame-slicer.
EFFECTS = {
    "look": SegmentationEffectNoTool,
    "paint": SegmentationEffectPaint,
    "erase": SegmentationEffectErase,
    "draw": SegmentationEffectDraw,
    "scissors": SegmentationEffectScissors,
    "threshold": SegmentationEffectThreshold,
    **dict.fromkeys(("ellipse", "polygon", "grow", "body"), SegmentationEffectNoTool),
}
#: Frames whose mean shows a vertebral body: before contrast agent in nearly every study.
_FIRST_FRAMES = 3
#: Smallest and largest diameter of the brush, mm.
BRUSH = (2.0, 40.0)


class Drawing:
    """Segment editor on the segmentation of one visit at a time.

    Args:
        app: trame-slicer's ``SlicerApp``. session: that the regions belong to.
        confine: called with a node and the name of the visit; shows it in the visit's views only.
        changed: called with the visit after its regions were changed, and with ``text`` if what was
            done has a name.
    """

    def __init__(
        self,
        app: Any,
        session: Session,
        *,
        confine: Callable[[Any, str], None],
        changed: Callable[..., object],
    ) -> None:
        self._app, self._editor, self._session = app, app.segmentation_editor, session
        self._changed, self._confine = changed, confine
        self.visit: Any = None
        self.tool = "look"
        self.role = ""
        self._wanted = ""  #: name of the region that was chosen last
        self._resting = "paint"  #: tool that is taken up again when its region is unlocked
        self.diameter = 8.0
        self._modifiers: dict[str, Any] = {}
        self._kept: list[Any] = []
        # The session's undo covers regions; a second history would contradict it.
        self._editor.set_undo_stack(None)
        self._editor.segmentation_modified.connect(self._on_modified)
        self._quiet = False

    # -- visit ----------------------------------------------------------------------------------

    def activate(self, visit: Any) -> None:
        """Draw in this visit from now on, with the same role and tool."""
        if visit is self.visit or visit is None:
            return
        tool, role, wanted = self.tool, self.role, self._wanted
        with self._quietly():
            self._edit(visit.segmentation, visit.frame)
            self.visit = visit
            self._editor.set_overwrite_mode(SegmentationOverwriteMode.ALLOW_OVERLAP)
            self.tool = "look"
            if role and tool == "look":  # its region is locked
                self.put_down()
            elif role:
                self._take_wanted(wanted, role, tool)

    def _edit(self, node: Any, frame: Any) -> None:
        """Let the editor work on a segmentation.

        trame-slicer's modifier of a segmentation observes the node as long as it lives, and VTK
        crashes when Python deletes an observer. So each modifier is created once and kept.
        """
        editor = self._editor
        known = self._modifiers.get(node.GetID())
        if known is None or known.segmentation.segmentation_node is not node:
            editor.set_active_segmentation(node, frame)
            self._modifiers[node.GetID()] = editor.active_segment_modifier
            self._kept.append(editor.active_segment_modifier)
            return
        editor.deactivate_effect()
        editor._active_modifier = known
        known.segmentation.set_active()
        editor.set_active_segment_id(editor.get_nth_segment_id(0))

    def release_closed(self) -> None:
        """Let the modifiers of studies that were closed hold no image and no region.

        An image of a study keeps its whole series in memory.
        """
        for modifier in self._kept:
            node = modifier.segmentation.segmentation_node
            if node.GetScene() is None:
                modifier.segmentation.volume_node = None
                with self._quietly():
                    node.GetSegmentation().RemoveAllSegments()

    def forget(self) -> None:
        """Put the tool down and forget the visit, because its study is replaced."""
        self.put_down()
        self.visit = None

    @property
    def segment(self) -> str:
        """ID of the segment that is drawn."""
        return str(self._editor.get_active_segment_id())

    @property
    def region(self) -> str:
        """Name of the selected region, which the tools change; "" if none is selected."""
        if self.visit is None or not self.role or not self.segment:
            return ""
        segment = self.visit.segmentation.GetSegmentation().GetSegment(self.segment)
        return "" if segment is None else str(segment.GetName())

    # -- tools ----------------------------------------------------------------------------------

    def take(self, role: str, tool: str = "paint", *, another: bool = False) -> None:
        """Arm a tool for the segment of a role; add a segment if there is none."""
        self._arm(role, self._session.segment_for(self.visit, role, another=another), tool)
        self._wanted = self.region

    def _take_wanted(self, name: str, role: str, tool: str) -> None:
        """Arm a tool for the region that was chosen last, also in a visit that lacked it.

        A visit that lacks it gets the region of its role; it is still the one that is wanted.
        """
        segments = self.visit.segmentation.GetSegmentation()
        identity = segments.GetSegmentIdBySegmentName(name)
        if identity and self.visit.state.roles.get(name) == role:
            self._arm(role, identity, tool)
        else:
            self._arm(role, self._session.segment_for(self.visit, role), tool)

    def take_region(self, name: str) -> None:
        """Arm the tool in use, or the brush, for the region of a name."""
        segments = self.visit.segmentation.GetSegmentation()
        identity = segments.GetSegmentIdBySegmentName(name)
        if identity:
            self._arm(self.visit.state.roles[name], identity, self.tool)
            self._wanted = name

    def _arm(self, role: str, segment: str, tool: str) -> None:
        self._editor.set_active_segment_id(segment)
        self.role = role
        self.use("paint" if tool == "look" else tool)

    def use(self, tool: str) -> None:
        """Switch the tool for the selected segment."""
        self.tool = tool
        self._editor.set_active_effect_type(EFFECTS[tool])
        if tool in ("paint", "erase"):
            effect = self._editor.active_effect
            effect.set_use_sphere_brush(False)
            effect.set_brush_diameter(self.diameter, BrushDiameterMode.Absolute)
            for node in self._brush_nodes():
                self._confine(node, self.visit.name)
        elif tool == "scissors":
            effect = self._editor.active_effect
            effect.set_range_mode(ScissorsEffectRangeMode.SYMMETRIC)
            effect.set_symmetric_distance(self._slice_thickness() * 0.9)
            effect.set_fill_mode(ScissorsEffectFillMode.ERASE_INSIDE)
            effect.set_brush_interaction_mode(BrushInteractionMode.CONTINUOUS)

    def follow_lock(self) -> None:
        """Put the tool down while the selected region is locked; take it up again afterwards."""
        locked = self.visit is not None and self.region in self.visit.state.locked
        if locked and self.tool != "look":
            self._resting = self.tool
            self.use("look")
        elif self.region and not locked and self.tool == "look":
            self.use(self._resting)

    def put_down(self) -> None:
        """Put the tool down; a click explains a voxel again."""
        self.role = ""
        self.tool = "look"
        self._editor.deactivate_effect()

    def set_diameter(self, millimetres: float) -> None:
        """Set the diameter of the brush, mm."""
        self.diameter = float(np.clip(millimetres, *BRUSH))
        if self.tool in ("paint", "erase"):
            self._editor.active_effect.set_brush_diameter(self.diameter, BrushDiameterMode.Absolute)

    def _brush_nodes(self) -> tuple[Any, Any]:
        """Return what shows the brush and the stroke at the mouse."""
        parameters = self._editor.active_effect._get_paint_parameters()
        return parameters.brush_model_node, parameters.paint_feedback_model_node

    def hide_brush(self) -> None:
        """Take the brush from the views, because the mouse has left them; it comes back with it."""
        if self.tool in ("paint", "erase"):
            for node in self._brush_nodes():
                node.SetDisplayVisibility(False)

    def _slice_thickness(self) -> float:
        return float(self.visit.analysis.study.dynamic.geometry.spacing[2])

    def under_brush(self) -> dict[str, np.ndarray] | None:
        """Return the regions as they will be after the present stroke; None without a stroke."""
        if self.tool not in ("paint", "erase") or not self.segment:
            return None
        pipelines = [known() for known in self._editor.active_effect.pipelines]
        widgets = [p.widget for p in pipelines if p is not None and p.widget is not None]
        painting = next((w for w in widgets if w.is_painting()), None)
        if painting is None:
            return None
        analysis = self.visit.analysis
        labelmap = self._editor.create_modifier_labelmap()
        self._editor.active_segment_modifier.paint_glyph_in_labelmap(
            painting.get_paint_glyph(), painting._paint_coordinates_world, labelmap
        )
        stroke = self._in_range(self._on_grid(labelmap) > 0)
        segment = self.visit.segmentation.GetSegmentation().GetSegment(self.segment)
        present = analysis.regions.get(segment.GetName(), np.zeros_like(stroke))
        new = present & ~stroke if self.tool == "erase" else present | stroke
        regions = {**analysis.regions, segment.GetName(): new}
        return {name: mask for name, mask in regions.items() if mask.any()}

    def rows(self, regions: dict[str, np.ndarray]) -> list[Any]:
        """Return the numbers of these regions."""
        roles: Any = {**dict.fromkeys(regions, self.role), **self.visit.analysis.roles}
        numbers: list[Any] = self.visit.region_numbers(regions, roles)
        return numbers

    # -- filling and copying --------------------------------------------------------------------

    def fill_between(self, low: float, high: float, index: int, image: np.ndarray) -> None:
        """Add the voxels of a slice whose value in an image lies between two limits.

        Raises:
            InputError: the region is locked.
        """
        self._check_lock()
        mask = np.zeros(image.shape, bool)
        mask[index] = (image[index] >= low) & (image[index] <= high)
        self._add(mask)

    def copy_slice(self, source: int, target: int) -> bool:
        """Copy the segment from one slice to another; return False if it is empty there.

        The whole outline is copied: a range of the signal limits painting, not copying.

        Raises:
            InputError: the region is locked.
        """
        self._check_lock()
        mask = self._mask()
        if not mask[source].any():
            return False
        new = np.zeros_like(mask)
        new[target] = mask[source]
        node = self._editor.editor_node
        limited = node.GetSourceVolumeIntensityMask()
        node.SetSourceVolumeIntensityMask(False)
        try:
            self._add(new)
        finally:
            node.SetSourceVolumeIntensityMask(limited)
        return True

    def _mask(self) -> np.ndarray:
        return self._on_grid(self._editor.get_segment_labelmap(self.segment)) > 0

    def _on_grid(self, labelmap: Any) -> np.ndarray:
        """Return the voxels of a labelmap on the grid of the series.

        The labelmap is larger than the grid if the segment is, for example beside the last slice.
        """
        i, _, j, _, k, _ = labelmap.GetExtent()
        slices, rows, columns = self.visit.analysis.study.dynamic.geometry.shape
        inside: np.ndarray = vtk_image_to_np(labelmap)[
            -k : slices - k, -j : rows - j, -i : columns - i
        ]
        return inside

    def _labelmap(self, mask: np.ndarray) -> Any:
        labelmap = self._editor.create_modifier_labelmap()
        self._on_grid(labelmap)[...] = mask
        labelmap.Modified()
        return labelmap

    def _in_range(self, mask: np.ndarray) -> np.ndarray:
        """Return the voxels of a mask that may be painted: those in the signal range, if any."""
        editor = self._editor.editor_node
        if not editor.GetSourceVolumeIntensityMask():
            return mask
        low, high = editor.GetSourceVolumeIntensityMaskRange()
        signal = array_of(self.visit.frame)
        inside: np.ndarray = mask & (signal >= low) & (signal <= high)
        return inside

    def _voxel(self, ras: tuple[float, float, float]) -> tuple[int, int, int]:
        """Return the voxel at a point.

        Raises:
            InputError: the point lies outside the images.
        """
        voxel = voxel_of(ras, self.visit.analysis.study.dynamic.geometry)
        if voxel is None:
            raise InputError("This point lies outside the images.", code="outside_images")
        return voxel

    def add_body(self, ras: tuple[float, float, float]) -> str:
        """Add the vertebral body around a point to the region that is drawn.

        Returns:
            Why it may not be the whole body, or more than it; "" if nothing is against it.

        Raises:
            InputError: the point lies outside the images, or no body stands out there; see
                :meth:`add` too.
        """
        dynamic = self.visit.analysis.study.dynamic
        first = dynamic.signal[:_FIRST_FRAMES].mean(axis=0)
        body = propose_body(first, dynamic.geometry, self._voxel(ras))
        self.add(body.mask)
        return body.doubt

    def grow(
        self, ras: tuple[float, float, float], node: Any, *, tolerance: float, distance: float
    ) -> Grown:
        """Add what is connected with a point and has a like value in a volume; return it.

        Args:
            node: volume of the visit. tolerance: fraction of the value. distance: mm.

        Raises:
            InputError: the point lies outside the images, or the volume has no value there; see
                :meth:`add` too.
        """
        geometry = self.visit.analysis.study.dynamic.geometry
        grown = grow(
            values_on(node, geometry), geometry, self._voxel(ras),
            tolerance=tolerance, distance=distance,
        )  # fmt: skip
        self.add(grown.mask)
        return grown

    def add(self, mask: np.ndarray) -> None:
        """Add voxels to the region that is drawn, within the signal range if there is one.

        Raises:
            InputError: the region is locked, or no voxel lies in it or in the range.
        """
        self._check_lock()
        if not mask.any():
            raise InputError(
                "It holds the centre of no voxel. Draw it larger.", code="no_voxel_inside"
            )
        if not self._in_range(mask).any():
            raise InputError(
                "No voxel there lies in the signal range of the frame.", code="none_in_range"
            )
        self._add(mask)

    def change(self, text: str, apply: Callable[[np.ndarray, Any], np.ndarray]) -> None:
        """Replace the region that is drawn by what a function makes of it and the grid.

        Args:
            text: what undo calls it.

        Raises:
            InputError: the region is locked, or cannot be changed so.
        """
        self._check_lock()
        self.replace(apply(self._mask(), self.visit.analysis.study.dynamic.geometry), text)

    def _check_lock(self) -> None:
        if self.region in self.visit.state.locked:
            raise InputError(
                f"{self.region}: unlock it in the list of regions first.", code="region_locked"
            )

    def _add(self, mask: np.ndarray) -> None:
        self._editor.active_segment_modifier.apply_labelmap(
            self._labelmap(mask), modification_mode=ModificationMode.Add
        )

    def replace(self, mask: np.ndarray, text: str = "") -> None:
        """Let the voxels of a mask be the region that is drawn.

        Args:
            text: what undo calls it; if "", it is found from the change.

        Raises:
            InputError: the region is locked.
        """
        self._check_lock()
        with self._quietly():
            fill_segments(
                self.visit.segmentation, {self.region: mask},
                self.visit.analysis.study.dynamic.geometry, roles={},
            )  # fmt: skip
        self._changed(self.visit, text=text)

    def load(self, masks: dict[str, np.ndarray], roles: Mapping[str, str]) -> dict[str, str]:
        """Add regions; see :meth:`Session.load_regions`."""
        with self._quietly():
            return self._session.load_regions(self.visit, masks, roles)

    @contextmanager
    def _quietly(self) -> Iterator[None]:
        """Leave it to the caller to tell of changes."""
        self._quiet = True
        try:
            yield
        finally:
            self._quiet = False

    def remove(self, segment: str) -> None:
        """Remove a segment, and put the tool down.

        Raises:
            InputError: the region is locked.
        """
        self._check_lock()
        self._editor.remove_segment(segment)
        self.put_down()  # the editor has selected another one, which nobody chose

    def _on_modified(self) -> None:
        # While visits are swapped, the one that is drawn in has no study for a moment.
        if not self._quiet and self.visit is not None and self.visit.analysis is not None:
            self._changed(self.visit)

    def follow_undo(self) -> None:
        """Put the tool down after an undo that removed the selected segment, or locked it."""
        if self.visit is None or not self.role:
            return
        ids = self.visit.segmentation.GetSegmentation()
        if not self.segment or ids.GetSegment(self.segment) is None:
            self.put_down()
        self.follow_lock()

    # -- rulers ---------------------------------------------------------------------------------

    def place_ruler(self) -> None:
        """Add a ruler whose two ends the user clicks."""
        self.put_down()
        self.remove_unfinished_rulers()
        line = add_ruler(self.visit.nodes)
        self._confine(line, self.visit.name)
        self._app.markups_logic.place_node(line, persistent=False)

    def begin_ruler(self, ras: tuple[float, float, float]) -> None:
        """Let the first end of the unfinished ruler be at a RAS point, mm."""
        for line in self._unfinished():
            if not line.GetNumberOfControlPoints():
                line.AddControlPointWorld(ras)
            # The point that followed the mouse; another one follows it from now on.
            line.SetNthControlPointPositionWorld(0, ras)

    @property
    def ends_placed(self) -> int:
        """Number of ends that the unfinished ruler of the visit has; 0 without one."""
        counts = (line.GetNumberOfDefinedControlPoints() for line in self._unfinished())
        return max(counts, default=0)

    def _unfinished(self) -> list[Any]:
        lines = ruler_nodes(self.visit.nodes) if self.visit is not None else ()
        return [line for line in lines if line.GetNumberOfDefinedControlPoints() < 2]

    def move_ruler_to(self, visit: Any) -> None:
        """Place the ruler that waits for its first click in another visit."""
        waiting = self._unfinished()
        if waiting and not self.ends_placed:
            self.activate(visit)
            waiting[0].SetAttribute("SpineDCE.visit", visit.name)
            self._confine(waiting[0], visit.name)

    def stop_placing_ruler(self) -> bool:
        """Stop waiting for the clicks of a ruler; return whether one had its first end."""
        self._app.markups_logic.disable_place_mode()
        return self.remove_unfinished_rulers()

    def remove_unfinished_rulers(self) -> bool:
        """Remove rulers without both ends; return whether one had its first end."""
        begun = self.ends_placed > 0
        for line in self._unfinished():
            self._app.scene.RemoveNode(line)
        return begun

    def remove_rulers(self) -> None:
        """Remove all rulers of the visit."""
        for line in ruler_nodes(self.visit.nodes):
            self._app.scene.RemoveNode(line)

    def lengths(self) -> list[float]:
        """Return the lengths of the visit's rulers, mm."""
        return [
            float(np.linalg.norm(np.subtract(r.end, r.start))) for r in rulers_in(self.visit.nodes)
        ]
