"""The session on a real scene: the radiologist's work without a shell, against the command line."""

import csv
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from mrml.scenes import compute, images_of, new_scene, nodes_in, with_anatomy, write_visits
from SpineDCELib.cli import main
from SpineDCELib.compare.carried_regions import CarriedRegions, CarryCheck
from SpineDCELib.data import Images
from SpineDCELib.errors import InputError
from SpineDCELib.measurement.rulers import Ruler
from SpineDCELib.mrml import region_nodes as drawn
from SpineDCELib.mrml.visit_nodes import visit_names
from SpineDCELib.mrml.volume_nodes import array_of, geometry_of, ras_of
from SpineDCELib.run.inputs import read_regions, read_roles
from SpineDCELib.run.saved_session import read_session
from SpineDCELib.series import Geometry
from SpineDCELib.settings import changed

from SpineDCEWidget.shared import steps
from SpineDCEWidget.shared.action_history import actions_of
from SpineDCEWidget.shared.course_session import CARRIED, keep_carried
from SpineDCEWidget.shared.formatting import warnings
from SpineDCEWidget.shared.frame_subtraction import USE as SUBTRACTION
from SpineDCEWidget.shared.frame_subtraction import show_subtraction
from SpineDCEWidget.shared.session import FOLDERS, Session
from SpineDCEWidget.shared.study_opening import is_of_study, open_images

pytestmark = pytest.mark.slow

pytest.importorskip("slicer", reason="3D Slicer's libraries (slicer-core) are not installed")

BOTH = ("baseline", "follow-up")


@pytest.fixture(scope="module")
def studies(tmp_path_factory):
    written = write_visits(tmp_path_factory)
    return dict(zip(BOTH, written.values(), strict=True))


def draw(session, visit, path):
    geometry = visit.analysis.study.dynamic.geometry
    masks = read_regions([str(path)], geometry)
    drawn.set_masks(visit.segmentation, masks, geometry, roles=read_roles([str(path)]))
    session.regions_changed(visit)
    return masks


def opened(studies, names=BOTH, *, regions=True):
    session = Session(new_scene())
    for name in names:
        dicom, rois = studies[name]
        visit = session.open(name, images_of(dicom), study=dicom)
        if regions:
            draw(session, visit, rois)
        compute(session, visit)
    return session


@pytest.fixture(scope="module")
def session(studies):
    return opened(studies)


@pytest.fixture
def baseline(session):
    return session.visit("baseline")


def test_regions_come_back_as_they_were_drawn(session, baseline, studies):
    visit = baseline
    masks = draw(session, visit, studies["baseline"][1])
    assert visit.analysis.regions.keys() == masks.keys()
    for name, mask in masks.items():
        np.testing.assert_array_equal(visit.analysis.regions[name], mask)
    assert "lesion" in visit.analysis.roles.values()


def test_an_unchanged_region_stays_the_same(session, baseline):
    visit = baseline
    before = dict(visit.analysis.regions)
    assert not session.regions_changed(visit)
    assert all(visit.analysis.regions[name] is mask for name, mask in before.items())


def test_a_region_lies_where_its_voxels_lie_in_the_patient(baseline):
    visit = baseline
    geometry = visit.analysis.study.dynamic.geometry
    _name, mask = next(iter(visit.analysis.regions.items()))
    voxel = tuple(int(v) for v in np.argwhere(mask)[0])
    assert visit.slice_of(ras_of(voxel, geometry)) == voxel[0]
    np.testing.assert_allclose(geometry_of(visit.maps["vp"]).affine, geometry.affine, atol=1e-9)
    assert visit.explain(ras_of(voxel, geometry)).voxel == voxel


def test_maps_are_shown_in_the_units_that_are_read(baseline):
    visit = baseline
    np.testing.assert_allclose(
        array_of(visit.maps["vp"]), 100 * visit.result.maps["vp"], rtol=1e-6, equal_nan=True
    )
    assert visit.maps["vp"].GetAttribute("SpineDCE.unit") == "mL/100 mL"
    np.testing.assert_allclose(
        array_of(visit.maps["Ktrans"]), visit.result.maps["Ktrans"], rtol=1e-6, equal_nan=True
    )


