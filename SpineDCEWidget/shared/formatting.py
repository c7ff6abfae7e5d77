"""Numbers as a radiologist reads them: with their unit and a sensible number of digits."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from SpineDCELib.aif.region_delay import Delay
from SpineDCELib.aif.shift_evidence import NO_SINGLE_SHIFT, Evidence, RegionEvidence
from SpineDCELib.analysis import Analysis
from SpineDCELib.analysis.explain_voxel import RegionNumbers, VoxelExplanation
from SpineDCELib.analysis.model_choice import ModelChoice
from SpineDCELib.course import Course, LesionTrend
from SpineDCELib.data import Result
from SpineDCELib.export.report.course_report import status_rows, trend_rows
from SpineDCELib.export.report.report_tables import change_rows, measurement_rows, vp_mark
from SpineDCELib.measurement import Size
from SpineDCELib.measurement.lesion_size import TWO_RULERS
from SpineDCELib.measurement.rulers import Ruler, plane_of, plane_of_size
from SpineDCELib.series import Geometry
from SpineDCELib.vocabulary.conversion_modes import (
    normalised_title,
    normalised_vp,
    parameter_title,
)
from SpineDCELib.vocabulary.quantities import (
    FITTED_AS,
    NONE,
    PROBABILITY,
    QUANTITIES,
    number,
    times,
)
from SpineDCELib.vocabulary.report_text import shown_time

from SpineDCEWidget.shared.artery_marks import found_of
from SpineDCEWidget.shared.session import Session
from SpineDCEWidget.shared.visit_session import VisitSession
from SpineDCEWidget.shared.wording import _, explained, translated

#: Standard error of a fraction from which the value says nothing, mL/100 mL.
_WHOLE = 100.0

Rows = tuple[list[str], list[list[str]]]
#: Columns of the report's table of a trend that a window shows: normalised Vp, change to baseline.
_IN_COURSE = (1, 3)


def value(parameter: str, shown: float) -> str:
    """A parameter, given in its shown unit: "9.34 mL/100 mL"."""
    return QUANTITIES[parameter].text(shown)


def seconds(t: float, digits: int = 1) -> str:
    return f"{number(t, digits)} s"


def banner(visits: Iterable[VisitSession]) -> str:
    """Return patient, visit, date and series of the open studies, a line for each."""
    lines = []
    for visit in visits:
        if visit.analysis is not None:
            series = visit.analysis.study.dynamic.acquisition.description
            parts = (_patient(visit), visit.shown_title, series)
            lines.append(" · ".join(part for part in parts if part))
    return "\n".join(lines)


def patients(visits: Sequence[VisitSession]) -> str:
    """Return whose images these are: one patient, or one for each visit where they differ."""
    texts = {visit.shown_label: _patient(visit) for visit in visits}
    if len(set(texts.values())) == 1:
        return next(iter(texts.values()))
    return " | ".join(f"{label}: {text}" for label, text in texts.items())


def _patient(visit: VisitSession) -> str:
    return visit.patient or _("patient not named")


# -- arteries -----------------------------------------------------------------------------------


def left_out(visit: VisitSession) -> str:
    """Return how many frames the analysis leaves out: ", 2 left out"; nothing if none."""
    count = len(set(visit.settings.reading.excluded_frames or ()))
    return _(", {count} left out").format(count=count) if count else ""


def candidate_rows(visit: VisitSession) -> Rows:
    """Return one row per candidate, in the detection's order, with its scores and the reason."""
    found = found_of(visit)
    if found is None:
        return [], []
    headings = [
        "", _("slice"), _("vessel"), _("voxels"), _("arrival [s]"),
        f"{_('uncorrected peak')} [{found.unit}]",
        _("width [s]"), _("why"),
    ]  # fmt: skip
    rows = [
        [
            "✓" if c.accepted else "",
            str(c.slice + 1),
            str(c.vessel),
            f"{c.accepted} / {c.voxels}",
            number(c.arrival, 1),
            number(c.peak, 2),
            number(c.width, 1),
            translated(c.reason),
        ]
        for c in found.candidates
    ]
    return headings, rows


