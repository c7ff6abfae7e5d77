"""Overview figure: anatomy, Vp, and Vp over the anatomy."""

from __future__ import annotations

from pathlib import Path

from SpineDCELib.export.map_figures import Picture, add_colour_bar, best_slice, draw_row, scale_top
from SpineDCELib.export.optional_packages import matplotlib_figure
from SpineDCELib.export.slice_orientation import display_slice


def write_overview(path: Path, picture: Picture, *, caption: str) -> None:
    """Draw anatomy, Vp and Vp over the anatomy, with a colour bar and the outlines of regions.

    Raises:
        InputError: matplotlib is not installed.
    """
    index = best_slice(picture)
    grey, spacing, _ = display_slice(picture.anatomy, geometry=picture.geometry, index=index)
    height, width = grey.shape[0] * spacing[0], grey.shape[1] * spacing[1]
    scale = 4.4 / max(height, width)
    figure = matplotlib_figure(
        "overview.png",
        figsize=(3 * max(width * scale, 2.2) + 1.2, max(height * scale, 2.2) + 0.7),
        facecolor="black",
        layout="constrained",
    )
    axes = figure.subplots(1, 3)
    bar = draw_row(axes, picture, index=index, top=scale_top([picture]), crop=False)
    add_colour_bar(figure, bar, axes)
    note = f"slice {index + 1} of {picture.vp.shape[0]} · {caption} · not a medical device"
    figure.supxlabel(note, color="#bbbbbb", fontsize=7, x=0.01, ha="left")
    figure.savefig(path, dpi=130, facecolor="black", bbox_inches="tight")
