"""What the scanner gave: DICOM, NRRD, NIfTI and Slicer sequences, read into one shape."""

from SpineDCELib.series.dynamic_series import (
    Acquisition,
    DynamicSeries,
    Geometry,
    Source,
    Volume,
)

__all__ = ["Acquisition", "DynamicSeries", "Geometry", "Source", "Volume"]
