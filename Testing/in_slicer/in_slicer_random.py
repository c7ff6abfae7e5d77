"""Seeded random use of the whole panel: no exception, and nodes and memory stay flat."""

import contextlib
import gc
import logging
import os
import random
import time
import unittest
from collections import defaultdict
from itertools import pairwise

import numpy as np
import qt
import slicer
from desk import DeskTest, settle
from in_slicer_live import resident
from in_slicer_scene import all_names
from SpineDCELib.errors import Cancelled, InputError

#: Seconds of use; and the seed.
SECONDS = float(os.environ.get("SPINEDCE_RANDOM", 0))
SEED = int(os.environ.get("SPINEDCE_SEED", 1))
#: Interval of the timer that measures for how long the window does not answer, ms.
_TICK = 10


class Gaps:
    """Longest time between two turns of the main loop, by what was done."""

    def __init__(self):
        self.longest, self.action = defaultdict(float), ""
        self._last = time.monotonic()
        self._timer = qt.QTimer()
        self._timer.setInterval(_TICK)
        self._timer.connect("timeout()", self._tick)
        self._timer.start()

    def _tick(self):
        now = time.monotonic()
        self.longest[self.action] = max(self.longest[self.action], now - self._last)
        self._last = now

    def stop(self):
        self._timer.stop()
        return sorted(self.longest.items(), key=lambda pair: -pair[1])


class Faults(logging.Handler):
    def __init__(self):
        super().__init__(logging.ERROR)
        self.texts = []

    def emit(self, record):
        self.texts.append(record.getMessage())


