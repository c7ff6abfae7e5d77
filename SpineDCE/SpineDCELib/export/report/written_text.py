"""Findings and impression: their draft from the numbers, and the report as plain text."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from SpineDCELib.data import Result
from SpineDCELib.export.report.html_page import NOTICE
from SpineDCELib.export.report.report_tables import change_text, diameters_text, identity
from SpineDCELib.vocabulary.conversion_modes import CONVERSION_MODES, normalised_title
from SpineDCELib.vocabulary.quantities import QUANTITIES, number, percent, times
from SpineDCELib.vocabulary.report_text import ReportText, digest_of

#: Said of a final report whose numbers are no longer those that it was written about.
NUMBERS_CHANGED = (
    "Numbers or names have changed since this report became final: findings and impression were "
    "written about other numbers."
)
#: Said of a final report while there are no numbers to compare with those that it is about.
NUMBERS_NOT_CURRENT = (
    "The numbers that this final report is about are out of date or have not been computed here. "
    "Whether they have changed since is known once step 5 has computed them again."
)

#: The same of a text that is not final yet.
DRAFT_CHANGED = (
    "Numbers or names have changed since this text was drafted, so it may state earlier ones. "
    "Insert the draft again, or correct the text."
)
DRAFT_NOT_CURRENT = (
    "The numbers that this text was drafted from are out of date or have not been computed here. "
    "The report can become final once step 5 has computed them again."
)

#: First words of sentences that tell the program's user what to do, which a report's reader cannot.
_ADVICE = (
    "Accept ", "Analyse ", "Change ", "Check ", "Choose ", "Correct ", "Draw ", "Enter ",
    "Exclude ", "Give ", "Load ", "Look ", "Measure ", "Move ", "Open ", "Redraw ", "Remove ",
    "Rename ", "Set ", "Swap ", "To see what that changes, enter ",
)  # fmt: skip
_SENTENCE_END = re.compile(r"(?<=\.) (?=[A-Z])")

if TYPE_CHECKING:
    from SpineDCELib.analysis import Analysis
    from SpineDCELib.compare.compare_visits import Comparison, LesionChange


def doubt_of(text: ReportText, draft: tuple[str, str] | None) -> str:
    """Return why the text may not fit the present numbers; "" if it is about them.

    Args:
        draft: see :func:`plain_text`.
    """
    if draft is None:
        # A text that was written without numbers is not about any.
        if not text.numbers:
            return ""
        return NUMBERS_NOT_CURRENT if text.is_final else DRAFT_NOT_CURRENT
    if not text.is_outdated(digest_of(*draft)):
        return ""
    return NUMBERS_CHANGED if text.is_final else DRAFT_CHANGED


def studies_of(visits: Mapping[str, Analysis]) -> list[str]:
    """Return whose studies a report is about and their dates, a line each.

    Args:
        visits: name of the visit → its analysis.
    """
    found = {name: identity(analysis, anonymise=False) for name, analysis in visits.items()}
    if len(found) == 1:
        return list(found.values())
    return [f"{name[:1].upper()}{name[1:]}: {who}" for name, who in found.items()]


def plain_text(text: ReportText, draft: tuple[str, str] | None, studies: Sequence[str]) -> str:
    """Return the report's text with its status, for a file and the clipboard.

    Args:
        draft: as the present numbers give it; None while there are none.
        studies: see :func:`studies_of`.
    """
    lines = [*studies, text.status_line, NOTICE]
    if doubt := doubt_of(text, draft):
        lines.append(doubt)
    for title, said in text.paragraphs():
        lines += ["", title.upper(), *said]
    return "\n".join(lines) + "\n"


def without_advice(warning: str) -> str:
    """Return a warning without what it tells the program's user to do, for a reader's text."""
    said = [one for one in _SENTENCE_END.split(warning) if not one.startswith(_ADVICE)]
    return " ".join(said) or warning


def draft_of_comparison(comparison: Comparison) -> tuple[str, str]:
    """Return findings and impression on two visits, a paragraph per lesion and then warnings."""
    findings = [_lesion(lesion, comparison.mode) for lesion in comparison.lesions]
    findings += _method(comparison.mode)
    findings += [f"Warning: {without_advice(warning)}" for warning in comparison.warnings]
    impression = []
    for lesion in comparison.lesions:
        impression.append(lesion.call.sentence)
        if lesion.residual is not None:
            impression.append(lesion.residual.sentence)
    return "\n".join(findings), "\n".join(impression)


def draft_of_visit(result: Result) -> tuple[str, str]:
    """Return findings and impression on one visit, a line per region and then warnings."""
    name = "vp_voxel" if "vp_voxel" in result.maps else "vp"
    findings = []
    for region in result.regions:
        said = [f"volume of the voxels {number(region.volume_mL, 1)} mL"]
        for parameter in (name, "Ktrans"):
            if parameter in region.parameters:
                quantity, mean = QUANTITIES[parameter], region.parameters[parameter].mean
                if math.isfinite(mean):
                    said.append(f"mean {quantity.title} {quantity.text(quantity.shown(mean))}")
        ratio = result.measures.of(region.name)
        if ratio is not None:
            said.append(f"{_title(name, result.measures.mode)} {times(ratio.value)}")
        findings.append(f"{region.name}: {', '.join(said)}.")
    findings += _method(result.measures.mode)
    findings += [f"Warning: {without_advice(warning)}" for warning in result.measures.warnings]
    return "\n".join(findings), "One visit. The change after treatment needs a second visit."


def _lesion(lesion: LesionChange, mode: str) -> str:
    said = []
    for name, change in lesion.changes.items():
        before, after = lesion.before[name].value, lesion.after[name].value
        said.append(
            f"{_title(name, mode)} {times(before)} at baseline, {times(after)} at "
            f"follow-up, change {change_text(change)}"
        )
    one, two = (
        diameters_text(size, plane).replace(" (", " mm (")
        for size, plane in zip(lesion.sizes, lesion.planes, strict=True)
    )
    said.append(f"size {one} at baseline, {two} at follow-up")
    volumes = [number(volume / 1000, 1) for volume in lesion.volumes]
    said.append(
        f"volume of the voxels {volumes[0]} mL at baseline, {volumes[1]} mL at follow-up "
        f"({'carried over' if lesion.is_carried else percent(lesion.volume_change)})"
    )
    return f"{lesion.name}: {'; '.join(said)}."


def _title(parameter: str, mode: str) -> str:
    """Return the title of a normalised parameter; its mode is given once, by :func:`_method`."""
    title = normalised_title(parameter, mode)
    return title.removesuffix(f" ({CONVERSION_MODES[mode].title})") if mode else title


def _method(mode: str) -> list[str]:
    return [f"Method: {CONVERSION_MODES[mode].title}."] if mode else []
