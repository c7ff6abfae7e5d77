"""The panels on slicer-core's scene, with stand-ins for Qt: state in, calls out."""

import contextlib
import types
from dataclasses import replace

import numpy as np
import pytest
from SpineDCELib.errors import Cancelled, InputError
from SpineDCELib.files.mapped_arrays import SMALLEST
from SpineDCELib.mrml.map_nodes import add_legend
from SpineDCELib.mrml.volume_nodes import array_of
from SpineDCELib.run.inputs import Inputs
from SpineDCELib.run.patient_visits import FoundVisit
from SpineDCELib.run.visit_analyses import Given
from SpineDCELib.vocabulary.conversion_modes import CONVERSION_MODES
from SpineDCELib.vocabulary.quantities import QUANTITIES

pytestmark = pytest.mark.slow

slicer = pytest.importorskip("slicer", reason="slicer-core has no wheel for this platform")
stand_in = pytest.importorskip("desktop.stand_in")


def ui(desk, step):
    return desk.panels[step].ui


def go(desk, number):
    getattr(desk.ui, f"step{number}Button").click()


@pytest.fixture
def drawn(opened):
    for visit in opened.visits:
        opened.select_visit(visit.name)
        go(opened, 3)
        opened.panels["regions"].read_file(opened.truth[visit.name] / "rois.seg.nrrd")
    opened.select_visit("baseline")
    assert not opened.said
    return opened


def test_nothing_to_do_without_a_study(desk):
    for number in range(1, 6):
        go(desk, number)
    assert not ui(desk, "arteries").shiftBox.enabled
    assert not ui(desk, "result").exportButton.enabled
    assert not ui(desk, "maps").mapBox.enabled
    assert not desk.said


def test_places_are_marked_by_the_session_of_the_present_scene(desk, monkeypatch):
    asked = []
    monkeypatch.setattr(
        "SpineDCEWidget.shared.slice_nodes.place_in",
        lambda session, _visit, _other, ras: asked.append(session) or ras,
    )
    desk.logic.session = later = type(desk.session)(slicer.mrmlScene)
    desk.links._marks.put(later.visits, (0, 0, 0), [later.visit("baseline")])
    desk.links.unmark()
    assert asked == [later]


def test_the_views_of_an_opened_study_are_arranged_once(desk, sample):
    """3D Slicer builds all views again with each change of the layout."""
    node = slicer.app.layoutManager().layoutLogic().GetLayoutNode()
    changes = []
    node.AddObserver("ModifiedEvent", lambda *_: changes.append(node.GetViewArrangement()))
    desk.panels["study"].open_folder("baseline", sample["before"].dicom)
    assert desk.views.in_use
    assert len(changes) == 5  # three images and two charts are created one after the other
    desk.clear()
    changes.clear()
    desk.panels["study"].open_folder("baseline", sample["before"].dicom)
    assert len(changes) == 1


def test_a_study_that_is_opened_in_step_3_is_searched_for_regions(desk, sample, monkeypatch):
    searched = []
    monkeypatch.setattr("SpineDCEWidget.desktop.regions_widget.stored_drawings",
                        lambda study, _progress: searched.append(study) or [])  # fmt: skip
    desk.open({"follow-up": sample["after"].dicom})
    go(desk, 3)
    desk.clear()
    go(desk, 3)
    desk.regions._timer.fire()  # nothing is open
    desk.regions._timer.stop()
    desk.open({"baseline": sample["before"].dicom})
    assert desk.step == "regions"
    for timer in (desk.regions._timer, desk.regions._later):
        if timer.isActive():
            timer.fire()
    assert searched == [sample["before"].dicom]


@pytest.mark.parametrize(("number", "in_files"), [(3, True), (2, False)])
def test_all_visits_of_a_course_keep_their_results_in_files(
    desk, sample, monkeypatch, number, in_files
):
    folders = [sample["before"].dicom, sample["after"].dicom, sample["before"].dicom]
    found = [
        FoundVisit(str(n), f"2021010{n + 1}", Given(Inputs(study=str(folder))))
        for n, folder in enumerate(folders[:number])
    ]
    kept = []

    def computed(*_arguments, smallest, **_more):
        kept.append(smallest < SMALLEST)
        raise InputError("not computed here")

    monkeypatch.setattr("SpineDCEWidget.shared.session.compute_snapshot", computed)
    with monkeypatch.context() as patch, contextlib.suppress(InputError):
        patch.setattr("SpineDCEWidget.desktop.study_widget.visits_of_patient",
                      lambda *_, **__: found)  # fmt: skip
        patch.setattr(desk, "compute", lambda visits: _computed(desk, visits))
        desk.panels["study"].open_patient("a patient")
    assert kept == number * [in_files]
    assert not desk.session.opens_course


