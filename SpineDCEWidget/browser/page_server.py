"""Server of the page: for this machine and this user only, one tab at a time."""

from __future__ import annotations

import asyncio
import contextlib
import html
import importlib.resources
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.web_protocol import RequestPayloadError

from SpineDCEWidget.browser.access import CODE_PAGE, COOKIE, REFUSAL, WRONG, Access
from SpineDCEWidget.browser.user_folders import safe_path

PAGE = importlib.resources.files("SpineDCEWidget.browser") / "page"
#: Close code of the web socket of a tab that another tab replaces.
TAKEN_OVER = 4001
#: Pause after a wrong code, s, and bytes of a request with a code.
_GUESS_DELAY, _LARGEST_CODE = 1.0, 1024
#: Time in which another tab must answer that it is closed, s.
_CLOSING = 2.0
_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
    "connect-src 'self' ws://{host}; worker-src 'self' blob:; frame-ancestors 'self'"
)


def _ignore_disconnected(send: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    """Return a send function that ignores that the page has disconnected meanwhile."""

    async def send_if_connected(*message: Any, **how: Any) -> None:
        with contextlib.suppress(ConnectionError):
            await send(*message, **how)

    return send_if_connected


def _is_fault_of_ours(record: logging.LogRecord) -> bool:
    """Return False for messages of aiohttp on requests that are malformed or break off.

    Any program of the machine can send them; they are refused, and nobody needs to know.
    """
    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(error, (HttpProcessingError, RequestPayloadError, ConnectionError))


class Gate:
    """Access to the server, restriction to one tab, and routes of the page's files.

    Args:
        access: codes and cookie; the page lies below its path.
        downloads: folder whose files are served below ``files/``.
        uploads: returns the folder for a set of uploaded files, by its name.
        uploaded: called with that folder when all have arrived.
    """

    def __init__(
        self,
        access: Access,
        *,
        downloads: Path,
        uploads: Callable[[str], Path],
        uploaded: Callable[[Path], None],
    ) -> None:
        self._access = access
        self._downloads = downloads
        self._uploads = uploads
        self._uploaded = uploaded
        self._server: Any = None
        self._turn = asyncio.Lock()

    def attach(self, server: Any) -> None:
        """Add access control and routes to a wslink server before it starts."""
        self._server = server
        logging.getLogger("aiohttp.server").addFilter(_is_fault_of_ours)
        for handler in server._ws_handlers:
            for name in ("sendWrappedMessage", "sendWrappedError"):
                setattr(handler, name, _ignore_disconnected(getattr(handler, name)))
        app, base = server.app, self._access.base
        app.middlewares.append(self._admit)
        app.router.add_get("/", self._code_page)
        app.router.add_get("/favicon.ico", self._no_icon)
        app.router.add_post("/open", self._open)
        app.router.add_get(f"{base}/", self._index)
        app.router.add_get(f"{base}/index.html", self._index)
        app.router.add_post(f"{base}/paraview/", self._session)
        app.router.add_get(f"{base}/page/{{name}}", self._page_file)
        app.router.add_get(f"{base}/plotly.js", self._plotly)
        app.router.add_get(f"{base}/files/{{name:.+}}", self._download)
        app.router.add_post(f"{base}/upload/{{batch}}", self._upload)
        app.router.add_post(f"{base}/uploaded/{{batch}}", self._upload_done)
        for handler in server._ws_handlers:
            app.router.add_get(f"{base}/ws", handler.handleWsRequest)
        # Longer paths first, as wslink adds its own.
        statics = server.config.get("static", {})
        for route in sorted(statics, key=len, reverse=True):
            app.router.add_static(f"{base}/{route.strip('/')}".rstrip("/") + "/", statics[route])

    # -- access ----------------------------------------------------------------------------------

    @web.middleware
    async def _admit(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[Any]]
    ) -> Any:
        """Let requests of our page pass; nothing else happens before all is checked."""
        if not self._is_allowed(request):
            return web.Response(status=403, text=REFUSAL, content_type="text/html")
        if request.path == f"{self._access.base}/ws":
            async with self._turn:
                await self._close_other_tabs()
            answer = await handler(request)
        else:
            answer = await handler(request)
        if isinstance(answer, web.StreamResponse) and not answer.prepared:
            policy = _POLICY.format(host=request.headers.get("Host", ""))
            answer.headers.setdefault("Content-Security-Policy", policy)
            answer.headers.setdefault("X-Content-Type-Options", "nosniff")
            answer.headers.setdefault("Referrer-Policy", "no-referrer")
        return answer

    def _is_allowed(self, request: web.Request) -> bool:
        """Return whether a request comes from our page in the user's browser."""
        host = request.headers.get("Host", "")
        origin = request.headers.get("Origin")
        own = f"http://{host}"
        if host not in (f"{name}:{self._server.get_port()}" for name in ("127.0.0.1", "localhost")):
            return False
        if request.path in ("/", "/favicon.ico"):
            return request.method == "GET"
        if request.path == "/open":  # from the page with the code, or the private file
            return request.method == "POST" and origin in (own, "null")
        if not request.path.startswith(f"{self._access.base}/"):
            return False
        if not self._access.knows(request.cookies.get(COOKIE)):
            return False
        if request.path == f"{self._access.base}/ws":
            # A browser always sends the origin of a page that opens a socket.
            upgrade = request.headers.get("Upgrade", "").lower() == "websocket"
            keys = ("Sec-WebSocket-Key", "Sec-WebSocket-Version")
            return upgrade and origin == own and all(key in request.headers for key in keys)
        return origin in (None, own) if request.method == "GET" else origin == own

    async def _code_page(self, request: web.Request) -> web.Response:
        return web.Response(text=CODE_PAGE, content_type="text/html")

    async def _no_icon(self, request: web.Request) -> web.Response:
        """Answer browsers that ask for an icon while the page is still a form or its answer."""
        return web.Response(status=204)

    async def _open(self, request: web.Request) -> web.Response:
        """Exchange a code for the cookie."""
        if (request.content_length or _LARGEST_CODE + 1) > _LARGEST_CODE:
            return web.Response(status=403, text=WRONG, content_type="text/html")
        async with self._turn:  # codes are guessed one after the other
            given = ""
            with contextlib.suppress(ValueError):  # the request is no form
                given = str((await request.post()).get("code", ""))
            cookie = self._access.exchange(given)
            if cookie is None:
                await asyncio.sleep(_GUESS_DELAY)
                return web.Response(status=403, text=WRONG, content_type="text/html")
        # The page goes on by itself: with a redirect, the browser would take the next request for
        # one of the page before, and keep the cookie back.
        address = f"{self._access.base}/index.html"
        answer = web.Response(
            text=f"<!doctype html><meta http-equiv=refresh content='0;url={address}'>",
            content_type="text/html",
            headers={"Cache-Control": "no-store"},
        )
        answer.set_cookie(
            COOKIE, cookie, httponly=True, samesite="Strict", path=f"{self._access.base}/"
        )
        return answer

    async def _close_other_tabs(self) -> None:
        """Move the session to the newest tab: close the connections of the others."""
        for handler in self._server._ws_handlers:
            for socket in list(handler.connections.values()):
                with contextlib.suppress(Exception):  # one that does not answer is dropped
                    close = socket.close(code=TAKEN_OVER, message=b"another tab")
                    await asyncio.wait_for(close, _CLOSING)

    # -- routes ----------------------------------------------------------------------------------

    async def _index(self, request: web.Request) -> web.Response:
        """Return trame's page with our scripts, style and icon added."""
        from trame_client.module import vue3

        page = (Path(vue3.www) / "index.html").read_text(encoding="utf-8")
        page = page.replace('<link rel="icon" href="logo.png" />', "")
        start, end = page.index("<title>"), page.index("</title>")
        head = (
            "<title>SpineDCE</title>"
            '<link rel="icon" type="image/svg+xml" href="page/icon.svg">'
            '<link rel="stylesheet" href="page/workstation.css">'
            '<script src="page/session.js"></script>'
        )
        page = page[:start] + head + page[end + len("</title>") :]
        page = page.replace(
            '<script type="module"',
            '<script src="page/plots.js"></script><script src="page/keys.js"></script>'
            '<script src="page/actions.js"></script><script src="page/pictures.js"></script>'
            '<script src="page/access.js"></script><script src="page/splitter.js"></script>'
            '<script src="page/strokes.js"></script>'
            '<script type="module"',
        )
        return web.Response(text=page, content_type="text/html")

    async def _session(self, request: web.Request) -> web.Response:
        """Return the address of the web socket."""
        return web.json_response({"sessionURL": f"ws://{request.host}{self._access.base}/ws"})

    async def _page_file(self, request: web.Request) -> web.StreamResponse:
        path = safe_path(Path(str(PAGE)), request.match_info["name"])
        return web.FileResponse(path) if path and path.is_file() else web.Response(status=404)

    async def _plotly(self, request: web.Request) -> web.StreamResponse:
        import plotly

        path = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
        return web.FileResponse(path, headers={"Cache-Control": "max-age=86400"})

    async def _download(self, request: web.Request) -> web.StreamResponse:
        path = safe_path(self._downloads, request.match_info["name"])
        if path is None or not path.is_file():
            return web.Response(status=404, text="The file does not exist.")
        headers = {}
        if request.query.get("save"):
            headers["Content-Disposition"] = f'attachment; filename="{html.escape(path.name)}"'
        return web.FileResponse(path, headers=headers)

    async def _upload(self, request: web.Request) -> web.Response:
        """Write one uploaded file; its name is a path inside the folder of the upload."""
        folder = self._uploads(request.match_info["batch"])
        path = safe_path(folder, request.query.get("name", ""))
        if path is None:
            return web.Response(status=400, text="The name of the file is not allowed.")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("wb") as file:
                async for chunk in request.content.iter_chunked(1 << 20):
                    file.write(chunk)
        except OSError as error:
            return web.Response(
                status=507, text=f"The file could not be written: {error.strerror}."
            )
        return web.Response(text="ok")

    async def _upload_done(self, request: web.Request) -> web.Response:
        self._uploaded(self._uploads(request.match_info["batch"]))
        return web.Response(text="ok")
