"""Step 4: display of the maps, and the settings that they are computed with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from SpineDCELib.mrml.volume_nodes import array_of
from SpineDCELib.vocabulary.colour_maps import COLOUR_MAPS
from SpineDCELib.vocabulary.quantities import FURTHER, PROBABILITY
from trame.widgets import html
from trame.widgets import vuetify3 as v3

from SpineDCEWidget.browser.disabled_reasons import (
    BUSY,
    NO_MAPS,
    NO_STUDY,
    disabled_if,
    title_if,
)
from SpineDCEWidget.browser.file_uploads import take_upload, upload_ui
from SpineDCEWidget.shared.formatting import threshold_text
from SpineDCEWidget.shared.wording import (
    COLOUR_TITLES,
    _,
    explained,
    setting_help,
    setting_label,
)

#: Group of :data:`FURTHER` → title and help of its switch.
_FURTHER = {
    "descriptive": (
        _("Maps without a model"),
        _("Also compute enhancement, slopes, time to peak, and areas under the curve"),
    ),
    "errors": (
        _("Standard error of Vp"),
        _("Also compute how much noise there is in Vp; every computation takes longer then"),
    ),
}


class MapsPanel:
    """Panel of step 4: display of the maps, and settings that they are computed with."""

    def __init__(self, station: Any) -> None:
        self._station = station
        station.state.update(
            {
                "colours": "viridis", "scale_top": 1.0, "scale_limit": 1.0, "threshold": 0.0,
                "map_help": "", "further": [],
                "colour_items": [
                    {"title": COLOUR_TITLES[name], "value": name} for name in COLOUR_MAPS
                ],
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
            self._station.session.scale_maps(
                state.map_name, top=top, keep=True, threshold=threshold, colours=state.colours
            )
            self._station.bar.show_legend()

    def style(self) -> dict[str, Any]:
        """Return the display style of the maps, for :meth:`Session.scale_maps`."""
        return {"colours": self._station.state.colours}

    def fit_scale(self) -> None:
        """Fit the scale to the values in the regions."""
        name = self._station.state.map_name
        if self._map_node() is not None and name != "status":
            self._station.session.scale_maps(name, keep=True, **self.style())
            self.refresh()
            self._station.bar.show_legend()

    # -- settings ---------------------------------------------------------------------------------

    def uploaded(self, folder: Path) -> None:
        """Take the T1 map of the selected visit from a file that was uploaded."""
        take_upload(
            self._station, folder, self._station.session.take_T1_map,
            "The {visit} visit has the T1 map of {file}.",
        )  # fmt: skip

    async def set_further(self, group: str, wanted: bool) -> None:
        """Compute the maps of a group of :data:`FURTHER` too, or no more."""
        station = self._station
        further = station.session.further | {group} if wanted else station.session.further - {group}
        with station.state as state:
            station.session.further = further
            state.further = sorted(further)
            if not wanted and state.map_name in FURTHER[group]:
                state.map_name = "vp"
        for visit in station.session.visits:
            if visit.result is not None:
                await station.analyse(visit)

    async def recompute(self) -> None:
        """Compute the maps that are out of date, of visits that were refused only if all were."""
        outdated = [visit for visit in self._station.session.visits if not visit.is_current]
        for visit in [visit for visit in outdated if not visit.problem] or outdated:
            await self._station.analyse(visit)

    # -- showing ----------------------------------------------------------------------------------

    def refresh(self) -> None:
        state, visit, node = self._station.state, self._station.visit, self._map_node()
        model = visit.settings.fit.model if visit is not None else ""
        mode = visit.result.measures.mode if visit is not None and visit.result else ""
        state.map_help = explained(state.map_name, model, mode)
        if state.map_name == PROBABILITY and (threshold := threshold_text(self._station.session)):
            state.map_help += f" Here: {threshold}."
        if visit is None:
            return
        if node is not None and node.GetDisplayNode() is not None and state.map_name != "status":
            display, values = node.GetDisplayNode(), array_of(node)
            top = display.GetWindowLevelMax()
            largest = float(values[values > 0].max()) if (values > 0).any() else 1.0
            state.scale_limit = float(f"{max(min(largest, 6 * top), top, 1e-6):.3g}")
            state.scale_top = float(f"{top:.4g}")
            state.threshold = float(f"{display.GetLowerThreshold():.4g}")

    def ui(self) -> None:
        with html.Div(classes="stack"):
            html.Div("{{ map_help }}", classes="hint")
            with html.Div(v_show="map_name !== 'status'", classes="stack"):
                with html.Div(classes="row", id="scale-box", **title_if(NO_MAPS)):
                    html.Span("Top of scale", classes="field")
                    v3.VSlider(
                        v_model=("scale_top",), min=("scale_limit / 50",), max=("scale_limit",),
                        step=("scale_limit / 200",), density="compact", hide_details=True,
                        disabled=("!maps.length",), raw_attrs=['aria-label="Top of scale"'],
                    )  # fmt: skip
                    html.Span("{{ Number(scale_top).toPrecision(3) }}", classes="number")
                with html.Div(classes="row", id="threshold-box", **title_if(NO_MAPS)):
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
                        id="colours",
                        density="compact", hide_details=True, variant="outlined",
                    )  # fmt: skip
                    v3.VBtn(
                        "Fit scale", size="small", variant="tonal", click=self.fit_scale,
                        id="fit-scale",
                        **disabled_if(
                            NO_MAPS, "Fit the scale of both visits to the values in the regions"
                        ),
                    )  # fmt: skip
            html.Div(
                "Click in a view to see the curve and the fit of a voxel. Voxels below the value "
                "above, and those that could not be fitted, are transparent; the map Status says "
                "which could not.", classes="hint",
            )  # fmt: skip
            for group, (title, text) in _FURTHER.items():
                with html.Div(**title_if(BUSY | NO_STUDY, text)):
                    v3.VSwitch(
                        model_value=(f"further.includes('{group}')",), label=title, id=group,
                        # Each click asks for the opposite of what is in use, also after one that
                        # was lost, of which Vuetify says nothing.
                        change=(
                            self._station.as_action(self.set_further),
                            f"['{group}', !further.includes('{group}')]",
                        ),
                        update_modelValue="() => {}",
                        density="compact", hide_details=True, color="primary",
                        disabled=disabled_if(BUSY | NO_STUDY)["disabled"],
                    )  # fmt: skip
            self._station.models.button("compare-models")
            self._station.settings.ui(4)
            upload_ui("T1map", setting_label("inputs.T1_map"), setting_help("inputs.T1_map"))
            v3.VBtn(
                "Recompute maps", size="small", variant="tonal",
                click=self._station.as_action(self.recompute), id="recompute-maps",
                classes="action",
                **disabled_if(BUSY | NO_STUDY, "Compute the maps that are out of date"),
            )  # fmt: skip
