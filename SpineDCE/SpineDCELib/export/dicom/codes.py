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

#: What the number of a lesion belongs to.
AT_BASELINE: Code = ("AT_BASELINE", PRIVATE, "At the baseline visit")
AT_FOLLOW_UP: Code = ("AT_FOLLOW_UP", PRIVATE, "At the follow-up visit")
CUTOFF: Code = ("CUTOFF", PRIVATE, "Change above which persistent disease is called")
CUTOFF_SOURCE: Code = ("CUTOFF_SOURCE", PRIVATE, "Source of the cutoff")
#: A code's meaning has at most 64 letters.
PUBLISHED_CUTOFF: Code = ("BEHAR2023", PRIVATE, "Behar et al., AJNR Am J Neuroradiol 2023;44:1451")
SET_BY_USER: Code = ("SET_BY_USER", PRIVATE, "Set by the user")
CALL: Code = ("CALL", PRIVATE, "Response call by the change of normalised vp")
CALLS: dict[str, Code] = {
    "response": ("RESPONSE", PRIVATE, "Consistent with response"),
    "persistent disease": ("PERSISTENT", PRIVATE, "Consistent with persistent disease"),
    "no call": ("NO_CALL", PRIVATE, "No call"),
}
DECIDED: Code = ("CALL_CERTAINTY", PRIVATE, "Certainty of the response call")
CERTAIN: Code = ("CERTAIN", PRIVATE, "The 95 % interval does not include the cutoff")
UNCERTAIN: Code = ("UNCERTAIN", PRIVATE, "The 95 % interval includes the cutoff, or is not known")

#: How concentration, artery and delay were found; DICOM's own codes where there are any.
T10_METHOD: Code = ("T10_METHOD", PRIVATE, "Source of T10 of the tissue")
T10_METHODS: dict[str, Code] = {
    "fixed": ("126352", "DCM", "T1 by Fixed Value"),
    "vfa": ("126350", "DCM", "T1 by Multiple Flip Angles"),
    "map": ("T1_MAP", PRIVATE, "T1 map of the scanner or another program"),
    "muscle": ("MUSCLE", PRIVATE, "Calibrated on the signal of muscle"),
}
AIF_METHOD: Code = ("AIF_METHOD", PRIVATE, "Source of the arterial input function")
AIF_METHODS: dict[str, Code] = {
    "auto": ("126363", "DCM", "Automatically Detected AIF ROI"),
    "mask": ("126362", "DCM", "User-defined AIF ROI"),
    **dict.fromkeys(
        ("parker", "georgiou", "weinmann"), ("126361", "DCM", "Population Averaged AIF")
    ),
    "file": ("AIF_FILE", PRIVATE, "Curve from a file"),
}
DELAY_METHOD: Code = ("DELAY_METHOD", PRIVATE, "Delay between artery and tissue")
PROPOSED_DELAY: Code = ("PROPOSED", PRIVATE, "Proposed by the program")


def concept(code: Code) -> Any:
    """Return highdicom's concept for a code."""
    import highdicom as hd

    return hd.sr.CodedConcept(*code)
