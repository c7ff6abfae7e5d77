"""A course of treatment in the panel: opened, followed, shown by two visits, saved and loaded."""

from pathlib import Path

import qt
import slicer
from desk import DeskTest, settle
from hands import press


class Course(DeskTest):
    def opened(self):
        """The visits of a patient, opened from the folder and followed."""
        self.desk.panels["study"].open_patient(self.course_patient())
        session = self.logic.session
        self.quick_calls()
        assert len(session.visits) == 3
        assert all(visit.is_current and visit.state.regions for visit in session.visits)
        self.step(5)
        self.press(self.desk.result.course.ui.followButton)
        assert session.course.is_current
        return session

    def shown_titles(self):
        return {
            self.desk.views.slice_widget(visit.name, "T1").mrmlSliceNode().GetLayoutLabel()
            for visit in self.desk.visits
        }

    def test_a_click_on_each_point_of_the_trend_shows_its_visit(self):
        from SpineDCEWidget.shared.trend_points import positions

        session = self.opened()
        course = session.course.result
        for place in ("left", "right"):
            view = self.desk.views.plot_view(place)
            chart = view.chart()
            bottom, left = chart.GetAxis(1), chart.GetAxis(0)
            start, end = bottom.GetPoint1()[0], bottom.GetPoint2()[0]
            low, high = bottom.GetMinimum(), bottom.GetMaximum()
            y = (left.GetPoint1()[1] + left.GetPoint2()[1]) / 2
            trend = course.trends[0]
            for point, at in zip(trend.points, positions(course, trend), strict=True):
                x = start + (at - low) / (high - low) * (end - start)
                press(view, at=qt.QPoint(round(x), round(view.height - y)))
                settle(0.2)
                visit = session.course.visits[point.visit]
                assert self.desk.visit is visit, (place, at)
                assert visit in self.desk.visits
        between = start + 0.5 * (end - start) / 3
        before = self.desk.visit
        press(view, at=qt.QPoint(round(between), round(view.height - y)))
        assert self.desk.visit is before  # no point is there

    def test_any_two_visits_are_shown_and_only_their_regions_in_their_views(self):
        session = self.opened()
        first, second, third = session.in_order
        self.desk.show_visit(second.name, "baseline")
        self.desk.show_visit(third.name, "follow-up")
        assert [v.name for v in self.desk.visits] == [second.name, third.name]
        assert self.shown_titles() == {"Follow-up 1: T1", "Follow-up 2: T1"}
        for visit in (second, third):
            widgets = [self.desk.views.slice_widget(visit.name, s) for s in ("T1", "map", "fused")]
            wanted = {widget.mrmlSliceNode().GetID() for widget in widgets}
            assert set(visit.segmentation.GetDisplayNode().GetViewNodeIDs()) == wanted
            frames = {w.mrmlSliceCompositeNode().GetBackgroundVolumeID() for w in widgets[:1]}
            assert frames == {visit.background.GetID()}
        nowhere = first.segmentation.GetDisplayNode().GetViewNodeIDs()
        views = {node.GetID() for node in slicer.util.getNodesByClass("vtkMRMLSliceNode")}
        assert nowhere
        assert not views & set(nowhere)
        assert self.desk.views.slice_widget(first.name, "T1") is None
        # A shift that is moved is that of the visit that is shown.
        self.step(2)
        before = first.settings.fit.shift
        self.ui("arteries").shiftSpin.value = third.settings.fit.shift + 1
        settle(0.5)
        assert first.settings.fit.shift == before
        assert abs(third.settings.fit.shift - self.ui("arteries").shiftSpin.value) < 0.01

    def test_a_saved_course_comes_back_followed_and_closing_leaves_nothing(self):
        session = self.opened()
        calls = self.desk.result.course.ui.callsLabel.text
        path = str(Path(self.folder.name) / "course.mrb")
        assert slicer.util.saveScene(path)
        slicer.mrmlScene.Clear()
        settle(0.3)
        slicer.util.loadScene(path)
        settle(0.5)
        while self.desk.jobs.busy:
            settle(0.2)
        session = self.logic.session
        assert [visit.number for visit in session.in_order] == [0, 1, 2]
        assert session.course.is_current
        assert self.desk.result.course.ui.callsLabel.text.split(".")[0] == calls.split(".")[0]
        self.desk.close_visit(session.in_order[1])
        settle(0.2)
        assert len(session.visits) == len(self.desk.visits) == 2
        assert not self.desk.strip.widget.visible
        self.desk.clear()
        settle(0.2)
        nodes = slicer.util.getNodes("*").values()
        assert not [node for node in nodes if node.GetAttribute("SpineDCE.made for")]
