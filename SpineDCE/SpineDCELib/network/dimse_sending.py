"""C-STORE of files to an archive."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from SpineDCELib.errors import InputError
from SpineDCELib.network.associations import aborting, associated, category, reason_of
from SpineDCELib.network.nodes import Node, Own
from SpineDCELib.network.sent_objects import SendableFile, Sent
from SpineDCELib.network.supervision import Activity, supervised
from SpineDCELib.progress import Progress

_LOST = "the connection was lost; whether it is stored is not known"
_LOST_BEFORE = "the connection was lost before it was sent"


def send(node: Node, own: Own, files: Sequence[SendableFile], progress: Progress) -> list[Sent]:
    """Send files, and return the archive's answer to each.

    Raises:
        InputError: there is no connection.
    """
    activity = Activity(f"Sending to {node.name}", len(files))
    running: list[Any] = []
    done: list[Sent] = []

    def work() -> None:
        from pynetdicom import build_context

        kinds = sorted({(file.sop_class, file.transfer_syntax) for file in files})
        contexts = [build_context(kind, syntax) for kind, syntax in kinds[:128]]
        with associated(node, own, contexts) as association:
            running.append(association)
            for file in files:
                if activity.stopped.is_set():
                    return
                lost = bool(done) and done[-1].message in (_LOST, _LOST_BEFORE)
                done.append(
                    Sent(file.path, file.sop_instance, False, _LOST_BEFORE)
                    if lost
                    else _send(association, file)
                )
                activity.advance()

    def stop() -> None:
        for association in running:
            aborting(association)()

    try:
        supervised(work, node=node, activity=activity, progress=progress, stop=stop)
    except InputError as error:
        none_accepted = error.code == "not_offered"
        if not done and not none_accepted:  # nothing was sent, so the reason is the answer
            raise
        done += [
            Sent(
                file.path, file.sop_instance, False,
                _not_accepted(file) if none_accepted else str(error),
            )
            for file in files[len(done) :]
        ]  # fmt: skip
    return done


def _not_accepted(file: SendableFile) -> str:
    return f"the archive does not accept {file.kind}"


def _send(association: Any, file: SendableFile) -> Sent:
    def answer(stored: bool, text: str) -> Sent:
        return Sent(file.path, file.sop_instance, stored, text)

    if not association.is_established:
        return answer(False, _LOST_BEFORE)
    try:
        status = association.send_c_store(file.path)
    except ValueError:
        return answer(False, _not_accepted(file))
    except RuntimeError:
        return answer(False, _LOST_BEFORE)
    if "Status" not in status:
        return answer(False, _LOST)
    if category(int(status.Status)) in ("Success", "Warning"):
        return answer(True, "" if int(status.Status) == 0 else reason_of(status))
    return answer(False, reason_of(status))