def test_moving_the_shift_shows_what_a_whole_analysis_would(studies):
    session = opened(studies, ("baseline",))
    visit = session.visit("baseline")
    nodes = nodes_in(session.scene)
    there = array_of(visit.maps["vp"]).copy()
    for shift in np.linspace(-2, 7, 19):
        session.move_shift(visit, shift, slices=[3])
    moved = array_of(visit.maps["vp"])
    assert nodes_in(session.scene) == nodes
    np.testing.assert_array_equal(moved[[0, 1, 2, 4]], there[[0, 1, 2, 4]])
    assert not visit.is_current
    shown = moved[3].copy()
    session.compute(visit)
    assert visit.is_current
    np.testing.assert_allclose(
        array_of(visit.maps["vp"])[3], shown, rtol=1e-4, atol=1e-4, equal_nan=True
    )


@pytest.mark.parametrize(
    ("fit", "at_once"), [({}, True), ({"model": "two_compartment_exchange"}, False)]
)
def test_a_slice_of_a_full_size_study_follows_the_slider_at_once_where_the_model_is_fast(
    baseline, monkeypatch, fit, at_once
):
    monkeypatch.setattr(type(baseline), "settings", changed(baseline.settings, fit=fit))
    assert baseline.fits_at_once(256 * 256) == at_once


def test_a_proposed_shift_follows_the_regions_until_it_is_set_by_hand(studies):
    session = opened(studies, ("baseline",), regions=False)
    visit = session.visit("baseline")
    of_all_tissue = visit.settings.fit.shift
    draw(session, visit, studies["baseline"][1])
    session.compute(visit)
    shift = visit.settings.fit.shift
    assert visit.follows_proposal
    assert shift == round(visit.evidence.proposal, 2) != of_all_tissue
    # Work that is taken up again goes on following.
    other = Session(new_scene())
    again = other.open("baseline", open_images(studies["baseline"][0]), saved=session.saved()[0])
    assert again.follows_proposal
    assert again.settings.fit.shift == shift

    session.move_shift(visit, shift + 1.5)
    assert not visit.follows_proposal
    session.reset_artery(visit)
    draw(session, visit, studies["baseline"][1])
    session.compute(visit)
    assert visit.settings.fit.shift == round(shift + 1.5, 3)


def test_live_numbers_are_those_of_the_analysis(session, baseline):
    visit = baseline
    session.compute(visit)
    measured = {r.name: r.parameters["vp"].mean for r in visit.result.regions}
    for row in visit.region_numbers():
        assert row.means["vp"] == pytest.approx(100 * measured[row.name], rel=1e-5)


def test_numbers_of_regions_come_from_a_job_and_hold_for_what_is_drawn_then(session, baseline):
    visit = baseline
    session.compute(visit)
    job = session.numbers_job(visit)
    numbers = job.run()
    assert not visit.has_numbers
    job.finish(numbers)
    assert visit.has_numbers
    assert visit.region_numbers() is numbers
    job = session.numbers_job(visit)
    numbers = job.run()
    session.set_role(visit, "Lesion", "exclusion")
    job.finish(numbers)
    assert not visit.has_numbers
    session.undo()


def test_candidates_are_taken_out_and_in_again(studies):
    session = opened(studies, ("baseline",), regions=False)
    visit = session.visit("baseline")
    found = visit.analysis.detection()
    before = found.mask.copy()
    index = next(i for i, c in enumerate(found.candidates) if c.accepted)
    slice_index = found.candidates[index].slice
    session.toggle_candidate(visit, index)
    assert not visit.analysis.detection().mask[slice_index].any()
    session.toggle_candidate(visit, index)
    np.testing.assert_array_equal(visit.analysis.detection().mask, before)
    session.toggle_slice(visit, slice_index)
    assert not visit.analysis.detection().mask[slice_index].any()
    session.toggle_slice(visit, slice_index)
    np.testing.assert_array_equal(visit.analysis.detection().mask, before)
    for row, candidate in enumerate(found.candidates):
        if candidate.slice == slice_index and candidate.accepted:
            session.toggle_candidate(visit, row)
    with pytest.raises(InputError, match=f"No vessel in slice {slice_index + 1} is in use"):
        session.toggle_slice(visit, slice_index)
    assert visit.selection.slices_out == ()
    session.reset_artery(visit)
    refused = next(i for i, c in enumerate(visit.analysis.detection().candidates) if not c.accepted)
    candidate = visit.analysis.detection().candidates[refused]
    session.toggle_candidate(visit, refused)
    taken = visit.analysis.detection()
    assert taken.mask.sum() == before.sum() + candidate.voxels
    session.toggle_candidate(visit, refused)
    np.testing.assert_array_equal(visit.analysis.detection().mask, before)


