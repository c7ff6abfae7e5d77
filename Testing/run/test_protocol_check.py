"""Protocol check: each fault of an acquisition is found, and only that one."""

import json
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from sample_patients import sample_visit
from small_study import write_small_study
from SpineDCELib.analysis import Analysis
from SpineDCELib.cli import main
from SpineDCELib.run import protocol_check
from SpineDCELib.run.inputs import read_images
from SpineDCELib.run.protocol_check import check_protocol, check_study
from SpineDCELib.settings import Settings


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    return read_images(sample_visit(tmp_path_factory, "A", "before", "quick") / "dicom", Settings())


def points(images):
    return {p.name: p for p in check_protocol(Analysis(images, Settings())).points}


def changed(images, **of):
    dynamic = images.dynamic
    acquisition = {k: of.pop(k) for k in ("TR", "FA") if k in of}
    dynamic = replace(dynamic, acquisition=replace(dynamic.acquisition, **acquisition), **of)
    return replace(images, dynamic=dynamic)


@pytest.mark.long
def test_each_fault_is_found_and_a_good_acquisition_is_good(images, monkeypatch):
    dynamic = images.dynamic
    before = points(images)
    # The quick sample has no flip angles, 4 frames before the bolus, and ends after 240 s.
    lacking = {name for name, point in before.items() if point.verdict != "good"}
    assert lacking == {"T1", "length", "baseline frames"}
    assert set(before) == {
        "frame time", "length", "repetition time", "flip angle", "artery", "baseline frames", "T1",
        "motion",
    }  # fmt: skip
    assert before["baseline frames"].found == "4"
    moved = dynamic.signal.copy()
    moved[20:] = np.roll(moved[20:], 3, axis=2)
    assert points(changed(images, signal=moved))["motion"].verdict == "limited"
    monkeypatch.setattr(protocol_check, "correct_motion", lambda *_, **__: still)
    still = SimpleNamespace(displacement=np.zeros((1, 2, 3)))

    def new(**of):
        found = points(changed(images, **of))
        changes = {name for name in found if found[name].verdict != before[name].verdict}
        return changes - {"artery"}  # a wrong TR or flip angle also changes its concentration

    assert new(times=dynamic.times * 1.1) == {"frame time"}
    assert new(TR=0.0075) == {"repetition time"}
    assert new(FA=22.0) == {"flip angle"}
    later = changed(images, signal=dynamic.signal[2:], times=dynamic.times[2:] - dynamic.times[2])
    assert points(later)["baseline frames"].found == "2"


def test_a_study_without_an_artery_or_a_dynamic_series_says_so(tmp_path, capsys):
    flat = write_small_study(tmp_path / "flat", edit=lambda S: np.full_like(S, 500.0))
    check = check_study(flat.series)
    assert not check.usable
    assert [p.name for p in check.points if p.verdict == "failed"]
    assert main(["check", str(flat.artery), "--json"]) == 1
    record = json.loads(capsys.readouterr().out)
    assert record["usable"] is False
    assert [p["name"] for p in record["points"]] == ["dynamic series"]
    assert main(["check", str(tmp_path / "nothing")]) == 2
