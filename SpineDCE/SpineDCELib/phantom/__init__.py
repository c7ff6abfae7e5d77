"""Digital spine: a study with known truth, as the scanner would send it."""

from SpineDCELib.phantom.conditions import Conditions, draw_pair
from SpineDCELib.phantom.patients import PATIENTS, VISITS, drawn_patient
from SpineDCELib.phantom.phantom_cohort import draw_cohort, write_cohort
from SpineDCELib.phantom.phantom_course import write_courses
from SpineDCELib.phantom.phantom_study import StudyPaths, write_sample, write_study

__all__ = [
    "PATIENTS",
    "VISITS",
    "Conditions",
    "StudyPaths",
    "draw_cohort",
    "draw_pair",
    "drawn_patient",
    "write_cohort",
    "write_courses",
    "write_sample",
    "write_study",
]
