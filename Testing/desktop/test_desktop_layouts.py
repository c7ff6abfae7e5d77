"""The arrangements of views, as the layout manager reads them."""

from xml.etree import ElementTree

import pytest

from SpineDCEWidget.desktop.view_layouts import LAYOUTS, SLOTS, layout_for, view_name


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
def test_a_layout_holds_its_views_once(layout):
    root = ElementTree.fromstring(layout.xml("Sagittal"))
    names = [v.get("singletontag") for v in root.iter("view") if "Slice" in v.get("class")]
    assert names == layout.views()
    assert len(names) == len(set(names)) == 3 * len(layout.rows)
    plots = [v for v in root.iter("view") if v.get("class") == "vtkMRMLPlotViewNode"]
    assert len(plots) == (2 if layout.curves else 0)
    kinds = {view.get("class") for view in root.iter("view")}
    assert "vtkMRMLViewNode" not in kinds  # volume rendering is not needed, and slow


def test_the_baseline_lies_above_the_follow_up_and_each_moves_by_itself():
    root = ElementTree.fromstring(LAYOUTS["both"].xml())
    rows = root.findall("item")
    for row, visit in zip(rows, ("baseline", "follow-up"), strict=False):
        tags = [view.get("singletontag") for view in row.iter("view")]
        assert tags == [view_name(visit, slot) for slot in SLOTS]
    # 3D Slicer shows one place in the views of a group, but the patient lay differently.
    groups = [p.text for p in root.iter("property") if p.get("name") == "viewgroup"]
    assert groups == ["1"] * len(SLOTS) + ["2"] * len(SLOTS)


def test_the_slices_lie_as_they_were_acquired():
    for orientation in ("Sagittal", "Axial"):
        root = ElementTree.fromstring(LAYOUTS["baseline"].xml(orientation))
        found = {p.text for p in root.iter("property") if p.get("name") == "orientation"}
        assert found == {orientation}


def test_numbers_are_none_of_3d_slicers_own_and_each_once():
    numbers = [layout.id for layout in LAYOUTS.values()]
    assert len(set(numbers)) == len(numbers)
    assert min(numbers) >= 1000


@pytest.mark.parametrize(
    ("visits", "choice", "name"),
    [
        (["baseline"], "with curves", "baseline"),
        (["follow-up"], "images only", "follow-up images"),
        (["follow-up", "baseline"], "with curves", "both"),
        (["baseline", "follow-up"], "images only", "both images"),
    ],
)
def test_the_layout_follows_the_visits_and_the_choice(visits, choice, name):
    assert layout_for(visits, choice) is LAYOUTS[name]


def test_no_study_no_layout():
    assert layout_for([], "with curves") is None


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
def test_the_first_views_of_a_layout_are_a_layout(layout):
    def names(count=None):
        root = ElementTree.fromstring(layout.xml("Sagittal", count))
        assert all(item.findall(".//view") for item in root.findall("item"))
        return [view.get("singletontag") for view in root.iter("view")]

    assert len(names()) == layout.count
    for count in range(1, layout.count + 1):
        assert names(count) == names()[:count]
