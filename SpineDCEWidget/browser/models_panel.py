"""Which model?: the models side by side for a voxel or region, over the views."""

from __future__ import annotations

from typing import Any

from SpineDCELib.analysis.model_choice import ModelChoice, models_of_region, models_of_voxel
from SpineDCELib.errors import InputError
from SpineDCELib.mrml.volume_nodes import voxel_of
from trame.widgets import html
from trame.widgets import vuetify3 as v3

from SpineDCEWidget.browser.disabled_reasons import BUSY, NO_CURVES, disabled_if
from SpineDCEWidget.browser.plot_element import plot
from SpineDCEWidget.browser.plotly_figures import models_figure
from SpineDCEWidget.shared.formatting import curve_text, model_rows
from SpineDCEWidget.shared.wording import _, remedy

#: Stands for the voxel that was clicked, in the list of curves.
_VOXEL = ":voxel"


class ModelsPanel:
    """Comparison of the models on one curve of the selected visit."""

    def __init__(self, station: Any) -> None:
        self._station = station
        self._shown: ModelChoice | None = None
        station.state.update(
            {
                "models_open": False, "models_of": "", "models_items": [], "models_rows": [],
                "models_headings": [], "models_text": "", "models_curve": "",
                "models_figure": {"data": [], "layout": {}, "shift": 0.0},
            }
        )  # fmt: skip
        station.state.change("models_of", "dark")(lambda **_: self.refresh())

    def open(self) -> None:
        """Compare the models on the voxel that is explained, else on the first region."""
        state = self._station.state
        items = self._items()
        if not items:
            self._station.show_error(
                _("Draw a region, or click on a voxel, whose curve the models are compared on.")
            )
            return
        state.models_of = items[0]["value"]
        state.models_open = True
        self.refresh()

    def close(self) -> None:
        """Show the views again."""
        self._station.state.models_open = False

    def _items(self) -> list[dict[str, str]]:
        """Return the curves that can be chosen."""
        station, visit = self._station, self._station.visit
        if visit is None:
            return []
        names = [row.name for row in station.charts.rows]
        found = [{"title": name, "value": name} for name in names]
        if station.charts.place is not None and station.charts.place[0] is visit:
            found.insert(0, {"title": _("Voxel that was clicked"), "value": _VOXEL})
        return found

    def refresh(self) -> None:
        """Fit the models to the chosen curve, with the settings in use now."""
        state, visit = self._station.state, self._station.visit
        if not state.models_open:
            return
        items = self._items()
        state.models_items = items
        values = [item["value"] for item in items]
        if not values or visit is None:
            self.close()
            return
        if state.models_of not in values:
            state.models_of = values[0]
        try:
            choice = self._choice(visit, state.models_of)
        except InputError as error:
            self.close()
            self._station.show_error(remedy(error))
            return
        state.models_headings, state.models_rows = model_rows(choice, visit.analysis)
        state.models_text = choice.sentence
        state.models_curve = curve_text(choice, self._station.charts.rows, visit.analysis.mode)
        state.models_figure = models_figure(choice, dark=state.dark, visit=visit.title)

    def _choice(self, visit: Any, name: str) -> ModelChoice:
        if name != _VOXEL:
            return models_of_region(visit.analysis, name)
        geometry = visit.analysis.study.dynamic.geometry
        voxel = voxel_of(self._station.charts.place[1], geometry)
        assert voxel is not None
        return models_of_voxel(visit.analysis, voxel)

    def button(self, identity: str, *, small: bool = False) -> None:
        """Build a button that opens the comparison; a small one has an icon only."""
        look = (
            {"icon": "mdi-chart-multiple", "variant": "text", "density": "compact",
             "raw_attrs": ['aria-label="Compare models"']}
            if small else {"text": "Compare models", "variant": "tonal"}
        )  # fmt: skip
        v3.VBtn(
            size="small", click=self.open, id=identity, **look,
            **disabled_if(
                BUSY | NO_CURVES, "Compare models: fit each to one curve, and see which fits best"
            ),
        )  # fmt: skip

    def ui(self) -> None:
        """Build the panel that covers the views until it is closed."""
        with html.Div(
            classes="models", v_if="models_open", role="dialog",
            raw_attrs=['aria-label="Which model?"'],
        ):  # fmt: skip
            with html.Div(classes="row"):
                html.B(_("Which model?"))
                html.Span("{{ titles[visit] }}", classes="hint")
                html.Div("", classes="grow")
                v3.VSelect(
                    v_model=("models_of",), items=("models_items",), label=_("Curve"),
                    id="models-of", density="compact", hide_details=True, variant="outlined",
                    classes="models-of",
                )  # fmt: skip
                v3.VBtn(
                    _("Close"), size="small", variant="tonal", click=self.close, id="close-models"
                )
            html.Div("{{ models_text }}", classes="call current", id="models-text")
            html.Div("{{ models_curve }}", classes="hint", id="models-curve")
            with html.Div(classes="models-table"), html.Table(classes="list"):
                with html.Thead(), html.Tr():
                    html.Th("{{ h }}", v_for="(h, i) in models_headings", key="i")
                with html.Tbody(), html.Tr(
                    v_for="row in models_rows", key="row.model",
                    raw_attrs=[':class="{supported: row.supported}"'],
                ):  # fmt: skip
                    html.Td("{{ cell }}", v_for="(cell, i) in row.cells", key="i")
            plot(self._station, "models_figure", "models-plot", label="Fits of the models")
            html.Div(
                _(
                    "AICc weighs the residuals against the number of parameters; a model within 2 "
                    "of the lowest fits about as well as the best one. It takes the noise of the "
                    "frames to be independent and alike."
                ),
                classes="hint",
            )
