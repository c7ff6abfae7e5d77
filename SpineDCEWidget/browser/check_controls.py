"""Menu of the checks by eye, and the two images that some of them show in turns."""

from __future__ import annotations

import asyncio
from typing import Any

from trame.widgets import html
from trame.widgets import vuetify3 as v3

from SpineDCEWidget.shared.visual_checks import (
    CONTENTS,
    IN_TURNS,
    MOTION,
    OF_OTHER,
    OFF,
    TITLES,
    follow_windows,
    forget_checks,
    motion_text,
    obstacle,
    other_text,
    show_corrected,
    show_other,
)

#: Time for which each of two images is shown, s: slow enough for everybody.
_TURN = 1.0
_HELP = "Check by eye: motion correction, registration of the visits"


class CheckControls:
    """The check that the views show; at most one at a time."""

    def __init__(self, station: Any) -> None:
        self._station = station
        self._timer: asyncio.Task[None] | None = None
        station.state.update(
            {
                "check": OFF, "check_turn": 0, "check_alone": False, "check_reasons": {},
                "calm": False,
            }
        )  # fmt: skip
        for name in ("check", "calm"):
            station.state.change(name)(lambda **_: self._chosen())

    def refresh(self) -> None:
        """Offer what is possible; end a check that is not possible any more."""
        station, state = self._station, self._station.state
        state.check_reasons = {
            check: why for check in TITLES if check != OFF
            and (why := obstacle(station.session, check))
        }  # fmt: skip
        if state.check in state.check_reasons:
            state.check = OFF
            self._chosen()
        else:
            self.prepare()

    # -- images -----------------------------------------------------------------------------------

    def _chosen(self) -> None:
        station, state = self._station, self._station.state
        self._stop()
        check = str(state.check)
        if check == station.views.check and check == OFF:
            return
        if check not in TITLES or check in state.check_reasons:
            state.check = check = OFF
        state.check_turn, state.check_alone = 0, False
        station.views.check, station.views.turn = check, 0
        if check == OFF:
            forget_checks(station.session.visits)
        else:
            content = CONTENTS[check]
            if content not in state.columns:
                station.bar.set_column(0, content)
            self.prepare()
        station.views.fill()
        station.bar.refresh()
        if check in IN_TURNS and not state.calm:
            state.check_alone = True
            self._timer = asyncio.get_running_loop().create_task(self._alternate())

    def prepare(self) -> None:
        """Fill what the check shows of the visits."""
        station, check = self._station, str(self._station.state.check)
        shown = station.session.shown
        forget_checks([visit for visit in station.session.visits if visit not in shown])
        for visit in shown:
            if check == MOTION:
                show_corrected(visit, visit.frame_in_view(int(station.state.frame))[0])
            elif check in OF_OTHER and (other := self._other(visit)) is not None:
                show_other(station.session, visit, other, check)
        station.views.show_check()

    def follow(self) -> None:
        """Follow the frame in view, in all visits that are shown."""
        station, check = self._station, self._station.state.check
        of_frames = any(visit.anatomy is None for visit in station.session.shown)
        if check == MOTION or (check in OF_OTHER and of_frames):
            self.prepare()
            self._show_texts()

    def follow_windows(self) -> None:
        """Follow window and level of the images that are compared."""
        if self._station.state.check != OFF:
            for visit in self._station.session.shown:
                follow_windows(visit, self._other(visit))

    def text(self, visit: Any, content: str) -> str:
        """Return what the check shows in the views of a visit with this content; "" if nothing."""
        station, check = self._station, str(self._station.state.check)
        if CONTENTS.get(check) != content:
            return ""
        if check == MOTION:
            index = visit.frame_in_view(int(station.state.frame))[0]
            return motion_text(visit, index, corrected=station.views.turn == 1)
        other = self._other(visit)
        if other is None or (check in IN_TURNS and station.views.turn == 0):
            return ""
        return other_text(station.session, visit, other, check)

    def _other(self, visit: Any) -> Any:
        return next((one for one in self._station.session.shown if one is not visit), None)

    # -- turns ------------------------------------------------------------------------------------

    def switch(self) -> None:
        """Show the other one of two images, which then no longer change by themselves."""
        self._stop()
        self._station.state.check_alone = False
        self._turn()

    def _turn(self) -> None:
        station, state = self._station, self._station.state
        if state.check in IN_TURNS:
            station.views.turn = 1 - station.views.turn
            state.check_turn = station.views.turn
            station.views.show_check()
            self._show_texts()

    def _show_texts(self) -> None:
        content = CONTENTS[str(self._station.state.check)]
        for visit in self._station.session.shown:
            self._station.bar.show_series(visit, [content])

    async def _alternate(self) -> None:
        while True:
            await asyncio.sleep(_TURN)
            with self._station.state:
                self._turn()

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    # -- page -------------------------------------------------------------------------------------

    def ui(self) -> None:
        """Build the button in the bar, and its menu."""
        v3.VBtn(
            icon="mdi-compare", variant=(f"check === '{OFF}' ? 'text' : 'tonal'",),
            color=(f"check === '{OFF}' ? undefined : 'primary'",), size="x-small",
            id="check-menu", click="void 0", title=_HELP, raw_attrs=[f'aria-label="{_HELP}"'],
        )  # fmt: skip
        with (
            v3.VMenu(activator="#check-menu", location="bottom end", close_on_content_click=False),
            v3.VCard(classes="frames checks pa-3"),
        ):
            html.Div("Check by eye", classes="label")
            for check, title in TITLES.items():
                why = f"check_reasons['{check}']"
                v3.VBtn(
                    title, size="small", block=True, id=f"check-{check}",
                    variant=(f"check === '{check}' ? 'flat' : 'text'",),
                    color=(f"check === '{check}' ? 'primary' : undefined",),
                    click=f"check = '{check}'", disabled=(f"!!{why}",), title=(f"{why} || ''",),
                    raw_attrs=[f":aria-pressed=\"check === '{check}'\""],
                )  # fmt: skip
            turns = " || ".join(f"check === '{one}'" for one in IN_TURNS)
            html.Div(
                "{{ check_alone ? 'The images change every second; C changes them by hand.' "
                ": 'Press C to change between the images.' }}",
                classes="hint mt-2", v_if=turns, id="check-hint",
            )  # fmt: skip
