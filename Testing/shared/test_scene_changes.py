"""Changes of a visit's nodes by other modules, scripts and undo: noticed, never behind a tick."""

import numpy as np
import pytest
from mrml.scenes import compute, images_of, new_scene, nodes_in, with_anatomy, write_visits
from SpineDCELib.errors import InputError
from SpineDCELib.measurement.rulers import Ruler
from SpineDCELib.mrml import region_nodes as drawn
from SpineDCELib.mrml.volume_nodes import array_of, touched
from SpineDCELib.run.inputs import read_regions, read_roles
from SpineDCELib.series.study_date import study_date

from SpineDCEWidget.shared.session import Session
from SpineDCEWidget.shared.steps import DONE, state_of
from SpineDCEWidget.shared.study_opening import open_images

pytestmark = pytest.mark.slow

slicer = pytest.importorskip("slicer", reason="slicer-core has no wheel for this platform")


@pytest.fixture(scope="module")
def studies(tmp_path_factory):
    written = write_visits(tmp_path_factory)
    return dict(zip(("baseline", "follow-up"), written.values(), strict=True))


def opened(studies):
    session = Session(new_scene())
    dicom, rois = studies["baseline"]
    visit = session.open("baseline", with_anatomy(images_of(dicom)), study=dicom)
    masks = read_regions([str(rois)], visit.analysis.study.dynamic.geometry)
    session.load_regions(visit, masks, read_roles([str(rois)]))
    compute(session, visit)
    assert visit.is_current
    session.history.clear(session.state)
    return session, visit


@pytest.fixture(scope="module")
def whole(studies):
    return opened(studies)


@pytest.fixture
def work(whole):
    session, visit = whole
    yield session, visit
    while session.history.undo_text:
        session.undo()
    session.notices.clear()
    session.compute(visit)
    assert visit.is_current


def remove(session, node):
    session.scene.RemoveNode(node)


def marks(session):
    return {state.step.key: state.mark for state in state_of(session)}


def test_nothing_changed_is_nothing_said(work):
    session, visit = work
    assert session.follow_scene() == []
    assert session.notices == []
    assert visit.is_current


def test_frames_go_on_playing_while_their_nodes_are_gone(work):
    session, visit = work
    remove(session, visit.sequence)
    visit.show_frame(2)
    wanted = visit.analysis.study.dynamic.signal[2]
    np.testing.assert_array_equal(array_of(visit.frame), wanted)
    remove(session, visit.frame)
    visit.show_frame(3)
    session.follow_scene()
    visit.show_frame(3)
    wanted = visit.analysis.study.dynamic.signal[3]
    np.testing.assert_array_equal(array_of(visit.frame), wanted)


def test_a_deleted_segmentation_is_said_and_comes_back_by_undo(work):
    session, visit = work
    regions = dict(visit.state.regions)
    roles = dict(visit.analysis.roles)
    remove(session, visit.segmentation)
    assert session.follow_scene() == [visit]
    assert "deleted" in session.notices[0]
    assert visit.analysis.regions == {}
    assert not visit.is_current
    assert marks(session)["maps"] != DONE
    session.undo()
    assert visit.analysis.roles == roles
    for name, mask in drawn.masks_of(
        visit.segmentation, visit.analysis.study.dynamic.geometry
    ).items():
        np.testing.assert_array_equal(mask, regions[name])


def test_drawing_goes_on_after_the_segmentation_was_deleted(work):
    session, visit = work
    remove(session, visit.segmentation)
    identity = session.segment_for(visit, "lesion")
    assert visit.segmentation.GetSegmentation().GetSegment(identity) is not None


def test_a_region_that_is_moved_or_renamed_elsewhere_is_out_of_date(work):
    session, visit = work
    name = next(n for n, r in visit.analysis.roles.items() if r == "lesion")
    geometry = visit.analysis.study.dynamic.geometry
    moved = np.roll(visit.analysis.regions[name], 1, axis=2)
    drawn.fill_segments(visit.segmentation, {name: moved}, geometry, roles=visit.analysis.roles)
    assert session.follow_scene() == [visit]
    assert not visit.is_current
    session.compute(visit)
    segmentation = visit.segmentation.GetSegmentation()
    identity = segmentation.GetSegmentIdBySegmentName(name)
    segmentation.GetSegment(identity).SetName("Metastasis")
    assert session.follow_scene() == [visit]
    assert not visit.is_current
    assert "Metastasis" in visit.analysis.regions
    assert session.history.undo_text == f"Rename {name} to Metastasis"


def test_two_regions_of_one_name_both_count(work):
    session, visit = work
    name = next(n for n, r in visit.analysis.roles.items() if r == "lesion")
    voxels = visit.analysis.regions[name].sum()
    identity = session.segment_for(visit, "lesion", another=True)
    segment = visit.segmentation.GetSegmentation().GetSegment(identity)
    geometry = visit.analysis.study.dynamic.geometry
    small = np.zeros(geometry.shape, bool)
    small[0, 1:3, 1:3] = True
    drawn.fill_segments(visit.segmentation, {segment.GetName(): small}, geometry, roles={})
    segment.SetName(name)
    session.follow_scene()
    lesions = [n for n, r in visit.analysis.roles.items() if r == "lesion"]
    assert len(lesions) == 2
    assert sorted(visit.analysis.regions[n].sum() for n in lesions) == sorted([4, voxels])


