"""Tools of step 3 in the program behind the page: locks, rulers, and what the study holds."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

pytest.importorskip("trame_slicer", reason="trame-slicer is not installed")

from browser.in_process import box, run, until
from browser.page import markup
from SpineDCELib.measurement.rulers import Ruler
from SpineDCELib.run.stored_drawings import StoredDrawing

pytestmark = pytest.mark.slow


def test_a_region_stays_selected_when_it_is_locked_and_no_tool_changes_it(tmp_path, monkeypatch):
    async def use(program):
        station = program.station
        (visit,) = await program.open(1)
        panel, drawing, state = station.regions, station.drawing, station.state
        panel.take("Lesion")
        panel.use("erase")
        before = visit.state.regions["Lesion"]
        panel.toggle_locked("Lesion")
        assert (state.region, state.role, state.tool) == ("Lesion", "lesion", "look")
        shape = before.shape
        for change in (
            lambda: panel.use("paint"), lambda: panel.copy(-1), panel.fill, panel.remove,
            lambda: station.attempt(lambda: drawing.add(box(shape, slice(3, 6)))),
        ):  # fmt: skip
            state.error = ""
            change()
            assert "unlock" in state.error
            assert drawing.tool == "look"
            np.testing.assert_array_equal(visit.state.regions["Lesion"], before)
        panel.toggle_locked("Lesion")
        assert (state.region, state.tool) == ("Lesion", "erase")
        # The same by undo and redo of the lock.
        station.undo()
        assert (state.region, state.tool) == ("Lesion", "look")
        station.redo()
        assert (state.region, state.tool) == ("Lesion", "erase")

    run(monkeypatch, tmp_path, "lock", use)


def test_no_other_region_is_selected_after_one_was_deleted(tmp_path, monkeypatch):
    async def use(program):
        station = program.station
        (visit,) = await program.open(1)
        station.regions.take("Lesion")
        station.regions.remove()
        assert list(visit.state.roles) == ["Aorta", "Reference"]
        assert (station.state.region, station.state.role) == ("", "")
        assert station.drawing.tool == "look"

    run(monkeypatch, tmp_path, "deleted", use)


def test_a_drag_sets_both_ends_of_a_ruler_and_two_clicks_do_the_same(tmp_path, monkeypatch):
    async def use(program):
        station = program.station
        (visit,) = await program.open(1)
        station.go_to_step(3)
        places = [(120, 150), (124, 150), (150, 150), (180, 170)]
        lengths = []
        for drags in ([places], [places[:1], places[-1:]], [[places[0], places[-1]]]):
            station.regions.ruler()
            for drag in drags:
                program.mouse(1, drag)
            await until(lambda: not station.state.placing)
            assert len(visit.rulers) == 1
            (ruler,) = visit.rulers
            lengths.append((*ruler.start, *ruler.end))
            assert ruler.length > 1
            station.regions.remove_rulers()
        assert lengths[1] == pytest.approx(lengths[0])
        assert lengths[2] == pytest.approx(lengths[0])

    run(monkeypatch, tmp_path, "ruler", use)


def test_regions_that_lie_beside_the_images_are_announced_until_something_is_drawn(
    tmp_path, monkeypatch
):
    from SpineDCEWidget.browser import regions_panel

    ruler = Ruler("Diameter 1", (0, 0, 0), (10, 0, 0))
    found = [StoredDrawing(tmp_path / "SR.dcm", "lengths", "", "", "", (ruler,))]
    monkeypatch.setattr(regions_panel, "stored_drawings", lambda _study: found)

    async def use(program):
        station = program.station
        visits = await program.open(2)
        for visit in visits:
            visit.study_path = tmp_path
            await station.regions.find_stored(visit)
        assert station.state.stored_found == ""  # regions are drawn in both
        for name in list(visits[1].state.regions):
            station.select("follow-up")
            station.regions.remove_named(name)
        station.state.note = ""
        await station.regions.find_stored(visits[1])
        said = "beside the images of the follow-up visit. Step 3 lists them"
        assert said in station.state.stored_found
        assert station.state.note == station.state.stored_found
        await station.regions.load_stored(0)
        assert len(visits[1].rulers) == 1
        assert station.state.stored_found == ""
        page = markup(station.state)
        assert 'id="stored-found"' in page

    run(monkeypatch, tmp_path, "stored", use)


def test_a_doubt_about_a_proposed_body_stays_until_another_tool_is_taken(tmp_path, monkeypatch):
    async def use(program):
        station = program.station
        await program.open(1)
        station.regions.take("Lesion")
        station.regions.use("body")
        monkeypatch.setattr(station.drawing, "add_body", lambda _ras: "It is small.")
        station.regions.propose_body((0.0, 0.0, 0.0))
        station.refresh()
        assert station.state.body_doubt == "It is small."
        assert 'id="body-doubt"' in markup(station.state)
        station.state.grown = station.state.grown_doubt = "3 mL in 2 slices."
        station.regions.follow_undo()
        said = station.state.body_doubt, station.state.grown, station.state.grown_doubt
        assert said == ("", "", "")
        station.regions.propose_body((0.0, 0.0, 0.0))
        station.regions.use("paint")
        assert station.state.body_doubt == ""

    run(monkeypatch, tmp_path, "body", use)


def test_a_role_that_is_chosen_again_keeps_its_tool(tmp_path, monkeypatch):
    async def use(program):
        station = program.station
        await program.open(1)
        station.regions.arm("lesion")
        station.regions.use("erase")
        station.regions.arm("lesion")
        assert (station.state.role, station.drawing.tool) == ("lesion", "erase")
        assert "Esc" in station.state.note
        station.state.note = ""
        station.regions.take("Lesion")  # in the list
        assert (station.state.region, station.drawing.tool) == ("Lesion", "erase")
        assert station.state.note.startswith("Lesion is chosen already.")

    run(monkeypatch, tmp_path, "again", use)


def test_the_margin_proposed_is_at_least_a_voxel(tmp_path, monkeypatch):
    async def use(program):
        station = program.station
        (visit,) = await program.open(1)
        station.regions.arm("lesion")
        voxel = max(visit.analysis.study.dynamic.geometry.spacing[:2])
        assert float(station.state.size_margin) >= max(voxel, 2.0)
        station.regions._changes._margin = station.state.size_margin = "0.5"
        station.regions._changes.refresh()
        assert float(station.state.size_margin) >= voxel
        station.state.size_margin = "0.7"  # entered by the user
        station.regions._changes.refresh()
        assert station.state.size_margin == "0.7"

    run(monkeypatch, tmp_path, "margin", use)


def test_a_row_of_the_candidates_shows_its_slice_and_outlines_its_vessel(tmp_path, monkeypatch):
    async def use(program):
        station = program.station
        (visit,) = await program.open(1)
        shape = visit.analysis.study.dynamic.geometry.shape
        vessels = np.zeros(shape, int)
        vessels[1, 1:3, 2:5] = 7
        one = SimpleNamespace(slice=1, vessel=7, position=(0.0, 0.0, 0.0), name="slice 2, vessel 7")
        found = SimpleNamespace(vessels=vessels, candidates=[one])
        monkeypatch.setattr(type(visit.analysis), "detection", lambda *_: found)
        station.state.step = 2
        station.views.go_to_slice(0, visit.name)
        station.arteries.show(0)
        assert station.views.slice_index(visit.name) == 1
        outline = station.arteries._outline._outline
        assert (outline.slice_index, outline.text) == (1, "slice 2, vessel 7")
        across, down, _between = visit.analysis.study.dynamic.geometry.spacing
        wide, high = (np.ptp([p[axis] for p in outline.line]) for axis in (0, 1))
        assert (wide, high) == (3 * across, 2 * down)
        station.escape()
        assert station.arteries._outline._outline is None
        monkeypatch.undo()

    run(monkeypatch, tmp_path, "candidates", use)


def test_the_list_says_which_regions_were_carried_over(monkeypatch, tmp_path):
    async def use(program):
        station = program.station
        await program.open(1)
        course = station.session.course
        assert not any(row["carried"] for row in station.state.regions)
        monkeypatch.setattr(course, "carried_now", lambda _visit: frozenset({"Lesion"}))
        station.regions.show_rows()
        carried = {row["name"]: row["carried"] for row in station.state.regions}
        assert carried == {"Aorta": False, "Lesion": True, "Reference": False}

    run(monkeypatch, tmp_path, "carried", use)
