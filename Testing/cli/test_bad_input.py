"""Errors of the command line: one line, a non-zero exit status, unchanged earlier results."""

import json
import shutil

import numpy as np
import pytest
from small_study import SHAPE, SmallStudy, write_labels, write_small_study
from SpineDCELib.cli import main


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """Return a study and the folder of its results, which no test changes."""
    folder = tmp_path_factory.mktemp("good")
    good = write_small_study(folder / "study")
    assert main(_options(good, folder / "out")) == 0
    return good, folder / "out"


@pytest.fixture
def run(results, tmp_path, capsys):
    """Return a function that runs ``analyse``, checks how it fails, and returns the message."""
    good, finished = results
    mine = shutil.copytree(good.series.parent, tmp_path / "good")
    good = SmallStudy(*(mine / path.name for path in good[:3]), good.vp)
    out = shutil.copytree(finished, tmp_path / "out")
    before = {p.name: p.read_bytes() for p in out.iterdir() if p.is_file()}
    capsys.readouterr()

    def call(study, *more, base=None):
        arguments = _options(study, out) if base is None else [*base, "-o", str(out)]
        code = main([*arguments, *more])
        printed = capsys.readouterr()
        assert code != 0
        assert "Traceback" not in printed.err
        assert "Unexpected error" not in printed.err
        assert printed.err.startswith("spinedce: ")
        assert len(printed.err.strip().splitlines()) == 1
        assert {p.name: p.read_bytes() for p in out.iterdir() if p.is_file()} == before
        return printed.err

    call.good = good
    call.folder = tmp_path
    return call


def _options(study, out):
    return [
        "analyse", str(study.series), "-o", str(out), "--aif-mask", str(study.artery),
        "--t10", "800", "--roi", str(study.regions),
    ]  # fmt: skip


def test_a_missing_study_is_named(run):
    assert "does not exist" in run(None, base=["analyse", str(run.folder / "none")])


def test_a_folder_without_images_is_named(run):
    folder = run.folder / "letters"
    folder.mkdir()
    (folder / "a.txt").write_text("Dear colleague")
    assert "letters" in run(None, base=["analyse", str(folder), "--aif", "parker"])


def test_an_empty_folder_is_named(run):
    folder = run.folder / "empty"
    folder.mkdir()
    assert "empty" in run(None, base=["analyse", str(folder), "--aif", "parker"])


def test_a_dynamic_series_is_needed(run):
    one = run.folder / "one"
    one.mkdir()
    write_labels(one / "volume.nrrd", np.ones(SHAPE))
    assert "dynamic" in run(None, base=["analyse", str(one), "--aif", "parker"])


def test_a_missing_TR_is_asked_for(run):
    keys = {"MultiVolume.DICOM.RepetitionTime": None}
    study = write_small_study(run.folder / "s", keys=keys)
    assert "--tr MS" in run(study)
    assert main([*_options(study, run.folder / "ok"), "--tr", "4.5"]) == 0


def test_a_missing_flip_angle_is_asked_for(run):
    study = write_small_study(run.folder / "s", keys={"MultiVolume.DICOM.FlipAngle": None})
    assert "--flip-angle" in run(study)
    assert main([*_options(study, run.folder / "ok"), "--flip-angle", "25"]) == 0


def test_fewer_than_ten_frames_are_refused(run):
    assert "frames" in run(write_small_study(run.folder / "s", t=np.arange(8) * 4.0))


def test_duplicate_frame_times_are_refused(run):
    labels = ",".join(str(x) for x in [0, 4000, 4000, *range(8000, 236000, 4000)])
    study = write_small_study(run.folder / "s", keys={"MultiVolume.FrameLabels": labels})
    assert "time" in run(study)


@pytest.mark.slow
def test_missing_frame_times_are_asked_for_and_not_taken_from_TR(run):
    keys = {"MultiVolume.FrameLabels": None, "MultiVolume.FrameIdentifyingDICOMTagUnits": None}
    study = write_small_study(run.folder / "s", keys=keys)
    assert "--frame-interval" in run(study)
    out = run.folder / "ok"
    assert main([*_options(study, out), "--frame-interval", "4"]) == 0
    times = json.loads((out / "provenance.json").read_text())["series"]["times [s]"]
    np.testing.assert_allclose(np.diff(times), 4.0)
    given = ",".join(str(3 * i) for i in range(len(times)))
    assert main([*_options(study, out), "--frame-times", given]) == 0
    times = json.loads((out / "provenance.json").read_text())["series"]["times [s]"]
    np.testing.assert_allclose(np.diff(times), 3.0)


def test_a_mask_on_another_grid_is_refused(run):
    study = run.good
    write_labels(study.artery, np.ones(SHAPE), origin=(0, 0, 0.7))
    assert "artery.nrrd" in run(study)
    write_labels(study.artery, np.ones((3, 4, 5)))
    assert "artery.nrrd" in run(study)


def test_an_empty_mask_is_refused(run):
    write_labels(run.good.artery, np.zeros(SHAPE))
    assert "artery.nrrd" in run(run.good)


def test_an_artery_without_enhancement_is_refused(run):
    tissueless = np.zeros(SHAPE)
    tissueless[..., 1] = 1

    def flat(S):
        S[..., 1] = 100.0
        return S

    study = write_small_study(run.folder / "s", edit=flat)
    write_labels(study.artery, tissueless)
    message = run(study)
    assert "AIF" in message or "artery" in message or "curve" in message


@pytest.mark.parametrize(("value", "word"), [(np.nan, "NaN"), (-5.0, "negative")])
def test_invalid_signal_is_refused_unless_it_is_skipped(run, value, word):
    def edit(S):
        S[5, 0, 2, 3] = value
        return S

    study = write_small_study(run.folder / "s", edit=edit)
    message = run(study)
    assert word in message
    assert "--skip-invalid" in message
    out = run.folder / "ok"
    assert main([*_options(study, out), "--skip-invalid"]) == 0
    text = (out / "measurements.csv").read_text()
    assert "not finite" in text


def test_muscle_that_is_asked_for_is_needed(run):
    base = ["analyse", str(run.good.series), "--aif-mask", str(run.good.artery)]
    said = run(None, "--t1-from", "muscle", base=base)
    assert "muscle" in said
    assert "--roi" in said


def test_vfa_needs_several_flip_angles(run):
    base = ["analyse", str(run.good.series), "--aif-mask", str(run.good.artery), "--t1-vfa"]
    assert "flip angle" in run(None, base=base)


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--hct", "0.9", "0.8"),
        ("--hct", "45", "0.8"),
        ("--t10", "0.8", "T10"),
        ("--shift", "1e9", "shift"),
        ("--baseline-frames", "60", "baseline"),
        ("--settings", "none.json", "none.json"),
    ],
)
def test_values_out_of_range_are_refused(run, option, value, said):
    assert said in run(run.good, option, value)


def test_a_full_disk_is_reported(run, monkeypatch):
    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("SpineDCELib.export.analysis_files.write_measurements", full)
    message = run(run.good)
    assert "No space left" in message
    assert "unchanged" in message


def test_rerun_needs_a_provenance_file(run):
    code = main(["rerun", str(run.good.series)])
    assert code == 2
