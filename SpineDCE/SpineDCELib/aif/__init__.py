"""The arterial input function: where it comes from, and when it arrives."""

from SpineDCELib.aif.arrival import baseline_frames, bolus_arrival, most_enhancing
from SpineDCELib.aif.blood import blood_contrast, blood_to_plasma
from SpineDCELib.aif.candidates import Candidate, Detection, Verdict
from SpineDCELib.aif.curve_file import CurveFile, read_curve_file
from SpineDCELib.aif.detection import Criteria, detect
from SpineDCELib.aif.evidence import Evidence, change_evidence, gather_evidence
from SpineDCELib.aif.population import POPULATION, georgiou, parker, weinmann
from SpineDCELib.aif.shift import shift_curve

__all__ = [
    "POPULATION",
    "Candidate",
    "Criteria",
    "CurveFile",
    "Detection",
    "Evidence",
    "Verdict",
    "baseline_frames",
    "blood_contrast",
    "blood_to_plasma",
    "bolus_arrival",
    "change_evidence",
    "detect",
    "gather_evidence",
    "georgiou",
    "most_enhancing",
    "parker",
    "read_curve_file",
    "shift_curve",
    "weinmann",
]
