"""Work on the network with progress, cancelling, and an end to waiting for a silent archive."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TypeVar

from SpineDCELib.errors import InputError
from SpineDCELib.network.nodes import Node
from SpineDCELib.progress import Progress

T = TypeVar("T")

#: s between two looks at the work.
_LOOK = 0.05
#: s that interrupted work may take to end.
_ENDING = 5.0


class Activity:
    """Signs of life of work in another thread.

    Attributes:
        done, total: objects that are through, and all of them (0 while it is not known).
        stopped: whether the work should end.
    """

    def __init__(self, title: str, total: int = 0) -> None:
        self.title = title
        self.done, self.total = 0, total
        self.stopped = threading.Event()
        self.last = time.monotonic()

    def advance(self, objects: int = 1) -> None:
        """Count finished objects; with 0 it is only a sign of life."""
        self.done += objects
        self.last = time.monotonic()

    @property
    def share(self) -> float:
        """Return the finished share."""
        return min(self.done / self.total, 1.0) if self.total else 0.0

    @property
    def message(self) -> str:
        """Return what is being done, and how far it is."""
        return f"{self.title} ({self.done} of {self.total})" if self.total else self.title


def supervised(
    work: Callable[[], T],
    *,
    node: Node,
    activity: Activity,
    progress: Progress,
    stop: Callable[[], None] = lambda: None,
) -> T:
    """Run work in a thread, show its progress, and stop it if it is cancelled or silent.

    Args:
        stop: closes the connection from this thread.

    Raises:
        InputError: the archive gave no sign of life within its timeout (code "archive_silent").
        Cancelled: from ``progress``.
    """
    result: list[T] = []
    failure: list[BaseException] = []

    def run() -> None:
        try:
            result.append(work())
        except BaseException as error:  # raised again in the thread that waits
            failure.append(error)

    activity.last = time.monotonic()
    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        while thread.is_alive():
            thread.join(_LOOK)
            progress(activity.share, activity.message)
            if thread.is_alive() and time.monotonic() - activity.last > node.timeout:
                raise silent_archive(node)
    except BaseException:
        activity.stopped.set()
        stop()
        thread.join(_ENDING)
        raise
    if failure:
        raise failure[0]
    return result[0]


def silent_archive(node: Node) -> InputError:
    """Return the error for an archive that has stopped answering."""
    return InputError(
        f"The archive '{node.name}' stopped answering; nothing came for {node.timeout:g} s.",
        code="archive_silent",
        about=node.name,
    )
