"""Label maps of vertebrae, as programs that segment the whole spine write them.

Sources: the tables of classes of TotalSegmentator (``map_to_binary.py``; the names are in the
extended NIfTI header of its files) and of TotalSpineSeg (README and ``tss_map.json``, releases of
2024 and of 2025).
"""

from __future__ import annotations

import gzip
import re
import struct
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.errors import InputError
from SpineDCELib.files.bounded_reading import read_json
from SpineDCELib.series.dynamic_series import Geometry
from SpineDCELib.vocabulary.vertebra_levels import LEVELS, level_of

#: Names of labels may take this many bytes of a header, and a file may name this many.
_LARGEST_HEADER, _MOST_NAMES = 1 << 20, 1000
#: A step from one level to the next must rise at least by this, mm.
_LEAST_STEP = 1.0


def _numbered(first: int, levels: Sequence[str], step: int = 1) -> dict[int, str]:
    return {first + step * n: level for n, level in enumerate(levels)}


_CERVICAL, _THORACIC, _LUMBAR = (
    [level for level in LEVELS if re.fullmatch(rf"{part}\d+", level)] for part in "CTL"
)
#: Levels of TotalSegmentator 1, from L5 upwards; early releases of TotalSpineSeg have them too.
_UPWARDS = [*reversed(_LUMBAR[:5]), *reversed(_THORACIC[:12]), *reversed(_CERVICAL)]
#: Program → label → level, and the labels of discs and of the canal that its files hold as well.
#: TotalSegmentator's files name their labels; without names its numbers fit other maps too.
_BY_NUMBER: dict[str, tuple[dict[int, str], set[int]]] = {
    "TotalSpineSeg": (
        {
            **_numbered(11, _CERVICAL),
            **_numbered(21, _THORACIC[:12]),
            **_numbered(41, _LUMBAR[:6]),
            50: "Sacrum",
        },
        {1, 2, *range(63, 68), *range(71, 83), *range(91, 97), 100},
    ),
    "TotalSpineSeg of 2024": (
        {**_numbered(18, _UPWARDS), 92: "Sacrum"},
        {200, 201, *range(202, 225)},
    ),
}
#: From this label on, the other labels are discs, which tell the map from one drawn by hand.
_FIRST_DISC = {"TotalSpineSeg": 63, "TotalSpineSeg of 2024": 202}


def label_names(file: Path) -> dict[int, str]:
    """Return the names of a file's labels: from its NIfTI header, its JSON sidecar, or its name.

    A file with one vertebra, as TotalSegmentator writes it for every structure, is named for it.
    """
    found = _names_in_header(file) or _names_in_sidecar(file)
    stem = _stem(file)
    if not found and level_of(stem):
        found = {1: stem}
    return found


def levels_by_number(
    array: NDArray[Any], geometry: Geometry, labels: Sequence[int]
) -> tuple[str, dict[int, str]]:
    """Recognise the labels of a whole spine without names: program, and label → level.

    All labels must be of one program's table, discs among them, and the vertebrae must follow each
    other from head to foot in the order of their levels; otherwise nothing is recognised.
    """
    for program, (levels, others) in _BY_NUMBER.items():
        present = {n: levels[n] for n in labels if n in levels}
        discs = [n for n in labels if n in others and n >= _FIRST_DISC[program]]
        if len(present) < 2 or not discs or not set(labels) <= set(levels) | others:
            continue
        if _is_in_order(array, geometry, present):
            return program, present
    return "", {}


def _is_in_order(array: NDArray[Any], geometry: Geometry, levels: Mapping[int, str]) -> bool:
    """Whether the centres of vertebrae lie in the order of their levels, from head to foot."""
    ordered = sorted(levels, key=lambda n: LEVELS.index(levels[n]))
    heights = []
    for n in ordered:
        centre = np.argwhere(array == n).mean(axis=0)[::-1]
        heights.append(float((geometry.affine[:3, :3] @ centre)[2]))
    return bool(np.all(np.diff(heights) < -_LEAST_STEP))


def _stem(file: Path) -> str:
    return re.sub(r"\.(nii|nii\.gz|nrrd|nhdr|mha|mhd|hdr|img)$", "", file.name, flags=re.IGNORECASE)


def _names_in_header(file: Path) -> dict[int, str]:
    """Return the label table in the extension of a NIfTI-1 header (Caret's XML).

    Only the elements of the table are looked at; no XML parser reads the text.
    """
    if not file.name.lower().endswith((".nii", ".nii.gz")):
        return {}
    try:
        with file.open("rb") as stream:
            packed = stream.read(2) == b"\x1f\x8b"
        with gzip.open(file, "rb") if packed else file.open("rb") as stream:
            head = stream.read(352)
            if len(head) < 352 or not head[348]:
                return {}
            order = "<" if struct.unpack_from("<i", head)[0] == 348 else ">"
            end = struct.unpack_from(f"{order}f", head, 108)[0]
            if not 352 < end <= _LARGEST_HEADER:
                return {}
            text = stream.read(int(end) - 352).decode("utf-8", errors="replace")
    except (OSError, EOFError, zlib.error, struct.error):
        return {}
    rows = re.findall(
        r'<Label\s[^<>]{0,200}?Key="(\d{1,9})"[^<>]{0,400}>\s{0,9}(?:<!\[CDATA\[)?([^<>\]]{1,200})',
        text,
    )
    return {int(key): name.strip() for key, name in rows[:_MOST_NAMES]}


def _names_in_sidecar(file: Path) -> dict[int, str]:
    """Return the names in the JSON file of the same name, label → name or name → label.

    They may lie in an object "labels", as nnU-Net's ``dataset.json`` has them.
    """
    beside = file.with_name(_stem(file) + ".json")
    if not beside.is_file():
        return {}
    try:
        table = read_json(beside, encoding="utf-8-sig")
    except (OSError, ValueError, InputError):
        return {}
    if isinstance(table, dict) and isinstance(table.get("labels"), dict):
        table = table["labels"]
    if not isinstance(table, dict) or len(table) > _MOST_NAMES:
        return {}
    found: dict[int, str] = {}
    for key, value in table.items():
        if isinstance(value, str) and re.fullmatch(r"\d{1,9}", key):
            found[int(key)] = value
        elif isinstance(value, int) and not isinstance(value, bool) and value > 0:
            found[value] = key
    return found
