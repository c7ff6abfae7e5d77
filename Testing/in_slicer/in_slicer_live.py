"""What must be quick and must not pile up: the slider, the frames, the voxel, the brush."""

import gc
import os
import statistics
import time

import numpy as np
import qt
import slicer
import vtk
from desk import DeskTest, settle

MOVES = 200
#: The slider is timed with the small sample patient unless this says "full".
SIZE = os.environ.get("SPINEDCE_LIVE", "small")


def resident():
    """Memory of this process, MB; None where the system does not tell."""
    try:
        with open("/proc/self/statm") as stream:
            return int(stream.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
    except OSError:
        return None


class Slider(DeskTest):
    size = SIZE

    def test_slider_moves_leave_nothing_behind_and_the_map_follows(self):
        self.sample()
        self.step(2)
        ui = self.ui("arteries")
        visit = self.desk.visit
        before = slicer.util.arrayFromVolume(visit.maps["vp"]).copy()
        ui.shiftSlider.value = ui.shiftSlider.value + 1  # tables that are made once
        settle(0.8)
        nodes, memory = slicer.mrmlScene.GetNumberOfNodes(), resident()
        times, work = [], []
        start = ui.shiftSlider.value
        for move in range(MOVES):
            begun, worked = time.perf_counter(), time.process_time()
            ui.shiftSlider.value = start + (move % 40) - 20
            slicer.util.forceRenderAllViews()
            times.append(time.perf_counter() - begun)
            work.append(time.process_time() - worked)
            slicer.app.processEvents()
        settle(0.8)
        assert slicer.mrmlScene.GetNumberOfNodes() == nodes
        after = slicer.util.arrayFromVolume(visit.maps["vp"])
        assert np.nanmax(np.abs(after - before)) > 0
        assert abs(visit.settings.fit.shift - ui.shiftSpin.value) < 1e-6
        gc.collect()
        if memory is not None:
            grown = resident() - memory
            print(f"{SIZE}: {MOVES} moves, {nodes} nodes, memory {memory:.0f} {grown:+.0f} MB")
            assert grown < 30
        shown, used = (1000 * statistics.median(values) for values in (times, work))
        print(f"shift to shown map: median {shown:.0f} ms, {used:.0f} ms of processor time")
        print(f"nine in ten within {1000 * statistics.quantiles(times, n=10)[-1]:.0f} ms")


class Live(DeskTest):
    def test_a_click_on_a_curve_takes_its_candidate_out_and_in(self):
        self.sample()
        self.step(2)
        settle(1.0)
        visit = self.desk.visit
        taken = next(c for c in visit.analysis.detection().candidates if c.accepted)
        rise = taken.signal / taken.signal[: visit.analysis.detection().baseline_frames].mean() - 1
        frame = int(np.argmax(rise))
        self.click_plot(visit.analysis.images.dynamic.times[frame], rise[frame])
        accepted = [c.accepted for c in visit.analysis.detection().candidates]
        assert visit.selection is not None
        assert 0 in accepted
        self.press(self.ui("arteries").resetButton)
        assert visit.selection is None

    def click_plot(self, x, y):
        """Click into the left plot, at a place given in its axes' units."""
        chart = self.desk.views.plot_view("left").chart()
        place = []
        for axis, value, part in ((chart.GetAxis(1), x, 0), (chart.GetAxis(0), y, 1)):
            low, high = axis.GetMinimum(), axis.GetMaximum()
            start, end = axis.GetPoint1()[part], axis.GetPoint2()[part]
            place.append(start + (value - low) / (high - low) * (end - start))
        event = vtk.vtkContextMouseEvent()
        for name in ("SetPos", "SetScenePos", "SetLastPos", "SetLastScenePos"):
            getattr(event, name)(vtk.vtkVector2f(*place))
        event.SetButton(vtk.vtkContextMouseEvent.LEFT_BUTTON)
        chart.MouseButtonPressEvent(event)
        chart.MouseButtonReleaseEvent(event)
        settle(1.0)

    def test_the_volume_follows_when_the_hand_rests(self):
        self.sample()
        self.step(2)
        visit = self.desk.visit
        first = slicer.util.arrayFromVolume(visit.maps["vp"]).copy()
        self.ui("arteries").shiftSpin.value = visit.settings.fit.shift + 3
        settle(1.0)
        changed = np.abs(slicer.util.arrayFromVolume(visit.maps["vp"]) - first)
        largest = [np.nanmax(one) for one in changed if np.isfinite(one).any()]
        assert min(largest) > 0

    def test_frames_play_and_stop(self):
        self.sample()
        self.step(4)
        ui, visit = self.ui("maps"), self.desk.visit
        self.press(ui.playButton)
        settle(1.0)
        assert self.desk.playback.index > 1
        shown = slicer.util.arrayFromVolume(visit.frame)
        wanted = visit.analysis.study.dynamic.signal[self.desk.playback.index]
        np.testing.assert_array_equal(shown, wanted)
        self.press(ui.playButton)
        stopped = self.desk.playback.index
        settle(0.5)
        assert self.desk.playback.index == stopped

    def test_the_voxel_at_the_cross_hair_is_explained(self):
        self.sample()
        self.step(4)
        visit = self.desk.visit
        regions = self.truth_regions(visit)
        lesion = next(mask for name, mask in regions.items() if "esion" in name)
        from SpineDCELib.mrml.volume_nodes import ras_of

        place = np.argwhere(lesion)[len(np.argwhere(lesion)) // 2]
        geometry = visit.analysis.study.dynamic.geometry
        crosshair = slicer.mrmlScene.GetFirstNodeByClass("vtkMRMLCrosshairNode")
        crosshair.SetCrosshairRAS(*ras_of(tuple(place), geometry))
        settle(0.4)
        assert "Vp" in self.ui("maps").voxelLabel.text
        assert "mL/100 mL" in self.ui("maps").voxelLabel.text
        assert "voxel" in visit.charts
        crosshair.SetCrosshairRAS(9999, 0, 0)
        settle(0.4)
        assert "Vp" not in self.ui("maps").voxelLabel.text

    def test_opacity_threshold_and_colours_reach_the_views(self):
        self.sample()
        self.step(4)
        ui, visit = self.ui("maps"), self.desk.visit
        ui.opacitySlider.value = 40
        ui.thresholdSlider.value = 25
        settle()
        composite = self.desk.views.slice_widget(visit.name, "fused").mrmlSliceCompositeNode()
        assert composite.GetForegroundVolumeID() == visit.maps["vp"].GetID()
        assert abs(composite.GetForegroundOpacity() - 0.4) < 1e-6
        display = visit.maps["vp"].GetDisplayNode()
        assert abs(display.GetLowerThreshold() - 0.25 * display.GetWindowLevelMax()) < 1e-3
        ui.quantityCombo.setCurrentIndex(1)
        settle()
        assert composite.GetForegroundVolumeID() == visit.maps["Ktrans"].GetID()
        tops = {v.maps["Ktrans"].GetDisplayNode().GetWindowLevelMax() for v in self.desk.visits}
        assert len(tops) == 1


class Answers(DeskTest):
    """How long each action takes, and for how long the window does not answer meanwhile."""

    size = SIZE

    def test_actions_end_and_the_window_answers(self):
        from in_slicer_random import Gaps

        session = self.sample()
        visit, gaps, times = self.desk.visit, Gaps(), {}
        arteries, regions = self.desk.panels["arteries"], self.desk.panels["regions"]
        row = next(i for i, c in enumerate(visit.analysis.detection().candidates) if c.accepted)

        def did(name, action):
            gaps.action = name
            begun = time.monotonic()
            action()
            times[name] = time.monotonic() - begun
            settle(0.5)
            gaps.action = ""

        did("step 2", lambda: self.desk.go_to_step("arteries"))
        did("candidate out", lambda: arteries.toggle(row))
        accepted = [c.accepted > 0 for c in visit.analysis.detection().candidates]
        assert not accepted[row]
        did("candidate in", lambda: arteries.toggle(row))
        did("source parker", lambda: arteries.choose("aif.source", "parker"))
        did("source auto", lambda: arteries.choose("aif.source", "auto"))
        did("step 3", lambda: self.desk.go_to_step("regions"))
        path = self.truth["baseline"] / "rois.seg.nrrd"
        did("regions from a file", lambda: regions.read_file(path))
        did("arm", lambda: regions.arm("lesion"))
        did("threshold", self.threshold)
        regions.disarm()
        did("undo", self.desk.undo)
        did("step 4", lambda: self.desk.go_to_step("maps"))
        did("other visit", lambda: self.desk.select_visit("follow-up"))
        did("step 1", lambda: self.desk.go_to_step("study"))
        self.desk.select_visit("baseline")
        session.choose(visit, {"fit.model": "two_compartment_exchange"})
        pressed = []

        def cancel():
            pressed.append(time.monotonic())
            self.desk.ui.cancelButton.click()

        for wait in (1000, 6000):
            qt.QTimer.singleShot(wait, cancel)
            with self.desk.messages.errors_shown(popup=False):
                did(f"exchange cancelled after {wait} ms", self.desk.compute)
            stopped = time.monotonic() - pressed[-1] - 0.5
            print(f"cancelled within {max(stopped, 0):.2f} s")
            assert not visit.is_current
        self.popups.clear()
        print("seconds:", {name: round(value, 2) for name, value in times.items()})
        print("longest gaps, s:", [(n, round(gap, 2)) for n, gap in gaps.stop()])

    def threshold(self):
        editor = self.desk.panels["regions"].editor
        editor.setActiveEffectByName("Threshold")
        effect = editor.activeEffect()
        low = float(np.percentile(slicer.util.arrayFromVolume(self.desk.visit.anatomy), 60))
        effect.setParameter("MinimumThreshold", low)
        effect.self().onApply()
