"""Frames left out by hand: gone everywhere, with the times of the others unchanged."""

from dataclasses import replace

import muscle_scenes as scenes
import numpy as np
import pytest
from small_study import write_small_study
from SpineDCELib.cli import main
from SpineDCELib.errors import InputError
from SpineDCELib.series.excluded_frames import without_frames
from SpineDCELib.settings import Settings, changed

SETTINGS = changed(Settings(), aif={"source": "mask"}, fit={"shift": scenes.DELAY})


def test_the_other_frames_keep_their_times():
    series = scenes.study().dynamic
    left = without_frames(series, (3, 10))
    assert left.n_frames == series.n_frames - 2
    assert np.array_equal(left.times, np.delete(series.times, [2, 9]))
    assert np.array_equal(left.signal, np.delete(series.signal, [2, 9], axis=0))


@pytest.mark.parametrize("number", [0, 71, 2.5])
def test_a_number_that_is_no_frame_is_refused(number):
    with pytest.raises(InputError) as caught:
        without_frames(scenes.study().dynamic, (number,))
    assert caught.value.code == "no_such_frame"


@pytest.mark.slow
def test_a_frame_with_an_artefact_no_longer_matters():
    images = scenes.study()
    signal = images.dynamic.signal.copy()
    signal[30] *= 1.6
    spoilt = replace(images, dynamic=replace(images.dynamic, signal=signal))
    excluded = changed(SETTINGS, reading={"excluded_frames": (31,)})
    clean, bad, good = (
        scenes.analysis_of(one, settings).result().measures.of("Lesion").value
        for one, settings in ((images, SETTINGS), (spoilt, SETTINGS), (spoilt, excluded))
    )
    assert good == pytest.approx(clean, rel=0.01)
    assert abs(bad / clean - 1) > 2 * abs(good / clean - 1)


def test_a_frame_with_invalid_signal_can_be_excluded():
    images = scenes.study()
    signal = images.dynamic.signal.copy()
    signal[30] = np.nan
    spoilt = replace(images, dynamic=replace(images.dynamic, signal=signal))
    settings = changed(SETTINGS, reading={"excluded_frames": (31,)})
    assert scenes.analysis_of(spoilt, settings).result().measures.of("Lesion").value > 1


def test_the_command_line_excludes_and_records_them(tmp_path):
    study, out = write_small_study(tmp_path / "study", noise=2.0), tmp_path / "out"
    words = ["analyse", str(study.series), "--aif-mask", str(study.artery), "--t10", "800"]
    words += ["--roi", str(study.regions), "-o", str(out), "--exclude-frames", "20,31"]
    assert main(words) == 0
    assert main(words) == 0  # from the cache
    record = (out / "provenance.json").read_text(encoding="utf-8")
    assert "Frames excluded by hand: 20, 31." in record or '"excluded_frames": [' in record
    rows = (out / "curves.csv").read_text(encoding="utf-8").splitlines()
    assert len(rows) == 1 + 58
