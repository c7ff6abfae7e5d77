"""Seeded random use of the whole panel: no exception, and nodes and memory stay flat."""

import contextlib
import ctypes
import gc
import logging
import os
import random
import sys
import tempfile
import time
import unittest
from collections import defaultdict
from itertools import pairwise
from pathlib import Path

import numpy as np
import qt
import slicer
from archive_checks import MemoryArchive, receive
from desk import DeskTest, settle
from hands import choose, press, tick, type_into, write_into
from in_slicer_audit import click_cell, controls_of
from in_slicer_live import resident
from in_slicer_scene import all_names
from SpineDCELib.errors import Cancelled, InputError
from SpineDCELib.files.mapped_arrays import return_free_memory

from SpineDCEWidget.desktop.error_display import guarded

#: Seconds of use; and the seed.
SECONDS = float(os.environ.get("SPINEDCE_RANDOM", 0))
SEED = int(os.environ.get("SPINEDCE_SEED", 1))
#: What is typed into a field of one line.
TEXTS = ("", "Anna", "2021-03-20", "2, 3", "spine", "Dr Example")
#: Effects of the segment editor that change a region, with their parameters.
TOOLS = (
    ("Margin", {"MarginSizeMm": 2.0}),
    ("Margin", {"MarginSizeMm": -2.0}),
    ("Smoothing", {"SmoothingMethod": "MEDIAN", "KernelSizeMm": 4.0}),
    ("Smoothing", {"SmoothingMethod": "MORPHOLOGICAL_CLOSING", "KernelSizeMm": 4.0}),
    ("Islands", {"Operation": "KEEP_LARGEST_ISLAND"}),
    ("Islands", {"Operation": "REMOVE_SMALL_ISLANDS", "MinimumSize": 5}),
)
#: Interval of the timer that measures for how long the window does not answer, ms.
_TICK = 10
#: Time between two lines about nodes and memory, s.
_TELL = 60


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


class _Mallinfo(ctypes.Structure):
    _fields_ = [(name, ctypes.c_size_t) for name in (
        "arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks", "uordblks",
        "fordblks", "keepcost")]  # fmt: skip


