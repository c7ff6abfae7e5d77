"""Nodes that other modules, scripts and undo change: nothing stays behind a tick."""

import numpy as np
import qt
import slicer
import vtk
from desk import DeskTest, settle


class Changes(DeskTest):
    def compared(self):
        """Both visits with regions, maps and a comparison."""
        session = self.sample()
        # The magnitude of the sample's artery is too low: there would be no ticks.
        session.choose(session.visits[0], {"aif.peak": "phase"})
        for visit in session.visits:
            self.press(self.visit_button(visit))
            self.step(3)
            self.desk.panels["regions"].read_file(self.truth[visit.name] / "rois.seg.nrrd")
            settle(0.3)
        self.press(self.desk.ui.baselineButton)
        self.step(5)
        self.press(self.ui("result").compareButton)
        assert self.desk.session.is_comparison_current
        return session

    def visit_button(self, visit):
        name = {"baseline": "baselineButton", "follow-up": "followUpButton"}[visit.name]
        return getattr(self.desk.ui, name)

    def ticks(self):
        return [number for number in range(1, 6) if "✓" in self.button(number).text]

    def button(self, number):
        return getattr(self.desk.ui, f"step{number}Button")

    def table(self):
        table = self.ui("result").resultTable
        return [
            table.item(r, c).text()
            for r in range(table.rowCount)
            for c in range(table.columnCount)
            if table.item(r, c)
        ]

    def go_on(self):
        """The next press of step 5 computes again and finds what it needs."""
        self.step(4)
        self.step(5)
        self.press(self.ui("result").compareButton)
        assert self.desk.session.is_comparison_current
        # A stroke may have reached another region, which step 3 marks.
        assert {1, 4, 5} <= set(self.ticks()), self.ticks()

    def test_a_stroke_in_the_segment_editor_is_noticed_by_the_result(self):
        session = self.compared()
        visit, old = session.visit("baseline"), self.table()
        slicer.util.selectModule("SegmentEditor")
        settle(0.5)
        editor = slicer.modules.SegmentEditorWidget.editor
        editor.setSegmentationNode(visit.segmentation)
        editor.setSourceVolumeNode(visit.anatomy or visit.frame)
        lesion = next(n for n, role in visit.analysis.roles.items() if role == "lesion")
        ids = visit.segmentation.GetSegmentation()
        editor.setCurrentSegmentID(ids.GetSegmentIdBySegmentName(lesion))
        editor.setActiveEffectByName("Paint")
        widget = slicer.app.layoutManager().sliceWidget("Red")
        widget.sliceLogic().FitSliceToBackground()
        voxels = visit.analysis.regions[lesion].sum()
        settle()
        view = widget.sliceView()
        start = (view.width // 2 - 20, view.height // 2)
        slicer.util.clickAndDrag(widget, start=start, end=(start[0] + 40, start[1]), steps=8)
        settle(0.5)
        editor.setActiveEffect(None)
        assert visit.analysis.regions[lesion].sum() > voxels
        assert not visit.is_current
        slicer.util.selectModule("SpineDCE")
        settle(1.5)
        assert not session.is_comparison_current
        assert 5 not in self.ticks()
        assert self.table() != old
        self.go_on()

    def test_a_rename_and_a_role_are_noticed_in_any_step(self):
        session = self.compared()
        visit = session.visit("baseline")
        segmentation = visit.segmentation.GetSegmentation()
        segment = segmentation.GetSegment(segmentation.GetNthSegmentID(0))
        segment.SetName("Renamed")
        settle(0.5)
        assert not visit.is_current
        assert 4 not in self.ticks()
        assert 5 not in self.ticks()
        self.go_on()

    def test_a_deleted_segmentation_is_said_and_undo_brings_it_back(self):
        session = self.compared()
        visit = session.visit("baseline")
        regions = set(visit.analysis.regions)
        slicer.mrmlScene.RemoveNode(visit.segmentation)
        settle(0.5)
        assert "deleted" in self.desk.ui.messageLabel.text
        assert not {3, 4, 5} & set(self.ticks())
        self.step(3)
        self.press(self.ui("regions").lesionButton)
        assert self.desk.panels["regions"].editor.segmentationNode() is visit.segmentation
        self.press(self.ui("regions").lesionButton)
        self.press(self.desk.ui.undoButton)
        settle(0.5)
        assert set(visit.analysis.regions) == regions
        self.go_on()

    def test_undo_of_a_stroke_computes_no_maps_and_leaves_those_of_before_up_to_date(self):
        session = self.compared()
        visit = session.visit("baseline")
        self.step(3)
        computed, compute = [], self.desk.compute
        self.desk.compute = lambda *visits, **_: computed.append(visits)
        try:
            self.press(self.ui("regions").exclusionButton)
            mask = self.truth_regions(visit)["Lesion"]
            self.paint(visit, mask)
            assert not visit.is_current
            self.press(self.ui("regions").exclusionButton)
            while not visit.is_current and self.desk.ui.undoButton.enabled:
                self.press(self.desk.ui.undoButton)
                settle(0.3)
        finally:
            self.desk.compute = compute
        assert visit.is_current
        assert not computed

    def test_undo_of_the_first_stroke_takes_its_outline_from_the_views(self):
        session = self.compared()
        visit = session.visit("baseline")
        self.step(3)
        mask = self.truth_regions(visit)["Lesion"]
        one = np.zeros_like(mask)
        index = int(np.flatnonzero(mask.any(axis=(1, 2)))[0])
        one[index] = np.roll(mask[index], (6, -30), (0, 1))
        self.show_slice(visit, index)
        assert "muscle" not in visit.state.roles.values()
        before = self.picture(visit)
        self.press(self.ui("regions").muscleButton)
        self.paint(visit, one)
        self.press(self.ui("regions").muscleButton)
        settle(0.5)
        assert visit.state.regions["Muscle"].any()
        assert (self.picture(visit) != before).any()
        while visit.state.regions.get("Muscle") is not None:
            self.press(self.desk.ui.undoButton)
            settle(0.5)
        settle(0.5)
        assert not (self.picture(visit) != before).any()

    def picture(self, visit):
        """The pixels of the T1 view, without the mouse's brush."""
        from vtk.util.numpy_support import vtk_to_numpy

        view = self.desk.views.slice_widget(visit.name, "T1").sliceView()
        slicer.app.sendEvent(view.VTKWidget(), qt.QEvent(qt.QEvent.Leave))
        settle()
        view.forceRender()
        grab = vtk.vtkWindowToImageFilter()
        grab.SetInput(view.renderWindow())
        grab.Update()
        return vtk_to_numpy(grab.GetOutput().GetPointData().GetScalars()).copy()

    def test_rulers_and_maps_and_images_are_watched(self):
        from SpineDCELib.measurement.rulers import Ruler
        from SpineDCELib.mrml.region_nodes import add_ruler

        session = self.compared()
        visit = session.visit("baseline")
        for name, end in (("long", (30.0, 0, 0)), ("short", (0, 20.0, 0))):
            add_ruler(visit.nodes, Ruler(name, (0, 0, 0), end))
        settle(0.5)
        assert 5 not in self.ticks()
        self.go_on()
        slicer.mrmlScene.RemoveNode(visit.maps["vp"])
        settle(0.5)
        assert not {4, 5} & set(self.ticks())
        self.go_on()
        slicer.mrmlScene.RemoveNode(visit.anatomy)
        slicer.mrmlScene.RemoveNode(visit.sequence)
        settle(0.5)
        assert visit.anatomy is not None
        assert visit.sequence is not None
        assert "restored" in self.desk.ui.messageLabel.text
        slicer.mrmlScene.RemoveNode(visit.nodes.present)
        settle(0.5)
        assert visit.maps
        self.go_on()

    def test_a_visit_deleted_in_the_subject_hierarchy_is_closed(self):
        session = self.compared()
        hierarchy = slicer.mrmlScene.GetSubjectHierarchyNode()
        folder = hierarchy.GetItemChildWithName(
            hierarchy.GetSceneItemID(), "SpineDCE follow-up", True
        )
        hierarchy.RemoveItem(folder, True, True)
        settle(1.0)
        assert [visit.name for visit in session.visits] == ["baseline"]
        assert "closed" in self.desk.ui.messageLabel.text
        assert self.desk.visit.name == "baseline"
        self.step(4)

    def test_a_closed_patient_leaves_no_number_behind(self):
        self.compared()
        self.step(1)
        asked = slicer.util.confirmOkCancelDisplay
        slicer.util.confirmOkCancelDisplay = lambda *_, **__: True
        try:
            self.press(self.ui("study").clearButton)
        finally:
            slicer.util.confirmOkCancelDisplay = asked
        for number in range(1, 6):
            self.step(number)
        ui = {step: self.ui(step) for step in self.desk.panels}
        assert self.table() == []
        texts = [ui["result"].callLabel, ui["result"].warningsLabel, ui["result"].exportLabel,
                 ui["regions"].sizeLabel, ui["maps"].voxelLabel, ui["maps"].frameLabel,
                 ui["arteries"].proposalLabel]  # fmt: skip
        assert [label.text for label in texts] == [""] * len(texts)
        for role in ("lesion", "reference", "exclusion", "aorta", "muscle"):
            assert getattr(ui["regions"], f"{role}Number").text == "–"
        assert ui["arteries"].candidatesTable.rowCount == 0
        assert self.desk.playback.index == 0
