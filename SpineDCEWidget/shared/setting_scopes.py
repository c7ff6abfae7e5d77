"""Settings that belong to one visit, and settings that are the same for all visits."""

from __future__ import annotations

from typing import Any

from SpineDCELib.settings import FORM, Settings, settings_fields, value_at


def is_of_a_visit(path: str) -> bool:
    """Return whether a setting belongs to one visit, by its path ("reading.TR")."""
    return FORM[path].scope == "visit"


def own_values(settings: Settings) -> dict[str, Any]:
    """Return the settings that belong to one visit, by path."""
    return _values(settings, "visit")


def common_values(settings: Settings) -> dict[str, Any]:
    """Return the settings that are the same for all visits, by path."""
    return _values(settings, "common")


def _values(settings: Settings, scope: str) -> dict[str, Any]:
    return {
        one.path: value_at(settings, one.path) for one in settings_fields() if one.scope == scope
    }
