"""Reader of an arterial input function from a text file, with its units."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.errors import InputError

_FIELDS = ("inputs.aif_file",)
_TIME_UNITS = {"s": 1.0, "sec": 1.0, "second": 1.0, "seconds": 1.0, "ms": 1e-3, "msec": 1e-3}
_TIME_UNITS |= {"min": 60.0, "minute": 60.0, "minutes": 60.0}
_CONCENTRATION_UNITS = {"mm": 1.0, "mmol/l": 1.0, "mol/l": 1e3, "m": 1e3, "um": 1e-3, "µm": 1e-3}


class CurveFile(NamedTuple):
    """Curve, medium and units read by :func:`read_curve_file`."""

    t: NDArray[np.float64]  #: s
    C: NDArray[np.float64]  #: mM
    medium: str | None  #: "blood", "plasma", or None if the file does not state it
    note: str  #: units and their source, one sentence


def read_curve_file(
    path: str | Path, *, duration: float, time_unit: str | None = None
) -> CurveFile:
    """Read two columns, time and concentration, separated by comma, semicolon, tab or space.

    A header may name the units: ``time [s], Cb [mM]``; ``Cb`` is whole blood, ``Cp`` plasma.
    Without a time unit, the one of ms, s and min is assumed for which the time span fits the
    acquisition; the file is refused if none or several fit.

    Args:
        duration: duration of the acquisition, s, to compare a time axis without a unit with.
        time_unit: "s", "ms" or "min", if set by the user.

    Raises:
        InputError: the file is unreadable or has no two columns of numbers, its times do not
            increase, or its unit is not determined.
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"The AIF file {path} could not be read: {error}.",
            code="aif_file_unreadable",
            about=str(path),
            fields=_FIELDS,
        ) from None
    lines = [line.strip() for line in text.splitlines()]
    lines = [line for line in lines if line and not line.startswith("#")]
    rows = [_split(line) for line in lines]
    header: list[str] = []
    if rows and _numbers(rows[0]) is None:
        header, rows = rows[0], rows[1:]
    values = [_numbers(row) for row in rows]
    if len(values) < 3 or any(v is None or len(v) < 2 for v in values):
        raise InputError(
            f"The AIF file {path} needs two columns of numbers, time and concentration, "
            "in at least three rows.",
            code="aif_file_not_two_columns",
            about=str(path),
            fields=_FIELDS,
        )
    time_column = _column(header, r"^(t|time)", 0)
    value_column = _column(header, r"^(c|aif)", 1 if time_column == 0 else 0)
    table = np.array([[v[time_column], v[value_column]] for v in values if v is not None])
    t, C = table[:, 0], table[:, 1]
    if not np.all(np.isfinite(table)) or np.any(np.diff(t) <= 0):
        raise InputError(
            f"The AIF file {path} has numbers that are not finite or times that do not increase.",
            code="aif_file_not_rising",
            about=str(path),
            fields=_FIELDS,
        )

    stated = time_unit or _unit(header, time_column)
    if stated is None:
        span = float(t[-1] - t[0])
        fits = [
            name
            for name in ("s", "ms", "min")
            if 1 / 3 < span * _TIME_UNITS[name] / max(duration, 1e-9) < 3
        ]
        if len(fits) != 1:
            raise InputError(
                f"The AIF file {path} does not state its time unit, and its span of {span:g} does "
                f"not determine it for an acquisition of {duration:.0f} s. Write the header "
                "'time [s], Cb [mM]'.",
                code="no_time_unit",
                about=str(path),
                fields=("aif.time_unit", *_FIELDS),
            )
        note = f"times taken as {fits[0]}, because their span fits the acquisition"
        factor = _TIME_UNITS[fits[0]]
    else:
        if stated.lower() not in _TIME_UNITS:
            raise InputError(
                f"The AIF file {path} has the time unit '{stated}', not s, ms or min.",
                code="aif_time_unit_not_supported",
                about=str(path),
                fields=("aif.time_unit", *_FIELDS),
            )
        factor = _TIME_UNITS[stated.lower()]
        note = f"times in {stated} as stated"
    unit = _unit(header, value_column)
    if unit is not None and unit.lower() not in _CONCENTRATION_UNITS:
        raise InputError(
            f"The AIF file {path} has the concentration unit '{unit}', not mM.",
            code="aif_concentration_unit_not_supported",
            about=str(path),
            fields=_FIELDS,
        )
    C = C * _CONCENTRATION_UNITS[unit.lower()] if unit else C
    note += f", concentration in {unit}" if unit else ", concentration taken as mM"
    name = header[value_column].lower() if header else ""
    medium = "plasma" if re.match(r"cp|.*plasma", name) else None
    medium = "blood" if re.match(r"cb|.*blood", name) else medium
    return CurveFile(t * factor, C, medium, f"AIF file: {note}.")


def _split(line: str) -> list[str]:
    for separator in (";", "\t", ","):
        if separator in line:
            return [cell.strip() for cell in next(csv.reader([line], delimiter=separator))]
    return line.split()


def _numbers(cells: list[str]) -> list[float] | None:
    try:
        return [float(cell) for cell in cells if cell]
    except ValueError:
        return None


def _column(header: list[str], pattern: str, default: int) -> int:
    found = [i for i, name in enumerate(header) if re.match(pattern, name.strip().lower())]
    return found[0] if found else default


def _unit(header: list[str], column: int) -> str | None:
    match = re.search(r"[\[(]\s*([^\])]+?)\s*[\])]", header[column]) if header else None
    if match is None and header:
        match = re.search(r"_(ms|s|sec|min|mM)$", header[column])
    return match.group(1) if match else None
