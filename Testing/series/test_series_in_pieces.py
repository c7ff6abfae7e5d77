"""Dynamic series that hospitals send in pieces, displaced, unnumbered or doubtfully named."""

import copy
import json

import numpy as np
import pytest
import SimpleITK as sitk
from series.dicom_layouts import (
    FRAMES,
    SLICES,
    TIMES,
    Layout,
    check,
    enhanced,
    oblique_affine,
    position,
    save,
    save_all,
    tell_time,
    truth,
    write_in_two,
    written,
)
from series.test_nrrd_nifti import write_nrrd
from SpineDCELib.errors import InputError
from SpineDCELib.series import read_dynamic, read_flip_angles, read_segmentation, scan_study
from SpineDCELib.series.study_summary import study_report

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:Invalid value for VR"),
]


def rewrite(folder, change):
    """Write a synthetic series with a change to each image, made before it is saved."""
    layout = Layout()
    images = layout.images(truth())
    tell_time(images, layout, "AcquisitionTime")
    for image in images:
        change(image)
    save_all(images, folder)
    return images


# ---------------------------------------------------------------------------- names and facts


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    ["Diffusion_Perfusion spine", "DCE SUB MIP", "DCE sub mm", "DCE B1 corrected",
     "Dyn loc lesion L3", "survey DCE", "dyn ADC 1"],
)  # fmt: skip
def test_a_name_does_not_outweigh_frames_and_times(tmp_path, name):
    written(tmp_path, description=name)
    check(read_dynamic(tmp_path))
    [series] = scan_study(tmp_path).series
    assert series.role == "dynamic"
    assert series.doubt
    assert any("Its name suggests" in note for note in series.notes)


def test_a_doubtful_name_counts_where_another_series_is_meant(tmp_path):
    written(tmp_path / "a", description="DCE sag")
    written(tmp_path / "b", description="DCE sag SUB", series_number=6)
    study = scan_study(tmp_path)
    assert {s.description: s.role for s in study.series} == {
        "DCE sag": "dynamic", "DCE sag SUB": "other",
    }  # fmt: skip
    check(read_dynamic(study))


def test_images_computed_from_others_are_put_aside_by_their_type(tmp_path):
    rewrite(tmp_path, lambda i: setattr(i.ds, "ImageType", ["DERIVED", "SECONDARY", "SUBTRACTION"]))
    [series] = scan_study(tmp_path).series
    assert series.role == "other"
    with pytest.raises(InputError) as caught:
        read_dynamic(tmp_path)
    # The reason is the fact: it has frames, and is computed from another series.
    assert f"{FRAMES} × {SLICES}" in str(caught.value)
    assert "subtraction" in str(caught.value)


def test_the_subject_of_bids_is_no_subtraction(tmp_path):
    file = tmp_path / "sub-01_ses-01_DCE.nii.gz"
    sitk.WriteImage(sitk.GetImageFromArray(truth().astype(np.int16), isVector=False), str(file))
    sidecar = {"RepetitionTime": 0.005, "VolumeTiming": TIMES.tolist()}
    (tmp_path / "sub-01_ses-01_DCE.json").write_text(json.dumps(sidecar), encoding="utf-8")
    [series] = scan_study(tmp_path).series
    assert (series.role, series.doubt) == ("dynamic", "")


# ---------------------------------------------------------------------------- every image counts


def test_a_first_frame_without_trigger_time_is_kept(tmp_path):
    times = 5.0 * np.arange(FRAMES)
    layout = Layout(vendor="GE MEDICAL SYSTEMS", times=times)
    images = layout.images(truth())
    tell_time(images, layout, "TriggerTime")
    for image in images:
        if image.f == 0:
            del image.ds.TriggerTime
    save_all(images, tmp_path)
    check(read_dynamic(tmp_path), times=times)


def test_an_extra_volume_is_left_out_by_name(tmp_path):
    layout = Layout()
    images = layout.images(truth())
    tell_time(images, layout, "TemporalPositionIdentifier and AcquisitionTime")
    extra = layout.images(truth()[:1])
    tell_time(extra, layout, "AcquisitionTime")
    for image in extra:
        image.ds.SOPInstanceUID = layout.uid("mean", image.k)
        image.ds.InstanceNumber += FRAMES * SLICES
        image.ds.PixelData = np.full_like(truth()[0, 0], 7).tobytes()
        image.name = f"mean{image.k}.dcm"
    save_all(images + extra, tmp_path)
    series = read_dynamic(tmp_path)
    check(series)
    assert any(f"{SLICES} images" in n and "mean0.dcm" in n for n in series.notes)


