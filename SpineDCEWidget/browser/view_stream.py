"""Pictures of the views: drawn in turn, first where the mouse is, and sent where they changed."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from trame_server.utils.asynchronous import create_task

log = logging.getLogger(__name__)

_QUALITY = 90
#: Turns of the event loop that a picture needs to be written to the page's socket.
_ON_ITS_WAY = 4


class Pictures:
    """Draws one view at a time; its picture is on its way before the next is drawn.

    trame-slicer draws all views that want it before any picture leaves, so that what the mouse
    does would be seen when the last of them is ready.
    """

    def __init__(self) -> None:
        self.pointed = ""  #: name of the view that the mouse is in
        self._views: dict[str, _View] = {}
        self._wanted: dict[str, None] = {}  # in the order that they asked
        self._asked = asyncio.Event()
        self._drawn = ""
        create_task(self._draw())

    def add(self, name: str, rca: Any) -> None:
        """Take a view of trame-slicer's factory over."""
        self._views[name] = _View(rca)
        rca.view_adapter._scheduler.schedule_render = lambda: self._want(name)
        self._want(name)

    def _want(self, name: str) -> None:
        self._wanted.setdefault(name)
        self._asked.set()

    async def _draw(self) -> None:
        while True:
            await self._asked.wait()
            self._drawn = self._next()
            del self._wanted[self._drawn]
            if not self._wanted:
                self._asked.clear()
            try:
                self._views[self._drawn].draw()
            except Exception:
                log.exception("The view %s could not be drawn", self._drawn)
            for _ in range(_ON_ITS_WAY):
                await asyncio.sleep(0)

    def _next(self) -> str:
        """Every second time the view that is pointed at, if it wants; else who waits longest."""
        others = [name for name in self._wanted if name != self.pointed]
        pointed = self.pointed in self._wanted and self._drawn != self.pointed
        return self.pointed if pointed or not others else others[0]


class _View:
    """A page that comes, or comes back, tells the sizes first, and gets every picture then."""

    def __init__(self, rca: Any) -> None:
        scheduler = rca.view_adapter._scheduler
        self._area, self._encoder = scheduler.rca, scheduler._rca_encoder
        self._push, self._last = rca.view_adapter.push, b""
        rca.slicer_view.interactor().AddObserver("WindowResizeEvent", self._forget)

    def draw(self) -> None:
        picture, about, _ = self._encoder.encode(*self._area.img_cols_rows, _QUALITY)
        if picture != self._last:
            self._last = picture
            self._push(picture, about)

    def _forget(self, *_: Any) -> None:
        self._last = b""
