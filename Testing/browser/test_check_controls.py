"""Checks by eye on the page: what the views show, and two images in turns."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest
from SpineDCELib.mrml.volume_nodes import array_of

pytest.importorskip("trame_slicer", reason="trame-slicer is not installed")


from browser.in_process import run, until

from SpineDCEWidget.browser import check_controls
from SpineDCEWidget.shared import visual_checks
from SpineDCEWidget.shared.visual_checks import (
    CHECKERBOARD,
    FLICKER,
    MOTION,
    OFF,
    OTHER,
    OVERLAID,
    OVERLAY,
    SQUARES,
)

pytestmark = pytest.mark.slow


def choose(state, **values):
    """Change variables as the menu of the page does."""
    state.update(values)
    state.flush()


def layers(station, row, content):
    """Return the volumes of the first view with a content, and the opacity of the upper one."""
    column = station.views.columns.index(content)
    pane = next(p for p in station.views.panes if (p.row, p.column) == (row, column))
    composite = pane.composite
    ids = composite.GetBackgroundVolumeID(), composite.GetForegroundVolumeID()
    nodes = [station.app.scene.GetNodeByID(one) if one else None for one in ids]
    return (*nodes, composite.GetForegroundOpacity())


def test_the_other_visit_is_shown_over_in_squares_and_in_turns(monkeypatch, tmp_path):
    monkeypatch.setattr(check_controls, "_TURN", 0.3)

    async def use(program):
        station = program.station
        one, two = await program.open(2)
        state, nodes = station.state, one.nodes
        assert set(state.check_reasons) == {MOTION}
        plain = layers(station, "baseline", "T1")
        choose(state, check=OVERLAY)
        assert layers(station, "baseline", "T1") == (one.background, nodes.get(OTHER), OVERLAID)
        assert layers(station, "follow-up", "T1") == (
            two.background, two.nodes.get(OTHER), OVERLAID
        )  # fmt: skip
        assert "Follow-up in colour" in state.series_shown["baseline"]["T1"]
        assert "Baseline in colour" in state.series_shown["follow-up"]["T1"]
        choose(state, opacity=20)
        assert layers(station, "baseline", "T1")[2] == OVERLAID, "that of the map is another one"
        assert layers(station, "baseline", "fused")[2] == pytest.approx(0.2)
        choose(state, check=CHECKERBOARD)
        assert layers(station, "baseline", "T1") == (one.background, nodes.get(SQUARES), 1.0)
        # This study has no T1-weighted image: what is shown is the frame in view.
        for frame in (5, 12):
            choose(state, frame=frame)
            there = array_of(nodes.get(OTHER))
            np.testing.assert_allclose(there, two.analysis.study.dynamic.signal[frame], rtol=1e-5)
        choose(state, check=FLICKER)
        assert state.check_alone
        assert layers(station, "baseline", "T1")[0] is one.background
        await until(lambda: layers(station, "baseline", "T1")[0] is nodes.get(OTHER))
        assert "now Follow-up" in state.series_shown["baseline"]["T1"]
        await until(lambda: layers(station, "baseline", "T1")[0] is one.background)
        assert "Follow-up" not in state.series_shown["baseline"]["T1"]
        # The key: the images change at once, and no longer by themselves.
        for turn in (1, 0, 1):
            station.checks.switch()
            state.flush()
            assert state.check_turn == turn
        assert not state.check_alone
        await asyncio.sleep(0.8)
        assert state.check_turn == 1
        choose(state, check=OFF)
        assert layers(station, "baseline", "T1")[:2] == plain[:2]
        assert not list(nodes.uses("check."))

    run(monkeypatch, tmp_path, "checks", use)


def test_nothing_changes_by_itself_where_less_motion_is_wanted(monkeypatch, tmp_path):
    monkeypatch.setattr(check_controls, "_TURN", 0.1)

    async def use(program):
        station = program.station
        one, _two = await program.open(2)
        state = station.state
        choose(state, calm=True)
        choose(state, check=FLICKER)
        await asyncio.sleep(0.5)
        assert (state.check_turn, state.check_alone) == (0, False)
        station.checks.switch()
        state.flush()
        assert layers(station, "baseline", "T1")[0] is one.nodes.get(OTHER)
        # A visit that is closed ends the check, and no image of it is left.
        station.session.close_visit(_two)
        with state:
            station.refresh()
        state.flush()
        assert state.check == OFF
        assert not list(one.nodes.uses("check."))
        assert "both visits" in state.check_reasons[FLICKER]
        choose(state, check=FLICKER)
        assert (state.check, station.views.check) == (OFF, OFF)

    run(monkeypatch, tmp_path, "calm", use)


def test_a_frame_is_shown_with_and_without_motion_correction(monkeypatch, tmp_path):
    async def use(program):
        station = program.station
        (one,) = await program.open(1)
        state = station.state
        choose(state, columns=["T1", "map", "fused"])
        corrected = one.analysis.study.dynamic.signal * 2

        def frame(visit, index):
            return corrected[index], 1.26

        for module in (check_controls, visual_checks):
            monkeypatch.setattr(module, "obstacle", lambda *_: "", raising=False)
        monkeypatch.setattr(visual_checks, "corrected_frame", frame)
        with state:
            station.refresh()
        choose(state, check=MOTION)
        assert state.columns[0] == "frame"
        assert layers(station, "baseline", "frame")[0] is one.frame
        assert state.series_shown["baseline"]["frame"].endswith("without motion correction")
        station.checks.switch()
        for index in (3, 9):
            choose(state, frame=index)
            node = layers(station, "baseline", "frame")[0]
            np.testing.assert_allclose(array_of(node), corrected[index], rtol=1e-6)
            assert state.series_shown["baseline"]["frame"].endswith("moved by 1.3 mm")

    run(monkeypatch, tmp_path, "motion", use)
