"""Files of real scanners and other programs, compared with other readers."""

import json
import shutil

import numpy as np
import pytest
import SimpleITK as sitk
from reference_data import reference
from SpineDCELib.series import (
    Geometry,
    put_on_grid,
    read_dynamic,
    read_flip_angles,
    read_segmentation,
    read_volume,
    scan_study,
)


def dcm2niix(file):
    """Return frames, geometry (LPS) and interval of a NIfTI of dcm2niix, read by SimpleITK."""
    image = sitk.ReadImage(str(file))
    array = sitk.GetArrayFromImage(image)
    n = image.GetDimension()
    direction = np.reshape(image.GetDirection(), (n, n))[:3, :3]
    geometry = Geometry.from_parts(
        array.shape[-3:], image.GetSpacing()[:3], image.GetOrigin()[:3], direction
    )
    return array.reshape(-1, *array.shape[-3:]), geometry, float(image.GetMetaData("pixdim[4]"))


def compare(series, file, tolerance=1e-3):
    frames, geometry, interval = dcm2niix(file)
    assert series.signal.shape == frames.shape
    for ours, theirs in zip(series.signal, frames, strict=True):
        np.testing.assert_array_equal(put_on_grid(ours, series.geometry, geometry), theirs)
    np.testing.assert_allclose(series.times, np.arange(len(frames)) * interval, atol=tolerance)


def test_ge_series_of_single_slices():
    folder = reference("dcm-qa/ge")
    series = read_dynamic(folder / "mr_0004")
    compare(series, folder / "Ref" / "DCM2NIIX_regression_test_4.nii")
    side = json.loads((folder / "Ref" / "DCM2NIIX_regression_test_4.json").read_text())
    assert pytest.approx(side["RepetitionTime"]) == series.acquisition.TR
    assert pytest.approx(side["EchoTime"]) == series.acquisition.TE
    assert side["FlipAngle"] == series.acquisition.FA
    assert "duration" in series.time_origin


def test_siemens_enhanced_with_one_file_per_frame():
    folder = reference("dcm-qa/enhanced")
    series = read_dynamic(folder / "In" / "Siemens")
    compare(series, folder / "Ref" / "Siemens_REST1_w_SMS_PF7-8_6.nii")
    assert pytest.approx(0.5) == series.acquisition.TR
    assert "FrameAcquisitionDateTime" in series.time_origin


def test_philips_enhanced_with_several_images_per_slice():
    folder = reference("dcm-qa/enhanced")
    study = scan_study(folder / "In" / "Philips")
    assert [s.dimensions for s in study.series] == [(1, 32, 64, 64)] * 2
    assert [s.component for s in study.series] == ["magnitude", "real"]
    volume = read_volume(next(s for s in study.series if s.component == "magnitude"))
    frames, geometry, _ = dcm2niix(folder / "Ref" / "Philips_WIP_B0_NS_801_e1.nii")
    side = json.loads((folder / "Ref" / "Philips_WIP_B0_NS_801_e1.json").read_text())
    # dcm2niix stores Philips' true signal, stored / scale slope; ours is the display value.
    ours = put_on_grid(volume.array, volume.geometry, geometry)
    display = side["PhilipsRescaleSlope"] * side["PhilipsScaleSlope"]
    np.testing.assert_allclose(ours, frames[0] * display, rtol=1e-5)
    assert pytest.approx(side["RepetitionTime"], rel=1e-5) == volume.acquisition.TR
    assert pytest.approx(side["EchoTime"]) == volume.acquisition.TE


@pytest.mark.parametrize(
    "name", ["ge/Ref/DCM2NIIX_regression_test_4", "enhanced/Ref/Siemens_REST1_w_SMS_PF7-8_6"]
)
def test_nifti_with_sidecar(name):
    file = reference(f"dcm-qa/{name}.nii")
    series = read_dynamic(file)
    frames, geometry, interval = dcm2niix(file)
    np.testing.assert_array_equal(series.signal, frames)
    assert series.geometry.matches(geometry)
    np.testing.assert_allclose(np.diff(series.times), interval)
    side = json.loads(file.with_suffix(".json").read_text())
    assert pytest.approx(side["RepetitionTime"]) == series.acquisition.TR


@pytest.mark.slow
def test_real_files_of_two_patients_and_formats_in_one_folder(tmp_path):
    source = reference("dcm-qa")
    for file in [*source.rglob("*.dcm"), *source.rglob("*.nii")]:
        shutil.copy(file, tmp_path / f"{len(list(tmp_path.iterdir())):04d}_{file.name}")
    study = scan_study(tmp_path)
    assert sorted((s.format, s.frames) for s in study.series) == [
        ("DICOM", 1), ("DICOM", 1), ("DICOM", 4), ("DICOM", 10),
        ("NIfTI", 1), ("NIfTI", 4), ("NIfTI", 10),
    ]  # fmt: skip
    assert len(study.patients) == 3


@pytest.mark.slow
def test_qiba_frames_and_flip_angles():
    study = scan_study(reference("qiba-v4"))
    series = read_dynamic(study)
    assert series.signal.shape == (661, 1, 200, 60)
    np.testing.assert_allclose(series.times, np.arange(661) * 0.5, atol=1e-9)
    assert (series.acquisition.TR, series.acquisition.FA) == (0.005, 25.0)
    assert "AcquisitionTime" in series.time_origin
    angles = read_flip_angles(study, dynamic=study.dynamic())
    assert angles.FA.tolist() == [3, 6, 9, 15, 24, 35]
    assert angles.TR == 0.005
    assert angles.signal.shape == (6, 1, 200, 60)
    # The tissue strip by the equation that the object's description names: T1 1000 ms, M0 1000.
    FA, E = np.deg2rad(angles.FA), np.exp(-0.005 / 1.0)
    expected = 1000 * np.sin(FA) * (1 - E) / (1 - np.cos(FA) * E)
    tissue = angles.signal[:, 0, :180, :].reshape(6, -1)
    np.testing.assert_allclose(np.median(tissue, axis=1), expected, atol=1.0)


def test_pkmodeling_multivolume_and_its_masks():
    folder = reference("pkmodeling")
    study = scan_study(folder)
    series = read_dynamic(study)
    assert series.signal.shape == (36, 1, 13, 16)
    np.testing.assert_allclose(series.times, np.arange(36) * 5.0)
    assert "MultiVolume.FrameLabels" in series.time_origin
    a = series.acquisition
    assert (a.TR, a.TE, a.FA) == (0.005, 0.001, 15.0)
    # ITK reads the list axis as vector pixels: the same numbers by another way.
    image = sitk.ReadImage(str(folder / "DRO3min5secinf.nrrd"))
    theirs = np.moveaxis(sitk.GetArrayFromImage(image), -1, 0)
    np.testing.assert_allclose(series.signal, theirs, rtol=1e-6)
    for name in ("DRO-AIF.nrrd", "DRO-ROI.nrrd"):
        masks = read_segmentation(folder / name).on(series.geometry)
        reference_mask = sitk.GetArrayFromImage(sitk.ReadImage(str(folder / name))) != 0
        np.testing.assert_array_equal(np.any(list(masks.values()), axis=0), reference_mask)
    T1 = read_volume(folder / "DRO-T1Map.nrrd")
    assert T1.geometry.matches(series.geometry)
    assert np.median(T1.array) > 1000  # ms, as written
