"""One lesion over the visits of a course: values, changes to baseline and to the lowest value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from SpineDCELib.compare.carried_regions import CarryCheck
from SpineDCELib.compare.compare_visits import LesionChange, Visit
from SpineDCELib.compare.measured_change import MeasuredChange, measured_values
from SpineDCELib.compare.total_uncertainty import MeasuredVisit, shares_of_change
from SpineDCELib.course.visit_status import VisitStatus
from SpineDCELib.measurement import Change, Normalised, RegionMean, Size
from SpineDCELib.measurement.normalised_ratio import with_shares
from SpineDCELib.vocabulary.conversion_modes import normalised_vp


@dataclass(frozen=True, eq=False)
class CoursePoint:
    """One lesion at one visit.

    Attributes:
        visit: place of the visit in the course, 0 for the first.
        name: of the lesion at this visit.
        values: parameter → lesion over reference; the interval is that of the noise alone.
        total: normalised Vp with the interval of all sources at this visit.
        lesion, reference: parameter → mean of the lesion and of its reference vertebra.
        volume: of the region, mm³. enhancement: %.
        carried: check of the region where it was carried from another visit.
        from_baseline: change from the lesion's first visit; None at that visit.
        from_nadir: change from the visit ``nadir``, which had the lowest value before this one;
            None where that is the lesion's first visit.
    """

    visit: int
    name: str
    values: dict[str, Normalised]
    total: Normalised | None
    lesion: dict[str, RegionMean]
    reference: dict[str, RegionMean]
    size: Size
    volume: float
    enhancement: float
    status: VisitStatus
    carried: CarryCheck | None = None
    from_baseline: LesionChange | None = None
    from_nadir: MeasuredChange | None = None
    nadir: int | None = None

    @property
    def change(self) -> Change | None:
        """Change of normalised Vp from the lesion's first visit."""
        lesion = self.from_baseline
        return None if lesion is None else lesion.changes[lesion.parameter]

    @property
    def rise(self) -> Change | None:
        """Change of normalised Vp from the lowest value before this visit."""
        if self.from_nadir is None:
            return self.change
        return self.from_nadir.changes[self.from_nadir.parameter]


@dataclass(frozen=True, eq=False)
class LesionTrend:
    """One lesion over a course.

    Attributes:
        tracking_uid: DICOM tracking UID, the same at every visit.
        parameter: of normalised Vp.
        points: one for every visit that shows the lesion, in their order.
        absent: places of the visits in which it has no region, between its first and the last
            visit of the course.
    """

    name: str
    tracking_uid: str
    parameter: str
    points: tuple[CoursePoint, ...]
    absent: tuple[int, ...] = ()

    @property
    def is_new(self) -> bool:
        """Whether the lesion first has a region at a follow-up visit."""
        return self.points[0].visit > 0

    def at(self, visit: int) -> CoursePoint | None:
        """Return the point of a visit; None where the lesion has no region."""
        return next((point for point in self.points if point.visit == visit), None)


def lowest_point(points: Sequence[CoursePoint], parameter: str) -> CoursePoint | None:
    """Return the point with the lowest known value of a parameter; None without one."""
    known = [p for p in points if parameter in p.values and p.values[parameter].value > 0]
    return min(known, key=lambda p: p.values[parameter].value) if known else None


def total_value(visit: Visit, lesion: str) -> Normalised | None:
    """Return normalised Vp at one visit with the interval of noise, delays, T10, AIF and outline.

    What all visits share, such as the choice of the reference, is not in it.
    """
    vp = normalised_vp(visit.analysis.mode)
    one = measured_values(visit, lesion).get(vp)
    if one is None or not one.value > 0:
        return one
    reduced = MeasuredVisit(visit.analysis, lesion, one.reference)
    return with_shares(one, shares_of_change([reduced], [vp])[vp])
