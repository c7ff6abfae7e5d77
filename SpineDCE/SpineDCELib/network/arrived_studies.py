"""Studies that were sent to this program: their images and states, in files that outlive a kill."""

from __future__ import annotations

import json
import shutil
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from SpineDCELib.files.atomic_folder import replaced
from SpineDCELib.files.bounded_reading import read_json
from SpineDCELib.network.nodes import is_uid
from SpineDCELib.network.stored_objects import ForeignObject, StoredObjects

STATE, IMAGES, RESULTS, PREPARED = "state.json", "images", "results", "prepared"
#: Space that a disk must keep, bytes.
_LEAST_FREE = 1 << 30

#: What a list says while earlier visits of a patient are looked for.
LOOKING = "Looking for earlier visits."
#: In the order in which a study goes through them; the last two are ends.
STATES = ("arriving", "waiting", "analysing", "ready", "failed")


@dataclass(frozen=True)
class ArrivedStudy:
    """A study and how far it is.

    Attributes:
        message: of the protocol check or why it failed. usable: of the protocol check.
        attempts: analyses that were begun. changed: s since 1970.
        reviewed: whether a person has said so.
        points: of the protocol check, as :meth:`ProtocolCheck.record` has them.
        earlier: visits of the patient in the archive, as :class:`EarlierVisit` has them.
        earlier_message: why there are none, or that they are looked for; "" otherwise.
    """

    uid: str
    state: str = "arriving"
    patient: str = ""
    description: str = ""
    date: str = ""
    objects: int = 0
    attempts: int = 0
    message: str = ""
    usable: bool | None = None
    reviewed: bool = False
    changed: float = 0.0
    points: list[dict[str, str]] = field(default_factory=list)
    earlier: list[dict[str, str]] = field(default_factory=list)
    earlier_message: str = ""


class ArrivedStudies:
    """The studies in a folder, each in a folder of its UID.

    Args:
        most: bytes that all of them may have; beyond it, images are refused.
    """

    def __init__(self, folder: Path, *, most: float = float("inf")) -> None:
        self.folder, self._most = folder, most
        self._lock = threading.RLock()
        self._size: int | None = None  #: of all studies, bytes; None until it is needed

    def measure(self) -> None:
        """Add up the space that all studies and their results take."""
        self._size = self._measured()

    def _measured(self) -> int:
        return sum(f.lstat().st_size for f in self.folder.rglob("*") if not f.is_dir())

    def place(self, uid: str) -> Path:
        """Return the folder of a study."""
        if not is_uid(uid):
            raise ForeignObject(uid)
        return self.folder / uid

    def count(self, uid: str) -> int:
        """Return the number of objects of a study."""
        return len(list(self.images(uid).glob("*/*.dcm")))

    def images(self, uid: str) -> Path:
        """Return the folder of the images of a study."""
        return self.place(uid) / IMAGES

    def take(self, encoded: bytes, about: Any) -> str:
        """Keep an object, and return the UID of its study; a new one makes the study arrive again.

        Raises:
            ForeignObject: its UIDs are not valid.
            OSError: it cannot be written, or there is no room for it.
        """
        uid = str(about.get("StudyInstanceUID") or "")
        with self._lock:
            target = StoredObjects(self.images(uid), uid)
            study = self.study(uid) or ArrivedStudy(
                uid,
                patient=str(about.get("PatientID") or ""),
                description=str(about.get("StudyDescription") or ""),
                date=str(about.get("StudyDate") or ""),
            )
            if str(about.get("SOPInstanceUID")) in target.uids():
                return uid  # a duplicate; the first one counts
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            free = shutil.disk_usage(self.folder).free
            if self._size is None:
                self._size = self._measured()
            if self._size + len(encoded) > self._most or free < len(encoded) + _LEAST_FREE:
                raise OSError(28, "the limit of the disk is reached")
            self.place(uid).mkdir(mode=0o700, exist_ok=True)
            target.take(encoded, about)
            self._size += len(encoded)
            if study.state != "analysing":
                study = replace(
                    study, state="arriving", attempts=0, message="", usable=None, points=[],
                    earlier=[], earlier_message="",
                )  # fmt: skip
            self.save(replace(study, objects=study.objects + 1))
        return uid

    def save(self, study: ArrivedStudy) -> None:
        """Write the state of a study."""
        with self._lock, replaced(self.place(study.uid) / STATE) as draft:
            content = asdict(replace(study, changed=time.time()))
            draft.write_text(json.dumps(content, indent=1), encoding="utf-8")

    def change(self, uid: str, **values: Any) -> ArrivedStudy:
        """Change some of the state of a study, and return it."""
        with self._lock:
            study = replace(self.study(uid) or ArrivedStudy(uid), **values)
            self.save(study)
            return study

    def study(self, uid: str) -> ArrivedStudy | None:
        """Return the state of a study; None if there is none, or it cannot be read."""
        try:
            return ArrivedStudy(**read_json(self.place(uid) / STATE))
        except (OSError, ValueError, TypeError):
            return None

    def __iter__(self) -> Iterator[ArrivedStudy]:
        """Yield all studies, the one that changed last first."""
        found = [
            study
            for place in (self.folder.iterdir() if self.folder.is_dir() else ())
            if is_uid(place.name) and (study := self.study(place.name)) is not None
        ]
        yield from sorted(found, key=lambda study: study.changed, reverse=True)

    def recover(self) -> None:
        """Bring the states in order after the program was killed.

        What was being analysed waits again; half-written files are removed. Earlier visits that
        were being looked for are not looked for again.
        """
        for draft in self.folder.glob("*/.*.part"):
            draft.unlink(missing_ok=True)
        for draft in self.folder.glob(f"*/{IMAGES}/*/.*.part"):
            draft.unlink(missing_ok=True)
        for place in self.folder.iterdir() if self.folder.is_dir() else ():
            if not is_uid(place.name):
                continue
            number = self.count(place.name)
            study = self.study(place.name)
            if study is None or study.objects != number:
                # Killed between an image and its record.
                self.change(place.name, state="arriving", objects=number)
            elif study.state == "analysing":
                self.change(place.name, state="waiting")
            else:
                self.end_search(study)

    def end_search(self, study: ArrivedStudy) -> None:
        """Say that the search for earlier visits was broken off, if it goes on no longer."""
        if study.earlier_message == LOOKING:
            self.change(study.uid, earlier_message="The search for earlier visits was broken off.")