def proposal(visit: VisitSession) -> str:
    """ "Proposed 4.3 s (95 % 3.7 to 4.9 s)", or why nothing is proposed.

    "" where no AIF is in use.
    """
    if visit.analysis is None or visit.result is None or visit.problem:
        return ""
    evidence = visit.evidence
    if evidence is None:
        return _("No shift can be proposed: no region has a curve that can be fitted.")
    if evidence.doubt:
        return _("No shift is proposed. {doubt}").format(doubt=translated(evidence.doubt))
    shift = seconds(evidence.proposal)
    if evidence.interval is None:
        return _(
            "Proposed {shift} from all tissue, roughly: tissues fill at different times. No region "
            "is drawn yet; lesion and reference vertebra will set it"
        ).format(shift=shift)
    low, high = evidence.interval
    said = _("Proposed {shift} (95 %: {low} to {high}) from {regions}").format(
        shift=shift,
        low=number(low, 1),
        high=seconds(high),
        regions=", ".join(_share_of(region, evidence) for region in evidence.regions),
    )
    return f"{said}. {translated(NO_SINGLE_SHIFT)}" if evidence.differing else said


def _share_of(region: RegionEvidence, evidence: Evidence) -> str:
    """Return a region that the proposal comes from, with its own delay beside that of others."""
    name = str(translated.part(region.name))
    if len(evidence.regions) == 1:
        return name
    own = seconds(region.proposal) if region.determined else f"({_('not determined')})"
    return f"{name} {own}"


def delay_rows(visit: VisitSession) -> Rows:
    """Return one row per lesion and reference: its delay with its interval, and the one in use."""
    headings = [_("region"), _("delay of its curves, 95 %"), _("in use")]
    rows = [
        [name, delay_shown(found), seconds(found.value, 2)]
        for name, found in visit.delays().items()
    ]
    return headings, rows


def delay_shown(found: Delay) -> str:
    """Return the delay that a region's curves show, with its interval, or that they show none."""
    if not found.determined:
        return _("not determined")
    words = _("{best} ({low} to {high})")
    if found.contradicted:
        words += _("; the one in use lies outside")
    return words.format(
        best=seconds(found.proposal), low=number(found.low, 1), high=seconds(found.high)
    )


# -- regions ------------------------------------------------------------------------------------


#: What "provisional shift" means beside the numbers of a region.
PROVISIONAL = _(
    "The shift in use was proposed before these regions were drawn. When the maps are recomputed, "
    "it is proposed again, and these numbers change with it."
)


def region_numbers(rows: Iterable[RegionNumbers], *, provisional: bool = False) -> dict[str, str]:
    """Return role → text beside its button: volume, Vp, and for lesions normalised Vp.

    Several regions of a role are named.

    Args:
        provisional: the shift will be proposed again for these regions.
    """
    said: dict[str, list[tuple[str, str]]] = {}
    for row in rows:
        text = region_text(row, provisional=provisional)
        said.setdefault(row.role, []).append((row.name, text))
    return {
        role: texts[0][1]
        if len(texts) == 1
        else "; ".join(f"{name}: {text}" for name, text in texts)
        for role, texts in said.items()
    }


def region_text(row: RegionNumbers, *, provisional: bool = False) -> str:
    """Return volume, Vp, and normalised Vp of one region, as far as its role has them.

    Args:
        provisional: the shift will be proposed again for these regions.
    """
    text = f"{number(row.volume, 1)} mL"
    # Of the lesion and the reference, that whose ratio is shown.
    name = "vp_voxel" if "vp_voxel" in row.means else "vp"
    vp = row.means.get(name, math.nan)
    if row.role in ("lesion", "reference") and math.isfinite(vp):
        words = _("{quantity}, mean of its voxels: {value}")
        title = translated(QUANTITIES[name].title)
        text += f" · {words.format(quantity=title, value=value(name, vp))}"
        if math.isfinite(row.normalised_vp):
            text += f" · {times(row.normalised_vp)}"
        if provisional:
            text += " " + _("(provisional shift)")
    return text


