"""Step 3: drawing of regions by their roles, and rulers."""

from __future__ import annotations

import asyncio
import shutil
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from SpineDCELib.errors import InputError
from SpineDCELib.measurement import Role
from SpineDCELib.mrml.region_nodes import FILL, is_shown, rulers_in, show_fill, show_segment
from SpineDCELib.mrml.volume_nodes import array_of
from SpineDCELib.run.inputs import roles_of
from SpineDCELib.run.stored_drawings import StoredDrawing, stored_drawings
from SpineDCELib.series import Geometry, read_segmentation
from SpineDCELib.vocabulary.region_roles import ROLES, SEARCH, in_order, words_of
from SpineDCELib.vocabulary.vertebra_levels import LEVELS, level_in, with_level
from trame.widgets import html
from trame.widgets import vuetify3 as v3

from SpineDCEWidget.browser.disabled_reasons import BUSY, NO_ROLE, NO_STUDY, disabled_if
from SpineDCEWidget.browser.drawing import BRUSH
from SpineDCEWidget.browser.file_uploads import upload_ui, uploaded_file
from SpineDCEWidget.browser.plotly_figures import ROLE_COLOURS
from SpineDCEWidget.browser.region_change_panel import RegionChanges
from SpineDCEWidget.browser.threshold_preview import Preview
from SpineDCEWidget.shared import formatting as shown
from SpineDCEWidget.shared.steps import region_warnings
from SpineDCEWidget.shared.stored_regions import add_rulers, drawing_rows
from SpineDCEWidget.shared.wording import DRAWN_ROLES, OPEN_FIRST, ROLE_HINTS, role_title

_TOOLS = {
    "paint": ("mdi-brush", "Paint ([ and ] change the size of the brush)"),
    "erase": ("mdi-eraser", "Erase"),
    "draw": ("mdi-draw", "Draw an outline"),
    "ellipse": (
        "mdi-ellipse-outline",
        "Draw an ellipse: drag from corner to corner (with Shift a circle, with Ctrl from the "
        "centre)",
    ),
    "polygon": ("mdi-vector-polygon", "Draw a polygon whose points can be moved"),
    "scissors": ("mdi-content-cut", "Erase the inside of an outline in this slice"),
    "grow": ("mdi-format-color-fill", "Grow from a seed within limits: click into the tissue"),
    "body": ("mdi-bone", "Propose a whole vertebral body: click into its middle"),
}

#: What to do with a tool, where drawing in a view is not enough.
_HINTS = {
    "body": "Click into the middle of a vertebral body. Look at the proposal in every slice, and "
    "correct it.",
    "ellipse": "Drag from one corner of the ellipse to the opposite one: with Shift a circle, with "
    "Ctrl or Alt from its centre.",
    "grow": "Click into the tissue. The region grows in the image that you click, over voxels of "
    "like value that are connected with the click.",
}
#: What to do with the polygon next.
_POLYGON_HINTS = (
    ("!outline.points", "Click the first point of the polygon."),
    ("outline.closed", "Drag its points. A click on a side adds one, a right click or Del removes "
     "one. Enter or a double click inside fills the slice."),
    ("true", "Click the next points. A double click or Enter closes the polygon. Esc discards it."),
)  # fmt: skip

LOCKED = {"r.locked": "The region is locked."}
LEVEL_HELP = (
    "Vertebral level. It becomes part of the name of the region at every visit, in tables, report "
    "and files, so the visits have to be compared again. No number depends on it."
)

#: Interval at which the numbers follow a stroke, and the computing time that allows it, s.
_INTERVAL, _AFFORDABLE = 0.15, 0.03


def _read(
    path: Path, geometry: Geometry, resample: bool
) -> tuple[dict[str, np.ndarray], dict[str, Role]]:
    """Read the regions of a file that are not empty, and their roles."""
    try:
        found = read_segmentation(path)
        placed = found.on(geometry, resample=resample)
    except InputError as error:
        # The path is that of the upload, which the user has never seen.
        raise InputError(
            str(error).replace(str(path), path.name),
            code=error.code,
            about=path.name,
            fields=error.fields,
        ) from None
    masks = {name: mask for name, mask in placed.items() if mask.any()}
    if not masks:
        raise InputError(
            f"The regions of {path.name} contain no voxel of the dynamic series.",
            code="regions_outside", about=path.name,
        )  # fmt: skip
    roles = roles_of(found)
    return masks, {name: roles[name] for name in masks}


