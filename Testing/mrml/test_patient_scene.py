"""Both visits in a scene: the radiologist's work without a shell, against the command line."""

import csv
import json

import numpy as np
import pytest
from mrml.scenes import new_scene, nodes_in, write_visits
from SpineDCELib.cli import main
from SpineDCELib.errors import InputError
from SpineDCELib.measurement.rulers import Ruler
from SpineDCELib.mrml import region_nodes as drawn
from SpineDCELib.mrml.patient_scene import Workplace, kept_work, open_images, work_of
from SpineDCELib.mrml.volume_nodes import array_of, geometry_of, ras_of
from SpineDCELib.run.inputs import read_regions, read_roles

pytestmark = pytest.mark.slow

pytest.importorskip("slicer", reason="3D Slicer's libraries (slicer-core) are not installed")


@pytest.fixture(scope="module")
def studies(tmp_path_factory):
    return write_visits(tmp_path_factory)


def draw(visit, path):
    geometry = visit.analysis.study.dynamic.geometry
    masks = read_regions([str(path)], geometry)
    drawn.set_masks(visit.segmentation, masks, geometry, roles=read_roles([str(path)]))
    visit.regions_changed()
    return masks


def opened(studies, names=("before", "after"), *, regions=True):
    place = Workplace(new_scene())
    for name in names:
        dicom, rois = studies[name]
        visit = place.visit(name)
        visit.set_images(open_images(dicom), study_path=dicom)
        if regions:
            draw(visit, rois)
        visit.show(visit.compute())
    return place


@pytest.fixture(scope="module")
def place(studies):
    return opened(studies)


def test_regions_come_back_as_they_were_drawn(place, studies):
    visit = place.before
    masks = draw(visit, studies["before"][1])
    assert visit.analysis.regions.keys() == masks.keys()
    for name, mask in masks.items():
        np.testing.assert_array_equal(visit.analysis.regions[name], mask)
    assert "lesion" in visit.analysis.roles.values()


def test_an_unchanged_region_makes_nothing_anew(place, studies):
    visit = place.before
    before = dict(visit.analysis.regions)
    visit.regions_changed()
    assert all(visit.analysis.regions[name] is mask for name, mask in before.items())


def test_a_region_lies_where_its_voxels_lie_in_the_patient(place):
    visit = place.before
    geometry = visit.analysis.study.dynamic.geometry
    _name, mask = next(iter(visit.analysis.regions.items()))
    voxel = tuple(int(v) for v in np.argwhere(mask)[0])
    assert visit.section_of(ras_of(voxel, geometry)) == voxel[0]
    np.testing.assert_allclose(geometry_of(visit.maps["vp"]).affine, geometry.affine, atol=1e-9)
    assert visit.explain(ras_of(voxel, geometry)).voxel == voxel


def test_maps_are_shown_in_the_units_that_are_read(place):
    visit = place.before
    np.testing.assert_allclose(
        array_of(visit.maps["vp"]), 100 * visit.result.maps["vp"], rtol=1e-6, equal_nan=True
    )
    assert visit.maps["vp"].GetAttribute("SpineDCE.unit") == "mL/100 mL"
    np.testing.assert_allclose(
        array_of(visit.maps["Ktrans"]), visit.result.maps["Ktrans"], rtol=1e-6, equal_nan=True
    )


def test_moving_the_shift_shows_what_a_whole_analysis_would(studies):
    place = opened(studies, ("before",))
    visit = place.before
    nodes = nodes_in(place.scene)
    there = array_of(visit.maps["vp"]).copy()
    for shift in np.linspace(-2, 7, 19):
        visit.shift_to(shift, sections=[3])
    moved = array_of(visit.maps["vp"])
    assert nodes_in(place.scene) == nodes
    np.testing.assert_array_equal(moved[[0, 1, 2, 4]], there[[0, 1, 2, 4]])
    assert visit.is_stale
    shown = moved[3].copy()
    visit.show(visit.compute())
    assert not visit.is_stale
    np.testing.assert_allclose(
        array_of(visit.maps["vp"])[3], shown, rtol=1e-4, atol=1e-4, equal_nan=True
    )