def test_images_without_a_position_are_counted(tmp_path):
    def lose(image):
        if image.f == 3:
            del image.ds.ImagePositionPatient

    rewrite(tmp_path, lose)
    series = read_dynamic(tmp_path)
    keep = [f for f in range(FRAMES) if f != 3]
    check(series, pixels=truth()[keep], times=TIMES[keep])
    assert any(f"{SLICES} images without position" in n for n in series.notes)


# ---------------------------------------------------------------------------- displaced frames


def displace(folder, by, frames=3):
    """Move the first frames along the normal by a share of the slice distance."""

    def move(image):
        if image.f < frames:
            affine = oblique_affine()
            affine[:3, 3] += by * affine[:3, 2]
            image.ds.ImagePositionPatient = position(affine, image.k)

    rewrite(folder, move)


def test_displaced_frames_are_named_and_left_out(tmp_path):
    displace(tmp_path, 0.6)
    series = read_dynamic(tmp_path)
    check(series, pixels=truth()[3:], times=TIMES[3:] - TIMES[3])
    assert any(f"Frames 1, 2, 3 of {FRAMES}: displaced by 3 mm" in n for n in series.notes)


def test_nearly_half_of_the_frames_can_be_displaced(tmp_path):
    displace(tmp_path, 0.6, frames=5)
    series = read_dynamic(tmp_path)
    check(series, pixels=truth()[5:], times=TIMES[5:] - TIMES[5])
    assert any(f"Frames 1, 2, 3, 4, 5 of {FRAMES}: displaced by 3 mm" in n for n in series.notes)
    check(read_dynamic(tmp_path, displaced="same_slice"))


