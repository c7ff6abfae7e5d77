"""Step 4: look of the maps, and the settings that they are computed with."""

from __future__ import annotations

from typing import Any

from SpineDCELib.mrml.volume_nodes import array_of
from SpineDCELib.settings import Settings
from SpineDCELib.vocabulary.colour_maps import COLOUR_MAPS
from trame.widgets import html
from trame.widgets import vuetify3 as v3

from SpineDCEWidget.browser.disabled_reasons import BUSY, NO_MAPS, NO_STUDY, unless, why
from SpineDCEWidget.shared.wording import (
    EXPLAINED,
    MODELS,
    SIGNALS,
    T1_SOURCES,
    setting_label,
)

#: Setting that is typed → factor from what is typed to the setting.
_NUMBERS = {
    "concentration.T10": 1e-3, "concentration.muscle_T10": 1e-3, "concentration.r1": 1.0,
    "aif.Hct": 1.0, "aif.blood_T10": 1e-3,
}  # fmt: skip


class MapsPanel:
    """Colours, scale and threshold; model and conversion, the same for all visits."""

    def __init__(self, station: Any) -> None:
        self._station = station
        self.scale_follows = True  #: the regions, until a scale is chosen by hand
        station.state.update(
            {
                "colours": "viridis", "scale_top": 1.0, "scale_limit": 1.0, "threshold": 0.0,
                "made": {}, "explained": "",
                "colour_items": [{"title": c, "value": c} for c in COLOUR_MAPS],
                "signal_items": [{"title": t, "value": v} for v, t in SIGNALS.items()],
                "model_items": [{"title": t, "value": v} for v, t in MODELS.items()],
                "T1_items": [{"title": t, "value": v} for v, t in T1_SOURCES.items()],
            }
        )  # fmt: skip
        for name in ("scale_top", "threshold", "colours"):
            station.state.change(name)(lambda **_: self._colour())
        station.state.change("map_name")(lambda **_: self.refresh())

    # -- colours ----------------------------------------------------------------------------------

    def _shown(self) -> Any:
        visit = self._station.visit
        return None if visit is None else visit.maps.get(self._station.state.map_name)

    def _colour(self) -> None:
        state, node = self._station.state, self._shown()
        if node is None or state.map_name == "status":
            return
        display = node.GetDisplayNode()
        top, threshold = float(state.scale_top), float(state.threshold)
        now = (display.GetWindowLevelMax(), display.GetLowerThreshold())
        named = display.GetColorNode().GetName().endswith(state.colours)
        # The page has four digits of them.
        same = [abs(a - b) <= 1e-3 * top for a, b in zip(now, (top, threshold), strict=True)]
        if top > 0 and not (named and all(same)):
            self.scale_follows = self.scale_follows and same[0]
            self._station.session.scale_maps(
                state.map_name, top=top, threshold=threshold, colours=state.colours
            )
            self._station.bar.show_legend()

    def looks(self) -> dict[str, Any]:
        """How maps are coloured, for a new scale."""
        return {"colours": self._station.state.colours}

    def rescale(self) -> None:
        """The scale that fits the regions."""
        name = self._station.state.map_name
        if self._shown() is not None and name != "status":
            self.scale_follows = True
            self._station.session.scale_maps(name, **self.looks())
            self.refresh()
            self._station.bar.show_legend()

    # -- settings ---------------------------------------------------------------------------------

    def choose(self, path: str, typed: Any) -> None:
        """Take a setting as soon as it is chosen or typed.

        Args:
            path: of the setting. typed: "" leaves it to the program.
        """
        value = None if typed in (None, "") else typed
        if path in _NUMBERS and value is not None:
            try:
                value = float(value) * _NUMBERS[path]
            except ValueError:
                self._station.fail(f"{setting_label(path)} must be a number.")
                return
        if path == "aif.Hct" and value is None:
            value = Settings().aif.Hct
        if not self._station.choose({path: value}):
            self.refresh()

    async def recompute(self) -> None:
        """Compute the maps that are out of date."""
        for visit in self._station.session.visits:
            if not visit.is_current:
                await self._station.analyse(visit)

    # -- showing ----------------------------------------------------------------------------------

    def refresh(self) -> None:
        state, visit, node = self._station.state, self._station.visit, self._shown()
        state.explained = EXPLAINED.get(state.map_name, "")
        if visit is None:
            state.made = {}
            return
        if node is not None and node.GetDisplayNode() is not None and state.map_name != "status":
            display, values = node.GetDisplayNode(), array_of(node)
            top = display.GetWindowLevelMax()
            largest = float(values[values > 0].max()) if (values > 0).any() else 1.0
            state.scale_limit = float(f"{max(min(largest, 6 * top), top, 1e-6):.3g}")
            state.scale_top = float(f"{top:.4g}")
            state.threshold = float(f"{display.GetLowerThreshold():.4g}")
        settings, analysis = visit.settings, visit.analysis
        concentration, aif = settings.concentration, settings.aif
        state.made = {
            "signal": concentration.signal, "model": settings.fit.model,
            "T1_source": concentration.T1_source or "", "T10": _ms(concentration.T10),
            "muscle_T10": _ms(concentration.muscle_T10),
            "r1": concentration.r1, "r1_used": f"{analysis.r1:g}",
            "muscle_T10_used": f"{analysis.muscle_T10 * 1000:.0f}", "Hct": aif.Hct,
            "blood_T10": _ms(aif.blood_T10),
        }  # fmt: skip

    def ui(self) -> None:
        with html.Div(classes="stack"):
            html.Div("{{ explained }}", classes="hint")
            with html.Div(v_show="map_name !== 'status'", classes="stack"):
                with html.Div(classes="row", **why(NO_MAPS)):
                    html.Span("Full scale", classes="field")
                    v3.VSlider(
                        v_model=("scale_top",), min=("scale_limit / 50",), max=("scale_limit",),
                        step=("scale_limit / 200",), density="compact", hide_details=True,
                        disabled=("!maps.length",), raw_attrs=['aria-label="Top of the scale"'],
                    )  # fmt: skip
                    html.Span("{{ Number(scale_top).toPrecision(3) }}", classes="number")
                with html.Div(classes="row", **why(NO_MAPS)):
                    html.Span("Hide below", classes="field")
                    v3.VSlider(
                        v_model=("threshold",), min=0, max=("scale_limit / 2",),
                        step=("scale_limit / 400",), density="compact", hide_details=True,
                        disabled=("!maps.length",), raw_attrs=['aria-label="Threshold"'],
                    )  # fmt: skip
                    html.Span("{{ Number(threshold).toPrecision(2) }}", classes="number")
                with html.Div(classes="row"):
                    v3.VSelect(
                        v_model=("colours",), items=("colour_items",), label="Colours",
                        density="compact", hide_details=True, variant="outlined",
                    )  # fmt: skip
                    v3.VBtn(
                        "Fit", size="small", variant="tonal", click=self.rescale,
                        **unless(
                            NO_MAPS, "The scale that fits the regions, the same for both visits"
                        ),
                    )  # fmt: skip
            html.Div(
                "Click in a view to see why a voxel has its value. What could not be fitted is "
                "left transparent; the map 'Status' says why.", classes="hint",
            )  # fmt: skip
            html.Div("Settings of all visits", classes="label")
            for key, path, items, label, title in (
                ("model", "fit.model", "model_items", "Model",
                 "Extended Tofts gives Vp; see the hint above for its formula"),
                ("signal", "concentration.signal", "signal_items", "Fitted", ""),
                ("T1_source", "concentration.T1_source", "T1_items", "T10 from", EXPLAINED["T10"]),
            ):  # fmt: skip
                v3.VSelect(
                    model_value=(f"made.{key}",), items=(items,), label=label, density="compact",
                    hide_details=True, variant="outlined", title=title, id=f"setting-{key}",
                    update_modelValue=(self.choose, f"['{path}', $event]"),
                )  # fmt: skip
            with html.Div(classes="row"):
                for key, path, label in (
                    ("T10", "concentration.T10", "T10 [ms]"),
                    ("muscle_T10", "concentration.muscle_T10", "Muscle T10 [ms]"),
                    ("r1", "concentration.r1", "r1 [1/s/mM]"),
                    ("Hct", "aif.Hct", "Hct (this visit)"),
                ):  # fmt: skip
                    v3.VTextField(
                        model_value=(f"made.{key}",), label=label, density="compact",
                        type="number", hide_details=True, title=EXPLAINED[key],
                        placeholder=(f"made.{key}_used || '–'",),
                        persistent_placeholder=True, id=f"setting-{key}",
                        change=(self.choose, f"['{path}', $event.target.value]"),
                    )  # fmt: skip
            v3.VBtn(
                "Recompute maps", size="small", variant="tonal",
                click=self._station.begin(self.recompute), id="make-maps",
                **unless(BUSY | NO_STUDY, "Compute the maps that are out of date"),
            )  # fmt: skip


def _ms(value: float | None) -> float | None:
    return None if value is None else round(value * 1000, 3)
