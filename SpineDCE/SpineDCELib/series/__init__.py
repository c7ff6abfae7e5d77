"""What the scanner gave: DICOM, NRRD, NIfTI and Slicer sequences, read into one shape."""

from SpineDCELib.series.dynamic_series import (
    MIN_FRAMES,
    Acquisition,
    DynamicSeries,
    Geometry,
    Source,
    Volume,
)
from SpineDCELib.series.grid import put_on_grid
from SpineDCELib.series.read import FlipAngleSet, read_dynamic, read_flip_angles, read_volume
from SpineDCELib.series.report import study_report
from SpineDCELib.series.scan import scan_study
from SpineDCELib.series.segmentation import Segmentation, read_segmentation, write_segmentation
from SpineDCELib.series.study import SeriesDescription, Study

__all__ = [
    "MIN_FRAMES",
    "Acquisition",
    "DynamicSeries",
    "FlipAngleSet",
    "Geometry",
    "Segmentation",
    "SeriesDescription",
    "Source",
    "Study",
    "Volume",
    "put_on_grid",
    "read_dynamic",
    "read_flip_angles",
    "read_segmentation",
    "read_volume",
    "scan_study",
    "study_report",
    "write_segmentation",
]