def test_a_proposed_shift_follows_the_regions_until_it_is_set_by_hand(studies):
    place = opened(studies, ("before",), regions=False)
    visit = place.before
    of_all_tissue = visit.settings.fit.shift
    draw(visit, studies["before"][1])
    visit.show(visit.compute())
    shift = visit.settings.fit.shift
    assert visit.follows_proposal
    assert shift == round(visit.evidence.proposal, 2) != of_all_tissue
    # Work that is taken up again goes on following.
    again = opened(studies, ("before",), regions=False).before
    again.take_up(work_of(visit))
    assert again.follows_proposal
    assert again.settings.fit.shift == shift

    visit.shift_to(shift + 1.5)
    assert not visit.follows_proposal
    visit.set_selection(None)
    draw(visit, studies["before"][1])
    visit.show(visit.compute())
    assert visit.settings.fit.shift == round(shift + 1.5, 3)


def test_live_numbers_are_those_of_the_analysis(place):
    visit = place.before
    visit.show(visit.compute())
    measured = {r.name: r.parameters["vp"].mean for r in visit.result.regions}
    for row in visit.live_rows():
        assert row.means["vp"] == pytest.approx(100 * measured[row.name], rel=1e-5)


def test_candidates_are_taken_out_and_in_again(studies):
    visit = opened(studies, ("before",), regions=False).before
    found = visit.analysis.detection()
    before = found.mask.copy()
    index = next(i for i, c in enumerate(found.candidates) if c.accepted)
    section = found.candidates[index].section
    visit.toggle_candidate(index)
    assert not visit.analysis.detection().mask[section].any()
    visit.toggle_candidate(index)
    np.testing.assert_array_equal(visit.analysis.detection().mask, before)
    visit.toggle_section(section)
    assert not visit.analysis.detection().mask[section].any()
    visit.toggle_section(section)
    np.testing.assert_array_equal(visit.analysis.detection().mask, before)
    refused = next(i for i, c in enumerate(visit.analysis.detection().candidates) if not c.accepted)
    candidate = visit.analysis.detection().candidates[refused]
    visit.toggle_candidate(refused)
    taken = visit.analysis.detection()
    assert taken.mask.sum() == before.sum() + candidate.voxels
    visit.toggle_candidate(refused)
    np.testing.assert_array_equal(visit.analysis.detection().mask, before)


def test_a_saved_scene_opens_elsewhere_with_every_choice(studies, tmp_path):
    saved = tmp_path / "study.mrb"
    place = Workplace(new_scene(tmp_path / "one"))
    visit = place.before
    visit.set_images(open_images(studies["before"][0]))
    draw(visit, studies["before"][1])
    visit.change(fit={"shift": 4.4}, aif={"Hct": 0.4})
    visit.toggle_section(visit.analysis.detection().sections[0])
    drawn.add_ruler(visit.nodes, Ruler("long", (0, 0, 0), (30.0, 0, 0)))
    visit.show(visit.compute())
    assert place.scene.WriteToMRB(str(saved))

    scene = new_scene(tmp_path / "two")
    assert scene.ReadFromMRB(str(saved), True)
    again = Workplace(scene).before
    assert (again.settings, again.selection) == (visit.settings, visit.selection)
    assert [r.name for r in again.rulers] == ["long"]
    assert Workplace(scene).after.analysis is None
    for name, mask in visit.analysis.regions.items():
        np.testing.assert_array_equal(again.analysis.regions[name], mask)
    np.testing.assert_array_equal(array_of(again.maps["vp"]), array_of(visit.maps["vp"]))
    assert again.tables.keys() == visit.tables.keys()
    assert again.charts.keys() == visit.charts.keys()
    count = scene.GetNumberOfNodes()
    again.show(again.compute())
    assert scene.GetNumberOfNodes() == count
    # The images came along whole: the numbers are the same, not only alike.
    for name, array in visit.result.maps.items():
        np.testing.assert_array_equal(again.result.maps[name], array)


