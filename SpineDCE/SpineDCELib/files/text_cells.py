"""Text in tables and figures that is shown as it is: never a formula, never typeset.

A spreadsheet runs a cell that begins with ``=``, ``+``, ``-`` or ``@`` as a formula, which can send
the table elsewhere; names of regions and patients come from files of others.
"""

from __future__ import annotations

#: Beginnings of a formula, in some spreadsheets also after white space.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_MARK = "'"


def text_cell(text: str) -> str:
    """Return the cell for a text: a formula gets an apostrophe, which spreadsheets hide."""
    plain = text.replace("\x00", "")
    return _MARK + plain if _needs_mark(plain) else plain


def cell_text(cell: str) -> str:
    """Return the text of a cell of :func:`text_cell`."""
    rest = cell.removeprefix(_MARK)
    return rest if cell.startswith(_MARK) and _needs_mark(rest) else cell


def _needs_mark(text: str) -> bool:
    if text.startswith(_MARK):
        return _needs_mark(text[1:])
    return text.lstrip(" ").startswith(_FORMULA) and len(text) > 1 and not _is_number(text)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def figure_text(text: str) -> str:
    """Return a name for matplotlib, which would typeset what stands between two dollar signs."""
    shown = text.replace("$", r"\$")
    # A label that begins with an underscore is left out of the legend.
    return f"\u200b{shown}" if shown.startswith("_") else shown
