"""Report: one HTML file, and PDF, with figures, curves, numbers, the call and its limits."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from SpineDCELib.analysis import Analysis
from SpineDCELib.data import Result
from SpineDCELib.export.report import html_page as page
from SpineDCELib.export.report import report_figures as figures
from SpineDCELib.export.report.pdf_printing import write_page
from SpineDCELib.export.report.report_tables import (
    change_rows,
    identity,
    measurement_rows,
    other_than_default,
    ruler_rows,
    setting_rows,
)
from SpineDCELib.export.report.written_text import (
    doubt_of,
    draft_of_comparison,
    draft_of_visit,
    without_advice,
)
from SpineDCELib.vocabulary.quantities import percent
from SpineDCELib.vocabulary.report_text import ReportText
from SpineDCELib.vocabulary.visits import VISITS

if TYPE_CHECKING:
    from SpineDCELib.compare.compare_visits import Comparison


def write_study_report(
    folder: Path,
    analysis: Analysis,
    result: Result,
    *,
    formats: Sequence[str],
    anonymise: bool = False,
) -> None:
    """Write ``report.html`` or ``report.pdf`` of one visit."""
    body = _written(result.text, draft_of_visit(result))
    if "vp" in result.maps:
        body.append(page.figure([figures.triptych([("", analysis, result)])], _TRIPTYCH))
    if unsaid := _not_written(result.measures.warnings, result.text):
        body += [page.heading("Warnings"), page.listed(unsaid, "warn")]
    body += [page.heading("Measurements"), page.table(*measurement_rows(result, analysis))]
    body += _rulers([("", analysis)])
    body += _visit("This visit", analysis, result)
    body += [page.heading("Settings"), page.table(*setting_rows([("", analysis)]))]
    body += [
        page.heading("Settings that are not the defaults"),
        page.listed(other_than_default([("", analysis)])),
    ]
    body += [page.heading("Notes"), page.listed(result.notes)]
    who = identity(analysis, anonymise=anonymise)
    write_page(folder, page.page("Perfusion of the spine", who, body), formats)


def write_comparison_report(
    folder: Path, comparison: Comparison, *, formats: Sequence[str], anonymise: bool = False
) -> None:
    """Write ``report.html`` or ``report.pdf`` of two visits."""
    from SpineDCELib.compare.call import EVIDENCE, LIMITS

    before, after = comparison.baseline, comparison.follow_up
    visits = [
        (words, visit.analysis, visit.result)
        for words, visit in zip(VISITS.values(), (before, after), strict=True)
    ]
    titled = [(words.title.lower(), analysis, result) for words, analysis, result in visits]
    body = _written(comparison.text, draft_of_comparison(comparison))
    for lesion in comparison.lesions:
        more = [s.sentence for s in (lesion.residual, lesion.flip) if s is not None]
        written = comparison.text.impression if comparison.text else ""
        unsaid = [sentence for sentence in more if sentence not in written]
        if lesion.call.sentence not in written:
            body.append(page.call(lesion.call.sentence, lesion.call.verdict, unsaid))
        elif unsaid:
            body.append(page.listed(unsaid))
    if unsaid := _not_written(comparison.warnings, comparison.text):
        body.append(page.listed(unsaid, "warn"))
    body.append(page.figure([figures.triptych(titled)], _TRIPTYCH))
    body.append(page.heading("Change"))
    for lesion in comparison.lesions:
        body.append(page.table(*change_rows(lesion, comparison)))
    for lesion in comparison.lesions:
        if lesion.flip is not None:
            body += [
                page.heading(f"Robustness of the call: {lesion.name}"),
                page.figure(
                    figures.flip(lesion.flip),
                    "Change of normalised Vp in analyses with perturbed inputs. Black: as "
                    f"analysed. Dashed red: the cutoff of {percent(lesion.flip.cutoff)}.",
                ),
            ]
    for words, analysis, result in visits:
        body += _visit(f"{words.title} visit", analysis, result)
        body.append(page.table(*measurement_rows(result, analysis)))
    body += _rulers([(name, analysis) for name, analysis, _ in titled])
    body += [
        page.heading("Settings"),
        page.table(*setting_rows([(name, analysis) for name, analysis, _ in titled])),
        page.heading("Settings that are not the defaults"),
        page.listed(other_than_default([(name, analysis) for name, analysis, _ in titled])),
    ]
    if comparison.differences:
        body += [
            page.heading("Differences between the visits"),
            page.listed(str(d) for d in comparison.differences),
        ]
    body += [
        page.heading("Source and limits of the cutoff"),
        page.paragraph(f"{EVIDENCE}."),
        page.listed(LIMITS),
        page.heading("Notes"),
        page.listed(
            f"{words.title}: {note}" for words, _, result in visits for note in result.notes
        ),
    ]
    who = " → ".join(identity(a, anonymise=anonymise) for _, a, _ in visits)
    write_page(
        folder, page.page("Perfusion of the spine, baseline and follow-up", who, body), formats
    )


_TRIPTYCH = (
    "Anatomy, Vp, and Vp over the anatomy, on one colour scale. Vp is transparent below 5 % of the "
    "scale and where it could not be fitted."
)


def _written(text: ReportText | None, draft: tuple[str, str]) -> list[str]:
    """Return what the reader wrote, with its status, and a warning where it may be outdated."""
    if not text:
        return []
    body = [page.paragraph(text.status_line)]
    if doubt := doubt_of(text, draft):
        body.append(page.listed([doubt], "warn"))
    for title, lines in text.paragraphs():
        body += [page.heading(title), *map(page.paragraph, lines)]
    return body


def _not_written(warnings: Sequence[str], text: ReportText | None) -> list[str]:
    """Return the warnings that the reader's text, which comes first, does not repeat."""
    written = text.findings if text else ""
    return [warning for warning in warnings if without_advice(warning) not in written]


def _rulers(visits: Sequence[tuple[str, Analysis]]) -> list[str]:
    table = ruler_rows(visits)
    return [] if table is None else [page.heading("Rulers"), page.table(*table)]


def evidence_caption(own: Collection[str]) -> str:
    """Say what the evidence's lines and bands are.

    Args:
        own: regions and slices that do not use the study's shift.
    """
    said = (
        "Residual of the fit of the regions' mean curves, and normalised Vp, at each shift of the "
        "AIF. "
    )
    if own:
        said += f"Red: the study's shift. Shifts of their own: {', '.join(own)}. "
    else:
        said += "Red: the shift in use. "
    return said + (
        "Dotted blue: the shift of each region, above the 95 % interval of its delay. Grey: the "
        "95 % interval of the proposed shift, where one is proposed."
    )


def _visit(title: str, analysis: Analysis, result: Result) -> list[str]:
    body = [
        page.heading(f"{title}: curves, arterial input function, evidence for the shift"),
        page.figure(
            figures.curves(analysis, result),
            "Left: mean curves of the regions, with the fit of the model. Right: the AIF, "
            "between its samples too, and shifted.",
        ),
    ]
    artery = figures.candidates(analysis)
    if artery:
        counted = ", ".join(f"{n} ({why})" for why, n in analysis.detection().counts().items())
        body += [
            page.figure(artery, "Curves of the vessels in every slice."),
            page.paragraph(f"Enhancing voxels by the verdict of the search: {counted}."),
        ]
    shown = figures.evidence(analysis)
    if shown:
        body.append(
            page.figure(
                shown,
                evidence_caption(own=analysis.own_shifts()),
            )
        )
    return body
