"""Images of the views, drawn one after the other and sent to the page if they changed."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from trame_server.utils.asynchronous import create_task

log = logging.getLogger(__name__)

_QUALITY = 90
#: Iterations of the event loop until an image is written to the page's socket.
_SEND_ITERATIONS = 4


async def let_send() -> None:
    """Let what was changed reach the page's socket."""
    for _ in range(_SEND_ITERATIONS):
        await asyncio.sleep(0)


class Pictures:
    """Renderer of one view at a time, whose image is sent before the next view is drawn.

    trame-slicer itself draws all requested views before it sends any image, so that the user would
    see the effect of the mouse only when the last view is drawn.
    """

    def __init__(self) -> None:
        self.pointed = ""  #: name of the view that the mouse is in
        self._views: dict[str, _View] = {}
        self._wanted: dict[str, None] = {}  # in the order of the requests
        self._asked = asyncio.Event()
        self._drawn = ""
        create_task(self._draw())

    def add(self, name: str, rca: Any) -> None:
        """Add a view of trame-slicer's factory."""
        self._views[name] = _View(rca)
        rca.view_adapter._scheduler.schedule_render = lambda: self._want(name)
        self._want(name)

    def _want(self, name: str) -> None:
        self._wanted.setdefault(name)
        self._asked.set()

    async def _draw(self) -> None:
        while True:
            await self._asked.wait()
            await let_send()  # what has changed beside the image
            self._drawn = self._next()
            del self._wanted[self._drawn]
            if not self._wanted:
                self._asked.clear()
            try:
                self._views[self._drawn].draw()
            except Exception:
                log.exception("The view %s could not be drawn", self._drawn)
            await let_send()

    def _next(self) -> str:
        """Return the view under the mouse every second time, else the one that waits longest.

        Views whose images were the same as before when they were last drawn come last, because a
        change of one volume asks for all views.
        """
        others = [name for name in self._wanted if name != self.pointed]
        pointed = self.pointed in self._wanted and self._drawn != self.pointed
        if pointed or not others:
            return self.pointed
        return next((name for name in others if self._views[name].changed), others[0])


class _View:
    """View of the page; sends its image again when the page reports its size, as after a reload."""

    def __init__(self, rca: Any) -> None:
        scheduler = rca.view_adapter._scheduler
        self._area, self._encoder = scheduler.rca, scheduler._rca_encoder
        self._push, self._last = rca.view_adapter.push, b""
        self.changed = True  #: whether the image was another one when it was last drawn
        rca.slicer_view.interactor().AddObserver("WindowResizeEvent", self._forget)

    def draw(self) -> None:
        picture, about, _ = self._encoder.encode(*self._area.img_cols_rows, _QUALITY)
        self.changed = picture != self._last
        if self.changed:
            self._last = picture
            self._push(picture, about)

    def _forget(self, *_: Any) -> None:
        self._last = b""