def test_a_visit_that_cannot_be_computed_is_named_once(desk, sample, monkeypatch):
    from SpineDCEWidget.shared.steps import state_of

    found = [
        FoundVisit(str(n), f"2021010{n + 1}", Given(Inputs(study=str(sample[visit].dicom))))
        for n, visit in enumerate(("before", "after"))
    ]
    said = iter(["It is thin. Draw the aorta.", "It is late. Draw the aorta."])

    def computed(*_arguments, **_more):
        raise InputError(next(said))

    monkeypatch.setattr("SpineDCEWidget.shared.session.compute_snapshot", computed)
    monkeypatch.setattr("SpineDCEWidget.desktop.study_widget.visits_of_patient",
                        lambda *_, **__: found)  # fmt: skip
    with pytest.raises(InputError) as error:
        desk.panels["study"].open_patient("a patient")
    text = "Baseline: It is thin. · Follow-up: It is late. · Draw the aorta."
    assert str(error.value) == text
    assert state_of(desk.session)[1].reason == text


def _computed(desk, visits):
    """Compute, and say nothing of what could not be computed."""
    for visit in visits:
        with contextlib.suppress(InputError):
            desk.session.computation(visit).run()


def test_the_sample_button_makes_all_that_needs_no_hand(opened):
    assert len(opened.visits) == 2
    for visit in opened.visits:
        assert {"vp", "Ktrans"} <= set(visit.maps), visit.problem
        assert isinstance(visit.settings.fit.shift, float)
    assert opened.ui.visitFrame.visible
    state = ui(opened, "study")
    assert "frames" in state.baselineStateLabel.text
    assert state.TRSpin.value == pytest.approx(4.5, abs=2)
    assert not opened.ui.busyFrame.visible


def test_analyse_on_the_nodes_of_a_visit_keeps_what_its_files_say(one, monkeypatch):
    visit, panel = one.visit, one.panels["study"]
    for use, node in (("Sequence", visit.sequence), ("Anatomy", visit.anatomy)):
        selector = panel.selectors[f"baseline{use}"]
        monkeypatch.setattr(selector, "currentNode", lambda node=node: node, raising=False)
    told = visit.analysis.TR, visit.patient, visit.date, visit.study_path
    panel.use_nodes("baseline")
    assert (visit.analysis.TR, visit.patient, visit.date, visit.study_path) == told
    assert visit.patient
    assert visit.study_path is not None


def test_rows_take_candidates_in_and_out(one):
    go(one, 2)
    panel, visit = one.panels["arteries"], one.visit
    table = ui(one, "arteries").candidatesTable
    assert table.rowCount == len(visit.analysis.detection().candidates)
    taken = [row for row in range(table.rowCount) if table.cells[row, 0]]
    panel.click_row(taken[0], 0)
    assert not table.cells[taken[0], 0]  # at once; the maps follow when no other click does
    assert not visit.is_current
    panel._timer.fire()
    assert visit.is_current
    ui(one, "arteries").resetButton.click()
    assert table.cells[taken[0], 0]
    panel.click_row(taken[0], 1)  # any other column shows it only
    assert table.cells[taken[0], 0]
    assert not one.said


def test_a_choice_that_leaves_no_artery_is_taken_back(one):
    go(one, 2)
    table, visit = ui(one, "arteries").candidatesTable, one.visit
    candidates = visit.analysis.detection().candidates
    for row in range(len(candidates)):
        if visit.analysis.detection().candidates[row].accepted:
            table.emit("cellClicked(int,int)", row, 0)
        if one.said:
            break
    assert one.said
    assert any(c.accepted for c in visit.analysis.detection().candidates)
    assert visit.maps


