"""Charts of the page: scales, names and what keeps a zoom."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from SpineDCELib.analysis.explain_voxel import RegionNumbers, VoxelExplanation
from SpineDCELib.vocabulary.region_roles import REGION_ROLES

from SpineDCEWidget.browser.chart_strip import Charts
from SpineDCEWidget.browser.plotly_figures import (
    AIF_COLOUR,
    GREY,
    at_frame,
    candidates_figure,
    histogram_figure,
    main_figure,
    voxel_figure,
)
from SpineDCEWidget.browser.view_bar import ViewBar
from SpineDCEWidget.shared.region_histograms import Histogram

T = np.arange(0.0, 60.0, 5.0)


def _row(name, role, height):
    curve = height * np.ones_like(T)
    return RegionNumbers(name, role, 10, 0.1, {}, curve, np.array([0.8 * curve, 1.2 * curve]))


def _main(rows, *, visit="Baseline", unit="mM", aif_unit="mM", frame_time=15.0, **more):
    return main_figure(
        **{"dark": True} | more, visit=visit, t=T, aif=(T, 8 * np.ones_like(T)), aif_unit=aif_unit,
        shift=1.0, rows=rows, fits={row.name: row.curve for row in rows}, unit=unit,
        frame_time=frame_time,
    )  # fmt: skip


def _axes(figure):
    return {
        trace["name"]: trace["yaxis"] for trace in figure["data"] if trace.get("meta") != "band"
    }


def test_tissue_has_its_own_scale_and_the_aorta_no_curve_converted_as_tissue():
    found = _axes(_main([_row("Lesion", "lesion", 0.3), _row("Aorta", "aorta", 6.0)]))
    assert found == {"Lesion": "y", "Lesion, fit": "y", "AIF": "y2"}


def _luminance(colour):
    shares = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares]
    return sum(w * v for w, v in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize("dark", [True, False])
@pytest.mark.parametrize("role", ["", *map(str, REGION_ROLES)])
def test_the_curve_of_every_role_stands_out_from_the_ground(role, dark):
    figure = _main([_row("Region", role, 0.3)], dark=dark)
    ground = _luminance("#151b23") if dark else 1.0
    for trace in figure["data"]:
        low, high = sorted((ground, _luminance(trace["line"]["color"])))
        assert (high + 0.05) / (low + 0.05) >= 3, trace["name"]


@pytest.mark.parametrize(("names", "hold", "says"), [
    (["Lesion"], False, True), (["Lesion"], True, False), ([], False, False),
])  # fmt: skip
def test_the_chart_says_that_its_fits_are_out_of_date_if_it_has_any(names, hold, says):
    figure = _main([_row(name, "lesion", 0.3) for name in names], fits_hold=hold)
    assert at_frame(figure, 20.0)["old_fits"] is says


@pytest.mark.parametrize("unit", ["mM", "(S-S0)/S0"])
def test_the_aif_alone_has_the_only_scale(unit):
    figure = _main([_row("Aorta", "aorta", 6.0)], unit=unit)
    assert _axes(figure) == {"AIF": "y"}
    assert "AIF" in figure["layout"]["yaxis"]["title"]["text"]


def test_the_dashed_line_stands_at_the_frame_in_view_also_if_it_is_not_analysed():
    figure = _main([], frame_time=17.5)
    (line,) = figure["layout"]["shapes"]
    assert (line["x0"], line["x1"]) == (17.5, 17.5)
    moved = at_frame(figure, 136.0)
    assert [(one["x0"], one["x1"]) for one in moved["layout"]["shapes"]] == [(136.0, 136.0)]
    assert figure["layout"]["shapes"] == [line]


def _voxel(place):
    return VoxelExplanation(place, T, T, T, "mM", (), 1.0, "fitted")


def test_each_chart_keeps_only_its_own_zoom_and_names_its_visit():
    baseline, follow_up = _main([]), _main([], visit="Follow-up")
    one, other = (voxel_figure(_voxel((1, 2, k)), dark=True, visit="Baseline") for k in (3, 4))
    kept = {figure["layout"]["uirevision"] for figure in (baseline, follow_up, one, other)}
    assert len(kept) == 4
    assert baseline["layout"]["annotations"][0]["text"] == "Baseline"


def _candidate(slice_index, accepted):
    return SimpleNamespace(
        name=f"slice {slice_index + 1}", slice=slice_index, accepted=accepted, reason="too thick",
        signal=np.where(T < 20, 1.0, 2.0 + slice_index),
    )  # fmt: skip


def test_each_candidate_is_drawn_in_the_box_of_its_slice_only():
    """Slices that are not used hold no curve of the AIF."""
    candidates = [_candidate(2, 5), _candidate(0, 0), _candidate(2, 0), _candidate(3, 4)]
    found = SimpleNamespace(candidates=candidates, baseline_frames=3)
    figure = candidates_figure(found, t=T, dark=True)
    boxes = {note["text"]: note["font"]["color"] for note in figure["layout"]["annotations"]}
    assert list(boxes) == ["1", "3", "4"]
    drawn = {
        trace["meta"]: (trace["xaxis"], trace["name"].split(":")[0], trace["line"]["color"])
        for trace in figure["data"]
    }
    assert drawn == {
        0: ("x2", "slice 3", AIF_COLOUR), 1: ("x", "slice 1", GREY),
        2: ("x2", "slice 3", GREY), 3: ("x3", "slice 4", AIF_COLOUR),
    }  # fmt: skip


def test_no_peak_is_cut_off_while_no_candidate_is_taken():
    candidates = [_candidate(0, 0), _candidate(7, 0)]
    figure = candidates_figure(
        SimpleNamespace(candidates=candidates, baseline_frames=3), t=T, dark=True
    )
    highest = max(max(trace["y"]) for trace in figure["data"])
    assert figure["layout"]["yaxis"]["range"][1] > highest


def test_tissue_has_a_band_and_an_artery_none():
    figure = _main([_row("Lesion", "lesion", 0.5), _row("Aorta", "aorta", 6.0)])
    low, high = (trace for trace in figure["data"] if trace.get("meta") == "band")
    assert low["name"] == high["name"] == "Lesion, middle half of the voxels"
    assert (low["y"][0], high["y"][0], high["fill"]) == (0.4, 0.6, "tonexty")


def test_a_histogram_is_drawn_as_steps_with_its_median():
    edges = np.linspace(0, 4, 5)
    one = Histogram("Lesion", "lesion", edges, np.array([10.0, 50.0, 30.0, 10.0]), 1.7, 40)
    figure = histogram_figure([one], title="Vp [mL/100 mL]", dark=False, visit="Baseline")
    steps, median = figure["data"]
    assert (steps["x"], steps["y"]) == ([0.5, 1.5, 2.5, 3.5], [10, 50, 30, 10])
    assert steps["line"]["shape"] == "hvh"
    assert median["x"] == [1.7, 1.7]
    assert figure["layout"]["xaxis"]["title"]["text"] == "Vp [mL/100 mL]"
    both = histogram_figure(
        [one, replace(one, name="Lesion 2")], title="Vp", dark=False, visit="Baseline"
    )
    dashes = [trace["line"]["dash"] for trace in both["data"][::2]]
    assert dashes[0] != dashes[1]


def test_label_and_dashed_line_follow_the_frame_slider_but_not_the_playback():
    visit = SimpleNamespace(
        frame_in_view=lambda index: (index, 8.0 * index), show_frame=lambda index: None
    )
    state = SimpleNamespace(
        frame=15, playing=False, frame_time="", main_figure=_main([], frame_time=136.0)
    )
    station = SimpleNamespace(
        state=state, visit=visit, session=SimpleNamespace(shown=[visit]), views=None
    )
    charts, bar = Charts.__new__(Charts), ViewBar.__new__(ViewBar)
    charts._station = bar._station = station
    station.frames = SimpleNamespace(follow=lambda _visit: None)
    station.checks = SimpleNamespace(follow=lambda: None)
    station.charts, station.views = charts, SimpleNamespace(reading=None)
    state.cursor = {}

    def place():
        return state.main_figure["layout"]["shapes"][0]["x0"]

    bar.show_frame()
    assert (state.frame_time, place()) == ("120.0 s", 120.0)
    state.frame, state.playing = 3, True
    bar.show_frame()
    assert (state.frame_time, place()) == ("24.0 s", 120.0)
    state.main_figure = {"data": [], "layout": {}, "shift": 0.0}  # nothing is computed
    charts.follow_frame()
    assert state.main_figure["data"] == []


def test_several_regions_of_one_role_are_told_apart():
    rows = [_row("Lesion", "lesion", 1.0), _row("Lesion 2", "lesion", 2.0)]
    figure = _main(rows)
    symbols = [one["marker"]["symbol"] for one in figure["data"] if "symbol" in one["marker"]]
    assert len(set(symbols)) == 2