def test_rulers_that_are_drawn_moved_and_deleted_are_out_of_date(work):
    session, visit = work
    line = drawn.add_ruler(visit.nodes, Ruler("long", (0, 0, 0), (30.0, 0, 0)))
    drawn.add_ruler(visit.nodes, Ruler("short", (0, 0, 0), (0, 20.0, 0)))
    assert session.follow_scene() == [visit]
    assert not visit.is_current
    session.compute(visit)
    line.SetNthControlPointPositionWorld(1, -40.0, 0, 0)
    assert session.follow_scene() == [visit]
    assert not visit.is_current
    session.compute(visit)
    remove(session, line)
    assert session.follow_scene() == [visit]
    assert not visit.is_current


@pytest.mark.parametrize("how", ["deleted", "changed"])
def test_a_map_that_is_not_the_result_is_out_of_date(work, how):
    session, visit = work
    node = visit.maps["vp"]
    if how == "deleted":
        remove(session, node)
    else:
        array_of(node)[...] = 7
        touched(node)
    assert session.follow_scene() == [visit]
    assert not visit.is_current
    assert marks(session)["maps"] != DONE
    with pytest.raises(InputError) as raised:
        session.export("nowhere")
    assert raised.value.code == "out_of_date"
    session.compute(visit)
    assert visit.is_current
    np.testing.assert_allclose(
        array_of(visit.maps["vp"]), 100 * visit.result.maps["vp"], rtol=1e-6, equal_nan=True
    )


def test_deleted_images_are_restored(work):
    session, visit = work
    signal = visit.analysis.study.dynamic.signal
    for use in ("sequence", "frame", "anatomy"):
        remove(session, visit.nodes.get(use))
    assert session.follow_scene() == [visit]
    assert session.notices
    assert visit.is_current
    visit.show_frame(2)
    np.testing.assert_array_equal(array_of(visit.frame), signal[2])
    assert visit.anatomy is not None


def test_images_that_were_changed_are_read_again(studies):
    session, visit = opened(studies)
    node = visit.sequence.GetNthDataNode(3)
    before = visit.analysis.study.dynamic.signal.copy()
    array_of(node)[0, 0, 0] += 1
    touched(node)
    assert session.follow_scene() == [visit]
    assert not visit.is_current
    after = visit.analysis.study.dynamic.signal
    assert after[3, 0, 0, 0] == before[3, 0, 0, 0] + 1
    np.testing.assert_array_equal(after[4], before[4])
    session.compute(visit)
    assert visit.is_current
    assert session.follow_scene() == []


def test_the_parameter_node_comes_back(work):
    session, visit = work
    sequence = visit.sequence
    remove(session, visit.nodes.present)
    session.follow_scene()
    assert visit.sequence is sequence
    assert visit.is_current


@pytest.mark.parametrize("left", [(), ("sequence", "flip angles")])
def test_a_visit_that_was_deleted_whole_is_closed(studies, left):
    session, visit = opened(studies)
    for use in list(visit.nodes.uses()):
        if use not in left:
            remove(session, visit.nodes.get(use))
    session.follow_scene()
    assert session.visits == []
    assert session.notices
    assert not [name for name in nodes_in(session.scene) if "baseline" in name]


def test_closing_leaves_no_display_of_a_node_that_was_deleted(studies):
    session, visit = opened(studies)
    kind = "vtkMRMLDisplayNode"
    other = session.scene.AddNewNodeByClass("vtkMRMLScalarVolumeDisplayNode", "Mine")
    for node in (visit.frame, visit.maps["vp"], visit.segmentation):
        remove(session, node)
    session.follow_scene()
    session.compute(visit)
    session.close()
    assert [session.scene.GetNthNodeByClass(0, kind)] == [other]
    assert session.scene.GetNumberOfNodesByClass(kind) == 1


@pytest.mark.parametrize("use", ["chart.aif", "chart.candidates"])
def test_the_lines_of_a_deleted_chart_go_with_it_and_it_comes_back(work, use):
    session, visit = work
    before = sorted(nodes_in(session.scene))
    chart = visit.nodes.get(use)
    lines = [chart.GetNthPlotSeriesNode(i) for i in range(chart.GetNumberOfPlotSeriesNodes())]
    tables = [line.GetTableNode() for line in lines]
    remove(session, chart)
    session.follow_scene()
    assert lines
    assert not any(session.scene.IsNodePresent(node) for node in (*lines, *tables))
    session.compute(visit)
    assert sorted(nodes_in(session.scene)) == before


def test_another_study_brings_no_date_regions_rulers_or_curves_along(studies):
    session, visit = opened(studies)
    drawn.add_ruler(visit.nodes, Ruler("long", (0, 0, 0), (30.0, 0, 0)))
    session.compute(visit)
    images = open_images(studies["follow-up"][0])
    session.open("baseline", images)
    assert visit.date == study_date(images.dynamic) != ""
    assert visit.analysis.regions == {}
    assert visit.rulers == ()
    kinds = [name for name in nodes_in(session.scene) if "PlotSeries" in name or "Chart" in name]
    assert kinds == []
