"""Scene of 3D Slicer with maps, regions, measurements and curves: ``scene.mrb``."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.analysis import Analysis
from SpineDCELib.data import Result
from SpineDCELib.export.analysis_files import curve_columns, picture_of
from SpineDCELib.export.csv_tables import write_curves, write_measurements
from SpineDCELib.export.map_figures import scale_top
from SpineDCELib.export.mrb_writer import SceneFile
from SpineDCELib.export.nrrd_maps import write_map
from SpineDCELib.series import Geometry, write_segmentation
from SpineDCELib.vocabulary.colour_maps import TRANSPARENT_BELOW
from SpineDCELib.vocabulary.quantities import QUANTITIES, colour_range
from SpineDCELib.vocabulary.region_roles import TAG

if TYPE_CHECKING:
    from SpineDCELib.compare.compare_visits import Comparison

#: Opacity of the maps over the anatomy.
OPACITY = 0.7


class _Visit(NamedTuple):
    name: str  #: "" for a single visit
    analysis: Analysis
    result: Result

    def title(self, what: str) -> str:
        return f"{what} {self.name}".rstrip()

    def file(self, what: str) -> str:
        return f"{self.name}_{what}".lstrip("_")


def write_scene(folder: Path, analysis: Analysis, result: Result) -> None:
    """Write ``scene.mrb`` of one visit. It contains no name, ID, date, path or UID."""
    with tempfile.TemporaryDirectory(dir=folder, prefix=".scene-") as data:
        scene = SceneFile("scene", Path(data))
        _add_visits(scene, [_Visit("", analysis, result)])
        scene.write(folder / "scene.mrb")


def write_comparison_scene(folder: Path, comparison: Comparison) -> None:
    """Write ``scene.mrb`` of two visits on one colour scale, with the comparison.

    ``folder`` already contains ``comparison.csv`` and, if there is residual tumour,
    ``residual.seg.nrrd``.
    """
    visits = [
        _Visit(name, visit.analysis, visit.result)
        for name, visit in (("before", comparison.baseline), ("after", comparison.follow_up))
    ]
    with tempfile.TemporaryDirectory(dir=folder, prefix=".scene-") as data:
        scene = SceneFile("scene", Path(data))
        _add_visits(scene, visits)
        (scene.data / "comparison.csv").write_bytes((folder / "comparison.csv").read_bytes())
        _add_table(scene, "Comparison", "comparison.csv")
        residual = folder / "residual.seg.nrrd"
        if residual.is_file():
            (scene.data / residual.name).write_bytes(residual.read_bytes())
            scene.segmentation("Residual tumour after", residual.name)
        scene.write(folder / "scene.mrb")


def _add_visits(scene: SceneFile, visits: Sequence[_Visit]) -> None:
    has_vp = all("vp" in visit.result.maps for visit in visits)
    pictures = [picture_of(v.analysis, v.result, with_anatomy=False) for v in visits if has_vp]
    top = scale_top(pictures) / 100 if pictures else None  # from mL/100 mL
    for last, visit in enumerate(visits, 1 - len(visits)):
        background, foreground = _add_volumes(scene, visit, top)
        regions = visit.analysis.regions
        if regions:
            file = visit.file("regions.seg.nrrd")
            write_segmentation(
                scene.data / file,
                regions,
                visit.analysis.images.dynamic.geometry,
                tags={name: {TAG: visit.analysis.roles[name]} for name in regions},
            )
            scene.segmentation(visit.title("Regions"), file)
        file = visit.file("measurements.csv")
        write_measurements(scene.data / file, visit.result.regions, roles=visit.analysis.roles)
        _add_table(scene, visit.title("Measurements"), file)
        file = visit.file("curves.csv")
        write_curves(scene.data / file, curve_columns(visit.analysis, visit.result))
        _add_table(scene, visit.title("AIF and curves"), file)
        if not last:
            scene.shown(background, foreground, opacity=OPACITY)


def _add_volumes(scene: SceneFile, visit: _Visit, top: float | None) -> tuple[str, str]:
    """Add anatomy, baseline and maps; return the IDs of the background and the foreground."""
    analysis, maps = visit.analysis, visit.result.maps
    geometry, anatomy = analysis.images.dynamic.geometry, analysis.images.anatomy
    baseline = analysis.concentration().baseline
    background = _add_image(scene, visit, "baseline", baseline, geometry)
    if anatomy is not None:
        background = _add_image(scene, visit, "anatomy", anatomy.array, anatomy.geometry)
    settings = analysis.settings
    nodes = {}
    for name, array in maps.items():
        about = {
            "SpineDCE.quantity": name,
            "SpineDCE.unit": QUANTITIES[name].unit,
            "SpineDCE.model": settings.fit.model,
            "SpineDCE.signal": analysis.signal_mode,
            "SpineDCE.shift": f"{analysis.shift():g} s",
        }
        if visit.name:
            about["SpineDCE.visit"] = visit.name
        file = visit.file(f"{name}.nrrd")
        write_map(scene.data / file, array, geometry=geometry, header=about)
        quantity = QUANTITIES[name]
        window = colour_range(array, top=top if name == "vp" else quantity.top)
        nodes[name] = scene.volume(
            visit.title(name),
            file,
            window=window,
            shown_from=window[0] + TRANSPARENT_BELOW * (window[1] - window[0]),
            unit=quantity.unit_code,
            quantity=quantity.code,
            attributes=about,
        )
    return background, nodes.get("vp", next(iter(nodes.values())))


def _add_image(
    scene: SceneFile, visit: _Visit, name: str, array: NDArray[Any], geometry: Geometry
) -> str:
    file = visit.file(f"{name}.nrrd")
    about = {"SpineDCE.quantity": name, "SpineDCE.unit": "signal"}
    write_map(scene.data / file, np.asarray(array, np.float32), geometry=geometry, header=about)
    low, high = (float(v) for v in np.nanpercentile(array, (1, 99.5)))
    return scene.volume(visit.title(name), file, window=(low, high), attributes=about)


def _add_table(scene: SceneFile, name: str, file: str) -> None:
    """Add a table, and the schema from which 3D Slicer knows the columns of numbers."""
    with (scene.data / file).open(newline="", encoding="utf-8") as stream:
        header, *rows = csv.reader(stream)
    schema = scene.data / file.replace(".csv", ".schema.csv")
    with schema.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(["columnName", "type"])
        for title, column in zip(header, zip(*rows, strict=True), strict=True):
            writer.writerow([title, "double" if all(map(_is_number, column)) else "string"])
    scene.table(name, file, {"SpineDCE.table": name})


def _is_number(cell: str) -> bool:
    try:
        float(cell or "nan")
    except ValueError:
        return False
    return True
