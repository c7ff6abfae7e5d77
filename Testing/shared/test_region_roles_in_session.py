"""Roles of regions, several regions of a role, and regions of one name."""

import numpy as np
import pytest
from mrml.scenes import new_scene
from small_study import write_small_study
from SpineDCELib.mrml import region_nodes as drawn

from SpineDCEWidget.shared.formatting import region_text, result_rows
from SpineDCEWidget.shared.session import Session
from SpineDCEWidget.shared.study_opening import open_images

pytest.importorskip("slicer", reason="slicer-core has no wheel for this platform")

ROLES = {"Aorta": "aorta", "Lesion": "lesion", "Lesion 2": "lesion", "A": "reference",
         "B": "reference"}  # fmt: skip


def block(shape, column):
    """A region of 3 × 2 voxels in both slices."""
    mask = np.zeros(shape, bool)
    mask[:, 1:4, column : column + 2] = True
    return mask


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    session = Session(new_scene())
    series = write_small_study(tmp_path_factory.mktemp("study")).series
    visit = session.open("baseline", open_images(series), study=series)
    shape = visit.analysis.study.dynamic.geometry.shape
    masks = dict(zip(ROLES, (block(shape, c) for c in (0, 2, 3, 4, 6)), strict=True))
    masks["Aorta"][:] = False
    masks["Aorta"][..., 0] = True
    session.load_regions(visit, masks, ROLES)
    session.choose(visit, {"aif.source": "mask", "concentration.T1_source": "fixed",
                           "concentration.T10": 0.8, "fit.shift": 0.0})  # fmt: skip
    session.compute(visit)
    session.history.clear(session.state)
    return session, visit


@pytest.fixture
def work(whole):
    session, visit = whole
    yield session, visit
    while session.history.undo_text:
        session.undo()
    session.compute(visit)


def test_several_lesions_and_references_are_measured(work):
    session, visit = work
    measures = visit.result.measures
    assert measures.lesions() == ["Lesion", "Lesion 2"]
    pairs = {(one.lesion, one.reference) for one in measures.normalised if one.parameter == "vp"}
    assert pairs == {(lesion, ref) for lesion in ("Lesion", "Lesion 2") for ref in "AB"}
    # The panel and the table show the same number of each lesion.
    shown = {row.name: region_text(row) for row in visit.region_numbers()}
    _headings, rows = result_rows(session)
    table = " ".join(cell for row in rows for cell in row)
    for lesion in ("Lesion", "Lesion 2"):
        ratio = shown[lesion].split(" · ")[-1]
        assert ratio.endswith("×")
        assert ratio in table


def test_another_role_changes_what_is_measured_and_is_undone(work):
    session, visit = work
    before = drawn.roles_in(visit.segmentation)
    session.set_role(visit, "Lesion 2", "exclusion")
    assert visit.analysis.roles["Lesion 2"] == "exclusion"
    assert not visit.is_current
    session.compute(visit)
    assert visit.result.measures.lesions() == ["Lesion"]
    assert session.history.undo_text == "Change the role of Lesion 2"
    session.undo()
    assert visit.analysis.roles["Lesion 2"] == "lesion"
    assert drawn.roles_in(visit.segmentation) == before


def test_a_region_that_waits_for_the_brush_changes_its_role(work):
    session, visit = work
    session.segment_for(visit, "lesion", another=True)
    session.set_role(visit, "Lesion 3", "reference")
    assert visit.state.roles["Lesion 3"] == "reference"
    assert visit.is_current
    drawn.remove_segment(visit.segmentation, "Lesion 3")
    session.regions_changed(visit)


def test_the_role_of_a_region_that_is_gone_changes_nothing(work):
    session, visit = work
    before = dict(visit.state.roles)
    assert session.set_role(visit, "Lesion 9", "reference") == []
    assert visit.state.roles == before


def test_a_loaded_region_of_a_known_name_counts_beside_the_present_one(work):
    session, visit = work
    old = visit.analysis.regions["Lesion"]
    new = np.roll(old, 1, axis=1)
    names = session.load_regions(visit, {"Lesion": new, "A": visit.analysis.regions["A"]}, ROLES)
    assert names == {"Lesion": "Lesion 3", "A": "A"}
    np.testing.assert_array_equal(visit.analysis.regions["Lesion"], old)
    np.testing.assert_array_equal(visit.analysis.regions["Lesion 3"], new)
    assert visit.analysis.roles["Lesion 3"] == "lesion"
    assert set(visit.analysis.regions) == {*ROLES, "Lesion 3"}
