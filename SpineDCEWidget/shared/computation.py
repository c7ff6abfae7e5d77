"""Long work of a window in two parts, the first of which may run in a thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from SpineDCELib.progress import Progress, silent

T = TypeVar("T")


class Job(Generic[T]):
    """Long work in two parts: :meth:`run` may run in a thread, :meth:`finish` may not."""

    def __init__(
        self, work: Callable[[Progress], T], done: Callable[[T], Any] = lambda _value: None
    ) -> None:
        self._work, self._done = work, done

    def run(self, progress: Progress = silent) -> T:
        """Do the work on snapshots; no node is touched.

        Raises:
            InputError: the work failed; nothing has changed.
            Cancelled: by ``progress``.
        """
        return self._work(progress)

    def finish(self, value: T) -> Any:
        """Take over what :meth:`run` returned, on the main thread."""
        return self._done(value)