def test_a_saved_scene_opens_elsewhere_with_every_choice(studies, tmp_path):
    saved = tmp_path / "study.mrb"
    session = Session(new_scene(tmp_path / "one"))
    visit = session.open("baseline", open_images(studies["baseline"][0]))
    draw(session, visit, studies["baseline"][1])
    session.choose(visit, {"fit.shift": 4.4, "aif.Hct": 0.4})
    session.toggle_slice(visit, visit.analysis.detection().slices[0])
    drawn.add_ruler(visit.nodes, Ruler("long", (0, 0, 0), (30.0, 0, 0)))
    session.compute(visit)
    assert session.scene.WriteToMRB(str(saved))

    scene = new_scene(tmp_path / "two")
    assert scene.ReadFromMRB(str(saved), True)
    reopened = Session(scene)
    again = reopened.visit("baseline")
    assert (again.settings, again.selection) == (visit.settings, visit.selection)
    assert [r.name for r in again.rulers] == ["long"]
    assert [v.name for v in reopened.visits] == ["baseline"]
    for name, mask in visit.analysis.regions.items():
        np.testing.assert_array_equal(again.analysis.regions[name], mask)
    np.testing.assert_array_equal(array_of(again.maps["vp"]), array_of(visit.maps["vp"]))
    assert again.tables.keys() == visit.tables.keys()
    assert again.charts.keys() == visit.charts.keys()
    count = scene.GetNumberOfNodes()
    reopened.compute(again)
    assert scene.GetNumberOfNodes() == count
    # The images came along whole: the numbers are the same, not only alike.
    for name, array in visit.result.maps.items():
        np.testing.assert_array_equal(again.result.maps[name], array)


def test_work_that_was_kept_is_taken_up(session, baseline, studies, tmp_path):
    session.choose(baseline, {"fit.shift": 4.3})
    session.toggle_slice(baseline, baseline.analysis.detection().slices[0])
    drawn.add_ruler(baseline.nodes, Ruler("long", (0, 0, 0), (30.0, 0, 0)))
    drawn.add_ruler(baseline.nodes, Ruler("short", (0, 0, 0), (0, 20.0, 0)))
    session.rulers_changed(baseline)
    session.save(tmp_path)
    again = Session(new_scene())
    for kept in read_session(tmp_path):
        again.open(kept.name, open_images(kept.study), study=kept.study, saved=kept)
    visit = again.visit("baseline")
    assert visit.settings == baseline.settings
    assert visit.selection == baseline.selection
    assert visit.analysis.sizes["Lesion"].axial.product == pytest.approx(600)
    results = [session.compute(baseline), again.compute(visit)]
    for name in results[0].maps:
        np.testing.assert_array_equal(*(r.maps[name] for r in results))
    for ruler in drawn.ruler_nodes(baseline.nodes):
        session.scene.RemoveNode(ruler)
    session.rulers_changed(baseline)
    session.reset_artery(baseline)


def test_work_on_another_series_is_not_taken_up(session, baseline, studies, tmp_path):
    session.save(tmp_path)
    (work,) = (visit for visit in read_session(tmp_path) if visit.name == "baseline")
    other = Session(new_scene())
    images = open_images(studies["follow-up"][0])
    with pytest.raises(InputError, match="another series"):
        other.open("baseline", images, saved=work)


def test_work_on_other_frames_brings_neither_times_nor_that_of_another_day(
    session, baseline, studies, tmp_path
):
    session.save(tmp_path)
    (work,) = (visit for visit in read_session(tmp_path) if visit.name == "baseline")
    images = open_images(studies["baseline"][0])
    dynamic = images.dynamic
    fewer = replace(
        images,
        dynamic=replace(
            dynamic, signal=dynamic.signal[:-3], times=dynamic.times[:-3] * 2, phase=None
        ),
    )
    other = Session(new_scene())
    visit = other.open("baseline", fewer, saved=work, reading={"reading.series": 99})
    np.testing.assert_array_equal(visit.analysis.study.dynamic.times, fewer.dynamic.times)
    assert is_of_study(work, images)
    assert not is_of_study(replace(work, date="19990101"), images)
    assert is_of_study(replace(work, date=""), images)