@unittest.skipUnless(SECONDS, "random use is made on demand: SPINEDCE_RANDOM=<seconds>")
class RandomUse(DeskTest):
    def test_random_use_raises_nothing_and_leaves_nothing_behind(self):
        self.random = random.Random(SEED)
        faults = Faults()
        logging.getLogger().addHandler(faults)
        gaps, counts, left, done = Gaps(), [], [], defaultdict(int)
        actions = [getattr(self, name) for name in sorted(dir(self)) if name.startswith("act_")]
        end, round_ = time.monotonic() + SECONDS, 0
        try:
            while time.monotonic() < end:
                gaps.action = "open"
                self.sample()
                settle(0.3)
                stop = min(end, time.monotonic() + max(60.0, SECONDS / 5))
                while time.monotonic() < stop and self.desk.visits:
                    action = self.random.choice(actions)
                    gaps.action = action.__name__.removeprefix("act_")
                    done[gaps.action] += 1
                    # Errors that a user can fix are answers; all others are faults.
                    with contextlib.suppress(InputError, Cancelled):
                        action()
                    settle(self.random.choice((0.0, 0.05, 0.3)))
                    assert not faults.texts, (gaps.action, faults.texts)
                gaps.action = "close"
                self.desk.clear()
                settle(0.5)
                gc.collect()
                counts.append((slicer.mrmlScene.GetNumberOfNodes(), round(resident() or 0)))
                left.append(all_names())
                round_ += 1
        finally:
            logging.getLogger().removeHandler(faults)
            longest = gaps.stop()
            self.popups = [text for text in self.popups if "nexpected" in text]
            print(f"{sum(done.values())} actions in {round_} rounds, seed {SEED}")
            print("nodes and MB after each close:", counts)
            print("longest gaps, s:", [(name, round(gap, 2)) for name, gap in longest[:12]])
        for before, after in pairwise(left[1:]):
            assert after == before, (after - before, before - after)
        assert counts[-1][1] - counts[min(1, len(counts) - 1)][1] < 100, counts

    # -- actions --------------------------------------------------------------------------------

    @property
    def session(self):
        return self.desk.session

    def act_step(self):
        self.desk.go_to_step(self.random.choice([*self.desk.panels]))

    def act_visit(self):
        self.desk.select_visit(self.random.choice([visit.name for visit in self.desk.visits]))

    def act_undo(self):
        self.desk.undo()

    def act_redo(self):
        self.desk.redo()

    def act_setting(self):
        values = {
            "aif.Hct": self.random.choice([0.35, 0.42, 0.5]),
            "concentration.T10": self.random.choice([None, 0.8, 1.3]),
            "fit.model": self.random.choice(["extended_tofts", "patlak"]),
        }
        path = self.random.choice([*values])
        self.desk.panels["study"].choose(path, values[path])

    def act_compute(self):
        self.desk.compute()

    def act_shift(self):
        self.desk.go_to_step("arteries")
        slider = self.ui("arteries").shiftSlider
        slider.value = self.random.randint(-10, 100)

    def act_candidate(self):
        visit = self.desk.visit
        if visit.settings.aif.source == "auto":
            count = len(visit.analysis.detection().candidates)
            self.desk.go_to_step("arteries")
            self.desk.panels["arteries"].click_row(self.random.randrange(count), 0)

    def act_draw(self):
        self.desk.go_to_step("regions")
        visit = self.desk.visit
        self.desk.regions.arm(self.random.choice(["lesion", "reference", "exclusion"]))
        shape = visit.analysis.study.dynamic.geometry.shape
        self.show_slice(visit, self.random.randrange(shape[0]))
        widget = self.desk.views.slice_widget(visit.name, "T1")
        if widget is not None:
            x, y = (self.random.randint(40, 160) for _ in range(2))
            slicer.util.clickAndDrag(widget, start=(x, y), end=(x + 15, y + 5), steps=4)
        settle(0.2)
        self.desk.regions.disarm()

    def act_load_regions(self):
        self.desk.go_to_step("regions")
        path = self.truth[self.desk.visit.name] / "rois.seg.nrrd"
        self.desk.regions.read_file(path)

    def act_delete_a_node(self):
        visit = self.desk.visit
        uses = [u for u in visit.nodes.uses() if not u.startswith(("chart.", "table."))]
        node = visit.nodes.get(self.random.choice(uses))
        if node is not None:
            slicer.mrmlScene.RemoveNode(node)
        settle(0.2)

    def act_rename(self):
        segmentation = self.desk.visit.segmentation
        if segmentation is not None and segmentation.GetSegmentation().GetNumberOfSegments():
            inside = segmentation.GetSegmentation()
            segment = inside.GetSegment(inside.GetNthSegmentID(0))
            segment.SetName(self.random.choice(["Lesion", "L3", "Reference"]))
            settle(0.2)

    def act_display(self):
        self.desk.go_to_step("maps")
        ui = self.ui("maps")
        ui.quantityCombo.setCurrentIndex(self.random.randrange(ui.quantityCombo.count))
        ui.opacitySlider.value = self.random.randint(0, 100)
        ui.coloursCombo.setCurrentIndex(self.random.randrange(2))
        ui.layoutCombo.setCurrentIndex(self.random.randrange(2))

    def act_play(self):
        self.desk.go_to_step("maps")
        self.desk.playback.toggle()
        settle(0.4)

    def act_compare(self):
        self.desk.go_to_step("result")
        if self.ui("result").compareButton.enabled:
            self.desk.result.compare()

    def act_report(self):
        self.desk.go_to_step("result")
        ui = self.desk.result.written.ui
        ui.readerEdit.text = self.random.choice(["", "Dr Example"])
        ui.findingsEdit.plainText = self.random.choice(["", "One lesion.", "Two lesions."])
        for button in (ui.draftButton, ui.copyButton):
            if button.enabled:
                button.click()
        ui.historyBox.collapsed = not ui.historyBox.collapsed

    def act_module(self):
        slicer.util.selectModule(self.random.choice(["Data", "SegmentEditor"]))
        settle(0.1)
        slicer.util.selectModule("SpineDCE")
        settle(0.1)

    def act_cancelled_compute(self):
        qt.QTimer.singleShot(self.random.randint(0, 200), self.desk.jobs.cancel)
        self.desk.compute()

    def act_ruler(self):
        from SpineDCELib.measurement.rulers import Ruler
        from SpineDCELib.mrml.region_nodes import add_ruler, ruler_nodes

        if len(ruler_nodes(self.desk.visit.nodes)) < 3:
            end = tuple(float(v) for v in np.array([self.random.random() for _ in range(3)]) * 30)
            add_ruler(self.desk.visit.nodes, Ruler("Diameter", (0, 0, 0), end))
