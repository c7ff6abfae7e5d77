"""Window and level on the page: the left drag in a view, and the menu of presets."""

from __future__ import annotations

from typing import Any

from SpineDCELib.mrml.grey_values import GreyValues
from SpineDCELib.mrml.region_nodes import ruler_nodes
from trame.widgets import html
from trame.widgets import vuetify3 as v3

from SpineDCEWidget.browser.disabled_reasons import NO_MAPS, disabled_if
from SpineDCEWidget.browser.slice_views import CLICK, series_content
from SpineDCEWidget.shared.frame_subtraction import USE as SUBTRACTION
from SpineDCEWidget.shared.shown_series import USE
from SpineDCEWidget.shared.window_level import (
    PRESETS,
    apply_preset,
    dragged,
    dragged_top,
    scale_top,
    set_window,
    toggle_inverse,
    window_of,
    window_text,
)
from SpineDCEWidget.shared.wording import _

#: Use of a visit's image → its title in the menu, and the content of a view that shows it.
_TITLES = {
    "anatomy": ("T1", "T1"),
    "frame": (_("Dynamic frame"), "frame"),
    SUBTRACTION: (_("Subtraction"), "subtraction"),
}
_HELP = _("Window and level (left drag in a view): presets, inverse")


class WindowControls:
    """Window and level of the images, and the top of the map's scale, by mouse and menu."""

    def __init__(self, station: Any) -> None:
        self._station = station
        #: Of the drag that is going on: visit, image ("map", "anatomy", "frame"), pixel, values.
        self._drag: tuple[Any, str, tuple[int, int], Any] | None = None
        station.state.update({"windows": {}, "inverse": {}})
        for pane in station.views.panes:
            interactor = pane.view.interactor()
            for event, action in (
                ("LeftButtonPressEvent", self._press),
                ("MouseMoveEvent", self._move),
                ("LeftButtonReleaseEvent", self._release),
            ):
                interactor.AddObserver(event, lambda *_, p=pane, act=action: act(p), 90.0)

    # -- drag -------------------------------------------------------------------------------------

    def _press(self, pane: Any) -> None:
        station, self._drag = self._station, None
        visit = station.views.visit_of(pane)
        if visit is None or station.drawing.tool != "look" or station.regions.placing:
            return
        if any(ruler.GetDisplayNode().HasActiveComponent() for ruler in ruler_nodes(visit.nodes)):
            return  # the end of a ruler is moved
        at, use = pane.view.interactor().GetEventPosition(), self._use(pane, visit)
        values = self._map_top() if use == "map" else window_of(visit, use)
        if values is not None:
            self._drag = visit, use, at, values

    def _use(self, pane: Any, visit: Any) -> str:
        content, title = series_content(self._station.views.columns[pane.column])
        if title:
            return USE + title
        if content in ("map", "frame", SUBTRACTION):
            return content
        return "anatomy" if visit.anatomy is not None else "frame"

    def _map_top(self) -> float | None:
        state = self._station.state
        known = state.maps and state.map_name != "status"
        return float(state.scale_top) if known else None

    def _move(self, pane: Any) -> None:
        if self._drag is None:
            return
        visit, use, start, values = self._drag
        at = pane.view.interactor().GetEventPosition()
        right, up = at[0] - start[0], at[1] - start[1]
        if max(abs(right), abs(up)) <= CLICK:
            return
        with self._station.state as state:
            if isinstance(values, GreyValues):
                set_window(visit, use, dragged(values, right, up))
                self.refresh()
            else:
                state.scale_top = float(f"{dragged_top(values, right, up):.4g}")

    def _release(self, _pane: Any) -> None:
        drag, self._drag = self._drag, None
        if drag is not None and drag[1] == "map":
            self._station.maps.refresh()

    # -- menu -------------------------------------------------------------------------------------

    def preset(self, use: str, key: str) -> None:
        """Use a preset for an image of the selected visit, or for the map of both visits."""
        station = self._station
        if use == "map":
            name = station.state.map_name
            if self._map_top() is not None:
                top = scale_top(station.session, name, key)
                station.session.scale_maps(name, top=top, keep=True, **station.maps.style())
                station.maps.refresh()
                station.bar.show_legend()
        elif station.visit is not None:
            apply_preset(station.visit, use, key)
        self.refresh()

    def invert(self, use: str) -> None:
        """Exchange black and white in an image of the selected visit."""
        if self._station.visit is not None:
            toggle_inverse(self._station.visit, use)
        self.refresh()

    def refresh(self) -> None:
        """Show window and level of the images in each row."""
        station, state = self._station, self._station.state
        texts, inverse = {}, {}
        station.checks.follow_windows()
        for visit in station.session.shown:
            row = station.session.row_of(visit.name)
            frame = window_text(visit, "frame")
            below = window_text(visit, "anatomy") or frame
            difference = window_text(visit, SUBTRACTION)
            texts[row] = {"T1": below, "frame": frame, "fused": below, "subtraction": difference}
            for title in station.bar.series.titles():
                text = window_text(visit, USE + title)
                texts[row] |= {f"series:{title}": text, f"fused:{title}": text}
            found = {use: window_of(visit, use) for use in _TITLES}
            if "subtraction" not in state.columns:
                found[SUBTRACTION] = None
            inverse[row] = {
                use: values.inverse for use, values in found.items() if values is not None
            }
        state.windows, state.inverse = texts, inverse

    def ui(self) -> None:
        """Build the button in the bar, and its menu."""
        v3.VBtn(
            icon="mdi-contrast-box", variant="text", size="x-small", id="window-level",
            title=_HELP, click="void 0", raw_attrs=['aria-label="Window and level"'],
        )  # fmt: skip
        with (
            v3.VMenu(
                activator="#window-level", location="bottom end", close_on_content_click=False
            ),
            v3.VCard(classes="windows pa-3"),
        ):
            html.Div("{{ titles[visit] }}", classes="label")
            for use, (title, shown) in _TITLES.items():
                with html.Div(classes="window-row", v_if=f"inverse[visit]?.{use} !== undefined"):
                    html.B(title)
                    html.Span(f"{{{{ windows[visit]?.{shown} }}}}", classes="number")
                    for key, preset in PRESETS.items():
                        v3.VBtn(
                            preset.title, size="x-small", variant="tonal", title=preset.help,
                            click=(self.preset, f"['{use}', '{key}']"), id=f"window-{use}-{key}",
                        )  # fmt: skip
                    v3.VBtn(
                        "Inverse", size="x-small", id=f"inverse-{use}",
                        variant=(f"inverse[visit]?.{use} ? 'flat' : 'tonal'",),
                        color=(f"inverse[visit]?.{use} ? 'primary' : undefined",),
                        title=_("Exchange black and white"), click=(self.invert, f"['{use}']"),
                        raw_attrs=[f':aria-pressed="!!inverse[visit]?.{use}"'],
                    )  # fmt: skip
            html.Div(_("Both visits"), classes="label")
            with html.Div(classes="window-row"):
                html.B("{{ maps.find((m) => m.value === map_name)?.title || 'Map' }}")
                html.Span("{{ legend ? '0 to ' + legend.top : '' }}", classes="number")
                for key, title, text in (
                    ("reset", _("Reset"), _("Fit Vp to the regions, another map to its values")),
                    ("full", _("Full range"), _("From 0 to the highest value")),
                ):
                    v3.VBtn(
                        title, size="x-small", variant="tonal", id=f"window-map-{key}",
                        click=(self.preset, f"['map', '{key}']"), **disabled_if(NO_MAPS, text),
                    )  # fmt: skip
