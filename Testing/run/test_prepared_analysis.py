"""Analyses that are computed before anyone opens their study."""

import os
from dataclasses import replace

import numpy as np
import pytest
from small_study import SHAPE, write_small_study
from SpineDCELib.analysis import Analysis, graph
from SpineDCELib.analysis.mapped_images import map_images
from SpineDCELib.files.mapped_arrays import mapped_arrays_of
from SpineDCELib.progress import silent
from SpineDCELib.run import prepared_analysis as prepared_module
from SpineDCELib.run.inputs import read_images
from SpineDCELib.run.prepared_analysis import (
    keep_prepared,
    key_of_study,
    prepared_analysis,
    study_keys,
)
from SpineDCELib.run.study_work import mark_reviewed, mark_unreviewed, unreviewed
from SpineDCELib.run.visit_computation import compute_snapshot
from SpineDCELib.settings import Settings, with_value, with_values

SETTINGS = with_values(
    Settings(), {"aif.source": "mask", "concentration.T10": 0.8, "fit.shift": "auto"}
)


def analysis_of(images, settings=SETTINGS, **more):
    artery = np.zeros(SHAPE, bool)
    artery[..., 0] = True
    return Analysis(images, settings, aif_mask=artery, **more)


@pytest.fixture
def prepared(tmp_path, monkeypatch):
    """Return a study that was prepared, and its analysis."""
    monkeypatch.setenv("SPINEDCE_HOME", str(tmp_path / "home"))
    study = write_small_study(tmp_path / "study", noise=2.0).series
    images = map_images(read_images(study, SETTINGS))
    analysis = analysis_of(images, study_keys=study_keys(key_of_study(study)))
    compute_snapshot(analysis, True, silent)
    keep_prepared(study, analysis, tmp_path / "prepared")
    mark_unreviewed(study, "Usable.", tmp_path / "prepared")
    return study, analysis


def test_what_was_prepared_is_not_computed_again(prepared, monkeypatch):
    study, analysis = prepared
    assert analysis.result().measures.findings, "a record holds findings, too"
    found = prepared_analysis(study)
    assert found.was_read_with(SETTINGS)
    assert not found.was_read_with(with_value(SETTINGS, "reading.TR", 0.005))
    again = analysis_of(found.images)
    found.hand_to(again)

    def computed(*_):
        raise AssertionError("a stage was computed")

    monkeypatch.setattr(graph.View, "__init__", computed)
    computation = compute_snapshot(again, True, silent)
    assert computation.shift == analysis.settings.fit.shift
    for name, values in analysis.result().maps.items():
        np.testing.assert_array_equal(again.result().maps[name], values)


def test_what_other_code_prepared_is_not_used(prepared, monkeypatch):
    study, _ = prepared
    assert prepared_analysis(study) is not None
    monkeypatch.setattr(prepared_module, "code_digest", lambda: "other code")
    assert prepared_analysis(study) is None


@pytest.mark.parametrize(
    ("path", "value"),
    [("aif.Hct", 0.3), ("concentration.T10", 1.1), ("fit.shift", 2.0), ("reading.TR", 0.006)],
)
def test_what_depends_on_a_change_is_computed_again(prepared, path, value):
    study, _ = prepared
    found, settings = prepared_analysis(study), with_value(SETTINGS, path, value)
    again = analysis_of(found.images)
    found.hand_to(again)
    again.update(settings=settings)
    fresh = analysis_of(read_images(study, settings), settings)
    for one in (again, fresh):
        compute_snapshot(one, settings.fit.shift == "auto", silent)
    for name, values in fresh.result().maps.items():
        np.testing.assert_array_equal(again.result().maps[name], values)


def test_results_in_files_are_those_in_memory(prepared):
    """A course of visits keeps them so."""
    study, analysis = prepared
    images = map_images(read_images(study, SETTINGS))
    stored = analysis_of(images)
    compute_snapshot(stored, True, silent, smallest=1)
    assert len(mapped_arrays_of({n: k.value for n, k in stored.graph.records.items()})) > 20
    stored.release_memory()
    for settings in (SETTINGS, with_value(SETTINGS, "fit.shift", 3.0)):
        for one in (stored, analysis):
            one.update(settings=settings)
            compute_snapshot(one, settings.fit.shift == "auto", silent)
        for name, values in analysis.result().maps.items():
            np.testing.assert_array_equal(stored.result().maps[name], values)


def test_a_study_that_has_changed_or_a_damaged_record_is_not_used(prepared, tmp_path):
    study, _ = prepared
    record = tmp_path / "prepared" / "record"
    whole = record.read_bytes()
    record.write_bytes(whole[: len(whole) // 2])
    assert prepared_analysis(study) is None
    record.write_bytes(whole)
    assert prepared_analysis(study) is not None
    os.utime(study, (0, 0))
    assert prepared_analysis(study) is None


def calling(module, name, *texts):
    """Return a record that calls something by its name, as pickle would write it."""
    module, name, *texts = (b"\x8c" + bytes([len(t)]) + t.encode() for t in (module, name, *texts))
    return b"\x80\x04" + module + name + b"\x93(" + b"".join(texts) + b"tR."


@pytest.mark.parametrize(
    ("module", "name", "more"),
    [("os", "mkdir", ()), ("SpineDCELib.data", "np.memmap", ("uint8", "w+", "0", "4"))],
)
def test_a_record_starts_nothing(prepared, tmp_path, module, name, more):
    study, _ = prepared
    made = tmp_path / "made"
    (tmp_path / "prepared" / "record").write_bytes(calling(module, name, str(made), *more))
    assert prepared_analysis(study) is None
    assert not made.exists()


def test_a_full_disk_leaves_what_was_kept_and_nothing_half_written(prepared, tmp_path, monkeypatch):
    study, analysis = prepared

    def full(_value, folder):
        (folder / "record").write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(prepared_module, "hand_over", full)
    with pytest.raises(OSError, match="space"):
        keep_prepared(study, analysis, tmp_path / "prepared")
    assert prepared_analysis(study) is not None
    assert not list(tmp_path.glob(".*.part"))


def test_corrected_times_use_nothing_of_it(prepared):
    study, _ = prepared
    found = prepared_analysis(study)
    dynamic = found.images.dynamic
    images = replace(found.images, dynamic=replace(dynamic, times=dynamic.times * 2))
    again = analysis_of(images)
    found.hand_to(again)
    assert again.graph.records == {}


def test_a_reviewed_study_keeps_what_was_prepared(prepared):
    study, _ = prepared
    assert unreviewed(study) == "Usable."
    mark_reviewed(study)
    assert unreviewed(study) is None
    assert prepared_analysis(study) is not None
