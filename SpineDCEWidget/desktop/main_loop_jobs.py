"""Long work in a thread while the main loop runs: one job at a time, with progress and cancel."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from SpineDCELib.errors import Cancelled, InputError
from SpineDCELib.mrml.scene_turns import turns_taken
from SpineDCELib.progress import Progress

from SpineDCEWidget.shared.wording import _

#: Interval at which the main thread checks the worker, s; events are handled in between.
_INTERVAL = 0.02
#: Time after which a job is shown that other actions may interrupt, s.
_SHOWN_AFTER = 0.5
#: Time of work on the main thread between two turns of the main loop, s.
_TURN_AFTER = 0.05
#: Finished share of work of which it is not known.
UNKNOWN = -1.0


class Interrupted(Cancelled):
    """Another action came first, and cancelled an interruptible job."""


class _Job:
    """One job, and whether it has ended."""

    def __init__(
        self,
        title: str,
        work: Callable[[Progress], Any] = lambda _progress: None,
        *,
        interruptible: bool = False,
        cancellable: bool = True,
    ) -> None:
        self.title, self.interruptible, self.cancellable = title, interruptible, cancellable
        self.stop, self.interrupted = threading.Event(), False
        #: Whether the nodes that the job works on are gone.
        self.abandoned = False
        self.status, self.share = title, 0.0
        self.value: Any = None
        self.error: BaseException | None = None
        self._work = work
        self.ended = threading.Event()

    def run(self) -> None:
        """Do the work; on the worker's thread."""
        try:
            self.value = self._work(self._progress)
        except BaseException as error:  # raised again on the main thread
            self.error = error
        finally:
            self.ended.set()

    def _progress(self, fraction: float, message: str) -> None:
        self.status = f"{self.title}: {message}" if message else self.title
        self.share = float(fraction)
        if self.stop.is_set():
            raise Cancelled


class _Worker:
    """Thread that does one job after the other.

    The C library keeps up to 64 MB of what each thread has freed, and gives it to no other thread:
    with a new thread for each job, memory would grow.
    """

    def __init__(self) -> None:
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        threading.Thread(target=self._run, name="SpineDCE", daemon=True).start()

    def start(self, job: _Job) -> None:
        self._jobs.put(job)

    def stop(self) -> None:
        """Let the thread end after the jobs that were started."""
        self._jobs.put(None)

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            job.run()
            del job  # what it computed would stay in memory until the next one


class Jobs:
    """Runner of one job at a time in a thread, while the main loop handles events.

    Args:
        pump: handles the pending events; ``slicer.app.processEvents``.
        show: called on the main thread with the status text, the finished share (None when the
            job has ended, :data:`UNKNOWN` of work on the main thread), and whether other actions
            may interrupt the job.
    """

    def __init__(
        self, pump: Callable[[], None], show: Callable[[str, float | None, bool], None]
    ) -> None:
        self._pump, self._show = pump, show
        self._job: _Job | None = None
        self._worker = _Worker()
        #: Whether nodes are being changed on the main thread, between turns of the main loop.
        self.changing_nodes = False
        self._turned = 0.0

    def close(self) -> None:
        """Let the thread end."""
        self.cancel()
        self._worker.stop()

    @property
    def busy(self) -> bool:
        """Return whether a job is running; what it reads must not be changed meanwhile."""
        return self._job is not None

    @property
    def blocking(self) -> bool:
        """Return whether a job is running that other actions may not interrupt."""
        return self._job is not None and not self._job.interruptible

    @property
    def cancellable(self) -> bool:
        """Return whether the user may cancel the job."""
        return self._job is not None and self._job.cancellable

    def cancel(self) -> None:
        """Stop the job at its next step."""
        if self.cancellable:
            self._stop()

    def _stop(self) -> None:
        if self._job is not None:
            self._job.stop.set()

    def abandon(self) -> None:
        """Stop the job at once, because the nodes that it works on are about to be removed."""
        if self._job is not None:
            self._job.abandoned = True
        self._stop()

    def interrupt(self) -> None:
        """Stop an interruptible job and wait for its end.

        Raises:
            InputError: the running job cannot be interrupted.
        """
        job = self._job
        if job is None:
            return
        if not job.interruptible:
            raise InputError(
                _("A computation is running: {title}. Wait for it or cancel it.").format(
                    title=job.title
                ),
                code="busy",
                about=job.title,
            )
        job.interrupted = True
        job.stop.set()
        job.ended.wait()
        self._job = None

    def run(
        self, title: str, work: Callable[[Progress], Any], *, interruptible: bool = False
    ) -> Any:
        """Run ``work(progress)`` in a thread and return what it returns.

        The work must touch no node, widget or view.

        Args:
            interruptible: another job, or a call of :meth:`interrupt`, cancels this one.

        Raises:
            Cancelled: by the user, or because the scene was closed.
            Interrupted: by another action.
            InputError: a job that cannot be interrupted is running, or the work raised it.
        """
        self.interrupt()
        job = self._job = _Job(title, work, interruptible=interruptible)
        try:
            begun = time.monotonic()
            if not interruptible:
                self._show(job.status, job.share, interruptible)
            self._worker.start(job)
            while not job.ended.wait(_INTERVAL):
                long = not interruptible or time.monotonic() - begun > _SHOWN_AFTER
                if self._job is job and long:
                    self._show(job.status, job.share, interruptible)
                self._pump()
        finally:
            if self._job is job or self._job is None:
                self._job = None
                self._show("", None, True)
        if job.stop.is_set():
            raise Interrupted if job.interrupted else Cancelled
        if job.error is not None:
            raise job.error
        return job.value

    @contextmanager
    def changes(self, title: str, *, cancellable: bool = False) -> Iterator[None]:
        """Let the window answer between changes of nodes, which the main thread has to make.

        Nothing that needs the nodes may be started meanwhile: see :attr:`changing_nodes`.

        Args:
            cancellable: the user may cancel what follows the changes. They themselves are made to
                their end, so that no study is there in part.

        Raises:
            Cancelled: by the user, after the changes; or at once if the nodes are gone.
            InputError: a job that cannot be interrupted is running.
        """
        self.interrupt()
        job = self._job = _Job(title, cancellable=cancellable)
        self._turned = time.monotonic()
        self.changing_nodes = True
        try:
            self._show(title, UNKNOWN, False)
            with turns_taken(self._turn):
                yield
        finally:
            self.changing_nodes = False
            if self._job is job:
                self._job = None
            self._show("", None, True)
        if job.stop.is_set():
            raise Cancelled

    def _turn(self) -> None:
        """Handle the pending events, unless the last ones were handled a moment ago."""
        job = self._job
        if job is None or time.monotonic() - self._turned < _TURN_AFTER:
            return
        self._turned = float("inf")  # an event may change nodes too; it gets no turn in this one
        try:
            self._pump()
        finally:
            self._turned = time.monotonic()
        if job.abandoned:
            raise Cancelled
