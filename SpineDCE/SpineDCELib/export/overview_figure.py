"""Overview figure: anatomy, Vp, and Vp over the anatomy."""

from __future__ import annotations

from pathlib import Path

from SpineDCELib.export.map_figures import Picture, add_colour_bar, best_slice, draw_row, scale_top
from SpineDCELib.export.optional_packages import matplotlib_figure
from SpineDCELib.export.slice_orientation import display_slice

#: Inches for the colour bar with its labels, for these alone, for titles, the note, and between
#: pictures.
_BAR, _LABELS, _TITLE, _NOTE, _GAP = 1.2, 0.6, 0.35, 0.35, 0.1


def write_overview(path: Path, picture: Picture, *, caption: str) -> None:
    """Draw anatomy, Vp and Vp over the anatomy, with a colour bar and the outlines of regions.

    Raises:
        InputError: matplotlib is not installed.
    """
    index = best_slice(picture)
    grey, spacing, _ = display_slice(picture.anatomy, geometry=picture.geometry, index=index)
    height, width = grey.shape[0] * spacing[0], grey.shape[1] * spacing[1]
    scale = 4.4 / max(height, width)
    panel, tall = max(width * scale, 2.2), max(height * scale, 2.2)
    whole, high = 3 * panel + _BAR, tall + _TITLE + _NOTE
    figure = matplotlib_figure("overview.png", figsize=(whole, high), facecolor="black")
    # Sizes by hand, because a layout that is found by drawing takes as long as the picture.
    axes = figure.subplots(1, 3)
    figure.subplots_adjust(
        left=_GAP / whole, right=1 - _LABELS / whole, top=1 - _TITLE / high, bottom=_NOTE / high,
        wspace=_GAP / panel,
    )  # fmt: skip
    bar = draw_row(axes, picture, index=index, top=scale_top([picture]), crop=False)
    add_colour_bar(figure, bar, axes, mode=picture.mode)
    note = f"slice {index + 1} of {picture.vp.shape[0]} · {caption} · not a medical device"
    figure.supxlabel(note, color="#bbbbbb", fontsize=7, x=0.01, y=0.01, ha="left", va="bottom")
    # More compression would take longer than the picture, for a tenth of its size.
    figure.savefig(path, dpi=130, facecolor="black", pil_kwargs={"compress_level": 1})
