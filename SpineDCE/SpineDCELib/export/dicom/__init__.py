"""DICOM export into the patient's study: maps, segmentation, structured report, PDF, pictures."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.analysis import Analysis
from SpineDCELib.data import Result
from SpineDCELib.errors import InputError
from SpineDCELib.export.dicom.deidentify import Anonymiser
from SpineDCELib.export.dicom.encapsulated_pdf import encapsulated_pdf
from SpineDCELib.export.dicom.parametric_maps import parametric_map
from SpineDCELib.export.dicom.secondary_captures import fused_slices, triptych_capture
from SpineDCELib.export.dicom.segmentation_writer import segmentation
from SpineDCELib.export.dicom.source_images import Sources, sources
from SpineDCELib.export.dicom.structured_report import change_report, measurement_report
from SpineDCELib.export.optional_packages import require_highdicom
from SpineDCELib.measurement import without_exclusions

if TYPE_CHECKING:
    from SpineDCELib.compare.compare_visits import Comparison

#: First series number, far above those of scanners.
SERIES_NUMBER = 9100


def write_dicom(
    folder: Path, analysis: Analysis, result: Result, *, anonymise: bool = False
) -> dict[str, str]:
    """Write ``<map>.dcm`` for every map, ``regions.dcm``, ``measurements.dcm`` and pictures.

    For viewers that show none of these: ``report.dcm`` (a PDF), ``triptych.dcm``, and
    ``fused_<slice>.dcm`` with the position of each slice.

    Returns:
        Object that could not be made → the reason; the others are written.

    Raises:
        InputError: highdicom is not installed, or the study is not DICOM.
    """
    require_highdicom()
    import highdicom as hd

    from SpineDCELib.export.formats import noted

    anonymiser = Anonymiser() if anonymise else None
    found = sources(analysis, anonymiser)
    missing: dict[str, str] = {}
    datasets: dict[str, Any] = {}
    for number, (name, array) in enumerate(result.maps.items()):
        with noted(missing, f"dicom/{name}.dcm"):
            datasets[name] = parametric_map(
                name,
                array,
                sources=found,
                model=analysis.settings.fit.model,
                mode=analysis.mode,
                series_uid=hd.UID(),
                series_number=SERIES_NUMBER + number,
                instance_number=1,
            )
    if analysis.regions:
        # Without exclusions, because the numbers of the report belong to these voxels.
        measured = without_exclusions(analysis.regions, analysis.roles)
        with noted(missing, "dicom/regions.dcm"):
            datasets["regions"] = segmentation(
                {region.name: measured[region.name] for region in result.regions},
                roles=analysis.roles,
                sources=found,
                series_number=SERIES_NUMBER + 50,
                description="Regions of interest",
                tracking=_tracking(analysis, anonymiser),
            )
        if "regions" in datasets:
            with noted(missing, "dicom/measurements.dcm"):
                datasets["measurements"] = measurement_report(
                    analysis,
                    result,
                    regions=datasets["regions"],
                    sources=found,
                    series_number=SERIES_NUMBER + 60,
                )
        else:
            missing["dicom/measurements.dcm"] = "it needs the regions, which could not be made."
    datasets |= _pictures(analysis, result, found, missing, anonymise=anonymise)
    for name, dataset in datasets.items():
        with noted(missing, f"dicom/{name}.dcm"):
            _save(folder, {name: dataset}, anonymiser)
    return missing


def _pictures(
    analysis: Analysis, result: Result, found: Sources, missing: dict[str, str], *, anonymise: bool
) -> dict[str, Any]:
    """Return the report as PDF and the pictures by their names."""
    from SpineDCELib.export.analysis_files import picture_of
    from SpineDCELib.export.formats import noted
    from SpineDCELib.export.report.drawn_pdf import study_pdf
    from SpineDCELib.export.report.report_figures import triptych_figure

    datasets: dict[str, Any] = {}
    with noted(missing, "dicom/report.dcm"):
        datasets["report"] = encapsulated_pdf(
            study_pdf(analysis, result, anonymise=anonymise), sources=found,
            title="Perfusion of the spine", series_number=SERIES_NUMBER + 80, anonymise=anonymise,
        )  # fmt: skip
    if "vp" in result.maps:
        with noted(missing, "dicom/triptych.dcm"):
            datasets["triptych"] = triptych_capture(
                triptych_figure([("", analysis, result)]), sources=found,
                series_number=SERIES_NUMBER + 82,
            )  # fmt: skip
        with noted(missing, "dicom/fused.dcm"):
            slices = fused_slices(
                picture_of(analysis, result), sources=found, series_number=SERIES_NUMBER + 84
            )
            datasets |= {f"fused_{number:02d}": one for number, one in enumerate(slices, 1)}
    return datasets


def write_residual(
    folder: Path,
    comparison: Comparison,
    residuals: Mapping[str, NDArray[np.bool_]],
    *,
    anonymise: bool = False,
) -> None:
    """Write ``residual.dcm``, a segmentation in the study of the follow-up visit."""
    require_highdicom()
    anonymiser = Anonymiser() if anonymise else None
    dataset = segmentation(
        residuals,
        roles=dict.fromkeys(residuals, "lesion"),
        sources=sources(comparison.follow_up.analysis, anonymiser),
        series_number=SERIES_NUMBER + 70,
        description="Residual tumour above threshold",
        computed=True,
    )
    _save(folder, {"residual": dataset}, anonymiser)


def write_changes(folder: Path, comparison: Comparison, *, anonymise: bool = False) -> None:
    """Write ``changes.dcm``, a structured report in the study of the follow-up visit.

    Its regions are in ``changes_regions.dcm``; ``changes_report.dcm`` is a PDF.

    Raises:
        InputError: highdicom is not installed, or the study is not DICOM.
    """
    require_highdicom()
    from SpineDCELib.export.report.drawn_pdf import comparison_pdf

    analysis = comparison.follow_up.analysis
    anonymiser = Anonymiser() if anonymise else None
    found = sources(analysis, anonymiser)
    measured = without_exclusions(analysis.regions, analysis.roles)
    regions = segmentation(
        {lesion.name: measured[lesion.name] for lesion in comparison.lesions},
        roles=analysis.roles,
        sources=found,
        series_number=SERIES_NUMBER + 72,
        description="Lesions of the comparison",
        tracking=_tracking(analysis, anonymiser),
    )
    report = change_report(
        comparison,
        regions=regions,
        sources=found,
        baseline=_baseline(comparison, anonymiser),
        series_number=SERIES_NUMBER + 74,
    )
    _save(folder, {"changes_regions": regions, "changes": report}, anonymiser)
    pdf = encapsulated_pdf(
        comparison_pdf(comparison, anonymise=anonymise), sources=found,
        title="Perfusion of the spine, baseline and follow-up",
        series_number=SERIES_NUMBER + 86, anonymise=anonymise,
    )  # fmt: skip
    _save(folder, {"changes_report": pdf}, anonymiser)


def _baseline(comparison: Comparison, anonymiser: Anonymiser | None) -> Sources | None:
    """Return the images of the baseline visit; None if they are not DICOM."""
    try:
        return sources(comparison.baseline.analysis, anonymiser)
    except InputError:
        return None


def _tracking(analysis: Analysis, anonymiser: Anonymiser | None) -> dict[str, str]:
    """Return region → tracking UID in the files."""
    if anonymiser is None:
        return dict(analysis.tracking)
    return {name: anonymiser.uid(uid) for name, uid in analysis.tracking.items()}


def _save(folder: Path, datasets: Mapping[str, Any], anonymiser: Anonymiser | None) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, dataset in datasets.items():
        if anonymiser is not None:
            anonymiser.clean(dataset)
        dataset.save_as(folder / f"{name}.dcm", enforce_file_format=True)
