"""Files of one analysis, except its provenance."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.aif import shift_curve
from SpineDCELib.aif.plot_data import candidate_table, evidence_table, vessel_table
from SpineDCELib.analysis import Analysis
from SpineDCELib.data import Result
from SpineDCELib.export.aif_files import write_chart_table
from SpineDCELib.export.csv_tables import (
    write_curves,
    write_measurements,
    write_normalised,
    write_references,
    write_sizes,
    write_table,
)
from SpineDCELib.export.formats import noted
from SpineDCELib.export.map_figures import Picture
from SpineDCELib.export.nrrd_maps import write_map
from SpineDCELib.export.overview_figure import write_overview
from SpineDCELib.export.preprocessing_figure import write_motion, write_preprocessing_picture
from SpineDCELib.files.digests import array_digest, file_digest
from SpineDCELib.progress import Progress, silent
from SpineDCELib.series.excluded_frames import without_frames
from SpineDCELib.series.linear_resampling import resample_linear
from SpineDCELib.vocabulary.fit_status import Status
from SpineDCELib.vocabulary.quantities import QUANTITIES

#: A voxel below this share of the 99th percentile of the signal is air; figures leave it out.
AIR = 0.02


def write_results(
    folder: Path,
    analysis: Analysis,
    result: Result,
    *,
    anonymise: bool = False,
    progress: Progress = silent,
) -> tuple[dict[str, str], dict[str, str]]:
    """Write maps, tables and figures.

    Returns:
        File name → digest of its numbers; and figure that could not be drawn → the reason.

    Args:
        anonymise: leave the series' UIDs out of the headers of the maps.
    """
    geometry = analysis.images.dynamic.geometry
    settings = analysis.settings
    common = {
        "SpineDCE.model": settings.fit.model,
        "SpineDCE.signal": analysis.signal_mode,
        "SpineDCE.shift": f"{analysis.shift():g} s",
    }
    if not anonymise:
        common["SpineDCE.series"] = " ".join(analysis.images.dynamic.source.series_uids)
    digests = {}

    def save(name: str, array: NDArray[Any], header: dict[str, str]) -> None:
        write_map(folder / f"{name}.nrrd", array, geometry=geometry, header=common | header)
        digests[f"{name}.nrrd"] = array_digest(array)

    for place, (name, array) in enumerate(result.maps.items()):
        progress(0.6 * place / len(result.maps), "Writing maps")
        save(
            name,
            array.astype(np.float32),
            {"SpineDCE.quantity": name, "SpineDCE.unit": QUANTITIES[name].unit},
        )
    if analysis.artery is not None:
        save("aif_mask", analysis.artery.astype(np.uint8), {"SpineDCE.quantity": "artery"})
    model = analysis.settings.fit.model
    legend = {f"SpineDCE.status.{int(code)}": code.reason_in(model) for code in Status}
    save("status", result.status, {"SpineDCE.quantity": "status", **legend})
    progress(0.6, "Writing tables")
    write_table(
        folder / "status_legend.csv",
        ["code", "name", "fitted", "meaning", "voxels"],
        [
            [
                int(code),
                code.name,
                int(code.fitted),
                code.reason_in(model),
                int((result.status == code).sum()),
            ]
            for code in Status
        ],
    )
    write_measurements(folder / "measurements.csv", result.regions, roles=analysis.roles)
    write_curves(folder / "curves.csv", curve_columns(analysis, result))
    tables = ["status_legend.csv", "measurements.csv", "curves.csv"]
    if settings.aif.source == "auto":
        write_chart_table(folder / "aif_candidates.csv", candidate_table(analysis.detection()))
        write_chart_table(folder / "aif_vessels.csv", vessel_table(analysis.detection()))
        tables += ["aif_candidates.csv", "aif_vessels.csv"]
    if settings.fit.shift == "auto":
        write_chart_table(folder / "shift_evidence.csv", evidence_table(analysis.evidence()))
        tables.append("shift_evidence.csv")
    measures = result.measures
    if measures.sizes:
        write_sizes(folder / "sizes.csv", measures.sizes)
        tables.append("sizes.csv")
    if measures.references:
        write_normalised(folder / "normalised.csv", measures)
        write_references(folder / "references.csv", measures)
        tables += ["normalised.csv", "references.csv"]
    missing: dict[str, str] = {}
    tables += _write_preprocessing(folder, analysis, missing)
    for name in tables:
        digests[name] = file_digest(folder / name)
    progress(0.8, "Drawing the overview")
    if "vp" in result.maps:
        with noted(missing, "overview.png"):
            write_overview(
                folder / "overview.png",
                picture_of(analysis, result),
                caption=f"{settings.fit.model}, {analysis.signal_mode} signal, "
                f"AIF {settings.aif.source}, shift {analysis.shift():g} s",
            )
    return digests, missing


def _write_preprocessing(folder: Path, analysis: Analysis, missing: dict[str, str]) -> list[str]:
    """Write the effect of preprocessing, if there was any; return the names of the tables."""
    images, excluded = analysis.images, analysis.settings.reading.excluded_frames
    before = without_frames(analysis.study.dynamic, excluded)
    if not excluded and images.dynamic.signal is before.signal:
        return []
    with noted(missing, "preprocessing.png"):
        write_preprocessing_picture(
            folder / "preprocessing.png",
            before=before,
            after=images.dynamic,
            baseline_frames=analysis.concentration().baseline_frames,
            regions=analysis.regions,
            tissue=images.tissue,
            displacement=images.displacement,
            rotation=images.rotation,
        )
    if images.displacement is None or images.rotation is None:
        return []
    write_motion(
        folder / "motion.csv",
        times=images.dynamic.times,
        displacement=images.displacement,
        rotation=images.rotation,
    )
    return ["motion.csv"]


def curve_columns(analysis: Analysis, result: Result) -> dict[str, NDArray[np.floating]]:
    """Return heading with unit → values: time, artery, AIF, AIF as used, regions and their fits."""
    arterial, times = analysis.aif(), analysis.images.dynamic.times
    unit, shift = arterial.unit, analysis.shift()
    columns: dict[str, NDArray[np.floating]] = {"time [s]": times}
    if arterial.signal is not None:
        columns["artery signal"] = arterial.signal
    columns[f"AIF Cb [{unit}]"] = arterial.Cb
    columns[f"AIF Cp [{unit}]"] = arterial.Cp
    columns[f"AIF Cp shifted {shift:g} s [{unit}]"] = shift_curve(
        arterial.samples,
        t=arterial.t,
        Ta=shift,
        at=times,
        integration=analysis.settings.fit.integration,
    )
    for name, curve in result.curves.items():
        columns[f"{name} [{unit}]"] = curve
        columns[f"{name} fit [{unit}]"] = result.fits[name]
    return columns


def picture_of(analysis: Analysis, result: Result, *, with_anatomy: bool = True) -> Picture:
    """Return the images and regions of a figure of maps.

    Args:
        with_anatomy: else the picture has the signal before contrast, which takes no resampling.
    """
    baseline = analysis.concentration().baseline
    anatomy, name = _anatomy_on_grid(analysis) if with_anatomy else (baseline, "before contrast")
    air = baseline < AIR * np.nanpercentile(baseline, 99)
    vp = np.where(air, np.nan, result.maps["vp"])
    return Picture(
        anatomy,
        name,
        vp,
        analysis.images.dynamic.geometry,
        analysis.regions,
        analysis.roles,
        analysis.mode,
    )


def _anatomy_on_grid(analysis: Analysis) -> tuple[NDArray[np.floating], str]:
    """Return the T1-weighted volume on the dynamic grid, or the signal before contrast."""
    baseline = analysis.concentration().baseline
    volume = analysis.images.anatomy
    if volume is None:
        return baseline, "before contrast"
    geometry = analysis.images.dynamic.geometry
    return np.nan_to_num(resample_linear(volume.array, volume.geometry, geometry)), "T1"
