"""Reasons why a control is disabled, shown as its tooltip."""

from __future__ import annotations

from typing import Any

BUSY = {"busy": "A computation is running. Wait for it or cancel it."}
NO_STUDY = {"!visits.length": "Open a study first (step 1)."}
NO_MAPS = {"!maps.length": "No maps have been computed yet. Open a study first (step 1)."}
NO_ROLE = {"!role": "Choose first what to draw."}
NO_CURVES = {"!has_curves": "There are no curves yet. They are computed with the maps."}


def unless(reasons: dict[str, str], title: str = "") -> dict[str, Any]:
    """``disabled`` and ``title`` of an element.

    Args:
        reasons: what keeps it from being used, as the page's expressions → what is said then; the
            first that holds counts.
        title: what is said where none holds.
    """
    said = "".join(f"({when}) ? {_quoted(why)} : " for when, why in reasons.items())
    return {
        "disabled": (" || ".join(f"({when})" for when in reasons),),
        "title": (said + _quoted(title),),
    }


def why(reasons: dict[str, str], title: str = "") -> dict[str, Any]:
    """The title alone, for what stands around a field: a disabled field itself says nothing."""
    return {"title": unless(reasons, title)["title"]}


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