def test_a_candidate_of_a_search_without_a_trusted_artery_can_be_taken(desk, sample, monkeypatch):
    def refused(snapshot, *_arguments, **_more):
        snapshot.detection()
        raise InputError("No trustworthy AIF.", code="no_trustworthy_aif")

    with monkeypatch.context() as patch, contextlib.suppress(InputError):
        patch.setattr("SpineDCEWidget.shared.session.compute_snapshot", refused)
        desk.open({"baseline": sample["before"].dicom})
    visit, panel, table = desk.visit, desk.panels["arteries"], ui(desk, "arteries").candidatesTable
    assert visit.result is None
    go(desk, 2)
    assert table.rowCount
    assert visit.vessels is not None
    assert desk.views.plot_node("left").GetPlotChartNodeID() == visit.charts["candidates"].GetID()
    row = next(row for row in range(table.rowCount) if table.cells[row, 0])
    panel.click_row(row, 0)
    panel.click_row(row, 0)  # now it is taken by hand, which needs no trust
    assert table.cells[row, 0]
    panel._timer.fire()
    assert visit.is_current
    assert visit.maps


def test_step_4_computes_what_was_refused_at_first(desk, sample, monkeypatch):
    def refused(*_arguments, **_more):
        raise InputError("No trustworthy AIF.", code="no_trustworthy_aif")

    with monkeypatch.context() as patch, contextlib.suppress(InputError):
        patch.setattr("SpineDCEWidget.shared.session.compute_snapshot", refused)
        desk.open({"baseline": sample["before"].dicom})
    visit = desk.visit
    assert visit.result is None
    assert visit.problem
    go(desk, 3)
    desk.panels["regions"].read_file(sample["before"].dicom.parent / "truth" / "rois.seg.nrrd")
    visit.result = None  # as where regions bring no maps
    visit.nodes.remove("map.vp")
    go(desk, 4)
    assert visit.is_current


def test_vessels_are_outlined_in_the_views_of_their_own_visit_only(opened):
    from SpineDCEWidget.desktop.view_layouts import SLOTS

    go(opened, 3)
    assert not [visit for visit in opened.visits if visit.vessels is not None]
    go(opened, 2)
    timer = opened.panels["arteries"]._mark_next
    while timer.isActive():  # the outlines come a few at a time
        timer.fire()
    for visit in opened.visits:
        widgets = [opened.views.slice_widget(visit.name, slot) for slot in SLOTS]
        views = {widget.mrmlSliceNode().GetID() for widget in widgets if widget}
        assert set(visit.vessels.GetDisplayNode().GetViewNodeIDs()) == views


def test_the_three_handles_of_the_shift_agree(one):
    go(one, 2)
    state, visit = ui(one, "arteries"), one.visit
    before = slicer_array(visit.maps["vp"])
    nodes = slicer.mrmlScene.GetNumberOfNodes()
    state.shiftSlider.value = 70
    assert state.shiftSpin.value == pytest.approx(7.0)
    assert visit.settings.fit.shift == pytest.approx(7.0)
    state.shiftSpin.value = 3.25
    assert state.shiftSlider.value in (32, 33)
    one.panels["arteries"].nudge(1)
    assert visit.settings.fit.shift == pytest.approx(4.25)
    one.panels["arteries"]._timer.fire()
    assert visit.is_current
    assert np.nanmax(np.abs(slicer_array(visit.maps["vp"]) - before)) > 0
    assert slicer.mrmlScene.GetNumberOfNodes() == nodes
    state.useProposalButton.click()
    assert visit.settings.fit.shift != pytest.approx(4.25)
    assert not one.said
    # Without a shift, that of another visit must not be shown.
    one.session.choose(visit, {"fit.shift": "auto"})
    one.refresh()
    assert not state.shiftSpin.visible
    one.compute()
    assert state.shiftSpin.visible


def test_a_role_button_makes_its_segment_and_arms_the_brush(one):
    go(one, 3)
    panel, state = one.panels["regions"], ui(one, "regions")
    state.lesionButton.click()
    assert panel.editor.activeEffect().name == "Paint"
    assert state.lesionButton.checked
    assert one.visit.segmentation.GetSegmentation().GetNumberOfSegments() == 1
    state.referenceButton.click()
    assert not state.lesionButton.checked
    state.referenceButton.click()
    assert panel.editor.activeEffect() is None
    assert one.visit.segmentation.GetSegmentation().GetNumberOfSegments() == 2


def test_a_press_in_the_row_of_the_other_visit_draws_there_with_the_same_tool(opened):
    first, second = opened.visits
    go(opened, 3)
    regions = opened.regions
    view = opened.views.slice_widget(second.name, "T1").sliceView().interactor()
    view.InvokeEvent("LeftButtonPressEvent")
    assert opened.visit is first, "nothing is armed"
    ui(opened, "regions").lesionButton.click()
    regions.editor.setActiveEffectByName("Erase")
    view.InvokeEvent("LeftButtonPressEvent")
    assert opened.visit is second
    assert (regions.armed, regions.editor.activeEffect().name) == ("lesion", "Erase")
    go(opened, 4)
    view = opened.views.slice_widget(first.name, "T1").sliceView().interactor()
    view.InvokeEvent("LeftButtonPressEvent")
    assert opened.visit is second, "the step was left"
    assert not opened.said


