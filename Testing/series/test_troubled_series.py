"""Series with faults: incomplete frames, no times, no dynamic series."""

import numpy as np
import pytest
from pydicom.uid import generate_uid
from series.dicom_layouts import (
    FRAMES,
    TIMES,
    WAYS,
    Layout,
    check,
    clock,
    oblique_affine,
    save,
    save_all,
    tell_time,
    truth,
    written,
)
from SpineDCELib.errors import InputError
from SpineDCELib.series import read_dynamic, read_volume, scan_study

# Values that real scanners write and the standard forbids.
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:Invalid value for VR"),
]


# ---------------------------------------------------------------------------- broken frames


@pytest.mark.slow
@pytest.mark.parametrize(("vendor", "way"), WAYS)
def test_frame_with_missing_slices_is_dropped_and_reported(tmp_path, vendor, way):
    written(tmp_path, vendor=vendor, way=way)
    next(tmp_path.glob("M006_02*")).unlink()
    series = read_dynamic(tmp_path)
    keep = [f for f in range(FRAMES) if f != 6]
    check(series, pixels=truth()[keep], times=TIMES[keep], tolerance=1e-4)
    assert any("slices in frame 7; dropped" in n for n in series.notes)


def test_slice_by_slice_with_a_missing_image(tmp_path):
    written(tmp_path, way="slice by slice")
    next(tmp_path.glob("M006_02*")).unlink()
    series = read_dynamic(tmp_path)
    keep = [f for f in range(FRAMES) if f != 6]
    check(series, pixels=truth()[keep], times=TIMES[keep], tolerance=1e-4)


def test_slice_by_slice_is_refused_if_each_slice_lacks_another_frame(tmp_path):
    written(tmp_path, way="slice by slice")
    for file in tmp_path.iterdir():
        frame, place = (int(number) for number in file.stem.lstrip("M").split("_"))
        if frame == place + 1 or frame > 4:
            file.unlink()
    with pytest.raises(InputError, match="no tag groups its images into complete frames"):
        read_dynamic(tmp_path)


def test_missing_frame_does_not_change_the_other_times(tmp_path):
    written(tmp_path, way="TemporalPositionIdentifier and AcquisitionTime")
    for file in tmp_path.glob("M004_*"):
        file.unlink()
    series = read_dynamic(tmp_path)
    keep = [f for f in range(FRAMES) if f != 4]
    check(series, pixels=truth()[keep], times=TIMES[keep])
    assert any("frame 5 of 12" in n for n in series.notes)
    given = read_dynamic(tmp_path, frame_interval=3.0)
    np.testing.assert_allclose(given.times, np.array(keep) * 3.0)


@pytest.mark.slow
@pytest.mark.parametrize(
    "way", ["AcquisitionTime", "TriggerTime", "TemporalPositionIdentifier and AcquisitionTime"]
)
def test_duplicate_frame_is_used_once(tmp_path, way):
    _, images = written(tmp_path, way=way)
    for image in images:
        if image.f == 3:
            image.ds.SOPInstanceUID = generate_uid()
            image.ds.InstanceNumber += 1000
            save(image.ds, tmp_path / f"again_{image.k}.dcm")
    series = read_dynamic(tmp_path)
    check(series)
    assert any("Duplicate images in frame 4" in n for n in series.notes)


def test_copies_of_files_are_read_once(tmp_path):
    _, images = written(tmp_path)
    save_all(images[:9], tmp_path / "copy")
    series = read_dynamic(tmp_path)
    check(series)
    assert any("9 images are present twice" in n for n in series.notes)


def test_images_that_share_one_uid_are_not_copies(tmp_path):
    _, images = written(tmp_path)
    for image in images:
        image.ds.SOPInstanceUID = "1.2.3"
        save(image.ds, tmp_path / image.name)
    check(read_dynamic(tmp_path))


def test_truncated_files_are_left_out(tmp_path):
    written(tmp_path)
    file = next(tmp_path.glob("M002_01*"))
    file.write_bytes(file.read_bytes()[:-7])
    series = read_dynamic(tmp_path)
    keep = [f for f in range(FRAMES) if f != 2]
    check(series, pixels=truth()[keep], times=TIMES[keep])
    assert any("truncated" in n and file.name in n for n in series.notes)


# ---------------------------------------------------------------------------- times