def test_what_was_carried_with_a_loss_is_doubted_until_it_is_corrected(session, baseline, studies):
    masks = {"Lesion": baseline.state.regions["Lesion"]}
    found = CarriedRegions(masks, {}, {"Lesion": CarryCheck(1.0, 0.72, 0.9)})
    keep_carried(baseline, found)
    try:
        _mark, said = steps._regions(session, [baseline])
        assert "Check the regions that were carried over. Lesion: its volume is 0.72" in said
        again = Session(new_scene())  # as after a scene was opened
        images = images_of(studies["baseline"][0])
        there = again.open("baseline", images, saved=session.saved()[0])
        assert again.course.carry_doubts(there) == session.course.carry_doubts(baseline) != []
        other = masks["Lesion"].copy()
        other[tuple(np.argwhere(other)[0])] = False
        keep_carried(baseline, replace(found, masks={"Lesion": other}))
        assert session.course.carry_doubts(baseline) == []
    finally:
        baseline.nodes.keep(CARRIED, None)


def numbers(path):
    with path.open(newline="") as stream:
        return list(csv.reader(stream))


@pytest.mark.long
def test_an_export_is_what_the_command_line_makes(session, baseline, tmp_path):
    for visit in session.visits:
        session.choose(visit, {"fit.shift": 4.2})
        session.compute(visit)
    comparison = session.compare(flip_runs=20)
    assert comparison.lesions[0].call.verdict == "response"
    files = session.export(tmp_path / "ours")
    assert "comparison.csv" in files
    for name in BOTH:
        ours, study = tmp_path / "ours" / FOLDERS[name], session.visit(name).study_path
        theirs = tmp_path / name
        code = main(
            ["analyse", str(study), "-o", str(theirs), "--settings", str(ours / "settings.json"),
             "--roi", str(ours / "regions.seg.nrrd")]
        )  # fmt: skip
        assert code == 0
        for table in ("measurements.csv", "normalised.csv", "curves.csv", "aif_candidates.csv"):
            assert numbers(ours / table) == numbers(theirs / table), table
        records = [json.loads((f / "provenance.json").read_text()) for f in (ours, theirs)]
        assert records[0]["results"] == records[1]["results"]
    assert main(["rerun", str(tmp_path / "ours" / "before" / "provenance.json")]) == 0


def test_an_export_names_what_it_could_not_write(session, baseline, tmp_path, monkeypatch):
    def fail(*_arguments, **_keywords):
        raise AttributeError("no attribute of that name")

    session.compute(baseline)
    monkeypatch.setattr("SpineDCELib.export.nifti_maps.write_nifti_maps", fail)
    files = session.export(tmp_path, formats=["nifti"])
    [place] = {Path(f).parent for f in files if Path(f).name == "provenance.json"} & {
        Path(), Path(FOLDERS["baseline"])
    }  # fmt: skip
    assert str(place / "measurements.csv") in files
    record = json.loads((tmp_path / place / "provenance.json").read_text())
    assert set(record["not written"]) == {"nifti"}
    named = (place / "nifti").as_posix()
    assert named in session.not_written
    assert any(text.startswith(f"{named} was not written") for text in warnings(session))
    monkeypatch.undo()
    session.export(tmp_path, formats=["nifti"])
    assert session.not_written == {}


def test_nothing_is_exported_that_is_out_of_date(session, baseline, tmp_path):
    session.compute(baseline)
    session.choose(baseline, {"fit.shift": 1.0})
    with pytest.raises(InputError) as raised:
        session.export(tmp_path)
    assert raised.value.code == "out_of_date"
    session.undo()


def test_what_is_missing_for_a_comparison_is_said():
    session = Session(new_scene())
    assert str(session.obstacle()) == "Open the baseline study."
    with pytest.raises(InputError, match="Open the baseline study"):
        session.compare()


