"""Work saved while it is done, and offered again after a crash or a closed tab."""

from __future__ import annotations

import contextlib
import json
import time
from pathlib import Path
from typing import Any

from SpineDCELib.errors import SpineDCEError
from SpineDCELib.files.atomic_folder import staged
from SpineDCELib.run.saved_session import SESSION, SavedVisit

from SpineDCEWidget.browser.user_folders import user_folder, work_folder
from SpineDCEWidget.shared.session import Session
from SpineDCEWidget.shared.study_opening import saved_visits
from SpineDCEWidget.shared.wording import remedy

_RECENT = 8


class Autosave:
    """Saves a session to the user's folder, and remembers the studies that were open."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.problem = ""  #: why the work could not be saved; "" if it was
        self.scene: Path | None = None  #: what was opened, where it was a scene

    def folder(self) -> Path | None:
        """Where the work of the open study goes; None without a study on disk."""
        paths = [v.study_path for v in self._session.visits if v.study_path is not None]
        if not paths and self.scene is not None:
            return _scene_folder(self.scene)
        return work_folder(paths[0]) if paths else None

    def save(self) -> None:
        """Keep what there is now; failing to is told, and never stops the work."""
        folder = self.folder()
        if folder is None:
            return
        try:
            self._session.save(folder)
            self._remember(folder)
            self.problem = ""
        except (SpineDCEError, OSError) as error:
            why = remedy(error) if isinstance(error, SpineDCEError) else str(error)
            self.problem = f"The work could not be saved: {why}"

    def _remember(self, folder: Path) -> None:
        opened = {v.name: v.study_path or self.scene for v in self._session.visits}
        visits = {name: str(path) for name, path in opened.items() if path}
        entry = {"folder": str(folder), "visits": visits, "time": time.time()}
        recent = [entry, *(r for r in read_recent() if r["folder"] != entry["folder"])]
        with staged(user_folder()) as stage:
            text = json.dumps(recent[:_RECENT], indent=1)
            (stage / "recent.json").write_text(text, encoding="utf-8")


def read_recent() -> list[dict[str, Any]]:
    """What was worked on, the latest first; what is gone or damaged is left out."""
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
        found = json.loads((user_folder() / "recent.json").read_text(encoding="utf-8"))
        return [
            {"folder": str(r["folder"]), "visits": dict(r["visits"]), "time": float(r["time"])}
            for r in found
            if any(Path(path).exists() for path in r["visits"].values())
        ]
    return []


def _scene_folder(scene: Path) -> Path:
    return work_folder(scene) / f"scene {scene.stem}"


def work_on_scene(scene: Path) -> dict[str, SavedVisit]:
    """Work that was done since a scene was saved; nothing where there is none."""
    folder = _scene_folder(scene)
    try:
        files = [*folder.glob(SESSION)]
        if any(file.stat().st_mtime > scene.stat().st_mtime for file in files):
            return saved_visits(folder)
    except (SpineDCEError, OSError):
        pass
    return {}


def work_beside(study: Path) -> dict[str, SavedVisit]:
    """Work kept for a study; nothing where there is none or it is damaged."""
    try:
        return saved_visits(work_folder(study))
    except (SpineDCEError, OSError):
        return {}
