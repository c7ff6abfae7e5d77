"""Three perpendicular planes in the views of the page: when they are offered, and how they move."""

from __future__ import annotations

import numpy as np
import pytest
from SpineDCELib.compare.registration import Registration
from SpineDCELib.mrml.volume_nodes import ras_of
from SpineDCELib.series import Geometry

pytest.importorskip("trame_slicer", reason="trame-slicer is not installed")

from browser.in_process import run

from SpineDCEWidget.shared import linked_places, three_planes
from SpineDCEWidget.shared.slice_nodes import middle_of
from SpineDCEWidget.shared.three_planes import is_nearly_isotropic

pytestmark = pytest.mark.slow


def choose(state, **values):
    """Change variables as the page does."""
    state.update(values)
    state.flush()


def normals(station, row):
    """Return the direction across the plane of each view of a row, without its sign."""
    nodes = [p.node.GetSliceToRAS() for p in station.views.panes if p.row == row]
    return [np.abs([m.GetElement(r, 2) for r in range(3)]).round(3).tolist() for m in nodes]


def middles(station, row):
    return [middle_of(p.node) for p in station.views.panes if p.row == row]


def lines(station):
    """Return whether the views show lines where they cut each other."""
    displays = [p.view._logic.GetSliceDisplayNode() for p in station.views.panes]
    return {display.GetIntersectingSlicesVisibility() for display in displays}


def test_voxels_are_nearly_isotropic_up_to_twice_the_shortest_side():
    def grid(*spacing):
        return Geometry.from_parts((4, 4, 4), spacing, (0.0, 0.0, 0.0), np.eye(3))

    assert is_nearly_isotropic(grid(1.0, 1.0, 2.0))
    assert not is_nearly_isotropic(grid(1.0, 1.0, 2.1))
    assert not is_nearly_isotropic(grid(3.0, 1.0, 1.0))


def test_three_planes_are_not_offered_for_thick_slices_and_the_reason_is_said(
    monkeypatch, tmp_path
):
    async def use(program):
        station = program.station
        assert "Open a study" in station.state.planes_reason
        await program.open(1)
        assert station.state.planes_reason.endswith("visit are 1.5 × 1.5 × 4.0 mm.")
        choose(station.state, planes=True)
        assert (station.state.planes, station.views.planes) == (False, False)

    run(monkeypatch, tmp_path, "thick", use)


def test_three_planes_meet_at_a_click_and_follow_in_the_other_visit(monkeypatch, tmp_path):
    monkeypatch.setattr(three_planes, "MOST", 3.0)  # the small study has 1.5 × 1.5 × 4 mm

    async def use(program):
        station = program.station
        one, _two = await program.open(2)
        state, views = station.state, station.views
        geometry = one.analysis.study.dynamic.geometry
        before = list(state.columns)
        assert state.planes_reason == ""
        choose(state, planes=True)
        assert state.columns == ["T1"] * 3
        # The slices of this study are axial.
        wanted = [[0, 0, 1], [1, 0, 0], [0, 1, 0]]
        for row in ("baseline", "follow-up"):
            assert normals(station, row) == wanted
        assert state.letters["baseline0"]["top"] == "A"
        assert state.letters["baseline1"]["top"] == "S"
        assert state.positions["baseline1"].startswith("sagittal, ")
        assert state.positions["baseline2"].startswith("coronal, ")
        assert lines(station) == {1}, "each plane shows where the others cut it"
        assert state.positions["baseline"].startswith("slice ")
        # A click lets the planes meet there, in the linked visit too.
        ras = ras_of((1, 2, 5), geometry)
        views.meet_at("baseline", ras)
        state.flush()
        for row in ("baseline", "follow-up"):
            slices, across, third = middles(station, row)
            assert slices[2] == pytest.approx(ras[2], abs=1e-3)
            assert across[0] == pytest.approx(ras[0], abs=1e-3)
            assert third[1] == pytest.approx(ras[1], abs=1e-3)
        # The wheel moves only its own plane, by one voxel, and stops at the end of the series.
        pane = next(p for p in views.panes if p.name == "baseline1")
        views._go_across(pane, one, 1)
        moved = middles(station, "baseline")
        assert abs(moved[1][0] - ras[0]) == pytest.approx(1.5, abs=1e-3)
        assert moved[2][1] == pytest.approx(ras[1], abs=1e-3)
        assert middles(station, "follow-up")[1][0] == pytest.approx(moved[1][0], abs=1e-3)
        for _ in range(20):
            views._go_across(pane, one, 1)
        low, high = sorted(ras_of((0, 0, c), geometry)[0] for c in (0, geometry.shape[2] - 1))
        assert low - 0.76 <= middles(station, "baseline")[1][0] <= high + 0.76
        # So do the keys, where it is shown alone; else they change the slice.
        station.maximise("baseline1")
        place = middles(station, "baseline")[1][0]
        station.bar.step_slice(-1)
        state.flush()
        assert abs(middles(station, "baseline")[1][0] - place) == pytest.approx(1.5, abs=1e-3)
        station.maximise("")
        at = views.slice_index("baseline")
        station.bar.step_slice(1 if at == 0 else -1)
        state.flush()
        assert views.slice_index("baseline") != at
        # Choosing an image chooses it for all planes.
        station.bar.set_column(1, "frame")
        state.flush()
        assert state.columns == ["frame"] * 3
        # The slice of the bar is that of the first plane, the others stay.
        there = middles(station, "baseline")[2][1]
        choose(state, slice_index=0)
        assert views.slice_index("baseline") == 0
        assert middles(station, "baseline")[2][1] == pytest.approx(there, abs=1e-3)
        station.go_to_step(4)
        state.flush()
        assert views.planes, "a step without drawing leaves the planes"
        # Regions are drawn in the slices; the reason is said there.
        station.go_to_step(3)
        state.flush()
        assert not views.planes
        assert normals(station, "baseline") == [[0, 0, 1]] * 3
        assert "another step" in state.planes_reason
        station.go_to_step(1)
        state.flush()
        assert list(state.columns) == before
        choose(state, planes=True)
        choose(state, planes=False)
        assert lines(station) == {0}
        assert list(state.columns) == before
        assert "baseline1" not in state.positions

    run(monkeypatch, tmp_path, "planes", use)


def test_linked_planes_follow_the_registration_of_the_vertebrae(monkeypatch, tmp_path):
    monkeypatch.setattr(three_planes, "MOST", 3.0)

    async def use(program):
        station = program.station
        one, _two = await program.open(2)
        choose(station.state, planes=True)
        matrix = np.eye(4)
        matrix[:3, 3] = (-2.0, -1.0, 0.0)  # LPS: the follow-up lies 2 mm to the left, 1 mm back
        monkeypatch.setattr(linked_places, "registration_of", lambda _: Registration(matrix, 0.9))
        ras = ras_of((1, 3, 4), one.analysis.study.dynamic.geometry)
        station.views.meet_at("baseline", ras)
        assert middles(station, "follow-up")[1][0] == pytest.approx(ras[0] - 2.0, abs=1e-3)
        assert middles(station, "follow-up")[2][1] == pytest.approx(ras[1] - 1.0, abs=1e-3)

    run(monkeypatch, tmp_path, "registered", use)