def sizes(visit: VisitSession) -> str:
    """Return the size of each lesion, from rulers, an outline or the region, and other rulers.

    The plane of each ruler is named.
    """
    result = visit.result
    shown: Mapping[str, Size] = {}
    if visit.is_current and result is not None:
        shown = result.measures.sizes
    elif visit.analysis is not None:  # the rulers are read as they are drawn
        shown = visit.analysis.sizes
    if visit.analysis is None:
        return ""
    geometry = visit.analysis.study.dynamic.geometry
    said = [f"{name}: {_size(size, geometry)}" for name, size in shown.items()]
    if all(size.source != TWO_RULERS for size in shown.values()):
        said += [
            f"{ruler.name}: {number(ruler.length, 1)} mm ({_plane(ruler, geometry)})"
            for ruler in visit.rulers
        ]
    return "; ".join(said)


def _size(size: Size, geometry: Geometry) -> str:
    axial = size.axial
    diameters = f"{number(axial.longest, 1)} × {number(axial.perpendicular, 1)} mm"
    # Without rulers it is measured on axial planes, however long the lesion is across them.
    ruled = size.source == TWO_RULERS and axial.ends is not None
    plane = _plane_words()[plane_of_size(size, geometry) if ruled else "axial"]
    return f"{diameters} ({translated(size.source)}, {plane})" if size.source else diameters


def _plane(ruler: Ruler, geometry: Geometry) -> str:
    """Return the plane of a ruler in words: "sagittal plane"."""
    return _plane_words()[plane_of(ruler, geometry)]


def _plane_words() -> dict[str, str]:
    return {
        "sagittal": _("sagittal plane"), "coronal": _("coronal plane"),
        "axial": _("axial plane"), "oblique": _("oblique"),
    }  # fmt: skip


# -- maps ---------------------------------------------------------------------------------------


def map_note(session: Session, quantity: str) -> str:
    """Return what a map needs beside its colour bar to be read; "" for most maps."""
    if quantity == "status":
        return explained(quantity)
    if quantity == PROBABILITY and (threshold := threshold_text(session)):
        return _("Threshold: {threshold}").format(threshold=threshold)
    return ""


def threshold_text(session: Session) -> str:
    """Return the normalised Vp above which the map of probability is, for each lesion.

    "" without a comparison.
    """
    lesions = () if session.comparison is None else session.comparison.lesions
    return ", ".join(
        f"{one.name} {times(one.residual.threshold)}" for one in lesions if one.residual
    )


def explanation_rows(voxel: VoxelExplanation) -> list[list[str]]:
    """Return one row per parameter with value ± standard error; R² last."""
    rows = []
    for name, shown, error in voxel.values:
        how = QUANTITIES[name]
        text = number(shown, how.digits)
        certain = error <= _WHOLE if how.shown_unit == "mL/100 mL" else True
        if math.isfinite(error) and certain:
            text += f" ± {number(error, how.digits)}"
        text = f"{text} {how.shown_unit}".rstrip()
        if math.isfinite(error) and not certain:
            text += f" ({_('not determined')})"
        rows.append([translated(parameter_title(name, voxel.mode)), text])
    return [*rows, ["R²", number(voxel.R2, 3)]]


def model_rows(choice: ModelChoice, analysis: Analysis) -> tuple[list[str], list[dict[str, Any]]]:
    """Return the headings and one row per model: parameters with standard errors, and AICc.

    A Vp that no tissue has is marked with the reason.

    Args:
        analysis: of which the curve is.
    """
    used, role = analysis.settings.fit.model, analysis.roles.get(choice.name, "lesion")
    present = {name for one in choice.fits for name in one.parameters}
    names = [name for name in QUANTITIES if name in present]
    titles = {name: parameter_title(name, analysis.mode) for name in names}
    if choice.name and "vp" in titles:
        titles["vp"] = _("{quantity} of the mean curve").format(quantity=titles["vp"])
    shown = (QUANTITIES[name].headed(title) for name, title in titles.items())
    headings = [_("model"), *shown, "R²", "AICc", _("weight")]
    rows = []
    for one in choice.fits:
        cells = [f"{one.title} ({_('in use')})" if one.model == used else one.title]
        for name in names:
            how = QUANTITIES[name]
            value = how.shown(one.parameters.get(name, math.nan))
            error = how.shown(one.errors.get(name, math.nan))
            text = number(value, how.digits) if name in one.parameters else ""
            if name in one.at_bound:  # its error says nothing
                text = _("{value}, at its bound").format(value=text)
            elif math.isfinite(error) and text:
                text += f" ± {number(error, how.digits)}"
            mark = vp_mark(name, one.parameters.get(name, math.nan), analysis, role)
            cells.append(translated(f"{text}, {mark}") if mark else text)
        if one.worse_than:
            cells += [number(one.R2, 3), _("not at its optimum"), ""]
        elif one.status.fitted:
            above = f"+{number(one.above, 1)}" if one.above > 0 else _("lowest")
            cells += [number(one.R2, 3), above, number(one.weight, 2)]
        else:
            cells += [one.status.reason_in(one.model), "", ""]
        rows.append({"model": one.model, "cells": cells, "supported": one.is_supported})
    return headings, rows


