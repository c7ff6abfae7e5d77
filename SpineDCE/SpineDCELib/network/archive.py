"""An archive, by whichever protocol its node is configured for."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from SpineDCELib.errors import InputError
from SpineDCELib.files.atomic_folder import writing
from SpineDCELib.network import dicomweb, dimse_queries, dimse_retrieval, dimse_sending
from SpineDCELib.network.dimse_queries import Contents
from SpineDCELib.network.nodes import Node, Own, read_network, require_uid, study_address
from SpineDCELib.network.packages import pynetdicom
from SpineDCELib.network.sent_objects import SendableFile, Sent
from SpineDCELib.network.stored_objects import (
    LATER,
    ForeignObject,
    StoredObjects,
    arriving,
    deliver,
    fetched_folder,
    require_free,
)
from SpineDCELib.network.study_query import MOST, Query, StudyEntry
from SpineDCELib.network.supervision import Activity, supervised
from SpineDCELib.progress import Progress, part, silent
from SpineDCELib.run.stored_drawings import DRAWINGS


class Archive:
    """An archive that the user configured.

    Args:
        node: the archive; own: this program as it sees it.
    """

    def __init__(self, node: Node, own: Own) -> None:
        self.node, self.own = node, own
        if not node.by_web:
            pynetdicom()

    @classmethod
    def named(cls, name: str) -> Archive:
        """Return the archive of a configured node.

        Raises:
            InputError: there is none of this name.
        """
        network = read_network()
        return cls(network.node(name), network.own)

    def echo(self) -> None:
        """Ask whether it answers.

        Raises:
            InputError: it does not.
        """
        if self.node.by_web:
            dicomweb.echo(self.node)
        else:
            dimse_queries.echo(self.node, self.own)

    def _searching(
        self, activity: Activity
    ) -> AbstractContextManager[dicomweb.Search | dimse_queries.Search]:
        if self.node.by_web:
            return dicomweb.searching(self.node, activity)
        return dimse_queries.searching(self.node, self.own, activity)

    def find(self, query: Query, progress: Progress = silent) -> list[StudyEntry]:
        """Return the studies that match, each with its series; newest first.

        Raises:
            InputError: there is no answer, or a refusal.
        """
        activity = Activity(f"Searching {self.node.name}")

        def work() -> list[StudyEntry]:
            studies: dict[str, StudyEntry] = {}
            complete = []
            with self._searching(activity) as search:
                for criteria in query.alternatives():
                    studies |= {s.uid: s for s in search.studies(criteria) if s.uid}
                newest = sorted(studies.values(), key=lambda s: s.date, reverse=True)[:MOST]
                activity.total = len(newest)
                for study in newest:
                    if activity.stopped.is_set():
                        break
                    complete.append(study.with_series(search.series(study.uid)))
                    activity.advance()
            return complete

        return supervised(work, node=self.node, activity=activity, progress=progress)

    def _contents(self, study_uid: str, progress: Progress) -> Contents:
        activity = Activity(f"Asking {self.node.name} for the study")

        def work() -> Contents:
            with self._searching(activity) as search:
                return search.contents(study_uid)

        found = supervised(work, node=self.node, activity=activity, progress=progress)
        if not any(found.values()):
            raise InputError(
                f"The archive '{self.node.name}' holds no study {study_uid}.",
                code="no_such_study",
                about=study_uid,
            )
        return found

    def retrieve(self, study_uid: str, folder: Path, progress: Progress = silent) -> int:
        """Fetch a study into a new folder, and return the number of its objects.

        The folder gets all of the study or nothing. What arrived before a failure is kept in the
        user's data folder, where the next attempt continues.

        Raises:
            InputError: it cannot be fetched completely, or written.
        """
        require_uid(study_uid)
        require_free(folder)
        with writing(folder):
            objects = arriving(self.node, study_uid)
        expected = self._contents(study_uid, part(progress, 0.0, 0.05))
        if objects.missing(expected):
            with writing(objects.folder):
                self._fetch(expected, objects, part(progress, 0.05, 0.98))
        count = len(objects.uids())
        deliver(objects, folder)
        progress(1.0, "Fetched")
        return count

    def fetch_drawings(self, study_uid: str, folder: Path, progress: Progress = silent) -> int:
        """Fetch regions and reports that a fetched study does not have yet; return their number.

        They go to a hidden folder of it, so that the study and the work on it stay the same.

        Raises:
            InputError: they cannot be fetched completely, or written.
        """
        contents = self._contents(require_uid(study_uid), part(progress, 0.0, 0.3))
        here = {file.stem for file in folder.rglob("*.dcm")}
        late = {
            series: {uid: kind for uid, kind in objects.items() if kind in DRAWINGS}
            for series, objects in contents.items()
        }
        late = {s: objects for s, objects in late.items() if objects.keys() - here}
        if late:
            with writing(folder):
                self._fetch(
                    late, StoredObjects(folder / LATER, study_uid), part(progress, 0.3, 1.0)
                )
        return sum(map(len, late.values()))

    def _fetch(self, expected: Contents, objects: StoredObjects, progress: Progress) -> None:
        try:
            if self.node.by_web:
                said = dicomweb.retrieve(self.node, expected, objects, progress)
            else:
                said = dimse_retrieval.retrieve(self.node, self.own, expected, objects, progress)
        except ForeignObject:
            said = "it sent an object of another study"
        except InputError as error:
            raise self._incomplete(expected, objects, str(error), error.code) from None
        if objects.missing(expected):
            raise self._incomplete(expected, objects, said and f"Its reason: {said}.")

    def _incomplete(
        self, expected: Contents, objects: StoredObjects, reason: str, code: str = ""
    ) -> InputError:
        total = sum(map(len, expected.values()))
        here = total - sum(map(len, objects.missing(expected).values()))
        if not here and reason:
            return InputError(
                reason if code else f"The archive '{self.node.name}' sent nothing. {reason}",
                code=code or "incomplete_study",
                about=self.node.name,
            )
        return InputError(
            f"The archive '{self.node.name}' sent {here} of {total} objects of the study. "
            f"{reason}{' ' if reason else ''}They are kept; fetch the study again to get the rest.",
            code=code or "incomplete_study",
            about=self.node.name,
        )

    def send(self, files: Sequence[SendableFile], progress: Progress = silent) -> list[Sent]:
        """Send files, and return the archive's answer to each.

        Raises:
            InputError: there is no connection.
        """
        if self.node.by_web:
            return dicomweb.send(self.node, files, progress)
        return dimse_sending.send(self.node, self.own, files, progress)


def local_study(study: str, progress: Progress = silent) -> str:
    """Return the path of a study; one in an archive ("pacs:NODE/STUDY_UID") is fetched first.

    A study that was fetched before is taken from the user's data folder.

    Raises:
        InputError: see :meth:`Archive.retrieve`.
    """
    address = study_address(study)
    if address is None:
        return study
    name, uid = address
    archive = Archive.named(name)
    folder = fetched_folder(archive.node, uid)
    if not folder.is_dir():
        archive.retrieve(uid, folder, progress)
    return str(folder)
