"""What the steps and charts say holds: nothing out of date behind a tick, whatever was done."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from aif.untrusted import untrusted
from mrml.scenes import compute, images_of, new_scene, write_visits
from SpineDCELib.aif.candidates import Detection, Verdict
from SpineDCELib.analysis import artery_stages
from SpineDCELib.analysis.aif_stages import AIF_DIFFERS, AIF_UNUSUAL, ARTERY_DOUBTED
from SpineDCELib.analysis.shift_stages import SHIFT_OUTSIDE
from SpineDCELib.cli.remedies import with_remedy
from SpineDCELib.compare.compare_visits import require_vp
from SpineDCELib.errors import Finding, InputError
from SpineDCELib.export.report import report_tables
from SpineDCELib.measurement.blood_voxels import AIF_TOO_LOW
from SpineDCELib.measurement.rulers import Ruler
from SpineDCELib.mrml import region_nodes as drawn
from SpineDCELib.mrml.visit_record import replace_regions
from SpineDCELib.progress import silent
from SpineDCELib.run.visit_computation import _proposal, compute_snapshot
from SpineDCELib.settings import Settings, with_values
from SpineDCELib.vocabulary.fit_status import Status

from SpineDCEWidget.shared import steps
from SpineDCEWidget.shared.formatting import patients, proposal
from SpineDCEWidget.shared.session import Session
from SpineDCEWidget.shared.steps import (
    DONE,
    WRONG,
    _arteries,
    _artery,
    _maps,
    _result,
    region_warnings,
    state_of,
)
from SpineDCEWidget.shared.wording import remedy, said_of_visits

pytestmark = pytest.mark.slow

pytest.importorskip("slicer", reason="3D Slicer's libraries (slicer-core) are not installed")


@pytest.fixture(scope="module")
def dicom(tmp_path_factory):
    return next(iter(write_visits(tmp_path_factory).values()))[0]


@pytest.fixture
def session(dicom):
    session = Session(new_scene())
    visit = session.open("baseline", images_of(dicom), study=dicom)
    compute(session, visit)
    return session


def _mark(session, step):
    state = next(s for s in state_of(session) if s.step.key == step)
    return state.mark, state.reason


def _draw(session, visit):
    geometry = visit.analysis.study.dynamic.geometry
    mask = np.zeros(geometry.shape, bool)
    mask[2, 10:14, 20:25] = True
    drawn.set_masks(visit.segmentation, {"Lesion": mask}, geometry, roles={"Lesion": "lesion"})
    session.regions_changed(visit)
    return mask


def test_a_deleted_segmentation_marks_the_maps_and_can_be_undone(session):
    visit = session.visit("baseline")
    mask = _draw(session, visit)
    session.compute(visit)
    session.scene.RemoveNode(visit.segmentation)
    assert session.regions_changed(visit)
    assert visit.segmentation is not None
    assert visit.analysis.regions == {}
    assert _mark(session, "maps")[0] != DONE
    assert session.history.undo_text == "Remove Lesion"
    session.undo()
    np.testing.assert_array_equal(visit.analysis.regions["Lesion"], mask)
    session.scene.RemoveNode(visit.segmentation)
    replace_regions(visit.nodes, {"Lesion": mask}, {"Lesion": "lesion"},
                    visit.analysis.study.dynamic.geometry)  # fmt: skip
    assert drawn.roles_in(visit.segmentation) == {"Lesion": "lesion"}


def test_a_phase_that_contradicts_the_magnitude_takes_the_tick_of_step_2(session):
    visit = session.visit("baseline")
    assert _mark(session, "arteries")[0] == DONE
    told = Finding(AIF_DIFFERS, "The artery's magnitude shows 39 % less.")
    measures = replace(visit.result.measures, findings=(told,))
    visit.result = replace(visit.result, measures=measures)
    assert _mark(session, "arteries") == (WRONG, f"{visit.shown_label}: {told.message}")


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ([("Baseline", "No AIF.")], "Baseline: No AIF."),
        ([("Baseline", "No AIF. Draw it."), ("Follow-up", "No AIF. Draw it.")],
         "Baseline, Follow-up: No AIF. Draw it."),
        ([("Baseline", "It is thin. Draw an aorta."), ("Follow-up", "It is late. Draw an aorta.")],
         "Baseline: It is thin. · Follow-up: It is late. · Draw an aorta."),
        ([("Baseline", "It is thin. Draw it."), ("Follow-up", "It is late. Load it.")],
         "Baseline: It is thin. Draw it. · Follow-up: It is late. Load it."),
        ([("Baseline", "Draw it."), ("Follow-up", "It is late. Draw it.")],
         "Baseline: Draw it. · Follow-up: It is late. Draw it."),
    ],
)  # fmt: skip
def test_what_visits_share_is_said_once(said, text):
    assert said_of_visits(said) == text


def test_step_2_lists_every_doubt_of_every_visit():
    def one(label, doubt, *findings):
        analysis = SimpleNamespace(
            settings=with_values(Settings(), {"aif.source": "mask"}), aif_mask=None
        )
        return SimpleNamespace(
            shown_label=label, problem="", needed=lambda: analysis, shift_doubt=lambda: doubt,
            is_ready=lambda: True, is_current=True,
            result=SimpleNamespace(measures=SimpleNamespace(findings=findings)),
        )  # fmt: skip

    phase = Finding(AIF_DIFFERS, "Less by 39 %.", fields=("aif.peak",))
    late, thin = Finding(ARTERY_DOUBTED, "It is late."), Finding(AIF_UNUSUAL, "It is thin.")
    other = Finding("reference_near_edge", "No matter of the artery.")
    mark, reason = _arteries(
        [one("Baseline", "", phase, other), one("Follow-up", "flat", late, thin)]
    )
    assert mark == WRONG
    assert reason == (
        "Baseline: Less by 39 %. Change 'First pass from' in step 2. · "
        "Follow-up: It is late. It is thin. Flat."
    )
    assert _arteries([one("Baseline", ""), one("Third", "flat")]) == (WRONG, "Third: flat.")


def test_maps_with_an_impossible_Vp_have_no_tick(session):
    visit = session.visit("baseline")
    assert _mark(session, "maps")[0] == DONE
    told = Finding(AIF_TOO_LOW, "Its Vp is that of blood.", "Lesion")
    measures = replace(visit.result.measures, findings=(told,))
    visit.result = replace(visit.result, measures=measures)
    mark, reason = _maps(SimpleNamespace(outdated=lambda _visit: None), [visit])
    assert mark == WRONG
    assert reason.startswith("The maps are up to date. Baseline: Vp is not that of tissue")
    assert "Lesion" in reason
    assert "step 2" in reason


def test_a_comparison_of_an_impossible_Vp_has_no_tick():
    def one(label, *findings):
        measures = SimpleNamespace(findings=findings)
        return SimpleNamespace(shown_label=label, result=SimpleNamespace(measures=measures))

    def compared(*pair):
        return SimpleNamespace(
            visits=pair, pair=pair, several=False, obstacle=lambda: None,
            is_comparison_current=True,
        )  # fmt: skip

    told = Finding(AIF_TOO_LOW, "Its Vp is that of blood.", "Lesion")
    assert _result(compared(one("Baseline"), one("Follow-up"))) == (
        DONE, "The visits are compared."
    )  # fmt: skip
    mark, reason = _result(compared(one("Baseline"), one("Follow-up", told)))
    assert mark == WRONG
    assert reason.startswith("The visits are compared. Follow-up: Vp is not that of tissue in most")


def test_a_scene_that_is_closed_is_left_alone(session, monkeypatch):
    visit = session.visit("baseline")
    session.scene.RemoveNode(visit.segmentation)
    session.scene = SimpleNamespace(IsClosing=lambda: True)
    assert not session.regions_changed(visit)
    assert visit.segmentation is None


def test_no_step_is_done_after_a_computation_that_failed(session):
    visit = session.visit("baseline")
    session.choose(visit, {"concentration.T1_source": "fixed"})
    assert visit.region_numbers() == []
    with pytest.raises(InputError):
        session.compute(visit)
    assert _mark(session, "maps") == (WRONG, f"Baseline: {visit.problem}")
    session.undo()
    assert visit.problem == ""
    session.compute(visit)
    assert _mark(session, "maps")[0] == DONE


def test_a_proposal_depends_on_the_curves_alone(session, monkeypatch):
    analysis = session.visit("baseline").analysis
    good = analysis.evidence()
    doubtful = replace(good, doubt="The curves do not determine it.")
    found = []
    for earlier in (1.5, 7.5):
        snapshot = analysis.snapshot()
        settings = with_values(snapshot.settings, {"fit.shift": earlier})
        snapshot.update(settings=settings)
        monkeypatch.setattr(type(snapshot), "evidence", lambda *_: doubtful)
        found.append(compute_snapshot(snapshot, True, silent, proposed=earlier).shift)
    assert found == [0.0, 0.0]
    by_regions = iter((doubtful, good))
    monkeypatch.setattr(type(analysis), "evidence", lambda *_: next(by_regions))
    assert _proposal(analysis, silent) == round(good.proposal, 2)


def test_a_shift_outside_its_evidence_has_no_tick(session):
    visit = session.visit("baseline")
    _draw(session, visit)
    compute(session, visit)
    assert _mark(session, "arteries")[0] == DONE
    session.move_shift(visit, visit.evidence.high + 6.0)
    mark, reason = _mark(session, "arteries")
    assert mark == WRONG
    assert "does not fit the curves" in reason
    session.use_proposal(visit)
    assert visit.follows_proposal
    assert _mark(session, "arteries")[0] == DONE


def test_a_shift_that_the_curves_do_not_confirm_has_no_tick(session):
    visit = session.visit("baseline")
    used, found = visit.settings.fit.shift, visit.evidence
    visit.evidence = replace(found, regions=(), doubt="The residual is flat.")
    try:
        mark, reason = _mark(session, "arteries")
        assert mark == WRONG
        assert f"the curves do not confirm the shift of {used:.1f} s" in reason
        assert "The residual is flat" in reason
    finally:
        visit.evidence = found
    assert _mark(session, "arteries")[0] == DONE


def test_a_region_in_the_background_is_named_where_it_is_drawn(session, monkeypatch):
    visit = session.visit("baseline")
    geometry = visit.analysis.study.dynamic.geometry
    air = visit.result.status == Status.NOT_IN_MASK
    air[:2] = air[3:] = False
    air[:, 4:] = False
    drawn.set_masks(visit.segmentation, {"Lesion": air}, geometry, roles={"Lesion": "lesion"})
    session.regions_changed(visit)
    compute(session, visit)
    asked = []
    monkeypatch.setattr(
        steps, "blood_findings", lambda _vp, regions, *_more: asked.append(set(regions)) or []
    )
    said = region_warnings(visit)
    assert any("takes 100 % of Lesion for background" in one for one in said)
    assert asked == [set()]


def test_the_report_says_who_set_the_shift(session):
    visit = session.visit("baseline")
    assert report_tables._shift(visit.analysis).endswith("(proposed)")
    session.move_shift(visit, visit.settings.fit.shift + 0.5)
    assert report_tables._shift(visit.analysis).endswith("(set by hand)")


def test_the_report_names_source_and_signal_in_the_words_of_the_form(session):
    visit = session.visit("baseline")
    _heading, rows = report_tables.setting_rows([("", visit.analysis)])
    said = dict(rows)
    assert said["AIF from"] == "found in the images"
    assert said["signal"] == "concentration (mM)"


def test_the_banner_names_the_patient_of_each_visit(session, dicom):
    (visit,) = session.visits
    assert "Phantom" in patients([visit])
    other = SimpleNamespace(shown_label="Follow-up", patient="Other, Otto")
    assert patients([visit, other]).startswith("Baseline: ")
    assert "Follow-up: Other, Otto" in patients([visit, other])


def test_rulers_leave_maps_with_a_proposed_shift_up_to_date(session):
    visit = session.visit("baseline")
    _draw(session, visit)
    for name, end in (("long", (30.0, 0.0, 0.0)), ("short", (0.0, 20.0, 0.0))):
        drawn.add_ruler(visit.nodes, Ruler(name, (0.0, 0.0, 0.0), end))
    assert session.rulers_changed(visit)
    session.compute(visit)
    assert visit.is_current


def test_the_labels_of_two_crossing_rulers_stand_apart(session):
    visit = session.visit("baseline")
    lines = [
        drawn.add_ruler(visit.nodes, Ruler(name, (0.0, -a, z - 10.0), (0.0, a, z + 10.0)))
        for name, a, z in (("long", 30.0, 1.0), ("short", -10.0, 0.0))
    ]
    session.regions_changed(visit)

    def above():
        return [
            line.GetDisplayNode().GetTextProperty().GetVerticalJustificationAsString() == "Bottom"
            for line in lines
        ]

    assert above() == [True, False]
    for end in (0, 1):  # the other one is now the higher one
        x, y, z = lines[1].GetNthControlPointPositionWorld(end)
        lines[1].SetNthControlPointPositionWorld(end, x, y, z + 5.0)
    session.regions_changed(visit)
    assert above() == [False, True]


def test_a_model_without_vp_is_the_reason_why_there_is_no_normalised_value(session):
    visit = session.visit("baseline")
    geometry = visit.analysis.study.dynamic.geometry
    for name, rows in (("Lesion", slice(10, 14)), ("Reference", slice(20, 24))):
        mask = np.zeros(geometry.shape, bool)
        mask[2, rows, 20:25] = True
        roles = {name: name.lower()}
        drawn.fill_segments(visit.segmentation, {name: mask}, geometry, roles=roles)
    session.regions_changed(visit)
    session.choose(visit, {"fit.model": "tofts"})
    session.compute(visit)
    told = " ".join(visit.result.measures.warnings)
    assert "does not estimate Vp" in told
    assert "no reference" not in told
    with pytest.raises(InputError, match="does not estimate Vp"):
        require_vp(visit.result)


def test_tissue_that_fills_before_the_artery_has_no_tick_and_says_what_sets_the_shift(session):
    visit = session.visit("baseline")
    found = visit.evidence
    assert found.is_of_all_tissue
    assert "lesion and reference vertebra will set it" in proposal(visit)
    assert not found.before_artery
    session.move_shift(visit, -1.2)
    try:
        visit.evidence = earlier = replace(found, low=-2.3, high=-0.2, proposal=-1.2)
        mark, reason = _mark(session, "arteries")
        assert mark == WRONG
        assert earlier.before_artery in reason
        assert earlier.before_artery in earlier.summary()
    finally:
        visit.evidence = found


def test_a_shift_without_regions_has_no_interval_and_is_doubted_where_it_fits_badly(session):
    visit = session.visit("baseline")
    assert "95 %" not in proposal(visit)
    session.move_shift(visit, visit.evidence.proposal + 0.5)
    assert _mark(session, "arteries")[0] == DONE
    session.move_shift(visit, 18.0)
    mark, reason = _mark(session, "arteries")
    assert mark == WRONG
    times = visit.evidence.misfit(18.0)
    assert f"the residual of all enhancing tissue is {times:.1f} times its least" in reason


def test_a_region_whose_own_shift_lies_outside_its_evidence_takes_the_tick_of_step_2(session):
    visit = session.visit("baseline")
    moved = Finding(SHIFT_OUTSIDE, "The shift of Lesion, 9 s, does not fit the curves.", "Lesion")
    study = Finding(SHIFT_OUTSIDE, "The shift of 9 s does not fit the curves.")
    for finding, mark in ((moved, WRONG), (study, DONE)):  # that one follows the slider
        measures = replace(visit.result.measures, findings=[finding])
        visit.result = replace(visit.result, measures=measures)
        assert _artery(visit)[0] == mark
    assert moved.message not in _artery(visit)[1]


def test_what_an_export_left_out_is_not_said_of_other_studies(session, dicom):
    session.not_written = {"before/dicom": "no DICOM"}
    session.open("baseline", images_of(dicom), study=dicom)
    assert session.not_written == {}
    session.not_written = {"before/dicom": "no DICOM"}
    session.close()
    assert session.not_written == {}


def test_what_step_5_says_of_a_reference_step_3_says_too(session):
    visit = session.visit("baseline")
    geometry = visit.analysis.study.dynamic.geometry
    few, lesion = np.zeros((2, *geometry.shape), bool)
    few[1:3, 10:12, 20:23] = True
    lesion[1:3, 20:26, 20:26] = True
    masks = {"Reference vertebra": few, "Lesion": lesion}
    roles = {"Reference vertebra": "reference", "Lesion": "lesion"}
    drawn.set_masks(visit.segmentation, masks, geometry, roles=roles)
    session.regions_changed(visit)
    session.compute(visit)
    told = "Reference vertebra has only 12 voxels. A reference needs at least 30."
    assert told in visit.result.measures.warnings
    mark, reason = _mark(session, "regions")
    assert mark == WRONG
    assert told in reason
    session.move_shift(visit, visit.settings.fit.shift + 1.0)  # the maps are out of date
    assert told in _mark(session, "regions")[1]


def test_the_candidates_of_a_search_without_a_trusted_artery_can_be_shown(dicom, monkeypatch):
    def refused(found, **_drawn):
        raise InputError("No trustworthy AIF.", code="no_trustworthy_aif")

    monkeypatch.setattr(Detection, "trusted", refused)
    session = Session(new_scene())
    visit = session.open("baseline", images_of(dicom), study=dicom)
    with pytest.raises(InputError):
        session.compute(visit)
    assert visit.result is None
    visit.take_attempt()
    assert visit.is_preprocessed
    assert visit.analysis.is_current("detection")
    found = visit.analysis.detection()
    assert found.candidates
    slices = [candidate.slice for candidate in found.best]
    assert len(set(slices)) == len(slices) > 0
    monkeypatch.undo()
    with pytest.raises(InputError) as caught:
        replace(found, doubt="It may be a vein.").trusted()
    assert f"lies in slices {min(slices) + 1} to {max(slices) + 1}" in str(caught.value)


def test_a_refused_search_says_that_a_drawn_lesion_helps_only_where_no_tissue_is_drawn(
    tmp_path_factory, monkeypatch
):
    # A study of its own: the result of a search is kept with its study.
    dicom = list(write_visits(tmp_path_factory).values())[1][0]
    search = artery_stages._search
    monkeypatch.setattr(
        artery_stages, "_search",
        lambda view, tissue: untrusted(search(view, tissue)) if tissue is None
        else search(view, tissue),
    )  # fmt: skip
    session = Session(new_scene())
    visit = session.open("baseline", images_of(dicom), study=dicom)
    with pytest.raises(InputError) as caught:
        session.compute(visit)
    assert "draw the lesion in step 3 if a candidate lies in it" in remedy(caught.value)
    assert "--roi FILE" in with_remedy(caught.value)

    # Two slices are chosen by hand. A region makes the search trust an artery: the AIF stays.
    rows = visit.analysis.detection().candidates
    taken = [i for i, one in enumerate(rows) if one.verdict is Verdict.DOUBTED][:2]
    for index in taken:
        session.toggle_candidate(visit, index)
    compute(session, visit)
    AIF = visit.analysis.aif().Cp
    assert visit.analysis.detection().slices == sorted(rows[i].slice for i in taken)
    found = visit.analysis.detection()
    artery = rows[taken[0]].vessel
    other = next(c.vessel for c in found.candidates if c.vessel != artery)
    lesion = found.vessels == other
    session.load_regions(visit, {"Lesion": lesion}, {"Lesion": "lesion"})
    compute(session, visit)
    np.testing.assert_array_equal(visit.analysis.aif().Cp, AIF)
    mark, said = _mark(session, "arteries")
    assert mark == WRONG
    with_gap = replace(found, doubt="It may be a vein.", candidates=tuple(
        replace(c, slice=k) for k, c in zip((0, 1, 4), [rows[taken[0]]] * 3, strict=True)
    ))  # fmt: skip
    with pytest.raises(InputError, match="lies in slices 1, 2 and 5\\."):
        with_gap.trusted()
    assert "The search trusts an artery now" in said

    visit.analysis.update(aif_selection=None)
    with pytest.raises(InputError) as caught:
        replace(found, doubt="It may be a vein.").trusted(tissue=True)
    assert "draw the lesion" not in remedy(caught.value)


def test_step_2_counts_the_slices_of_the_artery(dicom):
    session = Session(new_scene())
    visit = session.open("baseline", images_of(dicom), study=dicom)
    compute(session, visit)
    count = len(visit.analysis.detection().slices)
    assert f"aorta found in {count} slices" in _artery(visit)[1]
    for index in visit.analysis.detection().slices[1:]:
        session.toggle_slice(visit, index)
    compute(session, visit)
    [left] = visit.analysis.detection().slices
    assert f"artery chosen by hand in slice {left + 1}" in _artery(visit)[1]


def test_step_2_says_where_missing_maps_are_computed(dicom):
    session = Session(new_scene())
    session.open("baseline", images_of(dicom), study=dicom)
    assert _mark(session, "arteries")[1].startswith("Baseline: ")
    assert "step 4" in _mark(session, "arteries")[1]


def test_step_2_says_once_what_both_visits_share(dicom):
    session = Session(new_scene())
    for name in ("baseline", "follow-up"):
        session.open(name, images_of(dicom), study=dicom)
    said = _mark(session, "arteries")[1]
    assert said.startswith("Baseline, Follow-up: ")
    assert said.count("step 4") == 1


def test_the_controls_of_the_shift_reach_what_is_in_use_and_proposed(dicom):
    session = Session(new_scene())
    visit = session.open("baseline", images_of(dicom), study=dicom)
    compute(session, visit)
    assert visit.shift_limits == (-6.0, 20.0)
    visit.evidence = replace(visit.evidence, proposal=-6.6)
    assert visit.shift_limits == (-7.0, 20.0)
    session.set_shift(visit, 23.2)
    assert visit.shift_limits == (-7.0, 24.0)


def test_an_artery_that_was_emptied_by_hand_shows_no_tick_and_can_be_filled_again(dicom):
    session = Session(new_scene())
    visit = session.open("baseline", images_of(dicom), study=dicom)
    compute(session, visit)
    rows = visit.analysis.detection().candidates
    used = [i for i, one in enumerate(rows) if one.accepted]
    for index in used:
        session.toggle_candidate(visit, index)
    with pytest.raises(InputError, match="leaves no voxel"):
        session.compute(visit)
    assert _mark(session, "arteries")[0] == WRONG
    assert not any(one.accepted for one in visit.analysis.detection().candidates)
    session.toggle_candidate(visit, used[0])
    compute(session, visit)
    assert visit.analysis.detection().candidates[used[0]].accepted
    assert visit.is_current
