"""What the page says and offers while the maps of a visit cannot be computed."""

from __future__ import annotations

import asyncio
from functools import partial

import pytest
from small_study import write_small_study

pytest.importorskip("trame_slicer", reason="trame-slicer is not installed")

from browser.page import markup, skip_without_browser

from SpineDCEWidget.shared.session import SHOWN_VISITS
from SpineDCEWidget.shared.study_opening import open_images

pytestmark = pytest.mark.slow


def test_the_visit_is_named_and_the_way_out_is_open(tmp_path, monkeypatch):
    skip_without_browser()
    from SpineDCEWidget.browser import app

    # A separate server: the program of another test would react to its changes, too.
    monkeypatch.setattr(app, "get_server", partial(app.get_server, "failed"))
    series = write_small_study(tmp_path).series
    station = app.Workstation()
    station.autosave.save = lambda: None

    async def use() -> None:
        visit = station.session.open(SHOWN_VISITS[0], open_images(series), study=series)
        station.session.choose(visit, {"concentration.T1_source": "fixed"})
        station.study_opened(visit)
        assert not await station.analyse(visit)
        state = station.state
        assert state.error.startswith("Baseline: ")
        assert state.without_map[visit.name].startswith("The maps could not be computed")
        # Step 4 says why, also after the message is closed.
        state.error = ""
        assert visit.problem in state.steps[3]["reason"]
        assert state.steps[3]["mark"] == "!"
        page = markup(state)
        shown = page[page.index('id="reason-4"') - 200 :][:400]
        assert "steps[3].reason" in shown
        assert "filter(one => !error.split(' · ').includes(one))" in shown, (
            "no text stands there twice"
        )
        # The source of the AIF, which messages name, can be changed without a result.
        state.aif_source = "parker"
        station.arteries._source_chosen()
        assert visit.settings.aif.source == "parker"
        state.aif_source = "file"
        station.arteries._source_chosen()
        assert (state.aif_source, visit.settings.aif.source) == ("parker", "parker")
        curve = tmp_path / "aif-1" / "curve.csv"
        curve.parent.mkdir()
        rows = [f"{6 * i},{5 if i > 3 else 0}" for i in range(60)]
        curve.write_text("\n".join(["time [s],Cb [mM]", *rows]))
        station.uploaded(curve.parent)
        assert visit.settings.aif.source == "file", state.error
        assert not curve.exists()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()

    asyncio.run(use())
    page = markup(station.state)
    field = page[page.index('id="aif-source"') - 600 :][:700]
    assert ':disabled="!visits.length"' in field
    station.app.scene.Clear(True)
