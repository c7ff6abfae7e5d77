"""Step 4: display of the maps, and the settings that they are computed with."""

from __future__ import annotations

from typing import Any

from SpineDCELib.mrml.volume_nodes import array_of
from SpineDCELib.settings import FORM, Settings, value_at
from SpineDCELib.vocabulary.colour_maps import COLOUR_MAPS
from trame.widgets import html
from trame.widgets import vuetify3 as v3

from SpineDCEWidget.browser.disabled_reasons import (
    BUSY,
    NO_MAPS,
    NO_STUDY,
    disabled_if,
    title_if,
)
from SpineDCEWidget.shared.wording import (
    COLOUR_TITLES,
    EXPLAINED,
    control_label,
    setting_choices,
    setting_help,
    setting_label,
)

#: Settings with a combo box.
_CHOICES = ("fit.model", "concentration.signal", "concentration.T1_source")
#: Settings with a number field: those of all visits, and those of one visit.
_COMMON_NUMBERS = (
    "concentration.T10", "concentration.muscle_T10", "concentration.r1", "aif.blood_T10",
)  # fmt: skip
_VISIT_NUMBERS = ("aif.Hct",)


class MapsPanel:
    """Panel of step 4: display of the maps, and settings that they are computed with."""

    def __init__(self, station: Any) -> None:
        self._station = station
        self.scale_follows = True  #: whether the scale follows the regions; no if set by hand
        station.state.update(
            {
                "colours": "viridis", "scale_top": 1.0, "scale_limit": 1.0, "threshold": 0.0,
                "settings": {}, "map_help": "",
                "colour_items": [
                    {"title": COLOUR_TITLES[name], "value": name} for name in COLOUR_MAPS
                ],
                "setting_items": {
                    _key(path): [
                        {"title": title, "value": value}
                        for value, title in setting_choices(path).items()
                    ]
                    for path in _CHOICES
                },
            }
        )  # fmt: skip
        for name in ("scale_top", "threshold", "colours"):
            station.state.change(name)(lambda **_: self._apply_style())
        station.state.change("map_name")(lambda **_: self.refresh())

    # -- colours ----------------------------------------------------------------------------------

    def _map_node(self) -> Any:
        visit = self._station.visit
        return None if visit is None else visit.maps.get(self._station.state.map_name)

    def _apply_style(self) -> None:
        state, node = self._station.state, self._map_node()
        if node is None or state.map_name == "status":
            return
        display = node.GetDisplayNode()
        top, threshold = float(state.scale_top), float(state.threshold)
        now = (display.GetWindowLevelMax(), display.GetLowerThreshold())
        named = display.GetColorNode().GetName().endswith(state.colours)
        # The page rounds them to four digits.
        same = [abs(a - b) <= 1e-3 * top for a, b in zip(now, (top, threshold), strict=True)]
        if top > 0 and not (named and all(same)):
            self.scale_follows = self.scale_follows and same[0]
            self._station.session.scale_maps(
                state.map_name, top=top, threshold=threshold, colours=state.colours
            )
            self._station.bar.show_legend()

    def style(self) -> dict[str, Any]:
        """Return the display style of the maps, for :meth:`Session.scale_maps`."""
        return {"colours": self._station.state.colours}

    def fit_scale(self) -> None:
        """Fit the scale to the regions, and let it follow them again."""
        name = self._station.state.map_name
        if self._map_node() is not None and name != "status":
            self.scale_follows = True
            self._station.session.scale_maps(name, **self.style())
            self.refresh()
            self._station.bar.show_legend()

    # -- settings ---------------------------------------------------------------------------------

    def choose(self, path: str, value: Any) -> None:
        """Change a setting to what was chosen or typed; "" leaves it to the program."""
        field = FORM[path]
        if value in (None, ""):
            value = None if field.optional or field.kind == "choice" else value_at(Settings(), path)
        elif field.kind == "number":
            try:
                value = field.from_shown(float(value))
            except ValueError:
                self._station.show_error(f"{setting_label(path)} must be a number.")
                return
        if not self._station.choose({path: value}):
            self.refresh()

    async def recompute(self) -> None:
        """Compute the maps that are out of date."""
        for visit in self._station.session.visits:
            if not visit.is_current:
                await self._station.analyse(visit)

    # -- showing ----------------------------------------------------------------------------------

    def refresh(self) -> None:
        state, visit, node = self._station.state, self._station.visit, self._map_node()
        state.map_help = EXPLAINED.get(state.map_name, "")
        if visit is None:
            state.settings = {}
            return
        if node is not None and node.GetDisplayNode() is not None and state.map_name != "status":
            display, values = node.GetDisplayNode(), array_of(node)
            top = display.GetWindowLevelMax()
            largest = float(values[values > 0].max()) if (values > 0).any() else 1.0
            state.scale_limit = float(f"{max(min(largest, 6 * top), top, 1e-6):.3g}")
            state.scale_top = float(f"{top:.4g}")
            state.threshold = float(f"{display.GetLowerThreshold():.4g}")
        settings = visit.settings
        state.settings = {
            _key(path): _shown(path, value_at(settings, path))
            for path in (*_CHOICES, *_COMMON_NUMBERS, *_VISIT_NUMBERS)
        } | {
            "r1_in_use": f"{visit.analysis.r1:g}",
            "muscle_T10_in_use": f"{visit.analysis.muscle_T10 * 1000:.0f}",
        }

    def ui(self) -> None:
        with html.Div(classes="stack"):
            html.Div("{{ map_help }}", classes="hint")
            with html.Div(v_show="map_name !== 'status'", classes="stack"):
                with html.Div(classes="row", **title_if(NO_MAPS)):
                    html.Span("Top of scale", classes="field")
                    v3.VSlider(
                        v_model=("scale_top",), min=("scale_limit / 50",), max=("scale_limit",),
                        step=("scale_limit / 200",), density="compact", hide_details=True,
                        disabled=("!maps.length",), raw_attrs=['aria-label="Top of scale"'],
                    )  # fmt: skip
                    html.Span("{{ Number(scale_top).toPrecision(3) }}", classes="number")
                with html.Div(classes="row", **title_if(NO_MAPS)):
                    html.Span("Transparent below", classes="field")
                    v3.VSlider(
                        v_model=("threshold",), min=0, max=("scale_limit / 2",),
                        step=("scale_limit / 400",), density="compact", hide_details=True,
                        disabled=("!maps.length",), raw_attrs=['aria-label="Transparent below"'],
                    )  # fmt: skip
                    html.Span("{{ Number(threshold).toPrecision(2) }}", classes="number")
                with html.Div(classes="row"):
                    v3.VSelect(
                        v_model=("colours",), items=("colour_items",), label="Colours",
                        density="compact", hide_details=True, variant="outlined",
                    )  # fmt: skip
                    v3.VBtn(
                        "Fit scale", size="small", variant="tonal", click=self.fit_scale,
                        **disabled_if(
                            NO_MAPS, "Fit the scale of both visits to the values in the regions"
                        ),
                    )  # fmt: skip
            html.Div(
                "Click in a view to see the curve and the fit of a voxel. Voxels that could not be "
                "fitted are transparent; the map Status gives the reason.", classes="hint",
            )  # fmt: skip
            html.Div("Settings of all visits", classes="label")
            for path in _CHOICES:
                key = _key(path)
                v3.VSelect(
                    model_value=(f"settings.{key}",), items=(f"setting_items.{key}",),
                    label=control_label(path), density="compact", hide_details=True,
                    variant="outlined", title=setting_help(path), id=f"setting-{key}",
                    update_modelValue=(self.choose, f"['{path}', $event]"),
                )  # fmt: skip
            with html.Div(classes="fields"):
                for path in _COMMON_NUMBERS:
                    self._number_field(path)
            html.Div("Settings of this visit", classes="label")
            with html.Div(classes="fields"):
                for path in _VISIT_NUMBERS:
                    self._number_field(path)
            v3.VBtn(
                "Recompute maps", size="small", variant="tonal",
                click=self._station.as_task(self.recompute), id="recompute-maps",
                **disabled_if(BUSY | NO_STUDY, "Compute the maps that are out of date"),
            )  # fmt: skip

    def _number_field(self, path: str) -> None:
        key = _key(path)
        v3.VTextField(
            model_value=(f"settings.{key}",), label=control_label(path), density="compact",
            type="number", hide_details=True, title=setting_help(path),
            placeholder=(f"settings.{key}_in_use || 'automatic'",),
            persistent_placeholder=True, id=f"setting-{key}",
            change=(self.choose, f"['{path}', $event.target.value]"),
        )  # fmt: skip


def _key(path: str) -> str:
    """Return the name of a setting without its group, for the page."""
    return path.rpartition(".")[2]


def _shown(path: str, value: Any) -> Any:
    """Return a value for the page, in the unit that people see."""
    if FORM[path].kind == "choice":
        return value or ""
    return None if value is None else round(FORM[path].to_shown(value), 6)
