"""Files of a comparison of two visits: tables, residual tumour, report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from SpineDCELib.compare.call import EVIDENCE, LIMITS
from SpineDCELib.export.csv_tables import write_json, write_table
from SpineDCELib.export.formats import announced, noted
from SpineDCELib.export.identity import anonymised_comparison, identifying_words, safe_reasons
from SpineDCELib.measurement import percent_change
from SpineDCELib.progress import Progress, silent
from SpineDCELib.series import write_segmentation
from SpineDCELib.settings import settings_to_dict
from SpineDCELib.settings.constants import CUTOFF_SOURCE
from SpineDCELib.version import __version__

if TYPE_CHECKING:
    from SpineDCELib.compare.compare_visits import Comparison, LesionChange


def write_comparison(
    folder: Path,
    comparison: Comparison,
    *,
    formats: Sequence[str],
    anonymise: bool = False,
    progress: Progress = silent,
) -> dict[str, str]:
    """Write tables, residual tumour, structured report and report of a comparison.

    What cannot be written never stops the rest.

    Returns:
        What could not be written → the reason; ``comparison.json`` has it too.
    """
    missing: dict[str, str] = {}
    begins = announced(formats, progress)
    words = frozenset[str]()
    if anonymise:
        words = words.union(*(identifying_words(v.analysis) for v in comparison.visits))
        comparison = anonymised_comparison(comparison, words)
    write_table(
        folder / "comparison.csv",
        ["lesion", "quantity", "unit", "before", "after", "change [%]", "95% low [%]",
         "95% high [%]"],
        [row for lesion in comparison.lesions for row in _rows(lesion)],
    )  # fmt: skip
    write_table(
        folder / "uncertainty.csv",
        ["lesion", "quantity", "source", "SD of ln(after/before)", "part of the variance"],
        [
            [lesion.name, f"normalised {name}", share.name, share.log_SD,
             change.parts().get(share.name, float("nan"))]
            for lesion in comparison.lesions
            for name, change in lesion.changes.items()
            for share in change.shares
        ],
    )  # fmt: skip
    flips = [lesion for lesion in comparison.lesions if lesion.flip is not None]
    if flips:
        write_table(
            folder / "flip.csv",
            ["lesion", "choice", "from", "to", "change at from [%]", "change at to [%]"],
            [
                [lesion.name, s.name, s.low, s.high, s.change_low, s.change_high]
                for lesion in flips
                if lesion.flip is not None
                for s in lesion.flip.tornado
            ],
        )
    residuals = {
        f"Residual of {lesion.name}": lesion.residual.mask
        for lesion in comparison.lesions
        if lesion.residual is not None and lesion.residual.mask.any()
    }
    if residuals:
        write_segmentation(
            folder / "residual.seg.nrrd",
            residuals,
            comparison.follow_up.analysis.images.dynamic.geometry,
        )
    if begins("dicom"):
        from SpineDCELib.export.dicom import write_changes, write_residual

        with noted(missing, "dicom/changes.dcm"):
            write_changes(folder / "dicom", comparison, anonymise=anonymise)
        if residuals:
            with noted(missing, "dicom/residual.dcm"):
                write_residual(folder / "dicom", comparison, residuals, anonymise=anonymise)
    if begins("scene"):
        from SpineDCELib.export.slicer_scene import write_comparison_scene

        with noted(missing, "scene"):
            write_comparison_scene(folder, comparison)
    for name in ("report", "pdf"):
        if begins(name):
            from SpineDCELib.export.report import write_comparison_report

            with noted(missing, name):
                write_comparison_report(folder, comparison, formats=[name], anonymise=anonymise)
    full = record(comparison)
    if missing:
        full["not written"] = safe_reasons(missing, words)
    write_json(folder / "comparison.json", full)
    return missing


#: Rows whose change is not known where the visits measured the diameters in different planes.
_DIAMETERS = ("longest diameter", "perpendicular diameter", "area product")


def _rows(lesion: LesionChange) -> list[list[Any]]:
    nan = float("nan")
    rows: list[list[Any]] = [
        [lesion.name, f"normalised {name}", "1", lesion.before[name].value,
         lesion.after[name].value, change.percent, change.low, change.high]
        for name, change in lesion.changes.items()
    ]  # fmt: skip
    one, two = lesion.sizes
    pairs = (
        ("longest diameter", "mm", one.axial.longest, two.axial.longest),
        ("perpendicular diameter", "mm", one.axial.perpendicular, two.axial.perpendicular),
        ("area product", "mm2", one.axial.product, two.axial.product),
        ("volume", "mm3", *lesion.volumes),
        ("outline volume", "mm3", one.whole.volume, two.whole.volume),
        ("mean signal enhancement", "%", *lesion.enhancement),
    )
    of_region = {"volume": lesion.volume_change, "outline volume": lesion.outline_volume_change}
    for name, unit, a, b in pairs:
        known = lesion.sizes_compare or name not in _DIAMETERS
        change = of_region.get(name, percent_change(a, b) if known else nan)
        rows.append([lesion.name, name, unit, a, b, change, nan, nan])
    return rows


def record(comparison: Comparison) -> dict[str, Any]:
    """Return the comparison as plain values."""
    return {
        "spinedce": __version__,
        "not a medical device": True,
        "visits": [
            {
                "label": visit.about.label,
                "date": visit.about.date or None,
                "role": visit.about.role,
                "settings": settings_to_dict(visit.analysis.settings),
            }
            for visit in comparison.visits
        ],
        "differences": [asdict(d) for d in comparison.differences],
        "mode": comparison.mode,
        "cutoff source": CUTOFF_SOURCE,
        "evidence": EVIDENCE,
        "limits": list(LIMITS),
        "warnings": list(comparison.warnings),
        "lesions": [_lesion(lesion) for lesion in comparison.lesions],
    }


def _lesion(lesion: LesionChange) -> dict[str, Any]:
    out: dict[str, Any] = {
        "name": lesion.name,
        "parameter of the call": lesion.parameter,
        "call": asdict(lesion.call),
        "before": {name: asdict(value) for name, value in lesion.before.items()},
        "after": {name: asdict(value) for name, value in lesion.after.items()},
        "changes": {name: asdict(value) for name, value in lesion.changes.items()},
        "sizes": [asdict(size) for size in lesion.sizes],
        "planes of the diameters": list(lesion.planes),
        "size change [%]": lesion.size_change,
        "volumes [mm3]": list(lesion.volumes),
        "volume change [%]": lesion.volume_change,
        "outline volume change [%]": lesion.outline_volume_change,
        "mean signal enhancement [%]": list(lesion.enhancement),
    }
    if lesion.registration is not None:
        out["registration"] = {
            "after to before": lesion.registration.matrix.tolist(),
            "match": lesion.registration.match,
        }
    if lesion.check is not None:
        out["carried over against drawn"] = asdict(lesion.check)
    if lesion.residual is not None:
        r = lesion.residual
        out["residual"] = {
            "threshold [normalised Vp]": r.threshold,
            "volume [mm3]": r.volume,
            "share of the lesion": r.share,
            "share of voxels above, surely or not": r.above,
            "noise of a voxel [normalised Vp]": r.noise,
            "least voxels surely above": r.least,
            "share above before too": r.before_too,
            "centre [LPS mm]": r.centre,
            "place": r.place,
            "sentence": r.sentence,
        }
    if lesion.repeatability is not None:
        repeated = lesion.repeatability
        out["repeatability"] = {
            "vertebrae": dict(repeated.changes),
            "coefficient of ln(after/before)": repeated.coefficient,
            "low [%]": repeated.low,
            "high [%]": repeated.high,
        }
    if lesion.flip is not None:
        out["flip"] = {
            "kept": lesion.flip.kept,
            "runs": int(lesion.flip.changes.size),
            "changes [%]": lesion.flip.changes.tolist(),
            "sentence": lesion.flip.sentence,
        }
    return out