def curve_text(choice: ModelChoice, rows: Iterable[RegionNumbers], mode: str) -> str:
    """Return which curve the models are fitted to, and what its Vp is not.

    Args:
        rows: numbers of the regions, which have the mean Vp of the voxels.
        mode: of the conversion.
    """
    if not choice.name:
        return _("These are fits of the curve of this voxel, at a delay of {delay}.").format(
            delay=seconds(choice.Ta, 2)
        )
    text = _("These are fits of the mean curve of {region}, at a delay of {delay}.").format(
        region=choice.name, delay=seconds(choice.Ta, 2)
    )
    means = next((row.means for row in rows if row.name == choice.name), {})
    found = [
        f"{parameter_title(name, mode)} {value(name, means[name])}"
        for name in ("vp", *FITTED_AS)
        if math.isfinite(means.get(name, math.nan))
    ]
    if not found:
        return text
    other = _("The mean of its voxels, each fitted alone, is another number: {vp}.")
    return f"{text} {other.format(vp=', '.join(found))}"


def voxel_text(voxel: VoxelExplanation) -> str:
    """Return a voxel's explanation in one paragraph."""
    slice_index, row, column = voxel.voxel
    place = _("Slice {slice}, row {row}, column {column}").format(
        slice=slice_index + 1, row=row + 1, column=column + 1
    )
    numbers = "; ".join(f"{name} {text}" for name, text in explanation_rows(voxel))
    text = f"{place}: {translated(voxel.status)}. {numbers}"
    return f"{text}. {translated(voxel.doubt)}" if voxel.doubt else text


# -- result -------------------------------------------------------------------------------------


def result_rows(session: Session) -> Rows:
    """Return both values and the change of every lesion; the regions' numbers of one visit."""
    return result_table(session)[:2]


def result_table(session: Session) -> tuple[list[str], list[list[str]], list[bool]]:
    """Return headings and rows of :func:`result_rows`, and which rows are out of date."""
    compared = session.comparison
    if compared is not None and session.is_comparison_current:
        tables = [change_rows(lesion, compared) for lesion in compared.lesions]
        headings = ["", *(visit.shown_title for visit in session.pair), _("change")]
        several = len(tables) > 1
        rows = []
        for (name, *_rest), body in tables:
            rows += [[name, "", "", ""]] if several else []
            rows += [[translated(text) for text in row] for row in body]
        return headings, rows, [False] * len(rows)
    done = [visit for visit in session.visits if visit.result is not None]
    if len(done) == 1 and done[0].result is not None and done[0].is_current:
        analysis = done[0].needed()
        headings, rows = measurements(done[0].result, analysis) if analysis.regions else ([], [])
        return headings, rows, [False] * len(rows)
    return _side_by_side(done)


def measurements(result: Result, analysis: Analysis) -> Rows:
    """Return one column per region: voxels, volume, parameters and normalised Vp."""
    headings, rows = measurement_rows(result, analysis)
    return headings, [[translated(text) for text in row] for row in rows]


