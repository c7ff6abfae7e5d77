"""The artery on the image: outlines of what is used and what is not, and taking it in and out."""

import sys
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from mrml.scenes import compute, images_of, new_scene, write_visits
from scipy import ndimage
from SpineDCELib.aif import Verdict
from SpineDCELib.errors import InputError
from SpineDCELib.mrml import vessel_nodes
from SpineDCELib.mrml.region_nodes import masks_of
from SpineDCELib.mrml.volume_nodes import ras_of, voxel_of

from SpineDCEWidget.shared.artery_marks import (
    ArteryMarks,
    edge_of,
    place_of,
    toggle_vessel,
    toggle_voxel,
    vessel_text,
)
from SpineDCEWidget.shared.session import Session

pytest.importorskip("slicer", reason="3D Slicer's libraries (slicer-core) are not installed")
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def visit(tmp_path_factory):
    session = Session(new_scene())
    dicom, _rois = next(iter(write_visits(tmp_path_factory).values()))
    opened = session.open("baseline", images_of(dicom), study=dicom)
    compute(session, opened)
    opened.session = session
    return opened


def point(visit, voxel):
    return ras_of(tuple(int(v) for v in voxel), visit.analysis.study.dynamic.geometry)


def segments(visit):
    found = visit.vessels.GetSegmentation()
    return [found.GetNthSegment(i).GetName() for i in range(found.GetNumberOfSegments())]


def test_the_artery_and_the_other_vessels_are_outlined_in_their_step_only(visit):
    marks, count = ArteryMarks(), visit.nodes.scene.GetNumberOfNodes()
    assert marks.follow([visit], [visit])
    found = visit.analysis.detection()
    rejected = {
        c.reason for c in found.candidates if not c.accepted and c.verdict != Verdict.LESION
    }
    assert set(segments(visit)) == {"in the AIF", *rejected}
    assert not visit.vessels.GetSaveWithScene()
    assert not marks.follow([visit], [visit]), "nothing has changed"
    assert marks.follow([visit], [])
    assert visit.vessels is None
    assert visit.nodes.scene.GetNumberOfNodes() == count
    assert not marks.follow([visit], [])


def test_nothing_of_a_closed_study_is_kept(visit):
    marks, found = ArteryMarks(), visit.analysis.detection()
    count = sys.getrefcount(found)
    marks.follow([visit], [visit])
    assert sys.getrefcount(found) == count + 1
    marks.follow([], [])
    assert sys.getrefcount(found) == count
    marks.follow([visit], [visit])
    marks.follow([visit], [])


@pytest.mark.parametrize(
    ("rows", "corners"),
    [
        (["....", ".##.", "...."], 6),
        (["#..#", ".##.", ".##."], 8),
        (["###", "#.#", "###"], 12),
        (["##.", "##.", "..#"], 8),
        (["#"], 4),
    ],
)
def test_the_edge_of_a_vessel_goes_around_its_voxels(rows, corners):
    mask = np.array([[c == "#" for c in row] for row in rows])
    edge = edge_of(mask)
    assert len(edge) == len(set(edge)) == corners
    steps = np.abs(np.diff([*edge, edge[0]], axis=0)).sum(axis=1)
    assert set(steps) == {1.0}
    # The area inside the line is that of the largest part, holes filled.
    y, x = np.array(edge).T
    area = abs(np.dot(x, np.roll(y, 1)) - np.dot(y, np.roll(x, 1))) / 2
    parts, _count = ndimage.label(mask)
    part = parts == np.bincount(parts[parts > 0]).argmax()
    assert area == ndimage.binary_fill_holes(part).sum()
    assert edge_of(np.zeros((3, 3), bool)) == []


def test_the_place_of_a_candidate_is_in_one_of_its_voxels(visit):
    found, geometry = visit.analysis.detection(), visit.analysis.study.dynamic.geometry
    ring = np.zeros(found.vessels.shape, np.int32)  # its centre lies outside it
    ring[1, 10:21, 10:21] = 99
    ring[1, 13:18, 13:18] = 0
    x, y, z = (geometry.affine @ [15.0, 15.0, 1.0, 1.0])[:3]
    row = replace(found.candidates[0], slice=1, vessel=99, position=(x, y, z))
    odd = replace(found, vessels=ring, candidates=(row,))
    shown = SimpleNamespace(
        needed=lambda: SimpleNamespace(detection=lambda: odd, study=visit.analysis.study)
    )
    place = place_of(shown, 0)
    assert ring[voxel_of(place, geometry)] == 99
    assert np.linalg.norm(np.subtract(place, (-x, -y, z))) < 5 * max(geometry.spacing)
    for index, one in enumerate(found.candidates):
        k, j, i = voxel_of(place_of(visit, index), geometry)
        assert (k, found.vessels[k, j, i]) == (one.slice, one.vessel)


