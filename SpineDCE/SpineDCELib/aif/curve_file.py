"""Reader of an arterial input function from a text file, with its units."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.errors import InputError
from SpineDCELib.files.bounded_reading import read_text

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

    Numbers may have a decimal comma where another separator is used.

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
        text = read_text(path, encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        raise InputError(
            f"The AIF file {path} could not be read: {error}.",
            code="aif_file_unreadable",
            about=str(path),
            fields=_FIELDS,
        ) from None
    lines = [line.strip() for line in text.splitlines()]
    header, rows = _table([line for line in lines if line and not line.startswith("#")])
    time_column = _columns(header, r"^(t|time)", 0)[0]
    named = _columns(header, r"^(c|aif)", 1 if time_column == 0 else 0)
    # One that holds no number at all is not meant.
    filled = [c for c in named if any(len(r) > c and r[c] is not None for r in rows)]
    value_column = (filled or named)[0]
    last = max(time_column, value_column)
    if header:
        header += [""] * (last + 1 - len(header))  # fewer headings than columns
    cells = [[r[time_column], r[value_column]] if len(r) > last else [] for r in rows]
    # A cell may be empty; its neighbours keep their columns.
    complete = [[a, b] for a, b in (p for p in cells if p) if a is not None and b is not None]
    if len(complete) < 3 or [] in cells:
        raise InputError(
            f"The AIF file {path} needs two columns of numbers, time and concentration, "
            "in at least three rows.",
            code="aif_file_not_two_columns",
            about=str(path),
            fields=_FIELDS,
        )
    table = np.array(complete)
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
    if empty := len(cells) - len(complete):
        rows_left = "1 row" if empty == 1 else f"{empty} rows"
        note += f", {rows_left} with an empty cell left out"
    name = header[value_column].lower() if header else ""
    medium = "plasma" if re.match(r"cp|.*plasma", name) else None
    medium = "blood" if re.match(r"cb|.*blood", name) else medium
    return CurveFile(t * factor, C, medium, f"AIF file: {note}.")


Cells = list[float | None]
#: A word of a header, with a unit in brackets that may follow after a space.
_WORD = re.compile(r"[^\s\[(]+(?:\s*[\[(][^\])]*[\])])?")


def _table(lines: list[str]) -> tuple[list[str], list[Cells]]:
    """Return the header and the rows, by the first separator that gives columns of numbers.

    Between semicolons, tabs or spaces a comma is a decimal one, as spreadsheets in many countries
    write it. An empty cell is None; a row without two numbers is an empty row.
    """
    for separator in (";", "\t", ",", None):
        body = lines[1:] if lines and _numbers(_split(lines[0], separator)) is None else lines
        rows = [_numbers(_split(line, separator)) for line in body]
        if rows and all(r is not None and len(r) > 1 for r in rows):
            header: list[str] = []
            if len(body) < len(lines):
                header = (
                    _WORD.findall(lines[0]) if separator is None else _split(lines[0], separator)
                )
            return header, [r for r in rows if r is not None]
    return [], [[] for _ in lines]


def _split(line: str, separator: str | None) -> list[str]:
    if separator is None:
        return line.split()
    try:
        return [cell.strip() for cell in next(csv.reader([line], delimiter=separator), [])]
    except csv.Error:
        return [line]


def _numbers(cells: list[str]) -> Cells | None:
    try:
        return [float(cell.replace(",", ".")) if cell else None for cell in cells]
    except ValueError:
        return None


def _columns(header: list[str], pattern: str, default: int) -> list[int]:
    found = [i for i, name in enumerate(header) if re.match(pattern, name.strip().lower())]
    return found or [default]


def _unit(header: list[str], column: int) -> str | None:
    match = re.search(r"[\[(]\s*([^\])]+?)\s*[\])]", header[column]) if header else None
    if match is None and header:
        match = re.search(r"_(ms|s|sec|min|mM)$", header[column])
    return match.group(1) if match else None
