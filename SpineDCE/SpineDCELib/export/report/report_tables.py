"""The report's tables: rows of words from numbers, each with its unit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from SpineDCELib.analysis import Analysis
from SpineDCELib.compare.call import signed
from SpineDCELib.data import Result
from SpineDCELib.measurement import Extent, Normalised
from SpineDCELib.vocabulary.quantities import NONE, QUANTITIES, number

if TYPE_CHECKING:
    from SpineDCELib.compare.compare_visits import LesionChange

Table = tuple[list[str], list[list[str]]]


def measurement_rows(result: Result) -> Table:
    """One column a region: voxels, volume, mean ± SD (median) of each parameter, normalised."""
    regions = result.regions
    rows = [
        ["fitted voxels", *(f"{region.fitted} of {region.voxels}" for region in regions)],
        ["volume [mL]", *(number(region.volume / 1000, 2) for region in regions)],
    ]
    for name, how in QUANTITIES.items():
        if name not in result.maps or name == "R2":
            continue
        row = [f"{how.title} [{how.shown_unit}], mean ± SD (median)"]
        for region in regions:
            s = region.parameters[name]
            mean, SD, median = (
                number(v * how.factor, how.digits) for v in (s.mean, s.SD, s.median)
            )
            row.append(f"{mean} ± {SD} ({median})")
        rows.append(row)
    ratios = [result.measures.of(region.name) for region in regions]
    if any(ratio is not None for ratio in ratios):
        rows.append(["normalised Vp (95 % interval)", *map(_ratio, ratios)])
    return ["", *(region.name for region in regions)], rows


def _ratio(ratio: Normalised | None) -> str:
    if ratio is None:
        return NONE
    return f"{number(ratio.value, 2)} × ({number(ratio.low, 2)} to {number(ratio.high, 2)})"


def change_rows(lesion: LesionChange) -> Table:
    """Before, after and change of a lesion."""
    header = [lesion.name, "before", "after", "change"]
    rows = []
    for name, change in lesion.changes.items():
        title = "Vp" if name == "vp" else name
        percent = f"{signed(change.percent)} %"
        if np.isfinite(change.low):
            percent += f" ({signed(change.low)} to {signed(change.high)} %)"
        rows.append(
            [
                f"normalised {title}",
                f"{lesion.before[name].value:.2f} ×",
                f"{lesion.after[name].value:.2f} ×",
                percent,
            ]
        )
    one, two = lesion.sizes
    rows.append(
        [
            "size on the axial plane [mm]",
            *(f"{s.axial.longest:.1f} × {s.axial.perpendicular:.1f}" for s in lesion.sizes),
            f"product {signed(lesion.size_change)} %",
        ]
    )
    rows.append(
        [
            "volume [mL]",
            number(one.whole.volume / 1000, 2),
            number(two.whole.volume / 1000, 2),
            f"{signed(lesion.volume_change)} %" if np.isfinite(lesion.volume_change) else NONE,
        ]
    )
    if any(size.extraosseous is not None for size in lesion.sizes):
        rows.append(
            [
                "outside the bone [mm], L–R × A–P × H–F",
                *(_extent(size.extraosseous) for size in lesion.sizes),
                NONE,
            ]
        )
    rows.append(
        [
            "mean signal enhancement [%]",
            *(number(e, 0) for e in lesion.enhancement),
            f"{signed(lesion.enhancement_change)} %",
        ]
    )
    return header, rows


def _extent(part: Extent | None) -> str:
    if part is None:
        return NONE
    spans = (part.left_right, part.anterior_posterior, part.superior_inferior)
    return " × ".join(f"{span:.0f}" for span in spans)


def setting_rows(visits: Sequence[tuple[str, Analysis]]) -> Table:
    """What made the numbers, side by side."""
    rows = []
    for label, value in _SETTINGS.items():
        rows.append([label, *(value(analysis) for _, analysis in visits)])
    return ["setting", *(name or "value" for name, _ in visits)], rows


def _milliseconds(value: float | None) -> str:
    return NONE if value is None else f"{value * 1000:.2f} ms"


_SETTINGS: dict[str, Callable[[Analysis], Any]] = {
    "model": lambda a: a.settings.fit.model.replace("_", " "),
    "signal": lambda a: a.settings.concentration.signal,
    "T10 of tissue": lambda a: (
        _milliseconds(a.settings.concentration.T10)
        if a.T1_source == "fixed"
        else {"vfa": "from flip angles", "map": "from a T1 map"}.get(str(a.T1_source), NONE)
    ),
    "relaxivity r1": lambda a: f"{a.r1:g} /s/mM",
    "haematocrit": lambda a: f"{a.settings.aif.Hct:g}",
    "AIF from": lambda a: str(a.settings.aif.source),
    "AIF shift": lambda a: (
        f"{a.shift():.2f} s"
        + (" (proposed)" if a.settings.fit.shift == "auto" else " (set by hand)")
    ),
    "baseline": lambda a: f"{a.concentration().baseline_frames} frames",
    "frames": lambda a: (
        f"{a.images.dynamic.n_frames}, every "
        f"{float(np.median(np.diff(a.images.dynamic.times))):.2f} s"
    ),
    "frame times from": lambda a: a.images.dynamic.time_origin,
    "TR, flip angle": lambda a: f"{_milliseconds(a.TR)}, {a.FA or float('nan'):g}°",
    "field strength": lambda a: f"{a.images.dynamic.acquisition.field_strength or NONE} T",
    "voxel": lambda a: " × ".join(f"{v:.2f}" for v in a.images.dynamic.geometry.spacing) + " mm",
}


def identity(analysis: Analysis, *, anonymise: bool) -> str:
    """Patient ID and date of the study from its first file; neither where it is to be left out."""
    source = analysis.images.dynamic.source
    if anonymise:
        return "Anonymised"
    if source.format != "DICOM" or not source.files:
        return f"{source.format} study"
    import pydicom

    try:
        head = pydicom.dcmread(source.files[0], stop_before_pixels=True)
    except (OSError, pydicom.errors.InvalidDicomError):
        return "DICOM study"
    date = str(head.get("StudyDate") or "")
    date = f"{date[:4]}-{date[4:6]}-{date[6:]}" if len(date) == 8 else "no date"
    return f"Patient {head.get('PatientID') or 'without ID'}, {date}"
