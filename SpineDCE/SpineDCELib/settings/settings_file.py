"""Settings as JSON, checked for unknown names and wrong types."""

from __future__ import annotations

from dataclasses import asdict, fields, is_dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from SpineDCELib.errors import InputError
from SpineDCELib.files.bounded_reading import read_json
from SpineDCELib.settings.form import FORM
from SpineDCELib.settings.values import Settings

T = TypeVar("T")


def settings_to_dict(settings: Any) -> dict[str, Any]:
    """Return settings as nested plain dictionaries, ready for JSON."""
    return asdict(settings)


def settings_from_dict(data: dict[str, Any], *, kind: type[T], origin: str = "settings") -> T:
    """Return the settings of nested dictionaries; the inverse of :func:`settings_to_dict`.

    Raises:
        InputError: an unknown name (code "unknown_setting"), a wrong type ("wrong_type"), or a
            value that is not allowed.
    """
    if not isinstance(data, dict):
        raise InputError(f"{origin} must be a table of names and values.", code="wrong_type")
    hints = get_type_hints(kind)
    known = {f.name for f in fields(kind)}  # type: ignore[arg-type]
    unknown = sorted(set(data) - known)
    if unknown:
        raise InputError(
            f"{origin} has no setting '{unknown[0]}'; it knows {', '.join(sorted(known))}.",
            code="unknown_setting",
        )
    values: dict[str, Any] = {}
    for name, value in data.items():
        hint = hints[name]
        if is_dataclass(hint):
            values[name] = settings_from_dict(value, kind=hint, origin=f"{origin}.{name}")  # type: ignore[arg-type]
        else:
            values[name] = _typed(value, hint, f"{origin}.{name}")
    return kind(**values)


def read_settings(path: str | Path) -> Settings:
    """Read settings from a JSON file; a setting that the file does not name keeps its default.

    Raises:
        InputError: the file is not readable or not JSON (code "unreadable_settings"), or as
            :func:`settings_from_dict`.
    """
    try:
        data = read_json(path)
    except (OSError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(
            f"The settings file {path} could not be read as JSON: {error}.",
            code="unreadable_settings",
            about=str(path),
        ) from None
    origin = f"The settings file {Path(path).name}"
    try:
        return settings_from_dict(data, kind=Settings, origin=origin)
    except InputError as error:
        units = {FORM[field].unit for field in error.fields if field in FORM}
        if error.code == "out_of_range" and units == {"ms"}:
            raise InputError(
                f"{error} {origin} holds this value in s.",
                code=error.code,
                about=str(path),
                fields=error.fields,
            ) from None
        raise


def _typed(value: Any, hint: Any, name: str) -> Any:
    """Return the value as the hint's type; JSON knows no difference between 3 and 3.0."""
    if isinstance(value, int) and abs(value) > 1 << 1000:
        raise InputError(f"{name} is too large.", code="out_of_range")
    kinds = (hint,) if get_origin(hint) is Literal else get_args(hint) or (hint,)
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    for kind in kinds:
        if kind is float and number:
            return float(value)
        if kind is int and number and float(value).is_integer():
            return int(value)
        if get_origin(hint) is dict and isinstance(value, dict):
            return {str(k): _typed(v, get_args(hint)[1], f"{name}.{k}") for k, v in value.items()}
        if get_origin(kind) is tuple and isinstance(value, (list, tuple)):
            return tuple(_typed(v, get_args(kind)[0], f"{name}[{i}]") for i, v in enumerate(value))
        if kind in (bool, str, type(None)) and type(value) is kind:
            return value
        if get_origin(kind) is Literal and isinstance(value, str):
            return value  # which words are allowed is checked where all settings are
    words = " or ".join(
        "null" if k is type(None) else getattr(k, "__name__", "a word") for k in kinds
    )
    raise InputError(f"{name} cannot be {value!r}; it takes {words}.", code="wrong_type")