def test_a_vessel_is_taken_out_and_in_where_it_is_clicked(visit):
    session, found = visit.session, visit.analysis.detection()
    marks = ArteryMarks()
    marks.follow([visit], [visit])
    voxel = np.argwhere(found.mask)[0]
    place = point(visit, voxel)
    assert vessel_text(visit, place) == "in the AIF"
    toggle_vessel(session, visit, place)
    changed = visit.analysis.detection()
    own = found.vessels[voxel[0]] == found.vessels[tuple(voxel)]
    assert not changed.mask[voxel[0]][own].any()
    [before, after] = [
        next(c for c in one.candidates if (c.slice, c.vessel) == (
            voxel[0], found.vessels[tuple(voxel)]
        ))
        for one in (found, changed)
    ]  # fmt: skip
    assert after.peak == before.peak, "the curve of a vessel depends on whether it is taken"
    assert marks.follow([visit], [visit])
    assert vessel_text(visit, place) == "not in the AIF: removed by hand"
    toggle_vessel(session, visit, place)
    np.testing.assert_array_equal(visit.analysis.detection().mask, found.mask)
    session.undo(2)
    assert visit.selection is None


def test_a_single_voxel_is_taken_out_and_in_where_it_is_clicked(visit):
    session, mask = visit.session, visit.analysis.detection().mask
    voxel = tuple(int(v) for v in np.argwhere(mask)[0])
    marks = ArteryMarks()
    marks.follow([visit], [visit])
    for expected in (False, True):
        toggle_voxel(session, visit, point(visit, voxel))
        assert marks.follow([visit], [visit]), "the outline waits for no maps"
        assert (vessel_text(visit, point(visit, voxel)) == "in the AIF") == expected
        now = visit.analysis.detection().mask
        assert now[voxel] == expected
        assert (now != mask).sum() == (not expected)
    assert session.history.undo_text == f"Take a voxel of slice {voxel[0] + 1} into the artery"
    session.undo(2)


def test_where_there_is_no_vessel_none_is_taken_in(visit):
    found = visit.analysis.detection()
    voxel = np.argwhere((found.vessels == 0) & (found.verdicts == Verdict.NOT_ENHANCING))[0]
    assert vessel_text(visit, point(visit, voxel)) == ""
    with pytest.raises(InputError, match="made out no vessel at this place"):
        toggle_vessel(visit.session, visit, point(visit, voxel))
    with pytest.raises(InputError, match="outside the dynamic images"):
        toggle_voxel(visit.session, visit, point(visit, (-5, 0, 0)))
    assert visit.selection is None


def test_vessels_of_an_outdated_artery_are_not_shown(visit):
    session, marks = visit.session, ArteryMarks()
    marks.follow([visit], [visit])
    session.choose(visit, {"aif.source": "parker"})
    assert marks.follow([visit], [visit])
    assert visit.vessels is None
    assert vessel_text(visit, point(visit, (0, 0, 0))) == ""
    session.undo()


def test_outlines_follow_a_change_and_only_what_changed_is_filled_again(visit, monkeypatch):
    session, marks, filled = visit.session, ArteryMarks(), []
    fill = vessel_nodes.fill_segment

    def noted(node, name, *more, **options):
        filled.append(name)
        fill(node, name, *more, **options)

    monkeypatch.setattr(vessel_nodes, "fill_segment", noted)
    marks.follow([visit], [visit])
    assert set(filled) == set(segments(visit))
    geometry, found = visit.analysis.study.dynamic.geometry, visit.analysis.detection()
    np.testing.assert_array_equal(masks_of(visit.vessels, geometry)["in the AIF"], found.mask)
    filled.clear()
    row = next(i for i, c in enumerate(found.candidates) if c.accepted)
    session.toggle_candidate(visit, row)
    marks.follow([visit], [visit])
    assert set(filled) == {"in the AIF", "removed by hand"}
    now = visit.analysis.detection()
    masks = masks_of(visit.vessels, geometry)
    np.testing.assert_array_equal(masks["in the AIF"], now.mask)
    np.testing.assert_array_equal(masks["removed by hand"], now.verdicts == Verdict.BY_HAND)
    session.undo()
    marks.follow([visit], [])


def test_only_so_many_outlines_are_drawn_at_once(visit):
    marks, geometry = ArteryMarks(), visit.analysis.study.dynamic.geometry
    assert not marks.follow([visit], [visit], at_most=0)
    assert visit.vessels is None
    counts = []
    while marks.follow([visit], [visit], at_most=2):
        counts.append(len(segments(visit)))
        assert "in the AIF" in segments(visit), "it comes first"
    whole = masks_of(visit.vessels, geometry)
    assert counts == sorted({*range(2, len(whole), 2), len(whole)})
    marks.follow([visit], [])
    marks.follow([visit], [visit], at_most=1)
    assert marks.follow([visit], []), "an unfinished one is hidden too"
    assert visit.vessels is None
    marks.follow([visit], [visit])
    for name, mask in masks_of(visit.vessels, geometry).items():
        np.testing.assert_array_equal(mask, whole[name])
    marks.follow([visit], [])
