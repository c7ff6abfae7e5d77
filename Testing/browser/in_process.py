"""The program behind the page in this process, without a browser, on a tiny study."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from browser.page import skip_without_browser
from small_study import write_small_study

from SpineDCEWidget.shared.session import SHOWN_VISITS
from SpineDCEWidget.shared.study_opening import open_images

#: Role of each region.
REGIONS = {"Aorta": "aorta", "Lesion": "lesion", "Reference": "reference"}


def box(shape: tuple[int, ...], columns: slice) -> np.ndarray:
    """Return a region of some columns of the first slice."""
    mask = np.zeros(shape, bool)
    mask[0, 1:4, columns] = True
    return mask


class InProcess:
    """The workstation, whose maps are computed when a test asks for it.

    Args:
        server: name of its server; the program of another test would react to its changes, too.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch, folder: Path, server: str) -> None:
        skip_without_browser()
        from SpineDCEWidget.browser import app

        monkeypatch.setattr(app, "get_server", partial(app.get_server, server))
        monkeypatch.setattr(app, "_COMPUTE_DELAY", 1e6)
        self._patch = monkeypatch
        self.series = write_small_study(folder).series
        self.station: Any = app.Workstation()
        self.station.autosave.save = lambda: None

    async def open(self, count: int) -> list[Any]:
        """Open one or two visits with their regions, compute their maps, and return them."""
        station = self.station
        for name in SHOWN_VISITS[:count]:
            visit = station.session.open(name, open_images(self.series), study=self.series)
            shape = visit.analysis.study.dynamic.geometry.shape
            artery = np.zeros(shape, bool)
            artery[..., 0] = True
            masks = [artery, box(shape, slice(2, 4)), box(shape, slice(5, 8))]
            station.session.load_regions(visit, dict(zip(REGIONS, masks, strict=True)), REGIONS)
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
        return list(station.session.visits)

    def updates(self) -> list[dict[str, Any]]:
        """Return a list to which each later update of the page is added, as the page has it then.

        A server sends one message per update, and the page shows each.
        """
        state, seen = self.station.state, list[dict[str, Any]]()
        shown = dict(state.to_dict())
        send = state._push_state_fn

        def follow(changes: dict[str, Any]) -> None:
            shown.update(changes)
            seen.append(dict(shown))
            if send is not None:
                send(changes)

        self._patch.setitem(state.__dict__, "_push_state_fn", follow)
        return seen

    def mouse(self, column: int, places: list[tuple[int, int]], row: str = "baseline") -> None:
        """Press the left button at the first place of a view, pixels, and release it at the last.

        The mouse passes through the others on its way.
        """
        views = self.station.views
        pane = next(p for p in views.panes if (p.row, p.column) == (row, column))
        adapter = views._factory.get_factory_view(pane.name).view_adapter
        width, height = pane.view.render_window().GetSize()
        keys = ("buttonMiddle", "buttonRight", "shiftKey", "altKey", "ctrlKey", "metaKey")

        def send(kind: str, place: tuple[int, int], pressed: bool) -> None:
            adapter.on_interaction(None, {
                "type": kind, "action": "down" if pressed else "up", "buttonLeft": int(pressed),
                "x": place[0], "y": place[1], "w": width, "h": height, **dict.fromkeys(keys, 0),
            })  # fmt: skip

        send("MouseMove", places[0], False)
        send("LeftButtonPress", places[0], True)
        for place in places[1:]:
            send("MouseMove", place, True)
        send("LeftButtonRelease", places[-1], False)


def run(monkeypatch: pytest.MonkeyPatch, folder: Path, server: str, use: Any) -> None:
    """Run a test's steps, a coroutine function of an :class:`InProcess`, and close the program."""
    program = InProcess(monkeypatch, folder, server)

    async def steps() -> None:
        try:
            await use(program)
        finally:
            for task in asyncio.all_tasks() - {asyncio.current_task()}:
                task.cancel()

    asyncio.run(steps())
    program.station.app.scene.Clear(True)


async def until(condition: Any, seconds: float = 10.0) -> Any:
    """Let the program go on until a condition holds."""
    end = asyncio.get_running_loop().time() + seconds
    while asyncio.get_running_loop().time() < end:
        if found := condition():
            return found
        await asyncio.sleep(0.02)
    raise AssertionError(f"waited {seconds} s in vain for {condition}")
