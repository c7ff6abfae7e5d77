"""Drawing beside the page: what reaches beyond the series, as beside its last slice."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from sample_patients import sample_visit
from SpineDCELib.errors import InputError
from SpineDCELib.measurement.region_edits import margin
from SpineDCELib.mrml.volume_nodes import array_of, fill_volume, image_of, matrix_of, ras_of
from SpineDCELib.series import Geometry

pytest.importorskip("trame_slicer", reason="trame-slicer is not installed")

import slicer
import vtk
from trame_slicer.core import SlicerApp

from SpineDCEWidget.browser.drawing import Drawing
from SpineDCEWidget.shared.session import Session
from SpineDCEWidget.shared.study_opening import open_images

pytestmark = pytest.mark.slow

#: Slices, rows and columns that the lesion reaches out of the series at its start.
BEYOND = np.array((2, 3, 1))


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    return open_images(sample_visit(tmp_path_factory, "A", "before", "quick") / "dicom")


@pytest.fixture
def drawing(images):
    """A lesion in hand whose labelmap begins before the series does."""
    app = SlicerApp()
    session = Session(app.scene)
    visit = session.open("baseline", images)
    drawing = Drawing(app, session, confine=lambda *_: None, changed=session.regions_changed)
    drawing.session = session
    drawing.activate(visit)
    drawing.take("lesion")
    geometry = images.dynamic.geometry
    mask = np.zeros(np.add(geometry.shape, BEYOND), np.uint8)
    k, j, i = BEYOND
    mask[:k, j + 4 : j + 9, i + 4 : i + 9] = 1  # beside the series only
    mask[k, j + 4 : j + 9, i + 4 : i + 9] = 1
    image = slicer.vtkOrientedImageData()
    image.ShallowCopy(image_of(mask))
    image.SetExtent(*(v for n, size in zip((i, j, k), mask.shape[::-1], strict=True)
                      for v in (-n, size - 1 - n)))  # fmt: skip
    image.SetGeometryFromImageToWorldMatrix(matrix_of(geometry))
    slicer.vtkSlicerSegmentationsModuleLogic.SetBinaryLabelmapToSegment(
        image, visit.segmentation, drawing.segment
    )
    session.regions_changed(visit)
    assert drawing._editor.create_modifier_labelmap().GetDimensions()[2] > geometry.shape[0]
    # 3D Slicer's logics outlive the application otherwise, and complain.
    yield drawing
    app.scene.Clear(True)


def _lesion(drawing):
    return drawing.visit.analysis.regions["Lesion"]


def _square(shape, index):
    mask = np.zeros(shape, bool)
    mask[index, 4:9, 4:9] = True
    return mask


def test_slices_are_copied_and_filled_where_they_are_seen(drawing, images):
    shape = images.dynamic.geometry.shape
    square = _square(shape, 0)
    np.testing.assert_array_equal(_lesion(drawing), square)
    assert drawing.copy_slice(0, 2)
    np.testing.assert_array_equal(_lesion(drawing), square | _square(shape, 2))
    assert not drawing.copy_slice(4, 5)
    image = np.zeros(shape)
    image[3, 1, 2] = 5.0
    drawing.fill_between(4.0, 6.0, 3, image)
    expected = square | _square(shape, 2)
    expected[3, 1, 2] = True
    np.testing.assert_array_equal(_lesion(drawing), expected)
    drawing.session.undo()
    drawing.session.undo()
    np.testing.assert_array_equal(_lesion(drawing), square)


def test_a_slice_is_copied_whole_while_painting_is_limited_to_a_range(drawing, images):
    shape = images.dynamic.geometry.shape
    node = drawing._editor.editor_node
    node.SetSourceVolumeIntensityMaskRange(1e6, 2e6)  # of no voxel
    node.SetSourceVolumeIntensityMask(True)
    assert drawing.copy_slice(0, 2)
    np.testing.assert_array_equal(_lesion(drawing), _square(shape, 0) | _square(shape, 2))
    assert node.GetSourceVolumeIntensityMask()


def test_a_loaded_region_takes_the_place_of_what_reached_beyond(drawing, images):
    square = _square(images.dynamic.geometry.shape, 1)
    drawing.replace(square)
    np.testing.assert_array_equal(_lesion(drawing), square)
    assert drawing.session.history.undo_text == "Edit Lesion"
    drawing.session.undo()
    np.testing.assert_array_equal(_lesion(drawing), _square(images.dynamic.geometry.shape, 0))


def test_a_loaded_region_of_a_known_name_counts_beside_it(drawing, images):
    square = _square(images.dynamic.geometry.shape, 1)
    names = drawing.load({"Lesion": square}, {"Lesion": "lesion"})
    assert names == {"Lesion": "Lesion 2"}
    drawing.take_region("Lesion 2")
    assert (drawing.region, drawing.role, drawing.tool) == ("Lesion 2", "lesion", "paint")
    np.testing.assert_array_equal(drawing._mask(), square)
    drawing.take("lesion")
    assert drawing.region == "Lesion"


def test_a_whole_region_is_changed_as_one_step_of_undo(drawing, images):
    square = _square(images.dynamic.geometry.shape, 0)
    step = 1.01 * max(images.dynamic.geometry.spacing[:2])
    drawing.change("Grow Lesion", lambda mask, geometry: margin(mask, geometry, step))
    grown = _lesion(drawing)
    assert grown[0, 3, 5]
    assert grown.sum() > square.sum()
    assert drawing.session.history.undo_text == "Grow Lesion"
    drawing.session.undo()
    np.testing.assert_array_equal(_lesion(drawing), square)


def test_a_change_that_is_refused_leaves_region_and_undo_as_they_are(drawing, images):
    before = drawing.session.history.undo_texts
    with pytest.raises(InputError) as error:
        drawing.change("Shrink Lesion", lambda mask, geometry: margin(mask, geometry, -500.0))
    assert error.value.code == "nothing_left"
    np.testing.assert_array_equal(_lesion(drawing), _square(images.dynamic.geometry.shape, 0))
    assert drawing.session.history.undo_texts == before


def test_nothing_is_added_to_or_changed_in_a_locked_region(drawing, images):
    square = _square(images.dynamic.geometry.shape, 0)
    drawing.session.set_locked(drawing.visit, "Lesion", True)
    for action in (
        lambda: drawing.add(_square(square.shape, 2)),
        lambda: drawing.change("Change", lambda mask, _geometry: ~mask),
    ):
        with pytest.raises(InputError) as error:
            action()
        assert error.value.code == "region_locked"
    np.testing.assert_array_equal(_lesion(drawing), square)


def test_an_outline_takes_the_voxels_in_the_signal_range_and_none_is_said(drawing, images):
    node = drawing._editor.editor_node
    signal = array_of(drawing.visit.frame)
    square = _square(images.dynamic.geometry.shape, 2)
    middle = float(np.median(signal[square]))
    node.SetSourceVolumeIntensityMaskRange(middle, 1e9)
    node.SetSourceVolumeIntensityMask(True)
    drawing.add(square)
    np.testing.assert_array_equal(_lesion(drawing)[2], (square & (signal >= middle))[2])
    node.SetSourceVolumeIntensityMaskRange(1e8, 1e9)
    with pytest.raises(InputError) as error:
        drawing.add(_square(square.shape, 3))
    assert error.value.code == "none_in_range"
    node.SetSourceVolumeIntensityMask(False)


def test_a_region_grows_in_a_volume_of_another_grid(drawing, images):
    geometry = images.dynamic.geometry
    fine = Geometry(
        (geometry.shape[0], 2 * geometry.shape[1], 2 * geometry.shape[2]),
        geometry.affine @ np.diag([0.5, 0.5, 1.0, 1.0]),
    )
    values = np.zeros(fine.shape)
    values[2, 20:41, 10:31] = 100.0  # rows 10 to 20 and columns 5 to 15 of the dynamic grid
    node = drawing.visit.segmentation.GetScene().AddNewNodeByClass("vtkMRMLScalarVolumeNode")
    fill_volume(node, values, fine)
    seed = ras_of((2, 15, 10), geometry)
    grown = drawing.grow(tuple(seed), node, tolerance=0.2, distance=500.0)
    expected = np.zeros(geometry.shape, bool)
    expected[2, 10:21, 5:16] = True
    np.testing.assert_array_equal(grown.mask, expected)
    assert not grown.stopped
    np.testing.assert_array_equal(_lesion(drawing)[2], expected[2])
    with pytest.raises(InputError) as error:
        drawing.grow((1e4, 0.0, 0.0), node, tolerance=0.2, distance=10.0)
    assert error.value.code == "outside_images"


def test_the_stroke_under_the_brush_is_on_the_series(drawing, images, monkeypatch):
    geometry = images.dynamic.geometry
    place = (1, 6, 12)  # slice, row, column
    at = (geometry.affine @ (*place[::-1], 1))[:3] * (-1, -1, 1)
    points, glyph = vtk.vtkPoints(), vtk.vtkSphereSource()
    points.InsertNextPoint(at)
    glyph.SetRadius(1.2 * max(geometry.spacing[:2]))
    glyph.Update()
    widget = SimpleNamespace(
        is_painting=lambda: True, get_paint_glyph=glyph.GetOutput, _paint_coordinates_world=points
    )
    effect = SimpleNamespace(pipelines=[lambda: SimpleNamespace(widget=widget)])
    monkeypatch.setattr(type(drawing._editor), "active_effect", property(lambda _: effect))
    found = drawing.under_brush()["Lesion"]
    new = found & ~_lesion(drawing)
    assert found.shape == geometry.shape
    assert new[place]
    assert set(np.argwhere(new)[:, 0]) == {1}
    assert drawing.rows({"Lesion": found})


def test_the_region_in_hand_comes_back_with_its_visit(drawing, images):
    first = drawing.visit
    other = drawing.session.open("follow-up", images)
    drawing.take("lesion", "ellipse", another=True)
    assert drawing.region == "Lesion 2"
    drawing.activate(other)
    assert (drawing.region, drawing.tool) == ("Lesion", "ellipse")  # it has no second one
    drawing.activate(first)
    assert (drawing.region, drawing.tool) == ("Lesion 2", "ellipse")
    drawing.load({"Lesion 2": _square(images.dynamic.geometry.shape, 1)}, {"Lesion 2": "lesion"})
    drawing.take("lesion")
    drawing.activate(other)
    drawing.activate(first)
    assert drawing.region == "Lesion"
