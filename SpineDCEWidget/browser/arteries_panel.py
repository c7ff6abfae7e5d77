"""Step 2: the artery that the AIF is measured in, and the shift of the AIF."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import numpy as np
from SpineDCELib.errors import InputError
from SpineDCELib.settings import FORM
from trame.widgets import html
from trame.widgets import vuetify3 as v3

from SpineDCEWidget.browser import plotly_figures as curves
from SpineDCEWidget.browser.disabled_reasons import NO_CURVES, NO_STUDY, disabled_if, title_if
from SpineDCEWidget.browser.file_uploads import take_upload, upload_ui
from SpineDCEWidget.browser.outline_overlay import Outline, Overlay
from SpineDCEWidget.browser.plot_element import plot
from SpineDCEWidget.browser.view_stream import let_send
from SpineDCEWidget.shared import formatting as shown
from SpineDCEWidget.shared.artery_marks import (
    ArteryMarks,
    edge_of,
    found_of,
    place_of,
    toggle_vessel,
    toggle_voxel,
)
from SpineDCEWidget.shared.wording import (
    EXPLAINED,
    remedy,
    setting_choices,
    setting_help,
    setting_label,
)

_STEP = 2
#: Label of a file with an AIF.
_FILE = setting_label("inputs.aif_file")


#: Heading of the table of candidates → help.
_HEADINGS = {
    "": "Whether it is in the AIF", "Slice": "Slice",
    "Vessel": "Number of the vessel, the same in every slice that it crosses",
    "Arrival": "Half of the peak is reached",
    "Uncorrected peak": "Of the magnitude, in whole blood, before any correction for T2* or by "
                        "phase; the AIF in use is corrected, and that of plasma",
    "Reason": "Why it is in the AIF or not",
}  # fmt: skip
#: Voxels that the numbers of a candidate are taken from.
_OF_VOXELS = "of its voxels in the AIF, or of all its voxels where none is in it"


def _outline_of(visit: Any, candidate: Any) -> Outline:
    """Return the outline of a vessel's voxels, or of most of them, in the slice of a candidate."""
    vessels = visit.analysis.detection().vessels[candidate.slice]
    across, down, _between = visit.analysis.study.dynamic.geometry.spacing
    places = [
        (float(column * across), float(row * down))
        for row, column in edge_of(vessels == candidate.vessel)
    ]
    return Outline(visit, candidate.slice, places, text=candidate.name)