def test_the_region_in_hand_comes_back_with_its_visit(opened):
    first, second = opened.visits
    go(opened, 3)
    regions = opened.regions
    ui(opened, "regions").lesionButton.click()
    regions.add_another()
    assert regions.selected == "Lesion 2"
    for visit, region in ((second, "Lesion"), (first, "Lesion 2")):
        view = opened.views.slice_widget(visit.name, "T1").sliceView().interactor()
        view.InvokeEvent("LeftButtonPressEvent")
        assert opened.visit is visit
        assert (regions.selected, regions.armed) == (region, "lesion")
    assert not opened.said


def test_the_message_of_a_ruler_goes_when_it_is_placed_or_the_step_is_left(one, monkeypatch):
    from SpineDCELib.mrml.region_nodes import ruler_nodes

    go(one, 3)
    panel, message = one.panels["regions"], one.ui.messageLabel
    monkeypatch.setattr(slicer.app, "applicationLogic", stand_in.Widget)
    panel.place_ruler("longest")
    line = ruler_nodes(one.visit.nodes)[-1]
    for x in (0.0, 10.0):
        assert "Click both ends" in message.text
        line.AddControlPoint(x, 0.0, 0.0)
        panel.update_numbers()
    assert message.text == ""
    panel.place_ruler("across")
    go(one, 2)
    assert message.text == ""


def test_numbers_stand_beside_what_is_drawn(drawn):
    state = ui(drawn, "regions")
    go(drawn, 3)
    assert "mL" in state.lesionNumber.text
    assert "×" in state.lesionNumber.text
    assert "Vp" in state.referenceNumber.text
    assert "regions" in drawn.visit.charts
    assert state.exclusionNumber.text != "–"


def test_common_settings_reach_both_visits_and_the_others_one(opened):
    go(opened, 1)
    state = ui(opened, "study")
    state.HctSpin.value = 0.45
    assert [visit.settings.aif.Hct for visit in opened.visits] == [0.45, 0.42]
    state.bloodT10Spin.value = 1500
    assert {visit.settings.aif.blood_T10 for visit in opened.visits} == {1.5}
    state.TRSpin.value = 5.0
    assert pytest.approx(0.005) == opened.visits[0].analysis.TR
    assert pytest.approx(0.005) != opened.visits[1].analysis.TR
    assert state.TROriginLabel.text == "corrected"
    assert state.computeButton.enabled
    state.computeButton.click()
    # With another TR the artery may not be trusted; that is said then.
    assert all(visit.is_current or visit.problem for visit in opened.visits)
    assert opened.visits[1].is_current


def test_frame_times_can_be_set_right(one):
    go(one, 1)
    panel, visit = one.panels["study"], one.visit
    times = visit.analysis.study.dynamic.times.copy()
    item = types.SimpleNamespace(column=lambda: 3, text=lambda: f"{times[3] + 1:.2f}")
    panel.set_time(item)
    assert visit.analysis.study.dynamic.times[3] == pytest.approx(times[3] + 1, abs=0.01)
    wrong = types.SimpleNamespace(column=lambda: 3, text=lambda: "-5")
    with pytest.raises(ValueError, match="Frame times"):
        panel.set_time(wrong)
    ui(one, "study").intervalSpin.value = 6.0
    np.testing.assert_allclose(np.diff(visit.analysis.study.dynamic.times), 6.0)


def write_T1_map(path, visit):
    """File with a T1 map of 900 ms on the grid of a visit."""
    from SpineDCELib.export.nrrd_maps import write_map

    geometry = visit.analysis.study.dynamic.geometry
    write_map(path, np.full(geometry.shape, 900.0), geometry=geometry, header={})
    return str(path)


def test_a_T1_map_can_be_chosen_for_a_second_study_too(one, sample, tmp_path):
    path = write_T1_map(tmp_path / "T1.nrrd", one.visit)
    edit, visit = ui(one, "study").T1MapEdit, one.visit
    for _ in range(2):
        assert visit.analysis.study.T1_map is None
        assert edit.currentPath == ""
        edit.currentPath = path
        edit.emit("currentPathChanged(QString)", path)
        T1_map = visit.analysis.study.T1_map
        assert T1_map is not None
        assert edit.currentPath == path
        assert not ui(one, "study").T1MapOriginLabel.visible
        one.panels["study"].open_folder("baseline", sample["before"].dicom)
    visit.analysis.update(study=replace(visit.analysis.study, T1_map=T1_map))
    one.refresh()
    assert ui(one, "study").T1MapOriginLabel.visible


