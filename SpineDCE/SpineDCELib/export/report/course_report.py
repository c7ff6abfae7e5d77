"""Report of a course: calls with their history, trends, and every number."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from SpineDCELib.export.report import html_page as page
from SpineDCELib.export.report.isodose_figure import isodose_pictures
from SpineDCELib.export.report.pdf_printing import write_page
from SpineDCELib.export.report.report_figures import as_svg
from SpineDCELib.export.report.report_tables import Table, change_text, identity, setting_rows
from SpineDCELib.export.report.trend_figure import trend_panels
from SpineDCELib.vocabulary.conversion_modes import normalised_title
from SpineDCELib.vocabulary.quantities import NONE, number, percent, ratio_digits, times

if TYPE_CHECKING:
    from SpineDCELib.course import Course, LesionTrend

_KINDS = {
    "consistent with response": "response",
    "consistent with persistent disease": "persistent disease",
    "recurring": "persistent disease",
}


def write_course_report(
    folder: Path, course: Course, *, formats: Sequence[str], anonymise: bool = False
) -> None:
    """Write ``report.html`` or ``report.pdf`` of a course."""
    from SpineDCELib.compare.call import EVIDENCE, LIMITS

    body = []
    for trend in course.trends:
        last = trend.points[-1]
        said = f"{trend.name}, {course.name_of(last.visit)}: {last.status.status}."
        small = [last.status.reason, last.status.would_change]
        if last.from_baseline is not None:
            small.insert(0, last.from_baseline.call.sentence)
        kind = _KINDS.get(last.status.status, "")
        body.append(page.call(said, kind, [line for line in small if line]))
    if course.warnings:
        body.append(page.listed(course.warnings, "warn"))
    for trend in course.trends:
        body += [
            page.heading(f"Trend of {trend.name}"),
            page.figure([as_svg(figure) for figure in trend_panels(course, trend)], _TREND),
            page.table(*trend_rows(course, trend)),
            page.table(*status_rows(course, trend)),
        ]
    if course.doses:
        body += [page.heading("Radiation dose")]
        if pictures := isodose_pictures(course):
            body.append(page.figure([as_svg(one) for one in pictures], _ISODOSES))
        body.append(page.table(*dose_rows(course)))
    if course.events:
        body += [page.heading("Events"), page.listed(event.title for event in course.events)]
    for (first, last_place), comparison in course.comparisons.items():
        if comparison.warnings:
            title = f"{course.name_of(first)} to {course.name_of(last_place)}"
            body += [page.heading(f"Warnings: {title}"), page.listed(comparison.warnings, "warn")]
    named = [(visit.about.label, visit.analysis) for visit in course.visits]
    body += [
        page.heading("Settings"),
        page.table(*setting_rows(named)),
        page.heading("Source and limits of the cutoff"),
        page.paragraph(f"Cutoff of {percent(course.cutoff)}: {course.cutoff_source}. {EVIDENCE}."),
        page.listed((_HISTORY, *LIMITS)),
    ]
    who = " → ".join(identity(visit.analysis, anonymise=anonymise) for visit in course.visits)
    write_page(folder, page.page("Perfusion of the spine, course", who, body), formats)


_TREND = (
    "Normalised Vp with the 95 % interval of noise, delays, T10, AIF and outline at each visit; "
    "dashed: what the cutoff leaves of the baseline value; grey: repeatability; ring: recurring. "
    "The reference vertebra is the control. Dotted: events."
)
_ISODOSES = (
    "Vp over the anatomy, through the slice with most of the lesion at each visit, with the "
    "regions and the isodoses in Gy: from 5 Gy on, marrow counts as irradiated; the others are "
    "50, 80 and 95 % of the largest dose. At a visit other than that of the dose, they follow the "
    "registration of the visits."
)
_HISTORY = (
    "The lowest value of a course is chosen because it is low, so a later rise is overestimated a "
    "little, and the more visits there are, the more often one rises by chance."
)


def trend_rows(course: Course, trend: LesionTrend) -> Table:
    """Return one row per visit: normalised values, changes to baseline and to the lowest value."""
    mode = course.mode
    header = [
        "visit",
        f"{normalised_title(trend.parameter, mode)}, 95 % interval",
        normalised_title("Ktrans", mode),
        "change to baseline",
        "change to the lowest value",
        "area product [mm²]",
        "volume [mL]",
        "region",
    ]
    rows = []
    for point in trend.points:
        total, Ktrans = point.total, point.values.get("Ktrans")
        value = NONE
        if total is not None:
            digits = ratio_digits(total.value)
            value = f"{times(total.value)} ({number(total.low, digits)} to "
            value += f"{number(total.high, digits)})"
        rows.append(
            [
                course.name_of(point.visit),
                value,
                NONE if Ktrans is None else times(Ktrans.value),
                NONE if point.change is None else change_text(point.change),
                NONE if point.rise is None else change_text(point.rise),
                number(point.size.axial.product, 0)
                + (" (two rulers)" if point.size.way == "rulers" else ""),
                number(point.volume / 1000, 2),
                "drawn" if point.carried is None else "carried over",
            ]
        )
    return header, rows


def status_rows(course: Course, trend: LesionTrend) -> Table:
    """Return one row per visit: status, reason, what would change it, what was acquired otherwise.

    Visits in which the lesion has no region are listed too.
    """
    rows = []
    for point in trend.points:
        otherwise = acquired_otherwise(course, trend, point.visit)
        status = point.status
        rows.append(
            [
                course.name_of(point.visit), status.status, status.reason,
                status.would_change or NONE, "; ".join(otherwise) or NONE,
            ]
        )  # fmt: skip
    rows += [
        [course.name_of(place), "not determined", "The lesion has no region.",
         "Draw it at this visit.", NONE]
        for place in trend.absent
    ]  # fmt: skip
    return ["visit", "status", "reason", "what would change it", "acquired otherwise"], rows


def dose_rows(course: Course) -> Table:
    """Return one row per visit and region: mean and range of the dose, share covered."""
    rows = [
        [
            course.name_of(one.visit), one.region, number(one.mean, 1),
            f"{number(one.low, 1)} to {number(one.high, 1)}", f"{100 * one.covered:.0f} %",
        ]
        for one in course.doses
    ]  # fmt: skip
    return ["visit", "region", "mean [Gy]", "range [Gy]", "inside the dose grid"], rows


def acquired_otherwise(course: Course, trend: LesionTrend, place: int) -> list[str]:
    """Return the accepted differences of a visit from the lesion's first visit."""
    comparison = course.comparisons.get((trend.points[0].visit, place))
    if comparison is None:
        return []
    return [str(one) for one in comparison.differences if one.confirm]
