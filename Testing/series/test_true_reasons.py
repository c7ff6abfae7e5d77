"""What a refusal says is true: each reason is compared with the fact that the test has made."""

import re

import numpy as np
import pytest
import SimpleITK as sitk
from series.dicom_layouts import FRAMES, SLICES, Layout, check, save_all, tell_time, truth
from small_study import write_small_study
from SpineDCELib.cli import main
from SpineDCELib.errors import InputError
from SpineDCELib.series import (
    read_dynamic,
    read_flip_angles,
    read_segmentation,
    read_volume,
    scan_study,
)

pytestmark = pytest.mark.filterwarnings("ignore:Invalid value for VR")
CLOCKS = (
    "AcquisitionTime", "AcquisitionDate", "ContentTime", "ContentDate", "SeriesTime", "StudyTime",
    "AcquisitionDateTime", "TriggerTime",
)  # fmt: skip


def without(*keywords, where=lambda image: True):
    def change(image):
        for keyword in keywords:
            if keyword in image.ds and where(image):
                delattr(image.ds, keyword)

    return change


def with_values(**values):
    def change(image):
        for keyword, value in values.items():
            setattr(image.ds, keyword, value(image) if callable(value) else value)

    return change


def series(folder, *changes, keep=lambda image: True):
    layout = Layout()
    images = layout.images(truth())
    tell_time(images, layout, "AcquisitionTime")
    for change in changes:
        for image in images:
            change(image)
    save_all([image for image in images if keep(image)], folder)
    return folder


def refusal(act, *arguments):
    with pytest.raises(InputError) as caught:
        act(*arguments)
    return caught.value.code, str(caught.value)


@pytest.mark.parametrize("frames", [1, 2])
def test_too_few_frames_are_counted(tmp_path, frames):
    code, said = refusal(read_dynamic, series(tmp_path, keep=lambda i: i.f < frames))
    assert code == "no_dynamic_series"
    assert f"the longest has {frames}" in said


def test_no_image_is_said_only_where_there_is_none(tmp_path):
    (tmp_path / "letter.txt").write_text("hello", encoding="utf-8")
    code, said = refusal(read_dynamic, tmp_path)
    assert (code, "holds no image in a format that is read" in said) == ("no_dynamic_series", True)
    series(tmp_path, keep=lambda i: i.f < 2)
    assert "no image" not in refusal(read_dynamic, tmp_path)[1]


@pytest.mark.parametrize("name", ["x.nii", "x.nii.gz", "x.nrrd", "x.mha", "x.hdr", "x.par"])
def test_a_damaged_file_is_not_said_to_be_none(tmp_path, name):
    (tmp_path / name).write_bytes(b"abc")
    code, said = refusal(read_dynamic, tmp_path)
    assert code == "no_dynamic_series"
    assert name in said
    assert "holds no image that can be read" in said


@pytest.mark.parametrize("absent", [FRAMES - 1, FRAMES // 2])
def test_times_that_are_missing_are_counted_and_times_that_are_there_are_not_denied(
    tmp_path, absent
):
    gone = without(*CLOCKS, where=lambda i: i.f >= FRAMES - absent)
    code, said = refusal(read_dynamic, series(tmp_path, gone))
    assert code == "no_frame_times"
    assert f"AcquisitionTime (0008,0032) is missing in {absent} of {FRAMES} frames" in said


def test_times_that_are_all_the_same_are_said_to_be_so(tmp_path):
    same = with_values(AcquisitionTime="090000", ContentTime="090000")
    code, said = refusal(read_dynamic, series(tmp_path, without(*CLOCKS), same))
    assert code == "no_frame_times"
    assert "AcquisitionTime (0008,0032) is the same in all frames" in said
    assert "missing" not in said


def test_a_tag_that_is_the_same_everywhere_is_no_problem_beside_a_clock(tmp_path):
    series(tmp_path, with_values(TriggerTime=0))
    [found] = scan_study(tmp_path).series
    assert found.problems == ()
    check(read_dynamic(tmp_path))


@pytest.mark.parametrize(
    ("keyword", "named", "other"),
    [("ImagePositionPatient", "position", "orientation"),
     ("ImageOrientationPatient", "orientation", "position")],
)  # fmt: skip
def test_only_the_tag_that_is_missing_is_named(tmp_path, keyword, named, other):
    _, said = refusal(read_dynamic, series(tmp_path, without(keyword)))
    assert f"no {named} (" in said
    assert f"{other} (" not in said


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (with_values(Modality="CT"), "modality CT"),
        (with_values(ImageType=["DERIVED", "SECONDARY", "M", "SUB"]), "a subtraction (SUB)"),
        (with_values(SamplesPerPixel=3, PhotometricInterpretation="RGB"), "in colour"),
        (with_values(ImageType=["ORIGINAL", "PRIMARY", "M", "MOSAIC"]), "a Siemens mosaic"),
        (with_values(DiffusionBValue=lambda i: 100.0 * i.f), f"none of its {FRAMES} series has 3"),
        (
            without("InstanceNumber", "AcquisitionNumber", "TemporalPositionIdentifier", *CLOCKS),
            "no tag groups its images",
        ),
    ],
)
def test_what_a_series_is_instead_is_said(tmp_path, change, said):
    code, text = refusal(read_dynamic, series(tmp_path, change))
    assert code == "no_dynamic_series"
    assert said in text


def test_a_slice_that_is_missing_everywhere_gives_the_true_distances(tmp_path):
    _, said = refusal(read_dynamic, series(tmp_path, keep=lambda i: i.k != 1))
    assert SLICES > 3
    assert "5 to 10 mm" in said


def test_what_is_asked_of_a_study_that_has_none_of_it(tmp_path):
    folder = series(tmp_path)
    assert "There is no series 7" in refusal(lambda: read_dynamic(folder, series=7))[1]
    assert refusal(read_flip_angles, scan_study(folder))[0] == "no_flip_angles"
    code, said = refusal(read_volume, folder)
    assert (code, f"({FRAMES} × {SLICES}" in said) == ("not_one_volume", True)


def test_files_of_regions_are_what_they_are_said_to_be(tmp_path):
    code, said = refusal(read_segmentation, tmp_path)
    assert (code, "is a folder" in said) == ("not_a_file", True)
    assert refusal(read_segmentation, tmp_path / "none.nrrd")[0] == "file_not_found"
    for name, values, wanted in (
        ("empty.nrrd", np.zeros((3, 4, 5), np.float32), "no_labels"),
        ("image.nrrd", np.random.default_rng(0).random((3, 4, 5)), "not_labels"),
    ):
        sitk.WriteImage(sitk.GetImageFromArray(values), str(tmp_path / name))
        assert refusal(read_segmentation, tmp_path / name)[0] == wanted


def listing(folder):
    return {
        p.relative_to(folder).as_posix(): (p.stat().st_mtime_ns, p.stat().st_size)
        for p in [folder, *folder.rglob("*")]
    }


@pytest.mark.slow
def test_a_study_is_only_read(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("SPINEDCE_HOME", str(tmp_path / "home"))
    study = write_small_study(tmp_path / "study")
    before = listing(tmp_path / "study")
    assert main(["info", str(study.series.parent)]) == 0
    assert main(
        ["analyse", str(study.series), "-o", str(tmp_path / "out"), "--aif-mask",
         str(study.artery), "--t10", "800", "--roi", str(study.regions)]
    ) == 0  # fmt: skip
    assert listing(tmp_path / "study") == before
    assert re.search("home", " ".join(p.name for p in tmp_path.iterdir()))
    capsys.readouterr()