def test_a_new_map_is_explained_again_and_one_that_is_out_of_date_is_not(one):
    go(one, 4)
    panel, visit = one.panels["maps"], one.visit
    explained = []
    panel.set_explaining(False)
    panel._crosshair = (types.SimpleNamespace(RemoveObserver=lambda _tag: None), 0)
    panel._timer.connect("timeout()", lambda: explained.append(visit.shown))
    panel._explained = (visit, visit.shown)
    one.refresh()
    panel._timer.fire()
    assert not explained
    panel._explained = (visit, object())
    one.refresh()
    assert panel._timer.isActive()
    panel._timer.stop()
    panel._crosshair = None


def test_another_series_is_shown_under_the_map_and_gone_with_its_visit(one, tmp_path, sample):
    import shutil

    from series.extra_series import add_series

    from SpineDCEWidget.shared.shown_series import USE

    folder = tmp_path / "study"
    shutil.copytree(sample["before"].dicom, folder)
    add_series(folder, 77, "T2 sag", like=next(folder.rglob("*.dcm")))
    one.panels["study"].open_folder("baseline", folder)
    go(one, 4)
    panel, combo = one.panels["maps"], ui(one, "maps").underCombo
    assert not combo.enabled
    panel._series_timer.fire()
    assert [text for text, _ in combo.items] == ["frame (no T1 for it)", "T2 sag"]
    combo.currentIndex = 1
    node = one.visit.nodes.get(f"{USE}T2 sag")
    for slot in ("T1", "fused"):
        widget = one.views.slice_widget("baseline", slot)
        assert widget.mrmlSliceCompositeNode().GetBackgroundVolumeID() == node.GetID()
    label = one.views.slice_widget("baseline", "T1").mrmlSliceNode().GetLayoutLabel()
    assert label == "Baseline: T2 sag"
    combo.currentIndex = 0
    widget = one.views.slice_widget("baseline", "T1")
    assert widget.mrmlSliceCompositeNode().GetBackgroundVolumeID() != node.GetID()
    combo.currentIndex = 1
    one.clear()
    assert panel.series_shown == ""
    assert not one.said


def test_a_frame_that_the_study_does_not_have_is_replaced_in_the_subtraction(opened):
    go(opened, 4)
    state = ui(opened, "maps")
    state.minuendCombo.currentIndex = state.subtrahendCombo.currentIndex = -1
    state.subtractCheck.checked = True
    assert opened.checks.terms == ("pass", "before")
    assert not opened.said


def test_a_visit_from_a_scene_says_why_no_other_series_is_offered(opened):
    go(opened, 4)
    combo = ui(opened, "maps").underCombo
    assert combo.toolTip.startswith("Series of the study")
    for visit in opened.visits:
        visit.study_path = None
    opened.panels["maps"].refresh()
    assert not combo.enabled
    assert combo.toolTip.startswith("A scene has no further series")


def test_display_choices_reach_both_visits(opened):
    go(opened, 4)
    opened.parameters.opacity = 40.0
    opened.parameters.threshold = 20.0
    opened.show_views()
    displays = [visit.maps["vp"].GetDisplayNode() for visit in opened.visits]
    assert len({display.GetWindowLevelMax() for display in displays}) == 1
    for display in displays:
        top = display.GetWindowLevelMax()
        assert display.GetLowerThreshold() == pytest.approx(0.2 * top, rel=1e-3)
    ui(opened, "maps").topSpin.value = 25.0
    assert {display.GetWindowLevelMax() for display in displays} == {25.0}
    composite = opened.views.slice_widget("follow-up", "fused").mrmlSliceCompositeNode()
    assert composite.GetForegroundOpacity() == pytest.approx(0.4)
    assert composite.GetForegroundVolumeID() == opened.visits[1].maps["vp"].GetID()


