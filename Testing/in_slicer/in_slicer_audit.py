"""Audit: every control of the panel is changed as a hand does, and must do what it says.

A control without a check fails. With ``SPINEDCE_AUDIT=disconnected`` every control's signals are
blocked, and then every check must fail: a check that passes asserts nothing. With
``SPINEDCE_AUDIT_RECORD=<file>`` the audit can be run in several parts: the file keeps how each
control fared, those that did as they must are not checked again, and the count is of all parts.
"""

import json
import os
import sys
import time
import traceback
from pathlib import Path
from unittest import mock

import numpy as np
import qt
import slicer
from archive_checks import ArchiveChecks
from desk import DeskTest, settle
from dose_files import write_dose
from hands import choose, drag_slider, press, strike, tick, type_into, write_into
from series.dicom_layouts import write_in_two

#: Names of the controls to check, where not all are.
ONLY = os.environ.get("SPINEDCE_CONTROLS", "").split()
DISCONNECTED = os.environ.get("SPINEDCE_AUDIT") == "disconnected"
RECORD = os.environ.get("SPINEDCE_AUDIT_RECORD", "")
#: Classes of controls; their own parts are not controls of the panel.
CONTROLS = (
    "QPushButton", "QToolButton", "QCheckBox", "QRadioButton", "QComboBox", "QSpinBox",
    "QDoubleSpinBox", "QSlider", "QLineEdit", "QPlainTextEdit", "QTableWidget", "ctkSliderWidget",
    "ctkPathLineEdit", "ctkCollapsibleButton", "qMRMLNodeComboBox",
)  # fmt: skip
#: Parts of 3D Slicer that bring their own controls; strokes are in in_slicer_changes.py.
FOREIGN = ("qMRMLSegmentEditorWidget",)
#: Controls without a handler: their value is read by the action that uses it, or is 3D Slicer's.
READ_LATER = (
    "Box", "Sequence", "Anatomy", "folderEdit", "resultTable", "reportCheck", "dicomCheck",
    "niftiCheck", "sceneCheck", "pdfCheck", "anonymiseCheck", "historyText", "kindCombo",
    "detailsEdit", "nodeCombo",
)  # fmt: skip


def controls_of(widget, leave_out=""):
    """Every control below a widget, by name."""
    found = {}
    for child in widget.children():
        kind = child.className()
        if kind in FOREIGN or not child.isWidgetType() or child.objectName == leave_out != "":
            continue
        if kind in CONTROLS:
            found[child.objectName] = child
            if kind == "ctkCollapsibleButton":
                found |= controls_of(child, leave_out)
        else:
            found |= controls_of(child, leave_out)
    return found


class Record:
    """How each control fared, kept in a file where the audit runs in several parts."""

    def __init__(self, disconnected):
        self.mode = "disconnected" if disconnected else "connected"
        self.failed = {}
        if RECORD and Path(RECORD).exists():
            for line in Path(RECORD).read_text().splitlines():
                mode, *key, failed = json.loads(line)
                if mode == self.mode:
                    self.failed[tuple(key)] = failed

    def add(self, key, failed):
        """Keep what failed; "" if nothing did."""
        self.failed[key] = failed
        if RECORD:
            with Path(RECORD).open("a") as file:
                file.write(json.dumps([self.mode, *key, failed]) + "\n")

    def has_right(self, key):
        """Whether a control's check passed, or failed where it must."""
        return key in self.failed and bool(self.failed[key]) == (self.mode == "disconnected")


class Deaf(qt.QObject):
    """Filter that lets no key and no button of the mouse through to a control."""

    def eventFilter(self, _control, event):
        return event.type() in (qt.QEvent.KeyPress, qt.QEvent.MouseButtonPress)


