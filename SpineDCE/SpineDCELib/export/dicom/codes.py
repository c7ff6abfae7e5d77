"""Codes of the structured report: DICOM's own where they fit, otherwise private ones."""

from __future__ import annotations

from typing import Any

from SpineDCELib.vocabulary.terminology import PRIVATE, Code

MM: Code = ("mm", "UCUM", "mm")
MM2: Code = ("mm2", "UCUM", "mm2")
MM3: Code = ("mm3", "UCUM", "mm3")
PERCENT: Code = ("%", "UCUM", "Percent")

REPORT: Code = ("126002", "DCM", "Dynamic Contrast MR Measurement Report")
PROCEDURE: Code = ("MRSPINEDCE", PRIVATE, "Dynamic contrast-enhanced MR perfusion of the spine")

VOLUME: Code = ("118565006", "SCT", "Volume")
LONG_AXIS: Code = ("103339001", "SCT", "Long Axis")
SHORT_AXIS: Code = ("103340004", "SCT", "Short Axis")
AREA_PRODUCT: Code = ("AREA_PRODUCT", PRIVATE, "Long axis times perpendicular, axial plane")
LOW: Code = ("CI95_LOW", PRIVATE, "Lower end of the 95 % interval")
HIGH: Code = ("CI95_HIGH", PRIVATE, "Upper end of the 95 % interval")
NOISE_LOW: Code = ("CI95N_LOW", PRIVATE, "Lower end of the 95 % interval from noise alone")
NOISE_HIGH: Code = ("CI95N_HIGH", PRIVATE, "Upper end of the 95 % interval from noise alone")
PROBABILITY_ABOVE: Code = ("P_ABOVE", PRIVATE, "Probability of a change above the cutoff")
PROBABILITY_BELOW: Code = ("P_BELOW", PRIVATE, "Probability of a change below the cutoff")
MEAN: Code = ("373098007", "SCT", "Mean")
SD: Code = ("386136009", "SCT", "Standard Deviation")
MEDIAN: Code = ("373099004", "SCT", "Median")


def concept(code: Code) -> Any:
    """Return highdicom's concept for a code."""
    import highdicom as hd

    return hd.sr.CodedConcept(*code)
