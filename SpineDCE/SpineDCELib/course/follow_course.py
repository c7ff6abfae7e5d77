"""Course of treatment of one patient, from analysed visits."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from SpineDCELib.compare.carried_regions import CarryCheck
from SpineDCELib.compare.common_mode import require_common_mode
from SpineDCELib.compare.compare_visits import Comparison, Visit, check_pair, compare_visits
from SpineDCELib.compare.measured_change import measure_change, measured_values
from SpineDCELib.compare.registration import Registration
from SpineDCELib.compare.visit_checks import require_visits
from SpineDCELib.course.lesion_trend import CoursePoint, LesionTrend, lowest_point, total_value
from SpineDCELib.course.region_dose import RegionDose, doses_of_course
from SpineDCELib.course.treatment_events import TreatmentEvent, day_of, days_after
from SpineDCELib.course.visit_status import VisitStatus, status_at
from SpineDCELib.errors import InputError
from SpineDCELib.progress import Progress, part, silent
from SpineDCELib.series.dose_reader import Dose
from SpineDCELib.settings.constants import CUTOFF, CUTOFF_SOURCE
from SpineDCELib.vocabulary.conversion_modes import normalised_vp
from SpineDCELib.vocabulary.visits import long_date


@dataclass(frozen=True, eq=False)
class Carried:
    """Regions of a visit that came from another one.

    Attributes:
        source: place of the visit that they come from.
        registrations: lesion → registration from this visit to the source.
        checks: region → check.
    """

    source: int
    registrations: Mapping[str, Registration]
    checks: Mapping[str, CarryCheck]


@dataclass(frozen=True, eq=False)
class Course:
    """Ordered visits of one patient, with the trend of each lesion.

    Attributes:
        comparisons: (earlier, later) place → comparison; the earlier visit is the first one, or
            that in which a new lesion first appeared.
        days: of each visit after the first one; None where a date is not known.
        cutoff: %, and where it comes from.
        doses: of radiation in every region of every visit, if a dose was given.
        dose_maps: place of a visit → that dose on its dynamic grid, Gy; NaN where it is not known.
    """

    visits: tuple[Visit, ...]
    events: tuple[TreatmentEvent, ...]
    trends: tuple[LesionTrend, ...]
    comparisons: dict[tuple[int, int], Comparison]
    carried: Mapping[int, Carried]
    days: tuple[int | None, ...]
    cutoff: float = CUTOFF
    cutoff_source: str = CUTOFF_SOURCE
    warnings: tuple[str, ...] = ()
    doses: tuple[RegionDose, ...] = ()
    dose_maps: Mapping[int, NDArray[np.float32]] = field(default_factory=dict)

    @property
    def mode(self) -> str:
        """Mode of conversion that all visits have; see :attr:`Analysis.mode`."""
        return self.visits[0].analysis.mode

    def name_of(self, place: int) -> str:
        """Return the name of a visit with its date: "follow-up 2 (12 March 2026)"."""
        return visit_name(self.visits[place])


def visit_name(visit: Visit) -> str:
    """Return the label of a visit with its date, if that is known."""
    day = day_of(visit.about.date)
    return visit.about.label if day is None else f"{visit.about.label} ({long_date(day)})"


def follow_course(
    visits: Sequence[Visit],
    *,
    events: Sequence[TreatmentEvent] = (),
    days: Sequence[int | None] | None = None,
    carried: Mapping[int, Carried] | None = None,
    cutoff: float = CUTOFF,
    cutoff_source: str = CUTOFF_SOURCE,
    residual_threshold: float | None = None,
    flip_runs: int = 200,
    accepted: Collection[str] = (),
    doses: Sequence[Dose] = (),
    progress: Progress = silent,
) -> Course:
    """Follow every lesion over the visits of a patient.

    Every call is that of :func:`compare_visits` between the lesion's first visit and a later one,
    so two visits give what a comparison gives.

    Args:
        visits: at least two, in the order of their dates.
        days: of each visit after the first one; None takes them from the dates.
        carried: place of a visit → where its regions come from, if they were carried over.
        residual_threshold, flip_runs: see :func:`compare_visits`.
        accepted: codes of findings that do not stop; see :func:`check_visits`.
        doses: of radiation; they add.

    Raises:
        InputError: there are fewer than two visits (code "one_visit") or no lesion at two of them
            (code "no_common_lesion"); a finding about two visits stops and is not accepted; see
            also :func:`compare_visits`.
    """
    require_visits_of_one(visits, accepted=accepted)
    require_common_mode({visit.about.label: visit.analysis for visit in visits})
    moved = dict(carried or {})
    places = lesion_places(visits)
    pairs: dict[tuple[int, int], list[str]] = {}
    for name, found in places.items():
        for place in found[1:]:
            pairs.setdefault((found[0], place), []).append(name)
    if not pairs:
        raise InputError(
            "No lesion has a region at two visits. Give the lesion the same name at every visit.",
            code="no_common_lesion",
            fields=["inputs.roi"],
        )
    comparisons = {}
    for number, (pair, names) in enumerate(sorted(pairs.items())):
        first, last = pair
        source = moved.get(last)
        comparisons[pair] = compare_visits(
            visits[first],
            visits[last],
            # One lesion at each visit may have two names.
            lesions=None if first == 0 else names,
            registrations=dict(source.registrations)
            if source is not None and source.source == first
            else None,
            cutoff=cutoff,
            residual_threshold=residual_threshold,
            flip_runs=flip_runs,
            accepted=accepted,
            progress=part(progress, 0.8 * number / len(pairs), 0.8 * (number + 1) / len(pairs)),
        )
    share = part(progress, 0.8, 1.0)
    trends = []
    for number, (name, found) in enumerate(places.items()):
        share(number / len(places), f"Trend of {name}")
        trends.append(_trend(visits, name, found, comparisons, moved))
    in_regions, irradiated, grids = (
        doses_of_course(visits, comparisons, doses) if doses else ([], [], {})
    )
    warnings = [*irradiated, *_carry_warnings(visits, moved), *_lesion_notes(visits, trends)]
    dates = [visit.about.date for visit in visits]
    if days is None:
        days = [days_after(date, dates[0]) for date in dates]
    timed = [
        event if event.day is not None else replace(event, day=days_after(event.date, dates[0]))
        for event in events
    ]
    return Course(
        tuple(visits), tuple(sorted(timed, key=lambda event: event.day or 0)), tuple(trends),
        comparisons, moved, tuple(days), cutoff, cutoff_source, tuple(warnings),
        tuple(in_regions), grids,
    )  # fmt: skip


def require_visits_of_one(visits: Sequence[Visit], *, accepted: Collection[str] = ()) -> None:
    """Refuse visits that are no course: fewer than two, of two patients, one twice, or reversed.

    Raises:
        InputError: the codes are "one_visit" and those of :func:`check_visits`.
    """
    if len(visits) < 2:
        raise InputError(
            "A course needs at least two visits.", code="one_visit", fields=["inputs.study"]
        )
    for one, two in combinations(visits, 2):
        require_visits(check_pair(one, two), accepted=accepted)


def lesion_places(visits: Sequence[Visit]) -> dict[str, list[int]]:
    """Return the places of the visits in which each lesion has a region: lesion → places.

    In a course of two visits with one lesion each, both are one lesion whatever their names.
    """
    places: dict[str, list[int]] = {}
    for place, visit in enumerate(visits):
        for name in visit.result.measures.lesions():
            places.setdefault(name, []).append(place)
    alone = [visit.result.measures.lesions() for visit in visits]
    if len(visits) == 2 and [len(names) for names in alone] == [1, 1]:
        return {alone[1][0]: [0, 1]}
    return places


def tracking_uid(visit: Visit, lesion: str) -> str:
    """Return the DICOM tracking UID of a lesion that first has a region at a visit.

    It is that of the region's file if it has one; otherwise it follows from the images and the
    name, so that a later run gives the same.
    """
    known = visit.analysis.tracking.get(lesion)
    if known:
        return known
    source = visit.analysis.study.dynamic.source
    text = f"{source.study_uid or source.checksum or ''} {lesion}"
    digest = hashlib.sha256(text.encode("utf-8")).digest()[:16]
    # The root 2.25 is that of UUIDs (PS3.5, B.2).
    return f"2.25.{int.from_bytes(digest, 'big')}"


def _trend(
    visits: Sequence[Visit],
    name: str,
    places: Sequence[int],
    comparisons: Mapping[tuple[int, int], Comparison],
    moved: Mapping[int, Carried],
) -> LesionTrend:
    first = places[0]
    vp = normalised_vp(visits[0].analysis.mode)
    points: list[CoursePoint] = []
    for number, place in enumerate(places):
        visit = visits[place]
        own = _own_name(visit, name)
        measures = visit.result.measures
        values = measured_values(visit, own)
        reference = values[vp].reference if vp in values else ""
        change = None
        status = VisitStatus("baseline", "The changes are relative to this visit.")
        from_nadir, nadir = None, None
        if number:
            compared = comparisons.get((first, place))
            lesions = compared.lesions if compared is not None else ()
            change = next((lesion for lesion in lesions if lesion.name == own), None)
            lowest = lowest_point(points, vp)
            nadir = None if lowest is None else lowest.visit
            if lowest is not None and nadir != first and vp in values:
                from_nadir = measure_change(visits[lowest.visit], visit, lowest.name, own)
            responded = any(p.status.status == "consistent with response" for p in points)
            status = status_at(
                None if change is None else change.call,
                None if change is None else change.changes[change.parameter],
                baseline=points[0].values.get(vp),
                now=values.get(vp),
                nadir="" if nadir is None else visit_name(visits[nadir]),
                from_nadir=from_nadir,
                responded=responded,
            )
        source = moved.get(place)
        points.append(
            CoursePoint(
                place,
                own,
                values,
                total_value(visit, own),
                dict(measures.means.get(own, {})),
                dict(measures.means.get(reference, {})),
                measures.sizes[own],
                visit.volume(own),
                visit.enhancement(own),
                status,
                source.checks.get(own) if source else None,
                change,
                from_nadir,
                nadir,
            )
        )
    absent = tuple(p for p in range(first, len(visits)) if p not in places)
    uid = tracking_uid(visits[first], points[0].name)
    return LesionTrend(name, uid, vp, tuple(points), absent)


def _own_name(visit: Visit, name: str) -> str:
    """Return the name that a lesion has at a visit; see :func:`lesion_places`."""
    lesions = visit.result.measures.lesions()
    return name if name in lesions else lesions[0]


def _carry_warnings(visits: Sequence[Visit], moved: Mapping[int, Carried]) -> list[str]:
    found = []
    for place, carried in moved.items():
        where = f"{visit_name(visits[place])}: "
        source = visit_name(visits[carried.source])
        for name, check in carried.checks.items():
            if check.doubts:
                found.append(
                    f"{where}{name} was carried over from {source}, and "
                    f"{'; '.join(check.doubts)}. Check it."
                )
    return found


def _lesion_notes(visits: Sequence[Visit], trends: Sequence[LesionTrend]) -> list[str]:
    found = []
    for trend in trends:
        if trend.is_new:
            found.append(
                f"{trend.name} is new at {visit_name(visits[trend.points[0].visit])}; its changes "
                "are relative to that visit."
            )
        sources = {point.size.source for point in trend.points}
        if len(sources) > 1:
            found.append(
                f"The size of {trend.name} was measured on {' and on '.join(sorted(sources))}, so "
                "it does not compare over the course."
            )
        for place in trend.absent:
            found.append(
                f"{visit_name(visits[place])}: {trend.name} has no region, so it has vanished or "
                "was not drawn. Its status at this visit is not determined."
            )
    return found
