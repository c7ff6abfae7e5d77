"""Charts of the page: scales, names and what keeps a zoom."""

import numpy as np
from SpineDCELib.analysis.explain_voxel import RegionNumbers, VoxelExplanation

from SpineDCEWidget.browser.plotly_figures import main_figure, voxel_figure

T = np.arange(0.0, 60.0, 5.0)


def _row(name, role, height):
    return RegionNumbers(name, role, 10, 0.1, {}, height * np.ones_like(T))


def _main(rows, *, visit="Baseline", unit="mM", aif_unit="mM"):
    return main_figure(
        dark=True, visit=visit, t=T, aif=8 * np.ones_like(T), aif_unit=aif_unit, shift=1.0,
        rows=rows, fits={row.name: row.curve for row in rows}, unit=unit, frame=3,
    )  # fmt: skip


def _axes(figure):
    return {trace["name"]: trace["yaxis"] for trace in figure["data"]}


def test_tissue_has_its_own_scale_beside_that_of_the_arteries():
    found = _axes(_main([_row("Lesion", "lesion", 0.3), _row("Aorta", "aorta", 6.0)]))
    assert found == {
        "Lesion": "y", "Lesion, fit": "y", "Aorta": "y2", "Aorta, fit": "y2", "AIF": "y2",
    }  # fmt: skip


def test_curves_of_another_unit_are_not_drawn_on_the_scale_of_the_aif():
    found = _axes(_main([_row("Aorta", "aorta", 3.0)], unit="(S-S0)/S0"))
    assert found["Aorta"] == "y"
    assert found["AIF"] == "y2"


def test_an_artery_alone_shares_the_only_scale():
    figure = _main([_row("Aorta", "aorta", 6.0)])
    assert set(_axes(figure).values()) == {"y"}
    assert "AIF" in figure["layout"]["yaxis"]["title"]["text"]


def _voxel(place):
    return VoxelExplanation(place, T, T, T, "mM", (), 1.0, "fitted")


def test_each_chart_keeps_only_its_own_zoom_and_names_its_visit():
    baseline, follow_up = _main([]), _main([], visit="Follow-up")
    one, other = (voxel_figure(_voxel((1, 2, k)), dark=True, visit="Baseline") for k in (3, 4))
    kept = {figure["layout"]["uirevision"] for figure in (baseline, follow_up, one, other)}
    assert len(kept) == 4
    assert baseline["layout"]["annotations"][0]["text"] == "Baseline"
