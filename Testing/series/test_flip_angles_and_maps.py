"""Flip angles before and after the injection, and T1 maps that cannot be one."""

import numpy as np
import pytest
import SimpleITK as sitk
from series.dicom_layouts import Layout, save_all, tell_time, truth
from SpineDCELib.errors import InputError
from SpineDCELib.run.inputs import read_images, read_T1_map
from SpineDCELib.series import read_dynamic, scan_study
from SpineDCELib.settings import Settings

pytestmark = pytest.mark.filterwarnings("ignore:Invalid value for VR")
ANGLES = (2.0, 5.0, 10.0, 15.0, 25.0)


def study(folder, *, sets, agent=""):
    """A dynamic at 9:00 and sets of flip angles, each some seconds from its start."""
    dynamic = Layout()
    images = dynamic.images(truth())
    tell_time(images, dynamic, "AcquisitionTime")
    save_all(images, folder / "dynamic")
    for n, start in enumerate(sets):
        for k, angle in enumerate(ANGLES):
            one = Layout(
                FA=angle, series_number=20 + 10 * n + k,
                description=f"T1 angles {n}" if agent else f"VFA {n}",
                times=np.array([start + 20.0 * k]),
            )  # fmt: skip
            images = one.images((truth()[k : k + 1] // (n + 1)).astype(np.uint16))
            tell_time(images, one, "AcquisitionTime")
            for image in images if agent else ():
                image.ContrastBolusAgent = agent
            save_all(images, folder / f"angles{n}{k}")


def test_a_set_after_the_injection_is_left_out_and_named(tmp_path):
    study(tmp_path, sets=(-300.0, 400.0))
    found = scan_study(tmp_path)
    roles = [s.role for s in found.series]
    assert (
        roles.count("variable flip angle")
        == roles.count("variable flip angle after contrast")
        == len(ANGLES)
    )
    images = read_images(tmp_path, Settings())
    assert images.flip_angles is not None
    # The first set alone: nothing is averaged.
    np.testing.assert_array_equal(images.flip_angles.signal, truth()[: len(ANGLES)])
    late = [str(s.number) for s in found.series if s.role.endswith("after contrast")]
    [note] = [n for n in images.dynamic.notes if "left out" in n]
    assert ", ".join(late) in note


@pytest.mark.parametrize(
    ("start", "role"), [(-300.0, "variable flip angle"), (400.0, "T1 after contrast")]
)
def test_the_time_decides_although_the_files_name_a_contrast_agent(tmp_path, start, role):
    study(tmp_path, sets=(start,), agent="Gadobutrol")
    found = scan_study(tmp_path)
    assert [s.role for s in found.series].count(role) == len(ANGLES)
    assert (read_images(tmp_path, Settings()).flip_angles is not None) == (start < 0)


def test_sets_before_the_injection_are_averaged_and_that_is_said(tmp_path):
    study(tmp_path, sets=(-600.0, -300.0))
    images = read_images(tmp_path, Settings())
    assert any("averaged" in n and "25°" in n for n in images.dynamic.notes)


def test_a_set_after_the_injection_alone_gives_no_T10(tmp_path):
    study(tmp_path, sets=(400.0,))
    assert read_images(tmp_path, Settings()).flip_angles is None


def test_philips_angles_without_their_own_scale_are_doubted(tmp_path):
    dynamic = Layout(vendor="Philips Medical Systems")
    images = dynamic.images(truth())
    tell_time(images, dynamic, "AcquisitionTime")
    save_all(images, tmp_path / "dynamic")
    for k, angle in enumerate(ANGLES):
        one = dynamic.moved(FA=angle, series_number=20 + k, times=np.array([-300.0 + 20 * k]))
        images = one.images(truth()[k : k + 1])
        tell_time(images, one, "AcquisitionTime")
        save_all(images, tmp_path / f"angle{k}")
    notes = read_images(tmp_path, Settings()).dynamic.notes
    assert any("may not be comparable" in n for n in notes)


# ---------------------------------------------------------------------------- T1 maps


def write_map(path, values, geometry):
    image = sitk.GetImageFromArray(values.astype(np.float32))
    image.SetSpacing(geometry.spacing)
    image.SetOrigin(geometry.origin.tolist())
    image.SetDirection(geometry.direction.ravel().tolist())
    sitk.WriteImage(image, str(path))


@pytest.fixture
def geometry(tmp_path):
    folder = tmp_path / "d"
    layout = Layout()
    images = layout.images(truth())
    tell_time(images, layout, "AcquisitionTime")
    save_all(images, folder)
    return read_dynamic(folder).geometry


def test_absurd_values_of_a_T1_map_leave_their_voxels_out(tmp_path, geometry):
    values = np.full(geometry.shape, 800.0)
    values[0, 0, :3] = (0.0, -5.0, 60_000.0)
    write_map(tmp_path / "T1.nrrd", values, geometry)
    found = read_T1_map(str(tmp_path / "T1.nrrd"), geometry)
    assert np.isnan(found.array[0, 0, :3]).all()
    assert np.isfinite(found.array).sum() == values.size - 3
    np.testing.assert_allclose(found.array[1:], 0.8)
    assert any(n.startswith("3 voxels") for n in found.notes)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "value"), [("R1_map", 1.25), ("T1", 3e-4), ("T1", 40_000.0)])
def test_a_map_whose_numbers_cannot_be_T1_is_refused(tmp_path, geometry, name, value):
    write_map(tmp_path / f"{name}.nrrd", np.full(geometry.shape, value), geometry)
    with pytest.raises(InputError) as caught:
        read_T1_map(str(tmp_path / f"{name}.nrrd"), geometry)
    assert caught.value.code == "not_a_T1_map"
