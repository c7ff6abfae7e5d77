"""Long work beside the application's main loop: one at a time, with progress and cancel."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from SpineDCELib.errors import Cancelled, InputError
from SpineDCELib.progress import Progress

#: s between two looks at the worker; events are handled in between.
PACE = 0.02


class _Job:
    """One piece of work in its thread."""

    def __init__(self, title: str, work: Callable[[Progress], Any], *, gives_way: bool) -> None:
        self.title, self.gives_way = title, gives_way
        self.stop = threading.Event()
        self.said, self.share = title, 0.0
        self.value: Any = None
        self.error: BaseException | None = None
        self._work = work
        self.thread = threading.Thread(target=self._do, name="SpineDCE", daemon=True)

    def _do(self) -> None:
        try:
            self.value = self._work(self._listen)
        except BaseException as error:  # handed to the main thread, whatever it is
            self.error = error

    def _listen(self, fraction: float, message: str) -> None:
        self.said = f"{self.title}: {message}" if message else self.title
        self.share = float(fraction)
        if self.stop.is_set():
            raise Cancelled


class Jobs:
    """Runs numpy work in a thread while the main loop goes on.

    Args:
        pump: handles waiting events: ``slicer.app.processEvents``.
        show: called on the main thread with what is done, the share of it (None: it is over),
            and whether other things can be done meanwhile.
    """

    def __init__(
        self, pump: Callable[[], None], show: Callable[[str, float | None, bool], None]
    ) -> None:
        self._pump, self._show = pump, show
        self._job: _Job | None = None

    @property
    def busy(self) -> bool:
        """Whether there is work under way; what it reads must not be changed then."""
        return self._job is not None

    def cancel(self) -> None:
        """Stop the work at its next step."""
        if self._job is not None:
            self._job.stop.set()

    def give_way(self) -> None:
        """End work that gives way, now.

        Raises:
            InputError: the work under way does not give way.
        """
        job = self._job
        if job is None:
            return
        if not job.gives_way:
            raise InputError(f"{job.title} is still under way; wait for it or cancel it.")
        job.stop.set()
        job.thread.join()
        self._job = None

    def run(self, title: str, work: Callable[[Progress], Any], *, gives_way: bool = False) -> Any:
        """Do ``work(progress)`` in a thread and return what it returns.

        No node, widget or view may be touched in it.

        Args:
            gives_way: other work, or what calls :meth:`give_way`, cancels it.

        Raises:
            Cancelled: by the user, by other work, or because the scene went away.
            InputError: there is work under way already; and whatever the work raises.
        """
        self.give_way()
        job = self._job = _Job(title, work, gives_way=gives_way)
        try:
            self._show(job.said, job.share, gives_way)
            job.thread.start()
            while job.thread.is_alive():
                job.thread.join(PACE)
                if self._job is job:
                    self._show(job.said, job.share, gives_way)
                self._pump()
        finally:
            if self._job is job or self._job is None:
                self._job = None
                self._show("", None, True)
        if job.stop.is_set():
            raise Cancelled
        if job.error is not None:
            raise job.error
        return job.value
