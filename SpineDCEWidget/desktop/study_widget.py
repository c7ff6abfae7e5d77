"""Step 1: the studies, their acquisition, and the settings of the analysis."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import qt
import slicer
from SpineDCELib.errors import InputError
from SpineDCELib.settings import value_at

from SpineDCEWidget.desktop import desktop_wording as texts
from SpineDCEWidget.desktop.step_widget import Panel, chosen, fill_combo, fill_table, node_selector
from SpineDCEWidget.shared import wording as words
from SpineDCEWidget.shared.session import SHOWN_VISITS

if TYPE_CHECKING:
    from SpineDCEWidget.desktop.module_panel import Workstation

#: Visit → beginning of its widgets' names.
_WIDGETS = dict(zip(SHOWN_VISITS, ("baseline", "followUp"), strict=True))
_KINDS = {
    "Sequence": ["vtkMRMLSequenceNode", "vtkMRMLMultiVolumeNode"],
    "Anatomy": ["vtkMRMLScalarVolumeNode"],
}
#: Spin box → path of the setting, and how many of its units the shown one is.
_NUMBERS = {
    "T10Spin": ("concentration.T10", 1000.0),
    "muscleT10Spin": ("concentration.muscle_T10", 1000.0),
    "r1Spin": ("concentration.r1", 1.0),
    "HctSpin": ("aif.Hct", 100.0),
    "bloodT10Spin": ("aif.blood_T10", 1000.0),
}
#: The same of what the files say and a person may correct.
_CORRECTIONS = {
    "TRSpin": ("reading.TR", 1000.0),
    "FASpin": ("reading.FA", 1.0),
    "fieldSpin": ("reading.field_strength", 1.0),
    "intervalSpin": ("reading.frame_interval", 1.0),
}
#: Combo box → path of the setting.
_CHOICES = {
    "signalCombo": "concentration.signal",
    "T1SourceCombo": "concentration.T1_source",
    "modelCombo": "fit.model",
}
#: Check box → path of the setting, and its values when it is off and on.
_PREPROCESSING = {
    "motionCheck": ("preprocessing.motion.on", (False, True)),
    "spatialCheck": ("preprocessing.space.method", ("off", "gaussian")),
    "temporalCheck": ("preprocessing.time.on", (False, True)),
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
            f"{name}{use}": node_selector(getattr(ui, f"{widget}{use}Holder"), kinds)
            for name, widget in _WIDGETS.items()
            for use, kinds in _KINDS.items()
        }
        for spin, word in (
            ("T10Spin", "T10"),
            ("muscleT10Spin", "muscle_T10"),
            ("r1Spin", "r1"),
            ("HctSpin", "Hct"),
        ):
            getattr(ui, spin).toolTip = words.EXPLAINED[word]
        for name, widget in _WIDGETS.items():
            use, folder = (getattr(ui, f"{widget}{kind}Button") for kind in ("Use", "Folder"))
            self.on(use, "clicked()", lambda name=name: self.use_nodes(name))
            self.on(folder, "clicked()", lambda name=name: self.choose_folder(name))
            box = getattr(ui, f"{widget}Box")
            box.acceptDrops = True
            drop = _Drop(box)
            drop.take = partial(self.open_folder, name)
            box.installEventFilter(drop)
        for spins, action in ((_NUMBERS, self.set_number), (_CORRECTIONS, self.set_correction)):
            for spin in spins:
                self.on(
                    getattr(ui, spin), "valueChanged(double)",
                    lambda value, spin=spin, action=action: action(spin, value),
                )  # fmt: skip
        self.on(ui.baselineSpin, "valueChanged(int)", self.set_baseline)
        self.on(ui.timesTable, "itemChanged(QTableWidgetItem*)", self.set_time)
        for combo in _CHOICES:
            self.on(
                getattr(ui, combo), "currentIndexChanged(int)",
                lambda _index, combo=combo: self.set_choice(combo),
            )  # fmt: skip
        for check in _PREPROCESSING:
            self.on(
                getattr(ui, check), "toggled(bool)",
                lambda on, check=check: self.set_preprocessing(check, on),
            )  # fmt: skip
        self.on(ui.computeButton, "clicked()", lambda: self.desk.compute())

    # -- opening --------------------------------------------------------------------------------

    def open_sample(self) -> None:
        """Compute the sample patient if that was not done yet, and open both visits."""
        folders = self.desk.jobs.run(texts.SAMPLE, self.desk.logic.make_sample)
        self.desk.open(dict(zip(SHOWN_VISITS, folders.values(), strict=True)))

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
        self.desk.opened([self.desk.session.open_nodes(name, sequence, anatomy)])

    def ask_to_clear(self) -> None:
        """Remove everything, if the user means it."""
        if slicer.util.confirmOkCancelDisplay(texts.CLEAR_QUESTION, windowTitle=texts.TITLE):
            self.desk.clear()

    # -- changing -------------------------------------------------------------------------------

    def choose(self, path: str, value: Any) -> None:
        """Change a setting: of the visit in hand, or of all visits if it is common."""
        self.desk.session.choose(self.visit, {path: value})
        self.desk.refresh()

    def correct(self, path: str, value: Any) -> None:
        """Correct what the files of the visit in hand say."""
        try:
            job = self.desk.session.correct(self.visit, {path: value})
            title = texts.READING.format(visit=self.visit.name)
            job.finish(self.desk.jobs.run(title, job.run))
        finally:
            self.desk.refresh()

    def set_number(self, spin: str, value: float) -> None:
        """Take a setting as it was typed; 0 leaves it to the program."""
        path, factor = _NUMBERS[spin]
        self.choose(path, None if value <= 0 and path != "aif.Hct" else value / factor)

    def set_correction(self, spin: str, value: float) -> None:
        """Take a correction as it was typed; 0 uses what the files say."""
        path, factor = _CORRECTIONS[spin]
        self.correct(path, None if value <= 0 else value / factor)

    def set_choice(self, combo: str) -> None:
        """Take the chosen item of a combo box."""
        self.choose(_CHOICES[combo], chosen(getattr(self.ui, combo)) or None)

    def set_baseline(self, frames: int) -> None:
        """Set the number of baseline frames; 0 finds them."""
        self.choose("concentration.baseline_frames", frames or None)

    def set_preprocessing(self, check: str, on: bool) -> None:
        """Switch a preprocessing step on or off."""
        path, values = _PREPROCESSING[check]
        self.choose(path, values[on])

    def set_time(self, item: Any) -> None:
        """Take one frame time as it was typed."""
        times = self.visit.needed().study.dynamic.times.tolist()
        try:
            times[item.column()] = float(item.text().replace(",", "."))
        except ValueError:
            self.desk.refresh()
            raise InputError(texts.NO_NUMBER, code="not_a_number") from None
        self.correct("reading.frame_times", tuple(times))

    # -- showing --------------------------------------------------------------------------------

    def fill(self) -> None:
        for name, widget in _WIDGETS.items():
            visit = self.desk.session.visit(name)
            state = texts.NO_STUDY
            if visit.analysis is not None:
                self.selectors[f"{name}Sequence"].setCurrentNode(visit.sequence)
                self.selectors[f"{name}Anatomy"].setCurrentNode(visit.anatomy)
                dynamic = visit.analysis.study.dynamic
                k, j, i = dynamic.geometry.shape
                state = texts.STUDY.format(
                    frames=dynamic.n_frames, columns=i, rows=j, slices=k,
                    description=dynamic.acquisition.description or dynamic.source.format,
                )  # fmt: skip
            getattr(self.ui, f"{widget}StateLabel").text = state
            getattr(self.ui, f"{widget}Box").title = visit.title
        self.ui.clearButton.enabled = bool(self.desk.visits)
        opened = self.visit.analysis is not None
        for box in (self.ui.acquisitionBox, self.ui.settingsBox):
            box.visible = opened
        if opened:
            self._fill_acquisition()
            self._fill_settings()

    def _fill_acquisition(self) -> None:
        ui, analysis = self.ui, self.visit.analysis
        dynamic = analysis.study.dynamic
        acquisition, times = dynamic.acquisition, dynamic.times
        ui.framesLabel.text = texts.FRAMES.format(
            count=dynamic.n_frames, duration=f"{times[-1] - times[0]:.0f}"
        )
        own = self.visit.state.own
        ui.intervalSpin.value = own.get("reading.frame_interval") or 0
        ui.timesOriginLabel.text = dynamic.time_origin
        ui.timesOriginLabel.toolTip = "\n".join(dynamic.notes)
        self._items = fill_table(
            ui.timesTable, [str(i + 1) for i in range(times.size)], [[f"{t:.2f}" for t in times]]
        )
        ui.timesTable.setEditTriggers(qt.QAbstractItemView.AllEditTriggers)
        for name, present, scale in (("TR", analysis.TR, 1000.0), ("FA", analysis.FA, 1.0)):
            getattr(ui, f"{name}Spin").value = 0 if present is None else present * scale
            by_hand = own.get(f"reading.{name}") is not None
            origin = texts.BY_HAND if by_hand else texts.FILES_SAY
            getattr(ui, f"{name}OriginLabel").text = texts.UNKNOWN if present is None else origin
        TE, field = acquisition.TE, acquisition.field_strength
        ui.TELabel.text = texts.UNKNOWN if TE is None else f"{TE * 1000:.3g} ms"
        ui.fieldSpin.value = field or 0
        by_hand = own.get("reading.field_strength") is not None
        origin = texts.BY_HAND if by_hand else texts.FILES_SAY
        ui.fieldOriginLabel.text = texts.UNKNOWN if field is None else origin

    def _fill_settings(self) -> None:
        ui, settings = self.ui, self.visit.settings
        for spin, (path, factor) in _NUMBERS.items():
            value = value_at(settings, path)
            getattr(ui, spin).value = 0 if value is None else value * factor
        concentration = settings.concentration
        ui.baselineSpin.value = concentration.baseline_frames or 0
        fill_combo(ui.signalCombo, words.SIGNALS, concentration.signal)
        fill_combo(ui.T1SourceCombo, words.T1_SOURCES, concentration.T1_source or "")
        fill_combo(ui.modelCombo, words.MODELS, settings.fit.model)
        for check, (path, (off, _on)) in _PREPROCESSING.items():
            getattr(ui, check).checked = value_at(settings, path) != off
        ui.computeButton.enabled = any(not visit.is_current for visit in self.desk.visits)


class _Drop(qt.QObject):
    """Takes a folder or file that is dropped onto a widget."""

    take: Callable[[str], None]

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
