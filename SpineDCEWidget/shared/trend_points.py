"""Points of a lesion's trend over the visits of a course, and their charts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from SpineDCELib.aif.plot_data import Chart, Series
from SpineDCELib.course import Course, LesionTrend
from SpineDCELib.vocabulary.quantities import QUANTITIES, percent

from SpineDCEWidget.shared.wording import _

#: Charts beside that of normalised Vp → title.
SIDE_PANELS = {
    "reference": _("Reference vertebra: Vp (control)"),
    "ktrans": _("Normalised Ktrans"),
    "size": _("Size on the axial plane"),
    "enhancement": _("Signal enhancement"),
}
#: What grey bars show.
REPEATABILITY = _("repeatability of the baseline value")
_RATIO, _INTERVAL = _("lesion / reference"), _("95 % interval")
#: Room beside the first and the last visit, as a share of the time between them.
_MARGIN = 0.05


@dataclass(frozen=True)
class SidePoints:
    """What a chart beside that of normalised Vp shows.

    Attributes:
        values: one per visit of the trend; NaN where it is not known.
        errors: half the 95 % interval of each value; None where the chart shows none.
        title: of the vertical axis, with its unit.
        role: role of the region that the values belong to.
    """

    values: list[float]
    errors: list[float] | None
    title: str
    role: str = "lesion"


def is_dated(course: Course) -> bool:
    """Return whether the dates of all visits are known."""
    return all(day is not None for day in course.days)


def axis_title(course: Course) -> str:
    """Return what the positions of the visits are."""
    return _("days after the baseline visit") if is_dated(course) else _("visit")


def positions(course: Course, trend: LesionTrend) -> list[float]:
    """Return days after the first visit, or the numbers of the visits where a date is missing."""
    if is_dated(course):
        return [float(course.days[point.visit] or 0) for point in trend.points]
    return [float(point.visit + 1) for point in trend.points]


def side_points(trend: LesionTrend, panel: str) -> SidePoints:
    """Return the points of one of the :data:`SIDE_PANELS`."""
    points = trend.points
    if panel == "reference":
        quantity = QUANTITIES[trend.parameter]
        means = [point.reference.get(trend.parameter) for point in points]
        return SidePoints(
            [math.nan if m is None else quantity.shown(m.mean) for m in means],
            [math.nan if m is None else 1.96 * quantity.shown(m.SE) for m in means],
            f"Vp [{quantity.shown_unit}]",
            "reference",
        )
    if panel == "ktrans":
        known = [point.values.get("Ktrans") for point in points]
        return SidePoints([math.nan if one is None else one.value for one in known], None, _RATIO)
    if panel == "size":
        areas = [point.size.axial.product for point in points]
        return SidePoints(areas, None, _("area product [mm²]"))
    return SidePoints([point.enhancement for point in points], None, _("mean enhancement [%]"))


def cutoff_value(course: Course, trend: LesionTrend) -> float:
    """Return what the cutoff leaves of the baseline value; NaN where that is not known."""
    first = trend.points[0].total
    return math.nan if first is None else first.value * (1 + course.cutoff / 100)


def cutoff_title(course: Course) -> str:
    """Return the name of the cutoff's line."""
    return _("cutoff {percent} of the baseline value").format(percent=percent(course.cutoff))


def repeatability_ends(trend: LesionTrend) -> list[tuple[float, float] | None]:
    """Return at each visit between what the baseline value repeats; None where not known."""
    first = trend.points[0].total
    found: list[tuple[float, float] | None] = []
    for point in trend.points:
        repeated = None if point.from_baseline is None else point.from_baseline.repeatability
        if repeated is None or first is None or not math.isfinite(first.value):
            found.append(None)
            continue
        low, high = (first.value * (1 + end / 100) for end in (repeated.low, repeated.high))
        found.append((low, high))
    return found


def trend_chart(course: Course, trend: LesionTrend) -> Chart:
    """Return the chart of normalised Vp with its interval, cutoff, repeatability and events.

    It has no legend, which would hide points; see :func:`trend_caption`.
    """
    at = np.array(positions(course, trend))
    totals = [point.total for point in trend.points]
    values = np.array([math.nan if one is None else one.value for one in totals])
    intervals = [None if one is None else (one.low, one.high) for one in totals]
    margin = _MARGIN * (at.max() - at.min())
    # The cutoff's line keeps the first and the last visit off the edges.
    ends = np.array([at.min() - margin, at.max() + margin])
    limit = np.full(2, cutoff_value(course, trend))
    series = [
        *_bars(REPEATABILITY, at, repeatability_ends(trend), "rejected"),
        Series(cutoff_title(course), ends, limit, "artery"),
        *_bars(_INTERVAL, at, intervals, "lesion"),
        Series(_RATIO, at, values, "lesion", marked=True),
        *_events(course, [end for bar in intervals if bar is not None for end in bar]),
    ]
    title = _("Normalised Vp of {lesion}").format(lesion=trend.name)
    return Chart(title, axis_title(course), _RATIO, tuple(series), legend=False)


def trend_caption(course: Course, trend: LesionTrend) -> str:
    """Return what the lines of :func:`trend_chart` are."""
    said = [_("Left chart: normalised Vp with its 95 % interval"), cutoff_title(course)]
    if any(ends is not None for ends in repeatability_ends(trend)):
        said.append(_("grey: {what}").format(what=REPEATABILITY))
    if _days(course):
        said.append(_("green: treatments"))
    return "; ".join(said) + "."


def side_chart(course: Course, trend: LesionTrend, panel: str) -> Chart:
    """Return the chart of one of the :data:`SIDE_PANELS`."""
    at, found = np.array(positions(course, trend)), side_points(trend, panel)
    errors = found.errors or [math.nan] * len(found.values)
    pairs = zip(found.values, errors, strict=True)
    title = SIDE_PANELS[panel]
    series = [
        *_bars(_INTERVAL, at, [(value - e, value + e) for value, e in pairs], found.role),
        Series(title, at, np.array(found.values), found.role, marked=True),
        *_events(course, found.values),
    ]
    return Chart(title, axis_title(course), found.title, tuple(series), legend=False)


def _events(course: Course, values: Sequence[float]) -> list[Series]:
    """Return one vertical line per treatment, as high as the values of a chart."""
    known, days = [value for value in values if math.isfinite(value)], _days(course)
    return _bars(_("treatment"), np.array(days), [(0.0, max(known, default=1.0))] * len(days),
                 "check")  # fmt: skip


def _days(course: Course) -> list[float]:
    """Return the days of the treatments, where the dates of all visits are known."""
    known = [event.day for event in course.events if event.day is not None]
    return [float(day) for day in known] if is_dated(course) else []


def _bars(
    name: str,
    at: NDArray[np.float64],
    ends: Sequence[tuple[float, float] | None],
    role: str,
) -> list[Series]:
    """Return vertical bars as one line with a gap (NaN) after each; nothing without a bar."""
    pairs = zip(at, ends, strict=True)
    known = [(x, bar) for x, bar in pairs if bar is not None and np.isfinite(bar).all()]
    if not known:
        return []
    x = [value for place, _bar in known for value in (place, place, math.nan)]
    y = [value for _place, bar in known for value in (*bar, math.nan)]
    return [Series(name, np.array(x), np.array(y), role)]
