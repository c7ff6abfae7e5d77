"""What the result and the report say of rulers and of regions that were carried over."""

import json
from types import SimpleNamespace

import numpy as np
import pytest
from mrml.scenes import compute, images_of, new_scene, write_visits
from SpineDCELib.errors import InputError
from SpineDCELib.measurement import Extent, Size
from SpineDCELib.measurement.lesion_size import TWO_RULERS
from SpineDCELib.measurement.rulers import Ruler, bidimensional_of, plane_of, plane_of_size
from SpineDCELib.mrml import region_nodes as drawn
from SpineDCELib.mrml.visit_record import replace_regions
from SpineDCELib.run.inputs import read_regions, read_roles
from SpineDCELib.run.saved_session import read_session
from SpineDCELib.series import Geometry

from SpineDCEWidget.shared import formatting as shown
from SpineDCEWidget.shared.course_session import CARRIED, _digest
from SpineDCEWidget.shared.session import Session
from SpineDCEWidget.shared.steps import unused_aorta

pytest.importorskip("slicer", reason="3D Slicer's libraries (slicer-core) are not installed")

SAGITTAL = Geometry(
    (8, 96, 96),
    np.array([[0, 0, 4.0, -16], [1.0, 0, 0, -48], [0, -1.0, 0, 48], [0, 0, 0, 1]]),
)


@pytest.mark.parametrize(
    ("start", "end", "plane"),
    [
        ((0, 0, 0), (0, 30, 0), "sagittal"),
        ((0, 0, 0), (0, 0, 30), "sagittal"),
        ((0, 0, 0), (0.5, 20, 20), "sagittal"),
        ((0, 0, 0), (30, 0, 0.2), "axial"),
        ((0, 0, 0), (30, 0.5, 20), "coronal"),
        ((0, 0, 0), (20, 20, 20), "oblique"),
    ],
)
def test_the_plane_of_a_ruler_is_that_of_the_slice_that_holds_it(start, end, plane):
    if plane == "axial":
        end = (30, 10, 0.2)
    assert plane_of(Ruler("", start, end), SAGITTAL) == plane


@pytest.mark.parametrize(
    ("along", "across", "plane"),
    [
        ((0, 30, 0), (0, 0, 20), "sagittal"),
        ((30, 0, 0), (0, 20, 0), "axial"),
        ((0, 0, 30), (20, 0, 0), "coronal"),
        ((20, 20, 20), (10, -10, 0), "oblique"),
    ],
)
def test_the_plane_of_two_rulers_is_the_one_that_holds_both(along, across, plane):
    rulers = [Ruler("", (0, 0, 0), along), Ruler("", (0, 0, 0), across)]
    size = Size(bidimensional_of(rulers), Extent(0, 0, 0, 0), source=TWO_RULERS)
    assert plane_of_size(size, SAGITTAL) == plane


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    session = Session(new_scene())
    written = write_visits(tmp_path_factory)
    for name, (dicom, rois) in zip(("baseline", "follow-up"), written.values(), strict=True):
        visit = session.open(name, images_of(dicom), study=dicom)
        geometry = visit.analysis.study.dynamic.geometry
        masks = read_regions([str(rois)], geometry)
        drawn.set_masks(visit.segmentation, masks, geometry, roles=read_roles([str(rois)]))
        session.regions_changed(visit)
        compute(session, visit)
    return session


def page_of(session, folder):
    session.export(folder, formats=["report"])
    pages = [path.read_text() for path in folder.rglob("report.html")]
    both = [page for page in pages if "baseline and follow-up" in page]
    return both[0] if both else "".join(pages)


@pytest.mark.slow
def test_a_single_ruler_is_in_the_result_and_in_the_report_with_its_visit_and_plane(work, tmp_path):
    work.compare(flip_runs=0)
    baseline = work.visit("baseline")
    drawn.add_ruler(baseline.nodes, Ruler("Height", (0, 0, 0), (0, 0, 34.2)))
    work.regions_changed(baseline)
    assert work.is_comparison_current, "one ruler changes no number"
    assert "Height: 34.2 mm (sagittal plane)" in shown.sizes(baseline)
    assert "34.2" not in shown.sizes(work.visit("follow-up"))
    page = page_of(work, tmp_path / "out")
    table = page[page.index("Rulers") :][:400]
    for cell in ("baseline", "Height", "34.2", "sagittal"):
        assert cell in table, table
    record = json.loads(next((tmp_path / "out" / "before").glob("provenance.json")).read_text())
    assert not record["inputs"].get("size"), "the command line refuses one ruler as a size"
    for ruler in drawn.ruler_nodes(baseline.nodes):
        work.scene.RemoveNode(ruler)
    work.regions_changed(baseline)
    assert ">Rulers<" not in page_of(work, tmp_path / "without")


@pytest.mark.slow
def test_two_rulers_name_the_plane_of_the_size(work, tmp_path):
    baseline = work.visit("baseline")
    drawn.add_ruler(baseline.nodes, Ruler("long", (0, 0, 0), (0, 30.0, 0)))
    drawn.add_ruler(baseline.nodes, Ruler("short", (0, 0, 0), (0, 0, 20.0)))
    work.regions_changed(baseline)
    compute(work, baseline)
    said = shown.sizes(baseline)
    assert "30.0 × 20.0 mm (two rulers, sagittal plane)" in said
    assert "long" not in said, "the size has them"
    assert "30.0 × 20.0 (two rulers, sagittal plane)" in page_of(work, tmp_path / "out")


