"""Two visits are opened one after the other: the first map does not wait for the second study."""

from dataclasses import replace

import muscle_scenes as scenes
import pytest
from SpineDCELib.settings import Settings, with_values

pytest.importorskip("trame_slicer", reason="trame-slicer is not installed")

from browser.in_process import run

from SpineDCEWidget.shared.study_opening import ReadStudy

pytestmark = pytest.mark.slow


def test_the_first_visit_has_its_maps_before_the_second_is_read(tmp_path, monkeypatch):
    from SpineDCEWidget.browser import study_panel

    known = scenes.study(flip_angles=True)
    studies = {"before": known, "after": replace(known, flip_angles=None)}
    had = []

    async def use(program):
        station = program.station
        session = station.session
        session.common = with_values(Settings(), {"aif.source": "parker"})

        def read(path, *_):
            had.append({visit.name: bool(visit.maps) for visit in session.visits})
            return ReadStudy(studies[path.name])

        monkeypatch.setattr(study_panel, "read_study", read)
        await station.study.open({"baseline": tmp_path / "before", "follow-up": tmp_path / "after"})
        assert had == [{}, {"baseline": True}]
        # The second visit has no T1, so the first one is computed again in the mode of both.
        assert [visit.analysis.mode for visit in session.visits] == ["muscle", "muscle"]
        assert all(visit.is_current for visit in session.visits)
        assert station.state.visit == "baseline"

    run(monkeypatch, tmp_path, "order", use)
