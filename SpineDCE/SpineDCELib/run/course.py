"""Course of treatment of one patient, from the files of the visits to result files."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from SpineDCELib.course.follow_course import Course, follow_course
from SpineDCELib.course.treatment_events import TreatmentEvent, day_of, days_after
from SpineDCELib.errors import InputError
from SpineDCELib.export.course_files import visit_folders, write_course
from SpineDCELib.export.dicom.deidentify import Anonymiser
from SpineDCELib.files.output_folder import claimed, new_run
from SpineDCELib.progress import Progress, part, silent
from SpineDCELib.run.analyse import cache_of
from SpineDCELib.run.compare import settings_of_follow_up
from SpineDCELib.run.patient_visits import FoundVisit
from SpineDCELib.run.visit_analyses import analyse_visits, scratch_folder
from SpineDCELib.series.dose_reader import read_dose
from SpineDCELib.settings import Settings
from SpineDCELib.settings.constants import CUTOFF, CUTOFF_SOURCE
from SpineDCELib.vocabulary.visits import VisitLabel, long_date


class FollowedCourse(NamedTuple):
    """A course and its files.

    Attributes:
        files: of the course itself; those of the visits are in their folders.
        not_written: format or file → the reason why it is missing.
    """

    course: Course
    files: tuple[str, ...]
    not_written: dict[str, str]


def follow_patient(
    visits: Sequence[FoundVisit],
    settings: Settings,
    out: str | Path,
    *,
    events: Sequence[TreatmentEvent] = (),
    doses: Sequence[str] = (),
    accept_differences: bool = False,
    accepted: Collection[str] = (),
    cutoff: float = CUTOFF,
    cutoff_source: str = CUTOFF_SOURCE,
    residual_threshold: float | None = None,
    flip_runs: int = 200,
    cached: bool = True,
    formats: Sequence[str] = ("report",),
    anonymise: bool = False,
    keep_other_files: bool = False,
    progress: Progress = silent,
) -> FollowedCourse:
    """Analyse all visits with common settings, follow every lesion, and write it all to ``out``.

    Args:
        visits: in the order of their dates; see :func:`visits_of_patient`.
        doses: files with the dose of radiation (DICOM RT Dose); they add.
        settings: of all visits, unless the first is an earlier analysis with its own settings.
        accept_differences, accepted, cached, formats, anonymise, keep_other_files: see
            :func:`SpineDCELib.run.compare.compare_studies`.

    Raises:
        InputError: see :func:`analyse_visits` and :func:`follow_course`.
    """
    if len(visits) < 2:
        raise InputError(
            "A course needs at least two visits.", code="one_visit", fields=["inputs.study"]
        )
    out = Path(out)
    names = visit_folders(len(visits))
    common = visits[0].given.settings or settings
    irradiation = [read_dose(file) for file in doses]  # before long work
    labels = course_labels([visit.date for visit in visits])
    with claimed(out, keep_other_files=keep_other_files), scratch_folder(out) as scratch:
        analysed = analyse_visits(
            [visit.given.inputs for visit in visits],
            [common]
            + [settings_of_follow_up(common, v.given.settings, shift=None) for v in visits[1:]],
            labels,
            caches=[cache_of(out / name, cached=cached and not anonymise) for name in names],
            scratch=scratch,
            accepted=accepted,
            accept_differences=accept_differences,
            anonymise=anonymise,
            progress=part(progress, 0.0, 0.6),
        )
        days = [days_after(visit.date, visits[0].date) for visit in visits]
        timed = [replace(event, day=days_after(event.date, visits[0].date)) for event in events]
        shown = analysed.visits
        if anonymise:
            shown = tuple(replace(v, about=replace(v.about, date="")) for v in shown)
            timed = [replace(event, date="", details="", source="") for event in timed]
        course = follow_course(
            shown,
            events=timed,
            days=days,
            carried=analysed.carried,
            cutoff=cutoff,
            cutoff_source=cutoff_source,
            residual_threshold=residual_threshold,
            flip_runs=flip_runs,
            accepted=accepted,
            doses=irradiation,
            progress=part(progress, 0.6, 0.95),
        )
        for trend in course.trends:
            for point in trend.points:
                tracked = shown[point.visit].analysis.tracking
                tracked[point.name] = trend.tracking_uid
        if anonymise:
            new = Anonymiser().uid
            trends = [replace(t, tracking_uid=new(t.tracking_uid)) for t in course.trends]
            course = replace(course, trends=tuple(trends))
        progress(0.95, "Writing the course")
        with new_run(out) as stage:
            missing = write_course(stage, course, formats=formats, anonymise=anonymise)
            files = tuple(sorted(p.name for p in stage.iterdir() if p.is_file()))
            missing |= analysed.write(stage, names, formats=formats, anonymise=anonymise)
    progress(1.0, "Done")
    return FollowedCourse(course, files, missing)


def anonymous_course(course: Course) -> Course:
    """Return a course that was followed with dates, without any; days stay."""
    days = [day_of(visit.about.date) for visit in course.visits]
    dates = [f" ({long_date(day)})" for day in days if day is not None]

    def undated(text: str) -> str:
        for date in dates:
            text = text.replace(date, "")
        return text

    visits = tuple(replace(v, about=replace(v.about, date="")) for v in course.visits)
    new = Anonymiser().uid
    trends = []
    for trend in course.trends:
        points = tuple(
            replace(
                point,
                status=replace(
                    point.status,
                    reason=undated(point.status.reason),
                    would_change=undated(point.status.would_change),
                ),
            )
            for point in trend.points
        )
        trends.append(replace(trend, tracking_uid=new(trend.tracking_uid), points=points))
    return replace(
        course,
        visits=visits,
        events=tuple(replace(e, date="", details="", source="") for e in course.events),
        trends=tuple(trends),
        comparisons={
            pair: replace(one, visits=(visits[pair[0]], visits[pair[1]]))
            for pair, one in course.comparisons.items()
        },
        warnings=tuple(map(undated, course.warnings)),
    )


def course_labels(dates: Sequence[str]) -> list[VisitLabel]:
    """Return the label of each visit: baseline, follow-up; numbered from three visits on."""
    several = len(dates) > 2
    return [
        VisitLabel(
            "baseline" if not place else f"follow-up {place}" if several else "follow-up",
            date,
            "follow-up" if place else "baseline",
        )
        for place, date in enumerate(dates)
    ]
