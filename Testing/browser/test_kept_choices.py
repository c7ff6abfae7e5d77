"""What the page keeps of a choice, and for how long."""

from __future__ import annotations

import pytest

pytest.importorskip("trame_slicer", reason="trame-slicer is not installed")

from browser.in_process import run

pytestmark = pytest.mark.slow


def test_a_map_that_a_model_does_not_have_is_shown_again_with_its_own_model(monkeypatch, tmp_path):
    async def use(program):
        station = program.station
        (visit,) = await program.open(1)
        state = station.state
        state.map_name = "ve"
        state.flush()
        for model, shown in (("patlak", "vp"), ("extended_tofts", "ve")):
            station.session.choose(visit, {"fit.model": model})
            assert await station.analyse(visit)
            station.bar.refresh()
            assert (state.map_name, station.views.map_name) == (shown, shown)
        # A choice by a person replaces the one that was kept.
        station.session.choose(visit, {"fit.model": "patlak"})
        assert await station.analyse(visit)
        station.bar.refresh()
        state.map_name = "Ktrans"
        state.flush()
        station.session.choose(visit, {"fit.model": "extended_tofts"})
        assert await station.analyse(visit)
        station.bar.refresh()
        assert state.map_name == "Ktrans"

    run(monkeypatch, tmp_path, "kept-map", use)


def test_another_study_is_not_asked_whether_the_report_is_to_be_final(monkeypatch, tmp_path):
    async def use(program):
        station = program.station
        await program.open(1)
        state = station.state
        report = station.result._written
        report.refresh()
        state.confirming_final = state.confirming_draft = True
        report.refresh()
        assert state.confirming_final  # the same study
        monkeypatch.setattr(type(report._report), "studies", ["another study"])
        report.refresh()
        assert not state.confirming_final
        assert not state.confirming_draft

    run(monkeypatch, tmp_path, "kept-question", use)


@pytest.mark.parametrize(
    ("missing", "end"),
    [
        ([], "folder."),
        (["nifti"], ", without 1 part, which the warnings of step 5 name."),
        (["nifti", "dicom"], ", without 2 parts, which the warnings of step 5 name."),
    ],
)
def test_the_note_of_an_export_counts_what_it_left_out(monkeypatch, tmp_path, missing, end):
    async def use(program):
        station = program.station
        await program.open(1)
        notes = []
        monkeypatch.setattr(station, "show_note", notes.append)

        async def written(*_arguments):
            (station.files / "spinedce-results").mkdir(exist_ok=True)
            station.session.not_written = dict.fromkeys(missing, "It is not possible here.")
            return True

        monkeypatch.setattr(station.result, "_write", written)
        await station.result.export([], False)
        [note] = notes
        assert note.startswith("The results are in your downloads folder")
        assert note.endswith(end)

    run(monkeypatch, tmp_path, f"kept-note-{len(missing)}", use)
