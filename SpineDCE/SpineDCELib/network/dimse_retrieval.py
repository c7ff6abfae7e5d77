"""C-GET and C-MOVE of the objects of one study."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
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


def retrieve(
    node: Node,
    own: Own,
    expected: Contents,
    objects: StoredObjects,
    progress: Progress,
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
    fetch = _get if node.retrieve == "get" else _move
    running: list[Any] = []

    def stop() -> None:
        for association in running:
            aborting(association)()

    said = supervised(
        lambda: fetch(node, own, expected, objects, taking, activity, running),
        node=node,
        activity=activity,
        progress=progress,
        stop=stop,
    )
    if taking.full is not None:
        raise taking.full
    return said


def _get(
    node: Node,
    own: Own,
    expected: Contents,
    objects: StoredObjects,
    taking: _Taking,
    activity: Activity,
    running: list[Any],
) -> str:
    from pynetdicom import build_context, build_role, evt

    named = {kind for uids in expected.values() for kind in uids.values() if kind}
    # A request negotiates at most 128 contexts, one of which is that of C-GET.
    classes = sorted(named or {c.abstract_syntax for c in storage_contexts()})[:127]
    classes = list(dict.fromkeys([*classes[:126], _MR_IMAGE]))
    with associated(
        node,
        own,
        [build_context(_GET), *storage_contexts(classes)],
        roles=[build_role(one, scp_role=True) for one in classes],
        handlers=[(evt.EVT_C_STORE, stored, [taking])],
    ) as association:
        running.append(association)
        return _all_requests(
            objects.missing(expected), expected, objects.study_uid, activity,
            lambda asked: association.send_c_get(asked, _GET),
        )  # fmt: skip


def _move(
    node: Node,
    own: Own,
    expected: Contents,
    objects: StoredObjects,
    taking: _Taking,
    activity: Activity,
    running: list[Any],
) -> str:
    from pynetdicom import build_context

    here = replace(own, address=own.address or address_towards(node))
    with (
        listening(here, taking, titles=[node.ae_title], addresses=addresses_of(node)),
        associated(node, own, [build_context(_MOVE)]) as association,
    ):
        running.append(association)
        # Not every archive reports while it sends; the objects themselves are signs of life.
        association.dimse_timeout = None
        return _all_requests(
            objects.missing(expected), expected, objects.study_uid, activity,
            lambda asked: association.send_c_move(asked, own.ae_title, _MOVE),
        )  # fmt: skip


def _all_requests(
    missing: Mapping[str, Sequence[str]],
    expected: Contents,
    study_uid: str,
    activity: Activity,
    send: Any,
) -> str:
    for asked in _requests(missing, expected, study_uid):
        with contextlib.closing(send(asked)) as answers:
            for status, _ in answers:
                activity.advance(0)
                if status is None or "Status" not in status:
                    return "the connection was lost"
                kind = category(int(status.Status))
                if kind in ("Failure", "Cancel"):
                    return reason_of(status)
        if activity.stopped.is_set():
            return "it was stopped"
    return ""


def _requests(
    missing: Mapping[str, Sequence[str]], expected: Contents, study_uid: str
) -> Iterator[Any]:
    """Yield identifiers: whole series where nothing has arrived, objects elsewhere."""
    from pydicom import Dataset

    for series, uids in missing.items():
        whole = len(uids) == len(expected[series])
        for start in range(0, 1 if whole else len(uids), _AT_ONCE):
            asked = Dataset()
            asked.QueryRetrieveLevel = "SERIES" if whole else "IMAGE"
            asked.StudyInstanceUID = study_uid
            asked.SeriesInstanceUID = series
            if not whole:
                asked.SOPInstanceUID = list(uids[start : start + _AT_ONCE])
            yield asked
