"""Thumbnails of visits: what they show, the right way up, in the colours of the map."""

import io

import numpy as np
import pytest
from matplotlib import image as images
from mrml.scenes import new_scene, with_anatomy
from small_study import write_small_study
from SpineDCELib.mrml.map_nodes import colour_map, fill_map
from SpineDCELib.mrml.region_nodes import set_masks
from SpineDCELib.series import Geometry

from SpineDCEWidget.shared.session import Session
from SpineDCEWidget.shared.study_opening import open_images
from SpineDCEWidget.shared.visit_thumbnails import PIXELS, _upright, thumbnail

pytest.importorskip("slicer", reason="3D Slicer's libraries (slicer-core) are not installed")


@pytest.fixture
def visit(tmp_path):
    session = Session(new_scene())
    images = open_images(write_small_study(tmp_path, edit=np.round).series)
    return session.open("baseline", with_anatomy(images))


def shown(visit):
    return images.imread(io.BytesIO(thumbnail(visit)), format="png")


def test_there_is_none_without_a_map_and_one_in_the_colours_of_the_map(visit):
    assert thumbnail(visit) == b""
    grid = visit.analysis.study.dynamic.geometry
    vp = np.full(grid.shape, np.nan)
    vp[1] = 0.1
    node = fill_map(visit.nodes, "vp", vp, grid, about={})
    colour_map(node, low=0, high=10)
    lesion = np.zeros(grid.shape, bool)
    lesion[1, 2, 3] = True
    set_masks(visit.segmentation, {"L": lesion}, grid, roles={"L": "lesion"})
    first = thumbnail(visit)
    assert max(shown(visit).shape[:2]) == PIXELS
    assert thumbnail(visit) is first, "made once"
    colour_map(node, low=0, high=40)
    assert thumbnail(visit) != first, "it follows the scale"


@pytest.mark.parametrize(
    ("row", "column", "corner"),
    [
        # Columns to the back, rows to the feet: sagittal as the scanner stores it.
        ((0, 0, -1), (0, 1, 0), (0, 0)),
        # Rows to the head: turned upside down.
        ((0, 0, 1), (0, 1, 0), (-1, 0)),
        # Columns to the front: turned left to right.
        ((0, 0, -1), (0, -1, 0), (0, -1)),
        # Axial, rows to the back, columns to the left of the patient.
        ((0, 1, 0), (1, 0, 0), (0, 0)),
        ((0, -1, 0), (-1, 0, 0), (-1, -1)),
    ],
)
def test_head_or_front_is_up_and_left_or_back_on_the_right(row, column, corner):
    affine = np.eye(4)
    affine[:3, 0], affine[:3, 1] = column, row
    affine[:3, 2] = np.cross(column, row)
    picture = np.zeros((8, 8, 3), np.uint8)
    picture[0, 0] = 255
    turned = _upright(picture, Geometry((3, 8, 8), affine))
    assert turned[corner].max() > 200
    assert (turned > 200).mean() < 0.05
