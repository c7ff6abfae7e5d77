"""For how long the window does not answer: the longest block of the main loop of each action.

``SPINEDCE_BLOCKS=full`` (or small) names the sample patient; without it nothing is measured.
"""

import os
import sys
import threading
import time
import traceback
import unittest

import qt
from desk import ROOT, DeskTest, settle
from hands import choose, press

SIZE = os.environ.get("SPINEDCE_BLOCKS", "")
#: Longest block that is allowed, s of processor time of the main thread.
LIMIT = 0.5
#: Blocks of which it is shown what was running, s of processor time.
_SHOWN = 0.2
#: Interval of the timer that ends a block, ms, and of the samples, s.
_TICK, _SAMPLE = 5, 0.01


class Blocks:
    """Longest time between two turns of the main loop: elapsed, and of the processor.

    Only the processor time tells what this module costs on a machine that others use as well.
    """

    def __init__(self):
        self.longest, self.lines = {}, {}
        self._action, self._samples, self._running = "", {}, True
        self._main = threading.main_thread().ident
        self._clock = time.pthread_getcpuclockid(self._main)
        self._begun = self._now()
        self._timer = qt.QTimer()
        self._timer.setInterval(_TICK)
        self._timer.connect("timeout()", self._tick)
        self._timer.start()
        threading.Thread(target=self._sample, daemon=True).start()

    def _now(self):
        return time.monotonic(), time.clock_gettime(self._clock)

    def begin(self, action):
        """What follows belongs to this action."""
        settle(0.3)
        self._tick()
        self._action = action
        self.longest[action] = [(0.0, 0.0), (0.0, 0.0)]
        self.lines[action] = {}

    def _tick(self):
        now = self._now()
        wall, work = (b - a for a, b in zip(self._begun, now, strict=True))
        if self._action:
            by_wall, by_work = self.longest[self._action]
            if wall > by_wall[0]:
                self.longest[self._action][0] = (wall, work)
            if work > by_work[1]:
                self.longest[self._action][1] = (wall, work)
                self.lines[self._action] = dict(self._samples)
        self._samples = {}
        self._begun = self._now()

    def _sample(self):
        """Note where the main thread is; it is only told between two lines of Python."""
        while self._running:
            time.sleep(_SAMPLE)
            frame = sys._current_frames().get(self._main)
            spent = time.clock_gettime(self._clock) - self._begun[1]
            if frame is None or spent < 0.02:
                continue
            stack = traceback.extract_stack(frame, limit=40)
            own = [f for f in stack if str(ROOT) in f.filename and "in_slicer" not in f.filename]
            text = " < ".join(f"{f.filename.rsplit('/', 1)[1]}:{f.lineno}" for f in own[::-1][:5])
            self._samples[text] = self._samples.get(text, 0) + 1

    def stop(self):
        self._action, self._running = "", False
        self._timer.stop()

    def report(self):
        for action, (by_wall, by_work) in self.longest.items():
            print(f"{action}: longest {by_wall[0]:.2f} s ({by_wall[1]:.2f} s of the processor); "
                  f"most processor time {by_work[1]:.2f} s (in {by_work[0]:.2f} s)")  # fmt: skip
            if by_work[1] > _SHOWN:
                lines = sorted(self.lines[action].items(), key=lambda pair: -pair[1])
                for text, count in lines[:4]:
                    print(f"    {count} × {text}")
        sys.stdout.flush()


@unittest.skipUnless(SIZE, "blocks are measured on demand: SPINEDCE_BLOCKS=full")
class Blocked(DeskTest):
    size = SIZE

    def test_no_action_blocks_the_window(self):
        blocks = Blocks()
        try:
            self.measure(blocks)
        finally:
            blocks.stop()
            blocks.report()
        slow = {name: one[1][1] for name, one in blocks.longest.items() if one[1][1] > LIMIT}
        assert not slow, slow

    def idle(self):
        """Let everything end that an action started."""
        settle(0.6)
        self.wait(lambda: not self.desk.jobs.busy)
        settle(0.3)

    def measure(self, blocks):
        blocks.begin("open two studies")
        self.sample()
        self.idle()
        for number in (2, 3, 4, 2):
            blocks.begin(f"step {number} after loading")
            self.step(number)
            self.idle()
        visit = self.desk.visit
        ui = self.ui("arteries")
        row = next(i for i, c in enumerate(visit.analysis.detection().candidates) if c.accepted)
        for action in ("candidate out", "candidate in"):
            blocks.begin(action)
            begun = time.monotonic(), time.thread_time()
            self.desk.panels["arteries"].click_row(row, 0)
            print(f"{action}: {time.monotonic() - begun[0]:.2f} s until the table shows it, "
                  f"{time.thread_time() - begun[1]:.2f} s of the processor")  # fmt: skip
            self.idle()
        blocks.begin("slice out")
        self.show_slice(visit, visit.analysis.detection().slices[0])
        press(ui.sliceButton)
        self.idle()
        blocks.begin("reset the artery")
        press(ui.resetButton)
        self.idle()
        values = [ui.sourceCombo.itemData(i) for i in range(ui.sourceCombo.count)]
        for source in ("parker", "auto"):
            blocks.begin(f"source {source}")
            choose(ui.sourceCombo, values.index(source))
            self.popups.clear()  # the keys pass sources that are not there
            self.idle()
        blocks.begin("shift")
        ui.shiftSlider.value = ui.shiftSlider.value + 10
        self.idle()
        self.step(3)
        for each in self.desk.visits:
            blocks.begin(f"regions of the {each.name} visit")
            self.desk.select_visit(each.name)
            self.desk.regions.read_file(self.truth[each.name] / "rois.seg.nrrd")
            self.idle()
        blocks.begin("a stroke")
        self.desk.regions.arm("lesion")
        mask = next(iter(visit.analysis.regions.values()))
        self.paint(self.desk.visit, mask)
        self.idle()
        self.desk.regions.disarm()
        blocks.begin("step 4")
        self.step(4)
        self.idle()
        maps = self.ui("maps")
        for name, change in (
            ("threshold", lambda: setattr(maps.thresholdSlider, "value", 30)),
            ("opacity", lambda: setattr(maps.opacitySlider, "value", 35)),
            ("another map", lambda: choose(maps.quantityCombo, 1)),
            ("colours", lambda: choose(maps.coloursCombo, 1)),
            ("layout", lambda: choose(maps.layoutCombo, 1)),
            ("frames", lambda: setattr(maps.frameSlider, "value", 7)),
        ):
            blocks.begin(name)
            change()
            self.idle()
        blocks.begin("step 5")
        self.step(5)
        self.idle()
        blocks.begin("compare")
        press(self.ui("result").compareButton)
        self.idle()
        blocks.begin("undo")
        self.desk.undo()
        self.idle()
        blocks.begin("close")
        self.desk.clear()
        self.idle()
