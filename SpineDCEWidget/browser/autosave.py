"""Automatic saving of the work, and the list of recent work."""

from __future__ import annotations

import contextlib
import json
import time
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from SpineDCELib.errors import SpineDCEError
from SpineDCELib.files.atomic_folder import replaced
from SpineDCELib.files.bounded_reading import read_json
from SpineDCELib.files.user_data import private_folder, user_folder
from SpineDCELib.run.saved_session import SESSION, SavedVisit, recover_session, write_session
from SpineDCELib.run.study_work import work_folder

from SpineDCEWidget.browser.kept_data import RECENT
from SpineDCEWidget.shared.session import Session
from SpineDCEWidget.shared.visit_session import VisitSession
from SpineDCEWidget.shared.wording import remedy

#: Most entries of the list of recent work.
_RECENT = 100


class Autosave:
    """Automatic saving of a session, and of the studies that are open in it."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.problem = ""  #: message if the work could not be saved, else ""
        self.scene: Path | None = None  #: scene file that was opened, if any

    def folder(self) -> Path | None:
        """Return the folder for the work on the open study; None if the study is not on disk."""
        paths = [v.study_path for v in self._session.visits if v.study_path is not None]
        if not paths and self.scene is not None:
            return _scene_folder(self.scene)
        return work_folder(paths[0]) if paths else None

    def save(self) -> None:
        """Save the work; a failure is kept in :attr:`problem` and not raised."""
        folder = self.folder()
        if folder is None:
            return
        try:
            self._session.save(folder)
            self._remember(folder)
            self.problem = ""
        except (SpineDCEError, OSError) as error:
            reason = remedy(error) if isinstance(error, SpineDCEError) else str(error)
            self.problem = f"The work could not be saved: {reason}"

    def save_apart(self, visit: VisitSession) -> None:
        """Save the work, and that on a visit beside its own study, because it is to be closed."""
        self.save()
        if visit.study_path is None:
            return
        kept = work_beside(visit.study_path, lambda _text: None)
        mine = {saved.name: saved for saved in self._session.saved() if saved.name == visit.name}
        try:
            write_session(work_folder(visit.study_path), [*(kept | mine).values()])
        except (SpineDCEError, OSError) as error:
            self.problem = f"The work could not be saved: {error}"

    def _remember(self, folder: Path) -> None:
        opened = {v.name: v.study_path or self.scene for v in self._session.visits}
        visits = {name: str(path) for name, path in opened.items() if path}
        patients = dict.fromkeys(v.patient for v in self._session.visits if v.patient)
        entry = {
            "folder": str(folder), "visits": visits, "time": time.time(),
            "patient": " | ".join(patients),
            "dated": [v.title for v in self._session.visits],
        }  # fmt: skip
        recent = [entry, *(r for r in read_recent() if not _is_of(r, entry))]
        with replaced(private_folder() / RECENT) as draft:
            draft.write_text(json.dumps(recent[:_RECENT], indent=1), encoding="utf-8")


def read_recent() -> list[dict[str, Any]]:
    """Return the recent work whose studies still exist, the latest first."""
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
        found = read_json(user_folder() / RECENT)
        return [
            {
                "folder": str(r["folder"]),
                "visits": dict(r["visits"]),
                "time": float(r["time"]),
                "patient": str(r.get("patient", "")),
                "dated": [str(one) for one in r.get("dated", ())],
            }
            for r in found
            if any(Path(path).exists() for path in r["visits"].values())
        ]
    return []


def recent_rows() -> list[dict[str, Any]]:
    """Return the recent work as a list shows it: whose, which visits, where and when."""
    rows = [
        {
            "title": " · ".join(t for t in (r["patient"], _listed(list(r["visits"]))) if t),
            "visits": r["visits"],
            # Both visits of a scene have one file.
            "where": _where(r, last_folders),
            "dated": " · ".join(r["dated"]),
            "key": r["folder"],
            "time": time.strftime("Worked on %d %b %Y, %H:%M", time.localtime(r["time"])),
        }
        for r in read_recent()
    ]
    alike = Counter((row["title"], row["where"]) for row in rows)
    return [
        row | {"where": _where(row, str)} if alike[row["title"], row["where"]] > 1 else row
        for row in rows
    ]


def _where(row: Mapping[str, Any], words: Callable[[Path], str]) -> str:
    """Return where the studies of recent work are; both visits of a scene have one file."""
    return ", ".join(dict.fromkeys(words(Path(path)) for path in row["visits"].values()))


def _listed(names: list[str]) -> str:
    """Return which visits earlier work holds."""
    if len(names) > 2:
        return f"Course of {len(names)} visits"
    if len(names) == 2:
        return "Baseline and follow-up"
    return names[0].capitalize()


def last_folders(study: Path) -> str:
    """Return the last two folders of a study's path, without "dicom"."""
    parts = [part for part in study.parts if part.lower() not in ("dicom", "/")]
    return "/".join(parts[-2:])


def _is_of(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Return whether an entry of the list is of the work of another, or of the same studies."""
    same = set(one["visits"].values()) == set(other["visits"].values())
    return same or bool(one["folder"] == other["folder"])


def _scene_folder(scene: Path) -> Path:
    return work_folder(scene) / f"scene {scene.stem}"


def work_on_scene(scene: Path, told: Callable[[str], None]) -> dict[str, SavedVisit]:
    """Return the work on a scene since it was saved: name of the visit → work.

    Work that cannot be read is set aside; ``told`` gets the reasons.
    """
    folder = _scene_folder(scene)
    try:
        files = [*folder.glob(SESSION)]
        if any(file.stat().st_mtime > scene.stat().st_mtime for file in files):
            return _recovered(folder, told)
    except OSError:
        pass
    return {}


def work_beside(study: Path, told: Callable[[str], None]) -> dict[str, SavedVisit]:
    """Return the saved work on a study: name of the visit → work.

    Work that cannot be read is set aside; ``told`` gets the reasons.
    """
    try:
        return _recovered(work_folder(study), told)
    except OSError:
        return {}


def work_as_any_visit(study: Path, told: Callable[[str], None]) -> SavedVisit | None:
    """Return the latest work on a study with regions or rulers, whichever visit it was then."""
    entries = [r for r in read_recent() if str(study) in r["visits"].values()]
    with contextlib.suppress(OSError):
        folders = dict.fromkeys([*(Path(r["folder"]) for r in entries), work_folder(study)])
        for folder in folders:
            for saved in _recovered(folder, told).values():
                if saved.study == str(study) and (saved.masks or saved.rulers):
                    return saved
    return None


def _recovered(folder: Path, told: Callable[[str], None]) -> dict[str, SavedVisit]:
    visits, notes = recover_session(folder)
    if notes:
        told(" ".join(notes))
    return {visit.name: visit for visit in visits}
