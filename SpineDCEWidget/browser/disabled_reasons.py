"""Reasons why a control is disabled, shown as its tooltip."""

from __future__ import annotations

from typing import Any

from SpineDCEWidget.shared.wording import OPEN_FIRST

BUSY = {"busy": "A computation is running. Wait for it or cancel it."}
NO_STUDY = {"!visits.length": OPEN_FIRST}
NO_MAPS = NO_STUDY | {"!maps.length": "The maps have not been computed yet."}
NOT_READY = {"!ready_to_export": "The maps are out of date or have not been computed yet."}
NO_ROLE = {"!role": "Choose a region above first."}
NO_CURVES = NO_STUDY | {"!has_curves": "The curves are computed with the maps."}


def disabled_if(reasons: dict[str, str], title: str = "") -> dict[str, Any]:
    """Return ``disabled`` and ``title`` of an element.

    Args:
        reasons: JavaScript expression that disables the element → reason for its tooltip. The
            first expression that is true counts.
        title: tooltip while the element is enabled.
    """
    # Vue takes the text "" of a condition for the attribute alone, that is, for true.
    return {
        "disabled": (" || ".join(f"!!({when})" for when in reasons),),
        "title": (reason_of(reasons, title),),
    }


def reason_of(reasons: dict[str, str], otherwise: str = "") -> str:
    """Return the JavaScript expression of the reason that counts, or else of another text."""
    choices = "".join(f"({when}) ? {_quoted(reason)} : " for when, reason in reasons.items())
    return choices + _quoted(otherwise)


def title_if(reasons: dict[str, str], title: str = "") -> dict[str, Any]:
    """Return the title alone, for an element around a field: a disabled field has no tooltip."""
    return {"title": disabled_if(reasons, title)["title"]}


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
