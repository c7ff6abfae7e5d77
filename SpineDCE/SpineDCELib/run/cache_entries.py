"""Conversion of records (dataclasses) to the arrays and plain values that a cache stores."""

from __future__ import annotations

import functools
import types
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from enum import Enum
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.data import PreprocessedSeries
from SpineDCELib.series import DynamicSeries
from SpineDCELib.series.excluded_frames import without_frames

R = TypeVar("R")
#: Arrays and plain values.
Entry = tuple[dict[str, NDArray[Any]], Any]
#: Smaller arrays, such as curves, are kept with the plain values, elements.
_SMALL = 4096


def to_entry(record: Any) -> Entry:
    """Convert a dataclass or an array to arrays and plain values.

    The fields hold numbers, texts, enumerations, arrays, further dataclasses, and tuples and
    dictionaries of these.
    """
    arrays: dict[str, NDArray[Any]] = {}
    return arrays, _plain(record, "", arrays)


def from_entry(kind: type[R], arrays: Mapping[str, NDArray[Any]], values: Any) -> R:
    """Invert :func:`to_entry`.

    Args:
        kind: class of the record.

    Raises:
        KeyError, TypeError, ValueError: the values are not of this class.
    """
    return cast(R, _value(kind, values, arrays))


def _plain(value: Any, path: str, arrays: dict[str, NDArray[Any]]) -> Any:
    if isinstance(value, np.ndarray):
        if value.size <= _SMALL:
            return {"values": value.tolist(), "dtype": value.dtype.str, "shape": value.shape}
        name = path.lstrip(".") or "array"
        arrays[name] = value
        return {"array": name}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, np.generic):
        return value.item()
    if is_dataclass(value):
        return {
            f.name: _plain(getattr(value, f.name), f"{path}.{f.name}", arrays)
            for f in fields(value)
            if f.init
        }
    if isinstance(value, tuple):
        return [_plain(one, f"{path}.{i}", arrays) for i, one in enumerate(value)]
    if isinstance(value, dict):
        return {name: _plain(one, f"{path}.{name}", arrays) for name, one in value.items()}
    return value


def _value(kind: Any, plain: Any, arrays: Mapping[str, NDArray[Any]]) -> Any:
    origin, arguments = get_origin(kind), get_args(kind)
    if plain is None:
        return None
    if origin in (Union, types.UnionType):
        (kind,) = (one for one in arguments if one is not type(None))
        return _value(kind, plain, arrays)
    if origin is np.ndarray:
        if "array" in plain:
            return arrays[plain["array"]]
        return np.array(plain["values"], plain["dtype"]).reshape(plain["shape"])
    if origin is tuple:
        each = arguments[:1] * len(plain) if arguments[-1] is Ellipsis else arguments
        return tuple(_value(one, p, arrays) for one, p in zip(each, plain, strict=True))
    if origin is dict:
        return {name: _value(arguments[1], one, arrays) for name, one in plain.items()}
    if is_dataclass(kind):
        hints = _hints_of(cast(Any, kind))
        given = {name: _value(hints[name], one, arrays) for name, one in plain.items()}
        return cast(Any, kind)(**given)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(plain)
    return plain


@functools.cache
def _hints_of(kind: Any) -> dict[str, Any]:
    """Return the types of a class's fields, which take longer to find than to look up."""
    return get_type_hints(kind)


@dataclass(frozen=True, eq=False)
class PreprocessingChanges:
    """What preprocessing changed in a series and found; the rest is in the study as read.

    Attributes:
        signal: None where it is the signal as read.
    """

    signal: NDArray[np.floating] | None
    tissue: NDArray[np.bool_] | None
    displacement: NDArray[np.float64] | None
    rotation: NDArray[np.float64] | None
    notes: tuple[str, ...]
    excluded: tuple[int, ...]


def changes_of(done: PreprocessedSeries, series: DynamicSeries) -> PreprocessingChanges:
    """Return what preprocessing changed in a series as read."""
    signal = None if done.series.signal is series.signal else done.series.signal
    return PreprocessingChanges(
        signal, done.tissue, done.displacement, done.rotation, done.series.notes, done.excluded
    )


def preprocessed_from(changes: PreprocessingChanges, series: DynamicSeries) -> PreprocessedSeries:
    """Invert :func:`changes_of`."""
    series = without_frames(series, list(changes.excluded))
    signal = series.signal if changes.signal is None else changes.signal
    return PreprocessedSeries(
        replace(series, signal=signal, notes=changes.notes),
        tissue=changes.tissue,
        displacement=changes.displacement,
        rotation=changes.rotation,
        excluded=changes.excluded,
    )
