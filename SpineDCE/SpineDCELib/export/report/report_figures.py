"""Figures of the report, embedded in the page: PNG for images, SVG for curves."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from SpineDCELib.aif.plot_data import candidate_chart, valley_top
from SpineDCELib.analysis import Analysis
from SpineDCELib.data import Result
from SpineDCELib.errors import InputError
from SpineDCELib.export.analysis_files import picture_of
from SpineDCELib.export.map_figures import Picture, add_colour_bar, best_slice, draw_row, scale_top
from SpineDCELib.export.optional_packages import matplotlib_figure
from SpineDCELib.export.slice_orientation import display_slice
from SpineDCELib.files.text_cells import figure_text
from SpineDCELib.vocabulary.conversion_modes import parameter_title
from SpineDCELib.vocabulary.region_roles import REGION_ROLES, words_of

if TYPE_CHECKING:
    from SpineDCELib.compare.robustness import Flip

_LESION = REGION_ROLES["lesion"].colour_on_white


def new_figure(width: float, height: float, colour: str = "white") -> Any:
    """Create a figure.

    Raises:
        InputError: matplotlib is not installed.
    """
    return matplotlib_figure("The report", figsize=(width, height), facecolor=colour)


def new_panel(height: float = 3.2) -> Any:
    """Create one pair of axes, half as wide as the page."""
    figure = new_figure(5.2, height)
    figure.set_layout_engine("constrained")
    return figure.subplots()


def png_of(figure: Any, *, dpi: int = 130, colour: str = "white") -> bytes:
    """Return a figure on a colour as the content of a PNG file."""
    stream = io.BytesIO()
    figure.savefig(stream, dpi=dpi, facecolor=colour, format="png")
    return stream.getvalue()


def as_png(figure: Any) -> str:
    """Return the source of an ``img`` element."""
    stream = io.BytesIO()
    figure.savefig(stream, dpi=120, facecolor=figure.get_facecolor(), bbox_inches="tight")
    return "data:image/png;base64," + base64.b64encode(stream.getvalue()).decode("ascii")


def as_svg(figure: Any) -> str:
    """Return the source of an ``img`` element; it has no date, so equal data give equal files."""
    import matplotlib

    stream = io.BytesIO()
    with matplotlib.rc_context({"svg.hashsalt": "spinedce"}):
        figure.savefig(stream, format="svg", metadata={"Date": None})
    return "data:image/svg+xml;base64," + base64.b64encode(stream.getvalue()).decode("ascii")


def triptych(visits: Sequence[tuple[str, Analysis, Result]]) -> str:
    """Draw the triptych as the source of an ``img`` element."""
    return as_png(triptych_figure(visits))


def triptych_figure(visits: Sequence[tuple[str, Analysis, Result]]) -> Any:
    """Draw anatomy, Vp and both, one row per visit, on one colour scale."""
    pictures: list[tuple[str, Picture]] = [
        (name, picture_of(analysis, result)) for name, analysis, result in visits
    ]
    top = scale_top([picture for _, picture in pictures])
    figure = new_figure(11.5, 3.7 * len(pictures), "black")
    grid = figure.subplots(len(pictures), 3, squeeze=False)
    for row, (name, picture) in zip(grid, pictures, strict=True):
        index = best_slice(picture)
        bar = draw_row(row, picture, index=index, top=top, crop=True)
        shown, _, _ = display_slice(picture.anatomy, geometry=picture.geometry, index=index)
        assert shown.ndim == 2
        row[0].set_ylabel(f"{name}\nslice {index + 1}", color="white", fontsize=12)
    add_colour_bar(figure, bar, list(grid.ravel()), mode=pictures[0][1].mode)
    return figure


def curves(analysis: Analysis, result: Result) -> list[str]:
    """Draw mean curves of lesions and references with their fits, and the AIF."""
    left, right = new_panel(), new_panel()
    times, unit = analysis.images.dynamic.times, analysis.concentration().unit
    for region, curve in result.curves.items():
        shade = words_of(analysis.roles[region]).colour_on_white
        if shade is None or not np.isfinite(curve).all():
            continue
        left.plot(times, curve, ".", color=shade, markersize=4, label=figure_text(region))
        left.plot(times, result.fits[region], "-", color=shade, linewidth=1.4)
    label_axes(left, "mean curves (dots) and fits (lines)", f"contrast agent [{unit}]")
    if left.get_legend_handles_labels()[0]:
        left.legend(frameon=False, fontsize=8)
    arterial, shift = analysis.aif(), analysis.shift()
    drawn, Cp = analysis.arterial_curve().drawn(until=times[-1])
    measured = analysis.settings.aif.source in ("auto", "mask")
    source = "as measured, interpolated" if measured else "as given"
    right.plot(drawn, Cp, color="#999999", linewidth=1.0, label=source)
    right.plot(drawn + shift, Cp, color="#cc3377", linewidth=1.4, label=f"shifted by {shift:.1f} s")
    right.set_xlim(*left.get_xlim())
    label_axes(right, "AIF in plasma", f"Cp [{arterial.unit}]")
    right.legend(frameon=False, fontsize=8)
    return [as_svg(ax.figure) for ax in (left, right)]


def candidates(analysis: Analysis) -> list[str]:
    """Draw the curves of the vessels in every slice; nothing if the AIF was not detected."""
    if analysis.settings.aif.source != "auto":
        return []
    chart = candidate_chart(analysis.detection(), t=analysis.images.dynamic.times)
    ax = new_panel()
    for line in chart.series:
        found = line.role == "main"
        shade, width = ("#cc3377", 1.2) if found else ("#bbbbbb", 0.7)
        ax.plot(line.x, line.y, color=shade, linewidth=width, zorder=2 if found else 1)
    label_axes(ax, "accepted (red) and rejected (grey) vessels", chart.y_title)
    return [as_svg(ax.figure)]


def evidence(analysis: Analysis) -> list[str]:
    """Draw the evidence for the shift; nothing if no region can be fitted at every shift."""
    try:
        found = analysis.evidence()
    except InputError:
        return []
    left, right = new_panel(2.8), new_panel(2.8)
    left.plot(found.shifts, found.mean_residual, color="black", linewidth=1.4)
    label_axes(left, "residual of the mean curves", "relative to its minimum", "AIF shift [s]")
    left.set_ylim(0.98, valley_top(found))
    for lesion, ratio in found.normalised_vp.items():
        right.plot(found.shifts, ratio, color=_LESION, linewidth=1.4, label=figure_text(lesion))
    title = parameter_title("vp", analysis.mode)
    label_axes(right, f"normalised {title}", "lesion / reference", "AIF shift [s]")
    near = (found.shifts >= found.plateau[0] - 4) & (found.shifts <= found.plateau[1] + 4)
    seen = [r[near] for r in found.normalised_vp.values() if np.isfinite(r[near]).any()]
    if seen:
        right.set_ylim(0, 1.3 * float(np.nanmax(seen)))
    for ax in (left, right):
        if found.interval is not None:
            ax.axvspan(*found.interval, color="#eeeeee", zorder=0)
        ax.axvline(analysis.shift(), color="#cc3377", linewidth=1.2)
    for name, delay in analysis.delays().items():
        left.axvspan(delay.low, delay.high, ymax=0.06, color="#88aacc")
        left.axvline(delay.value, color="#336699", linewidth=1.0, linestyle=":")
        left.text(delay.value, 1.0, name, fontsize=6, rotation=90, va="bottom", color="#336699")
    return [as_svg(ax.figure) for ax in (left, right)]


def flip(found: Flip) -> list[str]:
    """Draw the changes of all perturbed analyses, and the effect of each input alone."""
    shown = [s for s in found.tornado if np.isfinite(s.span)][:10]
    left, right = new_panel(4.2), new_panel(4.2)
    left.hist(found.changes[np.isfinite(found.changes)], bins=24, color="#7fa8c9")
    label_axes(left, "all inputs perturbed", "number of analyses", "change of normalised Vp [%]")
    for number, one in enumerate(reversed(shown)):
        low, high = sorted((one.change_low, one.change_high))
        right.barh(number, max(high - low, 0.2), left=low, height=0.55, color="#d8a15d")
    right.set_yticks(range(len(shown)), [f"{s.name}\n{s.low} … {s.high}" for s in shown[::-1]])
    right.tick_params(axis="y", labelsize=6.5)
    label_axes(right, "each input alone", "", "change of normalised Vp [%]")
    for ax in (left, right):
        ax.axvline(found.change, color="black", linewidth=1.0)
        ax.axvline(found.cutoff, color="#b00020", linewidth=1.2, linestyle="--")
    return [as_svg(ax.figure) for ax in (left, right)]


def label_axes(ax: Any, title: str, y: str, x: str = "time [s]") -> None:
    """Write title and axes of a chart."""
    ax.set_title(title, fontsize=10, loc="left")
    ax.set_xlabel(x, fontsize=8)
    ax.set_ylabel(y, fontsize=8)
    ax.tick_params(labelsize=8)
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
