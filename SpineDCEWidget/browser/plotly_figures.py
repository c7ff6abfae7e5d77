"""Charts of the page as Plotly figures, which are plain dictionaries."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from SpineDCELib.aif.candidates import Detection
from SpineDCELib.aif.plot_data import valley_top
from SpineDCELib.aif.shift_evidence import Evidence
from SpineDCELib.analysis.explain_voxel import RegionNumbers, VoxelExplanation
from SpineDCELib.analysis.model_choice import ModelChoice
from SpineDCELib.vocabulary.quantities import number
from SpineDCELib.vocabulary.region_roles import REGION_ROLES

from SpineDCEWidget.shared.region_histograms import Histogram

#: Region role → colour, the same as in the views and pictures.
ROLE_COLOURS = {str(role): words.colour for role, words in REGION_ROLES.items()}
#: Colours that are visible on dark and on light.
AIF_COLOUR, CHECK_COLOUR, GREY = "#e6578c", "#4cc2c4", "#8a94a0"
#: The colour of the AIF for texts on white.
AIF_ON_WHITE = "#b8336a"
#: The highest relative luminance that stands out from white by 3 to 1 (WCAG 2.1, 1.4.11).
_LIGHTEST_ON_WHITE = 1.05 / 3 - 0.05
#: What is shown of a point under the mouse.
_HOVER = "%{xaxis.title.text}: %{x:.5~g}<br>%{yaxis.title.text}: %{y:.4~g}"
#: Model → colour, told apart by colour-blind eyes (Okabe & Ito 2008).
MODEL_COLOURS = {
    "tofts": "#e69f00", "extended_tofts": "#56b4e9", "patlak": "#009e73",
    "two_compartment_exchange": "#cc79a7",
}  # fmt: skip
_FONT = {"family": "system-ui, sans-serif", "size": 11}


def _numbers(values: ArrayLike) -> list[float | None]:
    """Round values to five digits and replace NaN by None, because JSON has no NaN."""
    flat = np.asarray(values, float).ravel()
    finite = np.isfinite(flat).tolist()
    return [
        float(f"{v:.5g}") if known else None for v, known in zip(flat.tolist(), finite, strict=True)
    ]


def _line(x: ArrayLike, y: ArrayLike, name: str, colour: str, **more: Any) -> dict[str, Any]:
    style = {"color": colour, "width": more.pop("width", 2), "dash": more.pop("dash", "solid")}
    mode = more.pop("mode", "lines")
    return {
        "type": "scatter", "mode": mode, "x": _numbers(x), "y": _numbers(y), "name": name,
        "line": style, "marker": {"color": colour, "size": 4}, "hoverlabel": {"namelength": -1},
        "hovertemplate": more.pop("hovertemplate", _HOVER), **more,
    }  # fmt: skip


#: What tells several regions of one role apart.
_SYMBOLS, _DASHES = ("circle", "diamond", "square", "x"), ("solid", "dashdot", "dot", "longdash")


def _places(roles: Sequence[str]) -> list[int]:
    """Return how many of the regions before each one have its role."""
    return [roles[:n].count(role) for n, role in enumerate(roles)]


def region_colour(role: str, dark: bool) -> str:
    """Return the colour of a region's curves: that of its role, darker on white if it is pale."""
    colour = ROLE_COLOURS.get(role, "#ffffff")
    if dark:
        return colour
    if colour == "#ffffff":
        return "#24292f"
    shares = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    linear = np.where(shares <= 0.04045, shares / 12.92, ((shares + 0.055) / 1.055) ** 2.4)
    linear *= min(1.0, _LIGHTEST_ON_WHITE / float(linear @ (0.2126, 0.7152, 0.0722)))
    shares = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    # Rounded down, so that no rounding makes it paler.
    return "#" + "".join(f"{int(255 * share):02x}" for share in shares)


def layout(dark: bool, x_title: str, y_title: str, **more: Any) -> dict[str, Any]:
    """Return the layout that all figures share."""
    ink, grid = ("#c9d1d9", "#2a333d") if dark else ("#24292f", "#d8dee4")
    axis = {
        "gridcolor": grid, "zerolinecolor": grid, "linecolor": grid, "automargin": True,
    }  # fmt: skip
    base: dict[str, Any] = {
        "paper_bgcolor": "rgba(0,0,0,0)", "plot_bgcolor": "rgba(0,0,0,0)",
        "font": _FONT | {"color": ink}, "margin": {"l": 48, "r": 16, "t": 8, "b": 34},
        "xaxis": axis | {"title": {"text": x_title, "standoff": 4}},
        "yaxis": axis | {"title": {"text": y_title, "standoff": 4}, "rangemode": "tozero"},
        "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "font": {"size": 10},
                   "bgcolor": "rgba(0,0,0,0)", "traceorder": "normal"},
        "showlegend": True, "hovermode": "closest", "dragmode": False, "uirevision": "keep",
        "modebar": {"bgcolor": "rgba(0,0,0,0)", "color": GREY, "activecolor": CHECK_COLOUR},
    }  # fmt: skip
    for key, value in more.items():
        base[key] = base.get(key, {}) | value if isinstance(value, dict) else value
    return base


