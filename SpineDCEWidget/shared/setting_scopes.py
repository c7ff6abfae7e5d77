"""Settings that belong to one visit, and settings that are the same for all visits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any

from SpineDCELib.settings import Settings

try:
    from SpineDCELib.settings.form import FORM
except ImportError:  # the form description is on its way
    FORM = {}

#: Settings that describe one acquisition, where the form description does not say.
_OF_A_VISIT = {
    "reading.series", "reading.frame_interval", "reading.TR", "reading.FA", "aif.source",
    "aif.Hct", "fit.shift", "fit.shifts", "fit.shift_by", "reading.frame_times",
    "reading.field_strength",
}  # fmt: skip


def is_of_a_visit(path: str) -> bool:
    """Return whether a setting belongs to one visit, by its path ("reading.TR")."""
    field = FORM.get(path)
    return path in _OF_A_VISIT if field is None else field.scope == "visit"


def paths(settings: Any, prefix: str = "") -> Iterator[str]:
    """Yield the path of every value in settings."""
    for item in fields(settings):
        value, path = getattr(settings, item.name), f"{prefix}{item.name}"
        if is_dataclass(value) and not isinstance(value, type):
            yield from paths(value, f"{path}.")
        else:
            yield path


def value_at(settings: Any, path: str) -> Any:
    """Return the value at a path."""
    for name in path.split("."):
        settings = getattr(settings, name)
    return settings


def with_values(settings: Settings, values: Mapping[str, Any]) -> Settings:
    """Return settings with the values at some paths replaced.

    Raises:
        InputError: a value that is not possible.
    """
    nested: dict[str, Any] = {}
    for path, value in values.items():
        *groups, name = path.split(".")
        level = nested
        for group in groups:
            level = level.setdefault(group, {})
        level[name] = value
    changed: Settings = _replaced(settings, nested)
    return changed


def _replaced(settings: Any, nested: Mapping[str, Any]) -> Any:
    return replace(
        settings,
        **{
            name: _replaced(present, value)
            if is_dataclass(present := getattr(settings, name)) and isinstance(value, dict)
            else value
            for name, value in nested.items()
        },
    )


def own_values(settings: Settings) -> dict[str, Any]:
    """Return the settings that belong to one visit, by path."""
    return {path: value_at(settings, path) for path in paths(settings) if is_of_a_visit(path)}


def flat(groups: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return ``{"fit": {"shift": 4.2}}`` as ``{"fit.shift": 4.2}``."""
    return {f"{group}.{name}": value for group, values in groups.items()
            for name, value in values.items()}  # fmt: skip
