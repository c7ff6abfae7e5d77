"""A scene's sequence node as a dynamic series; needs the MRML libraries (slicer-core)."""

import numpy as np
import pytest
from SpineDCELib.errors import InputError
from SpineDCELib.mrml.sequence_nodes import (
    dynamic_series_from_multivolume,
    dynamic_series_from_sequence,
)

slicer = pytest.importorskip("slicer", reason="the MRML libraries (slicer-core) are not installed")
vtk = pytest.importorskip("vtk")
pytest.importorskip("vtk.util.numpy_support")


def volume(array, *, spacing=(1.25, 2.5, 5.0), origin=(10.0, -20.0, 30.0)):
    from slicer.util import updateVolumeFromArray

    node = slicer.vtkMRMLScalarVolumeNode()
    updateVolumeFromArray(node, array)
    node.SetSpacing(spacing)
    node.SetOrigin(origin)
    return node


@pytest.fixture
def sequence():
    rng = np.random.default_rng(0)
    frames = rng.uniform(0, 100, (12, 2, 3, 4)).astype(np.float32)
    times = np.cumsum(np.r_[3.0, rng.uniform(4, 7, 11)])
    scene = slicer.vtkMRMLScene()
    node = slicer.vtkMRMLSequenceNode()
    scene.AddNode(node)
    node.SetName("DCE")
    node.SetIndexUnit("s")
    for t, frame in zip(times, frames, strict=True):
        node.SetDataNodeAtValue(volume(frame), repr(float(t)))
    return scene, node, frames, times


def test_pixels_times_and_geometry(sequence):
    _, node, frames, times = sequence
    node.SetAttribute("MultiVolume.DICOM.RepetitionTime", "4.5")
    node.SetAttribute("MultiVolume.DICOM.FlipAngle", "25")
    series = dynamic_series_from_sequence(node)
    np.testing.assert_array_equal(series.signal, frames)
    np.testing.assert_allclose(series.times, times - times[0])
    assert series.geometry.spacing == pytest.approx((1.25, 2.5, 5.0))
    # RAS (10, −20, 30) is LPS (−10, 20, 30).
    np.testing.assert_allclose(series.geometry.origin, [-10, 20, 30])
    assert pytest.approx(0.0045) == series.acquisition.TR
    assert series.acquisition.FA == 25


def test_milliseconds_and_missing_units_are_recognised(sequence):
    _, node, _, times = sequence
    node.SetIndexUnit("ms")
    series = dynamic_series_from_sequence(node)
    np.testing.assert_allclose(series.times, (times - times[0]) / 1000)
    node.SetIndexUnit("")
    with pytest.raises(InputError, match="frame interval"):
        dynamic_series_from_sequence(node)
    series = dynamic_series_from_sequence(node, frame_interval=5.4)
    np.testing.assert_allclose(np.diff(series.times), 5.4)


def test_frames_on_different_grids_are_refused(sequence):
    _, node, frames, _ = sequence
    node.SetDataNodeAtValue(volume(frames[0], origin=(0.0, 0.0, 0.0)), "500")
    with pytest.raises(InputError, match="Frame 13"):
        dynamic_series_from_sequence(node)


def test_an_empty_sequence_is_refused():
    node = slicer.vtkMRMLSequenceNode()
    with pytest.raises(InputError, match="no scalar volumes"):
        dynamic_series_from_sequence(node)


def multivolume(frames, times, unit="ms"):
    """All frames as components of one node, as the MultiVolume modules keep them."""
    node = slicer.vtkMRMLVectorVolumeNode()
    count, k, j, i = frames.shape
    image = vtk.vtkImageData()
    image.SetDimensions(i, j, k)
    values = np.ascontiguousarray(np.moveaxis(frames, 0, -1)).reshape(-1, count)
    image.GetPointData().SetScalars(vtk.util.numpy_support.numpy_to_vtk(values, deep=True))
    node.SetAndObserveImageData(image)
    node.SetSpacing(1.25, 2.5, 5.0)
    node.SetOrigin(10.0, -20.0, 30.0)
    node.SetAttribute("MultiVolume.FrameLabels", ",".join(f"{t * 1000:g}" for t in times))
    node.SetAttribute("MultiVolume.FrameIdentifyingDICOMTagUnits", unit)
    node.SetAttribute("MultiVolume.DICOM.RepetitionTime", "4.5")
    return node


def test_a_multivolume_reads_like_a_sequence(sequence):
    _, node, frames, times = sequence
    series = dynamic_series_from_multivolume(multivolume(frames, times))
    np.testing.assert_array_equal(series.signal, frames)
    np.testing.assert_allclose(series.times, times - times[0], atol=1e-2)
    assert series.geometry.matches(dynamic_series_from_sequence(node).geometry)
    assert pytest.approx(0.0045) == series.acquisition.TR
    even = dynamic_series_from_multivolume(multivolume(frames, times), frame_interval=5.0)
    np.testing.assert_allclose(even.times, np.arange(12) * 5.0)


def test_labels_that_are_not_times_are_refused(sequence):
    _, _, frames, times = sequence
    wrong = multivolume(frames, times)
    wrong.SetAttribute("MultiVolume.FrameLabels", "early,late")
    with pytest.raises(InputError, match="frame interval"):
        dynamic_series_from_multivolume(wrong)
    with pytest.raises(InputError, match="frame interval"):
        dynamic_series_from_multivolume(multivolume(frames, times, unit="fortnight"))
    short = multivolume(frames, times[:5])
    with pytest.raises(InputError, match="12 frames but 5"):
        dynamic_series_from_multivolume(short)
