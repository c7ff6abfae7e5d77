"""Bar above the views: map, opacity, slice and frame."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from SpineDCELib.errors import InputError
from SpineDCELib.mrml.map_nodes import mode_of
from SpineDCELib.progress import silent
from SpineDCELib.vocabulary.conversion_modes import unit_title
from SpineDCELib.vocabulary.quantities import QUANTITIES
from trame.widgets import html
from trame.widgets import vuetify3 as v3

from SpineDCEWidget.browser.disabled_reasons import NO_MAPS, title_if
from SpineDCEWidget.browser.slice_views import series_content
from SpineDCEWidget.browser.undo_buttons import undo_ui
from SpineDCEWidget.shared.artery_marks import vessel_text
from SpineDCEWidget.shared.cursor_values import (
    in_shown_slice,
    place_text,
    region_names,
    slice_out_of_view,
    value_text,
)
from SpineDCEWidget.shared.linked_places import place_in, registration_of
from SpineDCEWidget.shared.shown_series import OtherSeries, reaches, series_text
from SpineDCEWidget.shared.three_planes import content_for, obstacle, position_text
from SpineDCEWidget.shared.wording import remedy

#: Step in which regions are drawn, on T1, frame and map together.
_DRAWING = 3
#: Whether regions are drawn → contents of the three columns at first.
ARRANGEMENTS = {True: ("T1", "frame", "fused"), False: ("T1", "map", "fused")}
#: Whether the vertebrae are registered → what links the views of two visits.
LINKS = {
    True: "Show the same place and zoom in both visits: the same vertebra, by the registration of "
    "the comparison. The numbers of the slices may differ.",
    False: "Show the same place and zoom in both visits: the slice that is nearest in the "
    "scanner's coordinates, until a comparison registers the vertebrae. The numbers of the slices "
    "may differ.",
}
_PLANES = "Three planes of one image: that of the dynamic slices and the two across them"


class ViewBar:
    """Controls of what the views show."""

    def __init__(self, station: Any) -> None:
        self._station = station
        self.series = OtherSeries(station.session)
        #: Whether regions are drawn → contents of the columns then, as the user chose them.
        self._arranged = {on: list(columns) for on, columns in ARRANGEMENTS.items()}
        self._wanted = ""  #: map that was chosen, while no visit has it
        station.state.update(
            {
                "columns": list(station.views.columns), "map_name": "vp", "maps": [],
                "opacity": 60, "frame": 0, "frames": 1, "frame_time": "", "frame_seconds": 0.0,
                "slice_index": 0, "slice_count": 1, "linked": True, "legend": None, "letters": {},
                "positions": {}, "contents": [], "without_map": {}, "without_T1": {},
                "without_series": {},
                "cursor": {}, "link_title": "", "series_shown": {}, "beyond": {}, "planes": False,
                "planes_reason": "",
            }
        )  # fmt: skip
        for name, action in {
            "columns": self._columns_chosen, "map_name": self._map_chosen,
            "opacity": lambda: station.views.set_opacity(station.state.opacity / 100),
            "frame": self.show_frame, "slice_index": self._slice_chosen,
            "linked": self._link_chosen, "planes": self._planes_chosen,
            "dark": lambda: station.refresh(),
        }.items():  # fmt: skip
            station.state.change(name)(lambda action=action, **_: action())

    # -- images -----------------------------------------------------------------------------------

    def arrange_for_step(self, step: int) -> None:
        """Show what was chosen for this step: with T1, frame and map where regions are drawn.

        Three planes stay, but where regions are drawn, in the dynamic slices.
        """
        if self._station.state.planes and step != _DRAWING:
            return
        self._station.state.planes = False
        self._station.state.columns = list(self._arranged[step == _DRAWING])

    def _columns_chosen(self) -> None:
        station = self._station
        station.views.columns = list(station.state.columns)
        station.frames.prepare()
        station.views.fill()
        self.refresh()
        self._read_chosen()

    def _read_chosen(self) -> None:
        """Read the series that columns show, of visits where they were not read yet."""
        for title in {series_content(one)[1] for one in self._station.state.columns} - {""}:
            if self.series.to_read(title):
                self._station.as_task(self._read_series)(title)

    async def _read_series(self, title: str) -> None:
        """Read a series of the shown visits, and show it."""
        station = self._station
        for visit in self.series.to_read(title):
            job = self.series.reading_job(visit, title)
            try:
                volume = await asyncio.to_thread(job.run, silent)
            except InputError as error:
                station.show_error(remedy(error))
                return
            if visit in self.series.to_read(title):  # else it was closed or read meanwhile
                job.finish(volume)
        with station.state:
            station.views.fill()
            self.refresh()

    async def find_series(self, visit: Any) -> None:
        """Look for the other series of a visit's study, and offer them."""
        job = self.series.search_job(visit)
        if job is not None:
            try:
                found = await asyncio.to_thread(job.run, silent)
            except (InputError, OSError):  # the study is gone; the T1-weighted image is here
                return
            job.finish(found)
            with self._station.state:
                self.refresh()
        self._read_chosen()  # a column may show one since before this study was opened

    def set_column(self, column: int, content: str) -> None:
        """Choose the image of a column; three planes show the same image."""
        columns = list(self._station.state.columns)
        if self._station.state.planes:
            self._station.state.columns = [content] * len(columns)
            return
        columns[column] = content
        self._arranged[self._station.state.step == _DRAWING] = columns
        self._station.state.columns = columns

    def _map_chosen(self) -> None:
        if self._station.state.map_name != self._station.views.map_name:  # by a person
            self._wanted = ""
        self._station.views.map_name = self._station.state.map_name
        self._station.views.fill()
        self.refresh()
        self._station.charts.show_side()
        self._station.show_outdated()

    def refresh(self) -> None:
        """Show the maps, ranges and colour bar of the selected visit."""
        station, state = self._station, self._station.state
        visit = station.visit
        order = [n for n in QUANTITIES if any(n in v.maps for v in station.session.visits)]
        without = {
            station.session.row_of(v.name): "The maps could not be computed; step 4 says why."
            if v.problem else "The maps have not been computed."
            for v in station.session.shown if not v.maps
        }  # fmt: skip
        offered = order or ["vp"]
        wanted = "vp" if visit is None else self._wanted or state.map_name
        if wanted not in offered:  # no visit has such a map, as with another model
            self._wanted, wanted = wanted, "vp" if "vp" in offered else offered[0]
        else:
            self._wanted = ""
        if state.map_name != wanted:
            state.map_name = station.views.map_name = wanted
            station.views.fill()
        title = QUANTITIES[state.map_name].title
        state.without_map = without | {
            station.session.row_of(v.name): f"This visit has no map '{title}'."
            for v in station.session.shown if v.maps and state.map_name not in v.maps
        }  # fmt: skip
        state.maps = [{"title": QUANTITIES[n].title, "value": n} for n in order]
        state.frames = visit.analysis.study.dynamic.n_frames if visit is not None else 1
        if visit is not None:  # the other visit has other frame times
            self._say_time(visit)
        state.slice_count = (
            visit.analysis.study.dynamic.geometry.shape[0] if visit is not None else 1
        )
        station.frames.refresh()
        station.checks.refresh()
        self._offer_planes()
        words = {
            "T1": "T1", "frame": "frame", "subtraction": "subtraction", "map": title,
            "fused": f"{title} over T1",
        }  # fmt: skip
        without_T1 = {"T1": "frame (no T1 for it)", "fused": f"{title} over frame"}
        others = self.series.titles()
        words |= {f"series:{one}": one for one in others}
        words |= {f"fused:{one}": f"{title} over {one}" for one in others}
        under = f"{title} over "
        state.contents = [
            {"title": text, "value": content,
             "over": text.removeprefix(under) if text.startswith(under) else "",
             "without_T1": without_T1.get(content, "")}
            for content, text in words.items()
        ]  # fmt: skip
        state.without_T1 = {
            station.session.row_of(v.name): v.anatomy is None for v in station.session.shown
        }
        state.without_series = {
            station.session.row_of(v.name): {
                f"{kind}:{one}": f"This study has no series '{one}'."
                for one in others if self.series.lacks(v, one) for kind in ("series", "fused")
            }
            for v in station.session.shown
        }  # fmt: skip
        state.link_title = LINKS[registration_of(station.session) is not None]
        state.series_shown = {
            station.session.row_of(v.name): {
                one["value"]: self._series_text(v, one["value"]) for one in state.contents
            }
            for v in station.session.shown
        }
        self._forget_others()
        self.show_legend()
        station.windows.refresh()
        self.show_position()

    def _series_text(self, visit: Any, content: str) -> str:
        """Return what a view of a visit shows, below its title."""
        if content == "subtraction":
            return str(self._station.frames.subtraction_text(visit))
        text = series_text(visit, *series_content(content))
        checked = self._station.checks.text(visit, content)
        return f"{text} · {checked}" if checked else text

    def show_series(self, visit: Any, contents: Sequence[str]) -> None:
        """Show again what views with these contents show of a visit."""
        state, row = self._station.state, self._station.session.row_of(visit.name)
        texts = {one: self._series_text(visit, one) for one in contents}
        own = state.series_shown.get(row, {})
        if any(own.get(one) != text for one, text in texts.items()):
            state.series_shown = {**state.series_shown, row: {**own, **texts}}

    def _forget_others(self) -> None:
        """Show what is always there in the place of series that no visit has any more."""
        state = self._station.state
        offered = {one["value"] for one in state.contents}
        for on, columns in self._arranged.items():
            self._arranged[on] = [
                content if content in offered else usual
                for content, usual in zip(columns, ARRANGEMENTS[on], strict=True)
            ]
        if set(state.columns) - offered:
            self.arrange_for_step(state.step)

    def _share_scale(self) -> None:
        """Give the chosen map one scale in all visits."""
        station, name = self._station, self._station.state.map_name
        shown = [v.maps[name].GetDisplayNode() for v in station.session.visits if name in v.maps]
        tops = {display.GetWindowLevelMax() for display in shown if display is not None}
        if len(tops) > 1 and name != "status":
            station.session.scale_maps(name, **station.maps.style())

    def show_legend(self) -> None:
        """Show the colour bar of the map, which is the same for all visits."""
        station, state = self._station, self._station.state
        self._share_scale()
        node = next(
            (v.maps[state.map_name] for v in station.session.visits if state.map_name in v.maps),
            None,
        )
        display = node.GetDisplayNode() if node is not None else None
        if display is None or state.map_name == "status":
            state.legend = None
            return
        low, high = display.GetWindowLevelMin(), display.GetWindowLevelMax()
        table = display.GetColorNode().GetLookupTable()
        colours = []
        for i in range(17):
            rgb = [0.0, 0.0, 0.0]
            table.GetColor(
                table.GetRange()[0] + i / 16 * (table.GetRange()[1] - table.GetRange()[0]), rgb
            )
            colours.append("rgb({},{},{})".format(*(round(255 * v) for v in rgb)))
        shown = QUANTITIES[state.map_name]
        state.legend = {
            "title": f"{shown.title} {unit_title(state.map_name, mode_of(node))}".strip(),
            "css": f"linear-gradient(to top, {', '.join(colours)})",
            "top": f"{_tick(high, high)} {shown.shown_unit}".strip(),
            "ticks": [_tick(low + (high - low) * i / 4, high) for i in (4, 3, 2, 1, 0)],
        }

    # -- slices -----------------------------------------------------------------------------------

    def show_position(self) -> None:
        """Show the slice number and the anatomical directions of each visit's views."""
        station, state = self._station, self._station.state
        positions, letters, beyond = {}, {}, {}
        for visit in station.session.shown:
            row = station.session.row_of(visit.name)
            index = station.views.slice_index(visit.name)
            count = visit.analysis.study.dynamic.geometry.shape[0]
            positions[row] = f"slice {index + 1} of {count}"
            for pane in station.views.panes_of(visit.name):
                letters[pane.name] = station.views.letters(pane)
                if station.views.is_across(pane):
                    plane = station.views.plane_of(pane, visit.analysis.study.dynamic.geometry)
                    positions[pane.name] = position_text(pane.node, plane)
            below = {one: station.views.volumes_of(visit, one)[0] for one in state.columns}
            beyond[row] = [
                content for content, node in below.items()
                if node is not None and not reaches(node, visit, index)
            ]  # fmt: skip
            if row == state.visit and index != state.slice_index:
                state.slice_index = index
        state.positions, state.letters, state.beyond = positions, letters, beyond
        self.show_cursor()

    def show_cursor(self) -> None:
        """Show place, region and values under the mouse, and in linked views what corresponds.

        The key of a row holds place and regions of its visit, that of a view its values.
        """
        station = self._station
        texts: dict[str, str | list[str]] = {}
        views, session = station.views, station.session
        if (cursor := views.reading) is not None:
            pointed, ras = cursor
            source = views.visit_of(pointed)
            for visit in session.shown if views.linked else (source,):
                row = session.row_of(visit.name)
                there = place = [float(v) for v in place_in(session, source, visit, ras)]
                linked = visit is not source and not views.is_across(pointed)
                if linked:
                    place = in_shown_slice(visit, there, views.slice_index(visit.name))
                names = region_names(visit, place)
                if station.state.step == 2 and (vessel := vessel_text(visit, place)):
                    names.append(vessel)
                elsewhere = []
                if linked:
                    elsewhere = slice_out_of_view(visit, place, views.slice_index(visit.name))
                texts[row] = " · ".join([place_text(there), *elsewhere, *names])
                for pane in views.shown():
                    if pane.row == row:
                        values = (value_text(visit, v, place) for v in views.shown_volumes(pane))
                        texts[pane.name] = [value for value in values if value]
        if texts != station.state.cursor:
            with station.state as state:
                state.cursor = texts

    def _slice_chosen(self) -> None:
        station, state = self._station, self._station.state
        visit = station.visit
        if visit is not None and int(state.slice_index) != station.views.slice_index(visit.name):
            station.views.go_to_slice(int(state.slice_index), visit.name)

    def _link_chosen(self) -> None:
        self._station.views.linked = self._station.state.linked
        if self._station.visit is not None:
            self._station.views.align(self._station.visit.name)

    def _planes_chosen(self) -> None:
        """Show three planes of one image, or again what was chosen for the step."""
        station, state = self._station, self._station.state
        if state.planes == station.views.planes:
            return
        if state.planes and state.planes_reason:
            state.planes = False
            return
        station.views.show_planes(bool(state.planes))
        if state.planes:
            state.columns = [content_for(station.session.shown)] * len(state.columns)
        else:
            state.columns = list(self._arranged[state.step == _DRAWING])
        station.views.fit()
        if station.visit is not None:
            station.views.align(station.visit.name)

    def _offer_planes(self) -> None:
        """Say why three planes are not offered; end them where they are not."""
        station, state = self._station, self._station.state
        drawing = "Regions are drawn in the dynamic slices. Open another step for three planes."
        why = obstacle(station.session.shown)
        state.planes_reason = why or (drawing if state.step == _DRAWING else "")
        if state.planes and state.planes_reason:
            state.planes = False

    def step_slice(self, step: int) -> None:
        """Show a slice some steps further, or a plane across the slices that is shown alone."""
        state, views = self._station.state, self._station.views
        if views.step_across(str(state.maximised), int(step)):
            return
        state.slice_index = min(max(int(state.slice_index) + int(step), 0), state.slice_count - 1)

    # -- frames -----------------------------------------------------------------------------------

    def show_frame(self) -> None:
        """Show the chosen dynamic frame in the visits that are shown."""
        station, state = self._station, self._station.state
        for visit in station.session.shown:
            visit.show_frame(visit.frame_in_view(int(state.frame))[0])
            station.frames.follow(visit)
            if visit is station.visit:
                self._say_time(visit)
                if not state.playing:  # a chart is too slow to draw for every frame
                    station.charts.follow_frame()
        station.checks.follow()
        self.show_cursor()

    def _say_time(self, visit: Any) -> None:
        """Say when the frame in view of a visit was acquired."""
        state = self._station.state
        frame_time = visit.frame_in_view(int(state.frame))[1]
        state.frame_time, state.frame_seconds = f"{frame_time:.1f} s", frame_time

    # -- page -------------------------------------------------------------------------------------

    def ui(self) -> None:
        with html.Div(classes="bar", v_show="visits.length"):
            with html.Div(**title_if(NO_MAPS, "Map that the views show")):
                v3.VSelect(
                    model_value=("maps.length ? map_name : null",), items=("maps",),
                    update_modelValue="map_name = $event", density="compact", hide_details=True,
                    classes="map-select", variant="outlined", disabled=("!maps.length",),
                    id="map-select", raw_attrs=['aria-label="Map"'],
                    menu_props=("{ maxHeight: 640 }",),
                )  # fmt: skip
            with html.Div(
                classes="bar-group", title="Opacity of the map over the anatomy", id="opacity-box"
            ):
                v3.VIcon("mdi-circle-opacity", size="small")
                v3.VSlider(
                    v_model=("opacity",), min=0, max=100, step=1, density="compact",
                    hide_details=True, classes="slider", id="opacity",
                    raw_attrs=['aria-label="Opacity of the map"'],
                )  # fmt: skip
            with html.Div(
                classes="bar-group", title="Slice (mouse wheel, PgUp, PgDn)", id="slice-box"
            ):
                v3.VIcon("mdi-layers-outline", size="small")
                v3.VSlider(
                    v_model=("slice_index",), min=0, max=("slice_count - 1",), step=1,
                    density="compact", hide_details=True, classes="slider",
                    raw_attrs=['aria-label="Slice"'],
                )  # fmt: skip
                html.Span("{{ slice_index + 1 }} / {{ slice_count }}", classes="number")
            with html.Div(
                classes="bar-group", title="Dynamic frame (press space to play)", id="frame-box"
            ):
                v3.VBtn(
                    icon=("playing ? 'mdi-pause' : 'mdi-play'",), variant="text", size="x-small",
                    click=self._station.frames.toggle, id="play",
                    raw_attrs=[":aria-label=\"playing ? 'Stop the playback' : 'Play frames'\""],
                )  # fmt: skip
                v3.VSlider(
                    v_model=("frame",), min=0, max=("frames - 1",), step=1, density="compact",
                    hide_details=True, classes="slider", raw_attrs=['aria-label="Frame"'],
                )  # fmt: skip
                html.Span(
                    "{{ Math.min(frame + 1, frames) }} / {{ frames }}<br>{{ frame_time }}",
                    classes="number",
                )
            with html.Div(classes="bar-icons"):
                self._station.frames.ui()
                self._station.checks.ui()
                undo_ui(self._station)
                self._station.windows.ui()
                v3.VBtn(
                    icon=("linked ? 'mdi-link-variant' : 'mdi-link-variant-off'",), variant="text",
                    size="x-small", click="linked = !linked", v_if="two", id="link",
                    title=("link_title",),
                    raw_attrs=['aria-label="Link both visits"', ':aria-pressed="linked"'],
                )  # fmt: skip
                v3.VBtn(
                    icon="mdi-axis-arrow", size="x-small", click="planes = !planes", id="planes",
                    variant=("planes ? 'tonal' : 'text'",),
                    color=("planes ? 'primary' : undefined",), disabled=("!!planes_reason",),
                    title=(f"planes_reason || '{_PLANES}'",),
                    raw_attrs=['aria-label="Three planes"', ':aria-pressed="planes"'],
                )  # fmt: skip
                v3.VBtn(
                    icon="mdi-fit-to-page-outline", variant="text", size="x-small",
                    click=self._station.views.fit, title="Fit the slices to the views", id="fit",
                    raw_attrs=['aria-label="Fit to views"'],
                )  # fmt: skip


def _tick(value: float, top: float) -> str:
    """Return the text of a tick, with digits that suit the top of the scale."""
    digits = 0 if top >= 20 else 1 if top >= 2 else 2 if top >= 0.2 else 3
    return f"{value:.{digits}f}"
