"""Long work in a thread: one job at a time, with progress and cancel."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import logging
import threading
from collections import Counter
from collections.abc import AsyncIterator, Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from SpineDCELib.errors import Cancelled, SpineDCEError
from SpineDCELib.progress import Progress

from SpineDCEWidget.shared.wording import UNEXPECTED, remedy

log = logging.getLogger(__name__)

#: Pause between two steps on the main thread, in which the page is served, s.
_PAUSE = 0.02


class Activity:
    """What is under way: "busy" locks the page, "updating" is followed by newer results.

    Args:
        state: trame's state; ``busy`` and ``updating`` are set, and ``answered``, the number of
            actions that were started or refused, by which the page knows that a click arrived.
    """

    def __init__(self, state: Any) -> None:
        self._state = state
        self._under_way: Counter[str] = Counter()
        state.update({"busy": False, "updating": False, "answered": 0})

    def __getitem__(self, kind: str) -> bool:
        """Return whether anything of a kind is under way."""
        return self._under_way[kind] > 0

    @contextlib.contextmanager
    def during(self, kind: str) -> Iterator[None]:
        """Be under way inside."""
        self._count(kind, 1)
        try:
            yield
        finally:
            self._count(kind, -1)

    def follow(self, kind: str, task: asyncio.Task[None]) -> None:
        """Be under way from now on until a task is done."""
        self._count(kind, 1)
        task.add_done_callback(lambda _task: self._count(kind, -1))

    def answer(self) -> None:
        """Let the page know that an action was started or refused."""
        with self._state as state:
            state.answered += 1

    def _count(self, kind: str, by: int) -> None:
        self._under_way[kind] += by
        with self._state as state:
            state[kind] = self[kind]


class Jobs:
    """Runner of one job at a time, whose progress the page shows.

    Args:
        state: trame's state; ``busy_title``, ``busy_share`` and ``busy_step`` are set.
        activity: is busy during a job that locks the page.
        failed: called with the message of an error.
        started: called when a job that a user started begins.
    """

    def __init__(
        self,
        state: Any,
        activity: Activity,
        failed: Callable[[str], None],
        started: Callable[[], None] = lambda: None,
    ) -> None:
        self._state, self._failed, self._started = state, failed, started
        self._activity = activity
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="job")
        self._stop = threading.Event()
        self._turn = asyncio.Lock()
        self._share, self._step = 0.0, ""
        state.update({"busy_title": "", "busy_share": 0, "busy_step": ""})

    @property
    def running(self) -> bool:
        """Return whether a job is running."""
        return self._turn.locked()

    def cancel(self) -> None:
        """Ask the job to stop at its next step."""
        self._stop.set()
        self._step = "cancelling"

    async def run(
        self, title: str, work: Callable[[Progress], Any], *, quiet: bool = False
    ) -> tuple[bool, Any]:
        """Run ``work(progress)`` in a thread.

        Args:
            quiet: do not lock the page; for a computation that the next change may replace.

        Returns:
            Whether it finished, and what it returned. An error is shown, not raised.
        """
        async with self._shown(title, quiet):
            loop = asyncio.get_running_loop()
            future = loop.run_in_executor(self._pool, work, self._progress)
            while not future.done():
                await asyncio.wait([future], timeout=0.15)
                self._show()
            return True, future.result()
        return False, None

    async def walk(self, title: str, steps: Generator[float]) -> bool:
        """Run short steps on the main thread, because they touch nodes, and serve the page between.

        Args:
            steps: yields the finished share after each step.

        Returns:
            Whether it finished. An error is shown, not raised.
        """
        async with self._shown(title, False):
            with contextlib.closing(steps):
                for share in steps:
                    self._progress(share, "")
                    self._show()
                    await asyncio.sleep(_PAUSE)
            return True
        return False

    @contextlib.asynccontextmanager
    async def _shown(self, title: str, quiet: bool) -> AsyncIterator[None]:
        """Run one job inside: wait for the previous one, show its progress and its errors."""
        locks = contextlib.nullcontext() if quiet else self._activity.during("busy")
        async with self._turn:
            self._stop.clear()
            if not quiet:
                self._started()
            self._share, self._step = 0.0, ""
            with self._state as state:
                state.update({"busy_title": title, "busy_share": 0, "busy_step": ""})
            try:
                with locks:
                    yield
            except Cancelled:
                pass
            except SpineDCEError as error:
                self._failed(remedy(error))
            except MemoryError:
                self._failed(f"{title} failed: there is not enough memory for this study.")
            except OSError as error:
                self._failed(f"{title} failed: {error.strerror or error}.")
            except Exception as error:
                log.exception("%s failed", title)
                self._failed(UNEXPECTED.format(error=f"{type(error).__name__}: {error}"))
            finally:
                _release_memory()
                with self._state as state:
                    state.update({"busy_title": "", "busy_step": ""})

    def _show(self) -> None:
        with self._state as state:
            state.busy_share, state.busy_step = round(100 * self._share), self._step

    def _progress(self, share: float, message: str) -> None:
        if self._stop.is_set():
            raise Cancelled
        self._share, self._step = share, message


def _release_memory() -> None:
    """Return freed memory to the system, because glibc keeps it otherwise."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL("libc.so.6").malloc_trim(0)
