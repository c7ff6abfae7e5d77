"""Figure of a lesion's trend over the visits of a course."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from SpineDCELib.course.lesion_trend import CoursePoint, LesionTrend
from SpineDCELib.export.report.report_figures import label_axes, new_panel
from SpineDCELib.vocabulary.quantities import QUANTITIES, percent
from SpineDCELib.vocabulary.region_roles import REGION_ROLES

if TYPE_CHECKING:
    from SpineDCELib.course import Course

_LESION = REGION_ROLES["lesion"].colour_on_white
_REFERENCE = REGION_ROLES["reference"].colour_on_white
_CUTOFF, _EVENT, _BAND = "#b00020", "#777777", "#e4e4e4"
#: Names of the panels, in their order.
PANELS = ("normalised-vp", "reference", "ktrans", "size")


def trend_panels(course: Course, trend: LesionTrend) -> list[Any]:
    """Draw normalised Vp, the reference vertebra, normalised Ktrans and size against time.

    Returns:
        One figure per panel; see :data:`PANELS`.
    """
    at = _positions(course, trend.points)
    axis = "days after the baseline visit" if _dated(course) else "visit"
    ratio = new_panel()
    _normalised_vp(ratio, course, trend, at)
    label_axes(ratio, f"{trend.name}: normalised Vp", "lesion / reference", axis)
    control = new_panel()
    quantity = QUANTITIES[trend.parameter]
    means = [p.reference.get(trend.parameter) for p in trend.points]
    _line(
        control, at, [np.nan if m is None else quantity.shown(m.mean) for m in means], _REFERENCE,
        errors=[np.nan if m is None else 1.96 * quantity.shown(m.SE) for m in means],
    )  # fmt: skip
    label_axes(control, "reference vertebra: Vp (control)", f"mean [{quantity.shown_unit}]", axis)
    Ktrans = new_panel()
    known = [p.values.get("Ktrans") for p in trend.points]
    _line(Ktrans, at, [np.nan if one is None else one.value for one in known], _LESION)
    label_axes(Ktrans, f"{trend.name}: normalised Ktrans", "lesion / reference", axis)
    size = new_panel()
    _line(size, at, [p.size.axial.product for p in trend.points], _LESION)
    label_axes(size, f"{trend.name}: size on the axial plane", "area product [mm²]", axis)
    for ax in (ratio, control, Ktrans, size):
        ax.set_ylim(bottom=0)
        for event in course.events if _dated(course) else ():
            if event.day is not None:
                ax.axvline(event.day, color=_EVENT, linewidth=1.0, linestyle=":")
    return [ax.figure for ax in (ratio, control, Ktrans, size)]


def _normalised_vp(ax: Any, course: Course, trend: LesionTrend, at: Sequence[float]) -> None:
    points = trend.points
    known = [(x, p) for x, p in zip(at, points, strict=True) if p.total is not None]
    first = points[0].total
    if first is not None and np.isfinite(first.value):
        limit = first.value * (1 + course.cutoff / 100)
        ax.axhline(limit, color=_CUTOFF, linewidth=1.2, linestyle="--",
                   label=f"cutoff {percent(course.cutoff)}")  # fmt: skip
        label: str | None = "repeatability of the baseline value"
        for x, point in known:
            lesion = point.from_baseline
            repeated = None if lesion is None else lesion.repeatability
            if repeated is not None:
                low, high = (first.value * (1 + end / 100) for end in (repeated.low, repeated.high))
                ax.plot([x, x], [low, high], color=_BAND, linewidth=9, zorder=0, label=label)
                label = None
    values = [(x, p.total) for x, p in known if p.total is not None]
    ax.errorbar(
        [x for x, _ in values],
        [one.value for _, one in values],
        yerr=[
            [max(one.value - one.low, 0.0) for _, one in values],
            [max(one.high - one.value, 0.0) for _, one in values],
        ],
        color=_LESION, marker="o", markersize=5, linewidth=1.4, capsize=3,
    )  # fmt: skip
    for x, point in known:
        if point.status.status == "recurring" and point.total is not None:
            ax.plot([x], [point.total.value], "o", color="none", markeredgecolor=_CUTOFF,
                    markersize=11, markeredgewidth=1.6)  # fmt: skip
    if ax.get_legend_handles_labels()[0]:
        ax.legend(frameon=False, fontsize=7)


def _line(
    ax: Any,
    x: Sequence[float],
    y: Sequence[float],
    colour: str | None,
    errors: Sequence[float] | None = None,
) -> None:
    ax.errorbar(x, y, yerr=errors, color=colour, marker="o", markersize=5, linewidth=1.4, capsize=3)


def _dated(course: Course) -> bool:
    return all(day is not None for day in course.days)


def _positions(course: Course, points: Sequence[CoursePoint]) -> list[float]:
    """Return days after the first visit, or the numbers of the visits if a date is missing."""
    if _dated(course):
        return [float(course.days[p.visit] or 0) for p in points]
    return [float(p.visit + 1) for p in points]