class ArteriesPanel:
    """Panel of step 2: shift, source of the AIF, and candidate arteries."""

    def __init__(self, station: Any) -> None:
        self._station = station
        self._outline: Overlay | None = None  #: of the candidate that is shown
        self._marks = ArteryMarks()
        self._wanted: tuple[Any, float] | None = None  #: visit, and the shift it is to have
        self._moving: asyncio.Task[None] | None = None
        station.state.update(
            {
                "shift": 0.0, "shift_low": -6.0, "shift_high": 20.0,
                "shift_known": False, "candidates": [],
                "candidates_figure": {"data": [], "layout": {}},
                "proposal": None, "aif_source": "auto", "region_delays": [],
                "aif_source_label": setting_label("aif.source"),
                "artery_tool": "", "show_vessels": True,
                "sources": [
                    {"title": title, "value": value}
                    for value, title in setting_choices("aif.source").items()
                ],
            }
        )  # fmt: skip
        station.state.change("shift")(lambda **_: self._shift_chosen())
        station.state.change("aif_source")(lambda **_: self._source_chosen())
        station.state.change("show_vessels")(lambda **_: self.show_vessels())

    # -- candidates -------------------------------------------------------------------------------

    def toggle(self, index: int) -> None:
        """Include or exclude a candidate, and compute the maps soon."""
        session, visit = self._station.session, self._station.visit
        if visit is not None and self._station.attempt(
            lambda: session.toggle_candidate(visit, int(index))
        ):
            self.show_candidates()
            self._station.changed(visit)

    def show(self, index: int) -> None:
        """Show a candidate in the views: its slice, with its place marked."""
        station, visit = self._station, self._station.visit
        if visit is None or not visit.is_preprocessed:
            return
        candidates = visit.analysis.detection().candidates
        if 0 <= int(index) < len(candidates):
            candidate = candidates[int(index)]
            station.views.go_to_slice(candidate.slice, visit.name)
            station.views.mark(visit, place_of(visit, int(index)))
            if self._outline is None:
                self._outline = Overlay(station.views)
            self._outline.show(_outline_of(visit, candidate))

    def forget_candidate(self) -> None:
        """Remove the outline of the candidate that was shown."""
        if self._outline is not None:
            self._outline.show(None)

    def use(self, tool: str) -> None:
        """Let clicks on the images take a vessel or a voxel in or out; again, put the tool down."""
        state = self._station.state
        state.artery_tool = "" if state.artery_tool == tool else tool

    def take_at(self, visit: Any, ras: tuple[float, float, float]) -> None:
        """Include or exclude the vessel or the voxel at a RAS point, mm, of a visit."""
        station = self._station
        if visit.analysis is None or found_of(visit) is None:
            station.show_error(
                f"The artery of the {visit.word} visit is not the one found in the images, or its "
                "maps are out of date. Choose it as the source of the AIF, or compute the maps."
            )
            return
        take = toggle_vessel if station.state.artery_tool == "vessel" else toggle_voxel
        if station.attempt(lambda: take(station.session, visit, ras)):
            self.show_candidates()
            station.changed(visit)

    def show_vessels(self) -> None:
        """Outline the vessels of the shown visits, if that is wanted, in this step alone."""
        station = self._station
        wanted = station.state.step == _STEP and station.state.show_vessels
        if self._marks.follow(station.session.visits, station.session.shown if wanted else ()):
            station.views.fill()

    def reset(self) -> None:
        """Undo all changes by hand to the artery that was found."""
        visit = self._station.visit
        if visit is not None:
            self._station.session.reset_artery(visit)
            self._station.forget_error()
            self.show_candidates()
            self._station.changed(visit)

    def picked(self, event: dict[str, Any]) -> None:
        """Include or exclude the candidate whose curve was clicked."""
        if isinstance(event.get("meta"), int):
            self.toggle(event["meta"])

    def _source_chosen(self) -> None:
        visit, source = self._station.visit, self._station.state.aif_source
        if visit is None or visit.settings.aif.source == source:
            return
        if source == "mask" and visit.analysis.aif_mask is None:
            self._station.show_error(
                "Draw the aorta first (step 3), then choose it as the source of the AIF."
            )
            self._station.state.aif_source = visit.settings.aif.source
            return
        if source == "file" and visit.state.aif_file is None:
            self._station.show_error(f"Load an {_FILE} first (below).")
            self._station.state.aif_source = visit.settings.aif.source
            return
        self._station.choose({"aif.source": source})

    def uploaded(self, folder: Path) -> None:
        """Take the AIF of the selected visit from a file that was uploaded."""
        take_upload(
            self._station, folder, self._station.session.read_aif_file,
            "The AIF of the {visit} visit is that of {file}.",
        )  # fmt: skip

    # -- shift ------------------------------------------------------------------------------------

    def shift_by(self, step: float) -> None:
        """Move the shift by some seconds."""
        self._station.state.shift = round(float(self._station.state.shift) + float(step), 2)

    def set_shift(self, seconds: float) -> None:
        """Set the shift to the place that the curve was dragged to."""
        self._station.state.shift = round(float(seconds), 2)

    def use_proposal(self) -> None:
        """Use the proposed shift that is shown; it then follows the regions."""
        station, visit = self._station, self._station.visit
        if visit is not None and station.attempt(lambda: station.session.use_proposal(visit)):
            self._wanted = None
            station.changed(visit)
            station.refresh()

    def set_delay(self, name: str, text: str) -> None:
        """Set the shift of one region; "" resets it."""
        station, visit = self._station, self._station.visit
        if visit is None:
            return
        parse = FORM["fit.shifts"].parse_named

        def change() -> None:
            seconds = parse(f"{name}={text}")[1] if str(text).strip() else None
            station.changed(*station.session.set_delay(visit, name, seconds))

        station.attempt(change)
        with station.state:
            station.refresh()

    def _shift_chosen(self) -> None:
        visit = self._station.visit
        if visit is None or visit.result is None:
            return
        shift = float(np.clip(self._station.state.shift, *visit.shift_limits))
        self._station.state.shift = shift
        if shift == visit.settings.fit.shift:
            return
        self._wanted = visit, shift
        if self._moving is None or self._moving.done():
            self._moving = asyncio.get_running_loop().create_task(self._move())

    async def _move(self) -> None:
        """Fit the slice in view at the latest shift until no newer one was set.

        The visit is the one for which it was set, whichever is selected meanwhile.
        """
        station = self._station
        while self._wanted is not None:
            if station.jobs.running:
                # The running computation uses an outdated shift.
                station.jobs.cancel()
                await asyncio.sleep(0.01)
                continue
            await let_send()  # the page receives the shift first, and moves its curve
            if self._wanted is None:  # the proposal is to be used instead
                return
            (visit, wanted), self._wanted = self._wanted, None
            if visit.analysis is None or visit not in station.session.shown:
                return
            try:
                station.session.set_shift(visit, wanted)
                station.changed(visit)
                await let_send()  # the page takes the ticks away during the fit
                if visit.analysis is None:  # it was closed
                    return
                station.session.refit(visit, [station.views.slice_index(visit.name)])
            except InputError as error:
                station.show_error(remedy(error))
                return
            station.show_position_soon()
            await asyncio.sleep(0)

    # -- showing ----------------------------------------------------------------------------------

    def refresh(self) -> None:
        state, visit = self._station.state, self._station.visit
        self.show_vessels()
        if self._outline is not None and (
            state.step != _STEP or not self._station.views.crosshairs
        ):
            self.forget_candidate()
        if visit is None:
            state.candidates, state.proposal, state.region_delays = [], None, []
            state.shift_known = False
            return
        shift = visit.shift_in_use
        coming = self._wanted is not None and self._wanted[0] is visit
        # Before its first computation a visit has no shift, and must not show that of another.
        state.shift_known = coming or shift is not None
        state.shift_low, state.shift_high = visit.shift_limits
        if shift is not None and not coming:
            state.shift = shift
        state.aif_source = visit.settings.aif.source
        # It belongs to one visit, unlike the settings below it.
        state.aif_source_label = f"{setting_label('aif.source')} ({visit.shown_label})"
        evidence = visit.evidence
        proposed = None if evidence is None or evidence.doubt else float(evidence.proposal)
        state.proposal = {
            "shift": None if proposed is None else round(proposed, 2),
            "text": shown.proposal(visit),
            "used": visit.follows_proposal and proposed is not None
            and round(proposed, 2) == visit.settings.fit.shift,
        }  # fmt: skip
        self._show_delays(visit)
        self.show_candidates()

    def _show_delays(self, visit: Any) -> None:
        """Show the delay of each region; while the maps are computed, as it was."""
        if visit.problem or visit.result is None:
            self._station.state.region_delays = []
        elif visit.is_current:
            self._station.state.region_delays = [
                {"name": name, "value": f"{delay.value:.2f}", "text": shown.delay_shown(delay),
                 "own": name in visit.settings.fit.shifts}
                for name, delay in visit.analysis.delays().items()
            ]  # fmt: skip

    def show_candidates(self) -> None:
        self.show_vessels()
        state, visit = self._station.state, self._station.visit
        if visit is None or visit.settings.aif.source != "auto":
            state.candidates = []
            return
        visit.take_attempt()
        if visit.result is None and not (visit.problem and visit.is_preprocessed):
            state.candidates = []
            return
        if not visit.is_preprocessed:
            return  # the computation that follows shows them
        try:
            found = visit.analysis.detection()
        except InputError:
            return
        state.candidates = [
            {"index": i, "slice": c.slice + 1, "vessel": c.vessel, "taken": bool(c.accepted),
             "peak": f"{c.peak:.1f} {found.unit}", "arrival": f"{c.arrival:.1f}",
             "reason": c.reason}
            for i, c in enumerate(found.candidates)
        ]  # fmt: skip
        state.candidates_figure = curves.candidates_figure(
            found, t=visit.analysis.images.dynamic.times, dark=state.dark
        )

    def ui(self) -> None:
        shift_label = setting_label("fit.shift")
        with html.Div(classes="stack"):
            with html.Div(classes="shift-box shift-handle", **title_if(NO_CURVES)):
                with html.Div(classes="shift-head"):
                    html.Span(
                        shift_label,
                        classes="label",
                        title=EXPLAINED["shift"],
                    )
                    html.Span(
                        "{{ shift_known ? Number(shift).toFixed(2).replace('-', '−') + ' s' "
                        ": '–' }}",
                        classes="big",
                        id="shift-value",
                    )
                v3.VSlider(
                    v_model=("shift",), min=("shift_low",), max=("shift_high",), step=0.05,
                    density="compact",
                    hide_details=True, color="primary", id="shift-slider",
                    disabled=("!has_curves",), raw_attrs=[f'aria-label="{shift_label} in seconds"'],
                )  # fmt: skip
                with html.Div(classes="row", v_if="proposal"):
                    html.Span(
                        "{{ (['maps', 'results'].includes(outdated[visit]) ? 'Out of date. ' : '') "
                        "+ proposal.text }}",
                        classes="hint grow", id="proposal",
                    )  # fmt: skip
                    v3.VBtn(
                        "Use proposal", size="x-small", variant="tonal", id="use-proposal",
                        click=self.use_proposal,
                        **disabled_if({
                            "proposal.shift === null": "No shift is proposed.",
                            # The page moves the shift before the program has answered.
                            "proposal.used && Math.abs(shift - proposal.shift) < 0.006":
                                "The proposed shift is in use, and follows the regions.",
                        }, "Use the proposed shift"),
                    )  # fmt: skip
                html.Div(
                    "Move the slider, drag the AIF below the images, or click in the chart of the "
                    "residual. While the slider or the chart of the curves has the focus, the "
                    "arrow keys move the shift by 0.1 s, with Shift by 1 s.",
                    classes="hint",
                )
            with html.Div(v_if="region_delays.length", classes="stack", id="region-delays"):
                html.H3(
                    "Shift of each region, and what its curves show (95 %)"
                    "{{ outdated[visit] ? ', out of date' : '' }}", classes="label",
                    title=setting_help("fit.shifts"),
                )  # fmt: skip
                with html.Div(v_for="d in region_delays", key="d.name", classes="row"):
                    html.Span("{{ d.name }}", classes="field")
                    html.Input(
                        classes="region-delay", title="Shift of this region, s",
                        disabled=("setting_fit_shift_by !== 'region'",),
                        raw_attrs=[
                            ':value="d.value"', ":aria-label=\"'Shift of ' + d.name + ', s'\"",
                            # The next key is one of the page, not a digit of the shift.
                            '@keydown.enter="$event.target.blur()"',
                        ],
                        change=(self.set_delay, "[d.name, $event.target.value]"),
                    )  # fmt: skip
                    html.Span("s", classes="hint")
                    html.Span("{{ d.text }}", classes="hint grow")
                    v3.VBtn(
                        "Reset", size="x-small", variant="text", v_if="d.own",
                        classes="reset-delay", title="Use the delay that the region's curves show",
                        click=(self.set_delay, "[d.name, '']"),
                    )  # fmt: skip
            with html.Div(**title_if(NO_STUDY, setting_help("aif.source"))):
                v3.VSelect(
                    v_model=("aif_source",), items=("sources",), label=("aif_source_label",),
                    density="compact", hide_details=True, variant="outlined",
                    disabled=("!visits.length",), id="aif-source",
                )  # fmt: skip
            upload_ui("aif", _FILE, f"{setting_help('inputs.aif_file')} CSV, TSV, text or JSON")
            self._station.settings.ui(2)
            with html.Div(v_if="candidates.length", classes="stack"):
                with html.Div(classes="row"):
                    html.Span(
                        "Candidates: click a curve or its mark to include or exclude it, a row to "
                        "show its slice",
                        classes="hint grow",
                    )
                    v3.VBtn("Reset to automatic", size="x-small", variant="text", click=self.reset,
                            id="reset-artery",
                            title="Undo all changes by hand to the artery that was found",
                            )  # fmt: skip
                with html.Div(classes="row"):
                    html.Span("Include or exclude on the image", classes="hint grow")
                    for tool, title in (
                        ("vessel", "Include or exclude the vessel that is clicked, in its slice"),
                        ("voxel", "Include or exclude the voxel that is clicked"),
                    ):
                        v3.VBtn(
                            tool.capitalize(), size="x-small", id=f"artery-{tool}", title=title,
                            variant=(f"artery_tool === '{tool}' ? 'flat' : 'tonal'",),
                            color=(f"artery_tool === '{tool}' ? 'primary' : undefined",),
                            click=(self.use, f"['{tool}']"),
                            raw_attrs=[f":aria-pressed=\"artery_tool === '{tool}'\""],
                        )  # fmt: skip
                html.Div(
                    "A click on the image includes or excludes {{ artery_tool === 'vessel' ? "
                    "'the vessel in this slice' : 'the voxel' }}. Press Esc to end.",
                    classes="hint", v_if="artery_tool",
                )  # fmt: skip
                v3.VCheckbox(
                    v_model=("show_vessels",), label="Outline the vessels", density="compact",
                    hide_details=True, id="show-vessels",
                    title="Outline the voxels in the AIF in pink, and rejected vessels in grey",
                )  # fmt: skip
                plot(
                    self._station, "candidates_figure", "candidates-plot", pick=self.picked,
                    tools=False, label="Curves of the candidate arteries of every slice",
                )  # fmt: skip
                with html.Div(classes="table-box"), html.Table(classes="list"):
                    with html.Thead(), html.Tr():
                        for heading, help_text in _HEADINGS.items():
                            html.Th(heading, title=help_text)
                    with html.Tbody(), html.Tr(
                        v_for="c in candidates", key="c.index", click=(self.show, "[c.index]"),
                        classes="candidate",
                        raw_attrs=[
                            ':class="{taken: c.taken}"',
                            ":title=\"c.reason + '. Click to show its slice.'\"",
                        ],
                    ):  # fmt: skip
                        # A click on it is also a click on the row, which shows the slice.
                        with html.Td():
                            html.Button(
                                "{{ c.taken ? '✓' : '＋' }}", classes="candidate-taken",
                                click=(self.toggle, "[c.index]"),
                                raw_attrs=[
                                    'role="checkbox"', ':aria-checked="c.taken"',
                                    ':tabindex="c === candidates[0] ? 0 : -1"',
                                    ":aria-label=\"'Artery in slice ' + c.slice + ', vessel ' + "
                                    "c.vessel + ', arrival ' + c.arrival + ' s, peak ' + c.peak + "
                                    "', ' + c.reason\"",
                                ],
                            )  # fmt: skip
                        html.Td("{{ c.slice }}")
                        html.Td("{{ c.vessel }}")
                        html.Td("{{ c.arrival }} s", title=f"Half of the peak, {_OF_VOXELS}")
                        html.Td("{{ c.peak }}", title=f"Highest value in blood, {_OF_VOXELS}")
                        html.Td("{{ c.taken ? '' : c.reason }}", classes="reason")