def main_figure(
    *,
    dark: bool,
    visit: str,
    t: NDArray[np.float64],
    aif: tuple[NDArray[np.float64], NDArray[np.float64]],
    aif_unit: str,
    shift: float,
    rows: Sequence[RegionNumbers],
    fits: dict[str, NDArray[np.float64]],
    unit: str,
    frame_time: float,
    fits_hold: bool = True,
) -> dict[str, Any]:
    """Return the chart of the AIF at its shift, the regions' curves with fits, and the frame.

    A region of the aorta has no curve here: its values are converted as those of tissue are, which
    does not hold for blood. Tissue has its own scale beside that of the AIF.

    Args:
        visit: title of the visit, which the chart names.
        t: times of the analysed frames, s.
        aif: times, s, and values in ``aif_unit``, before the shift, between its samples too.
        fits: region → ``(frames,)``.
        frame_time: of the frame in view, s; it may be a frame that is left out of the analysis.
        fits_hold: they are those of the present settings and regions; others are dotted.
    """
    data = []
    old = {} if fits_hold else {"dash": "dot"}
    tissue = [row for row in rows if row.role != "aorta"]
    right = bool(tissue)
    for row, place in zip(tissue, _places([row.role for row in tissue]), strict=True):
        colour, symbol = region_colour(row.role, dark), _SYMBOLS[place % len(_SYMBOLS)]
        if row.role in ("lesion", "reference"):
            data += _band(t, row, colour, yaxis="y")
        points = _line(t, row.curve, row.name, colour, mode="markers", yaxis="y")
        points["marker"]["symbol"] = symbol
        data.append(points)
        if row.name in fits:
            data.append(
                _line(
                    t, fits[row.name],
                    f"{row.name}, fit" + ("" if fits_hold else ", out of date"), colour,
                    width=1.5, showlegend=False, yaxis="y", **old,
                )
            )  # fmt: skip
    data.append(
        _line(
            aif[0] + shift, aif[1], "AIF", AIF_COLOUR, meta="aif", width=2.5,
            yaxis="y2" if right else "y",
        )
    )  # fmt: skip
    figure = layout(dark, "time [s]", f"tissue [{unit}]" if right else f"AIF, plasma [{aif_unit}]")
    figure["xaxis"]["range"] = [float(t[0]) - 2, float(t[-1]) + 2]
    if right:
        figure["margin"]["r"] = 48
        figure["yaxis2"] = {
            "overlaying": "y", "side": "right", "showgrid": False,
            "rangemode": "tozero", "title": {"text": f"AIF, plasma [{aif_unit}]", "standoff": 4},
            "color": AIF_COLOUR if dark else AIF_ON_WHITE, "tickmode": "auto", "nticks": 5,
            "zeroline": False,
        }  # fmt: skip
    _name(figure, "curves", visit)
    shown = {"data": data, "layout": figure, "shift": shift}
    shown["old_fits"] = not fits_hold and any(row.name in fits for row in tissue)
    return at_frame(shown, frame_time)


def at_frame(figure: dict[str, Any], time: float) -> dict[str, Any]:
    """Return a chart of :func:`main_figure` whose dashed line stands at another frame, s."""
    line = {"type": "line", "x0": float(time), "x1": float(time), "y0": 0, "y1": 1,
            "yref": "paper", "line": {"color": GREY, "width": 1, "dash": "dot"}}  # fmt: skip
    return {**figure, "layout": {**figure["layout"], "shapes": [line]}}


def _band(t: NDArray[np.float64], row: RegionNumbers, colour: str, **axis: str) -> list[Any]:
    """Return the band in which the middle half of a region's voxels lies."""
    low, high = row.band
    edge = {"width": 0, "showlegend": False, "meta": "band", **axis}
    name = f"{row.name}, middle half of the voxels"
    hover = f"{name}<br>{_HOVER}<extra></extra>"
    return [
        _line(t, low, name, colour, hovertemplate=hover, **edge),
        _line(t, high, name, colour, fill="tonexty", fillcolor=f"{colour}33", hovertemplate=hover,
              **edge),
    ]  # fmt: skip


