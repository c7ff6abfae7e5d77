"""Arterial input function: sources, detection, arrival and time shift."""

from SpineDCELib.aif.arrival import baseline_frames, bolus_arrival, most_enhancing
from SpineDCELib.aif.blood_curve import BloodCurve, blood_curve
from SpineDCELib.aif.blood_warnings import in_units, scale_warnings, unusual_blood
from SpineDCELib.aif.candidates import (
    Candidate,
    Detection,
    Verdict,
    VesselEvidence,
    VesselKind,
)
from SpineDCELib.aif.curve_file import CurveFile, read_curve_file
from SpineDCELib.aif.detection import Criteria, detect
from SpineDCELib.aif.external_aif import (
    ExternalCurve,
    from_file,
    from_population,
    from_population_fit,
)
from SpineDCELib.aif.haematocrit import blood_contrast, blood_to_plasma
from SpineDCELib.aif.manual_selection import (
    Selection,
    against_evidence,
    apply_selection,
    read_selection,
)
from SpineDCELib.aif.phase_aif import (
    WIDEST_ARTERY,
    PhaseCurve,
    artery_width,
    phase_curve,
    vessel_angle,
)
from SpineDCELib.aif.population import POPULATION, georgiou, parker, weinmann
from SpineDCELib.aif.population_fit import PopulationFit, fit_population
from SpineDCELib.aif.shift_evidence import Evidence, gather_evidence
from SpineDCELib.aif.time_shift import shift_curve
from SpineDCELib.aif.tissue_explanation import as_tissue, explain
from SpineDCELib.aif.voxel_scores import series_noise

__all__ = [
    "POPULATION",
    "WIDEST_ARTERY",
    "BloodCurve",
    "Candidate",
    "Criteria",
    "CurveFile",
    "Detection",
    "Evidence",
    "ExternalCurve",
    "PhaseCurve",
    "PopulationFit",
    "Selection",
    "Verdict",
    "VesselEvidence",
    "VesselKind",
    "against_evidence",
    "apply_selection",
    "artery_width",
    "as_tissue",
    "baseline_frames",
    "blood_contrast",
    "blood_curve",
    "blood_to_plasma",
    "bolus_arrival",
    "detect",
    "explain",
    "fit_population",
    "from_file",
    "from_population",
    "from_population_fit",
    "gather_evidence",
    "georgiou",
    "in_units",
    "most_enhancing",
    "parker",
    "phase_curve",
    "read_curve_file",
    "read_selection",
    "scale_warnings",
    "series_noise",
    "shift_curve",
    "unusual_blood",
    "vessel_angle",
    "weinmann",
]
