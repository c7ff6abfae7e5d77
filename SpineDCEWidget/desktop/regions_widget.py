"""Step 3: drawing of regions by their roles, and rulers."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import qt
import slicer
from SpineDCELib.errors import Cancelled
from SpineDCELib.mrml.region_nodes import add_ruler
from SpineDCELib.run.inputs import read_regions, read_roles
from SpineDCELib.run.stored_drawings import StoredDrawing, stored_drawings
from SpineDCELib.settings import value_at
from SpineDCELib.vocabulary.region_roles import REGION_ROLES, words_of

from SpineDCEWidget.desktop import desktop_wording as texts
from SpineDCEWidget.desktop.chart_updates import show_regions
from SpineDCEWidget.desktop.error_display import guarded
from SpineDCEWidget.desktop.main_loop_jobs import Interrupted
from SpineDCEWidget.desktop.step_widget import FittedTable, Panel, fill_combo, selected_value
from SpineDCEWidget.desktop.view_layouts import SLOTS
from SpineDCEWidget.shared import formatting as shown
from SpineDCEWidget.shared import wording as words
from SpineDCEWidget.shared.stored_regions import add_rulers, drawing_rows

if TYPE_CHECKING:
    from SpineDCEWidget.desktop.module_panel import Workstation

#: Name of a ruler that marks the margin of the bone; the engine knows it by its name.
_MARGIN = "Bone margin"
_EFFECTS = (
    "Paint", "Draw", "Erase", "Scissors", "Threshold", "Margin", "Fill between slices",
    "Islands", "Smoothing", "Grow from seeds",
)  # fmt: skip
_DIAMETER = "BrushRelativeDiameter"
_RESAMPLE, _LEVEL = "reading.resample_regions", "reading.reference_level"
_EDITOR_TAG = "SpineDCE"
#: Delay until a study is searched again where another action came first, ms.
_LATER = 300
#: Priority of an observer that sees a press before the tools of the editor do.
_BEFORE_TOOLS = 20.0


class RegionsPanel(Panel):
    """Panel of step 3: a button for each role, 3D Slicer's segment editor, rulers."""

    def __init__(self, desk: Workstation) -> None:
        super().__init__(desk, "SpineDCERegions.ui")
        ui = self.ui
        self.armed = ""
        #: Ruler whose ends are to be clicked, and the message that says so.
        self._placed: tuple[Any, str] = (None, "")
        #: Region that stands for one that its visit lacks, and the name of that one.
        self._stand_in = ("", "")
        self._timer = desk.timer(0, self.start_drawing)
        self._later = desk.timer(_LATER, self.start_drawing)
        #: Study → regions and lengths that lie beside its images.
        self._stored: dict[Path, list[StoredDrawing]] = {}
        self._stored_table = FittedTable(ui.storedTable, texts.STORED_HEADINGS)
        self._listed: list[StoredDrawing] = []
        #: Views in which a press selects the visit to draw in: interactor and tag of the observer.
        self._pressable: list[tuple[Any, int]] = []
        self.editor = slicer.qMRMLSegmentEditorWidget()
        self._set_up_editor()
        ui.editorHolder.layout().addWidget(self.editor)
        for role in words.DRAWN_ROLES:
            button = getattr(ui, f"{role}Button")
            button.text = words.role_title(role)
            button.toolTip = words.ROLE_HINTS[role]
            colour = qt.QPixmap(12, 12)
            colour.fill(qt.QColor(REGION_ROLES[role].colour))
            button.setIcon(qt.QIcon(colour))
            self.on(button, "clicked()", lambda role=role: self.toggle(role))
        for kind in texts.RULERS:
            button = getattr(ui, f"{kind}Button")
            self.on(button, "clicked()", lambda kind=kind: self.place_ruler(kind))
        self._on_T1 = ui.onAnatomyButton.toolTip
        ui.carryButton.toolTip = texts.NO_SOURCE
        ui.loadStoredButton.toolTip = texts.NEEDS_STORED
        self.on(ui.carryButton, "clicked()", lambda: self.carry(self.visit))
        self.on(ui.fileButton, "clicked()", self.choose_file)
        self.on(ui.storedTable, "itemSelectionChanged()", self.refresh)
        self.on(ui.loadStoredButton, "clicked()", self.load_stored)
        self.describe_setting("resampleCheck", _RESAMPLE)
        self.on(ui.resampleCheck, "toggled(bool)", lambda on: self.choose(_RESAMPLE, on))
        self.describe_setting("levelCombo", _LEVEL)
        self.on(
            ui.levelCombo, "currentIndexChanged(int)",
            lambda _index: self.choose(_LEVEL, selected_value(ui.levelCombo) or None),
        )  # fmt: skip
        self.on(ui.roleCombo, "currentIndexChanged(int)", self.set_role)
        self.on(ui.anotherButton, "clicked()", self.add_another)
        self.editor.connect("currentSegmentIDChanged(QString)", lambda _id: self.refresh())
        for name in ("Anatomy", "Frame"):
            self.on(getattr(ui, f"on{name}Button"), "clicked()", self.set_source)

    def _set_up_editor(self) -> None:
        editor = self.editor
        # The session's undo covers regions; a second history would contradict it.
        editor.undoEnabled = False
        editor.setMRMLScene(slicer.mrmlScene)
        for part in ("SegmentationNodeSelector", "SourceVolumeNodeSelector", "Show3DButton",
                     "SwitchToSegmentationsButton", "SpecifyGeometryButton"):  # fmt: skip
            getattr(editor, f"set{part}Visible")(False)
        editor.setAutoShowSourceVolumeNode(False)
        editor.setEffectNameOrder(_EFFECTS)
        editor.unorderedEffectsVisible = False

    # -- drawing --------------------------------------------------------------------------------

    def toggle(self, role: str) -> None:
        """Arm the brush for a role, or put it down if it is armed for that role."""
        if self.armed == role:
            self.disarm()
        else:
            self.arm(role)

    def arm(self, role: str) -> None:
        """Arm the brush for a role; add a region if there is none."""
        self._attach()
        self._watch_presses()
        self.editor.setCurrentSegmentID(self.desk.session.segment_for(self.visit, role))
        if self.editor.activeEffect() is None:
            self.editor.setActiveEffectByName("Paint")
        self.armed = role
        self.refresh()

    @property
    def selected(self) -> str:
        """Name of the region that is selected in the editor's list; "" if there is none."""
        node, identity = self.visit.segmentation, self.editor.currentSegmentID()
        segment = node.GetSegmentation().GetSegment(identity) if node and identity else None
        return "" if segment is None else str(segment.GetName())

    def set_role(self, _index: int) -> None:
        """Give the selected region another role."""
        if self.selected:
            role = selected_value(self.ui.roleCombo)
            self.desk.session.set_role(self.visit, self.selected, role)
            if self.armed:  # the brush stays on the region
                self.armed = role if role in words.DRAWN_ROLES else ""
            self.update_numbers()

    def add_another(self) -> None:
        """Add a region of the selected one's role, and arm the brush for it."""
        role = self.visit.state.roles.get(self.selected, "lesion")
        self._attach()
        identity = self.desk.session.segment_for(self.visit, role, another=True)
        self.editor.setCurrentSegmentID(identity)
        self.editor.setActiveEffectByName("Paint")
        self.armed = role
        self.refresh()

    def disarm(self) -> None:
        """Put the brush down."""
        self.armed = ""
        self.editor.setActiveEffect(None)
        self.refresh()

    def scale_brush(self, factor: float) -> None:
        """Multiply the diameter of the brush by a factor."""
        effect = self.editor.activeEffect()
        if effect is not None and effect.name in ("Paint", "Erase"):
            diameter = effect.doubleParameter(_DIAMETER)
            effect.setCommonParameter(_DIAMETER, min(max(diameter * factor, 0.3), 60.0))

    def set_source(self) -> None:
        """Let thresholds and region growing use the T1 image or the dynamic frame."""
        visit = self.visit
        if visit.analysis is not None:
            on_frame = self.ui.onFrameButton.checked or visit.anatomy is None
            self.editor.setSourceVolumeNode(visit.frame if on_frame else visit.anatomy)

    def _attach(self) -> None:
        """Let the editor work on the selected visit, with its own editor node."""
        visit = self.visit
        if visit.analysis is None:
            return
        node = slicer.mrmlScene.GetSingletonNode(_EDITOR_TAG, "vtkMRMLSegmentEditorNode")
        if node is None:
            node = slicer.mrmlScene.CreateNodeByClass("vtkMRMLSegmentEditorNode")
            node.UnRegister(None)
            node.SetSingletonTag(_EDITOR_TAG)
            # An exclusion lies inside the lesion: drawing one must not erase the other.
            node.SetOverwriteMode(node.OverwriteNone)
            # Nor must "Keep largest island" erase a lesion: 3D Slicer's own limit is 1000 voxels.
            node.SetAttribute("Islands.MinimumSize", "2")
            node = slicer.mrmlScene.AddNode(node)
        if self.editor.mrmlSegmentEditorNode() is not node:
            self.editor.setMRMLSegmentEditorNode(node)
        if self.editor.segmentationNode() is not visit.segmentation:
            self.editor.setSegmentationNode(visit.segmentation)
        self.set_source()

    def choose(self, path: str, value: Any) -> None:
        """Change a setting of regions from files."""
        self.desk.session.choose(self.visit, {path: value})
        self.update_numbers()

    def choose_file(self) -> None:
        """Ask for a segmentation file and load its regions."""
        path = qt.QFileDialog.getOpenFileName(
            slicer.util.mainWindow(),
            texts.CHOOSE_REGIONS,
            "",
            "*.nrrd *.nii *.nii.gz *.dcm *.mha *.mhd *.hdr *.img",
        )
        if path:
            self.read_file(path)

    def read_file(self, path: str | Path) -> None:
        """Load the regions of a file; number those whose name is taken."""
        visit = self.visit
        masks = read_regions(
            [str(path)], visit.needed().study.dynamic.geometry,
            resample=visit.settings.reading.resample_regions,
        )  # fmt: skip
        self.desk.session.load_regions(visit, masks, read_roles([str(path)]))
        self.update_numbers()

    def start_drawing(self) -> None:
        """Show numbers and curves, and what lies beside the images of the selected visit."""
        self.update_numbers()
        study = self.visit.study_path
        if study is None or study in self._stored:
            return
        if self.desk.jobs.busy:
            self._later.start()  # again when the job may have ended
            return
        try:
            self._stored[study] = self.desk.jobs.run(
                texts.LOOKING_FOR_REGIONS,
                lambda progress: stored_drawings(study, progress),
                interruptible=True,
            )
        except Interrupted:
            self._later.start()
            return
        except Cancelled:  # by the user: the next visit to this step looks again
            return
        self.refresh()

    def load_stored(self) -> None:
        """Load the selected regions or lengths that lie beside the images of the visit."""
        row = self._stored_table.selected
        if row is None:
            return
        drawing = self._listed[row]
        if drawing.kind == "regions":
            self.read_file(drawing.path)
            return
        add_rulers(self.visit, drawing)
        with self.desk.messages.errors_shown(popup=False):  # one ruler is not a size yet
            self.desk.session.rulers_changed(self.visit)
        self.update_numbers()

    def carry(self, visit: Any) -> None:
        """Carry the regions of the last earlier visit over to a visit, and say what to check."""
        job = self.desk.session.course.carry_job(visit)
        doubts = job.finish(self.desk.jobs.run(texts.CARRYING, job.run))
        self.desk.compute([visit])
        said = texts.CARRIED.format(visit=words.translated(visit.word))
        self.desk.messages.show(" ".join([said, *(f"{doubt}." for doubt in doubts)]))

    # -- updates --------------------------------------------------------------------------------

    def update_numbers(self) -> None:
        """Update numbers and curves after regions were drawn."""
        line = self._placed[0]
        if line is not None and line.GetNumberOfDefinedControlPoints() > 1:
            self._remove_hint()
        visit = self.visit
        if visit.analysis is None:
            return
        if self.desk.jobs.busy:
            self.desk.watch.later()
            return
        self.desk.session.regions_changed(visit)
        self.desk.show_undo()
        if self._can_fit() and not visit.has_numbers:
            title = texts.MEASUREMENTS.format(visit=visit.shown_label)
            with suppress(Cancelled):  # another action, which brings the numbers
                self.desk.fit_regions(visit, title, interruptible=True)
        else:
            show_regions(visit, self._rows())
        self.refresh()
        self.desk.show_step_marks()
        self.desk.views.plot(visit, step=self.desk.step)
        self.desk.views.fit_plots()

    def _can_fit(self) -> bool:
        """Return whether the regions can be fitted as they are drawn now."""
        visit = self.visit
        # Numbers during the drawing of the aorta would compute a new AIF with every stroke.
        draws_aif = visit.settings.aif.source == "mask" and self.armed == "aorta"
        if draws_aif or not visit.maps or not visit.is_ready():
            return False
        voxels = sum(int(mask.sum()) for mask in visit.needed().regions.values())
        # Else the numbers come with the next computation.
        return bool(visit.fits_at_once(voxels))

    def _rows(self) -> list[Any]:
        """Return the numbers of the regions as they are drawn now, where they are known."""
        visit = self.visit
        return visit.region_numbers() if visit.maps and visit.has_numbers else []

    # -- rulers ---------------------------------------------------------------------------------

    def place_ruler(self, kind: str) -> None:
        """Add a ruler whose two ends the user clicks."""
        self.disarm()
        visit = self.visit
        line = add_ruler(visit.nodes)
        if kind == "margin":
            line.SetName(_MARGIN)
        self.desk.watch.update()
        selection = slicer.app.applicationLogic().GetSelectionNode()
        selection.SetReferenceActivePlaceNodeClassName("vtkMRMLMarkupsLineNode")
        selection.SetActivePlaceNodeID(line.GetID())
        interaction = slicer.app.applicationLogic().GetInteractionNode()
        interaction.SetPlaceModePersistence(0)
        interaction.SetCurrentInteractionMode(interaction.Place)
        self._placed = (line, texts.RULER_HINT.format(what=texts.RULERS[kind]))
        self.desk.messages.show(self._placed[1])

    def _remove_hint(self) -> None:
        """Remove the message of a ruler, because it was placed or the step is left."""
        self.desk.messages.remove(self._placed[1])
        self._placed = (None, "")

    # -- showing --------------------------------------------------------------------------------

    def fill(self) -> None:
        ui, visit = self.ui, self.visit
        opened = visit.analysis is not None
        for widget in (ui.drawBox, self.editor, ui.sizeBox):
            widget.enabled = opened
        ui.drawBox.toolTip = "" if opened else words.OPEN_FIRST
        provisional = opened and visit.awaits_proposal
        numbers = shown.region_numbers(self._rows(), provisional=provisional) if opened else {}
        roles = visit.analysis.roles if opened else {}
        drawn = {roles[name] for name in visit.analysis.regions} if opened else set()
        for role in words.DRAWN_ROLES:
            getattr(ui, f"{role}Button").checked = self.armed == role
            label = getattr(ui, f"{role}Number")
            label.text = numbers.get(role, texts.NO_NUMBERS if role in drawn else "–")
            label.toolTip = shown.PROVISIONAL if provisional and role in numbers else ""
        chosen: str | None = visit.state.roles.get(self.selected) if opened else None
        offered: list[str] = [*words.DRAWN_ROLES]
        if chosen is not None and chosen not in offered:
            offered.append(chosen)
        fill_combo(
            ui.roleCombo, {one: words.translated(words_of(one).title) for one in offered}, chosen
        )
        ui.roleCombo.enabled = chosen is not None
        ui.anotherButton.enabled = opened
        self._fill_carry()
        self._fill_stored()
        for widget in (ui.resampleCheck, ui.levelCombo):
            widget.enabled = opened
        if opened:
            ui.resampleCheck.checked = value_at(visit.settings, _RESAMPLE)
            level = value_at(visit.settings, _LEVEL)
            fill_combo(ui.levelCombo, words.setting_choices(_LEVEL), level)
        lacks_T1 = opened and visit.anatomy is None
        ui.onAnatomyButton.enabled = opened and not lacks_T1
        ui.onAnatomyButton.toolTip = texts.NO_T1 if lacks_T1 else self._on_T1
        if lacks_T1:
            ui.onFrameButton.checked = True  # what is in use
        ui.sizeLabel.text = shown.sizes(visit)

    def _fill_carry(self) -> None:
        """Enable the carrying of regions where there are some and the visit has none."""
        visit, button, course = self.visit, self.ui.carryButton, self.desk.session.course
        source = None if visit.analysis is None else course.source_of(visit)
        button.enabled = source is not None
        if source is not None:
            button.toolTip = texts.CARRY.format(visit=words.translated(source.word))
        else:
            button.toolTip = texts.HAS_REGIONS if course.has_own_regions(visit) else texts.NO_SOURCE

    def _fill_stored(self) -> None:
        """List what lies beside the images of the visit."""
        ui, study = self.ui, self.visit.study_path
        found = [] if study is None else self._stored.get(study, [])
        ui.storedFrame.visible = bool(found)
        self._listed = found
        self._stored_table.fill([[row.title, row.about] for row in drawing_rows(found)], found)
        selected = self._stored_table.selected is not None
        ui.loadStoredButton.enabled = selected
        ui.loadStoredButton.toolTip = texts.LOAD_STORED if selected else texts.NEEDS_STORED

    def _watch_presses(self) -> None:
        """Let a tool draw in the visit in whose view the mouse is pressed."""
        self._unwatch_presses()
        for visit in self.desk.visits:
            row = self.desk.session.row_of(visit.name)
            for slot in SLOTS:
                if (view := self.desk.views.slice_widget(visit.name, slot)) is not None:
                    interactor = view.sliceView().interactor()
                    tag = interactor.AddObserver(
                        "LeftButtonPressEvent",
                        guarded(self.desk.messages, partial(self._pressed, row)),
                        _BEFORE_TOOLS,
                    )
                    self._pressable.append((interactor, tag))

    def _unwatch_presses(self) -> None:
        for interactor, tag in self._pressable:
            interactor.RemoveObserver(tag)
        self._pressable.clear()

    def _pressed(self, row: str, interactor: Any, _event: str) -> None:
        """Select the visit under the mouse, with the same tool, before the tool gets the press."""
        effect, session = self.editor.activeEffect(), self.desk.session
        visit = session.in_row(row)
        role = self.armed or self.visit.state.roles.get(self.selected, "")
        if effect is None or not role or visit is self.visit or visit.analysis is None:
            return
        name, selected = str(effect.name), self.selected
        wanted = self._stand_in[1] if selected == self._stand_in[0] else selected
        for one, tag in self._pressable:
            if one is interactor:  # the tool gets the press below, once it is attached
                interactor.GetCommand(tag).SetAbortFlag(1)
        self.desk.select_visit(visit.name)
        self.arm(role)
        self._select_wanted(wanted, role)
        self.editor.setActiveEffectByName(name)
        interactor.InvokeEvent("LeftButtonPressEvent")

    def _select_wanted(self, name: str, role: str) -> None:
        """Select the region that was selected in the other visit.

        A visit that lacks it has selected another one of its role, which stands for it.
        """
        identity = self.visit.segmentation.GetSegmentation().GetSegmentIdBySegmentName(name)
        if identity and self.visit.state.roles.get(name) == role:
            self.editor.setCurrentSegmentID(identity)
        self._stand_in = "" if self.selected == name else self.selected, name

    def enter(self) -> None:
        self._attach()
        self._watch_presses()
        self._timer.start()

    def leave(self) -> None:
        self._unwatch_presses()
        self._timer.stop()
        self._later.stop()
        self._remove_hint()
        self.armed = ""
        self.editor.setActiveEffect(None)
        self.editor.removeViewObservations()
        interaction = slicer.app.applicationLogic().GetInteractionNode()
        if interaction is not None:
            interaction.SetCurrentInteractionMode(interaction.ViewTransform)

    def close_visit(self) -> None:
        if self.editor.segmentationNode() is not None:  # without one, 3D Slicer logs an error
            self.editor.setSourceVolumeNode(None)
            self.editor.setSegmentationNode(None)

    def close(self) -> None:
        self._stored.clear()
        self.close_visit()
        self.editor.setMRMLSegmentEditorNode(None)
        node = slicer.mrmlScene.GetSingletonNode(_EDITOR_TAG, "vtkMRMLSegmentEditorNode")
        if node is not None:
            slicer.mrmlScene.RemoveNode(node)
