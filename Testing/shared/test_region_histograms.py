"""Histograms of the regions, against numpy's counts of the map's own values."""

import numpy as np
import pytest
from mrml.scenes import new_scene, with_anatomy
from small_study import write_small_study
from SpineDCELib.mrml.map_nodes import fill_map
from SpineDCELib.mrml.region_nodes import set_masks

from SpineDCEWidget.shared.region_histograms import region_histograms
from SpineDCEWidget.shared.session import Session
from SpineDCEWidget.shared.study_opening import open_images

pytest.importorskip("slicer", reason="3D Slicer's libraries (slicer-core) are not installed")


@pytest.fixture
def visit(tmp_path):
    session = Session(new_scene())
    images = open_images(write_small_study(tmp_path, edit=np.round).series)
    visit = session.open("baseline", with_anatomy(images))
    grid = visit.analysis.study.dynamic.geometry
    masks = {name: np.zeros(grid.shape, bool) for name in ("L", "R", "X", "A")}
    masks["L"][0, :4], masks["R"][1, :4] = True, True
    masks["X"][0, 0], masks["A"][0, 5] = True, True
    roles = {"L": "lesion", "R": "reference", "X": "exclusion", "A": "aorta"}
    set_masks(visit.segmentation, masks, grid, roles=roles)
    session.regions_changed(visit)
    vp = np.random.default_rng(1).gamma(2.0, 0.03, grid.shape)
    vp[0, 1, 0] = np.nan
    vp[0, 5] = 0.6  # the aorta
    fill_map(visit.nodes, "vp", vp, grid, about={})
    visit.values = {"L": vp[0, 1:4].ravel() * 100, "R": vp[1, :4].ravel() * 100}
    return visit


def test_shares_medians_and_counts_are_those_of_the_map(visit):
    found = {one.name: one for one in region_histograms(visit, "vp")}
    assert set(found) == {"L", "R"}, "a vessel's values would leave no room for tissue"
    for name, one in found.items():
        inside = visit.values[name][np.isfinite(visit.values[name])]
        assert one.voxels == inside.size
        assert one.median == pytest.approx(np.median(inside), rel=1e-6)
        assert one.shares.sum() == pytest.approx(100)
        below = 100 * (inside < one.edges[10]).mean()
        assert one.shares[:10].sum() == pytest.approx(below)
    np.testing.assert_array_equal(found["L"].edges, found["R"].edges)
    everything = np.concatenate(list(visit.values.values()))
    assert found["L"].edges[-1] < np.nanmax(everything) / 0.9


def test_there_is_none_without_a_map_and_none_of_codes(visit):
    assert region_histograms(visit, "Ktrans") == []
    grid = visit.analysis.study.dynamic.geometry
    fill_map(visit.nodes, "status", np.zeros(grid.shape), grid, about={})
    assert region_histograms(visit, "status") == []
