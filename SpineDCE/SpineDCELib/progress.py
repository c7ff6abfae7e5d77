"""How long work says how far it is, without knowing who listens."""

from __future__ import annotations

from collections.abc import Callable

#: Called with the finished share (0 to 1) and what is being done. May raise
#: :class:`SpineDCELib.errors.Cancelled` to stop the work.
Progress = Callable[[float, str], None]


def silent(fraction: float, message: str) -> None:
    """The listener that hears nothing."""


def within(progress: Progress, fraction: float, message: str) -> Progress:
    """A listener for one step of unknown share: it repeats where the longer job is.

    So a step that takes long can be cancelled.
    """
    return lambda _fraction, _message: progress(fraction, message)


def part(progress: Progress, start: float, stop: float) -> Progress:
    """A listener for one step that takes the share ``start`` to ``stop`` of a longer job."""
    return lambda fraction, message: progress(start + (stop - start) * fraction, message)
