"""The digital spine: a study with known truth, as the scanner would send it."""

from SpineDCELib.phantom.patients import PATIENTS, VISITS
from SpineDCELib.phantom.study import StudyPaths, write_sample, write_study

__all__ = ["PATIENTS", "VISITS", "StudyPaths", "write_sample", "write_study"]
