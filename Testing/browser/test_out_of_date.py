"""No tick stands beside numbers of a stroke whose maps have not been computed yet."""

from __future__ import annotations

import asyncio
from functools import partial

import numpy as np
import pytest
from small_study import write_small_study

pytest.importorskip("trame_slicer", reason="trame-slicer is not installed")

from browser.page import skip_without_browser

from SpineDCEWidget.shared.session import SHOWN_VISITS
from SpineDCEWidget.shared.study_opening import open_images

pytestmark = pytest.mark.slow

#: What a stroke changes on the page.
NUMBERS = ("main_figure", "region_numbers", "regions")


def _box(shape, columns):
    mask = np.zeros(shape, bool)
    mask[0, 1:4, columns] = True
    return mask


class Watched:
    """The program behind the page, and every update that it sends to the page."""

    def __init__(self, monkeypatch, folder, server):
        skip_without_browser()
        from SpineDCEWidget.browser import app

        # A separate server: the program of another test would react to its changes, too.
        monkeypatch.setattr(app, "get_server", partial(app.get_server, server))
        monkeypatch.setattr(app, "_COMPUTE_DELAY", 1e6)
        self.series = write_small_study(folder).series
        self.station = app.Workstation()
        self.station.autosave.save = lambda: None

    async def open(self, count):
        station = self.station
        for name in SHOWN_VISITS[:count]:
            visit = station.session.open(name, open_images(self.series), study=self.series)
            shape = visit.analysis.study.dynamic.geometry.shape
            artery = np.zeros(shape, bool)
            artery[..., 0] = True
            masks = {"Aorta": artery, "Lesion": _box(shape, slice(2, 4)),
                     "Reference": _box(shape, slice(5, 8))}  # fmt: skip
            roles = {"Aorta": "aorta", "Lesion": "lesion", "Reference": "reference"}
            station.session.load_regions(visit, masks, roles)
            station.session.choose(
                visit, {"aif.source": "mask", "concentration.T1_source": "fixed",
                        "concentration.T10": 0.8, "fit.shift": 0.0},
            )  # fmt: skip
            station.study_opened(visit)
        for visit in station.session.visits:
            assert await station.analyse(visit)
        station.state.ready()  # as a started server does
        station.select(SHOWN_VISITS[0])
        station.state.flush()
        return station.session.visits[0]

    def updates(self, monkeypatch):
        """Return a list that each later update of the page is added to, as the page has it then."""
        state, seen = self.station.state, []
        shown = dict(state.to_dict())
        send = state._push_state_fn

        def follow(changes):
            shown.update(changes)
            seen.append(dict(shown))
            if send is not None:
                send(changes)

        monkeypatch.setitem(state.__dict__, "_push_state_fn", follow)
        return seen

    def end(self):
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()


def _marks(page):
    return [step["mark"] for step in page["steps"]]


def _says_current(page):
    marks = _marks(page)
    return marks[3] == "✓" or marks[4] == "✓" or page["ready_to_export"]


@pytest.mark.parametrize("count", [1, 2])
def test_the_tick_goes_with_or_before_the_numbers_of_a_stroke(tmp_path, monkeypatch, count):
    watched = Watched(monkeypatch, tmp_path, f"stroke {count}")
    station = watched.station

    async def use():
        visit = await watched.open(count)
        before = station.state.to_dict().copy()
        assert _marks(before)[3] == "✓"
        assert before["ready_to_export"]
        station.regions.arm("lesion")
        station.state.flush()
        seen = watched.updates(monkeypatch)
        station.drawing.add(_box(visit.analysis.study.dynamic.geometry.shape, slice(3, 5)))
        new = [page for page in seen if any(page[name] != before[name] for name in NUMBERS)]
        assert new, "the numbers of the stroke are shown"
        assert not [_marks(page) for page in new if _says_current(page)]
        watched.end()

    asyncio.run(use())
    station.app.scene.Clear(True)


def test_the_tick_goes_with_the_numbers_under_the_brush_and_comes_back(tmp_path, monkeypatch):
    from SpineDCEWidget.browser import regions_panel

    monkeypatch.setattr(regions_panel, "_INTERVAL", 0.01)
    monkeypatch.setattr(regions_panel, "_AFFORDABLE", 1e6)
    watched = Watched(monkeypatch, tmp_path, "brush")
    station = watched.station

    async def use():
        visit = await watched.open(2)
        shape = visit.analysis.study.dynamic.geometry.shape
        before = station.state.to_dict().copy()
        stroke = {**visit.analysis.regions, "Lesion": _box(shape, slice(2, 5))}
        monkeypatch.setattr(station.drawing, "under_brush", lambda: stroke)
        seen = watched.updates(monkeypatch)
        station.regions.arm("lesion")
        station.state.flush()

        def numbers():
            return [p for p in seen if p["region_numbers"] != before["region_numbers"]]

        for _ in range(200):
            await asyncio.sleep(0.02)
            if numbers():
                break
        assert numbers(), "the numbers of the stroke are shown"
        assert not [_marks(page) for page in numbers() if _says_current(page)]
        # The stroke ends without a change: what is shown is that of the maps again.
        monkeypatch.setattr(station.drawing, "under_brush", lambda: None)
        for _ in range(200):
            await asyncio.sleep(0.02)
            if _says_current(seen[-1]):
                break
        assert _marks(seen[-1])[3] == "✓"
        assert seen[-1]["region_numbers"] == before["region_numbers"]
        station.drawing.put_down()
        watched.end()

    asyncio.run(use())
    station.app.scene.Clear(True)
