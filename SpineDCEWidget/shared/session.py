"""The session under both shells: every action of a person has one rule, here.

Open, correct, choose, draw, compute, compare, export, save, undo and redo. A shell shows the state
and calls this; it keeps no results and no rules.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from SpineDCELib.aif import Selection
from SpineDCELib.aif.curve_file import read_curve_file
from SpineDCELib.aif.manual_selection import (
    selection_from_dict,
    selection_to_dict,
    slice_is_out,
    with_candidate,
    with_slice,
    with_voxel,
)
from SpineDCELib.analysis import Analysis
from SpineDCELib.analysis.explain_voxel import RegionNumbers
from SpineDCELib.analysis.live_refit import refit_slices, region_numbers
from SpineDCELib.compare.common_mode import is_automatic, require_common_mode
from SpineDCELib.compare.compare_visits import (
    Comparison,
    Visit,
    check_pair,
    compare_visits,
    require_vp,
)
from SpineDCELib.course.treatment_events import parse_date
from SpineDCELib.data import Images, Result
from SpineDCELib.errors import Finding, InputError
from SpineDCELib.export.course_files import visit_folders
from SpineDCELib.files.mapped_arrays import SMALLEST
from SpineDCELib.mrml import region_nodes as drawn
from SpineDCELib.mrml import visit_display
from SpineDCELib.mrml.colour_nodes import remove_unused_colours
from SpineDCELib.mrml.grey_values import forget_grey_values
from SpineDCELib.mrml.image_nodes import images_of
from SpineDCELib.mrml.scene_bundles import BundledVisit
from SpineDCELib.mrml.visit_nodes import visit_names
from SpineDCELib.mrml.visit_record import (
    read_record,
    replace_regions,
    replace_rulers,
    write_record,
)
from SpineDCELib.mrml.volume_nodes import forget_images
from SpineDCELib.progress import Progress, silent
from SpineDCELib.run.export_session import FinishedVisit, export_visits
from SpineDCELib.run.inputs import read_T1_map, sizes_of, with_reference
from SpineDCELib.run.prepared_analysis import PreparedAnalysis
from SpineDCELib.run.saved_session import SavedVisit, write_session
from SpineDCELib.run.visit_computation import PROPOSED_DIGITS, Computed, compute_snapshot
from SpineDCELib.series.excluded_frames import kept_frames
from SpineDCELib.series.study_date import study_date
from SpineDCELib.settings import (
    Settings,
    settings_from_dict,
    settings_to_dict,
    with_values,
)
from SpineDCELib.vocabulary.region_roles import SEARCH, words_of
from SpineDCELib.vocabulary.vertebra_levels import with_level
from SpineDCELib.vocabulary.visits import VISITS, VisitLabel

from SpineDCEWidget.shared.action_history import ActionHistory
from SpineDCEWidget.shared.computation import Job
from SpineDCEWidget.shared.course_session import CARRIED, CourseWork
from SpineDCEWidget.shared.patient_identity import name_and_ID, patient_of
from SpineDCEWidget.shared.scene_changes import follow_nodes, read_drawn
from SpineDCEWidget.shared.session_state import (
    SessionState,
    curve_from_dict,
    curve_to_dict,
    drawn_text,
    renamed,
    same_acquisition,
    same_regions,
    same_state,
)
from SpineDCEWidget.shared.setting_scopes import common_values, is_of_a_visit, own_values
from SpineDCEWidget.shared.study_opening import (
    FRAMES_OF,
    READ_WITH,
    as_read,
    corrected,
    open_images,
    read_with,
    with_other_frames,
)
from SpineDCEWidget.shared.undo import UndoHistory
from SpineDCEWidget.shared.visit_session import BASELINE, FOLLOW_UP, VisitSession, VisitState
from SpineDCEWidget.shared.wording import _, remedy, setting_label, setting_text, translated
from SpineDCEWidget.shared.written_report import WrittenReport

T = TypeVar("T")


def _date_of(one: tuple[str, Any]) -> str:
    return one[0]


def course_visit_names(count: int) -> list[str]:
    """Return the names of the visits of a course: baseline, follow-up, follow-up-2 …"""
    further = (f"{FOLLOW_UP}-{number}" for number in range(2, count))
    return [*SHOWN_VISITS, *further][:count]


#: Names of the two visits of a pair, and of the rows in which the windows show two visits.
SHOWN_VISITS: tuple[str, ...] = (BASELINE, FOLLOW_UP)
#: Their folders in an export, as the command line names them.
FOLDERS: dict[str, str] = {role: words.key for role, words in VISITS.items()}
#: Patient of a study whose images name none.
NO_PATIENT = _("Patient not named")
#: Key under which a visit keeps the studies that it was compared with.
COMPARED = "compared"
#: Of a course, few visits are looked at at a time: smaller results lie in files too, bytes.
_SMALLEST_OF_COURSE = 1 << 20
#: Decimals of a shift that was set by hand, s.
SHIFT_DIGITS = 3


def _selection(visit: VisitSession) -> Selection:
    """Return the changes by hand to a visit's artery; without any, the start of such changes.

    What is chosen where the search trusts no artery stays alone.
    """
    if visit.selection is not None:
        return visit.selection
    return Selection("by hand", alone=bool(visit.needed().detection().doubt))


class Session:
    """All visits of a patient in one scene.

    Nodes are touched on the main thread only; long work is a :class:`Job`.

    Args:
        scene: ``vtkMRMLScene``; the visits that it holds are taken up.
        reader: who reads, if it is known from the session before.
    """

    def __init__(self, scene: Any, *, reader: str = "") -> None:
        self.scene = scene
        #: Settings of all visits.
        self.common = Settings()
        self._visits = [VisitSession(scene, BASELINE, BASELINE)]
        self._visits.append(VisitSession(scene, FOLLOW_UP, FOLLOW_UP))
        #: Names of the visits in the rows of the windows.
        self._shown = list(SHOWN_VISITS)
        self.comparison: Comparison | None = None
        #: The visits followed as a course of treatment.
        self.course = CourseWork(self)
        #: Codes of the findings that the user accepted for the visits that are open.
        self.accepted: set[str] = set()
        #: What the last export could not write → the reason.
        self.not_written: dict[str, str] = {}
        self._checked: tuple[object, list[Finding]] | None = None
        self._applying = False
        #: Map → top and look of its scale, also while the model in use has no such map.
        self._scales: dict[str, dict[str, Any]] = {}
        #: Groups of :data:`FURTHER` that computations include.
        self.further: frozenset[str] = frozenset()
        #: Whether three or more visits are being opened.
        self.opens_course = False
        #: What a person is to be told of changes by others in the scene; a shell shows and clears.
        self.notices: list[str] = []
        self.history = UndoHistory(SessionState(self.common))
        #: What persons did, and the report that they wrote.
        self.actions, self.report = ActionHistory(), WrittenReport(self)
        self.report.reader = reader
        for name in visit_names(scene):
            self._restore(self.visit(name))
        self.history.clear(self.state)

    # -- visits ---------------------------------------------------------------------------------

    @property
    def visits(self) -> list[VisitSession]:
        """The visits with a study, in their order."""
        return [visit for visit in self._visits if visit.analysis is not None]

    @property
    def in_order(self) -> list[VisitSession]:
        """The visits with a study, sorted by date where all dates are known."""
        visits = self.visits
        dates = [parse_date(visit.date) for visit in visits]
        if not all(dates):
            return visits
        return [visit for _date, visit in sorted(zip(dates, visits, strict=True), key=_date_of)]

    @property
    def several(self) -> bool:
        """Whether more than two visits are open."""
        return len(self.visits) > 2

    @contextlib.contextmanager
    def opening(self, count: int) -> Iterator[None]:
        """Open this many visits; what is computed of three or more is kept in files."""
        self.opens_course = len(self.visits) + count > 2
        try:
            yield
        finally:
            self.opens_course = False

    @property
    def pair(self) -> tuple[VisitSession, VisitSession]:
        """The two visits that the windows show and compare, the earlier one of a course first."""
        first, second = (self.visit(name) for name in self._shown)
        if self.several:
            order = self.in_order
            if order.index(first) > order.index(second):
                return second, first
        return first, second

    @property
    def shown(self) -> list[VisitSession]:
        """The visits with a study that the windows show, in the order of their rows."""
        visits = (self.visit(name) for name in self._shown)
        return [visit for visit in visits if visit.analysis is not None]

    def in_row(self, row: str) -> VisitSession:
        """Return the visit in a row of the windows, by the row's name."""
        return self.visit(self._shown[SHOWN_VISITS.index(row)])

    def row_of(self, name: str) -> str:
        """Return the row of the windows in which a visit is shown; "" if it is not shown."""
        return SHOWN_VISITS[self._shown.index(name)] if name in self._shown else ""

    def show(self, visit: VisitSession, row: str) -> None:
        """Show a visit in a row of the windows; a visit of the other row changes places with it.

        The comparison of the two visits is that of the course, if it has one.
        """
        place = SHOWN_VISITS.index(row)
        if visit.name in self._shown:
            self._shown[self._shown.index(visit.name)] = self._shown[place]
        self._shown[place] = visit.name
        self.comparison = self.course.comparison_of(self.pair) or self.comparison
        self.show_probability()

    def _arrange(self) -> None:
        """Number the visits of a course, or what is left of one, and show visits that are open."""
        order = self.in_order
        names = [visit.name for visit in order]
        paired = all(name in SHOWN_VISITS for name in names)
        for visit in self._visits:
            visit.number = None if paired or visit not in order else order.index(visit)
            visit.numbered = self.several
        for visit in order:
            about = {"label": visit.label, "date": visit.date, "role": visit.role}
            if visit.nodes.value("visit") != about:
                visit.nodes.keep("visit", about)
                visit.nodes.file_under(visit.patient or NO_PATIENT, visit.title)
        if paired:
            self._shown = list(SHOWN_VISITS)
            return
        if not self.several:
            others = [name for name in reversed(SHOWN_VISITS) if name not in names]
            self._shown = [*names, *others][:2]
            return
        left = [name for name in self._shown if name in names]
        others = [name for name in names if name not in left]
        for place, name in enumerate(self._shown):
            if name not in names and others:
                self._shown[place] = others.pop(-1 if place else 0)

    def visit(self, name: str) -> VisitSession:
        """Return a visit by its name; a further follow-up is added where it is missing."""
        for visit in self._visits:
            if visit.name == name:
                return visit
        self._visits.append(VisitSession(self.scene, name, FOLLOW_UP))
        return self._visits[-1]

    @property
    def state(self) -> SessionState:
        """Everything that a person can change, as it is now."""
        return SessionState(self.common, {visit.name: visit.state for visit in self.visits})

    # -- opening --------------------------------------------------------------------------------

    def free_names(self, count: int = 1) -> list[str]:
        """Return the names of the next visits to be opened, in the order of a course."""
        taken = {visit.name for visit in self.visits}
        names = course_visit_names(len(taken) + count)
        return [name for name in names if name not in taken][:count]

    def open(
        self,
        name: str,
        images: Images,
        *,
        study: str | Path | None = None,
        reading: Mapping[str, Any] | None = None,
        saved: SavedVisit | None = None,
        prepared: PreparedAnalysis | None = None,
        noted: bool = True,
        patient: str = "",
    ) -> VisitSession:
        """Show a study as one of the visits, with what was drawn and chosen on it earlier.

        Args:
            study: the folder or file that it was read from.
            reading: what was chosen of the way in which it was read: path → value.
            saved: earlier work on this study.
            prepared: what was computed of it earlier; ``images`` are its images then.
            noted: the history says that it was opened.
            patient: whose images these are, if no file of them says so.

        Raises:
            InputError: the work was done on another series; nothing has changed.
        """
        geometry = images.dynamic.geometry
        if saved is not None and saved.geometry and not saved.geometry.matches(geometry):
            raise InputError(
                _("The saved work on the {visit} visit was done on another series.").format(
                    visit=translated(name)
                ),
                code="saved_work_of_another_series",
                about=name,
            )
        visit = self.visit(name)
        self.not_written = {}  # by an export of other studies
        self._prepare(visit, images, {})
        visit.study_path = None if study is None else Path(study)
        if saved is not None:
            write_record(visit.nodes, saved, geometry)
            kept = settings_from_dict(visit.nodes.value("settings"), kind=Settings)
            own = own_values(kept)
            values = with_other_frames(own, reading or {})
            if values != dict(reading or {}):
                visit.nodes.keep("as read", None)  # of the frames that were read then
            visit.nodes.keep("settings", settings_to_dict(with_values(kept, values)))
            self._begin(visit, images, prepared, patient=patient)
        else:
            own = {"fit.shift": "auto", "fit.shifts": {}}
            self._begin_new(visit, images, {**own, **(reading or {})}, prepared)
        if noted:
            self.actions.add([visit], _("Open the study"))
        return visit

    def open_nodes(
        self, name: str, sequence: Any, anatomy: Any = None, *, frame_interval: float | None = None
    ) -> VisitSession:
        """Take a dynamic series and a T1-weighted volume that lie in the scene as a visit.

        Args:
            sequence: a sequence node, or a MultiVolume, which is copied to a sequence.

        Raises:
            InputError: the node holds no dynamic series.
        """
        images = visit_display.read_scene_nodes(sequence, anatomy, frame_interval=frame_interval)
        visit = self.visit(name)
        given = {"anatomy": anatomy}
        if sequence.IsA("vtkMRMLSequenceNode"):
            given["sequence"] = sequence
        self._prepare(visit, images, given)
        visit.study_path = None
        self._begin_new(visit, images, {"fit.shift": "auto", "fit.shifts": {}})
        self.actions.add([visit], _("Open the study"))
        return visit

    def _prepare(self, visit: VisitSession, images: Images, given: Mapping[str, Any]) -> None:
        new, same = images.dynamic, True
        if visit.analysis is not None:
            old = visit.analysis.study.dynamic
            same = old.source.checksum == new.source.checksum and old.geometry.matches(new.geometry)
        visit_display.prepare_nodes(visit.nodes, keep_regions=same, **given)
        if not same:
            forget_grey_values(visit.nodes)
        for choice in (
            "aif selection", "aif file", "proposed shift", "settings", "as read", "reports",
            "history", "course", COMPARED, CARRIED,
        ):  # fmt: skip
            visit.nodes.keep(choice, None)
        visit.nodes.keep("visit", {})  # the date of the study before

    def _begin_new(
        self,
        visit: VisitSession,
        images: Images,
        own: dict[str, Any],
        prepared: PreparedAnalysis | None = None,
    ) -> None:
        """Begin with a study on which nothing was chosen yet."""
        chosen = own_values(Settings()) | own
        visit.nodes.keep("settings", settings_to_dict(self._combined(self.common, chosen)))
        self._begin(visit, images, prepared)

    def _restore(self, visit: VisitSession) -> None:
        """Take up a visit that a loaded scene holds."""
        images, patient = images_of(visit.nodes), visit.nodes.patient
        if images is None:
            return
        if patient == NO_PATIENT:
            patient = ""
        if patient:  # the scene knows it, but not the files of its images
            date = str(visit.nodes.value("visit", {}).get("date") or "")
            dynamic = images.dynamic
            name, ID = name_and_ID(patient)
            source = replace(dynamic.source, patient=ID, name=name, date=date)
            images = replace(images, dynamic=replace(dynamic, source=source))
        self._begin(visit, images, patient=patient)

    def _begin(
        self,
        visit: VisitSession,
        images: Images,
        prepared: PreparedAnalysis | None = None,
        *,
        patient: str = "",
    ) -> None:
        """Analyse these images with the choices that lie in the visit's nodes.

        Args:
            patient: whose images these are, if no file of them says so.
        """
        nodes = visit.nodes
        kept = nodes.value("settings")
        settings = Settings() if kept is None else settings_from_dict(kept, kind=Settings)
        if not any(other is not visit for other in self.visits):
            self.common = with_values(Settings(), common_values(settings))
        own = own_values(settings)
        self.accepted.clear()
        path = visit.study_path
        visit.forget()
        visit.study_path = path
        visit.as_read = as_read(images, nodes)
        about = nodes.value("visit", {})
        visit.date = about.get("date") or study_date(images.dynamic)
        nodes.keep("visit", {"label": visit.label, "date": visit.date, "role": visit.role})
        selection, file = nodes.value("aif selection"), nodes.value("aif file")
        visit.state = VisitState(
            own,
            None if selection is None else selection_from_dict(selection),
            None if file is None else curve_from_dict(file),
            nodes.value("proposed shift"),
            locked=frozenset(map(str, nodes.value("locked") or ())),
        )
        images = corrected(visit.as_read, own)
        visit.patient = patient_of(images) or patient
        visit.analysis = Analysis(
            images,
            self._combined(self.common, own),
            aif_selection=visit.state.selection,
            aif_file=visit.state.aif_file,
        )
        if prepared is not None:
            prepared.hand_to(visit.analysis)
        self._arrange()
        self.course.restore(nodes)
        visit_display.show_study(nodes, images)
        nodes.file_under(visit.patient or NO_PATIENT, visit.title)
        visit.remember_images()
        visit.signal_range()  # now, because it reads the whole series
        visit.release_memory()
        read_drawn(self, visit)
        self._keep(visit)
        self._update_modes()
        self.history.clear(self.state)

    def close(self) -> None:
        """Take every visit out of the scene."""
        for visit in [*self._visits]:  # closing a further visit takes it out of the list
            self.close_visit(visit)
        self._shown = list(SHOWN_VISITS)
        self.common, self.comparison = Settings(), None
        self.course = CourseWork(self)
        self._checked = None
        self.accepted.clear()
        self._scales.clear()
        self.notices.clear()
        forget_images()
        self.history.clear(self.state)

    def close_visit(self, visit: VisitSession) -> None:
        """Take one visit out of the scene."""
        visit_display.remove_visit(visit.nodes)
        visit.forget()
        if visit.name not in SHOWN_VISITS:
            self._visits.remove(visit)
        self.comparison, self.not_written = None, {}
        self.show_probability()
        remove_unused_colours(visit.nodes.scene)
        self._arrange()
        self._update_modes()
        self.history.clear(self.state)

    # -- choosing and correcting ----------------------------------------------------------------

    def choose(
        self,
        visit: VisitSession,
        values: Mapping[str, Any],
        *,
        text: str = "",
        key: str = "",
    ) -> list[VisitSession]:
        """Change settings by their paths: ``choose(visit, {"aif.Hct": 0.45})``.

        A setting that belongs to one visit is changed for ``visit``, a common one for all.

        Args:
            text: what undo names; the settings' labels if "".
            key: see :meth:`UndoHistory.record`.

        Returns:
            The visits whose settings have changed.

        Raises:
            InputError: a value that is not possible; nothing has changed.
        """
        visit.needed()
        own = {path: value for path, value in values.items() if is_of_a_visit(path)}
        common = with_values(self.common, {p: v for p, v in values.items() if p not in own})
        states = {other.name: other.state for other in self.visits}
        states[visit.name] = replace(visit.state, own={**visit.state.own, **own})
        for state in states.values():
            self._combined(common, state.own)  # refuses what is not possible
        mine = states[visit.name].own
        images = corrected(visit.uncorrected(mine), mine)
        kept_frames(images.dynamic.n_frames, own.get("reading.excluded_frames"))
        text = text or _("Change {settings}").format(
            settings=", ".join(setting_label(path) for path in values)
        )
        chosen = ", ".join(setting_text(path, value) for path, value in values.items())
        return self._change(SessionState(common, states), text, key, detail=chosen)

    def correct(self, visit: VisitSession, values: Mapping[str, Any]) -> Job[Images | None]:
        """Correct what the files say, or how they are read.

        A study from files is read again with another series, joined or displaced frames, or frame
        interval, because frames may be missing in them.

        Args:
            values: path → value, as in :meth:`choose`; None takes the files' value.

        Returns:
            A job; the correction holds when it is finished. A series on another grid is then
            opened as a new study.
        """
        visit.needed()
        old, path = visit.state.own, visit.study_path
        if values.get("reading.frame_interval") is not None:
            values = {"reading.frame_times": None, **values}  # they would hide the interval
        values = with_other_frames(old, values)
        own = {**old, **values}
        again = read_with(own) != read_with(old) and read_with(own) not in visit.read_again

        def read(progress: Progress) -> Images | None:
            if not again or path is None:
                return None
            return open_images(path, self._combined(self.common, own), progress)

        def done(images: Images | None) -> list[VisitSession]:
            present = visit.as_read
            if images is not None and present is not None:
                if not images.dynamic.geometry.matches(present.dynamic.geometry):
                    reading = {p: v for p, v in own.items() if p in READ_WITH}
                    return [self.open(visit.name, images, study=path, reading=reading)]
                visit.read_again.setdefault(read_with(old), present)
                visit.read_again[read_with(own)] = replace(images, T1_map=present.T1_map)
            frames_change = any(p in values for p in FRAMES_OF)
            text = (
                _("Change how the study is read") if frames_change else _("Correct the acquisition")
            )
            return self.choose(visit, values, text=text)

        return Job(read, done)

    def _combined(self, common: Settings, own: Mapping[str, Any]) -> Settings:
        return with_values(common, own)

    def _settings_of(self, visit: VisitSession) -> Settings:
        """Return the settings that a visit is analysed with.

        Where the program chooses the source of T10 and another visit has no T1 map, it is muscle,
        because values of different modes cannot be compared.
        """
        settings = self._combined(self.common, visit.state.own)
        known = [other.needed().has_T1 for other in self.visits]
        if is_automatic(settings) and visit.needed().has_T1 and not all(known):
            return with_values(settings, {"concentration.T1_source": "muscle"})
        return settings

    def _update_modes(self) -> None:
        """Give every visit the mode that the visits have in common."""
        for visit in self.visits:
            if visit.needed().settings != self._settings_of(visit):
                self.update_analysis(visit)

    def _change(
        self, new: SessionState, text: str, key: str = "", *, detail: str = ""
    ) -> list[VisitSession]:
        """Move to another state, let it be undone, and note it with a detail."""
        changed = self._apply(new)
        if changed:
            self.history.record(self._at(changed, text), self.state, key=key)
            self.actions.add(changed, f"{text} ({detail})" if detail else text, key=key)
        return changed

    def _at(self, changed: Sequence[VisitSession], text: str) -> str:
        """Return what undo calls a change: with the visits that it changed, if several are open."""
        if len(self.visits) < 2:
            return text
        return f"{text} ({', '.join(visit.shown_label for visit in changed)})"

    def _apply(self, new: SessionState) -> list[VisitSession]:
        """Let this be the state, everywhere; return the visits that it changed."""
        if self._applying:
            return []
        self._applying = True
        try:
            return self._put(new)
        finally:
            self._applying = False

    def _put(self, new: SessionState) -> list[VisitSession]:
        old_common, self.common = self.common, new.common
        changed = []
        for visit in self.visits:
            old, state = visit.state, new.visits.get(visit.name, visit.state)
            if same_state(old, state) and old_common == new.common:
                continue
            changed.append(visit)
            visit.state = state
            if old_common == new.common and same_state(old, replace(state, locked=old.locked)):
                self._keep(visit)  # a lock is no input of the analysis
                continue
            analysis, nodes = visit.needed(), visit.nodes
            geometry = analysis.study.dynamic.geometry
            if not same_regions(old, state):
                replace_regions(nodes, state.regions, state.roles, geometry)
            replace_rulers(nodes, state.rulers)
            images = corrected(visit.uncorrected(state.own), state.own)
            study = analysis.study.dynamic
            if not same_acquisition(images, analysis.study):
                if not nodes.is_own("sequence") and not np.array_equal(
                    images.dynamic.times, study.times
                ):
                    nodes.set("sequence", None)  # a user's own sequence keeps its times
                analysis.update(study=images)
                visit_display.show_study(nodes, images)
                visit.remember_images()
            self.update_analysis(visit)
            self._keep(visit)
        return changed

    def update_analysis(self, visit: VisitSession) -> None:
        """Give the analysis what the visit's state says."""
        analysis, state = visit.needed(), visit.state
        visit.problem = ""  # of a computation with other inputs
        regions = {n: m for n, m in state.regions.items() if state.roles[n] != SEARCH}
        searched = [m for n, m in state.regions.items() if state.roles[n] == SEARCH]
        roles: Any = {name: state.roles[name] for name in regions}
        settings = self._settings_of(visit)
        with contextlib.suppress(InputError):  # no region has the name of that level yet
            roles = with_reference(roles, settings.reading.reference_level)
        arteries = [mask for name, mask in regions.items() if roles[name] == "aorta"]
        sizes: Any = {}
        with contextlib.suppress(InputError):
            sizes = sizes_of(list(state.rulers), [], roles=roles) if state.rulers else {}
        analysis.update(
            settings=settings,
            regions=regions,
            roles=roles,
            aif_region=np.any(searched, axis=0) if searched else None,
            aif_mask=np.any(arteries, axis=0) if arteries else None,
            aif_selection=state.selection,
            aif_file=state.aif_file,
            sizes=sizes,
        )
        visit.last_shift = visit.shift_in_use
        self.tell_origin(visit)

    def tell_origin(self, visit: VisitSession) -> None:
        """Let the analyses of a visit know its rulers, and which regions nobody has corrected."""
        analysis = visit.needed()
        compared = () if self.comparison is None else self.comparison.visits
        followed = () if self.course.result is None else self.course.result.visits
        carried = self.course.carried_now(visit)
        for one in (analysis, *(other.analysis for other in (*compared, *followed))):
            if one.study is analysis.study:
                one.rulers, one.carried = visit.rulers, carried

    def _keep(self, visit: VisitSession) -> None:
        """Keep the visit's choices in its nodes, where they are saved with the scene."""
        nodes, state = visit.nodes, visit.state
        nodes.keep("settings", settings_to_dict(self._combined(self.common, state.own)))
        selection = state.selection
        nodes.keep("aif selection", None if selection is None else selection_to_dict(selection))
        file = state.aif_file
        nodes.keep("aif file", None if file is None else curve_to_dict(file))
        nodes.keep("proposed shift", state.proposed)
        nodes.keep("locked", sorted(state.locked))
        if visit.as_read is not None:
            dynamic = visit.uncorrected(state.own).dynamic
            nodes.keep(
                "as read",
                {
                    "times": dynamic.times.tolist(),
                    "time_origin": dynamic.time_origin,
                    "field_strength": dynamic.acquisition.field_strength,
                },
            )

    # -- the artery -----------------------------------------------------------------------------

    def choose_selection(
        self, visit: VisitSession, selection: Selection | None, text: str
    ) -> list[VisitSession]:
        """Take these changes by hand to the artery that was found; None takes all back."""
        state = replace(visit.state, selection=selection)
        return self._change(self._with(visit, state), text)

    def reset_artery(self, visit: VisitSession) -> list[VisitSession]:
        """Reset the artery to the one that was found."""
        return self.choose_selection(visit, None, _("Reset the artery to automatic"))

    def toggle_slice(self, visit: VisitSession, index: int) -> list[VisitSession]:
        """Take a slice (from 0) out of the artery, or in again.

        Raises:
            InputError: no vessel of the slice is in use.
        """
        analysis, present = visit.needed(), _selection(visit)
        geometry = analysis.study.dynamic.geometry
        out = slice_is_out(present, index, geometry)
        if not out and not analysis.detection().mask[index].any():
            raise InputError(
                _(
                    "No vessel in slice {number} is in use, so there is nothing to exclude. To "
                    "include one, click its mark in the table of candidates."
                ).format(number=index + 1),
                code="slice_not_in_use",
                about=str(index + 1),
            )
        selection = with_slice(present, index, geometry, taken=out)
        text = _("Take slice {number} in") if out else _("Take slice {number} out")
        return self.choose_selection(visit, selection, text.format(number=index + 1))

    def toggle_candidate(self, visit: VisitSession, index: int) -> list[VisitSession]:
        """Take one row of the candidates' table (from 0) in or out."""
        analysis = visit.needed()
        found = analysis.detection()
        candidate = found.candidates[index]
        selection = with_candidate(
            _selection(visit),
            candidate,
            found,
            analysis.study.dynamic.geometry,
            taken=not candidate.accepted,
        )
        text = _("Take candidate {name} out") if candidate.accepted else _(
            "Take candidate {name} in"
        )  # fmt: skip
        return self.choose_selection(visit, selection, text.format(name=candidate.name))

    def toggle_voxel(self, visit: VisitSession, voxel: tuple[int, int, int]) -> list[VisitSession]:
        """Take one voxel ``(slice, row, column)`` into the artery, or out."""
        analysis = visit.needed()
        out = bool(analysis.detection().mask[voxel])
        geometry = analysis.study.dynamic.geometry
        selection = with_voxel(_selection(visit), voxel, geometry, taken=not out)
        text = _("Take a voxel of slice {number} out of the artery") if out else _(
            "Take a voxel of slice {number} into the artery"
        )  # fmt: skip
        return self.choose_selection(visit, selection, text.format(number=voxel[0] + 1))

    def take_drawn_aorta(self, visit: VisitSession) -> bool:
        """Measure the AIF in the drawn aorta if none was found in the images; return whether."""
        missing = "inputs.aif_mask" in visit.remedies and visit.settings.aif.source == "auto"
        if not missing or visit.needed().aif_mask is None:
            return False
        self.choose(visit, {"aif.source": "mask"})
        return True

    def read_aif_file(self, visit: VisitSession, path: str | Path) -> list[VisitSession]:
        """Take the AIF of a visit from a file.

        Raises:
            InputError: the file could not be read; nothing has changed.
        """
        times = visit.needed().study.dynamic.times
        curve = read_curve_file(
            path,
            duration=float(times[-1] - times[0]),
            time_unit=visit.settings.aif.time_unit,
        )
        state = replace(visit.state, aif_file=curve, own={**visit.state.own, "aif.source": "file"})
        return self._change(self._with(visit, state), _("Take the AIF from a file"))

    def move_shift(
        self, visit: VisitSession, seconds: float, *, slices: Iterable[int] | None = None
    ) -> None:
        """Move the AIF and show these slices (all if None) at the new shift, in place."""
        self.set_shift(visit, seconds)
        self.refit(visit, slices)

    def set_shift(self, visit: VisitSession, seconds: float) -> None:
        """Move the AIF; maps and measurements follow with :meth:`refit` or the next computation.

        Shifts of single regions or slices move by the same seconds. Moves that follow one another
        are undone together.
        """
        analysis = visit.needed()
        moved = round(float(seconds), SHIFT_DIGITS)
        settings = analysis.settings.fit
        by = 0.0 if isinstance(settings.shift, str) else moved - settings.shift
        values = {
            "fit.shift": moved,
            "fit.shifts": {n: round(own + by, SHIFT_DIGITS) for n, own in settings.shifts.items()},
        }
        self.choose(visit, values, text=_("Move the shift"), key=f"shift {visit.name}")
        if visit.maps:
            visit.shown = None

    def refit(self, visit: VisitSession, slices: Iterable[int] | None = None) -> None:
        """Show slices (all if None) of the maps at the shift in use, in place.

        Nothing is shown where that would keep a person waiting, or where more than the shift has
        changed.
        """
        analysis, shift = visit.needed(), visit.shift_in_use
        count, rows, columns = analysis.study.dynamic.geometry.shape
        slices = range(count) if slices is None else list(slices)
        voxels = rows * columns * len(slices)
        ready = visit.maps and visit.is_ready() and visit.fits_at_once(voxels)
        if ready and shift is not None:
            visit_display.show_slices(visit.nodes, refit_slices(analysis, shift, slices))

    def use_proposal(self, visit: VisitSession) -> list[VisitSession]:
        """Take the proposed shift that is shown, and let the shift follow the proposal again."""
        evidence = visit.evidence
        if evidence is None or evidence.doubt:
            return self.choose(visit, {"fit.shift": "auto", "fit.shifts": {}})
        shift = round(float(evidence.proposal), PROPOSED_DIGITS)
        state = replace(
            visit.state,
            own={**visit.state.own, "fit.shift": shift, "fit.shifts": {}},
            proposed=shift,
        )
        return self._change(self._with(visit, state), _("Use the proposed shift"))

    def set_delay(
        self, visit: VisitSession, name: str, seconds: float | None
    ) -> list[VisitSession]:
        """Set the shift of one region, s; None resets it to the one that its curves show."""
        shifts = dict(visit.settings.fit.shifts)
        shifts.pop(name, None)
        if seconds is not None:
            shifts[name] = round(float(seconds), SHIFT_DIGITS)
        text = _("Set the shift of {name}") if name in shifts else _("Reset the shift of {name}")
        return self.choose(visit, {"fit.shifts": shifts}, text=text.format(name=name))

    def take_T1_map(self, visit: VisitSession, path: str | Path | None) -> None:
        """Take a T1 map on the dynamic grid from a file, or none.

        Raises:
            InputError: it could not be read; nothing has changed.
        """
        study = visit.needed().study
        T1_map = None if path is None else read_T1_map(str(path), study.dynamic.geometry)
        assert visit.as_read is not None
        visit.as_read = replace(visit.as_read, T1_map=T1_map)
        visit.T1_map_path = None if path is None else Path(path)
        visit.read_again = {k: replace(v, T1_map=T1_map) for k, v in visit.read_again.items()}
        visit.needed().update(study=replace(study, T1_map=T1_map))
        visit_display.show_study(visit.nodes, visit.needed().study)
        visit.remember_images()
        self._update_modes()
        self.update_analysis(visit)
        self.history.clear(self.state)
        text = _("Remove the T1 map") if path is None else _("Take a T1 map from a file")
        self.actions.add([visit], text)

    def set_role(self, visit: VisitSession, name: str, role: str) -> list[VisitSession]:
        """Give a region another role; do nothing if it was deleted or undone meanwhile."""
        self.regions_changed(visit)
        if name not in visit.state.roles:
            return []
        if name not in visit.state.regions:  # empty; it waits for the brush
            drawn.give_role(visit.segmentation, name, role)
            read_drawn(self, visit)
            return []
        state = replace(visit.state, roles={**visit.state.roles, name: role})
        text = _("Change the role of {name}").format(name=name)
        return self._change(self._with(visit, state), text)

    def set_locked(self, visit: VisitSession, name: str, locked: bool) -> list[VisitSession]:
        """Lock a region, so that no tool changes it, or unlock it."""
        self.regions_changed(visit)
        if name not in visit.state.regions:  # deleted, undone, or empty
            return []
        others = visit.state.locked - {name}
        state = replace(visit.state, locked=others | {name} if locked else others)
        text = _("Lock {name}") if locked else _("Unlock {name}")
        return self._change(self._with(visit, state), text.format(name=name))

    def set_level(self, visit: VisitSession, name: str, level: str | None) -> list[VisitSession]:
        """Give a region a vertebral level, which becomes part of its name in every visit.

        Regions of one name are one region at several visits. Nothing is computed from the level.

        Raises:
            InputError: another region has that name.
        """
        for other in self.visits:
            self.regions_changed(other)
        role = visit.state.roles.get(name)
        if role is None:
            return []
        new = with_level(name, level, otherwise=words_of(role).segment)
        named = [other for other in self.visits if name in other.state.roles]
        if new == name:
            return []
        if any(new in other.state.roles for other in named):
            raise InputError(
                _("Another region is called {name}.").format(name=new),
                code="region_name_taken", about=new, fields=("inputs.roi",),
            )  # fmt: skip
        for other in named:
            drawn.rename_segment(other.segmentation, name, new)
            tracking = other.needed().tracking
            if name in tracking:
                tracking[new] = tracking[name]
        states = {other.name: renamed(other.state, name, new) for other in named}
        bare = with_level(name, None, otherwise=name)
        text = _("Set the level of {name}").format(name=bare)
        # The arrow keys go through the levels; undo takes them back at once.
        key = f"level of {bare}"
        new_state = SessionState(self.common, {**self.state.visits, **states})
        return self._change(new_state, text, key)

    def _with(self, visit: VisitSession, state: VisitState) -> SessionState:
        return SessionState(self.common, {**self.state.visits, visit.name: state})

    # -- drawing --------------------------------------------------------------------------------

    def regions_changed(self, visit: VisitSession, *, text: str = "") -> bool:
        """Read what is drawn in the scene; return whether it has changed.

        Args:
            text: what was done; if "", it is found from the change.
        """
        if self._applying or self.scene.IsClosing():
            return False
        old = visit.state
        if not read_drawn(self, visit):
            return False
        moved = len(old.rulers) == len(visit.state.rulers) and same_regions(old, visit.state)
        text = text or drawn_text(old, visit.state)
        key = f"rulers {visit.name}" if moved else ""
        self.history.record(self._at([visit], text), self.state, key=key)
        self.actions.add([visit], text, key=key)
        return True

    def follow_scene(self) -> list[VisitSession]:
        """Take up what other modules, scripts and undo changed in the nodes of the visits.

        Images that an open visit needs are restored where they were deleted, and read again where
        they were changed; maps that were changed are out of date; a visit of which nothing is left
        is closed. What a person is to be told is added to :attr:`notices`.

        Returns:
            The visits that have changed.
        """
        return [] if self._applying else [v for v in self.visits if follow_nodes(self, v)]

    def rulers_changed(self, visit: VisitSession) -> bool:
        """Read the visit's rulers, which give the lesion's size; return whether they changed.

        Raises:
            InputError: rulers that are no two diameters of one lesion; they stay as they are.
        """
        changed = self.regions_changed(visit)
        roles = {n: r for n, r in visit.state.roles.items() if n in visit.needed().regions}
        if visit.rulers:
            sizes_of(list(visit.rulers), [], roles=roles)  # type: ignore[arg-type]
        return changed

    def segment_for(self, visit: VisitSession, role: str, *, another: bool = False) -> str:
        """Return the ID of the segment to draw for a role; a new one if ``another``.

        It is that of a region which is not locked, if there is one.
        """
        self.regions_changed(visit)
        of_role = [name for name, one in visit.state.roles.items() if one == role]
        free = [name for name in of_role if name not in visit.state.locked]
        if not another and free and of_role[0] != free[0]:
            return str(visit.segmentation.GetSegmentation().GetSegmentIdBySegmentName(free[0]))
        identity = visit.add_segment(role, another=another)
        read_drawn(self, visit)
        return identity

    def load_regions(
        self,
        visit: VisitSession,
        masks: Mapping[str, NDArray[np.bool_]],
        roles: Mapping[str, str],
        *,
        text: str = "",
    ) -> dict[str, str]:
        """Add regions; one with the name of another region gets a number, so that both count.

        Args:
            text: what undo and the history call it, with {names}; if "", they came from a file.

        Returns:
            Given name → name in the visit.
        """
        self.regions_changed(visit)
        names = self._names_beside(visit, masks)
        geometry = visit.needed().study.dynamic.geometry
        drawn.fill_segments(
            visit.segmentation,
            {names[name]: mask for name, mask in masks.items()},
            geometry,
            roles={names[name]: role for name, role in roles.items() if name in names},
        )
        text = text or _("Load from a file: {names}")
        self.regions_changed(visit, text=text.format(names=", ".join(names.values())))
        return names

    def _names_beside(
        self, visit: VisitSession, masks: Mapping[str, NDArray[np.bool_]]
    ) -> dict[str, str]:
        """Return given name → a name that no other region has; an equal region keeps its name."""
        present, names = visit.state.regions, dict[str, str]()
        for name, mask in masks.items():
            new, number = name, 1
            while new in names.values() or (
                new in present and not np.array_equal(present[new], mask)
            ):
                number += 1
                new = f"{name} {number}"
            names[name] = new
        return names

    # -- undo -----------------------------------------------------------------------------------

    def undo(self, steps: int = 1) -> list[VisitSession]:
        """Undo the last changes; return the visits that they changed."""
        self.follow_scene()
        text = "; ".join(self.history.undo_texts[:steps])
        states = [self.history.undo() for _step in range(steps)]
        known = [state for state in states if state is not None]
        return self._restored(_("Undo: {text}"), text, known[-1] if known else None)

    def redo(self) -> list[VisitSession]:
        """Redo what was undone last; return the visits that it changed."""
        self.follow_scene()
        return self._restored(_("Redo: {text}"), self.history.redo_text, self.history.redo())

    def _restored(self, words: str, text: str, state: SessionState | None) -> list[VisitSession]:
        changed = [] if state is None else self._apply(state)
        self.actions.add(changed, words.format(text=text))
        return changed

    # -- computing ------------------------------------------------------------------------------

    def computation(self, visit: VisitSession) -> Job[Computed]:
        """Return the job that computes maps, curves and measurements of a visit.

        Finishing it returns whether the result holds: it does not if something was changed while
        it was computed. Nothing is shown then.

        Raises:
            InputError: the visit has no study.
        """
        self.follow_scene()
        analysis = visit.needed()
        state, snapshot = visit.state, analysis.snapshot()
        proposing = state.own.get("fit.shift") == "auto" or visit.follows_proposal
        further = self.further
        course = self.opens_course or self.several
        smallest = _SMALLEST_OF_COURSE if course else SMALLEST

        def work(progress: Progress) -> Computed:
            try:
                computed = compute_snapshot(
                    snapshot, proposing, progress, proposed=state.proposed,
                    further=further, smallest=smallest,
                )  # fmt: skip
            except InputError as error:
                if visit.state is state:
                    visit.problem, visit.remedies = remedy(error), tuple(error.fields)
                    visit.attempted = snapshot
                raise
            visit.problem, visit.remedies = "", ()
            return computed

        return Job(work, lambda computed: self._finish(visit, state, snapshot, computed))

    def compute(self, visit: VisitSession, progress: Progress = silent) -> Result:
        """Compute a visit and show it, without a thread.

        Raises:
            InputError: the study cannot be analysed with its settings; what was shown stays.
        """
        job = self.computation(visit)
        job.finish(job.run(progress))
        assert visit.result is not None
        return visit.result

    def _finish(
        self, visit: VisitSession, state: VisitState, snapshot: Analysis, computed: Computed
    ) -> bool:
        analysis = visit.analysis
        if analysis is None:
            return False
        if computed.shift is not None and visit.state.own == state.own:
            own = {**state.own, "fit.shift": computed.shift}
            visit.state = replace(visit.state, own=own, proposed=computed.proposed)
            self.update_analysis(visit)
            self._keep(visit)
            self.history.follow(self.state)
        analysis.adopt(snapshot)
        if not analysis.is_current("result"):
            return False
        visit.result = visit.shown = analysis.result()
        visit.evidence = computed.evidence
        visit_display.show_result(visit.nodes, analysis, visit.result, computed.more)
        visit.remember_maps()
        visit.remember_basis()
        self.history.close_step()
        self.actions.end_step()
        visit.release_memory()
        return True

    def numbers_job(self, visit: VisitSession) -> Job[list[RegionNumbers]]:
        """Return the job that fits every region as it is drawn now, at the shift in use.

        When it is finished, :meth:`VisitSession.region_numbers` needs no fit.

        Raises:
            InputError: the visit has no study.
        """
        analysis = visit.needed()
        snapshot, inputs, result = analysis.snapshot(), analysis.inputs, visit.result

        def done(numbers: list[RegionNumbers]) -> None:
            if visit.analysis is analysis:
                analysis.adopt(snapshot)
                visit.remember_numbers(inputs, result, numbers)

        return Job(lambda progress: region_numbers(snapshot, progress=progress), done)

    # -- comparing ------------------------------------------------------------------------------

    def obstacle(self) -> InputError | None:
        """Return why the two visits cannot be compared; None if they can."""
        for visit in self.pair:
            if visit.analysis is None:
                return InputError(
                    _("Open the {visit} study.").format(visit=translated(visit.word)),
                    code="study_missing", about=visit.name, fields=("inputs.study",),
                )  # fmt: skip
        for role, word in (("lesion", _("lesion")), ("reference", _("reference vertebra"))):
            for visit in self.pair:
                if role not in visit.needed().roles.values():
                    return InputError(
                        _("Draw the {what} in the {visit} visit.").format(
                            what=word, visit=translated(visit.word)
                        ),
                        code="region_missing", about=visit.name, fields=("inputs.roi",),
                    )  # fmt: skip
        question = self.question()
        if question is not None:
            return question.error
        outdated = next((error for v in self.pair if (error := self.outdated(v))), None)
        if outdated is not None:
            return outdated
        try:
            for visit in self.pair:
                if visit.result is not None:
                    require_vp(visit.result)
            require_common_mode({visit.word: visit.needed() for visit in self.pair})
        except InputError as error:
            return error
        return None

    def findings(self) -> list[Finding]:
        """Return what is wrong with two visits as a pair, or with any two of a course.

        See :func:`check_visits`.
        """
        visits = self.in_order if self.several else list(self.pair)
        if any(visit.analysis is None for visit in visits):
            return []
        given = tuple((v.needed().study, v.date) for v in visits)
        known = self._checked
        if known is None or known[0] != given:
            checked = [Visit(v.needed(), v.result, self._about(v)) for v in visits]  # type: ignore[arg-type]
            found = [one for pair in combinations(checked, 2) for one in check_pair(*pair)]
            self._checked = known = (given, found)
        return known[1]

    def question(self) -> Finding | None:
        """Return what stops the comparison until it is corrected or accepted, if anything does."""
        stops = (f for f in self.findings() if f.stops and f.code not in self.accepted)
        return next(stops, None)

    def accept(self, code: str) -> None:
        """Compare the present visits in spite of a finding."""
        self.accepted.add(code)
        found = next((f.message for f in self.findings() if f.code == code), code)
        self.actions.add(self.visits, _("Accept: {finding}").format(finding=translated(found)))

    def swap_visits(self) -> None:
        """Take the baseline study as the follow-up visit and the other way round.

        What was drawn and chosen stays with its study; the maps are computed again.

        Raises:
            InputError: a visit has no study.
        """
        self.follow_scene()
        held = []
        for visit in self.pair:
            analysis = visit.needed()
            record = read_record(visit.nodes, analysis.study.dynamic.geometry, None)
            images = visit.as_read or analysis.study
            paths = (visit.study_path, visit.T1_map_path)
            held.append((images, paths, visit.patient, replace(record, date=visit.date)))
        for visit in self.pair:
            self.close_visit(visit)
        for visit, (images, paths, patient, saved) in zip(
            self.pair, reversed(held), strict=True
        ):  # fmt: skip
            own = replace(saved, label=visit.label, role=visit.role)
            self.open(
                visit.name, images, study=paths[0], saved=own, noted=False, patient=patient
            )  # fmt: skip
            visit.T1_map_path = paths[1]
        self.actions.add(self.visits, _("Swap the visits"))

    def _about(self, visit: VisitSession) -> VisitLabel:
        return VisitLabel(visit.label, visit.date, visit.role)

    def outdated(self, visit: VisitSession) -> InputError | None:
        """Return what a visit's maps lack; None if they are up to date."""
        if visit.is_current:
            return None
        text = (
            _("The maps of the {visit} visit have not been computed yet.")
            if visit.result is None
            else _("The settings or regions of the {visit} visit have changed. Recompute its maps.")
        )
        code = "not_computed" if visit.result is None else "out_of_date"
        return InputError(text.format(visit=translated(visit.word)), code=code, about=visit.name)

    def comparison_job(self, *, flip_runs: int = 200, again: bool = False) -> Job[Comparison]:
        """Return the job that computes change and call of every lesion.

        Args:
            again: it restores earlier work; the history does not mention it.

        Raises:
            InputError: see :meth:`obstacle`.
        """
        self.follow_scene()
        if (obstacle := self.obstacle()) is not None:
            raise obstacle
        pair = []
        for visit, role in zip(self.pair, (BASELINE, FOLLOW_UP), strict=True):
            assert visit.result is not None
            # The earlier one of any two visits of a course is the baseline of their change.
            about = replace(self._about(visit), role=role)
            pair.append(Visit(visit.needed().snapshot(), visit.result, about))
        accepted = frozenset(self.accepted)

        def work(progress: Progress) -> Comparison:
            return compare_visits(
                pair[0], pair[1], flip_runs=flip_runs, accepted=accepted, progress=progress
            )

        def done(comparison: Comparison) -> None:
            self.comparison = comparison
            self.show_probability()
            for visit in self.pair:
                visit.nodes.keep(COMPARED, self._studies_of_pair())
            self.actions.add([] if again else self.pair, _("Compare the visits"))
            for visit in self.visits:
                visit.release_memory()

        return Job(work, done)

    def compare(
        self, progress: Progress = silent, *, flip_runs: int = 200, again: bool = False
    ) -> Comparison:
        """Compare the two visits, without a thread.

        Args: as of :meth:`comparison_job`.

        Raises:
            InputError: see :meth:`obstacle`, and whatever the comparison lacks.
        """
        job = self.comparison_job(flip_runs=flip_runs, again=again)
        comparison = job.run(progress)
        job.finish(comparison)
        return comparison

    @property
    def lacks_comparison(self) -> bool:
        """Return whether these two visits were compared in earlier work, but not since."""
        if self.comparison is not None or any(v.analysis is None for v in self.pair):
            return False
        studies = self._studies_of_pair()
        return all(visit.nodes.value(COMPARED) == studies for visit in self.pair)

    def _studies_of_pair(self) -> list[str]:
        return [visit.needed().study.dynamic.source.checksum for visit in self.pair]

    @property
    def is_comparison_current(self) -> bool:
        """Return whether the comparison is that of the present results."""
        compared = self.comparison
        return compared is not None and all(
            visit.has_result_of(old.analysis)
            for old, visit in zip(compared.visits, self.pair, strict=True)
        )

    # -- showing --------------------------------------------------------------------------------

    def show_probability(self) -> None:
        """Show the comparison's map of residual tumour in its follow-up visit, and only there."""
        compared = self.comparison
        for visit in self.visits:
            of_it = compared is not None and visit.has_result_of(compared.visits[1].analysis)
            visit_display.show_probability(
                visit.nodes, visit.needed(), compared.probability if compared and of_it else None
            )
            visit.remember_maps()

    def scale_maps(
        self, name: str = "vp", *, top: float | None = None, keep: bool = False, **look: Any
    ) -> float:
        """Give a map the same scale in all visits; see :func:`visit_display.scale_maps`.

        Args:
            keep: let this be the scale of later maps of the quantity; that of Vp is saved.
        """
        visits = [(v.nodes, v.analysis, v.result if v.is_current else None) for v in self.visits]
        top = visit_display.scale_maps(visits, name, top=top, **look)
        if keep:
            self._scales[name] = {"top": top, **look}
        if keep and name == "vp":
            for visit in self.visits:
                visit.nodes.keep("top of scale", top)
        return top

    def scale_new_map(self, name: str, **look: Any) -> None:
        """Give a map that was not there until now the scale that is kept of its quantity.

        Args:
            look: of Vp if no look is kept; see :func:`visit_display.scale_maps`.
        """
        kept = self._scales.get(name)
        if kept is None and name in ("vp", "vp_voxel"):
            kept = {"top": self.kept_scale, **look}
        if kept is not None:
            self.scale_maps(name, keep=True, **kept)

    @property
    def kept_scale(self) -> float | None:
        """Return the top of the scale of Vp that is kept, mL/100 mL; None while there is none."""
        kept = [visit.nodes.value("top of scale") for visit in self.visits]
        return next((float(top) for top in kept if top is not None), None)

    # -- files ----------------------------------------------------------------------------------

    def export_job(
        self,
        folder: str | Path,
        *,
        formats: Sequence[str] = (),
        anonymise: bool = False,
        preview: bool = False,
    ) -> Job[list[str]]:
        """Return the job that writes what ``spinedce`` would for the computed visits.

        Its value is the list of files, relative to ``folder``; :attr:`not_written` then names
        what is missing.

        Args:
            preview: the files are only shown; the history does not mention it.

        Raises:
            InputError: nothing is computed, or not with the present settings and regions.
        """
        self.follow_scene()
        done = [visit for visit in self.in_order if visit.result is not None]
        if not done:
            raise InputError(_("Compute the maps before exporting."), code="nothing_to_export")
        for visit in done:
            if (outdated := self.outdated(visit)) is not None:
                raise outdated
        finished = [
            FinishedVisit(
                v.word, self.folder_of(v), v.needed().snapshot(), v.result, v.rulers, v.study_path
            )
            for v in done
            if v.result is not None
        ]
        for visit in done:
            self.tell_origin(visit)
        comparison = self.comparison if self.is_comparison_current else None
        course = self.course.result if self.several and self.course.is_current else None
        action = _("Export without identifying data") if anonymise else _("Export the results")
        self.actions.add([] if preview else done, action)
        text, history = self.report.text, self.report.history_rows()

        missing: dict[str, str] = {}

        def work(progress: Progress) -> list[str]:
            files, not_written = export_visits(
                finished, comparison, folder, course=course, formats=formats,
                anonymise=anonymise, text=text, history=history, progress=progress,
            )  # fmt: skip
            missing.update(not_written)
            return files

        def release(_files: list[str]) -> None:
            self.not_written = missing
            for visit in self.visits:
                visit.release_memory()

        return Job(work, release)

    def folder_of(self, visit: VisitSession) -> str:
        """Return the folder of a visit in an export, as the command line names it."""
        if self.several:
            return visit_folders(len(self.visits))[self.in_order.index(visit)]
        return FOLDERS[visit.role]

    def export(
        self,
        folder: str | Path,
        *,
        formats: Sequence[str] = (),
        anonymise: bool = False,
        progress: Progress = silent,
    ) -> list[str]:
        """Export without a thread; see :meth:`export_job`."""
        job = self.export_job(folder, formats=formats, anonymise=anonymise)
        files = job.run(progress)
        job.finish(files)
        return files

    def saved(self) -> list[SavedVisit]:
        """Return what was drawn and chosen on every visit, in their order."""
        self.follow_scene()
        return [
            replace(
                read_record(
                    visit.nodes,
                    visit.needed().study.dynamic.geometry,
                    None if visit.study_path is None else str(visit.study_path),
                ),
                label=visit.label, date=visit.date, role=visit.role,
            )
            for visit in self.visits
        ]  # fmt: skip

    def save(self, folder: str | Path) -> None:
        """Save what was drawn and chosen to a folder.

        Raises:
            InputError: the folder cannot be written.
        """
        write_session(folder, self.saved())

    def bundle(self) -> list[BundledVisit]:
        """Return every visit as a scene file holds it; maps that are out of date are left out."""
        return [
            BundledVisit(
                saved, visit.needed().study, visit.needed(),
                visit.result if visit.is_current else None,
            )
            for saved, visit in zip(self.saved(), self.visits, strict=True)
        ]  # fmt: skip