def histogram_figure(found: Sequence[Histogram], *, title: str, dark: bool, visit: str) -> Any:
    """Return the chart of the regions' histograms of a map.

    Args:
        title: of the map, with its unit.
    """
    data = []
    for one, place in zip(found, _places([one.role for one in found]), strict=True):
        colour, dash = region_colour(one.role, dark), _DASHES[place % len(_DASHES)]
        middle = (one.edges[:-1] + one.edges[1:]) / 2
        name = f"{one.name} ({one.voxels})"
        hover = "%{x:.4~g}: %{y:.1f} % of the voxels<extra>%{fullData.name}</extra>"
        data.append(
            _line(middle, one.shares, name, colour, dash=dash, fill="tozeroy",
                  fillcolor=f"{colour}33", hovertemplate=hover)
        )  # fmt: skip
        data[-1]["line"]["shape"] = "hvh"
        top = float(max(one.shares))
        median = f"median {float(f'{one.median:.3g}'):g}"
        data.append(
            _line([one.median] * 2, [0, top], median, colour, dash="dot", width=1,
                  showlegend=False, hovertemplate=f"{median}<extra>{one.name}</extra>")
        )  # fmt: skip
    figure = layout(dark, title, "share of the voxels [%]")
    _name(figure, f"histogram {title}", visit)
    return {"data": data, "layout": figure, "shift": 0.0}


def _name(figure: dict[str, Any], kind: str, visit: str) -> None:
    """Name the visit in a chart; a zoom is kept while it shows the same of the same visit."""
    figure["uirevision"] = figure["meta"] = f"{kind} {visit}"
    figure["annotations"] = [
        {"text": visit, "x": 1, "y": 1, "xref": "paper", "yref": "paper", "showarrow": False,
         "xanchor": "right", "yanchor": "top", "font": {"size": 10}, "opacity": 0.8}
    ]  # fmt: skip


def evidence_figure(
    evidence: Evidence, *, dark: bool, visit: str, shift: float, roles: dict[str, Any]
) -> dict[str, Any]:
    """Return the chart of the residual at each shift, with proposal, interval and present shift.

    The lines of the regions have the colours of the regions, which the other chart names.
    """
    several = len(evidence.regions) > 1
    name = "all regions" if several else "residual"  # the axis names that of one
    shifts, residual = evidence.shifts, evidence.mean_residual
    data = [_line(shifts, residual, name, CHECK_COLOUR, showlegend=several)]
    regions = evidence.regions if several else ()
    known = [roles.get(region.name, "") for region in regions]
    for region, role, place in zip(regions, known, _places(known), strict=True):
        colour, dash = region_colour(role, dark), _DASHES[place % len(_DASHES)]
        y = region.mean_residual
        data.append(
            _line(evidence.shifts, y, region.name, colour, width=1, dash=dash, showlegend=False)
        )
    top = valley_top(evidence)
    used = f"in use {number(shift, 2)} s"
    data.append(_line([shift, shift], [0, top], used, AIF_COLOUR, meta="in use"))
    if not evidence.doubt:  # else no shift is proposed
        proposed = [evidence.proposal] * 2
        data.append(_line(proposed, [0, top], "proposed", CHECK_COLOUR, width=1, dash="dash"))
    figure = layout(dark, "shift [s]", "residual (× best)")  # longer ones are cut off
    figure["margin"]["t"] = 56  # in a narrow chart, the legend lies below the buttons
    figure["yaxis"]["range"] = [0, top]
    if evidence.interval is not None:
        low, high = evidence.interval
        figure["shapes"] = [
            {"type": "rect", "x0": low, "x1": high, "y0": 0, "y1": 1, "yref": "paper",
             "fillcolor": CHECK_COLOUR, "opacity": 0.18, "line": {"width": 0}},
        ]  # fmt: skip
    _name(figure, "evidence", visit)
    return {"data": data, "layout": figure, "shift": shift}


