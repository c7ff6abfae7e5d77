"""What lies under the cursor, against the arrays of the study and of the maps."""

from dataclasses import replace

import numpy as np
import pytest
from mrml.scenes import new_scene, with_anatomy
from small_study import write_small_study
from SpineDCELib.mrml.map_nodes import fill_map
from SpineDCELib.mrml.volume_nodes import ras_of
from SpineDCELib.vocabulary.fit_status import Status

from SpineDCEWidget.shared.cursor_values import (
    in_shown_slice,
    place_text,
    region_names,
    slice_out_of_view,
    value_text,
)
from SpineDCEWidget.shared.session import Session
from SpineDCEWidget.shared.study_opening import open_images

pytest.importorskip("slicer", reason="3D Slicer's libraries (slicer-core) are not installed")

VOXEL = (1, 3, 4)


@pytest.fixture(scope="module")
def visit(tmp_path_factory):
    session = Session(new_scene())
    images = open_images(write_small_study(tmp_path_factory.mktemp("study"), edit=np.round).series)
    return session.open("baseline", with_anatomy(images))


@pytest.fixture(scope="module")
def grid(visit):
    return visit.analysis.study.dynamic.geometry


def test_a_place_is_named_by_the_side_on_which_it_lies():
    assert place_text((12.34, -4.0, 20.06)) == "R 12.3  P 4.0  S 20.1 mm"
    assert place_text((-12.34, 4.0, -20.06)) == "L 12.3  A 4.0  I 20.1 mm"
    assert place_text((-0.04, 0.04, -0.0)) == "R 0.0  A 0.0  S 0.0 mm"


def test_the_signal_is_that_of_the_voxel_and_a_frame_has_its_time(visit, grid):
    dynamic = visit.analysis.study.dynamic
    visit.show_frame(7)
    ras = ras_of(VOXEL, grid) + (0.4, -0.4, 1.5)  # within the same voxel
    assert value_text(visit, visit.frame, ras) == (
        f"Signal {dynamic.signal[7][VOXEL]:.0f} at {dynamic.times[7]:.1f} s"
    )
    assert value_text(visit, visit.anatomy, ras) == f"Signal {dynamic.signal[0][VOXEL]:.0f}"


def test_a_map_has_its_unit_and_the_reason_where_it_has_no_value(visit, grid):
    vp, status = np.full(grid.shape, 0.0934), np.zeros(grid.shape)
    vp[0, 0, 0], status[0, 0, 0] = np.nan, Status.NO_SIGNAL
    node = fill_map(visit.nodes, "vp", vp, grid, about={})
    reasons = fill_map(visit.nodes, "status", status, grid, about={})
    assert value_text(visit, node, ras_of(VOXEL, grid)) == "Vp 9.34 mL/100 mL"
    corner = ras_of((0, 0, 0), grid)
    assert value_text(visit, node, corner) == f"Vp – ({Status.NO_SIGNAL.reason})"
    assert value_text(visit, reasons, corner) == f"Status: {Status.NO_SIGNAL.reason}"


def test_a_linked_place_that_is_not_in_view_says_so(visit, grid):
    k, j, i = VOXEL
    assert slice_out_of_view(visit, ras_of(VOXEL, grid), k) == []
    said = slice_out_of_view(visit, ras_of((k - 1, j, i), grid), k)
    assert said == [f"in slice {k}, which is not in view"]
    for halfway in (k - 0.5, k + 0.5):
        place = in_shown_slice(visit, ras_of((halfway, j, i), grid), k)
        np.testing.assert_allclose(place, ras_of(VOXEL, grid))
        assert slice_out_of_view(visit, place, k) == []
    other = ras_of((k - 0.6, j, i), grid)
    np.testing.assert_allclose(in_shown_slice(visit, other, k), other)
    outside = slice_out_of_view(visit, (900.0, 0.0, 0.0), k)
    assert outside == ["outside the images of this visit"]


def test_a_Vp_that_no_tissue_has_is_marked_and_says_what_it_is_a_fraction_of(visit, grid):
    vp = np.full(grid.shape, 0.0934)
    vp[0, 0, 0], vp[0, 0, 1], vp[0, 0, 2] = 1.4, 0.7, 0.45
    node = fill_map(visit.nodes, "vp", vp, grid, about={"mode": "vfa"})
    said = [value_text(visit, node, ras_of((0, 0, i), grid)) for i in range(4)]
    assert said[0] == (
        "Vp per volume of water 140.00 mL/100 mL (impossible: more than the whole volume)"
    )
    assert "impossible: above that of blood" in said[1]
    assert "not of tissue: more than half would be blood" in said[2]
    assert said[3] == "Vp per volume of water 9.34 mL/100 mL"


def test_nothing_is_shown_outside_the_volume_or_without_one(visit, grid):
    outside = ras_of((0, 0, -1), grid)
    assert value_text(visit, visit.frame, outside) == ""
    assert value_text(visit, None, ras_of(VOXEL, grid)) == ""
    assert region_names(visit, outside) == []


def test_every_region_of_the_place_is_named(visit, grid):
    here, there = np.zeros(grid.shape, bool), np.zeros(grid.shape, bool)
    here[VOXEL] = there[VOXEL] = there[0, 0, 0] = True
    visit.state = replace(visit.state, regions={"Lesion": here, "Exclusion": there})
    assert region_names(visit, ras_of(VOXEL, grid)) == ["Lesion", "Exclusion"]
    assert region_names(visit, ras_of((0, 0, 0), grid)) == ["Exclusion"]
