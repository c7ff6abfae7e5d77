"""Step 1: the studies, their acquisition, and the settings."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import qt
import slicer
from SpineDCELib.errors import InputError
from SpineDCELib.run.inputs import read_regions, read_roles
from SpineDCELib.run.patient_visits import FoundVisit, treatments_of_patient, visits_of_patient
from SpineDCELib.series import DynamicChoice, dynamic_choices, scan_study
from SpineDCELib.series.excluded_frames import kept_frames
from SpineDCELib.settings import FORM, Settings, value_at

from SpineDCEWidget.desktop import desktop_wording as texts
from SpineDCEWidget.desktop.archive_widget import ArchivePanel
from SpineDCEWidget.desktop.step_widget import (
    Panel,
    fill_combo,
    fill_table,
    left_out,
    node_selector,
    selected_value,
)
from SpineDCEWidget.shared import wording as words
from SpineDCEWidget.shared.received_studies import review, unreviewed_visits
from SpineDCEWidget.shared.session import SHOWN_VISITS, course_visit_names
from SpineDCEWidget.shared.shown_series import USE as OTHER_SERIES
from SpineDCEWidget.shared.study_opening import (
    choice_facts,
    choice_title,
    open_images,
    reading_of,
    reading_of_visit,
    reading_settings,
)

if TYPE_CHECKING:
    from SpineDCEWidget.desktop.module_panel import Workstation

#: Row of the views → prefix of the names of its widgets.
_WIDGETS = dict(zip(SHOWN_VISITS, ("baseline", "followUp"), strict=True))
_KINDS = {
    "Sequence": ["vtkMRMLSequenceNode", "vtkMRMLMultiVolumeNode"],
    "Anatomy": ["vtkMRMLScalarVolumeNode"],
}
#: Spin box → setting.
_NUMBERS = {
    "T10Spin": "concentration.T10",
    "muscleT10Spin": "concentration.muscle_T10",
    "r1Spin": "concentration.r1",
    "bloodT10Spin": "aif.blood_T10",
    "r2Spin": "aif.r2",
    "HctSpin": "aif.Hct",
    "doseSpin": "contrast.dose",
    "rateSpin": "contrast.rate",
    "concentrationSpin": "contrast.concentration",
    "footprintSpin": "reading.footprint",
}
_COUNTS = {"baselineSpin": "concentration.baseline_frames"}
#: Spin box → what is read from the files and can be corrected.
_CORRECTIONS = {
    "TRSpin": "reading.TR",
    "FASpin": "reading.FA",
    "fieldSpin": "reading.field_strength",
    "intervalSpin": "reading.frame_interval",
}
_EXCLUDED, _DISPLACED = "reading.excluded_frames", "reading.displaced"
#: Combo box → setting.
_CHOICES = {
    "signalCombo": "concentration.signal",
    "T1SourceCombo": "concentration.T1_source",
    "modelCombo": "fit.model",
    "agentCombo": "contrast.agent",
    "spatialCombo": "preprocessing.space.method",
}
#: Check box → setting.
_SWITCHES = {
    "motionCheck": "preprocessing.motion.on",
    "temporalCheck": "preprocessing.time.on",
    "implausibleCheck": "reading.accept_implausible",
    "skipInvalidCheck": "reading.skip_invalid",
}


class StudyPanel(Panel):
    """Panel of step 1."""

    def __init__(self, desk: Workstation) -> None:
        super().__init__(desk, "SpineDCEStudy.ui")
        ui = self.ui
        self._items: list[Any] = []
        self.archive = ArchivePanel(desk, self.open_folder)
        ui.archiveHolder.layout().addWidget(self.archive.widget)
        #: Visit → a study that holds several dynamic series, until one is chosen.
        self._found: dict[str, tuple[Path, tuple[DynamicChoice, ...]]] = {}
        self.on(ui.sampleButton, "clicked()", self.open_sample)
        self.on(ui.patientButton, "clicked()", self.choose_patient)
        self.on(ui.furtherButton, "clicked()", self.choose_further)
        self.on(ui.clearButton, "clicked()", self.ask_to_close)
        self.selectors = {
            f"{name}{use}": node_selector(
                f"{widget}{use}", getattr(ui, f"{widget}{use}Holder"), kinds
            )
            for name, widget in _WIDGETS.items()
            for use, kinds in _KINDS.items()
        }
        for name, widget in _WIDGETS.items():
            use, folder = (getattr(ui, f"{widget}{kind}Button") for kind in ("Use", "Folder"))
            self.on(use, "clicked()", lambda name=name: self.use_nodes(name))
            self.on(folder, "clicked()", lambda name=name: self.choose_folder(name))
            combo = f"{widget}ReadingCombo"
            self.describe_setting(combo, "reading.series")
            self.on(
                getattr(ui, combo), "currentIndexChanged(int)",
                lambda index, name=name: self.choose_reading(name, index),
            )  # fmt: skip
            box = getattr(ui, f"{widget}Box")
            box.acceptDrops = True
            drop = _DropFilter(box)
            drop.open = partial(self._open_dropped, name)
            box.installEventFilter(drop)
        for spins, set_value in ((_NUMBERS, self.set_number), (_CORRECTIONS, self.set_correction)):
            for spin, path in spins.items():
                self.describe_setting(spin, path)
                self.on(
                    getattr(ui, spin), "valueChanged(double)",
                    lambda value, path=path, set_value=set_value: set_value(path, value),
                )  # fmt: skip
        for spin, path in _COUNTS.items():
            self.describe_setting(spin, path)
            self.on(
                getattr(ui, spin), "valueChanged(int)",
                lambda count, path=path: self.choose(path, count or None),
            )  # fmt: skip
        for combo, path in _CHOICES.items():
            self.describe_setting(combo, path)
            self.on(
                getattr(ui, combo), "currentIndexChanged(int)",
                lambda _index, combo=combo, path=path: self.choose(
                    path, selected_value(getattr(ui, combo)) or None
                ),
            )  # fmt: skip
        for check, path in _SWITCHES.items():
            self.describe_setting(check, path)
            self.on(
                getattr(ui, check), "toggled(bool)", lambda on, path=path: self.choose(path, on)
            )
        self.describe_setting("displacedCombo", _DISPLACED)
        self.on(
            ui.displacedCombo, "currentIndexChanged(int)",
            lambda _index: self.correct(_DISPLACED, selected_value(ui.displacedCombo)),
        )  # fmt: skip
        self.label_setting("excludedEdit", _EXCLUDED)
        ui.excludedEdit.toolTip = words.setting_help(_EXCLUDED)
        self.on(ui.excludedEdit, "editingFinished()", self.set_excluded)
        self.label_setting("timesTable", "reading.frame_times")
        self.on(ui.timesTable, "itemChanged(QTableWidgetItem*)", self.set_time)
        self.on(ui.computeButton, "clicked()", lambda: self.desk.compute())
        self.on(ui.swapButton, "clicked()", self.swap)
        self.on(ui.acceptButton, "clicked()", self.accept)
        self.on(ui.reviewButton, "clicked()", self.review)
        self.label_setting("T1MapEdit", "inputs.T1_map")
        ui.T1MapEdit.toolTip = words.setting_help("inputs.T1_map")
        self.on(ui.T1MapEdit, "currentPathChanged(QString)", self.take_T1_map)
        # An emptied field is no valid path, and says nothing but that.
        self.on(
            ui.T1MapEdit, "validInputChanged(bool)",
            lambda _valid: self.take_T1_map(ui.T1MapEdit.currentPath),
        )  # fmt: skip

    # -- opening --------------------------------------------------------------------------------

    def open_sample(self) -> None:
        """Open both visits of the sample patient; compute them first if necessary."""
        self._found.clear()
        folders = self.desk.jobs.run(texts.SAMPLE, self.desk.logic.make_sample)
        self.desk.open(dict(zip(SHOWN_VISITS, folders.values(), strict=True)))

    def choose_patient(self) -> None:
        """Ask for the folder of a patient and open its visits."""
        path = self._ask_for_folder(texts.CHOOSE_PATIENT)
        if path:
            self.open_patient(path)

    def open_patient(self, path: str | Path) -> None:
        """Open every study in a patient's folder as a visit, in the order of their dates.

        Visits that are open are closed first, if the user confirms it. Regions in the folder of a
        visit are loaded; a visit without any gets those of the last visit before it, as from the
        command line. One visit is computed before the next is read, so that no two are in memory
        as a whole. One that cannot be computed, because its artery is not trusted, for example,
        does not keep the others from being opened.

        Raises:
            InputError: there is no visit in the folder, or one could not be read or computed.
        """
        desk, session, folder = self.desk, self.desk.session, Path(path)
        found = desk.jobs.run(
            texts.LOOKING_FOR_VISITS,
            lambda progress: visits_of_patient(
                folder, Settings(), one_patient=True, progress=progress
            ),
        )
        if session.visits and not self.ask_to_close():
            return
        opened: list[Any] = []
        problems: list[tuple[Any, InputError]] = []
        with session.opening(len(found)):
            for name, one in zip(course_visit_names(len(found)), found, strict=True):
                visit = self._open_visit(name, one)
                opened.append(visit)
                try:
                    desk.compute([visit])
                except InputError as error:
                    problems.append((visit, error))
        for visit in opened:
            if session.course.source_of(visit) is not None:
                desk.regions.carry(visit)
        events = desk.jobs.run(
            texts.LOOKING_FOR_TREATMENTS, lambda _progress: treatments_of_patient(folder)
        )
        session.course.add_events(events)
        desk.show_visit(session.in_order[-1].name)
        if problems:
            # The error of one visit among others names it already.
            said = [(visit.shown_label, visit.problem or str(one)) for visit, one in problems]
            _visit, first = problems[0]
            raise InputError(words.said_of_visits(said), code=first.code, about=first.about)

    def _open_visit(self, name: str, found: FoundVisit) -> Any:
        """Read one visit of a patient with its regions, and show it."""
        desk, inputs, reading = self.desk, found.given.inputs, reading_of_visit(found)
        title = words.READING.format(visit=words.translated(desk.session.visit(name).word))
        read = partial(open_images, inputs.study, reading_settings(reading))
        images = desk.jobs.run(title, read)
        with desk.changing(title):
            visit = desk.session.open(name, images, study=inputs.study, reading=reading)
        desk.views.reset_orientations()
        desk.refresh()
        if inputs.roi:
            geometry = visit.needed().study.dynamic.geometry
            resample = visit.settings.reading.resample_regions
            masks = desk.jobs.run(
                texts.LOADING_REGIONS,
                lambda _progress: read_regions(inputs.roi, geometry, resample=resample),
            )
            desk.session.load_regions(visit, masks, read_roles(inputs.roi))
            desk.session.take_drawn_aorta(visit)
        return visit

    def choose_further(self) -> None:
        """Ask for the folder of a further study and open it as one more visit."""
        path = self._ask_for_folder(texts.CHOOSE_FOLDER)
        if path:
            [name] = self.desk.session.free_names()
            self.open_folder(name, path)

    def _ask_for_folder(self, title: str) -> str:
        window = slicer.util.mainWindow()
        return str(qt.QFileDialog.getExistingDirectory(window, title, ""))

    def choose_folder(self, name: str) -> None:
        """Ask for a folder and open it as the visit of a row."""
        path = self._ask_for_folder(texts.CHOOSE_FOLDER)
        if path:
            self.open_folder(self.desk.session.in_row(name).name, path)

    def _open_dropped(self, name: str, path: str) -> None:
        self.open_folder(self.desk.session.in_row(name).name, path)

    def open_folder(self, name: str, path: str | Path) -> None:
        """Open a study, a folder or a file, as one of the visits.

        Raises:
            InputError: it could not be read, or a dynamic series must be chosen first.
        """
        self._found.pop(name, None)
        try:
            self.desk.open({name: Path(path)})
        except InputError as error:
            if error.code == "several_dynamic_series":
                title = words.READING.format(visit=words.translated(name))
                study = self.desk.jobs.run(title, partial(scan_study, path))
                self._found[name] = Path(path), dynamic_choices(study)
                self.desk.refresh()
            raise

    def choose_reading(self, name: str, index: int) -> None:
        """Read a dynamic series of the visit's files, alone or joined with others."""
        if index < 0:
            return
        visit = self.desk.session.in_row(name)
        name = visit.name
        if name in self._found:
            path, choices = found = self._found.pop(name)
            before = visit.analysis
            try:
                self.desk.open({name: path}, reading_of(choices[index]))
            finally:
                if visit.analysis is before:  # another choice may be readable
                    self._found[name] = found
                    self.desk.refresh()
            return
        self.read_with(visit, reading_of(visit.needed().study.choices.dynamic[index]))

    def use_nodes(self, name: str) -> None:
        """Take the chosen nodes of the scene as one of the visits."""
        sequence, anatomy = (self.selectors[f"{name}{use}"].currentNode() for use in _KINDS)
        if sequence is None:
            raise InputError(texts.CHOOSE_SEQUENCE)
        visit = self.desk.session.in_row(name)
        name = visit.name
        if visit.analysis is not None and (sequence, anatomy) == (visit.sequence, visit.anatomy):
            # It is this visit's already; read again, it would lose what only its files say.
            self.desk.compute()
            return
        self._found.pop(name, None)
        title = words.READING.format(visit=words.translated(name))
        with self.desk.opening([name]), self.desk.changing(title, cancellable=True):
            self.desk.session.open_nodes(name, sequence, anatomy)

    def ask_to_close(self) -> bool:
        """Close all visits if the user confirms it; return whether that was so."""
        agreed = slicer.util.confirmOkCancelDisplay(texts.CLOSE_QUESTION, windowTitle=texts.TITLE)
        if agreed:
            self.desk.clear()
        return bool(agreed)

    def swap(self) -> None:
        """Take each study as the other visit."""
        self.desk.swap_visits()

    def accept(self) -> None:
        """Accept what stops the comparison of the two studies."""
        question = self.desk.session.question()
        if question is not None:
            self.desk.session.accept(question.code)
        self.desk.refresh()

    def review(self) -> None:
        """Record that the selected visit, which was analysed automatically, was reviewed."""
        review(self.desk.session, self.visit)
        self.desk.refresh()

    # -- changing -------------------------------------------------------------------------------

    def choose(self, path: str, value: Any) -> None:
        """Change a setting: of the selected visit, or of all visits if it is common."""
        self.desk.session.choose(self.visit, {path: value})
        self.desk.refresh()

    def correct(self, path: str, value: Any) -> None:
        """Correct what was read from the files of the selected visit, or how it was read."""
        self.read_with(self.visit, {path: value})

    def read_with(self, visit: Any, values: Mapping[str, Any]) -> None:
        """Correct the acquisition of a visit, and read its files again if necessary."""
        try:
            job = self.desk.session.correct(visit, values)
            title = words.READING.format(visit=words.translated(visit.name))
            images = self.desk.jobs.run(title, job.run)
            with self.desk.changing(title):
                job.finish(images)
        finally:
            self.desk.refresh()

    def take_T1_map(self, path: str) -> None:
        """Take the T1 map of the selected visit from a file; none if the field is empty."""
        if path == _text(self.visit.T1_map_path) or (path and not Path(path).is_file()):
            return
        try:
            self.desk.session.take_T1_map(self.visit, path or None)
        finally:
            self.desk.refresh()

    def set_number(self, path: str, shown: float) -> None:
        """Set a number as it was typed; the box's lowest leaves an optional one to the program."""
        with self._shown_again():
            self.choose(path, _engine_value(path, shown))

    def set_correction(self, path: str, shown: float) -> None:
        """Set a correction as it was typed; 0 restores the value of the files."""
        with self._shown_again():
            self.correct(path, _engine_value(path, shown))

    @contextmanager
    def _shown_again(self) -> Iterator[None]:
        """Show the value that is in use again where another one is refused."""
        try:
            yield
        except InputError:
            self.desk.refresh()
            raise

    def set_excluded(self) -> None:
        """Exclude the frames whose numbers were typed."""
        text = self.ui.excludedEdit.text
        if text == FORM[_EXCLUDED].text(value_at(self.visit.settings, _EXCLUDED)):
            return  # the focus has left the field
        with self._shown_again():
            numbers = FORM[_EXCLUDED].parse(text)
            kept_frames(self.visit.needed().study.dynamic.n_frames, numbers)
        self.choose(_EXCLUDED, numbers)

    def set_time(self, item: Any) -> None:
        """Set one frame time as it was typed."""
        times = self.visit.needed().study.dynamic.times.tolist()
        try:
            times[item.column()] = float(item.text().replace(",", "."))
        except ValueError:
            self.desk.refresh()
            raise InputError(texts.NO_NUMBER, code="not_a_number") from None
        self.correct("reading.frame_times", tuple(times))

    # -- showing --------------------------------------------------------------------------------

    def fill(self) -> None:
        computed = _not_anatomy(self.desk.session.visits)
        for name, widget in _WIDGETS.items():
            self.selectors[f"{name}Anatomy"].sortFilterProxyModel().hiddenNodeIDs = computed
            visit = self.desk.session.in_row(name)
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
                if visit.anatomy is None:
                    state += f". {texts.NO_T1}"
            self._fill_reading(visit.name, f"{widget}ReadingCombo")
            getattr(self.ui, f"{widget}StateLabel").text = state
            getattr(self.ui, f"{widget}Box").title = visit.shown_title
        self._fill_findings()
        self._fill_review()
        self.archive.refresh()
        self.ui.clearButton.enabled = self.ui.furtherButton.enabled = bool(self.desk.visits)
        self.ui.furtherButton.toolTip = texts.FURTHER if self.desk.visits else words.OPEN_FIRST
        opened = self.visit.analysis is not None
        for box in (self.ui.visitSettingsBox, self.ui.commonSettingsBox):
            box.visible = opened
        if opened:
            self._fill_acquisition()
            self._fill_settings()

    def _fill_reading(self, name: str, control: str) -> None:
        """Show the ways to read a visit's dynamic series, if there are several."""
        combo = getattr(self.ui, control)
        analysis = self.desk.session.visit(name).analysis
        choices, used = self._found.get(name, (None, ()))[1], None
        if not choices and analysis is not None:
            choices, used = analysis.study.choices.dynamic, analysis.study.choices.used
        titles = {str(n): f"{choice_title(c)}: {choice_facts(c)}" for n, c in enumerate(choices)}
        fill_combo(combo, titles, next((str(n) for n, c in enumerate(choices) if c is used), None))
        for widget in (combo, getattr(self.ui, f"{control}Label")):
            widget.visible = len(choices) > 1

    def _fill_findings(self) -> None:
        ui, session = self.ui, self.desk.session
        findings, question = session.findings(), session.question()
        ui.findingFrame.visible = bool(findings)
        ui.findingLabel.text = "\n".join(words.translated(finding.message) for finding in findings)
        reversed_dates = any(f.code == "reversed_dates" for f in findings)
        ui.swapButton.visible = reversed_dates and not session.several
        ui.acceptButton.visible = question is not None

    def _fill_review(self) -> None:
        ui, unreviewed = self.ui, unreviewed_visits(self.desk.session)
        ui.reviewFrame.visible = bool(unreviewed)
        ui.reviewLabel.text = "\n".join(
            texts.UNREVIEWED.format(visit=words.translated(visit.word)) for visit in unreviewed
        )
        ui.reviewButton.visible = self.visit in unreviewed

    def enter(self) -> None:
        self.archive.enter()

    def leave(self) -> None:
        self.archive.leave()

    def close(self) -> None:
        self.archive.close()
        self._found.clear()

    def _fill_acquisition(self) -> None:
        ui, analysis = self.ui, self.visit.analysis
        dynamic = analysis.study.dynamic
        acquisition, times = dynamic.acquisition, dynamic.times
        ui.framesLabel.text = texts.FRAMES.format(
            count=dynamic.n_frames, duration=f"{dynamic.duration:.0f}"
        )
        displaced = analysis.study.choices.displaced
        ui.displacedLabel.text = words.translated(f"{displaced}.")
        for widget in (ui.displacedLabel, ui.displacedCombo, ui.displacedComboLabel):
            widget.visible = bool(displaced)
        fill_combo(
            ui.displacedCombo, words.setting_choices(_DISPLACED),
            value_at(self.visit.settings, _DISPLACED),
        )  # fmt: skip
        own = self.visit.state.own
        ui.intervalSpin.value = own.get("reading.frame_interval") or 0
        ui.timesOriginLabel.text = words.translated(dynamic.time_origin)
        ui.timesOriginLabel.toolTip = "\n".join(map(words.translated, dynamic.notes))
        self._items = fill_table(
            ui.timesTable, [str(i + 1) for i in range(times.size)], [[f"{t:.2f}" for t in times]]
        )
        ui.timesTable.setEditTriggers(qt.QAbstractItemView.AllEditTriggers)
        for name, present, scale in (("TR", analysis.TR, 1000.0), ("FA", analysis.FA, 1.0)):
            getattr(ui, f"{name}Spin").value = 0 if present is None else present * scale
            getattr(ui, f"{name}OriginLabel").text = _origin(present, own.get(f"reading.{name}"))
        TE, field = acquisition.TE, acquisition.field_strength
        ui.TELabel.text = texts.UNKNOWN if TE is None else f"{TE * 1000:.3g} ms"
        ui.fieldSpin.value = field or 0
        ui.T1MapEdit.currentPath = path = _text(self.visit.T1_map_path)
        ui.T1MapOriginLabel.visible = analysis.study.T1_map is not None and not path
        ui.fieldOriginLabel.text = _origin(field, own.get("reading.field_strength"))

    def _fill_settings(self) -> None:
        ui, settings = self.ui, self.visit.settings
        for spin, path in (_NUMBERS | _COUNTS).items():
            field, value = FORM[path], value_at(settings, path)
            getattr(ui, spin).value = left_out(field) if value is None else field.to_shown(value)
        for combo, path in _CHOICES.items():
            choices = words.setting_choices(path)
            fill_combo(getattr(ui, combo), choices, value_at(settings, path))
        for check, path in _SWITCHES.items():
            getattr(ui, check).checked = value_at(settings, path)
        ui.excludedEdit.text = FORM[_EXCLUDED].text(value_at(settings, _EXCLUDED))
        visits = self.desk.session.visits
        ui.computeButton.enabled = any(not visit.is_current for visit in visits)