class Audit(ArchiveChecks, DeskTest):
    """One session through all steps; each check leaves the state that the next one needs."""

    def test_every_control_does_what_it_says(self):
        self.session = self.sample()
        self.both, self.base = self.session.visits, self.session.visit("baseline")
        for box in ("visitSettingsBox", "commonSettingsBox"):
            getattr(self.ui("study"), box).collapsed = False
        outer = controls_of(self.desk.widget, leave_out="panels")
        controls = {("panel", name): control for name, control in outer.items()}
        for step, panel in self.desk.panels.items():
            inner = controls_of(panel.widget)
            controls |= {(step, name): control for name, control in inner.items()}
        checks = {k: getattr(self, f"check_{k[0]}_{k[1]}", None) for k in controls}
        missing = [k for k, check in checks.items() if check is None]
        assert not missing, f"controls without a check: {missing}"
        silent = [k for k, c in controls.items() if not c.toolTip and k[1] not in UNLABELLED]
        record, self.deaf = Record(DISCONNECTED), Deaf()
        order = [m[len("check_") :] for m in CHECKS if m.startswith("check_")]
        checks = {k: c for k, c in checks.items() if not ONLY or k[1] in ONLY}
        for key in sorted(checks, key=lambda k: order.index(f"{k[0]}_{k[1]}")):
            if record.has_right(key):
                continue
            begun = time.monotonic()
            failed = self.run_check(key, controls[key], checks[key])
            print(f"{key[0]}.{key[1]}: {failed or 'ok'} ({time.monotonic() - begun:.1f} s)")
            sys.stdout.flush()
            record.add(key, failed)
        right = sum(record.has_right(key) for key in controls)
        print(f"{len(checks)} controls checked; of {len(controls)}, {right} do as they must")
        self.popups.clear()
        assert not silent, f"controls without a tooltip: {silent}"
        wrong = [key for key in checks if not record.has_right(key)]
        assert not wrong, ("checks that pass without the handler" if DISCONNECTED else "", wrong)

    def run_check(self, key, control, check):
        """What failed; "" if nothing did."""
        self.popups.clear()
        step = [*self.desk.panels].index(key[0]) + 1 if key[0] in self.desk.panels else 0
        if step and self.desk.step != key[0]:
            self.desk.go_to_step(key[0])
            settle(0.1)
        if DISCONNECTED:
            control.blockSignals(True)
            if key[1] in READ_LATER or key[1].endswith(READ_LATER):
                # What has no handler must not be changed at all, whatever enables it again.
                control.setEnabled(False)
                control.installEventFilter(self.deaf)
        try:
            check(control)
        except Exception as error:
            place = traceback.extract_tb(error.__traceback__)[-1]
            said = [*self.popups, self.desk.ui.messageLabel.text]
            return f"{type(error).__name__} in line {place.lineno}: {error} {said}"[:300]
        finally:
            if DISCONNECTED:
                control.blockSignals(False)
                control.removeEventFilter(self.deaf)
                control.setEnabled(True)
                self.desk.refresh()
        if self.popups and not DISCONNECTED:
            return f"dialog: {self.popups}"
        return ""

    # -- helpers --------------------------------------------------------------------------------

    def value(self, path, visit=None):
        from SpineDCELib.settings import value_at

        return value_at((visit or self.base).settings, path)

    def check_number(self, spin, path, shown, expected):
        """A number that is typed is that of the settings; the engine takes the same."""
        type_into(spin, shown)
        assert abs((self.value(path) or 0) - expected) < 1e-9, self.value(path)
        self.desk.session.undo()
        self.desk.refresh()

    def check_choice(self, combo, path, *, common=True):
        values = [combo.itemData(i) for i in range(combo.count)]
        wanted = (combo.currentIndex + 1) % len(values)
        choose(combo, wanted)
        assert (self.value(path) or "") == values[wanted], self.value(path)
        if common:
            assert (self.value(path, self.both[1]) or "") == values[wanted]
        self.desk.session.undo()
        self.desk.refresh()

    def middle(self, slot="map"):
        return self.desk.views.slice_widget("baseline", slot).mrmlSliceCompositeNode()

    def answering(self, name, value):
        """A dialog of Qt that answers at once."""
        test = self

        class Answer:
            def __enter__(self):
                self.owner = qt.QFileDialog if name.startswith("get") else slicer.util
                self.before = getattr(self.owner, name)
                setattr(self.owner, name, lambda *_, **__: value)
                return test

            def __exit__(self, *_):
                setattr(self.owner, name, self.before)

        return Answer()

    # -- the panel ------------------------------------------------------------------------------

    def check_panel_step1Button(self, button):
        self.desk.go_to_step("maps")
        press(button)
        assert self.desk.step == "study"

    def check_step(self, button, key):
        self.desk.go_to_step("study")
        press(button)
        settle(0.3)
        assert self.desk.step == key
        assert self.desk.panels[key].widget.visible

    def check_panel_step2Button(self, button):
        self.check_step(button, "arteries")

    def check_panel_step3Button(self, button):
        self.check_step(button, "regions")

    def check_panel_step4Button(self, button):
        self.check_step(button, "maps")

    def check_panel_step5Button(self, button):
        self.check_step(button, "result")

    def check_panel_followUpButton(self, button):
        press(button)
        try:
            assert self.desk.visit.name == "follow-up"
        finally:
            self.desk.select_visit("baseline")

    def check_panel_baselineButton(self, button):
        self.desk.select_visit("follow-up")
        press(button)
        try:
            assert self.desk.visit.name == "baseline"
        finally:
            self.desk.select_visit("baseline")

    def check_panel_undoButton(self, button):
        self.session.choose(self.base, {"aif.Hct": 0.37})
        self.desk.refresh()
        press(button)
        settle(0.3)
        assert self.value("aif.Hct") != 0.37

    def check_panel_redoButton(self, button):
        self.session.choose(self.base, {"aif.Hct": 0.38})
        self.session.undo()
        self.desk.refresh()
        press(button)
        settle(0.3)
        try:
            assert self.value("aif.Hct") == 0.38
        finally:
            self.session.undo()

    def check_panel_messageCloseButton(self, button):
        self.desk.messages.show("A message")
        settle(0.05)
        press(button)
        assert self.desk.ui.messageLabel.text == ""
        assert not self.desk.ui.messageFrame.visible

    def check_panel_cancelButton(self, button):
        self.desk.messages.clear()
        self.session.choose(self.base, {"concentration.T10": 0.7})
        qt.QTimer.singleShot(40, lambda: press(button))
        with self.desk.messages.errors_shown(popup=False):
            self.desk.compute([self.base])
        shown = self.desk.ui.messageLabel.text
        self.session.undo()
        self.desk.compute([self.base])
        assert "Cancelled" in shown

    # -- step 1 ---------------------------------------------------------------------------------

    def check_study_intervalSpin(self, spin):
        read = self.base.analysis.study.dynamic.times.copy()
        type_into(spin, "6")
        assert np.allclose(np.diff(self.base.analysis.study.dynamic.times), 6)
        type_into(spin, "0")
        np.testing.assert_array_equal(self.base.analysis.study.dynamic.times, read)
        assert spin.text == spin.specialValueText

    def check_study_timesTable(self, table):
        times = self.base.analysis.study.dynamic.times.copy()
        table.item(0, 3).setText(f"{times[3] + 0.5:.2f}")
        settle(0.1)
        changed = self.base.analysis.study.dynamic.times[3]
        assert abs(changed - times[3] - 0.5) < 0.02, changed
        self.session.undo()
        self.desk.refresh()
        np.testing.assert_array_equal(self.base.analysis.study.dynamic.times, times)

    def check_correction(self, spin, path, shown, expected, present):
        read = present()
        type_into(spin, shown)
        assert abs(present() - expected) < 1e-9, present()
        origin = getattr(self.ui("study"), spin.objectName.replace("Spin", "OriginLabel"))
        assert origin.text == "corrected"
        type_into(spin, "0")
        assert present() == read, present()
        assert self.value(path) is None
        assert origin.text != "corrected"

    def check_study_TRSpin(self, spin):
        self.check_correction(spin, "reading.TR", "5", 0.005, lambda: self.base.analysis.TR)

    def check_study_FASpin(self, spin):
        self.check_correction(spin, "reading.FA", "17", 17, lambda: self.base.analysis.FA)

    def check_study_fieldSpin(self, spin):
        self.check_correction(
            spin, "reading.field_strength", "7", 7,
            lambda: self.base.analysis.study.dynamic.acquisition.field_strength,
        )  # fmt: skip

    def check_study_T1MapEdit(self, edit):
        shape = self.base.analysis.study.dynamic.geometry.shape
        path = Path(self.folder.name) / "T1.nrrd"
        write_volume(path, np.full(shape, 900.0), self.base.analysis.study.dynamic.geometry)
        edit.setCurrentPath(str(path))
        settle(0.1)
        assert self.base.analysis.study.T1_map is not None
        assert abs(np.nanmedian(self.base.analysis.study.T1_map.array) - 0.9) < 1e-6
        edit.setCurrentPath("")
        settle(0.1)
        assert self.base.analysis.study.T1_map is None

    def check_study_HctSpin(self, spin):
        self.check_number(spin, "aif.Hct", "0.45", 0.45)

    def check_study_agentCombo(self, combo):
        self.check_choice(combo, "contrast.agent", common=False)

    def check_study_doseSpin(self, spin):
        self.check_number(spin, "contrast.dose", "0.15", 0.15)

    def check_study_rateSpin(self, spin):
        self.check_number(spin, "contrast.rate", "2.5", 2.5)

    def check_study_concentrationSpin(self, spin):
        self.check_number(spin, "contrast.concentration", "0.5", 0.5)

    def check_study_excludedEdit(self, edit):
        type_into(edit, "2, 3")
        assert len(self.value("reading.excluded_frames")) == 2
        type_into(edit, "")
        assert not self.value("reading.excluded_frames")

    def pieces(self):
        """Folder with a dynamic series in two pieces; the first frame lies elsewhere."""
        folder = Path(self.folder.name) / "pieces"
        if not folder.exists():
            write_in_two(folder, displaced=1)
        return folder

    def open_pieces(self, name):
        """Open them, which asks for one of the three ways to read them."""
        with self.desk.messages.errors_shown(popup=False):
            self.desk.panels["study"].open_folder(name, self.pieces())
        settle(0.2)
        assert "'Dynamic series' in step 1" in self.desk.ui.messageLabel.text

    def check_reading(self, combo, name):
        """The second piece, chosen after opening, and then both joined."""
        visit = self.session.visit(name)
        self.open_pieces(name)
        try:
            assert combo.visible
            assert combo.count == 3
            with self.desk.messages.errors_shown(popup=False):  # too few frames for a fit
                choose(combo, 1)
                settle(0.3)
                assert visit.analysis.study.dynamic.n_frames == 7
                assert combo.currentIndex == 1
                choose(combo, 2)
                settle(0.3)
            assert visit.analysis.study.dynamic.n_frames == 11
            assert len(visit.settings.reading.joined) == 1
            assert combo.currentText.startswith("1 + 2 joined.")
        finally:
            self.popups.clear()
            self.open_again(name)
        assert not combo.visible

    def check_study_baselineReadingCombo(self, combo):
        self.check_reading(combo, "baseline")

    def check_study_followUpReadingCombo(self, combo):
        self.check_reading(combo, "follow-up")

    def check_study_displacedCombo(self, combo):
        self.open_pieces("baseline")
        try:
            with self.desk.messages.errors_shown(popup=False):
                self.desk.panels["study"].choose_reading("baseline", 2)
            settle(0.2)
            assert combo.visible
            assert "Frame 1 of 12: displaced by 3 mm" in self.ui("study").displacedLabel.text
            for wanted, frames in ((1, 12), (0, 11)):
                with self.desk.messages.errors_shown(popup=False):
                    choose(combo, wanted)
                settle(0.3)
                value = ["leave_out", "same_slice", "resample"][wanted]
                assert self.value("reading.displaced") == value
                assert self.base.analysis.study.dynamic.n_frames == frames
        finally:
            self.popups.clear()
            self.open_again("baseline")
        assert not combo.visible

    def check_study_footprintSpin(self, spin):
        self.check_number(spin, "reading.footprint", "8", 8)

    def check_study_implausibleCheck(self, check):
        self.check_switch(check, "reading.accept_implausible")

    def check_study_skipInvalidCheck(self, check):
        self.check_switch(check, "reading.skip_invalid")

    def check_study_signalCombo(self, combo):
        self.check_choice(combo, "concentration.signal")

    def check_study_T1SourceCombo(self, combo):
        self.check_choice(combo, "concentration.T1_source")

    def check_study_T10Spin(self, spin):
        self.check_number(spin, "concentration.T10", "1234", 1.234)

    def check_study_muscleT10Spin(self, spin):
        self.check_number(spin, "concentration.muscle_T10", "1100", 1.1)

    def check_study_r1Spin(self, spin):
        self.check_number(spin, "concentration.r1", "4.1", 4.1)

    def check_study_baselineSpin(self, spin):
        type_into(spin, "4")
        assert self.value("concentration.baseline_frames") == 4
        type_into(spin, "0")
        assert self.value("concentration.baseline_frames") is None

    def check_study_bloodT10Spin(self, spin):
        self.check_number(spin, "aif.blood_T10", "1500", 1.5)

    def check_study_r2Spin(self, spin):
        self.check_number(spin, "aif.r2", "20", 20)
        spin.value = 0  # is a value, not "automatic"
        assert self.value("aif.r2") == 0
        spin.value = spin.minimum
        assert self.value("aif.r2") is None
        self.session.undo()
        self.session.undo()
        self.desk.refresh()

    def check_study_modelCombo(self, combo):
        self.check_choice(combo, "fit.model")

    def check_study_motionCheck(self, check):
        self.check_switch(check, "preprocessing.motion.on")

    def check_study_temporalCheck(self, check):
        self.check_switch(check, "preprocessing.time.on")

    def check_switch(self, check, path):
        before = self.value(path)
        tick(check)
        assert self.value(path) is not before
        self.session.undo()
        self.desk.refresh()

    def check_study_spatialCombo(self, combo):
        self.check_choice(combo, "preprocessing.space.method")

    def check_study_computeButton(self, button):
        """What is computed is the engine's, with the same choice."""
        type_into(self.ui("study").T10Spin, "1200")
        type_into(self.ui("study").HctSpin, "0.4")
        enabled = button.enabled
        press(button)
        settle(0.5)
        try:
            said = [enabled, self.desk.ui.messageLabel.text, *(v.problem for v in self.both)]
            assert all(visit.is_current for visit in self.both), said
            self.compare_with_engine(
                {"concentration.T10": 1.2, "aif.Hct": 0.4, "fit.shift": self.value("fit.shift")}
            )
        finally:
            for _ in range(2):
                self.session.undo()
            self.desk.compute()

    def compare_with_engine(self, chosen):
        from SpineDCELib.analysis import Analysis
        from SpineDCELib.settings import Settings, with_values

        fresh = Analysis(
            self.base.as_read,
            with_values(Settings(), chosen),
            regions=dict(self.base.analysis.regions),
            roles=dict(self.base.analysis.roles),
        )
        expected = fresh.result().maps["vp"]
        shown = slicer.util.arrayFromVolume(self.base.maps["vp"])
        np.testing.assert_allclose(shown, 100 * expected, rtol=1e-5, equal_nan=True)

    def check_collapsible(self, box):
        before = box.collapsed
        press(box, at=qt.QPoint(30, 8))
        changed = box.collapsed != before
        box.collapsed = before
        assert changed

    def check_study_visitSettingsBox(self, box):
        self.check_collapsible(box)

    def check_study_commonSettingsBox(self, box):
        self.check_collapsible(box)

    def check_study_swapButton(self, button):
        dates = [visit.date for visit in self.both]
        button.setVisible(True)
        press(button)
        settle(0.5)
        try:
            assert [visit.date for visit in self.session.pair] == dates[::-1]
        finally:
            if [visit.date for visit in self.session.pair] != dates:
                self.session.swap_visits()
                self.desk.opened(self.session.visits)
            self.both, self.base = self.session.visits, self.session.visit("baseline")

    def check_study_acceptButton(self, button):
        self.session.swap_visits()
        self.desk.refresh()
        try:
            question = self.session.question()
            assert question is not None
            assert button.visible
            assert question.message in self.ui("study").findingLabel.text
            press(button)
            assert question.code in self.session.accepted
        finally:
            self.session.swap_visits()
            self.desk.compute()
            self.both, self.base = self.session.visits, self.session.visit("baseline")

    def check_nodes(self, selector, kind):
        """The node that is chosen is the one that "Use" takes."""
        visit = "followUp" if "follow" in selector.objectName else "baseline"
        taken, opened = [], self.desk.opened
        self.session.open_nodes = lambda *nodes: taken.append(nodes)
        self.desk.opened = lambda _visits: None
        own = self.session.visit({"followUp": "follow-up"}.get(visit, visit))
        name = own.name
        self.desk.panels["study"].selectors[f"{name}Sequence"].setCurrentNode(own.sequence)
        inner = next(c for c in selector.children() if c.className().endswith("ComboBox"))
        try:
            wanted = next(i for i in range(inner.count) if i != inner.currentIndex)
            choose(inner, wanted)
            node = selector.currentNode()
            other = getattr(own, kind)
            press(getattr(self.ui("study"), f"{visit}UseButton"))
        finally:
            del self.session.open_nodes
            self.desk.opened = opened
            self.popups.clear()
            self.desk.refresh()
        assert node is not other
        if kind == "sequence" and node is None:
            assert not taken
        else:
            assert taken[0][{"sequence": 1, "anatomy": 2}[kind]] is node

    def check_study_baselineAnatomy(self, selector):
        self.check_nodes(selector, "anatomy")

    def check_study_followUpAnatomy(self, selector):
        self.check_nodes(selector, "anatomy")

    def check_study_baselineSequence(self, selector):
        self.check_nodes(selector, "sequence")

    def check_study_followUpSequence(self, selector):
        self.check_nodes(selector, "sequence")

    def use(self, button, name):
        """The chosen sequence becomes the visit's."""
        visit = self.session.visit(name)
        copy = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSequenceNode", "A copy")
        copy.Copy(visit.sequence)
        copy.RemoveAttribute("SpineDCE.made for")
        self.desk.panels["study"].selectors[f"{name}Sequence"].setCurrentNode(copy)
        self.desk.panels["study"].selectors[f"{name}Anatomy"].setCurrentNode(None)
        press(button)
        settle(0.5)
        try:
            assert visit.sequence is copy
            assert visit.anatomy is None
            assert visit.study_path is None
        finally:
            self.popups.clear()  # a copy has no TR
            self.open_again(name)
            slicer.mrmlScene.RemoveNode(copy)

    def open_again(self, name):
        part = {"baseline": "before", "follow-up": "after"}[name]
        self.desk.open({name: self.truth[name].parents[1] / part / "dicom"})
        self.both, self.base = self.session.visits, self.session.visit("baseline")
        self.desk.select_visit("baseline")

    def check_study_baselineUseButton(self, button):
        self.use(button, "baseline")

    def check_study_followUpUseButton(self, button):
        self.use(button, "follow-up")

    def folder_of(self, button, name, part):
        visit = self.session.visit(name)
        analysis = visit.analysis
        folder = self.truth[name].parents[1] / part / "dicom"
        with self.answering("getExistingDirectory", str(folder)):
            press(button)
        settle(0.3)
        assert visit.analysis is not analysis
        assert visit.study_path == folder
        self.both, self.base = self.session.visits, self.session.visit("baseline")
        self.desk.select_visit("baseline")

    def check_study_baselineFolderButton(self, button):
        self.folder_of(button, "baseline", "before")

    def check_study_followUpFolderButton(self, button):
        self.folder_of(button, "follow-up", "after")

    # -- step 2 ---------------------------------------------------------------------------------

    def check_arteries_sourceCombo(self, combo):
        values = [combo.itemData(i) for i in range(combo.count)]
        choose(combo, values.index("parker"))
        settle(0.3)
        try:
            self.popups.clear()  # the keys pass sources that are not there
            assert self.value("aif.source") == "parker"
            assert self.base.is_current
        finally:
            self.session.choose(self.base, {"aif.source": "auto"})
            self.desk.compute()

    def check_arteries_peakCombo(self, combo):
        if not combo.enabled:
            assert combo.toolTip
            assert self.base.analysis.study.dynamic.phase is None
            combo.setEnabled(True)
        before = self.value("aif.peak")
        values = [combo.itemData(i) for i in range(combo.count)]
        with self.desk.messages.errors_shown(popup=False):
            choose(combo, (combo.currentIndex + 1) % len(values))
        settle(0.3)
        changed = self.value("aif.peak") != before
        self.popups.clear()
        self.session.choose(self.base, {"aif.peak": before})
        self.desk.compute()
        assert changed

    def check_arteries_fileButton(self, button):
        with self.answering("getOpenFileName", str(self.truth["baseline"] / "aif.csv")):
            press(button)
        settle(0.3)
        try:
            assert self.value("aif.source") == "file"
            assert self.base.state.aif_file is not None
            assert self.base.is_current
        finally:
            self.session.choose(self.base, {"aif.source": "auto"})
            self.desk.compute()

    def check_arteries_drawButton(self, button):
        press(button)
        settle(0.3)
        try:
            assert self.desk.step == "regions"
            assert self.desk.panels["regions"].armed == "aorta"
            assert self.value("aif.source") == "mask"
        finally:
            self.desk.panels["regions"].disarm()
            self.session.choose(self.base, {"aif.source": "auto"})
            self.desk.compute()
            self.desk.go_to_step("arteries")

    def check_arteries_candidatesTable(self, table):
        row = next(i for i, c in enumerate(self.base.analysis.detection().candidates) if c.accepted)
        click_cell(table, row, 0)
        settle(0.5)
        assert not self.base.analysis.detection().candidates[row].accepted
        self.session.reset_artery(self.base)
        self.desk.compute()

    def check_arteries_sliceButton(self, button):
        index = self.base.analysis.detection().slices[0]
        self.show_slice(self.base, index)
        press(button)
        settle(0.3)
        try:
            assert not self.base.analysis.detection().mask[index].any()
        finally:
            self.session.reset_artery(self.base)
            self.desk.compute()

    def taken_out_at_the_crosshair(self, button):
        from SpineDCELib.mrml.volume_nodes import ras_of

        found = self.base.analysis.detection()
        voxel = tuple(int(v) for v in np.argwhere(found.mask)[0])
        geometry = self.base.analysis.study.dynamic.geometry
        crosshair = slicer.mrmlScene.GetFirstNodeByClass("vtkMRMLCrosshairNode")
        crosshair.SetCrosshairRAS(*(float(v) for v in ras_of(voxel, geometry)))
        press(button)
        settle(0.3)
        try:
            return found.mask & ~self.base.analysis.detection().mask, voxel, found
        finally:
            self.session.reset_artery(self.base)
            self.desk.compute()

    def check_arteries_vesselButton(self, button):
        out, voxel, found = self.taken_out_at_the_crosshair(button)
        own = found.vessels[voxel[0]] == found.vessels[voxel]
        np.testing.assert_array_equal(out[voxel[0]], own & found.mask[voxel[0]])
        assert out.sum() == out[voxel[0]].sum()

    def check_arteries_voxelButton(self, button):
        out, voxel, _found = self.taken_out_at_the_crosshair(button)
        assert out.sum() == 1
        assert out[voxel]

    def check_arteries_resetButton(self, button):
        self.session.toggle_slice(self.base, self.base.analysis.detection().slices[0])
        self.desk.compute()
        press(button)
        settle(0.3)
        try:
            assert self.base.selection is None
        finally:
            self.session.reset_artery(self.base)
            self.desk.compute()

    def moved_shift(self, move):
        before = self.value("fit.shift")
        first = slicer.util.arrayFromVolume(self.base.maps["vp"]).copy()
        move()
        settle(1.0)
        after, maps = self.value("fit.shift"), slicer.util.arrayFromVolume(self.base.maps["vp"])
        differs = np.nanmax(np.abs(maps - first)) > 0
        self.session.use_proposal(self.base)
        self.desk.compute([self.base])
        assert abs(after - before) > 0.05, (before, after)
        assert differs

    def check_arteries_shiftSlider(self, slider):
        self.moved_shift(lambda: drag_slider(slider, slider.value + 12))

    def check_arteries_shiftSpin(self, spin):
        self.moved_shift(lambda: type_into(spin, f"{self.value('fit.shift') + 1:.2f}"))

    def check_arteries_useProposalButton(self, button):
        shown = round(float(self.base.evidence.proposal), 2)
        self.session.move_shift(self.base, shown + 2)
        self.desk.compute([self.base])
        press(button)
        settle(0.3)
        try:
            assert self.value("fit.shift") == shown
            assert self.base.follows_proposal
        finally:
            self.session.use_proposal(self.base)
            self.desk.compute([self.base])

    def check_arteries_delaysTable(self, table):
        if not self.base.analysis.regions:
            self.desk.panels["regions"].read_file(self.truth["baseline"] / "rois.seg.nrrd")
            self.desk.compute([self.base])
            settle(0.2)
        name = table.item(0, 0).text()
        table.item(0, 2).setText("3.3")
        settle(0.3)
        try:
            assert dict(self.value("fit.shifts")).get(name) == 3.3
            table.item(0, 2).setText("")
            settle(0.3)
            assert dict(self.value("fit.shifts")) == {}
        finally:
            self.session.choose(self.base, {"fit.shifts": {}})
            self.desk.compute([self.base])

    # -- step 3 ---------------------------------------------------------------------------------

    def role_button(self, button, role):
        panel = self.desk.panels["regions"]
        panel.disarm()
        press(button)
        settle(0.2)
        try:
            assert panel.armed == role
            assert panel.editor.activeEffect().name == "Paint"
            segment = panel.editor.currentSegmentID()
            segmentation = self.base.segmentation.GetSegmentation()
            name = segmentation.GetSegment(segment).GetName()
            assert self.base.state.roles[name] == role
        finally:
            panel.disarm()

    def check_regions_lesionButton(self, button):
        self.role_button(button, "lesion")

    def check_regions_referenceButton(self, button):
        self.role_button(button, "reference")

    def check_regions_exclusionButton(self, button):
        self.role_button(button, "exclusion")

    def check_regions_aortaButton(self, button):
        self.role_button(button, "aorta")

    def check_regions_muscleButton(self, button):
        self.role_button(button, "muscle")

    def check_regions_anotherButton(self, button):
        panel = self.desk.panels["regions"]
        panel.arm("lesion")
        count = list(self.base.state.roles.values()).count("lesion")
        press(button)
        settle(0.2)
        try:
            assert list(self.base.state.roles.values()).count("lesion") == count + 1
        finally:
            panel.disarm()

    def finer(self):
        """File with a vertebra named by its level, on a grid of twice the resolution."""
        from SpineDCELib.series import Geometry, write_segmentation

        grid = self.base.analysis.study.dynamic.geometry
        k, j, i = grid.shape
        affine = grid.affine @ np.diag([0.5, 0.5, 1, 1])
        affine[:3, 3] -= grid.affine[:3, :2].sum(axis=1) / 4
        mask = np.zeros((k, 2 * j, 2 * i), bool)
        mask[2, j : j + 8, i : i + 8] = True
        path = Path(self.folder.name) / "levels.seg.nrrd"
        write_segmentation(path, {"L3": mask}, Geometry(mask.shape, affine))
        return path

    def check_regions_resampleCheck(self, check):
        """A file on another grid is refused until it is to be resampled."""
        panel, path = self.desk.panels["regions"], self.finer()
        with self.desk.messages.errors_shown(popup=False):
            panel.read_file(path)
        assert "L3" not in self.base.analysis.regions
        assert "'Resample regions' in step 3" in self.desk.ui.messageLabel.text
        tick(check)
        with self.desk.messages.errors_shown(popup=False):
            panel.read_file(path)
        try:
            assert self.base.analysis.regions["L3"].sum() == 16
        finally:
            while "L3" in self.base.analysis.regions:
                self.session.undo()
            while self.value("reading.resample_regions"):
                self.session.undo()
            self.desk.refresh()

    def check_regions_levelCombo(self, combo):
        """The region of that level is the reference, whatever it was drawn as."""
        self.session.choose(self.base, {"reading.resample_regions": True})
        self.desk.panels["regions"].read_file(self.finer())
        roles = self.base.analysis.roles
        try:
            values = [combo.itemData(i) for i in range(combo.count)]
            choose(combo, values.index("L3"))
            settle(0.1)
            assert self.value("reading.reference_level") == "L3"
            assert [n for n, r in self.base.analysis.roles.items() if r == "reference"] == ["L3"]
        finally:
            while "L3" in self.base.analysis.regions:
                self.session.undo()
            self.session.undo()
            self.desk.compute([self.base])
        assert self.base.analysis.roles != roles

    def check_regions_roleCombo(self, combo):
        panel = self.desk.panels["regions"]
        panel.arm("exclusion")
        name = panel.selected
        values = [combo.itemData(i) for i in range(combo.count)]
        choose(combo, values.index("muscle"))
        settle(0.2)
        try:
            assert self.base.state.roles[name] == "muscle"
        finally:
            panel.disarm()

    def check_regions_onFrameButton(self, button):
        panel = self.desk.panels["regions"]
        tick(button)
        assert panel.editor.sourceVolumeNode() is self.base.frame
        self.ui("regions").onAnatomyButton.setChecked(True)

    def check_regions_onAnatomyButton(self, button):
        panel = self.desk.panels["regions"]
        self.ui("regions").onFrameButton.setChecked(True)
        panel.set_source()
        tick(button)
        assert panel.editor.sourceVolumeNode() is self.base.anatomy

    def check_regions_fileButton(self, button):
        from SpineDCELib.mrml.region_nodes import roles_in

        for name in roles_in(self.base.segmentation):
            segmentation = self.base.segmentation.GetSegmentation()
            segmentation.RemoveSegment(segmentation.GetSegmentIdBySegmentName(name))
        settle(0.2)
        path = str(self.truth["baseline"] / "rois.seg.nrrd")
        with self.answering("getOpenFileName", path):
            press(button)
        settle(0.3)
        assert set(self.base.analysis.regions) == set(self.truth_regions(self.base))

    def check_regions_sizeBox(self, box):
        self.check_collapsible(box)

    def ruler(self, button):
        from SpineDCELib.mrml.region_nodes import ruler_nodes

        self.ui("regions").sizeBox.collapsed = False
        before = ruler_nodes(self.base.nodes)
        press(button)
        settle(0.2)
        lines = [line for line in ruler_nodes(self.base.nodes) if line not in before]
        interaction = slicer.app.applicationLogic().GetInteractionNode()
        placing = interaction.GetCurrentInteractionMode() == interaction.Place
        interaction.SetCurrentInteractionMode(interaction.ViewTransform)
        for line in lines:
            slicer.mrmlScene.RemoveNode(line)
        settle(0.2)
        assert len(lines) == 1
        assert placing
        return lines[0]

    def check_regions_longestButton(self, button):
        self.ruler(button)

    def check_regions_acrossButton(self, button):
        self.ruler(button)

    def check_regions_marginButton(self, button):
        assert self.ruler(button).GetName() == "Bone margin"

    # -- step 4 ---------------------------------------------------------------------------------

    def check_maps_quantityCombo(self, combo):
        for title, name in (("Ktrans", "Ktrans"), ("SE of Vp", "vp_SE")):
            choose(combo, combo.findText(title))
            settle(0.2)
            shown = self.middle().GetBackgroundVolumeID()
            assert shown == self.base.maps[name].GetID()
        choose(combo, 0)
        settle(0.2)
        assert self.middle().GetBackgroundVolumeID() == self.base.maps["vp"].GetID()

    def check_maps_opacitySlider(self, slider):
        slider.value = 35
        settle(0.2)
        assert abs(self.middle("fused").GetForegroundOpacity() - 0.35) < 1e-6

    def check_maps_thresholdSlider(self, slider):
        slider.value = 30
        settle(0.2)
        display = self.base.maps["vp"].GetDisplayNode()
        assert abs(display.GetLowerThreshold() - 0.3 * display.GetWindowLevelMax()) < 1e-3
        slider.value = 5
        settle(0.2)

    def check_maps_topSpin(self, spin):
        type_into(spin, "33")
        settle(0.2)
        tops = {round(v.maps["vp"].GetDisplayNode().GetWindowLevelMax(), 3) for v in self.both}
        type_into(spin, "0")
        settle(0.2)
        assert tops == {33.0}
        assert self.base.maps["vp"].GetDisplayNode().GetWindowLevelMax() != 33

    def check_maps_coloursCombo(self, combo):
        before = self.base.maps["vp"].GetDisplayNode().GetColorNodeID()
        choose(combo, 1)
        settle(0.2)
        after = self.base.maps["vp"].GetDisplayNode().GetColorNodeID()
        choose(combo, 0)
        settle(0.2)
        assert after != before

    def check_maps_playButton(self, button):
        pixels = self.picture()
        press(button)
        settle(1.0)
        playing = self.desk.playback.playing
        shown = self.middle().GetBackgroundVolumeID()
        first = self.picture()
        settle(1.0)
        second = self.picture()
        self.desk.playback.stop()
        assert playing
        assert shown == self.base.frame.GetID()
        assert (pixels != first).any()
        assert (first != second).any()

    def picture(self):
        from vtk.util.numpy_support import vtk_to_numpy

        view = self.desk.views.slice_widget("baseline", "map").sliceView()
        view.forceRender()
        grab = slicer.vtkMRMLSliceNode and __import__("vtk").vtkWindowToImageFilter()
        grab.SetInput(view.renderWindow())
        grab.Update()
        return vtk_to_numpy(grab.GetOutput().GetPointData().GetScalars()).copy()

    def check_maps_frameSlider(self, slider):
        index = (self.desk.playback.index + 3) % slider.maximum
        drag_slider(slider, index)
        settle(0.2)
        shown = slicer.util.arrayFromVolume(self.base.frame)
        wanted = self.base.analysis.study.dynamic.signal[index]
        np.testing.assert_array_equal(shown, wanted)
        assert self.middle().GetBackgroundVolumeID() == self.base.frame.GetID()
        self.desk.playback.show_maps()
        self.desk.show_views()

    def check_maps_rateCombo(self, combo):
        before = self.desk.playback.rate
        counts = []
        for _ in range(2):
            choose(combo, 0 if not counts else combo.count - 1)
            seen = set()
            self.desk.playback.show(0)
            self.desk.playback.toggle()
            end = time.monotonic() + 2.2
            while time.monotonic() < end:
                settle(0.02)
                seen.add(self.desk.playback.index)
            self.desk.playback.stop()
            counts.append(len(seen))
        self.desk.playback.set_rate(before)
        self.desk.playback.show_maps()
        self.desk.show_views()
        assert counts[1] > 1.5 * counts[0], counts

    def played(self):
        """The frames that a playback shows, in their order."""
        playback, seen = self.desk.playback, []
        for _ in range(6):
            playback.next()
            settle(0.02)
            seen.append(playback.index)
        playback.show_maps()
        self.desk.show_views()
        return seen

    def check_maps_firstSpin(self, spin):
        type_into(spin, "5")
        settle(0.1)
        self.desk.playback.show(self.desk.playback.count - 1)
        seen = self.played()
        type_into(spin, "1")
        settle(0.1)
        assert seen[:2] == [4, 5], seen

    def check_maps_lastSpin(self, spin):
        count = self.desk.playback.count
        type_into(spin, "3")
        settle(0.1)
        self.desk.playback.show(0)
        seen = self.played()
        type_into(spin, str(count))
        settle(0.1)
        assert seen == [1, 2, 0, 1, 2, 0], seen

    def subtraction(self):
        """The difference that the middle view shows; None if it shows something else."""
        node = slicer.mrmlScene.GetNodeByID(self.middle().GetBackgroundVolumeID() or "")
        if node is None or node is not self.base.nodes.get("subtraction"):
            return None
        return slicer.util.arrayFromVolume(node).copy()

    def check_maps_subtractCheck(self, check):
        tick(check)
        settle(0.2)
        shown = self.subtraction()
        tick(check)
        settle(0.2)
        hidden = self.subtraction()
        self.desk.checks.subtracts = False
        signal, found = self.base.analysis.study.dynamic.signal, self.base.bolus_frames()
        wanted = signal[found.last] - signal[list(found.before)].mean(axis=0)
        np.testing.assert_allclose(shown, wanted, rtol=1e-4, atol=1e-2)
        assert hidden is None

    def check_term(self, combo, place):
        checks = self.desk.checks
        usual = checks.terms
        checks.subtract(usual, shown=True)
        checks.prepare()
        self.desk.show_views()
        self.ui("maps").subtractCheck.checked = True
        before = self.subtraction()
        choose(combo, 3 + 7)  # after the three terms: frame 8
        settle(0.2)
        after, terms = self.subtraction(), checks.terms
        checks.subtract(usual, shown=False)
        self.desk.panels["maps"].refresh()
        self.desk.show_views()
        assert terms[place] == 7, terms
        assert (before != after).any()

    def check_maps_minuendCombo(self, combo):
        self.check_term(combo, 0)

    def check_maps_subtrahendCombo(self, combo):
        self.check_term(combo, 1)

    def check_maps_checkCombo(self, combo):
        widget = self.desk.views.slice_widget(self.base.name, "T1")
        composite = widget.mrmlSliceCompositeNode()
        seen = {}
        for check in ("overlay", "checkerboard", "flicker"):
            choose(combo, combo.findData(check))
            settle(0.3)
            over = slicer.mrmlScene.GetNodeByID(composite.GetForegroundVolumeID() or "")
            backgrounds = set()
            end = time.monotonic() + 2.5
            while time.monotonic() < end:
                settle(0.05)
                backgrounds.add(composite.GetBackgroundVolumeID())
            name = None if over is None else over.GetName()
            seen[check] = name, composite.GetForegroundOpacity(), len(backgrounds)
        text = self.ui("maps").checkLabel.text
        choose(combo, 0)
        settle(0.2)
        self.desk.checks.choose("off")
        self.desk.show_views()
        assert seen["overlay"][1:] == (0.5, 1), seen
        assert "check other" in str(seen["overlay"][0]), seen
        assert "check squares" in str(seen["checkerboard"][0]), seen
        assert seen["flicker"][2] == 2, seen
        assert not composite.GetForegroundVolumeID()
        assert text == "" or "scanner" in text or "registration" in text, text

    def check_maps_explainCheck(self, check):
        from SpineDCELib.mrml.volume_nodes import ras_of

        if check.checked:
            check.setChecked(False)
            self.desk.maps.set_explaining(False)
        self.ui("maps").voxelLabel.text = ""
        tick(check)
        geometry = self.base.analysis.study.dynamic.geometry
        k, j, i = geometry.shape
        crosshair = slicer.mrmlScene.GetFirstNodeByClass("vtkMRMLCrosshairNode")
        crosshair.SetCrosshairRAS(*ras_of((k // 2, j // 2, i // 2), geometry))
        settle(0.5)
        assert f"Slice {k // 2 + 1}" in self.ui("maps").voxelLabel.text

    def check_maps_layoutCombo(self, combo):
        node = slicer.app.layoutManager().layoutLogic().GetLayoutNode()
        before = node.GetViewArrangement()
        choose(combo, 1)
        settle(0.3)
        after = node.GetViewArrangement()
        choose(combo, 0)
        settle(0.3)
        assert after != before
        assert node.GetViewArrangement() == before

    def check_maps_linkCheck(self, check):
        before = self.middle().GetLinkedControl()
        tick(check)
        settle(0.2)
        after = self.middle().GetLinkedControl()
        tick(check)
        settle(0.2)
        assert bool(after) != bool(before)

    # -- step 5 ---------------------------------------------------------------------------------

    def regions_of_both(self):
        for visit in self.both:
            if "reference" not in visit.analysis.roles.values():
                self.desk.select_visit(visit.name)
                self.desk.panels["regions"].read_file(self.truth[visit.name] / "rois.seg.nrrd")
        self.desk.select_visit("baseline")
        self.desk.compute()

    def check_result_compareButton(self, button):
        self.regions_of_both()
        self.session.comparison = None
        self.desk.refresh()
        press(button)
        settle(0.3)
        assert self.session.is_comparison_current
        call = self.session.comparison.lesions[0].call
        assert call.sentence in self.ui("result").callLabel.text
        table = self.ui("result").resultTable
        shown = " ".join(table.item(r, 3).text() for r in range(table.rowCount) if table.item(r, 3))
        assert "%" in shown

    def check_result_resultTable(self, table):
        """Not to be edited: its numbers are those of the comparison."""
        before = table.item(0, 1).text()
        assert table.enabled
        table.setCurrentCell(0, 1)
        for character in "999":
            strike(table, ord(character), character)
        assert table.item(0, 1).text() == before

    def exported(self, button=None, name="out"):
        folder = Path(self.folder.name) / name
        edit = self.ui("result").folderEdit
        line = next(c for c in edit.findChildren(qt.QLineEdit))
        edit.setCurrentPath(self.folder.name)
        type_into(line, str(folder))
        press(button or self.ui("result").exportButton)
        settle(0.3)
        return {p.name for p in folder.rglob("*")} if folder.is_dir() else set()

    def format_check(self, check, file):
        ui = self.ui("result")
        formats = ("report", "dicom", "nifti", "scene", "pdf", "anonymise")
        for name in formats:
            getattr(ui, f"{name}Check").setChecked(False)
        tick(check)
        files = self.exported(name=check.objectName)
        check.setChecked(False)
        assert any(file in one for one in files), sorted(files)

    def check_result_reportCheck(self, check):
        self.format_check(check, "report.html")

    def check_result_dicomCheck(self, check):
        self.format_check(check, ".dcm")

    def check_result_niftiCheck(self, check):
        self.format_check(check, ".nii.gz")

    def check_result_sceneCheck(self, check):
        self.format_check(check, ".mr")

    def check_result_pdfCheck(self, check):
        """Without a browser it is disabled with its reason; one that writes a file is put there."""
        from SpineDCELib.export.report.pdf_printing import find_browser

        browser = Path(self.folder.name) / "chromium"
        browser.write_text(
            "#!/bin/sh\nfor one; do case $one in --print-to-pdf=*) "
            'echo %PDF > "${one#*=}";; esac; done\n'
        )
        browser.chmod(0o755)
        known = find_browser() is not None
        if not (known or DISCONNECTED):
            assert not check.enabled
            assert check.toolTip
            check.setEnabled(True)
        place = str(browser.parent)
        try:
            with mock.patch.dict(os.environ, {"PATH": f"{place}:{os.environ['PATH']}"}):
                self.format_check(check, "report.pdf")
        finally:
            check.setEnabled(known)

    def check_result_anonymiseCheck(self, check):
        import json

        tick(check)
        self.exported(name="anonymous")
        check.setChecked(False)
        record = next((Path(self.folder.name) / "anonymous").rglob("provenance.json"))
        assert str(self.base.study_path) not in json.dumps(json.loads(record.read_text()))

    def check_result_folderEdit(self, edit):
        files = self.exported(name="chosen")
        assert "vp.nrrd" in files
        assert "chosen" in self.ui("result").exportLabel.text

    def check_result_exportButton(self, button):
        assert "vp.nrrd" in self.exported(button, "pressed")

    def check_result_figureButton(self, button):
        assert "spinedce-figure.png" in self.exported(button, "figure")

    def check_result_reportButton(self, button):
        opened = []
        service = qt.QDesktopServices
        before = service.openUrl
        service.openUrl = lambda url: opened.append(url.toLocalFile())
        try:
            files = self.exported(button, "report")
        finally:
            service.openUrl = before
        assert "report.html" in files
        assert opened
        assert opened[0].endswith("report.html")

    # -- the report's text ----------------------------------------------------------------------

    def check_result_reportBox(self, box):
        self.check_collapsible(box)

    @property
    def written(self):
        return self.desk.result.written.ui

    def kept_report(self):
        """The report's text as each visit keeps it with its choices."""
        kept = [visit.nodes.value("reports")[-1]["text"] for visit in self.both]
        assert kept[0] == kept[1]
        return kept[0]

    def check_result_findingsEdit(self, edit):
        write_into(edit, "A lesion of L3.")
        assert self.kept_report()["findings"] == "A lesion of L3."

    def check_result_impressionEdit(self, edit):
        write_into(edit, "Response")
        assert self.kept_report()["impression"] == "Response"

    def check_result_readerEdit(self, edit):
        type_into(edit, "Dr Example")
        assert self.session.report.reader == "Dr Example"
        self.session.choose(self.base, {"aif.Hct": 0.36})
        assert self.session.report.actions()[-1].person == "Dr Example"
        self.session.undo()
        self.desk.refresh()

    def check_result_draftButton(self, button):
        self.regions_of_both()
        if not self.session.is_comparison_current:
            self.desk.result.compare()
        with self.answering("confirmOkCancelDisplay", True):  # of what earlier checks wrote
            press(button)
        text = self.kept_report()
        assert (text["findings"], text["impression"]) == self.session.report.draft()
        assert self.written.findingsEdit.plainText == text["findings"]
        assert self.written.impressionEdit.plainText == text["impression"]
        write_into(self.written.findingsEdit, "My own text")
        with self.answering("confirmOkCancelDisplay", False):
            press(button)
        assert self.written.findingsEdit.plainText == "My own text"
        with self.answering("confirmOkCancelDisplay", True):
            press(button)
        assert self.written.findingsEdit.plainText == text["findings"]

    def check_result_copyButton(self, button):
        slicer.app.clipboard().setText("")
        press(button)
        copied = slicer.app.clipboard().text()
        assert copied == self.session.report.plain_text()
        assert self.kept_report()["impression"] in copied

    def check_result_finalButton(self, button):
        self.session.report.reader = "Dr Example"
        self.desk.refresh()
        with self.answering("confirmOkCancelDisplay", False):
            press(button)
        assert not self.session.report.text.is_final
        with self.answering("confirmOkCancelDisplay", True):
            press(button)
        assert self.kept_report()["status"] == "final"
        assert "Final report, Dr Example" in self.written.statusLabel.text
        write_into(self.written.findingsEdit, "x")
        assert self.written.findingsEdit.plainText == self.kept_report()["findings"] != "x"

    def final(self):
        """A report to which an addendum can be added."""
        report = self.session.report
        report.reader = "Dr Example"
        if not report.text.is_final:
            report.edit("Findings", "Impression")
            report.make_final()
        self.desk.refresh()

    def check_result_addendumEdit(self, edit):
        self.final()
        assert not self.written.addendumButton.enabled
        write_into(edit, "L3 seen again")
        try:
            assert self.written.addendumButton.enabled
        finally:
            edit.plainText = ""

    def check_result_addendumButton(self, button):
        self.final()
        write_into(self.written.addendumEdit, "L3 seen again")
        press(button)
        added = self.kept_report()["addenda"][-1]
        assert (added["text"], added["reader"]) == ("L3 seen again", "Dr Example")
        assert "L3 seen again" in self.written.addendaLabel.text
        assert self.written.addendumEdit.plainText == ""

    def check_result_historyBox(self, box):
        press(box, at=qt.QPoint(30, 8))
        settle(0.2)
        assert not box.collapsed
        latest = self.written.historyText.plainText.splitlines()[0]
        assert latest.endswith(self.session.report.actions()[-1].text), latest

    def check_result_historyText(self, text):
        """Not to be edited: it lists what was done, the latest first."""
        self.final()
        assert text.enabled
        self.written.historyBox.collapsed = False
        lines = text.plainText.splitlines()
        assert lines[0].endswith(self.session.report.actions()[-1].text), lines[0]
        write_into(text, "x")
        assert text.plainText.splitlines() == lines

    # -- last, because they close and open ------------------------------------------------------

    def check_study_clearButton(self, button):
        with self.answering("confirmOkCancelDisplay", True):
            press(button)
        settle(0.3)
        assert self.session.visits == []

    def check_study_sampleButton(self, button):
        self.desk.clear()
        folder = self.truth["baseline"].parents[1]
        parts = {"before": folder / "before/dicom", "after": folder / "after/dicom"}
        self.logic.make_sample = lambda progress=None: parts
        try:
            press(button)
        finally:
            del self.logic.make_sample
        settle(0.3)
        assert len(self.session.visits) == 2

    # -- the course -----------------------------------------------------------------------------

    @property
    def course(self):
        return self.desk.result.course.ui

    def check_study_patientButton(self, button):
        """Every study in the folder becomes a visit, in the order of their dates."""
        self.both = []
        with (
            self.answering("getExistingDirectory", str(self.course_patient())),
            self.answering("confirmOkCancelDisplay", True),
        ):
            press(button)
        settle(0.3)
        self.check_course()

    def check_course(self):
        dates = [visit.date for visit in self.session.visits]
        assert len(dates) == 3
        assert dates == sorted(dates)
        assert all(v.is_current and v.state.regions for v in self.session.visits)

    def followed(self):
        """A course of three visits with two lesions."""
        if len(self.session.visits) != 3:
            if self.session.visits:
                self.desk.clear()
            self.desk.panels["study"].open_patient(self.course_patient())
        self.quick_calls()
        for visit in self.session.visits:
            if "reference" not in visit.state.roles.values():
                self.desk.show_visit(visit.name)
                self.desk.regions.read_file(visit.study_path.parent / "truth" / "rois.seg.nrrd")
            if "Second" not in visit.state.regions:
                reference = next(n for n, r in visit.state.roles.items() if r == "reference")
                part = visit.state.regions[reference].copy()
                part[:, :, np.flatnonzero(part.any(axis=(0, 1)))[3:]] = False
                self.session.load_regions(visit, {"Second": part}, {"Second": "lesion"})
        self.desk.go_to_step("result")
        if not self.session.course.is_current:
            self.desk.result.course.follow()
        self.popups.clear()
        return self.session.course

    def check_study_furtherButton(self, button):
        course = self.followed()
        last = self.session.in_order[-1]
        date, path = last.date, last.study_path
        self.desk.close_visit(last)
        self.desk.go_to_step("study")
        with self.answering("getExistingDirectory", str(path)):
            press(button)
        settle(0.3)
        self.popups.clear()
        assert [visit.date for visit in self.session.in_order][-1] == date
        assert not course.is_current

    def check_panel_visitsTable(self, table):
        self.followed()
        hidden = next(v for v in self.session.visits if v not in self.desk.visits)
        click_cell(table, self.session.in_order.index(hidden), 0)
        settle(0.2)
        assert self.desk.visit is hidden
        assert self.session.row_of(hidden.name) == "follow-up"
        assert table.item(self.session.in_order.index(hidden), 2).text() == "lower"

    def check_row(self, button, row):
        self.followed()
        hidden = next(v for v in self.session.visits if v not in self.desk.visits)
        self.desk.strip.ui.visitsTable.selectRow(self.session.in_order.index(hidden))
        press(button)
        settle(0.2)
        assert self.session.row_of(hidden.name) == row
        label = f"{hidden.shown_label}: frame (no T1 for it)"
        widget = self.desk.views.slice_widget(hidden.name, "T1")
        shown = widget.mrmlSliceNode().GetLayoutLabel()
        assert shown == label, shown

    def check_panel_upperButton(self, button):
        self.check_row(button, "baseline")

    def check_panel_lowerButton(self, button):
        self.check_row(button, "follow-up")

    def check_regions_carryButton(self, button):
        self.followed()
        last = self.session.in_order[-1]
        self.desk.show_visit(last.name)
        segmentation = last.segmentation.GetSegmentation()
        segmentation.RemoveAllSegments()
        self.desk.go_to_step("regions")
        settle(0.3)
        assert not last.state.regions
        press(button)
        settle(0.3)
        assert "lesion" in last.state.roles.values()
        assert last.is_current
        assert "Check them" in self.desk.ui.messageLabel.text

    def check_result_followButton(self, button):
        self.followed()
        self.session.course.result = None
        self.desk.refresh()
        assert not self.course.courseTable.visible
        press(button)
        settle(0.3)
        assert self.session.course.is_current
        last = self.session.course.result.trends[0].points[-1]
        assert last.status.reason in self.course.callsLabel.text
        assert self.course.courseTable.rowCount == 3

    def chart(self, place):
        node = self.desk.views.plot_node(place)
        return slicer.mrmlScene.GetNodeByID(node.GetPlotChartNodeID()).GetTitle()

    def check_result_lesionCombo(self, combo):
        course = self.followed()
        wanted = 1 - combo.currentIndex
        choose(combo, wanted)
        settle(0.2)
        assert self.chart("left").endswith(course.result.trends[wanted].name)

    def check_result_panelCombo(self, combo):
        self.followed()
        before = self.chart("right")
        choose(combo, 2)
        settle(0.2)
        after = self.chart("right")
        choose(combo, 0)
        assert after == "Size on the axial plane" != before

    def check_result_courseTable(self, table):
        course = self.followed()
        row = next(n for n, visit in enumerate(course.visits) if visit is not self.desk.visit)
        click_cell(table, row, 0)
        settle(0.2)
        assert self.desk.visit is course.visits[row]
        assert self.course.factsLabel.text.startswith(course.visits[row].shown_title)

    def check_result_cutoffCombo(self, combo):
        course = self.followed()
        before, index = course.cutoff, combo.currentIndex
        choose(combo, 1 - min(index, 1))
        changed, current = course.cutoff != before, course.is_current
        choose(combo, index)
        assert changed
        assert not current

    def check_result_eventsBox(self, box):
        self.check_collapsible(box)

    def check_result_dateEdit(self, edit):
        self.followed()
        assert not self.course.addEventButton.enabled
        write_into(edit, "2021-03-20")
        try:
            assert self.course.addEventButton.enabled
        finally:
            edit.text = ""

    def event(self, button=None):
        """Add a treatment by the fields; return what the course then lists."""
        self.followed()
        count = len(self.session.course.events)
        self.course.eventsBox.collapsed = False
        write_into(self.course.dateEdit, f"2021-03-{20 + count}")
        press(button or self.course.addEventButton)
        settle(0.1)
        return self.session.course.events[count:]

    def check_result_kindCombo(self, combo):
        choose(combo, 1)
        assert [event.kind for event in self.event()] == ["surgery"]

    def check_result_detailsEdit(self, edit):
        write_into(edit, "T10 to L2")
        assert [event.details for event in self.event()] == ["T10 to L2"]

    def check_result_addEventButton(self, button):
        added = self.event(button)
        assert len(added) == 1
        table = self.course.eventsTable
        shown = [table.item(row, 0).text() for row in range(table.rowCount)]
        assert added[0].title in shown

    def check_result_eventsTable(self, table):
        if not self.session.course.events:
            self.event()
        table.clearSelection()
        table.setCurrentCell(-1, -1)
        self.desk.refresh()
        click_cell(table, 0, 0)
        assert self.course.removeEventButton.enabled

    def check_result_removeEventButton(self, button):
        if not self.session.course.events:
            self.event()
        count = len(self.session.course.events)
        self.course.eventsTable.selectRow(0)
        self.desk.refresh()
        press(button)
        assert len(self.session.course.events) == count - 1

    def dose_file(self):
        self.followed()
        return write_dose(Path(self.folder.name) / "dose.dcm", gy=lambda x, y, z: 20.0 + 0 * x)

    def check_result_addDoseButton(self, button):
        path = self.dose_file()
        with self.answering("getOpenFileName", str(path)):
            press(button)
        settle(0.2)
        assert self.session.course.doses == (str(path),)
        assert "dose.dcm" in self.course.doseLabel.text

    def check_result_removeDosesButton(self, button):
        if not self.session.course.doses:
            self.session.course.add_dose(str(self.dose_file()))
            self.desk.refresh()
        press(button)
        settle(0.2)
        left = self.session.course.doses
        self.session.course.remove_doses()
        assert left == ()

    def check_panel_closeVisitButton(self, button):
        self.followed()
        visit = self.session.in_order[1]
        self.desk.strip.ui.visitsTable.selectRow(1)
        with self.answering("confirmOkCancelDisplay", True):
            press(button)
        settle(0.2)
        assert visit not in self.session.visits
        assert len(self.session.visits) == 2


def write_volume(path, array, geometry):
    from SpineDCELib.export.nrrd_maps import write_map

    write_map(path, array, geometry=geometry, header={})


def click_cell(table, row, column):
    """Click a cell as the mouse does."""
    rect = table.visualItemRect(table.item(row, column))
    press(table.viewport(), at=rect.center())


#: Boxes whose title says it.
UNLABELLED = ("visitSettingsBox", "commonSettingsBox", "sizeBox", "messageCloseButton")
CHECKS = [*vars(Audit), *vars(ArchiveChecks)]
