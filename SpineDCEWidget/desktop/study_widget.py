"""Step 1: the studies, what their files say, and how they are analysed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import qt
import slicer
from SpineDCELib.errors import InputError

from SpineDCEWidget.desktop import desktop_wording as texts
from SpineDCEWidget.desktop.step_widget import Panel, chosen, fill_combo, fill_table, node_selector
from SpineDCEWidget.shared import wording as words

if TYPE_CHECKING:
    from SpineDCEWidget.desktop.module_panel import Workstation

VISITS = ("before", "after")
_KINDS = {
    "Sequence": ["vtkMRMLSequenceNode", "vtkMRMLMultiVolumeNode"],
    "Anatomy": ["vtkMRMLScalarVolumeNode"],
}
#: Spin box → group and name of the setting, and how many of its units the shown one is.
_NUMBERS = {
    "TRSpin": ("reading", "TR", 1000.0),
    "FASpin": ("reading", "FA", 1.0),
    "T10Spin": ("concentration", "T10", 1000.0),
    "r1Spin": ("concentration", "r1", 1.0),
    "HctSpin": ("aif", "Hct", 100.0),
    "bloodT10Spin": ("aif", "blood_T10", 1000.0),
}
#: These belong to one visit; all others are the same for both, or the visits do not compare.
_OWN = ("reading",)
#: Check box → step before conversion, and its setting's values when it is off and on.
_STEPS_BEFORE = {
    "motionCheck": ("motion", "on", (False, True)),
    "spatialCheck": ("space", "method", ("off", "gaussian")),
    "temporalCheck": ("time", "on", (False, True)),
}


class StudyPanel(Panel):
    """Opening, acquisition, settings."""

    def __init__(self, desk: Workstation) -> None:
        super().__init__(desk, "SpineDCEStudy.ui")
        ui = self.ui
        self._items: list[Any] = []
        self.on(ui.sampleButton, "clicked()", self.open_sample)
        self.on(ui.clearButton, "clicked()", self.ask_to_clear)
        self.selectors = {
            f"{name}{use}": node_selector(getattr(ui, f"{name}{use}Holder"), kinds)
            for name in VISITS
            for use, kinds in _KINDS.items()
        }
        for spin, word in (("T10Spin", "T10"), ("r1Spin", "r1"), ("HctSpin", "Hct")):
            getattr(ui, spin).toolTip = words.EXPLAINED[word]
        for name in VISITS:
            use, folder = (getattr(ui, f"{name}{kind}Button") for kind in ("Use", "Folder"))
            self.on(use, "clicked()", lambda name=name: self.use_nodes(name))
            self.on(folder, "clicked()", lambda name=name: self.choose_folder(name))
            box = getattr(ui, f"{name}Box")
            box.acceptDrops = True
            drop = _Drop(box)
            drop.take = lambda path, name=name: self.open_folder(name, path)
            box.installEventFilter(drop)
        for spin in _NUMBERS:
            self.on(
                getattr(ui, spin), "valueChanged(double)",
                lambda value, spin=spin: self.set_number(spin, value),
            )  # fmt: skip
        self.on(ui.baselineSpin, "valueChanged(int)", self.set_baseline)
        self.on(ui.intervalSpin, "valueChanged(double)", self.set_interval)
        self.on(ui.fieldSpin, "valueChanged(double)", self.set_field)
        self.on(ui.timesTable, "itemChanged(QTableWidgetItem*)", self.set_time)
        self.on(ui.signalCombo, "currentIndexChanged(int)", self.set_signal)
        self.on(ui.T1SourceCombo, "currentIndexChanged(int)", self.set_T1_source)
        self.on(ui.modelCombo, "currentIndexChanged(int)", self.set_model)
        for check, setting in _STEPS_BEFORE.items():
            self.on(
                getattr(ui, check), "toggled(bool)",
                lambda on, setting=setting: self.set_step_before(*setting, on),
            )  # fmt: skip
        self.on(ui.computeButton, "clicked()", lambda: self.desk.make())

    # -- opening --------------------------------------------------------------------------------

    def open_sample(self) -> None:
        """Make the sample patient where it was not made before, and open both visits."""
        logic = self.desk.logic
        folders = self.desk.jobs.run(texts.SAMPLE, logic.make_sample)
        self.desk.open({name: folders[name] for name in VISITS})

    def choose_folder(self, name: str) -> None:
        """Ask for a folder and open it."""
        path = qt.QFileDialog.getExistingDirectory(
            slicer.util.mainWindow(), texts.CHOOSE_FOLDER, ""
        )
        if path:
            self.open_folder(name, path)

    def open_folder(self, name: str, path: str | Path) -> None:
        """Open a study, a folder or a file, as one of the visits."""
        self.desk.open({name: Path(path)})

    def use_nodes(self, name: str) -> None:
        """Take the chosen nodes of the scene as one of the visits."""
        sequence, anatomy = (self.selectors[f"{name}{use}"].currentNode() for use in _KINDS)
        if sequence is None:
            raise InputError(texts.CHOOSE_SEQUENCE)
        visit = getattr(self.desk.workplace, name)
        visit.set_nodes(sequence, anatomy)
        self.desk.opened([visit])

    def ask_to_clear(self) -> None:
        """Remove everything, if the user means it."""
        if slicer.util.confirmOkCancelDisplay(texts.CLEAR_QUESTION, windowTitle=texts.TITLE):
            self.desk.clear()

    # -- changing -------------------------------------------------------------------------------

    def change(self, **groups: dict[str, Any]) -> None:
        """Change settings: of both visits, but for what belongs to one."""
        own = all(group in _OWN for group in groups)
        for visit in [self.visit] if own else self.desk.visits:
            visit.change(**groups)
        self.desk.refresh()

    def set_number(self, spin: str, value: float) -> None:
        """A setting as it was typed; 0 leaves it to the files or the program."""
        group, name, factor = _NUMBERS[spin]
        given = None if value <= 0 and name != "Hct" else value / factor
        self.change(**{group: {name: given}})

    def set_baseline(self, frames: int) -> None:
        self.change(concentration={"baseline_frames": frames or None})

    def set_signal(self, _index: int) -> None:
        self.change(concentration={"signal": chosen(self.ui.signalCombo)})

    def set_T1_source(self, _index: int) -> None:
        key = chosen(self.ui.T1SourceCombo)
        self.change(concentration={"T1_source": key or None})

    def set_model(self, _index: int) -> None:
        self.change(fit={"model": chosen(self.ui.modelCombo)})

    def set_step_before(self, step: str, name: str, values: tuple[Any, Any], on: bool) -> None:
        """Switch a step before conversion on or off."""
        present = getattr(self.visit.settings.preprocessing, step)
        self.change(preprocessing={step: replace(present, **{name: values[on]})})

    def set_interval(self, seconds: float) -> None:
        if seconds > 0 and self.visit.analysis is not None:
            count = self.visit.analysis.study.dynamic.n_frames
            self.visit.correct(times=[i * seconds for i in range(count)])
            self.visit.change(reading={"frame_interval": seconds})
            self.desk.refresh()

    def set_time(self, item: Any) -> None:
        """One frame time was typed."""
        times = self.visit.analysis.study.dynamic.times.copy()
        try:
            times[item.column()] = float(item.text().replace(",", "."))
            self.visit.correct(times=times)
        except ValueError as error:
            raise InputError(str(error)) from None
        finally:
            self.desk.refresh()

    def set_field(self, tesla: float) -> None:
        if tesla > 0 and self.visit.analysis is not None:
            self.visit.correct(field_strength=tesla)
            self.desk.refresh()

    # -- showing --------------------------------------------------------------------------------

    def fill(self) -> None:
        workplace = self.desk.workplace
        for name in VISITS:
            visit = getattr(workplace, name)
            state = texts.NO_STUDY
            if visit.analysis is not None:
                self.selectors[f"{name}Sequence"].setCurrentNode(visit.sequence)
                self.selectors[f"{name}Anatomy"].setCurrentNode(visit.anatomy)
                dynamic = visit.analysis.study.dynamic
                k, j, i = dynamic.geometry.shape
                state = texts.STUDY.format(
                    frames=dynamic.n_frames, columns=i, rows=j, sections=k,
                    description=dynamic.acquisition.description or dynamic.source.format,
                )  # fmt: skip
            getattr(self.ui, f"{name}StateLabel").text = state
        self.ui.clearButton.enabled = bool(self.desk.visits)
        opened = self.visit.analysis is not None
        for box in (self.ui.acquisitionBox, self.ui.settingsBox):
            box.visible = opened
        if opened:
            self._fill_acquisition()
            self._fill_settings()

    def _fill_acquisition(self) -> None:
        ui, analysis = self.ui, self.visit.analysis
        dynamic, reading = analysis.study.dynamic, self.visit.settings.reading
        acquisition, times = dynamic.acquisition, dynamic.times
        ui.framesLabel.text = texts.FRAMES.format(
            count=dynamic.n_frames, duration=f"{times[-1] - times[0]:.0f}"
        )
        ui.intervalSpin.value = 0
        ui.timesOriginLabel.text = dynamic.time_origin
        ui.timesOriginLabel.toolTip = "\n".join(dynamic.notes)
        self._items = fill_table(
            ui.timesTable, [str(i + 1) for i in range(times.size)], [[f"{t:.2f}" for t in times]]
        )
        ui.timesTable.setEditTriggers(qt.QAbstractItemView.AllEditTriggers)
        for name, present, scale in (("TR", analysis.TR, 1000.0), ("FA", analysis.FA, 1.0)):
            getattr(ui, f"{name}Spin").value = 0 if present is None else present * scale
            by_hand = getattr(reading, name) is not None
            origin = texts.BY_HAND if by_hand else texts.FILES_SAY
            getattr(ui, f"{name}OriginLabel").text = texts.UNKNOWN if present is None else origin
        TE, field = acquisition.TE, acquisition.field_strength
        ui.TELabel.text = texts.UNKNOWN if TE is None else f"{TE * 1000:.3g} ms"
        ui.fieldSpin.value = field or 0
        ui.fieldOriginLabel.text = texts.UNKNOWN if field is None else texts.FILES_SAY

    def _fill_settings(self) -> None:
        ui, settings = self.ui, self.visit.settings
        for spin, (group, name, factor) in _NUMBERS.items():
            if group not in _OWN:
                value = getattr(getattr(settings, group), name)
                getattr(ui, spin).value = 0 if value is None else value * factor
        concentration = settings.concentration
        ui.baselineSpin.value = concentration.baseline_frames or 0
        fill_combo(ui.signalCombo, words.SIGNALS, concentration.signal)
        fill_combo(ui.T1SourceCombo, words.T1_SOURCES, concentration.T1_source or "")
        fill_combo(ui.modelCombo, words.MODELS, settings.fit.model)
        for check, (step, name, (off, _on)) in _STEPS_BEFORE.items():
            present = getattr(settings.preprocessing, step)
            getattr(ui, check).checked = getattr(present, name) != off
        ui.computeButton.enabled = any(visit.is_stale for visit in self.desk.visits)


class _Drop(qt.QObject):
    """Takes a folder or file that is dropped onto a widget."""

    take = None

    def eventFilter(self, _watched: Any, event: Any) -> bool:
        kind = event.type()
        if kind in (qt.QEvent.DragEnter, qt.QEvent.DragMove) and event.mimeData().hasUrls():
            event.acceptProposedAction()
            return True
        if kind == qt.QEvent.Drop and event.mimeData().hasUrls():
            event.acceptProposedAction()
            path = event.mimeData().urls()[0].toLocalFile()
            # Reading takes a while: let the program that is dragged from go on at once.
            qt.QTimer.singleShot(0, lambda: self.take(path))
            return True
        return False
