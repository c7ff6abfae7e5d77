"""How the maps look: colours, scale, threshold and colour bar, the same for both visits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from SpineDCELib.mrml.map_nodes import add_legend, legend_of
from SpineDCELib.vocabulary.quantities import QUANTITIES

from SpineDCEWidget.desktop import desktop_wording as texts

if TYPE_CHECKING:
    from SpineDCEWidget.desktop.module_panel import Workstation


#: Points of the colour bar's text.
_TEXT = 11


class Display:
    """Applies the parameter node's choices to the display nodes of the shown maps."""

    def __init__(self, desk: Workstation) -> None:
        self._desk = desk
        self._tops: dict[str, float] = {}
        self._applied: tuple[Any, ...] | None = None

    def name_choices(self) -> None:
        """Words for the choices, which the parameter node keeps by their keys."""
        ui = self._desk.panels["maps"].ui
        for combo, names in (
            (ui.layoutCombo, texts.LAYOUT_NAMES),
            (ui.coloursCombo, texts.COLOUR_NAMES),
            (ui.quantityCombo, {key: shown.title for key, shown in QUANTITIES.items()}),
        ):
            for i in range(combo.count):
                combo.setItemText(i, names.get(combo.itemText(i), combo.itemText(i)))

    def rescale(self) -> None:
        """Forget what the scales came to: there are new maps."""
        self._tops.clear()
        self._applied = None

    def given_top(self, quantity: str) -> float:
        """End of a quantity's scale as set by hand, 0 where it was not."""
        # A parameter node's dictionary knows no default.
        return float(dict(self._desk.parameters.tops).get(quantity, 0.0))

    def top(self, quantity: str) -> float:
        """End of a quantity's scale, in its shown unit."""
        given = self.given_top(quantity)
        if given > 0:
            return given
        if quantity not in self._tops:
            self._tops[quantity] = self._desk.session.scale_maps(quantity)
            self._applied = None
        return self._tops[quantity]

    def apply(self, *, moved: bool) -> None:
        """Colour the shown map of every visit, where something changed.

        Args:
            moved: views show other volumes than before.
        """
        choices = self._desk.parameters
        maps = [v.maps[choices.quantity] for v in self._desk.visits if choices.quantity in v.maps]
        if not maps:
            return
        if choices.quantity != "status":
            top = self.top(choices.quantity)
            wanted = (choices.quantity, top, choices.colours, choices.threshold, len(maps))
            if self._applied != wanted:
                self._desk.session.scale_maps(
                    choices.quantity,
                    top=top,
                    colours=choices.colours,
                    threshold=top * choices.threshold / 100,
                )
                self._applied = wanted
        for node in maps:
            legend = add_legend(node)
            if legend is not None and legend.GetTitleTextProperty().GetFontSize() != _TEXT:
                legend.GetTitleTextProperty().SetFontSize(_TEXT)
                legend.GetLabelTextProperty().SetFontSize(_TEXT)
                legend.SetSize(0.12, 0.45)
                legend.SetVisibility(True)
        for visit in self._desk.visits if moved else ():
            for node in visit.maps.values():
                # By itself a legend changes its view only after a user's own change.
                if (legend := legend_of(node)) is not None:
                    legend.Modified()
