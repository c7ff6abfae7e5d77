"""Tables and curves as CSV with a unit in every heading; records as JSON."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.files.text_cells import text_cell
from SpineDCELib.measurement import Extent, Measures, RegionStatistics, Size
from SpineDCELib.measurement.region_statistics import Statistics
from SpineDCELib.vocabulary.conversion_modes import CONVERSION_MODES
from SpineDCELib.vocabulary.quantities import QUANTITIES
from SpineDCELib.vocabulary.region_roles import Role


def write_measurements(
    path: Path, regions: Sequence[RegionStatistics], *, roles: Mapping[str, Role]
) -> None:
    """Write one row per region: role, counts, unfitted voxels by reason, statistics of each map.

    Args:
        roles: region → role; "all voxels", where no region is drawn, has none.
    """
    reasons = sorted({reason for region in regions for reason in region.unfitted})
    names = list(regions[0].parameters) if regions else []
    statistics = [f.name for f in fields(Statistics)]
    header = ["region", "role", "voxels", "volume [mm3]", "fitted voxels"]
    header += [f"unfitted: {reason}" for reason in reasons]
    header += [
        f"{name} n" if key == "n" else f"{name} {key} [{QUANTITIES[name].unit}]"
        for name in names
        for key in statistics
    ]
    rows = [
        [
            region.name,
            roles.get(region.name, ""),
            region.voxels,
            region.volume,
            region.fitted,
            *(region.unfitted.get(reason, 0) for reason in reasons),
            *(getattr(region.parameters[name], key) for name in names for key in statistics),
        ]
        for region in regions
    ]
    write_table(path, header, rows)


def write_normalised(path: Path, measures: Measures) -> None:
    """Write every lesion over every reference, with its interval."""
    write_table(
        path,
        ["lesion", "reference", "parameter", "ratio [1]", "95% low [1]", "95% high [1]", "mode"],
        [
            [
                one.lesion,
                one.reference,
                one.parameter,
                one.value,
                one.low,
                one.high,
                CONVERSION_MODES[measures.mode].title if measures.mode else "",
            ]
            for one in measures.normalised
        ],
    )


def write_sizes(path: Path, sizes: Mapping[str, Size]) -> None:
    """Write one row per lesion: diameters, volume within the outline, part outside the bone."""
    extents = [
        "outline volume [mm3]",
        "left-right [mm]",
        "anterior-posterior [mm]",
        "head-foot [mm]",
    ]
    header = ["lesion", "longest [mm]", "perpendicular [mm]", "area product [mm2]", *extents]
    header += [f"extraosseous {name}" for name in extents] + ["measured on"]

    def row(extent: Extent | None) -> list[float]:
        if extent is None:
            return [float("nan")] * 4
        return [
            extent.volume,
            extent.left_right,
            extent.anterior_posterior,
            extent.superior_inferior,
        ]

    write_table(
        path,
        header,
        [
            [
                name,
                size.axial.longest,
                size.axial.perpendicular,
                size.axial.product,
                *row(size.whole),
                *row(size.extraosseous),
                size.source,
            ]
            for name, size in sizes.items()
        ],
    )


def write_references(path: Path, measures: Measures) -> None:
    """Write the scores of each reference and of the vertebrae next to it."""
    write_table(
        path,
        ["vertebra", "chosen", "score [0-1]", "vp [fraction]", "vp spread [1]", "T10 [s]", "why"],
        [
            [s.name, int(chosen), s.score, s.vp, s.spread, s.T10, " ".join(s.warnings)]
            for chosen, scores in ((True, measures.references), (False, measures.neighbours))
            for s in scores
        ],
    )


def write_curves(path: Path, columns: Mapping[str, NDArray[np.floating]]) -> None:
    """Write curves side by side; the headings, with units, are the keys of the mapping."""
    write_table(path, list(columns), zip(*columns.values(), strict=True))


def write_table(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write CSV with full precision; a missing value is an empty cell, a text is no formula."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow([_cell(name) for name in header])
        writer.writerows([_cell(value) for value in row] for row in rows)


def _cell(value: object) -> object:
    if isinstance(value, (float, np.floating)):
        return repr(float(value)) if np.isfinite(value) else ""
    return text_cell(value) if isinstance(value, str) else value


def write_json(path: Path, record: dict[str, Any]) -> None:
    """Write plain values as JSON; NaN and infinity are null."""
    text = json.dumps(plain(record), indent=2, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")


def plain(value: Any) -> Any:
    """Return a value for JSON: tuples are lists; NaN and infinity are None."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