def test_where_half_of_the_frames_lie_elsewhere_is_asked(tmp_path):
    displace(tmp_path, 0.6, frames=FRAMES // 2)
    with pytest.raises(InputError, match="half of its frames lie elsewhere than the other half"):
        read_dynamic(tmp_path)


def test_an_image_that_is_there_twice_is_left_out_by_name(tmp_path):
    layout = Layout(vendor="GE MEDICAL SYSTEMS")
    images = layout.images(truth(), order="slice")
    tell_time(images, layout, "slice by slice")
    again = copy.deepcopy(images[1])
    again.ds.SOPInstanceUID, again.name = "1.2.3", "z_again.dcm"
    save_all([*images, again], tmp_path)
    series = read_dynamic(tmp_path)
    check(series)
    assert any("Duplicate images: 1" in n and "z_again.dcm" in n for n in series.notes)


def test_displaced_frames_are_taken_at_the_same_slice_on_request(tmp_path):
    displace(tmp_path, 0.6)
    check(read_dynamic(tmp_path, displaced="same_slice"))


def test_displaced_frames_are_resampled_on_request(tmp_path):
    displace(tmp_path, 0.5)
    series = read_dynamic(tmp_path, displaced="resample")
    np.testing.assert_allclose(series.times, TIMES)
    np.testing.assert_array_equal(series.signal[3:], truth()[3:])
    # Slice k of the grid lies halfway between the frame's slices k − 1 and k.
    between = (truth()[:3, :-1].astype(float) + truth()[:3, 1:]) / 2
    np.testing.assert_allclose(series.signal[:3, 1:], between, atol=1e-3)


# ---------------------------------------------------------------------------- pieces


@pytest.mark.parametrize("numbers", [(1, 2), (5, 6), (2, 1)])
def test_a_baseline_in_its_own_series_is_joined_with_true_times(tmp_path, numbers):
    times = write_in_two(tmp_path)
    first, second = numbers
    series = read_dynamic(tmp_path, series=first, joined=[second])
    check(series, times=times)


def test_joining_is_proposed_and_never_done_unasked(tmp_path):
    write_in_two(tmp_path)
    study = scan_study(tmp_path)
    assert [s.frames for s in study.series] == [5, FRAMES - 5]
    assert all("can be joined" in s.proposals[0] for s in study.series)
    with pytest.raises(InputError) as caught:
        read_dynamic(study, series=1, joined=[9])
    assert caught.value.code == "no_such_series"


def test_series_of_another_protocol_are_not_joined(tmp_path):
    written(tmp_path / "a")
    written(tmp_path / "b", series_number=6, FA=12.0)
    with pytest.raises(InputError) as caught:
        read_dynamic(tmp_path, series=1, joined=[2])
    assert caught.value.code == "cannot_join"


def frames_as_series(folder, describe):
    """Write every frame as a separate series, all with one number and no times."""
    layout = Layout()
    images = layout.images(truth())
    for image in images:
        image.ds.SeriesInstanceUID = layout.uid("one", (image.f * 7) % FRAMES)
        image.ds.InstanceNumber = image.k + 1
        del image.ds.StudyTime, image.ds.SeriesTime
        image.ds.SeriesDescription, image.name = describe(image)
    save_all(images, folder)


@pytest.mark.parametrize(
    "describe",
    [
        lambda i: (f"dyn {i.f + 1} of {FRAMES}", f"{i.f}_{i.k}.dcm"),
        lambda i: ("dyn", f"frame{i.f + 1}/{i.k}.dcm"),
    ],
)
def test_frames_as_series_are_in_the_order_of_their_numbers(tmp_path, describe):
    frames_as_series(tmp_path, describe)
    series = read_dynamic(tmp_path, frame_interval=5.4)
    check(series, times=5.4 * np.arange(FRAMES))
    assert any("in the order of the number in the" in n for n in series.notes)


def test_frames_as_series_without_any_number_are_refused(tmp_path):
    frames_as_series(tmp_path, lambda i: ("dyn", f"{(i.f * 5) % FRAMES}_{i.k}.dcm"))
    with pytest.raises(InputError, match="order of its frames is not known"):
        read_dynamic(tmp_path, frame_interval=5.4)


# ---------------------------------------------------------------------------- tiles, NIfTI, NRRD


def test_a_united_imaging_grid_is_refused_by_name(tmp_path):
    rewrite(tmp_path, lambda i: setattr(i.ds, "ImageType", ["ORIGINAL", "PRIMARY", "M", "VFRAME"]))
    with pytest.raises(InputError, match="VFRAME"):
        read_dynamic(tmp_path)


def write_nifti(path, array, *, sform=None):
    image = sitk.GetImageFromArray(array.astype(np.int16), isVector=False)
    sitk.WriteImage(image, str(path))
    if sform is not None:
        # NIfTI-1: steps from byte 80, codes at 252, rows of the sform from 280.
        blob = bytearray(path.read_bytes())
        steps = np.linalg.norm(np.asarray(sform)[:3, :3], axis=0)
        blob[80:92] = steps.astype(np.float32).tobytes()
        blob[252:256] = np.array([0, 1], np.int16).tobytes()
        blob[280:328] = np.asarray(sform, np.float32)[:3].tobytes()
        path.write_bytes(bytes(blob))


def test_a_position_that_is_not_quite_orthonormal_is_read(tmp_path):
    affine = oblique_affine()
    affine[:3, 0] += 0.0006 * affine[:3, 1]
    write_nifti(tmp_path / "a.nii", truth(), sform=np.diag([-1, -1, 1, 1]) @ affine)
    series = read_dynamic(tmp_path, frame_interval=5)
    np.testing.assert_array_equal(series.signal, truth())
    np.testing.assert_allclose(series.geometry.affine, oblique_affine(), atol=2e-3)


def test_an_axis_of_length_one_is_no_obstacle(tmp_path):
    write_nifti(tmp_path / "a.nii", truth()[:, None])
    np.testing.assert_array_equal(read_dynamic(tmp_path, frame_interval=5).signal, truth())


def test_time_as_fourth_direction_of_space_is_read(tmp_path):
    # As SimpleITK writes a 4D image.
    write_nrrd(tmp_path / "a.nrrd", "ijkf")
    header, _, data = (tmp_path / "a.nrrd").read_bytes().partition(b"\n\n")
    text = header.decode()
    text = text.replace("space: left-posterior-superior", "space dimension: 4")
    text = text.replace(")", ",0)").replace("none", "(0,0,0,5.4)").replace("list", "domain")
    (tmp_path / "a.nrrd").write_bytes(text.encode() + b"\n\n" + data)
    check(read_dynamic(tmp_path, frame_interval=5), times=5.0 * np.arange(FRAMES))


# ---------------------------------------------------------------------------- flip angles, labels


def test_flip_angles_in_nifti_are_read(tmp_path):
    for n, angle in enumerate((2, 10, 20)):
        write_nifti(tmp_path / f"fa{n}.nii", truth()[n])
        sidecar = {"FlipAngle": angle, "RepetitionTime": 0.005, "EchoTime": 0.001}
        (tmp_path / f"fa{n}.json").write_text(json.dumps(sidecar), encoding="utf-8")
    found = read_flip_angles(tmp_path)
    assert found.FA.tolist() == [2, 10, 20]
    np.testing.assert_array_equal(found.signal, truth()[:3])


def label_array():
    labels = np.zeros(truth().shape[1:], np.int16)
    labels[1, 2:5, 3:6] = 1
    return labels


def test_a_label_map_over_time_is_one_region(tmp_path):
    everywhere = np.repeat(label_array()[None], FRAMES, axis=0)
    write_nifti(tmp_path / "a.nii", everywhere)
    once = np.zeros_like(everywhere)
    once[4] = label_array()
    write_nifti(tmp_path / "b.nii", once)
    for name in ("a.nii", "b.nii"):
        masks = read_segmentation(tmp_path / name).masks
        np.testing.assert_array_equal(masks["label 1"], label_array() == 1)
    once[5] = np.roll(label_array(), 1, axis=1)
    write_nifti(tmp_path / "c.nii", once)
    with pytest.raises(InputError) as caught:
        read_segmentation(tmp_path / "c.nii")
    assert caught.value.code == "labels_change"


def test_a_single_slice_of_labels_is_read(tmp_path):
    write_nifti(tmp_path / "a.nii", label_array()[1])
    masks = read_segmentation(tmp_path / "a.nii").masks
    np.testing.assert_array_equal(masks["label 1"][0], label_array()[1] == 1)


# ---------------------------------------------------------------------------- kinds, order, text


def test_an_enhanced_file_without_dimensions_is_read_in_the_order_of_the_file(tmp_path):
    layout = Layout()
    whole = enhanced(layout, truth()[None], way="TriggerTime")
    for group in whole.PerFrameFunctionalGroupsSequence:
        del group.CardiacSynchronizationSequence
        group.FrameContentSequence[0].TemporalPositionIndex = 1
    save(whole, tmp_path / "enhanced.dcm")
    with pytest.raises(InputError) as caught:
        read_dynamic(tmp_path)
    assert caught.value.code == "no_frame_times"
    series = read_dynamic(tmp_path, frame_interval=5.0)
    check(series, times=5.0 * np.arange(FRAMES))
    assert any("the place in the file" in n for n in series.notes)


def test_lossy_compression_is_mentioned(tmp_path):
    rewrite(tmp_path / "plain", lambda image: None)
    assert not any("loss" in note for note in scan_study(tmp_path / "plain").series[0].notes)
    rewrite(tmp_path / "lossy", lambda i: setattr(i.ds, "LossyImageCompression", "01"))
    assert any("with loss" in note for note in read_dynamic(tmp_path / "lossy").notes)


def test_kinds_in_one_series_are_told_apart_by_what_differs(tmp_path):
    layout = Layout()
    images = []
    for number, (kind, echo) in enumerate((("WATER", 1.5), ("FAT", 1.5), ("WATER", 3.0))):
        more = layout.images(truth())
        tell_time(more, layout, "AcquisitionTime")
        for image in more:
            image.ds.ImageType = ["ORIGINAL", "PRIMARY", "M", kind]
            image.ds.EchoTime = echo
            image.ds.SOPInstanceUID = layout.uid("kind", number, image.f, image.k)
            image.name = f"{number}_{image.name}"
        images += more
    save_all(images, tmp_path)
    notes = [s.notes[0] for s in scan_study(tmp_path).series]
    assert len(set(notes)) == 3
    assert all("WATER" in n or "FAT" in n for n in notes)
    assert sum("TE 3 ms" in n for n in notes) == 1
    # A person can choose: every way to list them says what differs.
    study = scan_study(tmp_path)
    with pytest.raises(InputError) as caught:
        study.dynamic()
    assert caught.value.fields == ("reading.series",)  # parts of one another they are not
    for text in (str(caught.value), study_report(study)):
        for kind in ("WATER, TE 1.5 ms", "FAT, TE 1.5 ms", "WATER, TE 3 ms"):
            assert kind in text


@pytest.mark.slow
@pytest.mark.parametrize(
    ("charset", "text"),
    [("ISO_IR 100", "Wirbelsäule"), ("ISO_IR 192", "позвоночник Δ"), ("ISO_IR 144", "позвоночник"),
     ("ISO_IR 13", "ｾｷﾂｲ"), ("GB18030", "脊柱灌注"), (["", "ISO 2022 IR 87"], "脊椎")],
)  # fmt: skip
def test_text_is_read_in_the_character_set_of_the_file(tmp_path, charset, text):
    def name(image):
        image.ds.SpecificCharacterSet = charset
        image.ds.SeriesDescription = text

    rewrite(tmp_path, name)
    [series] = scan_study(tmp_path).series
    assert series.description == text
