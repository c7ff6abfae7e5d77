"""Locked regions and vertebral levels in a session, and their way through saved work."""

from __future__ import annotations

import numpy as np
import pytest
from SpineDCELib.errors import InputError
from SpineDCELib.mrml import region_nodes as drawn

pytest.importorskip("slicer", reason="slicer-core has no wheel for this platform")

from mrml.scenes import new_scene
from small_study import write_small_study
from SpineDCELib.run.saved_session import read_session

from SpineDCEWidget.shared.session import Session
from SpineDCEWidget.shared.study_opening import open_images

ROLES = {"Lesion": "lesion", "Lesion 2": "lesion", "L3": "reference"}


def block(shape, column):
    """A region of 3 × 2 voxels in both slices."""
    mask = np.zeros(shape, bool)
    mask[:, 1:4, column : column + 2] = True
    return mask


@pytest.fixture
def work(tmp_path):
    """A session of two visits of one study, with the same regions in both."""
    session = Session(new_scene())
    series = write_small_study(tmp_path / "study").series
    for name in ("baseline", "follow-up"):
        visit = session.open(name, open_images(series), study=series)
        shape = visit.analysis.study.dynamic.geometry.shape
        masks = {name: block(shape, column) for name, column in zip(ROLES, (0, 3, 6), strict=True)}
        session.load_regions(visit, masks, ROLES)
    return session, *session.visits


def paint(visit, name, column):
    """Change a region in the scene, as the tools of both windows do."""
    geometry = visit.analysis.study.dynamic.geometry
    mask = block(geometry.shape, column)
    drawn.fill_segments(visit.segmentation, {name: mask}, geometry, roles=ROLES)
    return mask


def test_no_tool_changes_a_locked_region_until_it_is_unlocked(work):
    session, visit, _other = work
    before = visit.state.regions["Lesion"]
    session.set_locked(visit, "Lesion", True)
    paint(visit, "Lesion", 1)
    assert not session.regions_changed(visit)
    geometry = visit.analysis.study.dynamic.geometry
    np.testing.assert_array_equal(drawn.masks_of(visit.segmentation, geometry)["Lesion"], before)
    assert visit.state.regions["Lesion"] is before
    # Other regions are drawn as ever.
    mask = paint(visit, "Lesion 2", 4)
    assert session.regions_changed(visit)
    np.testing.assert_array_equal(visit.analysis.regions["Lesion 2"], mask)
    session.set_locked(visit, "Lesion", False)
    mask = paint(visit, "Lesion", 1)
    assert session.regions_changed(visit)
    np.testing.assert_array_equal(visit.analysis.regions["Lesion"], mask)


def test_a_lock_is_undone_and_computes_nothing_again(work):
    session, visit, other = work
    inputs = visit.analysis.inputs
    session.set_locked(visit, "Lesion", True)
    assert visit.state.locked == {"Lesion"}
    assert other.state.locked == set()
    assert visit.analysis.inputs is inputs
    assert session.history.undo_text == "Lock Lesion (Baseline)"
    session.undo()
    assert visit.state.locked == set()
    session.redo()
    assert visit.state.locked == {"Lesion"}


def test_undo_names_the_visits_that_it_changes_where_several_are_open(work):
    session, visit, other = work
    paint(other, "Lesion", 1)
    session.regions_changed(other)
    assert session.history.undo_text == "Edit Lesion (Follow-up)"
    session.move_shift(visit, 2.0)
    assert session.history.undo_text == "Move the shift (Baseline)"
    session.choose(visit, {"fit.model": "patlak"})
    assert session.history.undo_text.endswith(" (Baseline, Follow-up)")
    session.undo()
    assert session.history.redo_text.endswith(" (Baseline, Follow-up)")
    session.close_visit(other)
    paint(visit, "Lesion", 1)
    session.regions_changed(visit)
    assert session.history.undo_text == "Edit Lesion"


def test_locks_and_levels_are_in_the_saved_work_and_in_the_scene(work, tmp_path):
    session, visit, other = work
    session.set_locked(visit, "Lesion", True)
    session.set_level(visit, "Lesion", "T12")
    session.save(tmp_path / "work")
    saved = {one.name: one for one in read_session(tmp_path / "work")}
    assert saved["baseline"].choices["locked"] == ["Lesion T12"]
    assert "Lesion T12" in saved["baseline"].masks
    assert saved["baseline"].roles["Lesion T12"] == "lesion"
    again = Session(new_scene())
    images = open_images(visit.study_path)
    visit = again.open("baseline", images, study=visit.study_path, saved=saved["baseline"])
    assert visit.state.locked == {"Lesion T12"}
    # What a scene file brings is taken up by a new session on the same scene.
    from_scene = Session(session.scene)
    assert from_scene.visit("baseline").state.locked == {"Lesion T12"}
    assert from_scene.visit(other.name).state.locked == set()


def test_a_level_is_part_of_the_regions_name_in_every_visit_and_is_undone_at_once(work):
    session, visit, other = work
    session.set_delay(visit, "Lesion", 3.0)
    session.set_level(visit, "Lesion", "L3")
    for one in (visit, other):
        assert list(one.analysis.regions) == ["Lesion L3", "Lesion 2", "L3"]
        assert one.analysis.roles["Lesion L3"] == "lesion"
        assert drawn.roles_in(one.segmentation)["Lesion L3"] == "lesion"
    assert visit.settings.fit.shifts == {"Lesion L3": 3.0}
    session.set_level(visit, "Lesion L3", "L4")
    session.set_level(other, "Lesion L4", None)
    assert list(visit.analysis.regions) == ["Lesion", "Lesion 2", "L3"]
    assert session.history.undo_text == "Set the level of Lesion (Baseline, Follow-up)"
    for _step in range(2):  # the levels at once, and the shift
        session.undo()
    for one in (visit, other):
        assert set(one.analysis.regions) == set(ROLES)
        assert drawn.roles_in(one.segmentation) == dict(one.state.roles)
    assert not session.history.undo_text or "Load" in session.history.undo_text
    session.redo()
    assert visit.settings.fit.shifts == {"Lesion": 3.0}


def test_a_reference_chosen_by_its_level_stays_the_reference(work):
    session, visit, _other = work
    session.choose(visit, {"reading.reference_level": "L3"})
    session.set_level(visit, "L3", "L4")
    assert visit.settings.reading.reference_level == "L4"
    assert visit.analysis.roles["L4"] == "reference"


def test_two_regions_of_one_visit_do_not_get_one_name(work):
    session, visit, _other = work
    session.set_level(visit, "Lesion", "L3")
    session.set_level(visit, "Lesion 2", None)
    drawn.rename_segment(visit.segmentation, "Lesion 2", "Lesion L5")
    session.regions_changed(visit)
    with pytest.raises(InputError) as error:
        session.set_level(visit, "Lesion L5", "L3")
    assert error.value.code == "region_name_taken"
    assert "Lesion L5" in visit.state.roles
