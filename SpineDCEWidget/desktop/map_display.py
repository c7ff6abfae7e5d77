"""Colours, scale, threshold and colour bar of the maps, the same for both visits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from SpineDCELib.mrml.map_nodes import add_legend, legend_of
from SpineDCELib.vocabulary.quantities import QUANTITIES

from SpineDCEWidget.desktop import desktop_wording as texts
from SpineDCEWidget.shared.wording import COLOUR_TITLES, translated

if TYPE_CHECKING:
    from SpineDCEWidget.desktop.module_panel import Workstation

#: Font size of the colour bar.
_FONT_SIZE = 8


class Display:
    """Display of the maps by the choices in the parameter node."""

    def __init__(self, desk: Workstation) -> None:
        self._desk = desk
        self._tops: dict[str, float] = {}
        self._applied: tuple[Any, ...] | None = None

    def label_choices(self) -> None:
        """Replace the keys in the combo boxes, which the parameter node fills, by titles."""
        ui = self._desk.panels["maps"].ui
        for combo, titles in (
            (ui.layoutCombo, texts.LAYOUT_TITLES),
            (ui.coloursCombo, COLOUR_TITLES),
            (ui.quantityCombo, {key: translated(shown.title) for key, shown in QUANTITIES.items()}),
        ):
            for i in range(combo.count):
                combo.setItemText(i, titles.get(combo.itemText(i), combo.itemText(i)))

    def forget_scales(self) -> None:
        """Forget the automatic scales, because there are new maps."""
        self._tops.clear()
        self._applied = None

    def manual_top(self, quantity: str) -> float:
        """Return the top of a quantity's scale if set by hand, in its shown unit; else 0."""
        # A dictionary of a parameter node has no get() with a default.
        return float(dict(self._desk.parameters.tops).get(quantity, 0.0))

    def top(self, quantity: str) -> float:
        """Return the top of a quantity's scale, in its shown unit."""
        manual = self.manual_top(quantity)
        if manual > 0:
            return manual
        if quantity not in self._tops:
            self._tops[quantity] = self._desk.session.scale_maps(quantity)
            self._applied = None
        return self._tops[quantity]

    def apply(self, *, views_changed: bool) -> None:
        """Apply colours, scale and threshold to the shown map of every visit, if they changed.

        Args:
            views_changed: some views show other volumes than before.
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
        for node in maps if choices.quantity != "status" else ():  # its codes are no scale
            legend = add_legend(node)
            if legend is not None and legend.GetTitleTextProperty().GetFontSize() != _FONT_SIZE:
                legend.GetTitleTextProperty().SetFontSize(_FONT_SIZE)
                legend.GetLabelTextProperty().SetFontSize(_FONT_SIZE)
                # Near the edge, where a sagittal image shows no anatomy.
                legend.SetSize(0.1, 0.4)
                legend.SetPosition(0.96, 0.5)
                legend.SetVisibility(True)
        for visit in self._desk.visits if views_changed else ():
            for node in visit.maps.values():
                # A legend does not notice by itself that its map moved to another view.
                if (legend := legend_of(node)) is not None:
                    legend.Modified()
