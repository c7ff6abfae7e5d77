"""Playback and subtraction of the dynamic frames, and the menu of their settings."""

from __future__ import annotations

import asyncio
from typing import Any

from trame.widgets import html
from trame.widgets import vuetify3 as v3

from SpineDCEWidget.browser.disabled_reasons import NO_STUDY, disabled_if
from SpineDCEWidget.shared.frame_playback import RATES, USUAL_RATE, PlayedRange
from SpineDCEWidget.shared.frame_subtraction import (
    BEFORE,
    IN_VIEW,
    PASS,
    USUAL,
    Term,
    show_subtraction,
    subtraction_text,
)

_HELP = "Frames: speed and range of the playback, subtraction"
#: What can be subtracted beside single frames.
_TERMS = (
    (PASS, "last frame of the first pass"), (BEFORE, "mean before the bolus"),
    (IN_VIEW, "frame in view"),
)  # fmt: skip


class FrameControls:
    """Playback of the frames of all visits that are shown, and the difference of two of them.

    Attributes:
        range: that is played.
        terms: what is subtracted from what.
    """

    def __init__(self, station: Any) -> None:
        self._station = station
        self._player: asyncio.Task[None] | None = None
        self.range = PlayedRange()
        self.terms: tuple[Term, Term] = USUAL
        station.state.update(
            {
                "playing": False, "play_rate": USUAL_RATE, "play_first": 0, "play_last": 0,
                "frame_items": [], "minuend": USUAL[0], "subtrahend": USUAL[1],
                "subtracted": "",
            }
        )  # fmt: skip
        for name, action in {
            "play_first": self._begin, "play_last": self._end, "minuend": self._subtract,
            "subtrahend": self._subtract,
        }.items():  # fmt: skip
            station.state.change(name)(lambda action=action, **_: action())

    def refresh(self) -> None:
        """Offer the frames of the selected visit."""
        station, state = self._station, self._station.state
        visit = station.visit
        times = [] if visit is None else visit.analysis.study.dynamic.times.tolist()
        if not station.session.visits:
            self.range, self.terms = PlayedRange(), USUAL
        items = [{"title": f"{i + 1} ({t:.1f} s)", "value": i} for i, t in enumerate(times)]
        if items != state.frame_items:
            state.frame_items = items
        state.play_first, state.play_last = self.range.within(len(times))
        state.minuend, state.subtrahend = self.terms
        self._tell(visit)

    # -- playback ---------------------------------------------------------------------------------

    def toggle(self) -> None:
        """Start or stop the playback of the frames."""
        state = self._station.state
        state.playing = not state.playing
        if state.playing:
            if "frame" not in state.columns:
                self._station.bar.set_column(0, "frame")
            self._player = asyncio.get_running_loop().create_task(self._play())
        elif self._player is not None:
            self._player.cancel()
            self._station.charts.follow_frame()

    async def _play(self) -> None:
        state = self._station.state
        clock = asyncio.get_running_loop().time
        while state.playing and self._station.visit is not None:
            started = clock()
            with state:
                state.frame = self.range.after(int(state.frame), int(state.frames))
            interval = 1 / float(state.play_rate)
            await asyncio.sleep(interval)
            # If drawing is slow, leave as much time for other work as it took.
            await asyncio.sleep(max(0.0, clock() - started - interval))
        with state:
            state.playing = False  # the study was closed

    def _begin(self) -> None:
        state = self._station.state
        if state.play_first != self.range.within(state.frames)[0]:
            self.range = self.range.beginning(int(state.play_first), state.frames)
            self.refresh()

    def _end(self) -> None:
        state = self._station.state
        if state.play_last != self.range.within(state.frames)[1]:
            self.range = self.range.ending(int(state.play_last), state.frames)
            self.refresh()

    def play_all(self) -> None:
        """Play the whole series."""
        self.range = PlayedRange()
        self.refresh()

    # -- subtraction ------------------------------------------------------------------------------

    def subtraction_text(self, visit: Any) -> str:
        """Return what is subtracted from what in a visit, where a view shows it; else ""."""
        if not self._subtracts:
            return ""
        return subtraction_text(visit, self.terms, int(self._station.state.frame))

    @property
    def _subtracts(self) -> bool:
        return "subtraction" in self._station.state.columns

    def prepare(self) -> None:
        """Fill the subtraction of the visits that are shown, where a view shows it."""
        for visit in self._station.session.shown if self._subtracts else ():
            show_subtraction(visit, self.terms, int(self._station.state.frame))

    def follow(self, visit: Any) -> None:
        """Let the subtraction follow the frame in view."""
        if self._subtracts and IN_VIEW in self.terms:
            show_subtraction(visit, self.terms, int(self._station.state.frame))
            self._station.bar.show_series(visit, ["subtraction"])
            if visit is self._station.visit:
                self._tell(visit)

    def _subtract(self) -> None:
        """Show what was chosen at once."""
        state = self._station.state
        terms: tuple[Term, Term] = (_term(state.minuend), _term(state.subtrahend))
        if terms == self.terms:
            return
        self.terms = terms
        if self._subtracts:
            self.prepare()
            self._station.views.fill()
            self._station.bar.refresh()
        else:
            self.show_subtraction()

    def show_subtraction(self) -> None:
        """Show the subtraction in the view of the frame, or else in the first one."""
        columns = self._station.state.columns
        if not self._subtracts:
            place = columns.index("frame") if "frame" in columns else 0
            self._station.bar.set_column(place, "subtraction")

    def _tell(self, visit: Any) -> None:
        self._station.state.subtracted = "" if visit is None else self.subtraction_text(visit)

    # -- page -------------------------------------------------------------------------------------

    def ui(self) -> None:
        """Build the button beside the frame, and its menu."""
        v3.VBtn(
            icon="mdi-tune-variant", variant="text", size="x-small", id="frames-menu",
            click="void 0", raw_attrs=[f'aria-label="{_HELP}"'], **disabled_if(NO_STUDY, _HELP),
        )  # fmt: skip
        with (
            v3.VMenu(activator="#frames-menu", location="bottom end", close_on_content_click=False),
            v3.VCard(classes="frames pa-3"),
        ):
            html.Div("Playback", classes="label")
            with html.Div(classes="row frames-row"):
                html.Span("Speed", classes="field")
                with _list("play_rate", "Speed of the playback"):
                    for rate in RATES:
                        html.Option(f"{rate} frames/s", value=(str(rate),))
            for words, name, label in (
                ("From frame", "play_first", "First frame of the playback"),
                ("to frame", "play_last", "Last frame of the playback"),
            ):
                with html.Div(classes="row frames-row"):
                    html.Span(words, classes="field")
                    with _list(name, label):
                        _frames()
                    if name == "play_last":
                        v3.VBtn(
                            "All", size="x-small", variant="tonal", click=self.play_all,
                            id="play-all", title="Play the whole series",
                        )  # fmt: skip
            html.Div("Subtraction", classes="label mt-2")
            for words, name, label in (
                ("Show", "minuend", "Image from which another is subtracted"),
                ("minus", "subtrahend", "Image that is subtracted"),
            ):
                with html.Div(classes="row frames-row"):
                    html.Span(words, classes="field")
                    with _list(name, label):
                        for value, title in _TERMS:
                            html.Option(title, value=str(value))
                        _frames("frame ")
            with html.Div(classes="row frames-row"):
                html.Span("{{ subtracted }}", classes="grow hint", id="subtracted")
                v3.VBtn(
                    "Show", size="x-small", variant="tonal", click=self.show_subtraction,
                    id="show-subtraction", disabled=("columns.includes('subtraction')",),
                    title=("columns.includes('subtraction') ? 'A view shows the subtraction.' : "
                           "columns.includes('frame') ? 'Show the subtraction in the place of the "
                           "frame' : 'Show the subtraction in the first column'",),
                )  # fmt: skip


def _list(name: str, label: str) -> Any:
    """Build a list of choices for a variable, without its items."""
    return html.Select(
        classes="list-choice", id=name.replace("_", "-"), v_model=(name,), title=label,
        raw_attrs=[f'aria-label="{label}"'],
    )  # fmt: skip


def _frames(before: str = "") -> None:
    """Build the items of a list for the frames of the selected visit."""
    html.Option(
        f"{before}{{{{ f.title }}}}", v_for="f in frame_items", key="f.value", value=("f.value",)
    )


def _term(chosen: Any) -> Term:
    """Return the term of a choice in a list."""
    return str(chosen) if chosen in (PASS, BEFORE, IN_VIEW) else int(chosen)
