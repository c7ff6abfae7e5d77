"""Files of a course: a long table, the calls, a record, trend figures, report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from SpineDCELib.compare.call import EVIDENCE, LIMITS
from SpineDCELib.course.region_dose import IRRADIATED_FROM
from SpineDCELib.export.comparison_files import write_comparison
from SpineDCELib.export.csv_tables import write_json, write_table
from SpineDCELib.export.formats import noted
from SpineDCELib.export.identity import anonymised_course, identifying_words, safe_reasons
from SpineDCELib.settings import settings_to_dict
from SpineDCELib.version import __version__
from SpineDCELib.vocabulary.quantities import QUANTITIES

if TYPE_CHECKING:
    from SpineDCELib.course import Course, CoursePoint, LesionTrend
    from SpineDCELib.measurement import Change

NAN = float("nan")
_LONG = [
    "lesion", "tracking UID", "visit", "label", "date", "days", "quantity", "unit", "value",
    "95% low", "95% high", "interval of", "relative to visit",
]  # fmt: skip
_CALLS = [
    "lesion", "visit", "label", "date", "days", "status", "change [%]", "95% low [%]",
    "95% high [%]", "cutoff [%]", "probability above", "decided", "within repeatability",
    "visit of the lowest value", "change from the lowest value [%]", "from lowest 95% low [%]",
    "from lowest 95% high [%]", "region", "reason", "what would change it", "sentence",
]  # fmt: skip


def visit_folders(count: int) -> list[str]:
    """Return the name of the folder of each visit."""
    return [f"visit-{place + 1}" for place in range(count)]


def write_course(
    folder: Path, course: Course, *, formats: Sequence[str], anonymise: bool = False
) -> dict[str, str]:
    """Write everything of a course except the analyses of its visits.

    They are ``course.csv`` (long format), ``calls.csv``, ``doses.csv`` with a dose,
    ``course.json``, a trend figure per lesion and panel, the report, and in the folder of each
    follow-up visit its comparison with the visit that its changes are relative to. What cannot be
    written never stops the rest.

    Args:
        anonymise: leave out identifying data; the visits and events must have no dates.

    Returns:
        What could not be written → the reason; ``course.json`` has it too.
    """
    missing: dict[str, str] = {}
    words = frozenset[str]()
    if anonymise:
        words = words.union(*(identifying_words(v.analysis) for v in course.visits))
        course = anonymised_course(course, words)
    write_table(folder / "course.csv", _LONG, list(_long_rows(course)))
    write_table(folder / "calls.csv", _CALLS, _call_rows(course))
    if course.doses:
        write_table(
            folder / "doses.csv",
            ["visit", "region", "role", "mean [Gy]", "least [Gy]", "largest [Gy]",
             "share inside the dose grid", f"share with {IRRADIATED_FROM:g} Gy or more"],
            [[d.visit + 1, d.region, d.role, d.mean, d.low, d.high, d.covered, d.irradiated]
             for d in course.doses],
        )  # fmt: skip
    names = visit_folders(len(course.visits))
    for (first, last), comparison in course.comparisons.items():
        place = f"{names[last]}/comparison" + ("" if first == 0 else f"-with-{names[first]}")
        (folder / place).mkdir(parents=True)
        for what, reason in write_comparison(
            folder / place, comparison, formats=formats, anonymise=anonymise
        ).items():
            missing[f"{place}/{what}"] = reason
    if {"report", "pdf"} & set(formats):
        with noted(missing, "trend figures"):
            _write_figures(folder, course)
    for name in ("report", "pdf"):
        if name in formats:
            from SpineDCELib.export.report.course_report import write_course_report

            with noted(missing, name):
                write_course_report(folder, course, formats=[name], anonymise=anonymise)
    full = record(course)
    if missing:
        full["not written"] = safe_reasons(missing, words)
    write_json(folder / "course.json", full)
    return missing


def _write_figures(folder: Path, course: Course) -> None:
    from SpineDCELib.export.report.isodose_figure import isodose_pictures
    from SpineDCELib.export.report.report_figures import png_of
    from SpineDCELib.export.report.trend_figure import PANELS, trend_panels

    for number, trend in enumerate(course.trends, 1):
        for name, figure in zip(PANELS, trend_panels(course, trend), strict=True):
            # Numbered, because the name of a lesion may be no name of a file.
            (folder / f"trend-{number}-{name}.png").write_bytes(png_of(figure))
    for place, figure in zip(course.dose_maps, isodose_pictures(course), strict=False):
        (folder / f"isodoses-{place + 1}.png").write_bytes(png_of(figure, colour="black"))


def _long_rows(course: Course) -> Iterator[list[Any]]:
    for trend in course.trends:
        for point in trend.points:
            head = [trend.name, trend.tracking_uid, *_when(course, point.visit)]
            for row in _point_rows(trend, point):
                yield [*head, *row]


def _when(course: Course, place: int) -> list[Any]:
    day = course.days[place]
    about = course.visits[place].about
    return [place + 1, about.label, about.date, "" if day is None else day]


def _point_rows(trend: LesionTrend, point: CoursePoint) -> Iterator[list[Any]]:
    """Yield quantity, unit, value, interval, what the interval holds, and the visit compared."""
    for name, one in point.values.items():
        if name == trend.parameter and point.total is not None:
            total = point.total
            yield [f"normalised {name}", "1", total.value, total.low, total.high, "all sources", ""]
        else:
            yield [f"normalised {name}", "1", one.value, one.low, one.high, "noise", ""]
    for region, means in (("lesion", point.lesion), ("reference", point.reference)):
        for name, mean in means.items():
            low, high = mean.mean - 1.96 * mean.SE, mean.mean + 1.96 * mean.SE
            yield [f"{region} {name}", QUANTITIES[name].unit, mean.mean, low, high, "noise", ""]
    axial = point.size.axial
    for name, unit, value in (
        ("longest diameter", "mm", axial.longest),
        ("perpendicular diameter", "mm", axial.perpendicular),
        ("area product", "mm2", axial.product),
        ("volume", "mm3", point.volume),
        ("mean signal enhancement", "%", point.enhancement),
    ):
        yield [name, unit, value, NAN, NAN, "", ""]
    first = trend.points[0].visit + 1
    if point.from_baseline is not None:
        for name, change in point.from_baseline.changes.items():
            yield _change_row(name, change, first)
        repeated = point.from_baseline.repeatability
        if repeated is not None:
            yield ["repeatability of the change", "%", NAN, repeated.low, repeated.high,
                   f"{len(repeated.changes)} vertebrae", first]  # fmt: skip
            for vertebra, percent in repeated.changes.items():
                yield [f"change of vertebra {vertebra}", "%", percent, NAN, NAN, "", first]
    if point.from_nadir is not None and point.nadir is not None:
        for name, change in point.from_nadir.changes.items():
            yield _change_row(name, change, point.nadir + 1)


def _change_row(name: str, change: Change, place: int) -> list[Any]:
    words = f"change of normalised {name}"
    return [words, "%", change.percent, change.low, change.high, "all sources", place]


def _call_rows(course: Course) -> list[list[Any]]:
    rows: list[list[Any]] = []
    for trend in course.trends:
        for point in trend.points:
            lesion, change, rise = point.from_baseline, point.change, point.rise
            call = None if lesion is None else lesion.call
            within = None if call is None else call.within_repeatability
            rows.append(
                [
                    trend.name, *_when(course, point.visit), point.status.status,
                    *_numbers(change), NAN if call is None else call.cutoff,
                    NAN if call is None else call.probability,
                    "" if call is None else int(call.decided),
                    "" if within is None else int(within),
                    "" if point.nadir is None else point.nadir + 1, *_numbers(rise),
                    "drawn" if point.carried is None else "carried over", point.status.reason,
                    point.status.would_change, "" if call is None else call.sentence,
                ]
            )  # fmt: skip
        for place in trend.absent:
            rows.append(
                [
                    trend.name, *_when(course, place), "not determined", *_numbers(None), NAN, NAN,
                    "", "", "", *_numbers(None), "none", "The lesion has no region.",
                    "Draw it at this visit.", "",
                ]
            )  # fmt: skip
    return rows


def _numbers(change: Change | None) -> list[float]:
    return [NAN] * 3 if change is None else [change.percent, change.low, change.high]


def record(course: Course) -> dict[str, Any]:
    """Return the course as plain values."""
    return {
        "spinedce": __version__,
        "not a medical device": True,
        "visits": [
            {
                "label": visit.about.label,
                "date": visit.about.date or None,
                "days": course.days[place],
                "role": visit.about.role,
                "folder": visit_folders(len(course.visits))[place],
                "regions": "drawn" if place not in course.carried else {
                    "carried over from visit": course.carried[place].source + 1,
                    "checks": {
                        name: asdict(check) | {"doubts": list(check.doubts)}
                        for name, check in course.carried[place].checks.items()
                    },
                },
                "settings": settings_to_dict(visit.analysis.settings),
            }
            for place, visit in enumerate(course.visits)
        ],
        "events": [asdict(event) for event in course.events],
        "mode": course.mode,
        "cutoff [%]": course.cutoff,
        "cutoff source": course.cutoff_source,
        "evidence": EVIDENCE,
        "limits": list(LIMITS),
        "warnings": list(course.warnings),
        "lesions": [
            {
                "name": trend.name,
                "tracking UID": trend.tracking_uid,
                "parameter of the call": trend.parameter,
                "new": trend.is_new,
                "visits without a region": [place + 1 for place in trend.absent],
                "points": [_point(point) for point in trend.points],
            }
            for trend in course.trends
        ],
    }  # fmt: skip


def _point(point: CoursePoint) -> dict[str, Any]:
    return {
        "visit": point.visit + 1,
        "status": asdict(point.status),
        "normalised": {name: asdict(one) for name, one in point.values.items()},
        "normalised with every source": None if point.total is None else asdict(point.total),
        "call": None if point.from_baseline is None else asdict(point.from_baseline.call),
        "change to baseline": None if point.change is None else asdict(point.change),
        "visit of the lowest value": None if point.nadir is None else point.nadir + 1,
        "change to the lowest value": None if point.rise is None else asdict(point.rise),
    }
