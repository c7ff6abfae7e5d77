"""Step 1: opening of studies, and their acquisition."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from SpineDCELib.mrml.scene_checks import other_files
from SpineDCELib.run.inputs import read_regions, read_roles
from SpineDCELib.run.patient_visits import FoundVisit, treatments_of_patient, visits_of_patient
from SpineDCELib.run.saved_session import SavedVisit
from SpineDCELib.series import DynamicChoice, ReadingChoices, dynamic_choices, scan_study
from SpineDCELib.settings import FORM, Settings, settings_from_dict
from trame.widgets import client, html
from trame.widgets import vuetify3 as v3

from SpineDCEWidget.browser.archive_panel import ArchivePanel
from SpineDCEWidget.browser.autosave import (
    last_folders,
    recent_rows,
    work_as_any_visit,
    work_beside,
)
from SpineDCEWidget.browser.disabled_reasons import BUSY, disabled_if
from SpineDCEWidget.browser.kept_data import (
    kept_data,
    remove_kept,
    remove_unused_uploads,
    uploads_folder,
)
from SpineDCEWidget.browser.received_panel import ReceivedPanel
from SpineDCEWidget.browser.sample_patient import compute_sample, is_complete, visit_folders
from SpineDCEWidget.browser.scene_files import KINDS, Scenes
from SpineDCEWidget.browser.user_folders import safe_path, sample_folder
from SpineDCEWidget.shared import formatting as shown
from SpineDCEWidget.shared.session import SHOWN_VISITS, course_visit_names
from SpineDCEWidget.shared.study_opening import (
    choice_lines,
    choice_title,
    is_of_study,
    of_whom,
    read_study,
    reading_of,
    reading_of_visit,
    reading_settings,
    series_title,
)
from SpineDCEWidget.shared.wording import READING, control_label, setting_help, setting_label

_NOTHING: dict[str, Any] = {
    "path": "", "whose": "", "dynamic": [], "others": [], "problems": [],
}  # fmt: skip

#: Earlier work that is listed.
_RECENT_SHOWN = 3

#: No scene whose files the user must agree to.
_NO_FILES: dict[str, Any] = {"path": "", "files": []}


class StudyPanel:
    """Panel of step 1."""

    def __init__(self, station: Any, study: Path | None) -> None:
        self._station = station
        self._scenes = Scenes(station)
        self._archive, self._received = ArchivePanel(station), ReceivedPanel(station)
        self._first = study
        self._found: tuple[DynamicChoice, ...] = ()
        self._started = False
        station.state.update(
            {
                "study_title": "", "study_folders": "", "whose": {},
                "open_path": str(study or Path.home()), "folders": [],
                "found": _NOTHING, "chosen_series": None, "recent": [], "facts": [],
                "browsing": False, "scene_files": _NO_FILES, "kept": [],
                "removing": False,
                "save_problem": "", "uploading": "",
                "reading_choices": [], "reading_choice": None, "displaced_frames": "",
            }
        )  # fmt: skip
        station.state.change("reading_choice")(self._read_as_chosen)
        station.ctrl.on_client_connected.add(self._start)

    def _start(self, *_: Any) -> None:
        """Open the study of the command line when the page has connected."""
        if self._started:
            return
        self._started = True
        self.refresh()
        self._received.watch()
        if self._first is not None:
            asyncio.get_running_loop().create_task(self.scan(open_at_once=True))

    # -- opening ----------------------------------------------------------------------------------

    async def sample(self, size: str = "small") -> None:
        """Open both visits of the sample patient; compute them first if necessary."""
        folder = sample_folder(size)
        paths = {name: visit / "dicom" for name, visit in visit_folders(folder).items()}
        if not is_complete(folder):
            done, _ = await self._station.jobs.run(
                "Computing the sample patient",
                lambda progress: compute_sample(folder, size, progress),
            )
            if not done:
                return
        if self.make_room():
            await self.open(paths)

    def browse(self, path: str | None = None) -> None:
        """List the subfolders of a folder."""
        state = self._station.state
        here = Path(path or state.open_path).expanduser()
        here = here if here.is_dir() else here.parent
        try:
            names = sorted(
                (e.name for e in os.scandir(here) if e.is_dir() and not e.name.startswith(".")),
                key=str.lower,
            )
        except OSError as error:
            self._station.show_error(f"The folder {here} could not be read: {error.strerror}.")
            return
        state.open_path, state.browsing = str(here), True
        state.folders = [str(here.parent)] * (here != here.parent) + [str(here / n) for n in names]

    async def scan(self, path_text: str = "", *, open_at_once: bool = False) -> None:
        """List the series of the folder, without loading them; open a scene file at once.

        Args:
            path_text: what the field holds, because the page sends its variable a little later
                than the key or click that follows; the variable if "".
        """
        state = self._station.state
        path = Path((path_text or state.open_path).strip()).expanduser()
        state.browsing = False
        if path.suffix.lower() in KINDS:
            await self._open_scene(path)
            return
        pair = visit_folders(path)
        if all((folder / "dicom").is_dir() for folder in pair.values()):
            pair = {name: folder / "dicom" for name, folder in pair.items()}
        if all(folder.is_dir() for folder in pair.values()) and open_at_once:
            await self.open(pair)
            return
        if not path.exists():
            self._station.show_error(f"{path} does not exist. Enter the folder with the images.")
            return
        done, study = await self._station.jobs.run(
            "Listing the series", lambda progress: scan_study(path, progress)
        )
        if not done:
            return
        with state:
            dynamic = self._found = dynamic_choices(study)
            proposals = [p for s in study.with_role("dynamic") for p in s.proposals]
            whose = {s.number: of_whom(s.patient, s.study_date) for s in study.series}
            several = len({text for text in whose.values() if text}) > 1
            state.found = {
                "path": str(path),
                "dynamic": [
                    {"title": choice_title(c), "line": line, "value": n}
                    for n, (c, line) in enumerate(zip(dynamic, choice_lines(dynamic), strict=True))
                ],
                "others": [
                    {"title": series_title(s.number, s.series_number, s.title), "role": s.role,
                     "whose": whose[s.number] if several else ""}
                    for s in study.series if s.role != "dynamic"
                ],
                "whose": "" if several else next((text for text in whose.values() if text), ""),
                "problems": [*study.problems, *proposals],
            }  # fmt: skip
            state.chosen_series = self._first_to_open(path)
            if not dynamic:
                self._station.show_error(
                    f"There is no dynamic series in {path}: {len(study.series)} series, "
                    f"{study.not_images} other files."
                )
        if open_at_once and len(dynamic) == 1:
            await self.open_found(SHOWN_VISITS[0])

    def _first_to_open(self, path: Path) -> int | None:
        """Return the place of the first series in the list that is not open yet."""
        opened = [
            v.settings.reading.series for v in self._station.session.visits if v.study_path == path
        ]
        if not self._found:
            return None
        left = (n for n, choice in enumerate(self._found) if choice.series not in opened)
        return next(left, 0)

    async def open_found(self, name: str, chosen: int | None = None) -> None:
        """Open a dynamic series of the list as one visit.

        Args:
            chosen: its place in the list, from 0; that of the page's variable if None.
        """
        found = self._station.state.found
        if not found["path"]:
            return
        path = Path(found["path"])
        chosen = self._station.state.chosen_series if chosen is None else chosen
        with self._station.state as state:
            state.found = _NOTHING
        await self.open({name: path}, reading=reading_of(self._found[chosen]))

    async def open_further(self, chosen: int | None = None) -> None:
        """Open a dynamic series of the list as one more visit.

        Args:
            chosen: see :meth:`open_found`.
        """
        [name] = self._station.session.free_names()
        with self._station.state as state:
            state.adding = False
        await self.open_found(name, chosen)

    async def open_patient(self, path_text: str = "") -> None:
        """Open every study in a patient's folder as a visit, in the order of their dates.

        A scene file is opened as it was saved.

        Regions in the folder of a visit are loaded; a visit without any gets those of the last
        visit before it, as from the command line.

        Args:
            path_text: see :meth:`scan`.
        """
        station = self._station
        path = Path((path_text or station.state.open_path).strip()).expanduser()
        with station.state as state:
            state.browsing, state.found = False, _NOTHING
        if path.suffix.lower() in KINDS:
            await self._open_scene(path)
            return
        if not path.exists():
            station.show_error(f"{path} does not exist. Enter the folder of the patient.")
            return
        if not path.is_dir():
            station.show_error(
                f"{path} is a file. Press 'List series' to open it, or enter the folder of the "
                "patient."
            )
            return
        done, found = await station.jobs.run(
            "Looking for the visits",
            lambda progress: visits_of_patient(
                path, Settings(), one_patient=True, progress=progress
            ),
        )
        if not done or not self.make_room():
            return
        await self.open(dict(zip(course_visit_names(len(found)), found, strict=True)))
        done, events = await station.jobs.run(
            "Looking for radiation treatments", lambda _progress: treatments_of_patient(path)
        )
        if done and events and station.session.visits:
            station.session.course.add_events(events)
            station.save_soon()
            station.refresh()

    async def continue_work(self, index: int) -> None:
        """Open the studies of earlier work and restore it."""
        entry = self._station.state.recent[index]
        paths = {name: Path(path) for name, path in entry["visits"].items()}
        first = next(iter(paths.values()))
        if first.suffix.lower() in KINDS:
            await self._open_scene(first)
        elif self.make_room():
            await self.open(paths)

    async def open(
        self, given: Mapping[str, Path | FoundVisit], *, reading: dict[str, Any] | None = None
    ) -> None:
        """Read studies, restore earlier work on them, and compute their maps.

        One is computed before the next is read, so that its maps are there sooner, and no two are
        in memory as a whole.

        Args:
            given: name of each visit → its study, or what a patient's folder holds of it.
        """
        try:
            await self._open(given, reading)
        finally:
            # Last, because it reads every file again and nothing that was asked for needs it.
            for visit in map(self._station.session.visit, given):
                if visit.analysis is not None:
                    self._station.as_task(self._station.regions.find_stored)(visit)
                    self._station.as_task(self._station.bar.find_series)(visit)

    async def _open(
        self, given: Mapping[str, Path | FoundVisit], reading: dict[str, Any] | None
    ) -> None:
        station = self._station
        opened: list[Any] = []
        found = {name: one for name, one in given.items() if isinstance(one, FoundVisit)}
        paths = {n: Path(one.given.inputs.study) if isinstance(one, FoundVisit) else one
                 for n, one in given.items()}  # fmt: skip
        kept = work_beside(next(iter(paths.values())), station.show_error)
        several = len(paths) + len(station.session.visits) > 2
        station.session.opens_course = several
        for name, path in paths.items():
            work = kept.get(name) or work_beside(path, station.show_error).get(name)
            if work is not None and work.study not in (None, str(path)):
                work = None
            asked = (reading_of_visit(found[name]) if name in found else None) or reading
            if work is None and not (name in found and found[name].given.inputs.roi):
                work = _read_alike(work_as_any_visit(path, station.show_error), asked)
            visit = await self._read(name, path, asked, work)
            if visit is None:
                return
            opened.append(visit)
            if not several and visit is not opened[0]:
                station.select(opened[0].name)
            if name in found and work is None:
                await self._load_regions(visit, found[name])
            # One that cannot be computed does not keep the later ones from being opened.
            if not await station.analyse(visit) and not visit.problem:
                return
            visit.release_memory()
        station.autosave.scene = None
        if several:
            await self._carry_regions(opened)
            station.show_visit(station.session.in_order[-1], SHOWN_VISITS[1])
            station.save_soon()
            return
        await self._compute(opened)

    async def _read(
        self, name: str, path: Path, reading: dict[str, Any] | None, work: SavedVisit | None
    ) -> Any:
        """Read a study, open it as a visit, and show it; None if that failed, which is shown."""
        station = self._station
        settings = reading_settings(reading, saved=work)
        done, read = await station.jobs.run(
            READING.format(visit=station.session.visit(name).word),
            lambda progress: read_study(path, settings, progress),
        )
        visits: list[Any] = []
        if not done:
            return None
        brought = work is not None and work.name != name
        drawn_on = work.geometry if work is not None and brought else None
        grid = read.images.dynamic.geometry
        elsewhere = drawn_on is not None and not drawn_on.matches(grid)
        if work is not None and (elsewhere or not is_of_study(work, read.images)):
            work, brought = None, False
        if not station.attempt(
            lambda: visits.append(
                station.session.open(
                    name, read.images, study=path, reading=reading, saved=work,
                    prepared=read.prepared,
                )
            )
        ):  # fmt: skip
            return None
        visit = visits[0]
        if work is not None:
            station.show_note(
                f"What was drawn on this study as the {work.name.replace('-', ' ')} visit was "
                "brought along."
                if brought
                else f"The earlier work on the {visit.word} visit was restored."
            )
        station.study_opened(visit)
        return visit

    async def _load_regions(self, visit: Any, found: FoundVisit) -> None:
        """Load the regions that lie in the folder of a visit."""
        station, files = self._station, found.given.inputs.roi
        if not files or visit.analysis is None:
            return
        geometry = visit.analysis.study.dynamic.geometry
        resample = visit.settings.reading.resample_regions
        done, masks = await station.jobs.run(
            "Loading regions",
            lambda _progress: (
                read_regions(files, geometry, resample=resample), read_roles(files)
            ),
        )  # fmt: skip
        if done:
            station.session.load_regions(visit, *masks)
            station.take_drawn_aorta(visit)

    async def _carry_regions(self, visits: list[Any]) -> None:
        """Give visits without regions those of the last visit before them, and say so."""
        station = self._station
        for visit in visits:
            if station.session.course.source_of(visit) is not None:
                await station.regions.carry(visit)

    async def _compute(self, opened: list[Any]) -> None:
        """Compute the maps of visits that were just opened and are not computed as they are now.

        A visit that was opened later can change the mode of an earlier one.
        """
        station = self._station
        for visit in opened:
            if visit.is_current or visit.problem:
                continue
            # One that cannot be computed does not keep the next from being computed.
            if not await station.analyse(visit) and not visit.problem:
                break
        if station.session.lacks_comparison and station.session.obstacle() is None:
            await station.result.compare(again=True)
        station.save_soon()

    async def _open_scene(self, path: Path, allowed: Sequence[Path] = ()) -> None:
        """Open a scene; ask first if it names files outside its own folder."""
        if path.is_file() and not allowed:
            others: list[Path] = []
            if not self._station.attempt(lambda: others.extend(other_files(path))):
                return
            if others:
                with self._station.state as state:
                    state.scene_files = {"path": str(path), "files": [str(f) for f in others]}
                return
        opened = await self._scenes.open(path, allowed)
        if opened:
            self._station.select(opened[0].name)  # the user may select another one meanwhile
            await self._compute(opened)

    async def open_scene_files(self, agreed: bool) -> None:
        """Open the scene with the files outside its folder, or forget it."""
        asked = self._station.state.scene_files
        with self._station.state as state:
            state.scene_files = _NO_FILES
        if agreed and asked["path"]:
            await self._open_scene(Path(asked["path"]), [Path(f) for f in asked["files"]])

    def uploads(self, batch: str) -> Path:
        """Return the folder for one set of uploaded files."""
        root = uploads_folder()
        return safe_path(root, batch) or root / "files"

    def uploaded(self, folder: Path) -> None:
        """List the series of files that were uploaded."""
        files = [path for path in folder.rglob("*") if path.is_file()]
        # A single file is a scene, or holds all frames.
        path = files[0] if len(files) == 1 else folder
        with self._station.state as state:
            state.uploading, state.open_path = "", str(path)
        asyncio.get_running_loop().create_task(self.scan())

    def upload_progress(self, done: int, count: int) -> None:
        """Show how many files have been uploaded."""
        self._station.state.uploading = f"{done} of {count} files"

    # -- reading otherwise ------------------------------------------------------------------------

    def _read_as_chosen(self, reading_choice: int | None, **_: Any) -> None:
        """Read the study again as the user chose: another series, or several joined."""
        station, visit = self._station, self._station.visit
        if visit is None or visit.analysis is None or reading_choice is None:
            return
        choices = visit.analysis.study.choices
        if reading_choice != _used(choices):
            chosen = reading_of(choices.dynamic[reading_choice])
            station.as_task(station.settings.correct)(visit, chosen)

    # -- closing ----------------------------------------------------------------------------------

    def close(self) -> None:
        """Save the work and close all visits."""
        if not self._station.state.busy:
            self._station.autosave.save()
            self._close_all()

    def make_room(self) -> bool:
        """Close what is open, because a patient is opened; return False if it cannot be saved."""
        station = self._station
        if station.session.visits:
            station.autosave.save()
            if station.autosave.problem:
                station.show_error(
                    f"{station.autosave.problem} Save the scene, close the studies, and then open "
                    "the other patient."
                )
                return False
            self._close_all()
        return True

    def _close_all(self) -> None:
        station = self._station
        station.autosave.scene = None
        station.drawing.forget()
        station.charts.forget_voxel()
        station.views.unmark()
        station.state.report_url = ""  # it is the closed patient's
        station.session.close()
        station.drawing.release_closed()
        remove_unused_uploads()
        station.views.set_rows([SHOWN_VISITS[0]])
        station.select(SHOWN_VISITS[0])

    def close_row(self, row: str) -> None:
        """Close the study in a row of the views; see :meth:`close_visit`."""
        self.close_visit(self._station.session.in_row(row).name)

    def close_visit(self, name: str) -> None:
        """Close the study of one visit, so that another one can be opened in its place."""
        station = self._station
        if station.state.busy:
            return
        visit = station.session.visit(name)
        station.autosave.save_apart(visit)
        station.drawing.forget()
        station.charts.forget_voxel()
        station.views.unmark()
        station.state.report_url = ""
        shown = {row: station.session.in_row(row).name for row in station.open_rows()}
        station.session.close_visit(visit)
        station.drawing.release_closed()
        left = station.open_rows()
        station.views.set_rows(left)
        station.views.fill()
        station.select(left[0])
        if len(left) < 2:  # another one is opened in its place
            station.go_to_step(1)
        else:
            changed = [row for row in left if station.session.in_row(row).name != shown.get(row)]
            station.views.fit(new=changed[0] if len(changed) == 1 else "all")

    def remove_kept(self) -> None:
        """Remove what the program keeps on this computer, except for the open studies."""
        remove_kept(v.study_path for v in self._station.session.visits if v.study_path is not None)
        with self._station.state as state:
            state.removing = False
        self._station.refresh()

    # -- showing ----------------------------------------------------------------------------------

    def refresh(self) -> None:
        state, visit = self._station.state, self._station.visit
        self._archive.refresh()
        self._received.refresh()
        state.kept = [] if visit is not None else kept_data()
        state.recent = recent_rows()[:_RECENT_SHOWN]
        if visit is None:
            state.facts, state.study_title, state.study_folders, state.whose = [], "", "", {}
            state.reading_choices, state.reading_choice, state.displaced_frames = [], None, ""
            return
        choices = visit.analysis.study.choices
        state.reading_choices = [
            {"title": f"{choice_title(c)} · {line}", "value": n}
            for n, (c, line) in enumerate(
                zip(choices.dynamic, choice_lines(choices.dynamic), strict=True)
            )
        ]
        state.reading_choice = _used(choices)
        state.displaced_frames = f"{choices.displaced}." if choices.displaced else ""
        dynamic = visit.analysis.study.dynamic
        step = dynamic.times[1:] - dynamic.times[:-1]
        slices, rows, columns = dynamic.geometry.shape
        acquisition = dynamic.acquisition
        visits = self._station.session.visits
        state.study_title = shown.patients(visits)
        state.study_folders = " · ".join(dict.fromkeys(_name(v) for v in visits))
        not_reviewed = {one["name"]: "NOT REVIEWED" for one in state.unreviewed}
        state.whose = {
            self._station.session.row_of(v.name): " · ".join(
                t for t in (not_reviewed.get(v.name), v.patient) if t
            )
            for v in self._station.session.shown
        }
        state.facts = [
            ("Frames", f"{dynamic.n_frames}, {_range(step)} s apart, {dynamic.duration:.0f} s"
             + shown.left_out(visit)),
            ("Frame times", dynamic.time_origin),
            ("Voxels", f"{columns} × {rows} × {slices}, "
             + " × ".join(f"{v:.3g}" for v in dynamic.geometry.spacing) + " mm"),
            (setting_label("reading.TR"), _value(visit.analysis.TR, 1000, "ms")),
            (setting_label("reading.FA"), _value(visit.analysis.FA, 1, "°")),
            (setting_label("reading.field_strength"), _value(acquisition.field_strength, 1, "T")),
            ("T1-weighted images", "yes" if visit.anatomy is not None else
             "none covers the dynamic images; the maps are shown over frames"),
            (setting_label("concentration.T1_source"),
             FORM["concentration.T1_source"].choices[visit.analysis.T1_source]),
        ]  # fmt: skip

    def ui(self) -> None:
        station = self._station
        self._received.ui()
        with html.Div(v_if="!visits.length && !pacs_open", classes="stack"):
            v3.VBtn(
                "Open sample patient", prepend_icon="mdi-account-heart-outline", color="primary",
                block=True, size="large",
                click=station.as_action(self.sample), id="sample", classes="action",
                **disabled_if(
                    BUSY,
                    "Open both visits of a digital spine, which is computed on this computer in "
                    "less than a minute",
                ),
            )  # fmt: skip
            html.A(
                "Open it in full resolution (takes longer)", classes="link action",
                click=(station.as_action(self.sample), "['full']"), id="sample-full",
            )  # fmt: skip
            with html.Div(v_if="recent.length", classes="stack"):
                html.H3("Continue earlier work", classes="label")
                with html.Button(
                    v_for="(r, i) in recent", key="r.key", classes="choice recent action",
                    click=(station.as_action(self.continue_work), "[i]"), disabled=("busy",),
                    title=("Object.values(r.visits).join('\\n')",),
                ):  # fmt: skip
                    html.B("{{ r.title }}")
                    html.Span("{{ r.time }}", classes="hint")
                    html.Div("{{ r.dated }}", classes="hint plain", v_if="r.dated")
                    html.Div("{{ r.where }}", classes="path")
        with html.Div(
            v_if="!visits.length && !pacs_open && kept.length", classes="stack", id="kept"
        ):
            html.H3("Kept on this computer", classes="label")
            html.Div(
                "{{ k.size }} of {{ k.what }} in {{ k.where }}", v_for="k in kept", key="k.where",
                classes="hint",
            )  # fmt: skip
            v3.VBtn(
                "Remove …", size="small", variant="text", click="removing = true",
                id="remove-kept", v_if="!removing",
                **disabled_if(BUSY, "Remove these files and the list of earlier work"),
            )  # fmt: skip
            with html.Div(v_if="removing", classes="stack", role="alert"):
                html.Div(
                    "Remove these files and the list of earlier work? Regions and reports that "
                    "were not exported are lost.", classes="warn",
                )  # fmt: skip
                with html.Div(classes="row"):
                    v3.VBtn(
                        "Remove them", size="small", variant="tonal", click=self.remove_kept,
                        id="remove-kept-now", **disabled_if(BUSY, "This cannot be undone"),
                    )  # fmt: skip
                    v3.VBtn(
                        "Keep them", size="small", variant="text", click="removing = false",
                        id="keep-kept", title="Remove nothing",
                    )  # fmt: skip
        v3.VBtn(
            "Add a visit", size="small", variant="tonal", prepend_icon="mdi-plus", id="add-visit",
            v_if="visits.length === 2 && !adding && !found.path", click="adding = true",
            **disabled_if(BUSY, "Open a further study of this patient, for a course of visits"),
        )  # fmt: skip
        with html.Div(
            classes="stack", v_show="(visits.length < 2 || found.path || adding) && !pacs_open"
        ):
            html.Div(
                "{{ !visits.length ? 'Open a study or a patient' : visits.length === 1 "
                "? 'Open the other visit' : 'Open a further visit' }}", classes="label"
            )  # fmt: skip
            with html.Div(classes="row"):
                v3.VTextField(
                    v_model=("open_path",), label="Folder, NRRD, NIfTI or scene file",
                    density="compact", hide_details=True, id="open-path",
                    raw_attrs=['@keydown.enter="trigger(\'scan\', [$event.target.value])"'],
                )  # fmt: skip
                v3.VBtn(
                    icon="mdi-folder-search-outline", variant="text", size="small",
                    click=(self.browse, "[open_path]"), id="browse",
                    **disabled_if(BUSY, "Browse the folders"),
                )  # fmt: skip
            with html.Div(v_if="browsing", classes="browser"), html.Button(
                v_for="(f, i) in folders", key="f", classes="folder",
                click=(self.browse, "[f]"),
            ):  # fmt: skip
                html.Span("{{ i === 0 ? '↑ ' + f : f.split('/').pop() }}")
            with html.Div(classes="row wrap"):
                v3.VBtn(
                    "List series", size="small", variant="tonal",
                    click=(station.as_action(self.scan), "[open_path]"), id="scan",
                    classes="action",
                    **disabled_if(
                        BUSY | {"!open_path": "Enter a folder or file first."},
                        "List the series, to choose one; a scene file is opened at once",
                    ),
                )  # fmt: skip
                v3.VBtn(
                    "Open patient", size="small", variant="tonal", id="open-patient",
                    click=(station.as_action(self.open_patient), "[open_path]"),
                    classes="action", v_if="!visits.length",
                    **disabled_if(
                        BUSY | {"!open_path": "Enter the folder of the patient first."},
                        "Open every study in the folder as a visit, sorted by date; or a scene",
                    ),
                )  # fmt: skip
                html.Span("{{ uploading }}", classes="hint")
                for kind, tip, attributes in (
                    (
                        "folder",
                        "Upload a folder with images that only the web browser can read",
                        ["webkitdirectory"],
                    ),
                    (
                        "file",
                        "Upload a scene, NRRD or NIfTI file that only the web browser can read",
                        [],
                    ),
                ):
                    with html.Label(classes="upload", title=tip, v_show="!uploading"):
                        html.Span(f"Upload {kind}")
                        html.Input(
                            type="file", multiple=True, id=f"upload-{kind}",
                            raw_attrs=[
                                *attributes,
                                '@change="utils.upload($event.target.files); '
                                "$event.target.value = ''\"",
                            ],
                        )  # fmt: skip
        self._archive.ui()
        with html.Div(v_if="scene_files.path", classes="stack card", id="scene-files"):
            html.Div("{{ scene_files.path }} names files outside its own folder:", classes="warn")
            html.Div("{{ f }}", v_for="f in scene_files.files", key="f", classes="path")
            html.Div("Open them only if you know where the scene comes from.", classes="hint")
            with html.Div(classes="row"):
                v3.VBtn(
                    "Open with these files", size="small", variant="tonal", id="open-scene-files",
                    click=(station.as_action(self.open_scene_files), "[true]"), classes="action",
                    **disabled_if(BUSY, "Read the listed files too"),
                )  # fmt: skip
                v3.VBtn("Cancel", size="small", variant="text", id="cancel-scene-files",
                        click=(station.as_action(self.open_scene_files), "[false]"))  # fmt: skip
        with html.Div(v_if="found.path", classes="stack card", id="found"):
            html.H3("Series", classes="label")
            html.Div("{{ found.whose }}", v_if="found.whose", classes="hint", id="found-whose")
            with v3.VRadioGroup(
                v_model=("chosen_series",),
                density="compact",
                hide_details=True,
                color="primary",
                classes="found-series",
            ):
                v3.VRadio(
                    v_for="s in found.dynamic", key="s.value",
                    value=("s.value",), label=("s.title + ' · ' + s.line",),
                )  # fmt: skip
            with html.Div(classes="row"):
                for name in SHOWN_VISITS:
                    v3.VBtn(
                        f"Open as {name}", size="small", color="primary", id=f"open-{name}",
                        v_if="visits.length < 2",
                        **disabled_if(
                            BUSY | {"chosen_series === null": "There is no dynamic series."},
                            f"Open the chosen series as the {name} visit",
                        ),
                        click=(station.as_action(self.open_found), f"['{name}', chosen_series]"),
                        classes="action",
                    )  # fmt: skip
                v3.VBtn(
                    "Open as a further visit", size="small", color="primary", id="open-further",
                    v_if="visits.length === 2", classes="action",
                    click=(station.as_action(self.open_further), "[chosen_series]"),
                    **disabled_if(
                        BUSY | {"chosen_series === null": "There is no dynamic series."},
                        "Open the chosen series as one more visit of the course",
                    ),
                )  # fmt: skip
            with html.Div(v_for="s in found.others", key="s.title", classes="other"):
                html.Span("{{ s.title }}<template v-if='s.whose'> · {{ s.whose }}</template>")
                html.Span("{{ s.role }}", classes="hint")
            html.Div("{{ p }}", v_for="p in found.problems", key="p", classes="warn")
        with html.Div(v_if="visits.length", classes="stack"):
            self._received.review_ui()
            html.Div("{{ stored_found }}", classes="warn", v_if="stored_found", id="stored-found",
                     raw_attrs=['role="status"'])  # fmt: skip
            with (
                html.Table(classes="facts"),
                html.Tbody(),
                html.Tr(v_for="f in facts", key="f[0]"),
            ):
                html.Td("{{ cell }}", v_for="(cell, i) in f", key="i")
            with html.Div(v_if="question.text", classes="stack card", id="pair-question"):
                html.Div("{{ question.text }}", classes="warn")
                self.answers_ui("-study")
            v3.VSelect(
                v_if="reading_choices.length > 1",
                v_model=("reading_choice",), items=("reading_choices",), id="reading-choice",
                label=control_label("reading.series"), variant="outlined", density="compact",
                hide_details=True, **disabled_if(BUSY, setting_help("reading.series")),
            )  # fmt: skip
            station.settings.ui(1)
            with html.Div(classes="row"):
                v3.VBtn(
                    "Save scene", size="small", variant="tonal", id="save-scene",
                    prepend_icon="mdi-content-save-outline", disabled=("busy || updating",),
                    click=station.as_action(self._scenes.save), classes="action",
                    title=("updating ? 'The maps are being computed.' : 'Download images, regions, "
                           "settings and maps as one file that does not name the patient; 3D "
                           "Slicer can open it too'",),
                )  # fmt: skip
                v3.VBtn("Close studies", size="small", variant="text", click=self.close,
                        **disabled_if(BUSY, "Save the work and close all visits"),
                        id="close-study")  # fmt: skip
            with html.Div(classes="row wrap", v_if="two && !several && !question.text"):
                self._replace_ui("-only")
        # The list may be far below what is offered without it.
        client.ClientStateChange(value="found", change="found.path && utils.showList()")
        station.ctrl.trigger("scan")(station.as_action(self.scan))

    def answers_ui(self, place: str = "") -> None:
        """Build the buttons that correct what is wrong with a pair of visits.

        Args:
            place: end of their IDs, because two steps have them.
        """
        v3.VBtn(
            "Swap visits", size="small", variant="tonal", v_if="question.swap",
            click=self._station.as_action(self._station.result.swap_visits),
            classes="action", id=f"swap-visits{place}",
            **disabled_if(BUSY, "Take each study as the other visit, with its regions"),
        )  # fmt: skip
        self._replace_ui(place)

    def _replace_ui(self, place: str) -> None:
        """Build the buttons that close one study of a pair; see :meth:`answers_ui`."""
        for name in SHOWN_VISITS:
            v3.VBtn(
                f"Choose another {name} study", size="small", variant="tonal",
                v_if="question.pair", click=(self.close_row, f"['{name}']"),
                id=f"replace-{name}{place}",
                **disabled_if(
                    BUSY, "Save the work on this study and close it, to open another in its place"
                ),
            )  # fmt: skip


def _read_alike(work: SavedVisit | None, asked: Mapping[str, Any] | None) -> SavedVisit | None:
    """Return work on a study if it was done on the series that is asked for."""
    if work is None or asked is None or "reading.series" not in asked:
        return work
    settings = settings_from_dict(work.choices["settings"], kind=Settings)
    return work if settings.reading.series in (None, asked["reading.series"]) else None


def _used(choices: ReadingChoices) -> int | None:
    """Return the place of the choice in use, from 0; None if it is none of them."""
    return next((n for n, c in enumerate(choices.dynamic) if c is choices.used), None)


def _name(visit: Any) -> str:
    """Return the last two folders of a study's path, without "dicom"."""
    return str(visit.name) if visit.study_path is None else last_folders(visit.study_path)


def _range(step: Any) -> str:
    low, high = float(step.min()), float(step.max())
    return f"{low:.2f}" if high - low < 0.01 else f"{low:.2f} to {high:.2f}"


def _value(value: float | None, factor: float, unit: str) -> str:
    return "not in the files" if value is None else f"{value * factor:.4g} {unit}"
