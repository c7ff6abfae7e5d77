"""C-GET and C-MOVE of the objects of one study."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from SpineDCELib.network.associations import aborting, associated, category, reason_of
from SpineDCELib.network.dimse_queries import Contents
from SpineDCELib.network.nodes import Node, Own
from SpineDCELib.network.receiver import (
    address_towards,
    addresses_of,
    listening,
    storage_contexts,
    stored,
)
from SpineDCELib.network.stored_objects import StoredObjects
from SpineDCELib.network.supervision import Activity, supervised
from SpineDCELib.progress import Progress

_GET = "1.2.840.10008.5.1.4.1.2.2.3"
_MOVE = "1.2.840.10008.5.1.4.1.2.2.2"
#: Most objects that one request names.
_AT_ONCE = 50
_MR_IMAGE = "1.2.840.10008.5.1.4.1.1.4"


class _Taking:
    """Storing of what arrives, with its first failure."""

    def __init__(self, objects: StoredObjects, activity: Activity) -> None:
        self._objects, self._activity = objects, activity
        self._lock = threading.Lock()
        self.full: OSError | None = None

    def __call__(self, encoded: bytes, about: Any, sender: Any = None) -> None:
        with self._lock:
            try:
                self._objects.take(encoded, about)
            except OSError as error:
                self.full = error
                raise
            self._activity.advance()


@dataclass
class _Retrieval:
    """Retrieval of what is missing of one study.

    Attributes:
        expected: what the archive lists. association: with the archive, while there is one.
    """

    node: Node
    own: Own
    expected: Contents
    objects: StoredObjects
    activity: Activity
    taking: _Taking
    association: Any = None

    def run(self) -> str:
        """Fetch; return what the archive said, "" if all went well."""
        return self._get() if self.node.retrieve == "get" else self._move()

    def stop(self) -> None:
        """Abort the association."""
        if self.association is not None:
            aborting(self.association)()

    def _get(self) -> str:
        from pynetdicom import build_context, build_role, evt

        named = {kind for uids in self.expected.values() for kind in uids.values() if kind}
        # A request negotiates at most 128 contexts, one of which is that of C-GET.
        classes = sorted(named or {c.abstract_syntax for c in storage_contexts()})[:127]
        classes = list(dict.fromkeys([*classes[:126], _MR_IMAGE]))
        with associated(
            self.node,
            self.own,
            [build_context(_GET), *storage_contexts(classes)],
            roles=[build_role(one, scp_role=True) for one in classes],
            handlers=[(evt.EVT_C_STORE, stored, [self.taking])],
        ) as self.association:
            return self._ask(lambda asked: self.association.send_c_get(asked, _GET))

    def _move(self) -> str:
        from pynetdicom import build_context

        title, senders = self.node.ae_title, addresses_of(self.node)
        here = replace(self.own, address=self.own.address or address_towards(self.node))
        with (
            listening(here, self.taking, titles=[title], addresses=senders),
            associated(self.node, self.own, [build_context(_MOVE)]) as self.association,
        ):
            # Not every archive reports while it sends; the objects themselves are signs of life.
            self.association.dimse_timeout = None
            return self._ask(
                lambda asked: self.association.send_c_move(asked, self.own.ae_title, _MOVE)
            )

    def _ask(self, send: Callable[[Any], Any]) -> str:
        for asked in self._requests():
            with contextlib.closing(send(asked)) as answers:
                for status, _ in answers:
                    self.activity.advance(0)
                    if status is None or "Status" not in status:
                        return "the connection was lost"
                    if category(int(status.Status)) in ("Failure", "Cancel"):
                        return reason_of(status)
            if self.activity.stopped.is_set():
                return "it was stopped"
        return ""

    def _requests(self) -> Iterator[Any]:
        """Yield identifiers: whole series where nothing has arrived, objects elsewhere."""
        from pydicom import Dataset

        for series, uids in self.objects.missing(self.expected).items():
            whole = len(uids) == len(self.expected[series])
            for start in range(0, 1 if whole else len(uids), _AT_ONCE):
                asked = Dataset()
                asked.QueryRetrieveLevel = "SERIES" if whole else "IMAGE"
                asked.StudyInstanceUID = self.objects.study_uid
                asked.SeriesInstanceUID = series
                if not whole:
                    asked.SOPInstanceUID = list(uids[start : start + _AT_ONCE])
                yield asked


def retrieve(
    node: Node, own: Own, expected: Contents, objects: StoredObjects, progress: Progress
) -> str:
    """Fetch what is missing of a study; return what the archive said, "" if all went well.

    Raises:
        InputError: there is no connection, or the archive is silent.
        OSError: an object cannot be written.
    """
    total = sum(map(len, expected.values()))
    activity = Activity(f"Fetching from {node.name}", total)
    activity.done = total - sum(map(len, objects.missing(expected).values()))
    taking = _Taking(objects, activity)
    fetching = _Retrieval(node, own, expected, objects, activity, taking)
    said = supervised(
        fetching.run, node=node, activity=activity, progress=progress, stop=fetching.stop
    )
    if taking.full is not None:
        raise taking.full
    return said