def _text(path: Path | None) -> str:
    return "" if path is None else str(path)


def _origin(present: float | None, correction: float | None) -> str:
    """Return the words for where a value comes from."""
    if present is None:
        return texts.UNKNOWN
    return texts.FROM_FILES if correction is None else texts.BY_HAND


def _engine_value(path: str, shown: float) -> float | None:
    field = FORM[path]
    value = None if field.optional and shown <= left_out(field) else field.from_shown(shown)
    return None if value is None else float(value)


class _DropFilter(qt.QObject):
    """Event filter that opens a folder or file dropped onto a widget."""

    open: Callable[[str], None]

    def eventFilter(self, _watched: Any, event: Any) -> bool:
        kind = event.type()
        if kind in (qt.QEvent.DragEnter, qt.QEvent.DragMove) and event.mimeData().hasUrls():
            event.acceptProposedAction()
            return True
        if kind == qt.QEvent.Drop and event.mimeData().hasUrls():
            event.acceptProposedAction()
            path = event.mimeData().urls()[0].toLocalFile()
            # Reading takes a while, and the program that the file comes from waits for this call.
            qt.QTimer.singleShot(0, lambda: self.open(path))
            return True
        return False


def _not_anatomy(visits: Sequence[Any]) -> list[str]:
    """Return the IDs of the module's own nodes that are no anatomical images, such as maps."""
    return [
        node.GetID()
        for visit in visits
        for use, node in visit.nodes.of("").items()
        if visit.nodes.is_own(use) and use != "anatomy" and not use.startswith(OTHER_SERIES)
    ]
