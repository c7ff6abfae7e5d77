"""The artery on the image, in the program behind the page."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("trame_slicer", reason="trame-slicer is not installed")

from browser.in_process import run
from SpineDCELib.aif.manual_selection import Ball, Selection
from SpineDCELib.mrml.volume_nodes import ras_of

pytestmark = pytest.mark.slow


def test_vessels_are_outlined_and_taken_out_by_a_click_in_step_2_only(tmp_path, monkeypatch):
    async def use(program):
        station = program.station
        (visit,) = await program.open(1)
        geometry = visit.analysis.study.dynamic.geometry
        # The search finds no artery in a study of a few voxels; one is chosen by hand.
        chosen = [ras_of((k, j, 0), geometry) for k in range(2) for j in range(6)]
        balls = tuple(Ball((-x, -y, z)) for x, y, z in chosen)
        session = station.session
        session.choose_selection(visit, Selection("by hand", taken_in=balls), "Choose")
        session.choose(visit, {"aif.source": "auto"})
        assert await station.analyse(visit)
        found = visit.analysis.detection()
        voxel = tuple(int(v) for v in np.argwhere(found.mask)[0])
        ras = tuple(float(v) for v in ras_of(voxel, geometry))
        assert visit.vessels is None
        station.go_to_step(2)
        assert visit.vessels is not None
        station.arteries.use("voxel")
        station._clicked("baseline", ras)
        assert not visit.analysis.detection().mask[voxel]
        assert station.state.voxel_card is None or not station.state.voxel_card
        station.tour.close()
        station.close_top()
        assert station.state.artery_tool == ""
        station._clicked("baseline", ras)  # explains the voxel again
        assert not visit.analysis.detection().mask[voxel]
        station.state.show_vessels = False
        station.arteries.show_vessels()
        assert visit.vessels is None
        station.state.show_vessels = True
        station.arteries.use("vessel")
        station.go_to_step(3)
        assert (visit.vessels, station.state.artery_tool) == (None, "")

    run(monkeypatch, tmp_path, "artery", use)


def test_a_click_on_an_artery_that_is_not_from_the_images_is_explained(tmp_path, monkeypatch):
    async def use(program):
        station = program.station
        (visit,) = await program.open(1)
        await station.analyse(visit)
        station.go_to_step(2)
        station.session.choose(visit, {"aif.source": "parker"})
        station.arteries.use("vessel")
        station._clicked("baseline", (0.0, 0.0, 0.0))
        assert "not the one found in the images" in station.state.error
        assert visit.selection is None

    run(monkeypatch, tmp_path, "parker", use)
