"""Views fit their images on every screen, and keep what a hand has zoomed to."""

import time

import numpy as np
import qt
import slicer
import vtk
from desk import DeskTest, settle
from SpineDCELib.mrml.map_nodes import legend_of
from vtk.util.numpy_support import vtk_to_numpy

#: Width and height of the main window, pixels.
SIZES = ((1280, 800), (1600, 1000), (1280, 800))


class ViewSizes(DeskTest):
    def filled(self, visit, slot, zoom=1.0):
        """Larger share of a view that its image fills; 1 where the image just fits."""
        widget = self.desk.views.slice_widget(visit.name, slot)
        size = [0.0, 0.0, 0.0]
        widget.sliceLogic().GetBackgroundSliceDimensions(size, [0.0, 0.0, 0.0])
        width, height, _ = widget.mrmlSliceNode().GetFieldOfView()
        return max(size[0] / width, size[1] / height) / zoom

    def resize(self, size):
        window = slicer.util.mainWindow()
        window.resize(*size)
        settle(0.5)
        assert (window.width, window.height) == size

    def scale(self, visit, slot="T1"):
        node = self.desk.views.slice_widget(visit.name, slot).mrmlSliceNode()
        return node.GetFieldOfView()[0] / node.GetDimensions()[0]

    def test_images_fill_their_views_and_the_window_fits_a_small_screen(self):
        self.sample()
        for number in (2, 4):
            self.step(number)
            for size in SIZES:
                self.resize(size)
                for visit in self.desk.visits:
                    for slot in ("T1", "map", "fused"):
                        filled = self.filled(visit, slot)
                        assert 0.9 < filled <= 1.001, (size, visit.name, slot, filled)

    def test_views_of_a_study_opened_after_another_show_as_much_as_their_fields(self):
        self.sample()
        self.desk.clear()
        settle(1.0)
        self.sample()
        settle(1.0)
        for visit in self.desk.visits:
            for slot in ("T1", "map", "fused"):
                node = self.desk.views.slice_widget(visit.name, slot).mrmlSliceNode()
                across = [node.GetXYToRAS().GetElement(row, 0) for row in range(3)]
                drawn = float(np.linalg.norm(across))
                assert abs(drawn - self.scale(visit, slot)) < 1e-6, (visit.name, slot)

    def test_the_views_of_a_row_are_as_wide_as_each_other_from_the_start(self):
        self.sample()
        manager = slicer.app.layoutManager()
        widths = [
            [
                self.desk.views.slice_widget(visit.name, slot).width
                for slot in ("T1", "map", "fused")
            ]
            for visit in self.desk.visits
        ]
        widths.append([manager.plotWidget(i).width for i in range(manager.plotViewCount)
                       if manager.plotWidget(i).visible])  # fmt: skip
        assert all(max(row) - min(row) <= 2 for row in widths), widths

    def test_steps_and_work_leave_panel_and_buttons_where_they_are(self):
        session = self.sample()
        ui, widths = self.desk.ui, set()
        for number in (1, 2, 3, 4, 5, 2, 1):
            self.step(number)
            settle(0.5)
            widths.add(slicer.app.layoutManager().viewport().width)
        assert len(widths) == 1, widths
        for text in ("Short.", "A hint that is so long that it takes several lines. " * 4):
            ui.hintLabel.text = text
            settle(0.3)
            widths.add(slicer.app.layoutManager().viewport().width)
        assert len(widths) == 1, widths
        self.step(3)
        tops = set()

        def work(progress):
            for _ in range(20):
                progress(0.5, "A status that is so long that it would need a panel of its own " * 3)
                time.sleep(0.05)

        def look():
            tops.add(self.ui("regions").lesionButton.mapToGlobal(qt.QPoint(0, 0)).y())
            widths.add(slicer.app.layoutManager().viewport().width)

        look()
        timer = qt.QTimer()
        timer.setInterval(50)
        timer.connect("timeout()", look)
        timer.start()
        self.desk.jobs.run("Work", work, interruptible=True)
        assert "A status" not in slicer.util.mainWindow().statusBar().currentMessage()
        assert len(tops) == 1, tops
        self.desk.jobs.run("Work", work)
        timer.stop()
        assert len(widths) == 1, widths
        assert not ui.busyFrame.visible
        assert session.visits

    def test_nothing_in_the_panel_covers_what_follows_after_another_module_was_open(self):
        session = self.sample()
        for visit in session.visits:
            self.desk.select_visit(visit.name)
            self.step(3)
            self.desk.panels["regions"].read_file(self.truth[visit.name] / "rois.seg.nrrd")
        self.step(5)
        slicer.util.selectModule("Data")
        settle(0.5)
        slicer.util.selectModule("SpineDCE")
        settle(0.5)
        ui = self.ui("result")
        heights = []
        for compared in (False, True):
            if compared:
                self.press(ui.compareButton)
            settle(1.5)
            table, button = ui.resultTable, ui.compareButton
            heights.append(table.height)
            assert table.y + table.height <= button.y, (table.y, table.height, button.y)
            assert button.y + button.height <= ui.warningsLabel.y
            panel = self.desk.widget
            assert panel.height >= panel.layout().totalHeightForWidth(panel.width)
        assert heights[1] > heights[0]
        self.step(1)
        times = self.ui("study").timesTable
        settle(0.5)
        assert times.height >= times.rowHeight(0) + times.horizontalHeader().height

    def test_a_zoom_by_hand_is_kept_in_windows_of_other_sizes(self):
        self.sample()
        self.step(4)
        visit = self.desk.visits[0]
        before = self.scale(visit)
        widget = self.desk.views.slice_widget(visit.name, "T1")
        slicer.util.clickAndDrag(widget, button="Right", start=(60, 100), end=(60, 60), steps=8)
        settle(0.3)
        zoom = before / self.scale(visit)
        assert abs(zoom - 1) > 0.1
        for size in SIZES:
            self.resize(size)
            for other in self.desk.visits:
                for slot in ("T1", "map", "fused"):
                    filled = self.filled(other, slot, zoom)
                    assert 0.9 < filled < 1.1, (size, other.name, slot, filled, zoom)

    def test_a_view_that_filled_the_window_gives_the_others_their_widths_back(self):
        self.sample()
        views = [
            self.desk.views.slice_widget(visit.name, slot)
            for visit in self.desk.visits
            for slot in ("T1", "map", "fused")
        ]
        before = [view.width for view in views]
        for view in (views[2], views[3]):
            for shown in (1, len(views)):
                button = slicer.util.findChildren(view, name="MaximizeViewButton")[0]
                self.press(button)
                self.wait(lambda n=shown: sum(v.visible for v in views) == n, seconds=20)
            settle(0.5)
            after = [view.width for view in views]
            assert all(abs(a - b) <= 2 for a, b in zip(after, before, strict=True)), (before, after)

    def test_the_title_of_a_plot_view_says_what_it_holds(self):
        self.sample()
        titles = [self.desk.views.plot_node(place).GetLayoutLabel() for place in ("left", "right")]
        assert titles == ["Baseline: curves", "Baseline: AIF shift"], titles
        self.step(4)
        titles = [self.desk.views.plot_node(place).GetLayoutLabel() for place in ("left", "right")]
        assert titles == ["Baseline: curves", "Baseline: curves"], titles

    def test_the_list_of_anatomical_images_offers_images_only(self):
        self.sample()
        slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLabelMapVolumeNode", "Labels")
        self.step(4)
        self.step(1)
        selector = self.desk.panels["study"].selectors["baselineAnatomy"]
        offered = [
            selector.nodeFromIndex(i).GetName()
            for i in range(selector.nodeCount() + 1)
            if selector.nodeFromIndex(i) is not None
        ]
        assert offered == ["T1 baseline", "T1 follow-up"], offered
        assert selector.currentNode() is self.desk.visit.anatomy

    def test_a_colour_scale_lies_inside_its_view(self):
        self.sample()
        self.step(4)
        visit = self.desk.visit
        for size in SIZES[:2]:
            self.resize(size)
            legend = legend_of(visit.maps["vp"])
            pictures = []
            for shown in (False, True):
                legend.SetVisibility(shown)
                settle(0.3)
                pictures.append(self.picture(visit, "fused"))
            columns = np.flatnonzero((pictures[0] != pictures[1]).any(axis=(0, 2)))
            width = pictures[0].shape[1]
            assert columns.size, size
            assert columns.min() > 0.5 * width, (columns.min(), width)
            assert columns.max() < width - 5, (columns.max(), width)

    def test_linked_visits_show_the_same_places_after_a_wheel_past_the_last_slice(self):
        self.sample()
        self.step(3)
        visit = self.desk.visits[0]
        views = self.desk.views
        seen = {}
        for slot in ("T1", "map"):
            wheel = views.slice_widget(visit.name, slot).sliceView().interactor()
            wheel.SetEventInformation(50, 50)
            turns = 8 * [wheel.MouseWheelForwardEvent] + 12 * [wheel.MouseWheelBackwardEvent]
            for turn in turns:
                turn()
                settle(0.1)
                places = [
                    [round(node.GetSliceOffset(), 3) for node in self.desk.links._nodes(one)]
                    for one in self.desk.visits
                ]
                assert all(len(set(row)) == 1 for row in places), places
                assert seen.setdefault(places[0][0], places) == places, (seen, places)

    def picture(self, visit, slot):
        """What a view shows: rows, columns, channels."""
        view = self.desk.views.slice_widget(visit.name, slot).sliceView()
        view.forceRender()
        capture = vtk.vtkWindowToImageFilter()
        capture.SetInput(view.renderWindow())
        capture.ReadFrontBufferOff()
        capture.Update()
        image = capture.GetOutput()
        columns, rows, _ = image.GetDimensions()
        return vtk_to_numpy(image.GetPointData().GetScalars()).reshape(rows, columns, -1).copy()
