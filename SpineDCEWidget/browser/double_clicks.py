"""Which clicks belong to a double click, although the views report them earlier or later."""

from __future__ import annotations

import time
from collections.abc import Callable

#: Time between a click and the double click that it belongs to, and within which the views of a
#: busy machine report the clicks of a double click, s.
_TOGETHER, _LATEST = 1.5, 15.0


class DoubleClicks:
    """Clicks and double clicks in the rows of the views.

    The page reports a double click, the views report its two clicks, in any order.

    Args:
        now: returns the time, s.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._clicks: list[tuple[str, float]] = []  #: that no double click has claimed yet
        self._row, self._at, self._left = "", -_LATEST, 0

    def double_clicked(self, row: str) -> None:
        """Note a double click; its clicks that were not reported yet are to come."""
        now = self._now()
        known = [one for one in self._clicks if one[0] == row and now - one[1] < _TOGETHER]
        self._row, self._at, self._left = row, now, 2 - min(len(known), 2)
        self._clicks.clear()

    def claims(self, row: str) -> bool:
        """Note a click; return whether it is part of a double click."""
        now = self._now()
        if row == self._row:
            late = self._left > 0 and now - self._at < _LATEST
            if late or now - self._at < _TOGETHER:
                self._left -= late
                return True
        self._clicks = [one for one in self._clicks if now - one[1] < _TOGETHER]
        self._clicks.append((row, now))
        return False
