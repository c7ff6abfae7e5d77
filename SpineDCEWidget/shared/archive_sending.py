"""Sending of results to an archive (PACS): which objects, to whom, and each object's answer."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pydicom
from SpineDCELib.errors import InputError
from SpineDCELib.network.archive import Archive
from SpineDCELib.network.nodes import Node, read_network
from SpineDCELib.network.sent_objects import SendableFile, Sent, sendable
from SpineDCELib.progress import Progress

from SpineDCEWidget.shared.computation import Job
from SpineDCEWidget.shared.received_studies import unreviewed_visits
from SpineDCEWidget.shared.wording import _, translated

if TYPE_CHECKING:
    from SpineDCEWidget.shared.session import Session

PREPARING, SENDING = _("Writing the objects to send"), _("Sending to the archive")


@dataclass(frozen=True)
class _Object:
    """One object: its file, and the series that it is part of."""

    file: SendableFile
    series: str
    title: str


@dataclass(frozen=True)
class SeriesRow:
    """A series of objects, as a list shows it.

    Attributes:
        answers: name of an object, and the archive's answer, of those that were sent.
        failed: whether one of them was not stored.
    """

    uid: str
    title: str
    count: int
    answers: tuple[str, ...]
    failed: bool


class ArchiveSending:
    """Objects of the present results, and what archives answered to them.

    Attributes:
        session: whose results they are.
    """

    def __init__(self, session: Session) -> None:
        self.session = session
        self._objects: list[_Object] = []
        self._of: object = None
        #: (node, SOP instance) → answer.
        self._answers: dict[tuple[str, str], Sent] = {}
        #: Nodes that the user agreed to in this session.
        self._agreed: set[str] = set()

    # -- objects --------------------------------------------------------------------------------

    def _present(self) -> object:
        """Return what the objects are made of."""
        session = self.session
        # The results themselves: the identity of one that is gone may come again.
        results = [visit.result for visit in session.visits if visit.is_current]
        comparison = session.comparison if session.is_comparison_current else None
        return results, session.report.text, comparison

    @property
    def is_outdated(self) -> bool:
        """Whether there are objects, and they are not of the present results."""
        return bool(self._objects) and self._of != self._present()

    def forget(self) -> None:
        """Forget the objects."""
        self._objects, self._answers = [], {}

    def preparation_job(self, folder: Path, *, anonymise: bool = False) -> Job[list[_Object]]:
        """Return the job that writes the objects of the present results to a folder.

        Raises:
            InputError: nothing is computed, or not with the present settings and regions.
        """
        export = self.session.export_job(
            folder, formats=["dicom"], anonymise=anonymise, preview=True
        )
        present = self._present()
        labels = {self.session.folder_of(v): v.shown_label for v in self.session.visits}

        def work(progress: Progress) -> list[_Object]:
            written.extend(export.run(progress))
            return [_object(file, labels, folder) for file in sendable([folder])]

        written: list[str] = []

        def done(objects: list[_Object]) -> None:
            export.finish(written)
            self._objects, self._answers, self._of = objects, {}, present

        return Job(work, done)

    def rows(self, node: str) -> list[SeriesRow]:
        """Return the series, with the answers of an archive to their objects."""
        rows = []
        for uid in dict.fromkeys(one.series for one in self._objects):
            inside = [one for one in self._objects if one.series == uid]
            answers = [self._answer(node, one) for one in inside]
            told = [
                f"{one.file.path.name}: {_text(answer)}"
                for one, answer in zip(inside, answers, strict=True)
                if answer is not None
            ]
            failed = any(answer is not None and not answer.stored for answer in answers)
            rows.append(SeriesRow(uid, inside[0].title, len(inside), tuple(told), failed))
        return rows

    def _answer(self, node: str, one: _Object) -> Sent | None:
        return self._answers.get((node, one.file.sop_instance))

    # -- sending --------------------------------------------------------------------------------

    def question(self, node: str, count: int, *, anonymise: bool) -> str:
        """Return what to ask before the first sending to an archive in a session, with its address.

        It is "" where the user has agreed.

        Raises:
            InputError: there is no such archive.
        """
        if node in self._agreed:
            return ""
        identity = (
            _("without the patient's identity")
            if anonymise
            else _("with the patient's name, ID and birth date")
        )
        return _(
            "Send the chosen objects ({count}), {identity}, to '{node}': {address}? Nothing was "
            "sent there in this session."
        ).format(count=count, identity=identity, node=node, address=_address(node))

    def agree(self, node: str) -> None:
        """Record that the user agrees to send to an archive in this session."""
        self._agreed.add(node)

    def to_send(self, node: str, series: Collection[str]) -> list[SendableFile]:
        """Return the objects of the chosen series; of one that failed in part, the rest."""
        files = []
        for uid in series:
            inside = [one for one in self._objects if one.series == uid]
            left = [
                one.file
                for one in inside
                if (answer := self._answer(node, one)) is None or not answer.stored
            ]
            files += left or [one.file for one in inside]
        return files

    def files(self, series: Collection[str]) -> list[Path]:
        """Return the files of the chosen series.

        Raises:
            InputError: the results have changed (code "objects_outdated").
        """
        if self.is_outdated:
            raise self._outdated()
        return [one.file.path for one in self._objects if one.series in series]

    @staticmethod
    def _outdated() -> InputError:
        return InputError(
            _("The results have changed. List the objects again."), code="objects_outdated"
        )

    def job(self, node: str, series: Collection[str]) -> Job[list[Sent]]:
        """Return the job that sends the objects of the chosen series.

        Raises:
            InputError: the user has not agreed (code "not_agreed"), the results have changed (code
                "objects_outdated"), or a visit has not been reviewed (code "not_reviewed").
        """
        if node not in self._agreed:
            raise InputError(_("The destination was not confirmed."), code="not_agreed", about=node)
        if self.is_outdated:
            raise self._outdated()
        for visit in unreviewed_visits(self.session):
            raise InputError(
                _(
                    "The {visit} visit was analysed automatically and has not been reviewed. Mark "
                    "it as reviewed in step 1 before you send its results."
                ).format(visit=visit.word),
                code="not_reviewed",
                about=visit.name,
            )
        files = self.to_send(node, series)

        def done(answers: list[Sent]) -> None:
            self._answers |= {(node, one.sop_instance): one for one in answers}
            stored = sum(one.stored for one in answers)
            self.session.actions.add(
                self.session.visits,
                _("Send {stored} of {count} objects to the archive {node}").format(
                    stored=stored, count=len(answers), node=node
                ),
            )

        return Job(lambda progress: Archive.named(node).send(files, progress), done)


def _address(name: str) -> str:
    node: Node = read_network().node(name)
    if node.by_web:
        return node.url
    encrypted = _("encrypted") if node.tls.on else _("not encrypted")
    return _("{title} at {host}, port {port}, {encrypted}").format(
        title=node.ae_title, host=node.host, port=node.port, encrypted=encrypted
    )


def _object(file: SendableFile, labels: Mapping[str, str], folder: Path) -> _Object:
    """Return an object.

    Args:
        labels: folder of a visit, where there are several → how the windows name it.
    """
    head: Any = pydicom.dcmread(
        file.path, stop_before_pixels=True, specific_tags=["SeriesDescription", "SeriesInstanceUID"]
    )
    kind = file.kind.removesuffix(" Storage")
    description = str(head.get("SeriesDescription") or "")
    visit = labels.get(file.path.relative_to(folder).parts[0], "")
    title = ", ".join(text for text in (visit, description, kind) if text)
    return _Object(file, str(head.SeriesInstanceUID), title)


def _text(answer: Sent) -> str:
    if not answer.stored:
        return _("not stored, because {reason}.").format(
            reason=translated(answer.message.rstrip("."))
        )
    return f"{_('stored')}, {answer.message}" if answer.message else _("stored")