@pytest.mark.long
def test_a_draft_replaces_edited_text_only_if_the_user_agrees(drawn, monkeypatch):
    go(drawn, 5)
    ui(drawn, "result").compareButton.click()
    written, asked, answers = drawn.result.written, [], [False, True]
    monkeypatch.setattr(slicer.util, "confirmOkCancelDisplay",
                        lambda text, **_: asked.append(text) or answers.pop(0))  # fmt: skip
    written.insert_draft()
    written.insert_draft()
    assert not asked
    drafted = written.ui.findingsEdit.plainText
    drawn.session.report.edit("My own findings", "My own impression")
    written.insert_draft()
    assert drawn.session.report.text.findings == "My own findings"
    written.insert_draft()
    assert drawn.session.report.text.findings == drafted
    assert len(asked) == 2


def test_compare_and_export(drawn, tmp_path):
    go(drawn, 5)
    state = ui(drawn, "result")
    state.compareButton.click()
    assert not drawn.said
    assert "Normalised Vp of" in state.callLabel.text
    assert state.resultTable.rowCount > 3
    assert "table.comparison" in set(drawn.session.visit("follow-up").nodes.uses())
    state.folderEdit.currentPath = str(tmp_path / "out")
    state.reportCheck.checked = False
    state.exportButton.click()
    assert not drawn.said
    assert (tmp_path / "out/before/vp.nrrd").is_file()
    assert (tmp_path / "out/after/regions.seg.nrrd").is_file()
    assert "out" in state.exportLabel.text
    state.figureButton.click()
    assert not drawn.said
    assert (tmp_path / "out/spinedce-figure.png").read_bytes().startswith(b"\x89PNG")


def test_files_that_are_older_than_the_numbers_are_called_so(drawn, tmp_path):
    go(drawn, 5)
    state = ui(drawn, "result")
    state.compareButton.click()
    state.folderEdit.currentPath = str(tmp_path / "out")
    state.reportCheck.checked = False
    state.exportButton.click()
    drawn.refresh()
    assert state.exportLabel.text.startswith("The results were written to")
    ui(drawn, "study").HctSpin.value = 0.30
    go(drawn, 5)
    assert "are those from before the last change" in state.exportLabel.text
    state.exportButton.click()
    assert state.exportLabel.text.startswith("The results were written to")


def test_curves_of_regions_come_back_with_an_undo(drawn):
    visit = drawn.visit
    segments = visit.segmentation.GetSegmentation()
    for name in [n for n, role in visit.analysis.roles.items() if role == "aorta"]:
        segments.RemoveSegment(segments.GetSegmentIdBySegmentName(name))
    drawn.regions.update_numbers()
    drawn.compute([visit])

    def lines():
        return visit.charts["regions"].GetNumberOfPlotSeriesNodes()

    count = lines()
    assert count
    go(drawn, 2)
    ui(drawn, "arteries").drawButton.click()
    go(drawn, 5)
    go(drawn, 3)
    assert {ui(drawn, "regions").lesionNumber.text} == {"drawn"}
    assert ui(drawn, "regions").muscleNumber.text == "–"
    go(drawn, 5)
    drawn.said.clear()
    drawn.undo()
    assert visit.is_current
    assert lines() == count


def test_r2_of_blood_can_be_0_or_left_to_the_program(one):
    spin = ui(one, "study").r2Spin
    assert spin.value == spin.minimum == -1
    spin.value = 0
    assert one.visit.settings.aif.r2 == 0
    spin.value = -1
    assert one.visit.settings.aif.r2 is None


def test_what_an_export_could_not_write_is_named(drawn, tmp_path, monkeypatch):
    def refused(*_arguments, **_options):
        raise InputError("NIfTI is not possible here.")

    monkeypatch.setattr("SpineDCELib.export.nifti_maps.write_nifti_maps", refused)
    go(drawn, 5)
    state = ui(drawn, "result")
    state.folderEdit.currentPath = str(tmp_path / "out")
    state.reportCheck.checked = False
    state.niftiCheck.checked = True
    state.exportButton.click()
    assert "Not written, for the reasons that the warnings name:" in state.exportLabel.text
    assert "nifti" in state.exportLabel.text
    assert "NIfTI is not possible here." in state.warningsLabel.text


def test_labels_say_what_holds_for_all_visits_and_what_a_map_means(drawn):
    arteries, maps = ui(drawn, "arteries"), ui(drawn, "maps")
    assert arteries.peakComboLabel.text == "First pass from (all visits):"
    assert "(all visits)" not in arteries.sourceComboLabel.text
    go(drawn, 4)
    assert not maps.quantityLabel.visible
    drawn.parameters.quantity = "status"
    drawn.refresh()
    assert "yellow where the fit has a remark" in maps.quantityLabel.text
    assert not maps.coloursCombo.enabled


