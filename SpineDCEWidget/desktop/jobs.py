"""Long work beside the application's main loop: one at a time, with progress and cancel."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from SpineDCELib.errors import Cancelled, InputError
from SpineDCELib.progress import Progress

#: s between two looks at the worker; events are handled in between.
PACE = 0.02


class Jobs:
    """Runs numpy work in a thread while the main loop goes on.

    Args:
        pump: handles waiting events: ``slicer.app.processEvents``.
        show: called on the main thread with what is done and the share of it (None: it is over).
    """

    def __init__(self, pump: Callable[[], None], show: Callable[[str, float | None], None]) -> None:
        self._pump, self._show = pump, show
        self._stop = threading.Event()
        self._said: tuple[str, float] = ("", 0.0)
        self.busy = False

    def cancel(self) -> None:
        """Stop the work at its next step."""
        self._stop.set()

    def run(self, title: str, work: Callable[[Progress], Any]) -> Any:
        """Do ``work(progress)`` in a thread and return what it returns.

        No node, widget or view may be touched in it.

        Raises:
            Cancelled: by the user, or because the scene went away.
            InputError: there is work under way already; and whatever the work raises.
        """
        if self.busy:
            raise InputError(f"{self._said[0]} is still under way; wait for it or cancel it.")
        self.busy = True
        self._stop.clear()
        self._said = (title, 0.0)
        outcome: dict[str, Any] = {}

        def listen(fraction: float, message: str) -> None:
            self._said = (f"{title}: {message}" if message else title, float(fraction))
            if self._stop.is_set():
                raise Cancelled

        def target() -> None:
            try:
                outcome["value"] = work(listen)
            except BaseException as error:  # handed to the main thread, whatever it is
                outcome["error"] = error

        thread = threading.Thread(target=target, name="SpineDCE", daemon=True)
        try:
            self._show(*self._said)
            thread.start()
            while thread.is_alive():
                thread.join(PACE)
                self._show(*self._said)
                self._pump()
        finally:
            self.busy = False
            self._show("", None)
        if "error" in outcome:
            raise outcome["error"]
        if self._stop.is_set():
            raise Cancelled
        return outcome["value"]
