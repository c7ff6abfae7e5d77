"""The report: one HTML file (and PDF) with pictures, curves, numbers, call and limits."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from SpineDCELib.analysis import Analysis
from SpineDCELib.data import Result
from SpineDCELib.export.report import html_page as page
from SpineDCELib.export.report import report_figures as figures
from SpineDCELib.export.report.pdf_printing import print_page
from SpineDCELib.export.report.report_tables import (
    change_rows,
    identity,
    measurement_rows,
    setting_rows,
)

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
    """``report.html`` (and ``report.pdf``) of one visit."""
    body = []
    if "vp" in result.maps:
        body.append(page.figure([figures.triptych([("", analysis, result)])], _TRIPTYCH))
    if result.measures.warnings:
        body += [page.heading("Warnings"), page.listed(result.measures.warnings, "warn")]
    body += [page.heading("Measurements"), page.table(*measurement_rows(result))]
    body += _visit("This visit", analysis, result)
    body += [page.heading("Settings"), page.table(*setting_rows([("", analysis)]))]
    body += [page.heading("Notes"), page.listed(result.notes)]
    who = identity(analysis, anonymise=anonymise)
    _write(folder, page.page("Perfusion of the spine", who, body), formats)


def write_comparison_report(
    folder: Path, comparison: Comparison, *, formats: Sequence[str], anonymise: bool = False
) -> None:
    """``report.html`` (and ``report.pdf``) of two visits."""
    from SpineDCELib.compare.call import EVIDENCE, LIMITS, SOURCE, signed

    before, after = comparison.before, comparison.after
    visits = [("before", before.analysis, before.result), ("after", after.analysis, after.result)]
    body = []
    for lesion in comparison.lesions:
        small = [s.sentence for s in (lesion.residual, lesion.flip) if s is not None]
        body.append(page.call(lesion.call.sentence, lesion.call.verdict, small))
    if comparison.warnings:
        body.append(page.listed(comparison.warnings, "warn"))
    body.append(page.figure([figures.triptych(visits)], _TRIPTYCH))
    body.append(page.heading("What changed"))
    for lesion in comparison.lesions:
        body.append(page.table(*change_rows(lesion)))
    for lesion in comparison.lesions:
        if lesion.flip is not None:
            body += [
                page.heading(f"Would the call flip? {lesion.name}"),
                page.figure(
                    figures.flip(lesion.flip),
                    "Change of normalised Vp in perturbed analyses. Black: as analysed; dashed "
                    f"red: the cutoff of {signed(lesion.flip.cutoff, 0)} %.",
                ),
            ]
    for name, analysis, result in visits:
        body += _visit(f"The visit {name}", analysis, result)
        body.append(page.table(*measurement_rows(result)))
    body += [
        page.heading("Settings"),
        page.table(*setting_rows([(name, analysis) for name, analysis, _ in visits])),
    ]
    if comparison.differences:
        body.append(page.listed((str(d) for d in comparison.differences), "warn"))
    body += [
        page.heading("Where the cutoff comes from, and what it does not see"),
        page.paragraph(f"{EVIDENCE} ({SOURCE})."),
        page.listed(LIMITS),
        page.heading("Notes"),
        page.listed(f"{name}: {note}" for name, _, result in visits for note in result.notes),
    ]
    who = " → ".join(identity(a, anonymise=anonymise) for _, a, _ in visits)
    _write(folder, page.page("Perfusion of the spine, before and after", who, body), formats)


_TRIPTYCH = (
    "Anatomy, Vp, and Vp over anatomy, on one colour scale. Below 5 % of the scale the anatomy "
    "shows through; voxels that could not be fitted are left out."
)


def _visit(title: str, analysis: Analysis, result: Result) -> list[str]:
    body = [
        page.heading(f"{title}: curves, arterial input, evidence for the shift"),
        page.figure(
            figures.curves(analysis, result),
            "Mean curves of the regions with the model's fit; the AIF as found and as used.",
        ),
    ]
    artery = figures.candidates(analysis)
    if artery:
        counted = "; ".join(f"{n} {why}" for why, n in analysis.detection().counts().items())
        body += [
            page.figure(artery, "Vessels in every section."),
            page.paragraph(f"Voxels that enhance: {counted}."),
        ]
    shown = figures.evidence(analysis)
    if shown:
        body.append(
            page.figure(
                shown,
                "Residual of the fit and normalised Vp against the AIF's shift. Red: the shift in "
                "use; grey: where the residual is within 5 % of its least.",
            )
        )
    return body


def _write(folder: Path, text: str, formats: Sequence[str]) -> None:
    html = folder / "report.html"
    html.write_text(text, encoding="utf-8")
    if "pdf" in formats:
        print_page(html, folder / "report.pdf")
    if "report" not in formats:
        html.unlink()