def allocated():
    """Memory that the C library has given out, MB; None where it does not tell."""
    try:
        told = ctypes.CDLL(None).mallinfo2
    except AttributeError:
        return None
    told.restype = _Mallinfo
    info = told()
    return (info.uordblks + info.hblkhd) / 1e6


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
        self.worked = defaultdict(int)
        actions = [getattr(self, name) for name in sorted(dir(self)) if name.startswith("act_")]
        actions += len(actions) * [self.act_control]
        self.enterContext(self.everything_answered())
        begun, round_ = time.monotonic(), 0
        end, told = begun + SECONDS, begun
        try:
            while time.monotonic() < end:
                gaps.action = "open"
                self.open(round_)
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
                    self.popups = [text for text in self.popups if "nexpected" in text]
                    faults.texts += self.popups
                    assert not faults.texts, (gaps.action, faults.texts)
                    if time.monotonic() - told > _TELL:
                        told = time.monotonic()
                        self.tell(told - begun, sum(done.values()))
                gaps.action = "close"
                self.desk.clear()
                settle(0.5)
                gc.collect()
                return_free_memory()
                memory = round(resident() or 0), round(allocated() or 0)
                counts.append((slicer.mrmlScene.GetNumberOfNodes(), *memory))
                left.append(all_names())
                self.tell(time.monotonic() - begun, sum(done.values()), closed=True)
                round_ += 1
        finally:
            logging.getLogger().removeHandler(faults)
            longest = gaps.stop()
            self.popups = [text for text in self.popups if "nexpected" in text]
            print(f"{sum(done.values())} actions in {round_} rounds, seed {SEED}")
            print(f"{len(self.worked)} controls used {sum(self.worked.values())} times")
            print("nodes, resident and allocated MB after each close:", counts)
            print("longest gaps, s:", [(name, round(gap, 2)) for name, gap in longest[:12]])
        # Views and tables that 3D Slicer keeps are there after two visits and after a course.
        for before, after in pairwise(left[2:]):
            assert after == before, (after - before, before - after)
        assert counts[-1][1] - counts[min(2, len(counts) - 1)][1] < 100, counts

    def tell(self, seconds, actions, *, closed=False):
        """Print nodes and memory, so that their course can be seen."""
        state = "closed" if closed else f"{len(self.session.visits)} visits open"
        nodes = slicer.mrmlScene.GetNumberOfNodes()
        print(f"{seconds:.0f} s, {actions} actions, {state}: {nodes} nodes, {resident():.0f} MB")
        sys.stdout.flush()

    def open(self, number):
        """Open two visits, or a course of three."""
        self.sample()
        if number % 2:
            self.desk.clear()
            self.desk.panels["study"].open_patient(self.course_patient())
            self.quick_calls()

    @contextlib.contextmanager
    def everything_answered(self):
        """Let each dialog answer at once, and an archive with a received study be there."""
        self.sample()
        folder = self.truth["baseline"].parents[1]
        shelf = MemoryArchive([folder / "before/dicom", folder / "after/dicom"])
        folders = ["", str(folder / "before/dicom"), str(self.course_patient())]
        with contextlib.ExitStack() as stack:
            home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            stack.enter_context(shelf.in_use(home))
            receive(home, folder, earlier=True)
            for owner, name, answer in (
                (qt.QFileDialog, "getExistingDirectory", lambda *_: self.random.choice(folders)),
                (qt.QFileDialog, "getOpenFileName", lambda *_: ""),
                (slicer.util, "confirmOkCancelDisplay",
                 lambda *_, **__: self.random.choice([True, False])),
                (qt.QDesktopServices, "openUrl", lambda _url: True),
                (type(self.logic), "make_sample", lambda *_, **__: {
                    part: folder / part / "dicom" for part in ("before", "after")}),
            ):  # fmt: skip
                stack.callback(setattr, owner, name, getattr(owner, name))
                setattr(owner, name, answer)
            yield

    # -- actions --------------------------------------------------------------------------------

    @property
    def session(self):
        return self.desk.session

    def act_control(self):
        """Use any control that can be seen: those of the open step, or those above it."""
        found = controls_of(self.desk.widget, leave_out="panels")
        found |= controls_of(self.desk.panels[self.desk.step].widget)
        seen = {name: one for name, one in found.items() if one.visible and one.enabled}
        name = self.random.choice(sorted(seen))
        self.worked[name] += 1
        self.use(seen[name], seen[name].className())

    def use(self, control, kind):
        """Use a control as a hand does."""
        if kind in ("QPushButton", "QToolButton"):
            press(control)
        elif kind in ("QCheckBox", "QRadioButton"):
            tick(control)
        elif kind == "ctkCollapsibleButton":
            press(control, at=qt.QPoint(30, 8))
        elif kind == "QComboBox" and control.count:
            choose(control, self.random.randrange(control.count))
        elif kind in ("QSpinBox", "QDoubleSpinBox"):
            low, high = control.minimum, min(control.maximum, control.minimum + 3000)
            type_into(control, f"{self.random.uniform(low, high):.0f}")
        elif kind in ("QSlider", "ctkSliderWidget"):
            control.value = self.random.randint(int(control.minimum), int(control.maximum))
        elif kind == "QLineEdit":
            type_into(control, self.random.choice(TEXTS))
        elif kind == "QPlainTextEdit":
            write_into(control, self.random.choice(TEXTS))
        elif kind == "ctkPathLineEdit":
            control.setCurrentPath(self.random.choice(["", self.folder.name]))
        elif kind == "QTableWidget" and control.rowCount:
            row = self.random.randrange(control.rowCount)
            column = self.random.randrange(control.columnCount)
            if control.item(row, column) is not None:
                click_cell(control, row, column)
        elif kind == "qMRMLNodeComboBox" and control.nodeCount():
            control.setCurrentNodeIndex(self.random.randrange(control.nodeCount()))

    def act_follow(self):
        self.desk.go_to_step("result")
        if self.session.several and self.desk.result.course.ui.followButton.enabled:
            self.desk.result.course.follow()

    def act_search(self):
        self.desk.go_to_step("study")
        archive = self.desk.panels["study"].archive
        archive.ui.archiveBox.collapsed = False
        archive.refresh()
        archive.find()

    def act_send(self):
        self.desk.go_to_step("result")
        sent = self.desk.result.sent
        sent.ui.sendBox.collapsed = False
        self.desk.refresh()
        if sent.ui.listButton.visible:
            sent.prepare()
        if sent.ui.sendButton.enabled:
            sent.send()

    def act_other_series(self):
        self.desk.go_to_step("maps")
        combo = self.ui("maps").underCombo
        if combo.count:
            combo.setCurrentIndex(self.random.randrange(combo.count))

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
            if count:  # no vessel lies in a search region that is elsewhere
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

    def act_tool(self):
        """Change a region with an effect of the segment editor."""
        self.desk.go_to_step("regions")
        regions, roles = self.desk.regions, self.desk.visit.state.roles
        drawn = [name for name in self.desk.visit.state.regions if roles.get(name) == "lesion"]
        if not drawn:
            return
        regions.arm("lesion")
        name, parameters = self.random.choice(TOOLS)
        regions.editor.setActiveEffectByName(name)
        effect = regions.editor.activeEffect()
        for key, value in parameters.items():
            effect.setParameter(key, value)
        if regions.selected in drawn:
            effect.self().onApply()
        settle(0.2)
        regions.disarm()

    def study(self):
        """Folder of a study of the sample patient."""
        folder = self.truth["baseline"].parents[1]
        return folder / self.random.choice(["before", "after"]) / "dicom"

    def act_study(self):
        """Open a study in the place of another one, or one more; or close one of several."""
        panel, names = self.desk.panels["study"], [visit.name for visit in self.session.visits]
        if self.session.several and self.random.random() < 0.7:
            self.desk.close_visit(self.session.visit(self.random.choice(names)))
        elif len(names) < 3 and self.random.random() < 0.5:
            panel.open_folder(self.session.free_names()[0], self.study())
        else:
            panel.open_folder(self.random.choice(names), self.study())

    def act_turns(self):
        """Do something while a study is being opened."""
        action = self.random.choice([
            self.desk.jobs.cancel,
            lambda: self.desk.go_to_step("maps"),
            self.desk.refresh,
            self.desk.playback.toggle,
            lambda: slicer.util.selectModule("Data"),
        ])  # fmt: skip
        slot = guarded(self.desk.messages, action, popup=False)
        qt.QTimer.singleShot(self.random.randint(0, 3000), slot)
        try:
            self.act_study()
        finally:
            settle(3.0)
            slicer.util.selectModule("SpineDCE")
            self.desk.playback.stop()

    def act_load_regions(self):
        self.desk.go_to_step("regions")
        path = self.truth.get(self.desk.visit.name, self.truth["follow-up"]) / "rois.seg.nrrd"
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