def no_time(tmp_path, *, vendor="SIEMENS", **tags):
    layout = Layout(vendor=vendor)
    images = layout.images(truth())
    for image in images:
        image.ds.AcquisitionTime = image.ds.ContentTime = clock(0)
        for keyword, value in tags.items():
            setattr(image.ds, keyword, value(image) if callable(value) else value)
    save_all(images, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize(
    "tags",
    [
        {},
        {"TemporalPositionIdentifier": lambda i: i.f + 1},
        {"AcquisitionNumber": lambda i: i.f + 1},
    ],
)
def test_missing_frame_times_are_an_error_never_a_guess(tmp_path, tags):
    no_time(tmp_path, **tags)
    with pytest.raises(InputError) as caught:
        read_dynamic(tmp_path)
    assert caught.value.code == "no_frame_times"
    assert caught.value.fields == ("reading.frame_interval",)
    check(read_dynamic(tmp_path, frame_interval=5.5), times=np.arange(FRAMES) * 5.5)
    for wrong in (0.0, -1.0, np.nan):
        with pytest.raises(InputError) as caught:
            read_dynamic(tmp_path, frame_interval=wrong)
        assert caught.value.code == "out_of_range"


def test_times_that_do_not_increase_are_refused(tmp_path):
    no_time(
        tmp_path,
        TemporalPositionIdentifier=lambda i: i.f + 1,
        AcquisitionTime=lambda i: clock((i.f * 7) % FRAMES * 5),
    )
    with pytest.raises(InputError, match=r"has no frame times.*does not increase"):
        read_dynamic(tmp_path)


def test_times_at_which_images_were_written_in_bursts_are_refused(tmp_path):
    no_time(tmp_path, ContentTime=lambda i: clock(300 + i.f * 0.2 + (i.f // 4) * 9))
    with pytest.raises(InputError, match=r"has no frame times.*bursts"):
        read_dynamic(tmp_path)


def test_one_wrong_time_is_outvoted(tmp_path):
    _, images = written(tmp_path)
    images[17].ds.AcquisitionTime = clock(4000)
    images[17].ds.TemporalPositionIdentifier = images[17].f + 1
    for image in images:
        image.ds.TemporalPositionIdentifier = image.f + 1
        save(image.ds, tmp_path / image.name)
    series = read_dynamic(tmp_path)
    check(series)
    assert any("1 images differ from their frame" in n for n in series.notes)


def test_ge_duration_is_used_only_if_tr_confirms_it(tmp_path):
    def with_duration(folder, *, TR, dimension):
        layout = Layout(vendor="GE MEDICAL SYSTEMS", TR=TR)
        images = layout.images(truth())
        for image in images:
            ds = image.ds
            ds.AcquisitionTime = clock(0)
            ds.NumberOfTemporalPositions, ds.MRAcquisitionType = FRAMES, dimension
            ds.private_block(0x0019, "GEMS_ACQU_01", create=True).add_new(0x5A, "FL", 60e6)
        save_all(images, folder)
        return folder

    series = read_dynamic(with_duration(tmp_path / "2d", TR=5.0, dimension="2D"))
    np.testing.assert_allclose(series.times, np.arange(FRAMES) * 5.0)
    with pytest.raises(InputError) as caught:
        read_dynamic(with_duration(tmp_path / "3d", TR=0.0045, dimension="3D"))
    assert caught.value.code == "no_frame_times"
    assert caught.value.fields == ("reading.frame_interval",)


def test_temporal_resolution_is_the_interval_of_numbered_frames(tmp_path):
    def tags(ms):
        return {"TemporalPositionIdentifier": lambda i: i.f + 1, "TemporalResolution": ms}

    no_time(tmp_path / "good", **tags(5400.0))
    series = read_dynamic(tmp_path / "good")
    check(series, times=np.arange(FRAMES) * 5.4)
    assert "TemporalResolution" in series.time_origin
    no_time(tmp_path / "TR", **tags(4.5))
    with pytest.raises(InputError) as caught:
        read_dynamic(tmp_path / "TR")
    assert caught.value.code == "no_frame_times"
    assert caught.value.fields == ("reading.frame_interval",)


@pytest.mark.slow
@pytest.mark.parametrize(
    "keyword", ["FlipAngle", "EchoTime", "PatientName", "RepetitionTime", "EchoNumbers"]
)
def test_a_tag_missing_in_one_file_drops_no_frame(tmp_path, keyword):
    _, images = written(tmp_path)
    for n, image in enumerate(images):
        image.ds.EchoNumbers = 1
        if n == 17:
            delattr(image.ds, keyword)
        save(image.ds, tmp_path / image.name)
    check(read_dynamic(tmp_path))


def test_time_tags_that_disagree_are_noted(tmp_path):
    _, images = written(tmp_path)
    for image in images:
        image.ds.TriggerTime = image.f * 2000.0
        save(image.ds, tmp_path / image.name)
    series = read_dynamic(tmp_path)
    check(series)
    assert any("TriggerTime" in n and "is used" in n for n in series.notes)


# ---------------------------------------------------------------------------- not a dynamic


def test_paths_without_a_study_are_refused(tmp_path):
    with pytest.raises(InputError) as caught:
        scan_study(tmp_path / "none")
    assert caught.value.code == "study_not_found"
    with pytest.raises(InputError) as caught:
        scan_study(tmp_path)
    assert caught.value.code == "empty_study"
    (tmp_path / "letter.txt").write_text("Dear colleague")
    (tmp_path / "noise.dcm").write_bytes(bytes(range(256)) * 4)
    study = scan_study(tmp_path)
    assert study.series == ()
    assert study.not_images == 2
    with pytest.raises(InputError) as caught:
        read_dynamic(study)
    assert caught.value.code == "no_dynamic_series"
    with pytest.raises(InputError) as caught:
        read_volume(tmp_path)
    assert caught.value.code == "not_one_volume"


def test_single_volume_has_no_dynamic(tmp_path):
    layout = Layout()
    images = layout.images(truth()[:1])
    tell_time(images, layout, "AcquisitionTime")
    save_all(images, tmp_path)
    with pytest.raises(InputError) as caught:
        read_dynamic(tmp_path)
    assert caught.value.code == "no_dynamic_series"
    volume = read_volume(tmp_path)
    np.testing.assert_array_equal(volume.array, truth()[0])
    np.testing.assert_allclose(volume.geometry.affine, oblique_affine(), atol=1e-6)


def test_missing_tr_and_flip_angle_stay_unknown(tmp_path):
    written(tmp_path, TR=None, FA=None)
    series = read_dynamic(tmp_path)
    assert series.acquisition.TR is None
    assert series.acquisition.FA is None
    problems = scan_study(tmp_path).dynamic().problems
    assert any("RepetitionTime" in p for p in problems)
    assert any("FlipAngle" in p for p in problems)


def test_missing_slice_in_every_frame_is_refused(tmp_path):
    written(tmp_path)
    for file in tmp_path.glob("M*_01.dcm"):
        file.unlink()
    with pytest.raises(InputError, match="unevenly spaced"):
        read_dynamic(tmp_path)
