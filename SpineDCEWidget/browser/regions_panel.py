"""Step 3: lesion, reference vertebra, aorta and exclusions, drawn with numbers beside them."""

from __future__ import annotations

import asyncio
import shutil
import time
from pathlib import Path
from typing import Any

import numpy as np
from SpineDCELib.errors import InputError
from SpineDCELib.measurement import Role
from SpineDCELib.mrml.region_nodes import rulers_in
from SpineDCELib.mrml.volume_nodes import array_of
from SpineDCELib.run.inputs import roles_of
from SpineDCELib.series import Geometry, read_segmentation
from trame.widgets import html
from trame.widgets import vuetify3 as v3

from SpineDCEWidget.browser.disabled_reasons import NO_ROLE, NO_STUDY, unless
from SpineDCEWidget.browser.drawing import BRUSH
from SpineDCEWidget.browser.plotly_figures import ROLE_COLOURS
from SpineDCEWidget.browser.threshold_preview import Preview
from SpineDCEWidget.shared import formatting as shown
from SpineDCEWidget.shared.wording import ROLE_HINTS, ROLES

_TOOLS = {
    "paint": ("mdi-brush", "Paint ([ and ] change the brush)"),
    "erase": ("mdi-eraser", "Erase"),
    "draw": ("mdi-draw", "Draw an outline"),
    "scissors": ("mdi-content-cut", "Cut away what lies inside an outline, in this slice"),
}


#: How often the numbers follow a stroke, s, and what they may cost, s.
_LIVE, _CHEAP = 0.15, 0.03


def _read(path: Path, geometry: Geometry) -> tuple[dict[str, np.ndarray], dict[str, Role]]:
    """The regions of a file that hold a voxel, and what they are for."""
    try:
        found = read_segmentation(path)
        placed = found.on(geometry)
    except InputError as error:
        # The user knows it by its name only.
        raise InputError(
            str(error).replace(str(path), path.name),
            code=error.code,
            about=path.name,
            fields=error.fields,
        ) from None
    masks = {name: mask for name, mask in placed.items() if mask.any()}
    if not masks:
        raise InputError(
            f"{path.name} holds no voxel of the dynamic series.",
            code="regions_outside", about=path.name,
        )  # fmt: skip
    roles = roles_of(found)
    return masks, {name: roles[name] for name in masks}


