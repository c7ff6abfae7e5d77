"""Undo and redo in the bar above the views, where every step sees them."""

from __future__ import annotations

from typing import Any

from trame.widgets import html
from trame.widgets import vuetify3 as v3


def undo_ui(station: Any) -> None:
    """Build the buttons, and the list of what can be undone.

    Args:
        station: whose ``can_undo``, ``undo_text`` and so on are shown.
    """
    for icon, name, keys, action in (
        ("mdi-undo", "undo", "Ctrl+Z", station.undo),
        ("mdi-redo", "redo", "Ctrl+Y", station.redo),
    ):
        word = name.capitalize()
        v3.VBtn(
            icon=icon, size="x-small", variant="text", click=action,
            disabled=(f"!can_{name}",),
            title=(
                f"can_{name} ? '{word}: ' + {name}_text + ' ({keys})' : 'Nothing to {name}.'",
            ),
            raw_attrs=[f'aria-label="{word} ({keys})"'], id=f"button-can_{name}",
        )  # fmt: skip
    v3.VBtn(
        icon="mdi-menu-down", size="x-small", variant="text", id="undo-list",
        disabled=("!can_undo",), click="void 0", classes="undo-list",
        title=("can_undo ? 'Changes that can be undone' : 'Nothing to undo.'",),
        raw_attrs=['aria-label="Changes that can be undone"'],
    )  # fmt: skip
    with v3.VMenu(activator="#undo-list", location="bottom end"), v3.VCard(classes="keys pa-2"):
        html.Div("Undo back to", classes="label")
        with html.Div(v_for="(u, i) in undo_list", key="i"):
            html.Button("{{ u }}", classes="undo-to", click=(station.undo, "[i + 1]"))
