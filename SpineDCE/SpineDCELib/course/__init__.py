"""Course of treatment: ordered visits of one patient, each lesion's trend, and its call."""

from SpineDCELib.course.follow_course import Course, follow_course
from SpineDCELib.course.lesion_trend import CoursePoint, LesionTrend
from SpineDCELib.course.published_cutoffs import PUBLISHED_CUTOFFS, PublishedCutoff, cutoff_named
from SpineDCELib.course.treatment_events import TreatmentEvent, parse_event
from SpineDCELib.course.visit_status import VisitStatus

__all__ = [
    "PUBLISHED_CUTOFFS",
    "Course",
    "CoursePoint",
    "LesionTrend",
    "PublishedCutoff",
    "TreatmentEvent",
    "VisitStatus",
    "cutoff_named",
    "follow_course",
    "parse_event",
]
