"""What the window says and shows of the study, its shift and its places is so."""

from dataclasses import replace
from functools import partial

import numpy as np
import pydicom
import slicer
from desk import DeskTest, settle
from hands import press, type_into

from SpineDCEWidget.desktop.view_layouts import SLOTS


class Statements(DeskTest):
    def draw(self):
        """Regions of both visits from the digital spine."""
        for visit in self.desk.visits:
            self.desk.select_visit(visit.name)
            self.step(3)
            self.desk.panels["regions"].read_file(self.truth[visit.name] / "rois.seg.nrrd")
            settle(0.2)
        self.desk.select_visit("baseline")

    def test_the_banner_says_whose_images_these_are(self):
        session = self.sample()
        lines = self.desk.ui.bannerLabel.text.splitlines()
        assert self.desk.ui.bannerLabel.visible
        for visit, line in zip(session.visits, lines, strict=True):
            head = pydicom.dcmread(visit.analysis.study.dynamic.source.files[0])
            year = str(head.StudyDate)[:4]
            for said in (*str(head.PatientName).split("^"), head.PatientID, head.SeriesDescription,
                         visit.label, year, str(head.PatientBirthDate)[:4]):  # fmt: skip
                assert str(said) in line, (said, line)
        self.desk.clear()
        settle()
        assert not self.desk.ui.bannerLabel.visible

    def test_a_stroke_in_the_row_of_the_other_visit_draws_in_that_visit(self):
        session = self.sample()
        self.step(3)
        first, second = session.visits
        drawn = self.truth_regions(second)
        lesion = next(mask for name, mask in drawn.items() if name.startswith("Lesion"))
        self.press(self.ui("regions").lesionButton)
        assert self.desk.visit is first
        before = {name: mask.copy() for name, mask in first.analysis.regions.items()}
        self.paint(second, lesion)
        settle(1.0)
        assert self.desk.visit is second
        assert self.ui("regions").lesionButton.checked
        painted = [m for n, m in second.analysis.regions.items()
                   if second.analysis.roles[n] == "lesion"]  # fmt: skip
        slices = np.flatnonzero(lesion.any(axis=(1, 2)))
        assert painted, "nothing was painted"
        assert set(slices) <= set(np.flatnonzero(painted[0].any(axis=(1, 2)))), "the first stroke"
        assert before.keys() == first.analysis.regions.keys()
        for name, mask in before.items():
            np.testing.assert_array_equal(first.analysis.regions[name], mask)

    def test_a_shift_that_the_curves_do_not_confirm_is_said(self):
        session = self.sample()
        self.draw()
        self.step(5)
        visit, ui = self.desk.visit, self.ui("arteries")
        self.step(2)
        # The magnitude of the sample's artery may be doubted, its shift is not.
        assert "does not fit the curves" not in self.desk.ui.hintLabel.text
        ui.shiftSpin.value = round(visit.evidence.high + 5)
        settle(1.0)
        assert "!" in self.desk.ui.step2Button.text
        assert "does not fit the curves" in self.desk.ui.hintLabel.text
        self.step(5)
        self.press(self.ui("result").compareButton)
        assert "does not fit the curves" in self.ui("result").warningsLabel.text
        self.step(2)
        self.press(ui.useProposalButton)
        assert "does not fit the curves" not in self.desk.ui.hintLabel.text
        visit.evidence = replace(visit.evidence, doubt="The residual hardly changes.")
        self.desk.refresh()
        assert "!" in self.desk.ui.step2Button.text
        assert "do not confirm" in self.desk.ui.hintLabel.text
        assert "hardly changes" in self.desk.ui.hintLabel.text
        assert not ui.useProposalButton.enabled
        assert session is self.desk.session

    def test_a_number_beyond_its_limits_is_refused_and_not_shortened(self):
        self.sample()
        ui, visit = self.ui("study"), self.desk.visit
        for spin, text, said in (
            (ui.HctSpin, "0.9", "Hct must lie between 0 and 0.8; 0.9 was given."),
            (ui.T10Spin, "50000", "T10 must lie between 50 and 10000 ms; 50000 was given."),
        ):
            shown, settings = spin.value, visit.settings
            type_into(spin, text)
            settle(0.5)
            assert any(said in one for one in self.popups), (said, self.popups)
            self.popups.clear()
            assert spin.value == shown
            assert visit.settings == settings
            assert visit.is_current

    def mark(self, visit):
        """Where the evidence says that the shift in use is."""
        chart = visit.charts["evidence.Residual"]
        series = [chart.GetNthPlotSeriesNode(i) for i in range(chart.GetNumberOfPlotSeriesNodes())]
        line = next(one for one in series if one.GetName() == "in use")
        table = line.GetTableNode().GetTable()
        return table.GetColumnByName(line.GetXColumnName()).GetValue(0)

    def test_a_click_in_the_evidence_sets_the_shift_and_the_mark_follows_the_slider(self):
        self.sample()
        self.step(2)
        settle(1.0)
        visit, view = self.desk.visit, self.desk.views.plot_view("right")
        assert abs(self.mark(visit) - visit.settings.fit.shift) < 1e-6
        chart = view.chart()
        bottom, left = chart.GetAxis(1), chart.GetAxis(0)
        start, end = bottom.GetPoint1()[0], bottom.GetPoint2()[0]
        low, high = bottom.GetMinimum(), bottom.GetMaximum()
        x = start + (6.0 - low) / (high - low) * (end - start)
        y = (left.GetPoint1()[1] + left.GetPoint2()[1]) / 2
        import qt

        press(view, at=qt.QPoint(round(x), round(view.height - y)))
        assert abs(visit.settings.fit.shift - 6.0) < 0.2, visit.settings.fit.shift
        assert self.mark(visit) == visit.settings.fit.shift
        self.ui("arteries").shiftSlider.value = 25
        assert self.mark(visit) == 2.5  # at once, before anything is computed
        settle(1.0)
        assert self.mark(visit) == 2.5
        self.ui("arteries").shiftSpin.value = 17.0  # beyond where the valley ends
        settle(1.0)
        assert bottom.GetMinimum() < self.mark(visit) < bottom.GetMaximum()
        self.ui("arteries").shiftSlider.value = 25
        settle(1.0)
        self.step(4)
        settle(0.3)
        press(view, at=qt.QPoint(round(x), round(view.height - y)))
        assert visit.settings.fit.shift == 2.5  # set in step 2 only

    def test_vessels_are_outlined_in_the_views_of_their_own_visit_only(self):
        session = self.sample()
        for step in (2, 3, 2):  # the outlines are created again
            self.step(step)
            settle(2.0)
        for visit in session.visits:
            widgets = [self.desk.views.slice_widget(visit.name, slot) for slot in SLOTS]
            views = {widget.mrmlSliceNode().GetID() for widget in widgets if widget}
            assert set(visit.vessels.GetDisplayNode().GetViewNodeIDs()) == views

    def test_a_chart_is_drawn_together_with_its_name(self):
        self.sample()
        self.step(2)
        settle(1.0)
        view, drawn = self.desk.views.plot_view("left"), []
        window = view.scene().GetRenderer().GetRenderWindow()
        tag = window.AddObserver("EndEvent", lambda *_: drawn.append(view.chart().GetTitle()))
        try:
            self.desk.ui.step1Button.click()  # nothing else has a turn before it returns
        finally:
            window.RemoveObserver(tag)
        assert drawn, "the chart was not drawn yet"
        assert drawn[-1] == self.desk.views.plot_node("left").GetPlotChartNode().GetTitle()

    def middle(self, visit, slot="T1"):
        node = self.desk.views.slice_widget(visit.name, slot).mrmlSliceNode()
        matrix = node.GetSliceToRAS()
        x, y, _ = node.GetXYZOrigin()
        return np.array(matrix.MultiplyPoint([x, y, 0.0, 1.0])[:3])

    def move(self, visit, offset):
        node = self.desk.views.slice_widget(visit.name, "T1").mrmlSliceNode()
        node.SetSliceOffset(node.GetSliceOffset() + offset)
        settle(0.1)

    def test_linked_views_and_the_marked_place_follow_the_registration(self):
        from SpineDCEWidget.shared.linked_places import place_in, registration_of

        session = self.sample()
        self.draw()
        self.step(5)
        self.press(self.ui("result").compareButton)
        assert registration_of(session) is not None
        base, later = session.pair
        place = partial(place_in, session, base, later)
        thickness = later.analysis.study.dynamic.geometry.spacing[2]
        for offset in (6.0, -12.0, 6.0):
            self.move(base, offset)
            wanted = place(self.middle(base))
            # The slice that is nearest to the place; the same anatomy is in the middle.
            for slot in ("T1", "map", "fused"):
                away = self.middle(later, slot) - wanted
                assert np.linalg.norm(away) <= thickness / 2 + 0.5, (slot, away)
        self.desk.parameters.linked = False
        self.desk.show_views()
        before = self.middle(later)
        self.move(base, 6.0)
        np.testing.assert_allclose(self.middle(later), before)
        self.desk.parameters.linked = True
        self.desk.show_views()
        settle(0.1)
        for slot in ("T1", "map", "fused"):
            np.testing.assert_allclose(self.middle(base, slot), self.middle(base), atol=1e-6)
            away = self.middle(later, slot) - place(self.middle(base))
            assert np.linalg.norm(away) <= thickness / 2 + 0.5, (slot, away)

        self.step(4)
        lesion = next(n for n, role in base.analysis.roles.items() if role == "lesion")
        from SpineDCELib.mrml.volume_nodes import ras_of

        voxel = np.argwhere(base.analysis.regions[lesion])[0]
        ras = ras_of(tuple(voxel), base.analysis.study.dynamic.geometry)
        crosshair = slicer.mrmlScene.GetFirstNodeByClass("vtkMRMLCrosshairNode")
        crosshair.SetCursorPositionInvalid()
        crosshair.SetCrosshairRAS(*ras)
        settle(0.5)
        assert self.ui("maps").voxelLabel.text.startswith(base.label)

        def marks():
            return [node.GetNthControlPointPosition(0) for node in self.desk.links._marks.nodes]

        self.wait(lambda: np.allclose(marks()[0], ras, atol=1e-6), 20)
        np.testing.assert_allclose(marks()[1], place(ras), atol=1e-6)
        # Pointing at the other visit explains the other visit.
        node = self.desk.views.slice_widget("follow-up", "map").mrmlSliceNode()
        crosshair.SetCursorPositionXYZ([50, 50, 0], node)
        crosshair.SetCrosshairRAS(*place(ras))
        settle(0.5)
        assert self.ui("maps").voxelLabel.text.startswith(later.label)
        assert "follow-up" in self.desk.views.plot_node("left").GetLayoutLabel().lower()
        crosshair.SetCursorPositionInvalid()

    def test_nodes_lie_under_patient_study_and_visit(self):
        session = self.sample()
        self.draw()
        self.step(4)
        hierarchy = slicer.mrmlScene.GetSubjectHierarchyNode()
        root = hierarchy.GetSceneItemID()
        for visit in session.visits:
            for node in (visit.frame, visit.anatomy, visit.segmentation, *visit.maps.values()):
                folder = hierarchy.GetItemParent(hierarchy.GetItemByDataNode(node))
                assert hierarchy.GetItemName(folder) == f"SpineDCE {visit.name}"
                study = hierarchy.GetItemParent(folder)
                patient = hierarchy.GetItemParent(study)
                assert hierarchy.GetItemName(study) == visit.title
                assert hierarchy.GetItemName(patient) == visit.patient
                assert hierarchy.GetItemParent(patient) == root
        assert hierarchy.GetNumberOfItemChildren(root) < 5
        series = slicer.util.getNodesByClass("vtkMRMLPlotSeriesNode")
        assert series
        assert all(one.GetHideFromEditors() for one in series)
        assert all(one.GetTableNode().GetHideFromEditors() for one in series)
        self.desk.clear()
        assert not hierarchy.GetItemChildWithName(root, "SpineDCE baseline", True)
        assert hierarchy.GetNumberOfItemChildren(root) < 4
