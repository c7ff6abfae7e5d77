"""Undo and redo over immutable states.

What is remembered: :class:`SpineDCEWidget.shared.session_state.SessionState`.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Generic, TypeVar

S = TypeVar("S")
#: Steps that are kept.
LIMIT = 50


@dataclass(frozen=True)
class _Step(Generic[S]):
    text: str
    state: S
    key: str = ""


class UndoHistory(Generic[S]):
    """Steps back and forth from a present state.

    Args:
        present: the state before the first change.
        limit: number of steps that are kept.
    """

    def __init__(self, present: S, *, limit: int = LIMIT) -> None:
        self.present = present
        self._back: deque[_Step[S]] = deque(maxlen=limit)
        self._forth: deque[_Step[S]] = deque(maxlen=limit)

    @property
    def undo_text(self) -> str:
        """What :meth:`undo` would undo; "" if there is nothing to undo."""
        return self._back[-1].text if self._back else ""

    @property
    def undo_texts(self) -> list[str]:
        """What repeated calls of :meth:`undo` would undo, the latest change first."""
        return [step.text for step in reversed(self._back)]

    @property
    def redo_text(self) -> str:
        """What :meth:`redo` would do again; "" if there is nothing to redo."""
        return self._forth[-1].text if self._forth else ""

    def record(self, text: str, state: S, *, key: str = "") -> None:
        """Record a change that led to ``state``.

        Args:
            text: what was changed, as the undo button names it.
            key: changes that follow one another with the same key, such as the moves of one
                slider, are undone together.
        """
        if not (key and self._back and self._back[-1].key == key):
            self._back.append(_Step(text, self.present, key))
        self.present = state
        self._forth.clear()

    def close_step(self) -> None:
        """Let the next change be a separate step, whatever its key."""
        if self._back and self._back[-1].key:
            last = self._back.pop()
            self._back.append(_Step(last.text, last.state))

    def follow(self, state: S) -> None:
        """Replace the present state after a change that was not a person's own."""
        self.present = state

    def undo(self) -> S | None:
        """Step back and return the state to restore; None if there is nothing to undo."""
        return self._step(self._back, self._forth)

    def redo(self) -> S | None:
        """Step forth and return the state to restore; None if there is nothing to redo."""
        return self._step(self._forth, self._back)

    def _step(self, source: deque[_Step[S]], target: deque[_Step[S]]) -> S | None:
        if not source:
            return None
        step = source.pop()
        target.append(_Step(step.text, self.present))
        self.present = step.state
        return step.state

    def clear(self, present: S) -> None:
        """Forget all steps: nothing before ``present`` can come back."""
        self.present = present
        self._back.clear()
        self._forth.clear()