def test_clearing_leaves_nothing_of_a_study_behind(studies):
    session = opened(studies, ("baseline",))
    drawn.add_ruler(session.visit("baseline").nodes)
    session.close()
    assert not [n for n in nodes_in(session.scene) if "baseline" in n]
    assert session.visits == []


def test_a_users_own_nodes_are_read_and_left_alone(studies):
    from SpineDCELib.mrml.image_nodes import show_images
    from SpineDCELib.mrml.visit_nodes import VisitNodes

    session = Session(new_scene())
    images = with_anatomy(open_images(studies["baseline"][0]))
    # As if another module had loaded it: nodes that belong to nobody here.
    loaded = VisitNodes(session.scene, "elsewhere")
    show_images(loaded, images)
    sequence, anatomy = loaded.get("sequence"), loaded.get("anatomy")
    for node in (sequence, anatomy):
        node.RemoveAttribute("SpineDCE.made for")
    visit = session.open_nodes("baseline", sequence, anatomy)
    np.testing.assert_array_equal(visit.analysis.study.dynamic.signal, images.dynamic.signal)
    visit.show_frame(3)
    np.testing.assert_array_equal(array_of(visit.frame), images.dynamic.signal[3])
    job = session.correct(visit, {"reading.frame_times": tuple(2 * images.dynamic.times)})
    job.finish(job.run())
    assert sequence.GetNthIndexValue(1) == repr(float(images.dynamic.times[1]))
    session.open_nodes("baseline", sequence, anatomy)
    session.open("baseline", open_images(studies["follow-up"][0]))
    np.testing.assert_array_equal(array_of(sequence.GetNthDataNode(0)), images.dynamic.signal[0])
    session.close()
    assert sequence.GetScene() is not None
    assert anatomy.GetScene() is not None


def test_visits_of_a_scene_keep_their_patient_when_they_are_swapped(studies):
    session = opened(studies)
    patients = [visit.patient for visit in session.pair]
    assert all(patients)
    for visit in session.pair:  # as from a scene, which names no files
        dynamic = visit.as_read.dynamic
        source = replace(dynamic.source, files=())
        visit.as_read = replace(visit.as_read, dynamic=replace(dynamic, source=source))
    session.swap_visits()
    assert [visit.patient for visit in session.pair] == patients[::-1]


def test_another_study_of_the_same_size_lies_where_its_own_images_do(studies):
    session, images = Session(new_scene()), open_images(studies["baseline"][0])
    dynamic = images.dynamic
    visit = session.open("baseline", images, study=studies["baseline"][0])
    terms = ("pass", "before")
    show_subtraction(visit, terms, 3)
    turned = dynamic.geometry.affine[:, [1, 2, 0, 3]] @ np.diag([1.0, 2.0, 1.0, 1.0])
    other = replace(
        dynamic,
        geometry=Geometry(dynamic.geometry.shape, turned),
        source=replace(dynamic.source, checksum="another"),
    )
    assert not dynamic.geometry.matches(other.geometry)
    session.open("baseline", Images(other))
    show_subtraction(visit, terms, 3)
    for node in (visit.frame, visit.sequence.GetNthDataNode(0), visit.nodes.get(SUBTRACTION)):
        assert geometry_of(node).matches(other.geometry)


def test_visits_in_reverse_order_stop_and_can_be_swapped(studies):
    session = Session(new_scene())
    for name, other in zip(BOTH, reversed(BOTH), strict=True):
        dicom, rois = studies[other]
        visit = session.open(name, open_images(dicom), study=dicom)
        draw(session, visit, rois)
    masks = {v.name: dict(v.analysis.regions) for v in session.pair}
    checksums = {v.name: v.analysis.study.dynamic.source.checksum for v in session.pair}
    assert session.obstacle().code == "reversed_dates"
    session.pair[0].T1_map_path = Path("T1.nrrd")
    session.swap_visits()
    assert session.question() is None
    assert [action.text for action in actions_of(session.visits)][-1] == "Swap the visits"
    opened_at = [
        v for a in actions_of(session.visits) if a.text == "Open the study" for v in a.visits
    ]
    assert sorted(opened_at) == ["baseline", "follow-up"]
    assert [visit.T1_map_path for visit in session.pair] == [None, Path("T1.nrrd")]
    for visit, other in zip(session.pair, reversed(BOTH), strict=True):
        assert visit.analysis.study.dynamic.source.checksum == checksums[other]
        assert visit.study_path == studies[visit.name][0]
        assert visit.title.startswith(visit.name.capitalize())
        for name, mask in masks[other].items():
            np.testing.assert_array_equal(visit.analysis.regions[name], mask)
    session.swap_visits()
    session.accept(session.question().code)
    assert session.obstacle().code == "not_computed"


