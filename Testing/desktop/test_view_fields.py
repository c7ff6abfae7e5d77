"""Fields of view keep an area in view, whatever sizes a view takes on the way."""

import pytest

slicer = pytest.importorskip("slicer", reason="slicer-core has no wheel for this platform")
view_fields = pytest.importorskip("SpineDCEWidget.desktop.view_fields")

AREA = (200.0, 100.0)


@pytest.fixture
def scene():
    scene = slicer.vtkMRMLScene()
    slicer.vtkMRMLSliceNode.AddDefaultSliceOrientationPresets(scene)
    return scene


@pytest.fixture
def node(scene):
    return narrow_view(scene)


def narrow_view(scene):
    node = scene.AddNewNodeByClass("vtkMRMLSliceNode")
    resize(node, 100, 400)
    return node


def resize(node, width, height):
    """Resize a view as 3D Slicer does: the height of the field stays."""
    fov = node.GetFieldOfView()
    node.SetDimensions(width, height, 1)
    node.SetFieldOfView(fov[1] * width / height, fov[1], fov[2])


def filled(node, area=AREA):
    """Return the larger share of the field that the area fills; 1 where it just fits."""
    width, height, _ = node.GetFieldOfView()
    return max(area[0] / width, area[1] / height)


def test_an_image_fitted_to_a_narrow_view_fills_it_when_it_is_wide(node):
    fields = view_fields.ViewFields()
    fields.fit(node, AREA)
    assert filled(node) == pytest.approx(1)
    resize(node, 400, 300)
    assert filled(node) < 0.5  # tiny, without this
    assert fields.follow(node)
    assert filled(node) == pytest.approx(1)
    assert not fields.follow(node)


def test_a_zoom_by_hand_holds_in_every_size(node):
    fields = view_fields.ViewFields()
    fields.fit(node, AREA)
    width, height, depth = node.GetFieldOfView()
    node.SetFieldOfView(width / 2, height / 2, depth)
    assert not fields.follow(node)
    for size in ((400, 300), (50, 500), (300, 300)):
        resize(node, *size)
        assert fields.follow(node)
        assert filled(node, (100, 50)) == pytest.approx(1)


def test_views_that_are_resized_one_after_the_other_show_the_same_area(scene, node):
    fields, other = view_fields.ViewFields(), narrow_view(scene)
    for one in (node, other):
        fields.fit(one, AREA)
    for size in ((400, 300), (300, 200), (400, 300)):
        for one, behind in ((node, other), (other, node)):
            resize(one, *size)
            assert fields.follow(one)
            fields.share(one, behind)
    for one in (node, other):
        assert filled(one) == pytest.approx(1)


def test_a_view_that_was_never_fitted_is_left_alone(node):
    fields = view_fields.ViewFields()
    before = node.GetFieldOfView()
    assert not fields.follow(node)
    assert node.GetFieldOfView() == before
