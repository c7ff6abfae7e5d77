"""Long work: one at a time in a thread of its own, with progress and a way to stop it."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import logging
import threading
from collections.abc import AsyncIterator, Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from SpineDCELib.errors import Cancelled, SpineDCEError
from SpineDCELib.progress import Progress

log = logging.getLogger(__name__)

#: What the page gets between two steps on the main thread, s.
_BREATH = 0.02


class Jobs:
    """The one long job, and what the page knows of it.

    Args:
        state: trame's state; ``busy``, ``busy_title``, ``busy_share`` and ``busy_step`` are set.
        failed: called with the sentence of an error.
    """

    def __init__(self, state: Any, failed: Callable[[str], None]) -> None:
        self._state, self._failed = state, failed
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="job")
        self._stop = threading.Event()
        self._turn = asyncio.Lock()
        self._share, self._step = 0.0, ""
        state.update({"busy": False, "busy_title": "", "busy_share": 0, "busy_step": ""})

    @property
    def running(self) -> bool:
        return self._turn.locked()

    def cancel(self) -> None:
        """Ask the job to stop; what was finished before stays."""
        self._stop.set()
        self._step = "stopping"

    async def run(
        self, title: str, work: Callable[[Progress], Any], *, quiet: bool = False
    ) -> tuple[bool, Any]:
        """Do ``work(progress)`` off the main thread.

        Args:
            quiet: do not lock the page; for what follows a change and may be overtaken.

        Returns:
            Whether it finished, and what it returned. An error is told, not raised.
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
        """Go through short steps on the main thread, each of which yields the finished share; for
        what touches nodes. The page is heard between them.

        Returns:
            Whether it finished. An error is told, not raised.
        """
        async with self._shown(title, False):
            with contextlib.closing(steps):
                for share in steps:
                    self._progress(share, "")
                    self._show()
                    await asyncio.sleep(_BREATH)
            return True
        return False

    @contextlib.asynccontextmanager
    async def _shown(self, title: str, quiet: bool) -> AsyncIterator[None]:
        """A turn of its own, known to the page, in which errors are told."""
        async with self._turn:
            self._stop.clear()
            self._share, self._step = 0.0, ""
            with self._state as state:
                state.update(
                    {"busy": not quiet, "busy_title": title, "busy_share": 0, "busy_step": ""}
                )
            try:
                yield
            except Cancelled:
                pass
            except SpineDCEError as error:
                self._failed(str(error))
            except MemoryError:
                self._failed(f"{title}: there is not enough memory for this study.")
            except OSError as error:
                self._failed(f"{title}: {error.strerror or error}.")
            except Exception as error:
                log.exception("%s failed", title)
                self._failed(
                    f"{title}: unexpected {type(error).__name__}: {error}. This is a fault of the "
                    "program; what was shown before is untouched."
                )
            finally:
                _give_back()
                with self._state as state:
                    state.update({"busy": False, "busy_title": "", "busy_step": ""})

    def _show(self) -> None:
        with self._state as state:
            state.busy_share, state.busy_step = round(100 * self._share), self._step

    def _progress(self, share: float, message: str) -> None:
        if self._stop.is_set():
            raise Cancelled
        self._share, self._step = share, message


def _give_back() -> None:
    """Return what the job freed to the system, which glibc keeps for a next time otherwise."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL("libc.so.6").malloc_trim(0)
