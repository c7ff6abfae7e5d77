"""Coded names and units: DICOM's own where they fit, else the program's private scheme."""

from __future__ import annotations

from typing import Any

#: Private coding scheme for what the DICOM standard has no code for.
PRIVATE = "99SPINEDCE"

Code = tuple[str, str, str]  # value, scheme, meaning

RATIO: Code = ("{ratio}", "UCUM", "ratio")
PER_MINUTE: Code = ("/min", "UCUM", "/min")
SECOND: Code = ("s", "UCUM", "s")
MM: Code = ("mm", "UCUM", "mm")
MM2: Code = ("mm2", "UCUM", "mm2")
MM3: Code = ("mm3", "UCUM", "mm3")

#: Parameter → its quantity and unit. R2 of DICOM (126220) is a relaxation rate, not this one.
PARAMETERS: dict[str, tuple[Code, Code]] = {
    "vp": (("126331", "DCM", "vp"), RATIO),
    "ve": (("126314", "DCM", "ve"), RATIO),
    "Ktrans": (("126312", "DCM", "Ktrans"), PER_MINUTE),
    "kep": (("126313", "DCM", "kep"), PER_MINUTE),
    "Fp": (("FP", PRIVATE, "Plasma flow per volume of tissue"), PER_MINUTE),
    "PS": (("PS", PRIVATE, "Permeability surface area product"), PER_MINUTE),
    "Ta": (("TA", PRIVATE, "Arterial delay"), SECOND),
    "R2": (("GOODNESS", PRIVATE, "Coefficient of determination of the fit"), RATIO),
}
#: A ratio of two volumes must not pass for a volume fraction, so it is never 126331.
NORMALISED: dict[str, Code] = {
    "vp": ("NORM_VP", PRIVATE, "vp of lesion over vp of reference vertebra"),
    "Ktrans": ("NORM_KTRANS", PRIVATE, "Ktrans of lesion over Ktrans of reference vertebra"),
}
MODELS: dict[str, Code] = {
    "tofts": ("126340", "DCM", "Standard Tofts Model"),
    "extended_tofts": ("126341", "DCM", "Extended Tofts Model"),
    "two_compartment_exchange": ("126347", "DCM", "Two Compartment Exchange (2CX) Model"),
    "patlak": ("PATLAK", PRIVATE, "Patlak model"),
}
#: Role → category and type of a segment.
SEGMENTS: dict[str, tuple[Code, Code]] = {
    "lesion": (
        ("49755003", "SCT", "Morphologically Abnormal Structure"),
        ("128462008", "SCT", "Metastatic neoplasm"),
    ),
    "extraosseous": (
        ("49755003", "SCT", "Morphologically Abnormal Structure"),
        ("128462008", "SCT", "Metastatic neoplasm"),
    ),
    "reference": (("123037004", "SCT", "Anatomical Structure"), ("51282000", "SCT", "Vertebra")),
    "bone": (("123037004", "SCT", "Anatomical Structure"), ("51282000", "SCT", "Vertebra")),
    "aorta": (("123037004", "SCT", "Anatomical Structure"), ("15825003", "SCT", "Aorta")),
}
TISSUE: tuple[Code, Code] = (("85756007", "SCT", "Tissue"), ("85756007", "SCT", "Tissue"))
REPORT: Code = ("126002", "DCM", "Dynamic Contrast MR Measurement Report")
PROCEDURE: Code = ("MRSPINEDCE", PRIVATE, "Dynamic contrast-enhanced MR perfusion of the spine")

VOLUME: Code = ("118565006", "SCT", "Volume")
LONG_AXIS: Code = ("103339001", "SCT", "Long Axis")
SHORT_AXIS: Code = ("103340004", "SCT", "Short Axis")
AREA_PRODUCT: Code = ("AREA_PRODUCT", PRIVATE, "Long axis times perpendicular, axial plane")
LOW: Code = ("CI95_LOW", PRIVATE, "Lower end of the 95 % interval")
HIGH: Code = ("CI95_HIGH", PRIVATE, "Upper end of the 95 % interval")
MEAN: Code = ("373098007", "SCT", "Mean")
SD: Code = ("386136009", "SCT", "Standard Deviation")
MEDIAN: Code = ("373099004", "SCT", "Median")


def concept(code: Code) -> Any:
    """highdicom's concept for a code."""
    import highdicom as hd

    return hd.sr.CodedConcept(*code)
