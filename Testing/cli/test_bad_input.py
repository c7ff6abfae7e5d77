"""What a user gets wrong: one clear sentence, a non-zero exit, earlier results whole."""

import json
import shutil

import numpy as np
import pytest
from small_study import SHAPE, SmallStudy, write_labels, write_small_study
from SpineDCELib.cli import main


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """A study and the folder of its results, which no test changes."""
    folder = tmp_path_factory.mktemp("good")
    good = write_small_study(folder / "study")
    assert main(_options(good, folder / "out")) == 0
    return good, folder / "out"


@pytest.fixture
def run(results, tmp_path, capsys):
    """Run ``analyse`` on a study; returns (exit, message), after checking manners."""
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
        assert "fault of the program" not in printed.err
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


def test_not_there(run):
    assert "does not exist" in run(None, base=["analyse", str(run.folder / "none")])


def test_not_a_study(run):
    folder = run.folder / "letters"
    folder.mkdir()
    (folder / "a.txt").write_text("Dear colleague")
    assert "letters" in run(None, base=["analyse", str(folder), "--aif", "parker"])


def test_empty_folder(run):
    folder = run.folder / "empty"
    folder.mkdir()
    assert "empty" in run(None, base=["analyse", str(folder), "--aif", "parker"])


def test_no_dynamic_series(run):
    one = run.folder / "one"
    one.mkdir()
    write_labels(one / "volume.nrrd", np.ones(SHAPE))
    assert "dynamic" in run(None, base=["analyse", str(one), "--aif", "parker"])


def test_missing_TR(run):
    keys = {"MultiVolume.DICOM.RepetitionTime": None}
    study = write_small_study(run.folder / "s", keys=keys)
    assert "--tr MS" in run(study)
    assert main([*_options(study, run.folder / "ok"), "--tr", "4.5"]) == 0


def test_missing_flip_angle(run):
    study = write_small_study(run.folder / "s", keys={"MultiVolume.DICOM.FlipAngle": None})
    assert "--flip-angle" in run(study)
    assert main([*_options(study, run.folder / "ok"), "--flip-angle", "25"]) == 0


def test_fewer_than_ten_frames(run):
    assert "frames" in run(write_small_study(run.folder / "s", t=np.arange(8) * 4.0))


def test_duplicate_frame_times(run):
    labels = ",".join(str(x) for x in [0, 4000, 4000, *range(8000, 236000, 4000)])
    study = write_small_study(run.folder / "s", keys={"MultiVolume.FrameLabels": labels})
    assert "time" in run(study)


def test_times_not_found_are_asked_for_and_never_taken_from_TR(run):
    keys = {"MultiVolume.FrameLabels": None, "MultiVolume.FrameIdentifyingDICOMTagUnits": None}
    study = write_small_study(run.folder / "s", keys=keys)
    assert "--frame-interval" in run(study)
    out = run.folder / "ok"
    assert main([*_options(study, out), "--frame-interval", "4"]) == 0
    times = json.loads((out / "provenance.json").read_text())["series"]["times [s]"]
    np.testing.assert_allclose(np.diff(times), 4.0)


def test_mask_of_another_geometry(run):
    study = run.good
    write_labels(study.artery, np.ones(SHAPE), origin=(0, 0, 0.7))
    assert "artery.nrrd" in run(study)
    write_labels(study.artery, np.ones((3, 4, 5)))
    assert "artery.nrrd" in run(study)


def test_empty_mask_and_region(run):
    write_labels(run.good.artery, np.zeros(SHAPE))
    assert "artery.nrrd" in run(run.good)


def test_artery_without_enhancement(run):
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
def test_broken_signal(run, value, word):
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


def test_no_T10(run):
    base = ["analyse", str(run.good.series), "--aif-mask", str(run.good.artery)]
    assert "T10" in run(None, base=base)


def test_t1_vfa_without_flip_angles(run):
    base = ["analyse", str(run.good.series), "--aif-mask", str(run.good.artery), "--t1-vfa"]
    assert "flip angle" in run(None, base=base)


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--hct", "45", "0.9"),
        ("--t10", "0.8", "T10"),
        ("--shift", "1e9", "shift"),
        ("--baseline-frames", "60", "baseline"),
        ("--settings", "none.json", "none.json"),
    ],
)
def test_impossible_values(run, option, value, said):
    assert said in run(run.good, option, value)


def test_full_disk(run, monkeypatch):
    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("SpineDCELib.export.analysis_files.write_measurements", full)
    message = run(run.good)
    assert "No space left" in message
    assert "unchanged" in message


def test_not_a_provenance_file(run):
    code = main(["rerun", str(run.good.series)])
    assert code == 2
