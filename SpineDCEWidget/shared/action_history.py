"""History of what persons did to each visit: when, who and what."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from SpineDCEWidget.shared.visit_session import VisitSession

#: Actions of a visit that are kept; the oldest are dropped.
LIMIT = 1000
#: Key of a visit's kept values.
KEPT = "history"


@dataclass(frozen=True)
class Action:
    """One action of a person.

    Attributes:
        time: with the offset from UTC (ISO 8601).
        person: as entered in the report; "" if none was.
        visits: names of the visits that it changed.
    """

    time: str
    person: str
    visits: tuple[str, ...]
    text: str


class ActionHistory:
    """Actions of a session; each visit keeps its own with its choices."""

    def __init__(self) -> None:
        self.person = ""
        self._last_key = ""

    def add(self, visits: Iterable[VisitSession], text: str, *, key: str = "") -> None:
        """Note an action at the visits that it changed.

        Args:
            key: actions that follow one another with the same key, such as the moves of one
                slider, are one; its time is that of the last.
        """
        now = datetime.now().astimezone().isoformat(timespec="seconds")
        merged = bool(key) and key == self._last_key
        self._last_key = key
        for visit in visits:
            kept = visit.nodes.value(KEPT) or []
            if merged and kept:
                kept.pop()
            visit.nodes.keep(KEPT, [*kept, [now, self.person, text]][-LIMIT:])

    def end_step(self) -> None:
        """Let the next action be separate, whatever its key."""
        self._last_key = ""


def actions_of(visits: Iterable[VisitSession]) -> list[Action]:
    """Return the actions of visits, the oldest first; one that changed several appears once."""
    # Strokes of one second are equal but for their number.
    names: dict[tuple[str, str, str, int], list[str]] = {}
    for visit in visits:
        seen = Counter[tuple[str, str, str]]()
        for kept in visit.nodes.value(KEPT) or []:
            with contextlib.suppress(TypeError, ValueError):  # a scene may hold anything
                time, person, text = map(str, kept)
                datetime.fromisoformat(time)
                seen[time, person, text] += 1
                number = seen[time, person, text]
                names.setdefault((time, person, text, number), []).append(visit.name)
    ordered = sorted(names.items(), key=lambda item: datetime.fromisoformat(item[0][0]))
    return [Action(time, person, tuple(where), text) for (time, person, text, _), where in ordered]