def test_the_same_study_twice_stops_until_it_is_accepted(studies):
    session = opened(studies, ("baseline",))
    dicom, rois = studies["baseline"]
    draw(session, session.open("follow-up", open_images(dicom), study=dicom), rois)
    assert session.obstacle().code == "same_study"


def test_a_change_that_is_undone_leaves_the_comparison_up_to_date(studies):
    session = opened(studies)
    session.compare(flip_runs=0)
    visit = session.visit("baseline")
    session.move_shift(visit, visit.settings.fit.shift + 0.5)
    session.compute(visit)
    assert not session.is_comparison_current
    session.undo()
    session.compute(visit)
    assert session.is_comparison_current
    session.redo()
    assert not session.is_comparison_current


def course_of_four(studies):
    """Return a session with the same study four times, three of them follow-ups."""
    session = Session(new_scene())
    dicom = studies["baseline"][0]
    for name in ("baseline", "follow-up", "follow-up-2", "follow-up-3"):
        session.open(name, images_of(dicom), study=dicom)
    return session


def test_closing_the_patient_closes_every_visit_of_a_course(studies):
    session = course_of_four(studies)
    session.close()
    assert session.visits == []
    assert visit_names(session.scene) == []
    assert [session.visit(name).label for name in BOTH] == ["Baseline", "Follow-up"]


def test_what_is_left_of_a_course_is_named_anew_and_exported_so(studies):
    session = course_of_four(studies)
    for name in ("baseline", "follow-up"):
        session.close_visit(session.visit(name))
    assert [visit.name for visit in session.visits] == ["follow-up-2", "follow-up-3"]
    assert [visit.label for visit in session.pair] == ["Baseline", "Follow-up"]
    assert [visit.role for visit in session.pair] == ["baseline", "follow-up"]
    assert [session.row_of(visit.name) for visit in session.pair] == list(BOTH)
    assert [session.folder_of(visit) for visit in session.pair] == [FOLDERS[n] for n in BOTH]
    assert [saved.label for saved in session.saved()] == ["Baseline", "Follow-up"]
    assert [v.nodes.value("visit")["label"] for v in session.pair] == ["Baseline", "Follow-up"]
    # Work that is taken up again has the same labels, and so has the visit that is left at last.
    other = Session(new_scene())
    for saved in session.saved():
        other.open(saved.name, images_of(studies["baseline"][0]), saved=saved)
    assert [visit.label for visit in other.pair] == ["Baseline", "Follow-up"]
    session.close_visit(session.visit("follow-up-2"))
    assert session.visits[0].label == "Baseline"
    assert session.in_row("baseline") is session.visits[0]


def test_work_that_was_compared_says_so_when_it_is_taken_up_again(studies):
    session = opened(studies)
    assert not session.lacks_comparison
    session.comparison_job(flip_runs=2).finish(None)
    saved = session.saved()
    again = Session(new_scene())
    for one in saved:
        again.open(one.name, images_of(studies[one.name][0]), saved=one)
    assert again.lacks_comparison
    for visit in again.visits:
        compute(again, visit)
    actions = len(again.report.actions())
    again.compare(flip_runs=2, again=True)
    assert not again.lacks_comparison
    assert again.is_comparison_current
    assert len(again.report.actions()) == actions, "no person compared them"
    # Another study in place of one of them was compared with nothing.
    again.open("baseline", images_of(studies["follow-up"][0]))
    again.comparison = None
    assert not again.lacks_comparison


def test_a_session_on_a_new_scene_keeps_the_reader():
    session = Session(new_scene(), reader="A. Reader")
    assert session.report.reader == "A. Reader"
    session.close()
    assert session.report.reader == "A. Reader"