def test_work_that_was_kept_is_taken_up(place, studies, tmp_path):
    place.before.change(fit={"shift": 4.3})
    place.before.toggle_section(place.before.analysis.detection().sections[0])
    drawn.add_ruler(place.before.nodes, Ruler("long", (0, 0, 0), (30.0, 0, 0)))
    drawn.add_ruler(place.before.nodes, Ruler("short", (0, 0, 0), (0, 20.0, 0)))
    place.before.read_rulers()
    place.save_work(tmp_path)
    again = Workplace(new_scene())
    work = kept_work(tmp_path)
    for name, kept in work.items():
        again.take_up(name, open_images(kept.study), kept)
    visit = again.before
    assert visit.settings == place.before.settings
    assert visit.selection == place.before.selection
    assert visit.analysis.sizes["Lesion"].axial.product == pytest.approx(600)
    results = [p.compute() for p in (place.before, visit)]
    for name in results[0].maps:
        np.testing.assert_array_equal(*(r.maps[name] for r in results))
    for ruler in drawn.ruler_nodes(place.before.nodes):
        place.scene.RemoveNode(ruler)
    place.before.read_rulers()
    place.before.set_selection(None)


def test_work_on_another_series_is_not_taken_up(place, studies, tmp_path):
    place.save_work(tmp_path)
    work = kept_work(tmp_path)["before"]
    other = Workplace(new_scene())
    images = open_images(studies["after"][0])
    with pytest.raises(InputError, match="another series"):
        other.take_up("before", images, work)


def numbers(path):
    with path.open(newline="") as stream:
        return list(csv.reader(stream))


def test_an_export_is_what_the_command_line_makes(place, tmp_path):
    for visit in (place.before, place.after):
        visit.change(fit={"shift": 4.2})
        visit.show(visit.compute())
    comparison = place.compare(flip_runs=20)
    assert comparison.lesions[0].call.verdict == "response"
    files = place.export(tmp_path / "ours")
    assert "comparison.csv" in files
    for name in ("before", "after"):
        ours, study = tmp_path / "ours" / name, place.visit(name).study_path
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


def test_nothing_is_exported_that_is_out_of_date(place, tmp_path):
    place.before.show(place.before.compute())
    place.before.change(fit={"shift": 1.0})
    with pytest.raises(InputError, match="make them again"):
        place.export(tmp_path)
    place.before.show(place.before.compute())


def test_what_is_missing_for_a_comparison_is_said(studies):
    place = Workplace(new_scene())
    assert "Open a study before" in place.obstacle()
    with pytest.raises(InputError, match="Open a study"):
        place.compare()


def test_clearing_leaves_nothing_of_a_study_behind(studies):
    place = opened(studies, ("before",))
    drawn.add_ruler(place.before.nodes)
    place.clear()
    assert not [n for n in nodes_in(place.scene) if "before" in n]
    assert place.visits == []


def test_a_users_own_nodes_are_read_and_left_alone(studies):
    from SpineDCELib.mrml.image_nodes import show_images
    from SpineDCELib.mrml.visit_nodes import VisitNodes

    place = Workplace(new_scene())
    images = open_images(studies["before"][0])
    # As if another module had loaded it: nodes that belong to nobody here.
    loaded = VisitNodes(place.scene, "elsewhere")
    show_images(loaded, images)
    sequence, anatomy = loaded.get("sequence"), loaded.get("anatomy")
    for node in (sequence, anatomy):
        node.RemoveAttribute("SpineDCE.made for")
    visit = place.before
    visit.set_nodes(sequence, anatomy)
    np.testing.assert_array_equal(visit.analysis.study.dynamic.signal, images.dynamic.signal)
    visit.show_frame(3)
    np.testing.assert_array_equal(array_of(visit.frame), images.dynamic.signal[3])
    visit.correct(times=2 * images.dynamic.times)
    assert sequence.GetNthIndexValue(1) == repr(float(images.dynamic.times[1]))
    visit.set_nodes(sequence, anatomy)
    visit.set_images(open_images(studies["after"][0]))
    np.testing.assert_array_equal(array_of(sequence.GetNthDataNode(0)), images.dynamic.signal[0])
    place.clear()
    assert sequence.GetScene() is not None
    assert anatomy.GetScene() is not None
