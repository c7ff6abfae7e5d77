"""No tick stands beside numbers of a stroke whose maps have not been computed yet."""

from __future__ import annotations

import pytest

pytest.importorskip("trame_slicer", reason="trame-slicer is not installed")

from browser.in_process import box, run, until

pytestmark = pytest.mark.slow

#: What a stroke changes on the page.
NUMBERS = ("main_figure", "region_numbers", "regions")


def _marks(page):
    return [step["mark"] for step in page["steps"]]


def _says_current(page):
    marks = _marks(page)
    return marks[3] == "✓" or marks[4] == "✓" or page["ready_to_export"] or not page["outdated"]


@pytest.mark.parametrize("count", [1, 2])
def test_the_tick_goes_with_or_before_the_numbers_of_a_stroke(tmp_path, monkeypatch, count):
    async def use(program):
        station = program.station
        visit = (await program.open(count))[0]
        before = station.state.to_dict().copy()
        assert _marks(before)[3] == "✓"
        assert before["ready_to_export"]
        station.regions.arm("lesion")
        station.state.flush()
        seen = program.updates()
        station.drawing.add(box(visit.analysis.study.dynamic.geometry.shape, slice(3, 5)))
        new = [page for page in seen if any(page[name] != before[name] for name in NUMBERS)]
        assert new, "the numbers of the stroke are shown"
        assert not [_marks(page) for page in new if _says_current(page)]

    run(monkeypatch, tmp_path, f"stroke {count}", use)


def test_the_tick_goes_with_the_numbers_under_the_brush_and_comes_back(tmp_path, monkeypatch):
    from SpineDCEWidget.browser import regions_panel

    monkeypatch.setattr(regions_panel, "_INTERVAL", 0.01)
    monkeypatch.setattr(regions_panel, "_AFFORDABLE", 1e6)

    async def use(program):
        station = program.station
        visit = (await program.open(2))[0]
        before = station.state.to_dict().copy()
        shape = visit.analysis.study.dynamic.geometry.shape
        stroke = {**visit.analysis.regions, "Lesion": box(shape, slice(2, 5))}
        monkeypatch.setattr(station.drawing, "under_brush", lambda: stroke)
        seen = program.updates()
        station.regions.arm("lesion")
        station.state.flush()

        def numbers():
            return [p for p in seen if p["region_numbers"] != before["region_numbers"]]

        await until(numbers)
        assert not [_marks(page) for page in numbers() if _says_current(page)]
        # The stroke ends without a change: what is shown is that of the maps again.
        monkeypatch.setattr(station.drawing, "under_brush", lambda: None)
        await until(lambda: _says_current(seen[-1]))
        assert _marks(seen[-1])[3] == "✓"
        assert seen[-1]["region_numbers"] == before["region_numbers"]
        station.drawing.put_down()

    run(monkeypatch, tmp_path, "brush", use)


def test_numbers_of_other_settings_say_that_they_are_out_of_date(tmp_path, monkeypatch):
    async def use(program):
        station = program.station
        first, second = await program.open(2)
        table = station.state.result
        assert table["outdated"] == [False, False]
        station.choose({"fit.model": "patlak"})
        state = station.state
        assert state.result["outdated"] == [True, True]
        assert [row[2] for row in state.result["rows"]] == ["out of date"] * 2
        assert state.outdated == {"baseline": "maps", "follow-up": "maps"}
        dotted = [d["name"] for d in state.main_figure["data"] if d["line"].get("dash") == "dot"]
        assert "Lesion, fit, out of date" in dotted
        # One visit is computed: the other one's number still says so.
        assert await station.analyse(first)
        assert state.result["outdated"] == [False, True]
        assert [row[2] for row in state.result["rows"]] == ["", "out of date"]
        assert state.outdated == {"follow-up": "maps"}
        assert await station.analyse(second)
        assert state.result["outdated"] == [False, False]
        assert [len(row) for row in state.result["rows"]] == [2, 2]
        assert state.outdated == {}

    run(monkeypatch, tmp_path, "model", use)


def test_the_shift_in_use_is_that_of_the_maps_until_another_one_is_proposed(tmp_path, monkeypatch):
    async def use(program):
        station = program.station
        (visit,) = await program.open(1)
        station.session.choose(visit, {"fit.shift": "auto"})
        assert await station.analyse(visit)
        proposed = visit.settings.fit.shift
        station.session.choose(visit, {"fit.shift": "auto"})
        station.session.move_shift(visit, proposed + 2.0)
        station.undo()
        assert visit.settings.fit.shift == "auto"
        shown = [station.state.shift, station.state.main_figure["shift"]]
        (line,) = [d for d in station.state.side_figure["data"] if d.get("meta") == "in use"]
        assert [*shown, line["x"][0]] == [pytest.approx(proposed + 2.0)] * 3
        assert station.state.shift_known

        assert station.state.outdated == {"baseline": "shift"}

    run(monkeypatch, tmp_path, "shift", use)


def test_a_visit_that_lacks_the_map_of_the_other_one_says_so(tmp_path, monkeypatch):
    async def use(program):
        station = program.station
        first, second = await program.open(2)
        state = station.state
        station.choose({"fit.model": "patlak"})
        assert await station.analyse(first)
        state.map_name = "kep"
        state.flush()
        assert "kep" in second.maps
        assert state.without_map == {"baseline": "This visit has no map 'kep'."}
        state.map_name = "vp"
        state.flush()
        assert state.without_map == {}

    run(monkeypatch, tmp_path, "lacking", use)