def test_the_colour_bar_of_Vp_says_what_it_is_a_fraction_of(one):
    node = one.visit.maps["vp"]
    of_water = next(name for name, mode in CONVERSION_MODES.items() if mode.per == "water")
    for mode, unit in (("", "mL/100 mL"), (of_water, "mL/100 mL of water")):
        node.SetAttribute("SpineDCE.mode", mode)
        assert add_legend(node).GetTitleText() == f"Vp\n{unit}"


def test_a_missing_T1_image_is_said(desk, sample, monkeypatch):
    desk.open({"baseline": sample["before"].dicom})
    state = ui(desk, "study")
    without = "No T1-weighted image of this study covers the dynamic images"
    assert (without in state.baselineStateLabel.text) == (desk.visit.anatomy is None)
    monkeypatch.setattr(type(desk.visit), "anatomy", None)
    desk.refresh()
    assert without in state.baselineStateLabel.text
    go(desk, 3)
    assert not ui(desk, "regions").onAnatomyButton.enabled
    assert ui(desk, "regions").onAnatomyButton.toolTip.startswith(without)
    label = desk.views.slice_widget("baseline", "T1").mrmlSliceNode().GetLayoutLabel()
    assert label == "Baseline: frame (no T1 for it)"


def test_maps_that_are_out_of_date_are_labelled_so(drawn):
    go(drawn, 4)

    def label(slot):
        return drawn.views.slice_widget("baseline", slot).mrmlSliceNode().GetLayoutLabel()

    assert (label("map"), label("fused")) == ("Baseline: Vp", "Baseline: fused")
    visit = drawn.session.visit("baseline")
    drawn.session.choose(visit, {"concentration.T10": 0.9, "concentration.T1_source": "fixed"})
    drawn.refresh()
    assert not visit.is_current
    assert label("map") == "Baseline: Vp (out of date)"
    assert label("fused") == "Baseline: fused (out of date)"


def test_charts_of_another_artery_than_that_in_use_are_labelled_so(drawn):
    def labels():
        return [drawn.views.plot_node(place).GetLayoutLabel() for place in ("left", "right")]

    state = ui(drawn, "arteries")
    drawn.compute(drawn.visits)
    go(drawn, 2)
    assert labels() == ["Baseline: curves", "Baseline: AIF shift"]
    assert "Out of date" not in state.proposalLabel.text
    state.drawButton.click()
    go(drawn, 2)
    assert labels() == ["Baseline: curves (out of date)", "Baseline: AIF shift (out of date)"]
    assert state.proposalLabel.text.startswith("Out of date. ")
    drawn.session.undo()
    drawn.refresh()
    assert labels() == ["Baseline: curves", "Baseline: AIF shift"]
    drawn.session.choose(drawn.visit, {"fit.model": "tofts"})
    drawn.refresh()
    assert labels() == ["Baseline: curves", "Baseline: AIF shift (out of date)"]


def test_a_chart_without_curves_says_so(one):
    go(one, 3)
    assert one.views.plot_node("left").GetLayoutLabel() == "Baseline: no curves yet"
    assert one.views.plot_node("right").GetLayoutLabel() == "Baseline: curves"


def test_a_map_that_is_computed_when_it_is_chosen_is_shown(drawn):
    go(drawn, 4)
    state, panel, baseline = (
        ui(drawn, "maps"),
        drawn.panels["maps"],
        drawn.session.visit("baseline"),
    )
    assert "vp_SE" not in baseline.maps
    offered = {name: bool(state.quantityCombo.dynamic[i, 255]) for i, name in enumerate(QUANTITIES)}
    assert offered["vp_SE"]
    assert offered["TTP"]
    assert offered["Ktrans"]
    assert not offered["Fp"]
    assert not offered["probability"]
    for chosen in ("vp_SE", "TTP"):
        drawn.parameters.quantity = chosen
        panel._show()
        for visit in drawn.session.visits:
            assert np.isfinite(array_of(visit.maps[chosen])).any()
    assert "vp_SE" in baseline.maps, "what was computed stays while another map is looked at"


def test_an_export_never_goes_to_the_folder_of_the_patient_before(one, sample, tmp_path):
    edit = ui(one, "result").folderEdit
    edit.currentPath = str(tmp_path)
    one.panels["study"].open_folder("baseline", sample["after"].dicom)
    assert edit.currentPath == str(tmp_path)
    one.visit.patient = "Another patient"
    one.opened(one.visits)
    assert edit.currentPath == ""
    edit.currentPath = str(tmp_path)
    one.clear()
    assert edit.currentPath == ""


