"""Report as PDF without a browser: pictures and numbers, drawn by matplotlib."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from SpineDCELib.analysis import Analysis
from SpineDCELib.data import Result
from SpineDCELib.export.optional_packages import matplotlib_figure
from SpineDCELib.export.report import report_figures as figures
from SpineDCELib.export.report.html_page import NOTICE
from SpineDCELib.export.report.report_tables import (
    Table,
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
)
from SpineDCELib.files.text_cells import figure_text
from SpineDCELib.version import __version__
from SpineDCELib.vocabulary.report_text import ReportText
from SpineDCELib.vocabulary.visits import VISITS

if TYPE_CHECKING:
    from SpineDCELib.compare.compare_visits import Comparison

#: A4, inches, and its margin.
_PAGE, _MARGIN = (8.27, 11.69), 0.6
#: Height of a line, inches; letters in a line of text, and of a table.
_LINE, _LETTERS, _TABLE_LETTERS = 0.17, 105, 112


def study_pdf(analysis: Analysis, result: Result, *, anonymise: bool = False) -> bytes:
    """Return the report of one visit.

    Raises:
        InputError: matplotlib is not installed.
    """
    pages = _Pages("Perfusion of the spine", identity(analysis, anonymise=anonymise))
    pages.written(result.text, draft_of_visit(result))
    if "vp" in result.maps:
        pages.picture(figures.triptych_figure([("", analysis, result)]))
    pages.paragraphs("Warnings", result.measures.warnings)
    pages.table("Measurements", measurement_rows(result, analysis))
    pages.rulers([("", analysis)])
    pages.table("Settings", setting_rows([("", analysis)]))
    pages.paragraphs("Settings that are not the defaults", other_than_default([("", analysis)]))
    pages.paragraphs("Notes", result.notes)
    return pages.content()


def comparison_pdf(comparison: Comparison, *, anonymise: bool = False) -> bytes:
    """Return the report of two visits.

    Raises:
        InputError: matplotlib is not installed.
    """
    from SpineDCELib.compare.call import EVIDENCE, LIMITS

    visits = [
        (words.title.lower(), visit.analysis, visit.result)
        for words, visit in zip(VISITS.values(), comparison.visits, strict=True)
    ]
    who = " → ".join(identity(analysis, anonymise=anonymise) for _, analysis, _ in visits)
    pages = _Pages("Perfusion of the spine, baseline and follow-up", who)
    pages.written(comparison.text, draft_of_comparison(comparison))
    pages.paragraphs("Response call", [lesion.call.sentence for lesion in comparison.lesions])
    pages.paragraphs("Warnings", comparison.warnings)
    pages.picture(figures.triptych_figure(visits))
    for lesion in comparison.lesions:
        pages.table("Change", change_rows(lesion, comparison))
    for name, analysis, result in visits:
        pages.table(f"Measurements, {name}", measurement_rows(result, analysis))
    named = [(name, analysis) for name, analysis, _ in visits]
    pages.rulers(named)
    pages.table("Settings", setting_rows(named))
    pages.paragraphs("Settings that are not the defaults", other_than_default(named))
    pages.paragraphs("Source and limits of the cutoff", [f"{EVIDENCE}.", *LIMITS])
    notes = [f"{name}: {note}" for name, _, result in visits for note in result.notes]
    pages.paragraphs("Notes", notes)
    return pages.content()


class _Pages:
    """Pages that are filled from top to bottom."""

    def __init__(self, title: str, who: str) -> None:
        self._figures: list[Any] = []
        self._new_page()
        self._text(title, size=15, weight="bold", lines=1.8)
        self._text(who, colour="#555555", lines=1.5)
        self._text(NOTICE, colour="#b00020", weight="bold", lines=2)

    def _new_page(self) -> None:
        figure = matplotlib_figure("The PDF report", figsize=_PAGE, facecolor="white")
        self._figures.append(figure)
        self._left = _PAGE[1] - 2 * _MARGIN

    def _room(self, height: float) -> None:
        if self._left < height:
            self._new_page()

    @property
    def _y(self) -> float:
        return (self._left + _MARGIN) / _PAGE[1]

    def _text(
        self, text: str, *, size: float = 9, colour: str = "black", weight: str = "normal",
        family: str = "sans-serif", lines: float = 1.0, x: float = 0.0,
    ) -> None:  # fmt: skip
        self._figures[-1].text(
            (_MARGIN + x) / _PAGE[0], self._y, figure_text(text), fontsize=size, color=colour,
            fontweight=weight, family=family, va="top", ha="left",
        )  # fmt: skip
        self._left -= lines * _LINE

    def _heading(self, text: str, following: float) -> None:
        self._room(2.2 * _LINE + following)
        self._left -= 0.6 * _LINE
        self._text(text, size=11, weight="bold", lines=1.5)

    def paragraphs(self, heading: str, texts: Iterable[str]) -> None:
        """Add a heading and wrapped texts; nothing if there is no text."""
        wrapped = [textwrap.wrap(text, _LETTERS) for text in texts]
        if not wrapped:
            return
        self._heading(heading, _LINE * len(wrapped[0]))
        for lines in wrapped:
            for number, line in enumerate(lines):
                self._room(_LINE)
                if number == 0:
                    self._figures[-1].text(_MARGIN / _PAGE[0], self._y, "–", fontsize=9, va="top")
                self._text(line, x=0.15)

    def written(self, text: ReportText | None, draft: tuple[str, str]) -> None:
        """Add what the reader wrote; nothing if there is no text."""
        if not text:
            return
        self._text(text.status_line, weight="bold", lines=1.5)
        if doubt := doubt_of(text, draft):
            self.paragraphs("Warning", [doubt])
        for title, lines in text.paragraphs():
            self.paragraphs(title, [line for line in lines if line.strip()])

    def picture(self, figure: Any) -> None:
        """Add a figure as wide as the page."""
        import numpy as np
        from matplotlib.image import imread

        stream = io.BytesIO()
        figure.savefig(
            stream, dpi=200, facecolor=figure.get_facecolor(), bbox_inches="tight", format="png"
        )
        stream.seek(0)
        pixels = np.asarray(imread(stream))
        width = _PAGE[0] - 2 * _MARGIN
        height = min(width * pixels.shape[0] / pixels.shape[1], _PAGE[1] - 3 * _MARGIN)
        self._room(height + _LINE)
        self._left -= height
        axes = self._figures[-1].add_axes(
            (_MARGIN / _PAGE[0], self._y, width / _PAGE[0], height / _PAGE[1])
        )
        axes.imshow(pixels, interpolation="none")
        axes.set_axis_off()
        self._left -= _LINE

    def table(self, heading: str, table: Table) -> None:
        """Add a table of text; long cells are wrapped, and wide tables get several parts."""
        header, rows = table
        first, most = 44, 3
        for start in range(1, max(len(header), 2), most):
            columns = [0, *range(start, min(start + most, len(header)))]
            widths = [first, *[(_TABLE_LETTERS - first) // max(len(columns) - 1, 1)] * most]
            self._heading(heading, 3 * _LINE)
            self._row([header[c] for c in columns], widths, weight="bold")
            for row in rows:
                self._row([row[c] for c in columns], widths)

    def rulers(self, visits: Sequence[tuple[str, Analysis]]) -> None:
        """Add the table of the rulers; nothing if there is no ruler."""
        if (table := ruler_rows(visits)) is not None:
            self.table("Rulers", table)

    def _row(self, cells: Sequence[str], widths: Sequence[int], weight: str = "normal") -> None:
        wrapped = [
            textwrap.wrap(cell, width - 2) or [""]
            for cell, width in zip(cells, widths, strict=False)
        ]
        height = max(map(len, wrapped))
        self._room(height * _LINE * 0.9)
        letter = (_PAGE[0] - 2 * _MARGIN) / _TABLE_LETTERS
        top = self._left
        for column, lines in enumerate(wrapped):
            self._left = top
            for line in lines:
                self._text(
                    line, size=7.5, weight=weight, x=letter * sum(widths[:column]), lines=0.9
                )
        self._left = top - height * _LINE * 0.9

    def content(self) -> bytes:
        """Return the PDF; without a date, so that equal results give equal files."""
        from matplotlib import rc_context
        from matplotlib.backends.backend_pdf import PdfPages

        count = len(self._figures)
        for number, figure in enumerate(self._figures, 1):
            figure.text(
                _MARGIN / _PAGE[0], 0.5 * _MARGIN / _PAGE[1],
                f"SpineDCE {__version__}. Page {number} of {count}. {NOTICE}",
                fontsize=6.5, color="#666666",
            )  # fmt: skip
        stream = io.BytesIO()
        about = {"Creator": "SpineDCE", "Producer": None, "CreationDate": None}
        with rc_context({"pdf.fonttype": 42}), PdfPages(stream, metadata=about) as pdf:
            for figure in self._figures:
                pdf.savefig(figure)
        return stream.getvalue()