def candidates_figure(found: Detection, *, t: NDArray[np.float64], dark: bool) -> dict[str, Any]:
    """Return the chart of the candidates: one small plot per slice, excluded ones in grey.

    The ``meta`` of a curve is its row in the table, so that a click can include or exclude it.
    """
    slices = sorted({c.slice for c in found.candidates})
    columns = min(4, len(slices)) or 1
    rows = max(1, -(-len(slices) // columns))
    ink, grid = ("#c9d1d9", "#2a333d") if dark else ("#24292f", "#d8dee4")
    figure = layout(dark, "", "", showlegend=False, margin={"l": 4, "r": 4, "t": 4, "b": 4})
    figure.pop("xaxis"), figure.pop("yaxis")
    data, notes = [], []
    width, height = 1 / columns, 1 / rows
    taken = [c for c in found.candidates if c.accepted] or found.candidates
    top = max(
        (float(np.nanmax(c.signal / c.signal[: found.baseline_frames].mean())) - 1 for c in taken),
        default=1.0,
    )
    for place, shown in enumerate(slices):
        column, row = place % columns, place // columns
        axis = "" if place == 0 else str(place + 1)
        x0, y0 = column * width, 1 - (row + 1) * height
        common = {
            "showgrid": False,
            "zeroline": False,
            "showticklabels": False,
            "fixedrange": True,
            "linecolor": grid,
            "mirror": True,
            "showline": True,
        }
        figure[f"xaxis{axis}"] = common | {
            "domain": [x0 + 0.008, x0 + width - 0.008],
            "anchor": f"y{axis}",
            "range": [float(t[0]), float(t[-1])],
        }
        figure[f"yaxis{axis}"] = common | {
            "domain": [y0 + 0.012, y0 + height - 0.012],
            "anchor": f"x{axis}",
            "range": [-0.15 * top, 1.25 * top],
        }
        used = any(c.accepted for c in found.candidates if c.slice == shown)
        notes.append({
            "text": f"{shown + 1}", "x": x0 + 0.02, "y": y0 + height - 0.02, "xref": "paper",
            "yref": "paper", "showarrow": False, "xanchor": "left", "yanchor": "top",
            "font": {"size": 10, "color": ink if used else GREY if dark else "#5d6873"},
        })  # fmt: skip
        for index, c in enumerate(found.candidates):
            if c.slice != shown:
                continue
            curve = c.signal / c.signal[: found.baseline_frames].mean() - 1
            status = "included" if c.accepted else c.reason
            data.append(
                _line(
                    t, curve, f"{c.name}: {status}",
                    AIF_COLOUR if c.accepted else GREY, width=2 if c.accepted else 1,
                    meta=index, xaxis=f"x{axis}", yaxis=f"y{axis}",
                    hovertemplate="%{fullData.name}<extra></extra>",
                )
            )  # fmt: skip
    figure["annotations"] = notes
    return {"data": data, "layout": figure, "shift": 0.0}


def voxel_figure(voxel: VoxelExplanation, *, dark: bool, visit: str) -> dict[str, Any]:
    """Return the chart of a voxel's curve, fit and residual."""
    data = [
        _line(voxel.t, voxel.curve, "voxel", "#f0b45b", mode="markers"),
        _line(voxel.t, voxel.fit, "fit", "#f0b45b", width=2),
        _line(voxel.t, voxel.residual, "residual", GREY, width=1),
    ]
    figure = layout(dark, "time [s]", f"[{voxel.unit}]")
    figure["yaxis"]["rangemode"] = "normal"
    figure["showlegend"] = False
    figure["margin"] |= {"t": 4, "b": 30}
    _name(figure, f"voxel {voxel.voxel}", visit)
    del figure["annotations"]  # the card above names the visit
    return {"data": data, "layout": figure, "shift": 0.0}


def models_figure(choice: ModelChoice, *, dark: bool, visit: str) -> dict[str, Any]:
    """Return the chart of a curve with the fit of every model, and of the residuals below."""
    data = [_line(choice.t, choice.curve, choice.name or "voxel", GREY, mode="markers")]
    for one in choice.fits:
        colour = MODEL_COLOURS[one.model]
        data.append(_line(choice.t, one.curve, one.title, colour))
        data.append(
            _line(
                choice.t, one.residual, f"{one.title}, residual", colour, width=1,
                showlegend=False, yaxis="y2",
            )
        )  # fmt: skip
    figure = layout(dark, "time [s]", f"curve [{choice.unit}]")
    figure["yaxis"] |= {"domain": [0.38, 1]}
    figure["yaxis2"] = figure["yaxis"] | {
        "domain": [0, 0.3], "rangemode": "normal",
        "title": {"text": f"residual [{choice.unit}]", "standoff": 4},
    }  # fmt: skip
    figure["xaxis"]["anchor"] = "y2"
    _name(figure, f"models {choice.name}", visit)
    return {"data": data, "layout": figure, "shift": 0.0}
