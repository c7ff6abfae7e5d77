"""Readers of what the scanner stored: DICOM, NRRD, NIfTI and 3D Slicer sequences."""

from SpineDCELib.series.dynamic_series import (
    MIN_FRAMES,
    Acquisition,
    DynamicSeries,
    Geometry,
    Source,
    Volume,
)
from SpineDCELib.series.joining import (
    DynamicChoice,
    ReadingChoices,
    dynamic_choices,
    reading_choices,
)
from SpineDCELib.series.read_series import FlipAngleSet, read_dynamic, read_flip_angles, read_volume
from SpineDCELib.series.regridding import put_on_grid
from SpineDCELib.series.scan_study import scan_study
from SpineDCELib.series.segmentation_files import (
    Segmentation,
    read_segmentation,
    write_segmentation,
)
from SpineDCELib.series.study_contents import SeriesDescription, Study
from SpineDCELib.series.study_summary import study_report

__all__ = [
    "MIN_FRAMES",
    "Acquisition",
    "DynamicChoice",
    "DynamicSeries",
    "FlipAngleSet",
    "Geometry",
    "ReadingChoices",
    "Segmentation",
    "SeriesDescription",
    "Source",
    "Study",
    "Volume",
    "dynamic_choices",
    "put_on_grid",
    "read_dynamic",
    "read_flip_angles",
    "read_segmentation",
    "read_volume",
    "reading_choices",
    "scan_study",
    "study_report",
    "write_segmentation",
]
