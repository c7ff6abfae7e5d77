"""Playback and subtraction of the dynamic frames on the page."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest
from SpineDCELib.mrml.volume_nodes import array_of, ras_of

pytest.importorskip("trame_slicer", reason="trame-slicer is not installed")

from browser.in_process import run, until

from SpineDCEWidget.shared.cursor_values import value_text
from SpineDCEWidget.shared.frame_subtraction import IN_VIEW, USE
from SpineDCEWidget.shared.window_level import window_of

pytestmark = pytest.mark.slow


def choose(state, **values):
    """Change variables as the lists of the page do."""
    state.update(values)
    state.flush()


def test_the_chosen_range_is_played_at_the_chosen_speed(monkeypatch, tmp_path):
    async def use(program):
        station = program.station
        (visit,) = await program.open(1)
        state, frames = station.state, station.frames
        count = visit.analysis.study.dynamic.n_frames
        assert (state.play_first, state.play_last) == (0, count - 1)
        assert len(state.frame_items) == count
        times = visit.analysis.study.dynamic.times
        assert state.frame_items[3] == {"title": f"4 ({times[3]:.1f} s)", "value": 3}
        # As the lists of the page send them.
        choose(state, play_first=3)
        choose(state, play_last=5)
        choose(state, play_rate=16)
        seen, places = [], []
        real = station.bar.show_frame

        def show():
            real()
            seen.append(visit.nodes.value("frame"))
            places.append(state.frame_seconds)

        state.change("frame")(lambda **_: show())
        state.frame = 0
        state.flush()
        seen.clear()
        places.clear()
        frames.toggle()
        state.flush()
        assert state.playing
        assert "frame" in state.columns
        start = asyncio.get_running_loop().time()
        await until(lambda: len(seen) >= 7)
        took = asyncio.get_running_loop().time() - start
        frames.toggle()
        assert seen[:7] == [3, 4, 5] * 2 + [3]
        assert places[:3] == [times[i] for i in (3, 4, 5)]
        assert took > 5 / 16
        choose(state, play_last=1)  # before the first one
        assert (state.play_first, state.play_last) == (1, 1)
        frames.play_all()
        assert (state.play_first, state.play_last) == (0, count - 1)
        # The series closes while it is played.
        frames.toggle()
        state.flush()
        station.session.close()
        with state:
            station.refresh()
        await until(lambda: not state.playing)
        assert state.frame_items == []

    run(monkeypatch, tmp_path, "frames", use)


def test_the_time_of_the_frame_is_that_of_the_selected_visit(monkeypatch, tmp_path):
    async def use(program):
        station = program.station
        _before, after = await program.open(2)
        state = station.state
        choose(state, frame=4)
        own = state.frame_time
        choices = {"reading.frame_interval": 11.0, "reading.frame_times": None}
        station.session.choose(after, choices)
        assert after.frame_in_view(4)[1] == 44.0
        station.select("follow-up")
        assert state.frame_time == "44.0 s"
        station.study.close_visit("follow-up")
        assert state.visit == "baseline"
        assert state.frame_time == own != "44.0 s"

    run(monkeypatch, tmp_path, "frame times", use)


def test_the_subtraction_follows_its_frames_at_once_with_label_value_and_window(
    monkeypatch, tmp_path
):
    async def use(program):
        station = program.station
        one, two = await program.open(2)
        state, frames = station.state, station.frames
        signal = one.analysis.study.dynamic.signal
        times = one.analysis.study.dynamic.times
        assert one.nodes.get(USE) is None, "nothing is computed before it is shown"
        frames.show_subtraction()
        state.flush()
        assert "subtraction" in state.columns
        before, last = one.bolus_frames()

        def shown(visit):
            return array_of(visit.nodes.get(USE))

        np.testing.assert_allclose(
            shown(one), signal[last] - signal[list(before)].mean(axis=0), rtol=1e-4, atol=1e-2
        )
        said = (
            f"frame {last + 1} ({times[last]:.1f} s) − mean of frames 1–{len(before)} "
            f"(0.0–{times[len(before) - 1]:.1f} s)"
        )
        assert state.series_shown["baseline"]["subtraction"] == said
        assert state.series_shown["follow-up"]["subtraction"] == said
        assert state.subtracted == said
        pane = next(
            p for p in station.views.panes
            if p.row == "baseline" and station.views.columns[p.column] == "subtraction"
        )  # fmt: skip
        assert pane.composite.GetBackgroundVolumeID() == one.nodes.get(USE).GetID()
        wide = window_of(one, USE).window
        assert wide > 0
        assert state.windows["baseline"]["subtraction"].startswith("W ")
        # Two single frames, as the lists of the page send them.
        choose(state, minuend=12)
        choose(state, subtrahend=3)
        for visit in (one, two):
            np.testing.assert_allclose(shown(visit), signal[12] - signal[3], rtol=1e-4, atol=1e-2)
        assert frames.terms == (12, 3)
        assert state.subtracted == f"frame 13 ({times[12]:.1f} s) − frame 4 ({times[3]:.1f} s)"
        # The frame in view, at once when it changes.
        choose(state, minuend=IN_VIEW, subtrahend=0)
        window = window_of(one, USE)
        for index in (20, 30):
            state.frame = index
            state.flush()
            np.testing.assert_allclose(shown(one), signal[index] - signal[0], rtol=1e-4, atol=1e-2)
            assert state.series_shown["baseline"]["subtraction"].startswith(f"frame {index + 1} (")
            assert window_of(one, USE) == window, "a playback does not flicker"
        # Presets and the drag of window and level know it.
        station.windows.preset(USE, "full")
        full = window_of(one, USE)
        assert full.low == pytest.approx(float(shown(one).min()))
        assert full.high == pytest.approx(float(shown(one).max()))
        ras = ras_of((1, 3, 4), one.analysis.study.dynamic.geometry)
        value = float(signal[30][1, 3, 4] - signal[0][1, 3, 4])
        text = value_text(one, one.nodes.get(USE), ras)
        assert text.startswith("Signal difference ")
        assert float(text.split()[-1].replace("−", "-")) == pytest.approx(value, abs=0.51)

    run(monkeypatch, tmp_path, "subtraction", use)