class RegionsPanel:
    """Panel of step 3: a button for each role, tools, loading of regions, rulers."""

    def __init__(self, station: Any) -> None:
        self._station = station
        self._placed: asyncio.Task[None] | None = None
        self._brush: asyncio.Task[None] | None = None
        #: Visit of the stroke whose numbers are shown before it is finished.
        self._stroked: Any = None
        self._preview = Preview(station.app, station.views)
        self._changes = RegionChanges(station)
        #: Study → regions and lengths beside its images.
        self._stored: dict[Path, list[StoredDrawing]] = {}
        station.state.update(
            {
                "role": "", "tool": "look", "brush": 8.0,
                "region_numbers": {}, "numbers_note": "", "regions": [],
                "region_warnings": [], "region": "",
                "rulers": [], "carry_from": "", "stored": [],
                "stored_found": "",
                "only_between": False, "between": [0, 1], "signal_range": [0, 1], "placing": False,
                "ruler_hint": "",
                "region_opacity": round(100 * FILL),
            }
        )  # fmt: skip
        for name, action in {
            "brush": lambda: station.drawing.set_diameter(station.state.brush),
            "only_between": self._limits_moved, "between": self._limits_moved,
            "frame": self._follow_preview, "region_opacity": self.show_opacity,
        }.items():  # fmt: skip
            station.state.change(name)(lambda action=action, **_: action())

    @property
    def placing(self) -> bool:
        """Return whether a ruler waits for its clicks."""
        return bool(self._station.state.placing)

    @property
    def _drawing(self) -> Any:
        return self._station.drawing

    # -- tools ------------------------------------------------------------------------------------

    def arm(self, role: Role) -> None:
        """Arm the brush for a role; a role that is chosen already keeps its region and tool."""
        visit = self._station.visit
        if visit is None:
            return
        self._drawing.activate(visit)
        if self._drawing.role == role and self._drawing.tool != "look":
            self._say_chosen(role_title(role))
        elif self._is_free(visit, *(n for n, r in visit.state.roles.items() if r == role)):
            self.stop_ruler()
            self._drawing.take(role)
            self._limit()
            self._watch_brush()
        self.refresh()

    def _say_chosen(self, name: str) -> None:
        self._station.show_note(f"{name} is chosen already. Press Esc to put the tool down.")

    def _is_free(self, visit: Any, *names: str) -> bool:
        """Return whether one of some regions is not locked; say so if all are."""
        if not names or not visit.state.locked.issuperset(names):
            self._station.forget_error()
            return True
        self._station.show_error(f"{', '.join(names)}: unlock it in the list of regions first.")
        return False

    def another(self) -> None:
        """Add one more region of the selected role, such as a second lesion."""
        if self._drawing.role:
            self._drawing.take(self._drawing.role, self._drawing.tool, another=True)
            self.refresh()

    def take(self, name: str) -> None:
        """Arm the brush for the region of a name; one that is chosen already keeps its tool."""
        visit = self._station.visit
        if visit is None:
            return
        self._drawing.activate(visit)
        if self._drawing.region == name and self._drawing.tool != "look":
            self._say_chosen(name)
        elif self._is_free(visit, name):
            self.stop_ruler()
            self._drawing.take_region(name)
            self._limit()
            self._watch_brush()
        self.refresh()

    def toggle_shown(self, name: str) -> None:
        """Hide a region in the views, or show it again."""
        visit = self._station.visit
        if visit is not None:
            show_segment(visit.segmentation, name, not is_shown(visit.segmentation, name))
            self.refresh()

    def show_opacity(self) -> None:
        """Fill the regions of all visits as opaquely as the slider says."""
        for visit in self._station.session.visits:
            if visit.segmentation is not None:
                show_fill(visit.segmentation, float(self._station.state.region_opacity) / 100)

    def toggle_locked(self, name: str) -> None:
        """Lock a region, so that no tool changes it, or unlock it."""
        station, visit = self._station, self._station.visit
        if visit is None:
            return
        station.session.set_locked(visit, name, name not in visit.state.locked)
        self._drawing.follow_lock()
        station.forget_error()
        station.changed(visit)
        station.refresh()

    def set_level(self, name: str, level: str) -> None:
        """Give a region a vertebral level, which becomes part of its name in every visit."""
        station, visit = self._station, self._station.visit
        if visit is None:
            return
        # The next press of an arrow key may come before the page knows the new name.
        bare = with_level(name, None, otherwise=name)
        same = (n for n in visit.state.roles if with_level(n, None, otherwise=n) == bare)
        present = name if name in visit.state.roles else next(same, name)
        if station.attempt(lambda: station.session.set_level(visit, present, level or None)):
            station.changed(*station.session.visits)
        station.refresh()

    def remove_named(self, name: str) -> None:
        """Delete a region of the list."""
        visit = self._station.visit
        if visit is not None and name in visit.state.roles and self._is_free(visit, name):
            self._drawing.activate(visit)
            if self._drawing.region != name:
                self.stop_ruler()
                self._drawing.take_region(name)
            self.remove()

    def set_role(self, name: str, role: str) -> None:
        """Give a region another role; a tool that is armed for it stays armed."""
        station, visit = self._station, self._station.visit
        if visit is None:
            return
        if self._drawing.region == name:
            self._drawing.role = role
        station.session.set_role(visit, name, role)
        station.changed(visit)
        station.refresh()

    def use(self, tool: str) -> None:
        """Switch the tool."""
        visit, region = self._drawing.visit, self._drawing.region
        if self._drawing.role and (not region or self._is_free(visit, region)):
            self._drawing.use(tool)
            self._station.state.tool = tool
            self._station.shapes.follow()
            self._changes.refresh()

    def grow(self, ras: tuple[float, float, float]) -> None:
        """Grow the region that is drawn from a RAS point, mm."""
        self._changes.grow(ras)

    def propose_body(self, ras: tuple[float, float, float]) -> None:
        """Add the vertebral body around a RAS point, mm, to the region that is drawn."""
        self._changes.propose_body(ras)

    def change_brush(self, factor: float) -> None:
        """Multiply the diameter of the brush by a factor."""
        self._station.state.brush = round(
            float(np.clip(self._drawing.diameter * factor, *BRUSH)), 1
        )

    def _limit(self) -> None:
        """Restrict painting to voxels whose signal in the frame lies between the two limits."""
        state, node = self._station.state, self._station.app.segmentation_editor.editor_node
        node.SetSourceVolumeIntensityMask(bool(state.only_between))
        node.SetSourceVolumeIntensityMaskRange(*(float(v) for v in state.between))

    def _limits_moved(self) -> None:
        self._limit()
        self._show_preview()

    def _show_preview(self) -> None:
        """Show the voxels between the two limits, until the user draws or puts the tool down."""
        state, visit = self._station.state, self._drawing.visit
        if state.only_between and self._drawing.role and visit is not None:
            self._preview.show(visit, *(float(v) for v in state.between))
        else:
            self._preview.clear()

    def _follow_preview(self) -> None:
        """Update the preview to the frame and the visit in view."""
        if self._preview.shown:
            self._show_preview()

    def show_drawn(self) -> None:
        """Show the numbers of the changed regions, without the preview."""
        self._preview.clear()
        self.show_rows()

    def _watch_brush(self) -> None:
        if self._brush is None or self._brush.done():
            self._brush = asyncio.get_running_loop().create_task(self._follow_brush())

    async def _follow_brush(self) -> None:
        """Show numbers and curves of each stroke before it is finished, while a tool is armed.

        They are left out at the start of a stroke, when the view must be drawn first, and for the
        rest of a stroke whose numbers take long.
        """
        began, cost = False, 0.0
        try:
            while self._drawing.role:
                await asyncio.sleep(_INTERVAL)
                start = time.perf_counter()
                regions = None if self._station.jobs.running else self._drawing.under_brush()
                if regions is None:
                    began, cost = False, 0.0
                    self._end_stroke()
                elif began and cost < _AFFORDABLE:
                    self._show_stroke(regions)
                    cost = time.perf_counter() - start
                else:
                    began = True
        finally:
            self._end_stroke()

    def _show_stroke(self, regions: dict[str, np.ndarray]) -> None:
        """Show the numbers of a stroke; the maps are not those of these regions from then on."""
        visit, rows = self._drawing.visit, self._drawing.rows(regions)
        with self._station.state:
            if self._stroked is None:
                self._stroked, visit.in_stroke = visit, True
                self._station.show_currency()
            self._station.charts.show_main(rows)
            self.show_rows()

    def _end_stroke(self) -> None:
        """Show again whether the maps are those of the regions, because no stroke is under way."""
        if self._stroked is None:
            return
        self._stroked.in_stroke, self._stroked = False, None
        with self._station.state:
            self._station.show_currency()
            self._station.charts.show_main()
            self.show_rows()

    def fill(self) -> None:
        """Add the voxels of the slice in view that lie between the two limits to the region."""
        visit = self._drawing.visit
        if visit is not None and self._drawing.role:
            low, high = self._station.state.between
            index, frame = self._station.views.slice_index(visit.name), array_of(visit.frame)
            self._station.attempt(lambda: self._drawing.fill_between(low, high, index, frame))

    def copy(self, step: int) -> None:
        """Copy the region to the next or previous slice, and show that slice."""
        visit = self._drawing.visit
        if visit is None or not self._drawing.role:
            return
        slice_index = self._station.views.slice_index(visit.name)
        target = slice_index + int(step)
        if not 0 <= target < visit.analysis.study.dynamic.geometry.shape[0]:
            self._station.show_error("This is the last slice in that direction.")
            return
        copied: list[bool] = []
        if not self._station.attempt(
            lambda: copied.append(self._drawing.copy_slice(slice_index, target))
        ):
            return
        if not copied[0]:
            self._station.show_error(
                "The region is empty in this slice, so there is nothing to copy."
            )
        else:
            self._station.views.go_to_slice(target, visit.name)

    def remove(self) -> None:
        """Delete the selected region."""
        if self._drawing.role and self._drawing.segment:
            self._station.attempt(lambda: self._drawing.remove(self._drawing.segment))
            self.refresh()

    # -- files -------------------------------------------------------------------------------------

    def uploaded(self, folder: Path) -> None:
        """Load the regions of a file that was uploaded."""
        with self._station.state as state:
            state.uploading = ""
        self._station.as_task(self.load)(folder)

    async def load(self, folder: Path) -> None:
        """Load the regions of the file in a folder into the selected visit; delete the folder.

        A single region without a known role takes the place of the selected region.
        """
        if self._station.visit is None:
            self._station.show_error(OPEN_FIRST)
            return
        await self._load_file(uploaded_file(folder))
        shutil.rmtree(folder, ignore_errors=True)

    async def _load_file(self, path: Path) -> None:
        """Load the regions of a file into the selected visit."""
        station, visit, drawing = self._station, self._station.visit, self._drawing
        geometry = visit.analysis.study.dynamic.geometry
        resample = visit.settings.reading.resample_regions
        done, found = await station.jobs.run(
            "Loading regions", lambda _progress: _read(path, geometry, resample)
        )
        if not done:
            return
        masks, roles = found
        drawing.activate(visit)
        unknown = [name for name, role in roles.items() if role == "other"]
        if drawing.region and list(roles) == unknown and len(masks) == 1:
            names, unknown = [drawing.region], []
            if not station.attempt(lambda: drawing.replace(next(iter(masks.values())))):
                return
        else:
            names = list(drawing.load(masks, roles).values())
            station.take_drawn_aorta(visit)
            station.changed(visit)
        areas = next(iter(masks.values())).sum((1, 2))
        station.views.go_to_slice(int(areas.argmax()), visit.name)
        message = f"Loaded into the {visit.word} visit: {', '.join(names)}."
        if unknown:
            message += f" The role of {', '.join(unknown)} is not known. Choose it below."
        station.show_note(message)
        with station.state:
            station.refresh()

    async def find_stored(self, visit: Any) -> None:
        """Look for regions and lengths beside the images of a visit, and offer them."""
        study = visit.study_path
        if study is None or not study.is_dir():
            return
        found = await asyncio.to_thread(stored_drawings, study)
        self._stored[study] = found
        with self._station.state:
            self.refresh()
            if found and not self._station.state.note and visit.analysis is not None:
                self._station.show_note(self._station.state.stored_found)

    async def load_stored(self, index: int) -> None:
        """Load regions or lengths that the study of the selected visit holds."""
        visit = self._station.visit
        if visit is None:
            return
        drawing = self._stored.get(visit.study_path, [])[index]
        if drawing.kind == "regions":
            await self._load_file(drawing.path)
            return
        self._drawing.activate(visit)
        add_rulers(visit, drawing)
        self._rulers_changed(visit)

    async def carry_over(self) -> None:
        """Carry the regions of the last earlier visit over to the selected visit."""
        if self._station.visit is not None:
            await self.carry(self._station.visit)

    async def carry(self, visit: Any) -> None:
        """Carry the regions of the last earlier visit over to a visit, and say what to check."""
        station = self._station
        jobs: list[Any] = []
        if not station.attempt(lambda: jobs.append(station.session.course.carry_job(visit))):
            return
        done, found = await station.jobs.run("Carrying the regions over", jobs[0].run)
        if not done:
            return
        doubts = jobs[0].finish(found)
        station.refresh()
        station.show_note(
            f"The regions were carried over to the {visit.word} visit. Check them. "
            + " ".join(f"{doubt}." for doubt in doubts)
        )
        await station.analyse(visit)
        station.save_soon()

    # -- rulers -----------------------------------------------------------------------------------

    def ruler(self) -> None:
        """Add a ruler whose two ends the user clicks."""
        visit = self._station.visit
        if visit is None:
            return
        self._drawing.activate(visit)
        self._drawing.place_ruler()
        self._station.state.placing = True
        self._ask_for_end()
        self._placed = asyncio.get_running_loop().create_task(self._wait_for_ruler())
        self.refresh()

    def _ask_for_end(self) -> None:
        """Ask for the end of the ruler that is to be clicked next."""
        visit = self._drawing.visit
        if visit is None:
            return
        self._station.state.ruler_hint = (
            "Click one end of the diameter of the lesion, or drag from end to end."
            if not self._drawing.ends_placed
            else f"The first end is set. Click the second end in the {visit.word} visit, or press "
            "Esc to remove the first."
        )

    def begin_ruler(self, visit: Any, ras: tuple[float, float, float]) -> None:
        """Let a drag that begins at a RAS point, mm, be the ruler that waits for its first end."""
        if self.placing and visit is self._drawing.visit and not self._drawing.ends_placed:
            self._drawing.begin_ruler(ras)

    def pressed(self, visit: Any) -> None:
        """Say where the second end of a ruler belongs after a click in another visit."""
        own = self._drawing.visit
        if self._drawing.ends_placed and own is not None and visit is not own:
            self._station.show_note(
                f"The first end of this ruler is in the {own.word} visit. Click the second end "
                "there, or press Esc to remove the first."
            )

    def stop_ruler(self) -> None:
        """Stop waiting for the clicks of a ruler, and say that a first end is removed."""
        if self._drawing.visit is not None and self._drawing.stop_placing_ruler():
            self._station.show_note("The ruler was removed because it had no second end.")

    async def _wait_for_ruler(self) -> None:
        from slicer import vtkMRMLInteractionNode

        node = self._station.app.markups_logic.interaction_node
        while node.GetCurrentInteractionMode() == vtkMRMLInteractionNode.Place:
            with self._station.state:
                self._ask_for_end()
            await asyncio.sleep(0.2)
        with self._station.state as state:
            state.placing, state.ruler_hint = False, ""
            self.stop_ruler()
        if self._drawing.visit is not None:
            self._rulers_changed(self._drawing.visit)

    def _rulers_changed(self, visit: Any) -> None:
        """Measure the size of the lesion with the present rulers.

        A single one is no error, because the second is drawn after it.
        """
        session, single = self._station.session, len(rulers_in(visit.nodes)) == 1
        measure = session.regions_changed if single else session.rulers_changed
        self._station.attempt(lambda: measure(visit))
        self._station.changed(visit)
        self.refresh()

    def follow_rulers(self) -> None:
        """Measure the size of the lesion again after an end of a ruler was dragged."""
        for visit in self._station.session.shown:
            if not self.placing and tuple(rulers_in(visit.nodes)) != visit.rulers:
                self._rulers_changed(visit)

    def remove_rulers(self) -> None:
        """Remove all rulers of the selected visit."""
        visit = self._station.visit
        if visit is not None:
            self._drawing.activate(visit)
            self._drawing.remove_rulers()
            self._rulers_changed(visit)

    # -- showing ----------------------------------------------------------------------------------

    def follow_undo(self) -> None:
        """Update tool and preview after an undo or redo."""
        self._drawing.follow_undo()
        self._preview.clear()
        self._changes.forget()

    def show_rows(self) -> None:
        """Show the numbers of the regions beside their buttons and in the list."""
        state, visit = self._station.state, self._station.visit
        rows = {row.name: row for row in self._station.charts.rows}
        roles = {} if visit is None else visit.state.roles
        provisional = visit is not None and visit.analysis is not None and visit.awaits_proposal
        state.region_numbers = shown.region_numbers(rows.values(), provisional=provisional)
        state.numbers_note = shown.PROVISIONAL if provisional else ""
        course = self._station.session.course
        carried = frozenset() if visit is None else course.carried_now(visit)
        state.region = self._drawing.region
        state.regions = [
            {"name": name, "role": role, "colour": words_of(role).colour,
             "shown": is_shown(visit.segmentation, name), "level": level_in(name) or "",
             "locked": name in visit.state.locked, "drawn": name in visit.state.regions,
             "carried": name in carried,
             "text": shown.region_text(rows[name], provisional=provisional)
                     if name in rows else ""}
            for name in in_order(roles, roles) if (role := roles[name])
        ]  # fmt: skip
        doubts = [] if visit is None else course.carry_doubts(visit)
        state.region_warnings = [] if visit is None else [*region_warnings(visit), *doubts]
        self._changes.refresh()

    def refresh(self) -> None:
        state, visit = self._station.state, self._station.visit
        state.role, state.tool = self._drawing.role, self._drawing.tool
        self._station.shapes.follow()
        self.show_rows()
        self._follow_preview()
        found = [] if visit is None else self._stored.get(visit.study_path, [])
        state.stored = [asdict(row) for row in drawing_rows(found)]
        state.stored_found = self._stored_found()
        if visit is None:
            state.rulers, state.carry_from = [], ""
            return
        source = self._station.session.course.source_of(visit)
        state.carry_from = "" if source is None else source.word
        low, high = visit.signal_range()
        if state.signal_range != [round(low), round(2 * high)]:
            state.signal_range = [round(low), round(2 * high)]
            state.between = [round((low + high) / 2), round(2 * high)]
        if self._drawing.visit is visit:
            state.rulers = [f"{length:.1f} mm" for length in self._drawing.lengths()]

    def _stored_found(self) -> str:
        """Return what was found beside the images of visits in which nothing is drawn."""
        offered = [
            visit.word
            for visit in self._station.session.visits
            if not (visit.state.regions or visit.rulers) and self._stored.get(visit.study_path)
        ]
        return (
            f"Regions or lengths were found beside the images of the {' and the '.join(offered)} "
            "visit. Step 3 lists them; load them there."
            if offered else ""
        )  # fmt: skip

    def ui(self) -> None:
        with html.Div(classes="stack"):
            with html.Div(v_if="stored.length", classes="stack", id="stored"):
                html.H3("Found in the study", classes="label")
                with html.Div(v_for="(s, i) in stored", key="i", classes="row"):
                    with html.Div(classes="grow"):
                        html.Div("{{ s.title }}")
                        html.Div("{{ s.about }}", classes="hint plain")
                    v3.VBtn(
                        "Load", size="x-small", variant="tonal", classes="action load-stored",
                        click=(self._station.as_action(self.load_stored), "[i]"),
                        **disabled_if(BUSY, "Load them into this visit"),
                    )  # fmt: skip
            for role in DRAWN_ROLES:
                with html.Button(
                    classes="role", click=(self.arm, f"['{role}']"), id=f"role-{role}",
                    **disabled_if(NO_STUDY, ROLE_HINTS[role]),
                    raw_attrs=[
                        f":class=\"{{armed: role === '{role}'}}\"",
                        f":aria-pressed=\"role === '{role}'\"",
                    ],
                ):  # fmt: skip
                    html.Span(classes="swatch", style=f"background:{ROLE_COLOURS[role]}")
                    html.B(role_title(role))
                    html.Span(
                        f"{{{{ region_numbers['{role}'] || '' }}}}", classes="numbers",
                        id=f"numbers-{role}", title=("numbers_note || null",),
                    )  # fmt: skip
            with html.Div(classes="tools"):
                for tool, (icon, title) in _TOOLS.items():
                    v3.VBtn(
                        icon=icon, size="small", click=(self.use, f"['{tool}']"),
                        variant=(f"tool === '{tool}' ? 'flat' : 'text'",), id=f"tool-{tool}",
                        color=(f"tool === '{tool}' ? 'primary' : undefined",),
                        **disabled_if(NO_ROLE, title),
                        raw_attrs=[
                            f'aria-label="{title}"', f":aria-pressed=\"tool === '{tool}'\"",
                        ],
                    )  # fmt: skip
            self._hint_ui()
            self._changes.body_doubt_ui()
            with html.Div(v_show="role", classes="stack"):
                self._changes.limits_ui()
                with html.Div(
                    classes="row", id="brush-box", v_show="['paint', 'erase'].includes(tool)"
                ):
                    html.Span("Brush", classes="field")
                    v3.VSlider(
                        v_model=("brush",), min=BRUSH[0], max=BRUSH[1], step=0.5, density="compact",
                        hide_details=True, raw_attrs=['aria-label="Brush diameter in mm"'],
                    )  # fmt: skip
                    html.Span("{{ Number(brush).toFixed(1) }} mm", classes="number")
                with html.Div(classes="row"):
                    v3.VCheckbox(
                        v_model=("only_between",), density="compact", hide_details=True,
                        label="Paint only within a signal range of the frame", id="only-between",
                    )  # fmt: skip
                with html.Div(classes="row", v_show="only_between", id="between-box"):
                    v3.VRangeSlider(
                        v_model=("between",), min=("signal_range[0]",), max=("signal_range[1]",),
                        step=1, density="compact", hide_details=True, id="between",
                        title="Voxels in the range are yellow",
                    )  # fmt: skip
                    v3.VBtn(
                        "Fill slice", size="x-small", variant="tonal", click=self.fill,
                        id="fill-slice",
                        title="Add all voxels of this slice that lie in the range",
                    )  # fmt: skip
                with html.Div(classes="row wrap"):
                    html.Span("Copy to slice", classes="field")
                    for step, icon, title in (
                        (-1, "mdi-arrow-left", "previous"), (1, "mdi-arrow-right", "next")
                    ):  # fmt: skip
                        v3.VBtn(
                            icon=icon, size="x-small", variant="tonal", id=f"copy-{title}",
                            click=(self.copy, f"[{step}]"), title=f"Copy to the {title} slice",
                        )  # fmt: skip
                    html.Div("", classes="grow")
                    v3.VBtn("Add another", size="x-small", variant="text", click=self.another,
                            id="add-another",
                            title="Add one more region of this role")  # fmt: skip
                    v3.VBtn("Delete", size="x-small", variant="text", click=self.remove,
                            id="delete-region",
                            title="Delete the region")  # fmt: skip
                self._changes.ui()
            html.Div("{{ w }}", v_for="w in region_warnings", key="w", classes="warn")
            self._list_ui()
            html.H3("Lesion size", classes="label")
            with html.Div(classes="row"):
                v3.VBtn(
                    "Add ruler", size="small", variant="tonal", prepend_icon="mdi-ruler",
                    click=self.ruler, id="ruler",
                    **disabled_if(
                        NO_STUDY | {"placing": "Click both ends in a view, or press Esc."},
                        "Place a ruler along the longest diameter of the lesion and one across it",
                    ),
                )  # fmt: skip
                html.Span(
                    "{{ rulers.join(' × ') || 'no rulers' }}"
                    "<template v-if='rulers.length === 1'>; add one across it</template>",
                    classes="hint grow", v_if="!ruler_hint",
                )  # fmt: skip
                html.Span("{{ ruler_hint }}", classes="warn grow", v_if="ruler_hint",
                          id="ruler-hint", raw_attrs=['role="status"'])  # fmt: skip
                v3.VBtn("Remove rulers", size="x-small", variant="text", click=self.remove_rulers,
                        v_if="rulers.length", id="remove-rulers")  # fmt: skip
            v3.VBtn(
                "Carry regions over", size="small", variant="tonal", id="carry-regions",
                prepend_icon="mdi-transfer-right", v_if="carry_from", classes="action",
                click=self._station.as_action(self.carry_over),
                **disabled_if(BUSY, "Carry the regions of the last earlier visit over to this one"),
            )  # fmt: skip
            html.Div("from the {{ carry_from }} visit", v_if="carry_from", classes="hint")
            upload_ui(
                "regions", "regions",
                "Regions on this series, from a .seg.nrrd file, a DICOM Segmentation, or a label "
                "map in NRRD or NIfTI",
            )  # fmt: skip
            self._station.settings.ui(3)

    def _hint_ui(self) -> None:
        """Build the line that says what to do next, and the buttons of the polygon."""
        others = " : ".join(f"tool === '{tool}' ? '{text}'" for tool, text in _HINTS.items())
        polygon = " : ".join(f"{when} ? '{text}'" for when, text in _POLYGON_HINTS)
        html.Div(
            "{{ !role ? 'Choose a region, then draw it.' : "
            "tool === 'look' ? 'The region is locked. Unlock it in the list to change it.' : "
            f"tool === 'polygon' ? ({polygon} : '') : {others} : "
            "'Draw in any view of the visit. Press Esc to put the tool down.' }}",
            classes="hint", id="drawing-hint", raw_attrs=['aria-live="polite"'],
        )  # fmt: skip
        shapes = self._station.shapes
        with html.Div(classes="row wrap", v_if="outline.points", id="polygon-box"):
            v3.VBtn(
                "{{ outline.closed ? 'Fill slice' : 'Close polygon' }}", size="x-small",
                variant="flat", color="primary", click=shapes.accept, id="polygon-accept",
                **disabled_if(
                    {"outline.points < 3": "A polygon needs at least three points."},
                    "Close the polygon, then fill it (Enter)",
                ),
            )  # fmt: skip
            v3.VBtn(
                "Remove point", size="x-small", variant="tonal", click=shapes.remove_last,
                id="polygon-remove",
                **disabled_if(
                    {"outline.closed && outline.points < 4":
                     "A polygon needs at least three points."},
                    "Remove the point that was added last (Del removes the one under the mouse)",
                ),
            )  # fmt: skip
            v3.VBtn(
                "Discard", size="x-small", variant="text", click=shapes.discard,
                id="polygon-discard", title="Discard the polygon (Esc)",
            )  # fmt: skip

    def _list_ui(self) -> None:
        """Build the list of the regions, with the role of each."""
        with html.Div(v_if="regions.length", classes="stack", id="regions"):
            html.H3("Regions of this visit", classes="label")
            with html.Div(
                classes="row", id="region-opacity-box",
                title="How opaquely the regions of all visits are filled; at 0 % only outlines",
            ):  # fmt: skip
                html.Span("Opacity", classes="field")
                v3.VSlider(
                    v_model=("region_opacity",), min=0, max=100, step=5, density="compact",
                    hide_details=True, raw_attrs=['aria-label="Opacity of the regions in %"'],
                )  # fmt: skip
                html.Span("{{ region_opacity }} %", classes="number")
            with html.Div(
                v_for="(r, i) in regions", key="i", classes="region",
                raw_attrs=[':class="{armed: region === r.name}"'],
            ):  # fmt: skip
                with html.Button(
                    classes="region-name", click=(self.take, "[r.name]"), title="Draw this region",
                    raw_attrs=[
                        ':aria-label="\'Draw \' + r.name"', ':aria-pressed="region === r.name"',
                    ],
                ):  # fmt: skip
                    html.Span(classes="swatch", raw_attrs=[':style="{background: r.colour}"'])
                    html.B("{{ r.name }}")
                for icon, call, kind, title, reasons in (
                    ("r.shown ? 'mdi-eye-outline' : 'mdi-eye-off-outline'",
                     self.toggle_shown, "region-eye", "r.shown ? 'Hide ' : 'Show '", {}),
                    ("r.locked ? 'mdi-lock-outline' : 'mdi-lock-open-variant-outline'",
                     self.toggle_locked, "region-lock", "r.locked ? 'Unlock ' : 'Lock '",
                     {"!r.drawn": "Draw this region first."}),
                    ("'mdi-delete-outline'", self.remove_named, "region-delete", "'Delete '",
                     LOCKED),
                ):  # fmt: skip
                    said = "".join(f"({when}) ? '{why}' : " for when, why in reasons.items())
                    with html.Button(
                        classes=kind, click=(call, "[r.name]"),
                        disabled=(" || ".join(reasons) or "false",),
                        raw_attrs=[
                            f':aria-label="({title}) + r.name"',
                            f':title="{said}({title}) + r.name"',
                        ],
                    ):  # fmt: skip
                        v3.VIcon(icon=(icon,), size="small")
                with html.Select(
                    classes="region-role", change=(self.set_role, "[r.name, $event.target.value]"),
                    **disabled_if(LOCKED, "Role of this region"),
                    raw_attrs=[':value="r.role"', ':aria-label="\'Role of \' + r.name"'],
                ):  # fmt: skip
                    for role in (*ROLES, SEARCH):
                        html.Option(words_of(role).title, value=role)
                with html.Select(
                    classes="region-level",
                    change=(self.set_level, "[r.name, $event.target.value]"),
                    **disabled_if(LOCKED, LEVEL_HELP),
                    raw_attrs=[':value="r.level"', ':aria-label="\'Level of \' + r.name"'],
                ):  # fmt: skip
                    html.Option("level", value="")
                    for level in LEVELS:
                        html.Option(level, value=level)
                html.Div("{{ r.text }}", classes="hint numbers")
                html.Div(
                    "Carried over, not corrected.", v_if="r.carried", classes="hint carried"
                )  # fmt: skip