class RegionsPanel:
    """Four buttons that take up the brush at once; everything drawn can be undone."""

    def __init__(self, station: Any) -> None:
        self._station = station
        self._placed: asyncio.Task[None] | None = None
        self._brush: asyncio.Task[None] | None = None
        self._preview = Preview(station.app, station.views)
        station.state.update(
            {
                "role": "", "tool": "look", "brush": 8.0, "can_undo": False, "can_redo": False,
                "region_numbers": {}, "rulers": [], "only_between": False,
                "between": [0, 1], "signal_range": [0, 1], "placing": False,
            }
        )  # fmt: skip
        for name, action in {
            "brush": lambda: station.drawing.set_diameter(station.state.brush),
            "only_between": self._limits_moved, "between": self._limits_moved,
            "frame": self._follow_preview,
        }.items():  # fmt: skip
            station.state.change(name)(lambda action=action, **_: action())

    @property
    def placing(self) -> bool:
        """Whether a ruler waits for its clicks."""
        return bool(self._station.state.placing)

    @property
    def _drawing(self) -> Any:
        return self._station.drawing

    # -- tools ------------------------------------------------------------------------------------

    def arm(self, role: str) -> None:
        """Take the brush for a role, or put it down if it is in hand."""
        visit = self._station.visit
        if visit is None:
            return
        self._drawing.activate(visit)
        if self._drawing.role == role and self._drawing.tool != "look":
            self._drawing.put_down()
        else:
            self._drawing.stop_placing()
            self._drawing.take(role)
            self._limit()
            self._watch_brush()
        self.refresh()

    def another(self) -> None:
        """One more region of the role in hand, as with two lesions."""
        if self._drawing.role:
            self._drawing.take(self._drawing.role, self._drawing.tool, another=True)
            self.refresh()

    def use(self, tool: str) -> None:
        if self._drawing.role:
            self._drawing.use(tool)
            self._station.state.tool = tool

    def change_brush(self, factor: float) -> None:
        self._station.state.brush = round(
            float(np.clip(self._drawing.diameter * factor, *BRUSH)), 1
        )

    def _limit(self) -> None:
        """Paint only where the frame's signal lies between two values."""
        state, node = self._station.state, self._station.app.segmentation_editor.editor_node
        node.SetSourceVolumeIntensityMask(bool(state.only_between))
        node.SetSourceVolumeIntensityMaskRange(*(float(v) for v in state.between))

    def _limits_moved(self) -> None:
        self._limit()
        self._show_preview()

    def _show_preview(self) -> None:
        """What the two values take, until something is drawn or the tool is put down."""
        state, visit = self._station.state, self._drawing.visit
        if state.only_between and self._drawing.role and visit is not None:
            self._preview.show(visit, *(float(v) for v in state.between))
        else:
            self._preview.clear()

    def _follow_preview(self) -> None:
        """Of the frame that is shown and in the visit that is drawn in now, or not at all."""
        if self._preview.shown:
            self._show_preview()

    def drawn(self) -> None:
        """A region was changed: its numbers, and nothing over what was drawn."""
        self._preview.clear()
        self.show_rows()

    def _watch_brush(self) -> None:
        if self._brush is None or self._brush.done():
            self._brush = asyncio.get_running_loop().create_task(self._follow_brush())

    async def _follow_brush(self) -> None:
        """While a tool is in hand: numbers and curves of a stroke before it is finished.

        Not from its first moment on, when its pixels are waited for, nor where they take long.
        """
        began, cost = False, 0.0
        while self._drawing.role:
            await asyncio.sleep(_LIVE)
            start = time.perf_counter()
            regions = None if self._station.jobs.running else self._drawing.under_brush()
            if regions is None:
                began, cost = False, 0.0
            elif began and cost < _CHEAP:
                rows = self._drawing.rows(regions)
                with self._station.state:
                    self._station.charts.show_main(rows)
                    self.show_rows()
                cost = time.perf_counter() - start
            else:
                began = True

    def fill(self) -> None:
        """Add every voxel of the slice between the two values to the region."""
        visit = self._drawing.visit
        if visit is not None and self._drawing.role:
            low, high = self._station.state.between
            slice_index = self._station.views.slice_index(visit.name)
            self._drawing.fill_between(low, high, slice_index, array_of(visit.frame))

    def copy(self, step: int) -> None:
        """Copy the region to the next or previous slice, and go there."""
        visit = self._drawing.visit
        if visit is None or not self._drawing.role:
            return
        slice_index = self._station.views.slice_index(visit.name)
        target = slice_index + int(step)
        if not 0 <= target < visit.analysis.study.dynamic.geometry.shape[0]:
            self._station.fail("There is no further slice.")
        elif not self._drawing.copy_slice(slice_index, target):
            self._station.fail("The region has no voxel in this slice to copy.")
        else:
            self._station.views.go_to_slice(target, visit.name)

    def remove(self) -> None:
        if self._drawing.role and self._drawing.segment:
            self._drawing.remove(self._drawing.segment)
            self.refresh()

    # -- from a file ------------------------------------------------------------------------------

    def uploaded(self, folder: Path) -> None:
        """A file with regions has come."""
        with self._station.state as state:
            state.uploading = ""
        self._station.begin(self.load)(folder)

    async def load(self, folder: Path) -> None:
        """Take the regions of the file in a folder into the visit; the folder goes.

        A single one that says of itself no more than that it is a region becomes what is in hand.
        """
        station, visit, drawing = self._station, self._station.visit, self._drawing
        if visit is None:
            station.fail("Open a study first, then load the regions that are drawn on it.")
            return
        geometry = visit.analysis.study.dynamic.geometry
        (path,) = (path for path in folder.rglob("*") if path.is_file())
        done, found = await station.jobs.run(
            "Loading regions", lambda _progress: _read(path, geometry)
        )
        shutil.rmtree(folder, ignore_errors=True)
        if not done:
            return
        masks, roles = found
        drawing.activate(visit)
        if drawing.role and list(roles.values()) == ["other"]:
            (mask,) = masks.values()
            segment = visit.segmentation.GetSegmentation().GetSegment(drawing.segment)
            masks, roles = {segment.GetName(): mask}, {segment.GetName(): drawing.role}
        drawing.load(masks, roles)
        areas = next(iter(masks.values())).sum((1, 2))
        station.views.go_to_slice(int(areas.argmax()), visit.name)
        said = f"Loaded into the {visit.name} visit: {', '.join(masks)}. Undo removes them again."
        if unknown := [name for name in masks if roles[name] == "other"]:
            said += (
                f" The purpose of {', '.join(unknown)} is not known: name it lesion, reference, "
                "aorta or exclusion, or load it alone with that region's brush in hand."
            )
        station.tell(said)
        self.refresh()

    # -- rulers -----------------------------------------------------------------------------------

    def ruler(self) -> None:
        """Place a diameter of the lesion with two clicks."""
        visit = self._station.visit
        if visit is None:
            return
        self._drawing.activate(visit)
        self._drawing.place_ruler()
        self._station.state.placing = True
        self._station.tell("Click both ends of the lesion's diameter.")
        self._placed = asyncio.get_running_loop().create_task(self._wait_for_ruler(visit))
        self.refresh()

    async def _wait_for_ruler(self, visit: Any) -> None:
        from slicer import vtkMRMLInteractionNode

        node = self._station.app.markups_logic.interaction_node
        while node.GetCurrentInteractionMode() == vtkMRMLInteractionNode.Place:
            await asyncio.sleep(0.2)
        with self._station.state as state:
            state.placing = False
            self._drawing.drop_unfinished_rulers()
        self._rulers_changed(visit)

    def _rulers_changed(self, visit: Any) -> None:
        """Size the lesion again with the rulers as they are now."""
        self._station.attempt(lambda: self._station.session.rulers_changed(visit))
        self._station.changed(visit)
        self.refresh()

    def follow_rulers(self) -> None:
        """Size the lesion again after a ruler's end was dragged."""
        for visit in self._station.session.visits:
            if not self.placing and tuple(rulers_in(visit.nodes)) != visit.rulers:
                self._rulers_changed(visit)

    def remove_rulers(self) -> None:
        visit = self._station.visit
        if visit is not None:
            self._drawing.activate(visit)
            self._drawing.remove_rulers()
            self._rulers_changed(visit)

    # -- showing ----------------------------------------------------------------------------------

    def restored(self, _visits: list[Any]) -> None:
        """Follow an undo or redo."""
        self._drawing.restored()
        self._preview.clear()

    def show_rows(self) -> None:
        """The numbers beside the buttons, of what is drawn now."""
        self._station.state.region_numbers = shown.region_numbers(self._station.charts.rows)

    def refresh(self) -> None:
        state, visit = self._station.state, self._station.visit
        state.role, state.tool = self._drawing.role, self._drawing.tool
        self.show_rows()
        self._follow_preview()
        if visit is None:
            state.rulers = []
            return
        display = visit.frame.GetDisplayNode()
        low, high = display.GetWindowLevelMin(), display.GetWindowLevelMax()
        if state.signal_range != [round(low), round(2 * high)]:
            state.signal_range = [round(low), round(2 * high)]
            state.between = [round((low + high) / 2), round(2 * high)]
        if self._drawing.visit is visit:
            state.rulers = [f"{length:.1f} mm" for length in self._drawing.lengths()]

    def ui(self) -> None:
        with html.Div(classes="stack"):
            for role, title in ROLES.items():
                with html.Button(
                    classes="role", click=(self.arm, f"['{role}']"), id=f"role-{role}",
                    **unless(NO_STUDY, ROLE_HINTS[role]),
                    raw_attrs=[f":class=\"{{armed: role === '{role}'}}\""],
                ):  # fmt: skip
                    html.Span(classes="swatch", style=f"background:{ROLE_COLOURS[role]}")
                    html.B(title)
                    html.Span(
                        f"{{{{ region_numbers['{role}'] || '' }}}}", classes="numbers",
                        id=f"numbers-{role}",
                    )  # fmt: skip
            with html.Div(classes="tools"):
                for tool, (icon, title) in _TOOLS.items():
                    v3.VBtn(
                        icon=icon, size="small", click=(self.use, f"['{tool}']"),
                        variant=(f"tool === '{tool}' ? 'flat' : 'text'",), id=f"tool-{tool}",
                        color=(f"tool === '{tool}' ? 'primary' : undefined",),
                        **unless(NO_ROLE, title), raw_attrs=[f'aria-label="{title}"'],
                    )  # fmt: skip
                html.Div("", classes="grow")
                for icon, name, keys, action in (
                    ("mdi-undo", "undo", "Ctrl+Z", self._station.undo),
                    ("mdi-redo", "redo", "Ctrl+Y", self._station.redo),
                ):
                    word = name.capitalize()
                    v3.VBtn(
                        icon=icon, size="small", variant="text", click=action,
                        disabled=(f"!can_{name}",),
                        title=(
                            f"can_{name} ? '{word}: ' + {name}_text + ' ({keys})' : "
                            f"'Nothing to {name}.'",
                        ),
                        raw_attrs=[f'aria-label="{word} ({keys})"'], id=f"button-can_{name}",
                    )  # fmt: skip
            html.Div(
                "{{ !role ? 'Choose what to draw; the brush is ready at once.' : "
                "'Draw in any view of the visit; Esc puts the tool down.' }}", classes="hint",
            )  # fmt: skip
            with html.Div(v_show="role", classes="stack"):
                with html.Div(classes="row"):
                    html.Span("Brush", classes="field")
                    v3.VSlider(
                        v_model=("brush",), min=BRUSH[0], max=BRUSH[1], step=0.5, density="compact",
                        hide_details=True, raw_attrs=['aria-label="Brush diameter in mm"'],
                    )  # fmt: skip
                    html.Span("{{ Number(brush).toFixed(1) }} mm", classes="number")
                with html.Div(classes="row"):
                    v3.VCheckbox(
                        v_model=("only_between",), label="only where the frame's signal is",
                        density="compact", hide_details=True, id="only-between",
                    )  # fmt: skip
                with html.Div(classes="row", v_show="only_between"):
                    v3.VRangeSlider(
                        v_model=("between",), min=("signal_range[0]",), max=("signal_range[1]",),
                        step=1, density="compact", hide_details=True, id="between",
                        title="Yellow is what the two values take",
                    )  # fmt: skip
                    v3.VBtn(
                        "Fill slice", size="x-small", variant="tonal", click=self.fill,
                        id="fill-slice",
                        title="Add every voxel of this slice between the two values",
                    )  # fmt: skip
                with html.Div(classes="row"):
                    html.Span("Copy to slice", classes="field")
                    for step, icon, title in (
                        (-1, "mdi-arrow-left", "previous"), (1, "mdi-arrow-right", "next")
                    ):  # fmt: skip
                        v3.VBtn(
                            icon=icon, size="x-small", variant="tonal", id=f"copy-{title}",
                            click=(self.copy, f"[{step}]"), title=f"Copy to the {title} slice",
                        )  # fmt: skip
                    html.Div("", classes="grow")
                    v3.VBtn("Another", size="x-small", variant="text", click=self.another,
                            title="One more region of this kind")  # fmt: skip
                    v3.VBtn("Delete", size="x-small", variant="text", click=self.remove,
                            title="Take the region away; undo brings it back")  # fmt: skip
            html.Div("Size", classes="label")
            with html.Div(classes="row"):
                v3.VBtn(
                    "Ruler", size="small", variant="tonal", prepend_icon="mdi-ruler",
                    click=self.ruler, id="ruler",
                    **unless(
                        NO_STUDY | {"placing": "Click both ends in a view, or press Esc."},
                        "Two rulers, the longest diameter and the one across it, give the size",
                    ),
                )  # fmt: skip
                html.Span("{{ rulers.join(' × ') || 'none yet' }}", classes="hint grow")
                v3.VBtn("Clear", size="x-small", variant="text", click=self.remove_rulers,
                        v_if="rulers.length")  # fmt: skip
            with html.Label(
                classes="upload", v_show="visits.length && !uploading",
                title="Regions drawn elsewhere on this series: .seg.nrrd, DICOM Segmentation, "
                "labelled NRRD or NIfTI",
            ):  # fmt: skip
                html.Span("Load regions from a file ({{ titles[visit] }})")
                html.Input(
                    type="file", id="upload-regions",
                    raw_attrs=[
                        "@change=\"utils.upload($event.target.files, 'regions'); "
                        "$event.target.value = ''\""
                    ],
                )  # fmt: skip
