"""Tour of the page at the first use: one stop per step, until the user has had enough of it."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from SpineDCELib.files.user_data import private_folder, user_folder
from trame.widgets import html
from trame.widgets import vuetify3 as v3

#: File in the user's data folder that says that the tour is not to open by itself.
SEEN = "tour-seen"
#: What each step is for, and its first gesture.
STOPS = (
    "Open a study here: a folder, a file, an upload, or a study of an archive. The sample patient "
    "needs no data of your own. Artery, shift and maps are then computed automatically; you "
    "correct what you see.",
    "Check the artery that was found. Click on a curve or a row of the table to take a vessel in "
    "or out, and move the shift with the slider, the arrow keys, or by dragging the curve.",
    "Choose lesion or reference vertebra, and draw it in any view; the numbers follow the brush. "
    "Or load regions from a file. In the list, lock regions that should not change.",
    "Look at the map over T1, on one scale for both visits. Click on a voxel to see its curve and "
    "fit. Drag with the left button for window and level; double click to enlarge a view.",
    "Compare both visits, read the change with its interval and the call, write the report, and "
    "export. Every step can be repeated; only what depends on it is computed again.",
)


class Tour:
    """Card beside the open step; it follows the step, and blocks nothing."""

    def __init__(self, station: Any) -> None:
        self._station = station
        station.state.update({"tour": not (user_folder() / SEEN).exists(), "stops": list(STOPS)})

    def start(self) -> None:
        """Open the tour at the first step."""
        self._station.go_to_step(1)
        self._station.state.tour = True

    def close(self) -> None:
        """Close the tour; at the next start of the program it opens again."""
        self._station.state.tour = False

    def end(self) -> None:
        """Close the tour for good."""
        self._station.state.tour = False
        with suppress(OSError):  # it then opens again
            (private_folder() / SEEN).touch()
        self._station.show_note("The list of keys (?) opens the tour again.")

    def move(self, by: int) -> None:
        """Go to the next or the previous stop; after the last one, the tour ends."""
        stop = int(self._station.state.step) + int(by)
        if stop > len(STOPS):
            self.end()
        elif stop >= 1:
            self._station.go_to_step(stop)

    def ui(self) -> None:
        """Build the card."""
        with html.Div(
            v_if="tour", id="tour", classes="tour",
            raw_attrs=[
                'role="dialog"', 'aria-labelledby="tour-title"', 'aria-describedby="tour-text"',
                'tabindex="-1"', ':style="{top: (48 + 41 * (step - 1)) + \'px\'}"',
            ],
        ):  # fmt: skip
            with html.Div(classes="row"):
                html.H2(
                    "Tour, stop {{ step }} of 5: {{ steps[step - 1]?.title }}", id="tour-title",
                    classes="grow",
                )  # fmt: skip
                v3.VBtn(
                    icon="mdi-close", size="x-small", variant="text", click=self.close,
                    id="tour-close", title="Close the tour (Esc); it opens again at the next start",
                    raw_attrs=['aria-label="Close the tour"'],
                )  # fmt: skip
            html.P("{{ stops[step - 1] }}", id="tour-text", raw_attrs=['aria-live="polite"'])
            with html.Div(classes="row"):
                v3.VBtn(
                    "Do not show again", size="small", variant="text", click=self.end,
                    id="tour-end",
                )  # fmt: skip
                html.Div("", classes="grow")
                v3.VBtn(
                    "Back", size="small", variant="text", click=(self.move, "[-1]"),
                    v_if="step > 1", id="tour-back",
                )  # fmt: skip
                v3.VBtn(
                    "{{ step < 5 ? 'Next' : 'Finish' }}", size="small", variant="flat",
                    color="primary", click=(self.move, "[1]"), id="tour-next",
                )  # fmt: skip
