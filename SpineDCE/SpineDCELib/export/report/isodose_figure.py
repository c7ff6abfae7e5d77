"""Isodoses of radiation over the map of each visit of a course."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from SpineDCELib.course.region_dose import isodose_levels
from SpineDCELib.export.analysis_files import picture_of
from SpineDCELib.export.map_figures import add_colour_bar, best_slice, draw_row, scale_top
from SpineDCELib.export.report.report_figures import new_figure
from SpineDCELib.export.slice_orientation import display_slice
from SpineDCELib.vocabulary.colour_maps import ISODOSE_COLOURS

if TYPE_CHECKING:
    from SpineDCELib.course import Course


def isodose_pictures(course: Course) -> list[Any]:
    """Draw anatomy, Vp and both with regions and isodoses, for each visit with a dose."""
    levels = isodose_levels(course.dose_maps.values())
    if not levels:
        return []
    visits = {place: course.visits[place] for place in course.dose_maps}
    pictures = {place: picture_of(v.analysis, v.result) for place, v in visits.items()}
    top = scale_top(list(pictures.values()))
    figures = []
    for place, picture in pictures.items():
        figure = new_figure(10.5, 3.9, "black")
        figure.set_layout_engine("constrained")
        axes = figure.subplots(1, 3)
        index = best_slice(picture)
        bar = draw_row(axes, picture, index=index, top=top, crop=True)
        grid = np.nan_to_num(course.dose_maps[place], nan=0.0)
        dose, _, _ = display_slice(grid, geometry=picture.geometry, index=index)
        for ax in (axes[0], axes[2]):
            with warnings.catch_warnings():
                # A slice outside of an isodose has no line of it, which is no problem.
                warnings.filterwarnings("ignore", message="No contour levels were found")
                lines = ax.contour(
                    dose, levels=list(levels), colors=list(ISODOSE_COLOURS[: len(levels)]),
                    linewidths=1.2, linestyles="dashed",
                )  # fmt: skip
            ax.clabel(lines, fmt=lambda gy: f"{gy:g} Gy", fontsize=7)
        add_colour_bar(figure, bar, axes, mode=picture.mode)
        figure.suptitle(course.name_of(place), color="white", fontsize=12)
        figures.append(figure)
    return figures