@pytest.mark.slow
def test_sizes_of_different_planes_are_named_and_not_compared(work, tmp_path):
    baseline, after = work.visit("baseline"), work.visit("follow-up")
    for ruler in drawn.ruler_nodes(baseline.nodes):
        work.scene.RemoveNode(ruler)
    drawn.add_ruler(baseline.nodes, Ruler("long", (0, 0, 0), (0, 30.0, 0)))
    drawn.add_ruler(baseline.nodes, Ruler("short", (0, 0, 0), (0, 0, 20.0)))
    for visit in (baseline, after):
        work.regions_changed(visit)
        compute(work, visit)
    work.compare(flip_runs=0)
    [lesion] = work.comparison.lesions
    assert np.isnan(lesion.size_change)
    [row] = [r for r in shown.result_rows(work)[1] if r[0] == "diameters [mm]"]
    assert "30.0 × 20.0 (two rulers, sagittal plane)" in row[1]
    assert "axial plane" in row[2]
    assert row[3] == "not comparable"
    assert any("cannot be compared" in text for text in work.comparison.warnings)
    findings, _impression = work.report.draft()
    assert "30.0 × 20.0 mm (two rulers, sagittal plane) at baseline" in findings
    assert "mm (on the axial plane) at follow-up" in findings
    drawn.add_ruler(after.nodes, Ruler("long", (0, 0, 0), (0, 15.0, 0)))
    drawn.add_ruler(after.nodes, Ruler("short", (0, 0, 0), (0, 0, 10.0)))
    work.regions_changed(after)
    compute(work, after)
    work.compare(flip_runs=0)
    assert work.comparison.lesions[0].size_change == pytest.approx(-75)
    for visit in (baseline, after):
        for ruler in drawn.ruler_nodes(visit.nodes):
            work.scene.RemoveNode(ruler)
        work.regions_changed(visit)
        compute(work, visit)


@pytest.mark.slow
def test_the_report_says_of_carried_regions_that_they_were_carried_until_they_are_corrected(
    work, tmp_path
):
    after = work.visit("follow-up")
    lesion = next(n for n, role in after.state.roles.items() if role == "lesion")
    after.nodes.keep(CARRIED, {_digest(after.state.regions[lesion]): []})
    work.tell_origin(after)
    compute(work, work.visit("baseline"))
    work.compare(flip_runs=0)
    told = f"The region of {lesion} was carried over"
    nothing = "Sizes and volumes of regions that were carried over do not show a change."
    assert any(told in text and nothing in text for text in work.comparison.warnings)
    (change,) = work.comparison.lesions
    assert np.isnan([change.volume_change, change.size_change, change.outline_volume_change]).all()
    assert "at follow-up (carried over)" in work.report.draft()[0]
    rows = shown.result_rows(work)[1]
    assert ["origin of the region", "drawn", "carried over, not corrected", "–"] in rows
    assert told in work.report.draft()[0]
    page = page_of(work, tmp_path / "carried")
    assert told in page
    assert "carried over, not corrected" in page
    work.save(tmp_path / "saved")
    kept = {one.name: one.choices for one in read_session(tmp_path / "saved")}
    assert kept["follow-up"][CARRIED], "earlier work knows it too"

    mask = after.state.regions[lesion].copy()
    mask[tuple(np.argwhere(mask)[0])] = False
    geometry = after.analysis.study.dynamic.geometry
    drawn.fill_segments(after.segmentation, {lesion: mask}, geometry, roles=after.state.roles)
    work.regions_changed(after)
    compute(work, after)
    work.compare(flip_runs=0)
    assert "carried over" not in page_of(work, tmp_path / "corrected")
    work.undo()
    compute(work, after)
    work.compare(flip_runs=0)
    assert "carried over, not corrected" in page_of(work, tmp_path / "again")


@pytest.mark.slow
def test_regions_are_carried_to_a_visit_in_which_only_the_aorta_is_drawn(work):
    after, course = work.visit("follow-up"), work.course
    compute(work, work.visit("baseline"))
    geometry = after.analysis.study.dynamic.geometry
    assert course.has_own_regions(after)
    assert course.source_of(after) is None
    with pytest.raises(InputError, match="its own regions"):
        course.carry_job(after)
    kept = dict(after.state.regions), dict(after.state.roles)
    own = np.zeros(geometry.shape, bool)
    own[0, :2, :2] = True
    replace_regions(after.nodes, {"Aorta": own}, {"Aorta": "aorta"}, geometry)
    work.regions_changed(after)
    assert unused_aorta(after).startswith("The AIF comes from the artery that was found, not from")
    chosen = SimpleNamespace(aif_mask=own, artery_by_hand=True, settings=after.analysis.settings)
    by_hand = unused_aorta(SimpleNamespace(needed=lambda: chosen))
    assert by_hand.startswith("The AIF comes from the artery that was chosen by hand, not from")
    try:
        assert course.source_of(after) is work.visit("baseline")
        job = course.carry_job(after)
        job.finish(job.run())
        roles = after.state.roles
        assert [name for name, role in roles.items() if role == "aorta"] == ["Aorta"]
        np.testing.assert_array_equal(after.state.regions["Aorta"], own)
        assert {"lesion", "reference"} <= set(roles.values())
    finally:
        replace_regions(after.nodes, *kept, geometry)
        work.regions_changed(after)