def test_leaving_and_closing_leave_nothing_on(drawn):
    layout = slicer.app.layoutManager()
    assert drawn.views.in_use
    drawn.exit()
    assert not drawn.views.in_use
    assert layout.layout == 1
    assert not drawn.playback.playing
    drawn.enter(stand_in.Parameters())
    drawn.scene_closing()
    assert drawn.parameters is None
    drawn.refresh()


def test_clear_takes_everything_out(drawn):
    go(drawn, 1)
    ui(drawn, "study").clearButton.click()
    assert not drawn.visits
    left = [
        slicer.mrmlScene.GetNthNode(i).GetClassName()
        for i in range(slicer.mrmlScene.GetNumberOfNodes())
    ]
    kinds = (
        "vtkMRMLSlice", "vtkMRMLPlotView", "vtkMRMLScriptedModule", "vtkMRMLSubject",
    )  # fmt: skip
    assert [kind for kind in left if not kind.startswith(kinds)] == []


def slicer_array(node):
    from SpineDCELib.mrml.volume_nodes import array_of

    return array_of(node).copy()


def turn(desk, monkeypatch, action):
    """Do something once, in the first turn that a change of nodes gives the window."""
    monkeypatch.setattr("SpineDCEWidget.desktop.main_loop_jobs._TURN_AFTER", 0.0)
    done = []

    def pump():
        if desk.jobs.changing_nodes and not done:
            done.append(True)
            action()

    monkeypatch.setattr(desk.jobs, "_pump", pump)
    return done


def test_a_study_whose_opening_is_cancelled_is_shown_whole_without_maps(desk, sample, monkeypatch):
    assert turn(desk, monkeypatch, lambda: desk.ui.cancelButton.click()) == []
    with desk.messages.errors_shown():
        desk.panels["study"].open_folder("baseline", sample["before"].dicom)
    [visit] = desk.visits
    assert visit.frame.GetImageData() is not None
    assert visit.segmentation is not None
    assert not visit.maps
    assert desk.views.in_use
    assert "ancel" in desk.ui.messageLabel.text
    assert desk.ui.panels.enabled


def test_work_that_starts_removes_the_message_of_what_was_cancelled(one):
    from SpineDCEWidget.desktop import desktop_wording

    with one.messages.errors_shown():
        raise Cancelled
    assert one.ui.messageLabel.text == desktop_wording.CANCELLED
    one.visit.nodes.remove("map.vp")
    one.compute()
    assert one.ui.messageLabel.text == ""


def test_a_shift_is_set_only_where_there_is_an_AIF(one):
    arteries = one.panels["arteries"]
    assert arteries.ui.shiftBox.enabled
    one.visit.problem = "No trustworthy AIF."
    arteries.refresh()
    assert not arteries.ui.shiftBox.enabled


def test_nothing_is_shown_or_started_in_the_turns_of_a_closing(drawn, monkeypatch):
    def press():
        drawn.go_to_step("maps")
        drawn.refresh()
        drawn.catch_up()
        drawn.playback.next()
        assert not drawn.jobs.cancellable

    go(drawn, 1)
    done = turn(drawn, monkeypatch, press)
    drawn.clear()
    assert done
    assert drawn.step == "study"
    assert not drawn.visits


def test_a_scene_that_is_closed_ends_the_opening_of_a_study_at_once(desk, sample, monkeypatch):
    def close():
        desk.scene_closing()
        slicer.mrmlScene.Clear()
        desk.logic.session = type(desk.session)(slicer.mrmlScene)

    turn(desk, monkeypatch, close)
    with desk.messages.errors_shown():
        desk.panels["study"].open_folder("baseline", sample["before"].dicom)
    assert not desk.session.visits
    assert not desk.jobs.busy
    desk.enter(stand_in.Parameters())
    desk.panels["study"].open_folder("baseline", sample["before"].dicom)
    assert desk.visits[0].maps


def test_one_more_visit_of_a_course_is_shown_in_the_lower_row(desk, sample):
    study = desk.panels["study"]
    study.open_folder("baseline", sample["before"].dicom)
    study.open_folder("follow-up", sample["after"].dicom)
    [name] = desk.session.free_names()
    study.open_folder(name, sample["before"].dicom)
    assert not desk.said
    assert desk.visit.name == name
    assert desk.session.row_of(name) == "follow-up"
