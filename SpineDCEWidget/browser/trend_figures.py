"""Charts of a lesion's trend over the visits of a course, as Plotly figures."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from SpineDCELib.course import Course, CoursePoint, LesionTrend
from SpineDCELib.measurement import Normalised

from SpineDCEWidget.browser.plotly_figures import GREY, ROLE_COLOURS, layout
from SpineDCEWidget.shared.trend_points import (
    REPEATABILITY,
    SIDE_PANELS,
    axis_title,
    cutoff_title,
    cutoff_value,
    is_dated,
    positions,
    repeatability_ends,
    side_points,
)

#: The ``meta`` of the lines whose points open a visit.
POINTS = "visits"
_CUTOFF = "#e0454f"


def value_figure(
    course: Course, trend: LesionTrend, *, dark: bool, shown: Sequence[int]
) -> dict[str, Any]:
    """Return the chart of normalised Vp with its total interval, cutoff, repeatability and events.

    Args:
        shown: places of the visits in the views, which are marked.
    """
    at = positions(course, trend)
    totals = [point.total for point in trend.points]
    figure = layout(dark, axis_title(course), f"normalised Vp of {trend.name}")
    limit, data = cutoff_value(course, trend), []
    if math.isfinite(limit):
        ends = [min(at), max(at)]
        data.append(
            {
                "type": "scatter", "mode": "lines", "x": ends, "y": [limit, limit],
                "name": cutoff_title(course),
                "line": {"color": _CUTOFF, "width": 1.5, "dash": "dash"}, "hoverinfo": "skip",
            }
        )  # fmt: skip
        data += _repeatability(at, trend)
    data.append(
        {
            "type": "scatter", "mode": "lines+markers", "x": at, "meta": POINTS,
            "y": [_known(one, "value") for one in totals], "name": "lesion / reference, 95 %",
            "line": {"color": ROLE_COLOURS["lesion"], "width": 2},
            "marker": {
                "size": [12 if p.visit in shown else 8 for p in trend.points],
                "color": [_colour(p) for p in trend.points], "opacity": 1,
                "line": {"width": 1.5, "color": ROLE_COLOURS["lesion"]},
            },
            "error_y": {
                "type": "data", "symmetric": False, "thickness": 1.4, "width": 4,
                "color": ROLE_COLOURS["lesion"],
                "array": [_span(one, "high") for one in totals],
                "arrayminus": [_span(one, "low") for one in totals],
            },
            "text": [_words(course, point) for point in trend.points],
            "hovertemplate": "%{text}<extra></extra>",
        }
    )  # fmt: skip
    _add_events(figure, course)
    figure["meta"] = figure["uirevision"] = f"trend {trend.name}"
    return {"data": data, "layout": figure, "shift": 0.0}


def side_figure(course: Course, trend: LesionTrend, panel: str, *, dark: bool) -> dict[str, Any]:
    """Return the chart of the control, of normalised Ktrans, of size or of the signal."""
    found = side_points(trend, panel)
    colour = ROLE_COLOURS[found.role]
    line: dict[str, Any] = {
        "type": "scatter", "mode": "lines+markers", "x": positions(course, trend),
        "y": [value if math.isfinite(value) else None for value in found.values], "meta": POINTS,
        "name": SIDE_PANELS[panel], "line": {"color": colour, "width": 2}, "marker": {"size": 8},
        "text": [course.name_of(point.visit) for point in trend.points],
        "hovertemplate": "%{text}: %{y:.4~g}<extra></extra>",
    }  # fmt: skip
    if found.errors is not None:
        line["error_y"] = {
            "type": "data", "array": [e if math.isfinite(e) else 0.0 for e in found.errors],
            "thickness": 1.4, "width": 4, "color": colour,
        }  # fmt: skip
    figure = layout(dark, axis_title(course), found.title, showlegend=False)
    _add_events(figure, course)
    figure["meta"] = figure["uirevision"] = f"{panel} {trend.name}"
    return {"data": [line], "layout": figure, "shift": 0.0}


def _repeatability(at: Sequence[float], trend: LesionTrend) -> list[dict[str, Any]]:
    """Return a grey bar at each visit: what a baseline value repeats within."""
    found: list[dict[str, Any]] = []
    for x, ends in zip(at, repeatability_ends(trend), strict=True):
        if ends is not None:
            found.append(
                {
                    "type": "scatter", "mode": "lines", "x": [x, x], "y": list(ends),
                    "name": REPEATABILITY, "showlegend": not found,
                    "line": {"color": GREY, "width": 9}, "opacity": 0.35, "hoverinfo": "skip",
                }
            )  # fmt: skip
    return found


def _add_events(figure: dict[str, Any], course: Course) -> None:
    if not is_dated(course):
        return
    days = [event for event in course.events if event.day is not None]
    figure["shapes"] = [
        {"type": "line", "x0": e.day, "x1": e.day, "y0": 0, "y1": 1, "yref": "paper",
         "line": {"color": GREY, "width": 1.2, "dash": "dot"}}
        for e in days
    ]  # fmt: skip
    figure["annotations"] = [
        {"text": e.kind, "x": e.day, "y": 1, "yref": "paper", "yanchor": "top", "xanchor": "left",
         "showarrow": False, "font": {"size": 10, "color": GREY}, "hovertext": e.title}
        for e in days
    ]  # fmt: skip


def _colour(point: CoursePoint) -> str:
    return {
        "recurring": _CUTOFF, "consistent with persistent disease": _CUTOFF,
        "consistent with response": "#3fae6b",
    }.get(point.status.status, GREY)  # fmt: skip


def _words(course: Course, point: CoursePoint) -> str:
    one = point.total
    value = "" if one is None else f"{one.value:.3g} ({one.low:.3g} to {one.high:.3g})<br>"
    return f"<b>{course.name_of(point.visit)}</b><br>{value}{point.status.status}"


def _known(one: Normalised | None, name: str) -> float | None:
    value = math.nan if one is None else float(getattr(one, name))
    return value if math.isfinite(value) else None


def _span(one: Normalised | None, end: str) -> float:
    """Return the length of one side of the interval; 0 where it is not known."""
    if one is None:
        return 0.0
    span = abs(float(getattr(one, end)) - one.value)
    return span if math.isfinite(span) else 0.0
