"""Tables of the report: numbers as text, each with its unit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from SpineDCELib.analysis import Analysis
from SpineDCELib.compare.call import chance
from SpineDCELib.compare.visit_differences import AIF_origin
from SpineDCELib.data import Result
from SpineDCELib.measurement import Change, Extent, Normalised, Size
from SpineDCELib.measurement.blood_voxels import blood_mark
from SpineDCELib.measurement.lesion_size import TWO_RULERS
from SpineDCELib.measurement.rulers import plane_of, plane_of_size
from SpineDCELib.settings import FORM, Settings, settings_fields, value_at
from SpineDCELib.vocabulary.conversion_modes import (
    normalised_title,
    normalised_vp,
    parameter_title,
)
from SpineDCELib.vocabulary.kinetic_models import MODEL_TITLES
from SpineDCELib.vocabulary.quantities import (
    FITTED_AS,
    NONE,
    QUANTITIES,
    number,
    percent,
    ratio_digits,
    signed,
    times,
)
from SpineDCELib.vocabulary.visits import VISITS

if TYPE_CHECKING:
    from SpineDCELib.compare.compare_visits import Comparison, LesionChange

Table = tuple[list[str], list[list[str]]]


def measurement_rows(result: Result, analysis: Analysis) -> Table:
    """Return one column per region: voxels, volume, statistics of the voxels, normalised Vp.

    A mean Vp that no tissue has is marked with the reason.
    """
    regions, mode, roles = result.regions, result.measures.mode, result.measures.roles
    rows = [
        ["fitted voxels", *(f"{region.fitted} of {region.voxels}" for region in regions)],
        ["volume [mL]", *(number(region.volume_mL, 2) for region in regions)],
    ]
    if analysis.carried & {region.name for region in regions}:
        rows.append(
            ["origin of the region", *(_origin(region.name, analysis) for region in regions)]
        )
    for name, quantity in QUANTITIES.items():
        if name not in result.maps or name == "R2":
            continue
        heading = quantity.headed(parameter_title(name, mode))
        row = [f"{heading}, mean ± SD (median) of the voxels"]
        for region in regions:
            s = region.parameters[name]
            mean, SD, median = (
                number(quantity.shown(v), quantity.digits) for v in (s.mean, s.SD, s.median)
            )
            mark = vp_mark(name, s.mean, analysis, roles.get(region.name, ""))
            row.append(f"{mean} ± {SD} ({median})" + (f", {mark}" if mark else ""))
        rows.append(row)
    sizes = result.measures.sizes
    if sizes:
        cells = (_measured_size(sizes.get(region.name), analysis) for region in regions)
        rows.append(["longest × perpendicular diameter [mm]", *cells])
    ratios = [result.measures.of(region.name) for region in regions]
    if any(ratio is not None for ratio in ratios):
        rows.append(
            [
                f"{normalised_title(normalised_vp(mode), mode)}, 95 % interval from noise alone",
                *map(_ratio, ratios),
            ]
        )
    return ["", *(region.name for region in regions)], rows


def _origin(region: str, analysis: Analysis) -> str:
    return "carried over, not corrected" if region in analysis.carried else "drawn"


def _measured_size(size: Size | None, analysis: Analysis) -> str:
    """Return the diameters of a lesion, and what they were measured on: rulers, or its region."""
    if size is None:
        return NONE
    return diameters_text(size, plane_of_size(size, analysis.study.dynamic.geometry))


def diameters_text(size: Size, plane: str) -> str:
    """Return the diameters of a lesion, mm, and what they were measured on, in which plane.

    Args:
        plane: see :func:`plane_of_size`.
    """
    diameters = f"{number(size.axial.longest, 1)} × {number(size.axial.perpendicular, 1)}"
    if size.source != TWO_RULERS:
        return f"{diameters} (on the axial plane)"
    return {
        "sagittal": f"{diameters} (two rulers, sagittal plane)",
        "coronal": f"{diameters} (two rulers, coronal plane)",
        "axial": f"{diameters} (two rulers, axial plane)",
    }.get(plane, f"{diameters} (two rulers, oblique)")


def ruler_rows(visits: Sequence[tuple[str, Analysis]]) -> Table | None:
    """Return one row per ruler: visit, name, length and plane; None without a ruler."""
    rows = [
        [visit, ruler.name, number(ruler.length, 1),
         plane_of(ruler, analysis.study.dynamic.geometry)]
        for visit, analysis in visits
        for ruler in analysis.rulers
    ]  # fmt: skip
    if not rows:
        return None
    header = ["visit", "ruler", "length [mm]", "plane"]
    return (header, rows) if len(visits) > 1 else (header[1:], [row[1:] for row in rows])


def vp_mark(parameter: str, value: float, analysis: Analysis, role: str) -> str:
    """Return what stands beside a Vp that no tissue has; "" if it may be, or is another parameter.

    Args:
        value: a fraction. role: of the region that was measured.
    """
    if parameter not in ("vp", *FITTED_AS) or analysis.signal_mode != "absolute":
        return ""
    return blood_mark(value, analysis.settings.aif.Hct, role)


def _ratio(ratio: Normalised | None) -> str:
    if ratio is None:
        return NONE
    digits = ratio_digits(ratio.value)
    interval = f"{number(ratio.low, digits)} to {number(ratio.high, digits)}"
    return f"{times(ratio.value)} ({interval})"


def _sources(change: Change) -> str:
    """Return what an interval comes from: "outline 48 %, T10 20 %, AIF 12 %"."""
    # The standard error of a mean holds what differs from voxel to voxel, noise or not.
    words = {"noise": "noise and differences between voxels"}
    parts = change.parts()
    listed = [f"{words.get(name, name)} {100 * part:.0f} %" for name, part in parts.items()]
    return ", ".join(listed) or NONE


def change_rows(lesion: LesionChange, comparison: Comparison) -> Table:
    """Return baseline, follow-up and change of a lesion of a comparison."""
    mode, analyses = comparison.mode, [visit.analysis for visit in comparison.visits]
    header = [lesion.name, *(words.title.lower() for words in VISITS.values()), "change"]
    rows = []
    for name, change in lesion.changes.items():
        rows.append(
            [
                normalised_title(name, mode),
                times(lesion.before[name].value),
                times(lesion.after[name].value),
                change_text(change),
            ]
        )
        rows.append(
            ["what the interval comes from (shares of its variance)", NONE, NONE, _sources(change)]
        )
    if np.isfinite(lesion.call.probability):
        rows.append(
            [
                f"probability of a change of {normalised_title(lesion.parameter, '')} above / "
                f"below {percent(lesion.call.cutoff)}",
                NONE,
                NONE,
                f"{chance(lesion.call.probability)} / {chance(lesion.call.below)}",
            ]
        )
    if lesion.repeatability is not None:
        low, high = lesion.repeatability.low, lesion.repeatability.high
        rows.append(
            [
                f"repeatability, {len(lesion.repeatability.changes)} vertebrae without tumour",
                NONE,
                NONE,
                f"{signed(low, 0)} to {signed(high, 0)} %",
            ]
        )
    one, two = lesion.sizes
    rows.append(
        [
            "diameters [mm]",
            *(diameters_text(s, p) for s, p in zip(lesion.sizes, lesion.planes, strict=True)),
            f"product {percent(lesion.size_change)}" if lesion.sizes_compare else "not comparable",
        ]
    )
    rows.append(
        [
            "volume of the voxels [mL]",
            *(number(volume / 1000, 2) for volume in lesion.volumes),
            percent(lesion.volume_change),
        ]
    )
    if any(lesion.name in analysis.carried for analysis in analyses):
        rows.append(
            ["origin of the region", *(_origin(lesion.name, one) for one in analyses), NONE]
        )
    rows.append(
        [
            "volume within the smooth outline [mL]",
            number(one.whole.volume / 1000, 2),
            number(two.whole.volume / 1000, 2),
            percent(lesion.outline_volume_change),
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
            percent(lesion.enhancement_change),
        ]
    )
    return header, rows


def change_text(change: Change) -> str:
    """Format a change with its interval: "−87 % (−92 to −79 %)"."""
    if not np.isfinite(change.low):
        return percent(change.percent)
    return f"{percent(change.percent)} ({signed(change.low, 0)} to {signed(change.high, 0)} %)"


def _extent(part: Extent | None) -> str:
    if part is None:
        return NONE
    spans = (part.left_right, part.anterior_posterior, part.superior_inferior)
    return " × ".join(f"{span:.0f}" for span in spans)


def setting_rows(visits: Sequence[tuple[str, Analysis]]) -> Table:
    """Return the settings and the acquisition of each visit, side by side."""
    rows = [
        [label, *(value(analysis) for _, analysis in visits)] for label, value in _SETTINGS.items()
    ]
    return ["setting", *(name or "value" for name, _ in visits)], rows


def other_than_default(visits: Sequence[tuple[str, Analysis]]) -> list[str]:
    """Return the settings that are not the defaults, a sentence for each, with its visit.

    A setting that all visits share is listed once. The proposed shift is not listed.
    """
    told: dict[str, list[str]] = {}
    for name, analysis in visits:
        for sentence in _chosen(analysis):
            told.setdefault(sentence, []).append(name)
    listed = [
        sentence if len(names) == len(visits) else f"{sentence}, {', '.join(names)}"
        for sentence, names in told.items()
    ]
    return listed or ["None."]


def _chosen(analysis: Analysis) -> list[str]:
    default, sentences = Settings(), []
    for setting in settings_fields():
        value = value_at(analysis.settings, setting.path)
        if value == value_at(default, setting.path):
            continue
        if setting.path == "fit.shift" and analysis.has_proposed_shift:
            continue
        if setting.kind == "choice":
            text = setting.choices[value]
        else:
            text = ", ".join(setting.text(value).splitlines())
        unit = f" {setting.unit}" if setting.unit and text not in setting.words else ""
        sentences.append(f"{setting.label}: {text}{unit}")
    if analysis.settings.aif.source == "auto" and analysis.artery_by_hand:
        sentences.append("Artery: candidates or slices were included or excluded by hand")
    return sentences


def _T10(analysis: Analysis) -> str:
    if analysis.T1_source == "fixed":
        return _milliseconds(analysis.settings.concentration.T10)
    return {
        "vfa": "from flip angles", "map": "from a T1 map", "muscle": "from the signal of muscle"
    }[analysis.T1_source]  # fmt: skip


def _contrast(analysis: Analysis) -> str:
    parts = [analysis.agent or "not known"]
    if analysis.dose is not None:
        parts.append(f"{analysis.dose:.2g} mmol/kg")
    if analysis.injection_rate is not None:
        parts.append(f"{analysis.injection_rate:g} mL/s")
    return ", ".join(parts)


def _shift(analysis: Analysis) -> str:
    how = "proposed" if analysis.has_proposed_shift else "set by hand"
    own = [f"{name} {value:.2f} s (set by hand)" for name, value in analysis.shifts_by_hand.items()]
    return "; ".join([f"{analysis.shift():.2f} s ({how})", *own])


def _frames(analysis: Analysis) -> str:
    dynamic = analysis.images.dynamic
    return f"{dynamic.n_frames}, every {dynamic.frame_interval:.2f} s"


def _field_strength(analysis: Analysis) -> str:
    field = analysis.images.dynamic.acquisition.field_strength
    return f"{field:g} T" if field else NONE


def _choice(path: str, value: str) -> str:
    """Return a choice of a setting in the words of the form."""
    return FORM[path].choices.get(value, value)


def _milliseconds(value: float | None) -> str:
    return NONE if value is None else f"{value * 1000:.2f} ms"


def _flip_angle(analysis: Analysis) -> str:
    return NONE if analysis.FA is None else f"{analysis.FA:g}°"


def _voxel(analysis: Analysis) -> str:
    return " × ".join(f"{v:.2f}" for v in analysis.images.dynamic.geometry.spacing) + " mm"


_SETTINGS: dict[str, Callable[[Analysis], str]] = {
    "model": lambda a: MODEL_TITLES[a.settings.fit.model],
    "signal": lambda a: _choice("concentration.signal", a.signal_mode),
    "T10 of tissue": _T10,
    "contrast agent": _contrast,
    "relaxivity r1": lambda a: f"{a.r1:g} /s/mM",
    "haematocrit": lambda a: f"{a.settings.aif.Hct:g}",
    "AIF from": AIF_origin,
    "AIF shift": _shift,
    "frames before contrast": lambda a: str(a.concentration().baseline_frames),
    "frames": _frames,
    "frame times from": lambda a: a.images.dynamic.time_origin,
    "TR": lambda a: _milliseconds(a.TR),
    "flip angle": _flip_angle,
    "field strength": _field_strength,
    "voxel": _voxel,
}


def identity(analysis: Analysis, *, anonymise: bool) -> str:
    """Return patient ID and study date, from the first file if there is one, or "Anonymised"."""
    source = analysis.images.dynamic.source
    if anonymise:
        return "Anonymised"
    if source.patient:
        return _whose(source.patient, source.date)
    if source.format != "DICOM" or not source.files:
        return f"{source.format} study"
    import pydicom

    try:
        head = pydicom.dcmread(
            source.files[0], stop_before_pixels=True, specific_tags=["PatientID", "StudyDate"]
        )
    except (OSError, pydicom.errors.InvalidDicomError):
        return "DICOM study"
    return _whose(str(head.get("PatientID") or ""), str(head.get("StudyDate") or ""))


def _whose(patient: str, date: str) -> str:
    day = f"{date[:4]}-{date[4:6]}-{date[6:]}" if len(date) == 8 else "no date"
    return f"Patient {patient or 'without ID'}, {day}"