def _side_by_side(
    visits: Sequence[VisitSession],
) -> tuple[list[str], list[list[str]], list[bool]]:
    """Return normalised values of visits that have not been compared yet.

    Values that are out of date say so in a third column.
    """
    rows: list[list[str]] = []
    outdated: list[bool] = []
    for visit in visits:
        assert visit.result is not None
        measures, old = visit.result.measures, not visit.is_current
        said = [_("out of date")] if old else [""]
        for lesion in measures.lesions():
            ratio = measures.of(lesion)
            shown = NONE if ratio is None else times(ratio.value)
            what = translated(normalised_title(normalised_vp(measures.mode), measures.mode))
            rows.append([f"{lesion}, {visit.shown_label}: {what}", shown, *said])
        if old and not measures.lesions():
            rows.append([visit.shown_label, "", *said])
        outdated += [old] * (len(rows) - len(outdated))
    headings = ["", _("value"), ""] if any(outdated) else ["", _("value")]
    return (headings, [row[: len(headings)] for row in rows], outdated) if rows else ([], [], [])


def call(session: Session) -> str:
    """Return the call in words with its robustness, or what is missing for a call."""
    compared = session.comparison
    if compared is not None and session.is_comparison_current:
        said = []
        for lesion in compared.lesions:
            said.append(translated(lesion.call.sentence))
            if lesion.flip is not None:
                said.append(translated(lesion.flip.sentence))
        return " ".join(said)
    if not session.visits:
        return ""
    obstacle = session.obstacle()
    return (
        _("Compare the visits to get the call.") if obstacle is None else translated(str(obstacle))
    )


def course_calls(session: Session) -> list[str]:
    """Return the status of every lesion at its last visit, with the reason."""
    course, calls = session.course, []
    for trend in course.result.trends if course.result is not None else ():
        last = trend.points[-1]
        calls.append(
            f"{trend.name}, {course.visits[last.visit].shown_title}: "
            f"{translated(last.status.status)}. {translated(last.status.reason)}"
        )
    return calls


def course_rows(session: Session, trend: LesionTrend) -> Rows:
    """Return one row per visit of a trend: normalised Vp, change to baseline, status."""
    course = session.course
    assert course.result is not None
    header, rows = trend_rows(course.result, trend)
    headings = [_("visit"), *(translated(header[n]) for n in _IN_COURSE), _("status")]
    body = [
        [
            course.visits[point.visit].shown_title, *(row[n] for n in _IN_COURSE),
            translated(point.status.status),
        ]
        for point, row in zip(trend.points, rows, strict=True)
    ]  # fmt: skip
    return headings, body


def course_facts(course: Course, trend: LesionTrend) -> dict[int, list[list[str]]]:
    """Return what the report's tables say of each visit: place → names and texts of the facts."""
    places = [point.visit for point in trend.points]
    facts: dict[int, list[list[str]]] = {place: [] for place in sorted([*places, *trend.absent])}
    for (header, rows), at in (
        (status_rows(course, trend), [*places, *trend.absent]),
        (trend_rows(course, trend), places),
    ):
        for place, row in zip(at, rows, strict=True):
            for name, cell in zip(header[1:], row[1:], strict=True):
                if cell != NONE:
                    facts[place].append([translated(name), translated(cell)])
    return facts


#: Actions that a window lists; the exported file has all.
LISTED_ACTIONS = 100


def action_lines(session: Session) -> list[str]:
    """Return time, person, visits and text of what was done last, the latest first."""
    labels = {visit.name: visit.shown_label for visit in session.visits}
    return [
        f"{shown_time(one.time)}, {one.person or _('reader not named')}: "
        f"{', '.join(labels.get(name, name) for name in one.visits)}: {one.text}"
        for one in reversed(session.report.actions()[-LISTED_ACTIONS:])
    ]


def warnings(session: Session) -> list[str]:
    """Return the warnings that belong to the numbers, and what the last export left out."""
    missing = [
        _("{name} was not written: {reason}").format(name=name, reason=translated(reason))
        for name, reason in session.not_written.items()
    ]
    compared = session.comparison
    if compared is not None and session.is_comparison_current:
        return [*map(translated, compared.warnings), *missing]
    return [
        f"{visit.shown_label}: {translated(warning)}"
        for visit in session.visits
        if visit.is_current and visit.result is not None
        if visit.analysis is not None and visit.analysis.regions
        for warning in visit.result.measures.warnings
    ] + missing
