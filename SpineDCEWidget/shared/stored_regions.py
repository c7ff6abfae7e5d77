"""Regions and rulers that a study holds beside its images, offered to be loaded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from SpineDCELib.mrml.region_nodes import rulers_in
from SpineDCELib.mrml.visit_record import replace_rulers
from SpineDCELib.run.stored_drawings import StoredDrawing

from SpineDCEWidget.shared.patient_identity import day_text
from SpineDCEWidget.shared.visit_session import VisitSession
from SpineDCEWidget.shared.wording import _, translated


@dataclass(frozen=True)
class DrawingRow:
    """A file with regions or lengths, as a list shows it."""

    title: str
    about: str


def drawing_rows(found: Sequence[StoredDrawing]) -> list[DrawingRow]:
    """Return the list of what a study holds."""
    return [_row(one) for one in found]


def _row(one: StoredDrawing) -> DrawingRow:
    if one.kind == "lengths":
        lengths = ", ".join(f"{ruler.length:.1f} mm" for ruler in one.rulers)
        what = _("Lengths: {lengths}").format(lengths=lengths)
    else:
        what = _("Regions")
    title = f"{what}, {one.description}" if one.description else what
    about = [one.made_by, translated(day_text(one.date))]
    return DrawingRow(title, ", ".join(text for text in about if text))


def add_rulers(visit: VisitSession, drawing: StoredDrawing) -> None:
    """Add the lengths of a report to the visit's rulers, without those that it has already."""
    present = rulers_in(visit.nodes)
    new = [ruler for ruler in drawing.rulers if ruler not in present]
    replace_rulers(visit.nodes, [*present, *new])
