"""C-ECHO and C-FIND."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any

from SpineDCELib.network.associations import associated, category, checked
from SpineDCELib.network.nodes import Node, Own
from SpineDCELib.network.study_query import (
    MOST,
    SERIES_KEYS,
    STUDY_KEYS,
    SeriesEntry,
    StudyEntry,
    series_entry,
    study_entry,
)
from SpineDCELib.network.supervision import Activity

_VERIFICATION = "1.2.840.10008.1.1"
_STUDY_ROOT_FIND = "1.2.840.10008.5.1.4.1.2.2.1"

#: Series UID → UID of each of its objects → its SOP class ("" if the archive does not say).
Contents = dict[str, dict[str, str]]


def echo(node: Node, own: Own) -> None:
    """Ask whether the archive answers.

    Raises:
        InputError: it does not.
    """
    from pynetdicom import build_context

    with associated(node, own, [build_context(_VERIFICATION)]) as association:
        checked(association.send_c_echo(), node, "echo")


@contextlib.contextmanager
def searching(node: Node, own: Own, activity: Activity) -> Iterator[Search]:
    """Yield a search of the archive.

    Raises:
        InputError: there is no connection.
    """
    from pynetdicom import build_context

    with associated(node, own, [build_context(_STUDY_ROOT_FIND)]) as association:
        yield Search(node, association, activity)


class Search:
    """Questions to an archive over one association."""

    def __init__(self, node: Node, association: Any, activity: Activity) -> None:
        self._node, self._association, self._activity = node, association, activity

    def studies(self, criteria: Mapping[str, str]) -> list[StudyEntry]:
        """Return the studies that meet criteria, at most :data:`MOST` of them."""
        found = self._answers("STUDY", {**dict.fromkeys(STUDY_KEYS, ""), **criteria})
        return [study_entry(answer) for answer in found]

    def series(self, study_uid: str) -> list[SeriesEntry]:
        """Return the series of a study."""
        keys = dict.fromkeys(SERIES_KEYS, "") | {"StudyInstanceUID": study_uid}
        return [series_entry(answer) for answer in self._answers("SERIES", keys)]

    def contents(self, study_uid: str) -> Contents:
        """Return every object of a study."""
        found: Contents = {}
        for series in self.series(study_uid):
            keys = {
                "StudyInstanceUID": study_uid, "SeriesInstanceUID": series.uid,
                "SOPInstanceUID": "", "SOPClassUID": "",
            }  # fmt: skip
            found[series.uid] = {
                str(one.SOPInstanceUID): str(one.get("SOPClassUID") or "")
                for one in self._answers("IMAGE", keys)
                if one.get("SOPInstanceUID")
            }
        return found

    def _answers(self, level: str, keys: Mapping[str, str]) -> list[Any]:
        from pydicom import Dataset

        asked = Dataset()
        asked.SpecificCharacterSet = "ISO_IR 192"
        asked.QueryRetrieveLevel = level
        for keyword, value in keys.items():
            setattr(asked, keyword, value or None)
        found: list[Any] = []
        enough = False
        for status, answer in self._association.send_c_find(asked, _STUDY_ROOT_FIND):
            if enough and "Status" in status and category(int(status.Status)) == "Cancel":
                break
            checked(status, self._node, "search")
            self._activity.advance(0)
            if answer is not None and not enough:
                found.append(answer)
            if level == "STUDY" and len(found) >= MOST and not enough:
                enough = True
                self._association.send_c_cancel(1, query_model=_STUDY_ROOT_FIND)
        return found
