"""Playback of the dynamic frames: speed, range of frames, and the frame that comes next."""

from __future__ import annotations

from dataclasses import dataclass

#: Speeds that can be chosen, frames per second, and the usual one.
RATES, USUAL_RATE = (2, 4, 8, 16), 8


@dataclass(frozen=True)
class PlayedRange:
    """Frames that are played, from 0.

    Attributes:
        last: of the range; None for the last frame of the series, whatever its length.
    """

    first: int = 0
    last: int | None = None

    def within(self, count: int) -> tuple[int, int]:
        """Return the first and the last frame in a series of some frames."""
        end = max(count - 1, 0)
        last = end if self.last is None else min(max(self.last, 0), end)
        return min(max(self.first, 0), last), last

    def beginning(self, first: int, count: int) -> PlayedRange:
        """Return the range that begins at a frame; a range that ended before is that frame."""
        last = self.within(count)[1]
        return PlayedRange(first, self.last if first <= last else first)

    def ending(self, last: int, count: int) -> PlayedRange:
        """Return the range that ends at a frame; a range that began after it is that frame."""
        first = min(self.within(count)[0], last)
        return PlayedRange(first, None if last >= count - 1 else last)

    def after(self, index: int, count: int) -> int:
        """Return the frame that follows a frame; after the last, and from outside, the first."""
        first, last = self.within(count)
        return index + 1 if first <= index < last else first
